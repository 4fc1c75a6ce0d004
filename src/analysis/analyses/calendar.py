"""Is a comparison fair? The days of a period and of what it is compared with.

A month with five Saturdays, with a public holiday or with the Spring Festival in it is not the
month of a year before. Growth is split into what the calendar gave and the rest, exactly::

    1 + growth = (1 + calendar) * (1 + rest)
"""

from __future__ import annotations

import math
from datetime import date, timedelta
from typing import Final

import pandas as pd

from analysis.analyses.day_weights import WEEKDAYS, Z_95, DayWeights, day_kind, learned
from analysis.calendar import PHASES, SellingDays, announced_until, days
from analysis.measures.days import sales_by_day
from analysis.model.dataset import QUIET_DAYS, Dataset
from analysis.params import Run
from analysis.periods import Period

NOW: Final = "current"
BASES: Final = ("prior", "year_before")
SPLIT: Final = [
    "worth", "base_worth", "calendar", "calendar_low", "calendar_high", "rest", "rest_low",
    "rest_high", "calendar_money", "calendar_chance",
]  # fmt: skip
Window = tuple[date, date]


def daily_sales(data: Dataset, run: Run) -> pd.DataFrame:
    """Sales by day from the months weights are learned from to the end of the run's period.

    Returns
    -------
    DataFrame
        As ``measures.days.sales_by_day`` gives it; begins early enough for both bases, too.
    """
    back = max(run.settings.calendar.history_months, 12, run.period.month_count)
    first = (run.period.first - back).start_time.date()
    return sales_by_day(data, run.region, first, data.as_of(run))


def weights(sales: pd.DataFrame, run: Run) -> DayWeights | None:
    """What days are worth, learned from the days before the run's period.

    Parameters
    ----------
    sales : DataFrame
        As :func:`daily_sales` gives it; days of the period and after are not looked at.
    run : Run
        Gives the period, the calendar and the fewest days to learn from.

    Returns
    -------
    DayWeights or None
        ``None`` where the history is too short.
    """
    history = sales[sales.index < pd.Timestamp(run.period.start)]
    if history.empty:
        return None
    known = days(history.index[0].date(), history.index[-1].date(), run.calendar)
    least = run.settings.calendar
    return learned(
        history.set_axis(known.index), known, least.min_history_days, least.min_selling_days
    )


def windows(period: Period, last_day: date) -> dict[str, Window]:
    """First and last day of a period as far as the data reach, and of the same days of its bases.

    The same days are those as far from the start: a month's first eighteen, a quarter's until the
    same day of its third month. A period whose last few days are merely quiet is whole, as
    ``Dataset.is_whole`` has it.

    Examples
    --------
    >>> from analysis.periods import parse
    >>> windows(parse("2026-10"), date(2026, 10, 18))["year_before"][1]
    datetime.date(2025, 10, 18)
    >>> windows(parse("2026-03"), date(2026, 3, 31))["prior"][1]  # a whole month against a whole
    datetime.date(2026, 2, 28)
    """
    is_whole = (period.end - last_day).days <= QUIET_DAYS
    end = period.end if is_whole else last_day
    spans = {NOW: (period.start, end)}
    for base, other in (("prior", period.prior()), ("year_before", period.year_before())):
        month = other.first + (pd.Period(end, "M") - period.first).n
        day = month.days_in_month if is_whole else min(end.day, month.days_in_month)
        spans[base] = (other.start, date(month.year, month.month, day))
    return spans


