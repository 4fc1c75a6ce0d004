"""Pictures and tables of season and trend."""

from __future__ import annotations

from functools import partial

import pandas as pd

from analysis import units
from analysis.exhibits import theme
from analysis.exhibits.grids import grid
from analysis.exhibits.marks import end_labels, month_axis
from analysis.exhibits.record import Absent, Figure, nothing
from analysis.exhibits.tables import Column, Table, table
from analysis.params import Run
from analysis.periods import month_label
from analysis.text import words

SHOWN = 37
"""Months drawn: three years and the month to compare with."""
MONTHS = range(1, 13)
STRONG = 0.5
"""Departure from a middling month that gets the darkest shade."""
RARE = 0.001


def season_table(period: pd.Series, run: Run) -> Table | Absent:
    """Lay out how a period's revenue comes about (``analyses.season.of_period``)."""
    if not period["months"]:
        return nothing("season")
    steps = {
        "level": (float("nan"), period["level"]),
        "seasonal": (period["season"], period["level"] * period["season"]),
        "calendar": (period["calendar"], period["usual"]),
        "remainder": (period["remainder"], period["revenue"]),
    }
    months = period["months"]
    of_months = words("season.months", n=units.count(months)) if months > 1 else ""
    return table(
        pd.DataFrame.from_dict(steps, orient="index", columns=["factor", "amount"]),
        {
            "factor": Column(words("season.factor"), partial(units.decimal, digits=3)),
            "amount": Column(
                words("season.amount"), partial(units.money_in_full, currency=run.currency)
            ),
        },
        names=[words(f"season.{name}", months=of_months) for name in steps],
        heading=words("season.step", period=run.period.label),
        totals=[len(steps) - 1],
        note=words("note.season"),
    )


def season(months: pd.DataFrame, run: Run) -> Figure | Absent:
    """Draw revenue by month with level and what is usual (``analyses.season.decomposition``)."""
    if months.empty:
        return nothing("season")
    shown = months.tail(SHOWN)
    figure, (axes,) = theme.canvas(2.7)
    places = range(len(shown))
    axes.plot(places, shown["usual"], color=theme.BEFORE)
    axes.plot(places, shown["level"], color=theme.MUTED, linestyle=(0, (4, 2)), linewidth=1.4)
    axes.plot(places, shown["revenue"], color=theme.ACCENT)
    month_axis(axes, shown.index)
    axes.yaxis.set_major_formatter(lambda value, _: units.money_tick(value, run.currency))
    axes.yaxis.set_major_locator(theme.few_ticks(4))
    axes.grid(axis="y", color=theme.RULE, linewidth=0.6)
    axes.set(ylim=(0, None), xlabel="", ylabel="")
    last = shown.iloc[-1]
    labels = [("revenue", "line_revenue", theme.ACCENT), ("usual", "usual", theme.MUTED),
              ("level", "line_level", theme.MUTED)]  # fmt: skip
    end_labels(
        axes, len(shown) - 0.5,
        [(last[name], words(f"season.{key}"), colour) for name, key, colour in labels],
    )  # fmt: skip
    money = partial(units.money, currency=run.currency)
    alt = words(
        "alt.season", first=month_label(shown.index[0]), last=month_label(shown.index[-1]),
        now=money(last["revenue"]), usual=money(last["usual"]), level=money(last["level"]),
    )  # fmt: skip
    return Figure(figure, alt, note=words("note.season_figure"))


def seasons_table(seasons: pd.DataFrame, months: pd.PeriodIndex, run: Run) -> Table | Absent:
    """Lay out best and weakest month of each part (``analyses.season.seasonal_calendar``)."""
    if seasons.empty:
        return nothing("season")
    shown = seasons.head(run.settings.season.rows)
    written = pd.DataFrame(
        {
            "best": [_month(row, "best") for _, row in shown.iterrows()],
            "worst": [_month(row, "worst") for _, row in shown.iterrows()],
            "best_range": [
                words("season.to", low=units.decimal(row["best_low"], 2),
                      high=units.decimal(row["best_high"], 2))
                for _, row in shown.iterrows()
            ],
            "chance": [_chance(chance) for chance in shown["chance"]],
        }
    )  # fmt: skip
    return table(
        written,
        {name: Column(words(f"season.{name}"), str) for name in written.columns},
        names=[run.part(str(dimension), str(part)) for dimension, part in shown.index],
        heading=words("season.part"),
        note=words(
            "note.season_calendar", left=words("note.season_left"), first=month_label(months[0]),
            last=month_label(months[-1]),
        ),
    )  # fmt: skip


def seasons(table_of: pd.DataFrame, run: Run) -> Figure | Absent:
    """Draw when each part is bought (``analyses.season.seasonal_calendar``)."""
    if table_of.empty:
        return nothing("season")
    shown = table_of.head(run.settings.season.rows)
    names = [run.part(str(dimension), str(part)) for dimension, part in shown.index]
    amounts = shown[list(MONTHS)].to_numpy(float)
    drawing = grid(
        [[units.decimal(amount, 2) for amount in row] for row in amounts],
        [[max(-1.0, min(1.0, (amount - 1) / STRONG)) for amount in row] for row in amounts],
        names,
        [words(f"month_short.{month}") for month in MONTHS],
        totals=False,
    )
    said = [
        words(
            "alt.season_one", part=name,
            **{which: words(f"month.{int(row[which])}") for which in ("best", "worst")},
            **{f"{which}_index": units.decimal(row[int(row[which])], 2)
               for which in ("best", "worst")},
        )
        for name, (_, row) in zip(names, shown.iterrows(), strict=True)
    ]  # fmt: skip
    return Figure(drawing, words("alt.season_calendar", said="; ".join(said)))


def _month(row: pd.Series, which: str) -> str:
    month = int(row[which])
    return words(
        "season.month_index", month=words(f"month.{month}"), index=units.decimal(row[month], 2)
    )


def _chance(chance: float) -> str:
    return words("season.rare") if chance < RARE else units.percent(chance)
