"""Pictures and tables of what is unusual."""

from __future__ import annotations

from functools import partial

import pandas as pd
from matplotlib.axes import Axes

from analysis import units
from analysis.exhibits import theme
from analysis.exhibits.record import Absent, Figure, nothing
from analysis.exhibits.tables import Column, Table, table
from analysis.measures.catalogue import MEASURES
from analysis.params import Run
from analysis.text import words

MOST = 6
"""Series drawn: more would be too small to read."""
ACROSS = 2
HEIGHT = 1.75
RARE = 0.001


def unusual_table(
    rows: pd.DataFrame, judged: pd.DataFrame, run: Run, is_whole: bool
) -> Table | Absent:
    """Lay out the unusual parts (``analyses.unusual.flagged`` of ``judged``)."""
    if reason := _why_not(rows, judged, is_whole):
        return reason
    shown = rows.head(run.settings.rank_rows)
    written = pd.DataFrame(
        {
            "measure": [MEASURES[name].label for name in shown["measure"]],
            **{name: _amounts(shown, name, run) for name in ("value", "expected")},
            "range": [_range(row, run) for row in shown.itertuples()],
            "size": [units.decimal(size, 1) for size in shown["size"]],
            "chance": [_chance(chance) for chance in shown["chance"]],
            "others": [", ".join(MEASURES[name].label for name in names) or units.MISSING
                       for names in shown["others"]],
        }
    )  # fmt: skip
    numeric = ("value", "expected", "range", "size", "chance")
    return table(
        written,
        {
            name: Column(words(f"unusual.{name}"), str if name in numeric else None)
            for name in written.columns
        },
        names=[part_name(row.dimensions, row.parts, run) for row in shown.itertuples()],
        heading=words("unusual.part"),
        note=_note(judged, run),
    )


def unusual(
    rows: pd.DataFrame, histories: pd.DataFrame, judged: pd.DataFrame, run: Run, is_whole: bool
) -> Figure | Absent:
    """Draw the largest unusual series, each to the period, with what was to be expected."""
    if reason := _why_not(rows, judged, is_whole):
        return reason
    shown = rows.head(MOST)
    down = -(-len(shown) // ACROSS)
    theme.apply()
    figure, _ = theme.canvas(HEIGHT * down)
    figure.clear()
    grid = figure.subplots(down, min(ACROSS, len(shown)), squeeze=False)
    said = []
    for place, row in enumerate(shown.itertuples()):
        axes = grid[place // ACROSS][place % ACROSS]
        said.append(_one(axes, row, histories[place], run))
    for empty in grid.flat[len(shown) :]:
        empty.set_visible(False)
    return Figure(figure, words("alt.unusual", said="; ".join(said)), words("note.unusual_figure"))


def part_name(dimensions: tuple[str, ...], parts: tuple[str, ...], run: Run) -> str:
    """What a reader calls a part: ``Furniture × Dealers``, or the region for the whole."""
    if not parts:
        return words("unusual.whole", region=run.region_label)
    names = [run.part(name, part) for name, part in zip(dimensions, parts, strict=True)]
    return words("unusual.crossed").join(names)


def _one(axes: Axes, row: object, history: pd.Series, run: Run) -> str:
    """Draw one series; returns what its alt text says."""
    measure = MEASURES[str(row.measure)]  # type: ignore[attr-defined]
    write = partial(units.value, unit=measure.unit, currency=run.currency)
    steps, amounts = history.index.to_numpy(float), history.to_numpy(float)
    axes.plot(steps, amounts, color=theme.ACCENT)
    axes.plot(steps[-1:], amounts[-1:], color=theme.ACCENT, marker="o", markersize=5)
    low, expected, high = row.low, row.expected, row.high  # type: ignore[attr-defined]
    axes.plot([0, 0], [low, high], color=theme.BEFORE, linewidth=5, solid_capstyle="butt", zorder=1)
    axes.plot([0], [expected], color=theme.INK, marker="_", markersize=11, zorder=3)
    part = part_name(row.dimensions, row.parts, run)  # type: ignore[attr-defined]
    axes.set_title(f"{part}\n{measure.label}", fontsize=theme.LABEL, loc="left", color=theme.INK)
    axes.set_xticks([steps[0], 0], [_month(run, steps[0]), _month(run, 0)])
    first, last = axes.get_xticklabels()
    first.set_horizontalalignment("left")
    last.set_horizontalalignment("right")
    axes.set_ylim(min(0.0, float(amounts.min())), None)
    axes.yaxis.set_major_locator(theme.few_ticks(3))
    ticks = partial(units.money_tick, currency=run.currency) if measure.unit == "money" else write
    axes.yaxis.set_major_formatter(lambda value, _: ticks(value))
    axes.grid(axis="y", color=theme.RULE, linewidth=0.6)
    value = row.value  # type: ignore[attr-defined]
    return words(
        "alt.unusual_one", part=part, measure=measure.label.lower(), value=write(value),
        expected=write(expected), low=write(low), high=write(high),
    )  # fmt: skip


def _month(run: Run, step: float) -> str:
    month = run.period.first + int(step) * run.period.month_count
    return f"{words(f'month_short.{month.month}')} {month.year}"


def _amounts(rows: pd.DataFrame, name: str, run: Run) -> list[str]:
    return [
        units.value(amount, MEASURES[measure].unit, run.currency)
        for measure, amount in zip(rows["measure"], rows[name], strict=True)
    ]


def _range(row: object, run: Run) -> str:
    unit = MEASURES[str(row.measure)].unit  # type: ignore[attr-defined]
    ends = (row.low, row.high)  # type: ignore[attr-defined]
    low, high = (units.value(end, unit, run.currency) for end in ends)
    return words("unusual.to", low=low, high=high)


def _chance(chance: float) -> str:
    return words("unusual.rare") if chance < RARE else units.percent(chance)


def _why_not(rows: pd.DataFrame, judged: pd.DataFrame, is_whole: bool) -> Absent | None:
    if not is_whole:
        return nothing("unusual_partial")
    if not (judged["status"] == "judged").any():
        return nothing("unusual_short")
    return nothing("unusual_none") if rows.empty else None


def _note(judged: pd.DataFrame, run: Run) -> str:
    counts = judged["status"].value_counts()
    known = int(counts.get("judged", 0))
    few = int(counts.get("few", 0))
    return words(
        "note.unusual", judged=units.count(known), few=units.count(few),
        other=units.count(len(judged) - known - few),
        calendar=words("note.unusual_calendar"),
        share=units.percent(run.settings.unusual.false_share, digits=0),
    )  # fmt: skip
