"""Pictures and tables of what was paid and what is owed."""

from __future__ import annotations

from datetime import date
from functools import partial

import pandas as pd

from analysis import units
from analysis.exhibits import bars, theme
from analysis.exhibits.record import Absent, Figure, absent, nothing
from analysis.exhibits.tables import Column, Table, table
from analysis.params import Run
from analysis.text import words

NEEDS = "payments"
Window = tuple[date, date, date]
"""First and last due date, and the day they are seen from."""


def rates_table(
    parts: pd.DataFrame, whole: pd.DataFrame, run: Run, window: Window, has_payments: bool
) -> Table | Absent:
    """Lay out what fell due and what was paid by region and channel, and on the whole."""
    if not has_payments:
        return absent(NEEDS)
    if parts.empty:
        return nothing("collections_due")
    shown = parts.head(run.settings.rank_rows)
    rows = pd.concat([shown, whole.assign(verdict="")]) if len(shown) > 1 else shown
    rows = rows.assign(
        ends=[_ends(row.low, row.high) for row in rows.itertuples()],
        said=[words(f"collections.verdict.{one}") if one else "" for one in rows["verdict"]],
    )
    settings = run.settings
    return table(
        rows,
        {
            "due": Column(words("collections.due"), partial(units.money, currency=run.currency)),
            "rate_at_due": Column(words("collections.at_due"), units.percent),
            "rate": Column(
                words("collections.in_time", days=settings.collections.grace_days), units.percent
            ),
            "ends": Column(words("collections.low_high")),
            "base": Column(words("collections.base"), units.percent),
            "rate_by_now": Column(words("collections.by_now"), units.percent),
            "customers": Column(words("collections.customers"), units.count),
            "said": Column(words("collections.verdict_heading")),
        },
        names=[*_names(shown, run), *([words("collections.whole")] if len(shown) > 1 else [])],
        heading=words("collections.where"),
        totals=[len(rows) - 1] if len(shown) > 1 else [],
        note=words(
            "note.collections_rates", first=units.day(window[0]), last=units.day(window[1]),
            days=settings.collections.grace_days,
            limit=units.percent(settings.channels.close_collection, digits=0),
        ) + bars.more(len(parts) - len(shown)),
    )  # fmt: skip


def ageing_table(ages: pd.DataFrame, run: Run, as_of: date, has_payments: bool) -> Table | Absent:
    """Lay out what is owed by how long it is overdue."""
    if not has_payments or ages.empty:
        return absent(NEEDS)
    if not ages["owed"].sum() > 0:
        return nothing("collections_owed")
    total = ages.sum(min_count=1).to_frame("total").T
    money = partial(units.money_in_full, currency=run.currency)
    return table(
        pd.concat([ages, total]),
        {
            "owed": Column(words("collections.owed"), money),
            "share": Column(words("collections.share"), units.percent),
            "owed_before": Column(words("collections.owed_before"), money),
        },
        names=[*(words(f"collections.ages.{age}") for age in ages.index), words("table.total")],
        heading=words("collections.age"),
        totals=[len(ages)],
        note=words("note.collections_ageing", day=units.day(as_of)),
    )


def ageing(ages: pd.DataFrame, run: Run, as_of: date, has_payments: bool) -> Figure | Absent:
    """Draw what is owed by how long it is overdue, with a year earlier as a mark."""
    if not has_payments or ages.empty:
        return absent(NEEDS)
    if not ages["owed"].sum() > 0:
        return nothing("collections_owed")
    names = [words(f"collections.ages.{age}") for age in ages.index]
    labels = [
        f"{units.money(row.owed, run.currency)} ({units.percent(row.share, digits=0)})"
        for row in ages.itertuples()
    ]
    colours = [theme.BEFORE, *[theme.ACCENT] * 3, theme.LOSS]
    figure, _ = bars.bars(ages["owed"].tolist(), names, labels, colours)
    return Figure(
        figure,
        words("alt.collections_ageing", said=bars.in_words(names, labels)),
        note=words("note.collections_ageing", day=units.day(as_of)),
    )


def largest_table(
    customers: pd.DataFrame, run: Run, as_of: date, has_payments: bool
) -> Table | Absent:
    """List the customers that owe most that is overdue."""
    if not has_payments:
        return absent(NEEDS)
    if customers.empty:
        return nothing("collections_overdue")
    shown = customers.head(run.settings.rank_rows)
    money = partial(units.money_in_full, currency=run.currency)
    return table(
        shown,
        {
            "overdue": Column(words("collections.overdue"), money),
            "late_more": Column(words("collections.late_more"), money),
            "payments": Column(words("collections.payments"), units.count),
            "days": Column(words("collections.oldest"), units.count),
        },
        names=[f"{place}. {name}" for place, name in enumerate(shown.index, start=1)],
        heading=words("collections.customer"),
        note=words("note.collections_largest", day=units.day(as_of))
        + bars.more(len(customers) - len(shown)),
    )


def _names(parts: pd.DataFrame, run: Run) -> list[str]:
    return [
        words(
            "collections.channel_of",
            region=run.part("region", region), channel=run.part("channel", channel).lower(),
        )
        for region, channel in parts.index
    ]  # fmt: skip


def _ends(low: float, high: float) -> str:
    if units.is_missing(low):
        return units.MISSING
    return f"{units.percent(low, digits=0).removesuffix('%')}–{units.percent(high, digits=0)}"
