"""The measures and dimensions a firm steers by, each defined once.

An entry here appears in the pack, in ``docs/measures.md`` and in comparisons; adding a measure is
adding an entry, its words and a test.
"""

from __future__ import annotations

from analysis.measures.catalogue import customers, sales, selling, supply
from analysis.measures.catalogue.customers import CUSTOMERS, NEW_CUSTOMERS
from analysis.measures.catalogue.record import GROUPS, Dimension, Given, Measure, Over, Part, Unit
from analysis.measures.catalogue.sales import (
    AVERAGE_ORDER_VALUE,
    DISCOUNT_RATE,
    GROSS_MARGIN,
    GROSS_MARGIN_RATE,
    MARKET_SHARE,
    NET_MARGIN,
    NET_MARGIN_RATE,
    ORDERS,
    PLAN_ATTAINMENT,
    RETURNED_ORDERS,
    RETURNED_REVENUE,
    REVENUE,
    UNITS,
)

__all__ = [
    "AVERAGE_ORDER_VALUE",
    "CUSTOMERS",
    "DIMENSIONS",
    "DISCOUNT_RATE",
    "GROSS_MARGIN",
    "GROSS_MARGIN_RATE",
    "GROUPS",
    "MARKET_SHARE",
    "MEASURES",
    "NET_MARGIN",
    "NET_MARGIN_RATE",
    "NEW_CUSTOMERS",
    "ORDERS",
    "PLAN_ATTAINMENT",
    "RETURNED_ORDERS",
    "RETURNED_REVENUE",
    "REVENUE",
    "UNITS",
    "Dimension",
    "Given",
    "Measure",
    "Over",
    "Part",
    "Unit",
]

MEASURES = {
    measure.name: measure
    for topic in (sales, supply, customers, selling)
    for measure in topic.ENTRIES
}

DIMENSIONS = {
    dimension.name: dimension
    for dimension in (
        Dimension("region", "order_lines"),
        Dimension("channel", "order_lines.channel"),
        Dimension("category", "products.category"),
        Dimension("subcategory", "products.subcategory"),
        Dimension("product", "order_lines.product_id"),
        Dimension("kind", "customers.kind"),
        Dimension("industry", "customers.industry"),
        Dimension("size_band", "customers.size_band"),
        Dimension("acquisition_channel", "customers.acquisition_channel"),
        Dimension("customer", "order_lines.customer_id"),
        Dimension("salesperson", "order_lines.salesperson_id"),
        Dimension("team", "staff.team"),
        Dimension("promotion", "order_lines.promotion_id"),
        Dimension("month", "order_lines"),
    )
}
