"""The invented customers: who they are, how often they buy, and until when they are customers.

Buy till you die: a customer buys at a rate of their own from the day of acquisition until a day
nobody is told. Those acquired before the window are the survivors of more, as in any real
customer file, and so live longer than the newly acquired.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analysis.demo.chance import Floats, Ints, draw, even
from analysis.demo.demand import Demand
from analysis.demo.firm import (
    BUSINESS,
    DAY_COUNT,
    DAYS_PER_MONTH,
    INDUSTRIES,
    REGIONS,
    SEGMENTS,
    SIZE_BANDS,
)

OLDEST_DAY: Final = -3000  # the first customers still on file, days before the window
CANDIDATES: Final = 12  # drawn per customer known at the start; more than enough survive
ACQUIRED_VIA: Final = (
    ("Trade fair", "Sales visit", "Referral", "Web search", "Catalogue"),
    ("Store visit", "Web search", "Social media", "Referral", "Catalogue"),
)
ACQUIRED_VIA_SHARES: Final = ((0.18, 0.34, 0.22, 0.17, 0.09), (0.40, 0.27, 0.15, 0.12, 0.06))
FIRST_NAMES: Final = (
    "Alison", "Amir", "Beth", "Callum", "Carys", "Daniel", "Deepa", "Edith", "Elliot", "Farah",
    "Fiona", "Gareth", "Grace", "Hamish", "Harriet", "Imogen", "Isaac", "Jasmine", "Joel", "Kate",
    "Kofi", "Leah", "Liam", "Mairi", "Martin", "Nadia", "Nigel", "Olive", "Owen", "Priya",
    "Rhys", "Rosa", "Sanjay", "Sheila", "Tamsin", "Tom", "Una", "Victor", "Wendy", "Yusuf",
)  # fmt: skip
NAME_HEADS: Final = (
    "Ald", "Bram", "Cald", "Dray", "Elm", "Fen", "Garth", "Hather", "Inger", "Kes", "Lang", "Marl",
    "Nether", "Oss", "Pen", "Quar", "Rav", "Sel", "Thorn", "Ulver", "Wex", "Yar",
)  # fmt: skip
NAME_TAILS: Final = (
    "combe", "wick", "thorpe", "ridge", "field", "worth", "ley", "stow", "brook", "mere", "den",
    "hurst",
)  # fmt: skip
SURNAMES: Final = tuple(head + tail for head in NAME_HEADS for tail in NAME_TAILS)


@dataclass(frozen=True)
class Customers:
    """One entry per customer, in the order they were acquired; days count from the window's first.

    Attributes
    ----------
    kind, region, channel, industry, size, via : array of int
        Positions in the lists of `analysis.demo.firm`; industry and size are -1 for consumers.
    rep : array of int
        Number of the rep a business belongs to; 0 for consumers.
    rate : array of float
        Orders a month while a customer, at average demand.
    spend : array of float
        What scales the money of a business's lines.
    acquired, alive_until : array of int
        First and last day as a customer; the last may lie after the window.
    """

    names: tuple[str, ...]
    kind: Ints
    region: Ints
    channel: Ints
    industry: Ints
    size: Ints
    via: Ints
    rep: Ints
    rate: Floats
    spend: Floats
    acquired: Ints
    alive_until: Ints

    def __len__(self) -> int:
        return len(self.names)

    def ids(self) -> list[str]:
        """Customer numbers as ERP and CRM write them, in order of acquisition."""
        return [f"C{number:06d}" for number in range(1, len(self) + 1)]


def first_rep(region: Ints) -> Ints:
    """Number of a region's first rep; reps are numbered through, region by region."""
    firsts = np.cumsum([1, *(r.reps for r in REGIONS)])
    numbers: Ints = firsts[region]
    return numbers


def draw_rep(region: Ints, rng: np.random.Generator) -> Ints:
    """Draw a rep of each region given."""
    reps = np.array([r.reps for r in REGIONS])[region]
    numbers: Ints = first_rep(region) + np.floor(rng.random(len(region)) * reps).astype(np.int64)
    return numbers


def make_customers(demand: Demand, rng: np.random.Generator) -> Customers:
    """Draw both kinds of customers and number them by the day they were acquired."""
    drawn = [_segment(kind, demand, rng) for kind in range(len(SEGMENTS))]
    merged = {name: np.concatenate([part[name] for part in drawn]) for name in drawn[0]}
    order = np.argsort(merged["acquired"], kind="stable")
    columns = {name: values[order] for name, values in merged.items()}
    names = _names(columns["kind"], columns["industry"], rng)
    return Customers(tuple(names), **columns)


