"""Key figures as cards: value, direction, and whether the target is met."""

from __future__ import annotations

from html import escape

import pandas as pd

from analysis import units
from analysis.exhibits.record import MIME, Bundle
from analysis.measures.catalogue import MEASURES
from analysis.params import Run
from analysis.text import escaped, words

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


def board(standing: pd.DataFrame, run: Run, base: str | None) -> Cards:
    """Show the indicators of the firm's profile (``analyses.board.board``) as cards.

    Each with its change on the base, and whether its target is met; no more than the profile says.
    """
    shown = [name for name in run.profile.indicators if name in standing.index]
    return Cards([_card(name, standing.loc[name], run, base) for name in shown])


def _card(name: str, row: pd.Series, run: Run, base: str | None) -> Card:
    measure = MEASURES[name]
    value = units.value(row["current"], measure.unit, run.currency)
    target = ""
    if pd.notna(row["gap_target"]):
        met = (row["gap_target"] >= 0) if measure.good == "up" else (row["gap_target"] <= 0)
        state = words("board.card.met" if met else "board.card.missed")
        written = units.value(row["target"], measure.unit, run.currency)
        target = " · " + words("board.card.target", value=written, state=state)
    if base is None or pd.isna(row["change"]):
        return measure.label, value, words("card.no_base") + target, "flat"
    direction = "flat" if row["change"] == 0 else "up" if row["change"] > 0 else "down"
    if measure.unit == "rate":
        amount = units.points(abs(row["change"]), signed=False)
    else:  # the sign is the arrow's
        amount = units.growth(abs(row["relative"]), row["before"]).removeprefix("+")
    tone = {"better": "good", "worse": "bad"}.get(row["verdict"], "flat")
    delta = f"{words(f'card.{direction}')} {amount} {words(f'card.on_{base}')}{target}"
    return measure.label, value, delta, tone
