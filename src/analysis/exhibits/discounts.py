"""Pictures and tables of discounts beside what others give."""

from __future__ import annotations

from functools import partial

import pandas as pd

from analysis import units
from analysis.exhibits import bars
from analysis.exhibits.record import Absent, absent, nothing
from analysis.exhibits.tables import Column, Table, table
from analysis.measures.catalogue import DIMENSIONS
from analysis.params import Run
from analysis.text import words

OTHERS = "(few)"


def peers_table(peers: pd.DataFrame, run: Run, span: str, lacking: str) -> Table | Absent:
    """Lay out who gives more discount than others on alike deals, most money first."""
    if lacking:
        return absent(lacking)
    if peers.empty:
        return nothing("discounts")
    shown = peers.head(run.settings.rank_rows)
    money = partial(units.money, currency=run.currency)
    shown = shown.assign(
        gap=[
            units.MISSING
            if units.is_missing(row.points_low)
            else f"{units.points(row.points)} {_ends(row.points_low, row.points_high)}"
            for row in shown.itertuples()
        ],
        said=[words(f"discounts.verdict.{one}") for one in shown["verdict"]],
    )
    return table(
        shown,
        {
            "list_value": Column(words("discounts.list_value"), money),
            "rate": Column(words("discounts.rate"), units.percent),
            "peer_rate": Column(words("discounts.peer_rate"), units.percent),
            "excess": Column(words("discounts.excess"), money),
            "gap": Column(words("discounts.points")),
            "customers": Column(words("discounts.customers"), units.count),
            "said": Column(words("discounts.verdict_heading")),
        },
        names=[
            words(
                "discounts.named",
                name=words("discounts.few_others") if row.part == OTHERS else row.name_,
                dimension=DIMENSIONS[row.dimension].label.lower(),
            )
            for row in shown.rename(columns={"name": "name_"}).itertuples()
        ],
        heading=words("discounts.who"),
        note=words("note.discounts", span=span, least=run.settings.discounts.min_customers)
        + bars.more(len(peers) - len(shown)),
    )


def _ends(low: float, high: float) -> str:
    first, last = (
        units.points(end).removesuffix(words("unit.points")).strip() for end in (low, high)
    )
    return f"({first} to {last})"
