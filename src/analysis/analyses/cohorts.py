"""Do customers stay? Those won in one quarter, followed as they age."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.analyses.rates import difference, difference_chance, wilson
from analysis.measures.retention import QUARTER, cohorts
from analysis.model.dataset import Dataset
from analysis.params import Run

BURN_IN = 12
"""Months at the data's start in which a first order may be an old customer's, where the day they
were won is not recorded."""
YEAR = 4
"""Quarters compared with the four before them: each side has every season once."""


def first_cohort(firm: Dataset) -> pd.Period:
    """The first quarter whose first buyers can be taken for new ones."""
    first = firm.first_month + (0 if firm.has("customers.acquired_at") else BURN_IN)
    quarter = first.asfreq("Q")
    begins_whole = quarter.asfreq("M", "start") >= first
    return quarter if begins_whole else quarter + 1


def followed(firm: Dataset, run: Run) -> pd.DataFrame:
    """Customers of a run's region by the quarter they joined, followed up to its last whole month.

    Returns
    -------
    DataFrame
        As :func:`cohort_retention`.
    """
    last = min(run.period.last, firm.latest_month)
    return cohort_retention(cohorts(firm, run.region, last), first_cohort(firm), last)


def cohort_retention(counts: pd.DataFrame, first: pd.Period, last: pd.Period) -> pd.DataFrame:
    """Share of each quarter's new customers who still buy, by their age in quarters.

    Parameters
    ----------
    counts : DataFrame
        As ``measures.retention.cohorts`` gives it.
    first : pandas.Period
        First quarter, as :func:`first_cohort` gives it.
    last : pandas.Period
        Last month looked at.

    Returns
    -------
    DataFrame
        One row per ``cohort`` (quarter) and ``age`` that **all** of the cohort has lived through:
        what is still to come has no row, and is no zero. Columns ``customers`` (count, the same
        at every age), ``bought`` (count: an order in that quarter of their life), ``rate`` =
        bought / customers with ``low`` and ``high``, ``still`` (count: an order at that age or
        later) and ``rolling`` = still / customers. Age 0 is a customer's first three months.

    Notes
    -----
    ``rate`` is classic retention, ``rolling`` counts who skipped a quarter and came back as
    never gone; at the latest age the two are one, as there is no later.

    Examples
    --------
    >>> month = pd.PeriodIndex(["2024-01", "2024-01", "2024-02"], freq="M")
    >>> counts = pd.DataFrame({"joined": month, "age": [0, 1, 0], "last_age": [1, 1, 0],
    ...                        "customers": [1, 1, 1]})
    >>> first, last = pd.Period("2024Q1"), pd.Period("2024-09", "M")
    >>> cohort_retention(counts, first, last)[["customers", "bought"]].to_numpy().tolist()
    [[2.0, 2.0], [2.0, 1.0]]
    """
    index = pd.MultiIndex.from_arrays([[], []], names=["cohort", "age"])
    columns = ["customers", "bought", "rate", "low", "high", "still", "rolling"]
    table = counts.assign(cohort=pd.PeriodIndex(counts["joined"]).asfreq("Q"))
    table = table[table["cohort"] >= first]
    rows = []
    for cohort, members in table.groupby("cohort"):
        youngest = cohort.asfreq("M", "end")
        lived = ((last - youngest).n + 1) // QUARTER  # whole quarters of the youngest's life
        begun = members[members["age"] == 0]
        for age in range(lived):
            bought = members.loc[members["age"] == age, "customers"].sum()
            still = begun.loc[begun["last_age"] >= age, "customers"].sum()
            rows.append((cohort, age, begun["customers"].sum(), bought, still))
    if not rows:
        return pd.DataFrame(columns=columns, index=index, dtype=float)
    result = pd.DataFrame(rows, columns=["cohort", "age", "customers", "bought", "still"])
    result = result.set_index(["cohort", "age"]).astype(float)
    low, high = wilson(result["bought"], result["customers"])
    return result.assign(
        rate=result["bought"] / result["customers"],
        low=low,
        high=high,
        rolling=result["still"] / result["customers"],
    )[columns]


def newer_and_older(table: pd.DataFrame, age: int = 1) -> pd.DataFrame:
    """The last four quarters' customers at an age, beside those of the four quarters before.

    Parameters
    ----------
    table : DataFrame
        As :func:`cohort_retention` gives it.
    age : int
        Quarters; 1: the fourth to sixth month after a customer joined.

    Returns
    -------
    DataFrame
        Rows ``newer`` and ``older``, columns ``first`` and ``last`` (quarters), ``customers``,
        ``bought``, ``rate``, and on ``newer`` ``change`` (of the rate) with ``low``, ``high`` and
        ``chance`` (of a change as large where there is none). Empty where there are fewer than
        eight quarters of that age.
    """
    if table.empty or age not in table.index.get_level_values("age"):
        return pd.DataFrame()
    at_age = table.xs(age, level="age").sort_index()
    if len(at_age) < 2 * YEAR:
        return pd.DataFrame()
    sides = {"newer": at_age.iloc[-YEAR:], "older": at_age.iloc[-2 * YEAR : -YEAR]}
    result = pd.DataFrame(
        {
            name: [side.index[0], side.index[-1], side["customers"].sum(), side["bought"].sum()]
            for name, side in sides.items()
        },
        index=["first", "last", "customers", "bought"],
    ).T
    counts = result[["customers", "bought"]].astype(float)
    new, old = counts.loc["newer"], counts.loc["older"]
    pair = (new["bought"], new["customers"], old["bought"], old["customers"])
    low, high = difference(*pair)
    rate = counts["bought"] / counts["customers"].where(counts["customers"] > 0)
    only_newer = pd.Series([1.0, np.nan], index=["newer", "older"])
    return result.assign(
        **counts,
        rate=rate,
        change=(rate["newer"] - rate["older"]) * only_newer,
        low=low * only_newer,
        high=high * only_newer,
        chance=difference_chance(*pair) * only_newer,
    )
