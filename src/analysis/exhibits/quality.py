"""Pictures and tables of what is asked of the data, what was delivered and how complete it is."""

from __future__ import annotations

from functools import partial

import pandas as pd

from analysis import units
from analysis.exhibits import theme
from analysis.exhibits.bars import ROW, bars, in_words, more, stacked
from analysis.exhibits.record import Absent, Figure, nothing
from analysis.exhibits.tables import Column, Table, table
from analysis.params import Run
from analysis.text import has, named, words

FAR = 3.0
"""Refresh intervals beyond which a bar of delay is cut: its label says how far it would reach."""


def gates_table(asked: pd.DataFrame, run: Run) -> Table | Absent:
    """Lay out every missed gate with the rows at fault, then one line for each gate met whole."""
    if asked.empty:
        return nothing("gates")
    missed = asked[~asked["is_met"]].head(run.settings.rank_rows)
    lines = [
        {
            "name": named("gate_label", row.gate),
            "part": row.part or words("quality.all_of_it"),
            "asked": _asked(row.gate, row.threshold),
            "value": units.percent(row.value),
            "result": words(f"quality.missed_{row.level}"),
            "rows": row.rows_named or units.MISSING,
        }
        for row in missed.itertuples()
    ]
    for gate, parts in asked.groupby("gate", sort=False):
        if parts["is_met"].all():
            worst = parts.iloc[(parts["value"] - parts["threshold"]).abs().argmin()]
            lines.append(
                {
                    "name": named("gate_label", str(gate)),
                    "part": _parts(len(parts), worst["part"]),
                    "asked": _asked(str(gate), worst["threshold"]),
                    "value": units.percent(worst["value"]),
                    "result": words("quality.met"),
                    "rows": units.MISSING,
                }
            )
    rows = pd.DataFrame(lines, columns=["name", "part", "asked", "value", "result", "rows"])
    left = int((~asked["is_met"]).sum()) - len(missed)
    return table(
        rows,
        {
            "part": Column(words("quality.about")),
            "asked": Column(words("quality.asked")),
            "value": Column(words("quality.found"), str),
            "result": Column(words("quality.result")),
            "rows": Column(words("quality.rows_named")),
        },
        names=rows["name"].tolist(),
        heading=words("quality.gate"),
        note=words("note.gates") + more(left),
    )


def gates(counts: pd.DataFrame, _run: Run) -> Figure | Absent:
    """Draw how many parts met and missed each gate (``analyses.quality.gate_counts``)."""
    if counts.empty:
        return nothing("gates")
    names = [named("gate_label", str(gate)) for gate in counts.index]
    labels = [
        words("quality.met_of", met=units.count(row.met), all=units.count(row.met + row.missed))
        for row in counts.itertuples()
    ]
    whole = counts["met"] + counts["missed"]
    figure, _ = stacked(
        [(counts["met"] / whole).tolist(), (counts["missed"] / whole).tolist()],
        names, labels, [theme.ACCENT, theme.LOSS],
    )  # fmt: skip
    said = in_words(names, labels)
    return Figure(figure, words("alt.gates", said=said), note=words("note.gates_figure"))


def sources_table(systems: pd.DataFrame, _run: Run) -> Table:
    """Lay out owner, rows, period, delivery and delay of each system (``quality.sources``)."""
    shown = systems.assign(
        state=[_state(row) for row in systems.itertuples()],
        period=[_span(row.first_record_at, row.newest_record_at) for row in systems.itertuples()],
        owner=systems["owner"].fillna("").replace("", units.MISSING),
        delivered=[_moment(moment) for moment in systems["delivered_at"]],
    )
    return table(
        shown,
        {
            "owner": Column(words("quality.owner")),
            "files": Column(words("quality.files"), units.count),
            "rows": Column(words("quality.rows"), units.count),
            "period": Column(words("quality.period")),
            "delivered": Column(words("quality.delivered")),
            "state": Column(words("quality.state")),
        },
        names=shown["label"].tolist(),
        heading=words("quality.system"),
        note=words("note.sources_delivered"),
    )


def freshness(systems: pd.DataFrame, _run: Run) -> Figure | Absent:
    """Draw each system's delay as a share of its refresh interval, with a line where it is due."""
    due = systems[systems["delay_share"].notna()]
    if due.empty:
        return nothing("freshness")
    names = due["label"].tolist()
    labels = [
        words(
            "quality.delay_of", delay=units.span(row.delay_hours), due=units.span(row.refresh_hours)
        )
        for row in due.itertuples()
    ]
    figure, axes = bars(
        due["delay_share"].clip(upper=FAR).tolist(),
        names, labels,
        [theme.LOSS if late else theme.ACCENT for late in due["is_late"]],
    )  # fmt: skip
    axes.set_xlim(right=max(axes.get_xlim()[1], 1.08))
    axes.axvline(1, color=theme.INK, linewidth=1.2, linestyle=(0, (4, 3)), zorder=0)
    said = in_words(names, labels)
    return Figure(figure, words("alt.freshness", said=said), note=words("note.freshness"))


