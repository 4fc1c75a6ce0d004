"""Tables of trust as the schema declares them: from rows, or from a query."""

from __future__ import annotations

import ibis
import pyarrow as pa

from analysis.model import schema
from analysis.model.staged import held, sql_type
from analysis.sources import files


def kept(engine: ibis.BaseBackend, name: str, rows: list[dict[str, object]]) -> ibis.Table:
    """A table of trust from its rows, with the columns and types it is declared with."""
    declared = schema.TRUST[name]
    types = ibis.schema(declared.types)
    whole = pa.Table.from_pylist(rows, schema=types.to_pyarrow())
    ordered = whole.sort_by([(column, "ascending") for column in declared.key])
    return files.hold(engine, ibis.memtable(ordered, schema=types))


def made(engine: ibis.BaseBackend, name: str, query: str) -> ibis.Table:
    """A table of trust from a query, with the columns and types it is declared with."""
    declared = schema.TRUST[name]
    columns = ", ".join(
        f'"{column}"::{sql_type(kind.type)} AS "{column}"'
        for column, kind in declared.columns.items()
    )
    key = ", ".join(f'"{column}"' for column in declared.key)
    return held(engine, f"SELECT {columns} FROM ({query}) ORDER BY {key}")
