"""How a check and an estimate are written down."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import nan
from typing import Any

import numpy as np

FOR, AGAINST, OPEN, MISSING = "for", "against", "open", "missing"
QUESTIONS = (
    "supply", "competitor", "price", "promotion", "service", "season", "market", "alike",
)  # fmt: skip
"""In the order in which they are asked; what one accounts for, a later one cannot claim again."""

CHECKS = [
    "region", "category", "question", "check", "says", "decisive", "value", "other", "n", "told",
]  # fmt: skip
ANSWERS = [
    "region", "category", "question", "effect", "low", "high", "p", "n", "needs", "named",
    "at_region", "at_category",
]  # fmt: skip


@dataclass(frozen=True)
class Check:
    """Something that would be so if the cause were at work, and whether it is.

    Checks are about the cause; whether it moved sales the way they moved is judged after.

    Attributes
    ----------
    name : str
        What is checked; its words stand under ``verdicts.check.<question>.<name>``.
    says : {"for", "against", "open", "missing"}
        What was found; open: too little to say either way.
    decisive : bool
        Whether the answer cannot be yes without it; the others support.
    value, other : float
        Numbers found, in the check's own units.
    n : float
        What they rest on.
    """

    name: str
    says: str
    decisive: bool = False
    value: float = nan
    other: float = nan
    n: float = nan
    told: str = ""


@dataclass(frozen=True)
class Answer:
    """What a possible cause did to the change, in money, with the checks made of it.

    Attributes
    ----------
    question : str
        Of :data:`QUESTIONS`.
    effect, low, high : float
        Money it added (negative: took) and its 95 % interval; missing if it cannot be told.
    p : float
        Chance of as much where there is nothing; 0 where it was counted.
    n : float
        What it rests on.
    needs : str
        Table or column without which it cannot be asked.
    named : str
        What it is about: a competitor's note, a promotion's name.
    at_region, at_category : str
        Where in the cell it happened; empty: in all of it.
    """

    question: str
    checks: list[Check] = field(default_factory=list)
    effect: float = nan
    low: float = nan
    high: float = nan
    p: float = nan
    n: float = nan
    needs: str = ""
    named: str = ""
    at_region: str = ""
    at_category: str = ""


@dataclass(frozen=True)
class Cell:
    """A change that is asked about: a category of the run's region, or all of it (none)."""

    region: str
    category: str | None
    before: float
    now: float

    @property
    def change(self) -> float:
        """Money now less money before."""
        return self.now - self.before

    @property
    def key(self) -> dict[str, Any]:
        """What its rows are found by."""
        return {"region": self.region, "category": self.category or ""}


def visible(log: float, reach: float, expected: float = 0.0) -> str:
    """Whether an estimate left chance behind, on the side that is expected; 0: on either.

    Examples
    --------
    >>> visible(-0.5, 0.2, expected=-1), visible(0.5, 0.2, expected=-1), visible(0.1, 0.2)
    ('for', 'against', 'open')
    """
    if not np.isfinite(log) or not np.isfinite(reach):
        return MISSING if not np.isfinite(log) else OPEN
    if abs(log) <= reach:
        return OPEN
    return AGAINST if log * expected < 0 else FOR


def money(actual: float, log: float, reach: float) -> tuple[float, float, float]:
    """What an effect on a logarithmic scale is in money, with its interval.

    Of ``actual``, so much would not be there (or would be there besides) without it.

    Examples
    --------
    Sales of 70 after a fall to 70 % would have been 100:

    >>> [round(x, 6) for x in money(70.0, float(np.log(0.7)), 0.0)]
    [-30.0, -30.0, -30.0]
    """
    ends = [float(actual * -np.expm1(-(log + side * reach))) for side in (0, -1, 1)]
    return ends[0], min(ends[1:]), max(ends[1:])
