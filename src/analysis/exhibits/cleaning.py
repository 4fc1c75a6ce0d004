"""Pictures and tables of what cleaning did, and of what it does to the headline."""

from __future__ import annotations

from functools import partial

import pandas as pd

from analysis import units
from analysis.exhibits import theme
from analysis.exhibits.bars import bars, in_words, more, stacked
from analysis.exhibits.record import Absent, Figure, nothing
from analysis.exhibits.tables import Column, Table, Write, table
from analysis.params import Run
from analysis.text import named, words

TOTAL = "total"
SHADES = {
    "rejected": theme.LOSS, "merged": theme.BEFORE, "repaired": theme.ACCENT,
    "converted": theme.BAND, "flagged": theme.GAIN,
}  # fmt: skip
SYSTEMS_NAMED = 3
HOW = ("read", "kept", "merged", "rejected", "open")


def log_table(log: pd.DataFrame, run: Run) -> Table | Absent:
    """Lay out what each rule did (``analyses.cleaning.cleaning_log``)."""
    if log.empty:
        return nothing("cleaning")
    shown = log.assign(
        action=[words(f"action.{action}") for action, _ in log.index],
        systems=[_systems(split) for split in log["by_source"]],
    )
    return table(
        shown,
        {
            "action": Column(words("quality.action")),
            "rows": Column(words("quality.records"), units.count),
            "share": Column(words("quality.of_read"), partial(units.percent, digits=2)),
            "revenue": Column(
                words("measure.revenue.label"),
                partial(units.money_in_full, currency=run.currency),
            ),
            "revenue_share": Column(words("quality.of_read"), partial(units.percent, digits=2)),
            "systems": Column(words("quality.by_system")),
        },
        names=[named("rule", rule) for _, rule in log.index],
        heading=words("quality.rule"),
        note=words("note.cleaning"),
    )


def log(done: pd.DataFrame, run: Run) -> Figure | Absent:
    """Draw the money each rule touched; its records, where no rule touched money."""
    if done.empty:
        return nothing("cleaning")
    by_money = bool((done["revenue"] > 0).any())
    column = "revenue" if by_money else "rows"
    shown = done.sort_values(column, ascending=False, kind="stable").head(run.settings.rank_rows)
    names = [named("rule", rule) for _, rule in shown.index]
    labels = [
        words(
            "quality.done",
            action=words(f"action.{action}"),
            money=units.money(row["revenue"], run.currency),
            rows=_records(row["rows"]),
        )
        for (action, _), row in shown.iterrows()
    ]
    shades = [SHADES[action] for action, _ in shown.index]
    figure, _ = bars(shown[column].tolist(), names, labels, shades)
    alt = words("alt.cleaning", said=in_words(names, labels))
    return Figure(figure, alt, note=words(f"note.cleaning_{column}"))


def headline_table(variants: pd.DataFrame, run: Run) -> Table:
    """Lay out revenue as reported and as it would be otherwise (``analyses.cleaning.headline``)."""
    money = partial(units.money_in_full, currency=run.currency)
    return table(
        variants,
        {
            "revenue": Column(words("measure.revenue.label"), money),
            "difference": Column(words("quality.difference"), money),
            "share": Column(
                words("quality.of_reported"), partial(units.percent, signed=True, digits=2)
            ),
            "lines": Column(words("quality.lines"), units.count),
        },
        names=[_variant(scope, variant, run) for scope, variant in variants.index],
        heading=words("quality.headline"),
        note=words("note.variants"),
    )


def headline(variants: pd.DataFrame, run: Run) -> Figure | Absent:
    """Draw by how much each decision moves revenue, as a share of what is reported."""
    shown = variants[variants.index.get_level_values("variant") != "reported"]
    shown = shown[shown["share"].notna() & (shown["difference"] != 0)]
    if shown.empty:
        return nothing("variants")
    names = [_variant(scope, variant, run) for scope, variant in shown.index]
    labels = [
        words(
            "quality.moved",
            share=units.percent(row.share, signed=True, digits=2),
            money=units.money(row.difference, run.currency, signed=True),
        )
        for row in shown.itertuples()
    ]
    shades = [theme.LOSS if share < 0 else theme.ACCENT for share in shown["share"]]
    figure, _ = bars(shown["share"].tolist(), names, labels, shades)
    alt = words("alt.variants", said=in_words(names, labels))
    return Figure(figure, alt, note=words("note.variants_figure"))


