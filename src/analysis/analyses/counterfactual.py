"""What sales would have been: a place and range measured against those nothing happened to.

A difference in differences on a logarithmic scale, in order lines: how often something is bought
answers to events, while how large single orders are answers to chance. How much a set of cells
grew from the weeks before an event to the weeks since, less how much its comparison grew, is the
effect. A cell of region r and category c is held against three sets at once ::

    growth(r, c) - growth(elsewhere, c) - growth(r, other categories) + growth(elsewhere, others)

a region against the other regions, a category against the median of the others. Other regions
share the season; other categories do not, so there both spells are first set against the same weeks
a year before.
The whole firm has nothing beside it and is held against its own growth before.

How far chance reaches is read off placebos: the same arithmetic at other cells and other weeks,
each over its own sampling error, as small cells swing more than large ones. The logarithm of a
count of n has a sampling variance of 1 / n. Placebos of one scope a few weeks apart share weeks and
tell much the same; how many there are is counted without those.

References
----------
Angrist & Pischke, *Mostly Harmless Econometrics*, 2009, ch. 5 (differences in differences).
Abadie, Diamond & Hainmueller, "Synthetic control methods for comparative case studies", JASA 105
(2010), sec. 2.4 (placebos in space and time).
Donald & Lang, "Inference with difference-in-differences and other panel data", *Review of Economics
and Statistics* 89 (2007) (Student's t of few groups).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import erfc, sqrt

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
YEAR = 52
"""Weeks from a week to the same week a year before, on the same weekdays."""

STEP = 4
"""Weeks between one placebo and the next, at most."""

MOSTLY = 0.8
"""Share of a scope's cells in which nothing may have happened for it to be a placebo."""

FEWEST = 5
"""Placebos that do not overlap it takes to say how far chance reaches at all."""

CONFIDENCE, NORMAL = 0.95, 1.959963984540054
"""Of intervals; and the normal quantile: none is narrower than chance in the lines alone."""


@dataclass(frozen=True)
class Weeks:
    """Weeks counted back from the last day: from ``first``, the earliest, to ``last``.

    Examples
    --------
    >>> Weeks(first=5, last=0).count, Weeks(first=5, last=0).earlier(52)
    (6, Weeks(first=57, last=52))
    """

    first: int
    last: int

    @property
    def count(self) -> int:
        """How many."""
        return self.first - self.last + 1

    def earlier(self, weeks: int) -> Weeks:
        """As many, so much earlier."""
        return Weeks(self.first + weeks, self.last + weeks)

    def overlaps(self, other: Weeks) -> bool:
        """Whether the two share a week."""
        return self.last <= other.first and other.last <= self.first


@dataclass(frozen=True)
class Scope:
    """A region and a category; none: all of them."""

    region: str | None = None
    category: str | None = None

    def touches(self, other: Scope) -> bool:
        """Whether some sales are in both.

        Examples
        --------
        >>> Scope("east").touches(Scope(category="Lamps")), Scope("east").touches(Scope("west"))
        (True, False)
        """
        return all(
            None in (one, two) or one == two
            for one, two in ((self.region, other.region), (self.category, other.category))
        )


@dataclass(frozen=True)
class Touched:
    """A scope that something happened to, and when: no comparison is made of it."""

    scope: Scope
    weeks: Weeks


@dataclass(frozen=True)
class Spell:
    """The weeks of an event, and the weeks before it that they are compared with."""

    now: Weeks
    before: Weeks


@dataclass(frozen=True)
class Estimate:
    """How far a scope's sales were from what they would have been.

    Attributes
    ----------
    log : float
        Logarithm of actual over expected; missing if it cannot be told.
    reach : float
        Half the width of its 95 % interval, as a logarithm.
    p : float
        Share of placebos, the scope itself counted as one, that moved as far for their size.
    placebos : int
        How many there were whose weeks do not overlap. Those between them count for ``reach`` and
        ``p``, but tell nothing of their own.
    lines : float
        Order lines in the scope, of the shorter spell.
    """

    log: float = float("nan")
    reach: float = float("nan")
    p: float = float("nan")
    placebos: int = 0
    lines: float = 0.0

    @property
    def is_known(self) -> bool:
        """Whether there was enough to say anything."""
        return bool(np.isfinite(self.log) and np.isfinite(self.reach))

    @property
    def is_visible(self) -> bool:
        """Whether the interval leaves out zero."""
        return self.is_known and abs(self.log) > self.reach

    def share(self, side: float = 0.0) -> float:
        """Actual over expected, less one; ``side`` −1 and 1 are the ends of its interval.

        Examples
        --------
        >>> round(Estimate(log=-0.693147, reach=0.1).share(), 6)
        -0.5
        """
        return float(np.expm1(self.log + side * self.reach))


