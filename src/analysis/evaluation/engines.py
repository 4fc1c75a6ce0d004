"""Whether the measures are the same numbers on every engine, and on how many of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import combinations
from pathlib import Path

import pandas as pd

from analysis import params
from analysis.errors import AnalysisError
from analysis.evaluation import postgres
from analysis.evaluation.record import Figure, share
from analysis.measures import engine as measures
from analysis.measures.catalogue import MEASURES
from analysis.model import engines
from analysis.model.dataset import Dataset, open_snapshot
from analysis.periods import parse

LABELS = {"duckdb": "DuckDB", "postgresql": "PostgreSQL", "spark": "Spark"}
BY = ("region", "channel", "category", "month")
"""Dimensions of every kind: of the line, of a table joined to it, and of time."""
PARTS: list[list[str]] = [[], *([name] for name in BY)]
CLOSE = 1e-12
"""How far ratios and growth may lie apart, as a share: they are divided after they are summed."""
EXACT = ("numerator", "denominator", "units", "revenue", "order_count", "days_since_last_order")
"""Sums and counts, by the end of their column: equal to the last decimal."""


def run(folder: Path) -> list[Figure]:
    """Compare the engines pair by pair, on everything :func:`answers` asks of one snapshot.

    A PostgreSQL server and Spark on two cores are started for it and stopped afterwards.

    Returns
    -------
    list of Figure
        One per pair: the share of answers, one per measure and group, that are equal. Where an
        engine cannot be had here, its pairs have no value, and say why.
    """
    given: dict[str, dict[str, pd.DataFrame] | str] = {}
    with ExitStack() as stack:
        for name, here in HERE.items():
            try:
                given[name] = answers(open_snapshot(folder, stack.enter_context(here())))
            except AnalysisError as error:
                given[name] = str(error)
    return [_figure(one, other, given) for one, other in combinations(given, 2)]


def answers(data: Dataset) -> dict[str, pd.DataFrame]:
    """Every measure of the catalogue, in every way it is taken, from one engine.

    Returns
    -------
    dict of DataFrame
        By what was asked; one row per measure and group, or per product or customer.
    """
    months = f"{data.first_month}..{pd.Period(data.last_day, 'M')}"
    whole, latest = params.load("all", months), params.load("all", str(data.latest_month))
    names = list(MEASURES)
    asked = {}
    for by in PARTS:
        title = f"by {by[0]}" if by else "whole"
        asked[f"compare, {title}"] = measures.compare(data, latest, names, by)
    region = data.regions[-1]
    asked["measure, whole"] = measures.measure(data, "all", whole.period, names)
    asked["measure, by month"] = measures.measure(data, "all", whole.period, names, ["month"])
    asked[f"measure, {region}"] = measures.measure(data, region, latest.period, names)
    asked["measure, by region and category"] = measures.measure(
        data, "all", latest.period, names, ["region", "category"]
    )
    by_month = measures.by_month(data, "all", data.first_month, data.latest_month, names)
    asked["by_month"] = by_month.melt(ignore_index=False).set_index("variable", append=True)
    asked["product_sales"] = measures.product_sales(data, "all", parse(months))
    asked["customer_activity"] = measures.customer_activity(data, "all", data.latest_month, 12)
    return asked


def unequal(one: dict[str, pd.DataFrame], other: dict[str, pd.DataFrame]) -> list[str]:
    """Answers of two engines that are not equal, each as a sentence.

    Sums, counts and moments must be equal to the last decimal, ratios to :data:`CLOSE`; what one
    engine has and the other has not is unequal, and so are rows in another order.
    """
    wrong = []
    for asked, table in one.items():
        than = other[asked]
        if table.index.tolist() != than.index.tolist():
            wrong.append(f"{asked}: rows {_first_apart(table.index, than.index)}")
        rows = table.index.union(than.index, sort=False)
        left, right = table.reindex(rows), than.reindex(rows)
        apart = pd.DataFrame(
            {name: ~_equal(name, left[name], right[name]) for name in left}, index=rows
        )
        wrong += [
            f"{asked} {row}: " + ", ".join(
                f"{name} {left.loc[row, name]} and {right.loc[row, name]}"
                for name in apart.columns[apart.loc[row]]
            )
            for row in rows[apart.any(axis="columns")]
        ]  # fmt: skip
    return wrong


def _equal(name: str, left: pd.Series, right: pd.Series) -> pd.Series:
    same = (left == right) | (left.isna() & right.isna())
    if name.endswith(EXACT) or not pd.api.types.is_float_dtype(left):
        return same
    return same | ((left - right).abs() <= CLOSE * left.abs())


def _first_apart(one: pd.Index, other: pd.Index) -> str:
    pairs = zip([*one, None], [*other, None], strict=False)
    return " and ".join(map(str, next(pair for pair in pairs if pair[0] != pair[1])))


def _figure(one: str, other: str, given: dict[str, dict[str, pd.DataFrame] | str]) -> Figure:
    name = f"measures equal on {LABELS[one]} and {LABELS[other]}"
    left, right = given[one], given[other]
    if isinstance(left, str) or isinstance(right, str):
        why = left if isinstance(left, str) else right
        return Figure(name, None, f"not compared: {why}", 0)
    wrong = unequal(left, right)
    n = sum(len(table) for table in left.values())
    source = (
        f"{len(left)} questions of {len(MEASURES)} measures; sums and counts to the last decimal, "
        f"ratios to {CLOSE}"
    )
    if wrong:
        source += f"; first: {wrong[0]}"
    return share(name, n - min(n, len(wrong)), n, source, "= 1")


@contextmanager
def _duckdb() -> Iterator[str]:
    yield "duckdb"


@contextmanager
def _postgresql() -> Iterator[str]:
    with postgres.server() as url:
        yield url


@contextmanager
def _spark() -> Iterator[str]:
    backend = engines.connect("local[2]")
    yield "local[2]"
    backend.disconnect()


HERE = {"duckdb": _duckdb, "postgresql": _postgresql, "spark": _spark}
"""How each engine is had on this machine, for as long as it is asked."""
