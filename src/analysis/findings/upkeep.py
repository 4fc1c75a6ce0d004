"""How data are kept up, in words: what changed after the fact, what is left blank."""

from __future__ import annotations

from functools import partial

import pandas as pd

from analysis import units
from analysis.findings.agreement import counted
from analysis.findings.record import Finding, Values, number
from analysis.params import Run
from analysis.periods import month_label
from analysis.text import named, words


def restated(changes: pd.DataFrame, is_first: bool, run: Run) -> Finding:
    """Say whether closed months have changed since the last snapshot, and by how much.

    Parameters
    ----------
    changes : DataFrame
        As ``analyses.agreement.restatements`` gives it.
    is_first : bool
        Whether there was no earlier snapshot.
    run : Run
        Gives the currency.
    """
    said = partial(Finding, id="quality.restated", exhibit="tbl-quality-restated", notable=False)
    closed = changes[changes["is_closed"]]
    if is_first and changes.empty:
        return said(sentence=words("finding.first"), values={}, units={}, n=0)
    if closed.empty:
        return said(
            sentence=words("finding.restated_none"),
            values={"months": 0.0}, units={"months": "count"}, n=1,
        )  # fmt: skip
    months, net = int(closed["month"].nunique()), float(closed["change"].sum())
    top = closed.iloc[0]
    return said(
        sentence=words(
            "finding.restated",
            months=units.count(months),
            named=words(f"finding.restated_month{'' if months == 1 else 's'}"),
            net=units.money(net, run.currency, signed=True),
            month=month_label(top["month"]),
            source=top["source"],
            change=units.money(top["change"], run.currency, signed=True),
            share=units.percent(top["share"], signed=True, digits=2),
            added=units.count(top["rows_added"]),
            removed=units.count(top["rows_removed"]),
            changed=units.count(top["rows_changed"]),
        ),
        values={"months": float(months), "net": number(net), "largest": number(top["change"]),
                "largest_share": number(top["share"])},
        units={"months": "count", "net": "money", "largest": "money", "largest_share": "rate"},
        n=int(closed[["rows_added", "rows_removed", "rows_changed"]].sum().sum()) or 1,
    )  # fmt: skip


def moving(fields: pd.DataFrame, _run: Run) -> Finding:
    """Say whether a field that may only grow moved backwards for a customer.

    Parameters
    ----------
    fields : DataFrame
        As ``analyses.agreement.moving_fields`` gives it.
    """
    said = partial(Finding, id="quality.moving", exhibit="tbl-quality-moving", notable=False)
    if fields.empty:
        return said(sentence=words("finding.first"), values={}, units={}, n=0)
    top = fields.iloc[0]
    n = int(fields["customers"].max())
    key = "finding.moving" if top["moved_back"] else "finding.moving_none"
    field = named("moving", str(top["field"]))
    return said(
        sentence=words(
            key, customers=units.count(n), field=field, back=units.count(top["moved_back"])
        ),
        values={"customers": float(n), "moved_back": float(top["moved_back"])},
        units={"customers": "count", "moved_back": "count"},
        n=n,
    )


def discipline(owners: pd.DataFrame, _run: Run) -> Finding:
    """Say how many fields of accounts are blank, and whose most.

    Parameters
    ----------
    owners : DataFrame
        As ``analyses.agreement.discipline`` gives it.
    """
    said = partial(
        Finding, id="quality.discipline", exhibit="tbl-quality-discipline", notable=False
    )
    if owners.empty:
        return said(sentence=words("finding.discipline_absent"), values={}, units={}, n=0)
    asked, blank = int(owners["asked"].sum()), int(owners["blank"].sum())
    values: Values = {"asked": float(asked), "blank": float(blank)}
    values["share"] = number(blank / asked if asked else float("nan"))
    said = partial(
        said, values=values, units={"asked": "count", "blank": "count", "share": "rate"},
        n=asked or 1,
    )  # fmt: skip
    if not blank:
        return said(sentence=words("finding.discipline_none"))
    top = owners.iloc[0]
    name = " ".join(part for part in (top["owner_id"], top["name"]) if part)
    return said(
        sentence=words(
            "finding.discipline",
            asked=units.count(asked),
            blank=units.count(blank),
            share=units.percent(blank / asked),
            owner=name or words("quality.nobody"),
            own=units.percent(top["share"]),
            n=units.count(top["blank"]),
            field=top["worst_field"],
        )
    )


def leftovers(left: pd.DataFrame, _run: Run) -> Finding:
    """Say how many words are in no class, and which weighs most.

    Parameters
    ----------
    left : DataFrame
        As ``analyses.agreement.leftovers`` gives it.
    """
    said = partial(Finding, id="quality.leftovers", exhibit="tbl-quality-leftovers", notable=False)
    rows = int(left["rows"].sum()) if len(left) else 0
    values: Values = {"words": float(len(left)), "rows": float(rows)}
    said = partial(said, values=values, units={"words": "count", "rows": "count"}, n=rows or 1)
    if left.empty:
        return said(sentence=words("finding.leftovers_none"))
    top = left.iloc[0]
    return said(
        sentence=words(
            "finding.leftovers",
            words=counted("word", len(left)),
            are=words("noun.is" if len(left) == 1 else "noun.are"),
            rows=counted("record", rows),
            top=top["word"],
            field=words(
                "quality.field_of", table=named("table_name", top["table"]), field=top["column"]
            ),
        )
    )
