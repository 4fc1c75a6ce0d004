"""What is asked of data, what was delivered, how complete it is: of a firm that fits on paper."""

import pandas as pd
import pytest

from analysis.analyses import quality

from ..quality_tables import TABLES, gate, single, system, trust


@pytest.fixture(scope="module")
def told():
    return trust()


def test_missed_gates_come_first_and_the_gravest_of_them_before_the_rest():
    levels = ["note", "fail", "warn"]
    missed = [gate("coverage", level, 0.9, 0.98, False, level=level) for level in levels]
    met = gate("coverage", "good", 0.99, 0.98, True, level="fail")
    table = quality.gates(trust(gates=[met, *missed]), show_personal=False)
    assert table["part"].tolist() == ["fail", "warn", "note", "good"]


def test_rows_named_by_a_gate_about_customers_are_masked(told):
    table = quality.gates(told, show_personal=False).set_index("gate")
    masked = table.loc["ambiguous_customers", "rows_named"]
    assert masked == "crm C2023***, shop 84*** and 4 more"
    reasons = table.loc["coverage", "rows_named"].tolist()
    assert reasons[0] == "crm.csv row 7: name '***' is not a name; and 74 more"
    shown = quality.gates(told, show_personal=True).set_index("gate")
    assert "C2023003" in shown.loc["ambiguous_customers", "rows_named"]


def test_parts_of_a_gate_are_counted(told):
    counts = quality.gate_counts(quality.gates(told, show_personal=False))
    assert counts.loc["coverage"].tolist() == [1, 2]
    assert counts.to_numpy().sum() == len(TABLES["gates"])


def test_the_delivery_is_summed_up(told):
    summary = quality.summary(told)
    assert (summary["systems"], summary["delivered"], summary["late"]) == (4, 3, 1)
    assert summary["newest_record_at"] == pd.Timestamp("2026-10-31 20:00")
    assert summary["rows_read"] == 10_000
    assert summary["rows_kept"] + summary["rows_merged"] + summary["rows_rejected"] == 10_000
    assert (summary["revenue_read"], summary["revenue_rejected"]) == (1_200_000, 3_000)
    # Forty regions filled, one of these records' cost as well, one telephone emptied; an amount
    # in another currency is no repair.
    assert (summary["repaired"], summary["flagged"]) == (41, 2)


def test_what_is_missing_and_late_comes_first(told):
    table = quality.sources(told)
    assert table["label"].tolist() == ["Service desk", "Web shop", "Customer relations", "Orders"]
    assert table["delay_share"].tolist()[1] == 3.0
    assert table["is_late"].tolist() == [False, True, False, False]


def test_a_system_without_a_label_is_called_by_its_name():
    table = quality.sources(trust(freshness=[system("erp", "")]))
    assert table["label"].tolist() == ["erp"]


def test_the_weakest_part_comes_after_the_whole(told):
    table = quality.coverage(told)
    assert table["scope"].tolist()[0] == "overall"
    assert table["part"].tolist()[1:3] == ["industry", "Web shop"]
    assert (table["numerator"] + table["missing"] == table["denominator"]).all()


def test_what_is_asked_stands_with_the_parts_its_gate_looks_at(told):
    table = quality.coverage(told).set_index(["scope", "part"])
    asked = table.loc[table["asked"].notna(), "asked"]
    assert asked.to_dict() == {
        ("field", "industry"): 0.98, ("source", "Web shop"): 0.98, ("source", "Orders"): 0.98,
    }  # fmt: skip


def test_without_a_gate_nothing_is_asked_of_coverage():
    assert quality.coverage(trust(gates=[]))["asked"].isna().all()


def test_a_firm_of_one_system_has_nothing_wrong():
    summary = quality.summary(single())
    assert (summary["repaired"], summary["flagged"], summary["rows_rejected"]) == (0, 0, 0)
    assert (summary["systems"], summary["delivered"], summary["late"]) == (1, 1, 0)


def test_words_of_a_personal_column_are_not_named_by_a_gate():
    parts = ["customers.gender from crm", "customers.industry from crm"]
    rows = [gate("unmapped_share", part, 0.5, 0.02, False, rows_named="no class knows Ms Smith (1)")
            for part in parts]  # fmt: skip
    table = quality.gates(trust(gates=rows), show_personal=False).set_index("part")
    assert table.loc[parts[0], "rows_named"] == "***"
    assert table.loc[parts[1], "rows_named"] == "no class knows Ms Smith (1)"
