"""Pictures and tables of what happened."""

from __future__ import annotations

from functools import partial

import pandas as pd
import seaborn as sns

from analysis import units
from analysis.exhibits import theme
from analysis.exhibits.marks import end_labels, month_axis, names_of
from analysis.exhibits.record import Absent, Figure, absent
from analysis.exhibits.tables import Column, Table, table
from analysis.measures.catalogue import DIMENSIONS, MEASURES
from analysis.params import Run
from analysis.periods import month_label
from analysis.text import words


def headline(comparison: pd.DataFrame, run: Run) -> Table:
    """Lay out every headline measure with the period before and the year before.

    Amounts are in full, so that they can be checked against the firm's own books. What the data
    cannot give is left out: measures without a value, bases they do not reach back to.
    """
    rows = comparison[comparison["current"].notna()]
    headings = {
        "current": run.period.label,
        "prior": run.period.prior().label,
        "change_prior": words("table.change"),
        "year_before": run.period.year_before().label,
        "change_year_before": words("table.change"),
    }
    same = run.period.prior() == run.period.year_before()
    shown = [
        name
        for name in headings
        if rows[name].notna().any() and not (same and name.endswith("year_before"))
    ]
    written = pd.DataFrame(
        {
            name: [_written(name, str(measure), row, run) for measure, row in rows.iterrows()]
            for name in shown
        }
    )
    return table(
        written,
        {name: Column(headings[name], str) for name in shown},
        names=[MEASURES[str(name)].label for name in rows.index],
        heading=words("table.measure"),
        note=words("note.headline", currency=run.currency),
    )


def _written(column: str, name: str, row: pd.Series, run: Run) -> str:
    """A value of the headline table as its unit is written; a change as growth or points."""
    unit = MEASURES[name].unit
    if column.startswith("change_"):
        if not MEASURES[name].settled:
            return units.MISSING
        base = column.removeprefix("change_")
        growth = units.percent(row[f"growth_{base}"], signed=True)
        return units.points(row[column]) if unit == "rate" else growth
    if unit == "money":
        return units.money_in_full(row[column], run.currency, digits=2)
    return units.value(row[column], unit, run.currency)


def trend(months: pd.DataFrame, run: Run) -> Figure:
    """Draw revenue by month, with the same month a year before."""
    return _trend(months, run, height=2.7)


def front_trend(months: pd.DataFrame, run: Run) -> Figure:
    """The trend, small, for the front page."""
    return _trend(months, run, height=1.4)


def _trend(months: pd.DataFrame, run: Run, height: float) -> Figure:
    figure, (axes,) = theme.canvas(height)
    places = range(len(months))
    inside = [
        place
        for place, month in enumerate(months.index)
        if run.period.first <= month <= run.period.last
    ]
    axes.axvspan(min(inside) - 0.5, max(inside) + 0.5, color=theme.BAND, linewidth=0)
    lines = {"year_before": theme.BEFORE, "revenue": theme.ACCENT}
    for column, colour in lines.items():
        sns.lineplot(
            x=places, y=months[column].to_numpy(float), ax=axes, color=colour, errorbar=None
        )
    month_axis(axes, months.index)
    axes.yaxis.set_major_formatter(lambda value, _: units.money_tick(value, run.currency))
    axes.yaxis.set_major_locator(theme.few_ticks(4 if height > 2 else 3))
    axes.grid(axis="y", color=theme.RULE, linewidth=0.6)
    axes.set(ylim=(0, None), xlabel="", ylabel="")
    last = months.iloc[-1]
    end_labels(
        axes,
        len(months) - 0.5,  # where the shaded months end
        [
            (
                last["revenue"],
                f"{units.money(last['revenue'], run.currency)}\n{words('chart.revenue')}",
                theme.ACCENT,
            ),
            (last["year_before"], words("chart.year_before"), theme.MUTED),
        ],
    )
    money = partial(units.money, currency=run.currency)
    revenue = months["revenue"]
    alt = words(
        "alt.trend",
        first=month_label(months.index[0]),
        last=month_label(months.index[-1]),
        now=money(last["revenue"]),
        before=money(last["year_before"]),
        low=money(revenue.min()),
        low_month=month_label(revenue.idxmin()),
        high=money(revenue.max()),
        high_month=month_label(revenue.idxmax()),
    )
    return Figure(figure, alt, note=words("note.order_lines"))


def trend_table(months: pd.DataFrame, run: Run) -> Table:
    """Lay out revenue by month, beside the same month a year before."""
    money = partial(units.money_in_full, currency=run.currency)
    shown = months.tail(13)
    return table(
        shown,
        {
            "revenue": Column(words("measure.revenue.label"), money),
            "year_before": Column(words("table.year_before"), money),
            "growth": Column(words("table.growth"), partial(units.percent, signed=True)),
        },
        names=[month_label(month) for month in shown.index],
        heading=words("dimension.month"),
    )


