"""The invented firm's range: what it sells, since when, for how much, and at what cost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from analysis.demo.chance import Floats, Ints
from analysis.demo.events import COST_CHANGES, PRICE_CHANGES, TOLD, Stories, day_index
from analysis.demo.firm import DAY_COUNT


@dataclass(frozen=True)
class Category:
    """One category: its size, its share of lines by kind, its money and its year.

    `lines` are shares of business and of consumer lines; `spend` scales a business line's
    money; `cost` is unit cost over list price; `season` is demand by month, January first.
    `articles` are (subcategory, articles, cheapest and dearest list price in £).
    """

    name: str
    products: int
    lines: tuple[float, float]
    spend: float
    cost: float
    season: tuple[float, ...]
    articles: tuple[tuple[str, tuple[str, ...], float, float], ...]


CATEGORIES: Final = (
    Category(
        "Kitchen",
        42,
        (0.23, 0.27),
        0.90,
        0.56,
        (0.94, 0.95, 0.97, 0.97, 0.97, 0.95, 0.93, 0.96, 1.01, 1.04, 1.15, 1.16),
        (
            ("Cookware", ("saucepan", "casserole", "frying pan", "roasting tin"), 19, 95),
            ("Tableware", ("dinner plate", "serving bowl", "mug", "teapot"), 6, 38),
            ("Glassware", ("tumbler", "wine glass", "carafe"), 5, 24),
            ("Utensils", ("chopping board", "knife set", "mixing bowl"), 9, 68),
        ),
    ),
    Category(
        "Lighting",
        30,
        (0.15, 0.13),
        1.10,
        0.53,
        (1.04, 1.00, 0.96, 0.92, 0.88, 0.85, 0.87, 0.94, 1.05, 1.13, 1.19, 1.17),
        (
            ("Table lamps", ("table lamp", "desk lamp", "bedside lamp"), 29, 120),
            ("Floor lamps", ("floor lamp", "reading lamp"), 75, 240),
            ("Ceiling", ("pendant", "ceiling shade", "wall light"), 24, 190),
        ),
    ),
    Category(
        "Furniture",
        34,
        (0.16, 0.08),
        1.35,
        0.59,
        (1.05, 0.98, 1.01, 1.00, 0.98, 0.94, 0.93, 0.97, 1.04, 1.05, 1.05, 1.00),
        (
            ("Seating", ("dining chair", "armchair", "bench", "bar stool"), 79, 480),
            ("Tables", ("side table", "coffee table", "dining table"), 89, 620),
            ("Bedroom", ("bedside cabinet", "chest of drawers", "blanket box"), 95, 540),
        ),
    ),
    Category(
        "Garden",
        30,
        (0.12, 0.13),
        1.00,
        0.57,
        (0.62, 0.78, 1.15, 1.40, 1.52, 1.38, 1.18, 0.98, 0.84, 0.70, 0.72, 0.73),
        (
            ("Planters", ("planter", "trough", "hanging basket"), 12, 85),
            ("Outdoor living", ("lantern", "folding chair", "fire bowl"), 22, 160),
            ("Tools", ("hand fork", "watering can", "pruner"), 9, 45),
        ),
    ),
    Category(
        "Storage",
        28,
        (0.14, 0.14),
        0.85,
        0.55,
        (1.17, 1.05, 1.02, 0.99, 0.97, 0.95, 0.96, 1.04, 1.03, 0.97, 0.95, 0.90),
        (
            ("Baskets", ("log basket", "laundry basket", "shelf basket"), 12, 70),
            ("Boxes", ("storage box", "underbed box", "crate"), 8, 48),
            ("Shelving", ("wall shelf", "ladder shelf", "shoe rack"), 26, 150),
        ),
    ),
    Category(
        "Textiles",
        36,
        (0.20, 0.25),
        0.95,
        0.56,
        (1.03, 0.98, 0.96, 0.95, 0.94, 0.92, 0.93, 0.96, 1.02, 1.06, 1.12, 1.13),
        (
            ("Bedding", ("duvet set", "pillowcase pair", "quilt"), 18, 130),
            ("Bath", ("bath towel", "hand towel", "bath mat"), 7, 36),
            ("Living", ("cushion", "throw", "rug", "curtain pair"), 16, 180),
        ),
    ),
)
COLLECTIONS: Final = (
    "Saltmarsh", "Quayside", "Lantern", "Fieldfare", "Merrow", "Tidewrack", "Orchard", "Slate",
    "Heron", "Copperleaf", "Dunlin", "Millrace", "Bracken", "Foxglove", "Larder", "Wherry",
)  # fmt: skip
LAUNCHED_IN_WINDOW: Final = 14
WITHDRAWN: Final = 9
NEVER: Final = 10 * DAY_COUNT
CONSUMER_PRICE_SENSE: Final = -0.45  # consumers choose the cheaper article of a category


@dataclass(frozen=True)
class Products:
    """The range, one entry per product; prices and costs have one row per level they went through.

    Attributes
    ----------
    prices, costs : array of int, levels by products
        Pence; level *k* holds from the *k*-th change on.
    popularity : array of float, kinds by products
        Share of a kind's expected lines before season, launch and price.
    launched, withdrawn : array of int
        Days since the window's first day; `NEVER` for what is still sold.
    """

    names: tuple[str, ...]
    category: Ints
    subcategory: tuple[str, ...]
    prices: Ints
    costs: Ints
    popularity: Floats
    launched: Ints
    withdrawn: Ints

    def __len__(self) -> int:
        return len(self.names)

    def ids(self) -> list[str]:
        """Item numbers as the ERP writes them."""
        return [f"P-{number:04d}" for number in range(1, len(self) + 1)]


def price_level(starts: tuple[date, ...]) -> Ints:
    """For each day of the window, how many of these changes have happened."""
    days = np.arange(DAY_COUNT)
    changes = [day_index(start) for start in starts]
    return np.searchsorted(changes, days, side="right").astype(np.int64)


def price_levels() -> Ints:
    """Row of `Products.prices` that holds on each day."""
    return price_level(tuple(change.start for change in PRICE_CHANGES))


def cost_levels() -> Ints:
    """Row of `Products.costs` that holds on each day."""
    return price_level(tuple(start for start, _ in COST_CHANGES))


def make_products(rng: np.random.Generator, stories: Stories = TOLD) -> Products:
    """Draw the range. Item numbers follow category and launch only loosely, as in a real one."""
    names, subcategory, category, prices, costs, popularity = [], [], [], [], [], []
    for number, kind in enumerate(CATEGORIES):
        articles = [
            (group, f"{collection} {article}", low, high)
            for group, nouns, low, high in kind.articles
            for article in nouns
            for collection in COLLECTIONS
        ]
        chosen = np.sort(rng.choice(len(articles), kind.products, replace=False))
        low = np.array([articles[i][2] for i in chosen])
        high = np.array([articles[i][3] for i in chosen])
        price = np.round(low * (high / low) ** rng.beta(1.6, 1.8, kind.products)) - 0.05
        taste = np.exp(rng.normal(0.0, 0.80, kind.products))
        by_kind = np.stack([taste, taste * price**CONSUMER_PRICE_SENSE])
        names += [articles[i][1] for i in chosen]
        subcategory += [articles[i][0] for i in chosen]
        category += [number] * kind.products
        prices.append(price)
        costs.append(price * (kind.cost + rng.normal(0.0, 0.03, kind.products)))
        popularity.append(by_kind / by_kind.sum(axis=1, keepdims=True) * np.c_[list(kind.lines)])

    count = len(names)
    shares = np.concatenate(popularity, axis=1)
    launched = -rng.integers(60, 3200, count)
    middling = np.argsort(shares[0], kind="stable")[count // 4 :]
    come_or_gone = rng.choice(middling, LAUNCHED_IN_WINDOW + WITHDRAWN, replace=False)
    new, old = come_or_gone[:LAUNCHED_IN_WINDOW], come_or_gone[LAUNCHED_IN_WINDOW:]
    launched[new] = rng.integers(60, DAY_COUNT - 150, len(new))
    withdrawn = np.full(count, NEVER)
    withdrawn[old] = rng.integers(150, DAY_COUNT - 90, len(old))
    categories = np.array(category)
    return Products(
        tuple(names),
        categories,
        tuple(subcategory),
        _list_prices(np.concatenate(prices), categories, stories),
        _unit_costs(np.concatenate(costs)),
        shares / shares.sum(axis=1, keepdims=True),
        launched,
        withdrawn,
    )


def _list_prices(pounds: Floats, category: Ints, stories: Stories) -> Ints:
    levels = [np.rint(pounds * 100).astype(np.int64)]
    for change in stories.price_changes:
        named = np.array([change.category in (None, kind.name) for kind in CATEGORIES])
        rise = np.where(named[category], 1 + change.rise, 1.0)
        levels.append(np.rint(levels[-1] * rise / 5).astype(np.int64) * 5)  # prices end in 0 or 5
    return np.stack(levels)


def _unit_costs(pounds: Floats) -> Ints:
    levels = [np.rint(pounds * 100).astype(np.int64)]
    for _, rise in COST_CHANGES:
        levels.append(np.rint(levels[-1] * (1 + rise)).astype(np.int64))
    return np.stack(levels)
