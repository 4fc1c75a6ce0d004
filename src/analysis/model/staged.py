"""All staged rows of one table, under one set of numbers: what cleaning starts from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

import ibis
import ibis.expr.datatypes as dt
import pandas as pd

from analysis.model import schema
from analysis.model.stage import ROWS, UNREAD, Stage
from analysis.sources.raw import literal
from analysis.sources.registry import Register

SEEN = "deliveries_seen"
OWN = {
    "order_lines": "line_no", "payments": "payment_id", "interactions": "interaction_id",
    "events": "event_id",
}  # fmt: skip
"""Numbers that rows are given where their system gives them none."""


@dataclass(frozen=True)
class Staged:
    """Everything staged of a firm, as tables in the engine.

    Attributes
    ----------
    engine : ibis backend
        DuckDB.
    register : Register
        The firm and its systems.
    stages : tuple of Stage
        Of all tables.
    """

    engine: ibis.BaseBackend
    register: Register
    stages: tuple[Stage, ...]

    def of(self, table: str) -> list[Stage]:
        """Stages of one table."""
        return [stage for stage in self.stages if stage.table == table]

    def systems_of(self, table: str) -> list[str]:
        """Systems that deliver a table, in the order of their priority."""
        there = {stage.system for stage in self.of(table)}
        systems = self.register.systems
        return sorted(there, key=lambda name: (systems[name].priority, name))

    @property
    def tables(self) -> list[str]:
        """Tables that were delivered, in the schema's order."""
        there = {stage.table for stage in self.stages}
        return [name for name in schema.TABLES if name in there]

    def is_mapped(self, table: str, column: str) -> bool:
        """Whether any system delivers a column."""
        return any(column in stage.facts["columns"] for stage in self.of(table))

    def delivered(self) -> dict[tuple[str, str], datetime | None]:
        """When each file of each system was written."""
        return {
            (one.system, one.label): one.delivered_at
            for stage in self.stages
            for one in stage.deliveries
        }

    @property
    def prefixed(self) -> bool:
        """Whether orders are numbered with their system's name before, as several deliver them."""
        return len(self.systems_of("order_lines")) > 1

    def numbered(self, table: str) -> list[str]:
        """Whose numbers a table's rows bear, by system."""
        ids = {
            f"{stage.system} {sorted(stage.deliveries[0].mapping.ids.items())} {self.prefixed}"
            for stage in self.of(table)
        }
        return sorted(ids)

    def rows(self, table: str, stages: Sequence[Stage] | None = None, where: str = "true") -> str:
        """SELECT of staged rows.

        Columns are the table's own, empty where a system does not map them, with ``source``,
        ``file``, ``source_row`` and ``file_order`` (a later file has a greater number). Where
        several systems deliver orders, ``order_id`` begins with the system whose number it is.
        A customer keeps the system's number, with that system in ``customer_source``.
        """
        chosen = self.of(table) if stages is None else list(stages)
        parts = [
            self._part(table, list(alike), where)
            for _, alike in groupby(sorted(chosen, key=_mapping), key=_mapping)
        ]
        return " UNION ALL ".join(parts) or self._none(table)

    def unread(self, table: str, stages: Sequence[Stage] | None = None) -> str:
        """SELECT of the values that could not be read: table, source, file, row, column, value."""
        chosen = self.of(table) if stages is None else list(stages)
        parts = [
            f"SELECT '{table}' AS \"table\", '{system}' AS source, file, source_row, "
            f'"column", value, why FROM read_parquet({_files(alike, UNREAD)})'
            for system, alike in _by_system(chosen)
        ]
        return " UNION ALL ".join(parts) or (
            'SELECT NULL::VARCHAR AS "table", NULL::VARCHAR AS source, NULL::VARCHAR AS file, '
            'NULL::BIGINT AS source_row, NULL::VARCHAR AS "column", NULL::VARCHAR AS value, '
            "NULL::VARCHAR AS why WHERE false"
        )

    def _part(self, table: str, alike: list[Stage], where: str) -> str:
        first = alike[0]
        ids = first.deliveries[0].mapping.ids
        mapped = set(first.facts["columns"])
        columns = []
        for name, column in schema.TABLES[table].columns.items():
            if column.made:
                continue
            kind = sql_type(column.type)
            said = f'r."{name}"'
            if name not in mapped:
                said = _row_number(first.system, name) if OWN.get(table) == name else "NULL"
            elif name == "order_id" and self.prefixed:
                said = f"'{ids.get('order_id', first.system)}:' || r.order_id"
            columns.append(f'({said})::{kind} AS "{name}"')
        if "customer_id" in schema.TABLES[table].columns and table != "customers":
            owner = ids.get("customer_id", first.system)
            columns.append(f"'{owner}' AS customer_source")
        return (
            f"SELECT {', '.join(columns)}, '{first.system}' AS source, r.file, r.source_row, "
            f"s.file_order FROM read_parquet({_files(alike, ROWS)}) r "
            f"JOIN {SEEN} s ON s.file = r.file AND s.source = '{first.system}' "
            f"AND s.\"table\" = '{table}' WHERE {where}"
        )

    def _none(self, table: str) -> str:
        columns = [
            f'NULL::{sql_type(column.type)} AS "{name}"'
            for name, column in schema.TABLES[table].columns.items()
            if not column.made
        ]
        if "customer_id" in schema.TABLES[table].columns and table != "customers":
            columns.append("NULL::VARCHAR AS customer_source")
        return (
            f"SELECT {', '.join(columns)}, NULL::VARCHAR AS source, NULL::VARCHAR AS file, "
            "NULL::BIGINT AS source_row, NULL::BIGINT AS file_order WHERE false"
        )


