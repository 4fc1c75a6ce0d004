"""What next, and how sure are we? Each function answers one question with one table.

A forecast is only as good as forecasts made the same way have been: every method is tried on
months that are known by now, as if they were not (rolling origin), beside the plainest method
there is, the same month a year before. Only what beats that is published in its place.
"""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import pandas as pd

from analysis.analyses.forecasters import (
    LEVELS,
    METHODS,
    SEASON,
    SEASONAL_NAIVE,
    conformal,
    predicted,
    ranged,
)
from analysis.errors import ContractError
from analysis.measures.catalogue import REVENUE

BOUNDS = [f"{side}_{level}" for level in LEVELS for side in ("low", "high")]


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


def backtest(past: pd.DataFrame, horizon: int, folds: int, min_history: int) -> pd.DataFrame:
    """What each method would have forecast for months that are known by now.

    One fold after another, the months after its ``origin`` are hidden, each method learns from
    the months up to it, and its forecast of the ``horizon`` months that follow is kept beside
    what came. Origins are consecutive months, the last one ``horizon`` months before the end.

    Ranges are the method's own, widened where they have been too narrow: by the conformal
    quantile of how far outcomes lay outside, over all outcomes *known at the origin* of forecasts
    made earlier, in units of the method's own half-width. A fold with too few such outcomes for
    the quantile to exist (4 for 80 %, 19 for 95 %) keeps the method's own range. To have such
    outcomes, up to ``folds`` folds earlier than the first reported are made.

    Parameters
    ----------
    past : DataFrame
        One row per month (PeriodIndex without gaps), column ``revenue`` (money).
    horizon : int
        Months ahead.
    folds : int
        Most folds to report.
    min_history : int
        Fewest months a method may learn from.

    Returns
    -------
    DataFrame
        One row per method, origin and month ahead. Columns ``method``, ``origin`` (last month
        known), ``month``, ``ahead`` (1 to ``horizon``), ``actual``, ``forecast``, ``low_80``,
        ``high_80``, ``low_95``, ``high_95`` (money; the forecast and its ranges never below zero,
        95 holds 80), and the same bounds as the method itself gave them, ``own_low_80`` ….
        No rows where no fold has ``min_history`` months to learn from.

    References
    ----------
    Tashman, "Out-of-sample tests of forecasting accuracy", Int. J. Forecasting 16 (2000);
    Lei et al., "Distribution-free predictive inference for regression", JASA 113 (2018).
    """
    _check_months(past)
    revenue = past[REVENUE].to_numpy(float)
    last = len(revenue) - horizon
    first = max(min_history, SEASON, last - 2 * folds + 1)
    made = [
        _fold(past, size, horizon, method) for size in range(first, last + 1) for method in METHODS
    ]
    if not made:
        columns = ["method", "origin", "month", "ahead", "actual", "forecast"]
        return pd.DataFrame(columns=[*columns, *(f"own_{bound}" for bound in BOUNDS), *BOUNDS])
    tried = pd.concat(made, ignore_index=True)
    widened = [
        ranged(one, _known(tried, str(method), origin))
        for (method, origin), one in tried.groupby(["method", "origin"], sort=False)
    ]
    reported = past.index[max(first, last - folds + 1) - 1]
    table = pd.concat(widened)
    return table[table["origin"] >= reported].reset_index(drop=True)


