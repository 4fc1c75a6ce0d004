"""Measures by group and period, as small tables with numerator and denominator kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
import pandas as pd

from analysis.errors import ContractError, nearest
from analysis.measures.catalogue import DIMENSIONS, MEASURES, Measure, Part
from analysis.measures.halves import halves, value_of
from analysis.measures.lines import MOMENTS, in_scope
from analysis.measures.views import VIEWS, Scope
from analysis.model.dataset import QUIET_DAYS, Dataset
from analysis.params import Run
from analysis.periods import Period

PARTS = ["numerator", "denominator", "squares", "value"]
Entry = TypeVar("Entry")
WINDOWS = ["current", "prior", "year_before"]


def measure(
    data: Dataset, region: str, period: Period, names: Sequence[str], by: Sequence[str] = ()
) -> pd.DataFrame:
    """Take measures of a region and period, split by dimensions.

    Parameters
    ----------
    data : Dataset
        Opened snapshot.
    region : str
        A region of the data, or ``all``.
    period : Period
        Whole months.
    names : sequence of str
        Measures of the catalogue.
    by : sequence of str
        Dimensions of the catalogue; none: one group, the whole.

    Returns
    -------
    DataFrame
        One row per group and measure, indexed by ``by`` and ``measure``. Columns ``numerator``,
        ``denominator`` and ``squares`` (missing where the measure has none) and ``value`` =
        numerator / denominator, in the measure's unit. No rows where the firm has no such
        dimension; missing values where it lacks what a measure needs.

    Raises
    ------
    ContractError
        If a measure or dimension is not in the catalogue.
    """
    measures = [_known(name, MEASURES, "measure") for name in names]
    dimensions = [_known(name, DIMENSIONS, "dimension") for name in by]
    index = [*by, "measure"]
    if not all(data.has(dimension.needs) for dimension in dimensions):
        return pd.DataFrame(columns=[*index, *PARTS]).set_index(index).astype(float)
    wide = halves(Scope(data, region, period, tuple(by)), measures)
    tables = [_one_measure(wide, one, list(by)) for one in measures]
    table = pd.concat(tables).set_index(index)
    return table.sort_index(level=list(by), sort_remaining=False) if by else table


def compare(data: Dataset, run: Run, names: Sequence[str], by: Sequence[str] = ()) -> pd.DataFrame:
    """Take measures of a run's period, of the period before it and of the same months last year.

    Returns
    -------
    DataFrame
        One row per group (seen in any of the three) and measure, indexed by ``by`` and
        ``measure``. Columns ``current``, ``prior`` and ``year_before`` hold the values,
        ``<window>_numerator``, ``_denominator`` and ``_squares`` what they are made of;
        ``change_prior`` and ``change_year_before`` the difference in the measure's unit (points
        for rates) and ``growth_prior``, ``growth_year_before`` the difference as a share of a
        positive base. A window the data do not reach back to, or that overlaps the period (a span
        of more than a year has no same months last year), is missing throughout; a group
        without orders in a window that they do reach is zero if its measure is a sum or count.
    """
    periods = (run.period, run.period.prior(), run.period.year_before())
    taken = {
        window: measure(data, run.region, period, names, by)
        for window, period in zip(WINDOWS, periods, strict=True)
        if window == WINDOWS[0] or (data.covers(period) and not period.overlaps(run.period))
    }
    rows = pd.concat(list(taken.values())).index.unique()
    table = pd.concat([_window(data, taken.get(name), name, rows) for name in WINDOWS], axis=1)
    for base in WINDOWS[1:]:
        change = table["current"] - table[base]
        growth = change / table[base].where(table[base] > 0)
        table = table.assign(**{f"change_{base}": change, f"growth_{base}": growth})
    return table


def by_month(
    data: Dataset, region: str, first: pd.Period, last: pd.Period, names: Sequence[str]
) -> pd.DataFrame:
    """Take measures of every month from ``first`` to ``last`` that the data cover.

    Returns
    -------
    DataFrame
        One row per month (``month``, a PeriodIndex without gaps), one column per measure. A
        month without a row is zero for sums and counts, if the firm's records of it have begun,
        and missing for ratios.
    """
    start = max(first, pd.Period(data.first_day, "M"))
    end = min(last, pd.Period(data.last_day, "M"))
    months = pd.period_range(start, end, freq="M", name="month")
    span = Period(text=f"{start}..{end}", first=start, last=end)
    taken = measure(data, region, span, names, by=["month"])["value"].unstack("measure")
    taken.index = pd.PeriodIndex(taken.index, freq="M", name="month")
    table = taken.reindex(index=months, columns=list(names))
    scope = Scope(data, region, span, ("month",))
    known = [MEASURES[name] for name in names if _counts_all(scope, MEASURES[name])]
    # No order, no complaint in a month the data cover: there was none, which is zero.
    sums = {one.name: table[one.name].fillna(0.0) for one in known}
    return table.assign(**sums).rename_axis(columns=None)


def product_sales(data: Dataset, region: str, period: Period | None) -> pd.DataFrame:
    """Units and revenue of every product sold; no rows for ``None``, a base there is not.

    Returns
    -------
    DataFrame
        One row per ``product_id`` (index; lines without a product are one row, ``""``), columns
        ``units`` (count) and ``revenue`` (money).
    """
    if period is None:
        index = pd.Index([], name="product_id", dtype=object)
        return pd.DataFrame({"units": [], "revenue": []}, index=index, dtype=float)
    lines = in_scope(data, region, period)
    lines = lines.mutate(product_id=lines.product_id.fill_null(""))
    table = lines.group_by("product_id").aggregate(
        units=lines.quantity.sum().cast("float64"), revenue=lines.revenue.sum().cast("float64")
    )
    return table.order_by("product_id").execute().set_index("product_id")


def customer_activity(data: Dataset, region: str, last: pd.Period, months: int) -> pd.DataFrame:
    """What each customer bought in the ``months`` that end with ``last``.

    Returns
    -------
    DataFrame
        One row per customer who ordered in the window and region, indexed by ``customer_id``;
        sales without a name are nobody's.
        Columns ``last_ordered_at``, ``days_since_last_order`` (days, to the end of ``last`` or of
        the data if that is earlier), ``order_count`` and ``revenue`` (money).
    """
    first = last - (months - 1)
    window = Period(text=f"{first}..{last}", first=first, last=last)
    lines = in_scope(data, region, window)
    lines = lines.filter(lines.customer_id.notnull())
    table = lines.group_by("customer_id").aggregate(
        last_ordered_at=lines.ordered_at.max(),
        order_count=lines.order_id.nunique(),
        revenue=lines.revenue.sum().cast("float64"),
    )
    customers: pd.DataFrame = table.order_by("customer_id").execute().set_index("customer_id")
    as_of = pd.Timestamp(min(window.end, data.last_day))
    last_ordered_at = customers["last_ordered_at"].dt.as_unit(MOMENTS)
    days = (as_of - last_ordered_at.dt.normalize()).dt.days
    return customers.assign(last_ordered_at=last_ordered_at, days_since_last_order=days)


def reaches_back(data: Dataset, last: pd.Period, months: int) -> bool:
    """Whether the data begin early enough to hold all of the ``months`` that end with ``last``."""
    first = (last - (months - 1)).start_time.date()
    return bool((data.first_day - first).days <= QUIET_DAYS)


def _known(name: str, catalogue: dict[str, Entry], kind: str) -> Entry:
    if name not in catalogue:
        raise ContractError(f"no {kind} is called {name!r}; {nearest(name, catalogue)}")
    return catalogue[name]


def _of_lines(data: Dataset, one: Measure) -> bool:
    """Whether a measure is of order lines, whose reach is the data's, and can be taken."""
    half = one.numerator
    return all(map(data.has, one.needs)) and isinstance(half, Part) and half.of == "lines"


