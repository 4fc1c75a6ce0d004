"""What is bought together, and what customers lack that their peers buy."""

from __future__ import annotations

from datetime import date
from functools import partial

import pandas as pd

from analysis import units
from analysis.exhibits.bars import more
from analysis.exhibits.record import Absent
from analysis.exhibits.tables import Column, Table, table
from analysis.measures.catalogue import DIMENSIONS
from analysis.params import Run
from analysis.text import words

SHOWN = 6
"""Pairs a reader looks at; the highest of many are the luckiest of many."""


def pairs_table(
    pairs: pd.DataFrame, triples: pd.DataFrame, things: str, run: Run, as_of: date
) -> Table | Absent:
    """Lay out the pairs most above chance, with support, confidence, lift, leverage and n."""
    if pairs.empty:
        return Absent(words("associations.absent.pairs"))
    wanted = run.settings.associations
    shown = pairs.head(SHOWN)
    cells = shown.assign(range=_ranges(shown))
    note = words(
        "associations.note.pairs",
        n=units.count(pairs["n"].iloc[0]),
        months=wanted.months,
        day=units.day(as_of),
        things=DIMENSIONS[things].labels,
        least=wanted.min_baskets,
        left=units.count(len(pairs) - len(shown)),
    )
    return table(
        cells,
        {
            "baskets": Column(words("associations.head.baskets"), units.count),
            "support": Column(words("associations.head.support"), units.percent),
            "confidence": Column(words("associations.head.confidence"), units.percent),
            "lift": Column(words("associations.head.lift"), partial(units.decimal, digits=2)),
            "leverage": Column(words("associations.head.leverage"), units.points),
            "expected": Column(
                words("associations.head.expected"), partial(units.decimal, digits=1)
            ),
            "ratio": Column(words("associations.head.ratio"), partial(units.decimal, digits=2)),
            "range": Column(words("associations.head.range"), str),
        },
        names=_names(shown, things, run),
        heading=words("associations.head.pair"),
        note=note + words("associations.note.triples", n=units.count(len(triples))),
    )


def gaps_table(gaps: pd.DataFrame, run: Run, as_of: date) -> Table | Absent:
    """Lay out what regular customers do not buy that most of their peers do."""
    if gaps.empty:
        return Absent(words("associations.absent.gaps"))
    wanted = run.settings.associations
    shown = gaps.head(run.settings.rank_rows)
    money = partial(units.money, currency=run.currency)
    cells = shown.assign(missing=[run.part("category", str(part)) for part in shown["part"]])
    return table(
        cells,
        {
            "missing": Column(words("associations.head.part")),
            "share": Column(words("associations.head.share"), units.percent),
            "peers": Column(words("associations.head.peers"), units.count),
            "lacking": Column(words("associations.head.lacking"), units.count),
            "each": Column(words("associations.head.each"), money),
            "worth": Column(words("associations.head.worth"), money),
        },
        names=[group_name(str(row.kind), str(row.industry), run) for row in shown.itertuples()],
        heading=words("associations.head.group"),
        note=words(
            "associations.note.gaps",
            orders=wanted.min_orders,
            months=wanted.months,
            day=units.day(as_of),
            share=units.percent(wanted.min_peer_share, digits=0),
        )
        + more(len(gaps) - len(shown)),
    )


def group_name(kind: str, industry: str, run: Run) -> str:
    """What a reader calls customers of one kind and industry."""
    name = run.part("kind", kind)
    return words("associations.group", kind=name, industry=industry) if industry else name


def _names(rows: pd.DataFrame, things: str, run: Run) -> list[str]:
    return [
        words("associations.pair", first=run.part(things, one), second=run.part(things, two))
        for one, two in rows.index
    ]


def _ranges(rows: pd.DataFrame) -> list[str]:
    return [
        words("associations.range", low=units.decimal(a, 2), high=units.decimal(b, 2))
        for a, b in zip(rows["low"], rows["high"], strict=True)
    ]
