"""How a table is declared: its grain, its key, and of every column type, unit, range and words."""

from __future__ import annotations

from dataclasses import dataclass

TEXT, MOMENT, DAY, FLAG = "string", "timestamp", "date", "boolean"
COUNT, SHARE = "int64", "float64"
EXACT = "decimal(18, 4)"
"""Money and quantities are decimals, so sums are exact and the same in every engine and order."""


@dataclass(frozen=True)
class Column:
    """One column.

    Attributes
    ----------
    type : str
        In Ibis's words.
    meaning : str
        What a value says, in a reader's words.
    unit : str
        ``money`` is the firm's currency; every number has a unit.
    required : bool
        Whether it must be mapped, and a row without it is rejected.
    must_map : bool
        Whether it must be mapped, though a row may lack it.
    allowed : tuple of str
        Our words, where the column has no others.
    low, high : float
        Smallest and largest possible value; what lies outside is rejected.
    refers_to : str
        Table whose key of one column it is.
    personal : bool
        Whether it says who somebody is; masked in packs.
    made : bool
        Whether the suite makes it, so that no source maps it.
    """

    type: str
    meaning: str
    unit: str = ""
    required: bool = False
    must_map: bool = False
    allowed: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    refers_to: str = ""
    personal: bool = False
    made: bool = False


@dataclass(frozen=True)
class Table:
    """One table: what a row is, which columns tell rows apart, and the columns."""

    grain: str
    key: tuple[str, ...]
    columns: dict[str, Column]
    dated: str = ""
    """Column that says when a row happened; none: the row holds until it is replaced."""

    @property
    def required(self) -> tuple[str, ...]:
        """Columns filled in every row; a row without one is rejected."""
        return tuple(name for name, column in self.columns.items() if column.required)

    @property
    def must_map(self) -> tuple[str, ...]:
        """Columns a mapping must name."""
        return tuple(n for n, column in self.columns.items() if column.required or column.must_map)

    @property
    def mapped(self) -> tuple[str, ...]:
        """Columns a source may map."""
        return tuple(name for name, column in self.columns.items() if not column.made)

    @property
    def types(self) -> dict[str, str]:
        """Ibis type of every column."""
        return {name: column.type for name, column in self.columns.items()}


def source() -> Column:
    """The system a row came from."""
    return Column(TEXT, "system it came from, as params/sources/ names it", made=True)


def origin() -> dict[str, Column]:
    """Where a row stood: system, file and row."""
    return {
        "source": source(),
        "file": Column(TEXT, "file or query it came from", made=True),
        "source_row": Column(COUNT, "row in that file, the heading being row 1", "row", made=True),
    }
