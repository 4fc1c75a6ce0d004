"""Read a delivery under our names and types; what cannot be read is listed beside.

A file is passed once: its typed columns are held in the engine together with, in the few rows
that need it, what could not be read. A held row's place is its row in the file.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import reduce
from itertools import groupby
from pathlib import Path
from typing import Any

import duckdb
import ibis
import ibis.expr.types as ir

from analysis.errors import SourceError
from analysis.sources import database, files
from analysis.sources.files import ROW
from analysis.sources.lookups import Words, joined, words_of
from analysis.sources.query import Query, check_settings, query_of
from analysis.sources.raw import Raw, check_lacking, relation
from analysis.sources.registry import Delivery, Register

FILE = "file"
"""Label of the delivery a row is from."""


@dataclass(frozen=True)
class Reading:
    """What was read of one or more deliveries.

    Attributes
    ----------
    table : ibis.Table
        One row per record: mapped columns by our names and types, missing where the cell is empty
        or cannot be read, and ``source_row`` (count).
    unread : ibis.Table
        One row per value that could not be read: ``source_row``, ``column`` (ours), ``value`` (text
        as delivered), ``why``.
    dropped : int
        Rows that are no records, as the mapping's ``drop_rows`` says.
    held : tuple of str
        Tables of the engine that these are computed from; :meth:`release` lets go of them.
    engine : ibis backend
        DuckDB, which holds them.
    """

    table: ibis.Table
    unread: ibis.Table
    dropped: int
    held: tuple[str, ...] = ()
    engine: Any = None

    def release(self) -> None:
        """Let go of what is held, once `table` and `unread` have been written elsewhere."""
        for name in self.held:
            self.engine.raw_sql(f"DROP TABLE IF EXISTS {name}")


def read_table(
    engine: ibis.BaseBackend, delivery: Delivery, types: dict[str, str], register: Register
) -> Reading:
    """Read one delivery.

    Parameters
    ----------
    engine : ibis backend
        DuckDB, which does the reading.
    delivery : Delivery
        The file or query, and its mapping.
    types : dict
        Our type of every mapped column, in Ibis's names.
    register : Register
        The firm, whose money amounts are in.

    Returns
    -------
    Reading
        As its attributes say.

    Raises
    ------
    SourceError
        If the file is not as the mapping says: missing, damaged, of another encoding, without a
        column or a record.
    """
    reading = read_tables(engine, [delivery], types, register)
    return Reading(
        reading.table.drop(FILE), reading.unread.drop(FILE), reading.dropped,
        reading.held, engine,
    )  # fmt: skip


def read_tables(
    engine: ibis.BaseBackend,
    deliveries: Sequence[Delivery],
    types: dict[str, str],
    register: Register,
) -> Reading:
    """Read deliveries that have one mapping, such as a month's daily files, as one table.

    Parameters
    ----------
    engine, types, register
        As :func:`read_table`.
    deliveries : sequence of Delivery
        Of one system, table and mapping.

    Returns
    -------
    Reading
        As its attributes say, with the delivery's label as ``file`` in both tables.

    Raises
    ------
    SourceError
        As :func:`read_table`.
    """
    first = deliveries[0]
    connection = engine.con
    check_settings(connection, first.mapping, types)
    words = words_of(engine, first, types, register)
    query = query_of(first.mapping, types, register.firm)
    parts: list[tuple[ibis.Table, ibis.Table]] = []
    held: list[str] = [w.table for w in words.values()]
    dropped = 0
    with ExitStack() as stack:
        opened = [(one, stack.enter_context(_opened(connection, one))) for one in deliveries]
        check_lacking(raw for _, raw in opened)
        for _, alike in groupby(opened, key=lambda pair: pair[1].alike):
            group = list(alike)
            for name, pairs in _hold(engine, query, group):
                held.append(name)
                dropped += _check_records(engine, name, pairs)
                parts.append(_tables(engine, name, pairs, query, words))
    tables = reduce(ibis.union, [table for table, _ in parts])
    unread = reduce(ibis.union, [unread for _, unread in parts])
    return Reading(tables, unread, dropped, tuple(held), engine)


def _opened(connection: duckdb.DuckDBPyConnection, one: Delivery) -> Any:
    """The delivery's file; of a server's query, the file that holds its result."""
    if one.held is not None:
        plain = {"encoding": "utf-8", "delimiter": ",", "heading_row": 1, "sheet": None}
        return files.opened(connection, one.held, one.mapping.model_copy(update=plain))
    if isinstance(one.place, Path):
        return files.opened(connection, one.place, one.mapping)
    return files.opened(connection, database.path_of(one.place), one.mapping, asked=True)


Pairs = list[tuple[Delivery, Raw]]


def _hold(engine: Any, query: Query, pairs: Pairs) -> list[tuple[str, Pairs]]:
    """Compute files that are alike in one pass; where that fails, each alone, to say which."""
    name = ibis.util.gen_name("read")
    raws = [raw for _, raw in pairs]
    try:
        engine.raw_sql(f"CREATE TEMP TABLE {name} AS {query.sql(raws[0], relation(raws), raws)}")
        return [(name, pairs)]
    except duckdb.OutOfMemoryException:
        raise
    except duckdb.Error as error:
        if "No space left" in str(error):
            raise
        if len(pairs) > 1:
            return [part for pair in pairs for part in _hold(engine, query, [pair])]
        delivery, raw = pairs[0]
        return _hold(engine, query, [(delivery, raw.mend(error))])


def _check_records(engine: Any, name: str, pairs: Pairs) -> int:
    """Rows that are no records; a file without records must be one of many."""
    told = engine.raw_sql(
        f"SELECT _file, count(*) FILTER (_flag IS NULL), count(*) FILTER (_flag = 1) "
        f"FROM {name} GROUP BY _file"
    ).fetchall()
    records = {number: many for number, many, _ in told}
    for number, (delivery, raw) in enumerate(pairs, start=1):
        if not records.get(number) and not set("*?[") & set(delivery.mapping.file):
            raise SourceError(f"{raw.name} has a heading but no records")
    return sum(many for _, _, many in told)


def _tables(
    engine: Any, name: str, pairs: Pairs, query: Query, words: dict[str, Words]
) -> tuple[ibis.Table, ibis.Table]:
    """Records and unread values of held files."""
    held = engine.table(name, database="temp.main")
    if len(pairs) == 1:
        delivery, raw = pairs[0]
        rows = held.mutate(
            **{ROW: held.rowid() + raw.first_row, FILE: ibis.literal(delivery.label)}
        )
    else:
        rows = _of_many(engine, held, name, pairs)
    rows = rows.filter(rows["_flag"].isnull())
    rows, missing = joined(engine, rows, words)
    marked = rows.filter(rows["_unread"].notnull())
    each = marked.select(FILE, ROW, one=marked["_unread"].unnest())
    each = each.filter(each.one.notnull())
    unread = each.select(FILE, ROW, **{key: each.one[key] for key in ("column", "value", "why")})
    return rows.select(*query.names, FILE, ROW), reduce(ibis.union, [unread, *missing])


def _of_many(engine: Any, held: ibis.Table, name: str, pairs: Pairs) -> ibis.Table:
    """Rows of files that were held together, each with its file's label and its row there."""
    starts = dict(engine.raw_sql(f"SELECT _file, min(rowid) FROM {name} GROUP BY _file").fetchall())
    numbers: list[dict[str, Any]] = [
        {"_file": number, FILE: delivery.label, "_shift": raw.first_row - starts[number]}
        for number, (delivery, raw) in enumerate(pairs, start=1)
        if number in starts
    ]
    labels: ir.Table = ibis.memtable(
        numbers, schema={"_file": "int16", FILE: "string", "_shift": "int64"}
    )
    rows = held.mutate(_place=held.rowid()).inner_join(labels, "_file")
    return rows.mutate(**{ROW: rows["_place"] + rows["_shift"]})
