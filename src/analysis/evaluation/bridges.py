"""Whether bridges are exact: books drawn at random, periods the other way round, a book's figures.

The books hold what real ones do that breaks a split: products that come and go, free goods,
credits, fees without units, surcharges that leave no list price, other currencies, empty periods.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from analysis.analyses import bridge
from analysis.analyses.rate_bridge import rate_bridge
from analysis.evaluation.record import Figure, share
from analysis.measures.bridge import BEFORE, KEPT, LAUNCHED, LOST, NEW, NOW, WITHDRAWN

BOOKS: Final = 1000
CENT: Final = 0.01
SUMS: Final = {"revenue": bridge.revenue, "gross_margin": bridge.gross_margin}
TURNED: Final = [*bridge.PER_UNIT, bridge.EXCHANGE, bridge.UNPRICED]
"""Effects that only change their sign when the periods change places."""


def random_book(rng: np.random.Generator) -> pd.DataFrame:
    """Cells of a book as ``analyses.bridge.cells`` gives them, of up to 40 products."""
    rows = []
    products = int(rng.integers(1, 41))
    empty = rng.choice([BEFORE, NOW, "neither"], p=[0.02, 0.02, 0.96])
    for when in (BEFORE, NOW):
        if when == empty:
            continue
        for number in range(products):
            if rng.random() < 0.25:  # not sold in this period
                continue
            currency = str(rng.choice(["", "EUR"], p=[0.85, 0.15]))
            rows.append(_row(rng, when, KEPT, KEPT, f"P{number}", currency))
        classes = {BEFORE: ((LOST, ""), (KEPT, WITHDRAWN)), NOW: ((NEW, ""), (KEPT, LAUNCHED))}
        rows += [_row(rng, when, *kind, "", "") for kind in classes[when] if rng.random() < 0.8]
        rows += [_row(rng, when, KEPT, KEPT, "", "")] if rng.random() < 0.3 else []
    if not rows:
        return random_book(rng)
    return pd.DataFrame(rows)


def _row(
    rng: np.random.Generator, when: str, customers: str, goods: str, product: str, currency: str
) -> dict[str, object]:
    units = float(rng.integers(1, 500))
    listed = units * float(rng.lognormal(3.0, 1.0))
    paid = listed * (1 - float(rng.choice([0.0, rng.uniform(0, 0.5)])))
    odd = rng.random()
    if odd < 0.03:
        listed = paid = 0.0  # free goods
    elif odd < 0.06:
        units = 0.0  # a fee
    elif odd < 0.09:
        units, listed, paid = -units, -listed, -paid  # a credit
    elif odd < 0.12:
        listed = 0.0  # a surcharge as large as the price
    cost = units * float(rng.lognormal(2.5, 1.0))
    costed = rng.random() < 0.9
    return {
        "when": when, "customers": customers, "range": goods, "product_id": product,
        "currency": currency, "units": units, "list_value": listed, "revenue": paid,
        "returned": 0.0, "buyers": 1.0, "products": 1.0,
        "costed_units": units * costed, "costed_list_value": listed * costed,
        "costed_revenue": paid * costed, "cost": cost * costed,
        "at_one_rate": float(rng.uniform(0.8, 1.2)) if currency else 1.0,
    }  # fmt: skip


def turned(cells: pd.DataFrame) -> pd.DataFrame:
    """The same book with its periods in each other's place: who was lost is now new."""
    other = {BEFORE: NOW, NOW: BEFORE, LOST: NEW, NEW: LOST, WITHDRAWN: LAUNCHED,
             LAUNCHED: WITHDRAWN}  # fmt: skip
    return cells.assign(
        when=cells["when"].replace(other), customers=cells["customers"].replace(other),
        range=cells["range"].replace(other),
    )  # fmt: skip


def residual(split: pd.DataFrame) -> float:
    """The most that is left in any row or in the sum when effects are taken from the change."""
    left = split[NOW] - split[BEFORE] - split[bridge.EFFECTS].sum(axis=1)
    return max(float(left.abs().max()), abs(float(left.sum())))


def unturned(split: pd.DataFrame, other_way: pd.DataFrame) -> float:
    """The most by which an effect of the turned periods is not the effect with the other sign."""
    one, other = split.sum(), other_way.sum()
    pairs = [*zip(TURNED, TURNED, strict=True), ("lost", "new"), ("new", "lost"),
             ("withdrawn", "launched"), ("launched", "withdrawn")]  # fmt: skip
    return max(abs(float(one[name] + other[mirror])) for name, mirror in pairs)


