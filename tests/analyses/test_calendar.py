from datetime import date

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from analysis.analyses import calendar
from analysis.analyses.day_weights import learned
from analysis.calendar import WEEKDAYS_ONLY, SellingDays, days
from analysis.periods import parse

ENGLAND = SellingDays(country="GB", subdivision="ENG", closed=("12-25",))
WORTH = [1.4, 1.3, 1.2, 1.1, 1.0, 0.6, 0.4]


def sold(first: str, last: str, noise: float = 0.0, seed: int = 0) -> pd.DataFrame:
    """Sales of a firm whose days are worth WORTH, times a level that grows from month to month."""
    index = pd.date_range(first, last, name="day")
    level = 1000 * 1.02 ** (index.year * 12 + index.month - 24_000)
    spread = np.random.default_rng(seed).lognormal(0, noise, len(index)) if noise else 1.0
    revenue = level * np.array(WORTH)[index.weekday] * spread
    return pd.DataFrame({"revenue": revenue, "orders": 5.0}, index=index)


def weigh(sales: pd.DataFrame, selling: SellingDays = WEEKDAYS_ONLY):
    known = days(sales.index[0].date(), sales.index[-1].date(), selling)
    return learned(sales, known, min_days=365, min_selling_days=100)


class TestWeights:
    def test_weekdays_are_found_whatever_the_trend(self):
        table = weigh(sold("2024-01-01", "2025-12-31")).table()
        assert table.loc[[f"weekday.{n}" for n in range(7)], "weight"].tolist() == pytest.approx(
            WORTH
        )

    def test_they_are_those_of_a_poisson_regression_with_a_level_each_month(self):
        """Against statsmodels' GLM, whose months are dummies and covariance is the same."""
        from statsmodels.genmod.families import Poisson
        from statsmodels.genmod.generalized_linear_model import GLM

        sales = sold("2024-01-01", "2025-03-31", noise=0.6)
        worth = weigh(sales)
        months = pd.get_dummies(sales.index.to_period("M")).to_numpy(float)
        weekday = np.eye(7)[sales.index.weekday][:, 1:]
        y = sales["revenue"].to_numpy() / sales["revenue"].mean()
        fit = GLM(y, np.hstack([months, weekday]), family=Poisson()).fit(
            cov_type="HAC", cov_kwds={"maxlags": 7}
        )
        assert (worth.effects[1:7] - worth.effects[0]).tolist() == pytest.approx(
            fit.params[-6:].tolist(), abs=1e-8
        )
        gap = np.zeros(len(worth.kinds))
        gap[[1, 0]] = 1, -1
        assert gap @ worth.covariance @ gap == pytest.approx(fit.cov_params()[-6, -6], rel=1e-6)

    def test_the_weekdays_of_a_week_average_one(self):
        table = weigh(sold("2024-01-01", "2025-12-31", noise=0.5)).table()
        assert table.loc[table.index.str.startswith("weekday"), "weight"].mean() == pytest.approx(1)

    def test_a_day_the_firm_never_sells_on_is_worth_nothing(self):
        sales = sold("2024-01-01", "2025-12-31")
        sales.loc[sales.index.weekday == 6, "revenue"] = 0.0
        worth = weigh(sales)
        assert worth.table().loc["weekday.6", "weight"] == 0
        sunday = days(date(2026, 1, 4), date(2026, 1, 4))
        assert worth.of(sunday).tolist() == [0.0]

    def test_a_holiday_too_rarely_seen_counts_as_a_sunday(self):
        # A year has one Christmas Day; the firm is closed, and once is too few to learn from.
        worth = weigh(sold("2024-01-01", "2025-06-30"), ENGLAND)
        assert worth.counted_as["closed"] == "weekday.6"
        christmas = days(date(2025, 12, 25), date(2025, 12, 25), ENGLAND)
        assert worth.of(christmas).iloc[0] == pytest.approx(0.4, rel=0.05)

    def test_the_effect_of_a_festival_is_found(self):
        selling = SellingDays(festivals=("spring_festival",))
        sales = sold("2023-01-01", "2025-12-31")
        phase = days(date(2023, 1, 1), date(2025, 12, 31), selling)["spring_festival"]
        sales["revenue"] *= phase.map(
            {"": 1, "before": 1.2, "during": 0.5, "after": 0.8}
        ).to_numpy()
        table = weigh(sales, selling).table()["weight"]
        found = [table[f"spring_festival.{phase}"] for phase in ("before", "during", "after")]
        assert found == pytest.approx([1.2, 0.5, 0.8])

    def test_the_interval_holds_the_truth_as_often_as_it_says(self):
        october, before = (days(date(y, 10, 1), date(y, 10, 31)) for y in (2026, 2025))
        truth = np.array(WORTH)[october["weekday"]].sum() / np.array(WORTH)[before["weekday"]].sum()
        ends = [
            weigh(sold("2024-01-01", "2025-12-31", 0.6, seed)).ratio(october, before)[1:]
            for seed in range(60)
        ]
        assert np.mean([low <= truth <= high for low, high in ends]) > 0.85

    def test_too_short_a_history_gives_none(self):
        assert weigh(sold("2024-01-01", "2024-12-01")) is None
        quiet = sold("2024-01-01", "2025-12-31")
        quiet["revenue"] = quiet["revenue"].where(np.arange(len(quiet)) % 10 == 0, 0.0)
        assert weigh(quiet) is None

    def test_days_of_credits_do_not_stop_it(self):
        sales = sold("2024-01-01", "2025-12-31")
        sales.iloc[10, 0] = -5000.0
        assert np.isfinite(weigh(sales).effects).all()


