"""What lay in the stores of each region: stock at the month's end, what came in, days without."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from analysis.demo.chance import Ints
from analysis.demo.demand import MONTHS, Demand, stocked_out
from analysis.demo.events import TOLD, StockOut, between
from analysis.demo.firm import BUSINESS, DAY_COUNT, REGIONS
from analysis.demo.frames import labels, month_starts, months
from analysis.demo.products import Products
from analysis.demo.purchases import Lines, Orders
from analysis.demo.story import Flags
from analysis.demo.tables import REGION_WORDS

COVER: Final = 1.6  # months of usual sales kept in stock
BRIEF_RATE: Final = 0.004  # of months in which an article was out for a day or two, unnoticed


def inventory_table(
    orders: Orders,
    lines: Lines,
    products: Products,
    demand: Demand,
    rng: np.random.Generator,
    event: StockOut = TOLD.stock_out,
) -> pd.DataFrame:
    """Inventory, one row per product, month and region in which the product was on the list.

    Stock at the end is stock at the end of the month before, plus what came in, less what was
    sold; returned goods are not put back.
    """
    shape = (len(products), int(MONTHS[-1]) + 1, len(REGIONS))
    sold = _sold(orders, lines, shape)
    usual = sold.mean(axis=1, keepdims=True)
    target = np.ceil(COVER * usual * rng.uniform(0.85, 1.25, shape)).astype(np.int64) + 2
    out_days = _days_out(products, demand, shape, event)
    end = target.copy()
    end[out_days > 0] = 0  # what came in during a stock-out was sold at once
    end = np.minimum(end, _sold_until_out(sold, out_days))
    end[_gone(products, shape)] = 0
    received = np.zeros(shape, dtype=np.int64)
    listed = _listed(products, shape)
    on_hand = np.where(listed[:, 0], target[:, 0] + sold[:, 0], 0)
    end[~listed] = 0
    for month in range(shape[1]):
        received[:, month] = np.maximum(end[:, month] - (on_hand - sold[:, month]), 0)
        on_hand = on_hand - sold[:, month] + received[:, month]
        end[:, month] = on_hand
    brief = (rng.random(shape) < BRIEF_RATE) & (out_days == 0)
    out_days = np.where(brief, rng.integers(1, 3, shape), out_days)

    at = np.nonzero(listed)
    product, months_of, region = at
    return pd.DataFrame(
        {
            "product_id": labels(products.ids(), product),
            "month": months()[months_of],
            "region": labels(REGION_WORDS, region),
            "on_hand": end[at],
            "received": received[at],
            "stock_out_days": out_days[at],
        }
    )


def _sold(orders: Orders, lines: Lines, shape: tuple[int, int, int]) -> Ints:
    order = lines.order
    at = np.ravel_multi_index(
        (lines.product, MONTHS[orders.day[order]], orders.region[order]), shape
    )
    units = np.bincount(at, weights=lines.quantity, minlength=int(np.prod(shape)))
    return units.astype(np.int64).reshape(shape)


def _days_out(
    products: Products, demand: Demand, shape: tuple[int, int, int], event: StockOut
) -> Ints:
    """Days without stock: as many of the stock-out's days as demand that was not served."""
    days = np.zeros(shape, dtype=np.int64)
    short = stocked_out(products, event)
    during = between(event.start, event.end)
    full, served = demand.articles[BUSINESS, 0], demand.articles[BUSINESS, 1]
    lost = 1 - served[during][:, short] / full[during][:, short]
    for month in np.unique(MONTHS[during]):
        within = MONTHS[during] == month
        days[short, month, event.region] = np.rint(lost[within].sum(axis=0))
    return days


def _sold_until_out(sold: Ints, out_days: Ints) -> Ints:
    """Units still to be sold until stock runs out, at each month's end; boundless if it never does.

    No more may be held, or stock would not have run out.
    """
    is_out = out_days > 0
    ahead = sold[:, ::-1].cumsum(axis=1)[:, ::-1]  # from each month to the last
    after = np.where(is_out, ahead - sold, 0).max(axis=1, keepdims=True)
    left = np.where(is_out.any(axis=1, keepdims=True), ahead - sold - after, np.iinfo(np.int64).max)
    return np.maximum(left, 0)


def _listed(products: Products, shape: tuple[int, int, int]) -> Flags:
    starts = month_starts()
    on_list = (products.launched[:, None] < starts[None, 1:]) & (
        products.withdrawn[:, None] > starts[None, :-1]
    )
    return np.broadcast_to(on_list[:, :, None], shape)


def _gone(products: Products, shape: tuple[int, int, int]) -> Flags:
    starts = month_starts()
    off = (products.withdrawn[:, None] < starts[None, 1:]) & (products.withdrawn < DAY_COUNT)[
        :, None
    ]
    return np.broadcast_to(off[:, :, None], shape)
