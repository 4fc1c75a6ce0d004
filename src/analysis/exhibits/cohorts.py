"""Quarters of new customers, followed as they age."""

from __future__ import annotations

import pandas as pd
from matplotlib.colors import LinearSegmentedColormap

from analysis import units
from analysis.exhibits import theme
from analysis.exhibits.record import Absent, Figure
from analysis.exhibits.tables import Column, Table, table
from analysis.text import words

AGES = 6
"""Quarters of a customer's life that fit beside each other."""
COHORTS = 10
DARK = 0.62
"""Share from which the ground is so dark that its number is white."""


def retention_table(cohorts: pd.DataFrame) -> Table | Absent:
    """Lay out how many customers each quarter won, and what share ordered at each age."""
    shown = _shown(cohorts)
    if shown.empty:
        return Absent(words("cohorts.absent"))
    rates = shown["rate"].unstack("age")
    ages = [age for age in rates.columns if 1 <= age <= AGES]
    latest = shown.groupby(level="cohort").last()
    cells = rates[ages].assign(customers=latest["customers"], latest=latest["rolling"])
    cells = cells.set_axis([str(name) for name in cells.columns], axis=1)
    columns = {"customers": Column(words("cohorts.head.customers"), units.count)}
    columns |= {
        str(age): Column(words("cohorts.head.age", n=age + 1), _whole_percent) for age in ages
    }
    columns["latest"] = Column(words("cohorts.head.latest"), _whole_percent)
    first = cohorts.index.get_level_values("cohort").min()
    return table(
        cells,
        columns,
        names=[_quarter(cohort) for cohort in cells.index],
        heading=words("cohorts.head.cohort"),
        note=words("cohorts.note.table") + words("cohorts.note.truncated", first=_quarter(first)),
    )


def retention(cohorts: pd.DataFrame) -> Figure | Absent:
    """Draw the share of each quarter's new customers who order, by age, as a grid of shades."""
    shown = _shown(cohorts)
    if shown.empty:
        return Absent(words("cohorts.absent"))
    rates = shown["rate"].unstack("age")
    rates = rates[[age for age in rates.columns if 1 <= age <= AGES]]
    figure, (axes,) = theme.canvas(0.75 + 0.3 * len(rates))
    shades = LinearSegmentedColormap.from_list("shades", ["white", theme.ACCENT])
    axes.pcolormesh(
        rates.to_numpy(float), cmap=shades, vmin=0, vmax=1, edgecolors="white", linewidth=1.5
    )
    said = []
    for place, (cohort, row) in enumerate(rates.iterrows()):
        for column, rate in enumerate(row):
            if pd.notna(rate):
                axes.text(
                    column + 0.5, place + 0.5, _whole_percent(rate), ha="center", va="center",
                    fontsize=theme.LABEL, color="white" if rate > DARK else theme.INK,
                )  # fmt: skip
        customers = units.count(shown.loc[cohort, "customers"].iloc[0])
        known = ", ".join(_whole_percent(rate) for rate in row.dropna())
        said.append(
            words("cohorts.alt.row", cohort=_quarter(cohort), customers=customers, rates=known)
        )
    axes.set_yticks([n + 0.5 for n in range(len(rates))], [_quarter(c) for c in rates.index])
    axes.set_xticks([n + 0.5 for n in range(rates.shape[1])], [str(a + 1) for a in rates.columns])
    axes.invert_yaxis()
    axes.set_xlabel(words("cohorts.age_axis"))
    axes.spines[["bottom", "left"]].set_visible(False)
    return Figure(
        figure, words("cohorts.alt.map", said="; ".join(said)), note=words("cohorts.note.map")
    )


def _shown(cohorts: pd.DataFrame) -> pd.DataFrame:
    """The latest quarters that have lived through more than their first."""
    if cohorts.empty:
        return cohorts
    aged = cohorts[cohorts.groupby(level="cohort")["rate"].transform("size") > 1]
    latest = aged.index.get_level_values("cohort").unique().sort_values()[-COHORTS:]
    return aged[aged.index.get_level_values("cohort").isin(latest)]


def _quarter(cohort: pd.Period) -> str:
    return words("cohorts.quarter", quarter=cohort.quarter, year=cohort.year)


def _whole_percent(rate: float) -> str:
    return units.percent(rate, digits=0)
