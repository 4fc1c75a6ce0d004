"""The compared people as they are shown: who first, and the limits ordinary people keep to."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from scipy import stats

from analysis.analyses.team.chance import OUTER
from analysis.analyses.team.compare import ABOVE, ALIKE, BELOW, EXPLAINS, FEW, UNUSUAL, Team

FIRST: Final = {UNUSUAL: 0, ABOVE: 1, BELOW: 1, ALIKE: 2}
STEPS: Final = 60


def by_revenue(team: Team) -> pd.DataFrame:
    """The compared people of the run with their ``name``, those who sold most first."""
    order = team.people.loc[team.shown].sort_values("revenue", ascending=False, kind="stable").index
    rows = team.of_run
    names = rows.index.get_level_values("person").map(team.people["name"])
    named = rows.assign(name=names)
    return named.reindex(order, level="person") if len(named) else named


def telling(team: Team) -> pd.DataFrame:
    """What was compared, with ``name``: the unusual first, then what differs, then by size.

    Measures that only explain another are left out, and whom too little is known of.
    """
    rows = by_revenue(team)
    judged = (rows["state"] != FEW) & ~rows.index.get_level_values("measure").isin(EXPLAINS)
    rows = rows[judged]
    rows = rows.assign(first=rows["state"].map(FIRST), size=rows["z"].abs())
    ordered = rows.sort_values(["first", "size"], ascending=[True, False], kind="stable")
    return ordered.drop(columns=["first", "size"])


def funnel(team: Team) -> pd.DataFrame:
    """Everyone in the firm on the measure on which the run's people have most to tell.

    Returns
    -------
    DataFrame
        One row per ``person`` (index) with enough accounts: ``measure``, ``unit``, ``of``,
        ``name``, ``n``, ``difference``, ``error``, ``spread``, ``shown`` (whether of the run) and
        ``outside`` (whether unusual). No rows where nobody of the run can be compared.
    """
    rows = telling(team)
    columns = ["measure", "unit", "of", "name", "n", "difference", "error", "spread"]
    if rows.empty:
        return pd.DataFrame(columns=[*columns, "shown", "outside"])
    measure = rows.index[0][1]
    points = team.compared.xs(measure, level="measure")
    points = points[points["state"] != FEW]
    points = points.assign(measure=measure, name=points.index.map(team.people["name"]))
    return points[columns].assign(
        shown=points.index.isin(team.shown), outside=points["state"] == UNUSUAL
    )


def funnel_limits(points: pd.DataFrame) -> pd.DataFrame:
    """Limits that 95 % and 99.8 % of ordinary people keep to, by how much is known of them.

    An ordinary person of ``n`` accounts differs with variance ``spread² + middle(error² n) / n``.

    Returns
    -------
    DataFrame
        One row per ``n`` of a grid over the points': ``inner`` and ``outer`` (half widths).

    References
    ----------
    Spiegelhalter (2005), "Funnel plots for comparing institutional performance", Stat. Med. 24,
    1185-1202.
    """
    if points.empty:
        return pd.DataFrame(columns=["n", "inner", "outer"])
    n = np.linspace(points["n"].min() * 0.85, points["n"].max() * 1.05, STEPS)
    unit = float((points["error"] ** 2 * points["n"]).median())
    whole = np.sqrt(float(points["spread"].iloc[0]) ** 2 + unit / n)
    inner, outer = (stats.norm.ppf(0.5 + part / 2) * whole for part in (0.95, OUTER))
    return pd.DataFrame({"n": n, "inner": inner, "outer": outer})
