"""What a change in revenue is made of: sums by class of customer, class of product, and product."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta
from typing import Final

import ibis
import ibis.expr.types as ir
import pandas as pd

from analysis.measures.lines import in_scope
from analysis.model.dataset import Dataset
from analysis.periods import Period

KEPT: Final = "kept"
LOST, NEW, BACK = "lost", "new", "back"
WITHDRAWN, LAUNCHED = "withdrawn", "launched"
BEFORE, NOW = "before", "now"
KEYS: Final = ["when", "customers", "range", "product_id", "currency", "month"]


def customer_products(
    data: Dataset,
    region: str,
    base: Period,
    now: Period,
    quiet_months: int,
    range_months: int,
    foreign: Collection[str] = (),
) -> pd.DataFrame:
    """Sums of two periods' order lines, by what became of the customer and of the product.

    A customer is one of the firm's in a period if they ordered, anywhere, in the `quiet_months`
    that end with it (or in the period, if it is longer); a product is in the range if it sold,
    anywhere, in the `range_months` that end with it. One that happens to be bought in one of two
    short periods alone is therefore neither won nor lost.

    Parameters
    ----------
    data : Dataset
        Opened snapshot.
    region : str
        A region of the data, or ``all``.
    base, now : Period
        The two periods; they do not overlap.
    quiet_months, range_months : int
        As above.
    foreign : collection of str
        Codes of other currencies, upper case, whose lines are kept apart by month.

    Returns
    -------
    DataFrame
        One row per ``when`` (``before``, ``now``), ``customers`` (``kept``; ``lost``: only then a
        customer; ``new``: first order after `base`; ``back``: an earlier one who had been quiet
        then), ``range`` (``kept``, ``withdrawn``, ``launched``), ``product_id``, ``currency`` and
        ``month``. Products are told apart where customer and product are kept, currencies and
        months of those alone that are sold in another currency; elsewhere they are ``""`` and
        missing. A sale without a name or article counts as of a kept one; lines flagged as far
        from the usual stand with those without an article, as ``""``.

        ``units``; ``list_value`` (before discount), ``revenue``, ``returned`` (revenue that came
        back, within as many days of the period's end as there are data after `now`'s), all money;
        the same of lines whose cost is known as ``costed_units``, ``costed_list_value``,
        ``costed_revenue`` and ``cost``; ``buyers`` and ``products``, how many there are in the row.
        What needs a column that was not delivered is missing.
    """
    buyers = _classes(data.order_lines, "customer_id", base, now, quiet_months)
    goods = _classes(data.order_lines, "product_id", base, now, range_months)
    age = max((data.last_day - now.end).days, 0)
    tables = []
    for when, period in ((BEFORE, base), (NOW, now)):
        known = _returned_by(data, period, age)
        lines = in_scope(known, region, period)
        lines = _classed(lines, buyers, "customer_id", (KEPT, LOST, NEW, BACK), "customers")
        lines = _classed(lines, goods, "product_id", (KEPT, WITHDRAWN, LAUNCHED, LAUNCHED), "range")
        tables.append(_sums(lines, data, foreign).assign(when=when))
    return pd.concat(tables, ignore_index=True)


def _classes(lines: ibis.Table, key: str, base: Period, now: Period, months: int) -> ibis.Table:
    """Of each customer or product: whether it was there in each period, and its first sale."""
    known = lines.filter(lines[key].notnull())
    return known.group_by(key).aggregate(
        was_there=_in_window(known, base, months).any(),
        is_there=_in_window(known, now, months).any(),
        is_later=known.ordered_at.min() >= (base.last + 1).start_time,
    )


def _in_window(lines: ibis.Table, period: Period, months: int) -> ir.BooleanValue:
    first = period.last - (max(months, period.month_count) - 1)
    after = (period.last + 1).start_time
    return (lines.ordered_at >= first.start_time) & (lines.ordered_at < after)


def _classed(
    lines: ibis.Table, classes: ibis.Table, key: str, names: tuple[str, str, str, str], into: str
) -> ibis.Table:
    """Order lines with the class of their customer or product, by the four names there are."""
    kept, lost, new, back = names
    joined = lines.left_join(classes, key).drop(f"{key}_right")
    named = ibis.cases(
        (joined.was_there & joined.is_there, kept),
        (joined.was_there, lost),
        (joined.is_later, new),
        (joined.is_there, back),
        else_=kept,
    )
    return joined.mutate(**{into: named}).drop("was_there", "is_there", "is_later")


def _sums(lines: ibis.Table, data: Dataset, foreign: Collection[str]) -> pd.DataFrame:
    has_cost, has_discount = data.has("order_lines.cost"), data.has("order_lines.discount")
    stays = lines.customers == KEPT
    # A slip in the units of one line, flagged as unusual, would be a change of price of hundreds.
    usual = ~lines.is_outlier.fill_null(False)
    both = stays & (lines.range == KEPT) & usual
    code = lines.currency.strip().upper()
    is_foreign = both & code.isin(sorted(foreign)) if foreign else ibis.literal(False)
    lines = lines.mutate(
        range=ibis.ifelse(stays, lines.range, ""),
        product=ibis.ifelse(both, lines.product_id.fill_null(""), ""),
        code=ibis.ifelse(is_foreign, code, ""),
        sold_in=ibis.ifelse(is_foreign, lines.month, ibis.null(lines.month.type())),
        # Where no discount is recorded, what was paid is all that is known of the price.
        list_price=lines.revenue + lines.discount.fill_null(0) if has_discount else lines.revenue,
    )
    known = lines.cost.notnull()
    nothing = ibis.null("float64")
    made = lines.group_by(["customers", "range", "product", "code", "sold_in"]).aggregate(
        units=lines.quantity.sum().cast("float64"),
        list_value=lines.list_price.sum().cast("float64"),
        revenue=lines.revenue.sum().cast("float64"),
        returned=lines.returned_revenue.sum().cast("float64") if data.has("returns") else nothing,
        costed_units=lines.quantity.sum(where=known).cast("float64") if has_cost else nothing,
        costed_list_value=(
            lines.list_price.sum(where=known).cast("float64") if has_cost else nothing
        ),
        costed_revenue=lines.revenue.sum(where=known).cast("float64") if has_cost else nothing,
        cost=lines.cost.sum().cast("float64") if has_cost else nothing,
        buyers=lines.customer_id.nunique().cast("float64"),
        products=lines.product_id.nunique().cast("float64"),
    )
    made = made.order_by(["customers", "range", "product", "code", "sold_in"])
    table: pd.DataFrame = made.execute()
    return table.rename(columns={"product": "product_id", "code": "currency", "sold_in": "month"})


def _returned_by(data: Dataset, period: Period, days: int) -> Dataset:
    """The data as they knew of a period's returns so many days after its end."""
    if not data.has("returns.returned_at"):
        return data
    returns = data.tables["returns"]
    after = pd.Timestamp(period.end + timedelta(days=days + 1))
    known = returns.filter(returns.returned_at.isnull() | (returns.returned_at < after))
    return replace(data, tables={**data.tables, "returns": known})
