"""What is known by month: stock, plan, market and spending."""

from __future__ import annotations

from typing import Final

import ibis
import pandas as pd

from analysis.measures.lines import with_dimensions
from analysis.measures.views.record import Scope, View
from analysis.model import schema

OF_PLACES: Final = frozenset({"region", "category", "month"})
OF_PRODUCTS: Final = OF_PLACES | {"subcategory", "product"}
OF_REGIONS: Final = frozenset({"region", "month"})
SHELVES: Final = "inventory.region"


def stock(scope: Scope) -> ibis.Table:
    """Stock at the end of each month of the period; one row per product, month and region.

    ``value`` is the money bound: units at their cost, which stand for a month. ``is_sold``
    says whether the product sold a unit in the scope: in the month, if split by month.
    """
    table = scope.of_region(scope.data.tables["inventory"])
    table = table.filter(scope.in_period(table.month))
    costs = scope.data.tables["products"].select("product_id", "unit_cost")
    rows = table.left_join(costs, "product_id").drop("product_id_right")
    rows = rows.mutate(value=(rows.on_hand * rows.unit_cost).cast(schema.EXACT))
    keys = ["product_id"]
    keys += ["region"] if scope.data.has(SHELVES) else []
    keys += ["month"] if "month" in scope.by else []
    sold = _sold(scope).select(*keys).distinct().mutate(was_sold=ibis.literal(True))
    rows = rows.left_join(sold, keys).drop([f"{key}_right" for key in keys])
    rows = rows.mutate(is_sold=rows.was_sold.fill_null(False))
    return with_dimensions(rows, scope.data, scope.by)


def _sold(scope: Scope) -> ibis.Table:
    """Order lines of the scope that sold a unit."""
    lines = scope.data.order_lines
    lines = scope.of_region(lines.filter(scope.in_period(lines.ordered_at) & (lines.quantity > 0)))
    return lines.mutate(month=lines.ordered_at.truncate("M"))


def available(scope: Scope) -> ibis.Table | None:
    """Units there were to sell: in stock when the period began, and received in it.

    One row per product, month and region for each of the two; ``None`` where the firm does not say
    what was in stock when the period began: a month's stock is that of its end.
    """
    table = scope.of_region(scope.data.tables["inventory"])
    before = pd.Timestamp((scope.period.first - 1).start_time)
    known = scope.data.tables["inventory"]
    if known.filter(known.month < pd.Timestamp(scope.period.start)).count().execute() == 0:
        return None
    received = table.filter(scope.in_period(table.month))
    received = received.select("product_id", "region", "month", units=received.received)
    carried = table.filter(table.month == before)
    carried = carried.select("product_id", "region", "month", units=carried.on_hand)
    return with_dimensions(received.union(carried), scope.data, scope.by)


def plan(scope: Scope) -> ibis.Table:
    """Revenue planned; one row per region, category and month."""
    table = scope.of_region(scope.data.tables["plan"])
    return table.filter(scope.in_period(table.month))


def overheads(scope: Scope) -> ibis.Table:
    """What running the firm cost beside its goods; one row per item, month and region.

    Of a region, its own items: what has no region is the whole firm's alone.
    """
    table = scope.of_region(scope.data.tables["overheads"])
    return table.filter(scope.in_period(table.month))


def result(scope: Scope) -> ibis.Table:
    """Revenue with what is left of it after goods and overheads; a row per line and per item."""
    lines = scope.data.order_lines
    lines = scope.of_region(lines.filter(scope.in_period(lines.ordered_at)))
    sold = lines.select(
        region="region", month=lines.ordered_at.truncate("M"), revenue="revenue",
        left=(lines.revenue - lines.cost).cast(schema.EXACT),
    )  # fmt: skip
    paid = overheads(scope)
    spent = paid.select(
        region="region", month=paid.month.truncate("M"),
        revenue=ibis.literal(0).cast(schema.EXACT), left=(-paid.amount).cast(schema.EXACT),
    )  # fmt: skip
    return with_dimensions(sold.union(spent), scope.data, scope.by)


def market(scope: Scope) -> ibis.Table:
    """All sellers' sales; one row per region, category and month."""
    table = scope.of_region(scope.data.tables["market"])
    return table.filter(scope.in_period(table.month))


def spend(scope: Scope) -> ibis.Table:
    """Spending on being known; one row per marketing channel and month. It has no region."""
    table = scope.data.tables["channel_spend"]
    return table.filter(scope.in_period(table.month)).rename(acquisition_channel="channel")


VIEWS: Final = {
    "stock": View(stock, OF_PRODUCTS, dated="inventory.month", placed=SHELVES),
    "available": View(
        available, OF_PRODUCTS, windowed=True, dated="inventory.month", placed=SHELVES
    ),
    "overheads": View(overheads, OF_REGIONS, dated="overheads.month", placed="overheads.region"),
    "result": View(result, OF_REGIONS, dated="overheads.month", placed="overheads.region"),
    "plan": View(plan, OF_PLACES, dated="plan.month"),
    "market": View(market, OF_PLACES, dated="market.month"),
    "spend": View(spend, frozenset({"acquisition_channel", "month"}), dated="channel_spend.month"),
}
