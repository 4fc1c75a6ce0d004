"""How numbers become words. The only module that rounds."""

from __future__ import annotations

import math
from datetime import date, timedelta

from analysis.text import words

MISSING = "–"
MINUS = "\N{MINUS SIGN}"


def is_missing(value: float | None) -> bool:
    """Whether there is no number to show."""
    return value is None or not math.isfinite(value)


def money(value: float | None, currency: str = "£", signed: bool = False) -> str:
    """Format money to three significant figures; ``signed`` writes a plus, too.

    Examples
    --------
    >>> [money(x) for x in (1_240_000, -310_000, 0, 999.6, None)]
    ['£1.24m', '−£310k', '£0', '£1.00k', '–']
    """
    if value is None or is_missing(value):
        return MISSING
    size = abs(value)
    for limit, suffix in ((1e9, "bn"), (1e6, "m"), (1e3, "k")):
        if size >= limit * 0.9995:
            return f"{_sign(value, signed)}{currency}{_three_figures(size / limit)}{suffix}"
    text = f"{size:.0f}" if size >= 99.995 or size < 0.005 else f"{size:.2f}"
    return f"{_sign(value, signed) if float(text) else ''}{currency}{text}"


def money_tick(value: float, currency: str = "£") -> str:
    """Format a round amount for an axis: ``£50k``, not ``£50.0k``."""
    text = money(value, currency)
    digits = text.rstrip("kmbn")
    return (digits.rstrip("0").rstrip(".") if "." in digits else digits) + text[len(digits) :]


def money_in_full(value: float | None, currency: str = "£", digits: int = 0) -> str:
    """Format money with thousands separators, for tables that must add up on paper.

    Examples
    --------
    >>> money_in_full(678781.24), money_in_full(-91522.78, "$", digits=2)
    ('£678,781', '−$91,522.78')
    """
    if value is None or is_missing(value):
        return MISSING
    text = f"{abs(value):,.{digits}f}"
    nothing = not text.strip("0,.")
    return f"{'' if nothing else _sign(value)}{currency}{text}"


def count(value: float | None) -> str:
    """Format a count with thousands separators: ``1,401``."""
    if value is None or is_missing(value):
        return MISSING
    return f"{_sign(round(value))}{abs(round(value)):,}"


def decimal(value: float | None, digits: int) -> str:
    """Format a plain number: ``decimal(1.146, 2)`` is ``1.15``."""
    if value is None or is_missing(value):
        return MISSING
    text = f"{abs(value):,.{digits}f}"
    return f"{_sign(value) if text.strip('0,.') else ''}{text}"


def percent(ratio: float | None, signed: bool = False, digits: int = 1) -> str:
    """Format a ratio as a percentage.

    Examples
    --------
    >>> percent(0.042), percent(-0.0312, signed=True), percent(0.042, signed=True)
    ('4.2%', '−3.1%', '+4.2%')
    """
    if ratio is None or is_missing(ratio):
        return MISSING
    text = f"{abs(ratio) * 100:,.{digits}f}"
    if not text.strip("0,."):
        return f"{text}%"
    return f"{_sign(ratio, signed)}{text}%"


def growth(ratio: float | None, base: float) -> str:
    """Format growth on a base: ``+4.2%``, or words where the base was nothing or less.

    Examples
    --------
    >>> growth(0.042, 100.0), growth(float("nan"), 0.0), growth(float("nan"), -5.0)
    ('+4.2%', 'from nothing', 'from less than nothing')
    """
    if ratio is None or is_missing(ratio):
        return words("word.from_nothing" if base == 0 else "word.from_less")
    return percent(ratio, signed=True)


def points(difference: float | None, signed: bool = True) -> str:
    """Format the difference of two ratios in percentage points: ``+1.2 pts``."""
    if difference is None or is_missing(difference):
        return MISSING
    return f"{percent(difference, signed=signed).removesuffix('%')} {words('unit.points')}"


def value(amount: float | None, unit: str, currency: str) -> str:
    """Format an amount by its unit, as measures have them.

    Examples
    --------
    >>> [value(12.34, unit, "£") for unit in ("money", "count", "rate", "times", "points")]
    ['£12.34', '12', '1,234.0%', '12.3×', '12.34']
    >>> value(47.9, "days", "£"), value(30.0, "hours", "£"), value(None, "days", "£")
    ('48 days', '30 h', '–')
    """
    if unit == "money":
        return money(amount, currency)
    if unit == "rate":
        return percent(amount)
    if amount is None or is_missing(amount) or unit == "count":
        return count(amount)
    if unit == "days":
        return words("unit.days", n=decimal(amount, 0 if abs(amount) >= 10 else 1))
    if unit == "hours":
        return span(amount)
    return f"{decimal(amount, 1)}×" if unit == "times" else decimal(amount, 2)