def accounts_table(sums: pd.DataFrame, run: Run) -> Table:
    """Lay out rows and money read, kept, merged, rejected, and what is open: two lines a system."""
    money = partial(units.money_in_full, currency=run.currency)
    written: dict[str, Write] = {"rows": units.count, "revenue": money}
    lines = [
        {how: write(row[f"{what}_{how}"]) for how in HOW}
        for _, row in sums.iterrows()
        for what, write in written.items()
    ]
    systems = [*map(str, sums.index[:-1]), words("table.total")]
    return table(
        pd.DataFrame(lines, columns=list(HOW)),
        {how: Column(words(f"quality.{how}"), str) for how in HOW},
        names=[words(f"quality.{what}_of", system=one) for one in systems for what in written],
        heading=words("quality.system"),
        totals=[2 * len(sums) - 2, 2 * len(sums) - 1],
        note=words("note.accounts"),
    )


def accounts(sums: pd.DataFrame, _run: Run) -> Figure | Absent:
    """Draw the share of each system's rows that were merged and rejected."""
    rows = sums.drop(TOTAL)
    read = rows["rows_read"].where(rows["rows_read"] > 0)
    merged, rejected = rows["rows_merged"] / read, rows["rows_rejected"] / read
    if not (rows["rows_merged"] + rows["rows_rejected"]).sum():
        return nothing("removed")
    names = list(map(str, rows.index))
    labels = [
        words(
            "quality.removed",
            merged=units.percent(a, digits=2),
            rejected=units.percent(b, digits=2),
        )
        for a, b in zip(merged, rejected, strict=True)
    ]
    parts = [merged.fillna(0.0).tolist(), rejected.fillna(0.0).tolist()]  # nothing read: no bar
    figure, _ = stacked(parts, names, labels, [SHADES["merged"], SHADES["rejected"]])
    alt = words("alt.accounts", said=in_words(names, labels))
    return Figure(figure, alt, note=words("note.accounts_figure"))


def fix_table(faults: pd.DataFrame, run: Run) -> Table | Absent:
    """Lay out what to put right, where and by whom (``analyses.cleaning.to_fix``)."""
    if faults.empty:
        return nothing("faults")
    shown = faults.head(run.settings.rank_rows)
    shown = shown.assign(owner=shown["owner"].replace("", words("quality.nobody")))
    return table(
        shown,
        {
            "label": Column(words("quality.system")),
            "owner": Column(words("quality.owner")),
            "rows": Column(words("quality.records"), units.count),
            "revenue": Column(
                words("quality.touched"), partial(units.money_in_full, currency=run.currency)
            ),
        },
        names=[named("rule", fault) for fault in shown["fault"]],
        heading=words("quality.fault"),
        note=words("note.faults") + more(len(faults) - len(shown)),
    )


def fix(faults: pd.DataFrame, run: Run) -> Figure | Absent:
    """Draw the money that each department's faults touch."""
    if not faults["revenue"].sum():
        return nothing("faults")
    owners = faults.groupby("owner")["revenue"].sum().sort_values(ascending=False)
    owners = owners[owners > 0].head(run.settings.rank_rows)
    names = [owner or words("quality.nobody") for owner in map(str, owners.index)]
    labels = [units.money(amount, run.currency) for amount in owners]
    figure, _ = bars(owners.tolist(), names, labels)
    alt = words("alt.faults", said=in_words(names, labels))
    return Figure(figure, alt, note=words("note.faults_figure"))


def _variant(scope: str, variant: str, run: Run) -> str:
    subject = run.region_label if scope == "region" else words("quality.whole_firm")
    return words(f"variant.{variant}", subject=subject)


def _systems(split: dict[str, int]) -> str:
    """The systems most of the records are of: ``Orders 812, Web shop 40``."""
    shown = [f"{name} {units.count(rows)}" for name, rows in list(split.items())[:SYSTEMS_NAMED]]
    left = len(split) - len(shown)
    return ", ".join(shown) + (f", +{left}" if left > 0 else "")


def _records(rows: float) -> str:
    key = "quality.one_record" if rows == 1 else "quality.n_records"
    return words(key, n=units.count(rows))
