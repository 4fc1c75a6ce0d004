"""Nothing disappears: rows and revenue read are those kept, rejected and merged.

The desk checks it each time it cleans; here for rows nobody thought of.
"""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.model import schema

from .conftest import Desk

LINES = st.fixed_dictionaries({
    "order_id": st.sampled_from(["erp:1", "erp:2", "erp:3", "shop:1", None]),
    "line_no": st.sampled_from(["1", "2", None]),
    "ordered_at": st.sampled_from(
        ["2024-05-06", "2024-05-06 10:00", "2024-05-06 10:05", "2024-06-01", "2206-01-01", None]
    ),
    "customer_id": st.sampled_from(["C1", "C2", "C9", None]),
    "product_id": st.sampled_from(["P1", "P2", "P9", None]),
    "region": st.sampled_from(["east", "EAST", "nowhere", None]),
    "quantity": st.sampled_from(["1", "2", "0", "-1", None]),
    "revenue": st.sampled_from(["10", "10.0049", "0", "-4", None]),
    "cost": st.sampled_from(["6", "-1", None]),
    "currency": st.sampled_from(["EUR", "GBP", "Taler", None]),
    "unit": st.sampled_from(["each", "dozen", "crate", None]),
    "reference": st.sampled_from(["erp:1", "1", "x", None]),
    "source": st.sampled_from(["erp", "shop"]),
    "file": st.sampled_from(["a.csv", "b.csv"]),
})  # fmt: skip
SWITCHES = st.fixed_dictionaries({
    "unreadable": st.sampled_from(["repair", "reject"]),
    "impossible": st.sampled_from(["reject", "flag"]),
    "unknown_keys": st.sampled_from(["flag", "reject"]),
    "exact_duplicates": st.sampled_from(["merge", "flag"]),
    "cross_system_duplicates": st.sampled_from(["merge", "flag"]),
    "near_duplicates": st.sampled_from(["merge", "flag"]),
    "fill_missing": st.booleans(),
    "outliers": st.sampled_from(["flag", "reject"]),
})  # fmt: skip


def firm():
    desk = Desk()
    desk.firm |= {
        "rates": {"EUR": {"2024-05": 0.8567}},
        "classes": {"order_lines.region": {"east": []}},
    }
    desk.knows("customers", {"customer_id": "C1", "region": "west"}, {"customer_id": "C2"})
    desk.knows("products", {"product_id": "P1", "unit_cost": Decimal("2.5")})
    return desk


@settings(max_examples=20)
@given(rows=st.lists(LINES, max_size=12), switches=SWITCHES, broken=st.booleans())
def test_whatever_the_rows_and_the_settings(rows, switches, broken):
    desk = firm()
    placed = [{**row, "file_order": {"a.csv": 1, "b.csv": 2}[row["file"]]} for row in rows]
    unread = [
        {"source": row["source"], "file": row["file"], "source_row": place, "column": column,
         "value": "?", "why": why}
        for place, row in enumerate(rows, start=2) if broken
        for column, why in (("revenue", "not a number"), ("region", "no such word"))
        if row[column] is None
    ]  # fmt: skip
    done = desk.clean("order_lines", placed, unread, **switches)
    assert all(row["quantity"] > 0 or switches["impossible"] == "flag" for row in done.kept)
    for column in schema.TABLES["order_lines"].required:
        assert all(row[column] is not None for row in done.kept)
    if switches["exact_duplicates"] == "merge":
        keys = [(row["source"], row["order_id"], row["line_no"]) for row in done.kept]
        assert len(set(keys)) == len(keys)
    for name in ("quarantine", "repairs", "flags", "leftovers", "conflicts", "accounts"):
        told = getattr(done, name)
        key = [tuple(row[column] for column in schema.TRUST[name].key) for row in told]
        assert len(set(key)) == len(key), name


@settings(max_examples=10)
@given(rows=st.lists(LINES, max_size=12), numbered=st.booleans())
def test_of_every_line_that_no_rule_rejects_one_stays_whatever_the_months(rows, numbered):
    """Cleaned month by month: a key that is there more than once stays once, and is never lost."""
    desk = firm()
    if not numbered:
        desk.maps("erp", "order_lines", columns={"order_id": "Order"})
    orders = {"a.csv": 1, "b.csv": 2}
    placed = [
        {**row, "file_order": orders[row["file"]], "source": "erp", "source_row": place}
        for place, row in enumerate(rows, start=2)
    ]
    if not numbered:
        placed = [{**row, "line_no": str(row["source_row"])} for row in placed]
    apart = {"near_duplicates": "flag"}
    all_good = desk.clean("order_lines", placed, exact_duplicates="flag", **apart).kept
    stay = desk.stay_of_months(placed, **apart)
    kept = [row for row in all_good if row["source_row"] in stay]
    assert len(kept) == len(stay)
    if numbered:
        keys = [(row["order_id"], row["line_no"]) for row in kept]
        assert sorted(set(keys), key=str) == sorted(keys, key=str)
        assert set(keys) == {(row["order_id"], row["line_no"]) for row in all_good}
    else:
        assert {row["order_id"] for row in kept} == {row["order_id"] for row in all_good}


@pytest.mark.parametrize("name", sorted(schema.TABLES))
def test_every_table_can_be_cleaned_with_no_rows_and_with_one_that_is_empty(name):
    desk = firm()
    assert desk.clean(name, []).kept == []
    desk.clean(name, [{}])


@pytest.mark.parametrize("name", ["quarantine", "repairs", "flags", "leftovers", "conflicts",
                                  "accounts"])  # fmt: skip
def test_what_was_done_is_told_as_the_schema_declares(name):
    cleaned = Desk().clean("customers", [{"customer_id": "C1"}]).cleaned
    found = {column: str(kind) for column, kind in getattr(cleaned, name).schema().items()}
    declared = schema.TRUST[name].types
    assert {c: kind.removesuffix("(6)") for c, kind in found.items()} == declared


def test_the_staged_rows_are_left_alone_and_what_is_held_can_be_freed(desk):
    rows = [desk.line(), desk.line()]
    staged = desk.staged("order_lines", rows)
    before = staged.execute()
    done = desk.clean("order_lines", rows)
    assert staged.execute().equals(before)
    done.cleaned.release(desk.engine)
    held = desk.engine.raw_sql("SELECT table_name FROM duckdb_tables()").fetchall()
    assert [name for (name,) in held if "clean" in name] == []
