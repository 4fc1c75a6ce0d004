"""What could be had, what else was sold and how large the market was, as small tables."""

from __future__ import annotations

from datetime import date, timedelta

import ibis
import pandas as pd

from analysis.measures.lines import with_dimensions
from analysis.model.dataset import Dataset
from analysis.params import WHOLE_FIRM
from analysis.periods import Period

HERE, ELSEWHERE = "here", "elsewhere"
SUMS = ["lines", "revenue", "squares", "units", "list_value"]


def product_lines(data: Dataset, region: str, first: date, last: date) -> pd.DataFrame:
    """Sales of every product between two days, in a region and everywhere else.

    Returns
    -------
    DataFrame
        One row per ``product_id`` (``""`` if not known) with sales in the firm, by number, with
        its ``category``. Columns ``<sum>_here`` and ``<sum>_elsewhere`` of ``lines`` (count),
        ``revenue`` (money), ``squares`` (money squared, of each line's revenue), ``units`` (count)
        and ``list_value`` (money, discount put back; missing where discounts are not delivered),
        these two without outlying lines, whose number of units is no price's divisor.
        Of the whole firm, all is here.
    """
    lines = data.order_lines
    after = pd.Timestamp(last) + timedelta(days=1)
    lines = lines.filter((lines.ordered_at >= pd.Timestamp(first)) & (lines.ordered_at < after))
    lines = with_dimensions(lines, data, ["category"])
    is_here = ibis.literal(True) if region == WHOLE_FIRM else lines.region == region
    lines = lines.mutate(
        product_id=lines.product_id.fill_null(""),
        category=lines.category.fill_null(""),
        is_here=is_here.fill_null(False),
        amount=lines.revenue.cast("float64"),
    )
    usual = ~lines.is_outlier.fill_null(False)
    places = {HERE: lines.is_here, ELSEWHERE: ~lines.is_here}
    sums = {
        f"{name}_{place}": total
        for place, where in places.items()
        for name, total in {
            "lines": lines.count(where=where).cast("float64"),
            "revenue": lines.revenue.sum(where=where).cast("float64"),
            "squares": (lines.amount * lines.amount).sum(where=where),
            "units": lines.quantity.sum(where=where & usual).cast("float64"),
            "list_value": (lines.revenue + lines.discount).sum(where=where & usual).cast("float64"),
        }.items()
    }
    keys = ["product_id", "category"]
    table = lines.group_by(keys).aggregate(**sums).order_by(keys).execute()
    has_list = data.has("order_lines.discount")
    kept = [name for name in sums if has_list or not name.startswith("list_value")]
    nothing = {name: table[name].fillna(0.0) for name in kept}  # sold nothing in that place
    filled = table.assign(**nothing)
    return filled if has_list else filled.assign(
        **{f"list_value_{place}": float("nan") for place in places}
    )  # fmt: skip


def stock_outs(data: Dataset, region: str, period: Period) -> pd.Series | None:
    """Share of a period's days each product was out of stock in a region.

    Returns
    -------
    Series or None
        By ``product_id``; of the whole firm, the mean over the regions that list the product.
        ``None`` where the firm does not say when products were out.
    """
    if not data.has("inventory.stock_out_days"):
        return None
    stock = data.tables["inventory"]
    stock = stock.filter(
        (stock.month >= pd.Timestamp(period.start)) & (stock.month <= pd.Timestamp(period.end))
    )
    if region != WHOLE_FIRM and data.has("inventory.region"):
        stock = stock.filter(stock.region == region)
    sums = stock.group_by("product_id").aggregate(
        out=stock.stock_out_days.sum().cast("float64"), months=stock.count().cast("float64")
    )
    table = sums.order_by("product_id").execute().set_index("product_id")
    days = (period.end - period.start).days + 1
    per_month = days / period.month_count
    return (table["out"].fillna(0.0) / (table["months"] * per_month)).rename("out")


def market_sizes(data: Dataset, region: str, period: Period) -> pd.Series | None:
    """What all sellers sold, by category, in money; ``None`` where the firm does not know."""
    if not data.has("market"):
        return None
    market = data.tables["market"]
    market = market.filter(
        (market.month >= pd.Timestamp(period.start)) & (market.month <= pd.Timestamp(period.end))
    )
    if region != WHOLE_FIRM:
        market = market.filter(market.region == region)
    market = market.mutate(category=market.category.fill_null(""))
    sums = market.group_by("category").aggregate(size=market.market_size.sum().cast("float64"))
    sizes: pd.Series = sums.order_by("category").execute().set_index("category")["size"]
    return sizes


def promoted_revenue(data: Dataset, region: str, period: Period) -> pd.DataFrame | None:
    """Revenue, and revenue on promotion, by category; ``None`` where lines do not say.

    Returns
    -------
    DataFrame or None
        One row per ``category`` with sales (index): ``revenue`` and ``promoted`` (money).
    """
    if not data.has("order_lines.promotion_id"):
        return None
    lines = data.order_lines
    after = (period.last + 1).start_time
    lines = lines.filter((lines.ordered_at >= period.start) & (lines.ordered_at < after))
    if region != WHOLE_FIRM:
        lines = lines.filter(lines.region == region)
    lines = with_dimensions(lines, data, ["category"])
    lines = lines.mutate(category=lines.category.fill_null(""))
    sums = lines.group_by("category").aggregate(
        revenue=lines.revenue.sum().cast("float64"),
        promoted=lines.revenue.sum(where=lines.promotion_id.notnull()).cast("float64"),
    )
    table = sums.order_by("category").execute().set_index("category")
    return table.assign(promoted=table["promoted"].fillna(0.0))  # nothing on promotion
