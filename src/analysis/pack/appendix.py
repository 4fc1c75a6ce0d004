"""The pages behind the pack: what each measure means, what became of the data, what made it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from html import escape
from typing import Any

import nbformat
import pandas as pd

from analysis import units
from analysis.exhibits.tables import Column, Table, table
from analysis.measures.catalogue import MEASURES
from analysis.pack.facts import PACKAGES, Facts, package_version
from analysis.text import words


def cells(facts: Facts, told: str) -> Iterator[Any]:
    """Cells of the chapters that follow the notebooks, in which ``told`` is what readers see."""
    yield _heading("definitions")
    yield _table("tbl-definitions", definitions(told))
    yield _heading("data")
    yield _markdown(_data_notes(facts))
    yield _table("tbl-sources", sources(facts))
    yield _heading("provenance")
    how = words("pack.provenance_how", command=facts.command)
    yield _markdown(f"::: {{.reading}}\n{how}\n:::")
    yield _table("tbl-provenance", provenance(facts))


def definitions(told: str) -> Table:
    """The measures of the catalogue a pack names, each with its definition and unit."""
    named = [one for one in MEASURES.values() if escape(one.label) in told]
    rows = pd.DataFrame(
        {
            "definition": [measure.definition for measure in named],
            "unit": [words(f"unit_name.{measure.unit}") for measure in named],
        }
    )
    return table(
        rows,
        {
            "definition": Column(words("table.definition")),
            "unit": Column(words("table.unit")),
        },
        names=[measure.label for measure in named],
        heading=words("table.measure"),
    )


def sources(facts: Facts) -> Table:
    """Rows read, kept, merged and rejected of every table a system delivered."""
    accounts = pd.DataFrame(facts.manifest["sources"])
    money = partial(units.money_in_full, currency=facts.run.currency, digits=2)
    names = [words(f"table_name.{name}") for name in accounts["table"]]
    if len(set(accounts["system"])) > 1:  # who delivered what
        names = [
            f"{name} ({system})" for name, system in zip(names, accounts["system"], strict=True)
        ]
    shown = accounts.assign(mark=accounts["sha256"].str[:12])
    return table(
        shown,
        {
            "file": Column(words("table.file")),
            "rows_read": Column(words("table.read"), units.count),
            "rows_kept": Column(words("table.kept"), units.count),
            "rows_merged": Column(words("table.merged"), units.count),
            "rows_rejected": Column(words("table.rejected"), units.count),
            "revenue_kept": Column(words("measure.revenue.label"), money),
            "mark": Column(words("table.mark")),
        },
        names=names,
        heading=words("table.table"),
        note=words("note.sources"),
    )


def provenance(facts: Facts) -> Table:
    """Snapshot, code and package versions."""
    said = {
        words("provenance.snapshot"): str(facts.manifest["content"])[:12],
        words("provenance.reader"): str(facts.manifest["engine"]),
        words("provenance.code"): facts.code,
        words("provenance.packages"): ", ".join(
            f"{name} {package_version(name)}" for name in PACKAGES
        ),
    }
    return table(
        pd.DataFrame({"value": list(said.values())}),
        {"value": Column(words("table.value"))},
        names=list(said),
        heading=words("table.what"),
    )


def _data_notes(facts: Facts) -> str:
    manifest = facts.manifest
    notes = [words("pack.as_of", firm=facts.firm, day=facts.as_of)]
    if manifest["note"]:
        notes.append(manifest["note"])
    orphans = {name: many for name, many in manifest["orphans"].items() if many}
    notes += [
        words("pack.orphans", column=name, many=units.count(many)) for name, many in orphans.items()
    ]
    if manifest["absent"]:
        notes.append(
            words("pack.absent", names=", ".join(f"`{name}`" for name in manifest["absent"]))
        )
    return "\n\n".join(notes)


def _heading(name: str) -> Any:
    return _markdown(f"# {words(f'pack.{name}')} {{#sec-{name}}}")


def _markdown(text: str) -> Any:
    return nbformat.v4.new_markdown_cell(text)


def _table(label: str, shown: Table) -> Any:
    caption = json.dumps(words(f"caption.{label}"))
    cell = nbformat.v4.new_code_cell(f"#| label: {label}\n#| tbl-cap: {caption}", execution_count=1)
    data = {"text/markdown": shown._repr_mimebundle_()["text/markdown"]}
    cell.outputs = [nbformat.v4.new_output("display_data", data=data)]
    return cell
