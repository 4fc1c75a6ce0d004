"""What happened to customers, look by look: before each look, never after it.

A *look* is a month's end from which customers are watched. Looks are ``step`` months apart, number
0 the latest; what happened in the ``step`` months up to a look belongs to it.
"""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import pandas as pd

from analysis.measures.retention import count_of_months
from analysis.model.dataset import Dataset
from analysis.params import WHOLE_FIRM
from analysis.settings import Loss

NEEDS = {
    "slow_answer": "interactions.response_hours",
    "complaint": "interactions.kind",
    "low_score": "interactions.score",
    "late_delivery": "fulfilments.delivered_at",
    "returned": "returns.returned_at",
    "stock_out": "inventory.stock_out_days",
    "price_rise": "order_lines.unit_price",
    "discount_drop": "order_lines.discount",
    "new_seller": "order_lines.salesperson_id",
}
"""What may drive a customer away, and the column without which it cannot be told."""


@dataclass(frozen=True)
class Looks:
    """Moments from which customers are watched.

    Attributes
    ----------
    last : pandas.Period
        Last month up to the latest look.
    step : int
        Months between looks, and of what belongs to one.
    number : int
        How many looks.
    """

    last: pd.Period
    step: int
    number: int

    def of(self, moment: ir.TimestampValue) -> ir.IntegerValue:
        """Which look a moment belongs to; negative after the latest."""
        back = int(self.last.year) * 12 + int(self.last.month) - count_of_months(moment)
        return (back / self.step).floor().cast("int64")

    def month(self, look: int) -> pd.Period:
        """Last month up to a look."""
        return self.last - look * self.step

    def within(self, table: ibis.Table, column: str) -> ibis.Table:
        """Rows whose moment belongs to a look, with its number as ``look``."""
        first = self.month(self.number) + 1
        table = table.filter(table[column] >= first.start_time)
        table = table.filter(table[column] < (self.last + 1).start_time)
        return table.mutate(look=self.of(table[column]))


def watched(data: Dataset, region: str, looks: Looks, look: int) -> pd.DataFrame:
    """Customers who bought in the months that belong to a look, and when they next did.

    Returns
    -------
    DataFrame
        One row per customer (index ``customer_id``) who bought in the region: ``kind`` and
        ``industry`` (``""``: not known); ``orders`` (count) and ``revenue`` (money) of the year
        up to the look, anywhere, and ``orders_now`` of the look's months; ``discount_now`` and
        ``discount_before`` (rates of the look's months and of the year's others; missing without
        list value), ``has_new_seller`` (no seller of the look's months is one of the year's
        others; missing where either has none) and ``months_silent`` (whole months after the look
        without an order; missing: none since).
    """
    last = looks.month(look)
    recent, year = (last - looks.step + 1).start_time, (last - 11).start_time
    after = (last + 1).start_time
    lines = data.order_lines
    lines = lines.filter(lines.customer_id.notnull() & (lines.ordered_at >= year))
    here = lines.filter((lines.ordered_at >= recent) & (lines.ordered_at < after))
    if region != WHOLE_FIRM:
        here = here.filter(here.region == region)
    lines = lines.semi_join(here.select("customer_id").distinct(), "customer_id")
    lines = _with_optional(lines, data)
    now = (lines.ordered_at >= recent) & (lines.ordered_at < after)
    before = lines.ordered_at < recent
    list_value = (lines.revenue + lines.money_off).cast("float64")
    off = lines.money_off.cast("float64")
    later = lines.ordered_at.min(where=lines.ordered_at >= after)
    table = lines.group_by("customer_id").aggregate(
        orders=lines.order_id.nunique(where=lines.ordered_at < after).cast("float64"),
        orders_now=lines.order_id.nunique(where=now).cast("float64"),
        revenue=lines.revenue.sum(where=lines.ordered_at < after).cast("float64"),
        off_now=off.sum(where=now), list_now=list_value.sum(where=now),
        off_before=off.sum(where=before), list_before=list_value.sum(where=before),
        sold_now=lines.seller.count(where=now), sold_before=lines.seller.count(where=before),
        next_at=later,
    )  # fmt: skip
    kept = _known_sellers(lines.filter(now), lines.filter(before))
    table = table.left_join(kept, "customer_id").drop("customer_id_right")
    table = _with_customers(table, data).order_by("customer_id")
    rows = table.execute().set_index("customer_id")
    return _tidy(rows, last)


