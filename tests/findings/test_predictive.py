"""Sentences about what to expect: true in every case, with their numbers."""

import numpy as np
import pandas as pd
import pytest

from analysis import params
from analysis.findings import predictive as say


@pytest.fixture
def run() -> params.Run:
    return params.load("east", "2017-12", "superstore")


def months(count: int, last: str = "2017-12") -> pd.DataFrame:
    index = pd.period_range(end=pd.Period(last, "M"), periods=count, freq="M", name="month")
    return pd.DataFrame({"revenue": 100.0}, index=index)


def expected(forecasts=(100.0, 120.0), year_before=(80.0, 90.0)) -> pd.DataFrame:
    index = [*pd.period_range("2018-01", periods=len(forecasts), freq="M"), "total"]
    table = pd.DataFrame(
        {"forecast": [*forecasts, sum(forecasts)], "year_before": [*year_before, sum(year_before)]},
        index=pd.Index(index, dtype=object, name="month"),
    )
    half = table["forecast"] / 10
    change = table["forecast"] - table["year_before"]
    return table.assign(
        low_80=table["forecast"] - half,
        high_80=table["forecast"] + half,
        low_95=table["forecast"] - 2 * half,
        high_95=table["forecast"] + 2 * half,
        change=change,
        growth=change / table["year_before"].where(table["year_before"] > 0),
    )


def errors(
    naive: float = 20.0, ets: float = 15.0, theta: float = 25.0, bias: float = 0.0
) -> pd.DataFrame:
    mae = pd.Series(
        [naive, ets, theta], index=pd.Index(["seasonal_naive", "ets", "theta"], name="method")
    )
    return pd.DataFrame(
        {
            "folds": 12,
            "n": 60,
            "mae": mae,
            "rmse": mae,
            "wape": mae / 100,
            "accuracy": 1 - mae / 100,
            "bias": bias,
            "relative": mae / naive,
            "coverage_80": 0.75,
            "coverage_95": 0.95,
            "own_coverage_80": 0.5,
            "own_coverage_95": 0.9,
        }
    )


def test_the_forecast_says_month_total_ranges_and_last_year(run):
    finding = say.forecast(expected(), months(48), errors(), run, "ets")
    assert finding.sentence == (
        "East revenue is expected to be $100 in January 2018 (80% range $90.00 to $110) and "
        "$220 over "
        "the 2 months to February 2018 ($198 to $242), up 29.4% ($50.00) on the same months a year "
        "before."
    )
    assert finding.at_stake == 25  # of a month, when 50 is of two
    assert finding.values["total.forecast"] == 220
    assert finding.units["total.growth"] == "rate"
    assert finding.units.keys() == finding.values.keys()
    assert finding.n == 48
    assert finding.caveats == ()


@pytest.mark.parametrize(
    ("year_before", "said"),
    [
        ((100.0, 140.0), "($198 to $242), down 8.3% ($20.00) on the same months a year before."),
        ((100.0, 120.0), "($198 to $242), as much as in the same months a year before."),
        ((0.0, 0.0), "($198 to $242), up $220 on the same months a year before."),
        ((np.nan, np.nan), "($198 to $242)."),
    ],
)
def test_last_year_may_be_more_the_same_nothing_or_unknown(run, year_before, said):
    table = expected(year_before=year_before)
    assert say.forecast(table, months(48), errors(), run, "ets").sentence.endswith(said)


def test_one_month_ahead_has_no_total(run):
    finding = say.forecast(expected((100.0,), (80.0,)), months(48), errors(), run, "ets")
    assert finding.sentence == (
        "East revenue is expected to be $100 in January 2018 (80% range $90.00 to $110), up 25.0% "
        "($20.00) on the same months a year before."
    )


def test_a_month_left_out_is_a_caveat(run):
    finding = say.forecast(expected(), months(48, last="2017-11"), errors(), run, "ets")
    assert finding.caveats == (
        "November 2017 is the last whole month in the data; what came after is left out and "
        "forecast.",
    )


def test_an_error_that_is_mostly_one_sided_is_a_caveat(run):
    assert say.forecast(expected(), months(48), errors(bias=-0.075), run, "ets").caveats == ()
    low = say.forecast(expected(), months(48), errors(bias=-0.08), run, "ets")
    assert low.caveats == (
        "Earlier forecasts made this way were 8.0% too low on balance, more than half of their "
        "error; revenue may well come in above.",
    )
    high = say.forecast(expected(), months(48), errors(bias=0.08), run, "ets")
    assert "8.0% too high" in high.caveats[0]


