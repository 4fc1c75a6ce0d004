"""The hostile files: how each is written, and what must become of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pyarrow as pa
import pyarrow.parquet as pq

CELLS = {"order_id": "Order", "ordered_at": "Placed", "revenue": "Net"}
NAMED = {"order_id": "Order", "customer_id": "Customer", "revenue": "Net"}
PLAIN = [["O1", "2026-02-03", 5.0, 2], ["O2", "2026-02-04", 7.5, 3]]
CHINESE = "Order,Customer,Net\nO1,上海晨光科技有限公司,5\nO2,北京远望贸易有限公司,7.5\n"
CHINESE_ROWS = [["O1", "上海晨光科技有限公司", 5.0, 2], ["O2", "北京远望贸易有限公司", 7.5, 3]]
TEXT = "Order,Placed,Net\nO1,2026-02-03,5\nO2,2026-02-04,7.5\n"
FRENCH = "Order,Customer,Net\nO1,Café Émile,5\n"


@dataclass(frozen=True)
class Case:
    """A file, and what must become of it.

    Attributes
    ----------
    name : str
        What is hostile about it.
    write : callable
        Writes it into a folder.
    mapping : dict
        How its mapping reads it, as in ``params/sources/``.
    rows : list
        Records that must be read, the row number last; amounts as numbers, days as text.
    unread : list
        Values that must be left unread: row, our column, value.
    refused : tuple of str
        Words the error must hold, where the file must be refused; empty: it must be read.
    """

    name: str
    write: Callable[[Path], object]
    mapping: Mapping[str, Any]
    rows: list[list[Any]] = field(default_factory=list)
    unread: list[tuple[Any, ...]] = field(default_factory=list)
    refused: tuple[str, ...] = ()


def cases() -> list[Case]:
    """All of them."""
    return [*_encodings(), *_headings(), *_values(), *_shapes(), *_damages()]


def _file(name: str, content: str | bytes) -> Callable[[Path], object]:
    data = content.encode() if isinstance(content, str) else content
    return lambda folder: (folder / name).write_bytes(data)


def _text(content: str | bytes, columns: Mapping[str, Any] = CELLS, **said: Any) -> dict[str, Any]:
    """A CSV file of this content, and its mapping: arguments of a case."""
    return {
        "write": _file("a.csv", content),
        "mapping": {"file": "a.csv", "columns": columns} | said,
    }


def _book(rows: list[list[Any]], *merged: str, **said: Any) -> dict[str, Any]:
    """A workbook of these rows, and its mapping: arguments of a case."""
    return {
        "write": lambda folder: _write_workbook(folder / "a.xlsx", rows, merged),
        "mapping": {"file": "a.xlsx", "columns": CELLS} | said,
    }


def _encodings() -> list[Case]:
    return [
        Case("GBK, said to be UTF-8", **_text(CHINESE.encode("gbk"), NAMED),
             refused=("a.csv line 2 is not UTF-8", "it can be read as gbk", "encoding:")),
        Case("GBK", **_text(CHINESE.encode("gbk"), NAMED, encoding="gbk"), rows=CHINESE_ROWS),
        Case("GB18030", **_text(CHINESE.encode("gb18030"), NAMED, encoding="gb18030"),
             rows=CHINESE_ROWS),
        Case("UTF-8, said to be GBK", **_text(CHINESE, NAMED, encoding="gbk"),
             refused=("a.csv is UTF-8, not gbk", "encoding: utf-8")),
        Case("GBK that lost half a sign",
             **_text(CHINESE.encode("gbk").replace(b"\xcb\xbe,7", b"\xcb,7"), NAMED,
                     encoding="gbk"),
             refused=("a.csv line 3 is not GBK",)),
        Case("Windows-1252, said to be UTF-8", **_text(FRENCH.encode("cp1252"), NAMED),
             refused=("a.csv line 2 is not UTF-8", "cp1252")),
        Case("Windows-1252", **_text(FRENCH.encode("cp1252"), NAMED, encoding="cp1252"),
             rows=[["O1", "Café Émile", 5.0, 2]]),
        Case("UTF-8 with a BOM", **_text(TEXT.encode("utf-8-sig")), rows=PLAIN),
        Case("UTF-16 with a BOM", **_text(CHINESE.encode("utf-16"), NAMED), rows=CHINESE_ROWS),
        Case("UTF-16 without one", **_text(TEXT.encode("utf-16-le")),
             refused=("a.csv", "utf-16-le")),
        Case("an encoding that is none", **_text(TEXT, encoding="klingon"),
             refused=("encoding 'klingon' is none",)),
        Case("NUL bytes", **_text(TEXT.encode() + b"O3,\0\0\0,1\n"),
             refused=("a.csv line 4 holds NUL bytes",)),
    ]  # fmt: skip


def _headings() -> list[Case]:
    title: list[Any] = ["Sales of February", None, None]
    merged: list[list[Any]] = [title, ["Order", "Of the order", None], [None, "Placed", "Net"],
              ["O1", "2026-02-03", 5], ["O2", "2026-02-04", 7.5]]  # fmt: skip
    wide = ",".join(f"Column {n}" for n in range(297))
    zeros = "0," * 296 + "0"
    return [
        Case("merged rows of heading in a workbook",
             **_book(merged, "A1:C1", "A2:A3", "B2:C2", heading_row=3),
             rows=[["O1", "2026-02-03", 5.0, 4], ["O2", "2026-02-04", 7.5, 5]]),
        Case("a title above the heading, not said", **_book([title, ["Order", "Placed",
             "Net"], *merged[3:]]), refused=("has no column", "set heading_row: 2")),
        Case("a title above the heading, said", **_text(f"Sales of February,,\n\n{TEXT}",
             heading_row=3),
             rows=[["O1", "2026-02-03", 5.0, 4], ["O2", "2026-02-04", 7.5, 5]]),
        Case("a heading twice, and read", **_text("Order,Placed,Net,Net\nO1,2026-02-03,5,6\n"),
             refused=("2 columns 'Net'", "'Net (3)' or 'Net (4)'")),
        Case("a heading twice, told apart by its place",
             **_text("Order,Placed,Net,Net\nO1,2026-02-03,5,6\n", CELLS | {"revenue": "Net (4)"}),
             rows=[["O1", "2026-02-03", 6.0, 2]]),
        Case("blanks around headings", **_text(TEXT.replace("Placed", " Placed\u00a0")
             .replace("Net", '"Net\n"')), rows=PLAIN),
        Case("a column that is misspelt", **_text(TEXT.replace("Net", "Nett")),
             refused=("a.csv has no column 'Net'", "did you mean 'Nett'")),
        Case("300 columns", **_text("\n".join(f"{line},{more}" for line, more in zip(
             TEXT.splitlines(), [wide, zeros, zeros], strict=True))), rows=PLAIN),
    ]  # fmt: skip


def _values() -> list[Case]:
    turns = {"from": "Placed", "format": ["%Y-%m-%d", "%d/%m/%Y", "%d.%m.%y"]}
    return [
        Case("thousands separators", **_text(TEXT.replace("5\n", '"1,234,567.5"\n', 1)),
             rows=[["O1", "2026-02-03", 1234567.5, 2], PLAIN[1]]),
        Case("decimal commas", **_text("Order;Placed;Net\nO1;2026-02-03;1.234,50\n"
             "O2;2026-02-04;-0,75\nO3;2026-02-05;1 000\n", decimal=","),
             rows=[["O1", "2026-02-03", 1234.5, 2], ["O2", "2026-02-04", -0.75, 3],
                   ["O3", "2026-02-05", 1000.0, 4]]),
        Case("decimal commas, not said", **_text("Order;Placed;Net\nO1;2026-02-03;50,25\n"),
             rows=[["O1", "2026-02-03", None, 2]], unread=[(2, "revenue", "50,25")]),
        Case("negatives as accountants write them", **_text("Order,Placed,Net\n"
             'O1,2026-02-03,"(1,234.50)"\nO2,2026-02-04,£7.50-\n'),
             rows=[["O1", "2026-02-03", -1234.5, 2], ["O2", "2026-02-04", -7.5, 3]]),
        Case("an amount in other money", **_text(TEXT.replace(",5\n", ",$5\n")),
             rows=[["O1", "2026-02-03", None, 2], PLAIN[1]], unread=[(2, "revenue", "$5")]),
        Case("dates in three formats", **_text("Order,Placed,Net\nO1,2026-02-03,5\n"
             "O2,04/02/2026,7.5\nO3,5.2.26,1\nO4,02/31/2026,1\n", CELLS | {"ordered_at": turns}),
             rows=[*PLAIN, ["O3", "2026-02-05", 1.0, 4], ["O4", None, 1.0, 5]],
             unread=[(5, "ordered_at", "02/31/2026")]),
        Case("dates as a spreadsheet's day numbers", **_book([["Order", "Placed", "Net"],
             ["O1", 46056, 5], ["O2", 46057, 7.5]]), rows=PLAIN),
        Case("day numbers in a CSV file", **_text(TEXT.replace("2026-02-03", "46056").replace(
             "2026-02-04", "46057"), CELLS | {"ordered_at": {"from": "Placed", "format": "excel"}}),
             rows=PLAIN),
        Case("numbers stored as text", **_book([["Order", "Placed", "Net"],
             [1, "2026-02-03", " 1,234.50"], ["2", "2026-02-04", "7.5"]]),
             rows=[["1", "2026-02-03", 1234.5, 2], ["2", "2026-02-04", 7.5, 3]]),
        Case("words computers take for numbers and dates", **_text(
             "Order,Placed,Net\nO1,epoch,nan\nO2,infinity,inf\n"),
             rows=[["O1", None, None, 2], ["O2", None, None, 3]],
             unread=[(2, "ordered_at", "epoch"), (2, "revenue", "nan"),
                     (3, "ordered_at", "infinity"), (3, "revenue", "inf")]),
        Case("words that mean nothing elsewhere", **_text("Order,Customer,Net\nNA,null,5\n", NAMED),
             rows=[["NA", "null", 5.0, 2]]),
    ]  # fmt: skip


def _shapes() -> list[Case]:
    return [
        Case("a totals row, said", **_text(f"{TEXT}Total,,12.5\n", drop_rows={"Order": "^Total"}),
             rows=PLAIN),
        Case("a totals row, not said", **_text(f"{TEXT}Total,,12.5\n"),
             rows=[*PLAIN, ["Total", None, 12.5, 4]]),
        Case("no rows", **_text("Order,Placed,Net\n"), refused=("a.csv has a heading but no rec",)),
        Case("nothing at all", **_text(b""), refused=("a.csv is empty",)),
        Case("a cell too many", **_text(f"{TEXT}O3,2026-02-05,1,000\n"),
             refused=("a.csv row 4 (line 4) has 4 cells, and the heading has 3", "double quotes")),
        Case("a quote that does not end", **_text(f'{TEXT}O3,2026-02-05,"1\nO4,2026-02-06,2\n'),
             refused=("a.csv row 4 (line 4) has a double quote that does not end",)),
        Case("line breaks in cells", **_text(
             'Order,Customer,Net\nO1,"Ash\n& ""Co""",5\nO2,"x\n\ny",7.5\n', NAMED),
             rows=[["O1", 'Ash\n& "Co"', 5.0, 2], ["O2", "x\n\ny", 7.5, 3]]),
        Case("blank lines", **_text(TEXT.replace("O2", "\n,,\nO2")),
             rows=[PLAIN[0], ["O2", "2026-02-04", 7.5, 5]]),
        Case("line ends of two systems", **_text(TEXT.replace("5\n", "5\r\n", 1)), rows=PLAIN),
        Case("a # first", **_text(TEXT.replace("O1", "#1")),
             rows=[["#1", "2026-02-03", 5.0, 2], PLAIN[1]]),
    ]  # fmt: skip


