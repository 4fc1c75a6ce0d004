import numpy as np
import pandas as pd
import pytest

from analysis import params
from analysis.analyses import discounts
from analysis.evaluation.firms import opened
from analysis.measures.discounts import ALIKE, beside_peers
from analysis.periods import parse

JANUARY = parse("2026-01")


@pytest.fixture(scope="module")
def firm():
    """Two sellers, ten alike deals of 50.00 each; S1 gives 10.00 off and S2 gives 5.00."""
    rows = [
        {"order_id": f"{seller}-{n}", "line_no": "1", "ordered_at": pd.Timestamp(2026, 1, 2 + n),
         "customer_id": f"C{n % 5}", "region": "east" if n < 5 else "west",
         "salesperson_id": seller, "quantity": 1.0, "discount": off, "revenue": 50.0 - off}
        for seller, off in (("S1", 10.0), ("S2", 5.0))
        for n in range(10)
    ]  # fmt: skip
    return opened({"order_lines": pd.DataFrame(rows)})


def test_alike_deals_worked_by_hand(firm):
    """S1 gave 100 on 500; the other gives 10 % of list value, which is 50: 50 above."""
    table = beside_peers(firm, "all", JANUARY, "salesperson", min_peers=1)
    assert table.loc["S1", ["discount", "expected", "excess"]].tolist() == [100, 50, 50]
    assert table.loc["S2", "excess"] == pytest.approx(-50)
    assert table.loc["S1", "customers"] == 5
    assert table.loc["S1", "excess_squared"] == pytest.approx(5 * 10**2)


def test_a_regions_sellers_are_held_against_the_whole_firm(firm):
    table = beside_peers(firm, "east", JANUARY, "salesperson", min_peers=1)
    assert table.loc["S1", ["lines", "list_value", "excess"]].tolist() == [5, 250, 25]


def test_with_too_few_others_nothing_is_compared(firm):
    assert beside_peers(firm, "all", JANUARY, "salesperson", min_peers=11).empty


def test_months_add_up_to_the_whole(firm):
    by_month = beside_peers(firm, "all", JANUARY, "salesperson", 1, by_month=True)
    whole = beside_peers(firm, "all", JANUARY, "salesperson", 1)
    pd.testing.assert_series_equal(by_month.groupby(level=0)["excess"].sum(), whole["excess"])


def sums(*excess: float) -> pd.DataFrame:
    """One part with as many customers as numbers, each with so much above others' discount."""
    given = np.array(excess)
    return pd.DataFrame(
        {"lines": [50.0], "customers": [float(len(given))], "list_value": [1000.0],
         "discount": [100.0], "expected": [100.0 - given.sum()], "excess": [given.sum()],
         "excess_squared": [float((given**2).sum())]}
    )  # fmt: skip


def test_one_customers_terms_are_no_habit():
    alone = discounts.judged(sums(60, *[0.0] * 11), 10, 0.01).iloc[0]
    spread = discounts.judged(sums(*[5.0] * 11, 5.1), 10, 0.01).iloc[0]
    assert alone["verdict"] == "within"
    assert spread["verdict"] == "above"
    assert spread["points"] == pytest.approx(0.0601)


def test_few_customers_are_not_judged():
    row = discounts.judged(sums(50, 40), 10, 0.01).iloc[0]
    assert row["verdict"] == "few"
    assert row[["low", "high", "points_low", "points_high", "chance_of_nothing"]].isna().all()


def test_rare_values_of_an_industry_are_one_row(demo_data):
    run = params.load("southwest", "2026-10", "demo")
    table = discounts.above_peers(demo_data, run)
    few = table[table["verdict"] == "few"]
    assert few["part"].tolist() == [discounts.OTHERS]
    assert few["low"].isna().all()
    assert (table.loc[table["verdict"] != "few", "customers"] >= 10).all()


def test_what_makes_deals_alike_is_not_compared(demo_data):
    table = discounts.above_peers(demo_data, params.load("southwest", "2026-10", "demo"))
    assert not set(table["dimension"]) & set(ALIKE)


def test_the_more_are_compared_the_wider_the_intervals():
    one = discounts.judged(sums(4.0, 6.0, 5.0), 2, 0.01)
    many = discounts.judged(pd.concat([sums(4.0, 6.0, 5.0)] * 20), 2, 0.01)
    assert many["low"].iloc[0] < one["low"].iloc[0]


def by_month(off: np.ndarray, response: float) -> pd.DataFrame:
    """Sellers by months: list value follows the discount above others' by ``response``."""
    months = pd.date_range("2025-01-01", periods=off.shape[1], freq="MS")
    index = pd.MultiIndex.from_product([[f"S{n}" for n in range(len(off))], months])
    rates = off.ravel()
    value = np.exp(8 + response * rates)
    return pd.DataFrame({"list_value": value, "excess": rates * value}, index=index)


def test_a_response_that_is_there_is_measured():
    off = np.random.default_rng(1).normal(0, 0.03, (8, 12))
    told = discounts.slope(by_month(off, 4.0), 0.005)
    assert told["verdict"] == "told"
    assert told["slope"] == pytest.approx(0.04)


def test_without_variation_no_response_is_claimed():
    steady = np.repeat(np.linspace(0, 0.2, 8)[:, None], 12, axis=1)
    told = discounts.slope(by_month(steady, 4.0), 0.005)
    assert told["verdict"] == "no_variation"
    assert np.isnan(told["slope"])


def test_few_sellers_tell_nothing():
    off = np.random.default_rng(1).normal(0, 0.03, (3, 12))
    assert discounts.slope(by_month(off, 4.0), 0.005)["verdict"] == "few"


def test_a_firm_without_discounts_has_no_table(firm):
    lines = firm.order_lines.select(
        "order_id", "line_no", "ordered_at", "customer_id", "region", "quantity", "revenue"
    )
    bare = opened({"order_lines": lines.execute()})
    run = params.load("east", "2026-01", "demo")
    assert discounts.lacking(bare) == "order_lines.discount"
    assert discounts.above_peers(bare, run).empty
    assert discounts.response(bare, run).empty