def _segment(kind: int, demand: Demand, rng: np.random.Generator) -> dict[str, Ints | Floats]:
    segment = SEGMENTS[kind]
    count = segment.customers
    # Known and new customers apart, regions within them, and so on: no region is lucky in all.
    known = (np.arange(count) < round(count * segment.known_at_start)).astype(np.int64)
    region = draw([r.share for r in REGIONS], known, rng)
    cell = region * 2 + known
    channel = draw(segment.channels, cell, rng)
    industry = size = np.full(count, -1)
    spend = np.ones(count)
    rep = np.zeros(count, dtype=np.int64)
    if kind == BUSINESS:
        industry = draw([share for _, share, _ in INDUSTRIES], cell, rng)
        size = draw([band.share for band in SIZE_BANDS], cell, rng)
        spread = segment.customer_spread
        spend = np.exp(rng.normal(-(spread**2) / 2, spread, count))
        spend = spend * np.array([band.spend for band in SIZE_BANDS])[size]
        rep = draw_rep(region, rng)
    orders = demand.orders[kind, channel, region]
    acquired, alive_until = _lives(kind, known == 1, region, orders, rng)
    return {
        "kind": np.full(count, kind),
        "region": region,
        "channel": channel,
        "industry": industry,
        "size": size,
        "via": draw(ACQUIRED_VIA_SHARES[kind], cell, rng),
        "rep": rep,
        "rate": rng.gamma(segment.rate_shape, segment.rate_mean / segment.rate_shape, count),
        "spend": spend,
        "acquired": acquired,
        "alive_until": alive_until,
    }


def _lives(
    kind: int, known: NDArray[np.bool_], region: Ints, orders: Floats, rng: np.random.Generator
) -> tuple[Ints, Ints]:
    """First and last day of each customer; the new ones come on days on which people buy."""
    segment = SEGMENTS[kind]

    def lives(alike: Ints) -> Floats:
        scale = 1 / (segment.life * DAYS_PER_MONTH * segment.death_shape)
        death_rate = rng.gamma(segment.death_shape, scale, len(alike))
        return -np.log1p(-even(alike, rng)) / death_rate

    wanted = int(known.sum())
    everyone = np.zeros(wanted * CANDIDATES, dtype=np.int64)
    start = OLDEST_DAY * rng.random(len(everyone))
    end = start + lives(everyone)
    survivors = np.flatnonzero(end >= 0)[:wanted]
    if len(survivors) < wanted:
        raise ValueError(f"{len(survivors)} of {wanted} customers survived: raise CANDIDATES")
    survivors = survivors[np.argsort(end[survivors], kind="stable")]
    deal = np.empty(wanted, dtype=np.int64)
    deal[np.lexsort((region[known], even(region[known], rng)))] = np.arange(wanted)

    day_shares = orders[~known].cumsum(axis=1)
    day_shares /= day_shares[:, -1:]
    fresh = (day_shares < even(region[~known], rng)[:, None]).sum(axis=1)
    first, last = np.empty(len(known)), np.empty(len(known))
    first[known], last[known] = np.floor(start[survivors[deal]]), end[survivors[deal]]
    first[~known], last[~known] = fresh, fresh + lives(region[~known])
    capped = np.minimum(np.floor(last), 100 * DAY_COUNT)
    return first.astype(np.int64), capped.astype(np.int64)


def _names(kind: Ints, industry: Ints, rng: np.random.Generator) -> list[str]:
    """Consumers have a first name; businesses two family names and a trade, no two the same."""
    pair = rng.choice(len(SURNAMES) * len(SURNAMES), len(kind), replace=False)
    left, right = np.divmod(pair, len(SURNAMES))
    first = rng.integers(0, len(FIRST_NAMES), len(kind))
    names = []
    for i in range(len(kind)):
        if kind[i] == BUSINESS:
            trades = INDUSTRIES[industry[i]][2]
            trade = trades[first[i] % len(trades)]
            names.append(f"{SURNAMES[left[i]]} & {SURNAMES[right[i]]} {trade}")
        else:
            names.append(f"{FIRST_NAMES[first[i]]} {SURNAMES[left[i]]}")
    return names