def _counts_all(scope: Scope, one: Measure) -> bool:
    """Whether a measure is a sum or count over rows that are known of every month of the scope."""
    half = one.numerator
    if not (one.is_amount and isinstance(half, Part) and all(map(scope.data.has, one.needs))):
        return False
    view = VIEWS[half.of]
    return not view.windowed and view.answers(scope)


def _window(data: Dataset, taken: pd.DataFrame | None, name: str, rows: pd.Index) -> pd.DataFrame:
    """The columns of one window for all groups seen in any; none taken: all missing."""
    if taken is None:
        part = pd.DataFrame(index=rows, columns=PARTS, dtype=float)
    else:
        part = taken.reindex(rows)
        known = taken["value"].notna().groupby(level="measure").any()
        is_sum = [
            MEASURES[name].is_amount and (_of_lines(data, MEASURES[name]) or bool(known.get(name)))
            for name in _measures_of(rows)
        ]
        # A group without orders sold nothing: its sums and counts are zero, its ratios unknown.
        nothing = ~rows.isin(taken.index) & np.array(is_sum, dtype=bool)
        part.loc[nothing, ["numerator", "value"]] = 0.0
    return part.set_axis([*(f"{name}_{half}" for half in PARTS[:-1]), name], axis=1)


def _measures_of(rows: pd.Index) -> list[str]:
    return [str(name) for name in rows.get_level_values("measure")]


def _one_measure(wide: pd.DataFrame, one: Measure, by: list[str]) -> pd.DataFrame:
    """The rows of one measure, from the wide table of halves."""
    missing = pd.Series(float("nan"), index=wide.index)
    parts = {part: wide.get(f"{one.name}.{part}", missing).astype(float) for part in PARTS[:-1]}
    return wide.reindex(columns=by).assign(measure=one.name, **parts, value=value_of(wide, one))
