"""Promotions, payments and discounts are the same tables on DuckDB and PostgreSQL.

Spark gives the same; it takes a minute for these questions and is asked by hand.
"""

from datetime import date, datetime
from decimal import Decimal

import pandas as pd
import pytest

from analysis.measures import discounts, payments, promotions
from analysis.model.dataset import Dataset, open_snapshot
from analysis.periods import parse

from ..engines import write_snapshot

AS_OF = date(2026, 2, 28)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Forty orders of two sellers, every third on offer, some paid late and some not at all."""
    lines, due = [], []
    for n in range(40):
        placed = datetime(2026, 1, 1 + n % 28, 23, 59, 59)
        lines.append(
            {"order_id": f"O{n}", "line_no": "1", "ordered_at": placed, "customer_id": f"C{n % 7}",
             "product_id": f"P{n % 3}", "region": "east" if n % 4 else "west",
             "channel": "dealer" if n % 5 else None, "salesperson_id": f"S{n % 2}",
             "quantity": Decimal(1 + n % 3), "discount": Decimal(n % 2 + 1),
             "revenue": Decimal(40 + n % 9), "cost": None if n == 8 else Decimal(20),
             "promotion_id": "R1" if n % 3 == 0 else None, "source": "s"}
        )  # fmt: skip
        late = datetime(2026, 1, 20 + n % 12, 0, 0)
        due.append(
            {"payment_id": f"Y{n}", "order_id": f"O{n}", "due_at": late,
             "paid_at": None if n % 6 == 0 else datetime(2026, 2, 1 + n % 28), "source": "s",
             "amount": Decimal(40 + n % 9)}
        )  # fmt: skip
    return write_snapshot(
        tmp_path_factory.mktemp("money") / "snapshot",
        {
            "order_lines": lines,
            "payments": due,
            "products": [{"product_id": f"P{n}", "category": f"K{n}"} for n in range(3)],
            "customers": [{"customer_id": f"C{n}", "kind": "b2b"} for n in range(6)],
            "promotions": [
                {"promotion_id": "R1", "starts_at": datetime(2026, 1, 5), "name": None,
                 "ends_at": datetime(2026, 1, 9), "cost": Decimal(5)}
            ],
        },
    )  # fmt: skip


def tables(data: Dataset) -> dict[str, pd.DataFrame]:
    span, days = parse("2026-01..2026-02"), (date(2026, 1, 20), date(2026, 1, 31))
    return {
        "promotions": promotions.promotions(data, AS_OF),
        "daily": promotions.daily_lines(data, span, AS_OF),
        "money": promotions.money_by_promotion(data, "east", span, AS_OF),
        "collected": payments.collected(data, "all", *days, AS_OF, 10, ["region", "channel"]),
        "collected whole": payments.collected(data, "east", *days, AS_OF, 10, []),
        "owed": payments.owed(data, "all", AS_OF, ["customer_id"]),
        "peers": discounts.beside_peers(data, "east", span, "salesperson", 1),
        "peers by month": discounts.beside_peers(data, "all", span, "region", 1, by_month=True),
    }


def test_the_tables_are_the_same(folder, postgres_engine):
    here = tables(open_snapshot(folder, "duckdb"))
    there = tables(open_snapshot(folder, postgres_engine))
    for name, table in here.items():
        assert len(table), name
        pd.testing.assert_frame_equal(there[name], table, check_dtype=False, obj=name)
