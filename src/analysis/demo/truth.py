"""What is true of the invented firm and no extract says: for tests and evaluations only."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np

from analysis.demo.customers import Customers
from analysis.demo.demand import MONTHS, Demand, stocked_out
from analysis.demo.events import PRICE_CHANGES, PROMOTIONS, STOCK_OUT
from analysis.demo.extracts import iso, write_csv
from analysis.demo.firm import DAY_COUNT, FIRST_DAY, KINDS, LAST_DAY, REGIONS, SPRING_FESTIVAL
from analysis.demo.products import CATEGORIES, Products

ALL = "all"
EVENT_COLUMNS = ("what", "region", "category", "kind", "from", "to", "effect", "note")
Event = tuple[str, str, str, str, str, str, str, str]


def write_truth(
    folder: Path, customers: Customers, products: Products, demand: Demand
) -> list[Path]:
    """Write the four truths into ``folder / "truth"``."""
    truth = folder / "truth"
    truth.mkdir()
    return [
        write_true_customers(truth, customers),
        write_events(truth, products),
        write_monthly_factors(truth, products, demand),
        write_true_products(truth, products),
    ]


def write_true_customers(truth: Path, customers: Customers) -> Path:
    """Write each customer's purchase rate (orders a month) and last day; blank if still one."""
    alive = customers.alive_until >= DAY_COUNT
    last = iso(np.where(alive, 0, customers.alive_until))
    return write_csv(
        truth / "customers.csv",
        ("customer_id", "purchase_rate", "alive_until"),
        (
            customers.ids(),
            [f"{rate:.6f}" for rate in customers.rate],
            ["" if still else day for still, day in zip(alive, last, strict=True)],
        ),
    )


def write_true_products(truth: Path, products: Products) -> Path:
    """Write each product's share of expected lines by kind, and the first day it was withdrawn."""
    gone = products.withdrawn < DAY_COUNT
    day = iso(np.where(gone, products.withdrawn, 0))
    short = set(stocked_out(products).tolist())
    return write_csv(
        truth / "products.csv",
        ("product_id", "business_share", "consumer_share", "withdrawn", "stocked_out"),
        (
            products.ids(),
            *([f"{share:.8f}" for share in shares] for shares in products.popularity),
            [when if out else "" for out, when in zip(gone, day, strict=True)],
            [int(number in short) for number in range(len(products))],
        ),
    )


def write_events(truth: Path, products: Products) -> Path:
    """Write what happened; `effect` is the share by which expected lines changed."""
    events = [*_price_events(), *_promotion_events(), *_festival_events(), _stock_out(products)]
    events.sort(key=lambda event: (event[4], event[0], event[3]))
    return write_csv(truth / "events.csv", EVENT_COLUMNS, zip(*events, strict=True))


def _price_events() -> list[Event]:
    return [
        (
            "price change",
            ALL,
            (change.category or ALL).lower(),
            ALL,
            change.start.isoformat(),
            LAST_DAY.isoformat(),
            f"{(1 + change.rise) ** change.elasticity - 1:.4f}",
            f"list prices {change.rise:+.1%}, elasticity {change.elasticity:.2f}",
        )
        for change in PRICE_CHANGES
    ]


def _promotion_events() -> list[Event]:
    return [
        (
            "promotion",
            ALL,
            (promotion.category or ALL).lower(),
            KINDS[promotion.kind].lower(),
            promotion.start.isoformat(),
            promotion.end.isoformat(),
            f"{promotion.uplift:.4f}",
            f"{promotion.name}: {promotion.discount:.0%} off",
        )
        for promotion in PROMOTIONS
    ]


def _festival_events() -> list[Event]:
    def event(new_year: date, what: str, span: tuple[int, int], kind: int, factor: float) -> Event:
        start, end = (new_year + timedelta(days=days) for days in span)
        note = f"New Year on {new_year.isoformat()}"
        kind_name = KINDS[kind].lower()
        return (what, ALL, ALL, kind_name, start.isoformat(), end.isoformat(),
                f"{factor - 1:.4f}", note)  # fmt: skip

    festival = SPRING_FESTIVAL
    return [
        event(new_year, what, span, kind, factors[kind])
        for new_year in festival.new_years
        for what, span, factors in (
            ("festival run-up", festival.run_up, festival.run_up_factor),
            ("festival pause", festival.pause, festival.pause_factor),
        )
        for kind in range(len(KINDS))
    ]


def _stock_out(products: Products) -> Event:
    numbers = products.ids()
    return (
        "stock-out",
        REGIONS[STOCK_OUT.region].area.lower(),
        STOCK_OUT.category.lower(),
        ALL,
        STOCK_OUT.start.isoformat(),
        STOCK_OUT.end.isoformat(),
        f"{-STOCK_OUT.depth:.4f}",
        "best sellers out of stock: " + " ".join(numbers[i] for i in stocked_out(products)),
    )


def write_monthly_factors(truth: Path, products: Products, demand: Demand) -> Path:
    """Write mean demand a day by month, region, kind and category, with and without the stock-out.

    Demand is expected lines by a fixed customer base, the first year's average of a kind being 1
    over all categories; the customer base itself and the weekdays are not in it.
    """
    everywhere = np.zeros(len(REGIONS), dtype=np.int64)
    short = everywhere.copy()
    short[STOCK_OUT.region] = 1
    served = demand.monthly(products.category, short)
    wanted = demand.monthly(products.category, everywhere)
    kinds, regions, months, categories = np.indices(served.shape).reshape(4, -1).tolist()
    first = [FIRST_DAY + timedelta(days=int(np.argmax(m == MONTHS))) for m in range(MONTHS[-1] + 1)]
    return write_csv(
        truth / "monthly_factors.csv",
        ("kind", "region", "month", "category", "demand", "demand_without_stock_out"),
        (
            [KINDS[i].lower() for i in kinds],
            [REGIONS[i].area.lower().replace("-", "") for i in regions],
            [f"{first[i]:%Y-%m}" for i in months],
            [CATEGORIES[i].name.lower() for i in categories],
            [f"{value:.8f}" for value in served.ravel()],
            [f"{value:.8f}" for value in wanted.ravel()],
        ),
    )
