"""The smallest parts, told two ways that add up: what each moved, and what moving evenly is."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations_with_replacement

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.errors import ContractError
from analysis.measures.cells import ONCE, RATIOS, SUMS

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
MOVED, EVEN, SQUARE, CROSS, EVEN_SQUARE, CUSTOMERS = range(6)
"""Rows of what adds up over leaves."""
ROBUST = 1.482602218505602
"""Standard deviation of a normal over its median absolute deviation."""


@dataclass(frozen=True)
class Leaves:
    """Parts that cannot be cut further, each with what adds up over any scope.

    With a rate *h* at which the rest of the firm moves, a part departs from the rest by
    ``moved - h * even``, and the variance of that is ``moved² - 2 h moved·even + h² even²``, each
    summed over customers. Of a sum, ``moved`` is what it is now and ``even`` what it was; of a
    ratio see :func:`of_ratio`.

    Attributes
    ----------
    names : tuple of str
        Dimensions.
    codes : array of int
        One row per leaf, one column per dimension: which value it has.
    values : tuple of Index
        Values of each dimension.
    stats : array of float
        One row each of ``moved``, ``even``, their three products over customers, and the number
        of customers; one column per leaf.
    whole : dict
        By the places of some dimensions, the codes and ``stats`` of parts by these dimensions in
        which every customer is one, whatever else they bought; none: leaves are independent.
    still : float
        The rate *h* of a firm that does not change: 1 of a sum, 0 of a ratio.
    """

    names: tuple[str, ...]
    codes: NDArray[np.int64]
    values: tuple[pd.Index, ...]
    stats: Floats
    still: float
    whole: dict[tuple[int, ...], tuple[Codes, Floats]] = field(default_factory=dict)

    @property
    def of_customers(self) -> tuple[int, ...]:
        """Places of the dimensions of customers: those that no part is without."""
        kept = [set(places) for places in self.whole]
        return tuple(sorted(set.intersection(*kept))) if kept else ()


def of_sum(cells: pd.DataFrame) -> Leaves:
    """Leaves of a sum, from ``measures.cells.cells``: now against before."""
    weights = np.array([[1.0, 0.0], [0.0, 1.0]])
    return _leaves(cells, SUMS, weights, still=1.0)


def of_ratio(cells: pd.DataFrame) -> Leaves:
    """Leaves of a ratio, from ``measures.cells.cells``.

    Of a ratio R = N / D, a part with numerators n, denominators d and shares s = d / D contributes
    ``s̄ (r1 - r0)`` by its own rate r and ``(s1 - s0) (r̄ - R̄)`` by its share; a bar is the mean of
    the two periods. Together they are ``(n1 - R̄ d1) / D1 - (n0 - R̄ d0) / D0``, which is linear in
    the part's own numbers: contributions of parts add up to R1 - R0 exactly, whatever the parts.
    ``even`` is ``s̄``: what the part would contribute if every rate rose by one.

    Raises
    ------
    ContractError
        If a denominator of the whole is not positive.
    """
    whole = finest(cells)[RATIOS].sum()
    under = whole[["now_under", "before_under"]]
    if not (under > 0).all():
        raise ContractError(
            f"a ratio needs something under it in both periods; found {under.to_dict()}"
        )
    now, before = (float(under["now_under"]), float(under["before_under"]))
    middle = float(whole["now"] / now + whole["before"] / before) / 2
    weights = np.array(
        [
            [1 / now, -1 / before, -middle / now, middle / before],
            [0.0, 0.0, 0.5 / now, 0.5 / before],
        ]
    )
    return _leaves(cells, RATIOS, weights, still=0.0)


def of_forecast(cells: pd.DataFrame) -> Leaves:
    """Leaves of a sum against what was expected of each, where errors grow with the amount.

    Nothing is known of the customers behind an amount, so the spread is taken from the leaves
    themselves: departures as a share of the larger of the two amounts, which a doubling and a
    halving move alike, have the variance that their median size has among normal ones. Every leaf
    counts the same, whatever its amount.

    Parameters
    ----------
    cells : DataFrame
        One row per combination, indexed by the dimensions, columns ``now`` and ``before`` (what
        was expected), neither below zero.
    """
    larger = cells[SUMS].max(axis=1)
    cells = cells[larger > 0]
    now, expected = (cells[column] / larger[larger > 0] for column in SUMS)
    departure = (now - expected).to_numpy()
    spread = max(ROBUST * float(np.median(np.abs(departure))), 0.01)
    nothing = np.zeros(len(cells))
    stats = np.vstack(
        [now, expected, np.full(len(cells), spread**2), nothing, nothing, nothing + 1]
    )
    names = tuple(map(str, cells.index.names))
    codes, values = _coded(cells.index, None)
    return Leaves(names, codes, values, stats, still=1.0)


def finest(cells: pd.DataFrame) -> pd.DataFrame:
    """The rows of ``measures.cells.cells`` that are of all dimensions: parts that add up."""
    return cells[~cells.index.to_frame(index=False).isna().any(axis=1).to_numpy()]


def _leaves(cells: pd.DataFrame, columns: list[str], weights: Floats, still: float) -> Leaves:
    """Leaves whose ``moved`` and ``even`` are weighted sums of the cells' columns."""
    names = tuple(map(str, cells.index.names))
    own = finest(cells)
    codes, values = _coded(own.index, None)
    missing = cells.index.to_frame(index=False).isna().to_numpy()
    whole = {}
    for absent in np.unique(missing, axis=0):
        rows = cells[(missing == absent).all(axis=1)]
        kept = tuple(int(place) for place in np.flatnonzero(~absent))
        whole[kept] = (_coded(rows.index, values)[0], _stats(rows, columns, weights))
    return Leaves(names, codes, values, _stats(own, columns, weights), still, whole)


def _stats(cells: pd.DataFrame, columns: list[str], weights: Floats) -> Floats:
    numbers = cells[columns].to_numpy(dtype=float).T
    products = np.empty((len(columns), len(columns), len(cells)))
    for a, b in combinations_with_replacement(range(len(columns)), 2):
        products[a, b] = products[b, a] = cells[f"{columns[a]}{ONCE}{columns[b]}"]
    moved, even = weights
    squares = [
        np.einsum("i,j,ijk->k", *pair, products)
        for pair in ((moved, moved), (moved, even), (even, even))
    ]
    return np.vstack([moved @ numbers, even @ numbers, *squares, cells["customers"]])


def _coded(
    index: pd.MultiIndex, values: tuple[pd.Index, ...] | None
) -> tuple[Codes, tuple[pd.Index, ...]]:
    """Which of the values each row has in each dimension; ``-1`` for a missing one."""
    columns = [index.get_level_values(place) for place in range(index.nlevels)]
    known = values or tuple(column.unique().sort_values() for column in columns)
    codes = [one.get_indexer(column) for one, column in zip(known, columns, strict=True)]
    return np.column_stack(codes).astype(np.int64), known
