"""Which parts made sales change? See ``bridge`` for why."""

from __future__ import annotations

import pandas as pd

from analysis.measures.catalogue import REVENUE

TOTAL = "(total)"


def contribution(parts: pd.DataFrame, base: str | None) -> pd.DataFrame:
    """How much each part added to, or took from, the growth of the whole.

    Parameters
    ----------
    parts : DataFrame
        As ``measures.engine.compare`` gives it for revenue by one dimension.
    base : {"prior", "year_before"} or None
        The period to compare with; ``None`` if there is none.

    Returns
    -------
    DataFrame
        One row per part, indexed by the dimension, largest gain first. Columns ``before``,
        ``now``, ``change`` (money), ``growth`` (of the part itself; missing over nothing) and
        ``contribution`` (``change`` as a share of the whole's ``before``, 0–1). Changes add up to
        the change of the whole, contributions to its growth.

    Examples
    --------
    >>> rows = [["web", "store"], ["revenue"]]
    >>> index = pd.MultiIndex.from_product(rows, names=["channel", "measure"])
    >>> parts = pd.DataFrame({"current": [60.0, 50.0], "prior": [40.0, 60.0]}, index=index)
    >>> contribution(parts, "prior")["contribution"].to_dict()
    {'web': 0.2, 'store': -0.1}
    """
    if base is None or parts.empty or parts[base].isna().all():
        return pd.DataFrame(index=pd.Index([], name=parts.index.names[0]))
    revenue = parts.xs(REVENUE, level="measure")
    table = pd.DataFrame({"before": revenue[base], "now": revenue["current"]})
    table.index = table.index.fillna("")
    change = table["now"] - table["before"]
    whole = table["before"].sum()
    return table.assign(
        change=change,
        growth=change / table["before"].where(table["before"] > 0),
        contribution=change / whole if whole > 0 else float("nan"),
    ).sort_values("change", ascending=False, kind="stable")


def with_total(parts: pd.DataFrame) -> pd.DataFrame:
    """The parts of :func:`contribution` and a last row, ``TOTAL``, that adds them up."""
    if parts.empty:
        return parts
    total = parts.sum().to_frame(TOTAL).T
    total = total.assign(growth=total["contribution"])  # of the whole, they are one
    return pd.concat([parts, total]).rename_axis(parts.index.name)
