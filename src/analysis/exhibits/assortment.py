"""Tables and pictures of the range: price bands, stars and slow movers, the slower half."""

from __future__ import annotations

from functools import partial
from textwrap import shorten
from typing import Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.transforms import Bbox

from analysis import units
from analysis.exhibits import bars, grids, theme
from analysis.exhibits.record import Absent, Figure, absent, nothing
from analysis.exhibits.tables import Column, Table, table
from analysis.measures.catalogue import DIMENSIONS
from analysis.params import Run
from analysis.periods import Period
from analysis.text import words

TOTAL = "(total)"
STAR, VOLUME, SLOW, OTHERS, NEW = "star", "volume", "slow", "others", "new"
DRAWN = {OTHERS: theme.RULE, VOLUME: theme.BEFORE, STAR: theme.GAIN, SLOW: theme.LOSS}
"""Classes in the order they are drawn, what matters last."""
FURTHEST = 8.0
"""Multiple of the median at the right edge; a product beyond it is drawn on the edge."""
WIDEST = 0.2
"""Difference of margin rates at the upper and lower edge, 0–1."""
STRONGEST = 0.1
"""Difference of margin rates at which a shade is strongest."""
MANY = 400
"""Products from which dots are drawn small."""
LABELLED = 3
"""Products of a class whose name stands beside their dot."""


BESIDE: Final = (
    (7, 0, "left"), (-7, 0, "right"), (7, 12, "left"), (-7, 12, "right"), (7, -12, "left"),
    (-7, -12, "right"), (0, 13, "center"), (0, -13, "center"),
)  # fmt: skip
"""Where a name may stand beside its dot, in points, the best place first."""


def bands_table(bands: pd.DataFrame, run: Run, window: Period) -> Table | Absent:
    """Lay out each category: products, sales, margin, and how its stock turns."""
    if bands.empty:
        return absent(DIMENSIONS["product"].needs)
    rows = bands.xs(TOTAL, level="band")
    rows = _with_others(rows, run.settings.rank_rows)
    money = partial(units.money_in_full, currency=run.currency)
    columns = {
        "products": Column(words("assortment.products"), units.count),
        "revenue": Column(words("measure.revenue.label"), money),
        "gross_margin": Column(words("measure.gross_margin.label"), money),
        "margin_rate": Column(words("measure.gross_margin_rate.label"), units.percent),
        "moving_share": Column(words("assortment.moving"), units.percent),
        "sell_through": Column(words("assortment.sell_through"), units.percent),
        "stock_value": Column(words("assortment.stock"), money),
        "stock_days": Column(words("assortment.stock_days"), units.count),
    }
    shown = {name: column for name, column in columns.items() if rows[name].notna().any()}
    cuts = run.settings.assortment.price_cuts
    rule = (
        words("note.bands_cuts", cuts=", ".join(units.money(cut, run.currency) for cut in cuts))
        if cuts
        else words("note.bands_thirds")
    )
    note = "note.bands_table" if "stock_value" in shown else "note.bands_table_sales"
    return table(
        rows,
        shown,
        names=[_name("category", str(name), run) for name in rows.index],
        heading=DIMENSIONS["category"].label,
        totals=[len(rows) - 1],
        note=words(note, window=window.label, rule=rule) + bars.more(_left(bands, rows)),
    )


def bands(bands: pd.DataFrame, run: Run, window: Period) -> Figure | Absent:
    """Draw gross margin and its rate by category and price band, shaded against the whole range."""
    if bands.empty or not bands["margin_rate"].notna().any():
        return absent("order_lines.cost")
    whole = bands.loc[(TOTAL, TOTAL), "margin_rate"]
    kept = [*bands.index.get_level_values(0).unique()]
    kept = [*kept[:-1][: run.settings.rank_rows - 1], TOTAL]
    margin, rate = (
        bands[name].unstack(sort=False).loc[kept] for name in ("gross_margin", "margin_rate")
    )
    order = [*[band for band in margin if band != TOTAL], TOTAL]
    names = [_name("category", str(name), run) for name in kept]
    heads = [_name("band", str(name), run) for name in order]
    texts = [
        [
            "" if pd.isna(margin.loc[row, band])
            else f"{units.money(margin.loc[row, band], run.currency)}\n"
            f"{units.percent(rate.loc[row, band])}"
            for band in order
        ]
        for row in kept
    ]  # fmt: skip
    shades = ((rate[order] - whole) / STRONGEST).to_numpy().tolist()
    said = "; ".join(
        f"{name}, {head} {text}".replace("\n", " at ")
        for name, row in zip(names, texts, strict=True)
        for head, text in zip(heads, row, strict=True)
        if text
    )
    return Figure(
        grids.grid(texts, shades, names, heads),
        words("alt.bands", said=said),
        note=words("note.bands_figure", window=window.label),
    )


