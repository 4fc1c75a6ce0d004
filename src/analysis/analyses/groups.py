"""Do groups of customers differ? Each difference with its interval, its size and its doubt."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

from analysis.analyses.concentration import population, window
from analysis.analyses.estimates import (
    AGAINST,
    ESTIMATE,
    IS_NEW,
    MEASURES,
    VALUE,
    Compared,
    difference,
    estimate,
)
from analysis.errors import ContractError, nearest
from analysis.measures import customers as of_customers
from analysis.measures.customers import ATTRIBUTES
from analysis.model.dataset import Dataset
from analysis.params import Run
from analysis.settings import Cross

TOTAL = "(total)"
JOINT = " / "
"""Between two things a cell's row or column is made of."""
DIMENSIONS: Final = (IS_NEW, VALUE, *ATTRIBUTES)
FIRST = ("top", "new", "b2b")
"""Groups that are compared with the others, rather than the others with them."""


def customers(data: Dataset, run: Run) -> pd.DataFrame:
    """The customers that are compared, with what each measure adds up.

    Returns
    -------
    DataFrame
        One row per customer of the run's population (``settings.population``) who ordered in the
        window (``settings.groups.months`` to the period's end, or the period where longer), as
        ``measures.customers.customer_sales`` gives it, with ``one``, ``repeats`` (ordered twice
        or more, 0 or 1), the columns of satisfaction where the firm asks, and ``value``
        (``top``, the share of ``settings.concentration.top_share`` with the largest revenue, or
        ``rest``, of customers of one kind); ``is_new`` is ``new`` or ``existing``.
    """
    period = window(data, run, run.settings.groups.months)
    table = population(
        of_customers.customer_sales(data, run.region, period), run.settings.population
    )
    largest = run.settings.population.model_copy(
        update={"top_share": run.settings.concentration.top_share}
    )
    top = [population(part, largest).index for _, part in table.groupby(_kinds(table))]
    is_top = table.index.isin([customer for part in top for customer in part])
    answers = of_customers.satisfaction(data, period)
    return table.join(answers).assign(
        one=1.0,
        repeats=(table["order_count"] >= 2).astype(float),
        revenue_of_customer_squared=table["revenue"] ** 2,
        value=np.where(is_top, "top", "rest"),
        is_new=np.where(table["is_new"], "new", "existing"),
    )


def deals(data: Dataset, run: Run) -> pd.DataFrame:
    """Customers of the whole firm with a deal won in the window, and how long their deals took.

    Returns
    -------
    DataFrame
        As ``measures.customers.deal_cycles`` gives it.
    """
    return of_customers.deal_cycles(
        data, run.whole_firm.region, window(data, run, run.settings.groups.months)
    )


def comparison(customers: pd.DataFrame, doubt: float, least: int) -> pd.DataFrame:
    """Every group of customers against all the others, on every measure that is fair to it.

    Parameters
    ----------
    customers : DataFrame
        As :func:`customers` gives it.
    doubt : float
        Chance of calling a difference one that is none, over all that are compared here.
    least : int
        Fewest customers a group, and those it is compared with, must have.

    Returns
    -------
    DataFrame
        One row per ``measure``, ``dimension``, ``within`` and ``group`` (index). Businesses and
        consumers are alike in little, so that all but the kind itself is compared ``within`` a
        kind (``""``: among all, where kinds are not recorded). Columns as :func:`estimate` gives
        for the group; ``rest``, ``rest_customers`` and ``rest_n`` of all
        other customers whose group is recorded; ``difference`` (group less rest) with its 95 %
        interval; ``effect`` (Hedges' g of a mean, in standard deviations; of rates the
        difference itself, 0–1); ``p`` (chance of such a difference or a larger if there were
        none), ``p_adjusted`` (Holm's, over the whole table) and ``differs``
        (``p_adjusted <= doubt``). Of two groups of a dimension only the first is a test; the
        second is its mirror. Groups of fewer than ``least`` customers are there without a test.

    References
    ----------
    Holm (1979), "A Simple Sequentially Rejective Multiple Test Procedure", Scandinavian Journal
    of Statistics 6, 65–70.
    """
    rows = [
        {"within": within} | _against_rest(part, measure, dimension, group, least)
        for measure in MEASURES.values()
        if measure.numerator in customers and customers[measure.denominator].sum() > 0
        for dimension in DIMENSIONS
        if dimension in customers and dimension not in measure.unfair
        for within, part in _strata(customers, dimension)
        for group in _tested(part[dimension])
    ]
    keys = ["measure", "dimension", "within", "group"]
    columns = [*keys, *ESTIMATE, "rest_customers", "rest_n", *AGAINST]
    table = pd.DataFrame(rows, columns=columns).set_index(keys)
    return _with_holm(table, doubt)


