"""The order lines a measure is taken over: those in scope, with what their tables know of them."""

from __future__ import annotations

import ibis

from analysis.model.dataset import Dataset
from analysis.params import WHOLE_FIRM
from analysis.periods import Period


def in_scope(data: Dataset, region: str, period: Period) -> ibis.Table:
    """Order lines of a region (``all``: of the firm) ordered in a period.

    Returns
    -------
    ibis.Table
        One row per order and line, as ``order_lines``, with ``month`` (first day), ``category``,
        ``is_new`` (the customer's first order anywhere in the firm is in the period) and
        ``returned_share`` (of the line's units, 0–1). What needs a table that was not delivered
        is missing.
    """
    lines = data.order_lines
    after = (period.last + 1).start_time
    lines = lines.filter((lines.ordered_at >= period.start) & (lines.ordered_at < after))
    if region != WHOLE_FIRM:
        lines = lines.filter(lines.region == region)
    lines = lines.mutate(
        month=lines.ordered_at.truncate("M"), is_new=lines.first_ordered_at >= period.start
    )
    return _with_returns(_with_category(lines, data), data)


def _with_category(lines: ibis.Table, data: Dataset) -> ibis.Table:
    if "products" not in data.tables:
        return lines.mutate(category=ibis.null("string"))
    products = data.tables["products"].select("product_id", "category")
    # A line whose product is unknown stays, without a category; the key of products is unique.
    return lines.left_join(products, "product_id").drop("product_id_right")


def _with_returns(lines: ibis.Table, data: Dataset) -> ibis.Table:
    if "returns" not in data.tables:
        return lines.mutate(returned_share=ibis.null("float64"))
    returns = data.tables["returns"]
    of_orders = returns.filter(returns.line_no.isnull()).select("order_id", whole=ibis.literal(1.0))
    of_lines = returns.filter(returns.line_no.notnull()).select(
        "order_id", "line_no", came_back=returns.quantity, is_back=ibis.literal(True)
    )
    joined = lines.left_join(of_orders, "order_id").drop("order_id_right")
    joined = joined.left_join(of_lines, ["order_id", "line_no"])
    share = (joined.came_back / joined.quantity.nullif(0)).cast("float64").clip(0, 1)
    returned = ibis.ifelse(joined.is_back.notnull(), share.fill_null(1.0), 0.0)
    return joined.mutate(returned_share=ibis.coalesce(joined.whole, returned)).select(
        *lines.columns, "returned_share"
    )
