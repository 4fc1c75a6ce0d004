"""Opportunities by stage: what goes on, how long it takes, and what changed."""

from __future__ import annotations

from datetime import date
from functools import partial

import pandas as pd

from analysis import units
from analysis.exhibits import theme
from analysis.exhibits.bars import bars, in_words
from analysis.exhibits.record import Absent, Figure, absent, nothing_to_compare
from analysis.exhibits.tables import Column, Table, table
from analysis.params import Run
from analysis.text import words


def funnel_table(stages: pd.DataFrame, run: Run, as_of: date) -> Table | Absent:
    """Lay out how many came into each stage, went on and were lost, and how long it took."""
    if stages.empty:
        return absent(words("pipeline.absent"))
    shown = stages.assign(
        range=_ranges(stages["low"], stages["high"], units.percent),
        time=[_days(row.days, row.days_low, row.days_high) for row in stages.itertuples()],
    )
    return table(
        shown,
        {
            "entered": Column(words("pipeline.head.entered"), units.count),
            "left": Column(words("pipeline.head.left"), units.count),
            "on": Column(words("pipeline.head.on"), units.count),
            "waiting": Column(words("pipeline.head.waiting"), units.count),
            "conversion": Column(words("pipeline.head.conversion"), units.percent),
            "range": Column(words("pipeline.head.range"), str),
            "amount_conversion": Column(words("pipeline.head.amount"), units.percent),
            "time": Column(words("pipeline.head.days"), str),
        },
        names=[stage_name(name) for name in stages.index],
        heading=words("pipeline.head.stage"),
        note=words("pipeline.note.funnel", **_window(run, as_of)),
    )


def funnel(stages: pd.DataFrame, base: pd.DataFrame, run: Run, as_of: date) -> Figure | Absent:
    """Draw the share that went on from each stage, with a mark for the window before."""
    if stages.empty:
        return absent(words("pipeline.absent"))
    names = [stage_name(name) for name in stages.index]
    before = (
        base["conversion"].reindex(stages.index)
        if len(base)
        else stages["conversion"] * float("nan")
    )
    labels = [
        words("pipeline.label", rate=units.percent(row.conversion), n=units.count(row.left))
        + (words("pipeline.label_base", rate=units.percent(then)) if pd.notna(then) else "")
        for row, then in zip(stages.itertuples(), before, strict=True)
    ]
    drawing, _ = bars(stages["conversion"].fillna(0.0).tolist(), names, labels)
    return Figure(
        drawing,
        words("pipeline.alt.funnel", said=in_words(names, labels)),
        note=words("pipeline.note.figure", **_window(run, as_of)),
    )


def change_table(change: pd.DataFrame, run: Run, as_of: date) -> Table | Absent:
    """Lay out what changed in the amount won, each effect in money, the last row their sum."""
    if change.empty:
        return nothing_to_compare()
    total = pd.DataFrame({"effect": [change["effect"].sum()]}, index=["(total)"])
    shown = pd.concat([change, total])
    texts = {
        name: [
            _factor(str(factor), value, run) for factor, value in shown[name].items()
        ] for name in ("before", "now")
    }  # fmt: skip
    return table(
        shown.assign(**texts),
        {
            "before": Column(words("table.before"), str),
            "now": Column(words("table.now"), str),
            "effect": Column(
                words("pipeline.head.effect"), partial(units.money_in_full, currency=run.currency)
            ),
        },
        names=[*(factor_name(str(name)) for name in change.index), words("table.total")],
        heading=words("pipeline.head.factor"),
        totals=[len(change)],
        note=words("pipeline.note.change", **_window(run, as_of)),
    )


def change(effects: pd.DataFrame, run: Run) -> Figure | Absent:
    """Draw the effects on the amount won from a common zero."""
    if effects.empty:
        return nothing_to_compare()
    values = effects["effect"].tolist()
    names = [factor_name(str(name)) for name in effects.index]
    labels = [units.money(value, run.currency, signed=True) for value in values]
    colours = [theme.GAIN if value >= 0 else theme.LOSS for value in values]
    drawing, _ = bars(values, names, labels, colours)
    return Figure(drawing, words("pipeline.alt.change", said=in_words(names, labels)))


def leaks_table(
    against_base: pd.DataFrame,
    against_rest: pd.DataFrame,
    hygiene: pd.DataFrame,
    run: Run,
    as_of: date,
) -> Table | Absent:
    """Lay out how each stage differs from before and from elsewhere, in wins and money."""
    if against_base.empty and against_rest.empty:
        return nothing_to_compare()
    main = against_base if len(against_base) else against_rest
    shown = main.assign(
        range=_ranges(main["low"], main["high"], units.points),
        rest=against_rest["base_conversion"] if len(against_rest) else float("nan"),
        out=hygiene["rate"],
    )
    columns = {
        "conversion": Column(words("pipeline.head.conversion"), units.percent),
        "base_conversion": Column(words("pipeline.head.base"), units.percent),
        "change": Column(words("pipeline.head.change"), units.points),
        "range": Column(words("pipeline.head.range"), str),
        "wins": Column(words("pipeline.head.wins"), partial(units.decimal, digits=1)),
        "money": Column(
            words("pipeline.head.money"), partial(units.money, currency=run.currency, signed=True)
        ),
        "days": Column(words("pipeline.head.days"), _whole_days),
        "base_days": Column(words("pipeline.head.base_days"), _whole_days),
        "rest": Column(words("pipeline.head.rest"), units.percent),
        "out": Column(words("pipeline.head.out"), units.percent),
    }
    if against_rest.empty or against_base.empty:
        del columns["rest"]
    return table(
        shown,
        columns,
        names=[stage_name(name) for name in shown.index],
        heading=words("pipeline.head.stage"),
        note=words("pipeline.note.leaks", **_window(run, as_of)),
    )


def stage_name(stage: str) -> str:
    """A stage as a reader sees it: the firm's own word with a capital."""
    return stage[:1].upper() + stage[1:]


def factor_name(factor: str) -> str:
    """What a reader calls a factor of the amount won."""
    if factor.startswith("("):
        return words(f"pipeline.factor.{factor}")
    return words("pipeline.factor.stage", stage=factor)


def _factor(factor: str, value: float, run: Run) -> str:
    if factor == "(total)" or pd.isna(value):
        return ""
    if factor == "(value)":
        return units.money_in_full(value, run.currency)
    if factor == "(backlog)":
        return units.decimal(value, 2)
    return units.count(value) if factor == "(arrived)" else units.percent(value)


def _window(run: Run, as_of: date) -> dict[str, object]:
    return {"months": run.settings.pipeline.months, "day": units.day(as_of)}


def _days(middle: float, low: float, high: float) -> str:
    if pd.isna(middle):
        return units.MISSING
    if pd.isna(low) and pd.isna(high):
        return _whole_days(middle)
    return words(
        "pipeline.days", days=_whole_days(middle), low=_whole_days(low), high=_whole_days(high)
    )


def _whole_days(days: float) -> str:
    return units.decimal(days, 0)


def _ranges(low: pd.Series, high: pd.Series, write: object) -> list[str]:
    assert callable(write)
    return [
        units.MISSING if pd.isna(a) else words("pipeline.range", low=write(a), high=write(b))
        for a, b in zip(low, high, strict=True)
    ]
