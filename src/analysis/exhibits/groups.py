"""Tables and pictures of how groups of customers differ."""

from __future__ import annotations

from functools import partial

import pandas as pd

from analysis import units
from analysis.exhibits import bars, theme
from analysis.exhibits.record import Absent, Figure, absent, nothing
from analysis.exhibits.tables import Column, Table, table
from analysis.params import Run
from analysis.periods import Period
from analysis.settings import Cross
from analysis.text import has, words

TOTAL = "(total)"
MEANS = {"average_order_value", "revenue_per_customer", "satisfaction", "deal_cycle"}
STAR = " *"
DRAWN = ["size_band", "industry", "acquisition_channel", "is_new", "kind"]
"""Dimensions that may be drawn, the first that is known of most of them."""
MOST_COLUMNS = 6


def comparison_table(
    comparison: pd.DataFrame, customers: pd.DataFrame, run: Run, window: Period
) -> Table | Absent:
    """Lay out the differences that stand: both groups, the difference, its size and interval.

    Parameters
    ----------
    comparison : DataFrame
        As ``analyses.groups.comparison`` gives it.
    customers : DataFrame
        As ``analyses.groups.customers`` gives it.
    run : Run
        Gives the population and the thresholds.
    window : Period
        Months the figures are of.
    """
    tested = comparison["p"].notna()
    if not tested.any():
        return nothing("groups")
    stands = comparison[comparison["differs"]]
    shown = stands.sort_values("p", kind="stable").head(run.settings.rank_rows)
    shown = shown.sort_index(level=["measure"], sort_remaining=False) if len(shown) else shown
    if shown.empty:
        return nothing("groups_differ")
    write = partial(_value, run=run)
    rows = [
        {
            "group": _group(str(dimension), str(within), str(group)),
            "mine": write(str(measure), row["value"]),
            "others": write(str(measure), row["rest"]),
            "difference": words(
                "groups.interval",
                low=_apart(str(measure), row["difference_low"], run),
                high=_apart(str(measure), row["difference_high"], run),
            ),
            "effect": _effect(str(measure), row["effect"]),
            "n": words(
                "groups.of", count=units.count(row["customers"]),
                rest=units.count(row["customers"] + row["rest_customers"]),
            ),
        }
        for (measure, dimension, within, group), row in shown.iterrows()
    ]  # fmt: skip
    names = [words(f"groups.measure_name.{measure}") for measure, *_ in shown.index]
    heads = {
        "group": "groups.group", "mine": "groups.mine", "others": "groups.others",
        "difference": "groups.difference", "effect": "groups.effect", "n": "groups.n",
    }  # fmt: skip
    return table(
        pd.DataFrame(rows),
        {name: Column(words(key), str if name != "group" else None) for name, key in heads.items()},
        names=names,
        heading=words("groups.measure"),
        note=words(
            "note.groups",
            customers=units.count(len(customers)),
            window=window.label,
            population=_population(run),
            doubt=units.percent(run.settings.groups.doubt, digits=0),
            tests=units.count(tested.sum()),
            rest=units.count(tested.sum() - len(stands)),
            unfair=words("note.groups_unfair"),
        ) + bars.more(len(stands) - len(shown)),
    )  # fmt: skip


def comparison(comparison: pd.DataFrame, run: Run) -> Figure | Absent:
    """Draw the average order value of the groups of one dimension, each with its interval."""
    known = comparison[comparison["customers"] >= run.settings.min_customers]
    known = known[known["low"].notna()]
    orders = known[known.index.get_level_values("measure") == "average_order_value"]
    within = "b2b" if "b2b" in orders.index.get_level_values("within") else None
    for dimension in DRAWN:
        of = orders[orders.index.get_level_values("dimension") == dimension]
        if within and dimension != "kind":
            of = of[of.index.get_level_values("within") == within]
        if len(of) > 1:
            return _dots(of.head(run.settings.rank_rows), dimension, run)
    return nothing("groups")


def crossing_table(
    crossing: pd.DataFrame, cross: Cross, run: Run, window: Period
) -> Table | Absent:
    """Lay out a cross table, each cell with its customers, too small ones named as such.

    Parameters
    ----------
    crossing : DataFrame
        As ``analyses.groups.crossing`` gives it.
    cross : Cross
        What was crossed.
    run : Run
        Gives the smallest cell and the doubt.
    window : Period
        Months the figures are of.
    """
    if crossing.empty:
        return absent(
            words("groups.joint").join(_dimension(name) for name in [*cross.rows, *cross.columns])
        )
    rows = [name for name in crossing.index.get_level_values(0).unique() if name != TOTAL]
    columns = [name for name in crossing.index.get_level_values(1).unique() if name != TOTAL]
    sizes = crossing.loc[TOTAL, "customers"].reindex(columns)
    kept = [name for name in columns if name in sizes.nlargest(MOST_COLUMNS).index]
    lines = crossing.xs(TOTAL, level=1)["customers"].reindex(rows)
    kept_rows = [name for name in rows if name in lines.nlargest(run.settings.rank_rows - 1).index]
    texts = pd.DataFrame(
        [
            [_cell(crossing, row, name, cross, run) for name in [*kept, TOTAL]]
            for row in [*kept_rows, TOTAL]
        ],
        columns=[*kept, TOTAL],
    )
    heads = {name: Column(_part(cross.columns, str(name), run), str) for name in texts}
    left = len(columns) - len(kept)
    tested = crossing["differs"].any()
    note = words(
        "note.crossing",
        window=window.label,
        least=run.settings.groups.min_cell,
        tested=words(
            "note.crossing_tested", doubt=units.percent(run.settings.groups.doubt, digits=0)
        )
        if tested
        else "",
    ).strip()
    return table(
        texts,
        heads,
        names=[_part(cross.rows, str(name), run) for name in [*kept_rows, TOTAL]],
        heading=words(f"groups.measure_name.{cross.measure}"),
        totals=[len(texts) - 1],
        note=note
        + (words("note.crossing_left", n=left) if left else "")
        + bars.more(len(rows) - len(kept_rows)),
    )