def experienced(data: Dataset, looks: Looks, wanted: Loss) -> dict[str, pd.DataFrame]:
    """Which customers something happened to, by what it was.

    Returns
    -------
    dict of DataFrame
        For each of :data:`NEEDS` that the firm delivers what it takes (but discounts and
        sellers, which :func:`watched` gives): one row per ``customer_id`` and ``look``.

    Notes
    -----
    ``complaint`` is one not answered slowly. What a customer *usually buys* is what they ordered
    twice or more in the year before the look's months.
    """
    found: dict[str, ibis.Table] = {}
    if data.has("interactions"):
        found |= _said(data, looks, wanted)
    orders = data.order_lines.filter(data.order_lines.customer_id.notnull())
    orders = orders.select("order_id", "customer_id").distinct()
    if data.has("fulfilments.delivered_at") and data.has("fulfilments.promised_at"):
        sent = looks.within(data.tables["fulfilments"], "delivered_at")
        late = sent.delivered_at.epoch_seconds() - sent.promised_at.epoch_seconds()
        found["late_delivery"] = sent.filter(late >= wanted.late_days * 86_400).inner_join(
            orders, "order_id"
        )
    if data.has("returns.returned_at"):
        back = looks.within(data.tables["returns"], "returned_at")
        found["returned"] = back.inner_join(orders, "order_id")
    if data.has("order_lines.product_id"):
        found |= _of_products(data, looks, wanted)
    return {
        name: table.filter(table.customer_id.notnull())
        .group_by(["customer_id", "look"]).aggregate().order_by(["look", "customer_id"]).execute()
        for name, table in found.items()
    }  # fmt: skip


def _said(data: Dataset, looks: Looks, wanted: Loss) -> dict[str, ibis.Table]:
    events = looks.within(data.tables["interactions"], "at")
    complaints = events.filter(events.kind == "complaint")
    found = {"complaint": complaints}
    if data.has(NEEDS["slow_answer"]):
        hours = complaints.response_hours.cast("float64")
        found["slow_answer"] = complaints.filter(hours > wanted.slow_hours)
        found["complaint"] = complaints.filter(hours.isnull() | (hours <= wanted.slow_hours))
    if data.has(NEEDS["low_score"]):
        score = events.score.cast("float64")
        found["low_score"] = events.filter(score.notnull() & (score <= wanted.low_score))
    return found


def _of_products(data: Dataset, looks: Looks, wanted: Loss) -> dict[str, ibis.Table]:
    """Customers whose usual products ran out, or rose in list price, in the months of a look."""
    happened = {}
    if data.has("inventory.stock_out_days"):
        stock = looks.within(data.tables["inventory"], "month")
        out = stock.filter(stock.stock_out_days.cast("float64") >= wanted.stock_out_days)
        happened["stock_out"] = out.select("product_id", "look", place=out.region).distinct()
    if data.has(NEEDS["price_rise"]):
        happened["price_rise"] = _risen(data, looks, wanted.price_rise).mutate(
            place=ibis.null("string")
        )
    lines = data.order_lines
    lines = lines.filter(lines.customer_id.notnull() & lines.product_id.notnull())
    first = looks.month(looks.number) - 12
    lines = lines.filter(lines.ordered_at >= first.start_time)
    lines = lines.mutate(bought=looks.of(lines.ordered_at)).select(
        "customer_id", "product_id", "order_id", "region", "bought"
    )
    return {name: _usual(lines, table, looks) for name, table in happened.items()}


