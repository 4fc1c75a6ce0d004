"""CSV files: their heading, and what to tell the engine so that it scans them row for row."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import duckdb

from analysis.errors import SourceError
from analysis.sources import encodings
from analysis.sources.mapping import Table, sources_of
from analysis.sources.raw import Cell, Raw, check_columns, first_line, headings, literal, tidy

SIGNS = ",;\t|"
CELL_LIMIT = 1 << 21
"""Characters of the longest cell; beyond it a quote does not end."""
LOOKED = 20
"""Rows looked through for a heading that is not where it is said to be."""


def open_csv(path: Path, mapping: Table, name: str, folder: Path) -> Raw:
    """Open a CSV file.

    Parameters
    ----------
    path : Path
        The file.
    mapping : Table
        Its encoding, delimiter and heading row.
    name : str
        Name for messages.
    folder : Path
        Folder for copies, where the file cannot be scanned as it is.

    Raises
    ------
    SourceError
        If it is not in its encoding, has no heading, or is no text.
    """
    csv.field_size_limit(CELL_LIMIT)
    encoding = encodings.of_file(path, mapping.encoding)
    if encoding not in encodings.UTF8:
        path = encodings.to_utf8(path, encoding, mapping.encoding, folder)
    try:
        sign, names = _heading(path, mapping, name)
    except UnicodeDecodeError:
        raise encodings.undecodable(path, "utf-8", mapping.encoding) from None
    empty = _empty_lines(path, name, sign, len(names))
    check_columns(names, mapping, name, lambda: _heading_hint(path, mapping, sign))
    text = _Text(path, mapping, name, folder, sign, tuple(names))
    if empty == "nothing between" and len(names) > 1:
        text = text.row_for_row()
    return text.raw(has_empty=bool(empty) or len(names) == 1)


@dataclass(frozen=True)
class _Text:
    """A CSV file in UTF-8, the sign between its cells, and its columns."""

    path: Path
    mapping: Table
    name: str
    folder: Path
    sign: str
    names: tuple[str, ...]
    is_copy: bool = False

    def raw(self, has_empty: bool) -> Raw:
        columns = [f"c{place}" for place in range(1, len(self.names) + 1)]
        listed = ", ".join(f"{column}: 'VARCHAR'" for column in columns)
        return Raw(
            name=self.name,
            cells={own: Cell(column) for own, column in zip(self.names, columns, strict=True)},
            first_row=self.mapping.heading_row + 1,
            function="read_csv",
            path=str(self.path),
            # The engine's guess takes a record that starts with "#" for a comment, and makes one
            # column of a file in which one row has a cell too many.
            options=f"""columns = {{{listed}}}, auto_detect = false, header = false,
                skip = {self.mapping.heading_row}, delim = {literal(self.sign)},
                quote = '"', escape = '"', strict_mode = true""",
            blank=f"coalesce({', '.join(columns)}) IS NULL" if has_empty else "",
            mend=self._mend,
        )

    def _mend(self, error: duckdb.Error) -> Raw:
        try:
            self._check_rows()
            if not self.is_copy:  # nothing is wrong with it but how its lines end
                return self.row_for_row().raw(has_empty=True)
        except UnicodeDecodeError:
            raise encodings.undecodable(self.path, "utf-8", self.mapping.encoding) from None
        raise SourceError(f"{self.name} is not a readable CSV file: {first_line(error)}") from None

    def row_for_row(self) -> _Text:
        """Copy it so that each row is written alike, and lines without content as empty cells."""
        target = self.folder / f"{self.path.stem}.rows{self.path.suffix}"
        heading, empty = self.mapping.heading_row, [""] * len(self.names)
        try:
            with target.open("w", encoding="utf-8", newline="") as out:
                writer = csv.writer(out, delimiter=self.sign, lineterminator="\n")
                for number, row in enumerate(_rows(self.path, self.sign), start=1):
                    # Above the records, one line for each row is all that is asked.
                    writer.writerow(["-"] if number <= heading else row or empty)
        except csv.Error:
            self._check_rows()
            raise
        except UnicodeDecodeError:
            raise encodings.undecodable(self.path, "utf-8", self.mapping.encoding) from None
        return replace(self, path=target, is_copy=True)

    def _check_rows(self) -> None:
        """Name the first row that is not as a CSV file's rows must be."""
        number, line = 0, 1
        try:
            with self.path.open(encoding="utf-8-sig", newline="") as stream:
                reader = csv.reader(stream, delimiter=self.sign, strict=True)
                for number, row in enumerate(reader, start=1):
                    if number > self.mapping.heading_row and row and len(row) != len(self.names):
                        raise self._ragged(number, line, row)
                    line = reader.line_num + 1
        except csv.Error:
            raise SourceError(
                f"{self.name} row {number + 1} (line {line}) has a double quote that does not end, "
                "or stands inside a cell: a cell in quotes ends with one, and holds its own doubled"
            ) from None

    def _ragged(self, number: int, line: int, row: list[str]) -> SourceError:
        cells = f"{len(row)} {'cell' if len(row) == 1 else 'cells'}"
        return SourceError(
            f"{self.name} row {number} (line {line}) has {cells}, and the heading has "
            f"{len(self.names)}: {self.sign.join(row)[:120]!r}; put cells that hold {self.sign!r} "
            "or a line break in double quotes"
        )


