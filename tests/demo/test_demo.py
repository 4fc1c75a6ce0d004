"""The invented firm holds together, is the same for a seed, and has the shape it says it has."""

import hashlib

import numpy as np
import pandas as pd
import pytest

from analysis.demo import make_demo
from analysis.demo.frames import labels, moments
from analysis.demo.true_firm import true_firm
from analysis.errors import ParameterError
from analysis.model.schema import TABLES

FIRST, LAST = pd.Timestamp("2023-11-01"), pd.Timestamp("2026-10-31")
REGIONS = ["central", "east", "north", "northeast", "south", "southwest"]
SAME_FOR_EVERY_SEED = {
    "shop/skus.csv",
    "truth/collections.csv",
    "truth/marketing.csv",
    "truth/service.csv",
}
"""What is decided, not drawn."""


@pytest.fixture(scope="module")
def firm():
    return true_firm()


@pytest.fixture(scope="module")
def tables(firm):
    return firm.tables


@pytest.fixture(scope="module")
def lines(tables):
    return tables["order_lines"].assign(
        day=lambda o: o["ordered_at"].dt.normalize(), month=lambda o: o["day"].dt.to_period("M")
    )


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    return make_demo(tmp_path_factory.mktemp("demo") / "harbour-lane")


def _digests(folder):
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
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
    same = {name for name in first if other.get(name) == first[name]}
    assert same == {*SAME_FOR_EVERY_SEED, "truth/edition.txt"}, "another seed is another firm"
    assert [path.name for path in tmp_path.iterdir()] == ["again"]


def test_the_summary_names_every_file_and_counts_the_true_firm(demo, tables):
    assert set(demo.files) == {path for path in demo.folder.rglob("*") if path.is_file()}
    assert demo.order_lines == len(tables["order_lines"])
    assert demo.orders == tables["order_lines"]["order_id"].nunique()
    assert demo.customers == len(tables["customers"])
    assert demo.products == len(tables["products"])


def test_every_truth_is_written_beside_the_extracts(demo, firm):
    for name, table in firm.truth.items():
        written = pd.read_csv(demo.folder / "truth" / f"{name}.csv")
        assert written.columns.tolist() == table.columns.tolist()
        assert len(written) == len(table)


def test_a_folder_that_is_not_a_demo_is_left_alone(tmp_path):
    (tmp_path / "thesis.txt").write_text("three years of work")
    with pytest.raises(ParameterError, match="not a demo and would be lost"):
        make_demo(tmp_path)
    assert (tmp_path / "thesis.txt").read_text() == "three years of work"


def test_a_negative_seed_is_refused(tmp_path):
    with pytest.raises(ParameterError, match="`seed` must be 0 or more, such as 2026; found -1"):
        make_demo(tmp_path / "demo", seed=-1)


def test_every_table_of_the_model_is_there_with_its_columns(tables):
    assert set(tables) == set(TABLES)
    left_to_systems = {"order_lines": {"reference", "currency", "unit"}}
    for name, table in tables.items():
        ours = [c for c in TABLES[name].mapped if c not in left_to_systems.get(name, ())]
        assert sorted(table.columns) == sorted(ours), name


@pytest.mark.parametrize("name", sorted(TABLES))
def test_a_table_keeps_to_its_schema(tables, name):
    table = tables[name]
    key = [column for column in TABLES[name].key if column in table]
    assert not table.duplicated(key).any()
    for column, said in TABLES[name].columns.items():
        if column not in table:
            continue
        values = table[column].dropna()
        assert len(values) > 0, column
        if said.required:
            assert len(values) == len(table), column
        if said.allowed:
            assert set(values) <= set(said.allowed), column
        if said.low is not None:
            assert (values >= said.low).all(), column
        if said.high is not None:
            assert (values <= said.high).all(), column
        if said.unit == "money":
            np.testing.assert_array_equal(values, values.round(2), err_msg=column)
        if said.refers_to:
            known = tables[said.refers_to][TABLES[said.refers_to].key[0]]
            assert values.isin(known).all(), column


def test_the_firm_has_the_size_it_says(tables, lines):
    assert 55_000 <= len(lines) <= 65_000
    assert 2_900 <= len(tables["customers"]) <= 3_100
    assert len(tables["products"]) == 200
    assert 0.02 <= len(tables["returns"]) / len(lines) <= 0.03
    monthly = lines.groupby("month")["revenue"].sum()
    assert len(monthly) == 36
    assert monthly.between(0.65e6, 1.5e6).all()
    assert 0.30 <= 1 - lines["cost"].sum() / lines["revenue"].sum() <= 0.40


def test_revenue_is_quantity_times_list_price_less_discount_to_the_penny(lines):
    def pence(column):
        return (lines[column] * 100).round().astype("int64")

    gross = lines["quantity"] * pence("unit_price")
    assert (gross - pence("discount") == pence("revenue")).all()
    assert (lines["quantity"] > 0).all()
    assert (lines["discount"] >= 0).all()


