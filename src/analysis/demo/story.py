"""What happened to the firm's orders beyond what its demand foretells.

Each part of the story changes the lines it is about and leaves every other as it was drawn: the
promotions of a single season add orders, a rep's lines are swapped, a rival's lines go missing.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analysis.demo.chance import Floats, Ints, place_in_group
from analysis.demo.customers import Customers
from analysis.demo.demand import MONTHS, in_category
from analysis.demo.events import (
    PROMOTIONS,
    TOLD,
    Competitor,
    Promotion,
    Stories,
    UnusualRep,
    between,
)
from analysis.demo.firm import BUSINESS, DAY_COUNT, KINDS, REGIONS
from analysis.demo.products import CATEGORIES, Products, cost_levels, price_levels
from analysis.demo.purchases import CASE, Lines, Orders

Flags = NDArray[np.bool_]
MOST_DISCOUNT: Final = 0.40


@dataclass(frozen=True)
class Book:
    """Orders with their lines; `origin` is a line's place among those first drawn, -1 if added."""

    orders: Orders
    lines: Lines
    origin: Ints


def tell(
    orders: Orders,
    lines: Lines,
    customers: Customers,
    products: Products,
    rng: np.random.Generator,
    stories: Stories = TOLD,
) -> Book:
    """Tell all parts of the story but the customers lost to slow answers (`service`)."""
    book = Book(orders, lines, np.arange(len(lines.order)))
    for place, promotion in enumerate(stories.promotions, start=len(PROMOTIONS)):
        book = _promoted(book, place, promotion, customers, products, rng)
    book = _unusual_mix(book, customers, products, rng, stories.unusual_rep)
    lost = _lost_to_competitor(book, customers, products, rng, stories.competitor)
    return keep_lines(book, ~lost)


def effects(stories: Stories = TOLD) -> Floats:
    """Kinds by regions by days by categories: what the story multiplies expected lines by."""
    factor = np.ones((len(KINDS), len(REGIONS), DAY_COUNT, len(CATEGORIES)))
    names = [category.name for category in CATEGORIES]
    for promotion in stories.promotions:
        for category in range(len(names)):
            if promotion.category in (None, names[category]):
                held = between(promotion.start, promotion.end)
                factor[promotion.kind, :, held, category] *= 1 + promotion.uplift
    rival = stories.competitor
    held, category = between(rival.start, rival.end), names.index(rival.category)
    factor[:, rival.region, held, category] *= 1 - rival.loss
    return factor


def keep_lines(book: Book, keep: Flags) -> Book:
    """Take lines out; an order without lines goes too, and lines are numbered anew."""
    stays = np.zeros(len(book.orders.day), dtype=bool)
    stays[book.lines.order[keep]] = True
    place = np.cumsum(stays) - 1
    orders = Orders(**{f.name: getattr(book.orders, f.name)[stays] for f in fields(Orders)})
    kept = {f.name: getattr(book.lines, f.name)[keep] for f in fields(Lines)}
    kept["order"] = place[kept["order"]]
    kept["line_no"] = place_in_group(kept["order"])
    return Book(orders, Lines(**kept), book.origin[keep])


def _promoted(
    book: Book,
    place: int,
    promotion: Promotion,
    customers: Customers,
    products: Products,
    rng: np.random.Generator,
) -> Book:
    """Money off what was bought, and new orders of one line each: the uplift, region by region.

    A new order is one customer's with another's article, quantity and day: the other spends much
    the same.
    """
    orders, lines = book.orders, book.lines
    buyer, day = orders.customer[lines.order], orders.day[lines.order]
    scope = between(promotion.start, promotion.end)[day] & (customers.kind[buyer] == promotion.kind)
    scope &= in_category(products, promotion.category)[lines.product]
    gross = lines.quantity * lines.list_price
    off = np.where(scope, np.rint(gross * promotion.discount), 0).astype(np.int64)
    discount = lines.discount + off
    lines = replace(
        lines,
        discount=discount,
        net=gross - discount,
        promotion=np.where(scope, place, lines.promotion),
    )

    held = np.flatnonzero(scope)
    held = held[np.lexsort((rng.random(len(held)), orders.region[lines.order[held]]))]
    reached = np.arange(1, len(held) + 1) * promotion.uplift + rng.random()
    chosen = held[np.floor(reached) > np.floor(reached - promotion.uplift)]
    order = lines.order[chosen]
    alike = np.lexsort((customers.spend[orders.customer[order]], orders.region[order]))
    chosen = chosen[alike]
    order, who = lines.order[chosen], orders.customer[lines.order[chosen]]
    other = np.roll(chosen, int(np.bincount(who).max()))  # past all lines of one customer
    when = orders.day[lines.order[other]]
    alive = (when > customers.acquired[who]) & (when <= customers.alive_until[who])
    when = np.where(alive, when, orders.day[order])

    product, quantity = lines.product[other], lines.quantity[other]
    price = products.prices[price_levels()[when], product]
    rate = lines.discount[chosen] / (lines.quantity[chosen] * lines.list_price[chosen])
    off = np.rint(quantity * price * rate).astype(np.int64)
    first = np.lexsort((rng.random(len(when)), when))
    latest = np.bincount(orders.day, minlength=DAY_COUNT)
    number = np.empty(len(when), dtype=np.int64)
    number[first] = place_in_group(when[first]) + latest[when[first]]
    count = len(orders.day)
    joined = Orders(
        np.concatenate([orders.customer, who]),
        np.concatenate([orders.day, when]),
        np.concatenate([orders.number, number]),
        np.concatenate([orders.channel, orders.channel[order]]),
        np.concatenate([orders.region, orders.region[order]]),
        np.concatenate([orders.rep, orders.rep[order]]),
    )
    added = Lines(
        np.arange(count, count + len(when)),
        np.ones(len(when), dtype=np.int64),
        product,
        quantity,
        price,
        off,
        quantity * price - off,
        quantity * products.costs[cost_levels()[when], product],
        np.full(len(when), place),
    )
    merged = {
        f.name: np.concatenate([getattr(lines, f.name), getattr(added, f.name)])
        for f in fields(Lines)
    }
    origin = np.concatenate([book.origin, np.full(len(when), -1)])
    return _sorted(Book(joined, Lines(**merged), origin))


