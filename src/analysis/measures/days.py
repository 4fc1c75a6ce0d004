"""Sales day by day: what the fairness of a comparison and the worth of a day are judged by."""

from __future__ import annotations

from datetime import date

import ibis
import pandas as pd

from analysis.measures.catalogue import DIMENSIONS
from analysis.measures.lines import MOMENTS, in_scope, with_dimensions
from analysis.model.dataset import Dataset
from analysis.periods import Period


def sales_by_day(data: Dataset, region: str, first: date, last: date) -> pd.DataFrame:
    """Revenue and orders of every day from ``first`` to ``last`` that the data reach.

    Parameters
    ----------
    data : Dataset
        Opened snapshot.
    region : str
        A region of the data, or ``all``.
    first, last : date
        Both included.

    Returns
    -------
    DataFrame
        One row per ``day`` (DatetimeIndex without gaps), columns ``revenue`` (money) and
        ``orders`` (count of orders with a line that day). A day without orders is zero in both.
        No rows where the data hold none of the days.
    """
    first, last = max(first, data.first_day), min(last, data.last_day)
    if last < first:
        index = pd.DatetimeIndex([], name="day", freq="D")
        return pd.DataFrame({"revenue": [], "orders": []}, index=index, dtype=float)
    lines = _of_days(data, region, first, last)
    table = lines.group_by("day").aggregate(
        revenue=lines.revenue.sum().cast("float64"),
        orders=lines.order_id.nunique().cast("float64"),
    )
    taken = table.order_by("day").execute().set_index("day")
    return _every_day(taken, first, last)


def revenue_by_day(
    data: Dataset, region: str, first: date, last: date, dimension: str
) -> pd.DataFrame:
    """Revenue of every day, split by a dimension of the catalogue.

    Returns
    -------
    DataFrame
        One row per ``day`` as :func:`sales_by_day`, one column per part that sold (``""``: not
        recorded), each money. No columns where the firm does not deliver the dimension.
    """
    first, last = max(first, data.first_day), min(last, data.last_day)
    if last < first or not data.has(DIMENSIONS[dimension].needs):
        return pd.DataFrame(index=pd.DatetimeIndex([], name="day", freq="D"))
    lines = with_dimensions(_of_days(data, region, first, last), data, [dimension])
    lines = lines.mutate(part=lines[dimension].fill_null(""))
    table = lines.group_by(["day", "part"]).aggregate(revenue=lines.revenue.sum().cast("float64"))
    taken = table.order_by(["day", "part"]).execute()
    wide = taken.set_index(["day", "part"])["revenue"].unstack("part")
    return _every_day(wide, first, last).rename_axis(columns=None)


def _of_days(data: Dataset, region: str, first: date, last: date) -> ibis.Table:
    """Order lines of a run of days, with ``day``."""
    start, end = pd.Period(first, "M"), pd.Period(last, "M")
    lines = in_scope(data, region, Period(text=f"{start}..{end}", first=start, last=end))
    lines = lines.mutate(day=lines.ordered_at.truncate("D"))
    return lines.filter((lines.day >= pd.Timestamp(first)) & (lines.day <= pd.Timestamp(last)))


def _every_day(taken: pd.DataFrame, first: date, last: date) -> pd.DataFrame:
    """With a row for each day; one without orders sold nothing, which is zero."""
    index = pd.DatetimeIndex(taken.index).as_unit(MOMENTS)
    days = pd.date_range(first, last, freq="D", name="day").as_unit(MOMENTS)
    return taken.set_axis(index).reindex(days).fillna(0.0).astype(float)
