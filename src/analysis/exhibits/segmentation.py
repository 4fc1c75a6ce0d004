"""Pictures and tables of who the customers are."""

from __future__ import annotations

from datetime import date
from functools import partial

import pandas as pd
import seaborn as sns
from matplotlib.colors import LinearSegmentedColormap

from analysis import units
from analysis.exhibits import theme
from analysis.exhibits.record import Absent, Figure
from analysis.exhibits.tables import Column, Table, table
from analysis.params import Run
from analysis.text import words

TOTAL, NEW, GONE = "total", "new", "gone"


def scores_table(ranges: pd.DataFrame, run: Run, as_of: date) -> Table | Absent:
    """Lay out what each score stands for (``analyses.segmentation.score_ranges``)."""
    if not ranges["r_customers"].sum():
        return _nobody()
    written = {
        "r": (words("segment.days"), units.count),
        "f": (words("segment.orders"), units.count),
        "m": (words("segment.revenue"), partial(units.money_in_full, currency=run.currency)),
    }
    shown, columns = ranges.copy(), {}
    for name, (heading, write) in written.items():
        shown[name] = [
            _range(low, high, write)
            for low, high in zip(ranges[f"{name}_low"], ranges[f"{name}_high"], strict=True)
        ]
        columns[name] = Column(heading, str)
        columns[f"{name}_customers"] = Column(words("segment.customers"), units.count)
    return table(
        shown,
        columns,
        names=[str(score) for score in ranges.index],
        heading=words("segment.score"),
        note=words("note.scores", day=units.day(as_of), months=run.settings.rfm.months),
    )


def grid(counts: pd.DataFrame, run: Run) -> Figure | Absent:
    """Draw how many customers have each pair of scores (``analyses.segmentation.score_grid``)."""
    everyone = int(counts.to_numpy().sum())
    if not everyone:
        return _nobody()
    figure, (axes,) = theme.canvas(3.1)
    shades = LinearSegmentedColormap.from_list(
        "accent", ["#ffffff", "#7ea9d1"]
    )  # light: ink reads on all
    sns.heatmap(
        counts,
        ax=axes,
        cmap=shades,
        vmin=0,
        cbar=False,
        linewidths=0.5,
        linecolor=theme.RULE,
        annot=counts.map(lambda n: units.count(n) if n else "").to_numpy(),
        fmt="",
        annot_kws={"fontsize": 9, "color": theme.INK},
    )
    high = run.settings.rfm.high_score
    right = sum(score < high for score in counts.columns)
    down = sum(value >= high for value in counts.index)
    axes.axvline(right, color=theme.INK, linewidth=1.4)
    axes.axhline(down, color=theme.INK, linewidth=1.4)
    corners = {
        "potential": (0, 1.02, "left", "bottom"),
        "high_value": (1, 1.02, "right", "bottom"),
        "at_risk": (0, -0.11, "left", "top"),
        "basic": (1, -0.11, "right", "top"),
    }
    for tier, (x, y, side, end) in corners.items():
        axes.text(
            x,
            y,
            words(f"tier.{tier}"),
            transform=axes.transAxes,
            ha=side,
            va=end,
            fontsize=theme.LABEL,
            fontweight="semibold",
            color=theme.INK,
        )
    axes.set_yticks([place + 0.5 for place in range(len(counts))])
    axes.set_yticklabels([f"{value:g}" for value in counts.index], rotation=0)
    axes.set(xlabel=words("segment.lately"), ylabel=words("segment.much"))
    said = "; ".join(
        f"{value:g}: {', '.join(units.count(cell) for cell in row)}"
        for value, row in zip(counts.index, counts.to_numpy(), strict=True)
    )
    return Figure(figure, words("alt.grid", said=said), note=words("note.grid", high=f"{high:g}"))


