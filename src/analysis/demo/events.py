"""What happened to the invented firm, with the effect each event has: prices, promotions, stock."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analysis.demo.firm import BUSINESS, CONSUMER, DAY_COUNT, FIRST_DAY, LAST_DAY


@dataclass(frozen=True)
class PriceChange:
    """List prices of a category (``None``: all) rise by `rise`; demand follows `elasticity`.

    Expected lines are multiplied by ``(new price / old price) ** elasticity``.
    """

    start: date
    category: str | None
    rise: float
    elasticity: float


PRICE_CHANGES: Final = (
    PriceChange(date(2025, 1, 1), None, 0.03, -0.9),
    PriceChange(date(2026, 3, 1), "Lighting", 0.07, -1.8),
)
COST_CHANGES: Final = ((date(2024, 8, 1), 0.02), (date(2025, 9, 1), 0.025))


@dataclass(frozen=True)
class Promotion:
    """Money off for one kind of customer, and the share by which it lifts expected lines."""

    name: str
    kind: int
    category: str | None
    start: date
    end: date
    discount: float
    uplift: float


PROMOTIONS: Final = (
    *(
        Promotion("Black Friday", CONSUMER, None, date(y, 11, 20), date(y, 12, 1), 0.15, 0.30)
        for y in (2023, 2024, 2025)
    ),
    *(
        Promotion("White sale", CONSUMER, "Textiles", date(y, 1, 2), date(y, 1, 25), 0.20, 0.45)
        for y in (2024, 2025, 2026)
    ),
    *(
        Promotion("Garden month", CONSUMER, "Garden", date(y, 5, 1), date(y, 5, 31), 0.12, 0.30)
        for y in (2024, 2025, 2026)
    ),
    *(
        Promotion("Trade weeks", BUSINESS, None, date(y, 9, 1), date(y, 9, 21), 0.03, 0.06)
        for y in (2024, 2025, 2026)
    ),
)


ADDED_PROMOTIONS: Final = (
    Promotion(
        "Kitchen trade event", BUSINESS, "Kitchen", date(2026, 5, 4), date(2026, 6, 14), 0.04, 0.35
    ),
    Promotion(
        "Storage clearance", BUSINESS, "Storage", date(2026, 3, 2), date(2026, 3, 29), 0.12, 0.10
    ),
)
"""Promotions whose uplift is orders on top of all others; one paid and one did not."""


@dataclass(frozen=True)
class StockOut:
    """The best sellers of a category run out in one region.

    The fewest best sellers that make up at least `depth` of the category's expected lines are
    cut, all by one factor, so that the category's expected lines fall by exactly `depth`.
    """

    region: int
    category: str
    start: date
    end: date
    depth: float


STOCK_OUT: Final = StockOut(0, "Furniture", date(2026, 9, 20), LAST_DAY, 0.60)


@dataclass(frozen=True)
class Competitor:
    """A rival opens in one region with one category; expected lines there fall by `loss`."""

    region: int
    category: str
    start: date
    end: date
    loss: float
    note: str


COMPETITOR: Final = Competitor(
    1, "Textiles", date(2026, 5, 1), LAST_DAY, 0.30, "Loom & Larder opened six shops"
)


@dataclass(frozen=True)
class UnusualRep:
    """A rep who sells what earns little: `swap` of their lines, and `discount` on all of them.

    A swapped line has a low-margin article of the same category for about the same money, so the
    rep's categories and lines are those of the others. Low-margin are the `low` of a category's
    articles whose cost is the largest share of their list price.
    """

    number: int
    swap: float
    low: float
    discount: float


UNUSUAL_REP: Final = UnusualRep(12, 0.60, 1 / 3, 0.08)


@dataclass(frozen=True)
class Collections:
    """Dealers of one region stop paying: the share of invoices of orders since `start` unpaid."""

    region: int
    start: date
    unpaid: float
    usual_unpaid: float


COLLECTIONS: Final = Collections(4, date(2025, 11, 1), 0.47, 0.02)


@dataclass(frozen=True)
class ServiceDrift:
    """Answers to complaints of one region slow down; those who wait too long leave.

    The median answer takes `usual_hours`, and in the drifting region ``usual_hours * (1 + m)`` in
    the *m*-th month since `start`, up to `most_times` the usual. Who waited *h* hours leaves with
    probability ``leave[kind] * clip((h - patience) / span, 0, 1)``, `notice` days after.
    """

    region: int
    start: date
    usual_hours: float
    spread: float
    most_times: float
    patience: float
    span: float
    leave: tuple[float, float]
    notice: tuple[int, int]


SERVICE_DRIFT: Final = ServiceDrift(
    5, date(2026, 1, 1), 14.0, 0.45, 8.0, 30.0, 80.0, (0.15, 0.75), (8, 30)
)


@dataclass(frozen=True)
class Stories:
    """What happens to the firm beyond its ordinary years, each with its effect.

    Attributes
    ----------
    price_changes : tuple of PriceChange
        All there ever are; those of one category alone are a story.
    promotions : tuple of Promotion
        Those of a single season, on top of `PROMOTIONS`.
    stock_out, competitor, unusual_rep, collections, service_drift
        What happens, and where; `NOWHERE` in a quiet firm.
    dear_marketing : bool
        Whether one marketing channel costs more than it brings.
    """

    price_changes: tuple[PriceChange, ...] = PRICE_CHANGES
    promotions: tuple[Promotion, ...] = ADDED_PROMOTIONS
    stock_out: StockOut = STOCK_OUT
    competitor: Competitor = COMPETITOR
    unusual_rep: UnusualRep = UNUSUAL_REP
    collections: Collections = COLLECTIONS
    service_drift: ServiceDrift = SERVICE_DRIFT
    dear_marketing: bool = True

    @property
    def all_promotions(self) -> tuple[Promotion, ...]:
        """Promotions of every year, and those of a single season after them."""
        return (*PROMOTIONS, *self.promotions)


NOWHERE: Final = -1
"""Number of no region and of no rep."""
TOLD: Final = Stories()
QUIET: Final = Stories(
    # A rise of nothing, so that a day's price level is the same row in both firms.
    price_changes=tuple(replace(c, rise=0.0) if c.category else c for c in PRICE_CHANGES),
    promotions=(),
    stock_out=replace(STOCK_OUT, region=NOWHERE, depth=0.0),
    competitor=replace(COMPETITOR, region=NOWHERE, loss=0.0),
    unusual_rep=replace(UNUSUAL_REP, number=NOWHERE, swap=0.0, discount=0.0),
    collections=replace(COLLECTIONS, region=NOWHERE, unpaid=COLLECTIONS.usual_unpaid),
    service_drift=replace(SERVICE_DRIFT, region=NOWHERE, most_times=1.0),
    dear_marketing=False,
)
"""The same firm in a year in which nothing happened: season, festival, growth, the promotions of
every year and the general price rise of 2025 stay."""


def day_index(day: date) -> int:
    """Days since the window's first day; negative before it."""
    return (day - FIRST_DAY).days


def between(start: date, end: date) -> NDArray[np.bool_]:
    """One flag per day of the window: from `start` to `end`, both included."""
    days = np.arange(DAY_COUNT)
    return (days >= day_index(start)) & (days <= day_index(end))
