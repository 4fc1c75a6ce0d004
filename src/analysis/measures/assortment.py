"""What every product sold, earned and has in stock; made in the engine."""

from __future__ import annotations

import ibis
import pandas as pd

from analysis.measures.catalogue.usual import usual_units
from analysis.measures.lines import MOMENTS, in_scope
from analysis.model.dataset import Dataset
from analysis.params import WHOLE_FIRM
from analysis.periods import Period

TOLD = ("name", "category", "subcategory", "list_price", "unit_cost", "launched_at")
SOLD = ("units", "revenue", "list_value", "gross_margin", "costed_revenue", "costed_units")
STOCK = ("opening", "received", "on_hand", "mean_stock", "stock_out_days")


def product_table(data: Dataset, region: str, period: Period) -> pd.DataFrame:
    """Sales of a period and stock at its end, product by product.

    Returns
    -------
    DataFrame
        One row per ``product_id`` (index, sorted) sold in the period or in stock in it; lines
        without a product are left out. Columns

        - ``units``, ``revenue``, ``list_value`` (before discounts), ``gross_margin``,
          ``costed_revenue`` and ``costed_units`` (of lines whose cost is known); zero where
          nothing was sold. Lines flagged as outliers are in neither ``units`` nor ``list_value``,
          which are each other's price,
        - ``opening`` (units in stock before the period), ``received``, ``on_hand`` (units at its
          end), ``mean_stock`` (units, mean of the month ends with the opening),
          ``stock_out_days``; missing where the firm delivers no stock,
        - ``name``, ``category``, ``subcategory``, ``list_price``, ``unit_cost`` (money) and
          ``launched_at``, missing where not recorded.
    """
    table = _sold(data, region, period).join(_stock(data, region, period), how="outer")
    table = table.rename_axis("product_id").sort_index()
    # In stock and not in the lines: sold nothing, which is zero.
    table = table.fillna(dict.fromkeys(SOLD, 0.0))
    return table.join(_told(data))


def _sold(data: Dataset, region: str, period: Period) -> pd.DataFrame:
    lines = in_scope(data, region, period)
    lines = lines.filter(lines.product_id.notnull())
    known = lines.cost.notnull()

    def added(amount: ibis.expr.types.NumericValue) -> ibis.expr.types.Scalar:
        return amount.sum(where=known).cast("float64").fill_null(0.0)

    usual = ~lines.is_outlier.fill_null(False)
    discount = lines.discount.fill_null(0)  # none recorded: sold at what was invoiced
    table = lines.group_by("product_id").aggregate(
        units=usual_units(lines).sum().cast("float64"),
        revenue=lines.revenue.sum().cast("float64"),
        list_value=(lines.revenue + discount).sum(where=usual).cast("float64").fill_null(0.0),
        gross_margin=added(lines.revenue - lines.cost),
        costed_revenue=added(lines.revenue),
        costed_units=added(lines.quantity),
    )
    made: pd.DataFrame = table.order_by("product_id").execute().set_index("product_id")
    return made


def _stock(data: Dataset, region: str, period: Period) -> pd.DataFrame:
    """Stock of the period by product, from its month ends; missing without an inventory."""
    if not data.has("inventory.on_hand"):
        return pd.DataFrame(columns=list(STOCK), dtype=float)
    stock = data.tables["inventory"]
    after = (period.last + 1).start_time
    stock = stock.filter((stock.month >= (period.first - 1).start_time) & (stock.month < after))
    if region != WHOLE_FIRM:
        stock = stock.filter(stock.region == region)
    stock = stock.mutate(
        **{name: stock[name].cast("float64") for name in ("on_hand", "received", "stock_out_days")}
    )
    monthly = stock.group_by(["product_id", "month"]).aggregate(
        on_hand=stock.on_hand.sum(), received=stock.received.sum(),
        stock_out_days=stock.stock_out_days.sum(),
    )  # fmt: skip
    months = monthly.order_by(["product_id", "month"]).execute()
    if months.empty:
        return pd.DataFrame(columns=list(STOCK), dtype=float)
    month = pd.PeriodIndex(months["month"].dt.as_unit(MOMENTS), freq="M")
    ends = months.assign(month=month).pivot(index="product_id", columns="month")
    within = [one for one in ends["on_hand"].columns if one >= period.first]
    if not within:
        return pd.DataFrame(columns=list(STOCK), dtype=float)
    on_hand = ends["on_hand"]
    before = on_hand.get(period.first - 1)
    missing = pd.Series(float("nan"), index=ends.index)
    return pd.DataFrame(
        {
            "opening": missing if before is None else before,
            "received": ends["received"][within].sum(axis=1),
            "on_hand": on_hand[max(within)],
            "mean_stock": on_hand.mean(axis=1),
            "stock_out_days": ends["stock_out_days"][within].sum(axis=1),
        }
    )


def _told(data: Dataset) -> pd.DataFrame:
    """What the firm says of its products."""
    if not data.has("products"):
        index = pd.Index([], name="product_id", dtype=object)
        return pd.DataFrame(columns=list(TOLD), index=index, dtype=object)
    products = data.tables["products"].select("product_id", *TOLD).order_by("product_id").execute()
    numbers = {name: products[name].astype(float) for name in ("list_price", "unit_cost")}
    launched = pd.to_datetime(products["launched_at"]).dt.as_unit(MOMENTS)
    made: pd.DataFrame = products.assign(**numbers, launched_at=launched).set_index("product_id")
    return made
