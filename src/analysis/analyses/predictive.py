"""What next? Each function answers one question with one table.

What comes is said by the method that ``analyses.backtest`` found best, with ranges as wide as
earlier forecasts have been off.
"""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import pandas as pd

from analysis.analyses.backtest import check_months
from analysis.analyses.forecasters import BOUNDS, SEASON, conformal, predicted, ranged
from analysis.measures.catalogue import REVENUE


def history(monthly: pd.DataFrame, first_day: date, last_day: date, slack: int) -> pd.DataFrame:
    """Revenue of the months a forecast may learn from: whole ones, from the first sale on.

    Parameters
    ----------
    monthly : DataFrame
        One row per month (PeriodIndex without gaps), column ``revenue`` (money).
    first_day, last_day : date
        Between which the data hold orders.
    slack : int
        Days the data may begin after a month's first, or end before its last, for it still to
        count as whole.

    Returns
    -------
    DataFrame
        The rows of ``monthly`` that are whole, without the months before the first revenue.
    """
    months = pd.PeriodIndex(monthly.index)
    begins = (months.start_time - pd.Timestamp(first_day)).days >= -slack
    ends = (months.end_time.normalize() - pd.Timestamp(last_day)).days <= slack
    revenue = monthly[REVENUE].to_numpy(float)
    begun = np.cumsum(revenue != 0) > 0
    return monthly.loc[begins & ends & begun, [REVENUE]]


def forecast(
    past: pd.DataFrame, tried: pd.DataFrame, method: str, horizon: int, min_history: int
) -> pd.DataFrame:
    """What to expect of the coming months, and within which ranges.

    Monthly ranges are made as in the backtest, from every outcome known by now. The range of the
    total is how far totals of the same number of months have been off, as a share of their
    forecast, but no narrower than if the months' errors were unrelated; where fewer than four
    folds were tried it is the sum of the monthly bounds, the widest it can be.

    Parameters
    ----------
    past : DataFrame
        As :func:`history` gives it.
    tried : DataFrame
        As :func:`analysis.analyses.backtest.backtest` gives it for the same months.
    method : str
        One of ``METHODS``.
    horizon : int
        Months ahead.
    min_history : int
        Fewest months to forecast from.

    Returns
    -------
    DataFrame
        One row per month (PeriodIndex) and a last row ``total``. Columns ``forecast``, ``low_80``,
        ``high_80``, ``low_95``, ``high_95`` (money, never below zero; the total has no 95 %
        range), ``year_before`` (money; missing where the data do not reach back), ``change``
        (money) and ``growth`` (of a positive year before). No rows if there are fewer than
        ``min_history`` months.
    """
    columns = ["forecast", *BOUNDS, "year_before", "change", "growth"]
    if len(past) < max(min_history, SEASON):
        return pd.DataFrame(columns=columns, dtype=float)
    check_months(past)
    made = predicted(past, horizon, method)
    made = ranged(made, tried[tried["method"] == method])
    months = pd.PeriodIndex(made["month"], freq="M")
    table = made[["forecast", *BOUNDS]].set_axis(pd.Index(months, dtype=object))  # "total" joins
    before = past[REVENUE].reindex(months - SEASON).to_numpy(float)
    table = table.assign(year_before=before)
    total = table.sum(min_count=horizon)  # with a month missing, the year before is missing
    total[["low_80", "high_80"]] = _total_range(table, tried[tried["method"] == method])
    total[["low_95", "high_95"]] = float("nan")
    table = pd.concat([table, total.to_frame("total").T]).rename_axis("month")
    change = table["forecast"] - table["year_before"]
    return table.assign(
        change=change, growth=change / table["year_before"].where(table["year_before"] > 0)
    )


