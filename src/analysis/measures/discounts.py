"""Discounts given beside what others give on alike deals, worked out in the engine."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import pandas as pd

from analysis.measures.catalogue import DIMENSIONS
from analysis.measures.lines import MOMENTS, with_dimensions
from analysis.model.dataset import Dataset
from analysis.params import WHOLE_FIRM
from analysis.periods import Period

ALIKE = ("category", "channel", "kind", "size_band")
"""Dimensions in which two deals must agree, beside the size of the line, to be alike."""
LINE_SIZES = (30, 100, 300, 1000, 3000)
"""List values, money, at which a line counts as a larger one: each about three times the last."""
SUMS = ["lines", "customers", "list_value", "discount", "expected", "excess", "excess_squared"]


def beside_peers(
    data: Dataset, region: str, period: Period, unit: str, min_peers: int, by_month: bool = False
) -> pd.DataFrame:
    """Discount of each part of a dimension and what others gave on alike deals.

    A deal is an order line on no promotion. Alike are those of the same category, channel, kind
    and size of customer and size of line, other than the dimension that is asked about; *others*
    are the dimension's other parts, in the whole firm.

    Parameters
    ----------
    unit : str
        Dimension asked about: ``salesperson``, ``region`` …
    min_peers : int
        Deals of fewer others' lines are compared with nothing and left out.
    by_month : bool
        One row per part and month.

    Returns
    -------
    DataFrame
        One row per part (and ``month``) with compared deals, columns ``lines``, ``customers``
        (counts), ``list_value``, ``discount`` and ``expected`` = list value at the others' rates,
        ``excess`` = discount − expected (money) and ``excess_squared``: the sum over customers of
        each one's excess squared.
    """
    alike = [name for name in ALIKE if name != unit and data.has(DIMENSIONS[name].needs)]
    keys = [*alike, "line_size"]
    lines = _deals(data, period, [*alike, unit])
    everybody = _sums(lines, keys)
    own = _sums(lines, [*keys, unit]).rename(own_list="list_value", own_off="off", own_n="lines")
    # All keys are named parts: a missing one was filled, so no row falls out of a join.
    peers = own.inner_join(everybody, keys)
    peers = peers.filter(peers.lines - peers.own_n >= min_peers)
    rest = (peers.list_value - peers.own_list).nullif(0)
    rates = peers.select(*keys, unit, rate=(peers.off - peers.own_off) / rest)
    if region != WHOLE_FIRM:
        lines = lines.filter(lines.place == region)
    months = ["month"] if by_month else []
    each = _sums(lines, [*keys, unit, "customer", *months]).inner_join(rates, [*keys, unit])
    each = each.filter(each.rate.notnull())
    each = each.mutate(expected=each.list_value * each.rate)
    of_customer = each.group_by([unit, "customer", *months]).aggregate(
        lines=each.lines.sum(),
        list_value=each.list_value.sum(),
        off=each.off.sum(),
        expected=each.expected.sum(),
    )
    more = of_customer.off - of_customer.expected
    rows = [unit, *months]
    table: pd.DataFrame = (
        of_customer.group_by(rows)
        .aggregate(
            lines=of_customer.lines.sum().cast("float64"),
            customers=of_customer.count().cast("float64"),
            list_value=of_customer.list_value.sum(),
            discount=of_customer.off.sum(),
            expected=of_customer.expected.sum(),
            excess=more.sum(),
            excess_squared=(more * more).sum(),
        )
        .order_by(rows)
        .execute()
    )
    if by_month:
        table = table.assign(month=table["month"].dt.as_unit(MOMENTS))
    return table[table[unit] != ""].set_index(rows)


def staff_names(data: Dataset) -> dict[str, str]:
    """Names of salespeople by number; none where the firm does not deliver them."""
    if not data.has("staff.name"):
        return {}
    staff = data.tables["staff"]
    rows = staff.select("salesperson_id", "name").order_by("salesperson_id").execute()
    known = rows[rows["name"].notna()]
    return dict(zip(known["salesperson_id"], known["name"], strict=True))


def _deals(data: Dataset, period: Period, names: Sequence[str]) -> ibis.Table:
    """Order lines on no promotion, with what makes them alike and nothing missing in it."""
    lines = data.order_lines
    after = (period.last + 1).start_time
    lines = lines.filter((lines.ordered_at >= period.start) & (lines.ordered_at < after))
    lines = with_dimensions(lines.mutate(month=lines.ordered_at.truncate("M")), data, names)
    if data.has("order_lines.promotion_id"):
        lines = lines.filter(lines.promotion_id.isnull())
    off = lines.discount.fill_null(0).cast("float64")
    list_value = lines.revenue.cast("float64") + off
    size = ibis.literal(0)
    for limit in LINE_SIZES:
        size = size + ibis.ifelse(list_value >= limit, 1, 0)
    filled = {name: lines[name].fill_null("") for name in names}
    lines = lines.mutate(
        place=lines.region, customer=lines.customer_id.fill_null(""), off=off,
        list_value=list_value, line_size=size, **filled,
    )  # fmt: skip
    columns = dict.fromkeys(
        [*names, "place", "customer", "month", "off", "list_value", "line_size"]
    )
    return lines.filter(lines.list_value > 0).select(*columns)


def _sums(lines: ibis.Table, keys: Sequence[str]) -> ibis.Table:
    return lines.group_by(list(keys)).aggregate(
        lines=lines.count(), list_value=lines.list_value.sum(), off=lines.off.sum()
    )
