"""Tables and pictures of sales by region, channel and time."""

from __future__ import annotations

from functools import partial

import pandas as pd

from analysis import units
from analysis.exhibits import bars, grids, theme
from analysis.exhibits.record import Absent, Figure, nothing_to_compare
from analysis.exhibits.tables import Column, Table, table
from analysis.measures.catalogue import DIMENSIONS
from analysis.params import WHOLE_FIRM, Run
from analysis.text import words

TOTAL = "(total)"
PER_HEAD = {
    "revenue_per_customer": "cuts.region_customer",
    "revenue_per_seller": "cuts.region_seller",
    "market_share": "cuts.region_market",
}
STRONGEST = 0.25
"""Growth at which a shade is strongest: beyond it, more is not told apart."""


def regions_table(regions: pd.DataFrame, run: Run, base: str | None) -> Table:
    """Lay out regions by revenue and size for size, the firm last."""
    shown = regions.assign(market_change=regions["market_share"] - regions["market_share_before"])
    full = partial(units.money_in_full, currency=run.currency)
    columns = {
        "revenue": Column(words("measure.revenue.label"), full),
        "growth": Column(words("table.growth"), partial(units.percent, signed=True)),
        "customers": Column(words("measure.customers.label"), units.count),
        "revenue_per_customer": Column(words("cuts.region_customer"), full),
        "revenue_per_seller": Column(words("cuts.region_seller"), full),
        "market_share": Column(words("cuts.region_market"), units.percent),
        "market_change": Column(words("cuts.market_change"), units.points),
    }
    columns = {name: column for name, column in columns.items() if shown[name].notna().any()}
    notes = [
        words(f"note.cuts_regions.{name}", base=words(f"base.{base}") if base else "")
        for name in (*PER_HEAD, "market_change")
        if name in columns
    ]
    return table(
        shown,
        columns,
        names=_regions(shown.index, run),
        heading=DIMENSIONS["region"].label,
        totals=[len(shown) - 1],
        note="".join(notes).strip(),
    )


def regions(regions: pd.DataFrame, run: Run) -> Figure | Absent:
    """Draw how far each region stands from the whole firm, size for size."""
    parts = regions.drop(index=WHOLE_FIRM)
    known = [name for name in PER_HEAD if parts[f"{name}_index"].notna().any()]
    if len(parts) < 2 or not known:
        return nothing_to_compare()
    figure, panels = theme.canvas(0.45 + bars.ROW * len(parts), columns=len(known))
    names = _regions(parts.index, run)
    said = []
    for axes, name in zip(panels, known, strict=True):
        gaps = (parts[f"{name}_index"] - 1).fillna(0.0).tolist()
        texts = [units.percent(gap, signed=True, digits=0) for gap in gaps]
        colours = [theme.GAIN if gap >= 0 else theme.LOSS for gap in gaps]
        axes.barh(range(len(gaps)), gaps, height=0.62, color=colours, linewidth=0)
        axes.set_ylim(len(gaps) - 0.5, -0.5)
        axes.set_yticks(range(len(gaps)), names if axes is panels[0] else [""] * len(gaps))
        theme.bars_only(axes)
        axes.set_title(words(PER_HEAD[name]), fontsize=theme.LABEL, loc="left", color=theme.MUTED)
        axes.axvline(0, color=theme.INK, linewidth=0.8)
        labels = [
            bars.label(axes, gap, row, text)
            for row, (gap, text) in enumerate(zip(gaps, texts, strict=True))
        ]
        bars.make_room(axes, gaps, labels)
        said.append(f"{words(PER_HEAD[name])} {bars.in_words(names, texts)}")
    alt = words("alt.cuts_regions", said=". ".join(said))
    return Figure(figure, alt, note=words("note.cuts_regions_figure"))


