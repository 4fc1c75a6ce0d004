"""The four tables of selling: order lines, customers, products and returns."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from analysis.demo.chance import Ints
from analysis.demo.contacts import contacts
from analysis.demo.customers import ACQUIRED_VIA, Customers
from analysis.demo.firm import BUSINESS, INDUSTRIES, REGIONS, SIZE_BANDS, STORE, WEB
from analysis.demo.frames import labels, moments, order_ids, pounds, rep_ids
from analysis.demo.products import CATEGORIES, Products
from analysis.demo.promotions import promotion_ids
from analysis.demo.purchases import Lines, Orders
from analysis.demo.returns import RETURN_REASONS, Returns

REGION_WORDS: Final = tuple(region.area.lower().replace("-", "") for region in REGIONS)
CHANNEL_WORDS: Final = ("store", "web", "dealer")
KIND_WORDS: Final = ("b2b", "b2c")
STORE_HOURS: Final = (9 * 3600, 17.5 * 3600)  # seconds after midnight
WEB_PEAKS: Final = ((0.35, 12.8, 2.2), (0.65, 20.0, 2.1))  # share, hour, spread in hours


def order_seconds(orders: Orders, rng: np.random.Generator) -> Ints:
    """Time of day of each order in seconds: 0 for dealers', whose paper knows the date alone.

    Within a day and a channel times rise with the order's number.
    """
    count = len(orders.day)
    till = STORE_HOURS[0] + rng.beta(1.8, 1.6, count) * (STORE_HOURS[1] - STORE_HOURS[0])
    evening = rng.random(count) >= WEB_PEAKS[0][0]
    hour = np.where(evening, WEB_PEAKS[1][1], WEB_PEAKS[0][1])
    spread = np.where(evening, WEB_PEAKS[1][2], WEB_PEAKS[0][2])
    web = np.clip(rng.normal(hour, spread), 0.02, 23.98) * 3600
    drawn = np.select([orders.channel == STORE, orders.channel == WEB], [till, web], 0.0)
    by_number = np.lexsort((orders.number, orders.channel, orders.day))
    by_time = np.lexsort((drawn, orders.channel, orders.day))
    seconds = np.empty(count, dtype=np.int64)
    seconds[by_number] = drawn[by_time].astype(np.int64)
    return seconds


def order_lines(
    orders: Orders,
    lines: Lines,
    seconds: Ints,
    customers: Customers,
    products: Products,
) -> pd.DataFrame:
    """Order lines, one row per order and line, by order; money in pounds."""
    of = lines.order
    return pd.DataFrame(
        {
            "order_id": order_ids(orders)[of],
            "line_no": labels([str(n) for n in range(100)], lines.line_no),
            "ordered_at": moments(orders.day, seconds)[of],
            "customer_id": labels(customers.ids(), orders.customer)[of],
            "product_id": labels(products.ids(), lines.product),
            "region": labels(REGION_WORDS, orders.region)[of],
            "channel": labels(CHANNEL_WORDS, orders.channel)[of],
            "salesperson_id": rep_ids(orders.rep)[of],
            "quantity": lines.quantity,
            "unit_price": pounds(lines.list_price),
            "discount": pounds(lines.discount),
            "revenue": pounds(lines.net),
            "cost": pounds(lines.cost),
            "promotion_id": labels(promotion_ids(), lines.promotion),
            "status": "Invoiced",
        }
    )


def customer_table(customers: Customers, rng: np.random.Generator) -> pd.DataFrame:
    """Customers, one row each, in order of acquisition; only businesses have an owner."""
    via = np.array(ACQUIRED_VIA, dtype=object)[customers.kind, customers.via]
    made = contacts(customers, rng)
    return pd.DataFrame(
        {
            "customer_id": customers.ids(),
            "name": made.pop("name"),
            "kind": labels(KIND_WORDS, customers.kind),
            "industry": labels([industry for industry, _, _ in INDUSTRIES], customers.industry),
            "size_band": labels([band.label for band in SIZE_BANDS], customers.size),
            **made,
            "region": labels(REGION_WORDS, customers.region),
            "owner_id": rep_ids(np.where(customers.kind == BUSINESS, customers.rep, 0)),
            "acquired_at": moments(customers.acquired),
            "acquisition_channel": via,
        }
    )


def product_table(products: Products) -> pd.DataFrame:
    """Products, one row each, with the prices and costs of the last day, in pounds."""
    return pd.DataFrame(
        {
            "product_id": products.ids(),
            "name": list(products.names),
            "category": labels([category.name for category in CATEGORIES], products.category),
            "subcategory": list(products.subcategory),
            "list_price": pounds(products.prices[-1]),
            "unit_cost": pounds(products.costs[-1]),
            "launched_at": moments(products.launched),
        }
    )


def return_table(orders: Orders, lines: Lines, returns: Returns) -> pd.DataFrame:
    """Returns, at most one row per order line, by the day they came back."""
    by_day = np.lexsort((returns.line, returns.day))
    line = returns.line[by_day]
    return pd.DataFrame(
        {
            "order_id": order_ids(orders)[lines.order[line]],
            "line_no": labels([str(n) for n in range(100)], lines.line_no[line]),
            "returned_at": moments(returns.day[by_day]),
            "quantity": returns.quantity[by_day],
            "reason": labels([r for r, _ in RETURN_REASONS], returns.reason[by_day]),
        }
    )