def listed_table(
    listed: pd.DataFrame, classes: pd.DataFrame, run: Run, window: Period
) -> Table | Absent:
    """Lay out the stars that earn most and the slow movers that tie up most."""
    if listed.empty:
        return nothing("classes")
    money = partial(units.money_in_full, currency=run.currency)
    has_stock = bool(listed["stock_value"].notna().any())
    written = listed.assign(
        of=[words(f"assortment.one_class.{name}") for name in listed["class"]],
        cover=[_cover(months) for months in listed["cover_months"]],
    )
    columns = {
        "of": Column(words("assortment.class")),
        "category": Column(DIMENSIONS["category"].label),
        "units": Column(words("assortment.units"), units.count),
        "gross_margin": Column(words("measure.gross_margin.label"), money),
        "margin_rate": Column(words("measure.gross_margin_rate.label"), units.percent),
    }
    if has_stock:
        columns |= {
            "stock_value": Column(words("assortment.stock"), money),
            "cover": Column(words("assortment.cover")),
        }
    counts = listed["class"].value_counts()
    note = words(
        "note.quadrant" if has_stock else "note.quadrant_sales", **rule(run), window=window.label
    ) + words(
        "note.quadrant_listed",
        stars=int(counts.get(STAR, 0)), all_stars=units.count(classes.loc[STAR, "products"]),
        slow=int(counts.get(SLOW, 0)), all_slow=units.count(classes.loc[SLOW, "products"]),
    )  # fmt: skip
    return table(
        written,
        columns,
        names=[_product(row) for _, row in listed.iterrows()],
        heading=DIMENSIONS["product"].label,
        note=note,
    )


def quadrant(judged: pd.DataFrame, listed: pd.DataFrame) -> Figure | Absent:
    """Draw products by units and margin against their category; name those that lead the lists."""
    shown = judged[(judged["class"] != NEW) & (judged["category"] != "")]
    shown = shown[shown["volume_index"].notna() & shown["margin_gap"].notna()]
    if shown.empty:
        return nothing("classes")
    figure, (axes,) = theme.canvas(3.6)
    places = {
        name: (
            min(row["volume_index"], FURTHEST) ** 0.5,
            max(min(row["margin_gap"], WIDEST), -WIDEST),
        )
        for name, row in shown.iterrows()
    }
    for kind, colour in DRAWN.items():
        dots = [places[name] for name in shown.index[shown["class"] == kind]]
        axes.scatter(
            [x for x, _ in dots], [y for _, y in dots], s=26 if len(shown) < MANY else 7,
            color=colour, linewidth=0,
            label=words(f"assortment.legend.{kind}"),
        )  # fmt: skip
    axes.axhline(0, color=theme.MUTED, linewidth=0.8)
    axes.axvline(1, color=theme.MUTED, linewidth=0.8)
    ticks = [0.0, 0.5, 1.0, 2.0, 4.0, FURTHEST]
    axes.set_xticks([tick**0.5 for tick in ticks], [f"{tick:g}×" for tick in ticks])
    reach = min(max(shown["margin_gap"].abs().quantile(0.99), 0.02), WIDEST) * 1.1
    axes.set(xlim=(-0.05, FURTHEST**0.5 + 0.1), ylim=(-reach, reach))
    axes.yaxis.set_major_locator(theme.few_ticks(4))
    axes.yaxis.set_major_formatter(lambda value, _: units.points(value))
    axes.set(xlabel=words("assortment.x_axis"), ylabel=words("assortment.y_axis"))
    axes.legend(
        loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=4, frameon=False, handletextpad=0.1,
        columnspacing=1.2, fontsize=theme.LABEL,
    )  # fmt: skip
    first = listed.groupby("class", sort=False).head(LABELLED)
    named = [name for name in first.index if name in places]
    called = {_short(first.loc[name, "name"], str(name), 26): places[name] for name in named}
    marked = shown["class"].isin([STAR, SLOW])
    _label(axes, called, [places[name] for name in shown.index[marked]])
    counts = shown["class"].value_counts()
    said = "; ".join(
        f"{words(f'assortment.legend.{kind}')} {counts.get(kind, 0)}" for kind in DRAWN
    )
    return Figure(figure, words("alt.quadrant", said=said), note=words("note.quadrant_figure"))


