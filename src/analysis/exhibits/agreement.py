"""Pictures and tables of how systems agree: on customers, on values, on totals."""

from __future__ import annotations

from functools import partial

import pandas as pd

from analysis import units
from analysis.exhibits import theme
from analysis.exhibits.bars import bars, in_words, more, stacked
from analysis.exhibits.marks import month_axis
from analysis.exhibits.quality import fields_of
from analysis.exhibits.record import Absent, Figure, nothing
from analysis.exhibits.tables import Column, Table, table
from analysis.params import Run
from analysis.periods import month_label
from analysis.text import words

TOTAL = "total"
STATUSES = {"matched": theme.ACCENT, "ambiguous": theme.LOSS, "unmatched": theme.BEFORE}


def linkage_table(linked: pd.DataFrame, _run: Run) -> Table | Absent:
    """Lay out customer records by system and how they were linked (``agreement.linkage``)."""
    if linked.empty:
        return nothing("linkage")
    columns = ["records", *STATUSES, "decided", "customers"]
    return table(
        linked,
        {name: Column(words(f"link.{name}"), units.count) for name in columns},
        names=[*map(str, linked.index[:-1]), words("table.total")],
        heading=words("quality.system"),
        totals=[len(linked) - 1],
        note=words("note.linkage"),
    )


def linkage(linked: pd.DataFrame, _run: Run) -> Figure | Absent:
    """Draw each system's customer records: matched, ambiguous, unmatched."""
    if linked.empty:
        return nothing("linkage")
    rows = linked.drop(TOTAL)
    names = list(map(str, rows.index))
    labels = [
        words(
            "link.split",
            matched=units.count(row.matched),
            ambiguous=units.count(row.ambiguous),
            unmatched=units.count(row.unmatched),
        )
        for row in rows.itertuples()
    ]
    parts = [rows[status].tolist() for status in STATUSES]
    figure, _ = stacked(parts, names, labels, list(STATUSES.values()))
    alt = words("alt.linkage", said=in_words(names, labels))
    return Figure(figure, alt, note=words("note.linkage_figure"))


def pairs_table(pairs: pd.DataFrame, bands: pd.DataFrame, _run: Run) -> Table | Absent:
    """Lay out the pairs of records a person should decide on first (``agreement.pairs``)."""
    if pairs.empty:
        return nothing("pairs")
    sides = {
        side: [
            words("link.record", system=system, number=number, name=name or units.MISSING)
            for system, number, name in zip(
                pairs[f"source_{side}"],
                pairs[f"local_id_{side}"],
                pairs[f"name_{side}"],
                strict=True,
            )
        ]
        for side in ("a", "b")
    }
    shown = pairs.assign(
        one=sides["a"], other=sides["b"],
        agree=[_listed(text) for text in pairs["agree_on"]],
        differ=[_listed(text) for text in pairs["differ_on"]],
    )  # fmt: skip
    return table(
        shown,
        {
            "one": Column(words("link.one")),
            "other": Column(words("link.other")),
            "probability": Column(words("link.probability"), partial(units.percent, digits=0)),
            "agree": Column(words("link.agree_on")),
            "differ": Column(words("link.differ_on")),
        },
        names=[str(place) for place in range(1, len(shown) + 1)],
        heading=words("link.pair"),
        note=words("note.pairs", shown=len(shown), all=units.count(bands["pairs"].sum())),
    )


def pairs(bands: pd.DataFrame, _run: Run) -> Figure | Absent:
    """Draw how likely the pairs are one customer (``agreement.pair_bands``)."""
    if bands.empty:
        return nothing("pairs")
    names = [
        words(
            "link.band",
            low=units.percent(row.low, digits=0),
            high=units.percent(row.high, digits=0),
        )
        for row in bands.itertuples()
    ]
    labels = [_counted("pair", number) for number in bands["pairs"]]
    figure, _ = bars(bands["pairs"].tolist(), names, labels)
    return Figure(figure, words("alt.pairs", said=in_words(names, labels)))


