"""How far revenue rests on few, in words."""

from __future__ import annotations

from functools import partial

import pandas as pd

from analysis import units
from analysis.findings.record import Finding, number
from analysis.params import WHOLE_FIRM, Run
from analysis.periods import Period
from analysis.text import OTHER, words

TOTAL = "(total)"
UNITS = {
    "parts": "count",
    "revenue": "money",
    "top_parts": "count",
    "top_share": "rate",
    "largest_share": "rate",
    "first_share": "rate",
    "half": "count",
    "hhi": "rate",
    "effective": "count",
}
SAME = 0.0005
"""Shares closer than this are printed alike."""


def concentration(concentration: pd.DataFrame, run: Run, window: Period) -> Finding:
    """Say what the largest customers and products bring, and whether it is more than before.

    Parameters
    ----------
    concentration : DataFrame
        As ``analyses.concentration.concentration`` gives it.
    run : Run
        Gives the region and the share that counts as the largest.
    window : Period
        Months the figures are of.
    """
    said = partial(Finding, id="concentration.concentration", exhibit="tbl-concentration")
    values = {
        f"{of}.{name}.{column}": number(row[column])
        for (of, name), row in concentration.iterrows()
        for column in UNITS
    }
    units_of = {
        f"{of}.{name}.{column}": unit
        for of, name in concentration.index
        for column, unit in UNITS.items()
    }
    span = window.label
    if ("customer", "now") not in concentration.index or not (
        concentration.loc[("customer", "now"), "parts"] > 0
    ):
        sentence = words("finding.few_none", window=span)
        return said(sentence=sentence, values=values, units=units_of, n=0, notable=False)
    row = concentration.loc[("customer", "now")]
    top = units.percent(run.settings.concentration.top_share, digits=0)
    half = int(row["half"])
    kind = "_all" if run.region == WHOLE_FIRM else ""
    sentence = words(
        f"finding.few{kind}",
        window=span,
        top=top,
        region=run.region_label,
        n=units.count(row["top_parts"]),
        parts=units.count(row["parts"]),
        share=units.percent(row["top_share"]),
        change=_change(concentration),
        products=_products(concentration, top),
        half=words(f"finding.few_half.{'one' if half == 1 else 'more'}", n=half),
    )
    return said(
        sentence=sentence,
        values=values,
        units=units_of,
        n=int(row["parts"]),
        notable=False,  # how a firm is built, not its news
    )


def dependency(customers: pd.DataFrame, run: Run, window: Period) -> Finding:
    """Say what the largest customer means in money, and what losing it would cost.

    Parameters
    ----------
    customers : DataFrame
        As ``analyses.concentration.largest_customers`` gives it.
    run : Run
        Gives the share of revenue from which a customer is a dependency.
    window : Period
        Months the figures are of.
    """
    said = partial(Finding, id="concentration.dependency", exhibit="tbl-concentration-largest")
    listed = customers[~customers.index.isin([OTHER, TOTAL])]
    if listed.empty or not customers.loc[TOTAL, "revenue"] > 0:
        sentence = words("finding.few_none", window=window.label)
        return said(sentence=sentence, values={}, units={}, n=0, notable=False)
    first = listed.iloc[0]
    margin = first["gross_margin"]
    money = partial(units.money, currency=run.currency)
    called = str(listed.index[0])
    name = called if pd.isna(first["name"]) else f"{first['name']} ({called})"
    sentence = words(
        "finding.dependency" if len(listed) > 1 else "finding.dependency_one",
        name=name,
        revenue=money(first["revenue"]),
        window=window.label,
        share=units.percent(first["share"]),
        growth=_growth(first),
        margin=_margin(first, run),
        n=len(listed),
        together=units.percent(listed["share"].sum()),
    )
    columns = {"revenue": "money", "share": "rate", "gross_margin": "money", "growth": "rate"}
    values = {f"1.{column}": number(first[column]) for column in columns}
    share = float(first["share"])
    at_risk = margin if margin > 0 else first["revenue"]
    return said(
        sentence=sentence,
        values=values | {"together.share": number(listed["share"].sum())},
        units={f"1.{column}": unit for column, unit in columns.items()}
        | {"together.share": "rate"},
        n=int(first["orders"]),
        notable=share >= run.settings.concentration.dependency_share,
        at_stake=run.per_period(float(at_risk), window.month_count),
        subject=f"customer:{called}",
    )


def _change(concentration: pd.DataFrame) -> str:
    if ("customer", "before") not in concentration.index:
        return ""
    shares = concentration["top_share"]
    change = shares["customer", "now"] - shares["customer", "before"]
    if pd.isna(change):
        return ""
    if abs(change) < SAME:
        return words("finding.few_same")
    return words(
        "finding.few_change",
        points=units.points(abs(change), signed=False),
        direction=words(f"finding.few_{'more' if change > 0 else 'less'}"),
    )


def _products(concentration: pd.DataFrame, top: str) -> str:
    if ("product", "now") not in concentration.index:
        return ""
    row = concentration.loc[("product", "now")]
    return words(
        "finding.few_products",
        top=top,
        n=units.count(row["top_parts"]),
        parts=units.count(row["parts"]),
        share=units.percent(row["top_share"]),
    )


def _margin(first: pd.Series, run: Run) -> str:
    margin = first["gross_margin"]
    if pd.isna(margin) or margin == 0:
        return ""
    if margin < 0:
        return words("finding.dependency_loss", margin=units.money(-margin, run.currency))
    return words(
        "finding.dependency_margin",
        margin=units.money(margin, run.currency),
        margin_share=units.percent(first["margin_share"]),
    )


def _growth(first: pd.Series) -> str:
    if pd.isna(first["before"]):
        return ""
    if first["before"] == 0:
        return words("finding.dependency_new")
    growth = units.growth(first["growth"], first["before"])
    return words("finding.dependency_growth", growth=growth)