def comparable(sales: pd.DataFrame, period: Period, last_day: date) -> pd.DataFrame:
    """Revenue of a period so far, against that of the same days of its bases.

    Parameters
    ----------
    sales : DataFrame
        One row per day without gaps, column ``revenue`` (money).
    period : Period
        What is compared.
    last_day : date
        Last day of the data.

    Returns
    -------
    DataFrame
        One row per ``base`` (index: ``prior``, ``year_before``), columns ``first``, ``last``
        (days of the period so far), ``base_first``, ``base_last`` (the same of the base),
        ``revenue``, ``before``, ``change`` (money) and ``growth`` (share of a positive base). A
        base the data do not reach back to, or that overlaps the period, is missing.

    Examples
    --------
    >>> from analysis.periods import parse
    >>> index = pd.date_range("2026-09-01", "2026-10-05", name="day")
    >>> sales = pd.DataFrame({"revenue": 10.0}, index=index)
    >>> sales.loc["2026-10-02", "revenue"] = 35.0
    >>> table = comparable(sales, parse("2026-10"), date(2026, 10, 5))
    >>> table.loc["prior", ["revenue", "before", "growth"]].astype(float).tolist()  # five days each
    [75.0, 50.0, 0.5]
    """
    spans = windows(period, last_day)
    first, last = spans[NOW]
    now = _sum(sales, spans[NOW])
    rows = []
    for base in BASES:
        overlaps = spans[base][1] >= first
        before = float("nan") if overlaps else _sum(sales, spans[base])
        growth = (now - before) / before if before > 0 else float("nan")
        rows.append((first, last, *spans[base], now, before, now - before, growth))
    columns = ["first", "last", "base_first", "base_last", "revenue", "before", "change", "growth"]
    return pd.DataFrame(rows, columns=columns, index=pd.Index(BASES, name="base"))