def change(difference: float | None, relative: float | None, unit: str) -> str:
    """Format a change of a value: points of a rate, growth of anything else.

    Examples
    --------
    >>> change(0.012, 0.012, "rate"), change(-5.0, -0.25, "money"), change(3.0, None, "count")
    ('+1.2 pts', '−25.0%', '–')
    """
    return points(difference) if unit == "rate" else percent(relative, signed=True)


def day(moment: date) -> str:
    """A day for a reader: ``31 October 2026``."""
    return f"{moment.day} {words(f'month.{moment.month}')} {moment.year}"


def span(hours: float | None) -> str:
    """A span of time: hours up to two days, then days.

    Examples
    --------
    >>> span(1), span(36.5), span(72), span(None)
    ('1 h', '36.5 h', '3 days', '–')
    """
    if hours is None or is_missing(hours):
        return MISSING
    if hours < 48:
        return words("quality.hours", n=decimal(hours, 1).removesuffix(".0"))
    return words("quality.days", n=decimal(hours / 24, 1).removesuffix(".0"))


def short_day(moment: date) -> str:
    """A day for a reader, in short: ``31 Oct 2026``."""
    return f"{moment.day} {words(f'month_short.{moment.month}')} {moment.year}"


def step(first: date, kind: str, end: date) -> str:
    """A step of time for a reader, from its first day: a day, week, month, quarter or year.

    Parameters
    ----------
    first : date
        Its first day.
    kind : str
        ``day``, ``week`` (which ends on Sunday), ``month``, ``quarter`` or ``year``.
    end : date
        Last day of the period it lies in: a last week may be shorter.

    Examples
    --------
    >>> step(date(2026, 10, 26), "week", date(2026, 10, 31))
    '26–31 Oct'
    >>> [step(date(2026, 7, 1), kind, date(2026, 12, 31)) for kind in ("month", "quarter", "year")]
    ['July 2026', 'Q3 2026', '2026']
    """
    if kind == "year":
        return str(first.year)
    if kind == "quarter":
        return words("cuts.quarter", n=(first.month + 2) // 3, year=first.year)
    if kind == "month":
        return f"{words(f'month.{first.month}')} {first.year}"
    short = f"{first.day} {words(f'month_short.{first.month}')}"
    sunday = date(first.year, first.month, first.day) + timedelta(days=6 - first.weekday())
    last = min(sunday, end)
    if kind == "day" or (last.month, last.day) == (first.month, first.day):
        return short
    begins = f"{first.day}" if last.month == first.month else short
    return words("cuts.week", first=begins, last=f"{last.day} {words(f'month_short.{last.month}')}")


def measured(amount: float | None, unit: str, currency: str) -> str:
    """A measured value by its unit: ``money``, ``rate``, ``days``, ``hours`` or ``score``.

    Examples
    --------
    >>> measured(0.282, "rate", "£"), measured(41.26, "days", "£"), measured(4.1234, "score", "£")
    ('28.2%', '41.3 days', '4.12')
    """
    if unit in ("days", "hours") and amount is not None and not is_missing(amount):
        return words(f"unit.{unit}", n=decimal(amount, 1))
    return decimal(amount, 2) if unit == "score" else value(amount, unit, currency)


def apart(difference: float | None, unit: str, currency: str, signed: bool = True) -> str:
    """The difference of two measured values: rates in points, others in their own unit.

    Examples
    --------
    >>> apart(-0.083, "rate", "£"), apart(2.04, "days", "£"), apart(0.5, "score", "£", signed=False)
    ('−8.3 pts', '+2.0 days', '0.50')
    """
    if unit == "rate":
        return points(difference, signed=signed)
    if unit == "money":
        return money(difference, currency, signed=signed)
    text = measured(difference, unit, currency)
    positive = difference is not None and not is_missing(difference) and difference > 0
    return f"+{text}" if signed and positive else text


def _sign(amount: float, signed: bool = False) -> str:
    return MINUS if amount < 0 else "+" if signed else ""


def _three_figures(size: float) -> str:
    digits = 2 if size < 9.995 else 1 if size < 99.95 else 0
    return f"{size:,.{digits}f}"
