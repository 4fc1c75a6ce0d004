"""Parquet files, whose columns have types of their own."""

from __future__ import annotations

from pathlib import Path

import duckdb

from analysis.errors import SourceError
from analysis.sources.mapping import Table, sources_of
from analysis.sources.raw import (
    Cell,
    Raw,
    check_columns,
    damaged,
    headings,
    identifier,
    literal,
    tidy,
)

NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT",
           "UINTEGER", "UBIGINT", "FLOAT", "DOUBLE", "DECIMAL")  # fmt: skip


def open_parquet(
    connection: duckdb.DuckDBPyConnection, path: Path, mapping: Table, name: str
) -> Raw:
    """Open a Parquet file. Its first record is row 2, as if its heading were row 1.

    Raises
    ------
    SourceError
        If it is damaged, lacks a column, or has moments in a time zone where one is read.
    """
    try:
        described = connection.execute(f"DESCRIBE FROM read_parquet({literal(path)})").fetchall()
    except duckdb.Error as error:
        damaged(path, "Parquet file")(error)
        raise
    types = {str(row[0]): str(row[1]) for row in described}
    names = headings(types)
    check_columns(names, mapping, name)
    wanted = set(map(tidy, sources_of(mapping)))
    cells = {}
    for own, (column, kind) in zip(names, types.items(), strict=True):
        if own in wanted:
            if "WITH TIME ZONE" in kind or kind == "TIMESTAMPTZ_NS":
                # A moment with a zone has no day until somebody says whose.
                raise SourceError(
                    f"{name} column {own!r} has moments in a time zone; "
                    "deliver the firm's local time, without a zone"
                )
            cells[own] = _cell(column, kind)
    return Raw(
        name=name, cells=cells, first_row=2, function="read_parquet", path=str(path),
        mend=damaged(path, "Parquet file"),
    )  # fmt: skip


def _cell(column: str, kind: str) -> Cell:
    """A column as a CSV file would hold it: whole numbers without a point."""
    name = identifier(column)
    if kind == "VARCHAR":
        return Cell(name)
    text = f"CAST({name} AS VARCHAR)"
    if kind in ("FLOAT", "DOUBLE"):
        return Cell(f"regexp_replace({text}, '\\.0$', '')", name)
    native = kind.startswith((*NUMBERS, "TIMESTAMP", "DATE"))
    return Cell(text, name if native else "")