def crossing(units: pd.DataFrame, cross: Cross, doubt: float, least: int) -> pd.DataFrame:
    """A measure by two sets of what is known of customers, its best and worst cells tested.

    Parameters
    ----------
    units : DataFrame
        One row per customer, as :func:`customers` or :func:`deals` gives it.
    cross : Cross
        What stands in the rows and columns, and the measure, one of ``MEASURES``.
    doubt : float
        Chance of naming a cell that does not differ, over all cells.
    least : int
        Fewest customers of a cell whose value is shown.

    Returns
    -------
    DataFrame
        One row per ``row`` and ``column`` (index) that has a customer, with ``TOTAL`` of each as
        the last of its level. Columns as :func:`comparison`, ``shown`` (whether it has
        ``least`` customers), and ``named_value`` and ``named_customers``, the same in every row:
        the measure of all cells that have a name. A cell is tested against all other cells that
        have a name in rows and columns; totals are of all customers, of cells not shown and not
        recorded (``""``) as well. ``differs`` is never true of a total or of a cell not shown. No
        rows where the firm does not record a dimension or the measure.

    Raises
    ------
    ContractError
        If there is no such measure or dimension.
    """
    known = {"region", *DIMENSIONS}
    for name in [*cross.rows, *cross.columns]:
        if name not in known:
            raise ContractError(
                f"a cross table names {name!r}, by which customers cannot be told apart; "
                f"{nearest(name, known)}"
            )
    if cross.measure not in MEASURES:
        raise ContractError(
            f"a cross table names the measure {cross.measure!r}; {nearest(cross.measure, MEASURES)}"
        )
    measure = MEASURES[cross.measure]
    needed = {*cross.rows, *cross.columns, measure.numerator, measure.denominator}
    index = ["row", "column"]
    columns = [*index, *ESTIMATE, "rest_customers", "rest_n", *AGAINST]
    if not needed <= set(units.columns) or not units[measure.denominator].sum() > 0:
        return _with_holm(pd.DataFrame(columns=columns).set_index(index), doubt).assign(
            shown=[], named_value=[], named_customers=[]
        )
    asked = units[units[measure.denominator] > 0]
    placed = asked.assign(row=_joint(asked, cross.rows), column=_joint(asked, cross.columns))
    rows = [_cell(placed, measure, row, column, least) for row, column in _cells(placed)]
    table = _with_holm(pd.DataFrame(rows, columns=columns).set_index(index), doubt)
    named = placed[(placed["row"] != "") & (placed["column"] != "")]
    base = estimate(named, measure)
    return table.assign(
        shown=table["customers"] >= least,
        named_value=base["value"],
        named_customers=base["customers"],
    )


def _kinds(customers: pd.DataFrame) -> pd.Series:
    nothing = pd.Series("", index=customers.index)
    kinds: pd.Series = customers.get("kind", nothing)
    return kinds


def _strata(customers: pd.DataFrame, dimension: str) -> list[tuple[str, pd.DataFrame]]:
    """Customers by kind, for whatever is not the kind; customers of no known kind are in none."""
    kinds = _kinds(customers)
    if dimension == "kind" or not (kinds != "").any():
        return [("", customers)]
    return [(str(kind), part) for kind, part in customers[kinds != ""].groupby(kinds)]


