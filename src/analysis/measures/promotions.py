"""What was sold on offer and what was not: small tables by day, scope and promotion."""

from __future__ import annotations

from datetime import date

import ibis
import pandas as pd

from analysis.measures.lines import MOMENTS, with_dimensions
from analysis.model.dataset import Dataset
from analysis.params import WHOLE_FIRM
from analysis.periods import Period

TABLE = ["promotion_id", "name", "kind", "category", "starts_at", "ends_at", "cost"]
MONEY = ["list_value", "revenue", "discount", "goods"]


def promotions(data: Dataset, as_of: date) -> pd.DataFrame:
    """Promotions that had begun by a day, oldest first; no rows where the firm delivers none.

    Returns
    -------
    DataFrame
        One row per promotion; columns ``promotion_id``, ``name``, ``kind`` (what was offered),
        ``category`` (``""``: all), ``starts_at``, ``ends_at`` and ``cost`` (money besides the
        discounts; missing where it is not known).
    """
    if not (data.has("promotions") and data.has("order_lines.promotion_id")):
        return pd.DataFrame(columns=TABLE)
    table = data.tables["promotions"]
    end = pd.Timestamp(as_of) + pd.Timedelta(days=1)
    rows = table.filter(table.starts_at < end).order_by(["starts_at", "promotion_id"])
    shown: pd.DataFrame = rows.select(
        "promotion_id",
        name=ibis.coalesce(rows.name, rows.promotion_id),
        kind=rows.kind.fill_null(""),
        category=rows.category.fill_null(""),
        starts_at=rows.starts_at,
        ends_at=rows.ends_at,
        cost=rows.cost.cast("float64"),
    ).execute()
    moments = {name: shown[name].dt.as_unit(MOMENTS) for name in ("starts_at", "ends_at")}
    return shown.assign(**moments)


def daily_lines(data: Dataset, period: Period, as_of: date) -> pd.DataFrame:
    """How many order lines the firm sold each day, by category and kind of customer.

    Returns
    -------
    DataFrame
        One row per ``day``, ``category`` and ``kind`` (``""`` where it is not known) that sold
        anything up to ``as_of``; ``lines`` counts its order lines.
    """
    lines = _lines(data, WHOLE_FIRM, period, as_of)
    lines = lines.mutate(day=lines.ordered_at.truncate("D"), **_named(lines))
    keys = ["day", "category", "kind"]
    table: pd.DataFrame = (
        lines.group_by(keys).aggregate(lines=lines.count().cast("float64")).order_by(keys).execute()
    )
    return table.assign(day=table["day"].dt.as_unit(MOMENTS))


def money_by_promotion(data: Dataset, region: str, period: Period, as_of: date) -> pd.DataFrame:
    """What a region sold on each offer and on none, by category and kind of customer.

    Returns
    -------
    DataFrame
        One row per ``promotion_id`` (``""``: on no offer), ``category`` and ``kind``; columns
        ``lines`` (count), ``list_value`` (before discounts), ``revenue``, ``discount`` and
        ``goods`` (their cost), money. Lines without a cost are in none of them: a margin without
        a cost would be all of the price.
    """
    lines = _lines(data, region, period, as_of)
    lines = lines.filter(lines.cost.notnull())
    lines = lines.mutate(promotion_id=lines.promotion_id.fill_null(""), **_named(lines))
    keys = ["promotion_id", "category", "kind"]
    discount = lines.discount.fill_null(0)
    table: pd.DataFrame = (
        lines.group_by(keys)
        .aggregate(
            lines=lines.count().cast("float64"),
            list_value=(lines.revenue + discount).sum().cast("float64"),
            revenue=lines.revenue.sum().cast("float64"),
            discount=discount.sum().cast("float64"),
            goods=lines.cost.sum().cast("float64"),
        )
        .order_by(keys)
        .execute()
    )
    return table


def _lines(data: Dataset, region: str, period: Period, as_of: date) -> ibis.Table:
    """Order lines of a region and period up to a day, with category and kind of customer."""
    lines = data.order_lines
    end = min((period.last + 1).start_time, pd.Timestamp(as_of) + pd.Timedelta(days=1))
    lines = lines.filter((lines.ordered_at >= period.start) & (lines.ordered_at < end))
    if region != WHOLE_FIRM:
        lines = lines.filter(lines.region == region)
    return with_dimensions(lines, data, ["category", "kind"])


def _named(lines: ibis.Table) -> dict[str, ibis.Value]:
    return {name: lines[name].fill_null("") for name in ("category", "kind")}
