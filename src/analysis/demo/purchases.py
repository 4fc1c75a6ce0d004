"""The purchases of the invented customers: orders, their lines, and what came back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from analysis.demo.customers import Customers, draw_rep
from analysis.demo.demand import Demand, in_category
from analysis.demo.events import PROMOTIONS, STOCK_OUT, between
from analysis.demo.firm import (
    BUSINESS,
    CHANNELS,
    CONSUMER,
    DAY_COUNT,
    DEALER,
    DEALER_DISCOUNT,
    HOME_REGION_RATE,
    KINDS,
    REGIONS,
    SEGMENTS,
    SIZE_BANDS,
    STORE,
    TRADE_LINE_SPEND,
    WEB,
)
from analysis.demo.products import (
    CATEGORIES,
    Floats,
    Ints,
    Products,
    cost_levels,
    price_levels,
)

LINE_SPREAD: Final = 0.50  # of the logarithm of a business line's money
CASE: Final = 6  # businesses buy a dozen and more in full cases
CLOSE_TO_HOME_REP: Final = 0.93  # of a business's orders go through its own rep
VOUCHER_RATE: Final = 0.14  # of consumer lines outside promotions
VOUCHER_DISCOUNT: Final = 0.10
RETURN_RATES: Final = (0.017, 0.050, 0.016)  # of lines, by channel: store, web shop, dealer
RETURN_REASONS: Final = (
    ("Damaged in transit", 0.30),
    ("Changed mind", 0.27),
    ("Not as described", 0.16),
    ("Wrong item", 0.14),
    ("Faulty", 0.13),
)


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

    ``net = quantity * list_price - discount`` in every line; `cost` is the line's.
    """

    order: Ints
    line_no: Ints
    product: Ints
    quantity: Ints
    list_price: Ints
    discount: Ints
    net: Ints
    cost: Ints


@dataclass(frozen=True)
class Returns:
    """One entry per returned line; `line` is its position in `Lines`."""

    line: Ints
    day: Ints
    quantity: Ints
    reason: Ints


def make_orders(customers: Customers, demand: Demand, rng: np.random.Generator) -> Orders:
    """Draw the orders: one on the day of acquisition, then a Poisson process until death.

    A customer's expected orders over a stretch of days are their rate times the demand of those
    days, and given their number they fall on days in proportion to demand.
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
    counts = np.bincount(day, minlength=DAY_COUNT)
    number = np.arange(len(day)) - np.repeat(np.cumsum(counts) - counts, counts) + 1
    return Orders(customer[order], day[order], number, channel[order], region[order], rep[order])


def _arrivals(customers: Customers, demand: Demand, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Customer and day of every order, in no order that matters."""
    new = np.flatnonzero(customers.acquired >= 0)
    who, when = [new], [customers.acquired[new]]
    first = np.maximum(customers.acquired + 1, 0)  # the day of acquisition has its order already
    last = np.minimum(customers.alive_until, DAY_COUNT - 1)
    for kind in range(len(KINDS)):
        for channel in range(len(CHANNELS)):
            for region in range(len(REGIONS)):
                alike = np.flatnonzero(
                    (customers.kind == kind)
                    & (customers.channel == channel)
                    & (customers.region == region)
                    & (first <= last)
                )
                until = np.concatenate([[0.0], demand.orders[kind, channel, region].cumsum()])
                low, high = until[first[alike]], until[last[alike] + 1]
                count = rng.poisson(customers.rate[alike] * (high - low))
                point = np.repeat(low, count)
                point += rng.random(len(point)) * np.repeat(high - low, count)
                who.append(np.repeat(alike, count))
                found = np.searchsorted(until, point, side="right") - 1
                # rounding must not carry an order past the last day of its customer
                when.append(np.minimum(found, np.repeat(last[alike], count)))
    return np.concatenate(who), np.concatenate(when)


def make_lines(
    orders: Orders,
    customers: Customers,
    products: Products,
    demand: Demand,
    rng: np.random.Generator,
) -> Lines:
    """Draw what each order holds and price it; an article stands once in an order."""
    extra = np.array([segment.extra_lines for segment in SEGMENTS])
    wanted = 1 + rng.poisson(extra[customers.kind[orders.customer]])
    order = np.repeat(np.arange(len(orders.day)), wanted)
    product = _articles(order, orders, customers, demand, rng)
    once = np.unique(order * len(products) + product, return_index=True)[1]
    once = np.sort(once)
    order, product = order[once], product[once]

    count = np.bincount(order)
    line_no = np.arange(len(order)) - np.repeat(np.cumsum(count) - count, count) + 1
    buyer, day = orders.customer[order], orders.day[order]
    quantity = _quantities(customers.kind[buyer], customers.spend[buyer], product, products, rng)
    list_price = products.prices[price_levels()[day], product]
    gross = quantity * list_price
    rate = _discount_rates(order, product, orders, customers, products, rng)
    discount = (gross * rate + 5_000) // 10_000
    cost = quantity * products.costs[cost_levels()[day], product]
    return Lines(order, line_no, product, quantity, list_price, discount, gross - discount, cost)


