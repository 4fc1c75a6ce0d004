"""Do the systems agree: on who a customer is, on what they hold of one, and on the totals?

Each function answers one question with one small table, out of the tables of
``model.schema.TRUST``. Names and customers' numbers are masked here; see ``analyses.personal``.
"""

from __future__ import annotations

from itertools import pairwise

import pandas as pd

from analysis.analyses.personal import masked
from analysis.analyses.trust import TOTAL, Trust, labels, ratio, taken

STATUSES = ["matched", "ambiguous", "unmatched"]
BANDS = [0.5, 0.6, 0.7, 0.8, 0.9, 1.0]
"""Edges of bands of probability in which candidate pairs are counted."""


def linkage(trust: Trust) -> pd.DataFrame:
    """How many customer records each system has, and how they were linked.

    Returns
    -------
    DataFrame
        One row per system by its label, then ``total``; no rows where customers come from one
        system or none, as there is nothing to link. Columns ``records``, ``matched``,
        ``ambiguous``, ``unmatched`` (count; they add up to records), ``decided`` (of which a
        person decided) and ``customers`` (different ones; one who is in two systems counts in
        both, and once in the total).
    """
    links = trust["customer_links"]
    numbers = {
        "records": links.count(),
        **{status: (links.status == status).sum() for status in STATUSES},
        "decided": (links.decided_by == "override").sum(),
        "customers": links.customer_id.nunique(),
    }
    table = taken(links.group_by("source").aggregate(**numbers).order_by("source"))
    if len(table) < 2:
        return pd.DataFrame(columns=[*numbers], dtype=float)
    names = labels(trust)
    table.index = pd.Index([names.get(one, one) for one in table.pop("source")], name="source")
    table.loc[TOTAL] = taken(links.aggregate(**numbers)).iloc[0]
    return table.astype(float).fillna(0).astype(int)  # no record of a status: none


def pair_bands(trust: Trust) -> pd.DataFrame:
    """How many pairs of records a person should decide on, by how likely they are one customer.

    Returns
    -------
    DataFrame
        One row per band, the most likely first, none where there is no pair; columns ``low``,
        ``high`` (probability) and ``pairs`` (count).
    """
    pairs = trust["link_candidates"]
    bands = list(pairwise(BANDS))
    # The first and the last band take what lies beyond them, so that no pair is lost.
    limits = [(low if place else 0.0, high) for place, (low, high) in enumerate(bands)]
    inside = {
        f"band_{place}": (
            (pairs.probability >= low) & ((pairs.probability < high) | (high == BANDS[-1]))
        ).sum()
        for place, (low, high) in enumerate(limits)
    }
    counts = taken(pairs.aggregate(**inside)).astype(float).fillna(0).iloc[0]  # of no pairs: none
    table = pd.DataFrame(bands, columns=["low", "high"]).assign(pairs=counts.to_numpy(int))
    return table.iloc[::-1].reset_index(drop=True) if table["pairs"].sum() else table.iloc[:0]


def pairs(trust: Trust, show_personal: bool, rows: int) -> pd.DataFrame:
    """The pairs of records a person should decide on first: the most likely ones.

    Parameters
    ----------
    trust : mapping
        Tables of trust.
    show_personal : bool
        Whether names and numbers may be read.
    rows : int
        How many at most.

    Returns
    -------
    DataFrame
        One row per pair, with the columns of ``link_candidates``; systems by their labels.
    """
    order = ["source_a", "local_id_a", "source_b", "local_id_b"]
    given = trust["link_candidates"]
    table = taken(given.order_by([given.probability.desc(), *order]).limit(rows))
    names = labels(trust)
    shown = {
        name: [names.get(one, one) for one in table[name]] for name in ("source_a", "source_b")
    }
    texts = {name: table[name].fillna("") for name in ("agree_on", "differ_on")}
    return masked(table.assign(**shown, **texts), show_personal)


def conflicts(trust: Trust) -> pd.DataFrame:
    """On which columns systems disagree, and whose value stays; the most frequent first.

    Returns
    -------
    DataFrame
        One row per ``table``, ``column``, ``winner_source``, ``loser_source`` (labels) and
        ``rule``; column ``conflicts`` (count of records' values that gave way).
    """
    given = trust["conflicts"]
    keys = ["table", "column", "winner_source", "loser_source", "rule"]
    table = taken(given.group_by(keys).aggregate(conflicts=given.count()))
    names = labels(trust)
    shown = {
        name: [names.get(one, one) for one in table[name]]
        for name in ("winner_source", "loser_source")
    }
    table = table.assign(**shown, rule=table["rule"].fillna(""))
    order = ["conflicts", *keys]
    return table.sort_values(order, ascending=[False, *[True] * len(keys)]).reset_index(drop=True)


def control_totals(trust: Trust) -> pd.DataFrame:
    """What one system counted of another's orders, beside what was kept of them, by month.

    Returns
    -------
    DataFrame
        One row per month, in order, and pair of systems. Columns ``month`` (monthly period),
        ``source`` and ``of_source`` (labels), ``revenue_counted``, ``revenue_kept``,
        ``difference`` = counted less kept (money) and ``share`` (difference over counted;
        missing unless that is positive).
    """
    table = taken(trust["reconciliation"])
    names = labels(trust)
    table = table.assign(
        month=pd.PeriodIndex(table["month"], freq="M"),
        source=[names.get(one, one) for one in table["source"]],
        of_source=[names.get(one, one) for one in table["of_source"]],
        share=ratio(table["difference"], table["revenue_counted"]),
    )
    return table.sort_values(["month", "source", "of_source"]).reset_index(drop=True)


def largest_differences(totals: pd.DataFrame, rows: int) -> pd.DataFrame:
    """The months in which two systems' totals differ most, and all months added up.

    Parameters
    ----------
    totals : DataFrame
        As :func:`control_totals` gives it.
    rows : int
        How many months at most.

    Returns
    -------
    DataFrame
        The same columns, the largest difference first; then one row per pair of systems whose
        ``month`` is missing: all its months.
    """
    money = ["revenue_counted", "revenue_kept", "difference"]
    size = totals["difference"].abs()
    top = totals.assign(size=size).sort_values(["size", "month"], ascending=False).head(rows)
    whole = totals.groupby(["source", "of_source"], as_index=False)[money].sum()
    whole = whole.assign(month=pd.NaT, share=ratio(whole["difference"], whole["revenue_counted"]))
    shown = pd.concat([top.drop(columns="size").astype({"month": object}), whole])
    return shown[totals.columns].reset_index(drop=True)
