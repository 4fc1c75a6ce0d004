"""Which differences are more than chance, and how far the others are pulled to the middle."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import optimize, stats

Floats = npt.NDArray[np.float64]

OUTER: Final = 0.998
"""Share of ordinary people inside a funnel's outer limits; 95 % are inside the inner ones."""
WINSORISED: Final = 0.10
"""Share of people at either end whose differences are drawn in before their spread is taken."""


def usual_spread(difference: Floats, error: Floats) -> float:
    """How far ordinary people truly differ: the standard deviation left when chance is taken away.

    Differences that are extreme for their error are drawn in first (a tenth at either end, one at
    least among five people or more), so that one unusual person does not make the unusual usual.
    The estimate maximises the normal likelihood times the spread itself, which keeps it off zero:
    few people who happen to be alike do not prove that all are.

    References
    ----------
    Spiegelhalter (2005), "Handling over-dispersion of performance indicators", Qual. Saf. Health
    Care 14, 347-351 (winsorised z-scores, additive spread). Chung, Rabe-Hesketh, Dorie, Gelman &
    Liu (2013), "A nondegenerate penalized likelihood estimator for variance parameters in
    multilevel models", Psychometrika 78, 685-709.

    Examples
    --------
    >>> people = 2 * stats.norm.ppf((np.arange(40) + 0.5) / 40)
    >>> round(usual_spread(people, np.full(40, 0.1)), 1)
    2.0
    """
    if len(difference) < 2:
        return float("nan")
    z = difference / error
    count = len(z)
    ends = _drawn_in(count)
    ordered = np.sort(z)
    drawn = np.clip(z, ordered[ends], ordered[count - 1 - ends])
    part = ends / count
    drawn = (drawn / (1 if ends == 0 else _kept(part))) * error
    scale = float(np.sqrt(np.mean(drawn**2)) + np.median(error))

    def loss(log_spread: float) -> float:
        whole = error**2 + np.exp(2 * log_spread)
        return float(0.5 * np.sum(np.log(whole) + drawn**2 / whole) - log_spread)

    ends_of = (float(np.log(scale)) - 12.0, float(np.log(scale)) + 3.0)
    best = optimize.minimize_scalar(loss, bounds=ends_of, method="bounded")
    return float(np.exp(best.x))


def _drawn_in(count: int) -> int:
    """How many of so many people have their differences drawn in, at either end."""
    return max(int(WINSORISED * count), 1 if count >= 5 else 0)


def _kept(part: float) -> float:
    """Standard deviation of a standard normal with `part` at either end drawn in."""
    at = float(stats.norm.ppf(1 - part))
    inside = (1 - 2 * part) - 2 * at * float(stats.norm.pdf(at))
    return float(np.sqrt(inside + 2 * part * at**2))


def holm(p: pd.Series) -> pd.Series:
    """Chances of nothing, adjusted for how many were looked at; missing ones were not.

    References
    ----------
    Holm (1979), "A simple sequentially rejective multiple test procedure", Scand. J. Statist. 6.

    Examples
    --------
    >>> holm(pd.Series([0.01, 0.04, 0.03])).tolist()
    [0.03, 0.06, 0.06]
    """
    known = p.dropna().sort_values(kind="stable")
    count = len(known)
    steps = [min(1.0, value * (count - place)) for place, value in enumerate(known)]
    raised = pd.Series(np.maximum.accumulate(steps) if steps else [], index=known.index)
    return raised.reindex(p.index).astype(float)


def judged(table: pd.DataFrame, spread: float, people: int) -> pd.DataFrame:
    """Differences of one measure set against chance and the usual spread between people.

    Parameters
    ----------
    table : DataFrame
        As ``standard.standardised`` gives it.
    spread : float
        As :func:`usual_spread` gives it.
    people : int
        How many it was taken from.

    Returns
    -------
    DataFrame
        ``table`` with ``spread``, ``z`` (difference over its error and the spread together) and
        ``p`` (chance that an ordinary person differs as much), ``pulled`` (the difference, pulled
        to the middle by how little is known: times spread² / (spread² + error²)) and
        ``pulled_error``.

    Notes
    -----
    ``p`` is of Student's distribution with the degrees of freedom of a sum of two estimated
    variances (Satterthwaite 1946, Biometrics Bulletin 2): a spread taken from few people is
    itself in doubt.
    """
    whole = table["error"] ** 2 + spread**2
    z = table["difference"] / np.sqrt(whole)
    share = spread**2 / whole
    of_people = max(people - 1 - 2 * _drawn_in(people), 1)
    degrees = whole**2 / (table["error"] ** 4 / table["degrees"] + spread**4 / of_people)
    return table.assign(
        spread=spread,
        z=z,
        p=2 * stats.t.sf(z.abs(), degrees),
        pulled=share * table["difference"],
        pulled_error=np.sqrt(share) * table["error"],
    )


def ranked(drawn: Floats, index: pd.Index) -> pd.DataFrame:
    """Everyone's rank, 1 the highest value, with the ranks they may as well have.

    Parameters
    ----------
    drawn : array
        One row per draw of everyone's value, one column per entry of `index`.
    index : Index
        Who they are.

    Returns
    -------
    DataFrame
        One row per entry of `index`: ``rank`` (by the mean of the drawn ranks), ``rank_low`` and
        ``rank_high`` (95 % of the drawn ranks).

    References
    ----------
    Goldstein & Spiegelhalter (1996), "League tables and their limitations", JRSS A 159, section 4.

    Examples
    --------
    >>> ranked(np.array([[9.0, 5.0, 1.0], [8.0, 1.0, 2.0]]), pd.Index(["A", "B", "C"]))["rank"]
    A    1.0
    B    2.5
    C    2.5
    Name: rank, dtype: float64
    """
    columns = ["rank", "rank_low", "rank_high"]
    if not len(index):
        return pd.DataFrame(columns=columns, index=index, dtype=float)
    places = stats.rankdata(-drawn, axis=1)
    ends = np.quantile(places, [0.025, 0.975], axis=0)
    return pd.DataFrame(
        {"rank": stats.rankdata(places.mean(axis=0)), "rank_low": ends[0], "rank_high": ends[1]},
        index=index,
    )
