"""Customers, products and days by hand on the tiny firm, and alike on every engine."""

import pandas as pd
import pytest

from analysis.measures import assortment, customers, cuts
from analysis.model.dataset import open_snapshot
from analysis.periods import parse

from ..engines import write_snapshot

WINTER = parse("2026-01..2026-02")


class TestCustomerSales:
    def test_two_months_in_the_east_by_hand(self, tiny):
        found = customers.customer_sales(tiny, "east", WINTER)
        assert found["revenue"].to_dict() == {"C1": 150, "C2": 240, "C4": 200}
        # The first line of O7 has no cost: 30 of 150 count, with a margin of 10.
        assert found["costed_revenue"].to_dict() == {"C1": 30, "C2": 240, "C4": 200}
        assert found["gross_margin"].to_dict() == {"C1": 10, "C2": 60, "C4": 80}
        assert found["is_new"].to_dict() == {"C1": False, "C2": False, "C4": True}
        assert found["kind"].tolist() == ["b2b", "b2c", "b2b"]
        assert "industry" not in found

    def test_squares_are_of_orders_and_not_of_lines(self, tiny):
        """O7 of C1 has lines of 120 and 30."""
        found = customers.customer_sales(tiny, "east", WINTER)["revenue_squares"]
        assert found.to_dict() == {"C1": 150**2, "C2": 240**2, "C4": 200**2}

    def test_the_future_changes_nothing_in_the_past(self, tiny, delivery):
        delivery.change("O10,1,2026-02-28,C2,P2,W,Web,3,0,90.00,60.00\n", "")
        then = customers.customer_sales(tiny, "all", parse("2025"))
        pd.testing.assert_frame_equal(
            then, customers.customer_sales(delivery.open(), "all", parse("2025"))
        )

    def test_what_is_not_delivered_has_no_rows(self, tiny):
        assert customers.satisfaction(tiny, WINTER).empty
        assert customers.deal_cycles(tiny, "all", WINTER).empty

    def test_names_are_as_the_firm_wrote_them(self, tiny):
        found = customers.names(tiny, ["C4", "C9"])
        assert found["name"].tolist()[:1] == ["Dogwood Ltd"]
        assert found["name"].isna().tolist() == [False, True]


def firm_with_everything() -> dict[str, list[dict[str, object]]]:
    """Two customers, one deal each, surveys, stock, payments and a market."""

    def line(number: int, customer: str, placed: str, revenue: str) -> dict[str, object]:
        return {"order_id": f"O{number}", "line_no": "1", "ordered_at": placed,
                "customer_id": customer, "product_id": "P", "region": "east", "channel": "web",
                "salesperson_id": "S", "quantity": 2, "revenue": revenue, "cost": "4.00",
                "discount": "1.00"}  # fmt: skip

    return {
        "order_lines": [
            line(1, "A", "2026-01-31 23:59:59", "10.00"),
            line(2, "A", "2026-02-01 00:00:00", "20.00"),
            line(3, "B", "2026-02-28 12:00:00", "30.50"),
        ],
        "customers": [
            {"customer_id": "A", "kind": "b2b", "industry": "Offices", "region": "east"},
            {"customer_id": "B", "kind": "b2b", "region": "west"},
        ],
        "products": [{"product_id": "P", "name": "Pot", "category": "Mugs", "list_price": "15.00"}],
        "opportunities": [
            {"opportunity_id": "1", "customer_id": "A", "outcome": "won",
             "created_at": "2026-01-01 18:00:00", "closed_at": "2026-02-10 09:00:00"},
            {"opportunity_id": "2", "customer_id": "A", "outcome": "lost",
             "created_at": "2026-01-01", "closed_at": "2026-02-10"},
            {"opportunity_id": "3", "customer_id": "B", "outcome": "won",
             "created_at": "2026-02-01", "closed_at": "2026-02-03"},
        ],
        "interactions": [
            {"interaction_id": str(n), "customer_id": "A", "at": "2026-02-02", "kind": "survey",
             "score": score}
            for n, score in ((1, 4), (2, 2))
        ] + [
            {"interaction_id": "3", "customer_id": "B", "at": "2026-02-03", "kind": "visit"},
        ],
        "inventory": [
            {"product_id": "P", "month": month, "region": region, "on_hand": on_hand, "received": 3,
             "stock_out_days": 0}
            for month, on_hand in (("2026-01-01", 5), ("2026-02-01", 7))
            for region in ("east", "west")
        ],
        "payments": [
            {"payment_id": "1", "order_id": "O1", "due_at": "2026-02-05",
             "paid_at": "2026-02-28 23:00:00", "amount": "10.00"},
            {"payment_id": "2", "order_id": "O2", "due_at": "2026-02-06", "paid_at": "2026-03-01",
             "amount": "20.00"},
            {"payment_id": "3", "order_id": "O3", "due_at": "2026-03-06", "amount": "30.50"},
        ],
        "market": [{"region": "east", "month": "2026-02-01", "market_size": "505.00"}],
    }  # fmt: skip


@pytest.fixture(scope="module")
def whole_firm(tmp_path_factory):
    return write_snapshot(tmp_path_factory.mktemp("whole") / "snapshot", firm_with_everything())


FEBRUARY = parse("2026-02")


@pytest.mark.parametrize("engine", ["duckdb", "postgres_engine"])
def test_every_table_by_hand_on_every_engine(whole_firm, engine, request):
    named = engine if engine == "duckdb" else request.getfixturevalue(engine)
    data = open_snapshot(whole_firm, named)
    sold = customers.customer_sales(data, "east", FEBRUARY)
    assert sold[["revenue", "gross_margin", "revenue_squares"]].to_numpy().tolist() == [
        [20, 16, 400], [30.5, 26.5, 930.25],
    ]  # fmt: skip
    assert sold["is_new"].tolist() == [False, True]
    assert sold["industry"].tolist() == ["Offices", ""]
    answers = customers.satisfaction(data, FEBRUARY)
    assert answers.loc["A"].tolist() == [2, 6, 20]
    deals = customers.deal_cycles(data, "all", FEBRUARY)
    assert deals[["deals", "deal_days", "deal_days_squares"]].to_numpy().tolist() == [
        [1, 40, 1600], [1, 2, 4],
    ]  # fmt: skip
    assert customers.deal_cycles(data, "west", FEBRUARY).index.tolist() == ["B"]
    days = cuts.daily_sales(data, "east", FEBRUARY)
    assert days["day"].dt.day.tolist() == [1, 28]
    assert days["revenue"].tolist() == [20, 30.5]
    due = cuts.collections(data, "all", FEBRUARY)
    assert due[["due", "collected"]].to_numpy().tolist() == [[30, 10]]
    size = cuts.region_size(data, FEBRUARY).loc["east"]
    assert size.tolist() == [50.5, 2, 1, 50.5, 505]
    stock = assortment.product_table(data, "east", FEBRUARY).loc["P"]
    held = ["units", "list_value", "opening", "received", "on_hand", "mean_stock"]
    assert stock[held].tolist() == [4, 52.5, 5, 3, 7, 6]
    assert stock["unit_cost"] != stock["unit_cost"]  # not recorded
