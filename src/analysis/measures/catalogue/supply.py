"""Efficiency: stock, delivery and collection."""

from __future__ import annotations

from typing import Final

from analysis.measures.catalogue.record import OURS, Measure, Part
from analysis.measures.catalogue.usual import usual_units

INVENTORY_TURNOVER, INVENTORY_DAYS = "inventory_turnover", "inventory_days"
SELL_THROUGH, MOVING_RANGE = "sell_through", "moving_range"
ON_TIME_RATE, COLLECTION_RATE = "on_time_rate", "collection_rate"

DAYS_A_YEAR: Final = 365.25
DAYS_A_MONTH: Final = DAYS_A_YEAR / 12
_TURNOVER = "Horngren, Datar & Rajan, Cost Accounting, 14th ed., ch. 20"
_SELL_THROUGH = "Berman & Evans, Retail Management, 12th ed., ch. 15"
_STOCK = ("inventory", "products.unit_cost", "order_lines.cost")
_CREDIT = "Brealey, Myers & Allen, Principles of Corporate Finance, 10th ed., ch. 30"

_COST = Part("lines", lambda lines: lines.cost.sum())
_COST_A_YEAR = Part("lines", lambda lines: lines.cost.sum().cast("float64") * DAYS_A_YEAR)
_STOCK_DAYS = Part("stock", lambda stock: stock.value.sum().cast("float64") * DAYS_A_MONTH)

ENTRIES: Final = (
    Measure(
        INVENTORY_TURNOVER, "efficiency", _COST_A_YEAR, "times", "up", False,
        denominator=_STOCK_DAYS, needs=_STOCK, per="other", source=_TURNOVER,
    ),
    Measure(
        INVENTORY_DAYS, "efficiency", _STOCK_DAYS, "days", "down", False, denominator=_COST,
        needs=_STOCK, per="other", source=_TURNOVER,
    ),
    Measure(
        SELL_THROUGH, "efficiency", Part("lines", lambda lines: usual_units(lines).sum()), "rate",
        "up", False, denominator=Part("available", lambda available: available.units.sum()),
        needs=("inventory",), per="other", source=_SELL_THROUGH,
    ),
    Measure(
        MOVING_RANGE, "efficiency",
        Part("stock", lambda stock: stock.product_id.nunique(where=stock.is_sold)), "rate", "up",
        False, denominator=Part("stock", lambda stock: stock.product_id.nunique()),
        needs=("inventory", "order_lines.product_id"), source=f"{OURS}; in Chinese retail 动销率",
    ),
    Measure(
        ON_TIME_RATE, "efficiency",
        Part("deliveries", lambda deliveries: deliveries.is_on_time.sum()), "rate", "up", False,
        denominator=Part("deliveries", lambda deliveries: deliveries.count()),
        needs=("fulfilments.promised_at", "fulfilments.delivered_at"),
        source="APICS, SCOR model, RL.2.2",
    ),
    Measure(
        COLLECTION_RATE, "efficiency",
        Part("payments", lambda payments: payments.paid_amount.sum()), "rate", "up", False,
        denominator=Part("payments", lambda payments: payments.amount.sum()),
        needs=("payments.due_at", "payments.paid_at"), per="money", source=f"{_CREDIT}; 回款率",
    ),
)  # fmt: skip
