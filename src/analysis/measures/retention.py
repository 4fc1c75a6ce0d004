"""Who came back: customers by when they first bought, and those who bought and bought again."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
import pandas as pd

from analysis.measures.lines import with_dimensions
from analysis.model.dataset import Dataset
from analysis.params import WHOLE_FIRM
from analysis.periods import Period

QUARTER = 3
"""Months of a cohort, and of an age."""


def months(first: pd.Period, last: pd.Period) -> Period:
    """The months from ``first`` to ``last`` as a period."""
    return Period(text=f"{first}..{last}", first=first, last=last)


def named_lines(data: Dataset, region: str, period: Period) -> ibis.Table:
    """Order lines of known customers of a region (``all``: anywhere) in a period, as delivered."""
    lines = data.order_lines
    after = (period.last + 1).start_time
    lines = lines.filter((lines.ordered_at >= period.start) & (lines.ordered_at < after))
    if region != WHOLE_FIRM:
        lines = lines.filter(lines.region == region)
    return lines.filter(lines.customer_id.notnull())


def count_of_months(moment: ir.TimestampValue) -> ir.IntegerValue:
    """Months since the year 0: differences of it are calendar months, on every engine alike."""
    return moment.year().cast("int64") * 12 + moment.month().cast("int64")


def joined(data: Dataset) -> ibis.Table:
    """When each customer became one.

    Returns
    -------
    ibis.Table
        One row per customer with an order, ``customer_id`` and ``joined_at``: the day the
        customer was won where that is recorded and no later than the first order, else the first
        order there is. One who bought before the data begin and has no such day looks newer than
        they are; :func:`cohorts` leaves the first months out for that.
    """
    lines = data.order_lines
    lines = lines.filter(lines.customer_id.notnull() & lines.first_ordered_at.notnull())
    first = lines.group_by("customer_id").aggregate(ordered_at=lines.first_ordered_at.min())
    if not data.has("customers.acquired_at"):
        return first.select("customer_id", joined_at=first.ordered_at)
    known = data.tables["customers"].select("customer_id", "acquired_at")
    both = first.left_join(known, "customer_id").drop("customer_id_right")
    earlier = ibis.ifelse(both.acquired_at < both.ordered_at, both.acquired_at, both.ordered_at)
    return both.select("customer_id", joined_at=earlier.fill_null(both.ordered_at))


def cohorts(data: Dataset, region: str, last: pd.Period) -> pd.DataFrame:
    """How many customers of each quarter's first buyers bought at each age, in quarters.

    Parameters
    ----------
    data : Dataset
        Opened snapshot.
    region : str
        Where a customer bought in the first three months; ``all``: anywhere. Later orders count
        wherever they were placed.
    last : pandas.Period
        The last month looked at.

    Returns
    -------
    DataFrame
        One row per ``joined`` (month, a Period), ``age`` (0: the first three months, counted from
        the customer's own first month) and ``last_age`` (age of the customer's last order),
        column ``customers`` (count). Summed over ``last_age`` it counts who bought at an age.
    """
    lines = data.order_lines
    lines = lines.filter(lines.customer_id.notnull())
    lines = lines.filter(lines.ordered_at < (last + 1).start_time)
    lines = lines.inner_join(joined(data), "customer_id")
    lines = lines.mutate(
        joined=count_of_months(lines.joined_at),
        months_old=count_of_months(lines.ordered_at) - count_of_months(lines.joined_at),
    )
    lines = lines.mutate(age=(lines.months_old / QUARTER).floor().cast("int64"))
    begun = lines.filter(lines.age == 0)
    if region != WHOLE_FIRM:
        begun = begun.filter(begun.region == region)
    members = begun.select("customer_id").distinct()
    active = lines.semi_join(members, "customer_id").select("customer_id", "joined", "age")
    active = active.distinct()
    ends = active.group_by("customer_id").aggregate(last_age=active.age.max())
    active = active.inner_join(ends, "customer_id")
    keys = ["joined", "age", "last_age"]
    counted = active.group_by(keys).aggregate(customers=active.count())
    table: pd.DataFrame = counted.order_by(keys).execute()
    index = [pd.Period(year=(n - 1) // 12, month=(n - 1) % 12 + 1, freq="M") for n in table.joined]
    return table.assign(joined=pd.PeriodIndex(index, freq="M"))


def came_back(
    data: Dataset, region: str, last: pd.Period, span: int, by: str | None = None
) -> pd.DataFrame:
    """How many of those who bought in ``span`` months bought again in the next ``span``.

    Parameters
    ----------
    data : Dataset
        Opened snapshot.
    region : str
        Where they bought first; what they bought later counts wherever it was.
    last : pandas.Period
        Last month of the second span.
    span : int
        Months of each span.
    by : str, optional
        A dimension; who bought in two of its parts counts in both.

    Returns
    -------
    DataFrame
        One row per part (``""``: not recorded; one row ``""`` without ``by``), columns
        ``customers`` and ``kept`` (counts). No rows where the firm has no such dimension.
    """
    before, after = months(last - 2 * span + 1, last - span), months(last - span + 1, last)
    lines = named_lines(data, region, before)
    if by is None:
        lines = lines.mutate(part=ibis.literal(""))
    else:
        lines = with_dimensions(lines, data, [by])
        lines = lines.mutate(part=lines[by].fill_null(""))
    bought = lines.select("customer_id", "part").distinct()
    later = named_lines(data, WHOLE_FIRM, after).select("customer_id").distinct()
    both = bought.left_join(later.mutate(again=ibis.literal(1)), "customer_id")
    counted = both.group_by("part").aggregate(
        customers=both.count().cast("float64"), kept=both.again.sum().fill_null(0).cast("float64")
    )
    return counted.order_by("part").execute().set_index("part")
