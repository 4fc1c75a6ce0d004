"""Pictures and tables of how data are kept up: what changed, what is blank, what has no class."""

from __future__ import annotations

from functools import partial

import pandas as pd

from analysis import units
from analysis.exhibits import theme
from analysis.exhibits.bars import bars, in_words, more, stacked
from analysis.exhibits.quality import fields_of
from analysis.exhibits.record import Absent, Figure, nothing
from analysis.exhibits.tables import Column, Table, table
from analysis.params import Run
from analysis.periods import month_label
from analysis.text import named, words


def restated_table(restated: pd.DataFrame, run: Run) -> Table | Absent:
    """Lay out the months whose figures changed since the last snapshot."""
    if restated.empty:
        return nothing("restated")
    shown = restated.head(run.settings.rank_rows)
    money = partial(units.money_in_full, currency=run.currency)
    shown = shown.assign(
        state=[
            words("quality.closed" if one else "quality.open_month") for one in shown["is_closed"]
        ],
        example=[text.split(",")[0].strip() or units.MISSING for text in shown["examples"]],
    )
    return table(
        shown,
        {
            "source": Column(words("quality.system")),
            "state": Column(words("quality.month_was")),
            "revenue_before": Column(words("table.before"), money),
            "revenue_after": Column(words("table.now"), money),
            "change": Column(words("table.change"), money),
            "rows_added": Column(words("quality.added"), units.count),
            "rows_removed": Column(words("quality.gone"), units.count),
            "rows_changed": Column(words("quality.changed"), units.count),
            "example": Column(words("quality.example")),
        },
        names=[month_label(month) for month in shown["month"]],
        heading=words("dimension.month"),
        note=words("note.restated") + more(len(restated) - len(shown)),
    )


def restated(changes: pd.DataFrame, run: Run) -> Figure | Absent:
    """Draw by how much closed months changed, the largest first; all months, if none was closed."""
    shown = changes[changes["is_closed"]] if changes["is_closed"].any() else changes
    if shown.empty:
        return nothing("restated")
    shown = shown.head(run.settings.rank_rows)
    names = [f"{month_label(row.month)}, {row.source}" for row in shown.itertuples()]
    labels = [units.money(amount, run.currency, signed=True) for amount in shown["change"]]
    shades = [theme.GAIN if amount >= 0 else theme.LOSS for amount in shown["change"]]
    figure, _ = bars(shown["change"].tolist(), names, labels, shades)
    return Figure(figure, words("alt.restated", said=in_words(names, labels)))


def moving_table(moving: pd.DataFrame, _run: Run) -> Table | Absent:
    """Lay out the fields that may only grow, and for how many customers they did not."""
    if moving.empty:
        return nothing("earlier")
    shown = moving.assign(examples=moving["examples"].replace("", units.MISSING))
    return table(
        shown,
        {
            "customers": Column(words("quality.in_both"), units.count),
            "moved": Column(words("quality.moved_on"), units.count),
            "moved_back": Column(words("quality.moved_back"), units.count),
            "share": Column(words("table.share"), partial(units.percent, digits=2)),
            "examples": Column(words("quality.example")),
        },
        names=[named("moving", field) for field in moving["field"]],
        heading=words("quality.field"),
        note=words("note.moving"),
    )


def moving(fields: pd.DataFrame, _run: Run) -> Figure | Absent:
    """Draw for how many customers each field moved on and back."""
    if fields.empty:
        return nothing("earlier")
    names = [named("moving", field) for field in fields["field"]]
    labels = [
        words("quality.on_and_back", on=units.count(row.moved), back=units.count(row.moved_back))
        for row in fields.itertuples()
    ]
    parts = [fields["moved"].tolist(), fields["moved_back"].tolist()]
    figure, _ = stacked(parts, names, labels, [theme.ACCENT, theme.LOSS])
    return Figure(figure, words("alt.moving", said=in_words(names, labels)))


def discipline_table(owners: pd.DataFrame, run: Run) -> Table | Absent:
    """Lay out who leaves how many fields of their accounts blank (``agreement.discipline``)."""
    if owners.empty:
        return nothing("discipline")
    shown = owners.head(run.settings.rank_rows)
    shown = shown.assign(
        worst=[
            words("quality.worst", field=field, n=units.count(blank)) if blank else units.MISSING
            for field, blank in zip(shown["worst_field"], shown["worst_blank"], strict=True)
        ]
    )
    return table(
        shown,
        {
            "customers": Column(words("quality.accounts"), units.count),
            "asked": Column(words("quality.values"), units.count),
            "blank": Column(words("quality.blank"), units.count),
            "share": Column(words("table.share"), units.percent),
            "worst": Column(words("quality.mostly")),
        },
        names=_owners(shown),
        heading=words("quality.account_owner"),
        note=words("note.discipline") + more(len(owners) - len(shown)),
    )


def discipline(owners: pd.DataFrame, run: Run) -> Figure | Absent:
    """Draw what share of the values each owner should have entered is blank."""
    if owners.empty or not owners["blank"].sum():
        return nothing("discipline")
    shown = owners.head(run.settings.rank_rows)
    names = _owners(shown)
    labels = [
        words("quality.blank_of", share=units.percent(row.share), n=units.count(row.blank))
        for row in shown.itertuples()
    ]
    figure, _ = bars(shown["share"].fillna(0.0).tolist(), names, labels)  # no account: no bar
    return Figure(figure, words("alt.discipline", said=in_words(names, labels)))


def leftovers_table(left: pd.DataFrame, run: Run) -> Table | Absent:
    """Lay out the words that no class knows (``agreement.leftovers``)."""
    if left.empty:
        return nothing("leftovers")
    shown = left.head(run.settings.rank_rows)
    return table(
        shown.assign(field=fields_of(shown)),
        {
            "field": Column(words("quality.field")),
            "source": Column(words("quality.system")),
            "rows": Column(words("quality.records"), units.count),
            "revenue": Column(
                words("measure.revenue.label"),
                partial(units.money_in_full, currency=run.currency),
            ),
        },
        names=shown["word"].astype(str).tolist(),
        heading=words("quality.word"),
        note=words("note.leftovers") + more(len(left) - len(shown)),
    )


def leftovers(left: pd.DataFrame, run: Run) -> Figure | Absent:
    """Draw how many records hold each word that no class knows."""
    if left.empty:
        return nothing("leftovers")
    shown = left.sort_values("rows", ascending=False, kind="stable").head(run.settings.rank_rows)
    names = [
        words("quality.word_of", word=word, field=field)
        for word, field in zip(shown["word"], fields_of(shown), strict=True)
    ]
    labels = [units.count(rows) for rows in shown["rows"]]
    figure, _ = bars(shown["rows"].tolist(), names, labels)
    return Figure(figure, words("alt.leftovers", said=in_words(names, labels)))


def _owners(owners: pd.DataFrame) -> list[str]:
    return [
        " ".join(part for part in (number, name) if part) or words("quality.nobody")
        for number, name in zip(owners["owner_id"], owners["name"], strict=True)
    ]