def tiers_table(summary: pd.DataFrame, run: Run, as_of: date) -> Table | Absent:
    """Lay out customers, revenue and orders of each tier (``segmentation.tier_summary``)."""
    if not summary.loc[TOTAL, "customers"]:
        return _nobody()
    return table(
        summary,
        {
            "customers": Column(words("segment.customers"), units.count),
            "share": Column(words("segment.share"), units.percent),
            "reference_share": Column(words("segment.reference"), partial(units.percent, digits=0)),
            "revenue": Column(
                words("segment.revenue"), partial(units.money_in_full, currency=run.currency)
            ),
            "revenue_share": Column(words("segment.revenue_share"), units.percent),
            "median_days_since_last_order": Column(words("segment.median_days"), units.count),
            "orders_per_customer": Column(
                words("segment.orders_per_customer"), partial(units.decimal, digits=1)
            ),
        },
        names=_tier_names(summary.index),
        heading=words("segment.tier"),
        totals=[len(summary) - 1],
        note=words(
            "note.tiers",
            day=units.day(as_of),
            months=run.settings.rfm.months,
            high=f"{run.settings.rfm.high_score:g}",
        ),
    )


def tiers(summary: pd.DataFrame, run: Run) -> Figure | Absent:
    """Draw each tier's share of customers, beside the reference, and of revenue."""
    if not summary.loc[TOTAL, "customers"]:
        return _nobody()
    rows = summary.drop(TOTAL)
    figure, (axes,) = theme.canvas(2.6)
    said = []
    for place, (tier, row) in enumerate(rows.iterrows()):
        shares = {"share": (theme.BEFORE, -0.19), "revenue_share": (theme.ACCENT, 0.19)}
        for column, (colour, shift) in shares.items():
            axes.barh(place + shift, row[column], height=0.34, color=colour, linewidth=0)
        text = words(
            "segment.of_customers",
            share=units.percent(row["share"]),
            reference=units.percent(row["reference_share"], digits=0),
        )
        reach = max(row["share"], row["reference_share"])
        theme.label_bar(axes, reach, place - 0.19, text)
        money = units.money(row["revenue"], run.currency)
        share = row["revenue_share"] if pd.notna(row["revenue_share"]) else 0.0
        theme.label_bar(
            axes,
            share,
            place + 0.19,
            words("segment.of_revenue", share=units.percent(row["revenue_share"]), money=money),
        )
        axes.plot(
            [row["reference_share"]] * 2, [place - 0.4, place - 0.0], color=theme.INK, linewidth=1.6
        )
        said.append(f"{words(f'tier.{tier}')} {text}, {money}")
    axes.set_yticks(range(len(rows)), _tier_names(rows.index))
    axes.invert_yaxis()
    theme.bars_only(axes)
    axes.margins(x=0.28)
    axes.set_xlim(left=min(0, axes.get_xlim()[0]) if (rows["revenue_share"] < 0).any() else 0)
    return Figure(figure, words("alt.tiers", said="; ".join(said)), note=words("note.tiers_figure"))


def moves_table(moved: pd.DataFrame, run: Run, before: date, now: date) -> Table | Absent:
    """Lay out who was in which tier before and is now (``analyses.segmentation.moves``)."""
    if moved.empty:
        return _no_moves(run, before)
    counts = moved["customers"].unstack("now")[[*_ORDER, GONE]].loc[[*_ORDER, NEW]]
    counts[TOTAL] = counts.sum(axis=1)
    counts.loc[TOTAL] = counts.sum()
    return table(
        counts,
        {name: Column(words(f"tier.{name}"), units.count) for name in counts.columns},
        names=_tier_names(counts.index),
        heading=words("segment.before", day=units.day(before)),
        totals=[len(counts) - 1],
        note=words(
            "note.moves",
            before=units.day(before),
            now=units.day(now),
            months=run.settings.rfm.months,
        ),
    )


