"""How do the indicators the firm steers by stand,"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from scipy.stats import t
from statsmodels.stats.proportion import confint_proportions_2indep

from analysis import paths
from analysis.analyses.shortfalls import stake
from analysis.errors import ParameterError, nearest
from analysis.measures.catalogue import MEASURES, Measure, Part
from analysis.measures.views.people import YEAR
from analysis.params import Run, held_against, profiles

BASES = ("year_before", "prior")
Sums = tuple[float, float, float]
"""Numerator, denominator and sum of squares."""
ABOVE_ONE = ("plan_attainment",)
"""Rates a firm may want to be more than all: more than was planned."""
OF_A_YEAR = ("buyers", "earlier")
"""Views of the customers of a year, whatever the period."""


def check(run: Run) -> None:
    """Check that every indicator a run is steered by, or held against, is in the catalogue.

    Raises
    ------
    ParameterError
        If not; names the file and the nearest indicator there is.
    """
    asked = [("profiles.yml", name) for name in run.profile.indicators]
    asked += [(f"targets/{run.data}.yml", one.indicator) for one in run.held_against]
    for file, name in asked:
        _known(name, paths.shown(paths.PARAMS / file))


def check_params(data: str) -> None:
    """Check every profile, and every target of a firm, before any run: a few files are read.

    Parameters
    ----------
    data : str
        Name of a file in ``params/sources/``.

    Raises
    ------
    ParameterError
        If a file is not as it must be, if an indicator is not in the catalogue, or if a rate is
        held against something that is none: 95 where 0.95 is meant.
    """
    for profile, steered in profiles().items():
        for name in steered.indicators:
            _known(name, f"{paths.shown(paths.PARAMS / 'profiles.yml')}: {profile}")
    where = paths.shown(paths.PARAMS / "targets" / f"{data}.yml")
    for place, held in enumerate(held_against(data), start=1):
        one = _known(held.indicator, where)
        if one.unit == "rate" and one.name not in ABOVE_ONE and not 0 <= held.value <= 1:
            raise ParameterError(
                f"{where}: entry {place} ({one.name}) is {held.value:g}; a rate is between 0 and "
                "1, so that 95% is 0.95"
            )


def _known(name: str, where: str) -> Measure:
    if name not in MEASURES:
        raise ParameterError(f"{where}: no indicator is {name!r}; {nearest(name, MEASURES)}")
    one: Measure = MEASURES[name]
    return one


def indicators(run: Run) -> list[str]:
    """The indicators of a run's board: those it is steered by, then those it is held against."""
    check(run)
    held = [one.indicator for one in run.held_against]
    return list(dict.fromkeys([*run.profile.indicators, *held]))


def board(
    comparison: pd.DataFrame, run: Run, base: str | None, is_whole: bool = True
) -> pd.DataFrame:
    """Each indicator beside its base, its target and its benchmark, and whether it got better.

    Parameters
    ----------
    comparison : DataFrame
        As ``measures.engine.compare`` gives it for :func:`indicators`.
    run : Run
        Gives weights, what indicators are held against, and the smallest changes and counts that
        are judged.
    base : {"prior", "year_before"} or None
        The period to compare with.
    is_whole : bool
        Whether the data reach the end of the period. Half a period is neither set against a whole
        one nor held against a target for a whole one.

    Returns
    -------
    DataFrame
        One row per indicator the data can give, indexed by ``measure``, in the order of the
        profile. Columns ``weight`` (0–1; missing for one that is only held against something),
        ``current``, ``before``, ``change`` (in the indicator's unit), ``relative`` (share of a
        positive base; of rates the change itself), ``low`` and ``high`` (95 % interval of the
        change; rates and means of cases that are other cases in the base), ``n`` and ``n_before``
        (cases now and in the base; missing for sums and counts), ``target`` and ``benchmark``
        (missing if none), ``gap_target`` and ``gap_benchmark`` (current less each; missing of a
        period so far and of too few cases), ``stake`` (money the gap to the target is worth;
        missing where it is not of money) and ``verdict``: ``better``, ``worse``, ``same`` (less
        than the smallest notable change, or an interval that holds zero), ``few`` (too few cases
        now or in the base) or ``unknown`` (no base, a period so far, or returns still to come).

    References
    ----------
    Newcombe, "Interval estimation for the difference between independent proportions",
    Statistics in Medicine 17 (1998) 873–890, method 10, for rates; Welch's t for means.
    """
    known = comparison[comparison["current"].notna()]
    rows = [
        _row(str(name), known.loc[name], run, base if is_whole else None, is_whole)
        for name in indicators(run)
        if name in known.index
    ]
    return pd.DataFrame(rows, columns=list(_row_columns())).set_index("measure")


