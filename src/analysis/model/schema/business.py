"""Tables of goods, plans, spending and the world outside."""

from __future__ import annotations

from analysis.model.schema.record import COUNT, EXACT, MOMENT, TEXT, Column, Table, source

MONTH = Column(MOMENT, "month, its first day", required=True)

BUSINESS = {
    "products": Table(
        grain="one row per product",
        key=("product_id",),
        columns={
            "product_id": Column(TEXT, "the product", required=True),
            "name": Column(TEXT, "name"),
            "category": Column(TEXT, "category"),
            "subcategory": Column(TEXT, "subcategory"),
            "list_price": Column(EXACT, "list price of one unit", "money", low=0),
            "unit_cost": Column(EXACT, "cost of one unit", "money", low=0),
            "launched_at": Column(MOMENT, "first day on sale"),
            "source": source(),
        },
    ),
    "inventory": Table(
        grain="one row per product, month and region",
        key=("product_id", "month", "region"),
        dated="month",
        columns={
            "product_id": Column(TEXT, "the product", required=True, refers_to="products"),
            "month": MONTH,
            "region": Column(TEXT, "region; none: the whole firm"),
            "on_hand": Column(EXACT, "in stock at the month's end", "units", low=0),
            "received": Column(EXACT, "received in the month", "units", low=0),
            "stock_out_days": Column(
                COUNT, "days of the month without stock", "days", low=0, high=31
            ),
            "source": source(),
        },
    ),
    "channel_spend": Table(
        grain="one row per channel and month",
        key=("channel", "month"),
        dated="month",
        columns={
            "channel": Column(TEXT, "channel of marketing", required=True),
            "month": MONTH,
            "spend": Column(EXACT, "spent", "money", required=True, low=0),
            "impressions": Column(COUNT, "times it was seen", "count", low=0),
            "leads": Column(COUNT, "leads it brought", "count", low=0),
            "source": source(),
        },
    ),
    "plan": Table(
        grain="one row per region, category and month",
        key=("region", "category", "month"),
        dated="month",
        columns={
            "region": Column(TEXT, "region", required=True),
            "category": Column(TEXT, "category; none: all"),
            "month": MONTH,
            "revenue_target": Column(EXACT, "revenue planned", "money", required=True, low=0),
            "source": source(),
        },
    ),
    "overheads": Table(
        grain="one row per item, month and region",
        key=("month", "item", "region"),
        dated="month",
        columns={
            "month": MONTH,
            "item": Column(TEXT, "what was paid for: rent, salaries, head office", required=True),
            "region": Column(TEXT, "region; none: the whole firm"),
            "amount": Column(
                EXACT, "cost of the month beside the goods sold", "money", required=True
            ),
            "source": source(),
        },
    ),
    "market": Table(
        grain="one row per region, category and month",
        key=("region", "category", "month"),
        dated="month",
        columns={
            "region": Column(TEXT, "region", required=True),
            "category": Column(TEXT, "category; none: all"),
            "month": MONTH,
            "market_size": Column(EXACT, "all sellers' sales", "money", required=True, low=0),
            "source": source(),
        },
    ),
    "events": Table(
        grain="one row per event outside or inside the firm",
        key=("event_id",),
        dated="starts_at",
        columns={
            "event_id": Column(TEXT, "the event; the row of the file where none is mapped"),
            "kind": Column(
                TEXT, "what happened", required=True,
                allowed=("competitor", "policy", "holiday", "price", "stock_out", "other"),
            ),
            "starts_at": Column(MOMENT, "first day", required=True),
            "ends_at": Column(MOMENT, "last day; none: it still lasts"),
            "region": Column(TEXT, "region; none: all"),
            "category": Column(TEXT, "category; none: all"),
            "note": Column(TEXT, "in a sentence"),
            "source": source(),
        },
    ),
    "control_totals": Table(
        grain="one row per month and system counted",
        key=("month", "of_source", "source"),
        dated="month",
        columns={
            "month": MONTH,
            "of_source": Column(TEXT, "system whose orders were counted", required=True),
            "revenue": Column(EXACT, "revenue the counting system holds", "money", required=True),
            "orders": Column(COUNT, "orders it holds", "count", low=0),
            "source": Column(TEXT, "system that counted", made=True),
        },
    ),
}  # fmt: skip