class TestComparable:
    def test_part_of_a_month_is_compared_with_the_same_days(self):
        sales = sold("2025-01-01", "2026-10-18")
        table = calendar.comparable(sales, parse("2026-10"), date(2026, 10, 18))
        assert table.loc["year_before", "base_last"] == date(2025, 10, 18)
        assert table.loc["prior", "base_first"] == date(2026, 9, 1)
        before = sales.loc["2025-10-01":"2025-10-18", "revenue"].sum()
        assert table.loc["year_before", "before"] == pytest.approx(before)

    def test_the_thirtieth_of_march_is_compared_with_the_end_of_february(self):
        spans = calendar.windows(parse("2026-03"), date(2026, 3, 20))
        assert spans["prior"] == (date(2026, 2, 1), date(2026, 2, 20))
        spans = calendar.windows(parse("2026-Q1"), date(2026, 2, 28) - pd.Timedelta(days=1))
        assert spans["year_before"] == (date(2025, 1, 1), date(2025, 2, 27))

    def test_a_leap_day_has_no_fellow_a_year_earlier(self):
        spans = calendar.windows(parse("2024-Q1"), date(2024, 2, 29))
        assert spans["year_before"][1] == date(2023, 2, 28)

    def test_a_base_before_the_data_is_missing(self):
        table = calendar.comparable(
            sold("2026-09-01", "2026-10-31"), parse("2026-10"), date(2026, 10, 31)
        )
        assert pd.isna(table.loc["year_before", "before"])
        assert table.loc["prior", "growth"] > 0

    def test_a_base_that_overlaps_the_period_is_missing(self):
        sales = sold("2014-01-01", "2017-12-31")
        table = calendar.comparable(sales, parse("2016-2017"), date(2017, 12, 31))
        assert pd.isna(table.loc["year_before", "before"])
        assert table.loc["prior", "before"] > 0

    def test_nothing_in_the_base_gives_no_growth(self):
        sales = sold("2025-01-01", "2026-10-31")
        sales.loc["2025-10", "revenue"] = 0.0
        table = calendar.comparable(sales, parse("2026-10"), date(2026, 10, 31))
        assert pd.isna(table.loc["year_before", "growth"])


