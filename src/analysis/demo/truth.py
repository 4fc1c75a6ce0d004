"""What is true of the invented firm and no extract says: for tests and evaluations only."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from analysis.demo.chance import Floats
from analysis.demo.customers import Customers
from analysis.demo.demand import stocked_out
from analysis.demo.events import (
    TOLD,
    Collections,
    ServiceDrift,
    StockOut,
    UnusualRep,
)
from analysis.demo.firm import BUSINESS, CONSUMER, DAY_COUNT, LAST_DAY, REGIONS
from analysis.demo.frames import day, labels, moments, month_starts, months, rep_ids
from analysis.demo.products import Products
from analysis.demo.service import Complaints, Losses, usual_hours
from analysis.demo.staff import REPS
from analysis.demo.story import low_margin
from analysis.demo.tables import REGION_WORDS


def true_customers(before: Customers, customers: Customers, losses: Losses) -> pd.DataFrame:
    """Each customer's purchase rate (orders a month) and last day, none if still one.

    `before` are the customers as they would have lived with answers given in time.
    """
    lost = np.zeros(len(customers), dtype=bool)
    lost[losses.customer] = True
    return pd.DataFrame(
        {
            "customer_id": customers.ids(),
            "purchase_rate": customers.rate.round(6),
            "alive_until": _last_days(customers),
            "lost_to_service": lost,
            "alive_until_with_service": _last_days(before),
        }
    )


def _last_days(customers: Customers) -> pd.Series:
    still = customers.alive_until >= DAY_COUNT
    return pd.Series(moments(np.where(still, 0, customers.alive_until))).mask(still)


def true_losses(complaints: Complaints, customers: Customers, losses: Losses) -> pd.DataFrame:
    """Customers lost to a slow answer, one row each: the complaint, its hours, their last day."""
    of = losses.complaint
    return pd.DataFrame(
        {
            "customer_id": labels(customers.ids(), losses.customer),
            "complained_at": moments(complaints.day[of], complaints.second[of]),
            "response_hours": complaints.hours[of],
            "alive_until": moments(losses.last_day),
        }
    )


def true_service(drift: ServiceDrift = TOLD.service_drift) -> pd.DataFrame:
    """Median hours until an answer, by region and month, and who leaves for waiting."""
    region, month = np.indices((len(REGIONS), len(months()))).reshape(2, -1)
    return pd.DataFrame(
        {
            "region": labels(REGION_WORDS, region),
            "month": months()[month],
            "usual_hours": usual_hours(region, month_starts()[month], drift),
            "patience_hours": drift.patience,
            "span_hours": drift.span,
            "b2b_leave": np.where(region == drift.region, drift.leave[BUSINESS], 0.0),
            "b2c_leave": np.where(region == drift.region, drift.leave[CONSUMER], 0.0),
        }
    )


def true_products(products: Products, event: StockOut = TOLD.stock_out) -> pd.DataFrame:
    """Each product's share of expected lines by kind, and the first day it was withdrawn."""
    gone = products.withdrawn < DAY_COUNT
    short = np.isin(np.arange(len(products)), stocked_out(products, event))
    return pd.DataFrame(
        {
            "product_id": products.ids(),
            "business_share": products.popularity[BUSINESS].round(8),
            "consumer_share": products.popularity[CONSUMER].round(8),
            "withdrawn": pd.Series(moments(np.where(gone, products.withdrawn, 0))).where(gone),
            "stocked_out": short,
            "low_margin": low_margin(products),
        }
    )


def true_reps(wins: Floats, rep: UnusualRep = TOLD.unusual_rep) -> pd.DataFrame:
    """Each rep's probability of winning, and how unusually they sell."""
    number = np.arange(1, REPS + 1)
    unusual = number == rep.number
    return pd.DataFrame(
        {
            "salesperson_id": rep_ids(number),
            "win_probability": wins,
            "swapped_for_low_margin": np.where(unusual, rep.swap, 0.0),
            "added_discount": np.where(unusual, rep.discount, 0.0),
        }
    )


def true_collections(told: Collections = TOLD.collections) -> pd.DataFrame:
    """Share of dealers' invoices never paid, by region, for orders from a day on."""
    poor = np.arange(len(REGIONS)) == told.region
    return pd.DataFrame(
        {
            "region": list(REGION_WORDS),
            "from": day(told.start),
            "to": day(LAST_DAY),
            "unpaid_before": told.usual_unpaid,
            "unpaid": np.where(poor, told.unpaid, told.usual_unpaid),
        }
    )


def write_truth(folder: Path, truth: dict[str, pd.DataFrame]) -> list[Path]:
    """Write every truth as a comma-separated file: UTF-8, lines ended by a line feed."""
    folder.mkdir(exist_ok=True)
    written = []
    for name, table in truth.items():
        path = folder / f"{name}.csv"
        table.to_csv(path, index=False, lineterminator="\n", encoding="utf-8")
        written.append(path)
    return written
