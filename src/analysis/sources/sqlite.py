"""SQLite: rows of a query as text, from a file that is only read."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pyarrow as pa

from analysis.errors import SourceError, nearest
from analysis.sources.database import statement
from analysis.sources.mapping import Table, sources_of

BATCH = 50_000
"""Rows of SQLite in memory at once."""


def sqlite_rows(path: Path, mapped: Table) -> tuple[list[str], pa.RecordBatchReader]:
    """Columns of a query's result, and its rows as text, read in batches.

    Raises
    ------
    SourceError
        If the file is no database, or the query is not one that reads or names what is not there.
    """
    select = statement(mapped.query, "sqlite", path.name)
    connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, check_same_thread=False)
    try:
        described = connection.execute(f"SELECT * FROM ({select}) LIMIT 0").description
        names = [str(column[0]) for column in described]
        wanted = list(dict.fromkeys(name for name in names if name in sources_of(mapped))) or names
        text = ", ".join(_as_text(name) for name in wanted)
        cursor = connection.execute(f"SELECT {text} FROM ({select})")
    except sqlite3.Error as error:
        raise SourceError(_sqlite_words(connection, mapped, path, error)) from None
    schema = pa.schema([(f"c{n}", pa.string()) for n in range(1, len(wanted) + 1)])

    def batches() -> Iterator[pa.RecordBatch]:
        with closing(connection):
            while rows := cursor.fetchmany(BATCH):
                arrays = [pa.array(column, pa.string()) for column in zip(*rows, strict=True)]
                yield pa.RecordBatch.from_arrays(arrays, schema=schema)

    return wanted, pa.RecordBatchReader.from_batches(schema, batches())


def _as_text(name: str) -> str:
    """A column as text; a whole number that SQLite holds as a real one without its point."""
    column = '"' + name.replace('"', '""') + '"'
    return (
        f"CASE WHEN typeof({column}) = 'real' AND {column} = CAST({column} AS INTEGER) "
        f"THEN CAST(CAST({column} AS INTEGER) AS TEXT) ELSE CAST({column} AS TEXT) END"
    )


def _sqlite_words(
    connection: sqlite3.Connection, mapped: Table, path: Path, error: sqlite3.Error
) -> str:
    """What is wrong with a SQLite file or query."""
    try:
        found = connection.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")
        names = [str(row[0]) for row in found]
    except sqlite3.Error:
        return f"{path.name} is not a readable SQLite database: {error}"
    finally:
        connection.close()
    if lacking := re.fullmatch(r"no such table: (.+)", str(error)):
        return f"{path.name} has no table {lacking[1]!r}; {nearest(lacking[1], names)}"
    return f"{path.name}: query {mapped.query[:60]!r} cannot be answered: {error}"
