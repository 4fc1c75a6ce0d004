"""The invented firm holds together, is the same for a seed, and has the history it says it has."""

import csv
import hashlib
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from analysis.demo import make_demo
from analysis.demo.events import STOCK_OUT
from analysis.errors import ParameterError

FIRST, LAST = pd.Timestamp("2023-11-01"), pd.Timestamp("2026-10-31")
AREAS = ["Central", "East", "North", "North-East", "South", "South-West"]


@dataclass
class Demo:
    folder: object
    summary: object
    orders: pd.DataFrame
    items: pd.DataFrame
    customers: pd.DataFrame
    returns: pd.DataFrame
    true_customers: pd.DataFrame
    true_events: pd.DataFrame
    true_factors: pd.DataFrame


def _days(column):
    return pd.to_datetime(column, format="%d/%m/%Y")


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo") / "harbour-lane"
    summary = make_demo(folder)
    orders = pd.read_csv(folder / "erp_orders.csv")
    orders["day"] = _days(orders["Order Date"])
    orders["month"] = orders["day"].dt.to_period("M")
    items = pd.read_csv(folder / "erp_items.csv")
    orders = orders.merge(items[["Item", "Category"]], on="Item", how="left", validate="m:1")
    return Demo(
        folder,
        summary,
        orders,
        items,
        pd.read_csv(folder / "crm_customers.csv", parse_dates=["Since"]),
        pd.read_csv(folder / "erp_returns.csv"),
        pd.read_csv(folder / "truth" / "customers.csv", parse_dates=["alive_until"]),
        pd.read_csv(folder / "truth" / "events.csv"),
        pd.read_csv(folder / "truth" / "monthly_factors.csv"),
    )


def _digests(folder):
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_same_seed_gives_the_same_bytes_and_replaces_an_earlier_demo(demo, tmp_path):
    folder = tmp_path / "again"
    make_demo(folder, seed=7)
    other = _digests(folder)
    make_demo(folder, seed=2026)
    again, first = _digests(folder), _digests(demo.folder)
    assert again == first
    same = {name for name in first if other[name] == first[name]}
    assert same == set(), "another seed is another firm"
    assert [path.name for path in tmp_path.iterdir()] == ["again"]


def test_the_summary_names_every_file_and_counts_what_is_in_them(demo):
    written = {path.resolve() for path in demo.folder.rglob("*.csv")}
    assert set(demo.summary.files) == written
    assert demo.summary.order_lines == len(demo.orders)
    assert demo.summary.orders == demo.orders["Order No"].nunique()
    assert demo.summary.customers == len(demo.customers)
    assert demo.summary.products == len(demo.items)


def test_a_folder_that_is_not_a_demo_is_left_alone(tmp_path):
    (tmp_path / "thesis.txt").write_text("three years of work")
    with pytest.raises(ParameterError, match="not a demo and would be lost"):
        make_demo(tmp_path)
    assert (tmp_path / "thesis.txt").read_text() == "three years of work"


def test_a_negative_seed_is_refused(tmp_path):
    with pytest.raises(ParameterError, match="`seed` must be 0 or more, such as 2026; found -1"):
        make_demo(tmp_path / "demo", seed=-1)


def test_the_firm_has_the_size_it_says(demo):
    assert 55_000 <= len(demo.orders) <= 65_000
    assert 2_900 <= len(demo.customers) <= 3_100
    assert len(demo.items) == 200
    assert 0.02 <= len(demo.returns) / len(demo.orders) <= 0.03
    monthly = demo.orders.groupby("month")["Net Amount"].sum()
    assert len(monthly) == 36
    assert monthly.between(0.65e6, 1.5e6).all()
    margin = 1 - demo.orders["Cost"].sum() / demo.orders["Net Amount"].sum()
    assert 0.30 <= margin <= 0.40


