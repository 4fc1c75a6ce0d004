"""The search for drivers, measured: against published methods, on quiet firms, and at size."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from analysis import params
from analysis.analyses.drivers import drivers
from analysis.analyses.drivers.counts import count_drivers
from analysis.analyses.drivers.leaves import of_forecast
from analysis.analyses.drivers.search import Limits, search
from analysis.analyses.drivers.table import REST, TOTAL
from analysis.evaluation.record import Figure, share
from analysis.evaluation.root_cause_cases import Cause, Instance, Recipe, instance
from analysis.evaluation.root_cause_firms import (
    KINDS,
    cells_of,
    counts_of,
    firm_of_size,
    lines_of,
)
from analysis.evaluation.root_cause_methods import adtributor, riskloc
from analysis.measures.cells import cells, dimensions_of
from analysis.periods import parse
from analysis.settings import Drivers

Counted = tuple[int, int, int]
"""Causes found, named wrongly, and missed."""
FALSE, SECONDS = "≤ 0.05", "≤ 10"
RESAMPLES = 1000
SEED = 20221110
RECIPES = {
    "set S": Recipe(),
    "layers 1-3": Recipe(layers=(1, 3)),
}
"""What instances are drawn from: the published recipe, and causes of up to three dimensions."""
SOURCE = (
    "made-up books after Kalander, RiskLoc (2022), arXiv 2205.10004, {recipe} "
    "(dimensions of 10, 12, 10, 8, 5 values; noise to 0.25; 1-3 causes of 1-3 scopes); a cause "
    "counts as found if its dimensions and values are named exactly; range: bootstrap of books; "
    "n are books"
)
FIRMS = (
    "made-up firms of 200-1,500 customers who come and go, six dimensions, searched as a pack "
    "does (params/base.yml: drivers); n are firms"
)


def figures(
    books: int = 16,
    quiet: int = 100,
    planted: int = 30,
    lines: int = 1_000_000,
    recipes: Mapping[str, Recipe] = RECIPES,
) -> list[Figure]:
    """Precision, recall and F1 beside published methods; false claims; seconds at a size.

    Parameters
    ----------
    books : int
        Instances of each recipe.
    quiet, planted : int
        Firms without and with a changed part, of each kind of measure.
    lines : int
        Order lines of the firm that is timed.
    recipes : mapping
        What instances are drawn from, by name.
    """
    asked = params.load("all", "2026-10", "demo").settings.drivers
    found = [one for name, recipe in recipes.items() for one in _against(name, recipe, books)]
    return [*found, *_firms(asked, quiet, planted), *_at_size(asked, lines)]


def ours(book: Instance) -> set[Cause]:
    """Causes as the suite's search names them, against the forecast of each combination."""
    leaves = of_forecast(book.cells)
    limits = Limits(depth=len(leaves.names), scopes=10, chance=0.05, rate=1.0)
    return {frozenset(one.values.items()) for one in search(leaves, limits)}


def counted(named: set[Cause], true: frozenset[Cause]) -> Counted:
    """Causes found, named wrongly, and missed.

    Examples
    --------
    >>> a, b, c = (frozenset({("dimension", value)}) for value in "abc")
    >>> counted({a, b}, frozenset({a, c}))
    (1, 1, 1)
    """
    return len(named & true), len(named - true), len(true - named)


def f1(counts: Sequence[Counted]) -> float:
    """Harmonic mean of precision and recall over all books together.

    Examples
    --------
    >>> f1([(1, 1, 1), (2, 0, 0)])
    0.75
    """
    hits, wrong, missed = np.array(counts).sum(axis=0)
    return float(2 * hits / (2 * hits + wrong + missed)) if hits else 0.0


