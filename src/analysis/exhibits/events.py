"""Events, and sales before and after them."""

from __future__ import annotations

from functools import partial
from textwrap import shorten

import pandas as pd

from analysis import units
from analysis.exhibits import theme
from analysis.exhibits.record import Absent, Figure, absent, nothing
from analysis.exhibits.tables import Column, Table, table
from analysis.params import Run
from analysis.questions import Questions
from analysis.text import named, words

PANEL = 1.75
"""Inches a panel is high."""

TITLE = 84
"""Characters that fit over a panel."""

SPAN = 52
"""Weeks a path goes back."""


def event_table(
    effects: pd.DataFrame, run: Run, asked: Questions, has_events: bool
) -> Table | Absent:
    """Lay out every event with its effect, its interval and what can be said of it.

    Parameters
    ----------
    effects : DataFrame
        As ``analyses.events.event_effects`` gives it.
    run : Run
        Gives what regions are called, and how many rows a table has.
    asked : Questions
        Gives the weeks looked at, for the note.
    has_events : bool
        Whether the firm delivers events.
    """
    if not has_events:
        return absent("events")
    if effects.empty:
        return nothing("events")
    kept = effects.sort_values("starts_at", kind="stable").tail(run.settings.rank_rows)
    shown = kept.assign(
        where=[scope(row.region, row.category, run) for row in kept.itertuples()],
        began=[units.short_day(row.starts_at) for row in kept.itertuples()],
        range=[
            units.MISSING if pd.isna(row.low) else
            f"{units.percent(row.low, signed=True, digits=0)} … "
            f"{units.percent(row.high, signed=True, digits=0)}"
            for row in kept.itertuples()
        ],
        says=[
            words(f"events.why.{row.why}") if row.why else words(f"events.{row.says}")
            for row in kept.itertuples()
        ],
    )  # fmt: skip
    return table(
        shown,
        {
            "where": Column(words("events.scope")),
            "began": Column(words("events.began")),
            "effect": Column(words("events.effect"), partial(units.percent, signed=True, digits=0)),
            "range": Column(words("events.range"), str),
            "says": Column(words("events.says")),
        },
        names=[name(row.kind, row.note) for row in kept.itertuples()],
        heading=words("events.event"),
        note=words(
            "note.events",
            before=asked.events.before_weeks,
            longest=asked.events.longest_weeks,
            nothing=units.percent(asked.events.nothing, digits=0),
        ),
    )


def paths(points: pd.DataFrame, effects: pd.DataFrame, run: Run) -> Figure | Absent:
    """Draw sales over what they would have been, with the event shaded, one panel a scope.

    Parameters
    ----------
    points : DataFrame
        As ``analyses.events.paths`` gives it.
    effects : DataFrame
        The events.
    run : Run
        Gives the period, with whose end the paths end, and what regions are called.
    """
    drawn = points[points["ratio"].notna()]
    if drawn.empty:
        return nothing("event_paths")
    of = effects.set_index("event_id")
    ids = list(dict.fromkeys(drawn["event_id"]))
    figure, _ = theme.canvas(0.35 + PANEL * len(ids))
    figure.clear()
    panels = figure.subplots(len(ids), 1, squeeze=False, sharex=True)[:, 0]
    said = []
    for axes, event_id in zip(panels, ids, strict=True):
        path, event = drawn[drawn["event_id"] == event_id], of.loc[event_id]
        place = -path["week"].to_numpy(float) - 2  # the middle of four weeks
        ratio = path["ratio"].to_numpy(float)
        begins, ends = -float(path["begins"].iloc[0]), -float(path["ends"].iloc[0])
        axes.axvspan(begins, ends, color=theme.BAND, linewidth=0, zorder=0)
        axes.axhline(1, color=theme.INK, linewidth=0.8, zorder=1)
        axes.plot(place, ratio, color=theme.ACCENT, marker="o", markersize=4, zorder=2)
        where = scope(event["region"], event["category"], run)
        axes.set_title(
            shorten(f"{where} – {name(event['kind'], event['note'])}", TITLE), loc="left",
            fontsize=theme.LABEL, color=theme.INK,
        )  # fmt: skip
        axes.set_ylim(0, max(1.45, ratio.max() * 1.1))
        axes.yaxis.set_major_locator(theme.few_ticks(3))
        before = ratio[place < begins]
        said.append(words(
            "alt.event_path", scope=where, event=name(event["kind"], event["note"]),
            before=units.decimal(before.mean() if len(before) else None, 2),
            now=units.decimal(ratio[-1], 2),
        ))  # fmt: skip
    marks = [run.period.last - back for back in (11, 8, 5, 2)]  # each where it begins
    panels[-1].set_xticks(
        [-((run.period.last - month).n + 1) * SPAN / 12 for month in marks],
        [f"{words(f'month_short.{month.month}')} {month.year}" for month in marks],
    )
    panels[-1].set_xlim(-SPAN - 1, 2)
    return Figure(figure, words("alt.event_paths", said="; ".join(said)),
                  note=words("note.event_paths"))  # fmt: skip


def scope(region: str | None, category: str | None, run: Run) -> str:
    """What a reader calls where an event happened."""
    there = run.part("region", region) if region else ""
    if region and category:
        return words("events.cell", region=there, category=category)
    return there or category or words("events.firm")


def name(kind: str, note: str | None) -> str:
    """What a reader calls an event."""
    said = named("events.kind", str(kind))
    return words("events.named", kind=said, note=note) if note else said