def slow_half_table(halves: pd.DataFrame, run: Run) -> Table | Absent:
    """Lay out the slower half of each category, and what more it would earn if it were average."""
    if halves.empty:
        return nothing("classes")
    rows = halves.head(run.settings.rank_rows)
    money = partial(units.money_in_full, currency=run.currency)
    columns = {
        "slow_products": Column(words("assortment.slow_products"), units.count),
        "slow_share": Column(words("assortment.slow_share"), units.percent),
        "slow_rate": Column(words("assortment.slow_rate"), units.percent),
        "category_rate": Column(words("assortment.category_rate"), units.percent),
        "mix_effect": Column(words("assortment.mix_effect"), money),
        "pace_effect": Column(words("assortment.pace_effect"), money),
        "slow_stock": Column(words("assortment.slow_stock"), money),
    }
    return table(
        rows,
        {name: column for name, column in columns.items() if rows[name].notna().any()},
        names=[_name("category", str(name), run) for name in rows.index],
        heading=DIMENSIONS["category"].label,
        note=words("note.slow_half") + bars.more(len(halves) - len(rows)),
    )


def rule(run: Run) -> dict[str, str]:
    """The thresholds of the classes, as notes print them."""
    settings = run.settings.assortment
    return {
        "share": units.percent(settings.high_share, digits=0),
        "cover": units.decimal(settings.slow_cover_months, 1).removesuffix(".0"),
        "new": units.count(settings.new_months),
    }


def _label(
    axes: Axes, places: dict[str, tuple[float, float]], dots: list[tuple[float, float]]
) -> None:
    """Write names beside their dots, where they cover no other name and no dot of a class.

    A name that finds no room is left out.
    """
    figure = axes.get_figure(root=True)
    if figure is None:
        return
    figure.draw_without_rendering()
    page = axes.get_window_extent()
    taken: list[Bbox] = []
    drawn = axes.transData.transform(dots)
    for name, place in places.items():
        for x, y, side in BESIDE:
            text = axes.annotate(
                name, place, xytext=(x, y), textcoords="offset points", ha=side, va="center",
                fontsize=theme.LABEL,
                bbox={"facecolor": "white", "alpha": 0.8, "edgecolor": "none", "pad": 0.5},
            )  # fmt: skip
            text.set_in_layout(False)
            box = text.get_window_extent().padded(3)
            within = page.x0 <= box.x0 and box.x1 <= page.x1
            within = within and page.y0 <= box.y0 and box.y1 <= page.y1
            covers = any(box.contains(*dot) for dot in drawn)
            if within and not covers and not any(box.overlaps(other) for other in taken):
                taken.append(box)
                break
            text.remove()


def _with_others(rows: pd.DataFrame, most: int) -> pd.DataFrame:
    """The first categories and the total; the rest are counted in the note."""
    parts = rows.drop(index=TOTAL)
    return pd.concat([parts.head(most - 1), rows.loc[[TOTAL]]])


def _left(bands: pd.DataFrame, rows: pd.DataFrame) -> int:
    return int(bands.index.get_level_values(0).nunique()) - len(rows)


def _name(dimension: str, name: str, run: Run) -> str:
    if name == TOTAL:
        return words("table.total")
    if dimension == "category":
        return run.part("category", name)
    if not name:
        return words("assortment.no_price")
    return (
        words("assortment.band_number", number=name)
        if name.isdigit()
        else words(f"assortment.band.{name}")
    )


def _product(row: pd.Series) -> str:
    number = str(row.name)
    if pd.isna(row["name"]):
        return number
    return words("assortment.product", name=_short(row["name"], number, 40), id=number)


def _short(name: object, number: str, most: int) -> str:
    """A name that fits; the number of what has none."""
    return shorten(str(name), most, placeholder=" …") if isinstance(name, str) else number


def _cover(months: float) -> str:
    if months == float("inf"):
        return words("assortment.no_sales")
    return units.decimal(months, 1)
