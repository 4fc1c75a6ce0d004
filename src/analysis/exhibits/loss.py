"""What happened to customers before they fell silent."""

from __future__ import annotations

from datetime import date
from functools import partial

import pandas as pd

from analysis import units
from analysis.exhibits import theme
from analysis.exhibits.bars import in_words
from analysis.exhibits.record import Absent, Figure
from analysis.exhibits.tables import Column, Table, table
from analysis.params import WHOLE_FIRM, Run
from analysis.text import named, words

REASONS = (
    "slow_answer", "complaint", "low_score", "late_delivery", "returned", "stock_out",
    "price_rise", "discount_drop", "new_seller",
)  # fmt: skip
INDUSTRIES = 8


def reasons_table(
    dormant: pd.DataFrame, lost: pd.DataFrame, run: Run, as_of: date
) -> Table | Absent:
    """Lay out, by what had happened, how many fell silent and how many were expected to."""
    if dormant.empty:
        return Absent(words("loss.absent"))
    shown = _cells(dormant, run).assign(
        lost=[_lost(lost, name) for name in dormant.index],
        money=[
            units.MISSING if row.exposed < run.settings.loss.min_exposed
            else units.money(row.excess_revenue, run.currency, signed=True)
            for row in dormant.itertuples()
        ],
    )  # fmt: skip
    missing = [words(f"loss.reason.{name}") for name in REASONS if name not in dormant.index]
    note = words("loss.note.reasons", **_window(run, as_of))
    return table(
        shown,
        _columns()
        | {
            "lost": Column(words("loss.head.lost"), str),
            "money": Column(words("loss.head.money"), str),
        },
        names=[words(f"loss.reason.{name}") for name in shown.index],
        heading=words("loss.head.reason"),
        note=note + (words("loss.note.absent", names=", ".join(missing)) if missing else ""),
    )


def reasons(dormant: pd.DataFrame, run: Run) -> Figure | Absent:
    """Draw how many times as often they fell silent, with intervals, from the middle line of 1."""
    least = run.settings.loss.min_exposed
    shown = (
        dormant[(dormant["exposed"] >= least) & dormant["low"].notna()] if len(dormant) else dormant
    )
    if shown.empty:
        return Absent(words("loss.absent"))
    shown = shown.sort_values("lift", ascending=False, kind="stable")
    figure, (axes,) = theme.canvas(0.6 + 0.34 * len(shown))
    names = [words(f"loss.reason.{name}") for name in shown.index]
    labels = []
    for place, row in enumerate(shown.itertuples()):
        is_sure = row.low > 1
        colour = theme.LOSS if is_sure else theme.BEFORE
        axes.plot([row.low, row.high], [place, place], color=colour, linewidth=3)
        axes.plot([row.lift], [place], "o", color=theme.INK, markersize=6)
        labels.append(
            words(
                "loss.alt.one", name="", lift=_times(row.lift),
                low=units.decimal(row.low, 1), high=units.decimal(row.high, 1),
            ).strip()
        )  # fmt: skip
    axes.axvline(1, color=theme.INK, linewidth=0.8)
    axes.set_xscale("log")
    ticks = [
        tick
        for tick in (0.25, 0.5, 1, 2, 4, 8)
        if shown["low"].min() <= tick <= shown["high"].max() or tick == 1
    ]
    axes.set_xticks(ticks, [f"{tick:g}×" for tick in ticks])
    axes.minorticks_off()
    axes.set_yticks(range(len(names)), names)
    axes.tick_params(axis="y", labelcolor=theme.INK)
    axes.set_ylim(len(names) - 0.5, -0.5)
    return Figure(
        figure,
        words("loss.alt.reasons", said=in_words(names, labels)),
        note=words("loss.note.figure", step=run.settings.activity.dormant_months),
    )


def industries_table(groups: pd.DataFrame, run: Run) -> Table | Absent:
    """Lay out, by industry, how many businesses fell silent and how many were expected to."""
    if groups.empty:
        return Absent(words("loss.no_industry"))
    shown = groups.head(INDUSTRIES)
    return table(
        _cells(shown, run),
        _columns(),
        names=[named("part.industry", str(name)) for name in shown.index],
        heading=words("loss.head.industry"),
        note=words("loss.note.industries"),
    )


def _columns() -> dict[str, Column]:
    return {
        "exposed": Column(words("loss.head.exposed"), units.count),
        "gone": Column(words("loss.head.gone"), units.count),
        "expected": Column(words("loss.head.expected"), partial(units.decimal, digits=1)),
        "times": Column(words("loss.head.lift"), str),
        "range": Column(words("loss.head.range"), str),
        "doubt": Column(words("loss.head.chance"), str),
    }


def _cells(rows: pd.DataFrame, run: Run) -> pd.DataFrame:
    least = run.settings.loss.min_exposed
    times, ranges, doubts = [], [], []
    for row in rows.itertuples():
        few = row.exposed < least
        times.append(words("loss.few") if few else _times(row.lift))
        unknown = few or pd.isna(row.low)
        low, high = units.decimal(row.low, 1), units.decimal(row.high, 1)
        ranges.append(units.MISSING if unknown else words("loss.range", low=low, high=high))
        doubts.append(units.MISSING if unknown else chance_text(row.chance))
    return rows.assign(times=times, range=ranges, doubt=doubts)


def chance_text(chance: float) -> str:
    """A chance as a reader sees it: none is shown as none."""
    return words("loss.sure") if chance < 0.001 else units.percent(chance)


def _lost(lost: pd.DataFrame, name: str) -> str:
    if name not in lost.index or not lost.loc[name, "exposed"]:
        return units.MISSING
    row = lost.loc[name]
    return words("loss.of", gone=units.count(row["gone"]), known=units.count(row["exposed"]))


def _times(lift: float) -> str:
    return units.MISSING if pd.isna(lift) else words("loss.times", lift=units.decimal(lift, 1))


def _window(run: Run, as_of: date) -> dict[str, object]:
    return {
        "region": words("loss.firm") if run.region == WHOLE_FIRM else run.region_label,
        "step": run.settings.activity.dormant_months,
        "quiet": run.settings.activity.quiet_months,
        "looks": run.settings.loss.looks,
        "least": run.settings.loss.min_exposed,
        "day": units.day(as_of),
    }
