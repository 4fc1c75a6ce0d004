"""What each person and team brought in, and what has no owner."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from analysis.analyses.team.compare import Team, Z
from analysis.measures.catalogue import (
    AVERAGE_ORDER_VALUE,
    DISCOUNT_RATE,
    GROSS_MARGIN_RATE,
    NEW_CUSTOMERS,
    ORDERS,
    REVENUE,
)
from analysis.measures.engine import measure
from analysis.model.dataset import Dataset
from analysis.params import Run
from analysis.text import NONE, OTHER

TOTAL: Final = "(total)"
TAKEN: Final = [
    REVENUE, ORDERS, AVERAGE_ORDER_VALUE, GROSS_MARGIN_RATE, DISCOUNT_RATE, NEW_CUSTOMERS,
]  # fmt: skip
RATES: Final = {
    AVERAGE_ORDER_VALUE: "order_value", GROSS_MARGIN_RATE: "margin_rate",
    DISCOUNT_RATE: "discount_rate",
}  # fmt: skip
TEAM_MEASURES: Final = ["margin_rate", "discount_rate", "win_rate", "retention", "growth"]


def results(data: Dataset, run: Run, team: Team) -> pd.DataFrame:
    """Sales of a run's region by who made them, in its period and in the year to its end.

    Returns
    -------
    DataFrame
        One row per ``person`` (index) who sold in the region in the year, most first; last what
        has no owner, ``""`` (all of it where salespeople are not recorded), if there is any.
        Columns ``name``, ``period_revenue`` (money), ``period_orders``; over the year ``revenue``,
        ``share`` (of the region's), ``orders``, ``new_customers`` (who first ordered in it), and of
        ``order_value``, ``margin_rate`` and ``discount_rate`` the value, ``_numerator`` and
        ``_denominator``. Revenue adds up to the region's.
    """
    by = [] if team.needs else ["salesperson"]
    year = measure(data, run.region, team.window, TAKEN, by)
    period = measure(data, run.region, run.period, [REVENUE, ORDERS], by)
    if team.needs:  # nobody is known: everything has no owner
        year, period = (pd.concat({NONE: table}, names=["salesperson"]) for table in (year, period))
    values = year["value"].unstack("measure")
    now = period["value"].unstack("measure").reindex(values.index).fillna(0.0)  # sold nothing then
    table = pd.DataFrame(
        {
            "period_revenue": now[REVENUE],
            "period_orders": now[ORDERS],
            "revenue": values[REVENUE],
            "orders": values[ORDERS],
            "new_customers": values[NEW_CUSTOMERS],
        }
    )
    for measured, name in RATES.items():
        of = year.xs(measured, level="measure")
        table[name] = of["value"]
        table[f"{name}_numerator"] = of["numerator"]
        table[f"{name}_denominator"] = of["denominator"]
    whole = table["revenue"].sum()
    table = table.assign(
        share=table["revenue"] / whole if whole else np.nan,
        name=[team.people["name"].get(person, person) for person in table.index],
        nobody=table.index == NONE,
    ).rename_axis("person")
    order = ["nobody", "revenue", "person"]
    return table.sort_values(order, ascending=[True, False, True]).drop(columns="nobody")


def shortened(table: pd.DataFrame, rows: int) -> pd.DataFrame:
    """The people of :func:`results`, the rest of them added up, what has no owner, and the total.

    Returns
    -------
    DataFrame
        At most ``rows`` rows and a last one, ``TOTAL``; in it and in ``OTHER`` (the rest) sums are
        sums and rates are made of them again.
    """
    people = table[table.index != NONE]
    nobody = table[table.index == NONE]
    room = rows - len(nobody)
    shown, rest = (people, people.iloc[:0]) if len(people) <= room else (
        people.iloc[: room - 1], people.iloc[room - 1 :]
    )  # fmt: skip
    parts = [shown]
    if len(rest):
        parts.append(_added(rest, OTHER))
    return pd.concat([*parts, nobody, _added(table, TOTAL)]).rename_axis("person")


def _added(rows: pd.DataFrame, label: str) -> pd.DataFrame:
    sums = rows.drop(columns=["name", *RATES.values()]).sum(min_count=1)
    of = {
        name: sums[f"{name}_numerator"] / sums[f"{name}_denominator"]
        if sums[f"{name}_denominator"] > 0
        else np.nan
        for name in RATES.values()
    }
    added = pd.DataFrame([{**sums.to_dict(), **of, "name": label}], index=[label])
    return added[rows.columns.tolist()]


def teams(team: Team) -> pd.DataFrame:
    """Teams beside what peers of their people would have done with the same accounts.

    Returns
    -------
    DataFrame
        One row per ``region``, ``team`` and ``measure``, of the run's people: ``people`` (count of
        those with a value), ``n`` (accounts or deals), ``observed``, ``expected``, ``difference``,
        ``low`` and ``high`` (95 %), ``unit``, ``good``. Values are those of all accounts of the
        team's people together.
    """
    rows = team.of_run.reset_index()
    rows = rows[rows["difference"].notna() & rows["measure"].isin(TEAM_MEASURES)]
    rows = rows.join(team.people[["region", "team"]], on="person")
    d = rows["denominator"]
    rows = rows.assign(
        made=rows["observed"] * d, given=rows["expected"] * d, square=(rows["error"] * d) ** 2
    )
    table = rows.groupby(["region", "team", "measure"]).agg(
        people=("person", "nunique"), n=("n", "sum"), denominator=("denominator", "sum"),
        made=("made", "sum"), given=("given", "sum"), square=("square", "sum"),
        unit=("unit", "first"), good=("good", "first"),
    )  # fmt: skip
    whole = table["denominator"]
    difference = (table["made"] - table["given"]) / whole
    reach = Z * np.sqrt(table["square"]) / whole
    return table.assign(
        observed=table["made"] / whole,
        expected=table["given"] / whole,
        difference=difference,
        low=difference - reach,
        high=difference + reach,
    ).drop(columns=["made", "given", "square"])
