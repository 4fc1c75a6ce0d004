"""Growth and profit: what order lines say by themselves, and beside plan and market."""

from __future__ import annotations

from typing import Final

import ibis.expr.types as ir

from analysis.measures.catalogue.record import MARKETING_METRICS, OURS, Measure, Over, Part
from analysis.measures.catalogue.usual import usual_units

REVENUE, ORDERS, UNITS = "revenue", "orders", "units"
AVERAGE_ORDER_VALUE, DISCOUNT_RATE = "average_order_value", "discount_rate"
GROSS_MARGIN, GROSS_MARGIN_RATE = "gross_margin", "gross_margin_rate"
RETURNED_ORDERS, RETURNED_REVENUE = "returned_orders", "returned_revenue"
OVERHEADS, NET_MARGIN, NET_MARGIN_RATE = "overheads", "net_margin", "net_margin_rate"
MARKET_SHARE, PLAN_ATTAINMENT = "market_share", "plan_attainment"

_SALES = f"{MARKETING_METRICS}, ch. 2 and 3"
_NET = f"{MARKETING_METRICS}, ch. 10: net profit and return on sales"
_DISCOUNT = f"{MARKETING_METRICS}, ch. 8"


def _of_lines(over: Over) -> Part:
    return Part("lines", over)


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


ENTRIES: Final = (
    Measure(REVENUE, "growth", _of_lines(_revenue), "money", "up", True, source=OURS),
    Measure(ORDERS, "growth", _of_lines(_orders), "count", "up", False, source=OURS),
    Measure(
        UNITS, "growth", _of_lines(lambda lines: usual_units(lines).sum()), "count", "up", True,
        source=OURS,
    ),
    Measure(
        MARKET_SHARE, "growth", _of_lines(_revenue), "rate", "up", False,
        denominator=Part("market", lambda market: market.market_size.sum()),
        needs=("order_lines", "market"), per="money",
        source=f"{MARKETING_METRICS}, ch. 2: market share",
    ),
    Measure(
        PLAN_ATTAINMENT, "growth", _of_lines(_revenue), "rate", "up", False,
        denominator=Part("plan", lambda plan: plan.revenue_target.sum()),
        needs=("order_lines", "plan"), per="money", source=OURS,
    ),
    Measure(
        AVERAGE_ORDER_VALUE, "profit", _of_lines(_revenue), "money", "up", False,
        denominator=_of_lines(_orders), source=_SALES,
    ),
    Measure(
        GROSS_MARGIN, "profit", _of_lines(_margin), "money", "up", True,
        needs=("order_lines.cost",), source=_SALES,
    ),
    Measure(
        GROSS_MARGIN_RATE, "profit", _of_lines(_margin), "rate", "up", False,
        denominator=_of_lines(_revenue_with_cost), needs=("order_lines.cost",),
        per="money", source=_SALES,
    ),
    Measure(
        OVERHEADS, "profit", Part("overheads", lambda overheads: overheads.amount.sum()), "money",
        "down", True, needs=("overheads",), source=OURS,
    ),
    Measure(
        NET_MARGIN, "profit", Part("result", lambda result: result.left.sum()), "money", "up", True,
        needs=("order_lines.cost", "overheads"), source=_NET,
    ),
    Measure(
        NET_MARGIN_RATE, "profit", Part("result", lambda result: result.left.sum()), "rate", "up",
        False, denominator=Part("result", lambda result: result.revenue.sum()), per="money",
        needs=("order_lines.cost", "overheads"), source=_NET,
    ),
    Measure(
        DISCOUNT_RATE, "profit", _of_lines(lambda lines: lines.discount.sum()), "rate", "down",
        False, denominator=_of_lines(_list_value), needs=("order_lines.discount",),
        per="money", source=_DISCOUNT,
    ),
    Measure(
        RETURNED_ORDERS, "efficiency",
        _of_lines(lambda lines: lines.order_id.nunique(where=lines.returned_share > 0)),
        "count", "down", False, needs=("returns",), source=OURS, settled=False,
    ),
    Measure(
        RETURNED_REVENUE, "efficiency", _of_lines(lambda lines: lines.returned_revenue.sum()),
        "money", "down", True, needs=("returns",), source=OURS, settled=False,
    ),
)  # fmt: skip
