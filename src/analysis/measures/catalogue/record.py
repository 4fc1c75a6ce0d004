"""What an entry of the catalogue is: a measure, its two halves, a dimension."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

import ibis.expr.types as ir

from analysis.text import words

Unit = Literal["money", "count", "rate", "days", "hours", "times", "points"]
Good = Literal["up", "down", "neither"]
Over = Callable[[ir.Table], ir.Scalar]
GROUPS: Final = ("growth", "profit", "efficiency", "customers", "acquisition", "process")
"""Dimensions of the business a strategy steers by, in the order they are shown."""


@dataclass(frozen=True)
class Part:
    """One half of a measure: an aggregate over one view.

    Attributes
    ----------
    of : str
        Name of a view in ``measures.views``: ``lines``, ``payments``, ``stock``.
    over : callable
        Takes the view and gives a number for each group.
    """

    of: str
    over: Over


@dataclass(frozen=True)
class Given:
    """A half that is the value of another measure."""

    measure: str


@dataclass(frozen=True)
class Measure:
    """One measure.

    Attributes
    ----------
    name : str
        Column name; the label and definition a reader sees stand under it in the words.
    group : str
        One of :data:`GROUPS`.
    numerator, denominator : Part or Given
        Without a denominator the numerator is the value; with one, value is numerator over
        denominator, missing over nothing.
    unit : str
        What the value is in: ``money``, ``count``, ``rate`` (0–1), ``days``, ``hours``, ``times``
        (a multiple) or ``points`` (of a score).
    good : {"up", "down", "neither"}
        Which direction a firm wants.
    additive : bool
        Whether the values of parts add up to the value of the whole. Distinct counts do not.
    needs : tuple of str
        Tables or columns without which there is no value.
    source : str
        Where the definition is from.
    settled : bool
        Whether a period's value is known when the period ends. Returns still come in: a recent
        period's cannot be compared with an earlier one's.
    per : {"cases", "money", "other"}
        What the denominator counts. Of a rate per cases each case is so or is not; a gap in a rate
        per money is worth that share of the money.
    squares : Part
        Of a mean, the sum of the cases' squares, which says how far cases differ.
    """

    name: str
    group: str
    numerator: Part | Given
    unit: Unit
    good: Good
    additive: bool
    source: str
    denominator: Part | Given | None = None
    needs: tuple[str, ...] = ("order_lines",)
    settled: bool = True
    per: Literal["cases", "money", "other"] = "cases"
    squares: Part | None = None

    @property
    def halves(self) -> dict[str, Part | Given]:
        """``numerator`` and, where there are, ``denominator`` and ``squares``."""
        all_parts = {
            "numerator": self.numerator, "denominator": self.denominator, "squares": self.squares,
        }  # fmt: skip
        return {name: half for name, half in all_parts.items() if half is not None}

    @property
    def is_amount(self) -> bool:
        """Whether nothing in scope makes it zero: a sum or a count, not a ratio."""
        return self.denominator is None

    @property
    def label(self) -> str:
        """What a reader calls it."""
        return words(f"measure.{self.name}.label")

    @property
    def definition(self) -> str:
        """What it is, in a sentence."""
        return words(f"measure.{self.name}.definition")


@dataclass(frozen=True)
class Dimension:
    """Something measures can be split by.

    Attributes
    ----------
    name : str
        Column name; the label a reader sees stands under it in the words.
    needs : str
        Table and column that hold it: ``order_lines.channel``, ``products.category``.
    """

    name: str
    needs: str

    @property
    def table(self) -> str:
        """Table that holds it."""
        return self.needs.partition(".")[0]

    @property
    def column(self) -> str:
        """Its name in that table."""
        return self.needs.partition(".")[2] or self.name

    @property
    def label(self) -> str:
        """What a reader calls it."""
        return words(f"dimension.{self.name}")

    @property
    def labels(self) -> str:
        """What a reader calls several."""
        return words(f"dimensions.{self.name}")


MARKETING_METRICS: Final = "Farris et al., Marketing Metrics, 3rd ed."
OURS: Final = "docs/assumptions.md"