def flows(gained: pd.DataFrame, run: Run, before: date) -> Figure | Absent:
    """Draw how many customers joined and left each tier (``analyses.segmentation.flows``)."""
    if gained.empty:
        return _no_moves(run, before)
    figure, (axes,) = theme.canvas(1.9)
    said = []
    for place, (tier, row) in enumerate(gained.iterrows()):
        axes.barh(place, row["joined"], height=0.62, color=theme.GAIN, linewidth=0)
        axes.barh(place, -row["left"], height=0.62, color=theme.LOSS, linewidth=0)
        theme.label_bar(axes, row["joined"], place, f"+{units.count(row['joined'])}")
        # A bar of nothing points left too, so that its label does not meet the other one's.
        theme.label_bar(axes, -max(row["left"], 1e-9), place, units.count(-row["left"]))
        said.append(
            words(
                "alt.joined_left",
                tier=words(f"tier.{tier}"),
                joined=units.count(row["joined"]),
                left=units.count(row["left"]),
                now=units.count(row["now"]),
            )
        )
    names = [
        f"{words(f'tier.{tier}')}  {units.count(row['before'])} → {units.count(row['now'])}"
        for tier, row in gained.iterrows()
    ]
    axes.set_yticks(range(len(gained)), names)
    axes.invert_yaxis()
    axes.axvline(0, color=theme.INK, linewidth=0.8)
    theme.bars_only(axes)
    axes.margins(x=0.15)
    return Figure(figure, words("alt.flows", said="; ".join(said)), note=words("note.flows"))


def fifths_table(groups: pd.DataFrame, run: Run) -> Table | Absent:
    """Lay out revenue by fifth of customers (``analyses.segmentation.by_fifth``)."""
    if not groups["customers"].sum():
        return _nobody()
    money = partial(units.money_in_full, currency=run.currency)
    return table(
        groups,
        {
            "customers": Column(words("segment.customers"), units.count),
            "smallest": Column(words("segment.smallest"), money),
            "revenue": Column(words("segment.revenue"), money),
            "share": Column(words("segment.revenue_share"), units.percent),
            "cumulative_share": Column(words("segment.cumulative_share"), units.percent),
        },
        names=[words(f"fifth.{fifth}") for fifth in groups.index],
        heading=words("segment.fifth"),
        note=words("note.fifths"),
    )


def fifths(groups: pd.DataFrame, run: Run) -> Figure | Absent:
    """Draw revenue by fifth of customers, the largest customers first."""
    if not groups["customers"].sum():
        return _nobody()
    figure, (axes,) = theme.canvas(2.1)
    names = [words(f"fifth.{fifth}") for fifth in groups.index]
    sns.barplot(
        x=groups["revenue"].to_numpy(float),
        y=names,
        ax=axes,
        color=theme.ACCENT,
        saturation=1,
        width=0.62,
    )
    said = []
    for place, row in enumerate(groups.itertuples()):
        text = f"{units.money(row.revenue, run.currency)}  {units.percent(row.share)}"
        said.append(f"{names[place]} {text}")
        theme.label_bar(axes, row.revenue, place, text)
    theme.bars_only(axes)
    axes.margins(x=0.2)
    if (groups["revenue"] >= 0).all():
        axes.set_xlim(left=0)
    return Figure(figure, words("alt.fifths", said="; ".join(said)), note=words("note.order_lines"))


_ORDER = ["high_value", "potential", "basic", "at_risk"]


def _tier_names(index: pd.Index) -> list[str]:
    return [words(f"tier.{name}") for name in index]


def _range(low: float, high: float, write: object) -> str:
    if pd.isna(low):
        return units.MISSING
    assert callable(write)
    first, last = write(low), write(high)
    return first if first == last else words("segment.range", low=first, high=last)


def _nobody() -> Absent:
    return Absent(words("absent.customers"))


def _no_moves(run: Run, before: date) -> Absent:
    return Absent(words("absent.moves", months=run.settings.rfm.months, day=units.day(before)))
