"""Trust in figures: what is counted, out of what, on tables worked by hand."""

from datetime import datetime

import ibis
import pandas as pd
import pytest

from analysis.errors import ContractError
from analysis.model import schema, scores
from analysis.sources.mapping import Firm, System, Table
from analysis.sources.registry import Delivery, Register

LINES = pd.DataFrame(
    [
        ("O1", "1", "2026-01-05", "C1", "P1", "east", "shop", "erp", 100),
        ("O1", "2", "2026-01-05", "C1", "P9", "east", "shop", "erp", 50),  # P9: nobody knows it
        ("O2", "1", "2026-01-20", None, "P1", "west", "till", "till", 20),  # a sale without a name
        ("O3", "1", "2026-02-03", "C9", "P1", "west", None, "till", 30),  # C9, and no channel
    ],
    columns=["order_id", "line_no", "ordered_at", "customer_id", "product_id", "region", "channel",
             "source", "revenue"],
).astype({"ordered_at": "datetime64[us]"})  # fmt: skip
MAPPED = {"order_lines": set(LINES.columns), "customers": {"customer_id", "phone"}}
ACCOUNT = {"table": "order_lines", "source": "erp", "month": datetime(2026, 1, 1)}


@pytest.fixture
def engine():
    return ibis.duckdb.connect()


@pytest.fixture
def tables(engine):
    customers = pd.DataFrame({"customer_id": ["C1", "C2"], "phone": ["1", None], "source": "crm"})
    payments = pd.DataFrame(
        {"order_id": ["O1", "O1", "O7"], "due_at": datetime(2030, 1, 1), "source": "erp"}
    )
    calls = pd.DataFrame({"at": [datetime(2026, 2, 2)], "customer_id": "C1", "source": "crm"})
    return {
        "order_lines": engine.create_table("order_lines", LINES),
        "interactions": engine.create_table("interactions", calls),
        "customers": engine.create_table("customers", customers),
        "products": engine.create_table("products", pd.DataFrame({"product_id": ["P1", "P2"]})),
        "payments": engine.create_table("payments", payments),
    }


@pytest.fixture
def quarantine(engine):
    rows = [("order_lines", "till", "rejected", '{"region": "west", "channel": "old word"}'),
            ("order_lines", "erp", "merged", "{}")]  # fmt: skip
    made = pd.DataFrame(rows, columns=["table", "source", "action", "record"])
    return engine.create_table("quarantine", made)


def as_declared(table, name):
    types = {column: str(kind).replace("(6)", "") for column, kind in table.schema().items()}
    assert types == schema.TRUST[name].types
    rows = table.execute()
    assert not rows.duplicated(list(schema.TRUST[name].key)).any()
    return rows


@pytest.fixture
def covered(engine, tables, quarantine):
    rows = as_declared(scores.coverage(engine, tables, MAPPED, quarantine), "coverage")
    return {
        (scope, table, part): (numerator, denominator)
        for scope, table, part, numerator, denominator, _ in rows.itertuples(index=False)
    }


def test_records_that_should_be_there_are_those_kept_and_those_rejected(covered):
    """Five: four kept and one rejected. The one merged is no loss. Two are good."""
    assert covered["overall", "order_lines", ""] == (2, 5)
    assert covered["source", "order_lines", "erp"] == (1, 2)
    assert covered["source", "order_lines", "till"] == (1, 3)


def test_a_rejected_line_counts_where_it_was_delivered_for(covered):
    assert covered["region", "order_lines", "east"] == (1, 2)
    assert covered["region", "order_lines", "west"] == (1, 3)
    assert covered["channel", "order_lines", "shop"] == (1, 2)
    assert covered["channel", "order_lines", "till"] == (1, 1)
    assert covered["channel", "order_lines", ""] == (0, 2)


def test_links_are_counted_where_a_key_is_named(covered):
    assert covered["link", "order_lines", "order_lines → customers"] == (2, 3)
    assert covered["link", "order_lines", "order_lines → products"] == (3, 4)
    assert covered["link", "order_lines", "order_lines → channel"] == (3, 4)
    assert covered["link", "payments", "payments → orders"] == (2, 3)


def test_fields_are_the_required_and_the_important_ones_that_are_delivered(covered):
    assert covered["field", "order_lines", "customer_id"] == (3, 5)
    assert covered["field", "order_lines", "revenue"] == (4, 5)
    assert covered["field", "customers", "phone"] == (1, 2)
    assert ("field", "customers", "email") not in covered
    assert ("field", "order_lines", "cost") not in covered


def test_a_firm_of_order_lines_alone_has_coverage_too(engine, tables, quarantine):
    only = {"order_lines": tables["order_lines"]}
    rows = scores.coverage(engine, only, MAPPED, quarantine).execute()
    assert rows.loc[rows["scope"] == "overall", "numerator"].tolist() == [3]


def counts(rows, revenue):
    names = ("read", "kept", "rejected", "merged")
    said = {f"rows_{n}": v for n, v in zip(names, rows, strict=True)}
    return said | {f"revenue_{n}": v for n, v in zip(names, revenue, strict=True)}


