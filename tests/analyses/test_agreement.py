"""How systems agree: on who a customer is, on values, on totals."""

import pandas as pd
import pytest

from analysis.analyses import agreement

from ..quality_tables import TABLES, single, trust


@pytest.fixture(scope="module")
def told():
    return trust()


def test_records_of_systems_are_split_and_customers_counted_once(told):
    table = agreement.linkage(told)
    assert table.loc["Web shop", ["matched", "ambiguous", "unmatched"]].tolist() == [2, 1, 0]
    parts = table[["matched", "ambiguous", "unmatched"]].sum(axis=1)
    assert parts.tolist() == table["records"].tolist()
    # C2023001 and C2023002 are in both systems; C2023003 and shop:84213 in one each.
    assert table["customers"].tolist() == [3, 3, 4]
    assert table.loc["total", "decided"] == 2


def test_one_system_has_nothing_to_link():
    assert agreement.linkage(single()).empty
    assert agreement.linkage(trust(customer_links=[])).empty


def test_every_pair_is_in_one_band():
    pair = TABLES["link_candidates"][0]
    likely = [0.2, 0.5, 0.5999, 0.6, 0.95, 1.0]
    rows = [pair | {"local_id_a": str(n), "probability": p} for n, p in enumerate(likely)]
    bands = agreement.pair_bands(trust(link_candidates=rows))
    assert bands["pairs"].tolist() == [2, 0, 0, 1, 3]
    assert bands["low"].tolist() == [0.9, 0.8, 0.7, 0.6, 0.5]


def test_names_and_numbers_of_pairs_are_masked_unless_the_run_shows_them(told):
    masked = agreement.pairs(told, show_personal=False, rows=5).iloc[0]
    assert masked[["local_id_a", "name_a", "local_id_b", "name_b"]].tolist() == [
        "C2023***", "*科技有限公司", "84***", "*** Ltd",
    ]  # fmt: skip
    assert masked["source_b"] == "Web shop"
    assert agreement.pairs(told, show_personal=True, rows=5)["name_b"].tolist() == [
        "Harbour Lane Ltd"
    ]


def test_the_likeliest_pairs_come_first():
    pair = TABLES["link_candidates"][0]
    rows = [pair | {"local_id_a": str(n), "probability": n / 10} for n in (5, 9, 7)]
    likely = agreement.pairs(trust(link_candidates=rows), show_personal=True, rows=2)
    assert likely["probability"].tolist() == [0.9, 0.7]


def test_conflicts_are_counted_by_column_and_winner(told):
    table = agreement.conflicts(told)
    assert table[["column", "winner_source", "conflicts"]].to_numpy().tolist() == [
        ["phone", "Customer relations", 3], ["city", "Customer relations", 1],
    ]  # fmt: skip
    assert not {"winner_value", "loser_value"} & set(table.columns)


def test_totals_are_compared_by_month(told):
    table = agreement.control_totals(told)
    assert table["month"].tolist() == [pd.Period("2026-09", "M"), pd.Period("2026-10", "M")]
    assert table["difference"].tolist() == [0, 15_000]
    assert table["share"].tolist() == [0, 15_000 / 512_500]


def test_the_largest_differences_come_first_and_all_months_last(told):
    table = agreement.largest_differences(agreement.control_totals(told), rows=1)
    assert table["difference"].tolist() == [15_000, 15_000]
    assert str(table["month"].iloc[0]) == "2026-10"
    assert pd.isna(table["month"].iloc[1])
    assert table["revenue_counted"].tolist() == [512_500, 1_012_000]
