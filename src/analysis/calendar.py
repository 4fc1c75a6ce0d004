"""Days on which a firm sells: weekdays, public holidays, moved working days, moving festivals.

Holidays are those the ``holidays`` library knows, which follows the published notices of each
country. China moves working days by a notice of the State Council each November: the library holds
them for the years that have been announced, and :func:`announced_until` says which those are.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache
from typing import Final

import holidays
import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, ValidationInfo, field_validator

from analysis.errors import ContractError, nearest

PHASES: Final = ("before", "during", "after")
YEARS_LOOKED_AT: Final = tuple(range(2001, 2051))
"""Years among which the last with moved working days is looked for."""


@dataclass(frozen=True)
class Festival:
    """A festival whose date moves, and the days about it on which people buy otherwise.

    Attributes
    ----------
    country, names : str, tuple of str
        Under which the library has its first day.
    shift : int
        Days from that day to the festival's own.
    before, during, after : tuple of int
        First and last day of each phase, counted from the festival's day.
    """

    country: str
    names: tuple[str, ...]
    shift: int
    before: tuple[int, int]
    during: tuple[int, int]
    after: tuple[int, int]


FESTIVALS: Final = {
    # Families gather from New Year's Eve, a week is off, and the feast ends with the lanterns on
    # the fifteenth day. Three regressors (before, during, after) as in Lin and Liu, "Modeling
    # lunar calendar holiday effects in Taiwan" (2003), and the Census Bureau's GenHol.
    "spring_festival": Festival(
        "CN", ("Chinese New Year (Spring Festival)",), 0, (-21, -2), (-1, 6), (7, 14)
    ),
    # X-13ARIMA-SEATS: easter[8], the days up to the Saturday before.
    "easter": Festival("GB", ("Good Friday",), 2, (-8, -3), (-2, 1), (2, 8)),
}


class SellingDays(BaseModel):
    """What a firm says of its calendar in ``params/calendars/<data>.yml``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    country: str | None = None
    """Two letters, ``GB`` or ``CN``; none: weekdays are all that is known of a day."""
    subdivision: str | None = None
    """Part of the country with holidays of its own: ``ENG``."""
    festivals: tuple[str, ...] = ()
    """Festivals that move its demand, in its own country or in its makers'."""
    closed: tuple[str, ...] = ()
    """Days it is closed, each year (``12-25``) or once (``2026-06-19``)."""

    @field_validator("closed")
    @classmethod
    def _days(cls, days: tuple[str, ...]) -> tuple[str, ...]:
        for day in days:
            try:
                date.fromisoformat(day if len(day) > len("12-25") else f"2024-{day}")
            except ValueError:
                raise ValueError(f"{day!r} is no day; write '12-25' or '2026-06-19'") from None
        return days

    @field_validator("country")
    @classmethod
    def _a_country(cls, country: str | None) -> str | None:
        if country is not None and country not in holidays.list_supported_countries():
            raise ValueError("no country is written so; write two letters, as 'GB'")
        return country

    @field_validator("subdivision")
    @classmethod
    def _a_part_of_it(cls, part: str | None, info: ValidationInfo) -> str | None:
        country = info.data.get("country")
        parts = holidays.list_supported_countries().get(country, []) if country else []
        if part is not None and part not in parts:
            raise ValueError(f"{country} has no such part; {nearest(part, parts)}")
        return part

    @field_validator("festivals")
    @classmethod
    def _festivals(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if name not in FESTIVALS:
                raise ValueError(f"no festival {name!r}; {nearest(name, FESTIVALS)}")
        return names


WEEKDAYS_ONLY: Final = SellingDays()


def days(first: date, last: date, selling: SellingDays = WEEKDAYS_ONLY) -> pd.DataFrame:
    """What is known of each day beforehand.

    Parameters
    ----------
    first, last : date
        Both included.
    selling : SellingDays
        What the firm says of its calendar.

    Returns
    -------
    DataFrame
        One row per ``day`` (DatetimeIndex without gaps). Columns ``weekday`` (0 Monday to 6
        Sunday), ``holiday`` (name of the public holiday, or of the day off in place of another;
        else empty), ``is_moved`` (a Saturday or Sunday worked in place of another day),
        ``is_working`` (worked by the country's offices; Monday to Friday where no country is
        set), ``is_closed`` (the firm says so) and, for each festival set,
        its phase: ``before``, ``during``, ``after`` or empty.

    Raises
    ------
    ContractError
        If ``last`` lies before ``first``.

    Examples
    --------
    >>> week = days(date(2024, 2, 4), date(2024, 2, 10), SellingDays(country="CN"))
    >>> week["is_working"].tolist()  # Sunday worked, New Year's Day on a Saturday off
    [True, True, True, True, True, True, False]
    """
    if last < first:
        raise ContractError(f"`last` {last} lies before `first` {first}")
    return _days(first, last, selling).copy()


@lru_cache(maxsize=64)
def _days(first: date, last: date, selling: SellingDays) -> pd.DataFrame:
    index = pd.date_range(first, last, freq="D", name="day")
    weekday = index.weekday
    table = pd.DataFrame({"weekday": weekday}, index=index)
    off: dict[date, str] = {}
    worked: frozenset[date] = frozenset()
    if selling.country:
        years = range(first.year, last.year + 1)
        off, worked = _holidays(selling.country, selling.subdivision, tuple(years))
    dates = index.date
    table["holiday"] = [off.get(day, "") for day in dates]
    table["is_moved"] = [day in worked for day in dates]
    table["is_working"] = ((weekday < 5) | table["is_moved"]) & (table["holiday"] == "")
    table["is_closed"] = [_is_closed(day, selling.closed) for day in dates]
    for festival in selling.festivals:
        table[festival] = _phases(index, festival)
    return table


def festival_days(festival: str, years: Iterable[int]) -> list[date]:
    """The day of a festival in each year: New Year's Day of the lunar calendar, Easter Sunday.

    Examples
    --------
    >>> festival_days("spring_festival", [2025, 2026])
    [datetime.date(2025, 1, 29), datetime.date(2026, 2, 17)]
    """
    about = FESTIVALS[festival]
    return [_festival_day(about, year) for year in sorted(set(years))]


def announced_until(selling: SellingDays) -> int | None:
    """Last year whose moved working days have been announced; none where a country moves none.

    What lies after it follows the rule of weekdays and holidays alone, and is said to.

    Examples
    --------
    >>> announced_until(SellingDays(country="GB")) is None
    True
    """
    if selling.country is None:
        return None
    _, worked = _holidays(selling.country, selling.subdivision, YEARS_LOOKED_AT)
    return max((day.year for day in worked), default=None)


def _is_closed(day: date, closed: tuple[str, ...]) -> bool:
    return day.isoformat() in closed or f"{day:%m-%d}" in closed


def _phases(index: pd.DatetimeIndex, festival: str) -> pd.Series:
    """Phase of a festival that each day is in; a festival may reach over New Year."""
    about = FESTIVALS[festival]
    phases = np.full(len(index), "", dtype=object)
    for day in festival_days(festival, range(index[0].year - 1, index[-1].year + 2)):
        since = (index - pd.Timestamp(day)).days
        for phase in PHASES:
            start, end = getattr(about, phase)
            phases[(since >= start) & (since <= end)] = phase
    return pd.Series(phases, index=index)


@cache
def _festival_day(about: Festival, year: int) -> date:
    named, _ = _holidays(about.country, None, (year,))
    found = [day for day, name in named.items() if name in about.names and day.year == year]
    if not found:
        raise ContractError(f"the calendar knows no day of {about.names[0]!r} in {year}")
    return min(found) + timedelta(days=about.shift)


@cache
def _holidays(
    country: str, subdivision: str | None, years: tuple[int, ...]
) -> tuple[dict[date, str], frozenset[date]]:
    """Days off with their names, and weekend days worked, of some years."""
    known = getattr(holidays, country).supported_languages
    # Without a language the names would follow the machine's.
    language = "en_US" if "en_US" in known else None
    made = holidays.country_holidays(
        country, subdiv=subdivision, years=list(years), language=language
    )
    return dict(made), frozenset(getattr(made, "weekend_workdays", ()))
