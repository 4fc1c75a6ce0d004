"""Tables of what was sold, and what became of it."""

from __future__ import annotations

from analysis.model.schema.record import EXACT, FLAG, MOMENT, TEXT, Column, Table, source

ORDER = Column(TEXT, "the order", required=True)

SALES = {
    "order_lines": Table(
        grain="one row per order and line",
        key=("order_id", "line_no"),
        dated="ordered_at",
        columns={
            "order_id": Column(
                TEXT, "the order; where several systems deliver, its system and its number",
                required=True,
            ),
            "line_no": Column(TEXT, "line of the order; the row of the file where none is mapped"),
            "ordered_at": Column(MOMENT, "when the order was placed", required=True),
            "customer_id": Column(
                TEXT, "who bought; none: a sale without a name", must_map=True,
                refers_to="customers",
            ),
            "product_id": Column(TEXT, "what was bought", refers_to="products"),
            "region": Column(TEXT, "sales region, as in params/regions/", required=True),
            "channel": Column(TEXT, "way of selling"),
            "salesperson_id": Column(TEXT, "who sold", refers_to="staff"),
            "quantity": Column(EXACT, "units sold", "units", required=True, low=0),
            "unit_price": Column(EXACT, "list price of one unit", "money", low=0),
            "discount": Column(EXACT, "money off list price", "money"),
            "revenue": Column(
                EXACT, "amount invoiced, after discount, before tax", "money", required=True, low=0
            ),
            "cost": Column(EXACT, "cost of the goods sold", "money", low=0),
            "promotion_id": Column(TEXT, "promotion it was sold under", refers_to="promotions"),
            "reference": Column(TEXT, "the same order's number in another system"),
            "status": Column(TEXT, "state of the line in its system"),
            "currency": Column(TEXT, "currency the system wrote; amounts here are the firm's"),
            "unit": Column(TEXT, "pack the system counted in; quantities here are units"),
            "is_outlier": Column(FLAG, "whether it is far from what is usual", made=True),
            "source": source(),
        },
    ),
    "returns": Table(
        grain="one row per returned order line, or per order where whole orders come back",
        key=("order_id", "line_no"),
        dated="returned_at",
        columns={
            "order_id": Column(TEXT, "the order that came back", required=True),
            "line_no": Column(TEXT, "its line; none: the whole order"),
            "returned_at": Column(MOMENT, "when it came back"),
            "quantity": Column(
                EXACT, "units that came back; none: the whole line", "units", low=0
            ),
            "reason": Column(TEXT, "why"),
            "source": source(),
        },
    ),
    "payments": Table(
        grain="one row per payment of an order, or per order not paid yet",
        key=("payment_id",),
        dated="due_at",
        columns={
            "payment_id": Column(TEXT, "the payment; the row of the file where none is mapped"),
            "order_id": ORDER,
            "due_at": Column(MOMENT, "when it was due"),
            "paid_at": Column(MOMENT, "when it was paid; none: not yet"),
            "amount": Column(EXACT, "amount due", "money", required=True, low=0),
            "source": source(),
        },
    ),
    "fulfilments": Table(
        grain="one row per order",
        key=("order_id",),
        dated="promised_at",
        columns={
            "order_id": ORDER,
            "promised_at": Column(MOMENT, "when it was promised"),
            "delivered_at": Column(MOMENT, "when it arrived; none: not yet"),
            "source": source(),
        },
    ),
    "promotions": Table(
        grain="one row per promotion",
        key=("promotion_id",),
        dated="starts_at",
        columns={
            "promotion_id": Column(TEXT, "the promotion", required=True),
            "name": Column(TEXT, "what it was called"),
            "kind": Column(TEXT, "what was offered"),
            "category": Column(TEXT, "category it was for; none: all"),
            "starts_at": Column(MOMENT, "first day", required=True),
            "ends_at": Column(MOMENT, "last day", required=True),
            "cost": Column(EXACT, "what it cost besides the discounts", "money", low=0),
            "source": source(),
        },
    ),
}  # fmt: skip
