"""The rows at hand, where they lie in the engine, and the small tables rules look things up in."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from fnmatch import fnmatch
from functools import cached_property
from typing import Any

import ibis

from analysis.model import schema
from analysis.model.cleaning.layers import ORIGIN
from analysis.model.cleaning.record import AFTER_LAST, FIRST_MOMENT, Context
from analysis.sources import mapping

SQL_TYPES = {
    schema.TEXT: "VARCHAR", schema.MOMENT: "TIMESTAMP", schema.EXACT: "DECIMAL(18, 4)",
    "int64": "BIGINT", "float64": "DOUBLE", "boolean": "BOOLEAN", "date": "DATE",
}  # fmt: skip
LOCAL_KEYS = frozenset(
    {"customers", "opportunities", "stage_events", "interactions", "payments", "events"}
)
"""Tables whose records every system numbers for itself: one number in two systems is two records.
Those of other tables are the same thing in all systems: a product, a month's plan."""


@dataclass
class Work:
    """Rows of one table, and what cleaning makes of them on the way.

    Attributes
    ----------
    engine : ibis backend
        DuckDB.
    name : str
        Table the rows are for.
    rows : str
        Name of the staged rows.
    unread : str
        Name of the values that could not be read.
    context : Context
        Settings and trusted tables.
    columns : list of str
        Canonical columns the rows have.
    held : list of str
        Tables made on the way.
    """

    engine: ibis.BaseBackend
    name: str
    rows: str
    unread: str
    context: Context
    columns: list[str]
    held: list[str] = field(default_factory=list)

    @property
    def declared(self) -> schema.Table:
        """What the schema says of the table."""
        return schema.TABLES[self.name]

    @property
    def key(self) -> list[str]:
        """Columns of the key that the rows have; ``source`` is no part of it."""
        return [c for c in self.declared.key if c in self.columns]

    @property
    def table(self) -> ibis.Table:
        """The staged rows."""
        return self.engine.table(self.rows.strip('"'))

    def hold(self, query: str) -> str:
        """Keep a query's rows; the name they have then."""
        name: str = ibis.util.gen_name("clean")
        self.engine.raw_sql(f'CREATE TEMP TABLE "{name}" AS {query}')
        self.held.append(name)
        return name

    def drop(self, *names: str) -> None:
        """Free what is not needed any more."""
        for name in names:
            self.engine.raw_sql(f'DROP TABLE IF EXISTS "{name}"')
            self.held.remove(name)

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """Few rows of an answer."""
        rows: list[tuple[Any, ...]] = self.engine.raw_sql(query).fetchall()
        return rows

    def has(self, table: str, column: str) -> bool:
        """Whether a trusted table is there and has a column."""
        other = self.context.tables.get(table)
        return other is not None and column in other.columns

    def words(self, column: str) -> list[str]:
        """The different words of a column of text."""
        if column not in self.columns:
            return []
        found = self.ask(f'SELECT DISTINCT "{column}" FROM {self.rows} WHERE "{column}" NOT NULL')
        return sorted(word for (word,) in found)

    def lookup(self, table: str, key: str, *values: str) -> str | None:
        """Name of a table with one row per ``key``, and ``values``; none if there is no such.

        Made once for all rows that are cleaned with the same context.
        """
        other = self.context.tables.get(table)
        if other is None or key not in other.columns:
            return None
        called = f"{table}.{key} {values}"
        if called not in self.context.prepared:
            told = ", ".join(f'any_value("{v}") AS "{v}"' for v in values)
            name = ibis.util.gen_name("lookup")
            self.engine.raw_sql(
                f'CREATE TEMP TABLE "{name}" AS SELECT "{key}"{", " + told if told else ""} '
                f'FROM {located(self.engine, other)} WHERE "{key}" NOT NULL GROUP BY "{key}"'
            )
            self.context.prepared[called] = name
        return self.context.prepared[called]

    def mapping_of(self, source: str, file: str) -> mapping.Table | None:
        """How a file of a system is mapped, where the register says."""
        system = self.context.register.systems.get(source)
        mapped = system.tables.get(self.name) if system else None
        several = mapped if isinstance(mapped, list) else [mapped] if mapped else []
        for one in several:
            if len(several) == 1 or (one.file and _fits(file, one.file)):
                return one
        return None

    def priority(self, source: str) -> int:
        """Whose value stays where systems disagree: the smaller number's."""
        system = self.context.register.systems.get(source)
        return system.priority if system else 1

    @cached_property
    def files(self) -> list[tuple[str, str]]:
        """System and name of every file the rows came from."""
        found = self.ask(f"SELECT DISTINCT source, file FROM {self.rows}")
        return sorted((str(source), str(file)) for source, file in found)

    @cached_property
    def sources(self) -> list[str]:
        """Systems that delivered the rows."""
        return sorted({source for source, _ in self.files})


def located(engine: ibis.BaseBackend, table: ibis.Table) -> str:
    """A table's name in the engine, or the bracketed query that makes it."""
    if isinstance(table.op(), ibis.expr.operations.DatabaseTable):
        return f'"{table.op().name}"'
    engine._run_pre_execute_hooks(table)
    return f"({engine.compile(table)})"


def at(column: str) -> str:
    """A column of the rows, as the rules write it."""
    return f'r."{column}"'


def plain(word: str) -> str:
    """A word without what does not tell words apart: width of letters, case, outer spaces."""
    return " ".join(unicodedata.normalize("NFKC", word).casefold().split())


def same_row(one: str, other: str) -> str:
    """SQL: two rows are one delivered row."""
    return " AND ".join(f"{one}.{column} = {other}.{column}" for column in ORIGIN)


def month_of(dated: str, prefix: str = "") -> str:
    """SQL of the month a row belongs to; none where it is undated, or dated in no firm's time."""
    if not dated:
        return "NULL::TIMESTAMP"
    moment = f'{prefix}"{dated}"'
    return (
        f"CASE WHEN {moment} >= '{FIRST_MOMENT}' AND {moment} < '{AFTER_LAST}' "
        f"THEN date_trunc('month', {moment})::TIMESTAMP END"
    )


def priorities(work: Work, column: str = "source") -> str:
    """SQL of the priority of a row's system."""
    cases = " ".join(f"WHEN '{name}' THEN {work.priority(name)}" for name in work.sources)
    return f"CASE {column} {cases} END" if cases else "1"


def _fits(file: str, pattern: str) -> bool:
    """Whether a delivered file's label, a file with perhaps its sheet, is one a mapping names."""
    names = (file, file.rsplit("/", 1)[-1])
    return any(fnmatch(name, p) for name in names for p in (pattern, f"{pattern} *"))
