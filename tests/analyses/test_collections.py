from datetime import date
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from analysis import params
from analysis.analyses import collections
from analysis.evaluation.firms import demo_firm, opened
from analysis.measures import payments

AS_OF = date(2026, 3, 31)
# order, placed, customer, region, channel, due, paid, amount
OWED = [
    ("O1", "2025-12-01", "C1", "east", "dealer", "2026-01-01", "2026-01-01", 100.0),
    ("O2", "2025-12-02", "C1", "east", "dealer", "2026-01-05", "2026-01-20", 60.0),
    ("O3", "2025-12-03", "C2", "east", "dealer", "2026-01-10", "2026-03-20", 40.0),
    ("O4", "2025-12-04", "C3", "west", "dealer", "2026-01-15", None, 200.0),
    ("O5", "2026-03-01", "C1", "east", "dealer", "2026-04-05", "2026-04-04", 30.0),
    ("O6", "2026-01-10", "C2", "east", "dealer", "2026-02-20", "2026-04-02", 80.0),
    ("O7", "2026-03-02", "C9", "east", "store", "2026-03-02", "2026-03-02", 500.0),
    ("O8", "2026-04-02", "C9", "east", "dealer", "2026-05-02", None, 900.0),
]


@pytest.fixture(scope="module")
def firm():
    """Three customers on account; one sale at the till, one order after the day looked from."""
    rows = pd.DataFrame(
        OWED, columns=["order_id", "ordered_at", "customer_id", "region", "channel", "due_at",
                       "paid_at", "amount"],
    )  # fmt: skip
    for name in ("ordered_at", "due_at", "paid_at"):
        rows[name] = pd.to_datetime(rows[name])
    lines = rows[["order_id", "ordered_at", "customer_id", "region", "channel"]].assign(
        line_no="1", quantity=1.0, revenue=rows["amount"]
    )
    due = rows[["order_id", "due_at", "paid_at", "amount"]].assign(payment_id=rows["order_id"])
    return opened({"order_lines": lines, "payments": due})


def collected(firm, *by: str) -> pd.DataFrame:
    return payments.collected(firm, "all", date(2026, 1, 1), date(2026, 1, 31), AS_OF, 30, list(by))


def test_what_fell_due_in_january_worked_by_hand(firm):
    """400 due; 100 paid on the day, 60 within the month, 40 later, 200 not at all."""
    row = collected(firm).iloc[0]
    assert row["payments"] == 4
    assert row[["due", "paid_at_due", "paid_in_time", "paid_by_now"]].tolist() == [
        400,
        100,
        160,
        200,
    ]


def test_regions_add_up_to_the_whole(firm):
    parts = collected(firm, "region")
    assert parts.loc["west", "paid_by_now"] == 0
    assert parts["due"].sum() == 400


def test_ages_worked_by_hand(firm):
    """30 not due; 80 late by 39 days, its payment of April unknown; 200 late by 75 days."""
    row = payments.owed(firm, "all", AS_OF, []).iloc[0]
    assert row[list(payments.AGES)].tolist() == [30, 0, 80, 200, 0]
    assert row["payments"] == 2


def test_a_payment_of_tomorrow_is_unknown_today(firm):
    before, after = (
        payments.owed(firm, "all", day, []) for day in (date(2026, 4, 1), date(2026, 4, 2))
    )
    assert before["late_60"].iloc[0] == 80
    assert after["late_60"].iloc[0] == 0


def test_what_is_paid_at_the_till_is_not_on_account(firm):
    assert payments.invoiced(firm, "all", date(2026, 3, 1), AS_OF) == 30


def test_the_bounds_of_an_age_are_days_past_due(firm):
    """O3's 40 were due on 10 January: 30 days late on 9 February, 31 on the 10th."""
    thirty = payments.owed(firm, "all", date(2026, 2, 9), []).iloc[0]
    thirty_one = payments.owed(firm, "all", date(2026, 2, 10), []).iloc[0]
    assert thirty["late_30"] == 240
    assert (thirty_one["late_30"], thirty_one["late_60"]) == (200, 40)


def row(**given: float) -> SimpleNamespace:
    return SimpleNamespace(**given)


class TestInterval:
    def test_one_large_customer_makes_it_wide(self):
        even = row(due=100.0, paid_in_time=50.0, customers=10.0, due_due=1000.0, due_paid=500.0,
                   paid_paid=500.0)  # fmt: skip
        one = row(due=100.0, paid_in_time=50.0, customers=10.0, due_due=2802.0, due_paid=2500.0,
                  paid_paid=2500.0)  # fmt: skip
        low, high = collections.interval(even)
        wider_low, wider_high = collections.interval(one)
        assert wider_low < low < 0.5 < high < wider_high

    def test_all_paid_is_not_certain_for_ever(self):
        low, high = collections.interval(
            row(due=10.0, paid_in_time=10.0, customers=2.0, due_due=50.0, due_paid=50.0,
                paid_paid=50.0)
        )  # fmt: skip
        assert low < 0.5
        assert high == pytest.approx(1)

    def test_one_customer_has_no_interval(self):
        told = collections.interval(
            row(
                due=5.0,
                paid_in_time=5.0,
                customers=1.0,
                due_due=25.0,
                due_paid=25.0,
                paid_paid=25.0,
            )
        )
        assert all(np.isnan(end) for end in told)


class TestTheInventedFirm:
    @pytest.mark.parametrize("stories", [True, False])
    def test_dealers_who_stopped_paying_are_found_and_no_others(self, stories):
        _, data = demo_firm(2026, stories)
        run = params.load("all", "2026-10", "demo")
        table = collections.rates(data, run, ["region", "channel"])
        found = table.index[table["verdict"] == "review"].tolist()
        assert found == ([("southwest", "dealer")] if stories else [])

    def test_before_november_2025_they_paid(self):
        _, data = demo_firm(2026)
        run = params.load("southwest", "2025-10", "demo")
        assert collections.rates(data, run, [])["rate"].iloc[0] > 0.9

    def test_every_payment_of_the_window_had_its_time(self):
        _, data = demo_firm(2026)
        for period in ("2026-10", "2026-Q3", "2026"):
            window = collections.window(data, params.load("east", period, "demo"))
            assert (window.as_of - window.last).days == 30

    def test_numbers_of_customers_are_masked(self):
        _, data = demo_firm(2026)
        table = collections.overdue_customers(data, params.load("southwest", "2026-10", "demo"))
        assert table.index.str.contains(r"\*\*\*(?:-\d+)?$").all()
        assert table.index.is_unique  # two customers are never one name
        assert table["overdue"].is_monotonic_decreasing

    def test_ages_add_up_to_what_is_owed(self):
        _, data = demo_firm(2026)
        run = params.load("southwest", "2026-10", "demo")
        ages = collections.ageing(data, run)
        assert ages["share"].sum() == pytest.approx(1)
        late = ages.drop("not_due")["owed"].sum()
        assert late == pytest.approx(collections.overdue_customers(data, run)["overdue"].sum())


def test_a_firm_without_payments_has_no_tables(tiny, tiny_run):
    run = tiny_run()
    assert collections.rates(tiny, run, []).empty
    assert collections.ageing(tiny, run).empty
    assert collections.overdue_customers(tiny, run).empty
    assert np.isnan(collections.days_sales_outstanding(tiny, run)[0])
