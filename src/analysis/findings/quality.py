"""What the tables of data quality say, in words: the verdict, the delivery, what is complete.

The sentences of the chapter's other sections are in ``findings.cleaning``,
``findings.agreement`` and ``findings.upkeep``, and can be had here. None of them is for the front
page's list: the line at its top, which is :func:`trust`, speaks for all.
"""

from __future__ import annotations

from functools import partial

import pandas as pd

from analysis import units
from analysis.findings.agreement import conflicts, control, linkage, pairs
from analysis.findings.cleaning import accounts, cleaning, faults, headline
from analysis.findings.record import Finding, Values, number
from analysis.findings.upkeep import discipline, leftovers, moving, restated
from analysis.params import Run
from analysis.text import named, words

__all__ = [
    "accounts", "cleaning", "conflicts", "control", "coverage", "discipline", "faults", "headline",
    "leftovers", "linkage", "moving", "pairs", "restated", "sources", "trust",
]  # fmt: skip

TRUSTED, DOUBTS, NOT_TRUSTED, UNJUDGED = "trusted", "doubts", "not_trusted", "unjudged"
NAMED = 2
"""Missed gates the line on the front page names; the chapter has them all."""


def verdict(asked: pd.DataFrame) -> str:
    """The word on the data: ``trusted``, ``doubts``, ``not_trusted``, or ``unjudged`` by any gate.

    Parameters
    ----------
    asked : DataFrame
        As ``analyses.quality.gates`` gives it. A missed gate of level ``fail`` takes trust away,
        one of level ``warn`` casts a doubt, a ``note`` does neither.
    """
    if asked.empty:
        return UNJUDGED
    missed = set(asked.loc[~asked["is_met"], "level"])
    return NOT_TRUSTED if "fail" in missed else DOUBTS if "warn" in missed else TRUSTED


def trust(told: pd.Series, asked: pd.DataFrame, run: Run) -> Finding:
    """Say in one line whether the data can be trusted: the line at the top of the front page.

    Parameters
    ----------
    told : Series
        As ``analyses.quality.summary`` gives it.
    asked : DataFrame
        As ``analyses.quality.gates`` gives it.
    run : Run
        Gives the currency.
    """
    worth = float(told["revenue_rejected"])
    share = worth / told["revenue_read"] if told["revenue_read"] else float("nan")
    read = int(told["rows_read"])
    own = read - int(told["rows_merged"])  # a repeat of a record that stays is not another one
    kept = told["rows_kept"] / own if own else float("nan")
    counts = ("systems", "delivered", "late", "rows_read", "rows_kept", "rows_merged",
              "rows_rejected", "repaired", "flagged")  # fmt: skip
    values: Values = {name: number(float(told[name])) for name in counts}
    values |= {"kept_share": number(kept), "revenue_read": number(told["revenue_read"])}
    values |= {"revenue_rejected": number(worth), "rejected_share": number(share)}
    missed = asked[~asked["is_met"]]
    levels: Values = {f"missed_{one}": float((missed["level"] == one).sum()) for one in LEVELS}
    return Finding(
        id="quality.trust",
        exhibit="tbl-quality-gates",
        sentence=words(
            "finding.trust",
            verdict=words(f"trust.{verdict(asked)}"),
            delivered=units.count(told["delivered"]),
            systems=units.count(told["systems"]),
            newest=_newest(told["newest_record_at"]),
            kept=units.percent(kept),
            own=units.count(own),
            merged=words("finding.trust_merged", n=units.count(told["rows_merged"]))
            if told["rows_merged"]
            else words("finding.trust_unmerged"),
            repaired=units.count(told["repaired"]),
            rejected=units.count(told["rows_rejected"]),
            worth=words(
                "finding.trust_worth",
                money=units.money(worth, run.currency),
                share=units.percent(share),
            )
            if worth
            else "",
            gates=_missed(asked),
        ),
        values=values | levels,
        units={**dict.fromkeys([*counts, *levels], "count"), "kept_share": "rate",
               "revenue_read": "money", "revenue_rejected": "money", "rejected_share": "rate"},
        n=read,
        notable=False,  # it stands at the top of the front page in any case
        caveats=(words("caveat.personal"),) if run.settings.show_personal else (),
    )  # fmt: skip


