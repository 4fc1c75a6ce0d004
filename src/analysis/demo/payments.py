"""What customers owe for their orders, when it was due, and when they paid."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from analysis.demo.customers import Customers
from analysis.demo.events import TOLD, Collections, day_index
from analysis.demo.firm import BUSINESS, DAY_COUNT, DEALER
from analysis.demo.frames import moments, order_ids, pounds
from analysis.demo.purchases import Lines, Orders

TERMS: Final = (30, 30, 45, 60)  # days a dealers' customer has, by size
IN_TWO_PARTS: Final = 400_000  # pence; larger orders on account are paid in two halves
SECOND_PART_DAYS: Final = 30


def payment_table(
    orders: Orders,
    lines: Lines,
    customers: Customers,
    rng: np.random.Generator,
    collections: Collections = TOLD.collections,
) -> pd.DataFrame:
    """Payments, one or two rows per order, whose amounts add up to the order's revenue.

    Tills and the web shop are paid at once. Businesses that buy through dealers have terms, most
    pay within a fortnight of them, and `collections` says who does not.
    """
    count = len(orders.day)
    net = np.bincount(lines.order, weights=lines.net, minlength=count).astype(np.int64)
    size = customers.size[orders.customer]
    account = (orders.channel == DEALER) & (customers.kind[orders.customer] == BUSINESS)
    parts = np.where(account & (net >= IN_TWO_PARTS), 2, 1)
    of = np.repeat(np.arange(count), parts)
    second = np.concatenate([[False], of[1:] == of[:-1]])
    half = net[of] // 2
    amount = np.where(parts[of] == 1, net[of], np.where(second, net[of] - half, half))

    terms = np.array(TERMS)[size[of]] + np.where(second, SECOND_PART_DAYS, 0)
    due = orders.day[of] + np.where(account[of], terms, 0)
    poor = (orders.region[of] == collections.region) & (
        orders.day[of] >= day_index(collections.start)
    )
    delay = np.rint(rng.gamma(1.6, 4.0, len(of)) - 5).astype(np.int64)
    delay = np.where(poor, 10 + np.rint(rng.gamma(2.0, 12.0, len(of))).astype(np.int64), delay)
    unpaid = rng.random(len(of)) < np.where(poor, collections.unpaid, collections.usual_unpaid)
    paid = np.where(account[of], np.maximum(due + delay, orders.day[of] + 1), due)
    is_paid = ~(account[of] & unpaid) & (paid < DAY_COUNT)
    return pd.DataFrame(
        {
            "payment_id": [f"PY-{number:06d}" for number in range(1, len(of) + 1)],
            "order_id": order_ids(orders)[of],
            "due_at": moments(due),
            "paid_at": pd.Series(moments(paid)).where(is_paid),
            "amount": pounds(amount),
        }
    )
