"""What passed between the firm and its customers: visits, calls, mails, complaints, surveys."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from analysis.demo.chance import Floats, Ints
from analysis.demo.customers import Customers
from analysis.demo.deliveries import Deliveries
from analysis.demo.demand import WEEKDAY
from analysis.demo.events import NOWHERE, TOLD, ServiceDrift
from analysis.demo.firm import DAY_COUNT, DAYS_PER_MONTH
from analysis.demo.frames import labels, moments
from analysis.demo.purchases import Orders
from analysis.demo.service import LATE_TOPIC, TOPICS, Complaints, usual_hours

CONTACTS: Final = (
    ("visit", (0.22, 0.0), ("New range", "Annual review", "Stock check", "Prices")),
    ("call", (0.35, 0.02), ("Follow-up", "Order question", "Delivery date", "New range")),
    ("mail", (0.25, 0.25), ("Newsletter", "Offer", "New range")),
    ("web", (0.20, 0.35), ("Catalogue", "Basket", "Account")),
    ("event", (0.03, 0.01), ("Trade fair", "Showroom evening")),
)
"""Kinds of contact: how many a month with a business and a consumer, and what they are about."""
ON_WORKDAYS: Final = ("visit", "call", "event")
ANSWER_SURVEYED: Final = 0.70  # of complaints
ORDER_SURVEYED: Final = 0.07  # of orders
BEST_MEAN, SCORE_SPREAD = 4.4, 0.75
DOUBLING_COSTS: Final = 0.55  # points lost each time the wait for an answer doubles
LATE_COSTS: Final = 0.6
REPUTATION: Final = 0.35
"""Part of that loss felt by those who did not complain, a month later."""


def interaction_table(
    orders: Orders,
    customers: Customers,
    deliveries: Deliveries,
    complaints: Complaints,
    rng: np.random.Generator,
    drift: ServiceDrift = TOLD.service_drift,
) -> pd.DataFrame:
    """Interactions, one row per event, by moment; only surveys have a score, only complaints hours.

    A survey's score is normal around `BEST_MEAN`, less `DOUBLING_COSTS` for every doubling of the
    usual wait, rounded to whole points from 1 to 5.
    """
    parts = [_contacts(kind, rates, topics, customers, rng) for kind, rates, topics in CONTACTS]
    parts.append(
        pd.DataFrame(
            {
                "customer": complaints.customer,
                "day": complaints.day,
                "second": complaints.second,
                "kind": "complaint",
                "response_hours": complaints.hours,
                "topic": labels([*(t for t, _ in TOPICS), LATE_TOPIC], complaints.topic),
            }
        )
    )
    parts.append(_after_complaints(complaints, rng))
    parts.append(_after_orders(orders, customers, deliveries, rng, drift))
    joined = pd.concat(parts, ignore_index=True)
    joined = joined[joined["day"] < DAY_COUNT]
    joined = joined.sort_values(["day", "second", "customer", "kind"], kind="stable")
    return pd.DataFrame(
        {
            "interaction_id": [f"I-{number:06d}" for number in range(1, len(joined) + 1)],
            "customer_id": labels(customers.ids(), joined["customer"].to_numpy()),
            "at": moments(joined["day"].to_numpy(), joined["second"].to_numpy()),
            "kind": joined["kind"].to_numpy(),
            "score": joined["score"].to_numpy(),
            "response_hours": joined["response_hours"].to_numpy(),
            "topic": joined["topic"].to_numpy(),
        }
    )


def _contacts(
    kind: str,
    rates: tuple[float, float],
    topics: tuple[str, ...],
    customers: Customers,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Contacts at a steady rate while a customer is one; they neither help nor harm."""
    first = np.maximum(customers.acquired, 0)
    last = np.minimum(customers.alive_until, DAY_COUNT - 1)
    months = np.maximum(last - first, 0) / DAYS_PER_MONTH
    count = rng.poisson(months * np.array(rates)[customers.kind])
    who = np.repeat(np.arange(len(customers)), count)
    day = first[who] + np.floor(rng.random(len(who)) * (last - first)[who]).astype(np.int64)
    if kind in ON_WORKDAYS:
        weekend = np.maximum(WEEKDAY[day] - 4, 0)
        day = np.where(day - weekend >= first[who], day - weekend, day)
    hours = (8 * 3600, 18 * 3600) if kind != "web" else (6 * 3600, 23 * 3600)
    return pd.DataFrame(
        {
            "customer": who,
            "day": day,
            "second": rng.integers(*hours, len(who)),
            "kind": kind,
            "topic": labels(topics, rng.integers(0, len(topics), len(who))),
        }
    )


def _after_complaints(complaints: Complaints, rng: np.random.Generator) -> pd.DataFrame:
    asked = rng.random(len(complaints)) < ANSWER_SURVEYED
    answered = complaints.day + np.ceil(complaints.hours / 24).astype(np.int64)
    day = answered + rng.integers(1, 8, len(complaints))
    mean = BEST_MEAN - DOUBLING_COSTS * np.log2(np.maximum(complaints.hours / 7, 1))
    surveys = _surveys(complaints.customer, day, mean, "Complaint handling", rng)
    return surveys[asked]


def _after_orders(
    orders: Orders,
    customers: Customers,
    deliveries: Deliveries,
    rng: np.random.Generator,
    drift: ServiceDrift,
) -> pd.DataFrame:
    """Ask about a delivery; in the region whose answers slow down all are less pleased."""
    asked = rng.random(len(orders.day)) < ORDER_SURVEYED
    day = deliveries.delivered + rng.integers(2, 12, len(orders.day))
    home = customers.region[orders.customer]
    month_before = day - round(DAYS_PER_MONTH)
    nowhere = np.full_like(home, NOWHERE)
    slower = usual_hours(home, month_before, drift) / usual_hours(nowhere, month_before, drift)
    mean = BEST_MEAN - REPUTATION * DOUBLING_COSTS * np.log2(slower)
    mean = mean - np.where(deliveries.late, LATE_COSTS, 0.0)
    return _surveys(orders.customer, day, mean, "Order", rng)[asked]


def _surveys(
    customer: Ints, day: Ints, mean: Floats, topic: str, rng: np.random.Generator
) -> pd.DataFrame:
    score = np.clip(np.rint(rng.normal(mean, SCORE_SPREAD)), 1, 5)
    second = rng.integers(7 * 3600, 22 * 3600, len(day))
    return pd.DataFrame(
        {
            "customer": customer,
            "day": day,
            "second": second,
            "kind": "survey",
            "score": score,
            "topic": topic,
        }
    )
