"""A few scopes of the firm, looked at closely: month by month, and product by product."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import ibis
import pandas as pd

from analysis.measures.cells import both_periods, halves_of
from analysis.measures.lines import KEYS, MOMENTS, in_scope, with_dimensions
from analysis.model.dataset import Dataset
from analysis.periods import Period

Scope = Mapping[str, str]
"""Values by dimension."""


def scope_months(data: Dataset, region: str, name: str, scopes: Sequence[Scope]) -> pd.DataFrame:
    """Take a measure of scopes that do not overlap, and of the rest, in every month of the data.

    Returns
    -------
    DataFrame
        One row per month (PeriodIndex without gaps) and scope number (``-1``: the rest). Columns
        ``value`` and ``under`` (1 where the measure has no denominator).
    """
    halves = halves_of(name)
    span = Period(f"{data.first_month}..{data.latest_month}", data.first_month, data.latest_month)
    by = sorted({dimension for scope in scopes for dimension in scope})
    lines = with_dimensions(in_scope(data, region, span), data, by)
    number = ibis.literal(-1)
    for place, scope in enumerate(scopes):
        inside = ibis.and_(*(lines[key].fill_null("") == value for key, value in scope.items()))
        number = ibis.ifelse(inside, place, number)
    lines = lines.mutate(scope=number)
    groups = ["month", "scope"]
    table = lines.group_by(groups).aggregate(
        **{f"value{half}": over(lines).cast("float64") for half, over in halves.items()}
    )
    table = table.order_by(groups).execute()
    table["month"] = pd.PeriodIndex(table["month"].dt.as_unit(MOMENTS), freq="M")
    months = pd.period_range(span.first, span.last, freq="M", name="month")
    full = pd.MultiIndex.from_product([months, range(-1, len(scopes))], names=groups)
    # No sale of a scope in a month the data cover is nothing sold.
    table = table.set_index(groups).reindex(full).fillna(0.0)
    under = table.get("value_under", pd.Series(1.0, index=full))
    return pd.DataFrame({"value": table["value"], "under": under})


def products_of(
    data: Dataset, region: str, period: Period, base: Period, name: str, scope: Scope
) -> pd.Series:
    """Change of a measure that adds up, by product of a scope, furthest from zero first.

    Returns
    -------
    Series
        Indexed by ``product_id``; sales without a product are nobody's. Empty where the firm does
        not deliver products.
    """
    if not data.has("order_lines.product_id"):
        return pd.Series(dtype=float)
    (over,) = halves_of(name).values()
    lines = both_periods(data, region, period, base, [*scope, "product"])
    for key, value in scope.items():
        lines = lines.filter(lines[key] == value)
    lines = lines.filter(lines["product"] != "")
    sums = lines.group_by(["product", "is_now"]).aggregate(value=over(lines).cast("float64"))
    table = sums.order_by(["product", "is_now"]).execute()
    signed = table["value"].where(table["is_now"] == 1, -table["value"])
    change = signed.groupby(table["product"]).sum()
    return change.sort_values(key=lambda values: -values.abs(), kind="stable")


def names_in(data: Dataset, dimension: str, value: str) -> str:
    """What the firm's own tables call a salesperson or product; nothing, where none does."""
    table = {"salesperson": "staff", "product": "products"}.get(dimension, "")
    if not table or not data.has(f"{table}.name"):
        return ""
    rows = data.tables[table]
    found = rows.filter(rows[KEYS[table]] == value).select("name").limit(1).execute()["name"]
    return str(found.iloc[0]) if len(found) and found.notna().all() else ""
