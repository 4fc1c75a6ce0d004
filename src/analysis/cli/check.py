"""``analysis check``: whether data can be trusted, without building a pack."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from analysis import params, paths, units
from analysis.analyses import cleaning, quality
from analysis.findings import quality as say
from analysis.model import dataset
from analysis.params import WHOLE_FIRM, Run
from analysis.text import named, words

MET, MISSED = 0, 1
LISTS = ("quarantine", "repairs", "flags", "link_candidates")
"""Tables of trust a person who puts things right will want to open."""
SHOWN = 20
"""Missed gates that are listed; ``--json`` has them all."""


def check(data: str, folder: Path, console: Console, as_json: bool = False) -> int:
    """Say whether the snapshot in ``folder`` can be trusted, and why not.

    Parameters
    ----------
    data : str
        Name of a file in ``params/sources/``.
    folder : Path
        Of the snapshot.
    console : Console
        Where it is said.
    as_json : bool
        Whether for a machine.

    Returns
    -------
    int
        The exit code: 1 if a gate that stops packs is missed, else 0.
    """
    # Gates and deliveries are of all months; the run only says how things are shown.
    run = params.load(WHOLE_FIRM, "2000-01", data)
    trust = dataset.open_snapshot(folder).trust
    asked = quality.gates(trust, run.settings.show_personal)
    told = quality.summary(trust)
    systems = quality.sources(trust)
    log = cleaning.cleaning_log(cleaning.treated(trust), told)
    verdict = say.verdict(asked)
    line = say.trust(told, asked, run).sentence
    if as_json:
        content = {
            "data": data,
            "verdict": verdict,
            "says": line,
            "snapshot": str(folder),
            "sources": _records(systems),
            "gates": _records(asked),
            "cleaning": _records(log.reset_index()),
            "lists": {name: str(path) for name, path in _lists(folder).items()},
        }
        console.print_json(json.dumps(content, ensure_ascii=False, allow_nan=False), indent=1)
    else:
        console.print(_sources(systems, run))
        console.print(_gates(asked))
        if len(log):
            console.print(_cleaning(log, run))
        console.print(line, highlight=False, style="bold")
        console.print(f"snapshot {paths.shown(folder)}", highlight=False, soft_wrap=True)
        for name, path in _lists(folder).items():
            many = int(trust[name].count().execute())
            if many:
                where = f"  {name}: {many:,} in {paths.shown(path)}"
                console.print(where, highlight=False, soft_wrap=True)
    return MISSED if verdict == say.NOT_TRUSTED else MET


def _lists(folder: Path) -> dict[str, Path]:
    return {name: folder / "trust" / f"{name}.parquet" for name in LISTS}


def _sources(systems: pd.DataFrame, run: Run) -> Table:
    table = _table(run.firm, "system", "owner", "rows", "newest record", "delivered", "state")
    for row in systems.itertuples():
        state = "in time" if row.is_delivered else "not delivered"
        state = "[yellow]late[/yellow]" if row.is_late else state
        days = (row.newest_record_at, row.delivered_at)
        newest, delivered = (
            units.MISSING if pd.isna(moment) else f"{moment:%Y-%m-%d %H:%M}" for moment in days
        )
        table.add_row(
            escape(row.label),
            escape(row.owner or units.MISSING),
            units.count(row.rows),
            newest,
            delivered,
            state,
        )
    return table


def _gates(asked: pd.DataFrame) -> Table:
    table = _table("gates", "gate", "of", "found", "asked", "result", "first rows at fault")
    missed = asked[~asked["is_met"]]
    for row in missed.head(SHOWN).itertuples():
        style = {"fail": "red", "warn": "yellow"}.get(row.level, "")
        result = words(f"quality.missed_{row.level}")
        table.add_row(
            named("gate_label", row.gate), escape(row.part or words("quality.all_of_it")),
            units.percent(row.value), units.percent(row.threshold),
            f"[{style}]{result}[/{style}]" if style else result, escape(row.rows_named),
        )  # fmt: skip
    if len(missed) > SHOWN:
        table.add_row(f"and {len(missed) - SHOWN} more", *[""] * 5)
    for gate, parts in asked.groupby("gate", sort=False):
        if parts["is_met"].all():
            one = parts.iloc[0]
            what = (
                one["part"] or words("quality.all_of_it")
                if len(parts) == 1
                else f"all {len(parts)} parts"
            )
            value = units.percent(one["value"]) if len(parts) == 1 else ""
            limit = units.percent(one["threshold"])
            table.add_row(
                named("gate_label", str(gate)), what, value, limit, "[green]met[/green]", ""
            )
    return table


def _cleaning(log: pd.DataFrame, run: Run) -> Table:
    table = _table("cleaning", "done", "rule", "records", "of read", "revenue", "by system")
    for (action, rule), row in log.iterrows():
        split = ", ".join(f"{name} {units.count(rows)}" for name, rows in row["by_source"].items())
        table.add_row(
            words(f"action.{action}"), named("rule", rule), units.count(row["rows"]),
            units.percent(row["share"], digits=2), units.money(row["revenue"], run.currency), split,
        )  # fmt: skip
    return table


def _table(title: str, *headings: str) -> Table:
    table = Table(*headings, title=title, title_justify="left")
    for column in table.columns:
        column.overflow = "fold"
    return table


def _records(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as JSON has them: missing values are null, moments ISO."""
    texts = rows.to_json(orient="records", date_format="iso", force_ascii=False)
    return list(json.loads(texts))
