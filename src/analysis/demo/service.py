"""Complaints, how long customers waited for an answer, and who left because of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from analysis.demo.chance import Floats, Ints
from analysis.demo.customers import Customers
from analysis.demo.deliveries import Deliveries
from analysis.demo.demand import MONTHS
from analysis.demo.events import TOLD, ServiceDrift, day_index
from analysis.demo.firm import DAY_COUNT
from analysis.demo.purchases import Orders
from analysis.demo.story import Flags

COMPLAINT_RATES: Final = (0.022, 0.065)  # of orders, by kind of customer
LATE_TIMES: Final = 3.0  # as often where the delivery was late
TOPICS: Final = (
    ("Damaged goods", 0.30), ("Wrong item", 0.18), ("Wrong invoice", 0.17),
    ("Quality", 0.20), ("Staff", 0.15),
)  # fmt: skip
LATE_TOPIC: Final = "Late delivery"


@dataclass(frozen=True)
class Complaints:
    """One entry per complaint, by day; `topic` is a place in `TOPICS`, its length being late."""

    customer: Ints
    region: Ints
    day: Ints
    second: Ints
    hours: Floats
    topic: Ints

    def __len__(self) -> int:
        return len(self.day)

    def of(self, keep: Flags) -> Complaints:
        """Some of the complaints."""
        return Complaints(*(values[keep] for values in vars(self).values()))


def make_complaints(
    orders: Orders,
    customers: Customers,
    deliveries: Deliveries,
    rng: np.random.Generator,
    drift: ServiceDrift = TOLD.service_drift,
) -> Complaints:
    """Draw complaints about orders, a few days after delivery, and the hours until an answer."""
    count = len(orders.day)
    chance = np.array(COMPLAINT_RATES)[customers.kind[orders.customer]]
    chance = chance * np.where(deliveries.late, LATE_TIMES, 1.0)
    made = rng.random(count) < chance
    day = deliveries.delivered + 1 + np.floor(rng.exponential(3.0, count)).astype(np.int64)
    second = rng.integers(8 * 3600, 19 * 3600, count)
    wait = np.exp(rng.normal(0.0, drift.spread, count))
    topic = rng.choice(len(TOPICS), count, p=[share for _, share in TOPICS])
    topic = np.where(deliveries.late, len(TOPICS), topic)
    of = np.flatnonzero(made & (day < DAY_COUNT))
    of = of[np.lexsort((second[of], day[of]))]
    home = customers.region[orders.customer[of]]
    hours = np.round(usual_hours(home, day[of], drift) * wait[of], 1)
    return Complaints(orders.customer[of], home, day[of], second[of], hours, topic[of])


def usual_hours(region: Ints, day: Ints, drift: ServiceDrift = TOLD.service_drift) -> Floats:
    """Median hours until an answer, in a region on a day of the window."""
    since = MONTHS[np.clip(day, 0, DAY_COUNT - 1)] - MONTHS[day_index(drift.start)] + 1
    times = np.minimum(1.0 + np.maximum(since, 0), drift.most_times)
    hours: Floats = drift.usual_hours * np.where(region == drift.region, times, 1.0)
    return hours


@dataclass(frozen=True)
class Losses:
    """Customers who left because of a slow answer: their complaint's place, and their last day."""

    complaint: Ints
    customer: Ints
    last_day: Ints


def make_losses(
    complaints: Complaints,
    customers: Customers,
    rng: np.random.Generator,
    drift: ServiceDrift = TOLD.service_drift,
) -> Losses:
    """Draw who leaves: the first complaint that drives a customer away ends their purchases."""
    leave = np.array(drift.leave)[customers.kind[complaints.customer]]
    slow = (complaints.region == drift.region) & (complaints.day >= day_index(drift.start))
    chance = leave * np.clip((complaints.hours - drift.patience) / drift.span, 0, 1) * slow
    gone = rng.random(len(complaints)) < chance
    answered = complaints.day + np.ceil(complaints.hours / 24).astype(np.int64)
    last = answered + rng.integers(*drift.notice, len(complaints))
    gone &= (last < customers.alive_until[complaints.customer]) & (last < DAY_COUNT)
    place = np.flatnonzero(gone)
    _, first = np.unique(complaints.customer[place], return_index=True)
    place = place[np.sort(first)]
    return Losses(place, complaints.customer[place], last[place])


def after_losses(customers: Customers, losses: Losses) -> Customers:
    """Make the last days of those who left theirs."""
    until = customers.alive_until.copy()
    until[losses.customer] = losses.last_day
    return replace(customers, alive_until=until)
