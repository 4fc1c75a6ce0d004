"""Verdicts on the causes of a change, with the evidence they rest on."""

from __future__ import annotations

from functools import partial
from typing import Any

import pandas as pd

from analysis import units
from analysis.exhibits.record import Absent, nothing, nothing_to_compare
from analysis.exhibits.tables import Column, Table, Write, table
from analysis.params import WHOLE_FIRM, Run
from analysis.questions import Questions
from analysis.text import words

FOR, AGAINST, MISSING = "for", "against", "missing"
COUNTED = ("service",)
"""Causes whose range is that of a rate, not of money: none is shown."""
AT_WORK = ("supported", "partly", "opposed")
FORMS = {
    ("supply", "out"): "cp", ("supply", "lost"): "cc", ("supply", "sits"): "p",
    ("competitor", "stock"): "c", ("price", "elasticity"): "dd", ("promotion", "days"): "cc",
    ("promotion", "share"): "pp", ("service", "slow"): "cc", ("service", "lift"): "d",
    ("service", "fewer"): "cc", ("season", "days"): "cc", ("market", "share"): "pp",
}  # fmt: skip
"""How the two numbers of a check are written: count, decimal, plain or signed percentage."""

WRITE: dict[str, Write] = {
    "c": units.count, "d": partial(units.decimal, digits=1), "p": units.percent,
    "s": partial(units.percent, signed=True),
}  # fmt: skip


def board(account: pd.DataFrame, judged: pd.DataFrame, run: Run) -> Table | Absent:
    """Lay out every change asked about with its most likely cause, and what is left.

    Parameters
    ----------
    account : DataFrame
        As ``analyses.verdicts.account`` gives it.
    judged : DataFrame
        As ``analyses.verdicts.verdicts`` gives it.
    run : Run
        Gives currency and what regions are called.
    """
    if account.empty:
        return nothing_to_compare()
    shown = account.assign(
        growth=account["change"] / account["before"].where(account["before"] > 0),
        cause=[_causes(judged, row.region, row.category) for row in account.itertuples()],
    )
    money = partial(units.money_in_full, currency=run.currency)
    return table(
        shown,
        {
            "change": Column(words("verdicts.change"), money),
            "growth": Column(words("verdicts.growth"), partial(units.percent, signed=True)),
            "cause": Column(words("verdicts.cause")),
            "effect": Column(words("verdicts.worked"), money),
            "rest": Column(words("verdicts.rest"), money),
        },
        names=[cell(row.region, row.category, run) for row in account.itertuples()],
        heading=words("verdicts.cell"),
        note=words("note.verdicts_board"),
    )


def verdict_table(
    account: pd.DataFrame, judged: pd.DataFrame, checks: pd.DataFrame, run: Run, asked: Questions
) -> Table | Absent:
    """Lay out the verdict on every question about the main change, with its key evidence."""
    if account.empty:
        return nothing_to_compare()
    rows = _main(account, judged)
    evidence = _main(account, checks)
    shown = rows.assign(
        word=[words(f"verdicts.word.{verdict}") for verdict in rows["verdict"]],
        did=[
            units.money(row.effect, run.currency, signed=True)
            if row.verdict in AT_WORK else units.MISSING
            for row in rows.itertuples()
        ],
        range=[
            " … ".join(units.money(end, run.currency, signed=True) for end in (row.low, row.high))
            if row.verdict in AT_WORK and row.low != row.high and row.question not in COUNTED
            else units.MISSING
            for row in rows.itertuples()
        ],
        of=[
            units.percent(row.share, digits=0)
            if row.verdict in ("supported", "partly") else units.MISSING
            for row in rows.itertuples()
        ],
        evidence=[
            _key(row, evidence[evidence["question"] == row.question]) for row in rows.itertuples()
        ],
    )  # fmt: skip
    return table(
        shown,
        {
            "word": Column(words("verdicts.verdict")),
            "did": Column(words("verdicts.effect"), str),
            "range": Column(words("verdicts.range"), str),
            "of": Column(words("verdicts.share"), str),
            "evidence": Column(words("verdicts.evidence")),
        },
        names=[words(f"verdicts.ask.{name}") for name in rows["question"]],
        heading=words("verdicts.question"),
        note=words("note.verdicts", least=units.percent(asked.supported_share, digits=0)),
    )


