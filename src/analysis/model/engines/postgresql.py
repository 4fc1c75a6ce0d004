"""Snapshots in PostgreSQL: each in a schema of its own, named by what it holds."""

from __future__ import annotations

import os
import re
import weakref
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ibis
import ibis.expr.datatypes as dt
import pyarrow as pa
import pyarrow.csv
import pyarrow.dataset

from analysis.errors import ParameterError
from analysis.model.engines.files import KEYS, content, table_files

try:
    import psycopg
    from ibis.backends.postgres import Backend
    from psycopg import sql
    from psycopg.conninfo import conninfo_to_dict, make_conninfo
    from psycopg.errors import NotNullViolation, UniqueViolation
except ImportError:
    raise ParameterError(
        "an engine postgresql:// needs psycopg, which is not installed; "
        'install the extra: pip install "sales-analysis-report-suite[postgres]"'
    ) from None

if TYPE_CHECKING:
    from ibis.backends.sql import SQLBackend

PREFIX, REMARK = "snapshot_", "snapshot of the analysis suite"
SECONDS = 10
"""How long a server may take to answer."""
ROWS = 65_536
"""Rows sent at a time, so that memory is bounded however long the table."""
TYPES = {dt.Boolean: "boolean", dt.Timestamp: "timestamp", dt.Date: "date",
         dt.Int64: "bigint", dt.Int32: "integer", dt.Float64: "double precision",
         # Order and equality of text as everywhere else: by code, not by a language's rules.
         dt.String: 'text COLLATE "C"'}  # fmt: skip


def connect(engine: str) -> SQLBackend:
    """Connect to a database; TLS is required unless the address says otherwise.

    Raises
    ------
    ParameterError
        If an environment variable it names is not set, or the database cannot be reached.
    """
    settings = settings_of(engine)
    with _refusals(_shown(engine)):
        connection = psycopg.connect(make_conninfo("", **settings), autocommit=True)
    backend = Backend.from_connection(connection)
    weakref.finalize(backend, connection.close)
    return backend


def settings_of(engine: str) -> dict[str, str]:
    """What an address asks of the connection, and what is asked where it is silent: TLS.

    Raises
    ------
    ParameterError
        If it is no address, or an environment variable it names is not set.
    """
    # Taken apart first and filled in then: any sign may stand in a secret.
    given = {name: _filled(str(value)) for name, value in _parts(engine).items()}
    return {"sslmode": "require", "connect_timeout": str(SECONDS)} | given


def schema_of(folder: Path) -> str:
    """Name of the schema that holds a snapshot: equal content, equal name."""
    return f"{PREFIX}{content(folder)[:12]}"


def publish(folder: Path, backend: SQLBackend) -> str:
    """Load a snapshot into the schema of its name; one that is there is left as it is.

    All or nothing: it is one transaction, and of two that publish at once the second waits and
    finds it done.

    Returns
    -------
    str
        Name of the schema.

    Raises
    ------
    ParameterError
        If the database refuses it.
    """
    name, connection = schema_of(folder), backend.con
    if _is_there(connection, name):
        return name
    with _refusals(f"publishing {name}"), connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
        if _is_there(connection, name):
            return name
        connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(name)))
        for table, paths in table_files(folder).items():
            _load(connection, sql.Identifier(name, table), paths, KEYS[table])
        remark = sql.SQL("COMMENT ON SCHEMA {} IS {}")
        connection.execute(remark.format(sql.Identifier(name), sql.Literal(REMARK)))
    return name


def tables(folder: Path, backend: SQLBackend) -> dict[str, ibis.Table]:
    """The tables of a published snapshot, by name."""
    name = schema_of(folder)
    return {table: backend.table(table, database=name) for table in table_files(folder)}


def published(backend: SQLBackend) -> list[str]:
    """Schemas of the database that hold a snapshot."""
    found = backend.con.execute(
        "SELECT nspname FROM pg_namespace WHERE obj_description(oid, 'pg_namespace') = %s "
        "ORDER BY nspname", [REMARK],
    )  # fmt: skip
    return [name for (name,) in found]