class TestAdjusted:
    def test_a_firm_that_grew_by_its_trend_alone_is_given_that(self):
        """October 2026 has a Saturday where October 2025 had a Wednesday."""
        sales = sold("2024-01-01", "2026-10-31")
        worth = weigh(sales[:"2026-09-30"])
        row = calendar.adjusted(
            sales, parse("2026-10"), date(2026, 10, 31), SellingDays(), worth
        ).loc["year_before"]
        weights = np.array(WORTH)
        by_hand = (weights.sum() * 4 + weights[[3, 4, 5]].sum()) / (
            weights.sum() * 4 + weights[[2, 3, 4]].sum()
        )
        assert 1 + row["calendar"] == pytest.approx(by_hand)
        assert 1 + row["rest"] == pytest.approx(1.02**12)
        assert (1 + row["calendar"]) * (1 + row["rest"]) == pytest.approx(1 + row["growth"])

    @pytest.mark.parametrize("seed", range(5))
    def test_growth_is_the_product_of_its_parts(self, seed):
        sales = sold("2024-01-01", "2026-10-31", 0.7, seed)
        table = calendar.adjusted(
            sales,
            parse("2026-Q2"),
            date(2026, 10, 31),
            ENGLAND,
            weigh(sales[:"2026-03-31"], ENGLAND),
        )
        product = (1 + table["calendar"]) * (1 + table["rest"])
        assert product.tolist() == pytest.approx((1 + table["growth"]).tolist())
        assert (table["calendar_low"] <= table["calendar"]).all()

    def test_without_weights_growth_stands_and_its_parts_are_missing(self):
        table = calendar.adjusted(
            sold("2025-01-01", "2026-10-31"), parse("2026-10"), date(2026, 10, 31), ENGLAND, None
        )
        assert table["growth"].notna().all()
        assert table[["calendar", "rest", "worth"]].isna().all().all()

    def test_the_days_add_up(self):
        table = calendar.facts(
            sold("2024-01-01", "2026-12-31"), parse("2026-12"), date(2026, 12, 31), ENGLAND
        )
        kinds = ["working_days", "weekend_days", "holidays", "moved_days", "closed_days"]
        assert table[kinds].sum(axis=1).tolist() == table["days"].tolist()
        assert table.loc["current", ["working_days", "holidays", "closed_days"]].tolist() == [
            21,
            2,
            1,
        ]


class TestMonthFactors:
    def test_over_twenty_eight_years_they_average_one(self):
        worth = weigh(sold("2024-01-01", "2025-12-31"))
        months = pd.period_range("1999-01", "2026-12", freq="M")
        factors = calendar.month_factors(worth, months, SellingDays())
        assert factors.groupby(months.month).mean().tolist() == pytest.approx([1.0] * 12)

    def test_without_weights_every_month_is_usual(self):
        months = pd.period_range("2026-01", "2026-03", freq="M")
        assert calendar.month_factors(None, months, ENGLAND).tolist() == [1, 1, 1]


class TestOnFirms:
    def test_the_future_changes_no_weight(self, demo_data):
        from analysis import params

        run = params.load("east", "2025-10", "demo")
        sales = calendar.daily_sales(demo_data, run)
        spoilt = sales.copy()
        spoilt.loc["2025-10-01":] *= 7
        before = calendar.weights_table(calendar.weights(sales, run))
        assert_frame_equal(before, calendar.weights_table(calendar.weights(spoilt, run)))

    def test_days_add_up_to_the_month_and_channels_to_days(self, demo_data):
        from analysis.measures.days import revenue_by_day, sales_by_day
        from analysis.measures.engine import measure

        first, last = date(2026, 9, 1), date(2026, 9, 30)
        by_day = sales_by_day(demo_data, "east", first, last)
        month = measure(demo_data, "east", parse("2026-09"), ["revenue"])["value"].iloc[0]
        assert len(by_day) == 30
        assert by_day["revenue"].sum() == pytest.approx(month)
        channels = revenue_by_day(demo_data, "east", first, last, "channel")
        assert channels.sum(axis=1).tolist() == pytest.approx(by_day["revenue"].tolist())

    def test_the_demo_firms_festival_is_seen_for_what_it_is(self, demo_data):
        """Demand of businesses falls to 58 % in the pause and rises to 118 % before it."""
        from analysis import params

        run = params.load("all", "2026-10", "demo")
        worth = calendar.weights_table(calendar.weights(calendar.daily_sales(demo_data, run), run))
        assert worth.loc["spring_festival.before", "low"] > 1
        assert worth.loc["spring_festival.during", "high"] < 0.85

    def test_a_day_without_orders_sold_nothing(self, tiny):
        from analysis.measures.days import revenue_by_day, sales_by_day

        table = sales_by_day(tiny, "east", date(2026, 2, 1), date(2026, 2, 4))
        assert table["revenue"].tolist() == [0, 0, 240, 0]
        assert table["orders"].tolist() == [0, 0, 1, 0]
        assert sales_by_day(tiny, "east", date(2031, 1, 1), date(2031, 1, 2)).empty
        assert revenue_by_day(tiny, "east", date(2026, 2, 3), date(2026, 2, 3), "team").empty

    def test_the_tiny_firm_is_too_small_to_weigh_days(self, tiny, tiny_run):
        run = tiny_run()
        sales = calendar.daily_sales(tiny, run)
        assert calendar.weights(sales, run) is None
        assert calendar.weights_table(None).empty