def test_an_order_has_one_customer_moment_channel_region_and_rep(lines):
    heads = ["customer_id", "ordered_at", "channel", "region", "salesperson_id"]
    assert lines[["order_id", *heads]].drop_duplicates()["order_id"].is_unique
    assert (lines["salesperson_id"].isna() == (lines["channel"] == "web")).all()


def test_tills_and_the_web_shop_know_the_time_of_day_and_dealers_the_date(lines):
    hour = lines["ordered_at"].dt.hour
    assert (lines.loc[lines["channel"] == "dealer", "ordered_at"].dt.normalize()
            == lines.loc[lines["channel"] == "dealer", "ordered_at"]).all()  # fmt: skip
    assert hour[lines["channel"] == "store"].between(9, 17).all()
    evening = hour[lines["channel"] == "web"].between(18, 22).mean()
    assert 0.4 <= evening <= 0.65


def test_nobody_buys_the_same_of_an_article_twice_on_a_day(lines):
    assert not lines.duplicated(["customer_id", "day", "product_id", "quantity"]).any()


def test_every_region_has_enough_orders_in_every_month(lines):
    orders = lines.pivot_table(
        index="month", columns="region", values="order_id", aggfunc="nunique"
    )
    assert orders.columns.tolist() == REGIONS
    assert orders.notna().all(axis=None)
    assert orders.min(axis=None) >= 80
    assert orders.mean().min() >= 120


def test_dates_lie_in_the_window(tables, lines):
    assert lines["day"].min() == FIRST
    assert lines["day"].max() == LAST
    returned = tables["returns"].merge(lines, on=["order_id", "line_no"], validate="1:1")
    assert len(returned) == len(tables["returns"])
    assert (returned["returned_at"] > returned["day"]).all()
    assert (returned["returned_at"] <= LAST).all()
    assert (returned["quantity_x"] <= returned["quantity_y"]).all()
    launched = lines["product_id"].map(tables["products"].set_index("product_id")["launched_at"])
    assert (lines["day"] >= launched).all()


def test_customers_buy_only_while_they_are_customers(firm, lines):
    since = firm.tables["customers"].set_index("customer_id")["acquired_at"]
    until = firm.truth["customers"].set_index("customer_id")["alive_until"].fillna(LAST)
    bought = lines.groupby("customer_id")["day"].agg(["min", "max"])
    assert (bought["min"] >= since[bought.index]).all()
    assert (bought["max"] <= until[bought.index]).all()
    new = since.index[since >= FIRST]
    assert (bought["min"].reindex(new) == since[new]).all(), "the first order acquires a customer"


def test_customers_buy_at_home_and_only_businesses_have_an_industry(tables, lines):
    customers = tables["customers"]
    home = lines["customer_id"].map(customers.set_index("customer_id")["region"])
    assert (home == lines["region"]).mean() > 0.97
    business = customers["kind"] == "b2b"
    for column in ["industry", "size_band", "owner_id", "founded_year", "contact_role"]:
        assert (customers[column].notna() == business).all()
    for column in ["birth_year", "gender", "occupation"]:
        assert (customers[column].isna() == business).all()


def test_customers_can_be_told_apart(tables):
    customers = tables["customers"]
    assert customers["phone"].is_unique
    assert customers["email"].is_unique
    assert customers["email"].str.contains(r"@\S+\.example$|@example\.(?:com|net|org)$").all()
    founded = customers["founded_year"].dropna().astype(int)
    assert (founded <= customers["acquired_at"].dt.year[founded.index]).all()
    business = customers.loc[customers["kind"] == "b2b", "name"]
    assert business.is_unique
    assert 0.015 <= business.str.contains("公司").mean() <= 0.045
    assert business.str.contains(r" (?:Ltd|Limited|LLP|PLC|& Co)$").mean() > 0.8
    assert customers[["city", "province"]].drop_duplicates()["city"].is_unique
    assert customers[["province", "region"]].drop_duplicates()["province"].is_unique


def test_customers_buy_as_often_as_their_true_rate_says(firm, lines):
    """Orders after the first, against rate times months, for customers alive all the time."""
    true = firm.truth["customers"].set_index("customer_id")
    known = firm.tables["customers"].set_index("customer_id")["acquired_at"] < FIRST
    always = true.index[true["alive_until"].isna() & known[true.index]]
    orders = lines.groupby("customer_id")["order_id"].nunique().reindex(always, fill_value=0)
    expected = true.loc[always, "purchase_rate"] * 36
    assert orders.sum() / expected.sum() == pytest.approx(1.0, abs=0.08)
    assert np.corrcoef(orders, expected)[0, 1] > 0.9
    scaled = expected * orders.sum() / expected.sum()
    dispersion = ((orders - scaled) ** 2 / scaled).mean()
    assert dispersion == pytest.approx(1.0, abs=0.15), (
        "each customer buys as a Poisson process does"
    )


