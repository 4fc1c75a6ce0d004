"""The smallest parts a firm can be cut into, now and before, with what their sums vary by."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, combinations_with_replacement

import ibis
import ibis.expr.operations as ops
import pandas as pd

from analysis.errors import ContractError, nearest
from analysis.measures.catalogue import DIMENSIONS, MEASURES, Over, Part
from analysis.measures.lines import in_scope, with_dimensions
from analysis.model.dataset import Dataset
from analysis.params import WHOLE_FIRM
from analysis.periods import Period

SUMS = ["now", "before"]
RATIOS = [*SUMS, "now_under", "before_under"]
ONCE = " & "
"""Between two columns: the sum over customers of their product."""
_PROBE = ibis.table(
    {
        **dict.fromkeys(("order_id", "customer_id", "product_id"), "string"),
        **dict.fromkeys(("revenue", "cost", "discount", "quantity", "unit_price"), "float64"),
        **dict.fromkeys(("returned_share", "returned_revenue"), "float64"),
        **dict.fromkeys(("is_new", "is_outlier"), "boolean"),
    },
    name="probe",
)
"""Order lines without a row, to look at what a measure does with them."""


def dimensions_of(data: Dataset, region: str, asked: Sequence[str], most: int) -> list[str]:
    """Those of the dimensions asked for that the firm delivers, at most ``most``, in their order.

    The region is one of them only where the run is about all regions.
    """
    there = [
        name
        for name in asked
        if data.has(DIMENSIONS[name].needs) and (name != "region" or region == WHOLE_FIRM)
    ]
    return there[:most]


def kind_of(name: str) -> str:
    """Whether parts of a measure add up: ``sum``, ``ratio`` of sums, or ``count`` of the distinct.

    Raises
    ------
    ContractError
        If there is no such measure, it is not of order lines, or it is a ratio over a distinct
        count: an order with lines in two categories is under both, so parts of such a ratio have
        no common denominator.

    Examples
    --------
    >>> [kind_of(name) for name in ("revenue", "gross_margin_rate", "customers")]
    ['sum', 'ratio', 'count']
    """
    halves = halves_of(name)
    if len(halves) == 1:
        return "sum" if MEASURES[name].additive else "count"
    if any(over(_PROBE).op().find(ops.CountDistinct) for over in halves.values()):
        raise ContractError(
            f"{name!r} is a ratio with a distinct count, which parts do not add up to; ask for "
            "a sum, e.g. 'revenue', or for a ratio of sums, e.g. 'gross_margin_rate'"
        )
    return "ratio"


def cells(
    data: Dataset,
    region: str,
    period: Period,
    base: Period,
    name: str,
    by: Sequence[str],
    depth: int,
) -> pd.DataFrame:
    """Take a measure of every combination of dimensions that was sold in either of two periods.

    Parameters
    ----------
    data : Dataset
        Opened snapshot.
    region : str
        A region of the data, or ``all``.
    period, base : Period
        Now and before.
    name : str
        A measure that adds up, or a ratio of two that do.
    by : sequence of str
        Dimensions of the catalogue that the firm delivers.
    depth : int
        Most dimensions of a scope that squares are wanted for.

    Returns
    -------
    DataFrame
        One row per combination, indexed by ``by`` (``""`` where unknown). Columns ``now`` and
        ``before``, of a ratio its numerators, and ``now_under``, ``before_under`` its denominators;
        for each two of them, ``a & b``, the sum over customers of the product of the customer's
        own: what the spread of any sum of them is made of; ``customers``, how many bought in
        either period (an order without a customer is one of its own). Then the same by fewer
        dimensions, a missing one standing for all its values: what one customer buys in several
        categories goes up and down together, so that squares of parts do not add up to those of
        the whole. Dimensions of customers are never missing, as a customer is in one part of them.
    """
    columns = SUMS if kind_of(name) == "sum" else RATIOS
    halves = halves_of(name)
    lines = both_periods(data, region, period, base, by)
    of_customers = [name for name in by if DIMENSIONS[name].table == "customers"]
    of_orders = [name for name in by if name not in of_customers]
    taken = lines.group_by([*of_orders, "customer", "is_now"]).aggregate(
        **{f"value{half}": over(lines).cast("float64") for half, over in halves.items()}
    )
    own = taken.group_by([*of_orders, "customer"]).aggregate(
        **{
            f"{when}{half}": taken[f"value{half}"].sum(where=taken.is_now == flag).fill_null(0.0)
            for half in halves
            for when, flag in (("now", 1), ("before", 0))
        }
    )
    # What is known of a customer is one value; it is put beside sums of few columns, not many.
    who = lines.group_by("customer").aggregate(**{one: lines[one].max() for one in of_customers})
    # Every cut asks for both anew; kept by the engine, they are made once.
    with own.cache() as own, who.cache() as who:
        parts = [_cut(own, who, cut, by, columns) for cut in _cuts(of_orders, depth)]
        union = ibis.union(*parts) if len(parts) > 1 else parts[0]
        table = union.order_by([union[name].asc(nulls_first=False) for name in by]).execute()
    return table.set_index(list(by)).astype(float)


def _cuts(of_orders: list[str], depth: int) -> list[tuple[str, ...]]:
    """Sets of dimensions to take whole customers by, the finest last.

    No set has two dimensions of one table, as category and subcategory of products: one is in the
    other.
    """
    cuts = [
        cut
        for size in range(depth + 1)
        for cut in combinations(of_orders, size)
        if all(DIMENSIONS[a].table != DIMENSIONS[b].table or DIMENSIONS[a].table == "order_lines"
               for a, b in combinations(cut, 2))
    ]  # fmt: skip
    return list(dict.fromkeys([*cuts, tuple(of_orders)]))


def _cut(
    own: ibis.Table, who: ibis.Table, cut: Sequence[str], by: Sequence[str], columns: list[str]
) -> ibis.Table:
    """Customers' own numbers by few dimensions of orders, and what is summed over customers."""
    own = own.group_by([*cut, "customer"]).aggregate(**{c: own[c].sum() for c in columns})
    own = own.join(who, "customer")
    kept = [name for name in by if name in own.columns]
    numbers = {column: own[column].sum() for column in columns}
    for a, b in combinations_with_replacement(columns, 2):
        numbers[f"{a}{ONCE}{b}"] = (own[a] * own[b]).sum()
    numbers["customers"] = own.count().cast("float64")
    sums = own.group_by(kept).aggregate(**numbers) if kept else own.aggregate(**numbers)
    return sums.select(
        **{name: sums[name] if name in kept else ibis.null("string") for name in by},
        **{column: sums[column] for column in numbers},
    )