class Panel:
    """Weekly order lines as a block that any window can be summed over.

    Parameters
    ----------
    weekly : DataFrame
        As ``measures.weekly.weekly_sales`` gives it.
    """

    def __init__(self, weekly: pd.DataFrame) -> None:
        self.regions = sorted(weekly["region"].unique())
        self.categories = sorted(weekly["category"].unique())
        self.length = int(weekly["week"].max()) + 1 if len(weekly) else 0
        block = np.zeros((self.length, len(self.regions), len(self.categories)))
        place = (
            weekly["week"].to_numpy(int),
            pd.Index(self.regions).get_indexer(weekly["region"]),
            pd.Index(self.categories).get_indexer(weekly["category"]),
        )
        np.add.at(block, place, weekly["lines"].to_numpy(float))
        self._sums = np.concatenate([np.zeros((1, *block.shape[1:])), block.cumsum(axis=0)])

    def holds(self, weeks: Weeks) -> bool:
        """Whether the data reach over all of the weeks."""
        return 0 <= weeks.last <= weeks.first < self.length

    def lines(self, weeks: Weeks) -> Floats:
        """Order lines over some weeks, regions by categories."""
        lines: Floats = self._sums[weeks.first + 1] - self._sums[weeks.last]
        return lines

    def cells(self, scope: Scope) -> Flags:
        """Which cells are in a scope, regions by categories."""
        rows = np.array([scope.region in (None, name) for name in self.regions], dtype=bool)
        columns = np.array([scope.category in (None, name) for name in self.categories], dtype=bool)
        cells: Flags = rows[:, None] & columns[None, :]
        return cells

    def terms(self, shape: Scope, spell: Spell) -> list[tuple[int, Weeks]]:
        """The windows a growth is made of, with their signs; season is taken off where needed."""
        terms = [(1, spell.now), (-1, spell.before)]
        shares_season = shape.region is not None and len(self.regions) > 1
        if shares_season or spell.before == spell.now.earlier(YEAR):
            return terms
        return [*terms, *((-sign, weeks.earlier(YEAR)) for sign, weeks in terms)]

    def estimate(
        self, scope: Scope, spell: Spell, touched: Iterable[Touched], least: int, placebos: int
    ) -> Estimate:
        """How far a scope's sales were from what they would have been.

        Parameters
        ----------
        scope : Scope
            What is measured.
        spell : Spell
            The weeks of the event and before it.
        touched : iterable of Touched
            Where else something happened: such cells are no comparison while it lasted.
        least : int
            Order lines a scope needs in either spell.
        placebos : int
            With fewer placebos than this whose weeks do not overlap, 95 % of them cannot be told
            from all: the interval is then no narrower than Student's t of so many makes it; with
            fewer than :data:`FEWEST` there is none.
        """
        # What happened to a part of the firm is no reason to leave out the firm.
        touched = [] if scope == Scope() else list(touched)
        measured = self._beyond(scope, spell, touched, least)
        if measured is None or not self.cells(scope).any():
            return Estimate()
        row = self.regions.index(scope.region) if scope.region else 0
        column = self.categories.index(scope.category) if scope.category else 0
        log, variance, lines = (float(part[row, column]) for part in measured)
        if not np.isfinite(log):
            return Estimate(lines=lines)
        chance, apart = self.placebos(scope, spell, touched, least)
        if apart < FEWEST:
            return Estimate(log, float("nan"), float("nan"), apart, lines)
        size = abs(log) / np.sqrt(variance)
        reach = quantile(chance)
        p = (1 + int((chance >= size).sum())) / (len(chance) + 1)
        p = max(p, erfc(size / sqrt(2)))  # as the interval: no surer than chance in the lines alone
        if apart < placebos:
            scatter = float(np.sqrt((chance**2).mean()))
            reach = max(reach, float(stats.t.ppf((1 + CONFIDENCE) / 2, apart)) * scatter)
            p = max(p, float(2 * stats.t.sf(size / scatter, apart))) if scatter > 0 else p
        reach *= np.sqrt(variance)
        return Estimate(log, float(reach), float(p), apart, lines)

    def chance(self, scope: Scope, spell: Spell, touched: list[Touched], least: int) -> Floats:
        """The errors of :meth:`placebos` alone."""
        return self.placebos(scope, spell, touched, least)[0]

    def placebos(
        self, scope: Scope, spell: Spell, touched: list[Touched], least: int
    ) -> tuple[Floats, int]:
        """How many sampling errors scopes of the same shape moved where nothing happened.

        Returns
        -------
        array
            One per scope and window. Windows begin a few weeks after one another, so that where
            they begin does not matter, and overlap.
        int
            How many of them share no week of the event's length with another of their scope.
        """
        step = max(1, min(spell.now.count // 2, STEP))
        found: list[Floats] = []
        apart, free = 0, np.full((1, 1), -np.inf)
        # The whole firm is compared with the weeks just before alone, and may be so again later.
        own = Touched(scope, spell.now if scope == Scope() else Weeks(spell.now.first, 0))
        for later in range(-spell.now.last, self.length, step):
            moved = Spell(spell.now.earlier(later), spell.before.earlier(later))
            values = self._beyond(scope, moved, touched, least)
            if values is None:
                continue
            log, variance, _ = values
            clean = self._untouched(self.terms(scope, moved), [*touched, own])
            quiet = _folded(clean, scope)
            whole = _folded(np.ones_like(self.cells(Scope()), dtype=float), scope)
            keep = np.isfinite(log) & (quiet >= MOSTLY * whole)
            found.append(np.abs(log[keep]) / np.sqrt(variance[keep]))
            is_apart = keep & (later >= free)
            free = np.where(is_apart, later + spell.now.count, free)
            apart += int(is_apart.sum())
        return (np.concatenate(found) if found else np.array([])), apart

    def path(
        self, scope: Scope, before: Weeks | None, touched: list[Touched], least: int, until: int
    ) -> pd.Series:
        """Actual over expected lines of every four weeks up to now, one where it is as expected.

        Parameters
        ----------
        scope, touched, least
            As in :meth:`estimate`.
        before : Weeks or None
            What is compared with; none: the same weeks a year before.
        until : int
            Weeks back that the path begins.
        """
        points = {}
        for last in range(0, until, STEP):
            now = Weeks(last + STEP - 1, last)
            spell = Spell(now, before or now.earlier(YEAR))
            values = self._beyond(scope, spell, [] if scope == Scope() else touched, least)
            if values is not None:
                row = self.regions.index(scope.region) if scope.region else 0
                column = self.categories.index(scope.category) if scope.category else 0
                points[last] = float(np.exp(values[0][row, column]))
        return pd.Series(points, dtype=float).rename_axis("week").sort_index(ascending=False)

    def _untouched(self, terms: list[tuple[int, Weeks]], touched: Iterable[Touched]) -> Floats:
        clean = np.ones((len(self.regions), len(self.categories)))
        for one in touched:
            if any(one.weeks.overlaps(weeks) for _, weeks in terms):
                clean[self.cells(one.scope)] = 0.0
        return clean

    def _beyond(
        self, shape: Scope, spell: Spell, touched: list[Touched], least: int
    ) -> tuple[Floats, Floats, Floats] | None:
        """Growth beyond the comparison's of every scope of a shape, its variance, and lines."""
        terms = self.terms(shape, spell)
        if not all(self.holds(weeks) for _, weeks in terms):
            return None
        clean = self._untouched(terms, touched)
        log = variance = np.zeros((1, 1))
        lines = np.full((1, 1), np.inf)
        for sign, weeks in terms:
            block = self.lines(weeks)
            own, compared = _folded(block, shape), _folded(block * clean, shape)
            for side, part in zip((1, -1, -1, 1), _sets(own, compared), strict=True):
                if part is None:
                    continue
                enough = np.where(part >= least, part, np.nan)
                log = log + sign * side * np.log(enough)
                variance = variance + 1 / enough
            lines = np.minimum(lines, own)
        if own.shape[0] == 1 and own.shape[1] > 1:
            log, variance = self._beyond_median(log, variance, _folded(clean, shape) > 0)
        return log, variance, lines

    def _beyond_median(self, log: Floats, variance: Floats, clean: Flags) -> tuple[Floats, Floats]:
        """Growth of each category beyond the median of the others'.

        Other categories have stories of their own; one that grew by half does not move a median.
        The variance of a median of k is about pi / 2 k times that of one.
        """
        beyond, spread = np.full_like(log, np.nan), np.full_like(log, np.nan)
        for column, name in enumerate(self.categories):
            others = [
                place for place in range(log.shape[1])
                if place != column and clean[0, place] and np.isfinite(log[0, place])
                and self.categories[place]
            ]  # fmt: skip
            if name and len(others) > 1:
                beyond[0, column] = log[0, column] - np.median(log[0, others])
                scatter = float(np.mean(variance[0, others])) * np.pi / 2 / len(others)
                spread[0, column] = variance[0, column] + scatter
        return beyond, spread


def quantile(chance: Floats) -> float:
    """How many sampling errors 95 % of placebos stay within, and no fewer than a normal's."""
    rank = int(np.ceil(CONFIDENCE * (len(chance) + 1))) - 1
    return max(NORMAL, float(np.sort(chance)[min(rank, len(chance) - 1)]))


def _sets(own: Floats, compared: Floats) -> list[Floats | None]:
    """A scope's own lines, the same elsewhere, the same place's others, and the others elsewhere.

    What a shape does not tell apart has no elsewhere: none.
    """
    elsewhere = compared.sum(axis=0, keepdims=True) - compared if own.shape[0] > 1 else None
    # Categories alone are held against the median of the others, not against their sum.
    others = compared.sum(axis=1, keepdims=True) - compared if min(own.shape) > 1 else None
    rest = None
    if elsewhere is not None and others is not None:
        rest = elsewhere.sum(axis=1, keepdims=True) - elsewhere
    return [own, elsewhere, others, rest]


def _folded(block: Floats, shape: Scope) -> Floats:
    """Regions by categories, added up over what the shape does not tell apart."""
    if shape.region is None:
        block = block.sum(axis=0, keepdims=True)
    if shape.category is None:
        block = block.sum(axis=1, keepdims=True)
    return block
