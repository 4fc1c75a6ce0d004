"""Pictures and tables of a change split into causes that add up."""

from __future__ import annotations

from functools import partial

import pandas as pd
from matplotlib.axes import Axes

from analysis import units
from analysis.exhibits import theme
from analysis.exhibits.bars import ROW
from analysis.exhibits.record import Absent, Figure, absent, nothing, nothing_to_compare
from analysis.exhibits.tables import Column, Table, table
from analysis.measures.catalogue import DIMENSIONS, MEASURES
from analysis.params import Run
from analysis.text import OTHER, words

ENDS = ["before", "now", "returns", "net"]
OF_CUSTOMERS = ["lost", "new", "back"]
LABEL_ROOM = 0.28
"""Of the bars' reach, left and right of them, for the amounts at their ends."""
SUBTOTALS = {
    "of_customers": OF_CUSTOMERS, "of_range": ["withdrawn", "launched"],
    "of_bought": ["volume", "mix"],
}  # fmt: skip
"""Effects that a sentence names as one, and the row that adds them up."""
RARE = ["back", "cost", "exchange", "unpriced"]
COSTS = "order_lines.cost"


def waterfall(
    effects: pd.DataFrame, run: Run, base: str | None, of: str = "revenue"
) -> Figure | Absent:
    """Draw how the effects lead from the amount before to the amount now.

    Each bar begins where the one above it ends; the last is the change.

    Parameters
    ----------
    effects : DataFrame
        As ``analyses.bridge.effects`` gives it.
    run : Run
        Gives the currency.
    base : {"prior", "year_before"} or None
        What it compares with.
    of : {"revenue", "gross_margin"}
        What was split.
    """
    if absence := _absence(effects, base, of):
        return absence
    effects = _worth_a_row(effects)
    amounts = effects["amount"]
    moved = amounts.drop(ENDS, errors="ignore")
    before, now = float(amounts["before"]), float(amounts["now"])
    steps = [*moved.tolist(), now - before]
    begins = [*(moved.cumsum() - moved).tolist(), 0.0]
    names = [*_names(moved.index, effects), words("bridge.change")]
    figure, (axes,) = theme.canvas(0.2 + ROW * len(steps))
    colours = [theme.GAIN if step >= 0 else theme.LOSS for step in steps[:-1]]
    axes.barh(range(len(steps)), steps, left=begins, height=0.62, linewidth=0,
              color=[*colours, theme.INK])  # fmt: skip
    axes.set_yticks(range(len(steps)), names)
    axes.set_ylim(len(steps) - 0.5, -0.5)
    theme.bars_only(axes)
    axes.axvline(0, color=theme.INK, linewidth=0.8)
    for place, begin in enumerate(begins[1:-1], start=1):
        axes.plot([begin, begin], [place - 0.69, place - 0.31], color=theme.MUTED, linewidth=0.8)
    said = []
    for place, (begin, step) in enumerate(zip(begins, steps, strict=True)):
        text = units.money(step, run.currency, signed=True)
        said.append(f"{names[place]} {text}")
        _label(axes, begin + step, step, place, text)
    reached = [0.0, *begins, *(begin + step for begin, step in zip(begins, steps, strict=True))]
    room = LABEL_ROOM * ((max(reached) - min(reached)) or 1.0)
    axes.set_xlim(min(reached) - room, max(reached) + room)
    ends = {"before": units.money(before, run.currency), "now": units.money(now, run.currency)}
    return Figure(figure, words("alt.bridge", said="; ".join(said), **ends),
                  note=words("note.order_lines"))  # fmt: skip


def _label(axes: Axes, end: float, step: float, place: int, text: str) -> None:
    """Write a step's amount beyond its end, on a ground that covers the line to the next."""
    right = step >= 0
    axes.annotate(
        text, (end, place), xytext=(6 if right else -6, 0), textcoords="offset points",
        va="center", ha="left" if right else "right", fontsize=theme.LABEL,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6},
    )  # fmt: skip


def change_table(
    effects: pd.DataFrame, run: Run, base: str | None, of: str = "revenue"
) -> Table | Absent:
    """Lay out the effects as a sum to check on paper, with how many each touches.

    Parameters
    ----------
    effects, run, base, of
        As :func:`waterfall`.
    """
    if absence := _absence(effects, base, of):
        return absence
    effects = _with_subtotals(_worth_a_row(effects))
    rows = effects.index
    touches = [_touches(str(name), row["count"]) for name, row in effects.iterrows()]
    share = [units.percent(part, signed=name not in ENDS[:2])
             for name, part in effects["share"].items()]  # fmt: skip
    return table(
        effects.assign(touches=touches, share=share),
        {
            "amount": Column(
                words("table.amount"), partial(units.money_in_full, currency=run.currency)
            ),
            "share": Column(words("table.of_before"), str),
            "touches": Column(words("bridge.touches")),
        },
        names=_names(rows, effects, of),
        heading=words("table.effect"),
        totals=[
            rows.get_loc(name) for name in ("before", "now", "net", *SUBTOTALS) if name in rows
        ],
        note=_note(effects, run, of),
    )


