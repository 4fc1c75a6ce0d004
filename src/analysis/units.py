"""How numbers become words. The only module that rounds."""

from __future__ import annotations

import math
from datetime import date

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
    """Format an amount by its unit: ``money``, ``count``, ``rate`` or ``days``."""
    if unit == "money":
        return money(amount, currency)
    if unit == "rate":
        return percent(amount)
    return count(amount)


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


def _sign(amount: float, signed: bool = False) -> str:
    return MINUS if amount < 0 else "+" if signed else ""


def _three_figures(size: float) -> str:
    digits = 2 if size < 9.995 else 1 if size < 99.95 else 0
    return f"{size:,.{digits}f}"
