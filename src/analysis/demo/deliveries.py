"""When orders were promised and when they arrived."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from analysis.demo.chance import Ints
from analysis.demo.demand import in_category
from analysis.demo.firm import DAY_COUNT, STORE
from analysis.demo.frames import moments, order_ids
from analysis.demo.products import Products
from analysis.demo.purchases import Lines, Orders
from analysis.demo.story import Flags

LEAD_DAYS: Final = (0, 3, 7)  # by channel; what a till sells is carried home
BULKY_DAYS: Final = 5  # more for furniture
LATE_RATE: Final = 0.08


@dataclass(frozen=True)
class Deliveries:
    """One entry per order: day promised, and day and second it arrived, perhaps after the end."""

    promised: Ints
    delivered: Ints
    second: Ints

    @property
    def late(self) -> Flags:
        """Whether it came after the day it was promised for."""
        return self.delivered > self.promised

    def of(self, keep: Flags) -> Deliveries:
        """Deliveries of some of the orders."""
        return Deliveries(self.promised[keep], self.delivered[keep], self.second[keep])


def make_deliveries(
    orders: Orders, lines: Lines, seconds: Ints, products: Products, rng: np.random.Generator
) -> Deliveries:
    """Draw the deliveries; `seconds` is the time of day each order was placed."""
    count = len(orders.day)
    bulky = np.zeros(count, dtype=np.int64)
    bulky[lines.order[in_category(products, "Furniture")[lines.product]]] = BULKY_DAYS
    carried = orders.channel == STORE
    lead = np.array(LEAD_DAYS)[orders.channel] + np.where(carried, 0, bulky)
    late = (rng.random(count) < LATE_RATE) & ~carried
    days_late = 1 + np.floor(rng.exponential(4.0, count)).astype(np.int64)
    days_early = np.minimum(rng.poisson(0.8, count), np.maximum(lead - 1, 0))
    promised = orders.day + lead
    delivered = promised + np.where(late, days_late, -days_early)
    hour = rng.integers(8 * 60, 18 * 60, count) * 60
    return Deliveries(promised, delivered, np.where(carried, seconds, hour))


def fulfilment_table(orders: Orders, deliveries: Deliveries) -> pd.DataFrame:
    """Fulfilments, one row per order; what had not arrived by the window's end has no delivery."""
    arrived = pd.Series(moments(deliveries.delivered, deliveries.second))
    return pd.DataFrame(
        {
            "order_id": order_ids(orders),
            "promised_at": moments(deliveries.promised),
            "delivered_at": arrived.where(deliveries.delivered < DAY_COUNT),
        }
    )
