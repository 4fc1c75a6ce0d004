"""Key figures as cards: value, and direction against last year."""

from __future__ import annotations

from html import escape

import pandas as pd

from analysis import units
from analysis.exhibits.record import MIME, Bundle
from analysis.measures.catalogue import MEASURES
from analysis.params import Run
from analysis.text import escaped, words

SHOWN = ["revenue", "orders", "customers", "average_order_value", "gross_margin_rate"]
Card = tuple[str, str, str, str]
"""Label, value, delta and tone: ``good``, ``bad`` or ``flat``."""


class Cards:
    """Key figures as cards: value, and direction against last year."""

    def __init__(self, cards: list[Card]) -> None:
        self.cards = cards

    def _repr_mimebundle_(self, **_: object) -> Bundle:
        divs = "\n".join(
            f"::: {{.kpi .{tone}}}\n[{escaped(label)}]{{.kpi-label}}\n\n"
            f"[{escaped(value)}]{{.kpi-value}}\n\n[{escaped(delta)}]{{.kpi-delta}}\n:::"
            for label, value, delta, tone in self.cards
        )
        plain = "\n".join(f"{label}: {value} ({delta})" for label, value, delta, _ in self.cards)
        return {
            "text/markdown": f":::: {{.kpi-row}}\n{divs}\n::::\n",
            "text/html": "<ul>"
            + "".join(f"<li>{escape(x)}</li>" for x in plain.split("\n"))
            + "</ul>",
            "text/plain": plain,
            MIME: {"kind": "cards", "alt": plain, "note": ""},
        }


def headline(comparison: pd.DataFrame, run: Run) -> Cards:
    """Show the key figures of ``measures.engine.compare`` as cards; those there are."""
    known = comparison[comparison["current"].notna()]
    return Cards([_card(name, known.loc[name], run) for name in SHOWN if name in known.index])


def _card(name: str, row: pd.Series, run: Run) -> Card:
    measure = MEASURES[name]
    value = units.value(row["current"], measure.unit, run.currency)
    base = "year_before" if pd.notna(row["year_before"]) else "prior"
    change = row[f"change_{base}"]
    if pd.isna(change):
        return measure.label, value, words("card.no_base"), "flat"
    if measure.unit == "rate":
        amount = units.points(abs(change), signed=False)
    else:
        # The sign is the arrow's.
        amount = units.growth(abs(row[f"growth_{base}"]), row[base]).removeprefix("+")
    direction = "flat" if change == 0 else "up" if change > 0 else "down"
    tone = "flat" if direction == "flat" else "good" if direction == measure.good else "bad"
    return (
        measure.label,
        value,
        f"{words(f'card.{direction}')} {amount} {words(f'card.on_{base}')}",
        tone,
    )
