"""Periods as people write them, and the ones they are compared with.

A period is a run of whole months: a month ``2026-10``, a quarter ``2026-Q3``, a year ``2026``,
or a span of years ``2014-2017`` or months ``2026-03..2026-08``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

import pandas as pd

from analysis.errors import ParameterError
from analysis.text import words

EXAMPLES = "a month '2026-10', a quarter '2026-Q3', a year '2026' or a span '2014-2017'"
_YEAR = "(?:19|20)[0-9]{2}"
_MONTH, _QUARTER = f"{_YEAR}-(?:0[1-9]|1[0-2])", f"{_YEAR}-Q[1-4]"


@dataclass(frozen=True)
class Period:
    """Whole months from ``first`` to ``last``, both included.

    Attributes
    ----------
    text : str
        How the period is written, in one spelling: it names folders and appears in commands.
    first, last : pandas.Period
        Months.
    """

    text: str
    first: pd.Period
    last: pd.Period

    @property
    def start(self) -> date:
        """First day."""
        return date(self.first.year, self.first.month, 1)

    @property
    def end(self) -> date:
        """Last day."""
        return date(self.last.year, self.last.month, self.last.days_in_month)

    @property
    def month_count(self) -> int:
        """How many months it has."""
        return int((self.last - self.first).n) + 1

    @property
    def label(self) -> str:
        """How a reader of English sees it: ``October 2026``, ``Q3 2026``, ``2014–2017``."""
        if self.month_count == 1:
            return month_label(self.first)
        if "Q" in self.text:
            return f"Q{self.first.quarter} {self.first.year}"
        if _whole_years(self.first, self.last):
            return _years(self.first, self.last, "–")
        return f"{month_label(self.first)} – {month_label(self.last)}"

    def overlaps(self, other: Period) -> bool:
        """Whether the two share a month."""
        return bool(self.first <= other.last and other.first <= self.last)

    def shifted(self, months: int) -> Period:
        """The period as long as this one that starts ``months`` later (earlier if negative)."""
        return _named(self.first + months, self.last + months)

    def prior(self) -> Period:
        """The period of equal length that ends where this one starts."""
        return self.shifted(-self.month_count)

    def year_before(self) -> Period:
        """The same months, one year earlier."""
        return self.shifted(-12)

    def __str__(self) -> str:
        return self.text


def parse(text: str) -> Period:
    """Read a period as it is written.

    Raises
    ------
    ParameterError
        If ``text`` is none of the known ways to write one, or ends before it starts. pandas would
        read "June" as June of the year 1 and "2024-06-30" as June 2024; here both are errors.

    Examples
    --------
    >>> parse("2026-Q3").prior().label
    'Q2 2026'
    >>> parse("2014..2017") == parse("2014-2017")
    True
    >>> parse("2026-10").year_before().text
    '2025-10'
    """
    if re.fullmatch(rf"{_YEAR}-{_YEAR}", text):
        first, last = text.split("-")
    elif ".." in text:
        first, _, last = text.partition("..")
    else:
        first = last = text
    if not all(re.fullmatch(rf"{_MONTH}|{_QUARTER}|{_YEAR}", part) for part in (first, last)):
        raise ParameterError(f"period {text!r} is not a period; write {EXAMPLES}")
    start, end = _months(first)[0], _months(last)[1]
    if end < start:
        raise ParameterError(f"period {text!r} ends before it starts; write the earlier part first")
    return _named(start, end)


def month_label(month: pd.Period) -> str:
    """A month for a reader: ``October 2026``."""
    return f"{words(f'month.{month.month}')} {month.year}"


def _months(part: str) -> tuple[pd.Period, pd.Period]:
    freq = "M" if re.fullmatch(_MONTH, part) else "Q" if "Q" in part else "Y"
    whole = pd.Period(part.replace("-Q", "Q"), freq=freq)
    return whole.asfreq("M", "start"), whole.asfreq("M", "end")


def _whole_years(first: pd.Period, last: pd.Period) -> bool:
    return bool(first.month == 1 and last.month == 12)


def _years(first: pd.Period, last: pd.Period, dash: str) -> str:
    return str(first.year) if first.year == last.year else f"{first.year}{dash}{last.year}"


def _named(first: pd.Period, last: pd.Period) -> Period:
    """Give equal months equal texts, however they were written."""
    length = (last - first).n + 1
    if length == 1:
        text = str(first)
    elif _whole_years(first, last):
        text = _years(first, last, "-")
    elif length == 3 and first.month % 3 == 1:
        text = f"{first.year}-Q{first.quarter}"
    else:
        text = f"{first}..{last}"
    return Period(text=text, first=first, last=last)
