import numpy as np
import pandas as pd
import pytest

from analysis import params
from analysis.analyses import season

MONTHS = pd.period_range("2023-11", "2026-10", freq="M", name="month")
PATTERN = np.exp(0.2 * np.sin(np.arange(12) / 12 * 2 * np.pi))


def sold(growth: float = 0.0, noise: float = 0.0, seed: int = 0) -> pd.DataFrame:
    """A firm of £1,000 a month with a season that averages one on the log scale."""
    at = np.arange(len(MONTHS))
    spread = np.exp(np.random.default_rng(seed).normal(0, noise, len(at)))
    return pd.DataFrame(
        {"revenue": 1000 * np.exp(growth * at / 12) * PATTERN[at % 12] * spread}, index=MONTHS
    )


def even(value: float = 1.0) -> pd.Series:
    return pd.Series(value, index=MONTHS)


class TestDecomposition:
    def test_level_and_season_are_found(self):
        table = season.decomposition(sold(growth=0.1), even(), 24)
        assert table["season"].tolist() == pytest.approx(PATTERN[np.arange(36) % 12], rel=0.01)
        assert table["level"].iloc[-1] == pytest.approx(1000 * np.exp(0.1 * 35 / 12), rel=0.01)

    @pytest.mark.parametrize("seed", range(5))
    def test_the_parts_multiply_up_to_revenue(self, seed):
        calendar = pd.Series(np.random.default_rng(seed).uniform(0.9, 1.1, 36), index=MONTHS)
        table = season.decomposition(sold(0.05, 0.1, seed), calendar, 24)
        product = table[season.PARTS].prod(axis=1)
        assert product.tolist() == pytest.approx(table["revenue"].tolist())
        assert np.log(table["season"].iloc[:12]).sum() == pytest.approx(0, abs=1e-9)
        of_quarter = season.of_period(table, MONTHS[-3], MONTHS[-1])
        assert of_quarter[season.PARTS].prod() == pytest.approx(table["revenue"].iloc[-3:].sum())

    def test_what_the_calendar_gives_is_not_season(self):
        calendar = even()
        calendar.iloc[-1] = 0.9
        revenue = sold()
        revenue.iloc[-1] *= 0.9
        table = season.decomposition(revenue, calendar, 24)
        assert table["remainder"].iloc[-1] == pytest.approx(1, abs=0.01)

    def test_one_odd_month_is_remainder_and_not_level(self):
        revenue = sold(noise=0.01)
        revenue.iloc[-1] *= 0.7
        table = season.decomposition(revenue, even(), 24)
        assert table["remainder"].iloc[-1] == pytest.approx(0.7, abs=0.05)

    def test_a_short_history_or_an_empty_month_gives_none(self):
        assert season.decomposition(sold().tail(23), even(), 24).empty
        assert season.decomposition(sold().assign(revenue=[0.0] + [1.0] * 35), even(), 24).empty
        nothing = season.of_period(season.decomposition(sold().tail(3), even(), 24), *MONTHS[-2:])
        assert nothing["months"] == 0 and pd.isna(nothing["level"])


class TestChance:
    def test_an_odd_month_is_hardly_chance_and_noise_is(self):
        revenue = sold(noise=0.02)
        usual = season.of_period(season.decomposition(revenue, even(), 24), *MONTHS[[-1, -1]])
        revenue.iloc[-1] *= 0.7
        odd = season.of_period(season.decomposition(revenue, even(), 24), *MONTHS[[-1, -1]])
        assert odd["chance"] < 0.001 < 0.05 < usual["chance"]

    def test_without_months_there_is_none(self):
        empty = season.decomposition(sold().tail(3), even(), 24)
        assert pd.isna(season.of_period(empty, *MONTHS[-2:])["chance"])


class TestTrend:
    def test_growth_within_a_year_and_its_stage(self):
        moved = season.trend(season.decomposition(sold(0.2, 0.02), even(), 24), 60, random_state=0)
        assert moved["low"] < moved["growth"] < moved["high"]
        assert moved["growth"] == pytest.approx(np.exp(0.2) - 1, abs=0.04)
        assert moved["stage"] == "growing"

    def test_noise_alone_is_no_trend(self):
        moved = season.trend(season.decomposition(sold(0.0, 0.1), even(), 24), 60, random_state=0)
        assert moved["stage"] == "steady"

    def test_the_same_seed_gives_the_same_interval(self):
        table = season.decomposition(sold(0.1, 0.05), even(), 24)
        assert season.trend(table, 50, 1).tolist() == season.trend(table, 50, 1).tolist()

    def test_nothing_taken_apart_has_no_trend(self):
        assert season.trend(season.decomposition(sold().tail(3), even(), 24), 50, 0) is None


class TestSeasonalCalendar:
    def parts(self, **columns: pd.DataFrame) -> pd.DataFrame:
        tables = [
            table.rename(columns={"revenue": "value"}).assign(dimension="category", part=part)
            for part, table in columns.items()
        ]
        return pd.concat(tables).reset_index().set_index(season.KEY)[["value"]]

    def test_best_and_worst_months_are_named(self):
        table = season.seasonal_calendar(self.parts(A=sold(0.1, 0.01)), even(), MONTHS, 24)
        row = table.loc[("category", "A")]
        assert (row["best"], row["worst"]) == (2, 8)  # November is the first of the pattern
        assert row[2] == pytest.approx(PATTERN.max(), rel=0.02)
        assert row["years"] == 3 and row["chance"] < 0.01
        assert row["best_low"] <= row[2] * 1.01 and row["best_high"] >= row[2] * 0.99

    def test_noise_has_no_season(self):
        flat = sold(noise=0.1, seed=4) / np.tile(PATTERN, 3)[:, None]
        table = season.seasonal_calendar(self.parts(A=flat), even(), MONTHS, 24)
        assert table["chance"].iloc[0] > 0.05

    def test_a_part_with_an_empty_month_is_left_out(self):
        table = season.seasonal_calendar(
            self.parts(A=sold(), B=sold().iloc[5:]), even(), MONTHS, 24
        )
        assert table.index.tolist() == [("category", "A")]

    def test_no_parts_give_an_empty_table(self):
        nothing = pd.DataFrame(columns=["value"])
        assert season.seasonal_calendar(nothing, even(), MONTHS, 24).empty


class TestOnFirms:
    def test_the_demo_firms_garden_sells_in_spring(self, demo_data):
        run = params.load("all", "2026-10", "demo")
        months = season.whole_months(demo_data, run)
        parts = season.revenue_by_part(demo_data, run, months)
        table = season.seasonal_calendar(parts, pd.Series(1.0, index=months), months, 24)
        assert table.loc[("category", "Garden"), "best"] in (4, 5, 6)
        assert {dimension for dimension, _ in table.index} == {"category", "kind"}

    def test_the_tiny_firm_is_too_short(self, tiny, tiny_run):
        run = tiny_run()
        months = season.whole_months(tiny, run)
        parts = season.revenue_by_part(tiny, run, months)
        assert season.seasonal_calendar(parts, pd.Series(1.0, index=months), months, 24).empty
