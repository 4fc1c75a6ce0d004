"""Where does discount do little? Each function answers one question with one table."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from analysis.measures import discounts as measures
from analysis.measures.catalogue import DIMENSIONS
from analysis.model.dataset import Dataset
from analysis.params import WHOLE_FIRM, Run
from analysis.periods import Period

UNITS = ("salesperson", "region", "industry")
"""What is compared; not the category or channel, in which alike deals agree."""
DECIDERS = ("salesperson", "industry", "region")
"""Whose the money is where it is in several rows: the one who decides it first."""
ABOVE, WITHIN, FEW = "above", "within", "few"
OTHERS = "(few)"
"""Parts of a dimension that have too few customers each, as one row."""
CONFIDENCE = 0.95
COLUMNS = [
    "dimension", "part", "name", "lines", "customers", "list_value", "discount", "expected",
    "excess", "low", "high", "rate", "peer_rate", "points", "points_low", "points_high",
    "chance_of_nothing", "verdict",
]  # fmt: skip
ENDS = ["low", "high", "points_low", "points_high", "chance_of_nothing"]
UNTOLD = [*[np.nan] * len(ENDS), FEW]
RESPONSE = ["slope", "low", "high", "variation", "units", "months", "verdict"]


def lacking(firm: Dataset) -> str:
    """What the firm does not deliver and discounts cannot be compared without; else ``""``."""
    return "" if firm.has("order_lines.discount") else "order_lines.discount"


def above_peers(firm: Dataset, run: Run) -> pd.DataFrame:
    """Discount each seller and region gives, and each industry gets, above others' alike deals.

    Parameters
    ----------
    firm : Dataset
        Opened snapshot.
    run : Run
        Gives region, and settings ``discounts``: the months up to the period's last that are
        looked at (or the period where that is longer).

    Returns
    -------
    DataFrame
        One row per part of each dimension the firm delivers, most money above others' first;
        sellers and industries with fewer than ``min_customers`` are one row, :data:`OTHERS`.
        Columns ``COLUMNS``: money over the window; ``rate`` and ``peer_rate`` of list value, and
        ``points``, their difference (0–1). ``low`` and ``high`` are 95 % intervals of ``excess``
        (missing with fewer than ``min_customers``), with customers as the sample, as wide as it
        takes for all parts of a dimension together to be wrong in one of twenty cases (Bonferroni);
        ``chance_of_nothing`` likewise. ``verdict``: ``above`` where the whole interval is and the
        difference is at least ``discounts.min_points``, ``few`` with fewer than ``min_customers``,
        else ``within``.

    Notes
    -----
    Standardised by alike deals, as a standardised mortality ratio is (Breslow & Day, *Statistical
    Methods in Cancer Research* II, ch. 2), each part being compared with all others but itself.
    """
    if lacking(firm):
        return pd.DataFrame(columns=COLUMNS)
    window = months(firm, run)
    settings = run.settings.discounts
    names = measures.staff_names(firm)
    parts = []
    for unit in UNITS:
        if not firm.has(DIMENSIONS[unit].needs):
            continue
        sums = measures.beside_peers(firm, run.region, window, unit, settings.min_peers)
        if unit == "region" and run.region != WHOLE_FIRM:
            sums = sums[sums.index == run.region]
        if len(sums) == 0:
            continue
        if unit != "region":
            sums = folded(sums, settings.min_customers)
        one = judged(sums, settings.min_customers, settings.min_points)
        one.loc[[part == OTHERS for part in sums.index], [*ENDS, "verdict"]] = UNTOLD
        parts.append(
            one.assign(
                dimension=unit,
                part=[str(part) for part in sums.index],
                name=[_name(unit, str(part), run, names) for part in sums.index],
            )
        )
    if not parts:
        return pd.DataFrame(columns=COLUMNS)
    table = pd.concat(parts, ignore_index=True)[COLUMNS]
    return table.sort_values("excess", ascending=False, kind="stable").reset_index(drop=True)


def folded(sums: pd.DataFrame, least: int) -> pd.DataFrame:
    """The sums of one dimension, parts of fewer customers than ``least`` as one, the last.

    Examples
    --------
    >>> sums = pd.DataFrame({"customers": [12.0, 2.0, 3.0]}, index=["Offices", "???", "misc"])
    >>> folded(sums, 10)["customers"].to_dict()
    {'Offices': 12.0, '(few)': 5.0}
    """
    few = sums["customers"] < least
    if not few.any():
        return sums
    rest = sums[few].sum().to_frame(OTHERS).T
    return pd.concat([sums[~few], rest]).rename_axis(sums.index.name)


def judged(sums: pd.DataFrame, min_customers: int, min_points: float) -> pd.DataFrame:
    """The sums of one dimension with interval and verdict.

    Parameters
    ----------
    sums : DataFrame
        As ``measures.discounts.beside_peers`` gives them.

    Examples
    --------
    >>> one = {"lines": 4.0, "customers": 2.0, "list_value": 100.0, "discount": 12.0,
    ...        "expected": 2.0, "excess": 10.0, "excess_squared": 50.0}
    >>> row = judged(pd.DataFrame([one]), 2, 0.01).iloc[0]  # two customers, 5.00 above each
    >>> [float(row[name]) for name in ("points", "low", "high")], row["verdict"]
    ([0.1, 10.0, 10.0], 'above')
    """
    n = sums["customers"]
    tested = max(int((n >= min_customers).sum()), 1)
    variance = (sums["excess_squared"] - sums["excess"] ** 2 / n).clip(lower=0) * n / (n - 1)
    error = np.sqrt(variance.where(n > 1))
    degrees = (n - 1).clip(lower=1)
    reach = stats.t.ppf(1 - (1 - CONFIDENCE) / 2 / tested, degrees) * error
    chance = 2 * stats.t.sf((sums["excess"] / error).abs(), degrees) * tested
    base = sums["list_value"]
    table = sums.assign(
        low=sums["excess"] - reach,
        high=sums["excess"] + reach,
        rate=sums["discount"] / base,
        peer_rate=sums["expected"] / base,
        points=sums["excess"] / base,
        chance_of_nothing=np.minimum(chance, 1.0),
    )
    table = table.assign(points_low=table["low"] / base, points_high=table["high"] / base)
    above = (table["low"] > 0) & (table["points"] >= min_points)
    table = table.assign(verdict=np.where(above, ABOVE, WITHIN))
    table.loc[n < min_customers, [*ENDS, "verdict"]] = UNTOLD
    return table.reset_index(drop=True)


def response(firm: Dataset, run: Run) -> pd.DataFrame:
    """Whether more was sold where and when more discount was given, if that can be told.

    Months of salespeople (of regions where nobody's name is on the order) are compared with each
    other months of theirs and with others in the same month::

        log(list value) = seller + month + slope * discount above others' on alike deals

    Returns
    -------
    DataFrame
        One row: ``slope`` (share of list value sold for one point, 0.01, of discount), ``low``,
        ``high`` (95 %, sellers being the sample), ``variation`` (standard deviation of the
        discount within a seller, 0–1), ``units``, ``months`` and ``verdict``: ``no_variation``
        where the discount hardly varied, ``few`` where there are too few sellers or months, so
        that nothing is claimed, else ``told``. The whole firm's, whatever the region: a region
        has too few. Empty without discounts.

    References
    ----------
    Cameron & Miller, "A practitioner's guide to cluster-robust inference", Journal of Human
    Resources 50 (2015).
    """
    if lacking(firm):
        return pd.DataFrame(columns=RESPONSE)
    settings = run.settings.discounts
    unit = "salesperson" if firm.has(DIMENSIONS["salesperson"].needs) else "region"
    rows = measures.beside_peers(
        firm, WHOLE_FIRM, months(firm, run), unit, settings.min_peers, by_month=True
    )
    return pd.DataFrame([slope(rows, settings.min_variation)])


def slope(rows: pd.DataFrame, min_variation: float) -> dict[str, object]:
    """:func:`response` of rows by seller and month, as the engine gives them."""
    rows = rows[rows["list_value"] > 0]
    units, spans = (rows.index.get_level_values(level) for level in (0, 1))
    nothing = dict.fromkeys(["slope", "low", "high", "variation"], float("nan"))
    count = {"units": units.nunique(), "months": spans.nunique()}
    if count["units"] < 5 or count["months"] < 6 or len(rows) < 3 * count["units"]:
        return {**nothing, **count, "verdict": FEW}
    off = _within((rows["excess"] / rows["list_value"]).to_numpy(float), units, spans)
    sold = _within(np.log(rows["list_value"].to_numpy(float)), units, spans)
    variation = float(np.sqrt(np.mean(off**2)))
    if variation < min_variation:
        return {**nothing, "variation": variation, **count, "verdict": "no_variation"}
    per_point = float(off @ sold / (off @ off)) / 100
    scores = pd.Series(off * (sold - 100 * per_point * off)).groupby(np.asarray(units)).sum()
    clusters = len(scores)
    error = np.sqrt((scores**2).sum() * clusters / (clusters - 1)) / (off @ off) / 100
    reach = float(stats.t.ppf(0.975, clusters - 1) * error)
    ends = {"slope": per_point, "low": per_point - reach, "high": per_point + reach}
    return {**ends, "variation": variation, **count, "verdict": "told"}


def months(firm: Dataset, run: Run) -> Period:
    """The months discounts are compared over: those set, or the period where it is longer."""
    last = min(run.period.last, pd.Period(firm.last_day, "M"))
    first = min(run.period.first, last - (run.settings.discounts.months - 1))
    first = max(first, firm.first_month)
    return Period(text=f"{first}..{last}", first=first, last=last)


def _within(values: np.ndarray, units: pd.Index, months: pd.Index) -> np.ndarray:
    """Values without the means of their unit and month (both, by turns, until nothing moves)."""
    left = pd.Series(values)
    for _ in range(50):
        left = left - left.groupby(np.asarray(units)).transform("mean")
        left = left - left.groupby(np.asarray(months)).transform("mean")
    alone: np.ndarray = left.to_numpy(float)
    return alone


def _name(unit: str, part: str, run: Run, names: dict[str, str]) -> str:
    return names.get(part, part) if unit == "salesperson" else run.part(unit, part)
