"""PostgreSQL: results of queries streamed into files, over TLS, without changing anything."""

from __future__ import annotations

import atexit
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from analysis.errors import SourceError, nearest
from analysis.sources.database import shown, statement
from analysis.sources.mapping import Table, sources_of

ZONED = {1184: "moments", 1266: "times"}
"""PostgreSQL's numbers of types with a time zone."""
SESSION = (
    "SET datestyle = 'ISO'", "SET intervalstyle = 'iso_8601'",
    # The same rows in the same order each time, so that equal data have equal marks.
    "SET synchronize_seqscans = off", "SET max_parallel_workers_per_gather = 0",
)  # fmt: skip


class UnreachableError(SourceError):
    """A database server does not answer, or lets nobody in."""


@dataclass(frozen=True)
class Result:
    """Result of a query.

    Attributes
    ----------
    path : Path
        Its rows, as CSV with a heading.
    mark : str
        SHA-256 of them.
    transport : str
        How they were guarded on their way: ``TLSv1.3``, or ``none``.
    """

    path: Path
    mark: str
    transport: str


def transport(url: str) -> str:
    """How a server's answers are guarded on their way: ``TLSv1.3``, ``TLSv1.2`` or ``none``.

    Raises
    ------
    SourceError
        If the server cannot be reached as the address says.
    """
    with _connected(url) as connection:
        return _transport(connection)


def extract(
    url: str, tables: Sequence[Table], system: str, scratch: Path | None = None
) -> list[Result]:
    """Stream the results of queries into files, all as of one moment, without changing anything.

    The connection is over TLS unless the address says ``sslmode=disable`` (or ``allow`` or
    ``prefer``) in so many words; the newest version that both sides know is taken.

    Parameters
    ----------
    url : str
        ``postgresql://user@host/name``.
    tables : sequence of Table
        Mappings with a query; only columns they name are asked for.
    system : str
        Name of the system, for messages.
    scratch : Path, optional
        Folder for the files; none: one that lives as long as the program.

    Returns
    -------
    list of Result
        One per table.

    Raises
    ------
    SourceError
        If the server cannot be reached, a query is not one that reads, names what is not there,
        or yields moments in a time zone.
    """
    folder = Path(tempfile.mkdtemp(prefix="queries-", dir=scratch))
    if scratch is None:
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
    results: list[Result] = []
    with _connected(url) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        for setting in SESSION:
            connection.execute(setting)
        guarded = _transport(connection)
        for number, mapped in enumerate(tables):
            where = f"{system}: {mapped.query[:60]!r}"
            select = _columns_asked(connection, mapped, where)
            path = folder / f"{number}.csv"
            results.append(Result(path, _copy(connection, select, path), guarded))
    return results


@contextmanager
def _connected(url: str) -> Iterator[Any]:
    """A connection to PostgreSQL, over TLS unless the address says otherwise."""
    try:
        import psycopg
    except ImportError:
        raise SourceError(
            f"{shown(url)} needs the extra `postgres`, which is not installed; run "
            "`.venv/bin/uv pip install --python .venv/bin/python -e '.[postgres]'`"
        ) from None
    try:
        connection = psycopg.connect(_guarded(url))
    except psycopg.Error as error:
        raise UnreachableError(f"{shown(url)} cannot be reached: {_line(error)}") from None
    with closing(connection):
        try:
            yield connection
        except psycopg.Error as error:
            raise SourceError(f"{shown(url)}: {_line(error)}") from None


def _guarded(url: str) -> str:
    """An address that asks for TLS, unless it says what it wants, or the environment does."""
    if "sslmode" in parse_qs(urlsplit(url).query) or "PGSSLMODE" in os.environ:
        return url
    return f"{url}{'&' if urlsplit(url).query else '?'}sslmode=require"


def _transport(connection: Any) -> str:
    found = connection.execute(
        "SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid() AND ssl"
    ).fetchone()
    return str(found[0]) if found else "none"


def _columns_asked(connection: Any, mapped: Table, where: str) -> str:
    """The SELECT of those columns that the mapping names."""
    import psycopg

    select = statement(mapped.query, "postgres", where)
    try:
        described = connection.execute(f"SELECT * FROM ({select}) AS asked LIMIT 0").description
    except psycopg.errors.UndefinedTable as error:
        connection.rollback()
        found = connection.execute(
            "SELECT CASE WHEN table_schema = ANY(current_schemas(false)) THEN table_name "
            "ELSE table_schema || '.' || table_name END FROM information_schema.tables "
            "WHERE table_schema NOT IN ('pg_catalog', 'information_schema')"
        )
        said = re.search(r'relation "(.+?)" does not exist', str(error))
        name = said[1] if said else mapped.query
        there = nearest(name, [str(row[0]) for row in found])
        raise SourceError(f"{where}: there is no table {name!r}; {there}") from None
    names = [column.name for column in described]
    for column in described:
        if column.type_code in ZONED and column.name in sources_of(mapped):
            raise SourceError(
                f"{where}: column {column.name!r} has {ZONED[column.type_code]} in a time zone; "
                f"ask for the firm's local time: SELECT {column.name} AT TIME ZONE "
                f"'Asia/Shanghai' AS {column.name}, …"
            )
    for name in sources_of(mapped):
        if name not in names:
            raise SourceError(f"{where} has no column {name!r}; {nearest(name, names)}")
    asked = sources_of(mapped) or names[:1]
    listed = ", ".join('"' + name.replace('"', '""') + '"' for name in asked)
    return f"SELECT {listed} FROM ({select}) AS asked"


def _copy(connection: Any, select: str, path: Path) -> str:
    """Stream a query's result into a CSV file; the SHA-256 of it."""
    digest = hashlib.sha256()
    with (
        path.open("wb") as stream,
        connection.cursor() as cursor,
        cursor.copy(f"COPY ({select}) TO STDOUT WITH (FORMAT csv, HEADER)") as rows,
    ):
        for piece in rows:
            stream.write(piece)
            digest.update(piece)
    return digest.hexdigest()


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:300]
