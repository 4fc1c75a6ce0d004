"""What is unusual? Every main series against what was to be expected of it.

Months change all the time; a change is news when it is larger than the errors the same expectation
has made before, and when, of all series looked at, as many would not look so by chance.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.analyses import calendar
from analysis.analyses.expectation import expected, past_errors, references, usual_size
from analysis.measures.catalogue import (
    AVERAGE_ORDER_VALUE,
    DISCOUNT_RATE,
    GROSS_MARGIN_RATE,
    MEASURES,
    NEW_CUSTOMERS,
    ORDERS,
    REVENUE,
)
from analysis.measures.days import revenue_by_day
from analysis.measures.engine import measure
from analysis.model.dataset import QUIET_DAYS, Dataset
from analysis.params import Run
from analysis.periods import Period

SERIES: Final = (
    REVENUE, ORDERS, AVERAGE_ORDER_VALUE, GROSS_MARGIN_RATE, DISCOUNT_RATE, NEW_CUSTOMERS,
)  # fmt: skip
CUTS: Final = ((), ("category",), ("channel",), ("category", "channel"))
KEY: Final = ["dimensions", "parts", "measure"]
AMOUNTS: Final = ["expected", "low", "high"]
ESTIMATES: Final = [*AMOUNTS, "size", "chance", "errors"]
WHOLE: Final = "all"
UNKNOWN: Final = 0.5
TINY: Final = 1e-9
MIN_COUNT: Final = 5
"""Of what is counted, in a middling step: fewer leap from nothing to twice as many by chance."""
LEVEL: Final = 0.95
FLOOR: Final = 0.01
"""What a value of zero counts as, in middling values: its logarithm must exist."""
SEASON_MONTHS: Final = 12
LEAST: Final = 8
"""Errors below which nothing can be said of a single history."""


def panel(
    data: Dataset,
    run: Run,
    names: Sequence[str] = SERIES,
    cuts: Sequence[tuple[str, ...]] = CUTS,
) -> pd.DataFrame:
    """Measures of a run's period and of the equal stretches before it, whole and by part.

    Parameters
    ----------
    data : Dataset
        Opened snapshot.
    run : Run
        Gives region, period and how far back to look.
    names : sequence of str
        Measures of the catalogue. Those whose values still come in are left out.
    cuts : sequence of tuple of str
        Dimensions of the catalogue to split by, each alone or crossed; ``()``: the whole.

    Returns
    -------
    DataFrame
        One row per ``dimensions``, ``parts`` (tuples of equal length), ``measure`` and ``step``
        (0 the period, -1 the stretch of equal length before it …). Columns ``numerator``,
        ``denominator`` and ``value``. Stretches the data hold in part are left out; a part that
        sold nothing in one has no row there.
    """
    length = run.period.month_count
    back = (run.settings.unusual.history_months // length) * length
    first = max(run.period.first - back, _first_whole_month(data))
    span = Period(text=f"{first}..{run.period.last}", first=first, last=run.period.last)
    settled = [name for name in names if MEASURES[name].settled]
    tables = []
    for cut in cuts:
        taken = measure(data, run.region, span, settled, by=["month", *cut])
        if taken.empty:
            continue
        rows = taken.reset_index()
        months = pd.PeriodIndex(rows["month"], freq="M")
        offset = np.asarray(months.astype("int64") - run.period.first.ordinal)
        rows["step"] = np.floor_divide(offset, length)
        # A stretch that begins before the data do is not whole.
        rows = rows[rows["step"] >= -((run.period.first - first).n // length)]
        names_of = rows[list(cut)].itertuples(index=False, name=None)
        rows["parts"] = list(names_of) if cut else [()] * len(rows)
        rows["dimensions"] = [cut] * len(rows)
        tables.append(rows[[*KEY, "step", "numerator", "denominator"]])
    if not tables:
        return pd.DataFrame(columns=["numerator", "denominator", "value"])
    sums = pd.concat(tables).groupby([*KEY, "step"], sort=True).sum(min_count=1)
    ratio = sums["numerator"] / sums["denominator"].where(sums["denominator"] != 0)
    return sums.assign(value=ratio.where(~_is_sum(sums.index), sums["numerator"]))


def judged(
    values: pd.DataFrame,
    length: int,
    min_errors: int,
    min_orders: float,
    factors: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Each series' value of the period against what was to be expected, and how unusual it is.

    Amounts are judged by their logarithm, so that a series may grow; rates and series with values
    of zero or less as they are. Amounts and counts are first divided by what the calendar gave.

    Parameters
    ----------
    values : DataFrame
        As :func:`panel` gives it.
    length : int
        Months of a step.
    min_errors : int
        Fewest earlier errors of the rule a series is judged by.
    min_orders : float
        Orders in a middling step below which a part is not judged.
    factors : DataFrame, optional
        What the calendar gave, one row per ``step``: column ``all``, and one for each channel that
        has weekdays of its own.

    Returns
    -------
    DataFrame
        One row per series, indexed by ``dimensions``, ``parts`` and ``measure``, most unusual
        first. Columns ``value``, ``expected``, ``low``, ``high`` (95 % of outcomes were within),
        ``gap`` (value less expected), ``size`` (of the error, in usual errors), ``chance`` (of one
        as large where nothing has changed, two-sided), ``share_false`` (Benjamini and Hochberg:
        the share of chance among series at least as unusual), ``errors`` (count the judgement
        rests on), ``money`` (the gap in money: a rate's times what it is a rate of, a
        count's is the part's gap in revenue) and
        ``status``: ``judged``, or why not: ``short`` (history), ``few`` (orders, or of what is
        counted), ``gaps`` (in the history) or ``constant``. What is not judged has no
        expectation.

    References
    ----------
    Benjamini and Hochberg, "Controlling the false discovery rate", J. R. Stat. Soc. B 57 (1995).
    """
    if values.empty or 0 not in values.index.get_level_values("step"):
        return _none()
    wide = _by_step(values)
    season = SEASON_MONTHS // length if SEASON_MONTHS % length == 0 else 1
    given = _given(wide.index, list(wide.columns), factors)
    table = pd.DataFrame(index=wide.index, columns=ESTIMATES, dtype=float)
    table = table.assign(
        value=wide[0], status=_status(wide, values, season, min_errors, min_orders)
    )
    kept = table.index[table["status"] == "judged"]
    if len(kept):
        made = _judge((wide / given).loc[kept], season, min_errors)
        made[AMOUNTS] = made[AMOUNTS].mul(given.loc[kept, 0], axis=0)
        table.loc[kept, made.columns] = made
        # A series that never moved has no usual error to hold a new one against.
        table.loc[kept[made["chance"].isna()], "status"] = "constant"
    table = table.assign(
        gap=table["value"] - table["expected"], share_false=_false_share(table["chance"])
    )
    table = table.assign(money=_money(table, values))
    return table.sort_values(["chance", "size"], ascending=[True, False], kind="stable")