def _usual(lines: ibis.Table, happened: ibis.Table, looks: Looks) -> ibis.Table:
    happened = happened.rename(product="product_id")
    met = lines.inner_join(happened, lines.product_id == happened["product"])
    spans = 12 // looks.step
    met = met.filter(met.place.isnull() | (met.place == met.region))
    met = met.filter((met.bought > met["look"]) & (met.bought <= met["look"] + spans))
    often = met.group_by(["customer_id", "product_id", "look"]).aggregate(
        orders=met.order_id.nunique()
    )
    return often.filter(often.orders >= 2)


def _risen(data: Dataset, looks: Looks, rise: float) -> ibis.Table:
    """Products whose mean list price in a look's last month is above that before its months."""
    lines = data.order_lines.filter(data.order_lines.unit_price.notnull())
    first = looks.month(looks.number + 1) + 1
    lines = lines.filter(
        (lines.ordered_at >= first.start_time)
        & (lines.ordered_at < (looks.last + 1).start_time)
        & lines.product_id.notnull()
    )
    month = int(looks.last.year) * 12 + int(looks.last.month) - count_of_months(lines.ordered_at)
    lines = lines.mutate(look=looks.of(lines.ordered_at), place=month % looks.step)
    price = lines.unit_price.cast("float64")
    by = lines.group_by(["product_id", "look"]).aggregate(
        end=price.mean(where=lines.place == 0), mean=price.mean()
    )
    earlier = by.select(product="product_id", then=by["look"] - 1, usual=by["mean"])
    both = by.inner_join(earlier, [by.product_id == earlier["product"], by["look"] == earlier.then])
    return both.filter(both.end >= both.usual * (1 + rise)).select("product_id", "look")


def _with_optional(lines: ibis.Table, data: Dataset) -> ibis.Table:
    off = lines.discount if data.has("order_lines.discount") else ibis.literal(0)
    seller = lines.salesperson_id if data.has("order_lines.salesperson_id") else ibis.null("string")
    return lines.mutate(money_off=off.fill_null(0), seller=seller)


def _known_sellers(now: ibis.Table, before: ibis.Table) -> ibis.Table:
    """Customers whom a seller serves now who served them before."""
    keys = ["customer_id", "seller"]
    pairs, earlier = (
        lines.filter(lines.seller.notnull()).select(*keys).distinct() for lines in (now, before)
    )
    shared = pairs.semi_join(earlier, keys).select("customer_id").distinct()
    return shared.mutate(has_known=ibis.literal(1))


def _with_customers(table: ibis.Table, data: Dataset) -> ibis.Table:
    names = [name for name in ("kind", "industry") if data.has(f"customers.{name}")]
    if names:
        known = data.tables["customers"].select("customer_id", *names)
        table = table.left_join(known, "customer_id").drop("customer_id_right")
    missing = {n: ibis.null("string") for n in ("kind", "industry") if n not in names}
    return table.mutate(**missing)


def _tidy(rows: pd.DataFrame, last: pd.Period) -> pd.DataFrame:
    rates = {}
    for when in ("now", "before"):
        value = rows[f"list_{when}"].astype(float)
        rates[f"discount_{when}"] = rows[f"off_{when}"].astype(float) / value.where(value > 0)
    known = (rows["sold_now"] > 0) & (rows["sold_before"] > 0)
    same = rows["has_known"].notna()
    next_at = pd.to_datetime(rows["next_at"])
    gap = (next_at.dt.year * 12 + next_at.dt.month) - (last.year * 12 + last.month + 1)
    text = {name: rows[name].fillna("").astype(str) for name in ("kind", "industry")}
    return rows[["orders", "orders_now", "revenue"]].assign(
        **text, **rates, has_new_seller=(~same).where(known), months_silent=gap
    )