def balance(board: pd.DataFrame) -> pd.Series:
    """Weight of the indicators that got better, worse and neither; of those that are weighed.

    Returns
    -------
    Series
        Shares ``better``, ``worse``, ``same``, ``few`` and ``unknown`` (0–1) that add up to one;
        nothing known: all missing.

    Examples
    --------
    >>> table = pd.DataFrame({"weight": [0.3, 0.3, float("nan")], "verdict": ["better", "same",
    ...                                                                      "worse"]})
    >>> balance(table)[["better", "worse", "same"]].tolist()
    [0.5, 0.0, 0.5]
    """
    weighed = board.dropna(subset=["weight"])
    by_verdict = weighed.groupby("verdict")["weight"].sum()
    shares = by_verdict.reindex(["better", "worse", "same", "few", "unknown"], fill_value=0.0)
    return shares / (shares.sum() or float("nan"))


def _row_columns() -> tuple[str, ...]:
    return (
        "measure", "weight", "current", "before", "change", "relative", "low", "high", "n",
        "n_before", "numerator", "denominator", "target", "benchmark", "gap_target",
        "gap_benchmark", "stake", "verdict",
    )  # fmt: skip


def _row(
    name: str, row: pd.Series, run: Run, base: str | None, is_whole: bool
) -> tuple[object, ...]:
    one = MEASURES[name]
    nothing = float("nan")
    before = row[base] if base else nothing
    change = row["current"] - before
    is_rate = one.unit == "rate"
    relative = change if is_rate else change / before if before > 0 else nothing
    low, high = _interval(one, row, run, base)
    is_counted = not one.is_amount and one.per == "cases"
    cases = row["current_denominator"] if is_counted else nothing
    then = row[f"{base}_denominator"] if is_counted and base else nothing
    held = {
        kind: next((h.value for h in run.held_against if (h.indicator, h.kind) == (name, kind)),
                   nothing)
        for kind in ("target", "benchmark")
    }  # fmt: skip
    is_judged = is_whole and not cases < run.settings.board.min_n
    gaps = {kind: row["current"] - value if is_judged else nothing for kind, value in held.items()}
    bad = gaps["target"] * (-1 if one.good == "up" else 1)
    worth = stake(one, bad, row["current_denominator"]) if bad > 0 else nothing
    return (
        name, run.profile.weights.get(name, nothing), row["current"], before, change, relative,
        low, high, cases, then, row["current_numerator"], row["current_denominator"],
        held["target"], held["benchmark"], gaps["target"], gaps["benchmark"], worth,
        _verdict(one, change, relative, (low, high), (cases, then), run),
    )  # fmt: skip


def _interval(one: Measure, row: pd.Series, run: Run, base: str | None) -> tuple[float, float]:
    """95 % interval of the change of a rate or mean of cases, where they are independent."""
    unknown = float("nan"), float("nan")
    if not base or one.is_amount or one.per != "cases" or _overlap(one, run, base):
        return unknown
    now, before = (
        tuple(row[f"{window}_{half}"] for half in ("numerator", "denominator", "squares"))
        for window in ("current", base)
    )
    if one.squares is not None:
        return _of_means(now, before)
    counted = all(0 <= hits <= n and n > 0 for hits, n, _ in (now, before))
    if one.unit != "rate" or not counted:
        return unknown
    low, high = confint_proportions_2indep(*now[:2], *before[:2], method="newcomb")
    return float(low), float(high)


def _overlap(one: Measure, run: Run, base: str) -> bool:
    """Whether the years two periods end are in part the same, and so their customers."""
    months = (run.period.last - run.base_period(base).last).n
    of = {half.of for half in one.halves.values() if isinstance(half, Part)}
    return months < YEAR and not of.isdisjoint(OF_A_YEAR)


def _of_means(now: Sums, before: Sums) -> tuple[float, float]:
    """95 % interval of the difference of two means: Welch's t (Biometrika 34, 1947, 28–35)."""
    if min(now[1], before[1]) < 2:
        return float("nan"), float("nan")
    means = [total / n for total, n, _ in (now, before)]
    errors = [max(squares - total**2 / n, 0.0) / (n - 1) / n for total, n, squares in (now, before)]
    if not sum(errors) > 0:
        return float("nan"), float("nan")
    freedom = sum(errors) ** 2 / sum(
        error**2 / (n - 1) for error, (_, n, _) in zip(errors, (now, before), strict=True)
    )
    reach = float(t.ppf(0.975, freedom)) * math.sqrt(sum(errors))
    return means[0] - means[1] - reach, means[0] - means[1] + reach


def _verdict(
    one: Measure,
    change: float,
    relative: float,
    interval: tuple[float, float],
    cases: tuple[float, float],
    run: Run,
) -> str:
    if np.isnan(change) or not one.settled:
        return "unknown"
    if any(n < run.settings.board.min_n for n in cases):
        return "few"
    known = not np.isnan(interval[0])
    if known and interval[0] <= 0 <= interval[1]:
        return "same"
    if one.good == "neither" or abs(relative) < run.settings.notable_share * (
        run.settings.board.rate_share if one.unit == "rate" else 1
    ):
        return "same"
    return "better" if (change > 0) == (one.good == "up") else "worse"