def facts(
    sales: pd.DataFrame, period: Period, last_day: date, selling: SellingDays
) -> pd.DataFrame:
    """What the calendar holds of a period so far, and of the same days of its bases.

    Parameters
    ----------
    sales : DataFrame
        One row per day without gaps, columns ``revenue`` (money) and ``orders`` (count).
    period : Period
        What is compared.
    last_day : date
        Last day of the data.
    selling : SellingDays
        What the firm says of its calendar.

    Returns
    -------
    DataFrame
        One row per ``window`` (index: ``current``, ``prior``, ``year_before``). Columns ``first``,
        ``last``; ``days``, of which ``working_days``, ``weekend_days``, ``holidays`` (public, but
        for those the firm is closed), ``moved_days`` (weekend days worked in place of others) and
        ``closed_days`` – these five add up to the days; ``festival_days`` (in any phase);
        ``order_days`` (with at least one order; missing beyond the data) and ``is_announced``
        (whether the country's moved working days were known when the calendar was made).
    """
    known_until = announced_until(selling)
    rows = {}
    for window, (first, last) in windows(period, last_day).items():
        known = days(first, last, selling)
        kinds = day_kind(known).value_counts()
        weekdays = [int(kinds.get(name, 0)) for name in WEEKDAYS]
        phases = known[list(selling.festivals)].isin(PHASES).any(axis=1)
        held = _held(sales, (first, last))
        rows[window] = {
            "first": first,
            "last": last,
            "days": len(known),
            "working_days": sum(weekdays[:5]),
            "weekend_days": sum(weekdays[5:]),
            "holidays": int(kinds.get("holiday", 0)),
            "moved_days": int(kinds.get("moved", 0)),
            "closed_days": int(kinds.get("closed", 0)),
            "festival_days": int(phases.sum()),
            "order_days": float("nan") if held is None else float((held["orders"] > 0).sum()),
            "is_announced": known_until is None or last.year <= known_until,
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis(index="window")


def adjusted(
    sales: pd.DataFrame,
    period: Period,
    last_day: date,
    selling: SellingDays,
    worth: DayWeights | None,
) -> pd.DataFrame:
    """Growth split into what the calendar gave and the rest.

    Parameters
    ----------
    sales, period, last_day, selling
        As for :func:`facts`.
    worth : DayWeights or None
        As :func:`weights` gives it.

    Returns
    -------
    DataFrame
        As :func:`comparable`, with ``worth`` and ``base_worth`` (in average days), ``calendar``,
        ``calendar_low``, ``calendar_high`` (growth that the days alone would have given, with
        its 95 % interval), ``rest``, ``rest_low``, ``rest_high`` (growth on equal days; its
        interval is the calendar's, not that of chance in sales), ``calendar_money`` and
        ``calendar_chance`` (two-sided, of such an effect where there is none).
        ``(1 + growth) = (1 + calendar) (1 + rest)`` holds exactly. Missing where days have no
        weight yet, or where there is no base.
    """
    table = comparable(sales, period, last_day).assign(**dict.fromkeys(SPLIT, float("nan")))
    if worth is None:
        return table
    now = days(table["first"].iloc[0], table["last"].iloc[0], selling)
    for base, row in table.iterrows():
        before = days(row["base_first"], row["base_last"], selling)
        weighed = worth.of(now).sum(), worth.of(before).sum()
        table.loc[base, SPLIT[:2]] = weighed
        if pd.isna(row["growth"]) or not min(weighed) > 0:
            continue
        ratio, low, high = worth.ratio(now, before)
        total = 1 + row["growth"]
        table.loc[base, SPLIT[2:]] = [
            ratio - 1, low - 1, high - 1,
            total / ratio - 1, total / high - 1, total / low - 1,
            row["before"] * (ratio - 1), _chance(ratio, low, high),
        ]  # fmt: skip
    return table


def month_factors(
    worth: DayWeights | None, months: pd.PeriodIndex, selling: SellingDays, years: int = 28
) -> pd.Series:
    """How much richer each month's calendar is than that of the same month in most years.

    A factor is the worth of a month's days over the mean worth of the same calendar month in the
    ``years`` years up to the last: in twenty-eight, weekdays come round. What a month always has,
    such as its length, is season and not calendar.

    Parameters
    ----------
    worth : DayWeights or None
        As :func:`weights` gives it; none: every factor is one.
    months : PeriodIndex
        Months to say it of.
    selling : SellingDays
        What the firm says of its calendar.
    years : int
        How many years the usual is taken over.

    Returns
    -------
    Series
        One factor per month.
    """
    if worth is None or not len(months):
        return pd.Series(1.0, index=months, name="calendar")
    last = months.max()
    first = pd.Period(f"{min(last.year - years + 1, months.min().year)}-01", "M")
    known = days(first.start_time.date(), last.end_time.date(), selling)
    by_month = worth.of(known).groupby(known.index.to_period("M")).sum()
    usual = by_month[by_month.index > last - 12 * years]
    mean = usual.groupby(usual.index.month).mean()
    factor: pd.Series = by_month.reindex(months) / mean.reindex(months.month).to_numpy(float)
    return factor.rename("calendar")


def weights_table(worth: DayWeights | None) -> pd.DataFrame:
    """What days are worth, as a table: one row per kind of day; no rows where none is known."""
    if worth is None:
        index = pd.Index([], name="kind", dtype=object)
        return pd.DataFrame({"weight": [], "low": [], "high": [], "days": []}, index=index)
    return worth.table()


def _chance(ratio: float, low: float, high: float) -> float:
    """Two-sided chance of a ratio as far from one, from its 95 % interval on the log scale."""
    spread = math.log(high / low) / (2 * Z_95)
    gap = abs(math.log(ratio))
    return math.erfc(gap / spread / math.sqrt(2)) if spread > 0 else float(gap == 0)


def _held(sales: pd.DataFrame, window: Window) -> pd.DataFrame | None:
    """The days of a window, if the data hold them all, but for a few quiet days at either end."""
    first, last = map(pd.Timestamp, window)
    quiet = timedelta(days=QUIET_DAYS)
    if sales.empty or sales.index[0] > first + quiet or sales.index[-1] < last - quiet:
        return None
    return sales[(sales.index >= first) & (sales.index <= last)]


def _sum(sales: pd.DataFrame, window: Window) -> float:
    held = _held(sales, window)
    return float("nan") if held is None else float(held["revenue"].sum())
