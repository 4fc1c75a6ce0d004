"""What happened inside and outside the firm, as its diary has it and with its true effect."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, Final

import pandas as pd

from analysis.demo.demand import stocked_out
from analysis.demo.events import ALL_PROMOTIONS, COMPETITOR, PRICE_CHANGES, STOCK_OUT
from analysis.demo.firm import FIRST_DAY, KINDS, LAST_DAY, SPRING_FESTIVAL
from analysis.demo.frames import day
from analysis.demo.products import Products
from analysis.demo.promotions import promotion_ids
from analysis.demo.tables import KIND_WORDS, REGION_WORDS

ALL: Final = "all"
WITHOUT_EFFECT: Final = (
    ("policy", date(2024, 4, 1), None, None, None, "Rates on warehouses revalued"),
    ("policy", date(2025, 10, 1), None, None, None, "Packaging levy: producers pay by weight"),
    ("policy", date(2026, 4, 1), None, None, "Lighting", "New labels for lamps' use of power"),
    ("other", date(2024, 6, 3), date(2024, 6, 7), "central", None, "Warehouse moved"),
    ("other", date(2025, 2, 10), date(2025, 2, 11), None, None, "Web shop renewed"),
    ("other", date(2026, 7, 6), date(2026, 7, 24), "south", None, "Road works at the depot"),
)
"""What the diary holds though it moved no sales: kind, first and last day, region, category."""


def event_table(products: Products) -> pd.DataFrame:
    """Events, one row each, by first day, as a firm would note them."""
    rows = [*WITHOUT_EFFECT, *_noted(products)]
    rows.sort(key=lambda row: (row[1], row[0]))
    kind, first, last, region, category, note = zip(*rows, strict=True)
    return pd.DataFrame(
        {
            "event_id": [f"E-{number:03d}" for number in range(1, len(rows) + 1)],
            "kind": kind,
            "starts_at": [day(when) for when in first],
            "ends_at": pd.to_datetime([day(w) if w else None for w in last]).as_unit("s"),
            "region": region,
            "category": category,
            "note": note,
        }
    )


def _noted(products: Products) -> Iterator[tuple[Any, ...]]:
    for change in PRICE_CHANGES:
        yield ("price", change.start, None, None, change.category,
               f"List prices {change.rise:+.1%}")  # fmt: skip
    for new_year in SPRING_FESTIVAL.new_years:
        first = new_year + timedelta(days=SPRING_FESTIVAL.run_up[0])
        last = new_year + timedelta(days=SPRING_FESTIVAL.pause[1])
        yield "holiday", first, last, None, None, f"Spring Festival, New Year on {new_year:%d %B}"
    for year in range(FIRST_DAY.year, LAST_DAY.year):
        yield "holiday", date(year, 12, 25), date(year, 12, 26), None, None, "Christmas"
    yield ("competitor", COMPETITOR.start, None, REGION_WORDS[COMPETITOR.region],
           COMPETITOR.category, COMPETITOR.note)  # fmt: skip
    names = [products.names[i] for i in stocked_out(products)]
    yield ("stock_out", STOCK_OUT.start, STOCK_OUT.end, REGION_WORDS[STOCK_OUT.region],
           STOCK_OUT.category, f"{len(names)} best sellers ran out, first {names[0]}")  # fmt: skip


def true_events(products: Products) -> pd.DataFrame:
    """What moved sales, and by how much: `effect` is the share by which expected lines changed."""
    numbers = products.ids()
    rows: list[tuple[str, str, str, str, date, date, float, str]] = [
        (
            "stock-out", REGION_WORDS[STOCK_OUT.region], STOCK_OUT.category, ALL, STOCK_OUT.start,
            STOCK_OUT.end, -STOCK_OUT.depth,
            "best sellers out of stock: " + " ".join(numbers[i] for i in stocked_out(products)),
        ),
        (
            "competitor", REGION_WORDS[COMPETITOR.region], COMPETITOR.category, ALL,
            COMPETITOR.start, COMPETITOR.end, -COMPETITOR.loss, COMPETITOR.note,
        ),
    ]  # fmt: skip
    for change in PRICE_CHANGES:
        effect = (1 + change.rise) ** change.elasticity - 1
        note = f"list prices {change.rise:+.1%}, elasticity {change.elasticity:.2f}"
        rows.append(("price change", ALL, change.category or ALL, ALL, change.start, LAST_DAY,
                     effect, note))  # fmt: skip
    for number, held in zip(promotion_ids(), ALL_PROMOTIONS, strict=True):
        note = f"{number} {held.name}: {held.discount:.0%} off"
        rows.append(("promotion", ALL, held.category or ALL, KIND_WORDS[held.kind], held.start,
                     held.end, held.uplift, note))  # fmt: skip
    for new_year in SPRING_FESTIVAL.new_years:
        for what, span, factors in (
            ("festival run-up", SPRING_FESTIVAL.run_up, SPRING_FESTIVAL.run_up_factor),
            ("festival pause", SPRING_FESTIVAL.pause, SPRING_FESTIVAL.pause_factor),
        ):
            first, last = (new_year + timedelta(days=days) for days in span)
            for kind in range(len(KINDS)):
                rows.append((what, ALL, ALL, KIND_WORDS[kind], first, last, factors[kind] - 1,
                             f"New Year on {new_year.isoformat()}"))  # fmt: skip
    rows.sort(key=lambda row: (row[4], row[0], row[3]))
    columns = ["what", "region", "category", "kind", "from", "to", "effect", "note"]
    made = pd.DataFrame(rows, columns=columns)
    return made.assign(
        **{
            "from": [day(when) for when in made["from"]],
            "to": [day(when) for when in made["to"]],
            "effect": made["effect"].round(4),
        }
    )
