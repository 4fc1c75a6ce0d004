"""Find the few scopes, of any dimensions, that depart from what the rest of the firm did.

A *scope* is a value of one or a few dimensions: Furniture; Furniture through dealers. Of all there
are, the search names a small set that do not overlap, so that their changes may be added up.

**Surprise.** A part that moves as the rest does is no news (what R. Bhagwan et al., "Adtributor:
Revenue Debugging in Advertising Systems", NSDI 2014, measure by a divergence, and Z. Li et al.,
"Generic and Robust Localization of Multi-dimensional Root Causes", ISSRE 2019, call the ripple
effect). A scope's departure is ``moved - h * even`` with *h* the rate of all that is not yet
explained, and its error the sum of the squared departures of its customers (clusters, as in
K.-Y. Liang and S. Zeger, Biometrika 73 (1986) 13-22), taken under the null. Such a self-normalised
sum of n customers is at most √n and has tails no heavier than a normal's (B. Efron, JASA 64 (1969)
1278-1302), so that a handful of customers cannot stand out however much they bought.

**Succinctness.** To name a scope costs the length of its description (J. Rissanen, Automatica 14
(1978) 465-471): one more dimension costs a factor of two, the dimension that stands *r*-th in the
firm's order a factor of *r*, and one of *m* values a factor of *m*. As the costs' ``exp(-cost)``
add up to one over all scopes there are, a scope whose ``-log(p) - cost`` exceeds ``-log(chance)``
is named by mistake in at most that share of searches (Bonferroni, weighted).

**Pruning.** The true scope has the largest departure for its error: more than it dilutes it, part
of it has less of it. So neither a parent that holds the mover nor a child that says the same is
named. The best scope is taken out, *h* is taken anew from what is left, and so on; then each is
sought again beside the others, and a scope several parts of which explain more is cut up.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from analysis.analyses.drivers.cuboids import Cuboid, added, cuboids_of
from analysis.analyses.drivers.leaves import (
    CROSS,
    CUSTOMERS,
    EVEN,
    EVEN_SQUARE,
    MOVED,
    SQUARE,
    Floats,
    Leaves,
)

SWEEPS = 2
"""How often each scope is sought again beside the others; more changed nothing that was tried."""


@dataclass(frozen=True)
class Limits:
    """What a scope must be to be named.

    Attributes
    ----------
    depth : int
        Most dimensions of a scope.
    scopes : int
        Most scopes.
    chance : float
        Share of searches of a firm in which nothing stands out that may name a scope.
    departure : float
        Smallest departure from the rest, in the units of ``moved``.
    customers : float
        Fewest customers.
    most : float
        Largest share of what is not yet explained: what is nearly all of the firm is the firm.
    rate : float or None
        The rate *h*, where it is known; none: that of the rest.
    """

    depth: int
    scopes: int
    chance: float
    departure: float = 0.0
    customers: float = 1.0
    most: float = 0.8
    rate: float | None = None


@dataclass(frozen=True)
class Found:
    """A scope that stands out: its values by dimension, its leaves, and how sure it is.

    ``score`` is the surprise less the cost of naming it, in natural logarithms; ``z`` the
    departure over its error, ``customers`` how many bought in it.
    """

    values: dict[str, str]
    rows: NDArray[np.bool_]
    score: float
    z: float
    customers: float


def search(leaves: Leaves, limits: Limits) -> list[Found]:
    """Name the scopes that stand out, most surprising first; none, where nothing does.

    Parameters
    ----------
    leaves : Leaves
        As ``analyses.drivers.leaves`` makes them.
    limits : Limits
        What a scope must be to be named.
    """
    if not leaves.codes.size:
        return []
    cuboids = cuboids_of(leaves, limits.depth)
    found: list[Found] = []
    while len(found) < limits.scopes:
        best = _best(leaves, cuboids, _outside(leaves, found), limits)
        if best is None:
            break
        found.append(best)
    for _ in range(SWEEPS if len(found) > 1 else 0):
        found = _sought_again(leaves, cuboids, found, limits)
    return sorted(found, key=lambda one: -one.score)


def rate_of_rest(leaves: Leaves, rows: NDArray[np.bool_]) -> float:
    """The rate at which ``rows`` moved together; that of a still firm if they were nothing."""
    even = float(leaves.stats[EVEN, rows].sum())
    return float(leaves.stats[MOVED, rows].sum()) / even if even > 0 else leaves.still


def _outside(leaves: Leaves, found: Sequence[Found]) -> NDArray[np.bool_]:
    outside = np.ones(len(leaves.codes), dtype=bool)
    for one in found:
        outside &= ~one.rows
    return outside


def _sought_again(
    leaves: Leaves, cuboids: list[Cuboid], found: list[Found], limits: Limits
) -> list[Found]:
    """Each scope sought again among what the others leave: the first was found beside noise."""
    for place in range(len(found)):
        others = found[:place] + found[place + 1 :]
        best = _best(leaves, cuboids, _outside(leaves, others), limits)
        if best is not None:
            found = [*found[:place], best, *found[place + 1 :]]
    return found


def _best(
    leaves: Leaves, cuboids: list[Cuboid], among: NDArray[np.bool_], limits: Limits
) -> Found | None:
    """The scope of the highest score among some leaves; none, if none is high enough."""
    rate = rate_of_rest(leaves, among) if limits.rate is None else limits.rate
    gone = np.flatnonzero(~among)
    whole = leaves.stats.sum(axis=1) - leaves.stats[:, gone].sum(axis=1)
    best: tuple[float, float] = (-math.log(limits.chance), 0.0)
    where: tuple[Cuboid, int, float] | None = None
    for cuboid in cuboids:
        size = len(cuboid.first)
        sums = cuboid.apart - added(cuboid.of_leaf[gone], leaves.stats[:, gone], size)
        z, score = _scores(cuboid, sums, whole, rate, limits)
        own = sums[MOVED] - leaves.still * sums[EVEN]
        # Halves of a whole depart alike; the one that moved more is the one to name.
        place = int(np.lexsort((np.abs(own), np.round(score, 6)))[-1])
        one = (round(float(score[place]), 6), abs(float(own[place])))
        if one > best:
            best, where = one, (cuboid, place, float(z[place]))
    if where is None:
        return None
    cuboid, place, its_z = where
    leaf = leaves.codes[cuboid.first[place]]
    values = {leaves.names[d]: str(leaves.values[d][leaf[d]]) for d in cuboid.dimensions}
    rows = among & (cuboid.of_leaf == place)
    return Found(values, rows, best[0], its_z, float(cuboid.whole[CUSTOMERS, place]))


def _scores(
    cuboid: Cuboid, sums: Floats, everything: Floats, rate: float, limits: Limits
) -> tuple[Floats, Floats]:
    """Of every scope of a cuboid, from sums of its leaves: departure over its error, and score."""
    size = len(cuboid.first)
    departure = sums[MOVED] - rate * sums[EVEN]
    error = _variance(sums, rate) * _design(cuboid.whole, cuboid.apart, rate)
    share = sums[EVEN] / everything[EVEN] if everything[EVEN] > 0 else np.zeros(size)
    if limits.rate is None:
        # The rate of the whole is uncertain by the scope itself, and by all the rest.
        rest = _variance(everything, rate) * _design(
            cuboid.whole.sum(axis=1), cuboid.apart.sum(axis=1), rate
        )
        error = error * (1 - 2 * share) + share**2 * rest
    error = np.sqrt(np.maximum(error, 0.0))
    z = np.divide(departure, error, out=np.zeros(size), where=error > 0)
    score = -(math.log(2) + stats.norm.logsf(np.abs(z))) - cuboid.cost
    fits = (
        cuboid.named
        & (np.abs(departure) >= limits.departure)
        & (sums[CUSTOMERS] > 0)
        & (cuboid.whole[CUSTOMERS] >= limits.customers)
        & (share <= limits.most)
    )
    return z, np.where(fits, score, -np.inf)


def _variance(sums: Floats, rate: float) -> Floats:
    """Squared departures of customers, summed, at a rate."""
    squares: Floats = sums[SQUARE] - 2 * rate * sums[CROSS] + rate**2 * sums[EVEN_SQUARE]
    return squares


def _design(whole: Floats, apart: Floats, rate: float) -> Floats:
    """How much more customers vary in whole than their parts one by one; never less."""
    parts = _variance(apart, rate)
    effect = np.divide(_variance(whole, rate), parts, out=np.ones_like(parts), where=parts > 0)
    return np.maximum(effect, 1.0)
