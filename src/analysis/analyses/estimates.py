"""How far a figure of some customers may be off, and two of them apart: intervals and tests."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal

import pandas as pd
from scipy import stats
from statsmodels.stats import proportion

LEVEL = 0.95
"""Of every interval."""
ESTIMATE = ["customers", "n", "value", "low", "high"]
AGAINST = ["rest", "difference", "difference_low", "difference_high", "effect", "p"]
IS_NEW, VALUE = "is_new", "value"
"""Whether a customer first ordered in the window; whether it is among the largest."""


@dataclass(frozen=True)
class Compared:
    """A measure of a group of customers: one sum over another.

    Attributes
    ----------
    name : str
        What it is called; its words stand under it.
    numerator, denominator : str
        Columns of a table of customers, added up before they are divided.
    kind : {"mean", "ratio", "share"}
        ``mean``: of ``denominator`` single observations (orders, answers, customers), whose
        squares are in ``squares``; ``ratio``: of money over money; ``share``: of customers.
    unit : str
        ``money``, ``rate`` (0–1), ``score`` (1–5) or ``days``.
    squares : str
        Column with the sum of the squared observations.
    unfair : tuple of str
        Dimensions whose groups it would compare unfairly.
    """

    name: str
    numerator: str
    denominator: str
    kind: Literal["mean", "ratio", "share"]
    unit: str
    squares: str = ""
    unfair: tuple[str, ...] = ()


MEASURES: Final = {
    one.name: one
    for one in (
        Compared("average_order_value", "revenue", "order_count", "mean", "money",
                 squares="revenue_squares"),
        Compared("gross_margin_rate", "gross_margin", "costed_revenue", "ratio", "rate"),
        # Who is new has had less time to come back; the largest are so by these very sums.
        Compared("repurchase_rate", "repeats", "one", "share", "rate", unfair=(IS_NEW, VALUE)),
        Compared("revenue_per_customer", "revenue", "one", "mean", "money",
                 squares="revenue_of_customer_squared", unfair=(IS_NEW, VALUE)),
        Compared("satisfaction", "score", "answers", "mean", "score", squares="score_squares"),
        Compared("deal_cycle", "deal_days", "deals", "mean", "days", squares="deal_days_squares"),
    )
}  # fmt: skip


def estimate(units: pd.DataFrame, measure: Compared) -> dict[str, float]:
    """A measure of some customers with its 95 % interval.

    Of means and ratios the interval is Student's, and its standard error that of a ratio of sums
    over customers (linearised): one customer's orders are alike, so that it is customers, not
    orders, that count. Of a share it is Wilson's.

    Returns
    -------
    dict
        ``customers`` (count), ``n`` (orders, answers, deals or customers the measure is of; of
        a ratio customers), ``value``, ``low`` and ``high`` (missing of fewer than two).

    References
    ----------
    Cochran, *Sampling Techniques*, 3rd ed., section 2.11 (ratio of sums); Deng, Knoblich & Lu
    (2018), "Applying the Delta Method in Metric Analytics", KDD 2018; Wilson (1927), Journal of
    the American Statistical Association 22, 209–212.

    Examples
    --------
    >>> bought = pd.DataFrame({"revenue": [10.0, 30.0], "order_count": [1.0, 1.0]})
    >>> found = estimate(bought, MEASURES["average_order_value"])
    >>> [round(found[name], 1) for name in ("value", "low", "high")]
    [20.0, -107.1, 147.1]
    """
    units = units[units[measure.denominator] > 0]
    customers = len(units)
    n = float(units[measure.denominator].sum()) if measure.kind == "mean" else float(customers)
    value, error = _ratio(units, measure)
    if measure.kind == "share":
        low, high = _wilson(float(units[measure.numerator].sum()), customers)
    else:
        reach = stats.t.ppf((1 + LEVEL) / 2, customers - 1) * error if customers > 1 else math.nan
        low, high = float(value - reach), float(value + reach)
    return {"customers": float(customers), "n": n, "value": value, "low": low, "high": high}


def difference(one: pd.DataFrame, other: pd.DataFrame, measure: Compared) -> dict[str, float]:
    """How much a measure of some customers differs from that of others.

    Means and ratios as Welch's test does, with the standard errors of :func:`estimate` (of one
    observation a customer it is Welch's test); shares by Newcombe's interval and Pearson's test.

    Returns
    -------
    dict
        ``rest`` (value of the others), ``difference`` (one less other), ``difference_low``,
        ``difference_high`` (95 %), ``effect`` and ``p``; see :func:`comparison`.

    References
    ----------
    Welch (1947), Biometrika 34, 28–35; Newcombe (1998), Statistics in Medicine 17, 873–890,
    method 10; Hedges (1981), Journal of Educational Statistics 6, 107–128.
    """
    a, b = (units[units[measure.denominator] > 0] for units in (one, other))
    (value, error), (rest, rest_error) = _ratio(a, measure), _ratio(b, measure)
    gap = value - rest
    if measure.kind == "share":
        return {"rest": rest, "difference": gap, **_shares_apart(a, b, measure)}
    variance = error**2 + rest_error**2
    if not variance > 0:
        return {"rest": rest, "difference": gap} | dict.fromkeys(AGAINST[2:], math.nan)
    freedom = variance**2 / (error**4 / (len(a) - 1) + rest_error**4 / (len(b) - 1))
    reach = stats.t.ppf((1 + LEVEL) / 2, freedom) * math.sqrt(variance)
    return {
        "rest": rest,
        "difference": gap,
        "difference_low": gap - reach,
        "difference_high": gap + reach,
        "effect": _hedges_g(a, b, measure) if measure.kind == "mean" else gap,
        "p": float(2 * stats.t.sf(abs(gap) / math.sqrt(variance), freedom)),
    }


def _ratio(units: pd.DataFrame, measure: Compared) -> tuple[float, float]:
    """One sum over another, and the standard error of that over customers."""
    over, under = (units[name].to_numpy(float) for name in (measure.numerator, measure.denominator))
    n = len(units)
    if n == 0:
        return math.nan, math.nan
    value = over.sum() / under.sum()
    if n == 1:
        return value, math.nan
    off = over - value * under
    return float(value), float(math.sqrt(n / (n - 1) * (off**2).sum()) / under.sum())


def _wilson(successes: float, n: int) -> tuple[float, float]:
    if n == 0:
        return math.nan, math.nan
    low, high = proportion.proportion_confint(successes, n, alpha=1 - LEVEL, method="wilson")
    return float(low), float(high)


def _shares_apart(a: pd.DataFrame, b: pd.DataFrame, measure: Compared) -> dict[str, float]:
    hits = [float(units[measure.numerator].sum()) for units in (a, b)]
    counts = [len(a), len(b)]
    low, high = proportion.confint_proportions_2indep(
        hits[0], counts[0], hits[1], counts[1], method="newcomb", compare="diff", alpha=1 - LEVEL
    )
    # Where all, or none, did it in both groups there is nothing that could differ.
    alike = sum(hits) in (0, sum(counts))
    table = [[hit, count - hit] for hit, count in zip(hits, counts, strict=True)]
    p = 1.0 if alike else float(stats.chi2_contingency(table, correction=False).pvalue)
    gap = hits[0] / counts[0] - hits[1] / counts[1]
    return {"difference_low": float(low), "difference_high": float(high), "effect": gap, "p": p}


def _hedges_g(a: pd.DataFrame, b: pd.DataFrame, measure: Compared) -> float:
    """Difference of two means in pooled standard deviations of single observations."""
    sizes, squares, means = [], [], []
    for units in (a, b):
        n = float(units[measure.denominator].sum())
        mean = float(units[measure.numerator].sum()) / n
        sizes.append(n)
        means.append(mean)
        squares.append(float(units[measure.squares].sum()) - n * mean**2)
    freedom = sum(sizes) - 2
    if freedom <= 0 or sum(squares) <= 0:
        return math.nan
    return (means[0] - means[1]) / math.sqrt(sum(squares) / freedom) * (1 - 3 / (4 * freedom - 1))