def _damages() -> list[Case]:
    objects = [{"id": "O1", "at": {"day": "2026-02-03"}, "net": 5},
               {"id": "O2", "at": {"day": "2026-02-04"}, "net": "7.50"}]  # fmt: skip
    lines = "".join(f"{json.dumps(one)}\n" for one in objects)
    nested = {"file": "a.jsonl",
              "columns": {"order_id": "id", "ordered_at": "at.day", "revenue": "net"}}  # fmt: skip
    return [
        Case("JSON lines with names inside names", _file("a.jsonl", lines), nested,
             [["O1", "2026-02-03", 5.0, 1], ["O2", "2026-02-04", 7.5, 2]]),
        Case("JSON lines, one broken", _file("a.jsonl", lines + lines[:20]), nested,
             refused=("a.jsonl line 3 is no JSON object",)),
        Case("a Parquet file that is cut off", _cut_parquet,
             {"file": "a.parquet", "columns": CELLS},
             refused=("a.parquet is not a readable Parquet file",)),
        Case("a web page named .xls",
             _file("a.xls", "<html><table><tr><td>Order</td></tr></table>"),
             {"file": "a.xls", "columns": CELLS}, refused=("a.xls", "a web page (HTML)", ".xlsx")),
        Case("a CSV file named .xls", _file("a.xls", TEXT), {"file": "a.xls", "columns": CELLS},
             refused=("a.xls is not a readable workbook: it is text",)),
        # The start of what Excel writes under a password: the container, and the name of its part.
        Case("a workbook with a password", _file("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
             + bytes(1016) + "EncryptedPackage".encode("utf-16-le")),
             {"file": "a.xlsx", "columns": CELLS}, refused=("a.xlsx is protected by a password",)),
        Case("a workbook without the sheet", **_book([["Order", "Placed", "Net"]], sheet="Orders"),
             refused=("has no sheet 'Orders'", "there are Sheet")),
    ]  # fmt: skip


