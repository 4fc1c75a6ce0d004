"""What happened inside and outside the firm, as its diary has it and with its true effect."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, Final

import pandas as pd

from analysis.demo.demand import stocked_out
from analysis.demo.events import TOLD, PriceChange, Stories
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


def event_table(products: Products, stories: Stories = TOLD) -> pd.DataFrame:
    """Events, one row each, by first day, as a firm would note them."""
    rows = [*WITHOUT_EFFECT, *_noted(products, stories)]
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


def _noted(products: Products, stories: Stories) -> Iterator[tuple[Any, ...]]:
    for change in _raised(stories):
        yield ("price", change.start, None, None, change.category,
               f"List prices {change.rise:+.1%}")  # fmt: skip
    for new_year in SPRING_FESTIVAL.new_years:
        first = new_year + timedelta(days=SPRING_FESTIVAL.run_up[0])
        last = new_year + timedelta(days=SPRING_FESTIVAL.pause[1])
        yield "holiday", first, last, None, None, f"Spring Festival, New Year on {new_year:%d %B}"
    for year in range(FIRST_DAY.year, LAST_DAY.year):
        yield "holiday", date(year, 12, 25), date(year, 12, 26), None, None, "Christmas"
    rival, out = stories.competitor, stories.stock_out
    if rival.loss:
        yield ("competitor", rival.start, None, REGION_WORDS[rival.region], rival.category,
               rival.note)  # fmt: skip
    if names := [products.names[i] for i in stocked_out(products, out)]:
        yield ("stock_out", out.start, out.end, REGION_WORDS[out.region], out.category,
               f"{len(names)} best sellers ran out, first {names[0]}")  # fmt: skip


def _raised(stories: Stories) -> list[PriceChange]:
    return [change for change in stories.price_changes if change.rise]


def true_events(products: Products, stories: Stories = TOLD) -> pd.DataFrame:
    """What moved sales, and by how much: `effect` is the share by which expected lines changed."""
    numbers = products.ids()
    rival, out = stories.competitor, stories.stock_out
    rows: list[tuple[str, str, str, str, date, date, float, str]] = []
    if short := stocked_out(products, out).tolist():
        note = "best sellers out of stock: " + " ".join(numbers[i] for i in short)
        rows.append(("stock-out", REGION_WORDS[out.region], out.category, ALL, out.start, out.end,
                     -out.depth, note))  # fmt: skip
    if rival.loss:
        rows.append(("competitor", REGION_WORDS[rival.region], rival.category, ALL, rival.start,
                     rival.end, -rival.loss, rival.note))  # fmt: skip
    for change in _raised(stories):
        effect = (1 + change.rise) ** change.elasticity - 1
        note = f"list prices {change.rise:+.1%}, elasticity {change.elasticity:.2f}"
        rows.append(("price change", ALL, change.category or ALL, ALL, change.start, LAST_DAY,
                     effect, note))  # fmt: skip
    for number, held in zip(promotion_ids(stories), stories.all_promotions, strict=True):
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
