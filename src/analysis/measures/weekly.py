"""Sales by week, region and category: small tables on which before and after are compared."""

from __future__ import annotations

from datetime import date, timedelta

import ibis
import pandas as pd

from analysis.measures.lines import with_dimensions
from analysis.model.dataset import Dataset

WEEK = 7
CELL = ["week", "region", "category"]


def weekly_sales(data: Dataset, last_day: date) -> pd.DataFrame:
    """Sales of every week, region and category, counted back from a day.

    Week 0 is the seven days that end with ``last_day``, week 1 the seven before, and so on; only
    weeks the data hold whole. Fifty-two weeks earlier is the same season on the same weekdays.

    Returns
    -------
    DataFrame
        One row per ``week`` (count back from 0), ``region`` and ``category`` (``""`` if not known)
        with sales. Columns ``lines`` (count of order lines) and ``revenue`` (money).
    """
    lines = data.order_lines
    after = pd.Timestamp(last_day) + timedelta(days=1)
    lines = with_dimensions(lines.filter(lines.ordered_at < after), data, ["category"])
    back = ibis.literal(last_day).delta(lines.ordered_at.cast("date"), unit="day")
    lines = lines.mutate(
        week=(back.cast("float64") / WEEK).floor().cast("int64"),
        region=lines.region.fill_null(""),
        category=lines.category.fill_null(""),
    )
    sums = lines.group_by(CELL).aggregate(
        lines=lines.count().cast("float64"), revenue=lines.revenue.sum().cast("float64")
    )
    table = sums.order_by(CELL).execute()
    whole = ((last_day - data.first_day).days + 1) // WEEK
    return table[table["week"] < whole].reset_index(drop=True)
