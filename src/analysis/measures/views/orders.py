"""Order lines, and what became of orders: deliveries and payments."""

from __future__ import annotations

from typing import Final

import ibis

from analysis.measures.catalogue import DIMENSIONS
from analysis.measures.lines import in_scope, is_new, with_dimensions
from analysis.measures.views.record import Scope, View, flag

OF_ORDERS: Final = frozenset(
    {"region", "channel", "customer", "salesperson", "month"}
    | {name for name, one in DIMENSIONS.items() if one.table in ("customers", "staff")}
)


def lines(scope: Scope) -> ibis.Table:
    """Order lines of the period, as ``measures.lines`` gives them; one row per order and line.

    By month, a customer is new in the month of the first order, not in every month of a longer
    period that began before it.
    """
    rows = with_dimensions(in_scope(scope.data, scope.region, scope.period), scope.data, scope.by)
    return rows.mutate(is_new=is_new(rows, rows.month)) if "month" in scope.by else rows


def deliveries(scope: Scope) -> ibis.Table:
    """Orders promised in the period and whether they came in time; one row per order.

    On time: delivered by the end of the promised day. What has not come when the period ends is
    not on time.
    """
    table = scope.data.tables["fulfilments"]
    table = table.filter(scope.in_period(table.promised_at))
    due = table.promised_at.truncate("D") + ibis.interval(days=1)
    in_time = scope.before_end(table.delivered_at) & (table.delivered_at < due)
    rows = table.select("order_id", month=table.promised_at.truncate("M"), is_on_time=flag(in_time))
    return _with_order(rows, scope)


def payments(scope: Scope) -> ibis.Table:
    """Amounts that fell due in the period, and what of them was paid when it ended; one row each.

    Payments after the period's end are not yet known to it, so an earlier period is judged by
    what was known then.
    """
    table = scope.data.tables["payments"]
    table = table.filter(scope.in_period(table.due_at))
    paid = ibis.ifelse(scope.before_end(table.paid_at), table.amount, 0)
    rows = table.select("order_id", "amount", month=table.due_at.truncate("M"), paid_amount=paid)
    return _with_order(rows, scope)


def _with_order(rows: ibis.Table, scope: Scope) -> ibis.Table:
    """Rows of orders with what their order lines know; those of unknown orders are of no region."""
    known = scope.data.order_lines
    orders = known.group_by("order_id").aggregate(
        region=known.region.min(), channel=known.channel.min(),
        customer_id=known.customer_id.min(), salesperson_id=known.salesperson_id.min(),
    )  # fmt: skip
    joined = scope.of_region(rows.left_join(orders, "order_id").drop("order_id_right"))
    return with_dimensions(joined, scope.data, scope.by)


VIEWS: Final = {
    "lines": View(lines, frozenset(DIMENSIONS)),
    "deliveries": View(deliveries, OF_ORDERS, windowed=True, dated="fulfilments.promised_at"),
    "payments": View(payments, OF_ORDERS, windowed=True, dated="payments.due_at"),
}
