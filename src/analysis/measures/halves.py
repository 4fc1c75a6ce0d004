"""Numerators and denominators of measures, taken over the views they are of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pandas as pd

from analysis.measures.catalogue import MEASURES, Given, Measure, Part
from analysis.measures.lines import MOMENTS
from analysis.measures.views import VIEWS, Scope, View
from analysis.periods import parse


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
    wide = pd.DataFrame(index=None if scope.by else [0])
    for name, view in VIEWS.items():
        parts = {
            f"{one.name}.{half}": part
            for one in asked.values()
            for half, part in one.halves.items()
            if isinstance(part, Part) and part.of == name
        }
        if parts and view.answers(scope):
            taken = _of_view(view, scope, parts)
            wide = wide if taken is None else _joined(wide, taken, list(scope.by))
    wide = wide.sort_values(list(scope.by), ignore_index=True) if scope.by else wide
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


def _of_view(view: View, scope: Scope, parts: dict[str, Part]) -> pd.DataFrame | None:
    """Halves taken over one view; month by month where it looks back further than the period."""
    if not (view.windowed and "month" in scope.by):
        return _taken(view, scope, parts)
    tables = []
    for month in pd.period_range(scope.period.first, scope.period.last, freq="M"):
        by = tuple(name for name in scope.by if name != "month")
        alone = replace(scope, period=parse(str(month)), by=by)
        moment = pd.Timestamp(month.start_time).as_unit(MOMENTS)
        if (taken := _taken(view, alone, parts)) is not None:
            tables.append(taken.assign(month=moment))
    return pd.concat(tables, ignore_index=True) if tables else None


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


def _joined(wide: pd.DataFrame, more: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Two views' halves side by side; a group only one knows has nothing of the other."""
    if not by or wide.empty:
        return pd.concat([wide, more], axis=1) if not by else more
    joined = wide.merge(more, on=by, how="outer", validate="one_to_one", indicator="known_to")
    for other, own in (("right_only", wide), ("left_only", more)):
        nothing = joined["known_to"] == other
        if "month" in by:  # a month the data do not reach back far enough for stays missing
            nothing &= joined["month"].isin(own["month"])
        joined.loc[nothing, [name for name in own.columns if name not in by]] = 0.0
    return joined.drop(columns="known_to")
