"""Why did a number change? A split into causes that always adds up, by one printed convention.

First who bought: customers lost, new and back account for all they bought in one period. Of the
customers that stayed, the range: products withdrawn and launched. Of the products that stayed, all
amounts at one rate of exchange; then units, mix, list price, discount and cost per unit, each
taken in that order from the period before and in the same order back from the period now, and the
two averaged. So the effects add up, and periods the other way round give the same effects with
the other sign. Decision 0011 says why.

Taken from one end alone these are the sales-quantity, sales-mix and selling-price variances of
Horngren, Datar & Rajan, *Cost Accounting: A Managerial Emphasis*, 14th ed., ch. 7 and 14. The mean
of both ends is T. L. Bennet, "The theory of measurement of changes in cost of living", Journal of
the Royal Statistical Society 83 (1920), 455–462; its axioms: W. E. Diewert, "Index number theory
using differences rather than ratios", American Journal of Economics and Sociology 64 (2005).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from analysis.measures.bridge import (
    BACK,
    BEFORE,
    KEPT,
    KEYS,
    LAUNCHED,
    LOST,
    NEW,
    NOW,
    WITHDRAWN,
    customer_products,
)
from analysis.measures.engine import reaches_back
from analysis.model.dataset import Dataset
from analysis.params import Run
from analysis.periods import Period

Rates = Mapping[str, float | Mapping[str, float]]
CUSTOMERS: Final = [LOST, NEW, BACK]
RANGE: Final = [WITHDRAWN, LAUNCHED]
PER_UNIT: Final = ["volume", "mix", "price", "discount", "cost"]
EXCHANGE, UNPRICED = "exchange", "unpriced"
EFFECTS: Final = [*CUSTOMERS, *RANGE, *PER_UNIT, EXCHANGE, UNPRICED]
RETURNS, NET = "returns", "net"
HALF_A_CENT = 0.005


def cells(firm: Dataset, run: Run) -> pd.DataFrame:
    """What the bridges of a run are made of, against the base its changes are explained by.

    Returns
    -------
    DataFrame
        As :func:`analysis.measures.bridge.customer_products`, with ``at_one_rate``: what turns an
        amount into one at the mean of both periods' rates of exchange; 1 in the firm's money. No
        rows without a base.
    """
    base = firm.base_period(run)
    if base is None:
        return pd.DataFrame(columns=[*KEYS, "at_one_rate"])
    rates = {code.strip().upper(): rate for code, rate in run.rates.items()}
    foreign = rates if firm.has("order_lines.currency") else {}
    table = customer_products(
        firm, run.region, base, run.period, run.settings.activity.quiet_months,
        run.settings.bridge.range_months, list(foreign),
    )  # fmt: skip
    return table.assign(at_one_rate=_at_one_rate(table, rates, base, run.period))


def knows_customers(firm: Dataset, run: Run) -> bool:
    """Whether the data begin early enough to know who was a customer in the period before."""
    base = firm.base_period(run)
    months = run.settings.activity.quiet_months
    return base is None or reaches_back(firm, base.last, max(months, base.month_count))


def _at_one_rate(table: pd.DataFrame, rates: Rates, base: Period, now: Period) -> list[float]:
    months = [pd.period_range(p.first, p.last, freq="M").astype(str) for p in (base, now)]
    mean = {
        code: float(np.mean([np.mean([_rate(rate, month) for month in of]) for of in months]))
        for code, rate in rates.items()
        if code in set(table["currency"])
    }
    return [
        mean[code] / _rate(rates[code], f"{month:%Y-%m}") if code in mean else 1.0
        for code, month in zip(table["currency"], table["month"], strict=True)
    ]


def _rate(rate: float | Mapping[str, float], month: str) -> float:
    """The rate of a month; of one that has none, the last there is."""
    return rate.get(month, rate[max(rate)]) if isinstance(rate, Mapping) else rate


def revenue(cells: pd.DataFrame) -> pd.DataFrame:
    """Revenue before, what each cause added to it or took from it, and revenue now.

    Parameters
    ----------
    cells : DataFrame
        As :func:`cells`; without ``at_one_rate``, all in one money.

    Returns
    -------
    DataFrame
        One row per ``customers``, ``range`` and ``product_id`` of `cells`. Columns ``before``,
        those of ``EFFECTS`` and ``now``, all money: ``lost``, ``new``, ``back`` (customers),
        ``withdrawn``, ``launched`` (range), and of products that stayed with customers that
        stayed

        ============ ====================================================================
        ``volume``   more or fewer units, at the mix and money per unit of then and now
        ``mix``      a dearer or cheaper basket, at the units of then and now
        ``price``    list price per unit, at the discount rate of then and now
        ``discount`` share of list price given away
        ``exchange`` rates of other currencies, in which the firm also sells
        ``unpriced`` no price to compare: no units, no article, or a line flagged as unusual
        ============ ====================================================================

        In every row ``before`` plus the effects is ``now``, and so in every sum of rows.

    Examples
    --------
    One product, 10 units at 10.00 before and 20 at 8.00 now: ten units more at the mean price of
    9.00, and 2.00 off at the mean of 15 units.

    >>> rows = [["before", 10.0, 100.0], ["now", 20.0, 160.0]]
    >>> table = pd.DataFrame(rows, columns=["when", "units", "revenue"])
    >>> table = table.assign(customers="kept", range="kept", product_id="A", currency="")
    >>> split = revenue(table.assign(list_value=table["revenue"]))
    >>> split[["before", "volume", "price", "now"]].iloc[0].tolist()
    [100.0, 90.0, -30.0, 160.0]
    """
    return _bridge(cells.assign(spent=0.0), "units", "list_value", "revenue")


def gross_margin(cells: pd.DataFrame) -> pd.DataFrame:
    """Gross margin before, what each cause added or took, and gross margin now.

    Of the lines whose cost is known. As :func:`revenue`, with ``cost`` (per unit; a rise takes)
    filled, and ``volume`` and ``mix`` valued at margin per unit. Lost and new customers, withdrawn
    and launched products count with the margin they brought. No rows where no cost is known.
    """
    if "cost" not in cells or cells["cost"].isna().all():
        return _nothing()
    # A class of lines without any cost has sums of nothing, which is nothing.
    known = cells.fillna(dict.fromkeys(
        ["costed_units", "costed_list_value", "costed_revenue", "cost"], 0.0
    ))  # fmt: skip
    known = known.assign(spent=known["cost"])
    return _bridge(known, "costed_units", "costed_list_value", "costed_revenue")


def _nothing() -> pd.DataFrame:
    keys = pd.MultiIndex.from_arrays([[], [], []], names=["customers", "range", "product_id"])
    return pd.DataFrame(index=keys, columns=[BEFORE, *EFFECTS, NOW], dtype=float)


def _bridge(cells: pd.DataFrame, units: str, listed: str, paid: str) -> pd.DataFrame:
    if cells.empty:
        return _nothing()
    factor = cells.get("at_one_rate", pd.Series(1.0, index=cells.index))
    amounts = pd.DataFrame(
        {
            "amount": cells[paid] - cells["spent"],
            "units": cells[units], "listed": cells[listed] * factor, "paid": cells[paid] * factor,
            "spent": cells["spent"], "moved": cells[paid] * (1 - factor),
        }
    )  # fmt: skip
    keys = [cells[key].fillna("") for key in ("when", "customers", "range", "product_id")]
    sums = amounts.astype(float).groupby(keys).sum()
    at = sums.index.get_level_values("when")
    then, today = sums[at == BEFORE].droplevel("when"), sums[at == NOW].droplevel("when")
    rows = then.index.union(today.index)
    # A class without lines in a period sold nothing then.
    then, today = then.reindex(rows, fill_value=0.0), today.reindex(rows, fill_value=0.0)

    split = pd.DataFrame(0.0, index=rows, columns=[BEFORE, *EFFECTS, NOW])
    split[BEFORE], split[NOW] = then["amount"], today["amount"]
    change = split[NOW] - split[BEFORE]
    of_customers, of_range = rows.get_level_values("customers"), rows.get_level_values("range")
    for name in CUSTOMERS:
        split[name] = np.where(of_customers == name, change, 0.0)
    for name in RANGE:
        split[name] = np.where((of_customers == KEPT) & (of_range == name), change, 0.0)
    stays = (of_customers == KEPT) & (of_range == KEPT)
    split[EXCHANGE] = np.where(stays, today["moved"] - then["moved"], 0.0)
    has_article = rows.get_level_values("product_id") != ""
    priced = stays & has_article & _has_price(then) & _has_price(today)
    split[UNPRICED] = np.where(stays & ~priced, change - split[EXCHANGE], 0.0)
    split.loc[priced, PER_UNIT] = _per_unit(then[priced], today[priced])
    return split


def _has_price(end: pd.DataFrame) -> pd.Series:
    """Whether amounts go with units, so that there is a price, or there are neither."""
    nothing = (end[["listed", "paid", "spent"]] == 0).all(axis=1)
    return (end["units"] > 0) | ((end["units"] == 0) & nothing)


def _per_unit(then: pd.DataFrame, today: pd.DataFrame) -> pd.DataFrame:
    """Volume, mix, price, discount and cost, product by product: the mean of both ends."""
    then, today = _rates(then), _rates(today)
    # What was not sold in a period has the price of the other: no change of price was seen.
    then, today = then.fillna(today).fillna(0.0), today.fillna(then).fillna(0.0)
    return (variances(then, today) - variances(today, then)) / 2


def _rates(end: pd.DataFrame) -> pd.DataFrame:
    """Units, their share, list price, discount rate and cost per unit; missing where none sold."""
    units, total = end["units"], end["units"].sum()
    sold = units.where(units > 0)
    # A surcharge as large as the price leaves no list price: then what was paid is the price.
    listed = end["listed"].where(end["listed"] > 0, end["paid"])
    return pd.DataFrame(
        {
            "units": units,
            "share": units / total if total > 0 else np.nan,
            "price": listed / sold,
            "discount": 1 - end["paid"] / listed.where((listed != 0) & (units > 0)),
            "cost": end["spent"] / sold,
        }
    )


def variances(budget: pd.DataFrame, actual: pd.DataFrame) -> pd.DataFrame:
    """Variances of an actual from a budget, each at the budget's figures but those before it.

    With Q units in all, q of one product, s its share of them, l its list price, r its discount
    rate, c its cost and v = l (1 − r) − c::

        volume   = (Q1 − Q0) s0 v0          price    = q1 (1 − r0) (l1 − l0)
        mix      = (q1 − Q1 s0) v0          discount = −q1 l1 (r1 − r0)
                                            cost     = −q1 (c1 − c0)

    Parameters
    ----------
    budget, actual : DataFrame
        One row per product, both the same, with ``units``, ``share``, ``price``, ``discount``
        (0–1) and ``cost``, nothing missing.

    Returns
    -------
    DataFrame
        One row per product; the five add up to q1 v1 − q0 v0.

    References
    ----------
    Horngren, Datar & Rajan, *Cost Accounting*, 14th ed.: sales-quantity and sales-mix variances
    p. 522, selling-price and flexible-budget variances p. 233.
    """
    value = budget["price"] * (1 - budget["discount"]) - budget["cost"]
    more = (actual["units"].sum() - budget["units"].sum()) * budget["share"]
    sold = actual["units"]
    return pd.DataFrame(
        {
            "volume": more * value,
            "mix": (sold - budget["units"] - more) * value,
            "price": sold * (1 - budget["discount"]) * (actual["price"] - budget["price"]),
            "discount": -sold * actual["price"] * (actual["discount"] - budget["discount"]),
            "cost": -sold * (actual["cost"] - budget["cost"]),
        }
    )


def effects(bridge: pd.DataFrame, cells: pd.DataFrame, of: str = "revenue") -> pd.DataFrame:
    """A bridge added up, and what it would be after returns.

    Parameters
    ----------
    bridge : DataFrame
        As :func:`revenue` or :func:`gross_margin`.
    cells : DataFrame
        What it was made of.
    of : {"revenue", "gross_margin"}
        Which of the two it is; returns are known of revenue alone.

    Returns
    -------
    DataFrame
        One row for ``before``, each effect there can be in these data, and ``now``; of revenue,
        where returns are known, then ``returns`` (what came back, less what had come back at the
        same age of the period before; a rise takes) and ``net``, the change after returns.
        Columns ``amount`` (money), ``share`` (of ``before``; missing unless that is more than
        nothing) and ``count`` (customers of the first three effects, products of the others).
        From ``before`` the effects add up to ``now``.
    """
    amount = bridge.sum()
    count = (bridge.abs() >= HALF_A_CENT).sum().astype(float)
    always = {BEFORE, LOST, NEW, *RANGE, "volume", "mix", "price", NOW}
    shown = [name for name in amount.index if name in always or count[name]]
    amount, count = amount[shown], count[shown]
    for column, by, names in (("customers", "buyers", CUSTOMERS), ("range", "products", RANGE)):
        if by in cells:
            found = cells.groupby(cells[column].fillna(""))[by].sum()
            count.update(found.reindex(names, fill_value=0.0).rename(None))
    before = float(amount[BEFORE])
    table = pd.DataFrame({"amount": amount, "count": count})
    if of == "revenue" and "returned" in cells and cells["returned"].notna().any():
        back = cells.groupby("when")["returned"].sum().reindex([BEFORE, NOW], fill_value=0.0)
        table.loc[RETURNS, "amount"] = back[BEFORE] - back[NOW]
        table.loc[NET, "amount"] = amount[NOW] - before + back[BEFORE] - back[NOW]
    share = table["amount"] / before if before > 0 else float("nan")
    return table.assign(share=share)[["amount", "share", "count"]]