def conflicts_table(found: pd.DataFrame, run: Run) -> Table | Absent:
    """Lay out on what systems disagree, and whose value stays (``agreement.conflicts``)."""
    if found.empty:
        return nothing("conflicts")
    shown = found.head(run.settings.rank_rows)
    shown = shown.assign(rule=shown["rule"].replace("", units.MISSING))
    return table(
        shown,
        {
            "winner_source": Column(words("quality.winner")),
            "loser_source": Column(words("quality.loser")),
            "rule": Column(words("quality.why")),
            "conflicts": Column(words("quality.conflicts"), units.count),
        },
        names=fields_of(shown),
        heading=words("quality.field"),
        note=words("note.conflicts") + more(len(found) - len(shown)),
    )


def conflicts(found: pd.DataFrame, run: Run) -> Figure | Absent:
    """Draw how many values of each column gave way to another system's."""
    if found.empty:
        return nothing("conflicts")
    by_field = found.groupby(["table", "column"])["conflicts"].sum()
    by_field = by_field.sort_values(ascending=False).head(run.settings.rank_rows)
    names = fields_of(by_field.reset_index())
    labels = [units.count(number) for number in by_field]
    figure, _ = bars(by_field.tolist(), names, labels)
    return Figure(figure, words("alt.conflicts", said=in_words(names, labels)))


def control_table(differing: pd.DataFrame, run: Run) -> Table | Absent:
    """Lay out the months in which two systems' totals differ most, and all of them together."""
    if differing.empty:
        return nothing("control")
    money = partial(units.money_in_full, currency=run.currency)
    whole = differing["month"].isna()
    return table(
        differing,
        {
            "of_source": Column(words("quality.counted_of")),
            "source": Column(words("quality.counted_by")),
            "revenue_counted": Column(words("quality.counted"), money),
            "revenue_kept": Column(words("quality.kept"), money),
            "difference": Column(words("quality.difference"), money),
            "share": Column(
                words("quality.of_counted"), partial(units.percent, signed=True, digits=2)
            ),
        },
        names=[
            words("quality.all_months") if last else month_label(month)
            for month, last in zip(differing["month"], whole, strict=True)
        ],
        heading=words("dimension.month"),
        totals=[place for place, last in enumerate(whole) if last],
        note=words("note.control"),
    )


def control(totals: pd.DataFrame, run: Run) -> Figure | Absent:
    """Draw by month how far what was counted is from what was kept (``control_totals``)."""
    if totals.empty:
        return nothing("control")
    by_month = totals.groupby("month")[["difference", "revenue_counted"]].sum()
    by_month = by_month.tail(run.settings.trend_months)
    figure, (axes,) = theme.canvas(2.2)
    shades = [theme.LOSS if value else theme.ACCENT for value in by_month["difference"]]
    axes.bar(range(len(by_month)), by_month["difference"], color=shades, width=0.72, linewidth=0)
    axes.axhline(0, color=theme.INK, linewidth=0.8)
    month_axis(axes, pd.PeriodIndex(by_month.index, freq="M"))
    axes.yaxis.set_major_formatter(lambda value, _: units.money_tick(value, run.currency))
    axes.yaxis.set_major_locator(theme.few_ticks(4))
    axes.grid(axis="y", color=theme.RULE, linewidth=0.6)
    axes.set_axisbelow(True)
    said = "; ".join(
        f"{month} {units.money(row['difference'], run.currency, signed=True)}"
        for month, row in by_month.iterrows()
        if row["difference"]
    )
    alt = words("alt.control", said=said or words("quality.no_difference"))
    return Figure(figure, alt, note=words("note.control_figure"))


def _listed(text: str) -> str:
    """Names by commas, with a space after each."""
    return ", ".join(one.strip() for one in text.split(",") if one.strip()) or units.MISSING


def _counted(what: str, number: float) -> str:
    return words(f"link.one_{what}" if number == 1 else f"link.n_{what}s", n=units.count(number))
