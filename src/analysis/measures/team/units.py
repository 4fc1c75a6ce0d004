"""The accounts, deals and invoices people are judged by, as the engine holds them.

Each function gives one row per person, account and stratum, with ``<measure>_n`` and
``<measure>_d`` for every measure it is about; ``None`` where the data do not hold the months.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import ibis
import ibis.expr.types as ir
import pandas as pd

from analysis.measures import payments
from analysis.measures.lines import in_scope, with_dimensions
from analysis.model.dataset import Dataset
from analysis.params import WHOLE_FIRM
from analysis.periods import Period

OF_LINES: Final = ("channel", "kind", "size_band", "category")
LINE_COLUMNS: Final = ("person", "customer_id", "order_id", "revenue", "discount", "cost")


@dataclass(frozen=True)
class Ask:
    """What is asked of the engine: whose data, which months, payments until when, and the lines.

    ``grace_days`` past due a payment on account still counts as in time.
    """

    data: Dataset
    period: Period
    as_of: pd.Timestamp
    grace_days: int
    lines: ibis.Table


def of_people(data: Dataset, period: Period, names: Sequence[str] = ()) -> ibis.Table:
    """Order lines of the whole firm that somebody sold, with dimensions, and ``person``."""
    lines = in_scope(data, WHOLE_FIRM, period)
    lines = lines.filter(lines.salesperson_id.notnull())
    return with_dimensions(lines, data, names).mutate(person=lines.salesperson_id)


def decided_deals(data: Dataset, period: Period) -> ibis.Table:
    """Deals won or lost in a period, with the ``person`` who pursued each."""
    deals = data.tables["opportunities"]
    after = (period.last + 1).start_time
    deals = deals.filter((deals.closed_at >= period.start) & (deals.closed_at < after))
    deals = deals.filter(deals.owner_id.notnull() & deals.outcome.isin(["won", "lost"]))
    return deals.mutate(person=deals.owner_id, account=deals.opportunity_id)


def _grouped(table: ibis.Table, names: Sequence[str], **sums: ir.Scalar) -> ibis.Table:
    """One row per person, account and stratum; a stratum not known is one of its own, empty."""
    filled = table.mutate(**{name: table[name].fill_null("") for name in names})
    return filled.group_by(["person", "account", *names]).aggregate(**sums)


def _one_if(condition: ir.BooleanValue) -> ir.FloatingValue:
    """1 where it holds, else 0; not every engine counts truth values as numbers."""
    return ibis.ifelse(condition, 1, 0).cast("float64")


def _float(value: ir.NumericValue) -> ir.FloatingValue:
    return value.sum().cast("float64")


def _basket(ask: Ask) -> ibis.Table:
    names = ["channel", "kind", "size_band", "category"]
    lines = ask.lines
    lines = lines.mutate(account=ibis.coalesce(lines.customer_id, lines.order_id))
    known = lines.cost.notnull()
    listed = lines.revenue + lines.discount
    return _grouped(
        lines, names,
        margin_rate_n=(lines.revenue - lines.cost).sum(where=known).cast("float64").fill_null(0.0),
        margin_rate_d=lines.revenue.sum(where=known).cast("float64").fill_null(0.0),
        discount_rate_n=_float(lines.discount).fill_null(0.0),
        discount_rate_d=_float(listed).fill_null(0.0),
        cost_of_list_n=lines.cost.sum(where=listed.notnull()).cast("float64").fill_null(0.0),
        cost_of_list_d=listed.sum(where=known).cast("float64").fill_null(0.0),
    )  # fmt: skip


def _orders(ask: Ask) -> ibis.Table:
    names = ["channel", "kind", "size_band"]
    lines = ask.lines
    lines = lines.mutate(account=ibis.coalesce(lines.customer_id, lines.order_id))
    return _grouped(
        lines, names, order_value_n=_float(lines.revenue),
        order_value_d=lines.order_id.nunique().cast("float64"),
    )  # fmt: skip


def _repurchase(ask: Ask) -> ibis.Table:
    names = ["channel", "kind", "size_band"]
    lines = ask.lines.filter(ask.lines.customer_id.notnull())
    # The channel of an account is the one it used; an account in both counts in the first by name.
    accounts = lines.group_by(["person", "customer_id"]).aggregate(
        orders=lines.order_id.nunique(), **{name: lines[name].min() for name in names}
    )
    accounts = accounts.mutate(account=accounts.customer_id)
    return _grouped(
        accounts, names, repurchase_n=_one_if(accounts.orders >= 2).sum(),
        repurchase_d=ibis._.count().cast("float64"),
    )  # fmt: skip


def _kept(ask: Ask) -> ibis.Table | None:
    """Accounts of the months before, each with who sold most to it then, and what became of it."""
    data, period = ask.data, ask.period
    before = period.prior()
    if not data.covers(before):
        return None
    names = ["kind", "size_band"]
    then = of_people(data, before, names)
    then = then.filter(then.customer_id.notnull())
    pairs = then.group_by(["person", "customer_id"]).aggregate(
        sold=_float(then.revenue), **{name: then[name].min() for name in ("region", *names)}
    )
    first = ibis.window(group_by="customer_id", order_by=[ibis.desc("sold"), ibis.asc("person")])
    pairs = pairs.mutate(place=ibis.row_number().over(first), all=pairs.sold.sum().over(
        ibis.window(group_by="customer_id")))  # fmt: skip
    pairs = pairs.filter((pairs.place == 0) & (pairs["all"] > 0))
    after = in_scope(data, WHOLE_FIRM, period)
    after = after.filter(after.customer_id.notnull())
    assisted = after.salesperson_id.notnull()
    after = after.group_by("customer_id").aggregate(
        bought=after.revenue.sum(where=assisted).cast("float64")
    )
    joined = pairs.left_join(after, "customer_id")
    joined = joined.mutate(
        account=joined.customer_id,
        kept=_one_if(joined.customer_id_right.notnull()),
        bought=joined.bought.fill_null(0.0),
    )
    return _grouped(
        joined, ["region", *names], retention_n=joined.kept.sum(),
        retention_d=ibis._.count().cast("float64"), growth_n=joined.bought.sum(),
        growth_d=joined["all"].sum(),
    )  # fmt: skip


def _decided(ask: Ask) -> ibis.Table:
    deals = decided_deals(ask.data, ask.period)
    deals = deals.mutate(category=deals.product)
    deals = with_dimensions(deals, ask.data, ["size_band"])
    won = deals.outcome == "won"
    days = (deals.closed_at.epoch_seconds() - deals.created_at.epoch_seconds()) / 86_400.0
    return _grouped(
        deals, ["size_band", "category"], win_rate_n=_one_if(won).sum(),
        win_rate_d=ibis._.count().cast("float64"),
        cycle_n=days.sum(where=won).cast("float64").fill_null(0.0),
        cycle_d=_one_if(won).sum(),
    )  # fmt: skip


def _contacts(ask: Ask) -> ibis.Table:
    data, period = ask.data, ask.period
    events = data.tables["interactions"]
    after = (period.last + 1).start_time
    events = events.filter((events["at"] >= period.start) & (events["at"] < after))
    customers = data.tables["customers"]
    owners = customers.filter(customers.owner_id.notnull()).select(
        "customer_id", "kind", "region", person=customers.owner_id
    )
    joined = events.inner_join(owners, "customer_id")
    joined = joined.mutate(account=joined.customer_id)
    answered = joined.response_hours.notnull()
    scored = joined.score.notnull()
    return _grouped(
        joined, ["region", "kind"],
        satisfaction_n=_float(joined.score).fill_null(0.0),
        satisfaction_d=_one_if(scored).sum(),
        response_n=_float(joined.response_hours).fill_null(0.0),
        response_d=_one_if(answered).sum(),
    )  # fmt: skip


def _invoices(ask: Ask) -> ibis.Table:
    """Payments on account that had ``grace_days`` to come, as ``measures.payments`` reads them."""
    data, period, as_of = ask.data, ask.period, ask.as_of
    orders = with_dimensions(data.order_lines, data, ["kind"])
    orders = orders.filter(orders.salesperson_id.notnull())
    orders = orders.group_by("order_id").aggregate(
        person=orders.salesperson_id.min(),
        account=ibis.coalesce(orders.customer_id, orders.order_id).min(),
        kind=orders.kind.min(),
    )
    due = payments.on_account(data, WHOLE_FIRM, as_of.date())
    until = as_of.normalize() - pd.Timedelta(days=ask.grace_days - 1)
    due = due.filter((due.due_at >= period.start) & (due.due_at < until))
    joined = due.inner_join(orders, "order_id")
    paid = payments.paid_within(joined, ask.grace_days)
    return _grouped(
        joined, ["region", "channel", "kind"],
        collection_n=joined.amount.sum(where=paid).cast("float64").fill_null(0.0),
        collection_d=_float(joined.amount),
    )  # fmt: skip


UNITS: Final[dict[str, Callable[[Ask], ibis.Table | None]]] = {
    "margin_rate": _basket, "order_value": _orders, "repurchase": _repurchase,
    "retention": _kept, "win_rate": _decided, "satisfaction": _contacts, "collection": _invoices,
}  # fmt: skip
