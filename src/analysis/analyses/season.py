"""Is it the season, or the trend? Monthly revenue taken apart, and when each part is bought.

Revenue of a month is a product, exactly::

    revenue = level * season * calendar * remainder
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from analysis.measures.catalogue import REVENUE
from analysis.measures.engine import measure
from analysis.model.dataset import QUIET_DAYS, Dataset
from analysis.params import Run
from analysis.periods import Period

YEAR: Final = 12
PARTS: Final = ["level", "season", "calendar", "remainder"]
BLOCK: Final = 3
"""Months drawn together: what hangs together for a quarter stays together."""
CUTS: Final = ("category", "kind")
SEASONS: Final = [
    *range(1, YEAR + 1), "best", "worst", "best_low", "best_high", "years", "chance", "revenue",
]  # fmt: skip
KEY: Final = ["dimension", "part", "month"]
Numbers = npt.NDArray[np.float64]


def whole_months(data: Dataset, run: Run) -> pd.PeriodIndex:
    """Months to learn from: the last years the data hold whole, up to the period's last month."""
    begins_whole = (data.first_day - data.first_month.start_time.date()).days <= QUIET_DAYS
    first = data.first_month if begins_whole else data.first_month + 1
    last = min(run.period.last, data.latest_month)
    first = max(first, last - (run.settings.season.history_months - 1))
    return pd.period_range(first, last, freq="M", name="month")


def revenue_by_part(data: Dataset, run: Run, months: pd.PeriodIndex) -> pd.DataFrame:
    """Revenue of each category and kind of customer, month by month.

    Returns
    -------
    DataFrame
        One row per ``dimension``, ``part`` and ``month``, column ``value`` (money). A dimension
        the firm does not deliver has no rows, nor do lines without a part.
    """
    tables = []
    for name in CUTS if len(months) else ():
        span = Period(text=f"{months[0]}..{months[-1]}", first=months[0], last=months[-1])
        taken = measure(data, run.region, span, [REVENUE], by=["month", name]).reset_index()
        rows = taken[taken[name] != ""] if len(taken) else taken
        month = pd.PeriodIndex(rows["month"], freq="M")
        tables.append(rows.assign(dimension=name, part=rows[name], month=month)[[*KEY, "value"]])
    known = [table for table in tables if len(table)]
    if not known:
        return pd.DataFrame(columns=[*KEY, "value"]).set_index(KEY)
    return pd.concat(known).set_index(KEY)


def decomposition(monthly: pd.DataFrame, factors: pd.Series, min_months: int) -> pd.DataFrame:
    """Revenue of each month as level, season, calendar and remainder.

    The calendar is divided out first; the logarithm of the rest is taken apart by STL, whose loess
    is robust, so that one odd month bends neither level nor season. Each calendar month has one
    season over all years; the twelve average one.

    Parameters
    ----------
    monthly : DataFrame
        One row per whole month (PeriodIndex without gaps), column ``revenue`` (money).
    factors : Series
        What the calendar gave each month, as ``analyses.calendar.month_factors``.
    min_months : int
        Fewest months to tell season from trend by.

    Returns
    -------
    DataFrame
        One row per month: ``revenue``, ``level`` (money), ``season``, ``calendar``,
        ``remainder`` (factors) and ``usual`` (level × season × calendar). The four multiply up to
        revenue. No rows where there are fewer months, or one without revenue.

    References
    ----------
    Cleveland et al., "STL: a seasonal-trend decomposition procedure based on loess", J. Official
    Statistics 6 (1990).
    """
    revenue = monthly[REVENUE]
    if len(revenue) < min_months or not (revenue > 0).all():
        index = pd.PeriodIndex([], freq="M", name="month")
        return pd.DataFrame(columns=["revenue", *PARTS, "usual"], index=index, dtype=float)
    given = factors.reindex(monthly.index).fillna(1.0)
    level, season, rest = _taken_apart(np.log((revenue / given).to_numpy(float)))
    table = pd.DataFrame(
        {
            "revenue": revenue, "level": np.exp(level), "season": np.exp(season),
            "calendar": given, "remainder": np.exp(rest),
        },
        index=monthly.index,
    )  # fmt: skip
    return table.assign(usual=table["level"] * table["season"] * table["calendar"])