def factors(data: Dataset, run: Run) -> pd.DataFrame:
    """What the calendar gave each step of a run's history, whole and by channel.

    Weights are learned from days before the period. Channels have them apart: dealers who sleep at
    weekends lose a working day that stores do not miss.

    Returns
    -------
    DataFrame
        One row per ``step`` as in :func:`panel`, columns ``all`` and the channels: the mean factor
        of the step's months (see ``analyses.calendar.month_factors``); one where the history is
        too short to learn from.
    """
    length = run.period.month_count
    steps = run.settings.unusual.history_months // length
    months = pd.period_range(run.period.first - steps * length, run.period.last, freq="M")
    months = months[months >= _first_whole_month(data)]
    sales = calendar.daily_sales(data, run)
    whole = {WHOLE: sales["revenue"]}
    if len(sales):
        first, last = sales.index[0].date(), sales.index[-1].date()
        by_channel = revenue_by_day(data, run.region, first, last, "channel")
        whole |= {str(name): by_channel[name] for name in by_channel if name != WHOLE}
    made = {}
    for name, revenue in whole.items():
        worth = calendar.weights(revenue.to_frame("revenue"), run)
        made[name] = calendar.month_factors(worth, months, run.calendar)
    step = np.floor_divide(months.astype("int64") - run.period.first.ordinal, length)
    return pd.DataFrame(made).groupby(np.asarray(step)).mean().rename_axis(index="step")


