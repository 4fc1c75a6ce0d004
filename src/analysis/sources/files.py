"""Open a delivered file as a table of text, one row per record, with its row number beside."""

from __future__ import annotations

import csv
import hashlib
from datetime import date, datetime
from pathlib import Path

import duckdb
import ibis
import ibis.expr.types as ir
import pandas as pd
import python_calamine

from analysis.errors import SourceError, nearest

ROW = "source_row"
"""Row of the record in its file as a spreadsheet counts: the heading is row 1."""
EXCEL = {".xls", ".xlsx", ".xlsm", ".xlsb", ".ods"}


def read(engine: ibis.BaseBackend, path: Path, sheet: str | None = None) -> ibis.Table:
    """Read a CSV, Excel or Parquet file with every value as text.

    Returns
    -------
    ibis.Table
        One row per record, columns as the file names them (text; missing where the cell is
        empty) and ``source_row`` (count).

    Raises
    ------
    SourceError
        If the file is empty, damaged, of an unknown kind, or lacks the sheet.
    """
    if path.stat().st_size == 0:
        raise SourceError(f"{path.name} is empty; deliver it with a heading row and records")
    suffix = path.suffix.lower()
    if suffix in EXCEL:
        table = hold(engine, ibis.memtable(_excel(path, sheet)))
    elif suffix in {".csv", ".txt", ".tsv"}:
        table = _csv(engine, path)
    elif suffix == ".parquet":
        table = _parquet(engine, path)
    else:
        raise SourceError(
            f"{path.name}: cannot read files that end in {suffix!r}; "
            "deliver .csv, .xlsx, .xls or .parquet"
        )
    if engine.execute(table.limit(1)).empty:
        raise SourceError(f"{path.name}{_sheet(sheet)} has a heading but no records")
    return table


def hold(engine: ibis.BaseBackend, table: ibis.Table) -> ibis.Table:
    """Keep a table's rows in the engine, to be computed once and read many times."""
    return engine.create_table(ibis.util.gen_name("held"), table, temp=True)


def fingerprint(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _csv(engine: ibis.BaseBackend, path: Path) -> ibis.Table:
    # Said, not guessed: DuckDB's guess takes a record that starts with "#" for a comment, and makes
    # one column of a file in which one row has a cell too many.
    try:
        heading, delimiter = _heading(path)
        table = engine.read_csv(
            path, header=True, auto_detect=False, strict_mode=True, delim=delimiter, quote='"',
            escape='"', columns=dict.fromkeys(heading, "VARCHAR"),
        )  # fmt: skip
        return hold(engine, _numbered(table))  # read to its end, where the error may be
    except UnicodeDecodeError:
        raise SourceError(f"{path.name} is not UTF-8; save it as CSV UTF-8") from None
    except duckdb.Error as error:
        said = str(error).split("Possible ")[0].strip().replace("\n", "; ")
        raise SourceError(f"{path.name} is not a readable CSV file: {said[:200]}") from None


def _heading(path: Path) -> tuple[list[str], str]:
    """Columns of a CSV file, and the sign between them: the one that makes most columns."""

    def columns(delimiter: str) -> list[str]:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            return next(csv.reader(stream, delimiter=delimiter), [])

    delimiter = max(",;\t|", key=lambda sign: len(columns(sign)))
    names: list[str] = []
    for place, name in enumerate(columns(delimiter), start=1):
        own = name or f"column {place}"
        taken = {other.lower() for other in names}
        names.append(f"{own} ({place})" if own.lower() in taken else own)
    return names, delimiter


def _parquet(engine: ibis.BaseBackend, path: Path) -> ibis.Table:
    try:
        table = engine.read_parquet(path)
        _check_unzoned(table, path)
        text = {name: _said(table[name]) for name in table.columns}
        return hold(engine, _numbered(table.mutate(**text)))
    except duckdb.Error as error:
        raise SourceError(
            f"{path.name} is not a readable Parquet file: {_first_line(error)}"
        ) from None


def _check_unzoned(table: ibis.Table, path: Path) -> None:
    """A moment with a zone has no day until somebody says whose; guessing would move orders."""
    for name, kind in table.schema().items():
        # Ibis does not know DuckDB's zoned moments in nanoseconds, but says their name.
        if (kind.is_timestamp() and kind.timezone) or "TIMESTAMPTZ" in str(kind):
            raise SourceError(
                f"{path.name} column {name!r} has moments in a time zone; "
                "deliver the firm's local time, without a zone"
            )


def _said(column: ir.Column) -> ir.StringColumn:
    """A column of a Parquet file as a CSV file would hold it: whole numbers without a point."""
    text = column.cast("string")
    return text.re_replace(r"\.0$", "") if column.type().is_floating() else text


def _excel(path: Path, sheet: str | None) -> pd.DataFrame:
    try:
        with pd.ExcelFile(path, engine="calamine") as book:
            names = [str(name) for name in book.sheet_names]
            wanted = sheet or names[0]
            if wanted not in names:
                raise SourceError(f"{path.name} has no sheet {sheet!r}; {nearest(wanted, names)}")
            # "NA" is a word a firm may use; only an empty cell is empty.
            cells = book.parse(wanted, dtype=object, keep_default_na=False)
    except python_calamine.CalamineError as error:
        raise SourceError(f"{path.name} is not a readable workbook: {_first_line(error)}") from None
    text = pd.DataFrame(
        {str(name): cells[name].map(_text) for name in cells.columns}, dtype="string"
    )
    return text.assign(**{ROW: range(2, len(text) + 2)})


def _text(cell: object) -> str | None:
    """A spreadsheet's cell as a CSV file would hold it."""
    if cell is None or cell is pd.NaT or cell == "" or cell != cell:  # NaN is not itself
        return None
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime | date):
        return cell.isoformat(sep=" ") if isinstance(cell, datetime) else cell.isoformat()
    return str(cell)


def _numbered(table: ibis.Table) -> ibis.Table:
    return table.mutate(**{ROW: ibis.row_number() + 2})


def _sheet(sheet: str | None) -> str:
    return f" sheet {sheet!r}" if sheet else ""


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0][:200]