def of_period(table: pd.DataFrame, first: pd.Period, last: pd.Period) -> pd.Series:
    """The same of a run of months together: one level, and factors that multiply up to revenue.

    Parameters
    ----------
    table : DataFrame
        As :func:`decomposition` gives it.
    first, last : Period
        Months, both included.

    Returns
    -------
    Series
        ``revenue``, ``level``, ``season``, ``calendar``, ``remainder`` and ``usual``, ``months``
        and ``chance``: of a remainder as far from one where months scatter as they did outside the
        period (Student's t; of degrees of freedom, one less for each calendar month's season and
        each year's level). A factor is the sum with it over the sum without it. Missing where the
        table holds none of the months.
    """
    rows = table[(table.index >= first) & (table.index <= last)]
    sums = [rows["level"], rows["level"] * rows["season"], rows["usual"], rows["revenue"]]
    level, seasonal, usual, revenue = (float(one.sum(min_count=1)) for one in sums)
    return pd.Series(
        {
            "revenue": revenue, "level": level, "season": seasonal / level,
            "calendar": usual / seasonal, "remainder": revenue / usual, "usual": usual,
            "months": float(len(rows)),
            "chance": _chance_of(revenue / usual, len(rows), table.drop(rows.index)["remainder"]),
        }
    )  # fmt: skip


def _chance_of(remainder: float, months: int, others: pd.Series) -> float:
    free = len(others) - YEAR - len(others) // YEAR
    if months == 0 or free < 1:
        return float("nan")
    # The period's own remainder is what season and level left over, as the others are.
    scatter = float(np.sqrt((np.log(others.to_numpy(float)) ** 2).mean() / months))
    off = abs(float(np.log(remainder)))
    return float(2 * stats.t.sf(off / scatter, free)) if scatter > 0 else float(off == 0)


def trend(table: pd.DataFrame, resamples: int, random_state: int) -> pd.Series | None:
    """How the level has moved within a year, with its interval, and what stage that is.

    The interval is a bootstrap's: remainders are drawn in blocks of ``BLOCK`` months, put on level
    and season, and taken apart anew.

    Parameters
    ----------
    table : DataFrame
        As :func:`decomposition` gives it.
    resamples : int
        How many times.
    random_state : int
        Seed of the draws.

    Returns
    -------
    Series or None
        ``level`` (money a month, of the last month), ``before`` (a year earlier), ``growth``,
        ``low``, ``high`` (95 %) and ``stage``: ``growing`` or ``shrinking`` where the interval
        says so, else ``steady``. ``None`` of no decomposition.

    References
    ----------
    Bergmeir, Hyndman and Benítez, "Bagging exponential smoothing methods using STL decomposition
    and Box–Cox transformation", Int. J. Forecasting 32 (2016).
    """
    if table.empty:
        return None
    known = np.log(table[["level", "season", "remainder"]].to_numpy(float))
    level, season, rest = known.T
    chance = np.random.default_rng(random_state)
    moved = level[-1] - level[-1 - YEAR]
    draws = np.empty(resamples)
    for draw in range(resamples):
        made = _taken_apart(level + season + _blocks(rest - rest.mean(), chance))[0]
        draws[draw] = made[-1] - made[-1 - YEAR]
    low, high = np.exp(np.quantile(draws, [0.025, 0.975])) - 1
    stage = "growing" if low > 0 else "shrinking" if high < 0 else "steady"
    return pd.Series(
        {
            "level": np.exp(level[-1]), "before": np.exp(level[-1 - YEAR]),
            "growth": np.exp(moved) - 1, "low": low, "high": high, "stage": stage,
        }
    )  # fmt: skip


