"""Read a mapped table under our names and types, or name the rows that do not fit."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import duckdb
import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir
import pandas as pd
import sqlglot
from sqlglot import exp

from analysis.errors import SourceError, nearest
from analysis.sources import files
from analysis.sources.mapping import Column, Table, formula_columns

SHOWN = 5
KIND = {"timestamp": "a date", "date": "a date", "decimal": "a number", "int": "a whole number"}


def try_strptime(text: str, form: str) -> dt.timestamp:
    """DuckDB's: the moment ``text`` says in ``form``, or missing."""


_try_strptime = ibis.udf.scalar.builtin(try_strptime)


def read_table(
    engine: ibis.BaseBackend, mapping: Table, path: Path, types: dict[str, str]
) -> ibis.Table:
    """Read one of our tables from its file.

    Parameters
    ----------
    engine : ibis backend
        DuckDB, which does the reading.
    mapping : Table
        File, sheet and columns.
    path : Path
        The file.
    types : dict
        Our type of every mapped column, in Ibis's names.

    Returns
    -------
    ibis.Table
        One row per record of the file, columns by our names plus ``source_row``.

    Raises
    ------
    SourceError
        If a column is not in the file, a value is not of its type or not in its list of values;
        with the first rows that are wrong.
    """
    raw = files.read(engine, path, mapping.sheet)
    _check_columns(raw, mapping, path)
    if mapping.decimal == ",":
        numbers = _number_columns(mapping, types)
        pointed = {name: raw[name].replace(".", "").replace(",", ".") for name in numbers}
        raw = raw.mutate(**pointed)
    made = {
        name: _value(engine, raw, column, types[name], path, name)
        for name, column in mapping.columns.items()
    }
    return raw.select(**made, **{files.ROW: raw[files.ROW]})


def _value(
    engine: ibis.BaseBackend, raw: ibis.Table, column: Column, kind: str, path: Path, name: str
) -> ir.Value:
    if column.constant is not None:
        if engine.execute(ibis.literal(column.constant).try_cast(kind).isnull()):
            raise SourceError(f"params/sources: {name} is no {kind}: constant {column.constant!r}")
        return ibis.literal(column.constant).cast(kind)
    if column.formula is not None:
        for read in formula_columns(column.formula):
            number = raw[read].try_cast("float64")
            # "NaN" and "inf" are read as numbers too, and are none.
            finite = ibis.ifelse(number.isnan() | number.isinf(), ibis.null("float64"), number)
            _check_kind(engine, raw, finite, read, "a number", path)
        result = _formula(raw, column.formula)
        read = formula_columns(column.formula)[0]
        wrong = raw.filter(result.notnull() & result.try_cast(kind).isnull())
        _refuse(engine, wrong, read, path, f"expected {column.formula} to be a {kind}")
        return result.cast(kind)
    source = str(column.source)
    text = raw[source].nullif("")
    if column.values:
        _check_values(engine, raw, column, path, name)
        return text.strip().cases(*column.values.items()).cast(kind)
    if kind == "string":
        return text
    typed = text.try_cast(kind)
    if column.format:
        _check_format(engine, column.format, name)
        written = _try_strptime(text, column.format)
        # A spreadsheet's own dates are dates already, however the other cells are written.
        typed = written.coalesce(typed) if path.suffix.lower() in files.EXCEL else written
    expected = KIND[kind.split("(")[0].rstrip("0123456789")]
    wanted = f"{expected} written {column.format}" if column.format else expected
    _check_kind(engine, raw, typed, source, wanted, path)
    return typed.cast(kind)


def _number_columns(mapping: Table, types: dict[str, str]) -> list[str]:
    """Columns of the file that are read as numbers."""
    names: list[str] = []
    for name, column in mapping.columns.items():
        if column.formula:
            names += formula_columns(column.formula)
        elif column.source and types[name].startswith(("decimal", "int", "float")):
            names.append(column.source)
    return list(dict.fromkeys(names))


def _check_format(engine: ibis.BaseBackend, form: str, name: str) -> None:
    try:
        engine.execute(_try_strptime(ibis.literal("1"), form))
        known = "%" in form
    except duckdb.Error:
        known = False
    if not known:
        raise SourceError(
            f"params/sources: {name} has format {form!r}, which is none; "
            "write it in strptime signs, such as %d.%m.%Y"
        )


def _check_columns(raw: ibis.Table, mapping: Table, path: Path) -> None:
    there = [name for name in raw.columns if name != files.ROW]
    for column in mapping.columns.values():
        wanted = formula_columns(column.formula) if column.formula else [column.source]
        for name in wanted:
            if name is not None and name not in there:
                raise SourceError(f"{path.name} has no column {name!r}; {nearest(name, there)}")


def _check_kind(
    engine: ibis.BaseBackend, raw: ibis.Table, typed: ir.Value, source: str, wanted: str, path: Path
) -> None:
    wrong = raw.filter(raw[source].nullif("").notnull() & typed.isnull())
    _refuse(engine, wrong, source, path, f"expected {wanted}")


def _check_values(
    engine: ibis.BaseBackend, raw: ibis.Table, column: Column, path: Path, name: str
) -> None:
    known = list(column.values)
    text = raw[str(column.source)].nullif("").strip()
    wrong = raw.filter(text.notnull() & text.notin(known))
    why = f"params/sources maps {name} only from {', '.join(known)}"
    _refuse(engine, wrong, str(column.source), path, why)


def _refuse(engine: ibis.BaseBackend, wrong: ibis.Table, source: str, path: Path, why: str) -> None:
    """Raise if ``wrong`` has rows, showing the first."""
    many = int(engine.execute(wrong.count()))
    if many:
        rows: pd.DataFrame = engine.execute(
            wrong.order_by(files.ROW).limit(SHOWN).select(files.ROW, source)
        )
        shown = "; ".join(f"row {row}: {value!r}" for row, value in rows.itertuples(index=False))
        if any(re.fullmatch(r"-?[\d.]*,\d+", str(value)) for value in rows[source]):
            shown += '; for decimal commas, set decimal: "," beside file'
        rows_differ = "row differs" if many == 1 else "rows differ"
        raise SourceError(f"{path.name} column {source!r}: {why}; {many} {rows_differ}: {shown}")


def _formula(raw: ibis.Table, formula: str) -> ir.Value:
    """Arithmetic over text columns, each read as a number. Empty cells give an empty result."""
    return _arithmetic(raw, sqlglot.parse_one(formula, dialect="duckdb"))


def _arithmetic(raw: ibis.Table, node: Any) -> ir.Value:
    def inner(key: str = "this") -> ir.Value:
        return _arithmetic(raw, node.args[key])

    match node:
        case exp.Column():
            return raw[node.name].try_cast("float64")
        case exp.Literal():
            return ibis.literal(float(node.this))
        case exp.Paren():
            return inner()
        case exp.Neg():
            return -inner()
        case exp.Abs():
            return inner().abs()
        case exp.Nullif():
            return inner().nullif(inner("expression"))
        case exp.Coalesce():
            return ibis.coalesce(inner(), *(_arithmetic(raw, part) for part in node.expressions))
        case exp.Add():
            return inner() + inner("expression")
        case exp.Sub():
            return inner() - inner("expression")
        case exp.Mul():
            return inner() * inner("expression")
        case exp.Div():
            return inner() / inner("expression").nullif(0)
    raise AssertionError(f"the mapping let {node.sql()!r} pass")
