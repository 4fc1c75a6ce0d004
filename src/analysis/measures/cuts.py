"""Sales by day, region and channel, and what regions are compared by; made in the engine."""

from __future__ import annotations

import pandas as pd

from analysis.measures import engine
from analysis.measures.catalogue import DIMENSIONS, MEASURES
from analysis.measures.catalogue.supply import COLLECTION_RATE
from analysis.measures.catalogue.usual import usual_units
from analysis.measures.lines import MOMENTS, in_scope, with_dimensions
from analysis.model.dataset import Dataset
from analysis.params import WHOLE_FIRM
from analysis.periods import Period

ACROSS = ["channel", "category"]
SUMS = ["revenue", "units", "gross_margin", "costed_revenue"]


def across(data: Dataset) -> str:
    """What regions are cut by: the channel, or the category where no channel is recorded."""
    known = [name for name in ACROSS if data.has(DIMENSIONS[name].needs)]
    return (known or ACROSS)[0]


def daily_sales(
    data: Dataset, region: str, period: Period | None, across: str = "channel"
) -> pd.DataFrame:
    """Sales of every day, region and part of a dimension; no rows for ``None``, no such base.

    Returns
    -------
    DataFrame
        One row per ``day`` (a date of the period), ``region`` and ``across`` (a dimension of the
        catalogue; ``""`` where none is recorded) with order lines, sorted by them. Columns
        ``revenue`` (money), ``units`` (none of flagged lines), ``gross_margin`` and
        ``costed_revenue`` (money; of the lines whose cost is known, zero where none is).
        Everything adds up to the period's figures.
    """
    keys = ["day", "region", across]
    if period is None:
        return pd.DataFrame(columns=[*keys, *SUMS]).astype(dict.fromkeys(SUMS, float))
    lines = with_dimensions(in_scope(data, region, period), data, [across])
    # A part that is not recorded is one of its own: no revenue falls out of a grouping.
    lines = lines.mutate(
        day=lines.ordered_at.truncate("D"), **{across: lines[across].fill_null("")}
    )
    known = lines.cost.notnull()
    table = lines.group_by(keys).aggregate(
        revenue=lines.revenue.sum().cast("float64"),
        units=usual_units(lines).sum().cast("float64"),
        gross_margin=(lines.revenue - lines.cost).sum(where=known).cast("float64").fill_null(0.0),
        costed_revenue=lines.revenue.sum(where=known).cast("float64").fill_null(0.0),
    )
    made: pd.DataFrame = table.order_by(keys).execute()
    return made.assign(day=made["day"].dt.as_unit(MOMENTS))


def collections(
    data: Dataset, region: str, period: Period, across: str = "channel"
) -> pd.DataFrame:
    """What fell due in a period and what of it was paid by the period's end.

    Returns
    -------
    DataFrame
        One row per ``region`` and ``channel`` (columns; of the order), with ``due`` and
        ``collected`` (money), the halves of the catalogue's collection rate. No rows where the
        firm delivers no payments, or across anything but channels: an order is of one channel,
        and of many categories.
    """
    keys = ["region", "channel"]
    if across != "channel" or not all(map(data.has, MEASURES[COLLECTION_RATE].needs)):
        return pd.DataFrame(columns=[*keys, "due", "collected"])
    taken = engine.measure(data, region, period, [COLLECTION_RATE], by=keys).reset_index()
    taken = taken[taken["region"].notna()]  # of no order that is known
    parts = taken.rename(columns={"denominator": "due", "numerator": "collected"})
    return parts.assign(channel=parts["channel"].fillna(""))[[*keys, "due", "collected"]]


def region_size(data: Dataset, period: Period | None) -> pd.DataFrame:
    """What a region's revenue is to be seen against: customers, salespeople, the market.

    Returns
    -------
    DataFrame
        One row per ``region`` (index) with order lines in the period, sorted. Columns ``revenue``
        (money), ``customers`` (who ordered; count), ``sellers`` (salespeople with an order;
        count), ``seller_revenue`` (money, of orders with a salesperson) and ``market`` (money, all
        sellers' sales; missing where the market table lacks a month). No rows for ``None``.
    """
    columns = ["revenue", "customers", "sellers", "seller_revenue", "market"]
    if period is None:
        return pd.DataFrame(columns=columns, index=pd.Index([], name="region"), dtype=float)
    lines = in_scope(data, WHOLE_FIRM, period)
    sold = lines.salesperson_id.notnull()
    table = lines.group_by("region").aggregate(
        revenue=lines.revenue.sum().cast("float64"),
        customers=lines.customer_id.nunique().cast("float64"),
        sellers=lines.salesperson_id.nunique().cast("float64"),
        seller_revenue=lines.revenue.sum(where=sold).cast("float64").fill_null(0.0),
    )
    made: pd.DataFrame = table.order_by("region").execute().set_index("region")
    return made.assign(market=_market(data, period).reindex(made.index).astype(float))


def _market(data: Dataset, period: Period) -> pd.Series:
    """All sellers' sales by region; only of regions whose market is known in every month."""
    if not data.has("market.market_size"):
        return pd.Series(dtype=float)
    market = data.tables["market"]
    after = (period.last + 1).start_time
    market = market.filter((market.month >= period.start) & (market.month < after))
    table = market.group_by("region").aggregate(
        market=market.market_size.sum().cast("float64"), months=market.month.nunique()
    )
    made = table.order_by("region").execute().set_index("region")
    whole: pd.Series = made.loc[made["months"] == period.month_count, "market"]
    return whole
