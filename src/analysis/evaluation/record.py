"""One measured figure, and the table and file of many."""

from __future__ import annotations

import json
import math
import operator
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.table import Table

from analysis.errors import ContractError

CONFIDENCE_Z = 1.959963984540054
"""Quantile of the standard normal that leaves 2.5 % above it: intervals are 95 %."""
SIDES = {"≥": operator.ge, "≤": operator.le, "=": operator.eq}
TARGET = re.compile(r"([≥≤=]) (-?\d+(?:\.\d+)?)")


@dataclass(frozen=True)
class Figure:
    """A figure as it was measured.

    Attributes
    ----------
    figure : str
        What was measured, with its unit where it is no share: ``cleaning recall: near_duplicate``.
    value : float or None
        What came out; none: there was nothing to measure.
    source : str
        From what and how it was computed, so that a reader can do it again.
    n : int or None
        How many things it rests on: the denominator of a share, runs of a time.
    low, high : float or None
        Ends of its 95 % interval, or the smallest and largest of several runs; none: it is exact.
    target : str
        What is asked: ``≥ 0.99``, ``≤ 4`` or ``= 0``; empty: nothing is.

    Raises
    ------
    ContractError
        If `target` is written otherwise.
    """

    figure: str
    value: float | None
    source: str
    n: int | None = None
    low: float | None = None
    high: float | None = None
    target: str = ""

    def __post_init__(self) -> None:
        if self.target and not TARGET.fullmatch(self.target):
            raise ContractError(
                f"target of {self.figure!r} must be written as '≥ 0.99', '≤ 4' or '= 0'; "
                f"found {self.target!r}"
            )

    @property
    def met(self) -> bool | None:
        """Whether the value does what is asked; none: nothing is asked.

        A figure with a target and no value is a miss: what could not be measured is not shown.

        Examples
        --------
        >>> Figure("recall", 0.995, "by hand", target="≥ 0.99").met
        True
        >>> Figure("recall", None, "by hand", target="≥ 0.99").met
        False
        """
        if not self.target:
            return None
        if self.value is None:
            return False
        sign, bound = TARGET.fullmatch(self.target).groups()  # type: ignore[union-attr]
        return bool(SIDES[sign](self.value, float(bound)))

    def as_dict(self) -> dict[str, Any]:
        """The figure as the file holds it."""
        return {
            "figure": self.figure, "value": self.value, "low": self.low, "high": self.high,
            "n": self.n, "target": self.target or None, "met": self.met, "source": self.source,
        }  # fmt: skip


def wilson(hits: int, n: int) -> tuple[float, float]:
    """95 % interval of a share: Wilson's score interval, which is sound near 0 and 1.

    With p = hits / n and z the normal quantile, the ends are
    (p + z²/2n ± z √(p(1 − p)/n + z²/4n²)) / (1 + z²/n).

    E. B. Wilson, "Probable inference, the law of succession, and statistical inference",
    Journal of the American Statistical Association 22 (1927), 209–212.

    Examples
    --------
    >>> [round(end, 4) for end in wilson(81, 263)]
    [0.2553, 0.3662]
    """
    p, spread = hits / n, CONFIDENCE_Z**2 / n
    middle = p + spread / 2
    reach = CONFIDENCE_Z * math.sqrt(p * (1 - p) / n + spread / (4 * n))
    low, high = ((middle + side * reach) / (1 + spread) for side in (-1, 1))
    return (0.0 if hits == 0 else low), (1.0 if hits == n else high)


def share(figure: str, hits: int, n: int, source: str, target: str = "") -> Figure:
    """A share with its interval; of nothing it is missing.

    Raises
    ------
    ContractError
        If there are more hits than things.
    """
    if not 0 <= hits <= n:
        raise ContractError(f"{figure!r}: a share needs 0 ≤ hits ≤ n; found {hits} of {n}")
    if not n:
        return Figure(figure, None, source, 0, target=target)
    low, high = wilson(hits, n)
    return Figure(figure, hits / n, source, n, low, high, target)


def write_json(figures: Iterable[Figure | dict[str, Any]], path: Path) -> Path:
    """Write the figures as a list of records; those that are records already stay as they are."""
    path.parent.mkdir(parents=True, exist_ok=True)
    records = [one.as_dict() if isinstance(one, Figure) else one for one in figures]
    lines = ",\n".join(" " + json.dumps(record, ensure_ascii=False) for record in records)
    path.write_text(f"[\n{lines}\n]\n", encoding="utf-8")
    return path


def figures_table(figures: Sequence[Figure], title: str) -> Table:
    """The figures as a table for the terminal: misses in red, unasked ones plain."""
    table = Table("figure", title=title, title_justify="left")
    for heading in ("value", "95 % or range", "n", "target"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("met")
    for one in figures:
        ends = (
            "" if one.low is None or one.high is None else f"{number(one.low)} – {number(one.high)}"
        )
        met = {True: "[green]yes[/green]", False: "[red]no[/red]", None: ""}[one.met]
        count = "" if one.n is None else f"{one.n:,}"
        table.add_row(one.figure, number(one.value), ends, count, one.target, met)
    return table


def number(value: float | None) -> str:
    """A figure in few characters that hide no miss: 0.98996 is not shown as 0.99.

    Examples
    --------
    >>> [number(value) for value in (None, 1.0, 0.98996, 12345.6, 3.14159)]
    ['–', '1', '0.98996', '12,346', '3.142']
    """
    if value is None:
        return "–"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    if 0.9 < value < 1:
        return f"{math.floor(value * 1e5) / 1e5:.5f}".rstrip("0")
    return f"{value:.4g}"
