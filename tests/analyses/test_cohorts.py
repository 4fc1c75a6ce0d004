"""Cohorts worked by hand; the future is empty, never nothing."""

import pandas as pd
import pytest

from analysis.analyses import cohorts
from analysis.measures import retention
from analysis.periods import parse


def counts(*rows):
    """Rows of (joined, age, last_age, customers)."""
    table = pd.DataFrame(rows, columns=["joined", "age", "last_age", "customers"])
    return table.assign(joined=pd.PeriodIndex(table["joined"], freq="M"))


# Ten join in 2024-01: four never return, three last order at age 1, three at age 2 (one skips 1).
TEN = counts(
    ("2024-01", 0, 0, 4), ("2024-01", 0, 1, 3), ("2024-01", 0, 2, 3),
    ("2024-01", 1, 1, 3), ("2024-01", 1, 2, 2), ("2024-01", 2, 2, 3),
)  # fmt: skip


def retention_of(table, last="2024-11", first="2024Q1"):
    return cohorts.cohort_retention(table, pd.Period(first), pd.Period(last, "M"))


def test_classic_counts_who_orders_then_rolling_who_orders_then_or_later():
    table = retention_of(TEN)
    assert table["customers"].tolist() == [10, 10, 10]
    assert table["bought"].tolist() == [10, 5, 3]
    assert table["still"].tolist() == [10, 6, 3]
    assert table["rate"].tolist() == [1.0, 0.5, 0.3]


def test_an_age_not_all_have_lived_through_has_no_row():
    # The youngest of the quarter joins in March: age 1 is whole at the end of August.
    assert retention_of(TEN, "2024-07").index.get_level_values("age").tolist() == [0]
    assert retention_of(TEN, "2024-08").index.get_level_values("age").tolist() == [0, 1]


def test_cohorts_before_the_first_are_left_out():
    assert retention_of(TEN, first="2024Q2").empty


def test_newer_customers_are_compared_with_the_year_before():
    rows = []
    for n in range(8):
        joined, kept = pd.Period("2023-01", "M") + 3 * n, 40 if n < 4 else 20
        rows += [(joined, 0, 0, 100 - kept), (joined, 0, 1, kept), (joined, 1, 1, kept)]
    sides = cohorts.newer_and_older(retention_of(counts(*rows), "2025-12", "2023Q1"))
    assert sides["customers"].tolist() == [400, 400]
    assert sides["rate"].tolist() == [0.2, 0.4]
    assert sides.loc["newer", "change"] == pytest.approx(-0.2)
    assert sides.loc["newer", "high"] < 0
    assert sides.loc["newer", "chance"] < 0.001
    assert str(sides.loc["older", "first"]) == "2023Q1"


def test_seven_quarters_are_too_few_to_compare():
    assert cohorts.newer_and_older(retention_of(TEN)).empty


class TestOfTheTinyFirm:
    def test_customers_join_with_their_first_order(self, tiny):
        table = retention.cohorts(tiny, "all", pd.Period("2026-02", "M"))
        first = table[table["age"] == 0].groupby("joined")["customers"].sum()
        assert first.to_dict() == {
            pd.Period("2024-01", "M"): 1, pd.Period("2024-03", "M"): 1,
            pd.Period("2025-02", "M"): 1, pd.Period("2026-02", "M"): 1,
        }  # fmt: skip
        # C1 orders in its 1st, 13th and 25th month: ages 0, 4 and 8.
        of_c1 = table[table["joined"] == pd.Period("2024-01", "M")]
        assert of_c1["age"].tolist() == [0, 4, 8]
        assert (of_c1["last_age"] == 8).all()

    def test_a_region_has_those_who_began_there(self, tiny):
        table = retention.cohorts(tiny, "west", pd.Period("2026-02", "M"))
        assert table["joined"].unique().tolist() == [pd.Period("2024-03", "M")]

    def test_the_future_changes_nothing(self, tiny):
        before = retention.cohorts(tiny, "all", pd.Period("2025-12", "M"))
        assert before["age"].max() == 4

    def test_kept_are_those_who_come_back_anywhere(self, tiny):
        # East, 2025-01..06: C1 and C3; of them C3 orders again by 2025-12, in west.
        back = retention.came_back(tiny, "east", parse("2025-12").last, 6)
        assert back.loc[""].to_dict() == {"customers": 2.0, "kept": 1.0}

    def test_first_orders_of_the_first_year_are_not_taken_for_new(self, tiny):
        assert cohorts.first_cohort(tiny) == pd.Period("2025Q1")
