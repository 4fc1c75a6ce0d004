"""How systems agree: on customers, on values, on totals; in words."""

from __future__ import annotations

from functools import partial

import pandas as pd

from analysis import units
from analysis.findings.record import Finding, Values, number
from analysis.params import Run
from analysis.periods import month_label
from analysis.text import named, words

TOTAL = "total"
DECISIONS = "data/overrides/customer-links.csv"


def linkage(linked: pd.DataFrame, _run: Run) -> Finding:
    """Say how many customers the records of all systems are.

    Parameters
    ----------
    linked : DataFrame
        As ``analyses.agreement.linkage`` gives it.
    """
    said = partial(Finding, id="quality.linkage", exhibit="tbl-quality-linkage", notable=False)
    if linked.empty:
        return said(sentence=words("finding.linkage_one"), values={}, units={}, n=0)
    whole = linked.loc[TOTAL]
    counts = ("records", "matched", "ambiguous", "unmatched", "decided", "customers")
    share = whole["matched"] / whole["records"]
    return said(
        sentence=words(
            "finding.linkage",
            **{name: units.count(whole[name]) for name in counts},
            systems=units.count(len(linked) - 1),
            share=units.percent(share),
        ),
        values={**{name: float(whole[name]) for name in counts}, "matched_share": number(share)},
        units={**dict.fromkeys(counts, "count"), "matched_share": "rate"},
        n=int(whole["records"]),
    )


def pairs(listed: pd.DataFrame, bands: pd.DataFrame, linked: pd.DataFrame, _run: Run) -> Finding:
    """Say how many pairs of records wait for a person's decision, and where it is written down.

    Parameters
    ----------
    listed, bands, linked : DataFrame
        As ``pairs``, ``pair_bands`` and ``linkage`` of ``analyses.agreement`` give them.
    """
    said = partial(Finding, id="quality.pairs", exhibit="tbl-quality-pairs", notable=False)
    if linked.empty:
        return said(sentence=words("finding.linkage_one"), values={}, units={}, n=0)
    number_of = int(bands["pairs"].sum())
    values: Values = {"pairs": float(number_of)}
    if not number_of:
        none = words("finding.pairs_none")
        return said(sentence=none, values=values, units={"pairs": "count"}, n=1)
    likeliest = float(listed["probability"].max())
    return said(
        sentence=words(
            "finding.pairs",
            pairs=counted("pair", number_of),
            wait=words("noun.waits" if number_of == 1 else "noun.wait"),
            probability=units.percent(likeliest, digits=0),
            file=DECISIONS,
        ),
        values=values | {"likeliest": number(likeliest)},
        units={"pairs": "count", "likeliest": "rate"},
        n=number_of,
    )


def conflicts(found: pd.DataFrame, linked: pd.DataFrame, _run: Run) -> Finding:
    """Say on how many values systems disagree, and on which column most.

    Parameters
    ----------
    found, linked : DataFrame
        As ``conflicts`` and ``linkage`` of ``analyses.agreement`` give them.
    """
    said = partial(Finding, id="quality.conflicts", exhibit="tbl-quality-conflicts", notable=False)
    if found.empty and linked.empty:
        return said(sentence=words("finding.linkage_one"), values={}, units={}, n=0)
    if found.empty:
        none = words("finding.conflicts_none")
        return said(sentence=none, values={"conflicts": 0.0}, units={"conflicts": "count"}, n=1)
    by_field = found.groupby(["table", "column"])["conflicts"].sum().sort_values(ascending=False)
    name, column = by_field.index[0]
    own = found[(found["table"] == name) & (found["column"] == column)]
    winner = own.groupby("winner_source")["conflicts"].sum().idxmax()
    total, top = int(by_field.sum()), int(by_field.iloc[0])
    return said(
        sentence=words(
            "finding.conflicts",
            values=counted("value", total),
            field=words("quality.field_of", table=named("table_name", name), field=column),
            top=units.count(top),
            winner=winner,
        ),
        values={"conflicts": float(total), "top": float(top)},
        units={"conflicts": "count", "top": "count"},
        n=total,
    )


def control(totals: pd.DataFrame, run: Run) -> Finding:
    """Say how far one system's count of another's orders is from what was kept.

    Parameters
    ----------
    totals : DataFrame
        As ``analyses.agreement.control_totals`` gives it.
    run : Run
        Gives the currency.
    """
    said = partial(Finding, id="quality.control", exhibit="tbl-quality-control", notable=False)
    if totals.empty:
        return said(sentence=words("finding.control_none"), values={}, units={}, n=0)
    pairs_of = totals.groupby(["source", "of_source"])["difference"]
    source, of_source = pairs_of.apply(lambda values: values.abs().sum()).idxmax()
    own = totals[(totals["source"] == source) & (totals["of_source"] == of_source)]
    counted, kept = float(own["revenue_counted"].sum()), float(own["revenue_kept"].sum())
    apart = own[own["difference"] != 0]
    share = (counted - kept) / counted if counted > 0 else float("nan")
    values = {"counted": counted, "kept": kept, "difference": counted - kept}
    kept_values: Values = {name: number(value) for name, value in values.items()}
    kept_values |= {"share": number(share), "months": float(len(own)), "apart": float(len(apart))}
    unit = {**dict.fromkeys(values, "money"), "share": "rate", "months": "count", "apart": "count"}
    about = {"source": source, "of_source": of_source, "all": units.count(len(own))}
    said = partial(said, values=kept_values, units=unit, n=len(own))
    if apart.empty:
        return said(sentence=words("finding.control_same", **about))
    furthest = apart.loc[apart["difference"].abs().idxmax()]
    return said(
        sentence=words(
            "finding.control",
            **about,
            counted=units.money(counted, run.currency),
            kept=units.money(kept, run.currency),
            difference=units.money(counted - kept, run.currency, signed=True),
            share=units.percent(share, signed=True, digits=2),
            months=units.count(len(apart)),
            month=month_label(furthest["month"]),
            furthest=units.money(furthest["difference"], run.currency, signed=True),
        )
    )


def counted(noun: str, n: float) -> str:
    """A number of things: ``1 pair of records``, ``12 pairs of records``."""
    return words(f"noun.one_{noun}" if n == 1 else f"noun.n_{noun}s", n=units.count(n))