def years(totals: pd.DataFrame, run: Run) -> Figure:
    """Draw revenue of each year as bars; a year held in part says of how many months it is."""
    figure, (axes,) = theme.canvas(0.45 + 0.34 * len(totals))
    names = _year_names(totals)
    amounts = totals["revenue"].to_list()
    sns.barplot(x=amounts, y=names, ax=axes, color=theme.ACCENT, saturation=1, width=0.62)
    said = []
    for place, row in enumerate(totals.itertuples()):
        text = units.money(row.revenue, run.currency)
        if pd.notna(row.growth):
            text += f"  {units.percent(row.growth, signed=True)}"
        said.append(f"{names[place]} {text}")
        theme.label_bar(axes, row.revenue, place, text)
    theme.bars_only(axes)
    axes.margins(x=0.2)
    axes.set_xlim(left=0)
    return Figure(figure, words("alt.years", said="; ".join(said)), note=words("note.order_lines"))


def years_table(totals: pd.DataFrame, run: Run) -> Table:
    """Lay out revenue, growth and months held of each year."""
    return table(
        totals,
        {
            "revenue": Column(
                words("measure.revenue.label"),
                partial(units.money_in_full, currency=run.currency, digits=2),
            ),
            "growth": Column(words("table.growth"), partial(units.percent, signed=True)),
            "months": Column(words("table.months"), units.count),
        },
        names=_year_names(totals),
        heading=words("table.year"),
        note=words("note.years"),
    )


def _year_names(totals: pd.DataFrame) -> list[str]:
    return [
        str(year) if months == 12 else words("part.months", year=year, months=months)
        for year, months in totals["months"].items()
    ]


def ranking(parts: pd.DataFrame, run: Run) -> Figure | Absent:
    """Draw revenue of each part as bars, largest first, with last year's as a tick."""
    if parts.empty:
        return absent(DIMENSIONS[str(parts.index.name)].needs)
    figure, (axes,) = theme.canvas(0.45 + 0.34 * len(parts))
    names = names_of(parts.index, run)
    sns.barplot(
        x=parts["revenue"].to_numpy(float),
        y=names,
        ax=axes,
        color=theme.ACCENT,
        saturation=1,
        width=0.62,
    )
    base = "year_before" if parts["revenue_year_before"].notna().any() else "prior"
    before = parts[f"revenue_{base}"]
    reach = float(parts[["revenue", f"revenue_{base}"]].max(axis=None))
    for place, (name, row) in enumerate(parts.iterrows()):
        axes.plot([before[name]] * 2, [place - 0.38, place + 0.38], color=theme.INK, linewidth=1.6)
        growth = units.percent(row[f"growth_{base}"], signed=True)
        text = units.money(row["revenue"], run.currency)
        # In one column: beside a mark, a value would be read as the mark's.
        theme.label_bar(
            axes, reach, place, text if growth == units.MISSING else f"{text}  {growth}"
        )
    theme.bars_only(axes)
    axes.set_xlim(0, reach * 1.25)
    said = "; ".join(
        f"{name} {units.money(row['revenue'], run.currency)}"
        for name, (_, row) in zip(names, parts.iterrows(), strict=True)
    )
    dimension = DIMENSIONS[str(parts.index.name)].label.lower()
    compared = before.notna().any()
    note = words(f"note.ranking_{base}" if compared else "note.order_lines")
    return Figure(figure, words("alt.ranking", dimension=dimension, said=said), note)


def ranking_table(parts: pd.DataFrame, run: Run) -> Table | Absent:
    """Lay out revenue, share, growth, orders, customers and margin of each part."""
    if parts.empty:
        return absent(DIMENSIONS[str(parts.index.name)].needs)
    money = partial(units.money_in_full, currency=run.currency, digits=2)
    signed = partial(units.percent, signed=True)
    columns = {
        "revenue": Column(words("measure.revenue.label"), money),
        "share": Column(words("table.share"), units.percent),
        "growth_prior": Column(words("table.on_prior"), signed),
        "growth_year_before": Column(words("table.on_year_before"), signed),
        "orders": Column(words("measure.orders.label"), units.count),
        "customers": Column(words("measure.customers.label"), units.count),
        "gross_margin_rate": Column(words("measure.gross_margin_rate.label"), units.percent),
    }
    shown = {name: column for name, column in columns.items() if parts[name].notna().any()}
    if run.period.prior() == run.period.year_before():
        shown.pop("growth_prior", None)
    return table(
        parts, shown, names=names_of(parts.index, run),
        heading=DIMENSIONS[str(parts.index.name)].label, note=words("note.ranking_table"),
    )  # fmt: skip
