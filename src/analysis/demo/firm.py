"""What is decided about the invented firm: Harbour Lane Trading, homeware, trade and consumers.

Everything here is a choice and nothing is drawn. Harbour Lane imports and sells homeware in six
regions through its stores, a web shop and dealers. Many of its makers and part of its trade
customers close for the Spring Festival, so demand runs ahead of it and dips after it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

FIRST_DAY: Final = date(2023, 11, 1)
LAST_DAY: Final = date(2026, 10, 31)
DAY_COUNT: Final = (LAST_DAY - FIRST_DAY).days + 1
DAYS_PER_MONTH: Final = 365.25 / 12

BUSINESS: Final = 0
CONSUMER: Final = 1
KINDS: Final = ("Business", "Consumer")

STORE: Final = 0
WEB: Final = 1
DEALER: Final = 2
CHANNELS: Final = ("Store", "Web shop", "Dealer")


@dataclass(frozen=True)
class Region:
    """A sales area: its share of customers, its own growth a year and its number of reps."""

    area: str
    share: float
    growth: float
    reps: int


REGIONS: Final = (
    Region("East", 0.215, 0.030, 5),
    Region("North", 0.180, 0.020, 4),
    Region("South", 0.185, 0.035, 4),
    Region("Central", 0.155, 0.015, 4),
    Region("South-West", 0.135, 0.040, 3),
    Region("North-East", 0.130, 0.015, 3),
)
HOME_REGION_RATE: Final = 0.985  # the rest of a customer's orders is placed elsewhere


@dataclass(frozen=True)
class Segment:
    """How one kind of customer buys; one row for businesses and one for consumers.

    Rates are orders a month while alive, ``Gamma(rate_shape, rate_mean / rate_shape)``. Death
    rates are ``Gamma(death_shape, ...)`` with mean ``1 / life`` (months), and a life is
    exponential at its own death rate. `channels` are shares of store, web shop and dealer.
    """

    customers: int
    known_at_start: float
    rate_shape: float
    rate_mean: float
    death_shape: float
    life: float
    channels: tuple[float, float, float]
    extra_lines: float
    customer_spread: float


SEGMENTS: Final = (
    Segment(1150, 0.58, 2.6, 0.94, 5.0, 40.0, (0.16, 0.14, 0.70), 0.75, 0.25),
    Segment(1850, 0.47, 1.4, 0.45, 4.0, 28.0, (0.55, 0.42, 0.03), 0.24, 0.0),
)
LOYALTY_TO_CHANNEL: Final = 0.75  # of orders go to the channel a customer prefers by habit

INDUSTRIES: Final = (
    ("Independent retail", 0.34, ("Home Stores", "Furnishings", "Homeware", "Housewares")),
    ("Hospitality", 0.22, ("Hotels", "Inns", "Guest Houses", "Catering")),
    ("Interior design", 0.16, ("Interiors", "Design Studio", "Room Design")),
    ("Property letting", 0.14, ("Lettings", "Serviced Apartments", "Student Living")),
    ("Care homes", 0.08, ("Care Homes", "Residential Care")),
    ("Offices", 0.06, ("Workspaces", "Office Services")),
)


@dataclass(frozen=True)
class SizeBand:
    """Employees of a business customer: how common, how large its lines are, its discount."""

    label: str
    share: float
    spend: float
    discount: float


SIZE_BANDS: Final = (
    SizeBand("1-9", 0.42, 0.75, 0.05),
    SizeBand("10-49", 0.34, 1.00, 0.08),
    SizeBand("50-249", 0.18, 1.35, 0.11),
    SizeBand("250+", 0.06, 1.75, 0.14),
)
TRADE_LINE_SPEND: Final = 950.0  # £ at list, a middling line of a 10-49 business
DEALER_DISCOUNT: Final = 0.03  # on top of the customer's own

# Share of a week's orders that falls on each day, Monday first.
WEEKDAYS: Final = (
    (0.10, 0.10, 0.11, 0.12, 0.15, 0.25, 0.17),
    (0.16, 0.14, 0.13, 0.13, 0.12, 0.13, 0.19),
    (0.22, 0.22, 0.21, 0.20, 0.15, 0.00, 0.00),
)
CHANNEL_GROWTH: Final = (-0.030, 0.070, 0.005)  # a year
CLOSED: Final = ((12, 25), (12, 26), (1, 1))  # month, day: stores and dealers; the web shop at 30 %
WEB_ON_CLOSED_DAYS: Final = 0.30

# Demand by calendar month, January first; businesses stock up before consumers buy.
KIND_MONTHS: Final = (
    (0.96, 0.97, 0.99, 0.99, 0.99, 0.99, 0.98, 0.95, 1.00, 1.02, 1.09, 1.08),
    (0.94, 0.92, 0.96, 0.97, 0.98, 0.97, 0.96, 0.96, 0.97, 1.00, 1.14, 1.24),
)


@dataclass(frozen=True)
class Festival:
    """Spring Festival: demand in the run-up and in the pause, by kind of customer."""

    new_years: tuple[date, ...]
    run_up: tuple[int, int]
    run_up_factor: tuple[float, float]
    pause: tuple[int, int]
    pause_factor: tuple[float, float]


SPRING_FESTIVAL: Final = Festival(
    new_years=(date(2024, 2, 10), date(2025, 1, 29), date(2026, 2, 17)),
    run_up=(-24, -4),
    run_up_factor=(1.18, 1.08),
    pause=(-3, 11),
    pause_factor=(0.58, 0.82),
)
