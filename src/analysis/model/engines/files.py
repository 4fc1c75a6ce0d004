"""The Parquet files of a snapshot, by table."""

from __future__ import annotations

import json
from pathlib import Path

from analysis.model import schema

MANIFEST = "manifest.json"
KEYS = {name: table.key for name, table in schema.TABLES.items()}
KEYS[schema.FIRST_ORDERS] = ("customer_id",)
"""Columns that tell the rows of each table apart."""


def table_files(folder: Path) -> dict[str, list[Path]]:
    """Files of every table a snapshot holds: one, or one per month in a folder of the table's name.

    The months stand in their order.
    """
    files = {
        name: sorted((folder / name).glob("*.parquet")) or [folder / f"{name}.parquet"]
        for name in KEYS
    }
    return {name: paths for name, paths in files.items() if paths[0].is_file()}


def content(folder: Path) -> str:
    """Hash of what a snapshot holds, as its manifest has it."""
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    return str(manifest["content"])
