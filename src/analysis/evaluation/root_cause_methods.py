"""Two published methods, from their papers, to compare the search for drivers with."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.evaluation.root_cause_cases import Cause

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
Flags = NDArray[np.bool_]
Total = Callable[[Floats], Floats]


def adtributor(
    cells: pd.DataFrame, each: float = 0.1, together: float = 0.1, most: int = 3
) -> set[Cause]:
    """Causes of one dimension, as R. Bhagwan et al., "Adtributor", NSDI 2014, algorithm 1, finds.

    Of every dimension the values of most surprise (a value's term of the Jensen-Shannon divergence
    of its shares, expected and real) are taken whose explanatory power, their part of the change,
    is over ``each``, until they explain ``together``; the ``most`` dimensions of most surprise win.
    """
    found: list[tuple[float, list[Cause]]] = []
    whole = cells.sum()
    for name in map(str, cells.index.names):
        parts = cells.groupby(level=name).sum()
        power = (parts["now"] - parts["before"]) / (whole["now"] - whole["before"])
        p, q = parts["before"] / whole["before"], parts["now"] / whole["now"]
        terms = [0.5 * s * np.log(2 * s / (p + q).where(s > 0)) for s in (p, q)]
        surprise = sum(term.fillna(0.0) for term in terms)
        order = surprise.sort_values(ascending=False, kind="stable").index
        strong = power[order][power[order] > each]
        if strong.sum() > together:
            stop = int((strong.cumsum() > together).to_numpy().argmax()) + 1
            taken = strong.index[:stop]
            found.append(
                (float(surprise[taken].sum()), [frozenset({(name, str(v))}) for v in taken])
            )
    found.sort(key=lambda one: -one[0])
    return {cause for _, causes in found[:most] for cause in causes}


def riskloc(
    cells: pd.DataFrame, risk: float = 0.5, power: float = 0.02, outliers: int = 5
) -> set[Cause]:
    """Causes as M. Kalander, "RiskLoc" (2022), arXiv 2205.10004, finds them.

    Leaves are parted by their deviation 2 (f - v) / (f + v) at a cut-off, the mirror of the smaller
    extreme when ``outliers`` are set aside. A scope's risk is the weighted share of its leaves that
    deviate, less how far they are from what an even fall of the scope (the ripple effect) would
    give; of the first layer with scopes of risk ``risk``, the one of most explanatory power is
    taken out, until less than ``power`` of what deviates is left.
    """
    names = list(map(str, cells.index.names))
    codes = np.column_stack([pd.factorize(cells.index.get_level_values(n))[0] for n in names])
    values = [pd.factorize(cells.index.get_level_values(n))[1] for n in names]
    now, expected = cells["now"].to_numpy(), cells["before"].to_numpy()
    both = now + expected
    deviation = np.divide(2 * (expected - now), both, out=np.zeros(len(both)), where=both > 0)
    cut = _cut_off(deviation, outliers)
    deviates = deviation > cut if cut >= 0 else deviation < cut
    weight = np.where(deviates, np.abs(deviation), np.abs(cut - deviation))
    weight = np.minimum(np.where((both == 0) & ~deviates, 0.0, weight), 1.0)
    explains = (now - expected) / (now.sum() - expected.sum())
    if explains[deviates].sum() < 0:
        explains = -explains
    least = power * explains[deviates].sum()
    left, found = np.ones(len(both), dtype=bool), set()
    while explains[left & deviates].sum() >= least:
        scope = _riskiest(
            codes, left, explains, deviates, weight, now, expected, deviation, risk, least
        )
        if scope is None:
            break
        dimensions, leaf, rows = scope
        found.add(frozenset((names[d], str(values[d][codes[leaf, d]])) for d in dimensions))
        left &= ~rows
    return found


def _cut_off(deviation: Floats, outliers: int) -> float:
    ordered = np.unique(deviation)
    low = ordered[: outliers + 1].max()
    high = ordered[-outliers - 1 :].min()
    return float(-min(low, high, key=abs))


def _riskiest(
    codes: Codes,
    left: Flags,
    explains: Floats,
    deviates: Flags,
    weight: Floats,
    now: Floats,
    expected: Floats,
    deviation: Floats,
    risk: float,
    least: float,
) -> tuple[tuple[int, ...], int, Flags] | None:
    """Of the first layer that has any: the scope of enough risk that explains most."""  # fmt: skip
    count = codes.shape[1]
    for layer in range(1, count + 1):
        most, best = least, None
        for dimensions in combinations(range(count), layer):
            key = np.zeros(len(codes), dtype=np.int64)
            for d in dimensions:
                key = key * (codes[:, d].max() + 1) + codes[:, d]
            _, first, of_leaf = np.unique(key, return_index=True, return_inverse=True)
            size = len(first)

            total = partial(_total, of_leaf=of_leaf, left=left, size=size)
            power = total(explains)
            some = total(deviates.astype(float)) > 0
            if not (some & (power > most)).any():
                continue
            bad, good = total(weight * deviates), total(weight * ~deviates) + 1
            score = bad / (bad + good) - _unevenness(total, of_leaf, now, expected, deviation)
            fits = some & (power > most) & (score >= risk)
            if fits.any():
                place = int(np.where(fits, power, -np.inf).argmax())
                most, best = float(power[place]), (dimensions, int(first[place]), of_leaf == place)
        if best is not None:
            return best
    return None


def _total(numbers: Floats, of_leaf: Codes, left: Flags, size: int) -> Floats:
    """Sums of what is left, by scope."""
    return np.bincount(of_leaf, np.where(left, numbers, 0.0), size).astype(np.float64)


def _unevenness(
    total: Total, of_leaf: Codes, now: Floats, expected: Floats, deviation: Floats
) -> Floats:
    """Mean distance from an even fall of the scope over mean deviation, of leaves with both."""
    both = (now != 0) & (expected != 0)
    real, forecast = total(np.where(both, now, 0.0)), total(np.where(both, expected, 0.0))
    rate = np.divide(real, forecast, out=np.zeros(len(real)), where=forecast > 0)
    even = expected * rate[of_leaf]
    added = even + now
    off = np.divide(2 * np.abs(even - now), added, out=np.zeros(len(added)), where=added > 0)
    far, deviate = total(np.where(both, off, 0.0)), total(np.where(both, np.abs(deviation), 0.0))
    return np.divide(far, deviate, out=np.zeros(len(far)), where=deviate > 0)
