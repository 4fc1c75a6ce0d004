"""Shares and their doubt: intervals of a share and of a difference, and many tests at once.

All intervals are 95 %.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import stats

Z = 1.959963984540054
"""Quantile of the standard normal that leaves 2.5 % above it."""
Floats = NDArray[np.float64]


def wilson(hits: ArrayLike, n: ArrayLike) -> tuple[Floats, Floats]:
    """Ends of Wilson's score interval of each share; missing of nothing, or of hits beyond ``n``.

    With p = hits / n and z the normal quantile, the ends are
    (p + z²/2n ± z √(p(1 − p)/n + z²/4n²)) / (1 + z²/n).

    References
    ----------
    E. B. Wilson, "Probable inference, the law of succession, and statistical inference",
    *Journal of the American Statistical Association* 22 (1927), 209-212.

    Examples
    --------
    >>> low, high = wilson([81], [263])
    >>> round(float(low[0]), 4), round(float(high[0]), 4)
    (0.2553, 0.3662)
    """
    k, of = np.asarray(hits, dtype=float), np.asarray(n, dtype=float)
    of = np.where((of > 0) & (k <= of) & (k >= 0), of, np.nan)
    p, spread = k / of, Z**2 / of
    reach = Z * np.sqrt(p * (1 - p) / of + spread / (4 * of))
    middle, scale = p + spread / 2, 1 + spread
    low, high = (middle - reach) / scale, (middle + reach) / scale
    return np.where(k == 0, low * 0, low), np.where(k == of, 1.0 + high * 0, high)


def difference(hits: float, n: float, base_hits: float, base_n: float) -> tuple[float, float]:
    """Ends of the interval of one share less another: Newcombe's, from two Wilson intervals.

    References
    ----------
    R. G. Newcombe, "Interval estimation for the difference between independent proportions",
    *Statistics in Medicine* 17 (1998), 873-890, method 10; its example 56/70 less 48/80.

    Examples
    --------
    >>> [round(end, 4) for end in difference(56, 70, 48, 80)]
    [0.0524, 0.3339]
    """
    (low, base_low), (high, base_high) = wilson([hits, base_hits], [n, base_n])
    if not (n > 0 and base_n > 0):
        return math.nan, math.nan
    p, base = hits / n, base_hits / base_n
    down, up = math.hypot(p - low, base_high - base), math.hypot(high - p, base - base_low)
    return p - base - down, p - base + up


def difference_chance(hits: float, n: float, base_hits: float, base_n: float) -> float:
    """Chance of a difference as large where both shares are one (pooled z test, two-sided)."""
    if not (n > 0 and base_n > 0):
        return math.nan
    pooled = (hits + base_hits) / (n + base_n)
    spread = math.sqrt(pooled * (1 - pooled) * (1 / n + 1 / base_n))
    if spread == 0:
        return 1.0
    return float(2 * stats.norm.sf(abs(hits / n - base_hits / base_n) / spread))


def poisson(count: ArrayLike) -> tuple[Floats, Floats]:
    """Ends of the exact interval of a Poisson mean, from one count (Garwood, 1936).

    Examples
    --------
    >>> low, high = poisson([10.0])
    >>> round(float(low[0]), 2), round(float(high[0]), 2)
    (4.8, 18.39)
    """
    k = np.asarray(count, dtype=float)
    low = np.where(k > 0, stats.chi2.ppf(0.025, 2 * np.maximum(k, 1)) / 2, 0.0)
    return low, stats.chi2.ppf(0.975, 2 * (k + 1)) / 2


def holm(chances: pd.Series, asked_in_all: int = 0) -> pd.Series:
    """Chances of error as they are after so many questions at once; missing ones are not asked.

    ``asked_in_all`` counts those, too, whose answers were dropped for being small.

    References
    ----------
    S. Holm, "A simple sequentially rejective multiple test procedure", *Scandinavian Journal of
    Statistics* 6 (1979), 65-70.

    Examples
    --------
    >>> holm(pd.Series([0.01, 0.04, 0.03])).tolist()
    [0.03, 0.06, 0.06]
    """
    asked = chances.dropna().sort_values(kind="stable")
    times = max(asked_in_all, len(asked)) - np.arange(len(asked))
    raised = np.minimum(np.maximum.accumulate(asked.to_numpy(float) * times), 1.0)
    return pd.Series(raised, index=asked.index, dtype=float).reindex(chances.index)
