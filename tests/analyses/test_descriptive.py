import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from pandas.testing import assert_frame_equal

from analysis.analyses import descriptive
from analysis.text import OTHER

MEASURES = descriptive.RANKED


def monthly(first: str, revenue: list[float]) -> pd.DataFrame:
    """Write a series the way one says it: ``monthly("2025-01", [100, 110])``."""
    index = pd.period_range(first, periods=len(revenue), freq="M", name="month")
    return pd.DataFrame({"revenue": np.array(revenue, dtype=float)}, index=index)


def parts(**rows: tuple[float, float, float]) -> pd.DataFrame:
    """Revenue now, in the prior period and a year before of each category, as compare gives it."""
    index = pd.MultiIndex.from_product([list(rows), MEASURES], names=["category", "measure"])
    table = pd.DataFrame(1.0, index=index, columns=["current", "prior", "year_before"])
    for name, values in rows.items():
        table.loc[(name, "revenue")] = values
        table.loc[(name, "gross_margin")] = values[0] / 2
        table.loc[(name, "gross_margin_rate")] = 0.5
    return table


class TestTrend:
    def test_each_month_stands_beside_the_same_month_a_year_before(self):
        table = descriptive.trend(monthly("2024-01", [100.0] * 12 + [110.0, 90.0]), months=2)
        assert table.index.astype(str).tolist() == ["2025-01", "2025-02"]
        assert table["year_before"].tolist() == [100, 100]
        assert_allclose(table["growth"], [0.10, -0.10])

    def test_growth_over_nothing_is_missing(self):
        table = descriptive.trend(monthly("2024-01", [0.0] * 12 + [50.0]), months=1)
        assert table["growth"].isna().tolist() == [True]

    def test_before_the_data_begin_there_is_no_year_before(self):
        table = descriptive.trend(monthly("2024-01", [1.0, 2.0]), months=2)
        assert table["year_before"].isna().all()

    def test_the_future_changes_nothing_in_the_past(self):
        long = monthly("2023-01", list(range(1, 31)))
        short = descriptive.trend(long.iloc[:24], months=24)
        assert_frame_equal(descriptive.trend(long, months=30).iloc[:24], short)


class TestByYear:
    def test_growth_is_only_between_whole_years(self):
        years = descriptive.by_year(
            monthly("2023-07", [10.0] * 6 + [20.0] * 12 + [30.0] * 12 + [1.0])
        )
        assert years["revenue"].tolist() == [60, 240, 360, 1]
        assert years["months"].tolist() == [6, 12, 12, 1]
        assert_allclose(years["growth"], [np.nan, np.nan, 0.5, np.nan])


class TestRanking:
    def test_three_categories_worked_by_hand(self):
        table = descriptive.ranking(parts(A=(20, 10, 40), B=(60, 60, 50), C=(20, 0, 0)))
        assert table.index.tolist() == ["B", "A", "C"]
        assert_allclose(table["share"], [0.6, 0.2, 0.2])
        assert_allclose(table["growth_year_before"], [0.2, -0.5, np.nan])
        assert_allclose(table["growth_prior"], [0.0, 1.0, np.nan])

    def test_what_is_not_shown_is_added_up_in_a_last_row(self):
        ranked = descriptive.ranking(parts(A=(50, 1, 1), B=(30, 1, 1), C=(15, 4, 10), D=(5, 1, 10)))
        table = descriptive.top(ranked, rows=3)
        assert table.index.tolist() == ["A", "B", OTHER]
        assert table.loc[OTHER, "revenue"] == 20
        assert table["share"].sum() == pytest.approx(1)
        assert table.loc[OTHER, "growth_year_before"] == pytest.approx(0.0)
        assert table.loc[OTHER, "gross_margin_rate"] == pytest.approx(0.5)
        assert np.isnan(table.loc[OTHER, "customers"])  # they do not add up

    def test_a_short_ranking_is_shown_whole(self):
        ranked = descriptive.ranking(parts(A=(50, 1, 1), B=(30, 1, 1)))
        assert_frame_equal(descriptive.top(ranked, rows=2), ranked)

    def test_a_part_called_as_the_last_row_would_be_stays_itself(self):
        ranked = descriptive.ranking(parts(other=(50, 1, 1), B=(30, 1, 1), C=(20, 1, 1)))
        assert descriptive.top(ranked, rows=2).index.tolist() == ["other", OTHER]

    def test_the_order_of_the_rows_does_not_matter(self):
        given = parts(A=(20, 10, 40), B=(60, 60, 50), C=(20, 0, 0))
        shuffled = given.sample(frac=1, random_state=1).sort_index(kind="stable")
        assert_frame_equal(descriptive.ranking(given), descriptive.ranking(shuffled))

    def test_the_callers_table_is_left_alone(self):
        given = parts(A=(20, 10, 40), B=(60, 60, 50))
        before = given.copy()
        descriptive.top(descriptive.ranking(given), rows=1)
        assert_frame_equal(given, before)