def _sorted(book: Book) -> Book:
    """Orders by day and number, lines by order."""
    by_number = np.lexsort((book.orders.number, book.orders.day))
    place = np.empty(len(by_number), dtype=np.int64)
    place[by_number] = np.arange(len(by_number))
    orders = Orders(**{f.name: getattr(book.orders, f.name)[by_number] for f in fields(Orders)})
    order = place[book.lines.order]
    row = np.lexsort((book.lines.line_no, order))
    lines = {f.name: getattr(book.lines, f.name)[row] for f in fields(Lines)}
    lines["order"] = order[row]
    return Book(orders, Lines(**lines), book.origin[row])


def low_margin(products: Products) -> Flags:
    """Articles whose cost is the largest share of their list price in their category."""
    share = products.costs[0] / products.prices[0]
    low = np.zeros(len(products), dtype=bool)
    for category in range(len(CATEGORIES)):
        of = np.flatnonzero(products.category == category)
        low[of] = share[of] >= np.quantile(share[of], 1 - TOLD.unusual_rep.low)
    return low


def _unusual_mix(
    book: Book,
    customers: Customers,
    products: Products,
    rng: np.random.Generator,
    unusual: UnusualRep,
) -> Book:
    """Swap articles of the rep's lines for low-margin ones and give more discount on all."""
    orders, lines = book.orders, book.lines
    rep, day = orders.rep[lines.order], orders.day[lines.order]
    own = (rep == unusual.number) & (customers.kind[orders.customer[lines.order]] == BUSINESS)
    product, quantity = lines.product.copy(), lines.quantity.copy()
    price, gross = lines.list_price.copy(), lines.quantity * lines.list_price
    low, levels = low_margin(products), price_levels()
    taken = set(zip(lines.order[own].tolist(), lines.product[own].tolist(), strict=True))
    swapped = np.flatnonzero(own & (rng.random(len(own)) < unusual.swap))
    for line in swapped.tolist():
        when = day[line]
        on_sale = (products.launched <= when) & (when < products.withdrawn) & low
        choice = np.flatnonzero(on_sale & (products.category == products.category[product[line]]))
        weight = products.popularity[BUSINESS, choice].cumsum()
        article = int(choice[np.searchsorted(weight, rng.random() * weight[-1], side="right")])
        if (int(lines.order[line]), article) in taken:
            continue
        taken.add((int(lines.order[line]), article))
        product[line] = article
        price[line] = products.prices[levels[when], article]
        loose = max(1, round(gross[line] / price[line]))
        quantity[line] = (loose + CASE // 2) // CASE * CASE if loose >= 2 * CASE else loose
    rate = np.divide(lines.discount, gross)
    rate = np.where(own, np.minimum(rate + unusual.discount, MOST_DISCOUNT), rate)
    gross = quantity * price
    discount = np.where(own, np.rint(gross * rate), lines.discount).astype(np.int64)
    cost = quantity * products.costs[cost_levels()[day], product]
    changed = replace(
        lines,
        product=product,
        quantity=quantity,
        list_price=price,
        discount=discount,
        net=gross - discount,
        cost=cost,
    )
    return replace(book, lines=changed)


def _lost_to_competitor(
    book: Book,
    customers: Customers,
    products: Products,
    rng: np.random.Generator,
    rival: Competitor,
) -> Flags:
    """Flag the lines the rival won: of every month the same share, but no customer's first order.

    What the first orders are spared the others lose, so that the share of all is `loss`.
    """
    orders, lines = book.orders, book.lines
    day, buyer = orders.day[lines.order], orders.customer[lines.order]
    scope = between(rival.start, rival.end)[day]
    scope &= orders.region[lines.order] == rival.region
    scope &= in_category(products, rival.category)[lines.product]
    first = day == customers.acquired[buyer]
    cell = MONTHS[day] * len(KINDS) + customers.kind[buyer]
    lost = np.zeros(len(day), dtype=bool)
    for value in np.unique(cell[scope]):
        held = scope & (cell == value)
        free = np.flatnonzero(held & ~first)
        count = min(int(held.sum() * rival.loss + rng.random()), len(free))
        lost[rng.permutation(free)[:count]] = True
    return lost
