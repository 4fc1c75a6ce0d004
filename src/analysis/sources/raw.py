"""A delivered file as the engine can scan it: every column of it as text, row after row."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from analysis.errors import SourceError, nearest
from analysis.sources.mapping import Table, sources_of


@dataclass(frozen=True)
class Cell:
    """A column of a file in SQL.

    Attributes
    ----------
    text : str
        Its value as text.
    native : str
        Its value as it is, where it is a number or a moment already; empty: it is text.
    """

    text: str
    native: str = ""


@dataclass(frozen=True)
class Raw:
    """A file that can be scanned.

    Attributes
    ----------
    name : str
        File and sheet, for messages.
    function, path, options : str
        Table function, file and options; files of one function and options are scanned together.
    select : str
        What is selected of its rows before anything else; ``*`` mostly.
    cells : dict of Cell
        By the file's heading.
    first_row : int
        Row of the first record after the heading, as a spreadsheet counts.
    blank : str
        Condition in SQL under which a row is no record but a blank line; empty: none is.
    mend : callable
        Called with the engine's error; returns another way to scan the file, or raises SourceError.
    is_workbook : bool
        Whether its cells are a spreadsheet's, in which a date may be a number.
    lacking : dict of str
        Mapped names that no record of it has, which are empty, and what to say if no file read
        together with it has them; says nothing where it has no record.
    """

    name: str
    cells: dict[str, Cell]
    first_row: int
    function: str = ""
    path: str = ""
    options: str = ""
    select: str = "*"
    blank: str = ""
    mend: Callable[[duckdb.Error], Raw] = field(default=lambda _: _unmended(), compare=False)
    is_workbook: bool = False
    lacking: dict[str, str] = field(default_factory=dict, compare=False)

    @property
    def alike(self) -> tuple[object, ...]:
        """What two files must have in common to be scanned together."""
        own = "" if self.function else self.path
        cells = tuple((name, cell.text, cell.native) for name, cell in self.cells.items())
        return own, self.function, self.options, self.select, cells, self.first_row, self.blank


def relation(raws: Iterable[Raw]) -> str:
    """SQL of the rows of files that are alike, in their order, with ``_path`` of each."""
    many = list(raws)
    first = many[0]
    if not first.function:
        return f"(SELECT {first.select}, {literal(first.path)} AS _path FROM {first.path})"
    paths = ", ".join(literal(raw.path) for raw in many)
    options = f", {first.options}" if first.options else ""
    scan = f"{first.function}([{paths}], filename = '_path'{options})"
    select = first.select if first.select == "*" else f"{first.select}, _path"
    return f"(SELECT {select} FROM {scan})"


def check_columns(
    heading: Iterable[str], mapping: Table, name: str, hint: Callable[[], str] = str
) -> None:
    """Check that the columns a mapping names are there, each once; `hint` ends the error.

    Raises
    ------
    SourceError
        Naming the column, and the nearest that is there.
    """
    there = list(heading)
    for wanted in sources_of(mapping):
        if tidy(wanted) not in there:
            twice = [other for other in there if other.startswith(f"{tidy(wanted)} (")]
            if len(twice) > 1:
                raise SourceError(
                    f"{name} has {len(twice)} columns {wanted!r}; write which is meant: "
                    f"{' or '.join(map(repr, twice))}, the number being its place"
                )
            raise SourceError(f"{name} has no column {wanted!r}; {nearest(wanted, there)}{hint()}")


def check_lacking(raws: Iterable[Raw]) -> None:
    """Check that every mapped name is in one at least of the files read together.

    Raises
    ------
    SourceError
        As the first file that lacks it says.
    """
    many = list(raws)
    for own in many[0].lacking if many else ():
        said = [raw.lacking.get(own) for raw in many]
        if None not in said and any(said):
            raise SourceError(next(filter(None, said)))


def headings(cells: Iterable[object]) -> list[str]:
    """Names of a heading's cells: without blanks around them, and told apart by their place.

    Examples
    --------
    >>> headings([" Net\\namount", "", "Cost", "Cost"])
    ['Net amount', 'column 2', 'Cost (3)', 'Cost (4)']
    """
    names = [tidy(cell) for cell in cells]
    return [
        f"column {place}" if not name else f"{name} ({place})" if names.count(name) > 1 else name
        for place, name in enumerate(names, start=1)
    ]


def tidy(name: object) -> str:
    """A heading without line breaks, and without blanks around it."""
    return " ".join(str("" if name is None else name).replace("\ufeff", "").split())


def literal(text: object) -> str:
    """A text in SQL."""
    return "'" + str(text).replace("'", "''") + "'"


def identifier(name: str) -> str:
    """A name in SQL."""
    return '"' + name.replace('"', '""') + '"'


def first_line(error: Exception) -> str:
    """First line of what an error says."""
    return (str(error).strip().splitlines() or [""])[0][:200]


def damaged(path: Path, kind: str) -> Callable[[duckdb.Error], Raw]:
    """For :attr:`Raw.mend` of a file that cannot be scanned otherwise."""

    def mend(error: duckdb.Error) -> Raw:
        said = str(error).replace(str(path), path.name).strip().splitlines()[0][:200]
        raise SourceError(
            f"{path.name} is not a readable {kind}: {said}; deliver it anew"
        ) from None

    return mend


def _unmended() -> Raw:
    raise SourceError("cannot be read")
