"""What would have been sold without an offer: a base from everything that was not on offer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

Floats = NDArray[np.float64]
WEEK, YEAR = 7, 364
"""Days; a year is whole weeks, so that each holds every weekday alike."""
SMALL_CELL = 0.005
"""Smallest share of all lines a scope must have to be part of the base."""
STEPS, CLOSE = 50, 1e-8
TRACE = 1e-9
NOTHING = 1e-6
"""Share of a flag that must be left, once what it shares with the rest of the base is taken out."""
ESTIMATES = ["log_uplift", "se", "low", "high", "n_placebos", "spread"]


@dataclass(frozen=True)
class Panel:
    """Order lines by scope (category and kind of customer) and stretch of days.

    Attributes
    ----------
    cells : MultiIndex
        Category and kind of each scope.
    starts : DatetimeIndex
        First day of each stretch: weeks, cut where an offer begins or ends.
    days : array
        How many days each stretch has.
    counts, exposure : array, cells by stretches
        Order lines sold; days, weighed by how much the kind buys on each weekday.
    """

    cells: pd.MultiIndex
    starts: pd.DatetimeIndex
    days: Floats
    counts: Floats
    exposure: Floats

    def inside(self, first: pd.Timestamp, last: pd.Timestamp) -> Floats:
        """Share of each stretch's days from ``first`` to ``last``, both included."""
        begin = np.maximum(self.starts.to_numpy(), np.datetime64(first.normalize()))
        ends = self.starts.to_numpy() + (self.days * 24 * 3600).astype("timedelta64[s]")
        end = np.minimum(ends, np.datetime64(last.normalize() + pd.Timedelta(days=1)))
        share: Floats = np.clip((end - begin) / np.timedelta64(1, "D"), 0, None) / self.days
        return share


@dataclass(frozen=True)
class Base:
    """A fitted base: what each scope is expected to sell in each stretch, and how surely.

    Attributes
    ----------
    panel : Panel
        What it was fitted to.
    expected : array
        Order lines expected, offers included, cells by stretches.
    coefficients : array
        Of the columns, on the logarithm.
    design, inverse : array
        Columns of the regression over all cells and stretches, and the inverse of their
        information.
    resolved : array
        Share of each column that the others leave to tell it by: 1, or less where it is shared.
    flags : array of int
        Places of the columns that were handed in, in their order.
    """

    panel: Panel
    expected: Floats
    coefficients: Floats
    design: Floats
    inverse: Floats
    resolved: Floats
    flags: list[int]

    def at(self, flag: int) -> tuple[float, float]:
        """Logarithm of what a handed-in flag multiplies sales by, with its standard error.

        Missing where nothing else tells it apart: everything alike was on offer then.
        """
        place = self.flags[flag]
        if self.resolved[place] < 1 - NOTHING:
            return float("nan"), float("nan")
        return float(self.coefficients[place]), float(np.sqrt(self.inverse[place, place]))

    def beside(self, flags: list[Floats]) -> tuple[Floats, Floats]:
        """The same for flags that were not handed in, each by one step from the fit (score test).

        At the fit, what is left over has nothing in common with any column, so a flag's score
        is its sum of leftovers, and its information what the columns do not share.
        """
        if not flags:
            return np.empty(0), np.empty(0)
        weight = self.expected.ravel()
        stacked = np.stack([flag.ravel() for flag in flags], axis=1)
        weighed = weight[:, None] * stacked
        shared = self.design.T @ weighed
        whole = np.einsum("ij,ij->j", stacked, weighed)
        left = whole - np.einsum("ij,ij->j", shared, self.inverse @ shared)
        left = np.where(left > NOTHING * np.maximum(whole, 1.0), left, np.nan)
        score = stacked.T @ (self.panel.counts.ravel() - weight)
        return score / left, 1 / np.sqrt(left)


def panel(daily: pd.DataFrame, cuts: list[pd.Timestamp]) -> Panel:
    """Add daily order lines up by stretches of days: weeks, cut at ``cuts``.

    Parameters
    ----------
    daily : DataFrame
        As ``measures.promotions.daily_lines`` gives it. Scopes with next to no lines, and lines
        whose category or kind is not known where others' is, are left out: some of them may have
        been on offer.
    cuts : list of Timestamp
        First days of stretches that must not run on: offers' first days and the days after.
    """
    wide = daily.pivot_table(index=["category", "kind"], columns="day", values="lines")
    whole = wide.sum(axis=1)
    wide = wide[whole >= SMALL_CELL * whole.sum()]
    for level in ("category", "kind"):
        unknown = wide.index.get_level_values(level) == ""
        wide = wide if unknown.all() else wide[~unknown]
    days = pd.date_range(daily["day"].min(), daily["day"].max(), freq="D")
    wide = wide.reindex(columns=days).fillna(0.0)  # no line that day: it sold none
    place = np.arange(len(days))
    begins = set(place[place % WEEK == 0]) | {0}
    begins |= {int((cut - days[0]).days) for cut in cuts if days[0] < cut <= days[-1]}
    first = np.array(sorted(begins))
    lengths = np.diff(np.append(first, len(days))).astype(float)
    counts = np.add.reduceat(wide.to_numpy(float), first, axis=1)
    exposure = np.add.reduceat(_weekday_weights(wide, days), first, axis=1)
    cells = pd.MultiIndex.from_tuples(list(wide.index), names=["category", "kind"])
    return Panel(cells, days[first], lengths, counts, exposure)