def accuracy(tried: pd.DataFrame) -> pd.DataFrame:
    """How far forecasts of each method were from what came.

    With ``e`` the forecast less the actual, summed over all forecasts of the method::

        mae = mean |e|    rmse = sqrt(mean e²)    wape = sum |e| / sum |actual|
        bias = sum e / sum |actual|               accuracy = 1 - wape

    *Accuracy* of a forecast of amounts has no agreed meaning; ours is the above, as our
    requirements ask for one (contradiction 12).

    Parameters
    ----------
    tried : DataFrame
        As :func:`backtest` gives it.

    Returns
    -------
    DataFrame
        One row per ``method`` (index), columns ``folds`` and ``n`` (count), ``mae``, ``rmse``
        (money), ``wape``, ``accuracy``, ``bias`` (shares of revenue; missing if there was none),
        ``relative`` (``mae`` over that of the seasonal naive; below one is better; missing if that
        made no error),
        ``coverage_80`` and ``coverage_95`` (share of outcomes within the range) and
        ``own_coverage_80``, ``own_coverage_95`` (within the range before it was widened).
    """
    if tried.empty:
        return pd.DataFrame(index=pd.Index([], name="method"))
    scored = tried.assign(
        error=tried["forecast"] - tried["actual"],
        size=(tried["forecast"] - tried["actual"]).abs(),
        square=(tried["forecast"] - tried["actual"]) ** 2,
        weight=tried["actual"].abs(),
        **{
            f"{own}in_{level}": tried["actual"].between(
                tried[f"{own}low_{level}"], tried[f"{own}high_{level}"]
            )
            for own in ("", "own_")
            for level in LEVELS
        },
    )
    table = scored.groupby("method").agg(
        folds=("origin", "nunique"),
        n=("size", "size"),
        mae=("size", "mean"),
        mse=("square", "mean"),
        total_size=("size", "sum"),
        total_error=("error", "sum"),
        weight=("weight", "sum"),
        **{
            f"{own}coverage_{level}": (f"{own}in_{level}", "mean")
            for own in ("", "own_")
            for level in LEVELS
        },
    )
    table = table.reindex(METHODS)
    weight = table["weight"].where(table["weight"] > 0)
    base = table.loc[SEASONAL_NAIVE, "mae"]
    return table.assign(
        rmse=np.sqrt(table["mse"]),
        wape=table["total_size"] / weight,
        accuracy=1 - table["total_size"] / weight,
        bias=table["total_error"] / weight,
        relative=table["mae"] / base if base > 0 else float("nan"),
    ).drop(columns=["mse", "total_size", "total_error", "weight"])


def error_by_month_ahead(tried: pd.DataFrame) -> pd.DataFrame:
    """How the error grows with the months ahead.

    Parameters
    ----------
    tried : DataFrame
        As :func:`backtest` gives it.

    Returns
    -------
    DataFrame
        One row per month ``ahead`` (index), one column per method: WAPE (share of revenue;
        missing over months without any).
    """
    if tried.empty:
        return pd.DataFrame(index=pd.Index([], name="ahead"))
    sums = (
        tried.assign(size=(tried["forecast"] - tried["actual"]).abs(), weight=tried["actual"].abs())
        .groupby(["ahead", "method"])[["size", "weight"]]
        .sum()
    )
    share: pd.Series = sums["size"] / sums["weight"].where(sums["weight"] > 0)
    return share.unstack("method")[METHODS].rename_axis(columns=None)


def best_method(errors: pd.DataFrame) -> str:
    """The method with the smallest error, the seasonal naive unless another is strictly better.

    Parameters
    ----------
    errors : DataFrame
        As :func:`accuracy` gives it; without rows nothing has been tried, so nothing has won.
    """
    return SEASONAL_NAIVE if errors.empty else str(errors["mae"].idxmin())


def forecast(
    past: pd.DataFrame, tried: pd.DataFrame, method: str, horizon: int, min_history: int
) -> pd.DataFrame:
    """What to expect of the coming months, and within which ranges.

    Monthly ranges are made as in :func:`backtest`, from every outcome known by now. The range of
    the total is how far totals of the same number of months have been off, as a share of their
    forecast, but no narrower than if the months' errors were unrelated; where fewer than four
    folds were tried it is the sum of the monthly bounds, the widest it can be.

    Parameters
    ----------
    past : DataFrame
        As :func:`history` gives it.
    tried : DataFrame
        As :func:`backtest` gives it for the same months.
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
    _check_months(past)
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


def _fold(past: pd.DataFrame, size: int, horizon: int, method: str) -> pd.DataFrame:
    """A method's forecast from the first ``size`` months, beside what came."""
    made = predicted(past.iloc[:size], horizon, method)
    actual = past[REVENUE].iloc[size : size + horizon].to_numpy(float)
    return made.assign(origin=past.index[size - 1], actual=actual)


def _known(tried: pd.DataFrame, method: str, origin: pd.Period) -> pd.DataFrame:
    """Earlier forecasts of a method whose month had come by ``origin``."""
    return tried[(tried["method"] == method) & (tried["month"] <= origin)]


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


def _check_months(past: pd.DataFrame) -> None:
    months = pd.PeriodIndex(past.index)
    whole = pd.period_range(months[0], periods=len(months), freq="M") if len(months) else months
    if not months.equals(whole):
        raise ContractError("`past` must have one row per month, in order, without gaps")
    missing = past[REVENUE].isna()
    if missing.any():
        raise ContractError(f"`past` has no revenue for {past.index[missing][:5].tolist()}")
