import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from analysis import params, periods
from analysis.analyses import unusual
from analysis.evaluation.unusual import World, invented
from analysis.measures.engine import measure

QUIET = World("quiet", season=0.1)


def quiet(seed: int = 0, world: World = QUIET) -> pd.DataFrame:
    return invented(world, np.random.default_rng(seed))


def judge(values: pd.DataFrame, **settings) -> pd.DataFrame:
    return unusual.judged(values, **({"length": 1, "min_errors": 6, "min_orders": 1} | settings))


def change(values: pd.DataFrame, part: str, measure: str, factor: float, step: int = 0):
    changed = values.copy()
    changed.loc[(("category",), (part,), measure, step)] *= factor
    return changed


class TestJudged:
    def test_a_series_that_collapses_is_unusual_and_the_others_are_not(self):
        values = change(quiet(), "P07", "revenue", 0.2)
        found = unusual.flagged(judge(values), 0.05)
        assert found["parts"].tolist() == [("P07",)]
        assert found["measure"].tolist() == ["revenue"]
        row = found.iloc[0]
        assert row["value"] < row["low"] < row["expected"] < row["high"]
        assert row["money"] == pytest.approx(row["gap"])

    def test_the_same_fall_months_ago_is_no_news(self):
        values = quiet()
        for step in range(-8, 1):
            values = change(values, "P07", "revenue", 0.2, step)
        assert unusual.flagged(judge(values), 0.05).empty

    def test_a_quiet_panel_has_few_small_chances(self):
        chances = judge(quiet(5))["chance"]
        assert 0.0 <= (chances < 0.05).mean() < 0.15
        assert unusual.flagged(judge(quiet(5)), 0.05).empty

    def test_the_order_of_rows_does_not_matter(self):
        values = quiet()
        mixed = values.sample(frac=1, random_state=1)
        assert_frame_equal(judge(values).sort_index(), judge(mixed).sort_index())

    def test_what_is_judged_is_left_as_it_was(self):
        values = quiet()
        before = values.copy()
        judge(values)
        assert_frame_equal(values, before)

    def test_the_last_value_does_not_help_to_expect_itself(self):
        row = ("category",), ("P07",), "revenue"
        before = judge(quiet()).loc[row]
        after = judge(change(quiet(), "P07", "revenue", 3.0)).loc[row]
        assert after["expected"] == pytest.approx(before["expected"])
        assert after["high"] == pytest.approx(before["high"])

    def test_what_the_calendar_gave_is_expected(self):
        """A month with a tenth more to its calendar, and a tenth more sold, is as usual."""
        values = quiet()
        row = ("category",), ("P07",), "revenue"
        plain = judge(values).loc[row]
        steps = sorted(values.index.unique("step"))
        factors = pd.DataFrame({"all": 1.0}, index=pd.Index(steps, name="step"))
        factors.loc[0, "all"] = 1.1
        richer = judge(change(values, "P07", "revenue", 1.1), factors=factors).loc[row]
        assert richer["expected"] == pytest.approx(1.1 * plain["expected"])
        assert richer["size"] == pytest.approx(plain["size"])

    def test_a_part_that_sells_nothing_at_all_is_unusual(self):
        values = quiet()
        gone = values.drop((("category",), ("P07",), "revenue", 0))
        found = unusual.flagged(judge(gone), 0.05)
        assert found["value"].tolist() == [0.0]

    def test_a_short_history_is_said(self):
        table = judge(quiet(world=World("short", steps=17)))
        assert set(table["status"]) == {"short"}
        assert table["expected"].isna().all()

    def test_parts_with_few_orders_are_counted_and_not_judged(self):
        assert set(judge(quiet(), min_orders=1e6)["status"]) == {"few"}

    def test_a_series_that_never_moves_is_constant(self):
        values = quiet()
        still = (("category",), ("P03",), "average_order_value")
        values.loc[[key[:3] == still for key in values.index], ["value", "numerator"]] = 7.0
        assert judge(values)["status"].to_dict()[still] == "constant"

    def test_a_ratio_with_a_gap_is_not_judged(self):
        values = quiet().drop((("category",), ("P03",), "average_order_value", -5))
        row = ("category",), ("P03",), "average_order_value"
        assert judge(values)["status"].to_dict()[row] == "gaps"

    def test_nothing_at_all_gives_an_empty_table(self):
        assert judge(pd.DataFrame(columns=["numerator", "denominator", "value"])).empty

    def test_shares_of_chance_are_those_of_benjamini_and_hochberg(self):
        """Their paper's example (1995, p. 297) names four of fifteen at 5 %."""
        chances = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459,
                   0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000]  # fmt: skip
        shares = unusual._false_share(pd.Series(chances))
        assert (shares <= 0.05).sum() == 4