def fit(data: Panel, flags: list[Floats]) -> Base:
    """Fit the base by quasi-Poisson regression; each flag has an effect of its own.

    Expected lines are multiplied out of: an effect of every stretch of days, shared by all
    scopes (holidays, working days, the market); a level of every scope, anew each year counted
    back from the last day; every category's season by month, shared by kinds; every kind's season
    by month, shared by categories; and what flags an offer. What an offer brought is therefore
    the difference between its scope, then and at other times, and other scopes, then and at
    other times: a difference in differences.

    References
    ----------
    McCullagh & Nelder, *Generalized Linear Models*, 2nd ed., ch. 6 and 9; Angrist & Pischke,
    *Mostly Harmless Econometrics*, ch. 5.
    """
    columns = [*_columns(data), *flags]
    design = np.stack([column.ravel() for column in columns], axis=1)
    counts = data.counts.ravel()
    offset = np.log(np.maximum(data.exposure.ravel(), 1e-9))
    eta = np.log(counts + 0.5)
    before = np.inf
    for _ in range(STEPS):
        expected = np.exp(np.clip(eta, -30, 30))
        information = design.T @ (expected[:, None] * design)
        # Columns may say the same (all of a kind on offer): a trace on the diagonal picks one way.
        information[np.diag_indices_from(information)] += TRACE * information.max()
        target = eta - offset + (counts - expected) / expected
        coefficients = np.linalg.solve(information, design.T @ (expected * target))
        eta = design @ coefficients + offset
        deviance = float(np.sum(np.exp(np.clip(eta, -30, 30)) - counts * eta))
        if abs(before - deviance) <= CLOSE * (abs(deviance) + 1):
            break
        before = deviance
    expected = np.exp(np.clip(eta, -30, 30))
    information = design.T @ (expected[:, None] * design)
    inverse = np.linalg.pinv(information, rcond=1e-10, hermitian=True)
    resolved = np.einsum("ij,ji->i", inverse, information)
    places = list(range(len(columns) - len(flags), len(columns)))
    shape = data.counts.shape
    return Base(data, expected.reshape(shape), coefficients, design, inverse, resolved, places)


def scope(data: Panel, cells: list[tuple[str, str]], share: Floats) -> Floats:
    """Flag of the given cells over the given share of each stretch."""
    held = np.array([cell in cells for cell in data.cells], dtype=float)
    flag: Floats = held[:, None] * share[None, :]
    return flag


def with_interval(
    log_uplift: float, se: float, placebos: Floats, least: int
) -> dict[str, float]:  # fmt: skip
    """An estimate with the interval that the same estimate has where nothing was on offer.

    Parameters
    ----------
    log_uplift, se : float
        As the base gives them, by chance of counts alone.
    placebos : array
        The same for other windows of equal length in the same scope, each over its own standard
        error. Their spread is how far the base is wrong beyond the chance of counts.
    least : int
        With fewer placebos than this there is no interval.

    Returns
    -------
    dict
        ``log_uplift``, ``se`` (widened by the spread where that is above 1), ``low`` and
        ``high`` (95 %, by Student's t with as many degrees as placebos), ``n_placebos``,
        ``spread``.
    """
    known = placebos[np.isfinite(placebos)]
    spread = float(np.sqrt(np.mean(known**2))) if len(known) else float("nan")
    if len(known) < least or not np.isfinite(log_uplift):
        nan = float("nan")
        return dict(zip(ESTIMATES, [log_uplift, nan, nan, nan, len(known), spread], strict=True))
    wide = se * max(1.0, spread)
    reach = float(stats.t.ppf(0.975, len(known))) * wide
    ends = [log_uplift - reach, log_uplift + reach]
    return dict(zip(ESTIMATES, [log_uplift, wide, *ends, len(known), spread], strict=True))


def _weekday_weights(wide: pd.DataFrame, days: pd.DatetimeIndex) -> Floats:
    """Cells by days: how much the cell's kind buys on that weekday, 1 on average."""
    by_kind = wide.groupby(level="kind").sum()
    weekday = days.dayofweek.to_numpy()
    totals = by_kind.T.groupby(weekday).mean().T
    # A kind that never buys on a weekday has a small weight there and no hole in the logarithm.
    share = (totals.div(totals.mean(axis=1), axis=0)).clip(lower=1e-3)
    rows = share.loc[wide.index.get_level_values("kind"), list(range(WEEK))].to_numpy(float)
    weights: Floats = rows[:, weekday]
    return weights


def _columns(data: Panel) -> list[Floats]:
    """Columns of the base: stretches, levels by year, seasons of categories and of kinds."""
    rows, width = data.counts.shape
    last = data.starts[-1] + pd.Timedelta(days=float(data.days[-1]))
    year = ((last - data.starts).days.to_numpy() - 1) // YEAR
    columns = [np.tile(np.eye(width)[place], (rows, 1)) for place in range(width)]
    for cell in range(1, rows):
        columns += [_at(rows, [cell], (year == which).astype(float)) for which in np.unique(year)]
    middle = data.starts + pd.to_timedelta(data.days / 2, unit="D")
    month = middle.month.to_numpy()
    for level in ("category", "kind"):
        values = data.cells.get_level_values(level)
        for value in values.unique()[1:]:
            held = np.flatnonzero(values == value).tolist()
            columns += [
                _at(rows, held, (month == which).astype(float)) for which in np.unique(month)[1:]
            ]
    return columns


def _at(rows: int, held: list[int], share: Floats) -> Floats:
    column: Floats = np.zeros((rows, len(share)))
    column[held] = share
    return column
