"""Gates: each is judged on tables worked by hand, and a miss names its rows."""

from datetime import datetime

import ibis
import pandas as pd
import pyarrow as pa
import pytest

from analysis.errors import ContractError
from analysis.model import gates, schema, settings
from analysis.model.figures import Figures

ASKED = settings.load().gates
JANUARY, MARCH = datetime(2026, 1, 1), datetime(2026, 3, 1)
LINES = pd.DataFrame(
    [
        ("O1", "east", "shop", "P1", "erp", "erp.csv", 2),
        ("O2", "west", None, "P1", "erp", "erp.csv", 3),
    ],
    columns=["order_id", "region", "channel", "product_id", "source", "file", "source_row"],
).assign(ordered_at=datetime(2026, 1, 31))  # fmt: skip
AT = {"table": "order_lines", "source": "erp", "file": "erp.csv"}
UNREAD = {**AT, "rule": "unreadable"}
P9 = "product_id P9 is not in products"


def account(read, rejected=0, **said):
    counts = dict.fromkeys(schema.COUNTS, 0)
    counts |= {"rows_read": read, "rows_kept": read - rejected, "rows_rejected": rejected}
    return {"table": "order_lines", "source": "erp", "month": JANUARY, **counts, **said}


def system(source, **said):
    return {"source": source, "is_required": True, "is_delivered": True, "files": 1, **said}


def figures(settings=ASKED, lines=LINES, **trust):
    """Gates by gate and part, of tables of trust that hold these rows and no others."""
    engine = ibis.duckdb.connect()
    made = {}
    for name, declared in schema.TRUST.items():
        types = ibis.schema(declared.types)
        rows = pa.Table.from_pylist(trust.get(name, []), schema=types.to_pyarrow())
        made[name] = engine.create_table(f"trust_{name}", rows, schema=types)
    tables = {"order_lines": engine.create_table("order_lines", lines)}
    judged = gates.judge(engine, made, tables, settings)
    return judged, judged.execute().set_index(["gate", "part"])


def test_nothing_to_judge_is_no_gate():
    judged, rows = figures()
    assert rows.empty
    gates.require(judged)


def test_gates_are_as_the_schema_declares_them():
    judged, _ = figures(accounts=[account(100)])
    types = {column: str(kind) for column, kind in judged.schema().items()}
    assert types == schema.TRUST["gates"].types


@pytest.mark.parametrize(("rejected", "is_met"), [(2, True), (3, False)])
def test_what_is_asked_is_met_to_the_last_row(rejected, is_met):
    _, rows = figures(accounts=[account(100, rejected)])
    row = rows.loc["rejected_share", "order_lines from erp"]
    assert (row["numerator"], row["denominator"]) == (rejected, 100)
    assert row["value"] == pytest.approx(rejected / 100)
    assert (row["threshold"], bool(row["is_met"])) == (0.02, is_met)


def rejected(row, reason, rule="impossible"):
    return {**AT, "source_row": row, "rule": rule, "action": "rejected", "reason": reason,
            "record": '{"region": "east", "channel": "shop"}'}  # fmt: skip


def test_a_failed_gate_stops_and_names_the_first_rows():
    rows = [rejected(n, f"revenue -{n} is below 0") for n in (9, 4, 7, 5)]
    judged, _ = figures(accounts=[account(100, 4)], quarantine=rows)
    said = (
        r"gate rejected_share of order_lines from erp is 0\.04 \(4 of 100\), at most 0\.02 is "
        r"asked: erp\.csv row 4: revenue -4 is below 0; erp\.csv row 5: .*; erp\.csv row 7: "
        r".*; and 1 more$"
    )
    with pytest.raises(ContractError, match=said):
        gates.require(judged)


def test_all_that_failed_is_said_at_once():
    systems = [system("erp"), system("till", is_delivered=False)]
    judged, _ = figures(accounts=[account(100, 50)], freshness=systems)
    said = r"rejected_share .*; gate required_sources is 0\.5 .*: nothing came from till$"
    with pytest.raises(ContractError, match=said):
        gates.require(judged)


def test_a_gate_that_warns_stops_nothing():
    late = system("erp", refresh_hours=2.0, delay_hours=3.0, delivered_at=JANUARY)
    judged, rows = figures(freshness=[late])
    row = rows.loc["freshness", "erp"]
    assert (row["value"], row["level"], bool(row["is_met"])) == (1.5, "warn", False)
    assert row["rows_named"] == "delivered 2026-01-01 00:00"
    gates.require(judged)


def test_unreadable_values_are_judged_by_column_of_rejected_and_repaired_rows():
    repaired = {**AT, "source_row": 5, "rule": "unreadable", "column": "cost", "before": "x"}
    bad = rejected(6, "revenue 'abc' is not a number", "unreadable")
    _, rows = figures(accounts=[account(5)], repairs=[repaired], quarantine=[bad])
    found = rows.loc["unreadable_share"]
    assert found["numerator"].to_dict() == {
        "order_lines.cost from erp": 1, "order_lines.revenue from erp": 1,
    }  # fmt: skip
    assert found["rows_named"].tolist() == [
        "erp.csv row 5: cost 'x' cannot be read",
        "erp.csv row 6: revenue 'abc' is not a number",
    ]


