"""What a day is worth to a firm: a Saturday, a public holiday, the days about a festival.

Learned from the firm's own days before a period, so that nothing of the period judges itself.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.calendar import FESTIVALS, PHASES
from analysis.errors import ContractError

WEEKDAYS: Final = tuple(f"weekday.{n}" for n in range(7))
SPECIAL: Final = {"closed": "weekday.6", "holiday": "weekday.6", "moved": "weekday.0"}
"""Other kinds of day, and the weekday each counts as where too few have been seen: a holiday as
a Sunday, as is usual (Eurostat, Handbook on Seasonal Adjustment, 2018, ch. 5), and a weekend day
that is worked in place of another as a working day."""
FEW: Final = 5
"""Days of a kind below which its weight is not estimated."""
Z_95: Final = 1.959963984540054
LAGS: Final = 7
"""Days over which errors may hang together: a week."""

STEPS: Final = 50
SETTLED: Final = 1e-10

Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True)
class DayWeights:
    """What days are worth, in average days of an ordinary week.

    Attributes
    ----------
    kinds : tuple of str
        What each coefficient is of: ``weekday.5``, ``holiday``, ``spring_festival.before`` ….
    effects : array
        Logarithm of the factor on an average day.
    covariance : array
        Of the effects.
    never : frozenset of str
        Kinds of day on which the firm has never sold: worth nothing.
    counted_as : dict
        Kinds too rarely seen, and the weekday they count as.
    counts : dict
        Days of each kind that were learned from.
    first, last : Timestamp
        Days learned from.
    """

    kinds: tuple[str, ...]
    effects: Matrix
    covariance: Matrix
    never: frozenset[str]
    counted_as: dict[str, str]
    counts: dict[str, int]
    first: pd.Timestamp
    last: pd.Timestamp

    def of(self, days: pd.DataFrame) -> pd.Series:
        """Weight of each day.

        Parameters
        ----------
        days : DataFrame
            As ``analysis.calendar.days`` gives it.

        Returns
        -------
        Series
            One per day; 1 is an average day of an ordinary week, 0 a day the firm never sells on.
        """
        kind = day_kind(days).replace(self.counted_as)
        design = _design(days, kind, self.kinds)
        weight = np.where(_is_any(days, kind, self.never), 0.0, np.exp(design @ self.effects))
        return pd.Series(weight, index=days.index, name="weight")

    def ratio(self, days: pd.DataFrame, base: pd.DataFrame) -> tuple[float, float, float]:
        """Worth of some days over that of others, with its 95 % interval (delta method)."""
        logs, slopes = zip(*(self._log_worth(each) for each in (days, base)), strict=True)
        gap = logs[0] - logs[1]
        slope = slopes[0] - slopes[1]
        reach = Z_95 * math.sqrt(max(float(slope @ self.covariance @ slope), 0.0))
        return math.exp(gap), math.exp(gap - reach), math.exp(gap + reach)

    def table(self) -> pd.DataFrame:
        """One row per kind of day that was told apart: ``weight``, ``low``, ``high``, ``days``."""
        reach = Z_95 * np.sqrt(np.diag(self.covariance).clip(min=0))
        rows = pd.DataFrame(
            {
                "weight": np.exp(self.effects),
                "low": np.exp(self.effects - reach),
                "high": np.exp(self.effects + reach),
                "days": [self.counts[kind] for kind in self.kinds],
            },
            index=pd.Index(self.kinds, name="kind"),
        )
        for kind in sorted(self.never):
            rows.loc[kind] = [0.0, 0.0, 0.0, float(self.counts[kind])]
        return rows

    def _log_worth(self, days: pd.DataFrame) -> tuple[float, Matrix]:
        weight = self.of(days).to_numpy(float)
        kind = day_kind(days).replace(self.counted_as)
        share = weight / weight.sum()
        return math.log(weight.sum()), share @ _design(days, kind, self.kinds)


def day_kind(days: pd.DataFrame) -> pd.Series:
    """Kind of each day: closed before holiday before worked weekend before weekday."""
    kind = "weekday." + days["weekday"].astype(str)
    kind = kind.mask(days["is_moved"], "moved")
    kind = kind.mask(days["holiday"] != "", "holiday")
    return kind.mask(days["is_closed"], "closed").rename("kind")


def learned(
    sales: pd.DataFrame, days: pd.DataFrame, min_days: int, min_selling_days: int
) -> DayWeights | None:
    """Learn what days are worth from a firm's sales by day.

    Expected revenue of a day is ``exp(level of its month + effect of its kind + effect of its
    festival phase)``. Each calendar month has a level of its own, so that trend and season are
    not mistaken for weekdays. Fitted by Poisson pseudo-maximum likelihood, which asks only that
    the mean is right, whatever the spread, and takes days without sales; the covariance allows for
    unequal spread and for errors that hang together for a week (Newey and West).

    Parameters
    ----------
    sales : DataFrame
        One row per day without gaps, column ``revenue`` (money).
    days : DataFrame
        The same days as ``analysis.calendar.days`` gives them.
    min_days, min_selling_days : int
        Fewest days to learn from, and fewest of them with sales.

    Returns
    -------
    DayWeights or None
        ``None`` where there are fewer days, or fewer with sales.

    References
    ----------
    Gourieroux, Monfort and Trognon, "Pseudo maximum likelihood methods: applications to Poisson
    models", Econometrica 52 (1984); Santos Silva and Tenreyro, "The log of gravity", Review of
    Economics and Statistics 88 (2006).
    """
    if not sales.index.equals(days.index):
        raise ContractError("`sales` and `days` must be of the same days, in the same order")
    # A day of more credits than sales counts as none: a mean below zero has no logarithm.
    revenue = sales["revenue"].clip(lower=0.0)
    if len(revenue) < min_days or int((revenue > 0).sum()) < min_selling_days:
        return None
    raw = day_kind(days)
    counts = raw.value_counts()
    few = {kind: other for kind, other in SPECIAL.items() if counts.get(kind, 0) < FEW}
    kind = raw.replace(few)
    phases = _phases(days)
    sold = {name: revenue[_is(days, kind, name)].sum() for name in [*kind.unique(), *phases]}
    never = frozenset(name for name, amount in sold.items() if amount <= 0)
    month = days.index.to_period("M")
    monthly = revenue.groupby(month).transform("sum")
    used = (monthly > 0) & ~_is_any(days, kind, never)
    kinds = (*WEEKDAYS, *(name for name in SPECIAL if name not in few), *phases)
    kinds = tuple(name for name in kinds if name not in never)
    effects, covariance = _fitted(revenue[used], days[used], kind[used], kinds)
    return DayWeights(
        kinds=kinds,
        effects=effects,
        covariance=covariance,
        never=never,
        counted_as=few,
        counts={name: int(_is(days, kind, name).sum()) for name in sold},
        first=days.index[0],
        last=days.index[-1],
    )


def _phases(days: pd.DataFrame) -> list[str]:
    """Festival phases seen often enough to tell apart."""
    names = [f"{festival}.{phase}" for festival in FESTIVALS for phase in PHASES]
    known = [name for name in names if _festival(name) in days]
    return [name for name in known if int((days[_festival(name)] == _phase(name)).sum()) >= FEW]


def _festival(name: str) -> str:
    return name.partition(".")[0]


def _phase(name: str) -> str:
    return name.partition(".")[2]


def _is(days: pd.DataFrame, kind: pd.Series, name: str) -> pd.Series:
    """Whether each day is of a kind, or in a phase of a festival."""
    is_phase = _festival(name) in FESTIVALS
    return days[_festival(name)] == _phase(name) if is_phase else kind == name


def _is_any(days: pd.DataFrame, kind: pd.Series, names: Iterable[str]) -> pd.Series:
    found = pd.Series(False, index=days.index)
    for name in names:
        found |= _is(days, kind, name)
    return found


def _design(days: pd.DataFrame, kind: pd.Series, kinds: tuple[str, ...]) -> Matrix:
    """One row per day, one column per kind: 1 where the day is of it."""
    return np.column_stack([_is(days, kind, name).to_numpy(float) for name in kinds])


def _fitted(
    revenue: pd.Series, days: pd.DataFrame, kind: pd.Series, kinds: tuple[str, ...]
) -> tuple[Matrix, Matrix]:
    """Effects and their covariance, centred so that the weekdays of a week average one."""
    month = np.unique(days.index.to_period("M").astype("int64"), return_inverse=True)[1]
    # The first weekday is what the months' levels are of.
    design = _design(days, kind, kinds)[:, 1:]
    beta, spread = _within_months(revenue.to_numpy(float) / revenue.mean(), design, month)
    effects = np.concatenate([[0.0], beta])
    covariance = np.zeros((len(kinds), len(kinds)))
    covariance[1:, 1:] = spread
    week = np.array([name in WEEKDAYS for name in kinds])
    weight = np.where(week, np.exp(effects), 0.0)
    share = weight / weight.sum()
    # Of a week of seven days, those never sold on are worth nothing.
    centre = math.log(weight.sum() / len(WEEKDAYS))
    is_phase = np.array([_festival(name) in FESTIVALS for name in kinds])
    shift = np.eye(len(kinds)) - np.outer(~is_phase, share)
    return np.where(is_phase, effects, effects - centre), shift @ covariance @ shift.T


def _within_months(
    revenue: Matrix, design: Matrix, month: npt.NDArray[np.intp]
) -> tuple[Matrix, Matrix]:
    """Coefficients of a Poisson regression with a level for each month, and their covariance.

    The levels are concentrated out: given the others, each month's is the one at which the month
    adds up. Newton's method on what is left; sandwich covariance with Newey and West's weights.
    """
    months = int(month.max()) + 1
    total: Matrix = np.bincount(month, revenue, months).astype(np.float64)
    beta = np.zeros(design.shape[1])
    for _ in range(STEPS):
        mean, within, bread = _at(beta, design, month, total)
        step = np.linalg.pinv(bread) @ (within.T @ (revenue - mean))
        beta = beta + np.clip(step, -1.0, 1.0)
        if np.abs(step).max(initial=0.0) < SETTLED:
            break
    mean, within, bread = _at(beta, design, month, total)
    scores = within * (revenue - mean)[:, None]
    meat = scores.T @ scores
    for lag in range(1, LAGS + 1):
        pair = scores[lag:].T @ scores[:-lag]
        meat += (1 - lag / (LAGS + 1)) * (pair + pair.T)
    inverse = np.linalg.pinv(bread)
    return beta, inverse @ meat @ inverse


def _at(
    beta: Matrix, design: Matrix, month: npt.NDArray[np.intp], total: Matrix
) -> tuple[Matrix, Matrix, Matrix]:
    """Expected revenue of each day, the design less its mean of the month, and the information."""
    raw = np.exp(design @ beta)
    mean = raw * (total / np.bincount(month, raw, len(total)))[month]
    middle = np.column_stack(
        [np.bincount(month, mean * column, len(total)) / total for column in design.T]
    )
    within = design - middle[month]
    return mean, within, (within * mean[:, None]).T @ within