def cells_table(cells: pd.DataFrame, run: Run) -> Table:
    """Lay out revenue by region and channel, with totals that add up in both directions."""
    revenue = cells["revenue"].unstack(sort=False)
    totals = cells.xs(TOTAL, level=1)
    shown = revenue.assign(margin=totals["gross_margin_rate"], paid=totals["collection_rate"])
    money = partial(units.money_in_full, currency=run.currency)
    columns = {name: Column(_part(revenue.columns, name, run), money) for name in revenue}
    if shown["margin"].notna().any():
        columns["margin"] = Column(words("measure.gross_margin_rate.label"), units.percent)
    has_paid = bool(shown["paid"].notna().any())
    if has_paid:
        columns["paid"] = Column(words("cuts.collected"), units.percent)
    return table(
        shown,
        columns,
        names=_regions(shown.index, run),
        heading=DIMENSIONS["region"].label,
        totals=[len(shown) - 1],
        note=words("note.cuts_cells_table") + (words("note.cuts_collected") if has_paid else ""),
    )


def cells(cells: pd.DataFrame, run: Run, base: str | None) -> Figure:
    """Draw revenue and growth of every region and channel, shaded by growth."""
    revenue = cells["revenue"].unstack(sort=False)
    growth = cells["growth"].unstack(sort=False)
    before = cells["before"].unstack(sort=False)
    names, heads = (
        _regions(revenue.index, run),
        [_part(revenue.columns, name, run) for name in revenue],
    )
    texts = [
        [
            _cell(revenue.loc[row, name], growth.loc[row, name], before.loc[row, name], run)
            for name in revenue
        ]
        for row in revenue.index
    ]
    shades = (growth / STRONGEST).to_numpy().tolist()
    said = "; ".join(
        f"{name}, {head} {text}".replace("\n", " ")
        for name, row in zip(names, texts, strict=True)
        for head, text in zip(heads, row, strict=True)
    )
    note = (
        words(
            "note.cuts_cells", base=words(f"base.{base}"), limit=units.percent(STRONGEST, digits=0)
        )
        if base
        else words("note.cuts_cells_alone")
    )
    label = DIMENSIONS[str(revenue.columns.name)].label.lower()
    drawing = grids.grid(texts, shades, names, heads)
    return Figure(drawing, words("alt.cuts_cells", said=said, label=label), note=note)


def steps_table(steps: pd.DataFrame, run: Run) -> Table:
    """Lay out revenue by step of time and channel, with units and margin."""
    step = str(steps.index.names[0])
    revenue = steps["revenue"].unstack(sort=False)
    totals = steps.xs(TOTAL, level=1)
    money = partial(units.money_in_full, currency=run.currency)
    shown = revenue.assign(units=totals["units"], margin=totals["gross_margin_rate"])
    columns = {name: Column(_part(revenue.columns, name, run), money) for name in revenue}
    if len(revenue.columns) == 2:  # one channel is the total
        del columns[revenue.columns[0]]
    columns["units"] = Column(words("measure.units.label"), units.count)
    if shown["margin"].notna().any():
        columns["margin"] = Column(words("measure.gross_margin_rate.label"), units.percent)
    return table(
        shown,
        columns,
        names=[
            words("table.total") if first == TOTAL else units.step(first, step, run.period.end)
            for first in shown.index
        ],
        heading=words(f"cuts.step.{step}"),
        totals=[len(shown) - 1],
        note=words("note.cuts_steps", step=words(f"cuts.a_step.{step}")),
    )


def _cell(revenue: float, growth: float, before: float, run: Run) -> str:
    money = units.money(revenue, run.currency)
    if pd.isna(before):
        return money
    return f"{money}\n{units.percent(growth, signed=True)}"


def _regions(index: pd.Index, run: Run) -> list[str]:
    called = {TOTAL: words("cuts.firm"), WHOLE_FIRM: words("cuts.firm")}
    return [called.get(str(name)) or run.part("region", str(name)) for name in index]


def _part(columns: pd.Index, name: object, run: Run) -> str:
    called = run.part(str(columns.name), str(name))
    return words("table.total") if name == TOTAL else called
