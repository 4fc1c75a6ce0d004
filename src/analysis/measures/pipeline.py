"""Opportunities and the stages they went through, as small tables."""

from __future__ import annotations

import ibis
import pandas as pd

from analysis.measures.lines import MOMENTS
from analysis.model.dataset import Dataset
from analysis.params import WHOLE_FIRM

OPPORTUNITY = ["customer_id", "owner_id", "amount", "created_at", "closed_at", "outcome", "region"]
NEEDS = ("opportunities.outcome", "opportunities.closed_at", "stage_events")


def is_there(data: Dataset) -> bool:
    """Whether the firm delivers opportunities, how they ended, and their stages."""
    return all(data.has(need) for need in NEEDS)


def opportunities(data: Dataset, region: str) -> pd.DataFrame:
    """Opportunities of a region: those whose customer, or else whose owner, is at home there.

    Returns
    -------
    DataFrame
        One row per ``opportunity_id`` (index): ``customer_id``, ``owner_id``, ``amount`` (money),
        ``created_at``, ``closed_at`` (missing: open), ``outcome`` (won, lost, open) and
        ``region``. One that is closed without being won or lost is left out, here and in
        :func:`stages`. Opportunities are what people pursue by hand, and few beside order lines.
        No rows where the firm delivers none.
    """
    if not is_there(data):
        return pd.DataFrame(columns=OPPORTUNITY, index=pd.Index([], name="opportunity_id"))
    table = data.tables["opportunities"]
    # Closed, and nobody says how: neither won nor lost, and not open either.
    table = table.filter(table.closed_at.isnull() | table.outcome.isin(["won", "lost"]))
    if "region" in table.columns:
        table = table.drop("region")
    table = _with_region(table, data, "customers", "customer_id", "of_customer")
    table = _with_region(table, data, "staff", "owner_id", "of_owner")
    table = table.mutate(region=ibis.coalesce(table.of_customer, table.of_owner))
    if region != WHOLE_FIRM:
        table = table.filter(table.region == region)
    shown = table.select(
        "opportunity_id", "customer_id", "owner_id", "created_at", "closed_at", "outcome",
        "region", amount=table.amount.cast("float64"),
    )  # fmt: skip
    rows: pd.DataFrame = shown.order_by("opportunity_id").execute().set_index("opportunity_id")
    moments = {name: rows[name].dt.as_unit(MOMENTS) for name in ("created_at", "closed_at")}
    return rows.assign(**moments)[OPPORTUNITY]


def stages(data: Dataset, region: str) -> pd.DataFrame:
    """When the opportunities of a region reached each stage; of those :func:`opportunities` has.

    Returns
    -------
    DataFrame
        One row per opportunity and stage, columns ``opportunity_id``, ``stage`` and
        ``entered_at``, by opportunity and moment. No rows where the firm delivers none.
    """
    if not is_there(data):
        return pd.DataFrame(columns=["opportunity_id", "stage", "entered_at"])
    events = data.tables["stage_events"].select("opportunity_id", "stage", "entered_at")
    rows: pd.DataFrame = events.order_by(["opportunity_id", "entered_at", "stage"]).execute()
    known = opportunities(data, region).index
    rows = rows[rows["opportunity_id"].isin(known)].reset_index(drop=True)
    return rows.assign(entered_at=rows["entered_at"].dt.as_unit(MOMENTS))


def _with_region(table: ibis.Table, data: Dataset, name: str, key: str, column: str) -> ibis.Table:
    """The region of a row's customer or owner as ``column``; missing where it is not known."""
    if not (data.has(f"{name}.region") and data.has(f"opportunities.{key}")):
        return table.mutate(**{column: ibis.null("string")})
    other = data.tables[name]
    unique = "salesperson_id" if name == "staff" else key
    known = other.select(**{f"{column}_key": other[unique], column: other["region"]})
    joined = table.left_join(known, table[key] == known[f"{column}_key"])
    return joined.drop(f"{column}_key")
