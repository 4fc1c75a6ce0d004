"""What the firm spends to be known, and what comes of it: one channel costs more than it brings."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd

from analysis.demo.customers import ACQUIRED_VIA, Customers
from analysis.demo.demand import MONTHS
from analysis.demo.events import TOLD, Stories
from analysis.demo.frames import months


@dataclass(frozen=True)
class Marketing:
    """A channel: £ for a lead, share of leads that become customers, times seen for a lead."""

    channel: str
    lead_cost: float
    conversion: float
    impressions: int
    is_too_dear: bool = False


MARKETING: Final = (
    Marketing("Web search", 11.0, 0.12, 60),
    Marketing("Social media", 34.0, 0.06, 420, is_too_dear=True),
    Marketing("Catalogue", 24.0, 0.06, 90),
    Marketing("Trade fair", 150.0, 0.20, 25),
    Marketing("Referral", 28.0, 0.35, 4),
)
"""By the names customers' `acquisition_channel` has; social media wins consumers alone."""


FAIR_LEAD_COST: Final = 6.0  # £ for a lead of the dear channel in a quiet firm: £100 a customer


def marketing(stories: Stories = TOLD) -> tuple[Marketing, ...]:
    """Channels as they are; in a quiet firm none costs more than it brings."""
    if stories.dear_marketing:
        return MARKETING
    return tuple(
        replace(channel, lead_cost=FAIR_LEAD_COST, is_too_dear=False)
        if channel.is_too_dear
        else channel
        for channel in MARKETING
    )


def channel_spend_table(
    customers: Customers, rng: np.random.Generator, stories: Stories = TOLD
) -> pd.DataFrame:
    """Spending, one row per marketing channel and month; leads are all who asked, bought or not."""
    via = np.array(ACQUIRED_VIA, dtype=object)[customers.kind, customers.via]
    parts = []
    for channel in marketing(stories):
        won = (via == channel.channel) & (customers.acquired >= 0)
        new = np.bincount(MONTHS[customers.acquired[won]], minlength=len(months()))
        mean = new.mean() / channel.conversion
        leads = new + rng.poisson((0.5 * new / new.mean() + 0.5) * (mean - new.mean()))
        spend = channel.lead_cost * (0.4 * leads + 0.6 * mean) * rng.uniform(0.92, 1.08, len(new))
        seen = rng.poisson(leads * channel.impressions * rng.uniform(0.8, 1.2, len(new)))
        parts.append(
            pd.DataFrame(
                {
                    "channel": channel.channel,
                    "month": months(),
                    "spend": np.round(spend, 2),
                    "impressions": seen,
                    "leads": leads,
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def true_marketing(stories: Stories = TOLD) -> pd.DataFrame:
    """Cost of a lead and of a customer in the long run, by channel."""
    channels = marketing(stories)
    return pd.DataFrame(
        {
            "channel": [channel.channel for channel in channels],
            "lead_cost": [channel.lead_cost for channel in channels],
            "conversion": [channel.conversion for channel in channels],
            "customer_cost": [round(c.lead_cost / c.conversion, 2) for c in channels],
            "is_too_dear": [channel.is_too_dear for channel in channels],
        }
    )