def figures(books: int = BOOKS, seed: int = 4) -> list[Figure]:
    """Residuals and reversal of both bridges over random books, and of bridges of a rate."""
    rng = np.random.default_rng(seed)
    drawn = [random_book(rng) for _ in range(books)]
    source = f"{books:,} books drawn at random (seed {seed}; evaluation/bridges.py)"
    found = []
    for of, split in SUMS.items():
        name = of.replace("_", " ")
        splits = [split(cells) for cells in drawn]
        lefts = [residual(one) for one in splits]
        ends = [
            unturned(one, split(turned(cells))) for one, cells in zip(splits, drawn, strict=True)
        ]
        found += [
            share(f"bridge of {name}: books whose effects add up", sum(x < CENT for x in lefts),
                  books, f"{source}; to a cent in every row and in the sum", "= 1"),
            Figure(f"bridge of {name}: largest residual, money", max(lefts), source, books,
                   target="≤ 0.01"),
            share(f"bridge of {name}: books whose effects change sign with the periods",
                  sum(x < CENT for x in ends), books, f"{source}; to a cent", "= 1"),
        ]  # fmt: skip
    rates = [_rate_residual(rng) for _ in range(books)]
    return [*found, Figure("bridge of a rate: largest residual, points", max(rates) * 100, source,
                           books, target="≤ 0.0001"), *identities()]  # fmt: skip


def _rate_residual(rng: np.random.Generator) -> float:
    """What a rate's bridge leaves over, the other way round included."""
    parts = int(rng.integers(1, 12))
    names = ["channel", "measure"]
    index = pd.MultiIndex.from_product(
        [[f"C{place}" for place in range(parts)], ["gross_margin_rate"]], names=names
    )
    under = {end: rng.lognormal(8, 1.5, parts) * (rng.random(parts) < 0.85)
             for end in ("current", "prior")}  # fmt: skip
    under = {end: values if values.sum() else values + 1 for end, values in under.items()}
    table = pd.DataFrame(
        {f"{end}_denominator": values for end, values in under.items()}
        | {f"{end}_numerator": values * rng.normal(0.35, 0.1, parts)
           for end, values in under.items()}, index=index,
    )  # fmt: skip
    whole = table.groupby("measure").sum()
    rate = {end: float(whole[f"{end}_numerator"].iloc[0] / whole[f"{end}_denominator"].iloc[0])
            for end in ("current", "prior")}  # fmt: skip
    split = rate_bridge(table, whole, "prior")
    return abs(float(split["effect"].sum()) - (rate["current"] - rate["prior"]))


def identities() -> list[Figure]:
    """Variances of Horngren, Datar & Rajan's own examples, by the same code, in dollars."""
    index = pd.Index(["wholesale", "retail"])
    margin = pd.Series([0.49, 0.98], index)
    budget = _end(pd.Series([712_000.0, 178_000.0], index), margin)
    actual = _end(pd.Series([756_000.0, 144_000.0], index), margin)
    spring = bridge.variances(budget, actual).sum()
    jacket = pd.Index(["jacket"])
    webb = bridge.variances(
        _end(pd.Series([12_000.0], jacket), pd.Series([120.0], jacket), 88.0),
        _end(pd.Series([10_000.0], jacket), pd.Series([125.0], jacket), 95.01),
    ).sum()
    book = "Horngren, Datar & Rajan, Cost Accounting, 14th ed."
    told = {
        f"sales-quantity variance, Spring Distribution|{book}, exhibit 14-10, p. 522":
            (float(spring["volume"]), 5_880.0),
        f"sales-mix variance, Spring Distribution|{book}, exhibit 14-10, p. 522":
            (float(spring["mix"]), -17_640.0),
        f"selling-price variance, Webb Company|{book}, p. 233": (float(webb["price"]), 50_000.0),
        f"variable costs, Webb Company|{book}, p. 233 (950,100 less 880,000)":
            (float(webb["cost"]), -70_100.0),
    }  # fmt: skip
    return [
        Figure(f"Horngren's {name}: off by, $", abs(round(value - printed, 6)), f"{source}; "
               f"printed {printed:,.0f}", 1, target="= 0")
        for (name, source), (value, printed) in (
            (key.split("|"), pair) for key, pair in told.items()
        )
    ]  # fmt: skip


def _end(units: pd.Series, price: pd.Series, cost: float = 0.0) -> pd.DataFrame:
    """One end of a book's example, as ``variances`` takes it."""
    return pd.DataFrame({"units": units, "share": units / units.sum(), "price": price,
                         "discount": 0.0, "cost": cost})  # fmt: skip
