"""Excel workbooks: a sheet's cells as a CSV file would hold them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import python_calamine

from analysis.errors import SourceError, nearest
from analysis.sources.mapping import Table, sources_of
from analysis.sources.raw import Cell, Raw, check_columns, damaged, first_line, headings, tidy

SUFFIXES = {".xls", ".xlsx", ".xlsm", ".xlsb", ".ods"}
CONTAINER, ARCHIVE = b"\xd0\xcf\x11\xe0", b"PK"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
LOOKED = 20


def open_sheet(path: Path, mapping: Table, name: str) -> tuple[Raw, dict[str, list[str | None]]]:
    """Read a sheet: how to scan it, and its columns, which the engine must be given.

    Raises
    ------
    SourceError
        If the file is no workbook, is protected by a password, or lacks the sheet or a column.
    """
    rows, merged = _cells(path, mapping.sheet)
    place = mapping.heading_row - 1
    above = [_heading(rows, place, column, merged) for column in range(_width(rows))]
    if not any(map(tidy, above)):
        raise SourceError(
            f"{name} has no heading in row {mapping.heading_row}; set heading_row: to the row "
            "that names the columns"
        )
    names = headings(above)
    check_columns(names, mapping, name, lambda: _hint(rows, mapping))
    wanted = set(map(tidy, sources_of(mapping)))
    records = rows[place + 1 :]
    text = {
        f"c{column + 1}": [_text(row[column], mapping.decimal) for row in records]
        for column, own in enumerate(names)
        if own in wanted
    }
    text["filled"] = ["x" if any(cell not in ("", None) for cell in row) else None
                      for row in records]  # fmt: skip
    raw = Raw(
        name=name,
        cells={own: Cell(f"c{column + 1}") for column, own in enumerate(names) if own in wanted},
        first_row=mapping.heading_row + 1,
        blank="filled IS NULL",
        mend=damaged(path, "workbook"),
        is_workbook=True,
    )
    return raw, text


def _cells(path: Path, sheet: str | None) -> tuple[list[list[Any]], list[Any]]:
    """Rows of a sheet from its first cell on, and the ranges that are merged."""
    with path.open("rb") as stream:
        start = stream.read(1 << 16)
    _check_kind(path, start)
    try:
        with python_calamine.CalamineWorkbook.from_path(path) as book:
            names = list(book.sheet_names)
            if not names:
                raise SourceError(f"{path.name} has no sheets; deliver it anew")
            wanted = sheet or names[0]
            if wanted not in names:
                raise SourceError(f"{path.name} has no sheet {sheet!r}; {nearest(wanted, names)}")
            found = book.get_sheet_by_name(wanted)
            rows = found.to_python(skip_empty_area=False)
            return rows, list(found.merged_cell_ranges or [])
    except python_calamine.PasswordError:
        raise _protected(path) from None
    except (python_calamine.CalamineError, OSError) as error:
        raise SourceError(
            f"{path.name} is not a readable workbook: {first_line(error)}; deliver it anew"
        ) from None


def _check_kind(path: Path, start: bytes) -> None:
    """Say what a file is that only has a workbook's name."""
    text = start.lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if text.startswith((b"<html", b"<!doctype", b"<table", b"<head", b"<meta")):
        raise SourceError(
            f"{path.name} is not a readable workbook: it is a web page (HTML) with a workbook's "
            "name; open it, save it as .xlsx and deliver that"
        )
    if start.startswith(CONTAINER) and ENCRYPTED in path.read_bytes():
        raise _protected(path)
    if not start.startswith((CONTAINER, ARCHIVE)) and b"\0" not in start and b"\n" in start:
        raise SourceError(
            f"{path.name} is not a readable workbook: it is text; if it has cells with signs "
            "between, name it .csv"
        )


def _protected(path: Path) -> SourceError:
    return SourceError(f"{path.name} is protected by a password; deliver it without one")


def _width(rows: list[list[Any]]) -> int:
    return max((len(row) for row in rows), default=0)


def _heading(rows: list[list[Any]], place: int, column: int, merged: list[Any]) -> object:
    """A heading's cell; one that is merged with cells above it has its name there."""
    if place >= len(rows):
        return ""
    for (top, left), (bottom, right) in merged:
        if top <= place <= bottom and left <= column <= right and left == right:
            return rows[top][column]
    return rows[place][column]


def _hint(rows: list[list[Any]], mapping: Table) -> str:
    """Where the heading seems to be, if it is further down."""
    wanted = set(map(tidy, sources_of(mapping)))
    for number, row in enumerate(rows[:LOOKED], start=1):
        if number != mapping.heading_row and wanted <= set(headings(row)):
            return f"; row {number} has them all: set heading_row: {number}"
    return ""


def _text(cell: object, decimal: str) -> str | None:
    """A spreadsheet's cell as a CSV file would hold it, numbers with the firm's decimal sign."""
    if cell is None or cell == "" or cell != cell:  # NaN is not itself
        return None
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float):
        text = str(int(cell)) if cell.is_integer() else repr(cell)
        return text if decimal == "." else text.replace(".", decimal)
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell)
    return str(cell)