def flagged(table: pd.DataFrame, false_share: float) -> pd.DataFrame:
    """Parts with an unusual measure, each once with its most unusual, the money at stake first.

    Parameters
    ----------
    table : DataFrame
        As :func:`judged` gives it.
    false_share : float
        Share of what is flagged that may be chance.

    Returns
    -------
    DataFrame
        One row per part (``dimensions``, ``parts`` and ``measure`` as columns), the columns of
        :func:`judged`, and ``others``: the part's other unusual measures.
    """
    rows = table[table["share_false"] <= false_share].reset_index()
    if rows.empty:
        return rows.assign(others=pd.Series(dtype=object))
    parts = rows.groupby(["dimensions", "parts"], sort=False)["measure"]
    others = parts.transform(lambda names: [tuple(names)] * len(names))
    rows["others"] = [
        tuple(name for name in names if name != own)
        for names, own in zip(others, rows["measure"], strict=True)
    ]
    first = rows.drop_duplicates(["dimensions", "parts"])
    return first.sort_values("money", key=lambda money: -money.abs(), kind="stable").reset_index(
        drop=True
    )


def histories(values: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """The series behind some judged rows.

    Parameters
    ----------
    values : DataFrame
        As :func:`panel` gives it.
    rows : DataFrame
        As :func:`flagged` gives it.

    Returns
    -------
    DataFrame
        One row per ``step``, one column per row of ``rows``, in its order.
    """
    if rows.empty:
        return pd.DataFrame(index=pd.Index([], name="step"))
    keys = list(rows[KEY].itertuples(index=False, name=None))
    wide = _by_step(values).reindex(keys)
    return wide.T.set_axis(range(len(rows)), axis=1).rename_axis(index="step", columns=None)


def surprise(history: pd.Series, value: float, season: int = SEASON_MONTHS) -> float:
    """How unusual a value is after its history: its place among the errors made before.

    Parameters
    ----------
    history : Series
        Values of equal periods in order, without gaps, to the one before.
    value : float
        What came.
    season : int
        Periods of a cycle; 1 where there is none.

    Returns
    -------
    float
        Of ``Finding.surprise``: the errors that were smaller and half a one more, of all and one
        more, so that the largest so far is never certain to mean anything. One half where fewer
        than :data:`LEAST` errors are known.

    Examples
    --------
    >>> steady = pd.Series([10.0, 11.0] * 12)
    >>> round(surprise(steady, 30.0), 3), surprise(steady[:6], 30.0)
    (0.962, 0.5)
    """
    known = history.to_numpy(float)
    if not np.isfinite([*known, value]).all():
        return UNKNOWN
    # Amounts that never reach zero change by factors.
    if min([*known, value], default=0.0) > 0:
        known, value = np.log(known), float(np.log(value))
    errors = past_errors(known[:, None], season, LEAST)
    if len(errors) < LEAST:
        return UNKNOWN
    error = abs(value - float(expected(known[:, None], season)[0]))
    closer = int((np.abs(errors[:, 0]) < error).sum())
    return (closer + 0.5) / (len(errors) + 1)


def surprise_of(monthly: pd.Series, period: Period) -> float:
    """How unusual a period is after the stretches of equal length before it.

    Parameters
    ----------
    monthly : Series
        Amounts by month (PeriodIndex without gaps), to the period's last; later ones are left out.
    period : Period
        A month, a quarter or any run of months.

    Returns
    -------
    float
        As :func:`surprise`; one half where the months do not reach the period's end.
    """
    length = period.month_count
    known = monthly[monthly.index <= period.last]
    if known.empty or known.index[-1] != period.last or len(known) < 2 * length:
        return UNKNOWN
    whole = known.iloc[len(known) % length :].to_numpy(float)
    sums = pd.Series(whole.reshape(-1, length).sum(axis=1))
    season = SEASON_MONTHS // length if SEASON_MONTHS % length == 0 else 1
    return surprise(sums.iloc[:-1], float(sums.iloc[-1]), season)


def _by_step(values: pd.DataFrame) -> pd.DataFrame:
    """One row per series, one column per step to 0; sums of what sold nothing in one are zero."""
    wide = values["value"].unstack("step")
    wide = wide.reindex(columns=range(int(min(wide.columns)), 1))
    return wide.mask(wide.isna() & _is_sum(wide.index)[:, None], 0.0)


def _is_sum(index: pd.MultiIndex) -> npt.NDArray[np.bool_]:
    names = index.get_level_values("measure")
    return np.array([MEASURES[name].denominator is None for name in names], dtype=bool)


def _given(index: pd.MultiIndex, steps: list[int], factors: pd.DataFrame | None) -> pd.DataFrame:
    """What the calendar gave each series in each step: one for ratios."""
    given = pd.DataFrame(1.0, index=index, columns=steps)
    if factors is None:
        return given
    for place, (dimensions, parts, _) in enumerate(index):
        if not _is_sum(index[[place]])[0]:
            continue
        known = dict(zip(dimensions, parts, strict=True)).get("channel", WHOLE)
        column = known if known in factors else WHOLE
        given.iloc[place] = factors[column].reindex(steps).fillna(1.0).to_numpy(float)
    return given


def _status(
    wide: pd.DataFrame, values: pd.DataFrame, season: int, min_errors: int, min_orders: float
) -> pd.Series:
    """Whether a series can be judged, or why not."""
    history = wide.drop(columns=0)
    status = pd.Series("judged", index=wide.index, dtype=object)
    orders = _by_step(values.xs(ORDERS, level="measure", drop_level=False)).droplevel("measure")
    usual = orders.drop(columns=0).median(axis=1)
    few = usual.reindex(wide.index.droplevel("measure")).to_numpy(float) < min_orders
    status[wide.isna().any(axis=1)] = "gaps"
    is_count = np.array(
        [MEASURES[name].unit == "count" for name in wide.index.get_level_values("measure")]
    )
    status[few | (is_count & (history.median(axis=1) < MIN_COUNT).to_numpy())] = "few"
    if history.shape[1] < season + min_errors:
        status[:] = "short"
    return status


def _judge(bare: pd.DataFrame, season: int, min_errors: int) -> pd.DataFrame:
    """Expectation, range, size and chance of every series, together: they share a reference."""
    history = bare.drop(columns=0).to_numpy(float).T
    now = bare[0].to_numpy(float)
    # What grows by factors is judged by factors, where nearly all of it is above zero.
    is_log = (history >= 0).all(axis=0) & ((history > 0).mean(axis=0) > 0.5)
    is_log &= ~_is_rate(bare.index)
    floor = FLOOR * np.median(history, axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        known = np.where(is_log, np.log(np.maximum(history, floor)), history)
        came = np.where(is_log, np.log(np.maximum(now, floor)), now)
    groups = np.unique(bare.index.get_level_values("measure"), return_inverse=True)[1]
    errors = past_errors(known, season, min_errors)
    usual = usual_size(errors, groups)
    usual = np.where(usual > TINY, usual, np.nan)
    laws = references(errors, groups)
    made = expected(known, season)
    size = np.abs(came - made) / usual
    chance = [
        float(law.chance(np.array([one]))[0]) if np.isfinite(one) else float("nan")
        for law, one in zip(laws, size, strict=True)
    ]
    reach = np.array([law.quantile(LEVEL) for law in laws]) * usual
    ends = {"expected": made, "low": made - reach, "high": made + reach}
    back = {name: np.where(is_log, np.exp(end), end) for name, end in ends.items()}
    return pd.DataFrame(
        {**back, "size": size, "chance": chance, "errors": float(len(errors))}, index=bare.index
    )


def _is_rate(index: pd.MultiIndex) -> npt.NDArray[np.bool_]:
    names = index.get_level_values("measure")
    return np.array([MEASURES[name].unit == "rate" for name in names], dtype=bool)


def _false_share(chance: pd.Series) -> pd.Series:
    """Benjamini and Hochberg's adjusted chance of each series, among those that have one."""
    ranked = chance.dropna().sort_values(ascending=False)
    place = np.arange(len(ranked), 0, -1)
    adjusted = (ranked * len(ranked) / place).cummin().clip(upper=1.0)
    return adjusted.reindex(chance.index)


def _money(table: pd.DataFrame, values: pd.DataFrame) -> pd.Series:
    """Each gap in money: of a ratio times its denominator, of a count as revenue of the part."""
    gap = table["gap"]
    revenue = gap.xs(REVENUE, level="measure").reindex(table.index.droplevel("measure"))
    below = values["denominator"].xs(0, level="step").reindex(table.index)
    worth = np.where(_is_sum(table.index), revenue.to_numpy(float), below * gap)
    return pd.Series(worth, index=table.index).fillna(0.0)


def _none() -> pd.DataFrame:
    index = pd.MultiIndex.from_tuples([], names=KEY)
    columns = ["value", *ESTIMATES, "gap", "share_false", "money"]
    return pd.DataFrame(index=index, columns=columns, dtype=float).assign(status="")


def _first_whole_month(data: Dataset) -> pd.Period:
    """First month the data hold whole, but for a few quiet days."""
    month = data.first_month
    return month if (data.first_day - month.start_time.date()).days <= QUIET_DAYS else month + 1