def test_a_long_file_of_unreadable_values_is_not_hidden_by_the_others():
    repairs = [
        {**UNREAD, "file": "b.csv", "source_row": n, "column": "cost", "before": "x"}
        for n in range(600)
    ]
    lost = [rejected(n, "gone") | {"file": "b.csv"} for n in range(600)]
    _, rows = figures(accounts=[account(1_000_000)], repairs=repairs, quarantine=lost)
    row = rows.loc["unreadable_share", "order_lines.cost from erp in b.csv"]
    assert (row["numerator"], row["denominator"]) == (600, 600)


def test_unreadable_values_are_counted_once_for_both_gates(monkeypatch):
    asked = []
    ask = Figures._ask
    monkeypatch.setattr(Figures, "_ask", lambda own, q: asked.append(q) or ask(own, q))
    repaired = {**AT, "source_row": 5, "rule": "unreadable", "column": "cost", "before": "x"}
    _, rows = figures(accounts=[account(5)], repairs=[repaired])
    part = "order_lines.cost from erp"
    assert rows.loc["unreadable_share", part]["value"] == 0.2
    assert rows.loc["misread_columns", part]["value"] == 0.2
    assert sum("WITH bad AS" in query for query in asked) == 1


def covered(scope, part, numerator, denominator, table="order_lines"):
    return {"scope": scope, "table": table, "part": part, "numerator": numerator,
            "denominator": denominator, "value": numerator / denominator}  # fmt: skip


def test_coverage_is_asked_of_records_and_required_fields():
    flag = {
        **AT,
        "source_row": 2,
        "rule": "unknown_key",
        "reason": P9,
    }
    _, rows = figures(
        flags=[flag],
        coverage=[
            covered("overall", "", 1, 3), covered("region", "east", 0, 1),
            covered("channel", "", 0, 1), covered("field", "revenue", 3, 3),
            covered("field", "cost", 1, 3),
        ],
    )  # fmt: skip
    found = rows.loc["coverage"]
    # What has no channel is in the whole: of a part of its own nothing could be covered.
    assert sorted(found.index) == ["order_lines", "order_lines.revenue", "region east"]
    assert found.loc["order_lines", "rows_named"] == (
        f"erp.csv row 2: {P9}; erp.csv row 3: channel is empty"
    )
    assert found.loc["region east", "rows_named"] == f"erp.csv row 2: {P9}"
    assert found.loc["order_lines.revenue", "rows_named"] == ""


def test_orphans_and_words_no_class_knows_are_shares_of_lines():
    _, rows = figures(
        accounts=[account(100)],
        coverage=[covered("link", "order_lines → products", 90, 100)],
        flags=[{**AT, "source_row": 8, "rule": "unknown_key", "reason": P9}],
        leftovers=[
            {"table": "order_lines", "source": "erp", "column": "channel", "word": w, "rows": n}
            for w, n in (("Shoppe", 2), ("Webb", 4))
        ],
    )  # fmt: skip
    orphans = rows.loc["orphan_share", "order_lines → products"]
    assert (orphans["numerator"], orphans["rows_named"]) == (
        10, f"erp.csv row 8: {P9}",
    )  # fmt: skip
    words = rows.loc["unmapped_share", "order_lines.channel from erp"]
    assert words["numerator"] == 6
    assert words["rows_named"] == "no class knows Webb (4), Shoppe (2)"


def test_the_worst_month_stands_for_all():
    _, rows = figures(
        reconciliation=[
            {"month": month, "source": "crm", "of_source": "erp", "revenue_counted": counted,
             "revenue_kept": 100, "difference": counted - 100}
            for month, counted in ((JANUARY, 100), (MARCH, 125))
        ],
        restatements=[
            {"month": month, "source": "erp", "is_closed": closed, "revenue_before": 100,
             "revenue_after": after}
            for month, closed, after in ((JANUARY, True, 90), (MARCH, False, 900))
        ],
    )  # fmt: skip
    counted = rows.loc["reconciliation", "crm on erp"]
    assert (counted["value"], counted["rows_named"]) == (0.2, "2026-03 differs by 25.00")
    restated = rows.loc["restated_closed_months", "erp"]
    assert (restated["value"], restated["rows_named"]) == (0.1, "2026-01 differs by -10.00")


def test_ambiguous_customers_are_named():
    links = [
        {"source": "crm", "local_id": f"C{n}", "customer_id": f"C{n}", "status": status}
        for n, status in enumerate(["ambiguous"] * 5 + ["matched"] * 5)
    ]
    _, rows = figures(customer_links=links)
    row = rows.loc["ambiguous_customers", ""]
    assert row["value"] == 0.5
    assert row["rows_named"] == "crm C0, crm C1, crm C2 and 2 more"


def test_a_system_that_falls_silent_is_named_with_its_months():
    months = {"erp": (1, 2, 3), "shop": (1,)}
    told = [
        account(10) | {"source": name, "month": datetime(2026, month, 1)}
        for name, there in months.items()
        for month in there
    ]
    _, rows = figures(lines=LINES.assign(ordered_at=datetime(2026, 3, 30)), accounts=told)
    assert bool(rows.loc["silent_months", "erp"]["is_met"])
    silent = rows.loc["silent_months", "shop"]
    assert (silent["numerator"], silent["denominator"]) == (2, 3)
    assert silent["rows_named"] == "no order lines in 2026-02, 2026-03"