def open_staged(engine: ibis.BaseBackend, register: Register, stages: Iterable[Stage]) -> Staged:
    """Lay the stages out in the engine; files are numbered by when they were delivered."""
    made = Staged(engine, register, tuple(stages))
    seen = pd.DataFrame(
        [
            (one.table, one.system, one.label, one.delivered_at)
            for stage in made.stages
            for one in stage.deliveries
        ],
        columns=["table", "source", "file", "delivered_at"],
    ).astype({"delivered_at": "datetime64[us]"})
    # Two files of one moment go by their names, the only order they have.
    seen = seen.sort_values(["table", "source", "delivered_at", "file"], ignore_index=True)
    seen = seen.assign(file_order=range(len(seen)))
    engine.create_table(SEEN, seen, temp=True, overwrite=True)
    return made


def held(engine: ibis.BaseBackend, query: str) -> ibis.Table:
    """Keep a query's rows in the engine."""
    name = ibis.util.gen_name("held")
    engine.raw_sql(f"CREATE TEMP TABLE {name} AS {query}")
    return engine.table(name)


def viewed(engine: ibis.BaseBackend, query: str) -> ibis.Table:
    """A query as a table that holds no rows of its own."""
    name = ibis.util.gen_name("viewed")
    engine.raw_sql(f"CREATE TEMP VIEW {name} AS {query}")
    return engine.table(name)


def sql_type(kind: str) -> str:
    """DuckDB's name of an Ibis type."""
    of = dt.dtype(kind)
    if isinstance(of, dt.Decimal):
        return f"DECIMAL({of.precision}, {of.scale})"
    return {
        "string": "VARCHAR", "timestamp": "TIMESTAMP", "int64": "BIGINT", "date": "DATE",
        "float64": "DOUBLE", "boolean": "BOOLEAN",
    }[kind]  # fmt: skip


def _mapping(stage: Stage) -> tuple[str, str]:
    return stage.system, stage.deliveries[0].mapping.model_dump_json()


def _by_system(stages: list[Stage]) -> list[tuple[str, list[Stage]]]:
    ordered = sorted(stages, key=lambda stage: stage.system)
    return [(name, list(alike)) for name, alike in groupby(ordered, lambda stage: stage.system)]


def _files(stages: list[Stage], name: str) -> str:
    listed = ", ".join(literal(stage.folder / name) for stage in stages)
    return f"[{listed}]"


def _row_number(system: str, column: str) -> str:
    """A number for rows that have none: where they stand."""
    return (
        "r.source_row" if column == "line_no" else f"'{system}:' || r.file || ':' || r.source_row"
    )
