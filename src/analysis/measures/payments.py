"""What was due, what was paid and what is still owed, as small tables."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import ibis
import ibis.expr.types as ir
import pandas as pd

from analysis.model.dataset import Dataset
from analysis.params import WHOLE_FIRM

ORDER_SIDE = ("region", "channel", "customer_id")
AGES = ("not_due", "late_30", "late_60", "late_90", "late_more")
EDGES = (0, 30, 60, 90)
"""Days past due at which an age begins; the last is open."""
PAID = ["due", "paid_at_due", "paid_in_time", "paid_by_now"]


def on_account(data: Dataset, region: str, as_of: date) -> ibis.Table:
    """Payments of orders placed by a day that were not due at once, as they were known that day.

    Returns
    -------
    ibis.Table
        One row per payment due later than the day of its order, with ``order_id``, ``region``,
        ``channel`` and ``customer_id`` of the order, ``due_at``, ``amount`` and ``paid_at``, which
        is missing where the payment came after ``as_of``: nobody knew of it then.
    """
    end = pd.Timestamp(as_of) + pd.Timedelta(days=1)
    lines = data.order_lines
    lines = lines.filter(lines.ordered_at < end)
    if region != WHOLE_FIRM:
        lines = lines.filter(lines.region == region)
    orders = lines.group_by("order_id").aggregate(
        ordered_at=lines.ordered_at.min(),
        **{name: lines[name].min().fill_null("") for name in ORDER_SIDE},
    )
    payments = data.tables["payments"]
    payments = payments.filter(payments.due_at.notnull())
    if not data.has("payments.paid_at"):
        payments = payments.mutate(paid_at=ibis.null("timestamp"))
    joined = orders.inner_join(payments, "order_id")
    joined = joined.filter(joined.due_at.truncate("D") > joined.ordered_at.truncate("D"))
    known = ibis.ifelse(joined.paid_at < end, joined.paid_at, ibis.null("timestamp"))
    return joined.select("order_id", *ORDER_SIDE, "ordered_at", "due_at", "amount", paid_at=known)


def paid_within(table: ibis.Table, days: int) -> ir.BooleanValue:
    """Whether a payment of :func:`on_account` came within so many days of its due date."""
    return table.paid_at < table.due_at + ibis.interval(days=days + 1)


def collected(
    data: Dataset, region: str, first: date, last: date, as_of: date, days: int, by: Sequence[str]
) -> pd.DataFrame:
    """How much of what fell due from ``first`` to ``last`` was paid, by when.

    Parameters
    ----------
    days : int
        Days past due within which a payment counts as in time.
    by : sequence of str
        ``region``, ``channel``; none: one row.

    Returns
    -------
    DataFrame
        One row per group, columns ``payments`` and ``customers`` (counts), ``due``,
        ``paid_at_due``, ``paid_in_time``, ``paid_by_now`` (money) and, over customers, the sums
        ``due_due``, ``due_paid`` and ``paid_paid`` of squares and products of money due and paid
        in time, from which the spread of the rate between customers is taken.
    """
    table = on_account(data, region, as_of)
    table = table.filter(
        (table.due_at >= pd.Timestamp(first))
        & (table.due_at < pd.Timestamp(last) + pd.Timedelta(days=1))
    )
    amount = table.amount.cast("float64")
    table = table.mutate(
        owed=amount,
        at_due=ibis.ifelse(paid_within(table, 0), amount, 0.0),
        in_time=ibis.ifelse(paid_within(table, days), amount, 0.0),
        by_now=ibis.ifelse(table.paid_at.notnull(), amount, 0.0),
    )
    each = table.group_by([*by, "customer_id"]).aggregate(
        payments=table.count(),
        due=table.owed.sum(),
        paid_at_due=table.at_due.sum(),
        paid_in_time=table.in_time.sum(),
        paid_by_now=table.by_now.sum(),
    )
    sums = {
        "payments": each.payments.sum().cast("float64"),
        "customers": each.count().cast("float64"),
        **{name: each[name].sum() for name in PAID},
        "due_due": (each.due * each.due).sum(),
        "due_paid": (each.due * each.paid_in_time).sum(),
        "paid_paid": (each.paid_in_time * each.paid_in_time).sum(),
    }
    if not by:
        whole: pd.DataFrame = each.aggregate(**sums).execute()
        return whole.fillna(0.0)  # nothing fell due: sums of nothing
    names = list(by)
    parts = each.group_by(names).aggregate(**sums).order_by(names).execute()
    return parts.set_index(names)


def owed(data: Dataset, region: str, as_of: date, by: Sequence[str]) -> pd.DataFrame:
    """What is owed at the end of a day, by how long it is overdue.

    Returns
    -------
    DataFrame
        One row per group that owes anything, columns ``not_due``, ``late_30`` (1–30 days),
        ``late_60``, ``late_90`` and ``late_more`` (over 90 days), money, ``payments`` overdue
        (count) and ``oldest_due_at``.
    """
    table = on_account(data, region, as_of)
    table = table.filter(table.paid_at.isnull())
    amount = table.amount.cast("float64")
    midnight = pd.Timestamp(as_of)
    ends = [midnight - pd.Timedelta(days=edge) for edge in EDGES]
    limits = [None, *ends, None]
    sums = {}
    for name, newest, oldest in zip(AGES, limits[:-1], limits[1:], strict=True):
        held = ibis.literal(True)
        if newest is not None:
            held = held & (table.due_at < newest)
        if oldest is not None:
            held = held & (table.due_at >= oldest)
        sums[name] = ibis.ifelse(held, amount, 0.0).sum()
    sums["payments"] = (table.due_at < midnight).sum().cast("float64")
    sums["oldest_due_at"] = table.due_at.min()
    if not by:
        return table.aggregate(**sums).execute()
    names = list(by)
    parts = table.group_by(names).aggregate(**sums).order_by(names).execute()
    return parts.set_index(names)


def invoiced(data: Dataset, region: str, first: date, as_of: date) -> float:
    """Money of orders on account placed from ``first`` to ``as_of``."""
    table = on_account(data, region, as_of)
    table = table.filter(table.ordered_at >= pd.Timestamp(first))
    amount = table.aggregate(amount=table.amount.sum().cast("float64")).execute()["amount"][0]
    return 0.0 if pd.isna(amount) else float(amount)
