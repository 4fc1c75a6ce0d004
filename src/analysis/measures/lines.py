"""The order lines a measure is taken over: those in scope, with what their tables know of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal

import ibis
import ibis.expr.types as ir

from analysis.measures.catalogue import DIMENSIONS
from analysis.model import schema
from analysis.model.dataset import Dataset
from analysis.params import WHOLE_FIRM
from analysis.periods import Period

MOMENTS: Literal["us"] = "us"
"""Engines give moments in units of their own; all hold them to the microsecond."""
KEYS: Final = {
    "products": "product_id",
    "customers": "customer_id",
    "staff": "salesperson_id",
}
"""What an order line knows the rows of another table by."""


def in_scope(data: Dataset, region: str, period: Period) -> ibis.Table:
    """Order lines of a region (``all``: of the firm) ordered in a period.

    Returns
    -------
    ibis.Table
        One row per order and line, as ``order_lines``, with ``month`` (first day), ``category``,
        ``is_new`` (the customer's first order anywhere in the firm is in the period; false where
        no customer is known), ``returned_share`` (of the line's units, 0–1) and
        ``returned_revenue`` (money, to a hundredth of a cent). What needs a table that was not
        delivered is missing.
    """
    lines = data.order_lines
    after = (period.last + 1).start_time
    lines = lines.filter((lines.ordered_at >= period.start) & (lines.ordered_at < after))
    if region != WHOLE_FIRM:
        lines = lines.filter(lines.region == region)
    lines = lines.mutate(
        month=lines.ordered_at.truncate("M"), is_new=is_new(lines, ibis.literal(period.start))
    )
    return _with_returns(with_dimensions(lines, data, ["category"]), data)


def is_new(lines: ibis.Table, since: ir.Value) -> ir.BooleanValue:
    """Whether the customer first ordered at ``since`` or later; of a nameless sale, false."""
    known = lines.customer_id.notnull() & lines.first_ordered_at.notnull()
    return known & (lines.first_ordered_at >= since)


def with_dimensions(lines: ibis.Table, data: Dataset, names: Iterable[str]) -> ibis.Table:
    """Order lines with dimensions of the catalogue as columns, by their names there.

    A line whose product, customer or salesperson is unknown stays, without them; where the firm
    does not deliver the table, the dimension is missing on every line.
    """
    for name in names:
        dimension = DIMENSIONS[name]
        if name in lines.columns:
            continue
        if dimension.table == "order_lines":
            lines = lines.mutate(**{name: lines[dimension.column]})
        elif not data.has(dimension.needs):
            lines = lines.mutate(**{name: ibis.null("string")})
        else:
            key = KEYS[dimension.table]
            table = data.tables[dimension.table]
            known = table.select(table[key], **{name: table[dimension.column]})
            # Keys of these tables are unique: no line is doubled.
            lines = lines.left_join(known, key).drop(f"{key}_right")
    return lines


def _with_returns(lines: ibis.Table, data: Dataset) -> ibis.Table:
    if "returns" not in data.tables:
        return lines.mutate(
            returned_share=ibis.null("float64"), returned_revenue=ibis.null(schema.EXACT)
        )
    returns = data.tables["returns"]
    of_orders = returns.filter(returns.line_no.isnull()).select("order_id", whole=ibis.literal(1.0))
    of_lines = returns.filter(returns.line_no.notnull()).select(
        "order_id", "line_no", came_back=returns.quantity, is_back=ibis.literal(True)
    )
    joined = lines.left_join(of_orders, "order_id").drop("order_id_right")
    joined = joined.left_join(of_lines, ["order_id", "line_no"])
    # Every engine divides decimals its own way; doubles are divided alike by all.
    sold = joined.quantity.cast("float64")
    share = (joined.came_back.cast("float64") / sold.nullif(0)).clip(0, 1)
    returned = ibis.ifelse(joined.is_back.notnull(), share.fill_null(1.0), 0.0)
    joined = joined.mutate(returned_share=ibis.coalesce(joined.whole, returned))
    amount = joined.revenue.cast("float64") * joined.returned_share
    return joined.mutate(returned_revenue=_exact(amount)).select(
        *lines.columns, "returned_share", "returned_revenue"
    )


def _exact(amount: ir.FloatingValue) -> ir.DecimalValue:
    """An amount rounded to four decimals, halves up, as a decimal: its sums have no order.

    The rounding is done on doubles, because engines cast a double to a decimal each with its own
    rule for halves; a double that is a multiple of 0.0001 is cast alike by all.
    """
    steps = (amount * 10_000 + 0.5).floor().cast("float64")
    return (steps / 10_000).cast(schema.EXACT)
