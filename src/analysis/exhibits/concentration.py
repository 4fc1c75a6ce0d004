"""Tables and pictures of how few customers and products bring how much of revenue."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from analysis import units
from analysis.exhibits import theme
from analysis.exhibits.record import Absent, Figure, nothing
from analysis.exhibits.tables import Column, Table, table
from analysis.params import Run
from analysis.periods import Period
from analysis.text import OTHER, words

TOTAL = "(total)"
COLOURS = {"customer": theme.ACCENT, "product": theme.LOSS}


def concentration_table(
    concentration: pd.DataFrame, run: Run, window: Period, named: float
) -> Table | Absent:
    """Lay out how concentrated customers and products are, now and in the months before.

    Parameters
    ----------
    concentration : DataFrame
        As ``analyses.concentration.concentration`` gives it.
    run : Run
        Gives the shares and numbers that are asked for.
    window : Period
        Months the figures are of.
    named : float
        Share of revenue that carries a customer's number, 0–1.
    """
    if concentration.empty:
        return nothing("customers")
    settings = run.settings.concentration
    periods = {"now": window.label, "before": window.prior().label}
    top = units.percent(settings.top_share, digits=0)
    return table(
        concentration,
        {
            "parts": Column(words("concentration.parts"), units.count),
            "top_share": Column(words("concentration.top_share", share=top), units.percent),
            "largest_share": Column(
                words("concentration.largest_share", n=settings.largest), units.percent
            ),
            "first_share": Column(words("concentration.first_share"), units.percent),
            "half": Column(words("concentration.half"), units.count),
            "effective": Column(words("concentration.effective"), units.count),
        },
        names=[
            words("concentration.now", name=words(f"concentration.{of}"), period=periods[str(name)])
            for of, name in concentration.index
        ],
        heading=words("concentration.of"),
        note=words("note.concentration", window=window.label, named=units.percent(named)),
    )


def curves(curves: pd.DataFrame, run: Run, window: Period) -> Figure | Absent:
    """Draw the share of revenue by share of customers and products, the largest first."""
    if curves.empty:
        return nothing("customers")
    figure, (axes,) = theme.canvas(2.7)
    axes.plot([0, 1], [0, 1], color=theme.RULE, linewidth=1.2)
    top = run.settings.concentration.top_share
    said = []
    for of, points in curves.groupby("of", sort=True):
        colour = COLOURS[str(of)]
        axes.plot(points["parts"], points["revenue"], color=colour)
        at_top = float(np.interp(top, points["parts"], points["revenue"]))
        axes.plot([top], [at_top], marker="o", color=colour)
        share = units.percent(at_top, digits=0)
        axes.annotate(
            words(
                "concentration.label", share=share, of=words(f"concentration.line_{of}"),
                top=units.percent(top, digits=0),
            ),
            (top, at_top), xytext=(8, -4), textcoords="offset points", color=colour, va="top",
            fontsize=theme.LABEL,
        )  # fmt: skip
        said.append(
            words(
                "alt.concentration_point", share=units.percent(top, digits=0), revenue=share,
                of=words(f"concentration.line_{of}"),
            )
        )  # fmt: skip
    axes.axvline(top, color=theme.MUTED, linewidth=0.8, linestyle=":")
    for side in (axes.xaxis, axes.yaxis):
        side.set_major_formatter(lambda value, _: units.percent(value, digits=0))
    axes.set_xticks(sorted({0.0, top, 0.5, 1.0}))
    axes.set_yticks([0, 0.5, 1.0])
    axes.grid(axis="y", color=theme.RULE, linewidth=0.6)
    axes.set(xlim=(0, 1), ylim=(0, 1.02), ylabel="", xlabel=words("concentration.axis"))
    return Figure(
        figure,
        words("alt.concentration", said="; ".join(said)),
        note=words("note.concentration_curve", window=window.label),
    )


def largest_table(customers: pd.DataFrame, run: Run, window: Period) -> Table | Absent:
    """Lay out the largest customers one by one, all other sales, and the total."""
    shown = customers[~customers.index.isin([OTHER, TOTAL])]
    if shown.empty:
        return nothing("customers")
    money = partial(units.money_in_full, currency=run.currency)
    columns = {
        "name": Column(words("concentration.name")),
        "revenue": Column(words("measure.revenue.label"), money),
        "share": Column(words("table.share"), units.percent),
        "growth": Column(words("table.growth"), partial(units.percent, signed=True)),
        "gross_margin": Column(words("measure.gross_margin.label"), money),
        "orders": Column(words("concentration.orders"), units.count),
        "last_ordered_at": Column(words("concentration.last"), _day),
    }
    written = customers.assign(name=customers["name"].fillna("").astype(str))
    present = {name: column for name, column in columns.items() if written[name].notna().any()}
    if not (written["name"] != "").any():
        present.pop("name")
    names = [
        words("concentration.rank", rank=int(rank), customer=customer)
        for customer, rank in shown["rank"].items()
    ]
    return table(
        written,
        present,
        names=[*names, words("concentration.others"), words("table.total")],
        heading=words("dimension.customer"),
        totals=[len(written) - 1],
        note=words("note.concentration_largest", window=window.label),
    )


def _day(moment: pd.Timestamp) -> str:
    return units.MISSING if pd.isna(moment) else units.short_day(moment)