def prune(backend: SQLBackend, keep: Iterable[Path]) -> list[str]:
    """Drop every published snapshot but those of the folders in ``keep``.

    Returns
    -------
    list of str
        Schemas dropped; no other schema of the database is touched.

    Raises
    ------
    ParameterError
        If the database refuses it.
    """
    kept = {schema_of(folder) for folder in keep}
    old = [name for name in published(backend) if name not in kept]
    with _refusals("dropping old snapshots"):
        for name in old:
            backend.con.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(name)))
    return old


def _load(
    connection: psycopg.Connection[Any], table: sql.Identifier, paths: list[Path],
    key: tuple[str, ...],
) -> None:  # fmt: skip
    """Make one table, stream its files into it, and index it."""
    rows = pa.dataset.dataset([str(path) for path in paths], format="parquet")
    types = ibis.Schema.from_pyarrow(rows.schema)
    columns = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(_type(kind)))
        for name, kind in types.items()
    )
    connection.execute(sql.SQL("CREATE TABLE {} ({})").format(table, columns))
    # FREEZE: the table is new in this transaction, so its rows need no second pass later.
    into = sql.SQL("COPY {} FROM STDIN (FORMAT csv, FREEZE)").format(table)
    bare = pa.csv.WriteOptions(include_header=False)
    with connection.cursor().copy(into) as copy:
        for batch in rows.to_batches(batch_size=ROWS, batch_readahead=2, fragment_readahead=1):
            text = pa.BufferOutputStream()
            # Text is quoted and what is missing is not: an empty text stays apart from none.
            pa.csv.write_csv(batch, text, bare)
            copy.write(memoryview(text.getvalue()))
    listed = sql.SQL(", ").join(map(sql.Identifier, key))
    try:
        with connection.transaction():
            keyed = sql.SQL("ALTER TABLE {} ADD PRIMARY KEY ({})")
            connection.execute(keyed.format(table, listed))
    except (NotNullViolation, UniqueViolation):
        # A key of which a part may be missing, as of returns of whole orders. What is right is
        # checked when a snapshot is built, and not here.
        connection.execute(sql.SQL("CREATE INDEX ON {} ({})").format(table, listed))
    if "ordered_at" in types:
        # Lines are loaded month by month: a few words per block say which months it holds.
        connection.execute(sql.SQL("CREATE INDEX ON {} USING brin (ordered_at)").format(table))
    connection.execute(sql.SQL("ANALYZE {}").format(table))


def _type(kind: dt.DataType) -> str:
    """PostgreSQL's name for a type of the schema."""
    if isinstance(kind, dt.Decimal):
        return f"numeric({kind.precision}, {kind.scale})"
    return TYPES[type(kind)]


def _is_there(connection: psycopg.Connection[Any], name: str) -> bool:
    found = connection.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [name])
    return found.fetchone() is not None


def _parts(engine: str) -> dict[str, Any]:
    try:
        return dict(conninfo_to_dict(engine))
    except psycopg.Error:
        raise ParameterError(
            f"engine {_shown(engine)} is no address of a database; write it as "
            "postgresql://user@host/database, and signs such as @ or / in a name as %40 or %2F"
        ) from None


def _filled(value: str) -> str:
    """A part of an address with ``${NAME}`` filled in from the environment."""

    def look_up(found: re.Match[str]) -> str:
        if found[1] not in os.environ:
            raise ParameterError(
                f"the engine's address has ${{{found[1]}}}, and the environment has no {found[1]}"
            )
        return os.environ[found[1]]

    return re.sub(r"\$\{(\w+)\}", look_up, value)


def _shown(engine: str) -> str:
    """An address without its password."""
    bare = re.sub(r"(://[^:/@]*):.*@", r"\1@", engine)
    return re.sub(r"(password=)[^&]*", r"\1…", bare)


@contextmanager
def _refusals(doing: str) -> Iterator[None]:
    """What the database refuses, as an error of ours."""
    try:
        yield
    except psycopg.Error as error:
        said = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise ParameterError(f"engine {doing}: {said}") from None