def test_keys_are_unique(demo):
    assert not demo.orders.duplicated(["Order No", "Line"]).any()
    assert not demo.returns.duplicated(["Order No", "Line"]).any()
    assert demo.items["Item"].is_unique
    assert demo.customers["Customer No"].is_unique


def test_net_amount_is_quantity_times_list_price_less_discount_to_the_penny(demo):
    with (demo.folder / "erp_orders.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            net = int(row["Qty"]) * Decimal(row["List Price"]) - Decimal(row["Discount"])
            assert str(net) == row["Net Amount"], row
            assert int(row["Qty"]) > 0, row
            assert Decimal(row["Discount"]) >= 0, row


def test_an_order_has_one_customer_date_channel_area_and_rep(demo):
    heads = ["Customer No", "Order Date", "Channel", "Sales Area", "Rep"]
    distinct = demo.orders[["Order No", *heads]].drop_duplicates()
    assert distinct["Order No"].is_unique
    assert (demo.orders["Rep"].isna() == (demo.orders["Channel"] == "Web shop")).all()


def test_every_area_has_enough_orders_in_every_month(demo):
    orders = demo.orders.pivot_table(
        index="month", columns="Sales Area", values="Order No", aggfunc="nunique"
    )
    assert orders.columns.tolist() == AREAS
    assert orders.notna().all(axis=None)
    assert orders.min(axis=None) >= 80
    assert orders.mean().min() >= 120


def test_dates_lie_in_the_window(demo):
    assert demo.orders["day"].min() == FIRST
    assert demo.orders["day"].max() == LAST
    returned = _days(demo.returns["Returned On"])
    ordered = demo.returns.merge(demo.orders, on=["Order No", "Line"], validate="1:1")
    assert (returned > ordered["day"]).all()
    assert (returned <= LAST).all()
    assert (ordered["Qty_x"] <= ordered["Qty_y"]).all()
    launched = demo.orders["Item"].map(demo.items.set_index("Item")["Launched"].pipe(_days))
    assert (demo.orders["day"] >= launched).all()


def test_references_are_complete(demo):
    assert demo.orders["Customer No"].isin(demo.customers["Customer No"]).all()
    assert demo.orders["Category"].notna().all()
    assert (demo.true_customers["customer_id"] == demo.customers["Customer No"]).all()
    returned = demo.returns.merge(demo.orders, on=["Order No", "Line"], how="left")
    assert returned["Item"].notna().all()
    owners = demo.customers["Account Owner"].dropna()
    assert owners.isin(demo.orders["Rep"].dropna()).all()


def test_customers_buy_only_while_they_are_customers(demo):
    since = demo.customers.set_index("Customer No")["Since"]
    until = demo.true_customers.set_index("customer_id")["alive_until"].fillna(LAST)
    bought = demo.orders.groupby("Customer No")["day"].agg(["min", "max"])
    assert (bought["min"] >= since[bought.index]).all()
    assert (bought["max"] <= until[bought.index]).all()
    new = since.index[since >= FIRST]
    assert (bought["min"].reindex(new) == since[new]).all(), "the first order acquires a customer"


def test_customers_buy_at_home_and_only_businesses_have_an_industry(demo):
    home = demo.orders["Customer No"].map(demo.customers.set_index("Customer No")["Area"])
    assert (home == demo.orders["Sales Area"]).mean() > 0.97
    business = demo.customers["Type"] == "Business"
    for column in ["Industry", "Size", "Account Owner"]:
        assert (demo.customers[column].notna() == business).all()


def test_customers_buy_as_often_as_their_true_rate_says(demo):
    """Orders after the first, against rate times months, for customers alive all the time."""
    true = demo.true_customers.set_index("customer_id")
    known = demo.customers.set_index("Customer No")["Since"] < FIRST
    always = true.index[true["alive_until"].isna() & known[true.index]]
    orders = demo.orders.groupby("Customer No")["Order No"].nunique().reindex(always, fill_value=0)
    expected = true.loc[always, "purchase_rate"] * 36
    assert orders.sum() / expected.sum() == pytest.approx(1.0, abs=0.08)
    assert np.corrcoef(orders, expected)[0, 1] > 0.9
    scaled = expected * orders.sum() / expected.sum()
    dispersion = ((orders - scaled) ** 2 / scaled).mean()
    assert dispersion == pytest.approx(1.0, abs=0.15), (
        "each customer buys as a Poisson process does"
    )


def _lines_a_day(demo, area, category, start, end):
    lines = demo.orders
    chosen = (lines["Category"] == category) & lines["day"].between(start, end)
    if area is not None:
        chosen &= lines["Sales Area"] == area
    else:
        chosen &= lines["Sales Area"] != "East"
    return chosen.sum() / ((pd.Timestamp(end) - pd.Timestamp(start)).days + 1)


def test_the_stock_out_shows_in_east_and_nowhere_else(demo):
    now, year_before = ("2026-09-20", "2026-10-31"), ("2025-09-20", "2025-10-31")

    def ratio(area):
        was = _lines_a_day(demo, area, "Furniture", *year_before)
        return _lines_a_day(demo, area, "Furniture", *now) / was

    assert 0.25 <= ratio("East") <= 0.55
    assert ratio(None) >= 0.85


def test_east_falls_in_the_last_month_while_every_other_area_grows(demo):
    revenue = demo.orders.pivot_table(
        index="month", columns="Sales Area", values="Net Amount", aggfunc="sum"
    )
    change = revenue.loc["2026-10"] / revenue.loc["2025-10"] - 1
    assert -0.15 <= change["East"] <= -0.08
    assert (change.drop("East") > 0).all()


def test_the_truth_knows_the_stock_out(demo):
    event = demo.true_events.query("what == 'stock-out'")
    assert event[["region", "category", "from", "to", "effect"]].to_numpy().tolist() == [
        ["east", "furniture", "2026-09-20", "2026-10-31", -0.6]
    ]
    factors = demo.true_factors.assign(served=lambda f: f["demand"] / f["demand_without_stock_out"])
    hit = (factors["region"] == "east") & (factors["category"] == "furniture")
    october = factors.loc[hit & (factors["month"] == "2026-10"), "served"]
    assert len(october) == 2, "one row for each kind of customer"
    np.testing.assert_allclose(october, 1 - STOCK_OUT.depth, atol=1e-6)
    elsewhere = factors.loc[~(hit & (factors["month"] >= "2026-09")), "served"]
    np.testing.assert_allclose(elsewhere, 1.0, atol=1e-6)
    assert len(factors) == 2 * 6 * 36 * 6


def test_list_prices_rose_when_the_truth_says_so(demo):
    def price(category, month):
        of_month = demo.orders[demo.orders["month"] == pd.Period(month)]
        lines = of_month[of_month["Category"] == category]
        return lines.groupby("Item")["List Price"].first()

    def rise(category, before, after):
        return (price(category, after) / price(category, before)).dropna().median() - 1

    assert rise("Kitchen", "2024-12", "2025-01") == pytest.approx(0.03, abs=0.003)
    assert rise("Lighting", "2026-02", "2026-03") == pytest.approx(0.07, abs=0.003)
    assert rise("Kitchen", "2026-02", "2026-03") == 0


def test_demand_pauses_for_each_spring_festival(demo):
    """The fortnight from three days before each New Year, against the four weeks after it."""
    daily = demo.orders.groupby("day")["Order No"].nunique()
    for new_year in map(pd.Timestamp, ["2024-02-10", "2025-01-29", "2026-02-17"]):
        pause = daily[new_year - pd.Timedelta(days=3) : new_year + pd.Timedelta(days=10)].mean()
        after = daily[new_year + pd.Timedelta(days=12) : new_year + pd.Timedelta(days=39)].mean()
        assert pause < 0.8 * after
