"""The promotions of the invented firm: what each cost, and what it truly brought."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from analysis.demo.events import TOLD, Stories
from analysis.demo.firm import CONSUMER, STORE
from analysis.demo.frames import day
from analysis.demo.purchases import VOUCHER_DISCOUNT, VOUCHER_RATE, Lines, Orders

COSTS: Final = {
    "Black Friday": 900.0,
    "White sale": 500.0,
    "Garden month": 350.0,
    "Trade weeks": 1800.0,
    "Kitchen trade event": 4200.0,
    "Storage clearance": 5600.0,
}
"""What each cost besides its discounts: print, stands, samples."""


def promotion_ids(stories: Stories = TOLD) -> list[str]:
    """Numbers of the promotions, in the order of `Stories.all_promotions`."""
    return [f"PR-{number:02d}" for number in range(1, len(stories.all_promotions) + 1)]


def promotion_table(stories: Stories = TOLD) -> pd.DataFrame:
    """Promotions, one row each."""
    held = stories.all_promotions
    return pd.DataFrame(
        {
            "promotion_id": promotion_ids(stories),
            "name": [f"{p.name} {p.start:%Y}" for p in held],
            "kind": [f"{p.discount:.0%} off" for p in held],
            "category": [p.category for p in held],
            "starts_at": [day(p.start) for p in held],
            "ends_at": [day(p.end) for p in held],
            "cost": [COSTS[p.name] for p in held],
        }
    )


def true_promotions(orders: Orders, lines: Lines, stories: Stories = TOLD) -> pd.DataFrame:
    """What each promotion brought, one row each, in pounds.

    Without it, expected lines would be those sold under it divided by ``1 + uplift``, each with
    the promotion's discount not given (for consumers, the usual vouchers given instead)::

        margin_effect = margin - (margin + discounts - vouchers) / (1 + uplift)
        gain = margin_effect - cost;  return = gain / cost
    """
    rows = []
    channel = orders.channel[lines.order]
    gross = lines.quantity * lines.list_price / 100
    for place, promotion in enumerate(stories.all_promotions):
        held = lines.promotion == place
        margin = float((lines.net - lines.cost)[held].sum()) / 100
        discounts = float(gross[held].sum()) * promotion.discount
        half = np.where(channel[held] == STORE, 0.5, 1.0)
        usual = VOUCHER_RATE * VOUCHER_DISCOUNT if promotion.kind == CONSUMER else 0.0
        vouchers = float((gross[held] * half).sum()) * usual
        effect = margin - (margin + discounts - vouchers) / (1 + promotion.uplift)
        cost = COSTS[promotion.name]
        rows.append(
            {
                "uplift": promotion.uplift,
                "lines": int(held.sum()),
                "added_lines": held.sum() * promotion.uplift / (1 + promotion.uplift),
                "discounts": discounts,
                "margin": margin,
                "margin_effect": effect,
                "cost": cost,
                "gain": effect - cost,
                "return": (effect - cost) / cost,
                "paid": effect > cost,
            }
        )
    numbers = pd.Index(promotion_ids(stories), name="promotion_id")
    return pd.DataFrame(rows, index=numbers).reset_index()
