"""Which products earn their place? Price bands, stars and slow movers, and the slower half."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.periods import Period
from analysis.settings import Assortment

TOTAL = "(total)"
BANDS = ["low", "middle", "high"]
STAR, VOLUME, SLOW, OTHERS, NEW = "star", "volume", "slow", "others", "new"
CLASSES = [STAR, VOLUME, OTHERS, SLOW, NEW]
SUMS = [
    "products", "products_sold", "units", "revenue", "gross_margin", "costed_revenue",
    "cost_of_sales", "mean_stock_value", "stock_value", "available_units", "available_sold",
]  # fmt: skip


def judged(products: pd.DataFrame, window: Period, rule: Assortment) -> pd.DataFrame:
    """Every product's price band, margin, stock and class.

    Products are compared within their category, as units of mugs and of tables are not alike::

        star         among the `high_share` of the category that sold most units,
                     and margin rate at or above the category's
        volume       as many units, margin rate below the category's
        slow mover   among the `high_share` that sold fewest units, and stock for more than
                     `slow_cover_months` at the window's pace (without a stock table: few units)
        new          launched less than `new_months` before the window's end, or in data that
                     hold fewer: not judged
        others       all the rest, and products without a category

    Parameters
    ----------
    products : DataFrame
        As ``measures.assortment.product_table`` gives it for the window.
    window : Period
        Months the sales are of.
    rule : Assortment
        The thresholds.

    Returns
    -------
    DataFrame
        The same rows with ``price`` (list price; where none is recorded, the mean price before
        discounts), ``band`` (see :func:`price_band`), ``margin_rate``, ``unit_cost`` (recorded, or
        as booked on its sales), ``monthly_units``, ``volume_index`` (units over the category's
        median of judged products), ``margin_gap`` (margin rate less the category's, 0–1),
        ``stock_value``, ``mean_stock_value`` (money, at cost), ``cover_months`` (stock over
        monthly units; infinite if none sold; missing without stock figures) and ``class``.

    References
    ----------
    Kasavana & Smith (1982), *Menu Engineering*: popularity against contribution margin, with the
    class "star"; here margin is a rate and popularity is within the category.
    """
    table = products.assign(category=products["category"].fillna("").astype(str))
    cost = (table["costed_revenue"] - table["gross_margin"]) / _above_zero(table["costed_units"])
    # A price is of whole cents; what sums and divisions leave behind them is not.
    paid = (table["list_value"] / _above_zero(table["units"])).round(2)
    table = table.assign(
        price=table["list_price"].astype(float).fillna(paid),
        unit_cost=table["unit_cost"].astype(float).fillna(cost),
        margin_rate=table["gross_margin"] / _above_zero(table["costed_revenue"]),
        monthly_units=table["units"] / window.month_count,
    )
    # Nothing in stock is no months of cover, whatever was sold; 0 / 0 would be missing.
    cover = (table["on_hand"] / table["monthly_units"]).where(table["on_hand"] != 0, 0.0)
    table = table.assign(
        band=price_band(table["price"], table["category"], rule.price_cuts),
        stock_value=table["on_hand"] * table["unit_cost"],
        mean_stock_value=table["mean_stock"] * table["unit_cost"],
        cover_months=cover.where(table["on_hand"].notna()),
    )
    settled = (window.last + 1 - rule.new_months).start_time
    is_new = (table["launched_at"] >= settled).fillna(False).astype(bool)
    is_new |= window.month_count < rule.new_months
    old = table[~is_new & (table["category"] != "")].groupby("category")
    rate = old["gross_margin"].sum() / _above_zero(old["costed_revenue"].sum())
    table = table.assign(
        volume_index=table["units"] / _above_zero(table["category"].map(old["units"].median())),
        margin_gap=table["margin_rate"] - table["category"].map(rate),
    )
    return table.assign(**{"class": _classes(table, is_new, rule)})


def price_band(price: pd.Series, category: pd.Series, cuts: Sequence[float]) -> pd.Series:
    """The price band of each product: a third of its category, or between fixed cuts.

    Parameters
    ----------
    price, category : Series
        One row per product; a price may be missing.
    cuts : sequence of float
        Upper ends of the bands, in money, rising; none: thirds of each category by price, of
        equal number (the lower bands have the odd ones, equal prices stand by their index).

    Returns
    -------
    Series
        ``low``, ``middle``, ``high``; with cuts the number of the band, ``"1"`` the cheapest;
        ``""`` where there is no price.

    Examples
    --------
    >>> price = pd.Series([1.0, 5.0, 9.0, None])
    >>> price_band(price, pd.Series(["mugs"] * 4), cuts=()).to_list()
    ['low', 'middle', 'high', '']
    >>> price_band(price, pd.Series(["mugs"] * 4), cuts=(5.0,)).to_list()
    ['1', '1', '2', '']
    """
    known = price.dropna()
    band = pd.Series("", index=price.index, dtype=object)
    if cuts:
        band[known.index] = [str(place + 1) for place in np.searchsorted(sorted(cuts), known)]
        return band
    by_category = known.groupby(category[known.index])
    place = (by_category.rank(method="first") - 1) * len(BANDS) // by_category.transform("size")
    band[known.index] = [BANDS[int(one)] for one in place]
    return band


def bands(judged: pd.DataFrame, window: Period) -> pd.DataFrame:
    """Sales, margin and stock by category and price band, with totals in both directions.

    Parameters
    ----------
    judged : DataFrame
        As :func:`judged` gives it.
    window : Period
        Months the sales are of.

    Returns
    -------
    DataFrame
        One row per ``category`` and ``band`` (index) with products, and of each with ``TOTAL``;
        categories by revenue, largest first. Columns ``products``, ``products_sold`` (count),
        ``units``, ``revenue``, ``gross_margin``, ``costed_revenue`` (money),
        ``margin_rate`` (0–1), ``cost_of_sales``, ``stock_value``, ``mean_stock_value`` (money),
        ``stock_days`` (mean stock over cost of sales a day), ``sell_through`` (units sold over
        units that were there to sell, 0–1) and ``moving_share`` (products sold over products,
        0–1). Sums add up in both directions; what needs stock is missing without.

    References
    ----------
    Farris et al., *Marketing Metrics*, 3rd ed., ch. 6 (sell-through, days of inventory).
    """
    there = judged["opening"].fillna(0.0) + judged["received"]
    table = judged.assign(
        products=1.0,
        products_sold=(judged["units"] > 0).astype(float),
        cost_of_sales=judged["costed_revenue"] - judged["gross_margin"],
        available_units=there,
        available_sold=judged["units"].where(there.notna()),
    )
    if table.empty:
        return pd.DataFrame(columns=SUMS)
    keys = ["category", "band"]
    cells = table.groupby(keys)[SUMS].sum(min_count=1)
    of_rows = table.groupby("category")[SUMS].sum(min_count=1)
    of_columns = table.groupby("band")[SUMS].sum(min_count=1)
    whole = table[SUMS].sum(min_count=1).to_frame().T
    made = pd.concat(
        [
            cells.reset_index(),
            of_rows.reset_index().assign(band=TOTAL),
            of_columns.reset_index().assign(category=TOTAL),
            whole.assign(category=TOTAL, band=TOTAL),
        ]
    ).set_index(keys)
    by_revenue = of_rows["revenue"].sort_values(ascending=False, kind="stable").index
    named = [band for band in [*BANDS, *sorted(set(table["band"]))] if band in set(table["band"])]
    order = [
        (category, band)
        for category in [*by_revenue, TOTAL]
        for band in [*dict.fromkeys(named), TOTAL]
        if (category, band) in made.index
    ]
    made = made.loc[order].astype(float)
    days = (window.end - window.start).days + 1
    per_day = _above_zero(made["cost_of_sales"]) / days
    return made.assign(
        margin_rate=made["gross_margin"] / _above_zero(made["costed_revenue"]),
        stock_days=made["mean_stock_value"] / per_day,
        sell_through=made["available_sold"] / _above_zero(made["available_units"]),
        moving_share=made["products_sold"] / made["products"],
    )


def by_class(judged: pd.DataFrame) -> pd.DataFrame:
    """How many products each class has, what they earn and what stock they tie up.

    Returns
    -------
    DataFrame
        One row per class of ``CLASSES`` (index), columns ``products`` (count), ``revenue``,
        ``gross_margin``, ``stock_value`` (money; missing without stock) and ``margin_share``,
        ``stock_share`` (of all, 0–1). Products, revenue, margin and stock add up to all.
    """
    grouped = judged.assign(products=1.0).groupby("class")
    sums = ["products", "revenue", "gross_margin", "stock_value"]
    table = grouped[sums].sum(min_count=1).reindex(CLASSES)
    known = bool(judged["stock_value"].notna().any())
    filled = [name for name in sums if known or name != "stock_value"]
    table[filled] = table[filled].fillna(0.0)  # a class of no products
    return table.assign(
        margin_share=table["gross_margin"] / _positive(table["gross_margin"].sum()),
        stock_share=table["stock_value"] / _positive(table["stock_value"].sum()),
    )


def listed(judged: pd.DataFrame, rows: int) -> pd.DataFrame:
    """The stars that earn most and the slow movers that tie up most, one by one.

    Returns
    -------
    DataFrame
        At most ``rows`` stars by gross margin, then at most ``rows`` slow movers by value of
        stock (by fewest units without stock figures): rows of ``judged``.
    """
    stars = judged[judged["class"] == STAR]
    slow = judged[judged["class"] == SLOW]
    by, ascending = ("stock_value", False) if slow["stock_value"].notna().any() else ("units", True)
    return pd.concat(
        [
            stars.sort_values("gross_margin", ascending=False, kind="stable").head(rows),
            slow.sort_values(by, ascending=ascending, kind="stable").head(rows),
        ]
    )


def stars_without_stock(judged: pd.DataFrame) -> pd.DataFrame:
    """Stars of which nothing is left at the window's end, those that earn most first.

    Returns
    -------
    DataFrame
        Rows of ``judged``; none without stock figures.
    """
    out = judged[(judged["class"] == STAR) & (judged["on_hand"] == 0)]
    return out.sort_values("gross_margin", ascending=False, kind="stable")


def half_of(rows: int) -> int:
    """Rows each of two lists may have, so that both fit where ``rows`` do."""
    return max(rows // 2, 1)


def slow_half(judged: pd.DataFrame) -> pd.DataFrame:
    """What the slower half of each category sells, and what more it would earn if it were average.

    The slower half are the half of a category's judged products (rounded down) that sold fewest
    units. Two suppositions, each by itself::

        mix effect    the same revenue, earned at the category's margin rate
        pace effect   as many units of each slow product as the category's product sold on
                      average, at the slow product's own margin a unit

    Returns
    -------
    DataFrame
        One row per ``category`` (index) with two judged products or more, the largest pace
        effect first. Columns ``products``, ``slow_products`` (count), ``slow_revenue``,
        ``slow_share`` (of the category's revenue, 0–1), ``slow_rate``, ``category_rate`` (margin
        rates), ``mix_effect``, ``pace_effect``, ``slow_stock`` (money over the window; the
        last missing without stock).

    Notes
    -----
    The pace effect is an upper bound: it supposes that demand is there and takes nothing from
    the faster half.
    """
    rows = {}
    old = judged[(judged["class"] != NEW) & (judged["category"] != "")]
    for category, products in old.groupby("category"):
        if len(products) >= 2:
            rows[str(category)] = _slow_half(products)
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("category")
    if table.empty:
        return table
    return table.sort_values("pace_effect", ascending=False, kind="stable")


def _slow_half(products: pd.DataFrame) -> dict[str, float]:
    ranked = products.sort_index().sort_values("units", kind="stable")
    slow = ranked.head(len(ranked) // 2)
    rate = products["gross_margin"].sum() / _positive(products["costed_revenue"].sum())
    own = slow["gross_margin"].sum() / _positive(slow["costed_revenue"].sum())
    earned = slow["gross_margin"] / _above_zero(slow["costed_units"])
    unit_margin = earned.fillna(slow["list_price"].astype(float) - slow["unit_cost"])
    lacking = products["units"].mean() - slow["units"]
    return {
        "products": float(len(products)),
        "slow_products": float(len(slow)),
        "slow_revenue": float(slow["revenue"].sum()),
        "slow_share": slow["revenue"].sum() / _positive(products["revenue"].sum()),
        "slow_rate": own,
        "category_rate": rate,
        "mix_effect": slow["costed_revenue"].sum() * (rate - own),
        "pace_effect": float((lacking * unit_margin).sum(min_count=1)),
        "slow_stock": float(slow["stock_value"].sum(min_count=1)),
    }


def _classes(table: pd.DataFrame, is_new: pd.Series, rule: Assortment) -> pd.Series:
    ranked = table[~is_new & (table["category"] != "")].sort_index()
    by_units = ranked.groupby("category")["units"]
    place = by_units.rank(method="first")  # 1: fewest units; equal ones stand by their number
    parts = by_units.transform("size")
    third = (parts * rule.high_share).round()
    fewest, most = place <= third, place > parts - third
    high_margin = ranked["margin_gap"] >= 0
    stocked = ranked["cover_months"] > rule.slow_cover_months
    has_stock = bool(table["on_hand"].notna().any())
    made = pd.Series(OTHERS, index=ranked.index, dtype=object)
    made[most & high_margin] = STAR
    # No margin known is no margin below the category's.
    made[most & (ranked["margin_gap"] < 0)] = VOLUME
    made[fewest & (stocked if has_stock else True)] = SLOW
    made = made.reindex(table.index, fill_value=OTHERS)
    return made.where(~is_new, NEW)


def _above_zero(amounts: pd.Series) -> pd.Series:
    return amounts.where(amounts > 0)


def _positive(amount: float) -> float:
    return float(amount) if amount > 0 else float("nan")
