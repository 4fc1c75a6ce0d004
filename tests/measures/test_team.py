"""What salespeople did with their accounts, by hand on a few lines and on another engine."""

from datetime import datetime

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from analysis.measures import team as measures
from analysis.model.dataset import open_snapshot
from analysis.periods import parse

from ..engines import slice_of, write_snapshot

AS_OF = pd.Timestamp("2026-10-31 23:59:59")


def line(order: str, day: str, who: str | None, customer: str, net: int, cost: int, off: int = 0):
    """One order line of an office chair."""
    return {
        "order_id": order, "line_no": "1", "ordered_at": datetime.fromisoformat(day),
        "customer_id": customer, "product_id": "P", "region": "east", "channel": "dealer",
        "salesperson_id": who, "quantity": 1, "discount": off, "revenue": net, "cost": cost,
    }  # fmt: skip


@pytest.fixture(scope="module")
def few(tmp_path_factory):
    """Two people, three accounts and one sale nobody made, over two years."""
    lines = [
        line("O1", "2025-01-02", "A", "C1", 100, 60),
        line("O2", "2025-04-01", "A", "C2", 50, 30),
        line("O3", "2025-05-01", "B", "C2", 40, 30),
        line("O4", "2025-06-01", "B", "C3", 200, 150),
        line("O5", "2026-03-01", "A", "C1", 120, 60, off=30),
        line("O6", "2026-04-01", "A", "C1", 80, 60),
        line("O7", "2026-05-01", "B", "C3", 100, 70),
        line("O8", "2026-06-01", None, "C3", 999, 1),
    ]
    folder = write_snapshot(tmp_path_factory.mktemp("few") / "snapshot", {"order_lines": lines})
    return open_snapshot(folder, "duckdb")


def sums(book: measures.Book, person: str) -> list[float]:
    rows = book.strata[book.strata["person"] == person]
    return rows[["numerator", "denominator"]].sum().tolist()


def test_margins_discounts_and_kept_accounts_are_as_worked_by_hand(few):
    books = measures.books(few, parse("2026"), pd.Timestamp("2026-12-31"), 30)
    # A sold 120 and 80 for 60 and 60; list prices were 150 and 80.
    assert sums(books["margin_rate"], "A") == [80, 200]
    assert sums(books["discount_rate"], "A") == [30, 230]
    assert sums(books["order_value"], "A") == [200, 2]
    # C1 came back to A; C2, to whom A sold most in 2025, to nobody.
    assert sums(books["retention"], "A") == [1, 2]
    # Of C1 and C2 A's year began with 100 + 90 of anybody's sales; sales nobody made are left out.
    assert sums(books["growth"], "A") == [200, 190]
    assert sums(books["growth"], "B") == [100, 200]
    assert sums(books["repurchase"], "A") == [1, 1]


def test_invoices_are_those_on_account_that_had_their_time(tmp_path):
    """Paid 19 days late, in time; 40 days late, not; at the till, and due lately: not looked at."""
    lines = [line(f"O{n}", "2026-03-01", "A", "C1", 100, 60) for n in (1, 2, 3, 4)]
    dues = [
        ("O1", "2026-04-01", "2026-04-20", 100),
        ("O2", "2026-04-01", "2026-05-11", 50),
        ("O3", "2026-03-01", "2026-03-01", 900),
        ("O4", "2026-12-20", "2026-12-20", 70),
    ]
    payments = [
        {"payment_id": order, "order_id": order, "amount": amount,
         "due_at": datetime.fromisoformat(due), "paid_at": datetime.fromisoformat(paid)}
        for order, due, paid, amount in dues
    ]  # fmt: skip
    folder = write_snapshot(tmp_path / "due", {"order_lines": lines, "payments": payments})
    data = open_snapshot(folder, "duckdb")
    books = measures.books(data, parse("2026"), pd.Timestamp("2026-12-31 23:59:59"), 30)
    assert sums(books["collection"], "A") == [100, 150]


def test_sales_are_counted_by_who_made_them_and_nobodys_are_kept_apart(few):
    sold = measures.sold(few, parse("2026"))
    assert sold.groupby("person")["revenue"].sum().to_dict() == {"": 999, "A": 200, "B": 100}
    assert measures.people(few, sold).index.tolist() == ["A", "B"]


def test_engines_add_the_same_up(demo_folder, tmp_path_factory, postgres_engine):
    folder = slice_of(demo_folder, tmp_path_factory.mktemp("slice") / "snapshot")
    window = parse("2026-01..2026-10")
    here, there = (
        measures.books(open_snapshot(folder, engine), window, AS_OF, 30)
        for engine in ("duckdb", postgres_engine)
    )
    assert list(here) == list(there)
    for name in here:
        for table in ("strata", "spread"):
            ours, theirs = getattr(here[name], table), getattr(there[name], table)
            by = [column for column in ours if ours[column].dtype.kind not in "fiu"]
            ours, theirs = (
                one.sort_values(by).reset_index(drop=not by) if by else one.sort_index()
                for one in (ours, theirs)
            )
            assert_frame_equal(
                ours, theirs[ours.columns], check_dtype=False, check_index_type=False,
                obj=f"{name} {table}", rtol=1e-9, atol=1e-6,
            )  # fmt: skip
