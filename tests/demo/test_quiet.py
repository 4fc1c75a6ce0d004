"""The same firm in a year in which nothing happened: no cause is there to be found."""

from dataclasses import replace

import pandas as pd
import pytest

from analysis.demo.events import QUIET, TOLD
from analysis.demo.true_firm import true_firm


@pytest.fixture(scope="module")
def firm():
    return true_firm(stories=False)


@pytest.fixture(scope="module")
def told():
    return true_firm()


def test_the_truth_knows_of_no_story(firm):
    moved = set(firm.truth["events"]["what"])
    assert moved == {"promotion", "price change", "festival run-up", "festival pause"}
    assert firm.truth["service_losses"].empty
    assert not firm.truth["products"]["stocked_out"].any()
    assert not firm.truth["marketing"]["is_too_dear"].any()
    assert (firm.truth["collections"]["unpaid"] == 0.02).all()
    assert (firm.truth["salespeople"][["swapped_for_low_margin", "added_discount"]] == 0).all(None)


def test_the_only_price_rise_is_the_general_one(firm):
    rises = firm.truth["events"].query("what == 'price change'")
    assert rises["category"].tolist() == ["all"]
    lines = firm.tables["order_lines"]
    prices = lines.groupby("product_id")["unit_price"].agg(["min", "max"])
    # A dearest price over the cheapest is the rise of 3 %, but for steps of five pence.
    assert (prices["max"] <= prices["min"] * 1.03 + 0.05).all()


def test_the_diary_holds_what_moved_nothing_and_the_promotions_of_every_year(firm, told):
    assert set(firm.tables["events"]["kind"]) == {"holiday", "policy", "price", "other"}
    assert firm.tables["promotions"].equals(told.tables["promotions"].head(12))


def test_demand_is_what_it_would_have_been_without_mishaps(firm):
    factors = firm.truth["monthly_factors"]
    assert (factors["demand"] == factors["demand_without_stock_out"]).all()
    assert (factors["demand"] == factors["demand_without_competitor"]).all()


def test_range_and_first_customers_are_those_of_the_firm_with_stories(firm, told):
    """Who comes later comes when people buy, and so on other days in another year."""
    same = ["customer_id", "name", "kind", "region", "acquisition_channel"]
    first = [tables.query("acquired_at < '2023-11-01'")[same] for tables in
             (firm.tables["customers"], told.tables["customers"])]  # fmt: skip
    assert len(first[0]) > 1000
    pd.testing.assert_frame_equal(*first)
    same = ["product_id", "name", "category", "unit_cost"]
    pd.testing.assert_frame_equal(firm.tables["products"][same], told.tables["products"][same])


def test_dealers_answers_and_channels_are_as_everywhere(firm):
    sold = firm.tables["order_lines"].drop_duplicates("order_id")[["order_id", "region", "channel"]]
    owed = firm.tables["payments"].merge(sold, on="order_id").query("channel == 'dealer'")
    owed = owed[owed["due_at"].between("2025-12-01", "2026-08-31")]
    unpaid = owed["paid_at"].isna().groupby(owed["region"]).mean()
    assert unpaid.max() < 0.06
    asked = firm.tables["interactions"].query("kind == 'complaint' and at >= '2026-06-01'")
    home = firm.tables["customers"].set_index("customer_id")["region"]
    hours = asked["response_hours"].groupby(asked["customer_id"].map(home)).median()
    assert hours.max() < 1.3 * hours.min()


def test_one_story_can_be_told_alone():
    alone = true_firm(stories=replace(QUIET, stock_out=TOLD.stock_out))
    assert alone.truth["products"]["stocked_out"].any()
    moved = alone.truth["events"]["what"]
    assert (moved == "stock-out").sum() == 1
    assert (moved == "competitor").sum() == 0