def seasons(past: pd.DataFrame) -> pd.DataFrame:
    """How much a calendar month usually sells beside an average month of its year.

    The index of a month is its revenue over the average of the twelve months around it (half of
    the seventh on either side, so that the average is centred); the season of a calendar month
    is the mean of its indices, scaled so that the twelve average one.

    Parameters
    ----------
    past : DataFrame
        As :func:`history` gives it.

    Returns
    -------
    DataFrame
        One row per calendar ``month`` (index, 1 to 12), columns ``season`` (1 is an average month),
        ``low``, ``high`` (smallest and largest index seen, scaled alike) and ``years`` (count). No
        rows with less than two years, or if a year around some month brought nothing.

    References
    ----------
    Hyndman & Athanasopoulos, *Forecasting: Principles and Practice*, "Classical decomposition".
    """
    months = pd.PeriodIndex(past.index)
    around = past[REVENUE].rolling(SEASON).mean().rolling(2).mean().shift(-SEASON // 2)
    index = past[REVENUE] / around.where(around > 0)
    seen = index[around.notna()]
    if len(past) < 2 * SEASON or seen.isna().any():
        return pd.DataFrame(columns=["season", "low", "high", "years"], dtype=float)
    by_month = seen.groupby(months[around.notna()].month)
    table = by_month.agg(season="mean", low="min", high="max", years="size").rename_axis("month")
    scaled = ["season", "low", "high"]
    return table.assign(**{name: table[name] / table["season"].mean() for name in scaled})


def make_up(expected: pd.DataFrame, past: pd.DataFrame, by_season: pd.DataFrame) -> pd.DataFrame:
    """What each month's forecast is made of: today's level, the season, and the rest.

    Parameters
    ----------
    expected : DataFrame
        As :func:`forecast` gives it.
    past : DataFrame
        As :func:`history` gives it.
    by_season : DataFrame
        As :func:`seasons` gives it for ``past``.

    Returns
    -------
    DataFrame
        One row per month ahead and ``total``. Columns ``season_index`` (1 is an average month;
        missing in the total) and, in money, ``level`` (the average of the last twelve months),
        ``season`` (``level`` times the season index less one), ``rest`` (growth or decline the
        forecast expects beyond both) and ``forecast``. In every row level, season and rest add up
        to the forecast. No rows without a forecast or seasons.
    """
    columns = ["season_index", "level", "season", "rest", "forecast"]
    if expected.empty or by_season.empty:
        return pd.DataFrame(columns=columns, dtype=float)
    ahead = expected.drop("total")
    level = float(past[REVENUE].tail(SEASON).mean())
    season = by_season["season"].reindex([month.month for month in ahead.index]).to_numpy(float)
    table = pd.DataFrame({"level": level, "season": level * (season - 1)}, index=ahead.index)
    table = table.assign(rest=ahead["forecast"] - table.sum(axis=1), forecast=ahead["forecast"])
    table = pd.concat([table, table.sum().to_frame("total").T]).rename_axis("month")
    return table.assign(season_index=[*season, float("nan")])[columns]


def yearly_level(past: pd.DataFrame) -> pd.DataFrame:
    """Average monthly revenue of the last twelve months, and of the twelve before.

    Returns
    -------
    DataFrame
        One row per window, ``year_before`` (missing with less than two years) and ``now``; column
        ``level`` (money per month).
    """
    level = past[REVENUE].rolling(SEASON).mean()
    before = level.iloc[-1 - SEASON] if len(level) > SEASON else float("nan")
    return pd.DataFrame({"level": [before, level.iloc[-1]]}, index=["year_before", "now"])


def _total_range(months: pd.DataFrame, tried: pd.DataFrame) -> tuple[float, float]:
    """The 80 % range of the months together."""
    expected = float(months["forecast"].sum())
    below, above = months["forecast"] - months["low_80"], months["high_80"] - months["forecast"]
    widest = (float(below.sum()), float(above.sum()))
    if tried.empty:
        return expected - widest[0], expected + widest[1]
    totals = tried.groupby("origin")[["forecast", "actual"]].sum()
    size = totals["forecast"].where(totals["forecast"] > 0)
    off = ((totals["actual"] - totals["forecast"]).abs() / size).dropna()
    share = conformal(off.to_numpy(float), 80, otherwise=float("nan"))
    if math.isnan(share):
        return expected - widest[0], expected + widest[1]
    unrelated = (float(np.sqrt((below**2).sum())), float(np.sqrt((above**2).sum())))
    return (
        max(expected - max(share * expected, unrelated[0]), 0.0),
        expected + max(share * expected, unrelated[1]),
    )
