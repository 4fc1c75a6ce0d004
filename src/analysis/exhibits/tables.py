"""Lay out tables: headings, units, numbers to the right, notes. Values are shown, never changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

import pandas as pd

from analysis.exhibits.record import MIME, Bundle
from analysis.text import escaped

Write = Callable[[Any], str]
STYLE = (
    "<style>.exhibit{border-collapse:collapse}.exhibit td,.exhibit th{padding:.25em .7em}"
    ".exhibit .num{text-align:right}.exhibit .total{font-weight:bold}</style>"
)


@dataclass(frozen=True)
class Column:
    """A column as shown: its heading and how a value of it is written; text if ``None``."""

    heading: str
    write: Write | None = None


@dataclass(frozen=True)
class Table:
    """A laid-out table.

    Attributes
    ----------
    headings : tuple of str
        One per column, the first over the row names.
    rows : tuple of tuple of str
        Cells as written; the first of each row is its name.
    numeric : tuple of bool
        Columns set to the right.
    total : frozenset of int
        Rows that add up the others, by position.
    note : str
        Units, conventions and source, below the table.
    """

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[bool, ...]
    total: frozenset[int] = field(default_factory=frozenset)
    note: str = ""

    def _repr_mimebundle_(self, **_: object) -> Bundle:
        html = self.html()
        note = f"\n\n::: {{.note}}\n{escaped(self.note)}\n:::\n" if self.note else "\n"
        below = f"<p><small>{escape(self.note)}</small></p>" if self.note else ""
        return {
            # For the pack, whose publishers read this; notebooks show the html beside it.
            "text/markdown": f"```{{=html}}\n{html}\n```{note}",
            "text/html": f"{STYLE}{html}{below}",
            "text/plain": "\n".join("\t".join(row) for row in (self.headings, *self.rows)),
            MIME: {"kind": "table", "alt": "", "note": self.note},
        }

    def html(self) -> str:
        """The table as HTML that says which cells are headings."""
        head = "".join(
            f'<th scope="col"{self._class(place)}>{_cell(text)}</th>'
            for place, text in enumerate(self.headings)
        )
        body = "\n".join(self._row(place, row) for place, row in enumerate(self.rows))
        return (
            f'<table class="exhibit">\n<thead>\n<tr>{head}</tr>\n</thead>\n'
            f"<tbody>\n{body}\n</tbody>\n</table>"
        )

    def _row(self, place: int, row: Sequence[str]) -> str:
        name, *cells = row
        mark = ' class="total"' if place in self.total else ""
        rest = "".join(
            f"<td{self._class(column)}>{_cell(cell)}</td>"
            for column, cell in enumerate(cells, start=1)
        )
        return f'<tr{mark}><th scope="row">{_cell(name)}</th>{rest}</tr>'

    def _class(self, column: int) -> str:
        return ' class="num"' if self.numeric[column] else ""


def _cell(text: str) -> str:
    """A cell's text as HTML, on one line: a line of its own could end the block it stands in."""
    return escape(" ".join(text.split()))


def table(
    data: pd.DataFrame,
    columns: dict[str, Column],
    names: Sequence[str],
    heading: str,
    totals: Iterable[int] = (),
    note: str = "",
) -> Table:
    """Lay out a table.

    Parameters
    ----------
    data : DataFrame
        One row per row to show, in its order.
    columns : dict
        Columns to show, by name in ``data``, in order.
    names : sequence of str
        What each row is called.
    heading : str
        Over the row names.
    totals : iterable of int
        Positions of rows that add up others.
    note : str
        Below the table.
    """
    cells = [
        [column.write(value) if column.write else str(value) for value in data[name]]
        for name, column in columns.items()
    ]
    return Table(
        headings=(heading, *(column.heading for column in columns.values())),
        rows=tuple(zip(map(str, names), *cells, strict=True)),
        numeric=(False, *(column.write is not None for column in columns.values())),
        total=frozenset(totals),
        note=note,
    )
