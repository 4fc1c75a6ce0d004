"""Where the change came from, as a table and a picture."""

from __future__ import annotations

from functools import partial

import pandas as pd

from analysis import units
from analysis.exhibits import bars, theme
from analysis.exhibits.record import Absent, Figure, nothing, nothing_to_compare
from analysis.exhibits.tables import Column, Table, table
from analysis.measures.catalogue import DIMENSIONS
from analysis.params import Run
from analysis.text import words

REST, TOTAL = "(rest)", "(total)"


def drivers_table(drivers: pd.DataFrame, run: Run) -> Table | Absent:
    """Lay out the parts that stand out, everything else and the total, which they add up to.

    Parameters
    ----------
    drivers : DataFrame
        As ``analyses.drivers.sales_drivers`` gives it for revenue.
    run : Run
        Gives the currency.
    """
    if drivers.empty:
        return nothing_to_compare()
    if len(drivers) == 2:
        return nothing("drivers_even")
    money = partial(units.money_in_full, currency=run.currency)
    closer = (drivers["unusual"] * drivers["earlier"]).round()
    usual = [
        words("drivers.of_earlier", closer=units.count(few), earlier=units.count(of))
        if of > 0
        else units.MISSING
        for few, of in zip(closer, drivers["earlier"], strict=True)
    ]
    shown = drivers.assign(usual=usual)
    columns = {
        "before": Column(words("drivers.before"), money),
        "now": Column(words("drivers.now"), money),
        "change": Column(words("drivers.change"), money),
        "growth": Column(words("drivers.growth"), partial(units.percent, signed=True)),
        "departure": Column(words("drivers.departure"), money),
        "share": Column(words("drivers.share"), partial(units.percent, digits=0)),
        "usual": Column(words("drivers.unusual"), str),
    }
    names = [_capital(label) for label in _labels(drivers)]
    return table(
        shown, columns, names=names, heading=words("drivers.scope"), totals=[len(drivers) - 1],
        note=words("note.drivers", by=_searched(run)),
    )  # fmt: skip


def drivers(drivers: pd.DataFrame, run: Run) -> Figure | Absent:
    """Draw the change as a sum: a bar for each part that stands out, for the rest, for the total.

    Parameters
    ----------
    drivers : DataFrame
        As ``analyses.drivers.sales_drivers`` gives it for revenue.
    run : Run
        Gives the currency.
    """
    if drivers.empty:
        return nothing_to_compare()
    if len(drivers) == 2:
        return nothing("drivers_even")
    changes = drivers["change"].tolist()
    names = [_capital(label) for label in _labels(drivers)]
    labels = [units.money(change, run.currency, signed=True) for change in changes]
    colours = [
        {REST: theme.BEFORE, TOTAL: theme.INK}.get(
            str(key), theme.GAIN if change > 0 else theme.LOSS
        )
        for key, change in zip(drivers.index, changes, strict=True)
    ]
    figure, _ = bars.bars(changes, names, labels, colours)
    said = bars.in_words(names, labels)
    return Figure(figure, words("alt.drivers", said=said), words("note.drivers_figure"))


def _labels(drivers: pd.DataFrame) -> list[str]:
    fixed = {REST: words("drivers.rest"), TOTAL: words("drivers.total")}
    named = drivers.get("label", drivers.index)
    return [fixed.get(str(key), str(name)) for key, name in zip(drivers.index, named, strict=True)]


def _searched(run: Run) -> str:
    asked = run.settings.drivers
    return ", ".join(DIMENSIONS[name].label.lower() for name in asked.dimensions)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
