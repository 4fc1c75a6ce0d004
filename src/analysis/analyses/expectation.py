"""What the next value of a series was to be expected to be, and how far off such expectations are.

One rule for every series: its level of late, its own season as far as there is one, its slope. The
rule is judged by its own errors on values that were still unknown to it, one after another.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from analysis.errors import ContractError

FADE: Final = 0.25
"""Share of its weight a value loses with each period: half of the weight lies on the last 2.4."""
REACH: Final = 12
"""Periods a level looks back."""
MAD_TO_SIGMA: Final = 1.4826
PRIOR_ERRORS: Final = 8.0
"""Errors that what alike series show counts as, when a series' own error is estimated."""
TAIL: Final = 0.10
"""Share of the reference errors that the tail is fitted to."""
LEAST_TAIL: Final = 10
ENOUGH: Final = 100
"""Errors that make a reference of a group's own: ten of them in its tail."""
SHAPES: Final = (0.1, 0.5)

Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Reference:
    """How large errors are that mean nothing: sizes of past errors, each by its series' usual one.

    Attributes
    ----------
    sizes : array
        Sorted.
    """

    sizes: Matrix

    def chance(self, size: Matrix) -> Matrix:
        """Chance of an error as large where nothing has changed; two-sided.

        In the body the share of past errors as large; in the tail a generalised Pareto law over
        the largest tenth, fitted by probability-weighted moments. Its shape is kept between
        ``SHAPES``: a tail without end, and one whose mean is known.

        References
        ----------
        Hosking and Wallis, "Parameter and quantile estimation for the generalized Pareto
        distribution", Technometrics 29 (1987); Siffer et al., "Anomaly detection in streams with
        extreme value theory", KDD 2017.
        """
        n = len(self.sizes)
        rank = n - np.searchsorted(self.sizes, size, side="left")
        body = (rank + 1.0) / (n + 1.0)
        kept = min(max(LEAST_TAIL, math.ceil(TAIL * n)), n - 1)
        start = self.sizes[n - kept - 1]
        over = self.sizes[n - kept :] - start
        mean = float(over.mean())
        if not mean > 0:
            return np.asarray(body, dtype=np.float64)
        # Weight of each excess: the share of the tail beyond it (Hosking and Wallis, eq. 4).
        beyond = (kept - np.arange(1, kept + 1) + 0.35) / kept
        moment = float((beyond * over).mean())
        shape = float(np.clip(2 - mean / (mean - 2 * moment), *SHAPES))
        scale = mean * (1 - shape)
        excess = np.maximum(size - start, 0.0)
        tail = (kept + 1.0) / (n + 1.0) * (1 + shape * excess / scale) ** (-1 / shape)
        return np.asarray(np.where(size > start, np.minimum(tail, 1.0), body), dtype=np.float64)

    def quantile(self, level: float) -> float:
        """Size that a share of errors stays within."""
        place = min(math.ceil(level * (len(self.sizes) + 1)), len(self.sizes)) - 1
        return float(self.sizes[place])


def expected(history: Matrix, season: int) -> Matrix:
    """Expect the next value of each series.

    The season is what values of one place in the cycle have in common, after level and slope,
    shrunk towards none by James and Stein's rule: a pattern that does not return is no season.
    The level is the weighted median of the last values without season, so that one odd month
    does not move it; the slope the median change on a cycle before.

    Parameters
    ----------
    history : array, periods by series
        In order, without gaps; amounts as logarithms.
    season : int
        Periods of a cycle: 12 of months; 1 where there is none.

    Returns
    -------
    array
        One per series.

    References
    ----------
    Miller and Williams, "Shrinkage estimators of time series seasonal factors and their effect
    on forecasting accuracy", Int. J. Forecasting 19 (2003).

    Examples
    --------
    >>> steady = np.array([[5.0]] * 30)
    >>> expected(steady, season=12).tolist()
    [5.0]
    """
    size = len(history)
    cycles = size // season if season > 1 else 0
    slope = np.zeros(history.shape[1])
    if cycles >= 2:
        slope = np.median(history[season:] - history[:-season], axis=0) / season
    by_place = _season(history, season, cycles, slope)
    back = min(size, REACH)
    ages = np.arange(back, 0, -1.0)  # the last value is one period old
    # Counted back from the next value, which is at place 0 of a new cycle.
    places = (-ages.astype(int)) % season if season > 1 else np.zeros(back, dtype=int)
    bare = history[-back:] - by_place[places] + slope * ages[:, None]
    level = _weighted_median(bare, (1 - FADE) ** ages)
    return np.asarray(level + by_place[0], dtype=np.float64)


