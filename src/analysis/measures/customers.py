"""What single customers bought, answered and signed: one row per customer, made in the engine."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import pandas as pd

from analysis.measures.catalogue import DIMENSIONS
from analysis.measures.lines import MOMENTS, in_scope
from analysis.model.dataset import Dataset
from analysis.params import WHOLE_FIRM
from analysis.periods import Period

ATTRIBUTES = ("kind", "industry", "size_band", "acquisition_channel")
"""What is known of a customer that customers can be told apart by; the region besides."""
SECONDS_A_DAY = 86_400


def customer_sales(data: Dataset, region: str, period: Period) -> pd.DataFrame:
    """What each customer bought in a period, and what kind of customer it is.

    Wider than ``measures.engine.customer_activity``, which tells when customers last bought:
    margins, what the spread of order values is computed from, and who they are.

    Returns
    -------
    DataFrame
        One row per customer who ordered in the period and region, indexed by ``customer_id``,
        sorted by it; sales without a name are nobody's. Columns

        - ``order_count``, ``revenue``, ``gross_margin`` and ``costed_revenue`` (money; the two of
          lines whose cost is known, zero where none is),
        - ``revenue_squares`` (sum over orders of their squared value, money squared),
        - ``first_ordered_at`` (anywhere in the firm, ever), ``last_ordered_at`` (in the period),
        - ``is_new`` (first order in the period),
        - ``region`` (where the customer is; an order may be placed elsewhere) and those of
          ``ATTRIBUTES`` that the firm delivers, ``""`` where one is not recorded.
    """
    lines = in_scope(data, region, period)
    lines = lines.filter(lines.customer_id.notnull())
    known = lines.cost.notnull()
    orders = lines.group_by(["customer_id", "order_id"]).aggregate(
        amount=lines.revenue.sum(),
        margin=(lines.revenue - lines.cost).sum(where=known),
        costed=lines.revenue.sum(where=known),
        at=lines.ordered_at.max(),
        first=lines.first_ordered_at.min(),
        is_new=lines.is_new.any(),
    )
    value = orders.amount.cast("float64")
    table = orders.group_by("customer_id").aggregate(
        order_count=orders.count(),
        revenue=orders.amount.sum().cast("float64"),
        gross_margin=orders.margin.sum().cast("float64").fill_null(0.0),
        costed_revenue=orders.costed.sum().cast("float64").fill_null(0.0),
        revenue_squares=(value * value).sum(),
        first_ordered_at=orders["first"].min(),
        last_ordered_at=orders["at"].max(),
        is_new=orders.is_new.any(),
    )
    customers = _with_attributes(table, data).order_by("customer_id").execute()
    moments = {
        name: customers[name].dt.as_unit(MOMENTS)
        for name in ("first_ordered_at", "last_ordered_at")
    }
    made: pd.DataFrame = customers.assign(**moments).set_index("customer_id")
    return made


def satisfaction(data: Dataset, period: Period) -> pd.DataFrame:
    """How satisfied each customer said to be in the surveys of a period.

    Returns
    -------
    DataFrame
        One row per customer who answered, indexed by ``customer_id``; columns ``answers`` (count),
        ``score`` (sum of the scores, each 1–5) and ``score_squares``. No rows where the firm
        delivers no scores.
    """
    columns = ["answers", "score", "score_squares"]
    if not data.has("interactions.score"):
        return pd.DataFrame(columns=columns, index=pd.Index([], name="customer_id"), dtype=float)
    said = data.tables["interactions"]
    after = (period.last + 1).start_time
    said = said.filter((said["at"] >= period.start) & (said["at"] < after))
    said = said.filter(said.score.notnull() & said.customer_id.notnull())
    score = said.score.cast("float64")
    table = said.group_by("customer_id").aggregate(
        answers=said.count().cast("float64"), score=score.sum(), score_squares=(score * score).sum()
    )
    made: pd.DataFrame = table.order_by("customer_id").execute().set_index("customer_id")
    return made


def deal_cycles(data: Dataset, region: str, period: Period) -> pd.DataFrame:
    """How many deals each customer signed in a period, and how long they took.

    Returns
    -------
    DataFrame
        One row per customer with a deal won in the period, indexed by ``customer_id``; columns
        ``deals`` (count), ``deal_days`` (sum of days from the opportunity to its close) and
        ``deal_days_squares``, then ``region`` and attributes as :func:`customer_sales`. A region
        is the customer's. No rows where the firm delivers no opportunities.
    """
    columns = ["deals", "deal_days", "deal_days_squares"]
    needs = [f"opportunities.{name}" for name in ("closed_at", "created_at", "customer_id")]
    if not all(data.has(need) for need in [*needs, "opportunities.outcome"]):
        return pd.DataFrame(columns=columns, index=pd.Index([], name="customer_id"), dtype=float)
    deals = data.tables["opportunities"]
    after = (period.last + 1).start_time
    deals = deals.filter((deals.closed_at >= period.start) & (deals.closed_at < after))
    deals = deals.filter((deals.outcome == "won") & deals.customer_id.notnull())
    seconds = deals.closed_at.truncate("D").epoch_seconds() - (
        deals.created_at.truncate("D").epoch_seconds()
    )
    days = seconds.cast("float64") / SECONDS_A_DAY
    table = deals.group_by("customer_id").aggregate(
        deals=deals.count().cast("float64"), deal_days=days.sum(), deal_days_squares=(days**2).sum()
    )
    known = _with_attributes(table, data)
    if region != WHOLE_FIRM:
        known = known.filter(known.region == region)
    made: pd.DataFrame = known.order_by("customer_id").execute().set_index("customer_id")
    return made


def names(data: Dataset, customers: Sequence[str]) -> pd.DataFrame:
    """Name and kind of a few customers, as the firm wrote them: mask them before they are shown.

    Returns
    -------
    DataFrame
        One row per known customer, indexed by ``customer_id``; columns ``name`` and ``kind``,
        missing where the firm does not deliver them.
    """
    index = pd.Index(list(customers), name="customer_id")
    if not data.has("customers"):
        return pd.DataFrame(index=index, columns=["name", "kind"], dtype=object)
    table = data.tables["customers"]
    table = table.filter(table.customer_id.isin(list(customers)))
    table = table.select("customer_id", "name", "kind").order_by("customer_id")
    found: pd.DataFrame = table.execute().set_index("customer_id")
    return found.reindex(index)


def _with_attributes(table: ibis.Table, data: Dataset) -> ibis.Table:
    """Customers with what is known of them; ``""`` where it is not recorded."""
    delivered = [name for name in ATTRIBUTES if data.has(DIMENSIONS[name].needs)]
    if data.has("customers.region"):
        delivered.append("region")
    if not delivered:
        return table
    customers = data.tables["customers"]
    known = customers.select("customer_id", *delivered)
    # Customers are unique by their number: no row is doubled.
    table = table.left_join(known, "customer_id").drop("customer_id_right")
    return table.mutate(**{name: table[name].fill_null("") for name in delivered})
