"""How long things last when some have not ended yet: Kaplan and Meier's estimate."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from analysis.analyses.rates import Z

MOMENT = 1e-9
LEAST_AT_RISK = 5
"""Fewest spells in view from which a curve of late entries starts."""


def survival(
    entry: pd.Series, leave: pd.Series, ended: pd.Series, least: int = LEAST_AT_RISK
) -> pd.DataFrame:
    """Share that lasts beyond each time, from spells seen in part.

    Parameters
    ----------
    entry, leave : Series
        Age at which a spell came into view and at which it left it; a spell of no length is at risk
        at the age it ended. Where spells come into view late, few are at risk at first, and one
        that ends would take the whole curve down: the curve starts at the first end of which
        ``least`` are at risk, and is of those that lasted until then.
    ended : Series of bool
        Whether it ended then, or was still going on when it was last seen.
    least : int
        Fewest spells at risk from which the curve starts, where any came into view late.

    Returns
    -------
    DataFrame
        One row per age from there on at which a spell ended (index ``age``; none: too few were ever
        in view together): ``at_risk`` and ``ends`` (counts), ``share`` (still going on after it)
        with ``low`` and ``high`` (95 %, on the scale of log(−log)), which are missing where all or
        none goes on.

    References
    ----------
    E. L. Kaplan & P. Meier, *Journal of the American Statistical Association* 53 (1958), 457-481;
    Klein & Moeschberger, *Survival Analysis*, 2nd ed., ch. 4 (Greenwood's variance; late entry, and
    where few are at risk early, in section 4.6).

    Examples
    --------
    >>> zero, days = pd.Series([0, 0, 0, 0]), pd.Series([1, 2, 2, 3])
    >>> survival(zero, days, pd.Series([True, True, False, True]))["share"].tolist()
    [0.75, 0.5, 0.0]
    """
    start, end = entry.to_numpy(float), leave.to_numpy(float)
    over = ended.to_numpy(bool)
    # One that ended as it came into view was at risk then.
    start = np.where((start >= end) & (start > 0), end - MOMENT, start)
    ages, ends = np.unique(end[over], return_counts=True)
    # In view before the age, or from the very start, and not gone before it.
    at_risk = np.array(
        [((start < age) | (start == 0)) @ (end >= age).astype(float) for age in ages]
    )
    if (start > 0).any():
        enough = np.flatnonzero(at_risk >= least)
        first = enough[0] if len(enough) else len(ages)
        ages, ends, at_risk = ages[first:], ends[first:], at_risk[first:]
    share = np.cumprod(1 - ends / at_risk) if len(ages) else np.array([])
    with np.errstate(divide="ignore", invalid="ignore"):
        greenwood = np.cumsum(ends / (at_risk * (at_risk - ends)))
        spread = np.sqrt(greenwood) / np.abs(np.log(share))
        low, high = share ** np.exp(Z * spread), share ** np.exp(-Z * spread)
    inside = (share > 0) & (share < 1) & np.isfinite(spread)
    return pd.DataFrame(
        {
            "at_risk": at_risk,
            "ends": ends.astype(float),
            "share": share,
            "low": np.where(inside, low, np.nan),
            "high": np.where(inside, high, np.nan),
        },
        index=pd.Index(ages, name="age"),
    )


def median(table: pd.DataFrame) -> tuple[float, float, float]:
    """Median of :func:`survival` and its 95 % interval; missing where half never ended.

    An end of the interval is missing where the curve's own is: how far it may reach is not known.

    References
    ----------
    R. Brookmeyer & J. Crowley, *Biometrics* 38 (1982), 29-41.
    """

    def first(below: pd.Series) -> float:
        reached = below.index[below.to_numpy(bool)]
        return float(reached[0]) if len(reached) else math.nan

    half = table["share"] <= 0.5
    return first(half), first(table["low"] <= 0.5), first(table["high"] <= 0.5)
