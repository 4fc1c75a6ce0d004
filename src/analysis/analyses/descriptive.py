"""What happened? Each function answers one question with one table."""

from __future__ import annotations

import pandas as pd

from analysis.measures.catalogue import (
    AVERAGE_ORDER_VALUE,
    CUSTOMERS,
    DISCOUNT_RATE,
    GROSS_MARGIN,
    GROSS_MARGIN_RATE,
    NET_MARGIN,
    NET_MARGIN_RATE,
    NEW_CUSTOMERS,
    ORDERS,
    RETURNED_ORDERS,
    RETURNED_REVENUE,
    REVENUE,
    UNITS,
)
from analysis.text import OTHER

HEADLINE = [
    REVENUE, ORDERS, CUSTOMERS, NEW_CUSTOMERS, UNITS, AVERAGE_ORDER_VALUE, GROSS_MARGIN,
    GROSS_MARGIN_RATE, NET_MARGIN, NET_MARGIN_RATE, DISCOUNT_RATE, RETURNED_ORDERS,
    RETURNED_REVENUE,
]  # fmt: skip
RANKED = [REVENUE, ORDERS, CUSTOMERS, GROSS_MARGIN, GROSS_MARGIN_RATE]


def trend(monthly: pd.DataFrame, months: int) -> pd.DataFrame:
    """Revenue month by month, beside the same month a year before.

    Parameters
    ----------
    monthly : DataFrame
        One row per month (PeriodIndex without gaps), column ``revenue`` (money).
    months : int
        How many months to show, to the last.

    Returns
    -------
    DataFrame
        One row per month, columns ``revenue``, ``year_before`` (money; missing before the data
        begin) and ``growth`` (``revenue / year_before - 1``; missing over nothing).

    Examples
    --------
    >>> months = pd.period_range("2025-01", "2026-02", freq="M")
    >>> table = trend(pd.DataFrame({"revenue": range(100, 114)}, index=months), months=2)
    >>> table["growth"].round(4).tolist()
    [0.12, 0.1188]
    """
    revenue = monthly[REVENUE]
    before = revenue.shift(12)
    table = pd.DataFrame({"revenue": revenue, "year_before": before})
    return table.assign(growth=revenue / before.where(before > 0) - 1).tail(months)


def by_year(monthly: pd.DataFrame) -> pd.DataFrame:
    """Revenue of each calendar year.

    Parameters
    ----------
    monthly : DataFrame
        One row per month (PeriodIndex without gaps), column ``revenue`` (money).

    Returns
    -------
    DataFrame
        One row per ``year`` (index), columns ``revenue`` (money), ``months`` (count, 12 for a
        whole year) and ``growth`` (on the year before; missing unless both years are whole).
    """
    years = pd.PeriodIndex(monthly.index).year.rename("year")
    table = monthly[REVENUE].groupby(years).agg(revenue="sum", months="size")
    whole = table["revenue"].where(table["months"] == 12)
    before = whole.shift(1)
    return table.assign(growth=whole / before.where(before > 0) - 1)


def ranking(parts: pd.DataFrame) -> pd.DataFrame:
    """Parts of a whole by revenue, largest first.

    Parameters
    ----------
    parts : DataFrame
        As ``measures.engine.compare`` gives it by one dimension, with the measures ``RANKED``.

    Returns
    -------
    DataFrame
        One row per part, indexed by the dimension. Columns ``revenue``, ``share`` (of the whole,
        0–1), ``revenue_<base>``, ``change_<base>`` (money) and ``growth_<base>`` for the bases
        ``prior`` and ``year_before``, ``orders``, ``customers``, ``gross_margin``,
        ``gross_margin_rate`` (0–1). Shares add up to one.
    """
    if parts.empty:
        return pd.DataFrame(index=pd.Index([], name=parts.index.names[0]))
    current = parts["current"].unstack("measure")
    revenue = parts.xs(REVENUE, level="measure")
    table = current.assign(
        share=current[REVENUE] / current[REVENUE].sum(),
        revenue_prior=revenue["prior"],
        revenue_year_before=revenue["year_before"],
    )
    return _grown(table).sort_values(REVENUE, ascending=False, kind="stable")


def top(ranked: pd.DataFrame, rows: int) -> pd.DataFrame:
    """The first parts of a ranking; where there are more, a last row adds up the others.

    Parameters
    ----------
    ranked : DataFrame
        As :func:`ranking` gives it.
    rows : int
        Rows to show.

    Returns
    -------
    DataFrame
        At most ``rows`` rows. In the last, ``text.OTHER``, customers and orders are missing, as
        they do not add up.
    """
    if len(ranked) <= rows:
        return ranked
    kept, rest = ranked.iloc[: rows - 1], ranked.iloc[rows - 1 :]
    added = rest.sum(min_count=1)
    added[[ORDERS, CUSTOMERS]] = float("nan")
    cost_known = rest[GROSS_MARGIN].notna()
    added[GROSS_MARGIN_RATE] = added[GROSS_MARGIN] / rest.loc[cost_known, REVENUE].sum()
    others = _grown(added.to_frame(OTHER).T)
    return pd.concat([kept, others]).rename_axis(index=ranked.index.name, columns=None)


def _grown(table: pd.DataFrame) -> pd.DataFrame:
    """With the change of revenue on each base, and its growth on a positive one."""
    for base in ("prior", "year_before"):
        before = table[f"revenue_{base}"]
        change = table[REVENUE] - before
        growth = change / before.where(before > 0)
        table = table.assign(**{f"change_{base}": change, f"growth_{base}": growth})
    return table.rename_axis(columns=None)