def _articles(
    order: Ints,
    orders: Orders,
    customers: Customers,
    demand: Demand,
    rng: np.random.Generator,
) -> Ints:
    """Draw a product for each line by looking up one number in all days' shares laid end to end."""
    kinds, supplies, days, products = demand.articles.shape
    shares = demand.articles.reshape(-1, products).cumsum(axis=1)
    shares /= shares[:, -1:]
    laid_out = (shares + np.arange(kinds * supplies * days)[:, None]).ravel()
    kind = customers.kind[orders.customer[order]]
    short = (orders.region[order] == STOCK_OUT.region).astype(np.int64)
    row = (kind * supplies + short) * days + orders.day[order]
    found = np.searchsorted(laid_out, row + rng.random(len(order)), side="right")
    return (found - row * products).astype(np.int64)


def _quantities(
    kind: Ints, spend: Floats, product: Ints, products: Products, rng: np.random.Generator
) -> Ints:
    """Businesses buy for an amount of money, in cases; consumers a few, fewer of what is dear."""
    price = products.prices[0, product] / 100
    scale = np.array([category.spend for category in CATEGORIES])[products.category[product]]
    money = TRADE_LINE_SPEND * scale * spend
    money = money * np.exp(rng.normal(-(LINE_SPREAD**2) / 2, LINE_SPREAD, len(product)))
    loose = np.maximum(1, np.rint(money / price)).astype(np.int64)
    cased = (loose + CASE // 2) // CASE * CASE
    few = 1 + rng.poisson(np.clip(14 / price, 0.05, 1.6))
    return np.where(kind == CONSUMER, few, np.where(loose >= 2 * CASE, cased, loose))


def _discount_rates(
    order: Ints,
    product: Ints,
    orders: Orders,
    customers: Customers,
    products: Products,
    rng: np.random.Generator,
) -> Ints:
    """Discount of each line in hundredths of a per cent of its list value."""
    buyer, day = orders.customer[order], orders.day[order]
    kind, channel = customers.kind[buyer], orders.channel[order]
    by_size = np.array([band.discount for band in SIZE_BANDS])
    agreed = by_size[customers.size] + np.rint(rng.normal(0, 3, len(customers))) / 200
    agreed = np.where(customers.kind == BUSINESS, np.maximum(agreed, 0.0), 0.0)
    rate = agreed[buyer] + np.where((kind == BUSINESS) & (channel == DEALER), DEALER_DISCOUNT, 0.0)
    voucher = (rng.random(len(order)) < VOUCHER_RATE) & (kind == CONSUMER)
    rate = rate + np.where(voucher & (channel != STORE), VOUCHER_DISCOUNT, 0.0)
    rate = rate + np.where(voucher & (channel == STORE), VOUCHER_DISCOUNT / 2, 0.0)
    for promotion in PROMOTIONS:
        held = between(promotion.start, promotion.end)[day] & (kind == promotion.kind)
        held &= in_category(products, promotion.category)[product]
        added = rate + promotion.discount if promotion.kind == BUSINESS else promotion.discount
        rate = np.where(held, added, rate)
    return np.rint(rate * 10_000).astype(np.int64)


def make_returns(orders: Orders, lines: Lines, rng: np.random.Generator) -> Returns:
    """Draw what came back by the window's end, three to forty days after it was ordered."""
    chance = np.array(RETURN_RATES)[orders.channel[lines.order]]
    line = np.flatnonzero(rng.random(len(lines.order)) < chance)
    day = orders.day[lines.order[line]] + 3 + np.floor(rng.gamma(2.0, 6.0, len(line)))
    part = np.ceil(
        lines.quantity[line] * rng.choice([0.25, 0.5, 1.0], len(line), p=[0.3, 0.2, 0.5])
    )
    reason = rng.choice(len(RETURN_REASONS), len(line), p=[share for _, share in RETURN_REASONS])
    back = day < DAY_COUNT
    return Returns(
        line[back],
        day[back].astype(np.int64),
        part[back].astype(np.int64),
        reason[back].astype(np.int64),
    )