def seasonal_calendar(
    parts: pd.DataFrame, factors: pd.Series, months: pd.PeriodIndex, min_months: int
) -> pd.DataFrame:
    """When each part is bought: its season by calendar month.

    Parameters
    ----------
    parts : DataFrame
        Revenue (column ``value``) by ``dimension``, ``part`` and ``month`` (index).
    factors : Series
        What the calendar gave each month.
    months : PeriodIndex
        Whole months to learn from, without gaps.
    min_months : int
        Fewest of them.

    Returns
    -------
    DataFrame
        One row per ``dimension`` and ``part``, by dimension, largest revenue first. Columns ``1``
        to ``12`` (an average month is one), ``best`` and ``worst`` (month), ``best_low`` and
        ``best_high`` (smallest and largest of the best month over the years), ``years`` (the best
        month was seen), ``chance`` (Kruskal and Wallis: of months as unlike without a season),
        ``revenue`` (money, all months). No rows for parts with a month without revenue.
    """
    rows = {}
    if parts.empty:
        return _no_seasons()
    wide = parts["value"].unstack("month").reindex(columns=months).sort_index()
    for key, revenue in wide.iterrows():
        table = decomposition(revenue.to_frame(REVENUE), factors, min_months)
        if table.empty:
            continue
        rows[key] = _season_of(table)
    if not rows:
        return _no_seasons()
    index = pd.MultiIndex.from_tuples(list(rows), names=KEY[:2])
    made = pd.DataFrame(list(rows.values()), index=index, columns=SEASONS)
    ordered = made.sort_values("revenue", ascending=False, kind="stable")
    return ordered.sort_index(level="dimension", sort_remaining=False, kind="stable")


def _no_seasons() -> pd.DataFrame:
    index = pd.MultiIndex.from_tuples([], names=KEY[:2])
    return pd.DataFrame(columns=SEASONS, index=index, dtype=float)


def _season_of(table: pd.DataFrame) -> dict[object, float]:
    month = pd.PeriodIndex(table.index).month
    season = table["season"].groupby(month).first()
    seen = (table["season"] * table["remainder"]).groupby(month)
    best, worst = int(season.idxmax()), int(season.idxmin())
    years = [of.to_numpy(float) for _, of in seen]
    same = all(np.ptp(of) == 0 for of in years) and season.max() == season.min()
    return {
        **{int(name): float(value) for name, value in season.items()},
        "best": best,
        "worst": worst,
        "best_low": float(seen.min()[best]),
        "best_high": float(seen.max()[best]),
        "years": len(years[best - 1]),
        "chance": 1.0 if same else float(stats.kruskal(*years).pvalue),
        "revenue": float(table["revenue"].sum()),
    }


def _taken_apart(logs: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """Level, season and rest of a logarithm, which add up to it; the season adds up to nothing."""
    # Loading the library takes a second, which only who needs it should pay.
    from statsmodels.tsa.seasonal import STL

    # A window far longer than the series, of degree zero: one season over all years.
    window = 10 * len(logs) + 1
    made = STL(logs, period=YEAR, seasonal=window, seasonal_deg=0, robust=True).fit()
    places = np.arange(len(logs)) % YEAR
    of_place = np.array([made.seasonal[places == place].mean() for place in range(YEAR)])
    season = (of_place - of_place.mean())[places]
    level = np.asarray(made.trend, dtype=float)
    rest = logs - level - season
    middle = float(np.median(rest))
    return level + middle, season, rest - middle


def _blocks(rest: Numbers, chance: np.random.Generator) -> Numbers:
    """As many remainders, drawn in runs of a few."""
    starts = chance.integers(0, len(rest) - BLOCK + 1, -(-len(rest) // BLOCK))
    drawn = np.concatenate([rest[start : start + BLOCK] for start in starts])
    return drawn[: len(rest)]
