"""Customers who buy, stay, are won and are heard; opportunities with them."""

from __future__ import annotations

from typing import Final

import ibis

from analysis.measures.catalogue import DIMENSIONS
from analysis.measures.lines import with_dimensions
from analysis.measures.views.record import Scope, View, days_between, flag
from analysis.model.dataset import QUIET_DAYS

YEAR: Final = 12
"""Months a customer counts as active for after an order: a year evens out seasons."""
OF_CUSTOMERS: Final = frozenset(
    {"region", "month"} | {name for name, one in DIMENSIONS.items() if one.table == "customers"}
)
HOME: Final = "customers.region"
OF_BUYERS: Final = frozenset(DIMENSIONS)


def buyers(scope: Scope) -> ibis.Table | None:
    """Customers who ordered in the year that ends with the period; one row each.

    ``has_repeated``: in two orders or more; ``margin``: of the year's lines whose cost is known.
    Split by a dimension, a customer has a row in every part bought from.
    """
    rows = _lines(scope, months=YEAR, back=0)
    if rows is None:
        return None
    keys = _keys(scope)
    table = rows.group_by(keys).aggregate(
        orders=rows.order_id.nunique(), margin=(rows.revenue - rows.cost).sum()
    )
    return table.mutate(has_repeated=flag(table.orders > 1))


def earlier(scope: Scope) -> ibis.Table | None:
    """Customers who ordered in the year before that; one row each.

    ``has_stayed``: whether they ordered again in the year that ends with the period.
    """
    before, since = _lines(scope, months=YEAR, back=YEAR), _lines(scope, months=YEAR, back=0)
    if before is None or since is None:
        return None
    keys = _keys(scope)
    again = since.select(*keys).distinct().mutate(stayed=ibis.literal(True))
    rows = before.select(*keys).distinct().left_join(again, keys)
    rows = rows.drop([f"{key}_right" for key in keys])
    return rows.mutate(has_stayed=flag(rows.stayed))


def won(scope: Scope) -> ibis.Table:
    """Customers won in the period through a channel money is spent on; one row each.

    Won is as their record says, with an order or without; the scorecards of channels count who
    has ordered (``measures.channels.number_won``).
    """
    customers = scope.data.tables["customers"]
    paid = scope.data.tables["channel_spend"].select(acquisition_channel="channel").distinct()
    table = scope.of_region(customers.filter(scope.in_period(customers.acquired_at)))
    rows = table.mutate(month=table.acquired_at.truncate("M"))
    rows = rows.join(paid, "acquisition_channel")
    return with_dimensions(rows, scope.data, scope.by)


def contacts(scope: Scope) -> ibis.Table:
    """What passed between customers and the firm in the period; one row per event.

    Its region is the customer's home.
    """
    table = scope.data.tables["interactions"]
    table = table.filter(scope.in_period(table.at))
    rows = table.select(
        "customer_id", "score", "response_hours", month=table["at"].truncate("M"),
        is_complaint=flag(table.kind == "complaint"),
    )  # fmt: skip
    return _of_home(rows, scope)


def closed(scope: Scope) -> ibis.Table:
    """Opportunities decided in the period; one row each. Their region is the customer's home.

    ``cycle_days`` from finding to deciding; ``staged_days`` between the first stage and the last,
    in ``steps`` from stage to stage.
    """
    table = scope.data.tables["opportunities"]
    decided = table.outcome.isin(["won", "lost"]) & scope.in_period(table.closed_at)
    table = table.filter(decided)
    rows = table.select(
        "opportunity_id", "customer_id", salesperson_id="owner_id", category="product",
        month=table.closed_at.truncate("M"), is_won=flag(table.outcome == "won"),
        cycle_days=days_between(table.created_at, table.closed_at),
    )  # fmt: skip
    if "stage_events" in scope.data.tables:
        events = scope.data.tables["stage_events"]
        spans = events.group_by("opportunity_id").aggregate(
            staged_days=days_between(events.entered_at.min(), events.entered_at.max()),
            steps=events.count() - 1,
        )
        rows = rows.left_join(spans, "opportunity_id").drop("opportunity_id_right")
    return _of_home(rows, scope)


def _of_home(rows: ibis.Table, scope: Scope) -> ibis.Table:
    """Rows of customers with their home region; those of nobody are of no region."""
    if scope.data.has("customers.region"):
        customers = scope.data.tables["customers"].select("customer_id", "region")
        rows = rows.left_join(customers, "customer_id").drop("customer_id_right")
    else:
        rows = rows.mutate(region=ibis.null("string"))
    return with_dimensions(scope.of_region(rows), scope.data, scope.by)


def _keys(scope: Scope) -> list[str]:
    return ["customer_id", *scope.by]


def _lines(scope: Scope, months: int, back: int) -> ibis.Table | None:
    """Lines of known customers in the months that end ``back`` months before the period does."""
    last = scope.period.last - back
    first = last - (months - 1)
    if (scope.data.first_day - first.start_time.date()).days > QUIET_DAYS:
        return None
    lines = scope.data.order_lines
    after = (last + 1).start_time
    rows = lines.filter((lines.ordered_at >= first.start_time) & (lines.ordered_at < after))
    rows = scope.of_region(rows.filter(rows.customer_id.notnull()))
    rows = with_dimensions(rows, scope.data, scope.by)
    # What is not recorded is a part like any other: missing values never meet in a join.
    return rows.mutate(**{name: rows[name].fill_null("") for name in scope.by})


VIEWS: Final = {
    "buyers": View(buyers, OF_BUYERS, windowed=True),
    "earlier": View(earlier, OF_BUYERS, windowed=True),
    "won": View(won, OF_CUSTOMERS, dated="customers.acquired_at", placed=HOME),
    "contacts": View(contacts, OF_CUSTOMERS | {"customer"}, dated="interactions.at", placed=HOME),
    "closed": View(
        closed,
        OF_CUSTOMERS | {"customer", "salesperson", "category", "team"},
        dated="opportunities.closed_at",
        placed=HOME,
    ),
}
