"""Reasons for silence: by hand, against a published table, and with nothing from the future."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from pandas.testing import assert_frame_equal

from analysis import params
from analysis.analyses import loss
from analysis.evaluation.firms import opened
from analysis.measures.experiences import Looks, watched


def panel(cells, name="slow_answer"):
    """Rows from (stratum, flag, gone, how many)."""
    rows = [
        {"stratum": stratum, name: flag, "dormant": gone, "lost": float(gone), "revenue": 100.0,
         "kind": "b2b", "industry": "Trade", "customer_id": "c", "look": 0}
        for stratum, flag, gone, number in cells for _ in range(number)
    ]  # fmt: skip
    return pd.DataFrame(rows)


# Two strata; in each, twice as many of the flagged fall silent.
TWICE = [
    ("few", True, True, 40), ("few", True, False, 60), ("few", False, True, 80),
    ("few", False, False, 320), ("many", True, True, 4), ("many", True, False, 16),
    ("many", False, True, 40), ("many", False, False, 360),
]  # fmt: skip


def test_twice_as_often_is_two_with_what_was_expected():
    row = loss.reasons(panel(TWICE)).loc["slow_answer"]
    assert row["exposed"] == 120
    assert row["gone"] == 44
    assert row["expected"] == pytest.approx(22)  # 100 at a fifth, 20 at a tenth
    assert row["lift"] == pytest.approx(2)
    assert row["low"] < 2 < row["high"]
    assert row["excess_revenue"] == pytest.approx(2200)
    assert row["chance"] < 0.001


def test_what_comes_of_who_is_exposed_alone_is_no_reason():
    # The flagged are mostly of the stratum that falls silent anyway: plainly 2.3 times, truly 1.
    cells = [("few", True, True, 40), ("few", True, False, 40), ("few", False, True, 10),
             ("few", False, False, 10), ("many", True, True, 1), ("many", True, False, 9),
             ("many", False, True, 9), ("many", False, False, 81)]  # fmt: skip
    table = panel(cells)
    row = loss.reasons(table).loc["slow_answer"]
    plain = (
        table[table["slow_answer"]]["dormant"].mean()
        / table[~table["slow_answer"]]["dormant"].mean()
    )
    assert plain > 2
    assert row["lift"] == pytest.approx(1)
    assert row["chance"] > 0.5


def test_the_ratio_and_its_interval_are_as_published():
    # Rothman, Greenland & Lash, Modern Epidemiology, 3rd ed., ch. 15: tolbutamide and death,
    # by age: pooled risk ratio 1.33, 95 % 0.797 to 2.20 (statsmodels gives the same ratio).
    cells = [("young", True, True, 8), ("young", True, False, 98), ("young", False, True, 5),
             ("young", False, False, 115), ("old", True, True, 22), ("old", True, False, 76),
             ("old", False, True, 16), ("old", False, False, 69)]  # fmt: skip
    row = loss.reasons(panel(cells)).loc["slow_answer"]
    assert_allclose([row["lift"], row["low"], row["high"]], [1.33, 0.797, 2.20], atol=0.02)


def test_the_test_is_mantels_and_haenszels():
    tables = pytest.importorskip("statsmodels.stats.contingency_tables")
    strata = [np.array([[40, 60], [80, 320]]), np.array([[4, 16], [40, 360]])]
    theirs = tables.StratifiedTable(strata).test_null_odds(correction=True).pvalue
    assert loss.reasons(panel(TWICE)).loc["slow_answer", "chance"] == pytest.approx(theirs)


def test_more_reasons_tried_make_each_less_sure():
    one = panel(TWICE)
    both = one.assign(returned=one["slow_answer"], complaint=one["slow_answer"])
    assert loss.reasons(both).loc["returned", "chance"] == pytest.approx(
        3 * loss.reasons(one).loc["slow_answer", "chance"]
    )


def test_what_nobody_met_has_no_ratio():
    row = loss.reasons(panel(TWICE).assign(returned=False)).loc["returned"]
    assert row["exposed"] == 0
    assert np.isnan(row["lift"])
    assert row["excess_revenue"] == 0


def test_order_of_rows_and_the_table_given_are_of_no_matter():
    table = panel(TWICE)
    mixed = table.sample(frac=1, random_state=3)
    assert_frame_equal(loss.reasons(table), loss.reasons(mixed))
    assert_frame_equal(table, panel(TWICE))


def test_chance_alone_is_seldom_taken_for_a_reason():
    rng = np.random.default_rng(11)
    found = 0
    for _ in range(40):
        table = panel([("few", False, False, 400)]).assign(
            slow_answer=rng.random(400) < 0.1, returned=rng.random(400) < 0.1,
            dormant=rng.random(400) < 0.2,
        )  # fmt: skip
        found += bool((loss.reasons(table)["chance"] < 0.05).any())
    assert found <= 5


def test_an_industry_is_held_against_the_other_businesses():
    table = pd.concat([panel(TWICE), panel(TWICE).assign(industry="Care")])
    stays = (table["industry"] == "Care") & table["slow_answer"]
    table.loc[stays, "dormant"] = False
    found = loss.groups(table, 20)
    assert found.index.tolist()[0] == "Trade"
    assert found.loc["Care", "lift"] < 1 < found.loc["Trade", "lift"]
    assert loss.groups(table, 10_000).empty


def test_data_that_do_not_reach_back_a_year_say_nothing(tiny, tiny_run):
    table = loss.looked_at(tiny, tiny_run("2024-06", "all"))
    assert table.empty
    assert loss.reasons(table).empty
    assert loss.groups(table, 1).empty


def test_a_firm_that_delivers_none_of_the_reasons_has_an_empty_table():
    table = loss.reasons(panel(TWICE).drop(columns="slow_answer"))
    assert table.empty
    assert "excess_revenue" in table


def test_a_seller_known_from_before_is_not_new_though_neither_first_nor_last_by_name():
    sold = [("X", "2025-10-05", "A"), ("X", "2025-11-05", "B"), ("X", "2025-12-05", "C"),
            ("X", "2026-05-05", "B"), ("Y", "2025-10-05", "A"), ("Y", "2026-05-05", "B"),
            ("Z", "2026-05-05", "B"), ("W", "2025-10-05", None),
            ("W", "2026-05-05", "B")]  # fmt: skip
    rows = pd.DataFrame(sold, columns=["customer_id", "ordered_at", "salesperson_id"])
    lines = rows.assign(
        ordered_at=pd.to_datetime(rows["ordered_at"]), line_no="1", region="east", quantity=1.0,
        order_id=[str(n) for n in range(len(rows))], revenue=10.0,
    )  # fmt: skip
    data = opened({"order_lines": lines})
    found = watched(data, "all", Looks(pd.Period("2026-06", "M"), 3, 1), 0)["has_new_seller"]
    assert found[["X", "Y"]].tolist() == [False, True]
    assert found[["W", "Z"]].isna().all()  # nobody is known to have served them before


@pytest.fixture(scope="module")
def looks(demo_data):
    return loss.looked_at(demo_data, params.load("northeast", "2026-10"))


class TestOfTheInventedFirm:
    def test_slow_answers_are_found_where_they_were_slow(self, looks):
        row = loss.reasons(looks).loc["slow_answer"]
        assert row["chance"] < 0.05
        assert row["low"] > 1

    def test_only_what_happened_before_counts(self, demo_data, looks):
        events = demo_data.tables["interactions"].execute()
        slow = events[(events["kind"] == "complaint") & (events["response_hours"] > 48)]
        for look, end in ((0, "2026-07"), (1, "2026-04"), (2, "2026-01"), (3, "2025-10")):
            last = pd.Period(end, "M")
            before = slow[
                (slow["at"] >= (last - 2).start_time) & (slow["at"] < (last + 1).start_time)
            ]
            of_look = looks[looks["look"] == look]
            told = set(of_look.loc[of_look["slow_answer"], "customer_id"])
            assert told == set(before["customer_id"]) & set(of_look["customer_id"])

    def test_the_silent_have_no_order_in_the_months_after(self, demo_data, looks):
        lines = demo_data.order_lines.select("customer_id", "ordered_at").execute()
        after = lines[lines["ordered_at"].between("2026-08-01", "2026-10-31 23:59:59")]
        of_look = looks[looks["look"] == 0].set_index("customer_id")
        assert of_look["dormant"].to_dict() == {
            name: name not in set(after["customer_id"]) for name in of_look.index
        }
        assert of_look["lost"].isna().all()  # six months have not passed
