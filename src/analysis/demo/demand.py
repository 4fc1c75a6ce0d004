"""What an invented customer is expected to buy on each day, before chance has its say.

Expected lines of a product on a day are a product of factors::

    popularity * season * price effect * promotion * availability      (the article)
    * kind's month * festival * region's growth * weekday * channel    (the order)

so that every effect written to ``truth/`` is exact in expectation.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from analysis.demo.chance import Floats, Ints
from analysis.demo.events import PROMOTIONS, TOLD, StockOut, Stories, between
from analysis.demo.firm import (
    BUSINESS,
    CHANNEL_GROWTH,
    CHANNELS,
    CLOSED,
    DAY_COUNT,
    DAYS_PER_MONTH,
    FIRST_DAY,
    KIND_MONTHS,
    KINDS,
    LOYALTY_TO_CHANNEL,
    REGIONS,
    SEGMENTS,
    SPRING_FESTIVAL,
    WEB,
    WEB_ON_CLOSED_DAYS,
    WEEKDAYS,
)
from analysis.demo.products import CATEGORIES, Products, price_levels

RAMP_DAYS = 90.0  # a new product reaches its popularity in a straight line
_DATES = [FIRST_DAY + timedelta(days=day) for day in range(DAY_COUNT)]
MONTH = np.array([day.month - 1 for day in _DATES])
MONTHS = np.array(
    [(day.year - FIRST_DAY.year) * 12 + day.month - FIRST_DAY.month for day in _DATES]
)
WEEKDAY = np.array([day.weekday() for day in _DATES])
YEARS = np.arange(DAY_COUNT) / 365.25


@dataclass(frozen=True)
class Demand:
    """Expected demand by day.

    Attributes
    ----------
    articles : array, kinds by supply (0 full, 1 stocked out) by days by products
        Expected lines by product, relative to a day of the first year (which averages 1).
    orders : array, kinds by preferred channel by regions by days
        Expected orders a day of a customer whose purchase rate is one a month.
    channels : array, kinds by preferred channel by days by channels
        Share of those orders in each channel.
    region_days : array, kinds by regions by days
        What multiplies `articles` in a region: calendar and growth.
    """

    articles: Floats
    orders: Floats
    channels: Floats
    region_days: Floats

    def monthly(self, category: Ints, supply: Ints, times: Floats | float = 1.0) -> Floats:
        """Mean demand a day: kinds by regions by months by categories; one `supply` per region.

        `times` multiplies every day's demand: kinds by regions by days by categories.
        """
        by_category = np.stack(
            [self.articles[..., category == c].sum(axis=-1) for c in range(len(CATEGORIES))], -1
        )
        daily = by_category[:, supply] * self.region_days[..., None] * times
        starts = np.flatnonzero(np.diff(MONTHS, prepend=-1))
        lengths = np.diff(starts, append=DAY_COUNT)
        totals: Floats = np.add.reduceat(daily, starts, axis=2)
        return totals / lengths[:, None]


def make_demand(products: Products, stories: Stories = TOLD) -> Demand:
    """Multiply the factors out. Nothing is drawn: the same range has the same demand."""
    full = _articles(products, stories)
    calendar = np.array(KIND_MONTHS)[:, MONTH] * _festival()
    first_year = slice(0, 365)
    level = (full.sum(axis=-1) * calendar)[:, first_year].mean(axis=1)
    full = full / level[:, None, None]
    articles = np.stack([full, full * _stock(products, full, stories.stock_out)], axis=1)

    growth = np.stack([(1 + region.growth) ** YEARS for region in REGIONS])
    region_days = calendar[:, None, :] * growth
    supply = (np.arange(len(REGIONS)) == stories.stock_out.region).astype(np.int64)
    taken = articles.sum(axis=-1)[:, supply] * region_days
    by_channel = _channels()
    orders = taken[:, None] * by_channel.sum(axis=-1)[:, :, None, :] / DAYS_PER_MONTH
    shares = by_channel / by_channel.sum(axis=-1, keepdims=True)
    return Demand(articles, orders, shares, region_days)


def _articles(products: Products, stories: Stories) -> Floats:
    """Kinds by days by products, with every article in stock everywhere."""
    days = np.arange(DAY_COUNT)[:, None]
    season = np.array([kind.season for kind in CATEGORIES])[products.category][:, MONTH].T
    elasticity = np.array([change.elasticity for change in stories.price_changes])
    steps = (products.prices[1:] / products.prices[:-1]) ** elasticity[:, None]
    effect = np.cumprod(np.vstack([np.ones(len(products)), steps]), axis=0)
    ramp = np.clip((days - products.launched + 1) / RAMP_DAYS, 0, 1)
    ramp = np.where(products.launched < 0, 1.0, ramp)
    sold = season * effect[price_levels()] * ramp * (days < products.withdrawn)
    articles = np.stack([sold * popularity for popularity in products.popularity])
    for promotion in PROMOTIONS:
        held = between(promotion.start, promotion.end)[:, None]
        held = held & in_category(products, promotion.category)
        articles[promotion.kind] *= np.where(held, 1 + promotion.uplift, 1.0)
    return articles


def in_category(products: Products, category: str | None) -> NDArray[np.bool_]:
    """Flag the products of a category, ``None`` being all."""
    named = np.array([category in (None, kind.name) for kind in CATEGORIES])
    flags: NDArray[np.bool_] = named[products.category]
    return flags


def stocked_out(products: Products, event: StockOut = TOLD.stock_out) -> Ints:
    """Products of the stock-out: the category's best sellers to businesses, best first."""
    if not event.depth:
        return np.zeros(0, dtype=np.int64)
    category = np.flatnonzero(in_category(products, event.category))
    on_sale = category[
        (products.launched[category] < 0) & (products.withdrawn[category] > DAY_COUNT)
    ]
    best = on_sale[np.argsort(-products.popularity[BUSINESS, on_sale], kind="stable")]
    shares = products.popularity[:, best] / products.popularity[:, category].sum(1, keepdims=True)
    reached = np.cumsum(shares, axis=1).min(axis=0) >= event.depth * 1.05
    return best[: int(np.argmax(reached)) + 1]


