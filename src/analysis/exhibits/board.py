"""The indicators a firm steers by, what they are held against, and where a target was missed."""

from __future__ import annotations

from functools import partial

import pandas as pd

from analysis import units
from analysis.exhibits import theme
from analysis.exhibits.bars import bars, in_words, more
from analysis.exhibits.marks import names_of
from analysis.exhibits.record import Absent, Figure, nothing
from analysis.exhibits.tables import Column, Table, table
from analysis.measures.catalogue import DIMENSIONS, MEASURES
from analysis.params import Run
from analysis.text import words


def board(shown: pd.DataFrame, run: Run, base: str | None) -> Table:
    """Lay out the indicators (``analyses.board.board``), the weightiest dimension first."""
    written = pd.DataFrame(
        {
            column: [_written(column, str(name), row, run) for name, row in shown.iterrows()]
            for column in ("current", "before", "change", "target", "benchmark", "n")
        }
    )
    written["weight"] = [units.percent(weight) for weight in shown["weight"]]
    written["verdict"] = [words(f"board.{verdict}") for verdict in shown["verdict"]]
    headings = {
        "weight": words("board.weight"),
        "current": run.period.label,
        "before": run.base_period(base).label if base else "",
        "change": words("board.change"),
        "target": words("board.target"),
        "benchmark": words("board.benchmark"),
        "n": words("board.n"),
        "verdict": words("board.verdict"),
    }
    empty = [name for name in ("before", "change", "target", "benchmark", "n")
             if (written[name] == units.MISSING).all()]  # fmt: skip
    return table(
        written,
        {name: Column(heading, None if name == "verdict" else str)
         for name, heading in headings.items() if name not in empty},
        names=[MEASURES[str(name)].label for name in shown.index],
        heading=words("board.heading"),
        note=words(
            "note.board", profile=run.settings.profile, few=run.settings.board.min_n,
            notable=units.percent(run.settings.notable_share),
            points=units.points(
                run.settings.notable_share * run.settings.board.rate_share, signed=False
            ),
        ),
    )  # fmt: skip


def missed(shortfalls: pd.DataFrame, run: Run) -> Table | Absent:
    """Lay out the targets and benchmarks that are missed, most money at stake first."""
    if shortfalls.empty:
        return nothing("board_missed")
    shown = shortfalls.head(run.settings.rank_rows)
    keys = [(str(name), str(against)) for name, against in shown.index]
    written = pd.DataFrame(
        {
            "against": [words(f"board.against.{against}") for _, against in keys],
            "current": _in_units(shown["current"], keys, run),
            "held": _in_units(shown["held"], keys, run),
            "gap": [gap_of(name, gap, run)
                    for (name, _), gap in zip(keys, shown["gap"], strict=True)],
            "stake": [units.money(stake, run.currency) for stake in shown["stake"]],
        }
    )  # fmt: skip
    headings = ("against", "current", "held", "gap", "stake")
    named = {**{name: words(f"board.{name}") for name in ("held", "gap", "stake")},
             "against": words("board.held"), "current": run.period.label,
             "held": words("board.value")}  # fmt: skip
    sources = sorted({one.source for one in run.held_against})
    return table(
        written,
        {name: Column(named[name], None if name == "against" else str) for name in headings},
        names=[MEASURES[name].label for name, _ in keys],
        heading=words("board.heading"),
        note=words("note.board_missed", data=run.data, sources="; ".join(sources))
        + more(len(shortfalls) - len(shown)),
    )


def where(parts: pd.DataFrame, run: Run) -> Figure | Absent:
    """Draw how far each part fell short of the worst missed target, or beat it."""
    if parts.empty:
        return nothing("board_where")
    shown = parts.head(run.settings.rank_rows)
    labels = [_amount(name_of(parts), value, run) for value in shown["shortfall"]]
    names = names_of(shown.index, run)
    colours = [theme.LOSS if value > 0 else theme.GAIN for value in shown["shortfall"]]
    figure, _ = bars(shown["shortfall"].tolist(), names, labels, colours)
    return Figure(figure, alt=words("alt.board_where", said=in_words(names, labels)))


def where_table(parts: pd.DataFrame, run: Run) -> Table | Absent:
    """Lay out value, target and shortfall of each part; the shortfalls add up to the whole's."""
    if parts.empty:
        return nothing("board_where")
    name = name_of(parts)
    shown = parts.head(run.settings.rank_rows)
    value = partial(units.value, unit=MEASURES[name].unit, currency=run.currency)
    base = str(parts.attrs["base"])
    before = {"before": Column(run.base_period(base).label, value)} if base else {}
    return table(
        shown,
        {
            "value": Column(MEASURES[name].label, value),
            **before,
            "target": Column(words("board.target"), value),
            "shortfall": Column(words("board.shortfall"), lambda gap: _amount(name, gap, run)),
        },
        names=names_of(shown.index, run),
        heading=DIMENSIONS[str(parts.index.name)].label,
        note=words("note.board_where") + more(len(parts) - len(shown)),
    )


def name_of(parts: pd.DataFrame) -> str:
    """The indicator ``analyses.shortfalls.missed_target`` split."""
    return str(parts.attrs["measure"])


def gap_of(name: str, gap: float, run: Run) -> str:
    """How far an indicator falls short, in points of a rate or its own unit."""
    unit = MEASURES[name].unit
    return (
        units.points(gap, signed=False) if unit == "rate" else units.value(gap, unit, run.currency)
    )


def _amount(name: str, gap: float, run: Run) -> str:
    """A shortfall of a part, in money or cases."""
    if MEASURES[name].per == "money" or MEASURES[name].unit == "money":
        return units.money(gap, run.currency)
    return units.decimal(gap, 1)


def _in_units(values: pd.Series, keys: list[tuple[str, str]], run: Run) -> list[str]:
    return [
        units.value(value, MEASURES[name].unit, run.currency)
        for (name, _), value in zip(keys, values, strict=True)
    ]


def _written(column: str, name: str, row: pd.Series, run: Run) -> str:
    unit = MEASURES[name].unit
    if column == "change":
        return units.change(row["change"], row["relative"], unit)
    if column == "n":
        return units.count(row["n"])
    return units.value(row[column], unit, run.currency)
