"""The one query that passes a file: text, then values, then what could not be read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import duckdb
import ibis.expr.datatypes as dt
from ibis.backends.sql.datatypes import DuckDBType

from analysis.errors import SourceError
from analysis.sources import values
from analysis.sources.mapping import Column, Firm, Table, formula_columns
from analysis.sources.raw import Cell, Raw, identifier, literal, tidy

MARK = 'STRUCT("column" VARCHAR, "value" VARCHAR, "why" VARCHAR)[]'


@dataclass(frozen=True)
class Query:
    """What is computed of every file of a mapping.

    Attributes
    ----------
    mapping : Table
        The mapping.
    types : dict
        SQL type of our columns.
    signs : str
        Pattern of the signs of money.
    """

    mapping: Table
    types: dict[str, str]
    signs: str

    @property
    def names(self) -> list[str]:
        """Our columns, in the mapping's order."""
        return list(self.types)

    def sql(self, raw: Raw, relation: str, raws: Sequence[Raw]) -> str:
        """SQL of one row per row of the files, with ``_file`` (1, 2, …), ``_flag`` and ``_unread``.

        ``_flag`` is 1 for rows that are dropped and 2 for blank ones; ``_unread`` lists what
        could not be read, and is missing where nothing is.
        """
        steps = _Steps(self, raw)
        finals = [f"{steps.column(name)} AS {identifier(name)}" for name in self.names]
        finals += [f"{word} AS {name}" for name, word in steps.words.items()]
        paths = ", ".join(literal(one.path) for one in raws)
        number = f"CAST(list_position([{paths}], _path) AS SMALLINT)" if len(raws) > 1 else "1"
        inner = [
            *steps.texts,
            f"CAST({number} AS SMALLINT) AS _file",
            f"{self._flag(raw)} AS _flag",
        ]
        return f"""
            SELECT {", ".join(finals)}, _file, _flag, {steps.marks()} AS _unread
            FROM (SELECT {", ".join(["*", *steps.values])}
                  FROM (SELECT {", ".join(inner)} FROM {relation}))
        """

    def _flag(self, raw: Raw) -> str:
        drop = values.any_of(
            f"regexp_matches(coalesce({values.trimmed(raw.cells[tidy(name)].text)}, ''), "
            f"{literal(pattern)})"
            for name, pattern in self.mapping.drop_rows.items()
        )
        blank = raw.blank or "false"
        if blank == drop == "false":
            return "CAST(NULL AS TINYINT)"
        return f"CAST(CASE WHEN {blank} THEN 2 WHEN {drop} THEN 1 END AS TINYINT)"


@dataclass
class _Steps:
    """The steps from a file's cells to our columns, as they are asked for."""

    query: Query
    raw: Raw
    texts: list[str] = field(default_factory=list)
    values: list[str] = field(default_factory=list)
    words: dict[str, str] = field(default_factory=dict)
    wrong: list[tuple[str, str, str, str]] = field(default_factory=list)
    """Condition, our column, text and reason of what may not be read."""

    def column(self, name: str) -> str:
        """SQL of one of our columns, over the values."""
        column, sql_type = self._mapped(name), self.query.types[name]
        if column.constant is not None:
            return f"CAST({literal(column.constant)} AS {sql_type})"
        if column.formula is not None:
            return self._formula(name, column.formula, sql_type)
        cell = self.raw.cells[tidy(column.source)]
        kind = values.kind_of(sql_type)
        plain = not (column.replace or column.values or column.lookup or column.format)
        if cell.native and plain and kind in ("number", "whole", "moment"):
            return self._native(name, cell, sql_type, kind)
        if plain and kind in ("number", "whole"):
            return self._number(name, cell, sql_type)
        text, given = self._text(column, cell)
        if column.lookup:
            self.words[f"_word_{name}"], self.words[f"_given_{name}"] = text, given
            return f"CAST(NULL AS {sql_type})"
        value = value_of(text, column, sql_type, self.query, self.raw.is_workbook)
        if value == text:
            return text
        self.values.append(f"{value} AS v_{len(self.values)}")
        found = f"v_{len(self.values) - 1}"
        why = values.NOT["word" if column.values else kind]
        self.wrong.append((f"{found} IS NULL AND {text} IS NOT NULL", name, given, why))
        return found

    def marks(self) -> str:
        """SQL of what could not be read; computed only in rows that have some."""
        if not self.wrong:
            return f"CAST(NULL AS {MARK})"
        listed = ", ".join(
            f"CASE WHEN {condition} THEN {{'column': {literal(name)}, 'value': {text}, "
            f"'why': {literal(why)}}} END"
            for condition, name, text, why in self.wrong
        )
        some = values.any_of(condition for condition, *_ in self.wrong)
        return f"CASE WHEN _flag IS NULL AND ({some}) THEN CAST([{listed}] AS {MARK}) END"

    def _mapped(self, name: str) -> Column:
        mapping = self.query.mapping
        if name not in mapping.columns:  # of every amount in the file
            return Column(constant=mapping.currency)
        return mapping.columns[name]

    def _text(self, column: Column, cell: Cell) -> tuple[str, str]:
        """Names of a cell's text, tidied, and as it was delivered."""
        number = len(self.texts)
        self.texts.append(f"{tidied(cell.text, column)} AS t_{number}")
        self.texts.append(f"{cell.text} AS o_{number}")
        return f"t_{number}", f"o_{number}"

    def _native(self, name: str, cell: Cell, sql_type: str, kind: str) -> str:
        self.texts.append(f"{cell.native} AS n_{len(self.texts)}")
        given = f"n_{len(self.texts) - 1}"
        value = f"try_cast({given} AS {sql_type})"
        if kind != "moment":
            value = values.native_number(given, sql_type)
        self.values.append(f"{value} AS v_{len(self.values)}")
        found = f"v_{len(self.values) - 1}"
        text = f"CAST({given} AS VARCHAR)"
        wrong = f"{found} IS NULL AND {given} IS NOT NULL"
        self.wrong.append((wrong, name, text, values.NOT[kind]))
        return found

    def _number(self, name: str, cell: Cell, sql_type: str) -> str:
        """A number in a cell; blanks around it are looked for only where it is not read at once."""
        self.texts.append(f"{cell.text} AS o_{len(self.texts)}")
        given = f"o_{len(self.texts) - 1}"
        value = values.number(given, sql_type, self.query.mapping.decimal, self.query.signs)
        self.values.append(f"{value} AS v_{len(self.values)}")
        found = f"v_{len(self.values) - 1}"
        wrong = f"{found} IS NULL AND ({values.trimmed(given)}) IS NOT NULL"
        self.wrong.append((wrong, name, given, values.NOT[values.kind_of(sql_type)]))
        return found

    def _formula(self, name: str, formula: str, sql_type: str) -> str:
        numbers = {}
        for source in formula_columns(formula):
            cell = self.raw.cells[tidy(source)]
            if cell.native:
                numbers[source] = self._native(name, cell, "DOUBLE", "number")
                continue
            numbers[source] = self._number(name, cell, "DOUBLE")
        result = values.arithmetic(formula, numbers)
        made = f"try_cast({result} AS {sql_type})"
        self.wrong.append(
            (f"{made} IS NULL AND {result} IS NOT NULL", name, f"CAST({result} AS VARCHAR)",
             values.NOT["number"])
        )  # fmt: skip
        return made


