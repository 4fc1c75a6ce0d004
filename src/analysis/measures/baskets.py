"""What is bought together, counted in the engine: single things, pairs and triples."""

from __future__ import annotations

import ibis
import pandas as pd

from analysis.measures.lines import with_dimensions
from analysis.measures.retention import named_lines
from analysis.model.dataset import Dataset
from analysis.params import WHOLE_FIRM
from analysis.periods import Period

NAMES = ["first", "second", "third"]


def baskets(
    data: Dataset, region: str, period: Period, by: str, least: int
) -> dict[str, pd.DataFrame]:
    """Count orders that hold one, two or three things of a dimension.

    Parameters
    ----------
    data : Dataset
        Opened snapshot.
    region : str
        A region of the data, or ``all``.
    period : Period
        Whole months.
    by : str
        Dimension of the catalogue whose parts are the things: category, subcategory, product.
    least : int
        Orders a thing, a pair or a triple must be in to be counted. What is in fewer is in no
        pair that is counted, so only what is left is joined with itself, and memory stays
        bounded (Agrawal & Srikant, "Fast algorithms for mining association rules", VLDB 1994).

    Returns
    -------
    dict of DataFrame
        ``sizes``: one row per ``kind`` of customer (``""``: not known) and ``size`` (lines of
        the order), column ``baskets``; ``items``: one row per ``kind`` and ``item``, columns
        ``lines`` and ``baskets``, of every item whatever its count; ``pairs``: one row per
        ``first`` < ``second``, column ``baskets`` (count) and ``revenue`` (money of both in those
        orders); ``triples``: likewise of three whose pairs all are counted. Lines whose thing is
        not known are left out. Empty tables where the firm has no such dimension.
    """
    lines = with_dimensions(_lines(data, region, period), data, [by, "kind"])
    lines = lines.filter(lines[by].notnull())
    # An order is of one kind of customer, even where its lines name two.
    kind = lines.kind.max().over(ibis.window(group_by="order_id"))
    lines = lines.mutate(item=lines[by].cast("string"), kind=kind.fill_null(""))
    orders = lines.group_by(["order_id", "kind"]).aggregate(size=lines.count())
    sizes = orders.group_by(["kind", "size"]).aggregate(baskets=orders.count())
    items = lines.group_by(["kind", "item"]).aggregate(
        lines=lines.count(), baskets=lines.order_id.nunique()
    )
    single = items.order_by(["kind", "item"]).execute()
    often = single.groupby("item")["baskets"].sum()
    kept = sorted(often.index[often >= least])
    held = lines.group_by(["order_id", "item"]).aggregate(revenue=lines.revenue.sum())
    held = held.filter(held["item"].isin(kept) if kept else ibis.literal(False))
    pairs = _together(held, held, least)
    return {
        "sizes": sizes.order_by(["kind", "size"]).execute(),
        "items": single,
        "pairs": pairs,
        "triples": _triples(held, pairs, least),
    }


def customer_parts(data: Dataset, region: str, period: Period, by: str, least: int) -> pd.DataFrame:
    """What each regular customer spent on each part of a dimension, and on how many orders.

    Returns
    -------
    DataFrame
        One row per customer with ``least`` orders or more, and part bought: ``customer_id``,
        ``kind``, ``industry`` (``""``: not known), ``part`` and ``revenue`` (money).
    """
    lines = named_lines(data, region, period)
    lines = with_dimensions(lines, data, [by, "kind", "industry"])
    lines = lines.filter(lines[by].notnull())
    lines = lines.mutate(
        part=lines[by], kind=lines.kind.fill_null(""), industry=lines.industry.fill_null("")
    )
    who = lines.group_by("customer_id").aggregate(orders=lines.order_id.nunique())
    regular = who.filter(who.orders >= least).select("customer_id")
    keys = ["customer_id", "kind", "industry", "part"]
    spent = lines.semi_join(regular, "customer_id")
    table = spent.group_by(keys).aggregate(revenue=spent.revenue.sum().cast("float64"))
    rows: pd.DataFrame = table.order_by(keys).execute()
    return rows


def _lines(data: Dataset, region: str, period: Period) -> ibis.Table:
    lines = data.order_lines
    after = (period.last + 1).start_time
    lines = lines.filter((lines.ordered_at >= period.start) & (lines.ordered_at < after))
    return lines if region == WHOLE_FIRM else lines.filter(lines.region == region)


def _together(left: ibis.Table, right: ibis.Table, least: int) -> pd.DataFrame:
    first = left.select("order_id", first=left["item"], money=left.revenue)
    second = right.select(other="order_id", second=right["item"], money_of=right.revenue)
    both = first.inner_join(
        second, [first.order_id == second.other, first["first"] < second["second"]]
    )
    counted = both.group_by(["first", "second"]).aggregate(
        baskets=both.count(), revenue=(both.money + both.money_of).sum().cast("float64")
    )
    counted = counted.filter(counted.baskets >= least)
    rows: pd.DataFrame = counted.order_by(["first", "second"]).execute()
    return rows


def _triples(held: ibis.Table, pairs: pd.DataFrame, least: int) -> pd.DataFrame:
    """Triples of which every two are a counted pair: no other can be in enough baskets."""
    closed = pairs.merge(pairs, left_on="second", right_on="first", suffixes=("", "_2"))
    closed = closed.merge(
        pairs, left_on=["first", "second_2"], right_on=["first", "second"], suffixes=("", "_3")
    )
    items = sorted({*closed["first"], *closed["second"], *closed["second_2"]})
    if not items:
        return pd.DataFrame({name: [] for name in [*NAMES, "baskets", "revenue"]})
    some = held.filter(held["item"].isin(items))
    one, two, three = (
        some.select(**{f"order_{n}": some.order_id, name: some["item"], f"money_{n}": some.revenue})
        for n, name in enumerate(NAMES)
    )
    two_of = one.inner_join(two, [one.order_0 == two.order_1, one["first"] < two["second"]])
    all_of = two_of.inner_join(
        three, [two_of.order_0 == three.order_2, two_of["second"] < three["third"]]
    )
    money = all_of.money_0 + all_of.money_1 + all_of.money_2
    counted = all_of.group_by(NAMES).aggregate(
        baskets=all_of.count(), revenue=money.sum().cast("float64")
    )
    counted = counted.filter(counted.baskets >= least)
    rows: pd.DataFrame = counted.order_by(NAMES).execute()
    return rows