class TestFlagged:
    def test_a_part_stands_once_with_its_other_measures_beside(self):
        values = change(change(quiet(), "P07", "revenue", 0.2), "P07", "orders", 0.15)
        found = unusual.flagged(judge(values), 0.05)
        assert len(found) == 1
        assert {found["measure"][0], *found["others"][0]} == {"revenue", "orders"}

    def test_its_history_ends_with_the_period(self):
        values = change(quiet(), "P07", "revenue", 0.2)
        found = unusual.flagged(judge(values), 0.05)
        history = unusual.histories(values, found)
        assert history.loc[0, 0] == found["value"][0]
        assert len(history) == 36


class TestSurprise:
    def test_it_is_the_place_among_earlier_errors_and_never_certain(self):
        rng = np.random.default_rng(0)
        history = pd.Series(rng.normal(100, 5, 36))
        assert unusual.surprise(history, 160.0) == pytest.approx(12.5 / 13)
        assert unusual.surprise(history, float(history.median())) < 0.5

    def test_a_short_or_broken_history_knows_nothing(self):
        assert unusual.surprise(pd.Series([1.0, 2.0]), 3.0) == 0.5
        assert unusual.surprise(pd.Series(np.arange(1.0, 20.0)), 90.0) == 0.5  # 7 errors
        assert unusual.surprise(pd.Series([1.0] * 20 + [float("nan")]), 3.0) == 0.5
        assert unusual.surprise(pd.Series(dtype=float), 3.0) == 0.5

    def test_noise_is_as_surprising_as_chance_has_it(self):
        rng = np.random.default_rng(3)
        drawn = [
            unusual.surprise(pd.Series(noise[:-1]), noise[-1])
            for noise in np.exp(rng.normal(0, 0.1, (200, 36)))
        ]
        assert max(drawn) < 1
        assert np.mean(drawn) == pytest.approx(0.5, abs=0.07)

    def test_a_quarter_is_held_against_quarters(self):
        months = pd.period_range("2021-01", "2026-09", freq="M")
        rng = np.random.default_rng(4)
        monthly = pd.Series(rng.normal(100, 1, len(months)), index=months)
        monthly.iloc[-2] = 30.0  # the quarter's middle month; its last is as ever
        assert unusual.surprise_of(monthly, periods.parse("2026-Q3")) > 0.9
        assert unusual.surprise_of(monthly, periods.parse("2026-09")) < 0.9

    def test_a_period_that_still_runs_has_no_surprise(self):
        months = pd.period_range("2021-01", "2026-09", freq="M")
        monthly = pd.Series(np.arange(len(months)) + 1.0, index=months)
        assert unusual.surprise_of(monthly, periods.parse("2026-Q4")) == 0.5
        assert unusual.surprise_of(monthly.iloc[:0], periods.parse("2026-Q4")) == 0.5


class TestOnFirms:
    def test_the_panel_is_what_the_engine_measures(self, demo_data):
        run = params.load("east", "2026-10", "demo")
        values = unusual.panel(demo_data, run, ["revenue", "orders"], [(), ("category",)])
        now = measure(demo_data, "east", run.period, ["revenue"], ["category"])["value"]
        mine = values.xs(("revenue", 0), level=["measure", "step"])["value"]
        assert mine.loc[("category",)].sum() == pytest.approx(now.sum())
        assert values.xs("revenue", level="measure").index.unique("step").min() == -35

    def test_the_stock_out_is_found_and_named_first(self, demo_data):
        run = params.load("east", "2026-10", "demo")
        rules = run.settings.unusual
        table = unusual.judged(
            unusual.panel(demo_data, run), 1, rules.min_errors, rules.min_orders,
            unusual.factors(demo_data, run),
        )  # fmt: skip
        found = unusual.flagged(table, rules.false_share)
        assert found["parts"][0] == ("Furniture",)
        assert found["gap"][0] < 0

    def test_quarters_are_compared_with_quarters(self, demo_data):
        run = params.load("east", "2026-Q3", "demo")
        values = unusual.panel(demo_data, run, ["revenue"], [()])["value"].droplevel([0, 1, 2])
        whole = measure(demo_data, "east", run.period, ["revenue"])["value"].iloc[0]
        assert values[0] == pytest.approx(whole)
        assert values.index.min() == -10  # November 2023 and December are no quarter of it

    def test_a_firm_without_categories_or_history_is_no_error(self, tiny, tiny_run):
        run = tiny_run()
        table = unusual.judged(unusual.panel(tiny, run), 1, 6, 20, unusual.factors(tiny, run))
        assert not (table["status"] == "judged").any()
