"""Open a delivered file of any kind, and keep what was computed of it."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import duckdb
import ibis
import pyarrow as pa

from analysis.errors import SourceError
from analysis.sources.delimited import open_csv
from analysis.sources.lines import SUFFIXES as LINES
from analysis.sources.lines import open_lines
from analysis.sources.mapping import Table
from analysis.sources.parquet import open_parquet
from analysis.sources.raw import Cell, Raw, check_columns, headings
from analysis.sources.sqlite import sqlite_rows
from analysis.sources.workbook import SUFFIXES as WORKBOOKS
from analysis.sources.workbook import open_sheet

ROW = "source_row"
"""Row of the record in its file as a spreadsheet counts: the heading is row 1."""
CSV = {".csv", ".txt", ".tsv"}


def hold(engine: ibis.BaseBackend, table: ibis.Table) -> ibis.Table:
    """Keep a table's rows in the engine, to be computed once and read many times."""
    return engine.create_table(ibis.util.gen_name("held"), table, temp=True)


def quiet(connection: duckdb.DuckDBPyConnection) -> None:
    """Let the engine show no progress bar of its own."""
    with suppress(duckdb.Error):  # in a notebook that cannot show one it cannot be switched off
        connection.execute("SET enable_progress_bar = false")


def fingerprint(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@contextmanager
def opened(
    connection: duckdb.DuckDBPyConnection, path: Path, mapping: Table, asked: bool = False
) -> Iterator[Raw]:
    """Open a file so that the engine can scan it, until the block ends.

    Parameters
    ----------
    connection : DuckDB connection
        Which scans it.
    path : Path
        The file: CSV, Excel, Parquet, JSON lines or, where `asked`, SQLite.
    mapping : Table
        How it is written, and what is read of it.
    asked : bool
        Whether the mapping's query is put to it.

    Raises
    ------
    SourceError
        If the file is empty, damaged, of an unknown kind, not in its encoding, or lacks a sheet
        or column.
    """
    name = f"{path.name} sheet {mapping.sheet!r}" if mapping.sheet else path.name
    if not path.is_file():
        raise SourceError(f"{path} is not there any more; run again when it is delivered")
    if path.stat().st_size == 0:
        raise SourceError(f"{path.name} is empty; deliver it with a heading row and records")
    suffix = path.suffix.lower()
    with tempfile.TemporaryDirectory(prefix="reading-") as made:
        folder = Path(made)
        if asked:
            columns, reader = sqlite_rows(path, mapping)
            with _registered(connection, reader) as given:
                yield _of_query(columns, given, mapping, path)
        elif suffix in WORKBOOKS:
            raw, text = open_sheet(path, mapping, name)
            cells = pa.table({key: pa.array(values, pa.string()) for key, values in text.items()})
            with _registered(connection, cells) as given:
                yield _at(raw, given)
        elif suffix in CSV:
            yield open_csv(path, mapping, name, folder)
        elif suffix in LINES:
            yield open_lines(path, mapping, name, folder)
        elif suffix == ".parquet":
            yield open_parquet(connection, path, mapping, name)
        else:
            raise SourceError(
                f"{path.name}: cannot read files that end in {suffix!r}; "
                "deliver .csv, .xlsx, .xls, .parquet or .jsonl"
            )


@contextmanager
def _registered(connection: duckdb.DuckDBPyConnection, data: object) -> Iterator[str]:
    """A name under which the engine knows rows of ours, while the block lasts."""
    name = ibis.util.gen_name("given")
    connection.register(name, data)
    try:
        yield name
    finally:
        connection.unregister(name)


def _at(raw: Raw, name: str) -> Raw:
    return replace(raw, path=name)


def _of_query(columns: list[str], given: str, mapping: Table, path: Path) -> Raw:
    """A query's result, whose first row is row 2, as if its heading were row 1."""
    names = headings(columns)
    check_columns(names, mapping, path.name)

    def mend(error: duckdb.Error) -> Raw:
        raise SourceError(
            f"{path.name}: query {mapping.query[:60]!r} stopped: {str(error)[:200]}"
        ) from None

    cells = {own: Cell(f"c{place}") for place, own in enumerate(names, start=1)}
    return Raw(path.name, cells, first_row=2, path=given, mend=mend)