def _cut_parquet(folder: Path) -> None:
    path = folder / "a.parquet"
    table = pa.table({"Order": ["O1"], "Placed": ["2026-02-03"], "Net": [5.0]})
    pq.write_table(table, path)
    path.write_bytes(path.read_bytes()[:-40])


def _write_workbook(path: Path, rows: list[list[Any]], merged: tuple[str, ...]) -> None:
    """Write rows of cells as the one sheet of a workbook: the fewest parts that make one."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    cells = "".join(f"<row>{''.join(map(_cell, row))}</row>" for row in rows)
    ranges = "".join(f'<mergeCell ref="{one}"/>' for one in merged)
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default '
        'Extension="xml" ContentType="application/xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
        f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets><sheet '
        'name="Sheet" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="r1" Type="{office}/worksheet" Target="worksheets/1.xml"/>'
        "</Relationships>",
        "xl/worksheets/1.xml": f'<worksheet xmlns="{main}"><sheetData>{cells}</sheetData>'
        + (f"<mergeCells>{ranges}</mergeCells>" if ranges else "") + "</worksheet>",
    }  # fmt: skip
    with ZipFile(path, "w") as book:
        for part, xml in parts.items():
            book.writestr(part, f'<?xml version="1.0" encoding="UTF-8"?>{xml}')


def _cell(value: object) -> str:
    if value is None:
        return "<c/>"
    if isinstance(value, int | float):
        return f"<c><v>{value}</v></c>"
    return f'<c t="inlineStr"><is><t xml:space="preserve">{value}</t></is></c>'
