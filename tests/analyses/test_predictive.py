"""Forecasts: what is known by hand, and that the future changes nothing in the past."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from pandas.testing import assert_frame_equal

from analysis.analyses import backtest, forecasters, predictive
from analysis.errors import ContractError

SHAPE = [60, 50, 90, 90, 100, 95, 85, 90, 110, 120, 150, 160]  # of a year; averages 100


def months(revenue, first="2020-01") -> pd.DataFrame:
    index = pd.period_range(first, periods=len(revenue), freq="M", name="month")
    return pd.DataFrame({"revenue": np.asarray(revenue, dtype=float)}, index=index)


def seasonal(count: int, noise: float = 5.0, growth: float = 0.5) -> pd.DataFrame:
    chance = np.random.default_rng(7)
    level = np.resize(SHAPE, count) + growth * np.arange(count)
    return months(level + chance.normal(0, noise, count))


def outcomes(*rows: tuple[str, str, float, float]) -> pd.DataFrame:
    """Rows of method, origin, actual, forecast; ranges are ±10 and ±20."""
    table = pd.DataFrame(rows, columns=["method", "origin", "actual", "forecast"])
    table = table.assign(origin=pd.PeriodIndex(table["origin"], freq="M"), ahead=1)
    for own in ("", "own_"):
        for level, half in ((80, 10), (95, 20)):
            table[f"{own}low_{level}"] = table["forecast"] - half
            table[f"{own}high_{level}"] = table["forecast"] + half
    return table.assign(month=table["origin"] + 1)


# Whole months


def history(table: pd.DataFrame, first: date, last: date) -> list[str]:
    return predictive.history(table, first, last, slack=3).index.astype(str).tolist()


def test_a_last_month_held_in_part_is_left_out():
    table = months([10, 20, 30])
    assert history(table, date(2020, 1, 1), date(2020, 3, 27)) == ["2020-01", "2020-02"]
    assert history(table, date(2020, 1, 1), date(2020, 3, 28)) == ["2020-01", "2020-02", "2020-03"]


def test_a_first_month_held_in_part_is_left_out():
    table = months([10, 20, 30])
    assert history(table, date(2020, 1, 5), date(2020, 3, 31)) == ["2020-02", "2020-03"]
    assert history(table, date(2020, 1, 4), date(2020, 3, 31))[0] == "2020-01"


def test_months_before_the_first_sale_are_no_history_but_later_empty_ones_are():
    table = months([0, 0, 5, 0, 7])
    whole = history(table, date(2020, 1, 1), date(2020, 5, 31))
    assert whole == ["2020-03", "2020-04", "2020-05"]


# Backtest


def test_the_seasonal_naive_is_last_years_month_exactly():
    past = seasonal(40)
    tried = backtest.backtest(past, horizon=6, folds=3, min_history=24)
    naive = tried[tried["method"] == "seasonal_naive"]
    last_year = past["revenue"].reindex(pd.PeriodIndex(naive["month"]) - 12)
    assert_allclose(naive["forecast"], last_year)
    assert_allclose(naive["actual"], past["revenue"].reindex(pd.PeriodIndex(naive["month"])))


def test_the_grown_naive_is_last_years_month_times_the_years_growth():
    grown = [110 * part / 100 for part in SHAPE]
    past = months(SHAPE + grown + [1.1 * part for part in grown])  # 10 % a year
    tried = backtest.backtest(past, horizon=6, folds=1, min_history=24)
    one = tried[tried["method"] == "grown_naive"]
    assert_allclose(one["forecast"], one["actual"])
    after_nothing = predictive.forecast(
        months([0] * 12 + SHAPE), tried.iloc[:0], "grown_naive", 6, 24
    )
    assert_allclose(after_nothing["forecast"].iloc[:6], SHAPE[:6])


def test_folds_are_the_last_whole_ones():
    tried = backtest.backtest(seasonal(40), horizon=6, folds=3, min_history=24)
    origins = tried["origin"].unique()
    assert [str(origin) for origin in origins] == ["2022-08", "2022-09", "2022-10"]
    assert tried["month"].max() == pd.Period("2023-04", "M")  # the 40th month
    assert len(tried) == 3 * 6 * len(forecasters.METHODS)
    assert tried["ahead"].tolist() == [1, 2, 3, 4, 5, 6] * 3 * len(forecasters.METHODS)


def test_no_fold_learns_from_less_than_the_least_history():
    tried = backtest.backtest(seasonal(32), horizon=6, folds=12, min_history=24)
    assert tried["origin"].nunique() == 3  # after 24, 25 and 26 months
    assert tried["origin"].min() == pd.Period("2021-12", "M")
    assert backtest.backtest(seasonal(29), 6, 12, 24).empty


@settings(max_examples=5)
@given(st.integers(32, 39), st.floats(0, 1000))
def test_the_future_changes_nothing_in_the_past(place, revenue):
    past = seasonal(40)
    changed = past.copy()
    changed.iloc[place] = revenue
    first, second = (backtest.backtest(each, 6, 4, 24) for each in (past, changed))
    known = [column for column in first.columns if column != "actual"]
    before = first["origin"] < past.index[place]  # months up to the origin are unchanged
    assert before.any()
    assert_frame_equal(first.loc[before, known], second.loc[before, known])


def test_ranges_are_nested_and_nothing_is_below_zero():
    chance = np.random.default_rng(3)
    past = months(np.where(chance.random(42) < 0.4, chance.lognormal(3, 1, 42), 0.0))
    tried = backtest.backtest(past, 6, 6, 24)
    for table in (tried, predictive.forecast(past, tried, "ets", 6, 24).drop("total")):
        assert (table["low_95"] <= table["low_80"]).all()
        assert (table["low_80"] <= table["forecast"]).all()
        assert (table["forecast"] <= table["high_80"]).all()
        assert (table["high_80"] <= table["high_95"]).all()
        assert (table["low_95"] >= 0).all()


@pytest.mark.parametrize("revenue", [0.0, 50.0])
def test_months_that_are_all_equal_are_forecast_to_stay(revenue):
    past = months([revenue] * 40)
    tried = backtest.backtest(past, 6, 3, 24)
    errors = backtest.accuracy(tried)
    assert_allclose(tried["forecast"], revenue)
    assert backtest.best_method(errors) == "seasonal_naive"
    assert_allclose(predictive.forecast(past, tried, "theta", 6, 24)["forecast"].iloc[:6], revenue)


def test_the_same_months_give_the_same_forecast():
    first, second = (backtest.backtest(seasonal(36), 6, 3, 24) for _ in range(2))
    assert_frame_equal(first, second)


def test_the_input_is_left_alone():
    past = seasonal(36)
    before = past.copy(deep=True)
    tried = backtest.backtest(past, 6, 3, 24)
    predictive.forecast(past, tried, "ets", 6, 24)
    predictive.seasons(past)
    assert_frame_equal(past, before)


def test_months_with_a_gap_are_an_error():
    with pytest.raises(ContractError, match="one row per month, in order, without gaps"):
        backtest.backtest(seasonal(36).drop(pd.Period("2021-05", "M")), 6, 3, 24)


# Errors


def test_errors_are_as_worked_by_hand():
    tried = outcomes(
        ("seasonal_naive", "2024-01", 100, 80),  # off by 20, outside 80 %, just inside 95 %
        ("seasonal_naive", "2024-02", 300, 310),  # off by 10, just inside
        ("grown_naive", "2024-01", 100, 100),
        ("grown_naive", "2024-02", 300, 315),
        ("ets", "2024-01", 100, 105),
        ("ets", "2024-02", 300, 310),
        ("theta", "2024-01", 100, 70),
        ("theta", "2024-02", 300, 330),
    )
    errors = backtest.accuracy(tried)
    naive = errors.loc["seasonal_naive"]
    assert (naive["folds"], naive["n"], naive["mae"]) == (2, 2, 15)
    assert naive["rmse"] == pytest.approx(np.sqrt((400 + 100) / 2))
    assert naive["wape"] == 30 / 400
    assert naive["accuracy"] == 1 - 30 / 400
    assert naive["bias"] == -10 / 400
    assert (naive["coverage_80"], naive["coverage_95"]) == (0.5, 1.0)
    assert errors["relative"].tolist() == [1, 0.5, 0.5, 2]
    assert backtest.best_method(errors) == "grown_naive"  # of two as good, the plainer


def test_a_method_that_only_draws_level_does_not_win():
    tied = outcomes(
        ("seasonal_naive", "2024-01", 100, 90),
        ("ets", "2024-01", 100, 110),
        ("theta", "2024-01", 100, 90),
    )
    assert backtest.best_method(backtest.accuracy(tied)) == "seasonal_naive"


def test_error_by_month_ahead_adds_up_before_it_divides():
    tried = outcomes(
        *(
            (m, o, a, f)
            for m in forecasters.METHODS
            for o, a, f in (("2024-01", 100, 110), ("2024-02", 300, 270))
        )
    )
    shares = backtest.error_by_month_ahead(tried)
    assert shares.loc[1].tolist() == [0.1] * len(
        forecasters.METHODS
    )  # (10 + 30) / 400, not the mean of 10 % and 10 %


def test_nothing_tried_has_no_errors_and_last_years_month_is_published():
    nothing = backtest.backtest(seasonal(20), 6, 12, 24)
    assert backtest.accuracy(nothing).empty
    assert backtest.error_by_month_ahead(nothing).empty
    assert backtest.best_method(backtest.accuracy(nothing)) == "seasonal_naive"


# Ranges


def test_ranges_that_were_too_narrow_are_widened_by_what_came():
    # Nine outcomes off by 1 to 9 times the method's own half-width of 10. Of ten equally likely
    # places of the next, 80 % are within the eighth smallest: 8 times as wide. 95 % needs 19.
    tried = outcomes(*(("ets", f"2024-{k:02}", 100 + 10 * k, 100) for k in range(1, 10)))
    made = outcomes(("ets", "2025-01", 0, 200))
    widened = forecasters.ranged(made, tried)
    assert widened[["low_80", "high_80"]].to_numpy().tolist() == [[120, 280]]
    assert widened[["low_95", "high_95"]].to_numpy().tolist() == [
        [120, 280]
    ]  # holds the 80 % range


def test_ranges_that_were_wide_enough_stay_the_methods_own():
    tried = outcomes(*(("ets", f"2024-{k:02}", 100 + k, 100) for k in range(1, 10)))
    widened = forecasters.ranged(outcomes(("ets", "2025-01", 0, 200)), tried)
    bounds = ["low_80", "high_80", "low_95", "high_95"]
    assert widened[bounds].to_numpy().tolist() == [[190, 210, 180, 220]]


def test_the_range_of_the_total_is_how_far_totals_have_been_off():
    # Four folds: totals off by 1, 2, 3 and 50 %; 80 % of the next lie within the largest.
    tried = outcomes(
        *(
            ("ets", f"2024-0{k}", 100 * (1 + off), 100)
            for k, off in enumerate((0.01, 0.02, 0.03, 0.5), start=1)
        )
    )
    ahead = pd.DataFrame({"forecast": [100.0, 100], "low_80": [90.0, 90], "high_80": [110.0, 110]})
    assert predictive._total_range(ahead, tried) == (100, 300)
    assert predictive._total_range(ahead, tried.iloc[:3]) == (180, 220)  # the months' bounds added


def test_the_forecast_adds_up_and_stands_beside_last_year():
    past = seasonal(36)
    tried = backtest.backtest(past, 6, 3, 24)
    expected = predictive.forecast(past, tried, "ets", 6, 24)
    assert [str(month) for month in expected.index] == [
        "2023-01",
        "2023-02",
        "2023-03",
        "2023-04",
        "2023-05",
        "2023-06",
        "total",
    ]
    ahead, total = expected.iloc[:-1], expected.iloc[-1]
    assert total["forecast"] == pytest.approx(ahead["forecast"].sum())
    assert_allclose(ahead["year_before"], past["revenue"].iloc[24:30])
    assert_allclose(expected["change"], expected["forecast"] - expected["year_before"])
    assert total["low_80"] < total["forecast"] < total["high_80"]
    assert pd.isna(total["low_95"])


def test_too_little_history_gives_no_forecast():
    past = seasonal(23)
    assert predictive.forecast(past, backtest.backtest(past, 6, 12, 24), "ets", 6, 24).empty


# Season and level


def test_a_pure_season_is_found_exactly():
    table = predictive.seasons(months(SHAPE * 3))
    assert_allclose(table["season"], np.array(SHAPE) / 100)
    assert table["years"].tolist() == [2] * 12
    assert_allclose(table["low"], table["high"])


def test_seasons_average_one():
    assert predictive.seasons(seasonal(48))["season"].mean() == pytest.approx(1)


def test_seasons_take_two_years_with_revenue():
    assert predictive.seasons(months(SHAPE * 2).iloc[1:]).empty
    assert predictive.seasons(months([1] + [0] * 30)).empty


def test_level_season_and_rest_add_up_to_the_forecast():
    past = months(SHAPE * 3)
    expected = predictive.forecast(past, backtest.backtest(past, 6, 3, 24), "seasonal_naive", 6, 24)
    parts = predictive.make_up(expected, past, predictive.seasons(past))
    assert_allclose(parts[["level", "season", "rest"]].sum(axis=1), expected["forecast"])
    assert_allclose(parts["level"].iloc[:6], 100)
    assert_allclose(parts["season"].iloc[:6], [-40, -50, -10, -10, 0, -5])
    assert_allclose(parts["rest"], 0, atol=1e-9)


def test_the_level_of_a_year_stands_beside_the_one_before():
    levels = predictive.yearly_level(months([100] * 12 + [130] * 12))
    assert levels["level"].tolist() == [100, 130]
    assert predictive.yearly_level(months([100] * 12))["level"].isna().tolist() == [True, False]


def test_a_forecast_on_superstore_beats_last_years_month(superstore):
    from analysis.measures import engine

    monthly = engine.by_month(
        superstore, "east", superstore.first_month, pd.Period("2017-12", "M"), ["revenue"]
    )
    past = predictive.history(monthly, superstore.first_day, superstore.last_day, 3)
    errors = backtest.accuracy(backtest.backtest(past, 6, 12, 24))
    assert len(past) == 48
    assert backtest.best_method(errors) == "ets"
    assert errors.loc["ets", "relative"] < 0.9
    assert 0.7 < errors.loc["ets", "coverage_80"] < 0.9