def test_accounts_add_up_what_each_part_told(engine):
    told = pd.DataFrame(
        [
            {**ACCOUNT, **counts((5, 3, 1, 1), (50, 30, 10, 10))},
            {**ACCOUNT, **counts((2, 2, 0, 0), (20, 20, 0, 0))},
        ]
    )
    rows = as_declared(scores.accounts(engine, engine.create_table("told", told)), "accounts")
    assert rows["rows_read"].tolist() == [7]
    assert float(rows["revenue_kept"][0]) == 50


@pytest.mark.parametrize(
    ("rows", "revenue", "said"),
    [
        ((5, 3, 1, 0), (50, 30, 10, 10), "order_lines of erp in 2026-01: 5 rows read, 4 account"),
        ((5, 3, 1, 1), (50, 30, 10, 9), r"revenue 50\.0000 read, 49\.0000 accounted for"),
    ],
)
def test_rows_or_money_that_go_missing_are_a_defect(engine, rows, revenue, said):
    told = engine.create_table("told", pd.DataFrame([{**ACCOUNT, **counts(rows, revenue)}]))
    with pytest.raises(ContractError, match=said):
        scores.accounts(engine, told)


def test_a_system_is_late_when_its_delay_is_more_than_its_interval(engine, tables):
    mapping = Table(file="a.csv", columns={"order_id": "a"})
    register = Register(
        Firm(firm="F", currency="£"),
        {
            "erp": System(label="ERP", owner="Finance", refresh_hours=24, tables={}),
            "till": System(refresh_hours=1, tables={}),
            "web": System(required=False, tables={}),
        },
    )
    seen = {"erp": datetime(2026, 2, 3, 8), "till": datetime(2026, 2, 3, 6)}
    deliveries = [
        Delivery(name, "order_lines", mapping, "place", f"{name}.csv", "mark", at)
        for name, at in seen.items()
    ]
    told = pd.DataFrame([{**ACCOUNT, **counts((5, 5, 0, 0), (50, 50, 0, 0))}])
    accounted = engine.create_table("told", told)
    as_of = datetime(2026, 2, 3, 9)
    made = scores.freshness(engine, register, deliveries, tables, accounted, as_of)
    rows = as_declared(made, "freshness").set_index("source")
    assert rows["is_late"].tolist() == [False, True, None]
    assert rows["is_delivered"].tolist() == [True, True, False]
    assert rows.loc[["erp", "till"], "delay_hours"].tolist() == [1, 3]
    assert rows["rows"].tolist() == [5, 0, 0]
    # What is due in 2030 is no record of ours yet.
    assert rows.loc["erp", "newest_record_at"] == pd.Timestamp("2026-01-05")
    assert rows["label"].tolist() == ["ERP", "till", "web"]


def test_a_count_is_compared_with_what_was_kept(engine, tables):
    totals = pd.DataFrame(
        {
            "month": [datetime(2026, 1, 1), datetime(2026, 3, 1)],
            "of_source": "erp", "source": "crm", "revenue": [160, 40],
        }
    )  # fmt: skip
    made = scores.reconciliation(
        engine, engine.create_table("totals", totals), tables["order_lines"]
    )
    rows = as_declared(made, "reconciliation")
    assert rows["revenue_kept"].astype(float).tolist() == [150, 0]
    assert rows["difference"].astype(float).tolist() == [10, 40]


def test_an_order_merged_into_another_system_s_counts_where_it_was(engine, tables):
    """The till's O9 of January, 25, is the ERP's O1: the till holds 45 all the same."""
    totals = pd.DataFrame(
        {
            "month": [datetime(2026, month, 1) for month in (1, 1, 2, 3)],
            "of_source": ["erp", "till", "till", "till"], "source": "crm",
            "revenue": [150, 45, 30, 8],
        }
    )  # fmt: skip
    rows = [
        ("order_lines", 1, "cross_system_duplicate", "merged", 25),
        ("order_lines", 3, "cross_system_duplicate", "merged", 8),  # no line of March was kept
        ("order_lines", 1, "exact_duplicate", "merged", 20),
        ("order_lines", 1, "impossible", "rejected", 20),
        ("returns", 1, "cross_system_duplicate", "merged", 5),
    ]
    gone = pd.DataFrame(rows, columns=["table", "month", "rule", "action", "revenue"]).assign(
        source="till", month=[datetime(2026, month, 1) for _, month, *_ in rows]
    )
    made = scores.reconciliation(
        engine, engine.create_table("totals", totals), tables["order_lines"],
        engine.create_table("gone", gone),
    )  # fmt: skip
    found = as_declared(made, "reconciliation").sort_values(["of_source", "month"])
    assert found["revenue_kept"].astype(float).tolist() == [150, 45, 30, 8]
    assert found["difference"].astype(float).tolist() == [0, 0, 0, 0]


def test_blank_fields_are_counted_by_owner(engine):
    records = pd.DataFrame(
        [("A", "b2b", "Mill", None), ("A", "b2b", " ", "retail"), ("A", "b2c", "Ann", None),
         (None, "b2b", None, None)],
        columns=["owner_id", "kind", "name", "industry"],
    )  # fmt: skip
    rows = as_declared(scores.discipline(engine, engine.create_table("r", records)), "discipline")
    found = rows.set_index(["owner_id", "field"])[["customers", "blank"]].apply(tuple, axis=1)
    assert found.to_dict() == {
        ("", "industry"): (1, 1), ("", "name"): (1, 1),
        ("A", "industry"): (2, 1), ("A", "name"): (3, 1),
    }  # fmt: skip
