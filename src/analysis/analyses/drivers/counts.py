"""Drivers of a distinct count, whose parts overlap: ranked by their own change, never added up."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from scipy import stats

from analysis.analyses.drivers.cuboids import priors
from analysis.text import NONE

TOTAL = "(total)"
COLUMNS = ["before", "now", "change", "growth", "expected", "departure", "chance"]


def count_drivers(
    counts: pd.DataFrame, depth: int, scopes: int, chance: float, least: int
) -> pd.DataFrame:
    """The scopes whose count of the distinct departs from what the whole did.

    A customer who buys in two categories counts in both: counts of scopes do not add up to that of
    the whole, and what one explains cannot be taken out of another. So each stands for itself, by
    its own change, no share of the whole is given, and of scopes one of which holds the other only
    the more surprising is named.

    Parameters
    ----------
    counts : DataFrame
        As ``measures.cells.counts`` gives it.
    depth, scopes : int
        Most dimensions of a scope, and most scopes.
    chance : float
        Share of searches that may name a scope where nothing stands out (counts of customers who
        come by chance vary as Poisson's; costs of names as ``search`` has them).
    least : int
        Smallest count, of the two periods together.

    Returns
    -------
    DataFrame
        One row per scope, largest change first, indexed by its values (``category:Furniture``),
        then ``(total)``. Columns ``before``, ``now``, ``change``, ``departure`` (count),
        ``growth`` (over a positive base), ``expected`` (had it grown as the whole), ``chance`` (at
        most). No column adds up. No rows, if there was nothing before.

    Examples
    --------
    >>> scopes = [(None, None), ("dealer", None), ("web", None)]
    >>> index = pd.MultiIndex.from_tuples(scopes, names=["channel", "category"])
    >>> counts = pd.DataFrame({"now": [210.0, 110, 100], "before": [300.0, 200, 100]}, index)
    >>> count_drivers(counts, 2, 3, 0.2, 12)["change"].to_dict()
    {'channel:dealer': -90.0, '(total)': -90.0}
    """
    names = list(map(str, counts.index.names))
    keys = counts.index.to_frame(index=False)
    places = keys.notna().to_numpy()
    whole = counts[~places.any(axis=1)].sum()
    if not whole["before"] > 0:
        return pd.DataFrame(columns=COLUMNS)
    rate = whole["now"] / whole["before"]
    table = counts.assign(
        key=[_key(names, row) for row in keys.to_numpy()],
        change=counts["now"] - counts["before"],
        growth=counts["now"] / counts["before"].where(counts["before"] > 0) - 1,
        expected=rate * counts["before"],
    )
    table = table.assign(departure=table["now"] - table["expected"])
    cost = _costs(places, depth)
    table["score"] = _surprise(table, whole, rate) - cost
    fits = places.any(axis=1) & ~(keys == NONE).any(axis=1).to_numpy()
    fits &= (table[["now", "before"]].sum(axis=1) >= least).to_numpy()
    ranked = table[fits & (table["score"] > -math.log(chance)).to_numpy()]
    # Halves of a whole depart alike; the one that moved more is the one to name.
    ranked = ranked.assign(own=ranked["change"].abs(), score=ranked["score"].round(6))
    ranked = ranked.sort_values(["score", "own"], ascending=False, kind="stable")
    named: list[str] = []
    for key, departure in zip(ranked["key"], ranked["departure"], strict=True):
        others = ranked[ranked["key"].isin(named)]
        parts = set(key.split(" & "))
        held = any(parts <= one or parts >= one for one in map(set, others["key"].str.split(" & ")))
        # Of two halves one mirrors the other, but for those who are in both.
        mirrored = np.isclose(others["departure"], -departure, rtol=0.1).any()
        if not (held or mirrored) and len(named) < scopes:
            named.append(key)
    chosen = ranked.set_index("key").loc[named].sort_values("own", ascending=False, kind="stable")
    chosen = chosen.assign(chance=np.exp(-chosen["score"]))
    total = pd.DataFrame(
        {"before": whole["before"], "now": whole["now"], "change": whole["now"] - whole["before"],
         "growth": rate - 1, "expected": whole["now"], "departure": 0.0},
        index=[TOTAL],
    )  # fmt: skip
    return pd.concat([chosen, total]).reindex(columns=COLUMNS).rename_axis(None)


def _key(names: list[str], values: np.ndarray) -> str:
    pairs = zip(names, values, strict=True)
    return " & ".join(f"{name}:{value}" for name, value in pairs if pd.notna(value))


def _costs(places: np.ndarray, depth: int) -> np.ndarray:
    """Of naming each scope: its cuboid's, and one of as many scopes as the cuboid has."""
    shares = priors(places.shape[1], depth)
    cuboids = [tuple(int(place) for place in np.flatnonzero(row)) for row in places]
    sizes = pd.Series(cuboids).map(pd.Series(cuboids).value_counts())
    return np.array(
        [math.log(n) - math.log(shares.get(c, 1.0)) for c, n in zip(cuboids, sizes, strict=True)]
    )


def _surprise(table: pd.DataFrame, whole: pd.Series, rate: float) -> pd.Series:
    varies = table["now"] + rate**2 * table["before"]
    share = table["before"] / whole["before"]
    error = varies * (1 - 2 * share) + share**2 * (whole["now"] + rate**2 * whole["before"])
    z = table["departure"] / np.sqrt(error.where(error > 0))
    return -(math.log(2) + pd.Series(stats.norm.logsf(z.abs()), index=table.index)).fillna(0.0)
