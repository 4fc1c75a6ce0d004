"""What customers had bought by the ends of several months, as small tables of one query."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from analysis.measures.lines import MOMENTS
from analysis.model.dataset import Dataset
from analysis.params import WHOLE_FIRM


def activity_at(
    data: Dataset, region: str, lasts: Sequence[pd.Period], months: int
) -> dict[pd.Period, pd.DataFrame]:
    """What each customer bought in the ``months`` that end with each of ``lasts``.

    Order lines are read once for all of them.

    Returns
    -------
    dict
        For each of ``lasts`` a table as ``measures.engine.customer_activity`` gives it, without
        ``last_ordered_at``.
    """
    if not lasts:
        return {}
    lines = data.order_lines
    lines = lines.filter(
        lines.customer_id.notnull()
        & (lines.ordered_at >= (min(lasts) - (months - 1)).start_time)
        & (lines.ordered_at < (max(lasts) + 1).start_time)
    )
    if region != WHOLE_FIRM:
        lines = lines.filter(lines.region == region)
    sums = {}
    for place, last in enumerate(lasts):
        inside = (lines.ordered_at >= (last - (months - 1)).start_time) & (
            lines.ordered_at < (last + 1).start_time
        )
        sums[f"last_{place}"] = lines.ordered_at.max(where=inside)
        sums[f"orders_{place}"] = lines.order_id.nunique(where=inside)
        sums[f"revenue_{place}"] = lines.revenue.sum(where=inside).cast("float64")
    table = lines.group_by("customer_id").aggregate(**sums).order_by("customer_id").execute()
    table = table.set_index("customer_id")
    return {last: _one(data, table, place, last) for place, last in enumerate(lasts)}


def _one(data: Dataset, table: pd.DataFrame, place: int, last: pd.Period) -> pd.DataFrame:
    own = table[table[f"last_{place}"].notna()]  # who bought nothing in the window is not in it
    as_of = pd.Timestamp(min(last.end_time.date(), data.last_day))
    ordered = own[f"last_{place}"].dt.as_unit(MOMENTS).dt.normalize()
    return pd.DataFrame(
        {
            "days_since_last_order": (as_of - ordered).dt.days,
            "order_count": own[f"orders_{place}"].astype(int),
            "revenue": own[f"revenue_{place}"].astype(float),
        }
    )
