"""Made-up books whose causes are known, as the papers on root causes make them, and quiet ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

Cause = frozenset[tuple[str, str]]
"""Values by dimension, as one set of pairs: ``{("a", "a3"), ("c", "c1")}``."""


@dataclass(frozen=True)
class Recipe:
    """How instances are drawn; ranges are of uniform draws, both ends included.

    The defaults are set S of M. Kalander, "RiskLoc: Localization of Multi-dimensional Root Causes
    by Weighted Risk" (2022), arXiv 2205.10004, section on synthetic data.

    Attributes
    ----------
    sizes : tuple of int
        Values of each dimension.
    layers : tuple of int
        Dimensions of a cause.
    causes, elements : tuple of int
        Causes, each of dimensions of its own, and scopes of each.
    noise : tuple of float
        Standard deviation of the forecast's error, as a share of the amount.
    severity : tuple of float
        Share by which a cause's amounts fall, on top of the noise.
    deviation : tuple of float
        Its standard deviation within a cause.
    shape : tuple of float
        Of the Weibull distribution of amounts: the smaller, the fewer amounts hold most.
    zeros : tuple of float
        Share of combinations without amounts.
    """

    sizes: tuple[int, ...] = (10, 12, 10, 8, 5)
    layers: tuple[int, int] = (1, 5)
    causes: tuple[int, int] = (1, 3)
    elements: tuple[int, int] = (1, 3)
    noise: tuple[float, float] = (0.0, 0.25)
    severity: tuple[float, float] = (0.2, 1.0)
    deviation: tuple[float, float] = (0.0, 0.1)
    shape: tuple[float, float] = (0.5, 1.0)
    zeros: tuple[float, float] = (0.0, 0.25)

    @property
    def names(self) -> list[str]:
        """Dimensions: a, b, c …"""
        return [chr(ord("a") + place) for place in range(len(self.sizes))]

    @property
    def quiet(self) -> Recipe:
        """The same without any cause."""
        return replace(self, causes=(0, 0))


@dataclass(frozen=True)
class Instance:
    """A made-up book: ``now`` and what was expected (``before``) by combination; its causes."""

    cells: pd.DataFrame
    causes: frozenset[Cause]
    noise: float


def instance(recipe: Recipe, rng: np.random.Generator) -> Instance:
    """Draw one book.

    Amounts are Weibull; the forecast or the amount, by the toss of a coin, is off by the noise. A
    cause takes a share of the amount of all its leaves alike (the ripple effect), of the amounts or
    of the forecasts, whichever are less without it, so that noise and causes point the same way.
    """
    names = recipe.names
    values = [
        [f"{name}{n + 1}" for n in range(size)]
        for name, size in zip(names, recipe.sizes, strict=True)
    ]
    index = pd.MultiIndex.from_product(values, names=names)
    n = len(index)
    amount = rng.weibull(rng.uniform(*recipe.shape), n) * 100
    amount *= rng.uniform(size=n) > rng.uniform(*recipe.zeros)
    noise = float(rng.uniform(*recipe.noise))
    off = np.maximum(amount * (1 + rng.normal(0, noise, n)), 0)
    swapped = rng.integers(0, 2, n) == 1
    cells = pd.DataFrame(
        {"now": np.where(swapped, off, amount), "before": np.where(swapped, amount, off)}, index
    )
    falls, stays = (
        ("now", "before") if cells["now"].sum() <= cells["before"].sum() else ("before", "now")
    )
    causes: set[Cause] = set()
    used: list[list[Cause]] = []
    for _ in range(rng.integers(recipe.causes[0], recipe.causes[1] + 1)):
        drawn = _cause(recipe, rng, used, amount, index)
        used.append(drawn)
        severity = rng.uniform(*recipe.severity) + noise
        spread = rng.uniform(*recipe.deviation)
        inside = np.any([_rows(index, one) for one in drawn], axis=0)
        left = np.maximum(1 - rng.normal(severity, spread, int(inside.sum())), 0)
        cells.loc[inside, falls] = cells.loc[inside, stays].to_numpy() * left
        causes |= set(drawn)
    return Instance(cells, frozenset(causes), noise)


def _cause(
    recipe: Recipe,
    rng: np.random.Generator,
    used: Sequence[list[Cause]],
    amount: np.ndarray,
    index: pd.MultiIndex,
) -> list[Cause]:
    """Draw scopes of dimensions that no other cause has, none of which meets another's."""
    names, sizes = recipe.names, dict(zip(recipe.names, recipe.sizes, strict=True))
    while True:
        layer = int(rng.integers(recipe.layers[0], recipe.layers[1] + 1))
        dimensions = sorted(rng.choice(names, layer, replace=False).tolist())
        count = int(rng.integers(recipe.elements[0], recipe.elements[1] + 1))
        taken = {pair for cause in used for one in cause for pair in one}
        same = any({d for d, _ in one} == set(dimensions) for cause in used for one in cause)
        free = {d: [v for v in (f"{d}{n + 1}" for n in range(sizes[d])) if (d, v) not in taken]
                for d in dimensions}  # fmt: skip
        if (same and layer < len(names)) or not all(free.values()):
            continue
        drawn = {frozenset((d, str(rng.choice(free[d]))) for d in dimensions) for _ in range(count)}
        # Nobody can find a cause in nothing.
        if len(drawn) == count and all(amount[_rows(index, one)].sum() > 0 for one in drawn):
            return sorted(drawn, key=sorted)


def _rows(index: pd.MultiIndex, cause: Cause) -> np.ndarray:
    rows = np.ones(len(index), dtype=bool)
    for name, value in cause:
        rows &= index.get_level_values(name) == value
    return rows
