"""Draws that are random one by one and even taken together.

Three thousand customers drawn independently make a firm whose regional months jump by a sixth
for no reason. Stratified draws keep each customer as random as before and let the total of many
behave as that of a larger firm's.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
MOST_EVENTS: Final = 30


def even(group: Ints, rng: np.random.Generator) -> Floats:
    """Uniform numbers, stratified within groups: the members of each share [0, 1) out evenly.

    A group of *n* has one number in each of the *n* intervals ``[k / n, (k + 1) / n)``, in
    random order. Each number by itself is uniform on [0, 1).

    Examples
    --------
    >>> drawn = even(np.array([7, 7, 7, 7, 5]), np.random.default_rng(0))
    >>> sorted((drawn[:4] * 4).astype(int).tolist())
    [0, 1, 2, 3]
    """
    order = np.lexsort((rng.random(len(group)), group))
    _, count = np.unique(group, return_counts=True)
    place = np.arange(len(group)) - np.repeat(np.cumsum(count) - count, count)
    drawn = np.empty(len(group))
    drawn[order] = (place + rng.random(len(group))) / np.repeat(count, count)
    return drawn


def even_normal(group: Ints, rng: np.random.Generator) -> Floats:
    """Standard normal numbers, stratified within groups as those of `even`."""
    quantile = NormalDist().inv_cdf
    inside = np.clip(even(group, rng), 1e-12, 1 - 1e-12)
    return np.array([quantile(share) for share in inside.tolist()])


def even_poisson(mean: Floats, group: Ints, rng: np.random.Generator) -> Ints:
    """Poisson numbers of small means (up to about 5), stratified within groups."""
    share = even(group, rng)
    term = np.exp(-mean)
    reached, number = term.copy(), np.zeros(len(mean), dtype=np.int64)
    for k in range(1, MOST_EVENTS + 1):
        number += share >= reached
        term = term * mean / k
        reached += term
    return number


def draw(shares: Sequence[float], group: Ints, rng: np.random.Generator) -> Ints:
    """Positions in `shares`, each as often as its share within every group.

    Examples
    --------
    >>> one_group = np.zeros(10, dtype=np.int64)
    >>> np.bincount(draw((0.7, 0.3), one_group, np.random.default_rng(0))).tolist()
    [7, 3]
    """
    edges = np.cumsum(shares)[:-1] / sum(shares)
    return np.searchsorted(edges, even(group, rng), side="right").astype(np.int64)


def place_in_group(group: Ints) -> Ints:
    """Place of each entry within its run of equal neighbours, from 1.

    Examples
    --------
    >>> place_in_group(np.array([4, 4, 9, 9, 9])).tolist()
    [1, 2, 1, 2, 3]
    """
    place = np.arange(len(group))
    starts = np.flatnonzero(np.diff(group, prepend=-1))
    return (place - np.repeat(starts, np.diff(starts, append=len(group))) + 1).astype(np.int64)