def test_ranges_that_have_been_too_narrow_are_a_caveat(run):
    narrow = errors().assign(coverage_80=0.75, coverage_95=0.84)
    assert say.forecast(expected(), months(48), narrow, run, "ets").caveats == (
        "The ranges have been too narrow: 75% of earlier outcomes came within the 80% range "
        "and 84% "
        "within the 95% range.",
    )
    fair = errors().assign(coverage_80=0.71, coverage_95=0.86)
    assert say.forecast(expected(), months(48), fair, run, "ets").caveats == ()


def test_few_folds_are_a_caveat(run):
    finding = say.forecast(expected(), months(31), errors().assign(folds=3), run, "ets")
    assert finding.caveats[0].startswith("Only 3 forecasts could be tried")


def test_an_untried_forecast_says_so(run):
    nothing = errors().iloc[:0]
    finding = say.forecast(expected(), months(25), nothing, run, "ets")
    assert finding.caveats[0].startswith("Too few months to try forecasts on known ones")
    error = say.error(nothing, months(25), run, "seasonal_naive")
    assert error.sentence == (
        "The data hold 25 whole months, too few to try a forecast on months already known; the "
        "same "
        "month a year before is published, and how good it is cannot be said."
    )


def test_too_few_months_are_counted_not_forecast(run):
    finding = say.forecast(expected().iloc[:0], months(5), errors().iloc[:0], run, "ets")
    assert finding.sentence == (
        "The data hold 5 whole months of East revenue, fewer than the 24 a forecast takes: a "
        "season "
        "cannot yet be told from a trend."
    )
    assert (finding.n, finding.notable) == (5, False)
    error = say.error(errors().iloc[:0], months(5), run, "seasonal_naive")
    assert error.sentence.startswith("No forecast is made from 5 whole months of revenue")


def test_the_error_says_by_how_much_last_years_month_is_beaten(run):
    finding = say.error(errors(bias=-0.05), months(48), run, "ets")
    assert finding.sentence == (
        "In 12 earlier forecasts made this way, by exponential smoothing, a month was off by "
        "$15.00 on "
        "average (15.0% of revenue), 25.0% less than the same month a year before would have been; "
        "45 of 60 months came within the 80% range and 57 within the 95% range; on balance "
        "forecasts "
        "were 5.0% too low."
    )
    assert finding.n == 60
    assert finding.units.keys() == finding.values.keys()


def test_the_error_says_when_nothing_beat_last_years_month(run):
    finding = say.error(errors(ets=21, bias=0.05), months(48), run, "seasonal_naive")
    assert finding.sentence == (
        "No method tried beat the same month a year before, so that is published: in 12 earlier "
        "forecasts a month was off by $20.00 on average (20.0% of revenue), against $21.00 by "
        "exponential smoothing; 45 of 60 months came within the 80% range and 57 within the 95% "
        "range; "
        "on balance forecasts were 5.0% too high."
    )
    assert finding.caveats == ()


def test_errors_over_no_revenue_have_no_share(run):
    table = errors().assign(wape=np.nan, bias=np.nan)
    sentence = say.error(table, months(48), run, "ets").sentence
    assert "off by $15.00 on average, 25.0% less" in sentence
    assert sentence.endswith("within the 95% range.")


def test_level_season_and_rest_are_said_with_their_signs(run):
    parts = pd.DataFrame(
        {"level": 200.0, "season": -30.0, "rest": 50.0, "forecast": 220.0},
        index=pd.Index([pd.Period("2018-01", "M"), "total"], dtype=object),
    )
    by_season = pd.DataFrame({"season": [0.5, 1.0, 1.5]}, index=[1, 6, 12])
    levels = pd.DataFrame({"level": [80.0, 100.0]}, index=["year_before", "now"])
    finding = say.make_up(parts, by_season, levels, months(48), run)
    assert finding.sentence == (
        "The forecast starts from a level of $100 a month, the average of the last twelve "
        "(+25.0% on the "
        "twelve before); over the coming months together the season makes −$30.00 and growth "
        "and the "
        "rest +$50.00. December is usually the strongest month, at 1.50 times an average one, and "
        "January the weakest, at 0.50."
    )
    assert finding.units.keys() == finding.values.keys()


def test_without_seasons_there_is_no_make_up(run):
    nothing = pd.DataFrame(columns=["level", "season", "rest", "forecast"])
    finding = say.make_up(nothing, nothing, nothing, months(20), run)
    assert finding.sentence.endswith("and the data hold 20 months.")
    assert not finding.notable
