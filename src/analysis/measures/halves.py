"""Numerators and denominators of measures, taken over the views they are of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from analysis.measures.catalogue import MEASURES, Given, Measure, Part
from analysis.measures.lines import MOMENTS
from analysis.measures.views import VIEWS, Scope, View
from analysis.periods import parse


@dataclass(frozen=True)
class Taken:
    """Halves taken over one view.

    Attributes
    ----------
    table : DataFrame
        One row per group the view has rows of.
    months : tuple of Timestamp or None
        The months the data reach back far enough for; none: every one asked for.
    """

    table: pd.DataFrame
    months: tuple[pd.Timestamp, ...] | None = None


def halves(scope: Scope, measures: Sequence[Measure]) -> pd.DataFrame:
    """Numerators and denominators of measures, group by group.

    Parameters
    ----------
    scope : Scope
        Which rows, and what to split them by.
    measures : sequence of Measure
        Of the catalogue.

    Returns
    -------
    DataFrame
        One row per group, in the order of the groups; without dimensions one row, the whole.
        Columns: the dimensions, and ``<measure>.numerator`` and ``<measure>.denominator``. Where
        a view has no row in a group its sums are zero. Missing: what the firm has no table for,
        what cannot be split so, and what the data do not reach back far enough for.
    """
    asked = {one.name: one for one in _with_given(measures) if all(map(scope.data.has, one.needs))}
    taken = []
    for name, view in VIEWS.items():
        parts = {
            f"{one.name}.{half}": part
            for one in asked.values()
            for half, part in one.halves.items()
            if isinstance(part, Part) and part.of == name
        }
        if parts and view.answers(scope):
            taken += _of_view(view, scope, parts)
    wide = _side_by_side(taken, list(scope.by))
    for one in asked.values():
        for half, given in one.halves.items():
            if isinstance(given, Given):
                wide[f"{one.name}.{half}"] = value_of(wide, MEASURES[given.measure])
    # Of a measure one half of which cannot be taken, nothing is known.
    known = [one for one in asked.values() if all(f"{one.name}.{h}" in wide for h in one.halves)]
    return wide[[*scope.by, *(f"{one.name}.{half}" for one in known for half in one.halves)]]


def value_of(wide: pd.DataFrame, one: Measure) -> pd.Series:
    """A measure's values from the table :func:`halves` gives: missing over nothing."""
    missing = pd.Series(float("nan"), index=wide.index)
    numerator = wide.get(f"{one.name}.numerator", missing).astype(float)
    denominator = wide.get(f"{one.name}.denominator", missing).astype(float)
    return numerator if one.is_amount else numerator / denominator.where(denominator != 0)


def _with_given(measures: Sequence[Measure]) -> Iterator[Measure]:
    """The measures, each after those whose values it is made of."""
    for one in measures:
        for half in one.halves.values():
            if isinstance(half, Given):
                yield from _with_given([MEASURES[half.measure]])
        yield one


def _of_view(view: View, scope: Scope, parts: dict[str, Part]) -> list[Taken]:
    """Halves of one view, or of none; month by month where it looks back beyond the period."""
    if not (view.windowed and "month" in scope.by):
        table = _taken(view, scope, parts)
        return [] if table is None else [Taken(table)]
    tables = {}
    for month in pd.period_range(scope.period.first, scope.period.last, freq="M"):
        by = tuple(name for name in scope.by if name != "month")
        alone = replace(scope, period=parse(str(month)), by=by)
        moment = pd.Timestamp(month.start_time).as_unit(MOMENTS)
        if (table := _taken(view, alone, parts)) is not None:
            tables[moment] = table.assign(month=moment)
    return [Taken(_stacked(list(tables.values())), tuple(tables))] if tables else []


def _taken(view: View, scope: Scope, parts: dict[str, Part]) -> pd.DataFrame | None:
    """The same over one period; ``None`` where the data do not reach back far enough."""
    rows = view.rows(scope)
    if rows is None:
        return None
    by = list(scope.by)
    rows = rows.mutate(**{name: rows[name].fill_null("") for name in by if name != "month"})
    numbers = {name: part.over(rows).cast("float64") for name, part in parts.items()}
    if not by:
        wide = rows.aggregate(**numbers, rows=rows.count()).execute()
        # The sum of no rows is missing to the engine; nothing there is zero.
        return (wide.fillna(0.0) if wide["rows"][0] == 0 else wide).drop(columns="rows")
    wide = rows.group_by(by).aggregate(**numbers).order_by(by).execute()
    return wide.assign(month=wide["month"].dt.as_unit(MOMENTS)) if "month" in by else wide


def _side_by_side(taken: list[Taken], by: list[str]) -> pd.DataFrame:
    """Views' halves beside one another; of a group only others know, a view has nothing."""
    if not by:
        return pd.concat([pd.DataFrame(index=[0]), *(one.table for one in taken)], axis=1)
    if not taken:
        return pd.DataFrame(columns=by)
    wide = _stacked([one.table[by] for one in taken]).drop_duplicates()
    wide = wide.sort_values(by, ignore_index=True)
    for one in taken:
        wide = wide.merge(one.table, on=by, how="left", validate="one_to_one", indicator="found")
        nothing = wide["found"] == "left_only"
        if one.months is not None:  # a month the data do not reach back far enough for is missing
            nothing &= wide["month"].isin(one.months)
        wide.loc[nothing, [name for name in one.table.columns if name not in by]] = 0.0
        wide = wide.drop(columns="found")
    return wide


def _stacked(tables: list[pd.DataFrame]) -> pd.DataFrame:
    """Tables of the same columns, one under the other; those without rows give no types."""
    return pd.concat([one for one in tables if len(one)] or tables[:1], ignore_index=True)
