"""What is asked of every other table is the same on PostgreSQL, and a part of it on Spark too.

Asked of two years of every eighth customer of the invented firm, which delivers every table there
is. Rows must stand in the same order: tables are ranked and cut where they are taken.
"""

from collections.abc import Callable

import pandas as pd
import pytest

from analysis import params
from analysis.measures import (
    assortment,
    baskets,
    bridge,
    channels,
    customers,
    cuts,
    days,
    diary,
    discounts,
    experiences,
    payments,
    pipeline,
    promotions,
    retention,
    scopes,
    supply,
    weekly,
    won,
)
from analysis.model.dataset import Dataset, open_snapshot
from analysis.periods import parse

from ..engines import slice_of

LAST = pd.Period("2026-10", "M")
NOW, BASE, YEAR = parse("2026-08..2026-10"), parse("2025-08..2025-10"), parse("2025-11..2026-10")
END = NOW.end
LOOKS = experiences.Looks(LAST - 3, 3, 2)
LOSS = params.load("all", "2026-10", "demo").settings.loss

Asked = Callable[[Dataset], object]

OF_ALL: dict[str, Asked] = {
    "bridge.customer_products": lambda d: bridge.customer_products(d, "all", BASE, NOW, 6, 3),
    "channels.spend": lambda d: channels.spend(d, YEAR),
    "channels.number_won": lambda d: channels.number_won(d, YEAR),
    "channels.won": lambda d: channels.won(d, BASE, LAST, 6),
    "won.won_by_region": lambda d: won.won_by_region(d, YEAR),
    "payments.collected": lambda d: payments.collected(
        d, "all", YEAR.start, END, END, 30, ["region", "channel"]
    ),
    "payments.owed": lambda d: payments.owed(d, "all", END, ["channel"]),
    "payments.invoiced": lambda d: payments.invoiced(d, "all", NOW.start, END),
    "retention.cohorts": lambda d: retention.cohorts(d, "all", LAST),
    "retention.came_back": lambda d: retention.came_back(d, "all", LAST, 3, "channel"),
    "experiences.watched": lambda d: experiences.watched(d, "all", LOOKS, 0),
    "experiences.experienced": lambda d: experiences.experienced(d, LOOKS, LOSS),
    "supply.product_lines": lambda d: supply.product_lines(d, "all", NOW.start, END),
    "supply.stock_outs": lambda d: supply.stock_outs(d, "all", NOW),
    "supply.market_sizes": lambda d: supply.market_sizes(d, "all", NOW),
    "supply.promoted_revenue": lambda d: supply.promoted_revenue(d, "all", NOW),
    "weekly.weekly_sales": lambda d: weekly.weekly_sales(d, END),
    "cuts.daily_sales": lambda d: cuts.daily_sales(d, "all", NOW),
    "cuts.collections": lambda d: cuts.collections(d, "all", NOW),
    "cuts.region_size": lambda d: cuts.region_size(d, NOW),
    "days.sales_by_day": lambda d: days.sales_by_day(d, "all", NOW.start, END),
    "days.revenue_by_day": lambda d: days.revenue_by_day(d, "all", NOW.start, END, "category"),
    "baskets.baskets": lambda d: baskets.baskets(d, "all", YEAR, "category", 2),
    "baskets.customer_parts": lambda d: baskets.customer_parts(d, "all", YEAR, "category", 3),
    "assortment.product_table": lambda d: assortment.product_table(d, "all", NOW),
    "diary.events": diary.events,
    "diary.promotions": diary.promotions,
    "pipeline.opportunities": lambda d: pipeline.opportunities(d, "all"),
    "pipeline.stages": lambda d: pipeline.stages(d, "all"),
    "promotions.promotions": lambda d: promotions.promotions(d, END),
    "promotions.daily_lines": lambda d: promotions.daily_lines(d, NOW, END),
    "promotions.money_by_promotion": lambda d: promotions.money_by_promotion(d, "all", YEAR, END),
    "discounts.beside_peers": lambda d: discounts.beside_peers(d, "all", YEAR, "salesperson", 3),
    "scopes.scope_months": lambda d: scopes.scope_months(
        d, "all", "gross_margin_rate", [{"channel": "web"}]
    ),
    "scopes.products_of": lambda d: scopes.products_of(
        d, "all", NOW, BASE, "revenue", {"region": "east"}
    ),
    "customers.customer_sales": lambda d: customers.customer_sales(d, "all", NOW),
}
ON_SPARK = ["payments.collected", "retention.came_back", "supply.product_lines"]


@pytest.fixture(scope="module")
def on(demo_folder, tmp_path_factory) -> Callable[[str], Dataset]:
    """Opens the same slice of the invented firm on an engine."""
    folder = slice_of(demo_folder, tmp_path_factory.mktemp("slice") / "snapshot")
    return lambda engine: open_snapshot(folder, engine)


def as_table(answer: object) -> pd.DataFrame:
    """An answer of any form as one table."""
    if isinstance(answer, dict):
        return pd.concat({name: as_table(one) for name, one in answer.items()})
    if isinstance(answer, pd.Series):
        return answer.to_frame("value")
    return answer if isinstance(answer, pd.DataFrame) else pd.DataFrame({"value": [answer]})


def agree(one: Dataset, other: Dataset, name: str) -> None:
    here, there = as_table(OF_ALL[name](one)), as_table(OF_ALL[name](other))
    assert len(here), f"{name} has no rows: nothing is compared"
    pd.testing.assert_frame_equal(
        here, there, check_dtype=False, check_index_type=False, rtol=1e-9, atol=1e-6, obj=name
    )


@pytest.mark.parametrize("name", OF_ALL)
def test_on_postgresql(on, postgres_engine, name):
    agree(on("duckdb"), on(postgres_engine), name)


@pytest.mark.parametrize("name", ON_SPARK)
def test_on_spark(on, spark_engine, name):
    agree(on("duckdb"), on(spark_engine), name)