def _against(name: str, recipe: Recipe, books: int) -> Iterator[Figure]:
    """Ours and the published methods on the same books."""
    methods: dict[str, Callable[[Instance], set[Cause]]] = {
        "drivers": ours,
        "RiskLoc": lambda book: riskloc(book.cells),
        "Adtributor": lambda book: adtributor(book.cells),
    }
    drawn = [instance(recipe, np.random.default_rng([SEED, n])) for n in range(books)]
    counts, seconds = {}, {}
    for method, run in methods.items():
        began = time.perf_counter()
        counts[method] = [counted(run(book), book.causes) for book in drawn]
        seconds[method] = (time.perf_counter() - began) / books
    source = SOURCE.format(recipe=name)
    best = max(f1(counts[method]) for method in methods if method != "drivers")
    for method, one in counts.items():
        low, high = _range(one)
        target = f"≥ {best:.4f}" if method == "drivers" else ""
        label = f"root causes, {name}: {method}"
        yield Figure(f"{label}, F1", f1(one), source, books, low, high, target)
        hits, wrong, missed = (int(n) for n in np.array(one).sum(axis=0))
        of = source.replace("n are books", "n are causes").replace(
            "range: bootstrap of books; ", ""
        )
        yield share(f"{label}, precision", hits, hits + wrong, of)
        yield share(f"{label}, recall", hits, hits + missed, of)
        yield Figure(f"{label}, seconds a book", seconds[method], source, books)


def _range(counts: Sequence[Counted]) -> tuple[float, float]:
    rng = np.random.default_rng(SEED)
    drawn = rng.integers(0, len(counts), (RESAMPLES, len(counts)))
    values = [f1([counts[place] for place in one]) for one in drawn]
    low, high = np.quantile(values, [0.025, 0.975])
    return float(low), float(high)


def _firms(asked: Drivers, quiet: int, planted: int) -> Iterator[Figure]:
    """False claims of quiet firms, and parts found of firms in which one changed."""
    for number, kind in enumerate(KINDS):
        claims = sum(bool(_named(asked, kind, False, [SEED, number, n])[0]) for n in range(quiet))
        yield share(f"driver search, quiet firms: {kind}, false claims", claims, quiet,
                    f"{FIRMS}; a claim is any part named", FALSE)  # fmt: skip
        named = [_named(asked, kind, True, [SEED, number, quiet + n]) for n in range(planted)]
        how = f"{FIRMS}; one part of a fifth of the firm or of its dealers' half changed"
        hits = sum(bool(parts) and true in parts for parts, true in named)
        yield share(f"driver search, {kind}: changed part named exactly", hits, planted, how)
        silent = sum(not parts for parts, _ in named)
        yield share(
            f"driver search, {kind}: nothing named though one changed", silent, planted, how
        )


def _named(asked: Drivers, kind: str, changed: bool, seed: list[int]) -> tuple[list[str], str]:
    """Parts that are named of a made-up firm, and the one that changed."""
    lines, true = lines_of(np.random.default_rng(seed), kind, changed)
    if kind == "count":
        table = count_drivers(
            counts_of(lines, 2), 2, asked.max_scopes, asked.chance, asked.min_customers
        )
    else:
        table = _drivers(asked, cells_of(lines, kind, asked.depth), kind)
    return [str(key) for key in table.index if key not in (REST, TOTAL)], true


def _drivers(asked: Drivers, parts: pd.DataFrame, kind: str) -> pd.DataFrame:
    return drivers(
        parts, kind, asked.depth, asked.max_scopes, asked.chance, asked.min_customers,
        asked.min_departure, 0.02,
    )  # fmt: skip


def _at_size(asked: Drivers, lines: int) -> Iterator[Figure]:
    """Seconds from order lines to named parts."""
    firm = firm_of_size(lines)
    by = dimensions_of(firm, "all", asked.dimensions, asked.max_dimensions)
    began, busy = time.perf_counter(), time.process_time()
    parts = cells(firm, "all", parse("2026-10"), parse("2025-10"), "revenue", by, asked.depth)
    table = _drivers(asked, parts, "sum")
    seconds, busy = time.perf_counter() - began, time.process_time() - busy
    source = (
        "a firm made in memory (evaluation/root_cause_firms.py), two Octobers, searched "
        f"by {', '.join(by)}, on DuckDB; n are order lines"
    )
    yield Figure(
        "driver search, seconds from order lines to named parts", seconds, source, lines,
        target=SECONDS,
    )  # fmt: skip
    yield Figure("driver search, seconds of processors for the same", busy, source, lines)
    is_first = table.index[0] == "category:C & channel:dealer"
    yield share("driver search at size: changed part named first", int(is_first), 1, source, "= 1")