def _stock(products: Products, full: Floats, event: StockOut) -> Floats:
    """Kinds by days by products: the part of demand that could be served where stock ran out."""
    served = np.ones_like(full)
    if not event.depth:
        return served
    short = stocked_out(products, event)
    category = full[..., in_category(products, event.category)].sum(axis=-1)
    cut = event.depth * category / full[..., short].sum(axis=-1)
    during = between(event.start, event.end)
    served[..., short] = np.where(during, 1 - cut, 1.0)[..., None]
    return served


def _festival() -> Floats:
    """Kinds by days: the run-up to the Spring Festival and the pause after its New Year."""
    factor = np.ones((len(KINDS), DAY_COUNT))
    for new_year in SPRING_FESTIVAL.new_years:
        for (start, end), factors in (
            (SPRING_FESTIVAL.run_up, SPRING_FESTIVAL.run_up_factor),
            (SPRING_FESTIVAL.pause, SPRING_FESTIVAL.pause_factor),
        ):
            days = between(new_year + timedelta(days=start), new_year + timedelta(days=end))
            factor[:, days] *= np.array(factors)[:, None]
    return factor


def _channels() -> Floats:
    """Kinds by preferred channel by days by channels: a day of the first week sums to about 1."""
    open_days = np.array(WEEKDAYS).T[WEEKDAY] * 7
    closed = np.array([(day.month, day.day) in CLOSED for day in _DATES])
    left_open = np.zeros(len(CHANNELS))
    left_open[WEB] = WEB_ON_CLOSED_DAYS
    open_days *= np.where(closed[:, None], left_open, 1.0)
    open_days *= (1 + np.array(CHANNEL_GROWTH)) ** YEARS[:, None]
    shares = np.array([segment.channels for segment in SEGMENTS])
    habit = LOYALTY_TO_CHANNEL * np.eye(len(CHANNELS))
    preferred = habit + (1 - LOYALTY_TO_CHANNEL) * shares[:, None, :]
    shares_of_days: Floats = preferred[:, :, None, :] * open_days
    return shares_of_days