def _tested(groups: pd.Series) -> list[str]:
    """Groups of a dimension, the one it is about or the largest first.

    Who is in no recorded group is not compared, nor is a group without another.
    """
    counts = groups[groups != ""].value_counts()
    names = sorted(
        map(str, counts.index), key=lambda name: (name not in FIRST, -counts[name], name)
    )
    return names if len(names) > 1 else []


def _against_rest(
    customers: pd.DataFrame, measure: Compared, dimension: str, group: str, least: int
) -> dict[str, object]:
    known = customers[(customers[dimension] != "") & (customers[measure.denominator] > 0)]
    inside = known[dimension] == group
    mine, others = known[inside], known[~inside]
    found = _row(mine, others, measure, least)
    if known[dimension].nunique() == 2 and group != _tested(known[dimension])[0]:
        found["p"] = math.nan  # the first group's test, seen from the other side
    return {"measure": measure.name, "dimension": dimension, "group": group, **found}


def _row(
    mine: pd.DataFrame, others: pd.DataFrame, measure: Compared, least: int
) -> dict[str, object]:
    rest = estimate(others, measure)
    enough = min(len(mine), len(others)) >= max(least, 2)
    apart = difference(mine, others, measure) if enough else dict.fromkeys(AGAINST, math.nan)
    return {
        **estimate(mine, measure), **apart,
        "rest_customers": rest["customers"], "rest_n": rest["n"],
    }  # fmt: skip


def _cell(
    placed: pd.DataFrame, measure: Compared, row: str, column: str, least: int
) -> dict[str, object]:
    inside = pd.Series(True, index=placed.index)
    if row != TOTAL:
        inside &= placed["row"] == row
    if column != TOTAL:
        inside &= placed["column"] == column
    named = (placed["row"] != "") & (placed["column"] != "")
    tested = not {TOTAL, ""} & {row, column}
    others = placed[~inside & named] if tested else placed.iloc[:0]
    return {"row": row, "column": column, **_row(placed[inside], others, measure, least)}


def _cells(placed: pd.DataFrame) -> list[tuple[str, str]]:
    """Pairs that have a customer, and totals; what is not recorded stands before the totals."""
    pairs = set(zip(placed["row"], placed["column"], strict=True))
    rows, columns = (
        [*sorted(set(placed[side]), key=in_order), TOTAL] for side in ("row", "column")
    )
    return [
        (row, column)
        for row in rows
        for column in columns
        if TOTAL in (row, column) or (row, column) in pairs
    ]


def in_order(name: str) -> tuple[bool, float, str]:
    """Names by the number they begin with, then by themselves; last what has no name.

    Examples
    --------
    >>> sorted(["250+", "", "50-249", "Offices", "1-9"], key=in_order)
    ['1-9', '50-249', '250+', 'Offices', '']
    """
    number = re.match(r"\d+", name)
    return name == "", float(number[0]) if number else math.inf, name


def _joint(units: pd.DataFrame, names: Sequence[str]) -> pd.Series:
    """What a customer is in one or two dimensions: ``Offices`` or ``Offices / 10-49``."""
    if len(names) == 1:
        return units[names[0]].astype(str)
    joined: pd.Series = units[names[0]].astype(str) + JOINT + units[names[1]].astype(str)
    return joined.where((units[list(names)] != "").all(axis=1), "")


def _with_holm(table: pd.DataFrame, doubt: float) -> pd.DataFrame:
    """With each chance stepped up for how many are at least as large (Holm 1979)."""
    table = table.astype(float)
    p = table["p"].dropna().sort_values(kind="stable")
    adjusted = (p * np.arange(len(p), 0, -1)).cummax().clip(upper=1)
    table = table.assign(p_adjusted=np.nan)
    table.loc[adjusted.index, "p_adjusted"] = adjusted
    return table.assign(differs=table["p_adjusted"] <= doubt)
