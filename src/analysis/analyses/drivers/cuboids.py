"""All scopes of the same dimensions, what naming one costs, and what customers in it vary by."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from analysis.analyses.drivers.leaves import Floats, Leaves
from analysis.text import NONE


@dataclass(frozen=True)
class Cuboid:
    """All scopes of the same dimensions: which of them each leaf is in, and their cost.

    ``apart`` and ``whole`` are the three products and the number of customers of each scope, first
    added up over its leaves, then of customers taken whole. Their ratio is how much more a scope
    varies than its leaves one by one, the design effect of L. Kish, Survey Sampling (1965), 5.4.
    """

    dimensions: tuple[int, ...]
    of_leaf: NDArray[np.int64]
    first: NDArray[np.int64]
    cost: float
    named: NDArray[np.bool_]
    apart: Floats
    whole: Floats


def added(group: NDArray[np.int64], stats: Floats, size: int) -> Floats:
    """What adds up over leaves, added up over those of each group; one column per group."""
    return np.vstack([np.bincount(group, row, size) for row in stats])


def _whole(
    leaves: Leaves, dimensions: tuple[int, ...], scopes: NDArray[np.int64], apart: Floats
) -> Floats:
    """Sums over customers taken whole, of each scope of a cuboid; as ``apart`` where unknown."""
    of_customers = set(leaves.of_customers)
    kept = tuple(sorted(of_customers | set(dimensions)))
    if kept not in leaves.whole:
        return apart
    codes, numbers = leaves.whole[kept]
    keys = _keys(leaves, codes, dimensions)
    order = _keys(leaves, scopes, dimensions)
    return added(np.searchsorted(order, keys), numbers, len(order))


def _keys(
    leaves: Leaves, codes: NDArray[np.int64], dimensions: tuple[int, ...]
) -> NDArray[np.int64]:
    key = np.zeros(len(codes), dtype=np.int64)
    for d in dimensions:
        key = key * len(leaves.values[d]) + codes[:, d]
    return key


def cuboids_of(leaves: Leaves, depth: int) -> list[Cuboid]:
    """All cuboids of up to ``depth`` dimensions, but those that cut nothing further.

    Where every subcategory is in one category, category and subcategory together have the scopes
    that subcategory has alone.
    """
    count = len(leaves.names)
    sizes: dict[tuple[int, ...], int] = {(): 1}
    shares = priors(count, depth)
    cuboids = []
    for layer in range(1, min(depth, count) + 1):
        for dimensions in combinations(range(count), layer):
            keys = _keys(leaves, leaves.codes, dimensions)
            _, first, of_leaf = np.unique(keys, return_index=True, return_inverse=True)
            sizes[dimensions] = len(first)
            if any(sizes[part] == len(first) for part in combinations(dimensions, layer - 1)):
                continue
            named = np.ones(len(first), dtype=bool)
            for d in dimensions:
                named &= np.asarray(leaves.values[d] != NONE)[leaves.codes[first, d]]
            cost = math.log(len(first)) - math.log(shares[dimensions])
            apart = added(of_leaf, leaves.stats, len(first))
            whole = _whole(leaves, dimensions, leaves.codes[first], apart)
            cuboids.append(Cuboid(dimensions, of_leaf, first, cost, named, apart, whole))
    return cuboids


def priors(count: int, depth: int) -> dict[tuple[int, ...], float]:
    """What share of the chance of a mistake each cuboid gets; together one.

    Examples
    --------
    >>> {cuboid: round(share, 3) for cuboid, share in priors(2, 2).items()}
    {(0,): 0.444, (1,): 0.222, (0, 1): 0.333}
    """
    layers = range(1, min(depth, count) + 1)
    shares: dict[tuple[int, ...], float] = {}
    for layer in layers:
        weights = {
            dimensions: math.prod(1 / (d + 1) for d in dimensions)
            for dimensions in combinations(range(count), layer)
        }
        share = 2.0**-layer / sum(2.0**-k for k in layers) / sum(weights.values())
        shares |= {dimensions: share * weight for dimensions, weight in weights.items()}
    return shares
