"""The table of the scopes that were found: before, now, what each explains, and what is left."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.analyses.drivers.leaves import CUSTOMERS, EVEN, MOVED, Leaves
from analysis.analyses.drivers.search import Found, rate_of_rest
from analysis.measures.cells import RATIOS, SUMS

REST, TOTAL = "(rest)", "(total)"
BETWEEN = " & "
"""Between the values of a scope, as the table's index names it."""
COLUMNS = [
    "before", "now", "change", "growth", "expected", "departure", "share", "mix", "rate",
    "chance", "customers",
]  # fmt: skip


def driver_table(
    own: pd.DataFrame, leaves: Leaves, found: Sequence[Found], kind: str
) -> pd.DataFrame:
    """The table ``drivers`` gives, of scopes found among the finest cells ``own``."""
    outside = np.ones(len(own), dtype=bool)
    for one in found:
        outside &= ~one.rows
    rate = rate_of_rest(leaves, outside if outside.any() else np.ones(len(own), dtype=bool))
    rows: dict[str, dict[str, float]] = {}
    for one in found:
        values = values_of(own[one.rows], own, kind)
        even = float(leaves.stats[EVEN, one.rows].sum())
        departure = float(leaves.stats[MOVED, one.rows].sum()) - rate * even
        expected = values["now"] - (departure if kind == "sum" else departure / even if even else 0)
        told = {"expected": expected, "departure": departure, "chance": math.exp(-one.score)}
        key = BETWEEN.join(f"{name}:{value}" for name, value in one.values.items())
        rows[key] = values | told | {"customers": one.customers}
    ordered = sorted(rows, key=lambda key: -abs(rows[key]["departure"]))
    rows = {key: rows[key] for key in ordered}
    rows[REST] = values_of(own[outside], own, kind) | {"departure": 0.0}
    buyers = float(leaves.whole[leaves.of_customers][1][CUSTOMERS].sum())
    rows[TOTAL] = values_of(own, own, kind) | {
        "departure": sum(rows[key]["departure"] for key in ordered),
        "customers": buyers,
    }
    table = pd.DataFrame.from_dict(rows, orient="index").reindex(columns=COLUMNS).astype(float)
    change = table.loc[TOTAL, "change"]
    return table.assign(share=table["change"] / change if change else float("nan"))


def values_of(some: pd.DataFrame, own: pd.DataFrame, kind: str) -> dict[str, float]:
    """Before, now and change of some leaves; of a ratio what they contribute, and by what."""
    if kind == "sum":
        now, before = (float(some[column].sum()) for column in SUMS)
        growth = (now - before) / before if before > 0 else float("nan")
        return {"before": before, "now": now, "change": now - before, "growth": growth}
    n1, n0, d1, d0 = (float(some[column].sum()) for column in RATIOS)
    whole1, whole0, under1, under0 = (float(own[column].sum()) for column in RATIOS)
    now, before = n1 / d1 if d1 else float("nan"), n0 / d0 if d0 else float("nan")
    # What was sold in one period only has one rate: all it contributes, it does by its share.
    r1, r0 = (now if d1 else before), (before if d0 else now)
    s1, s0, middle = d1 / under1, d0 / under0, (whole1 / under1 + whole0 / under0) / 2
    by_rate = (s1 + s0) / 2 * (r1 - r0) if d1 or d0 else 0.0
    by_mix = (s1 - s0) * ((r1 + r0) / 2 - middle) if d1 or d0 else 0.0
    return {
        "before": before, "now": now, "change": by_rate + by_mix, "growth": float("nan"),
        "mix": by_mix, "rate": by_rate,
    }  # fmt: skip
