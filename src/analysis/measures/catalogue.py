"""The measures and dimensions a firm steers by, each defined once.

An entry here appears in the pack, in ``docs/measures.md`` and in comparisons; adding a measure is
adding an entry and a test.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import ibis.expr.types as ir

from analysis.text import words

Unit = Literal["money", "count", "rate"]
Over = Callable[[ir.Table], ir.Scalar]


@dataclass(frozen=True)
class Measure:
    """One measure over order lines.

    Attributes
    ----------
    name : str
        Column name; the label and definition a reader sees stand under it in the words.
    numerator, denominator : callable
        Aggregates over the table ``measures.lines`` gives. Without a denominator the numerator
        is the value; with one, value is numerator over denominator, missing over nothing.
    unit : {"money", "count", "rate"}
        What the value is in; a rate is 0–1.
    good : {"up", "down", "neither"}
        Which direction a firm wants.
    additive : bool
        Whether the values of parts add up to the value of the whole. Distinct counts do not.
    needs : str
        Table or column without which there is no value.
    source : str
        Where the definition is from.
    settled : bool
        Whether a period's value is known when the period ends. Returns still come in: a recent
        period's cannot be compared with an earlier one's.
    """

    name: str
    numerator: Over
    unit: Unit
    good: Literal["up", "down", "neither"]
    additive: bool
    source: str
    denominator: Over | None = None
    needs: str = "order_lines"
    settled: bool = True

    @property
    def label(self) -> str:
        """What a reader calls it."""
        return words(f"measure.{self.name}.label")

    @property
    def definition(self) -> str:
        """What it is, in a sentence."""
        return words(f"measure.{self.name}.definition")


@dataclass(frozen=True)
class Dimension:
    """Something measures can be split by.

    Attributes
    ----------
    name : str
        Column name; the label a reader sees stands under it in the words.
    needs : str
        Table and column that hold it: ``order_lines.channel``, ``products.category``.
    """

    name: str
    needs: str

    @property
    def table(self) -> str:
        """Table that holds it."""
        return self.needs.partition(".")[0]

    @property
    def column(self) -> str:
        """Its name in that table."""
        return self.needs.partition(".")[2] or self.name

    @property
    def label(self) -> str:
        """What a reader calls it."""
        return words(f"dimension.{self.name}")

    @property
    def labels(self) -> str:
        """What a reader calls several."""
        return words(f"dimensions.{self.name}")


def _revenue(lines: ir.Table) -> ir.Scalar:
    return lines.revenue.sum()


def _orders(lines: ir.Table) -> ir.Scalar:
    return lines.order_id.nunique()


def _margin(lines: ir.Table) -> ir.Scalar:
    return (lines.revenue - lines.cost).sum()


def _revenue_with_cost(lines: ir.Table) -> ir.Scalar:
    # A line without a cost is in neither half of the rate, or it would count as all margin.
    return lines.revenue.sum(where=lines.cost.notnull())


def _list_value(lines: ir.Table) -> ir.Scalar:
    return (lines.revenue + lines.discount).sum()


REVENUE, ORDERS, CUSTOMERS = "revenue", "orders", "customers"
UNITS, NEW_CUSTOMERS, AVERAGE_ORDER_VALUE = "units", "new_customers", "average_order_value"
GROSS_MARGIN, GROSS_MARGIN_RATE, DISCOUNT_RATE = (
    "gross_margin",
    "gross_margin_rate",
    "discount_rate",
)
RETURNED_ORDERS, RETURNED_REVENUE = "returned_orders", "returned_revenue"

_SALES = "Farris et al., Marketing Metrics, 3rd ed., ch. 2 and 3"
_CUSTOMERS = "Farris et al., Marketing Metrics, 3rd ed., ch. 5"
_DISCOUNT = "Farris et al., Marketing Metrics, 3rd ed., ch. 8"
_OURS = "docs/assumptions.md"

MEASURES = {
    measure.name: measure
    for measure in (
        Measure(REVENUE, _revenue, "money", "up", True, source=_OURS),
        Measure(ORDERS, _orders, "count", "up", False, source=_OURS),
        Measure(UNITS, lambda lines: lines.quantity.sum(), "count", "up", True, source=_OURS),
        Measure(
            CUSTOMERS, lambda lines: lines.customer_id.nunique(), "count", "up", False,
            source=_CUSTOMERS,
        ),
        Measure(
            NEW_CUSTOMERS, lambda lines: lines.customer_id.nunique(where=lines.is_new), "count",
            "up", False, source=_OURS,
        ),
        Measure(
            AVERAGE_ORDER_VALUE, _revenue, "money", "up", False, denominator=_orders, source=_SALES
        ),
        Measure(
            GROSS_MARGIN, _margin, "money", "up", True, needs="order_lines.cost", source=_SALES
        ),
        Measure(
            GROSS_MARGIN_RATE, _margin, "rate", "up", False, denominator=_revenue_with_cost,
            needs="order_lines.cost", source=_SALES,
        ),
        Measure(
            DISCOUNT_RATE, lambda lines: lines.discount.sum(), "rate", "down", False,
            denominator=_list_value, needs="order_lines.discount", source=_DISCOUNT,
        ),
        Measure(
            RETURNED_ORDERS, lambda lines: lines.order_id.nunique(where=lines.returned_share > 0),
            "count", "down", False, needs="returns", source=_OURS, settled=False,
        ),
        Measure(
            RETURNED_REVENUE, lambda lines: lines.returned_revenue.sum(), "money",
            "down", True, needs="returns", source=_OURS, settled=False,
        ),
    )
}  # fmt: skip

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