def past_errors(history: Matrix, season: int, min_errors: int) -> Matrix:
    """Errors the rule has made on values not yet known to it (rolling origin).

    The first origin has two whole cycles behind it, or one where that would leave fewer than
    ``min_errors`` errors.

    Returns
    -------
    array, origins by series
        Actual less expected; no rows where even one cycle leaves too few.

    References
    ----------
    Tashman, "Out-of-sample tests of forecasting accuracy", Int. J. Forecasting 16 (2000).
    """
    size = len(history)
    starts = [cycles * season for cycles in (2, 1) if size - cycles * season >= min_errors]
    if not starts:
        return np.empty((0, history.shape[1]))
    return np.vstack(
        [history[at] - expected(history[:at], season) for at in range(starts[0], size)]
    )


def usual_size(errors: Matrix, groups: npt.NDArray[np.intp]) -> Matrix:
    """Usual error of each series: its own, moderated by that of its group.

    The median size of a series' own few errors is itself uncertain; as in Smyth's moderated t it
    is drawn towards the middle of its group (series of one measure), as if that were
    ``PRIOR_ERRORS`` more errors.

    Parameters
    ----------
    errors : array, origins by series
        As :func:`past_errors` gives them.
    groups : array
        Group of each series.

    Returns
    -------
    array
        One per series, on the scale of a standard deviation; zero where it made none.

    References
    ----------
    Smyth, "Linear models and empirical Bayes methods for assessing differential expression in
    microarray experiments", Stat. Appl. Genet. Mol. Biol. 3 (2004).
    """
    return _moderated(MAD_TO_SIGMA * np.median(np.abs(errors), axis=0), len(errors), groups)


def references(errors: Matrix, groups: npt.NDArray[np.intp]) -> list[Reference]:
    """For each series, sizes of past errors like its own, each by the usual size of the others.

    An error is not measured by itself: the new one, too, has no part in the size it is held
    against. Series of one group share a reference, as discounts leap and revenue does not; groups
    with fewer than ``ENOUGH`` errors share one over all.

    Returns
    -------
    list of Reference
        One per series.
    """
    if len(errors) < 2:
        raise ContractError(f"a reference takes two errors a series or more; found {len(errors)}")
    sizes = np.empty_like(errors)
    for left_out in range(len(errors)):
        others = np.delete(np.abs(errors), left_out, axis=0)
        usual = _moderated(MAD_TO_SIGMA * np.median(others, axis=0), len(others), groups)
        sizes[left_out] = np.abs(errors[left_out]) / np.where(usual > 0, usual, np.nan)
    known = {group: _reference(sizes[:, groups == group]) for group in np.unique(groups)}
    over_all = _reference(sizes)
    large = {group: one if len(one.sizes) >= ENOUGH else over_all for group, one in known.items()}
    return [large[group] for group in groups]


def _reference(sizes: Matrix) -> Reference:
    return Reference(np.sort(sizes[np.isfinite(sizes)]))


def _season(history: Matrix, season: int, cycles: int, slope: Matrix) -> Matrix:
    """Season by place in the cycle, the next value's first; zero with fewer than two cycles."""
    if cycles < 2:
        return np.zeros((max(season, 1), history.shape[1]))
    whole = history[-cycles * season :].reshape(cycles, season, -1)
    steps = (np.arange(season) - (season - 1) / 2)[:, None] * slope
    rest = whole - steps
    rest = rest - rest.mean(axis=1, keepdims=True)
    pattern = rest.mean(axis=0)
    noise = ((rest - pattern) ** 2).sum(axis=(0, 1)) / ((cycles - 1) * (season - 1))
    spread = (pattern**2).sum(axis=0) / (season - 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        kept = 1 - noise / cycles / spread
    shrunk: Matrix = pattern * np.where(spread > 0, kept.clip(0, 1), 0.0)
    return shrunk


def _weighted_median(values: Matrix, weights: Matrix) -> Matrix:
    """Middle of each column by weight, the mean of the two middle values where it falls between."""
    order = np.argsort(values, axis=0, kind="stable")
    ranked = np.take_along_axis(values, order, axis=0)
    share = np.cumsum(weights[order], axis=0) / weights.sum()
    low = np.argmax(share >= 0.5 - 1e-12, axis=0)
    high = np.argmax(share > 0.5 + 1e-12, axis=0)
    columns = np.arange(values.shape[1])
    middle: Matrix = (ranked[low, columns] + ranked[high, columns]) / 2
    return middle


def _moderated(own: Matrix, count: int, groups: npt.NDArray[np.intp]) -> Matrix:
    moderated = own.copy()
    weight = count / (count + PRIOR_ERRORS)
    for group in np.unique(groups):
        mine = (groups == group) & (own > 0)
        if mine.sum() > 1:
            middle = np.median(np.log(own[mine]))
            moderated[mine] = np.exp(weight * np.log(own[mine]) + (1 - weight) * middle)
    return moderated