def test_every_order_is_paid_for_in_parts_that_add_up(tables, lines):
    payments = tables["payments"]
    revenue = lines.groupby("order_id")["revenue"].sum().round(2)
    assert (payments.groupby("order_id")["amount"].sum().round(2) == revenue).all()
    ordered = payments["order_id"].map(lines.groupby("order_id")["day"].first())
    assert (payments["due_at"] >= ordered).all()
    paid = payments["paid_at"].notna()
    assert (payments["paid_at"] >= ordered)[paid].all()
    assert (payments["paid_at"][paid] <= LAST).all()


def test_every_order_is_promised_and_arrives_after_it_was_placed(tables, lines):
    arrived = tables["fulfilments"].set_index("order_id")
    ordered = lines.groupby("order_id")["ordered_at"].first()
    assert arrived.index.sort_values().equals(ordered.index)
    arrived = arrived.reindex(ordered.index)
    assert (arrived["promised_at"] >= ordered.dt.normalize()).all()
    known = arrived["delivered_at"].notna()
    assert (arrived["delivered_at"] >= ordered)[known].all()
    assert (arrived["delivered_at"][known] < LAST + pd.Timedelta(days=1)).all()
    late = arrived["delivered_at"].dt.normalize() > arrived["promised_at"]
    assert 0.03 <= late.mean() <= 0.08


def test_stock_is_what_was_there_plus_what_came_less_what_was_sold(tables, lines):
    sold = lines.assign(month=lines["month"].dt.start_time).groupby(
        ["product_id", "region", "month"], as_index=False)["quantity"].sum()  # fmt: skip
    stock = tables["inventory"].merge(sold, how="left", validate="1:1").fillna({"quantity": 0})
    assert len(sold.merge(tables["inventory"])) == len(sold), "what was sold was on the list"
    before = stock.groupby(["product_id", "region"])["on_hand"].shift()
    moved = before + stock["received"] - stock["quantity"]
    later = before.notna()
    assert (moved == stock["on_hand"])[later].all()


def test_stages_follow_one_another_and_an_order_is_behind_every_sale_won(tables, lines):
    deals = tables["opportunities"].set_index("opportunity_id")
    stages = tables["stage_events"]
    order = ["contact", "need confirmed", "proposal", "negotiation", "closed"]
    place = stages["stage"].map(order.index)
    same = stages["opportunity_id"] == stages["opportunity_id"].shift()
    assert (stages["entered_at"].diff()[same] >= pd.Timedelta(days=1)).all()
    assert (place.diff()[same] > 0).all()
    first = stages.groupby("opportunity_id")["entered_at"].first()
    assert (first == deals["created_at"]).all()
    closed = stages[stages["stage"] == "closed"].set_index("opportunity_id")["entered_at"]
    assert (closed == deals.loc[closed.index, "closed_at"]).all()
    assert (deals["closed_at"].isna() == (deals["outcome"] == "open")).all()

    orders = lines.groupby(["order_id", "customer_id", "day"], as_index=False)["revenue"].sum()
    orders["revenue"] = orders["revenue"].round(2)
    won = deals[deals["outcome"] == "won"].merge(
        orders, left_on=["customer_id", "closed_at", "amount"],
        right_on=["customer_id", "day", "revenue"], how="left",
    )  # fmt: skip
    assert won["order_id"].notna().all()


def test_control_totals_agree_with_the_orders(tables, lines):
    totals = tables["control_totals"]
    assert totals["revenue"].sum() == pytest.approx(lines["revenue"].sum(), abs=0.01)
    assert totals["orders"].sum() == lines["order_id"].nunique()
    assert set(totals["of_source"]) == {"erp", "shop", "till"}
    assert len(totals) == 36 * 3


def test_leads_are_more_than_the_customers_they_brought(tables):
    spend, customers = tables["channel_spend"], tables["customers"]
    new = customers[customers["acquired_at"] >= FIRST]
    won = new.groupby(
        ["acquisition_channel", new["acquired_at"].dt.to_period("M").dt.start_time]
    ).size()  # fmt: skip
    held = spend.set_index(["channel", "month"])["leads"]
    known = [pair for pair in won.index if pair[0] in set(spend["channel"])]
    assert (held[known].to_numpy() >= won[known].to_numpy()).all()


def test_moments_and_labels_are_what_they_say():
    assert moments(np.array([1095]), 60)[0] == np.datetime64("2026-10-31T00:01:00")
    assert labels(("a", "b"), np.array([1, -1])).tolist() == ["b", None]
