"""Why did a ratio change? Its parts' own rates, and how much of the whole each part is."""

from __future__ import annotations

import pandas as pd

from analysis.errors import ContractError
from analysis.measures.catalogue import MEASURES

EFFECTS = ["rate", "mix"]
TOLERANCE = 1e-6
"""Share of the whole by which sums of doubles may differ from it."""


def rate_bridge(parts: pd.DataFrame, whole: pd.DataFrame, base: str | None) -> pd.DataFrame:
    """How much of a ratio's change is the parts' own rates, and how much their weights.

    With w a part's share of the denominator, r its rate and R the ratio of the whole::

        rate = (w0 + w1) / 2 (r1 - r0)
        mix  = (w1 - w0) ((r0 + r1) / 2 - (R0 + R1) / 2)

    so that all effects add up to R1 - R0, and periods the other way round change every sign. A
    part without a denominator in one period has the rate of the other there: all of it is mix.

    Parameters
    ----------
    parts : DataFrame
        As ``measures.engine.compare`` gives one ratio by one dimension.
    whole : DataFrame
        The same ratio, not split.
    base : {"prior", "year_before"} or None
        The period to compare with; ``None`` if there is none.

    Returns
    -------
    DataFrame
        One row per part, indexed by the dimension, largest effect of either sign first. Columns
        ``weight_before``, ``weight_now`` (0-1), ``before``, ``now`` (the part's rate, missing over
        nothing), ``rate``, ``mix`` and ``effect``, their sum, in the ratio's unit. No rows without
        a base, or where the ratio is missing in either period.

    Raises
    ------
    ContractError
        If the measure is no ratio, or what it is over does not add up over the parts: an order of
        two categories counts in both.

    References
    ----------
    The identity is Bennet's (1920), taken for a weighted mean; for shift and share of averages see
    also Foster, Haltiwanger & Krizan, "Aggregate productivity growth" (2001), eq. 8.2 with mean
    weights (after Griliches & Regev, 1995).

    Examples
    --------
    >>> names = ["channel", "measure"]
    >>> index = pd.MultiIndex.from_product([["web", "store"], ["gross_margin_rate"]], names=names)
    >>> parts = pd.DataFrame({"current_numerator": [30.0, 30.0], "prior_numerator": [10.0, 45.0],
    ...     "current_denominator": [60.0, 60.0], "prior_denominator": [20.0, 90.0]}, index=index)
    >>> whole = parts.groupby("measure").sum()
    >>> rate_bridge(parts, whole, "prior")[["rate", "mix"]].abs().max().tolist()  # 50 % everywhere
    [0.0, 0.0]
    """
    dimension = str(parts.index.names[0])
    names = parts.index.get_level_values("measure").unique()
    if base is None or parts.empty:
        return _nothing(dimension)
    name = str(names[0])
    if len(names) != 1 or MEASURES[name].denominator is None:
        raise ContractError(
            f"`parts` must hold one ratio, such as gross_margin_rate; found {', '.join(names)}"
        )
    ends = {"before": base, "now": "current"}
    by_part = parts.droplevel("measure")
    table = pd.DataFrame(index=by_part.index.fillna("").rename(dimension))
    of_whole = []
    for end, column in ends.items():
        above, under = f"{column}_numerator", f"{column}_denominator"
        over, total = by_part[under].fillna(0.0), float(whole[under].fillna(0.0).sum())
        _check_sum(float(over.sum()), total, name, dimension)
        if not total > 0:
            return _nothing(dimension)
        table[f"weight_{end}"] = (over / total).to_numpy()
        table[end] = (by_part[above] / over.where(over != 0)).to_numpy()
        of_whole.append(float(whole[above].sum()) / total)
    then, now = table["before"].fillna(table["now"]), table["now"].fillna(table["before"])
    weights = table["weight_before"] + table["weight_now"]
    middle = (then + now) / 2 - sum(of_whole) / 2
    rate = (weights / 2 * (now - then)).fillna(0.0)  # a part without any weight moves nothing
    mix = ((table["weight_now"] - table["weight_before"]) * middle).fillna(0.0)
    made = table.assign(rate=rate, mix=mix, effect=rate + mix)
    order = made["effect"].abs().sort_values(ascending=False, kind="stable").index
    return made.loc[order]


def check_additive(parts: pd.DataFrame) -> None:
    """Check that every measure of a table is one whose parts add up to the whole.

    Raises
    ------
    ContractError
        For a count of different things (customers, orders) and for a ratio: no split of their
        change into parts is true, as one customer can be in several parts.
    """
    for name in parts.index.get_level_values("measure").unique():
        measure = MEASURES[str(name)]
        if measure.additive:
            continue
        if measure.denominator is None:
            raise ContractError(
                f"{name} does not add up: it counts different things, and one can be in several "
                "parts; split a sum, such as revenue, or what adds up of it"
            )
        raise ContractError(f"{name} does not add up: it is a ratio; see `rate_bridge`")


def _check_sum(of_parts: float, whole: float, name: str, dimension: str) -> None:
    if abs(of_parts - whole) > TOLERANCE * max(abs(whole), 1.0):
        raise ContractError(
            f"{name} by {dimension} does not add up: what it is over comes to {of_parts:,.0f} in "
            f"the parts and {whole:,.0f} in the whole, as an order of two parts counts in both; "
            "take a dimension that an order has one of, such as channel"
        )


def _nothing(dimension: str) -> pd.DataFrame:
    columns = ["weight_before", "weight_now", "before", "now", *EFFECTS, "effect"]
    return pd.DataFrame(columns=columns, index=pd.Index([], name=dimension), dtype=float)