def tidied(text: str, column: Column) -> str:
    """A cell's text without blanks around it, and with what the mapping replaces replaced."""
    if not column.replace:
        return values.trimmed(text)
    made = values.trimmed(text)
    for pattern, instead in column.replace.items():
        made = f"regexp_replace({made}, {literal(pattern)}, {literal(instead)}, 'g')"
    return values.trimmed(made)


def value_of(text: str, column: Column, sql_type: str, query: Query, is_workbook: bool) -> str:
    """SQL of what a tidied text says, or missing."""
    kind = values.kind_of(sql_type)
    if column.values:
        found = values.word(text, column.values)
        return found if kind == "text" else f"try_cast({found} AS {sql_type})"
    if kind == "moment":
        return values.moment(text, sql_type, formats(column), is_workbook)
    if kind in ("number", "whole"):
        return values.number(text, sql_type, query.mapping.decimal, query.signs)
    return values.flag(text) if kind == "flag" else text


def formats(column: Column) -> list[str]:
    """Formats of a column's dates, in turn."""
    return [column.format] if isinstance(column.format, str) else list(column.format or [])


def query_of(mapping: Table, types: dict[str, str], firm: Firm) -> Query:
    """What is computed of the files of a mapping.

    Where the mapping says a currency and no column does, every row has that one.
    """
    names = list(mapping.columns)
    if mapping.currency and "currency" in types and "currency" not in names:
        names.append("currency")
    sql_types = {name: sql_type_of(types[name]) for name in names}
    return Query(mapping, sql_types, values.money_signs(firm, mapping))


@lru_cache
def sql_type_of(kind: str) -> str:
    """An Ibis type as DuckDB calls it."""
    return str(DuckDBType.to_string(dt.dtype(kind)))


def check_settings(
    connection: duckdb.DuckDBPyConnection, mapping: Table, types: dict[str, str]
) -> None:
    """Check constants, formats and patterns of a mapping.

    Raises
    ------
    SourceError
        If one is none.
    """

    def answer(sql: str) -> object:
        try:
            found = connection.execute(f"SELECT {sql}").fetchall()
        except duckdb.Error:
            return None
        return found[0][0] if found else None

    for name, column in mapping.columns.items():
        if column.constant is not None:
            constant = f"try_cast({literal(column.constant)} AS {sql_type_of(types[name])})"
            if answer(constant) is None:
                raise SourceError(
                    f"params/sources: {name} is no {types[name]}: constant {column.constant!r}"
                )
        for form in formats(column):
            known = "%" in form and answer(f"try_strptime('1', {literal(form)}) IS NULL")
            if not known and form != values.SERIAL_FORMAT:
                raise SourceError(
                    f"params/sources: {name} has format {form!r}, which is none; "
                    "write it in strptime signs, such as %d.%m.%Y, or excel for day numbers"
                )
        for pattern in column.replace:
            _check_pattern(answer, pattern, f"{name} replaces")
    for name, pattern in mapping.drop_rows.items():
        _check_pattern(answer, pattern, f"drop_rows of {name!r} has")


def _check_pattern(answer: Callable[[str], object], pattern: str, what: str) -> None:
    if answer(f"regexp_matches('', {literal(pattern)}) IS NOT NULL") is None:
        raise SourceError(
            f"params/sources: {what} {pattern!r}, which is no regular expression; put a backslash "
            "before signs that are meant as themselves, such as \\("
        )
