"""Methods of forecasting a monthly series, and how wide the ranges of a forecast must be.

The methods are the *seasonal naive*, the same month a year before; the *grown naive*, that month
times the growth of the last twelve months on the twelve before; exponential smoothing (ETS) and
Theta, chosen and fitted by ``statsforecast``.
"""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.measures.catalogue import REVENUE

SEASON = 12
LEVELS = (80, 95)
SEASONAL_NAIVE = "seasonal_naive"
BOUNDS = [f"{side}_{level}" for level in LEVELS for side in ("low", "high")]
METHODS = [SEASONAL_NAIVE, "grown_naive", "ets", "theta"]

Numbers = npt.NDArray[np.float64]


def predicted(known: pd.DataFrame, horizon: int, method: str) -> pd.DataFrame:
    """A method's forecast of the months that follow, and its own ranges.

    Parameters
    ----------
    known : DataFrame
        One row per month (PeriodIndex without gaps), column ``revenue`` (money).
    horizon : int
        Months ahead.
    method : str
        One of ``METHODS``.

    Returns
    -------
    DataFrame
        One row per month ahead. Columns ``method``, ``month``, ``ahead`` (1 to ``horizon``),
        ``forecast`` (money, never below zero) and ``own_low_80``, ``own_high_80``,
        ``own_low_95``, ``own_high_95`` (money, around the forecast).
    """
    revenue = known[REVENUE].to_numpy(float)
    made = _model(method, revenue).forecast(y=revenue, h=horizon, level=list(LEVELS))
    if method == "grown_naive":
        growth = _growth(revenue)
        made = {name: growth * np.asarray(numbers) for name, numbers in made.items()}
    ahead = np.arange(1, horizon + 1)
    columns = {
        "method": method,
        "month": [known.index[-1] + int(step) for step in ahead],
        "ahead": ahead,
    }
    mean = np.maximum(np.asarray(made["mean"], dtype=float), 0.0)
    columns["forecast"] = mean
    for level in LEVELS:
        columns[f"own_low_{level}"] = np.minimum(made[f"lo-{level}"], mean)
        columns[f"own_high_{level}"] = np.maximum(made[f"hi-{level}"], mean)
    return pd.DataFrame(columns)


def ranged(made: pd.DataFrame, outcomes: pd.DataFrame) -> pd.DataFrame:
    """Forecasts with ranges as wide as past outcomes ask for, and never below zero.

    Parameters
    ----------
    made : DataFrame
        As :func:`predicted` gives it.
    outcomes : DataFrame
        Earlier forecasts of the method with what came, ``actual`` (money).

    Returns
    -------
    DataFrame
        ``made`` with ``low_80``, ``high_80``, ``low_95``, ``high_95``; 95 holds 80.
    """
    table = made
    for level in LEVELS:
        factor = _widening(outcomes, level)
        below = (made["forecast"] - made[f"own_low_{level}"]) * factor
        above = (made[f"own_high_{level}"] - made["forecast"]) * factor
        table = table.assign(
            **{
                f"low_{level}": (made["forecast"] - below).clip(lower=0.0),
                f"high_{level}": made["forecast"] + above,
            }
        )
    return table.assign(
        low_95=table[["low_80", "low_95"]].min(axis=1),
        high_95=table[["high_80", "high_95"]].max(axis=1),
    )


def conformal(scores: Numbers, level: int, otherwise: float) -> float:
    """The score that a new one exceeds with at most the chance the level leaves.

    ``otherwise`` where there are too few scores for it to exist: 4 for 80 %, 19 for 95 %.

    Examples
    --------
    >>> conformal(np.array([1.0, 4.0, 2.0, 3.0]), 80, otherwise=0.0)
    4.0
    """
    rank = math.ceil((len(scores) + 1) * level / 100)
    return float(np.sort(scores)[rank - 1]) if 1 <= rank <= len(scores) else otherwise


def _widening(outcomes: pd.DataFrame, level: int) -> float:
    """Factor on a method's own range; one where that was wide enough, or little is known."""
    miss = outcomes["actual"] - outcomes["forecast"]
    above = outcomes[f"own_high_{level}"] - outcomes["forecast"]
    below = outcomes["forecast"] - outcomes[f"own_low_{level}"]
    half = above.where(miss > 0, below)
    # A range of no width says nothing about how much wider it should be.
    scores = (miss.abs() / half.where(half > 0)).dropna()
    return max(1.0, conformal(scores.to_numpy(float), level, otherwise=1.0))


def _model(method: str, revenue: Numbers) -> Any:
    # Loading the library takes seconds, which only this notebook should pay. The progress bars it
    # loads, and we never show, complain about a notebook without widgets.
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="IProgress not found")
        from statsforecast.models import AutoETS, AutoTheta, SeasonalNaive

    # Months that are all equal hold nothing to fit: Theta divides by their variance.
    if method in (SEASONAL_NAIVE, "grown_naive") or np.ptp(revenue) == 0:
        return SeasonalNaive(season_length=SEASON)
    return {"ets": AutoETS, "theta": AutoTheta}[method](season_length=SEASON)


def _growth(revenue: Numbers) -> float:
    """Factor from the revenue of the year before the last twelve months to theirs."""
    before, now = revenue[-2 * SEASON : -SEASON].sum(), revenue[-SEASON:].sum()
    return float(now / before) if len(revenue) >= 2 * SEASON and before > 0 <= now else 1.0