def counts(
    data: Dataset,
    region: str,
    period: Period,
    base: Period,
    name: str,
    by: Sequence[str],
    depth: int,
) -> pd.DataFrame:
    """Count the distinct in every scope of up to ``depth`` dimensions, each scope asked for itself.

    A customer who buys in two categories counts in both, so that no scope's count follows from
    those of its parts.

    Returns
    -------
    DataFrame
        One row per scope seen in either period and one for the whole, indexed by ``by``
        (missing: any value). Columns ``now`` and ``before`` (count).
    """  # fmt: skip
    (over,) = halves_of(name).values()
    lines = both_periods(data, region, period, base, by)
    cuboids = [list(c) for size in range(depth + 1) for c in combinations(by, size)]
    tables = []
    for cuboid in cuboids:
        groups = [*cuboid, "is_now"]
        wide = lines.group_by(groups).aggregate(n=over(lines).cast("float64"))
        tables.append(wide.order_by(groups).execute().reindex(columns=[*by, "is_now", "n"]))
    table = pd.concat([table.astype(dict.fromkeys(by, object)) for table in tables])
    table = table.assign(when=table["is_now"].map({1: "now", 0: "before"}))
    # A scope not seen in a period has no row there: it counts nothing.
    wide = table.pivot_table("n", list(by), "when", aggfunc="sum", dropna=False, observed=True)
    return wide.reindex(columns=SUMS).fillna(0.0).rename_axis(columns=None)


def halves_of(name: str) -> dict[str, Over]:
    """What a measure sums over order lines: ``""`` the numerator, ``_under`` a denominator."""
    if name not in MEASURES:
        raise ContractError(f"no measure is called {name!r}; {nearest(name, MEASURES)}")
    halves = MEASURES[name].halves
    of_lines = [half for half in halves.values() if isinstance(half, Part) and half.of == "lines"]
    if len(of_lines) < len(halves):
        raise ContractError(
            f"{name!r} is not of order lines alone, so it has no value for each combination of "
            "what was sold to whom; ask for one that is, e.g. 'revenue'"
        )
    return {suffix: half.over for suffix, half in zip(("", "_under"), of_lines, strict=False)}


def both_periods(
    data: Dataset, region: str, period: Period, base: Period, by: Sequence[str]
) -> ibis.Table:
    """Lines of both periods, ``is_now`` 1 or 0, with dimensions and who bought.

    Dimensions are ``""`` where unknown.
    """
    parts = [
        with_dimensions(in_scope(data, region, span), data, by).mutate(is_now=ibis.literal(flag))
        for span, flag in ((period, 1), (base, 0))
    ]
    lines = ibis.union(*parts)
    return lines.mutate(
        **{name: lines[name].fill_null("") for name in by},
        customer=ibis.coalesce(lines.customer_id, lines.order_id),
    )
