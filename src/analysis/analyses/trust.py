"""Tables of trust as analyses take them: small ones whole, records counted in the engine."""

from __future__ import annotations

from collections.abc import Mapping

import ibis
import numpy as np
import pandas as pd

Trust = Mapping[str, ibis.Table]
"""The tables of ``model.schema.TRUST`` by name, as ``Dataset.trust`` holds them."""

TOTAL = "total"
LINES = "order_lines"
ROW = ["table", "source", "file", "source_row"]
HOW = ("read", "kept", "merged", "rejected")
CONVERTED = ("standard_class", "currency", "unit")
"""Rules that write a good value in another way: no fault of who delivered it."""


def taken(rows: ibis.Table) -> pd.DataFrame:
    """A small table of the engine as pandas has it, exact amounts as plain numbers."""
    exact = {
        name: rows[name].cast("float64")
        for name, kind in rows.schema().items()
        if kind.is_decimal()
    }
    return (rows.mutate(**exact) if exact else rows).execute()


def labels(trust: Trust) -> dict[str, str]:
    """What a reader calls each system."""
    table = taken(trust["freshness"])
    return dict(zip(table["source"], labelled(table), strict=True))


def labelled(table: pd.DataFrame) -> pd.Series:
    """A system's label, or its name where it has none; ``table`` has both columns."""
    return table["label"].where(table["label"].fillna("") != "", table["source"])


def records(rows: ibis.Table) -> int:
    """How many records rows are about, each once."""
    return int(rows.select(*ROW).distinct().count().execute())


def total(values: pd.Series) -> float:
    """A sum as a plain number; of nothing, nothing."""
    return float(values.astype(float).sum())


def ratio(part: pd.Series, whole: pd.Series) -> pd.Series:
    """A ratio that is missing where there is nothing underneath."""
    below = whole.astype(float)
    return part.astype(float) / below.where(below > 0, np.nan)