def evidence_table(account: pd.DataFrame, checks: pd.DataFrame, run: Run) -> Table | Absent:
    """Lay out the checks of the question that explains the main change best, and of a competitor.

    With no cause at work, those of supply and competitor: what a board asks first.
    """
    if account.empty:
        return nothing_to_compare()
    chosen = account.loc[account["is_main"], "cause"].iloc[0]
    asked = list(dict.fromkeys([chosen or "supply", "supply", "competitor"]))[:2]
    rows = _main(account, checks)
    rows = rows[rows["question"].isin(asked)]
    order = rows["question"].map({name: place for place, name in enumerate(asked)})
    rows = rows.assign(order=order).sort_values("order", kind="stable")
    rows = rows.head(run.settings.rank_rows)
    if rows.empty:
        return nothing("verdicts_evidence")
    shown = rows.assign(
        ask=[words(f"verdicts.short.{name}") for name in rows["question"]],
        found=[found(row) for row in rows.itertuples()],
        speaks=[words(f"verdicts.spoken.{says}") for says in rows["says"]],
    )
    return table(
        shown,
        {
            "ask": Column(words("verdicts.question")),
            "found": Column(words("verdicts.found")),
            "speaks": Column(words("verdicts.speaks")),
        },
        names=[
            words(f"verdicts.check_of.{row.question}.{row.check}.name") for row in rows.itertuples()
        ],
        heading=words("verdicts.check"),
        totals=[place for place, decisive in enumerate(rows["decisive"]) if decisive],
        note=words("note.verdicts_evidence"),
    )


def found(check: Any) -> str:
    """What was found, as a cell of a table."""
    question, name = check.question, check.check
    says, told = check.says, check.told
    if says == MISSING:
        return words("verdicts.missing")
    form = FORMS.get((question, name), "ss")
    value, other = (
        WRITE[kind](number)
        for kind, number in zip(
            (form + "ss")[:2], (check.value, check.other), strict=True
        )
    )  # fmt: skip
    told = told or words("verdicts.none")
    return words(f"verdicts.check_of.{question}.{name}.found", value=value, other=other, told=told)


def cell(region: str, category: str, run: Run) -> str:
    """What a reader calls a change that is asked about."""
    there = run.part("region", region)
    if region == WHOLE_FIRM:
        return category or words("verdicts.firm")
    if not category:
        return words("verdicts.whole", region=there)
    return words("verdicts.of", category=category, region=there)


def _main(account: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    main = account[account["is_main"]].iloc[0]
    return rows[(rows["region"] == main["region"]) & (rows["category"] == main["category"])]


def _causes(judged: pd.DataFrame, region: str, category: str) -> str:
    """What moved sales the way they moved, the largest first."""
    rows = judged[(judged["region"] == region) & (judged["category"] == category)]
    rows = rows[rows["counted"].abs() > 0]
    rows = rows.assign(size=rows["counted"].abs()).sort_values("size", ascending=False)
    names = [words(f"verdicts.short.{name}") for name in rows["question"]]
    if not names:
        return words("verdicts.none")
    first, *rest = names
    for name in rest:
        first = words("verdicts.and", one=first, other=name[0].lower() + name[1:])
    return first


def _key(row: Any, checks: pd.DataFrame) -> str:
    """The check a verdict hangs on: what speaks against it, what is not known, or what proves."""
    needs, verdict = row.needs, row.verdict
    if needs:
        return words("verdicts.needs", needs=needs)
    if checks.empty:
        return words("verdicts.nothing")
    decisive = checks[checks["decisive"].astype(bool)]
    wanted = decisive
    if verdict == "contradicted" and (decisive["says"] == AGAINST).any():
        wanted = decisive[decisive["says"] == AGAINST]
    elif verdict == "unknown" and (decisive["says"] != FOR).any():
        wanted = decisive[decisive["says"] != FOR]
    rows = list((wanted if len(wanted) else checks).itertuples())
    return found(rows[-1] if verdict in AT_WORK and row.question != "price" else rows[0])
