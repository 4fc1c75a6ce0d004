"""The purchases of the invented customers: orders and their lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from analysis.demo.chance import Floats, Ints, even, even_normal, even_poisson, place_in_group
from analysis.demo.customers import Customers, draw_rep
from analysis.demo.demand import MONTHS, Demand, in_category
from analysis.demo.events import PROMOTIONS, TOLD, between
from analysis.demo.firm import (
    BUSINESS,
    CONSUMER,
    DAY_COUNT,
    DEALER,
    DEALER_DISCOUNT,
    HOME_REGION_RATE,
    REGIONS,
    SEGMENTS,
    SIZE_BANDS,
    STORE,
    TRADE_LINE_SPEND,
    WEB,
)
from analysis.demo.products import (
    CATEGORIES,
    Products,
    cost_levels,
    price_levels,
)

LINE_SPREAD: Final = 0.50  # of the logarithm of a business line's money
CASE: Final = 6  # businesses buy a dozen and more in full cases
CLOSE_TO_HOME_REP: Final = 0.93  # of a business's orders go through its own rep
VOUCHER_RATE: Final = 0.14  # of consumer lines outside promotions
VOUCHER_DISCOUNT: Final = 0.10


@dataclass(frozen=True)
class Orders:
    """One entry per order, by day; `number` counts the orders of a day from 1."""

    customer: Ints
    day: Ints
    number: Ints
    channel: Ints
    region: Ints
    rep: Ints


@dataclass(frozen=True)
class Lines:
    """One entry per order line, in order of orders; money is whole pence.

    ``net = quantity * list_price - discount`` in every line; `cost` is the line's. `promotion` is
    the place of the line's promotion in `analysis.demo.events.PROMOTIONS`, -1 where it has none.
    """

    order: Ints
    line_no: Ints
    product: Ints
    quantity: Ints
    list_price: Ints
    discount: Ints
    net: Ints
    cost: Ints
    promotion: Ints


def make_orders(customers: Customers, demand: Demand, rng: np.random.Generator) -> Orders:
    """Draw the orders: one on the day of acquisition, then a Poisson process until death.

    A customer's expected orders on a day are their rate times that day's demand. The orders of
    customers alike (a region's consumers, or its businesses that spend alike) are drawn together,
    evenly along their common expectation, and fall to customers in proportion to their own: the
    superposition of Poisson processes, taken apart again.
    """
    customer, day = _arrivals(customers, demand, rng)
    kind, home = customers.kind[customer], customers.region[customer]
    shares = demand.channels[kind, customers.channel[customer], day]
    channel = (shares.cumsum(axis=1) < rng.random(len(day))[:, None]).sum(axis=1)
    away = rng.random(len(day)) >= HOME_REGION_RATE
    step = rng.integers(1, len(REGIONS), len(day))
    region = np.where(away, (home + step) % len(REGIONS), home)
    own_rep = (kind == BUSINESS) & ~away & (rng.random(len(day)) < CLOSE_TO_HOME_REP)
    rep = np.where(own_rep, customers.rep[customer], draw_rep(region, rng))
    rep = np.where(channel == WEB, 0, rep)

    order = np.lexsort((rng.random(len(day)), day))
    return Orders(
        customer[order],
        day[order],
        place_in_group(day[order]),
        channel[order],
        region[order],
        rep[order],
    )


def _arrivals(customers: Customers, demand: Demand, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Customer and day of every order, in no order that matters."""
    new = np.flatnonzero(customers.acquired >= 0)
    who, when = [new], [customers.acquired[new]]
    alike = _spend_fifth(customers) * len(REGIONS) + customers.region
    days = np.arange(DAY_COUNT)[:, None]
    for cell in np.unique(alike):
        member = np.flatnonzero(alike == cell)
        kind, region = customers.kind[member[0]], customers.region[member[0]]
        expected = demand.orders[kind, customers.channel[member], region].T * customers.rate[member]
        # the day of acquisition has its order already
        alive = (days > customers.acquired[member]) & (days <= customers.alive_until[member])
        reached = (expected * alive).ravel().cumsum()
        count = int(reached[-1] + rng.random())
        point = even(np.zeros(count, dtype=np.int64), rng) * reached[-1]
        day, place = np.divmod(np.searchsorted(reached, point, side="right"), len(member))
        who.append(member[place])
        when.append(day)
    return np.concatenate(who), np.concatenate(when)


def _spend_fifth(customers: Customers) -> Ints:
    """0 for consumers, 1 to 5 for businesses by how large their lines are."""
    businesses = customers.kind == BUSINESS
    edges = np.quantile(customers.spend[businesses], (0.2, 0.4, 0.6, 0.8))
    return np.where(businesses, 1 + np.searchsorted(edges, customers.spend), 0)


def make_lines(
    orders: Orders,
    customers: Customers,
    products: Products,
    demand: Demand,
    rng: np.random.Generator,
) -> Lines:
    """Draw what each order holds and price it; an article stands once in an order."""
    extra = np.array([segment.extra_lines for segment in SEGMENTS])
    alike = _cells(orders, _spend_fifth(customers)[orders.customer])
    wanted = 1 + even_poisson(extra[customers.kind[orders.customer]], alike, rng)
    order = np.repeat(np.arange(len(orders.day)), wanted)
    product = _articles(order, orders, customers, demand, rng)
    once = np.sort(np.unique(order * len(products) + product, return_index=True)[1])
    order, product = order[once], product[once]

    buyer, day = orders.customer[order], orders.day[order]
    kind, spend = customers.kind[buyer], customers.spend[buyer]
    quantity = _quantities(kind, spend, alike[order], product, products, rng)
    list_price = products.prices[price_levels()[day], product]
    gross = quantity * list_price
    rate, promotion = _discount_rates(order, product, orders, customers, products, rng)
    discount = (gross * rate + 5_000) // 10_000
    cost = quantity * products.costs[cost_levels()[day], product]
    return Lines(
        order,
        place_in_group(order),
        product,
        quantity,
        list_price,
        discount,
        gross - discount,
        cost,
        promotion,
    )


def _articles(
    order: Ints,
    orders: Orders,
    customers: Customers,
    demand: Demand,
    rng: np.random.Generator,
) -> Ints:
    """Draw a product for each line by looking up one number in all days' shares laid end to end."""
    kinds, supplies, days, products = map(int, demand.articles.shape)
    shares = demand.articles.reshape(-1, products).cumsum(axis=1)
    shares /= shares[:, -1:]
    laid_out = (shares + np.arange(kinds * supplies * days)[:, None]).ravel()
    kind = customers.kind[orders.customer]
    short = (orders.region == TOLD.stock_out.region).astype(np.int64)
    row = ((kind * supplies + short) * days + orders.day)[order]
    found = np.searchsorted(laid_out, row + even(_cells(orders, kind)[order], rng), side="right")
    articles: Ints = found - row * products
    return articles


def _cells(orders: Orders, kind: Ints) -> Ints:
    """Number the orders by kind (or fifth) of customer, region and month, to draw evenly within."""
    months = int(MONTHS[-1]) + 1
    cells: Ints = (kind * len(REGIONS) + orders.region) * months + MONTHS[orders.day]
    return cells


def _quantities(
    kind: Ints,
    spend: Floats,
    alike: Ints,
    product: Ints,
    products: Products,
    rng: np.random.Generator,
) -> Ints:
    """Businesses buy for an amount of money, in cases; consumers a few, fewer of what is dear."""
    price = products.prices[0, product] / 100
    scale = np.array([category.spend for category in CATEGORIES])[products.category[product]]
    money = TRADE_LINE_SPEND * scale * spend
    money = money * np.exp(LINE_SPREAD * even_normal(alike, rng) - LINE_SPREAD**2 / 2)
    loose = np.maximum(1, np.rint(money / price)).astype(np.int64)
    cased = (loose + CASE // 2) // CASE * CASE
    few = 1 + rng.poisson(np.clip(14 / price, 0.05, 1.6))
    traded = np.where(loose >= 2 * CASE, cased, loose)
    quantity: Ints = np.where(kind == CONSUMER, few, traded)
    return quantity


def _discount_rates(
    order: Ints,
    product: Ints,
    orders: Orders,
    customers: Customers,
    products: Products,
    rng: np.random.Generator,
) -> tuple[Ints, Ints]:
    """Discount of each line in hundredths of a per cent of its list value, and its promotion."""
    buyer, day = orders.customer[order], orders.day[order]
    kind, channel = customers.kind[buyer], orders.channel[order]
    by_size = np.array([band.discount for band in SIZE_BANDS])
    agreed = by_size[customers.size] + np.rint(rng.normal(0, 3, len(customers))) / 200
    agreed = np.where(customers.kind == BUSINESS, np.maximum(agreed, 0.0), 0.0)
    rate = agreed[buyer] + np.where((kind == BUSINESS) & (channel == DEALER), DEALER_DISCOUNT, 0.0)
    voucher = (rng.random(len(order)) < VOUCHER_RATE) & (kind == CONSUMER)
    rate = rate + np.where(voucher & (channel != STORE), VOUCHER_DISCOUNT, 0.0)
    rate = rate + np.where(voucher & (channel == STORE), VOUCHER_DISCOUNT / 2, 0.0)
    under = np.full(len(order), -1)
    for place, promotion in enumerate(PROMOTIONS):
        held = between(promotion.start, promotion.end)[day] & (kind == promotion.kind)
        held &= in_category(products, promotion.category)[product]
        added = rate + promotion.discount if promotion.kind == BUSINESS else promotion.discount
        rate = np.where(held, added, rate)
        under[held] = place
    return np.rint(rate * 10_000).astype(np.int64), under
