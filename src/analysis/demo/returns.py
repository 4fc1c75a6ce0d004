"""What the invented customers sent back, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from analysis.demo.chance import Ints
from analysis.demo.firm import DAY_COUNT
from analysis.demo.purchases import Lines, Orders
from analysis.demo.story import Book

RETURN_RATES: Final = (0.017, 0.050, 0.016)  # of lines, by channel: store, web shop, dealer
RETURN_REASONS: Final = (
    ("Damaged in transit", 0.30),
    ("Changed mind", 0.27),
    ("Not as described", 0.16),
    ("Wrong item", 0.14),
    ("Faulty", 0.13),
)


@dataclass(frozen=True)
class Returns:
    """One entry per returned line; `line` is its position in `Lines`."""

    line: Ints
    day: Ints
    quantity: Ints
    reason: Ints


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


def returns_of(book: Book, drawn: Returns, rng: np.random.Generator) -> Returns:
    """Returns of the lines that are left of those first drawn, and of the lines added to them.

    No more comes back than was bought.
    """
    place = np.full(int(max(book.origin.max(), drawn.line.max())) + 1, -1)
    old = np.flatnonzero(book.origin >= 0)
    place[book.origin[old]] = old
    line = place[drawn.line]
    left = line >= 0
    added = make_returns(book.orders, book.lines, rng)
    new = book.origin[added.line] < 0
    line = np.concatenate([line[left], added.line[new]])
    quantity = np.concatenate([drawn.quantity[left], added.quantity[new]])
    return Returns(
        line,
        np.concatenate([drawn.day[left], added.day[new]]),
        np.minimum(quantity, book.lines.quantity[line]),
        np.concatenate([drawn.reason[left], added.reason[new]]),
    )