def sources(systems: pd.DataFrame, _run: Run) -> Finding:
    """Say which systems delivered, and which are late or missing.

    Parameters
    ----------
    systems : DataFrame
        As ``analyses.quality.sources`` gives it.
    """
    late = systems.loc[systems["is_delivered"] & systems["is_late"], "label"].tolist()
    missing = systems.loc[~systems["is_delivered"], "label"].tolist()
    said = partial(
        Finding, id="quality.sources", exhibit="tbl-quality-sources", n=len(systems), notable=False,
        values={"systems": float(len(systems)), "delivered": float(len(systems) - len(missing)),
                "late": float(len(late))},
        units={"systems": "count", "delivered": "count", "late": "count"},
    )  # fmt: skip
    if len(systems) == 1 and not missing and not late:
        only = systems.iloc[0]
        owner = only["owner"] or ""
        key = "finding.sources_one" if owner else "finding.sources_one_unowned"
        return said(sentence=words(key, label=only["label"], owner=owner))
    if not late and not missing:
        return said(sentence=words("finding.sources_in_time", systems=units.count(len(systems))))
    late_key = "finding.sources_late" if len(late) == 1 else "finding.sources_late_n"
    return said(
        sentence=words(
            "finding.sources",
            delivered=units.count(len(systems) - len(missing)),
            systems=units.count(len(systems)),
            late=words(late_key, named=", ".join(late)) if late else "",
            missing=words("finding.sources_missing", named=", ".join(missing)) if missing else "",
        )
    )


def coverage(covered: pd.DataFrame, run: Run) -> Finding:
    """Say how complete the data are, and which part is the weakest.

    Parameters
    ----------
    covered : DataFrame
        As ``analyses.quality.coverage`` gives it.
    run : Run
        Gives the names of regions.
    """
    said = partial(Finding, id="quality.coverage", exhibit="tbl-quality-coverage", notable=False)
    if covered.empty:
        none = words("finding.coverage_none")
        return said(sentence=none, values={}, units={}, n=0)
    overall = covered[covered["scope"] == "overall"]
    whole = overall.iloc[0] if len(overall) else covered[["numerator", "denominator"]].sum()
    good, out_of = float(whole["numerator"]), float(whole["denominator"])
    value = good / out_of if out_of else float("nan")
    parts = covered[covered["scope"] != "overall"]
    asked = float(covered["asked"].max())
    judged = covered[covered["asked"].notna()]
    below = int((judged["value"] < judged["asked"]).sum())
    worst = float(parts["value"].min()) if len(parts) else float("nan")
    told = {"value": units.percent(value, digits=2), "good": units.count(good)}
    told |= {"all": units.count(out_of), "parts": units.count(len(parts))}
    key = "coverage" if pd.notna(asked) else "coverage_no_gate"
    if len(parts):
        weakest = parts.loc[parts["value"].idxmin()]
        name = words(
            f"covered.{weakest['scope']}",
            table=named("table_name", weakest["table"]),
            part=run.part(weakest["scope"], weakest["part"]),
        )
        told |= {"worst": name, "share": units.percent(worst)}
    return said(
        sentence=words(
            f"finding.{key if len(parts) else 'coverage_all'}",
            **told,
            below=words("finding.coverage_none_below")
            if not below
            else words("finding.coverage_below", n=units.count(below)),
            judged=units.count(len(judged)),
            asked=units.percent(asked, digits=0),
        ),
        values={"good": good, "all": out_of, "coverage": number(value), "weakest": number(worst),
                "below": float(below), "judged": float(len(judged)), "parts": float(len(parts)),
                "asked": number(asked)},
        units={"good": "count", "all": "count", "coverage": "rate", "weakest": "rate",
               "below": "count", "judged": "count", "parts": "count", "asked": "rate"},
        n=int(out_of),
    )  # fmt: skip


LEVELS = ("fail", "warn", "note")


def _newest(moment: pd.Timestamp) -> str:
    return "" if pd.isna(moment) else words("finding.trust_newest", day=units.day(moment))


def _missed(asked: pd.DataFrame) -> str:
    """Which gates of weight are missed, each with its worst part."""
    if asked.empty:
        return words("finding.trust_no_gates")
    missed = asked[~asked["is_met"] & (asked["level"] != "note")]
    if missed.empty:
        return words("finding.trust_gates_met")
    gates = [_gate(str(gate), rows) for gate, rows in missed.groupby("gate", sort=False)]
    text = "; ".join(gates[:NAMED])
    if len(gates) > NAMED:
        text = words("finding.trust_more", named=text, n=units.count(len(gates) - NAMED))
    key = "finding.trust_gate_missed" if len(gates) == 1 else "finding.trust_gates_missed"
    return words(key, n=units.count(len(gates)), named=text)


def _gate(gate: str, rows: pd.DataFrame) -> str:
    """A missed gate with its worst figure; of what it is the worst, the chapter says."""
    label = named("gate_label", gate)
    return words(
        "finding.trust_gate" if len(rows) == 1 else "finding.trust_gate_parts",
        gate=label[:1].lower() + label[1:],
        value=units.percent(rows["value"].iloc[0]),
        n=units.count(len(rows)),
    )
