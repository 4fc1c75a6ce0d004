"""Pictures and tables of why it changed."""

from __future__ import annotations

from functools import partial

import pandas as pd
import seaborn as sns

from analysis import units
from analysis.exhibits import theme
from analysis.exhibits.marks import names_of
from analysis.exhibits.record import Absent, Figure, nothing_to_compare
from analysis.exhibits.tables import Column, Table, table
from analysis.measures.catalogue import DIMENSIONS
from analysis.params import Run
from analysis.text import words


def contribution(parts: pd.DataFrame, run: Run) -> Figure | Absent:
    """Draw what each part added to or took from revenue, largest gain first."""
    if parts.empty:
        return nothing_to_compare()
    return _signed_bars(
        parts["change"].tolist(), names_of(parts.index, run), run, "alt.contribution"
    )


def contribution_table(parts: pd.DataFrame, run: Run) -> Table | Absent:
    """Lay out before, now, change, growth and contribution of each part, the last their total."""
    if parts.empty:
        return nothing_to_compare()
    money = partial(units.money_in_full, currency=run.currency)
    return table(
        parts,
        {
            "before": Column(words("table.before"), money),
            "now": Column(words("table.now"), money),
            "change": Column(words("table.change"), money),
            "growth": Column(words("table.growth"), partial(units.percent, signed=True)),
            "contribution": Column(words("table.contribution"), units.points),
        },
        names=[*names_of(parts.index[:-1], run), words("table.total")],
        heading=DIMENSIONS[str(parts.index.name)].label,
        totals=[len(parts) - 1],
        note=words("note.contribution"),
    )


def _signed_bars(amounts: list[float], names: list[str], run: Run, alt: str) -> Figure:
    figure, (axes,) = theme.canvas(0.4 + 0.34 * len(amounts))
    colours = [theme.GAIN if amount >= 0 else theme.LOSS for amount in amounts]
    sns.barplot(
        x=amounts,
        y=names,
        hue=range(len(amounts)),
        palette=colours,
        legend=False,
        ax=axes,
        saturation=1,
        width=0.62,
    )
    said = []
    for place, (name, amount) in enumerate(zip(names, amounts, strict=True)):
        text = units.money(amount, run.currency)
        text = f"+{text}" if amount > 0 else text
        said.append(f"{name} {text}")
        theme.label_bar(axes, amount, place, text)
    axes.axvline(0, color=theme.INK, linewidth=0.8)
    theme.bars_only(axes)
    axes.margins(x=0.2)
    return Figure(figure, words(alt, said="; ".join(said)), note=words("note.order_lines"))