def _dots(of: pd.DataFrame, dimension: str, run: Run) -> Figure:
    of = of.sort_values("value", ascending=False, kind="stable")
    figure, (axes,) = theme.canvas(0.35 + bars.ROW * len(of))
    names = [_group(dimension, str(within), str(group)) for _, _, within, group in of.index]
    texts = []
    for place, (_, row) in enumerate(of.iterrows()):
        axes.plot([row["low"], row["high"]], [place, place], color=theme.BEFORE, linewidth=2.5)
        axes.plot([row["value"]], [place], marker="o", color=theme.ACCENT)
        text = _value("average_order_value", row["value"], run)
        texts.append(text)
        # In a column right of every interval: beside its own, one could stand on the line of all.
        bars.label(axes, float(of["high"].max()), place, text)
    axes.set_yticks(range(len(names)), names)
    axes.tick_params(axis="y", labelcolor=theme.INK)
    axes.set_ylim(len(of) - 0.5, -0.5)
    axes.set_xlim(0, float(of["high"].max()) * 1.18)
    axes.xaxis.set_major_locator(theme.few_ticks(5))
    axes.xaxis.set_major_formatter(lambda value, _: units.money_tick(value, run.currency))
    whole = (of["value"] * of["n"]).sum() / of["n"].sum()
    axes.axvline(whole, color=theme.MUTED, linewidth=0.8, linestyle=":")
    return Figure(
        figure,
        words("alt.groups", said=bars.in_words(names, texts)),
        note=words("note.groups_figure", least=run.settings.min_customers),
    )


def _cell(crossing: pd.DataFrame, row: object, column: object, cross: Cross, run: Run) -> str:
    if (row, column) not in crossing.index:
        return words("groups.empty")
    cell = crossing.loc[(row, column)]
    if not cell["shown"]:
        return words("groups.too_few", least=run.settings.groups.min_cell)
    value = words(
        "groups.cell", value=_value(cross.measure, cell["value"], run),
        n=units.count(cell["customers"]),
    )  # fmt: skip
    return value + (STAR if cell["differs"] else "")


def _value(measure: str, value: float, run: Run) -> str:
    if pd.isna(value):
        return units.MISSING
    if measure in ("average_order_value", "revenue_per_customer"):
        return units.money(value, run.currency)
    if measure == "satisfaction":
        return words("groups.score", value=units.decimal(value, 2))
    if measure == "deal_cycle":
        return words("groups.days", value=units.decimal(value, 0))
    return units.percent(value)


def _apart(measure: str, value: float, run: Run) -> str:
    if measure in ("average_order_value", "revenue_per_customer"):
        return units.money(value, run.currency, signed=True)
    if measure in MEANS:
        return units.decimal(value, 2 if measure == "satisfaction" else 0)
    return units.points(value)


def _effect(measure: str, effect: float) -> str:
    if pd.isna(effect):
        return units.MISSING
    if measure in MEANS:
        return words("groups.effect_g", g=units.decimal(effect, 2))
    return units.points(effect)


def _group(dimension: str, within: str, group: str) -> str:
    key = f"groups.group_name.{dimension}.{group}"
    label = f"groups.group_label.{dimension}"
    name = words(key) if has(key) else words(label, group=group)
    return name + (words(f"groups.within.{within}") if has(f"groups.within.{within}") else "")


def _dimension(name: str) -> str:
    return words(f"groups.dimension_name.{name}")


def _part(dimensions: tuple[str, ...], name: str, run: Run) -> str:
    if name == TOTAL:
        return words("table.total")
    if not name or len(dimensions) > 1:
        return name or words("part.none")
    key = f"groups.group_name.{dimensions[0]}.{name}"
    return words(key) if has(key) else run.part(dimensions[0], name)


def _population(run: Run) -> str:
    rule = run.settings.population
    names = [*rule.kinds, *rule.regions, *rule.industries]
    parts = [words("note.groups_kept", names=", ".join(names))] if names else []
    if rule.top_share < 1:
        parts.append(words("note.groups_top", share=units.percent(rule.top_share, digits=0)))
    return words("note.groups_population", rule=", ".join(parts)) if parts else ""
