"""Where did the change come from? The few parts that moved other than the rest, and what is left.

``search`` says how they are found, ``leaves`` what of; docs/decisions/0012 why so.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.analyses.drivers.leaves import finest, of_ratio, of_sum
from analysis.analyses.drivers.search import Limits, search
from analysis.analyses.drivers.table import BETWEEN, COLUMNS, REST, TOTAL, driver_table, values_of
from analysis.errors import ContractError
from analysis.measures.catalogue import REVENUE
from analysis.measures.cells import (
    cells,
    dimensions_of,
    kind_of,
)
from analysis.measures.scopes import names_in, products_of, scope_months
from analysis.model.dataset import Dataset
from analysis.params import Run
from analysis.periods import Period
from analysis.text import words

MOST_PRODUCTS, AMONG = 3, "; "
TOLD = ["label", "unusual", "earlier", "products", "of_products"]


def sales_drivers(firm: Dataset, run: Run, name: str = REVENUE) -> pd.DataFrame:
    """The parts of the firm that moved other than the rest, for a run.

    Parameters
    ----------
    firm : Dataset
        Opened snapshot.
    run : Run
        Gives region, period and the settings ``drivers``.
    name : str
        A measure that adds up, or a ratio of two that do.

    Returns
    -------
    DataFrame
        As :func:`drivers`, with ``label``, what a reader calls the scope; ``unusual``, the share
        of earlier comparisons of equal length in which the scope kept closer to the rest (0–1),
        and ``earlier``, how many there are (both missing where the data do not hold them);
        ``products``, the names of the fewest products that make up half of a sum's change, where
        ``MOST_PRODUCTS`` do, by "; ", and ``of_products``, how much these changed. No rows
        without a period to compare with, or where nothing was sold in it.
    """
    asked = run.settings.drivers
    base = firm.base_period(run)
    by = dimensions_of(firm, run.region, asked.dimensions, asked.max_dimensions)
    if base is None or not by:
        return pd.DataFrame(columns=[*COLUMNS, *TOLD])
    parts = cells(firm, run.region, run.period, base, name, by, asked.depth)
    table = drivers(
        parts, kind_of(name), asked.depth, asked.max_scopes, asked.chance, asked.min_customers,
        asked.min_departure, run.settings.notable_share,
    )  # fmt: skip
    scopes = [scope_of(key) for key in table.index if key not in (REST, TOTAL)]
    if not scopes:
        return table.assign(label="", unusual=np.nan, earlier=np.nan, products="", of_products=0.0)
    months = scope_months(firm, run.region, name, scopes)
    lag = run.period.month_count if firm.base(run) == "prior" else 12
    unusual = how_unusual(months, run.period.last, run.period.month_count, lag)
    table = table.assign(label=[_label(firm, run, key) for key in table.index])
    places = pd.Series(range(len(scopes)), index=table.index[: len(scopes)])
    table = table.assign(**{c: places.map(unusual[c]).reindex(table.index) for c in unusual})
    inside = [_products(firm, run, base, name, key, table["change"]) for key in table.index]
    return table.assign(
        products=[AMONG.join(names) for names, _ in inside], of_products=[of for _, of in inside]
    )


def drivers(
    parts: pd.DataFrame,
    kind: str,
    depth: int,
    scopes: int,
    chance: float,
    customers: int,
    departure: float,
    notable: float,
) -> pd.DataFrame:
    """The few scopes that depart from what the rest did, and what they explain of the change.

    Parameters
    ----------
    parts : DataFrame
        As ``measures.cells.cells`` gives it.
    kind : {"sum", "ratio"}
        Of the measure. Distinct counts do not add up: see ``counts.count_drivers``.
    depth, scopes : int
        Most dimensions of a scope, and most scopes.
    chance : float
        Share of searches that may name a scope where nothing stands out.
    customers : int
        Fewest customers of a scope.
    departure : float
        Smallest departure from the rest, as a share of the change of the whole, or of ``notable``
        of the base if that is more (of a ratio: of its change, in points).
    notable : float
        Smallest change of the whole that matters, as a share of its base.

    Returns
    -------
    DataFrame
        One row per scope, largest departure first, indexed by its values (``category:Furniture &
        channel:dealer``), then ``REST`` and ``TOTAL``. Columns ``before`` and ``now`` (money,
        count, or rate); ``change``, of a ratio the points the scope contributes; ``growth`` (over
        a positive base); ``expected``, what ``now`` had been had it moved like the rest;
        ``departure`` of the change from that; ``share`` of the change of the whole; ``mix`` and
        ``rate``, what a ratio's contribution is made of (missing of a sum); ``chance``, of a
        search that names such a scope where nothing stands out, at most; ``customers``. Changes
        and departures add up to those of the total. No rows, if nothing was sold before.

    Raises
    ------
    ContractError
        If ``kind`` is a count.
    """  # fmt: skip
    if kind not in ("sum", "ratio"):
        raise ContractError(f"{kind!r} does not add up over parts; use counts.count_drivers")
    own = finest(parts)
    under = own["before"] if kind == "sum" else own["before_under"]
    if own.empty or not under.sum() > 0 or (kind == "ratio" and not own["now_under"].sum() > 0):
        return pd.DataFrame(columns=COLUMNS)
    leaves = of_sum(parts) if kind == "sum" else of_ratio(parts)
    whole = values_of(own, own, kind)
    least = departure * max(abs(whole["change"]), notable * abs(whole["before"]))
    found = search(leaves, Limits(depth, scopes, chance, least, customers))
    return driver_table(own, leaves, found, kind)


def how_unusual(months: pd.DataFrame, last: pd.Period, length: int, lag: int) -> pd.DataFrame:
    """How far scopes kept from the rest in earlier comparisons of equal length.

    Parameters
    ----------
    months : DataFrame
        As ``measures.cells.scope_months`` gives it.
    last : Period
        Last month of the comparison at hand.
    length, lag : int
        Months a comparison is over, and how many before it its base lies.

    Returns
    -------
    DataFrame
        One row per scope. Columns ``unusual``, the share of comparisons that end before ``last``
        in which the scope's growth was closer to the rest's (0–1; missing if there are none, or
        the months at hand are not whole), and ``earlier``, how many there are.
    """
    sums = months.unstack("scope").rolling(length).sum()
    level = sums["value"] / sums["under"].where(sums["under"] > 0)
    is_ratio = bool((months["under"] != 1).any())
    with np.errstate(divide="ignore"):
        shown = level if is_ratio else np.log(level.where(level > 0))
    moved = shown - shown.shift(lag)
    away = moved.drop(columns=-1).sub(moved[-1], axis=0).abs()
    if last not in away.index:
        return pd.DataFrame({"unusual": np.nan, "earlier": np.nan}, index=away.columns)
    earlier = away[away.index < last]
    # A scope that vanished or appeared is further from the rest than any that did not.
    now = away.loc[last].fillna(float("inf"))
    count = earlier.notna().sum()
    closer = (earlier < now).sum()
    return pd.DataFrame({"unusual": closer / count.where(count > 0), "earlier": count})


def scope_of(key: str) -> dict[str, str]:
    """Values of a scope by dimension, from the name the table has for it.

    Examples
    --------
    >>> scope_of("category:Furniture & channel:dealer")
    {'category': 'Furniture', 'channel': 'dealer'}
    """
    pairs = (pair.partition(":") for pair in key.split(BETWEEN))
    return {dimension: value for dimension, _, value in pairs}


def _products(
    firm: Dataset, run: Run, base: Period, name: str, key: str, changes: pd.Series
) -> tuple[list[str], float]:
    """The fewest products that make up half of a scope's change, and how much they changed."""
    if key in (REST, TOTAL) or kind_of(name) != "sum" or changes[key] == 0:
        return [], 0.0
    inside = products_of(firm, run.region, run.period, base, name, scope_of(key))
    alike = inside[inside * changes[key] > 0].head(MOST_PRODUCTS)
    enough = (alike.cumsum().abs() >= abs(changes[key]) / 2).to_numpy()
    if not enough.any():
        return [], 0.0
    few = alike.iloc[: int(enough.argmax()) + 1]
    return [names_in(firm, "product", str(one)) or str(one) for one in few.index], float(few.sum())


def _label(firm: Dataset, run: Run, key: str) -> str:
    """What a reader calls a scope: ``Furniture × Dealers``."""
    if key in (REST, TOTAL):
        return words("drivers.rest" if key == REST else "drivers.total")
    parts = []
    for dimension, value in scope_of(key).items():
        name = names_in(firm, dimension, value) or run.part(dimension, value)
        parts.append(words(f"drivers.part.{dimension}", part=name))
    return words("drivers.times").join(parts)
