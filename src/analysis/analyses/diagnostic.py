"""Why did sales change? Each function answers one question with one table."""

from __future__ import annotations

import pandas as pd

from analysis.errors import ContractError
from analysis.measures.catalogue import REVENUE

BRIDGE = ["before", "volume", "mix", "price", "new", "withdrawn", "now"]
TOTAL = "(total)"
HALF_A_CENT = 0.005


def contribution(parts: pd.DataFrame, base: str | None) -> pd.DataFrame:
    """How much each part added to, or took from, the growth of the whole.

    Parameters
    ----------
    parts : DataFrame
        As ``measures.engine.compare`` gives it for revenue by one dimension.
    base : {"prior", "year_before"} or None
        The period to compare with; ``None`` if there is none.

    Returns
    -------
    DataFrame
        One row per part, indexed by the dimension, largest gain first. Columns ``before``,
        ``now``, ``change`` (money), ``growth`` (of the part itself; missing over nothing) and
        ``contribution`` (``change`` as a share of the whole's ``before``, 0–1). Changes add up to
        the change of the whole, contributions to its growth.

    Examples
    --------
    >>> rows = [["web", "store"], ["revenue"]]
    >>> index = pd.MultiIndex.from_product(rows, names=["channel", "measure"])
    >>> parts = pd.DataFrame({"current": [60.0, 50.0], "prior": [40.0, 60.0]}, index=index)
    >>> contribution(parts, "prior")["contribution"].to_dict()
    {'web': 0.2, 'store': -0.1}
    """
    if base is None or parts.empty or parts[base].isna().all():
        return pd.DataFrame(index=pd.Index([], name=parts.index.names[0]))
    revenue = parts.xs(REVENUE, level="measure")
    table = pd.DataFrame({"before": revenue[base], "now": revenue["current"]})
    table.index = table.index.fillna("")
    change = table["now"] - table["before"]
    whole = table["before"].sum()
    return table.assign(
        change=change,
        growth=change / table["before"].where(table["before"] > 0),
        contribution=change / whole if whole > 0 else float("nan"),
    ).sort_values("change", ascending=False, kind="stable")


def with_total(parts: pd.DataFrame) -> pd.DataFrame:
    """The parts of :func:`contribution` and a last row, ``TOTAL``, that adds them up."""
    if parts.empty:
        return parts
    total = parts.sum().to_frame(TOTAL).T
    total = total.assign(growth=total["contribution"])  # of the whole, they are one
    return pd.concat([parts, total]).rename_axis(parts.index.name)


def effects(bridge: pd.DataFrame) -> pd.DataFrame:
    """A revenue bridge added up.

    Parameters
    ----------
    bridge : DataFrame
        As :func:`revenue_bridge` gives it.

    Returns
    -------
    DataFrame
        One row per column of ``bridge``, in its order. Columns ``amount`` (money), ``share`` (of
        ``before``; missing over nothing) and ``products`` (how many it is half a cent or more of).
        The five effects add up from ``before`` to ``now``.
    """
    amount = bridge.sum()
    before = float(amount["before"])
    return pd.DataFrame(
        {
            "amount": amount,
            "share": amount / before if before > 0 else float("nan"),
            "products": (bridge.abs() >= HALF_A_CENT).sum().astype(float),
        }
    )


def revenue_bridge(prior: pd.DataFrame, current: pd.DataFrame) -> pd.DataFrame:
    """Split the change in revenue into what drove it, product by product.

    Products sold in both periods are split three ways, starting from the prior
    period's prices and mix::

        volume = (Q1 - Q0) * s0 * p0     more or fewer units overall
        mix    = Q1 * (s1 - s0) * p0     a dearer or cheaper assortment
        price  = q1 * (p1 - p0)          more or less charged per unit

    where ``q`` is a product's units, ``Q`` their total over these products,
    ``s = q / Q`` its share and ``p = revenue / q`` its average price. A product
    without sales in one of the periods has no price to compare: its whole
    change is ``new`` or ``withdrawn``. These are kept apart because they tend
    to be large, opposite, and about different decisions.

    Parameters
    ----------
    prior, current : DataFrame
        One row per product, indexed by ``product_id`` (unique), with columns
        ``units`` (count, net of returns) and ``revenue`` (money, net of
        discounts and returns, excluding tax), both tables in one currency.

    Returns
    -------
    DataFrame
        One row per product seen in either period, sorted by ``product_id``.
        Columns ``before``, ``volume``, ``mix``, ``price``, ``new``,
        ``withdrawn`` and ``now``, all money. In every row ``before`` plus the
        five effects is ``now``.

    Raises
    ------
    ContractError
        If a table repeats a product, or lacks its units or revenue.

    Notes
    -----
    The split depends on its base: starting from the current period moves money
    between effects, never the total. Price is measured last and so includes
    the joint effect, as is usual in sales-variance analysis.

    References
    ----------
    Horngren, Datar & Rajan, *Cost Accounting: A Managerial Emphasis*,
    "Sales-variance analysis".

    Examples
    --------
    >>> products = pd.Index(["A", "B"], name="product_id")
    >>> prior = pd.DataFrame({"units": [10, 10], "revenue": [100, 50]}, index=products)
    >>> current = pd.DataFrame({"units": [15, 5], "revenue": [180, 25]}, index=products)
    >>> revenue_bridge(prior, current)[["before", "volume", "mix", "price", "now"]]
                before  volume   mix  price    now
    product_id
    A            100.0     0.0  50.0   30.0  180.0
    B             50.0     0.0 -25.0    0.0   25.0
    """
    _check_product_sales(prior, "prior")
    _check_product_sales(current, "current")

    sales = prior.add_suffix("0").join(current.add_suffix("1"), how="outer")
    sales = sales.fillna(0).astype(float).sort_index()  # absent means not sold
    bridge = pd.DataFrame(0.0, index=sales.index, columns=BRIDGE)
    bridge["before"], bridge["now"] = sales["revenue0"], sales["revenue1"]
    change = bridge["now"] - bridge["before"]

    sold_before, sold_now = sales["units0"] > 0, sales["units1"] > 0
    sold_in_both = sold_before & sold_now
    both = sales[sold_in_both]
    q0, q1 = both["units0"], both["units1"]
    p0, p1 = both["revenue0"] / q0, both["revenue1"] / q1
    s0, s1 = q0 / q0.sum(), q1 / q1.sum()

    bridge.loc[sold_in_both, "volume"] = (q1.sum() - q0.sum()) * s0 * p0
    bridge.loc[sold_in_both, "mix"] = q1.sum() * (s1 - s0) * p0
    bridge.loc[sold_in_both, "price"] = q1 * (p1 - p0)
    bridge.loc[~sold_before, "new"] = change
    bridge.loc[sold_before & ~sold_now, "withdrawn"] = change
    return bridge


def _check_product_sales(table: pd.DataFrame, name: str) -> None:
    repeated = table.index[table.index.duplicated()].unique().tolist()
    if repeated:
        raise ContractError(f"`{name}` must have one row per product_id; repeated: {repeated[:5]}")
    missing = table[["units", "revenue"]].isna().any(axis=1)
    if missing.any():
        raise ContractError(
            f"`{name}` has no units or revenue for {missing.sum()} of {len(table)} "
            f"products, e.g. {table.index[missing][:5].tolist()}"
        )
