"""How sure are we? Methods tried on months that are known by now, as if they were not.

A forecast is only as good as forecasts made the same way have been: every method is tried with a
rolling origin, beside the plainest there is, the same month a year before. Only what beats that
is published in its place.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.analyses.forecasters import (
    BOUNDS,
    LEVELS,
    METHODS,
    SEASON,
    SEASONAL_NAIVE,
    predicted,
    ranged,
)
from analysis.errors import ContractError
from analysis.measures.catalogue import REVENUE


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
    check_months(past)
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


def check_months(past: pd.DataFrame) -> None:
    """Every month is there, once, in order, with revenue.

    Raises
    ------
    ContractError
        If not; says which months lack revenue.
    """
    months = pd.PeriodIndex(past.index)
    whole = pd.period_range(months[0], periods=len(months), freq="M") if len(months) else months
    if not months.equals(whole):
        raise ContractError("`past` must have one row per month, in order, without gaps")
    missing = past[REVENUE].isna()
    if missing.any():
        raise ContractError(f"`past` has no revenue for {past.index[missing][:5].tolist()}")


def _fold(past: pd.DataFrame, size: int, horizon: int, method: str) -> pd.DataFrame:
    """A method's forecast from the first ``size`` months, beside what came."""
    made = predicted(past.iloc[:size], horizon, method)
    actual = past[REVENUE].iloc[size : size + horizon].to_numpy(float)
    return made.assign(origin=past.index[size - 1], actual=actual)


def _known(tried: pd.DataFrame, method: str, origin: pd.Period) -> pd.DataFrame:
    """Earlier forecasts of a method whose month had come by ``origin``."""
    return tried[(tried["method"] == method) & (tried["month"] <= origin)]