def _with_subtotals(effects: pd.DataFrame) -> pd.DataFrame:
    """With what sentences name as one below the effects it adds up, where there are several."""
    table = effects
    for name, of in SUBTOTALS.items():
        own = effects[effects.index.isin(of)]
        if len(own) > 1:
            row = own[["amount", "share"]].sum(min_count=1).to_frame(name).T
            at = table.index.get_loc(own.index[-1]) + 1
            table = pd.concat([table.iloc[:at], row, table.iloc[at:]])
    return table


def _worth_a_row(effects: pd.DataFrame) -> pd.DataFrame:
    """Without the rarer effects that come to less than half a unit of money."""
    rare = effects.index.isin(RARE)
    return effects[~rare | (effects["amount"].abs() >= 0.5)]


def _absence(effects: pd.DataFrame, base: str | None, of: str) -> Absent | None:
    if base is None:
        return nothing_to_compare()
    if effects["amount"].abs().sum() == 0:
        return absent(COSTS) if of == "gross_margin" else nothing("bridge")
    return None


def _names(rows: pd.Index, effects: pd.DataFrame, of: str = "revenue") -> list[str]:
    names = []
    for row in map(str, rows):
        if row in ENDS[:2]:
            names.append(words(f"bridge.{row}.{of}"))
        elif row in ENDS or row in SUBTOTALS:
            names.append(words(f"bridge.{row}"))
        else:
            known = row if row != "price" or "discount" in effects.index else "paid"
            names.append(words(f"effect.{known}.label"))
    return names


def _touches(effect: str, count: float) -> str:
    if effect in (*ENDS, *SUBTOTALS, "unpriced") or pd.isna(count):
        return ""
    of = "customers" if effect in OF_CUSTOMERS else "products"
    return words(f"bridge.{of}_one" if count == 1 else f"bridge.{of}", n=units.count(count))


def _note(effects: pd.DataFrame, run: Run, of: str) -> str:
    settings = run.settings
    notes = [words("note.bridge_revenue", quiet=settings.activity.quiet_months,
                   range=settings.bridge.range_months)]  # fmt: skip
    if of == "gross_margin":
        notes.append(words("note.bridge_cost"))
    if "discount" not in effects.index:
        notes.append(words("note.bridge_paid"))
    if "exchange" not in effects.index:
        notes.append(words("note.bridge_exchange"))
    if "net" in effects.index:
        notes.append(words("note.bridge_returns"))
    return " ".join(notes)


def rate_table(
    bridge: pd.DataFrame, whole: pd.DataFrame, run: Run, base: str | None
) -> Table | Absent:
    """Lay out what each part did to a ratio: its rate, its share of the whole, and their effects.

    Parameters
    ----------
    bridge : DataFrame
        As ``analyses.rate_bridge.rate_bridge`` gives it.
    whole : DataFrame
        As ``measures.engine.compare`` gives the ratio, not split.
    run, base
        As :func:`waterfall`.
    """
    name, dimension = str(whole.index[0]), str(bridge.index.name)
    measure = MEASURES[name]
    if bridge.empty:
        about = DIMENSIONS[dimension]
        return (
            absent(f"{', '.join(measure.needs)}, {about.needs}") if base else nothing_to_compare()
        )
    shown = _with_rest(bridge, run.settings.rank_rows)
    total = (
        bridge.sum().to_frame("").T.assign(before=whole[base].iloc[0], now=whole["current"].iloc[0])
    )
    of_unit = partial(units.value, unit=measure.unit, currency=run.currency)
    change = (
        units.points
        if measure.unit == "rate"
        else partial(units.money, currency=run.currency, signed=True)
    )
    names = [words("part.other") if part == OTHER else run.part(dimension, str(part))
             for part in shown.index]  # fmt: skip
    return table(
        pd.concat([shown, total]),
        {
            "weight_before": Column(words("table.weight_before"), units.percent),
            "weight_now": Column(words("table.weight_now"), units.percent),
            "before": Column(words("table.rate_before"), of_unit),
            "now": Column(words("table.rate_now"), of_unit),
            "rate": Column(words("table.own_rate"), change),
            "mix": Column(words("table.of_mix"), change),
            "effect": Column(words("table.effect"), change),
        },
        names=[*names, words("table.total")],
        heading=DIMENSIONS[dimension].label,
        totals=[len(shown)],
        note=words("note.rate_bridge"),
    )


def _with_rest(bridge: pd.DataFrame, rows: int) -> pd.DataFrame:
    """The largest parts, and all others as one, whose own rates are not shown."""
    if len(bridge) <= rows:
        return bridge
    rest = bridge.iloc[rows - 1 :].sum().to_frame(OTHER).T
    rest = rest.assign(before=float("nan"), now=float("nan"))
    return pd.concat([bridge.iloc[: rows - 1], rest]).rename_axis(bridge.index.name)
