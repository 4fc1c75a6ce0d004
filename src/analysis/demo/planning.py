"""What the firm planned to sell, how large its markets are, and what other books count of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from analysis.demo.chance import Floats
from analysis.demo.customers import Customers
from analysis.demo.demand import Demand
from analysis.demo.events import TOLD, Stories
from analysis.demo.firm import KINDS, REGIONS
from analysis.demo.frames import labels, month_starts, months
from analysis.demo.products import CATEGORIES, Products
from analysis.demo.purchases import Lines, Orders
from analysis.demo.story import effects
from analysis.demo.tables import REGION_WORDS

AMBITION: Final = 1.02  # plans ask for a little more than is to be expected
PLAN_SPREAD: Final = 0.05  # by which planners err, of the logarithm, by region and category
MARKET_SPREAD: Final = 0.01  # by month
SHARES: Final = (0.035, 0.095)  # least and largest share of a market
SYSTEM_OF_CHANNEL: Final = {"store": "till", "web": "shop", "dealer": "erp"}
CATEGORY_NAMES: Final = tuple(category.name for category in CATEGORIES)


@dataclass(frozen=True)
class Outlook:
    """Demand a day, kinds by regions by months by categories, as it was and without its mishaps.

    Attributes
    ----------
    served : array
        What could be served, with everything that happened.
    without_stock_out, without_competitor : array
        The same, had this alone not happened.
    planned : array
        What the firm could foresee: neither these two nor the promotions of a single season.
    """

    served: Floats
    without_stock_out: Floats
    without_competitor: Floats
    planned: Floats


def make_outlook(products: Products, demand: Demand, stories: Stories = TOLD) -> Outlook:
    """Multiply the story's effects into the demand. Nothing is drawn."""
    everywhere = np.zeros(len(REGIONS), dtype=np.int64)
    short = everywhere.copy()
    short[stories.stock_out.region] = 1  # nowhere: as well served as everywhere
    story = effects(stories)
    promoted = np.maximum(story, 1.0)
    return Outlook(
        demand.monthly(products.category, short, story),
        demand.monthly(products.category, everywhere, story),
        demand.monthly(products.category, short, promoted),
        demand.monthly(products.category, everywhere),
    )


def _foreseen(orders: Orders, lines: Lines, customers: Customers, products: Products,
              outlook: Outlook) -> Floats:  # fmt: skip
    """Revenue to be foreseen in £, regions by months by categories.

    Each kind's revenue of three years in a region and category, spread as its demand was foreseen.
    """
    shape = (len(KINDS), len(REGIONS), len(CATEGORIES))
    order = lines.order
    kind, region = customers.kind[orders.customer[order]], orders.region[order]
    at = np.ravel_multi_index((kind, region, products.category[lines.product]), shape)
    revenue = np.bincount(at, weights=lines.net, minlength=int(np.prod(shape))).reshape(shape) / 100
    days = np.diff(month_starts())[:, None]
    level = revenue / (outlook.served * days).sum(axis=2)
    foreseen: Floats = (level[:, :, None, :] * outlook.planned * days).sum(axis=0)
    return foreseen


def plan_and_market(
    orders: Orders,
    lines: Lines,
    customers: Customers,
    products: Products,
    outlook: Outlook,
    rng: np.random.Generator,
) -> dict[str, pd.DataFrame]:
    """Plan and market, one row per region, category and month; neither knows of the mishaps.

    A market goes on as it was where the firm's stock runs out or a rival takes its sales, so the
    firm's share falls there.
    """
    foreseen = _foreseen(orders, lines, customers, products, outlook)
    cells = (len(REGIONS), 1, len(CATEGORIES))
    planned = foreseen * AMBITION * np.exp(rng.normal(0.0, PLAN_SPREAD, cells))
    share = rng.uniform(*SHARES, cells)
    size = foreseen / share * np.exp(rng.normal(0.0, MARKET_SPREAD, foreseen.shape))
    region, month, category = np.indices(foreseen.shape).reshape(3, -1)
    keys = {
        "region": labels(REGION_WORDS, region),
        "category": labels(CATEGORY_NAMES, category),
        "month": months()[month],
    }
    return {
        "plan": pd.DataFrame({**keys, "revenue_target": np.round(planned.ravel(), -2)}),
        "market": pd.DataFrame({**keys, "market_size": np.round(size.ravel(), -2)}),
    }


def control_totals(order_lines: pd.DataFrame) -> pd.DataFrame:
    """Count every system's orders and revenue, one row per month and system; all books agree."""
    counted = order_lines.assign(
        month=order_lines["ordered_at"].dt.to_period("M").dt.start_time.astype("datetime64[s]"),
        of_source=order_lines["channel"].map(SYSTEM_OF_CHANNEL),
    )
    totals = counted.groupby(["month", "of_source"], as_index=False).agg(
        revenue=("revenue", "sum"), orders=("order_id", "nunique")
    )
    return totals.assign(revenue=totals["revenue"].round(2))


def monthly_factors(outlook: Outlook) -> pd.DataFrame:
    """Mean demand a day by kind, region, month and category, as served and without the mishaps.

    Demand is expected lines by a fixed customer base, the first year's average of a kind being 1
    over all categories; the customer base itself and the weekdays are not in it.
    """
    kind, region, month, category = np.indices(outlook.served.shape).reshape(4, -1)
    return pd.DataFrame(
        {
            "kind": labels(("b2b", "b2c"), kind),
            "region": labels(REGION_WORDS, region),
            "month": labels([f"{first:%Y-%m}" for first in months()], month),
            "category": labels(CATEGORY_NAMES, category),
            "demand": outlook.served.ravel().round(8),
            "demand_without_stock_out": outlook.without_stock_out.ravel().round(8),
            "demand_without_competitor": outlook.without_competitor.ravel().round(8),
        }
    )