def coverage_table(covered: pd.DataFrame, run: Run) -> Table | Absent:
    """Lay out the least complete parts with numerator and denominator (``quality.coverage``)."""
    if covered.empty:
        return nothing("coverage")
    shown = covered.head(run.settings.rank_rows)
    return table(
        shown,
        {
            "value": Column(words("quality.coverage"), partial(units.percent, digits=2)),
            "numerator": Column(words("quality.good"), units.count),
            "denominator": Column(words("quality.all"), units.count),
            "missing": Column(words("quality.missing"), units.count),
            "asked": Column(words("quality.asked"), partial(units.percent, digits=0)),
        },
        names=_covered(shown, run),
        heading=words("quality.about"),
        totals=[0] if shown["scope"].iloc[0] == "overall" else [],
        note=words("note.coverage") + more(len(covered) - len(shown)),
    )


def coverage(covered: pd.DataFrame, run: Run) -> Figure | Absent:
    """Draw the least complete parts as dots beside the line that is asked of them."""
    if covered.empty:
        return nothing("coverage")
    shown = covered.head(run.settings.rank_rows)
    figure, (axes,) = theme.canvas(0.75 + ROW * 0.8 * len(shown))
    asked = float(shown["asked"].max())
    names, labels = _covered(shown, run), []
    for place, row in enumerate(shown.itertuples()):
        is_asked = pd.notna(row.asked)
        short = is_asked and row.value < row.asked
        colour = theme.LOSS if short else theme.ACCENT if is_asked else theme.BEFORE
        axes.plot([row.value, 1], [place, place], color=theme.RULE, linewidth=1.2, zorder=1)
        axes.plot(row.value, place, marker="o", markersize=8, color=colour, zorder=3)
        labels.append(units.percent(row.value))
        axes.annotate(
            labels[-1], (row.value, place), xytext=(-9, 0), textcoords="offset points",
            ha="right", va="center", fontsize=theme.LABEL,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6},
        )  # fmt: skip
    lowest = min(float(shown["value"].min()), asked if pd.notna(asked) else 1.0)
    span = max(1 - lowest, 0.02)
    axes.set_xlim(lowest - span * 0.28, 1 + span * 0.04)
    axes.set_ylim(len(shown) - 0.5, -0.9)
    if pd.notna(asked):
        axes.axvline(asked, color=theme.INK, linewidth=1.2, linestyle=(0, (4, 3)), zorder=0)
        axes.annotate(
            words("quality.asked_line", share=units.percent(asked, digits=0)),
            (asked, -0.9), xytext=(0, 2), textcoords="offset points", ha="center", va="bottom",
            fontsize=theme.LABEL, color=theme.INK,
        )  # fmt: skip
    axes.set_yticks(range(len(names)), names)
    theme.bars_only(axes)
    said = in_words(names, labels)
    return Figure(figure, words("alt.coverage", said=said), note=words("note.coverage_figure"))


def _covered(shown: pd.DataFrame, run: Run) -> list[str]:
    """What each thing covered is called, in words as plain as it has."""
    names = []
    for row in shown.itertuples():
        values = {"table": named("table_name", row.table), "part": run.part(row.scope, row.part)}
        names.append(words(f"covered.{row.scope}", **values))
    return names


def _asked(gate: str, threshold: float) -> str:
    share = units.percent(threshold, digits=1).replace(".0%", "%")
    key = f"gate_asked.{gate}"
    return words(key, share=share) if has(key) else share


def _parts(number: int, worst: str) -> str:
    if number == 1:
        return worst or words("quality.all_of_it")
    return words("quality.all_parts", n=units.count(number))


def _state(row: object) -> str:
    if not row.is_delivered:  # type: ignore[attr-defined]
        required = row.is_required  # type: ignore[attr-defined]
        return words("quality.not_delivered" if required else "quality.not_delivered_optional")
    return words("quality.late" if row.is_late else "quality.in_time")  # type: ignore[attr-defined]


def _span(first: pd.Timestamp, last: pd.Timestamp) -> str:
    if pd.isna(first) or pd.isna(last):
        return units.MISSING
    return words("quality.span", first=_moment(first), last=_moment(last))


def _moment(moment: pd.Timestamp) -> str:
    return units.MISSING if pd.isna(moment) else units.short_day(moment)


def fields_of(rows: pd.DataFrame) -> list[str]:
    """What a reader calls the column each row is about."""
    return [
        words("quality.field_of", table=named("table_name", name), field=column)
        for name, column in zip(rows["table"], rows["column"], strict=True)
    ]