def _rows(path: Path, sign: str) -> Iterator[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        yield from csv.reader(stream, delimiter=sign, strict=True)


def _heading(path: Path, mapping: Table, name: str) -> tuple[str, list[str]]:
    """Sign between cells, the one that makes most columns if none is said; and their names."""

    def at(sign: str) -> list[str]:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.reader(stream, delimiter=sign)
            try:
                return next(islice(reader, mapping.heading_row - 1, None), [])
            except csv.Error:
                return []

    sign = mapping.delimiter or max(SIGNS, key=lambda sign: len(at(sign)))
    if len(sign) != 1:
        raise SourceError(f"params/sources: delimiter {sign!r} must be one sign, such as ';'")
    cells = at(sign)
    if not any(map(tidy, cells)):
        raise SourceError(
            f"{name} has no heading in row {mapping.heading_row}; set heading_row: to the row "
            "that names the columns"
        )
    return sign, headings(cells)


def _heading_hint(path: Path, mapping: Table, sign: str) -> str:
    """Where the heading seems to be, if it is further down."""
    wanted = set(map(tidy, sources_of(mapping)))
    try:
        for number, row in enumerate(islice(_rows(path, sign), LOOKED), start=1):
            if number != mapping.heading_row and wanted <= set(headings(row)):
                return f"; row {number} has them all: set heading_row: {number}"
    except (csv.Error, UnicodeDecodeError):
        pass
    return ""


def _empty_lines(path: Path, name: str, sign: str, width: int) -> str:
    """How lines without content are written, if there are any before the last record.

    Returns ``nothing between`` for lines with nothing at all, which the engine passes over
    without counting; ``only signs`` for rows of empty cells; else nothing.
    """
    bare = (b"\n\n", b"\n\r\n")
    signs = b"\n" + sign.encode() * (width - 1)
    found, before, offset = "", b"", 0
    with path.open("rb") as stream:
        while chunk := stream.read(encodings.CHUNK):
            if b"\0" in chunk:
                raise _with_nul(path, name, offset + chunk.index(b"\0"))
            content = before + chunk
            inner = content.rstrip(b"\r\n")  # what ends the file is no line between records
            if any(mark in inner for mark in bare):
                return "nothing between"
            if width > 1 and (signs + b"\n" in content or signs + b"\r\n" in content):
                found = "only signs"
            before = content[max(0, len(inner) - width - 2) :]
            offset += len(chunk)
    return found


def _with_nul(path: Path, name: str, offset: int) -> SourceError:
    with path.open("rb") as stream:
        line = stream.read(offset).count(b"\n") + 1
    return SourceError(
        f"{name} line {line} holds NUL bytes, which no text has: the file is damaged, or in "
        "UTF-16 (write encoding: utf-16-le); deliver it anew"
    )
