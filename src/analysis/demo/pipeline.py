"""Sales under way: opportunities with businesses and the stages they went through."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final

import numpy as np
import pandas as pd

from analysis.demo.chance import Floats, Ints
from analysis.demo.customers import Customers
from analysis.demo.firm import BUSINESS, DAY_COUNT, WEB
from analysis.demo.frames import labels, moments, pounds, rep_ids
from analysis.demo.products import CATEGORIES, Products
from analysis.demo.purchases import Lines, Orders
from analysis.demo.staff import REPS

STAGES: Final = ("contact", "need confirmed", "proposal", "negotiation", "closed")
STAGE_DAYS: Final = (8.0, 13.0, 12.0, 9.0)  # mean, beyond the first day
LOST_AFTER: Final = (0.30, 0.27, 0.25, 0.18)  # stage in which a lost one ended
PER_ACCOUNT: Final = 2.4  # decided in the window, of each business
WIN_BETA: Final = (16.0, 24.0)  # win probabilities of reps
LEAST_WON: Final = 90_000  # pence; smaller orders need no opportunity
AHEAD_DAYS: Final = 90  # how far beyond the window open ones would be decided
FIRST_CLOSE: Final = 70

OUTCOMES: Final = ("won", "lost", "open")
WON, LOST, OPEN = range(3)


@dataclass(frozen=True)
class _Deals:
    """One entry per opportunity: who, the day it is decided, pence, category and outcome."""

    customer: Ints
    day: Ints
    amount: Ints
    category: Ints
    outcome: Ints


def win_probabilities(rng: np.random.Generator) -> Floats:
    """Probability that a rep wins, by rep."""
    drawn = np.clip(rng.beta(*WIN_BETA, REPS), 0.2, 0.65)
    return drawn.round(3).astype(np.float64)


def pipeline_tables(
    orders: Orders,
    lines: Lines,
    customers: Customers,
    products: Products,
    wins: Floats,
    rng: np.random.Generator,
) -> dict[str, pd.DataFrame]:
    """Opportunities and their stages; a won one is an order of that day, amount and customer.

    Every stage takes a whole day at least, and the order in `STAGES` is kept.
    """
    net = np.bincount(lines.order, weights=lines.net, minlength=len(orders.day)).astype(np.int64)
    head = np.zeros(len(orders.day), dtype=np.int64)
    head[lines.order[::-1]] = products.category[lines.product[::-1]]  # of its first line
    large = (net >= LEAST_WON) & (orders.channel != WEB) & (orders.day >= FIRST_CLOSE)
    large &= customers.kind[orders.customer] == BUSINESS

    parts: list[_Deals] = []
    for rep in range(1, REPS + 1):
        accounts = np.flatnonzero((customers.rep == rep) & (customers.kind == BUSINESS))
        candidates = np.flatnonzero(large & (customers.rep[orders.customer] == rep))
        decided = int(rng.poisson(PER_ACCOUNT * len(accounts)))
        won_count = min(int(rng.binomial(decided, wins[rep - 1])), len(candidates))
        won = rng.permutation(candidates)[:won_count]
        ahead = int(rng.poisson(decided * AHEAD_DAYS / (DAY_COUNT - FIRST_CLOSE)))
        unwon = decided - won_count + ahead
        close = rng.integers(FIRST_CLOSE, DAY_COUNT, unwon)
        close[unwon - ahead :] = rng.integers(DAY_COUNT, DAY_COUNT + AHEAD_DAYS, ahead)
        like = rng.choice(candidates, unwon)
        whole = np.rint(net[like] * rng.uniform(0.8, 1.5, unwon) / 100).astype(np.int64) * 100
        who = _accounts(accounts, close, customers, rng)
        lost_or_open = np.where(close < DAY_COUNT, LOST, OPEN)
        parts.append(_Deals(orders.customer[won], orders.day[won], net[won], head[won],
                            np.full(len(won), WON)))  # fmt: skip
        parts.append(_Deals(who, close, whole, head[like], lost_or_open))
    joined = _Deals(
        *(np.concatenate(columns) for columns in zip(*map(_columns, parts), strict=True))
    )
    return _tables(joined, customers, rng)


def _columns(deals: _Deals) -> list[Ints]:
    return [getattr(deals, field.name) for field in fields(_Deals)]


def _accounts(accounts: Ints, day: Ints, customers: Customers, rng: np.random.Generator) -> Ints:
    """Draw an account for each day, one that is a customer then if one drawn in ten is."""
    who = rng.choice(accounts, len(day))
    for _ in range(10):
        gone = (customers.alive_until[who] < day) | (customers.acquired[who] > day)
        who = np.where(gone, rng.choice(accounts, len(day)), who)
    return who


def _tables(
    deals: _Deals, customers: Customers, rng: np.random.Generator
) -> dict[str, pd.DataFrame]:
    count, steps = len(deals.day), len(STAGE_DAYS)
    lost_in = rng.choice(steps, count, p=LOST_AFTER)
    reached = np.where(deals.outcome == LOST, lost_in, steps - 1)
    days = 1 + np.floor(rng.gamma(1.5, np.array(STAGE_DAYS) / 1.5, (count, steps)))
    days = np.where(np.arange(steps) <= reached[:, None], days, 0).astype(np.int64)
    created = deals.day - days.sum(axis=1)
    row = np.lexsort((deals.customer, deals.day, created))
    row = row[(created[row] >= 0) & (created[row] < DAY_COUNT)]
    deals = _Deals(*(values[row] for values in _columns(deals)))
    reached, days, created = reached[row], days[row], created[row]
    numbers = [f"OP-{number:05d}" for number in range(1, len(row) + 1)]
    is_open = deals.outcome == OPEN
    opportunities = pd.DataFrame(
        {
            "opportunity_id": numbers,
            "customer_id": labels(customers.ids(), deals.customer),
            "owner_id": rep_ids(customers.rep[deals.customer]),
            "product": labels([kind.name for kind in CATEGORIES], deals.category),
            "amount": pounds(deals.amount),
            "created_at": moments(created),
            "closed_at": pd.Series(moments(deals.day)).where(~is_open),
            "outcome": labels(OUTCOMES, deals.outcome),
        }
    )
    entered = created[:, None] + np.cumsum(np.c_[np.zeros(len(row), dtype=np.int64), days], axis=1)
    stage = np.arange(len(STAGES))
    passed = ((stage <= reached[:, None]) | (stage == steps)) & (entered < DAY_COUNT)
    passed[is_open, -1] = False
    of, at = np.nonzero(passed)
    stages = pd.DataFrame(
        {
            "opportunity_id": labels(numbers, of),
            "stage": labels(STAGES, at),
            "entered_at": moments(entered[of, at]),
        }
    )
    return {"opportunities": opportunities, "stage_events": stages}
