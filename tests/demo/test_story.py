"""Everything the invented firm's story tells can be measured in its tables, as the truth has it."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.demo.events import TOLD
from analysis.demo.true_firm import true_firm

LAST = pd.Timestamp("2026-10-31")


@pytest.fixture(scope="module")
def firm():
    return true_firm()


@pytest.fixture(scope="module")
def lines(firm):
    tables = firm.tables
    lines = tables["order_lines"].merge(
        tables["products"][["product_id", "category"]], on="product_id", validate="m:1"
    )
    lines = lines.merge(
        tables["customers"][["customer_id", "kind"]], on="customer_id", validate="m:1"
    )
    return lines.assign(
        day=lines["ordered_at"].dt.normalize(), month=lines["ordered_at"].dt.to_period("M")
    )


def _event(firm, what):
    return firm.truth["events"].set_index("what").loc[what]


def _growth(lines, category, start, end, region=None):
    """Lines of a stretch over those of the same days a year before; `region` None: all others."""

    def count(back):
        gap = pd.DateOffset(years=back)
        chosen = lines["day"].between(start - gap, end - gap) & (lines["category"] == category)
        return int((chosen & region(lines["region"])).sum())

    return count(0) / count(1)


# A stock-out


def test_the_stock_out_shows_in_east_and_nowhere_else(firm, lines):
    event = _event(firm, "stock-out")
    assert event[["region", "category", "effect"]].tolist() == ["east", "Furniture", -0.6]
    span = event["category"], event["from"], event["to"]
    assert 0.25 <= _growth(lines, *span, lambda r: r == "east") <= 0.55
    assert _growth(lines, *span, lambda r: r != "east") >= 0.85


def test_east_falls_in_the_last_month_while_every_other_region_grows(lines):
    revenue = lines.pivot_table(index="month", columns="region", values="revenue", aggfunc="sum")
    change = revenue.loc["2026-10"] / revenue.loc["2025-10"] - 1
    assert change["east"] == pytest.approx(-0.106, abs=0.001)
    assert (change.drop("east") > 0).all()


def test_the_stores_of_east_were_out_of_furniture(firm):
    out = firm.tables["inventory"].query("stock_out_days > 3").merge(firm.tables["products"])
    assert set(out["region"]) == {"east"}
    assert set(out["category"]) == {"Furniture"}
    assert set(out["month"].dt.strftime("%Y-%m")) == {"2026-09", "2026-10"}
    assert (out["on_hand"] == 0).all()
    true = firm.truth["products"].query("stocked_out")
    assert set(out["product_id"]) == set(true["product_id"])


def test_monthly_factors_know_the_stock_out_and_the_competitor(firm):
    factors = firm.truth["monthly_factors"]
    assert len(factors) == 2 * 6 * 36 * 6
    for name, region, category, start, effect in (
        ("stock_out", "east", "Furniture", "2026-10", -0.6),
        ("competitor", "north", "Textiles", "2026-05", -0.3),
    ):
        left = factors["demand"] / factors[f"demand_without_{name}"]
        hit = (factors["region"] == region) & (factors["category"] == category)
        inside = hit & (factors["month"] >= start)
        np.testing.assert_allclose(left[inside], 1 + effect, atol=1e-6)
        before = "2026-09" if name == "stock_out" else start
        elsewhere = ~hit | (factors["month"] < before)
        np.testing.assert_allclose(left[elsewhere], 1.0, atol=1e-6)


# A competitor


def test_the_competitor_takes_three_tenths_of_norths_textiles(firm, lines):
    event = _event(firm, "competitor")
    assert event[["region", "category", "effect"]].tolist() == ["north", "Textiles", -0.3]
    span = event["category"], event["from"], event["to"]
    north = _growth(lines, *span, lambda r: r == "north")
    others = _growth(lines, *span, lambda r: r != "north")
    assert north / others - 1 == pytest.approx(-0.3, abs=0.08)
    noted = firm.tables["events"].query("kind == 'competitor'")
    assert noted[["region", "category"]].to_numpy().tolist() == [["north", "Textiles"]]
    assert noted["starts_at"].tolist() == [event["from"]]


def test_the_firm_loses_market_share_where_the_competitor_is(firm, lines):
    market = firm.tables["market"].set_index(["region", "category", "month"]).sort_index()
    market = market["market_size"]
    sold = lines.assign(month=lines["month"].dt.start_time).groupby(
        ["region", "category", "month"])["revenue"].sum()  # fmt: skip
    assert (sold / market).between(0.02, 0.15).all()

    def share(start, end):
        of = sold.loc["north", "Textiles"].loc[start:end]
        return of.sum() / market.loc["north", "Textiles"].loc[start:end].sum()

    assert share("2026-05", "2026-10") / share("2025-05", "2025-10") < 0.85


# Promotions


def test_one_promotion_of_the_trade_paid_and_one_did_not(firm):
    true = firm.truth["promotions"].merge(firm.tables["promotions"], on="promotion_id")
    true = true.set_index("name")
    assert true.loc["Kitchen trade event 2026", "paid"]
    assert true.loc["Kitchen trade event 2026", "return"] > 2
    assert not true.loc["Storage clearance 2026", "paid"]
    assert true.loc["Storage clearance 2026", "gain"] < -10_000
    assert (true["gain"] == true["margin_effect"] - true["cost_x"]).all()


def test_lines_bear_the_promotion_they_were_sold_under(firm, lines):
    promotions = firm.tables["promotions"].set_index("promotion_id")
    under = lines[lines["promotion_id"].notna()].join(promotions, on="promotion_id", rsuffix="_of")
    assert under["day"].between(under["starts_at"], under["ends_at"]).all()
    named = under["category_of"].notna()
    assert (under["category_of"] == under["category"])[named].all()
    held = firm.truth["promotions"].set_index("promotion_id")["lines"]
    assert lines["promotion_id"].value_counts().reindex(held.index).equals(held.rename("count"))


@pytest.mark.parametrize(
    ("promotion", "category", "uplift"), [("PR-13", "Kitchen", 0.35), ("PR-14", "Storage", 0.10)]
)
def test_a_promotion_adds_the_lines_that_the_truth_says(firm, lines, promotion, category, uplift):
    """Lines of the trade in its category and days, against the same firm without it."""
    tables = true_firm(stories=replace(TOLD, promotions=())).tables
    without = tables["order_lines"].merge(tables["products"][["product_id", "category"]])
    without = without.merge(tables["customers"][["customer_id", "kind"]])
    row = firm.tables["promotions"].set_index("promotion_id").loc[promotion]
    ends = row["ends_at"] + pd.Timedelta(days=1)

    def count(sold):
        chosen = (sold["category"] == category) & (sold["kind"] == "b2b")
        return int((chosen & sold["ordered_at"].between(row["starts_at"], ends, "left")).sum())

    assert count(lines) / count(without) - 1 == pytest.approx(uplift, abs=0.01)
    assert firm.truth["promotions"].set_index("promotion_id").loc[promotion, "uplift"] == uplift


# A rep with an unusual mix


def test_one_rep_gives_more_off_and_sells_what_earns_little(firm, lines):
    true = firm.truth["salespeople"].set_index("salesperson_id")
    (unusual,) = true.index[true["added_discount"] > 0]
    assert unusual == "S-12"
    low = firm.truth["products"].set_index("product_id")["low_margin"]
    trade = lines[(lines["kind"] == "b2b") & lines["salesperson_id"].notna()]
    trade = trade.assign(
        gross=trade["quantity"] * trade["unit_price"], low=trade["product_id"].map(low)
    )
    by_rep = trade.groupby("salesperson_id").agg(
        {"gross": "sum", "discount": "sum", "revenue": "sum", "cost": "sum", "low": "mean"}
    )
    rate = by_rep["discount"] / by_rep["gross"]
    margin = 1 - by_rep["cost"] / by_rep["revenue"]
    others = by_rep.index != unusual
    assert rate[unusual] - rate[others].mean() == pytest.approx(0.08, abs=0.012)
    swapped = true.loc[unusual, "swapped_for_low_margin"]
    usual = by_rep["low"][others].mean()
    assert by_rep["low"][unusual] == pytest.approx(swapped + (1 - swapped) * usual, abs=0.04)
    assert margin[unusual] < margin[others].min() - 0.05


def test_reps_win_as_often_as_their_probability(firm):
    deals = firm.tables["opportunities"].query("outcome != 'open'")
    won = deals.assign(won=deals["outcome"] == "won").groupby("owner_id")["won"]
    true = firm.truth["salespeople"].set_index("salesperson_id")["win_probability"]
    z = (won.mean() - true) / np.sqrt(true * (1 - true) / won.size())
    assert z.abs().max() < 3.5
    assert true.between(0.2, 0.65).all()


# Collections


def test_dealers_of_one_region_pay_less_than_six_tenths_in_the_last_year(firm, lines):
    orders = lines.groupby("order_id").agg(
        {"region": "first", "channel": "first", "kind": "first", "day": "first"}
    )
    due = firm.tables["payments"].join(orders, on="order_id")
    due = due[(due["channel"] == "dealer") & (due["due_at"] <= LAST)]
    due = due.assign(collected=due["amount"].where(due["paid_at"].notna(), 0.0))

    def rate(rows):
        sums = rows.groupby("region")[["collected", "amount"]].sum()
        return sums["collected"] / sums["amount"]

    last_year = rate(due[due["due_at"] >= "2025-12-15"])
    assert last_year["southwest"] < 0.60
    assert (last_year.drop("southwest") > 0.90).all()
    assert (rate(due[due["due_at"] < "2025-11-01"]) > 0.90).all()
    true = firm.truth["collections"].set_index("region")
    account = due[(due["kind"] == "b2b") & (due["day"] >= "2025-11-01")]
    old = account[account["due_at"] < "2026-06-01"]
    unpaid = old["paid_at"].isna().groupby(old["region"]).mean()
    np.testing.assert_allclose(unpaid, true["unpaid"][unpaid.index], atol=0.06)


# Service


def _talks(firm, kind):
    home = firm.tables["customers"].set_index("customer_id")["region"]
    talks = firm.tables["interactions"].query(f"kind == '{kind}'")
    return talks.assign(
        region=talks["customer_id"].map(home), quarter=talks["at"].dt.to_period("Q")
    )


def test_answers_slow_down_in_one_region_and_satisfaction_follows(firm):
    hours = _talks(firm, "complaint").pivot_table(
        index="quarter", columns="region", values="response_hours", aggfunc="median"
    )
    assert (hours.loc[:"2025Q4"].mean() < 20).all()
    drift = hours.loc[["2026Q1", "2026Q2", "2026Q3"], "northeast"]
    assert drift.is_monotonic_increasing
    assert drift.iloc[-1] > 80
    assert (hours.drop(columns="northeast").loc["2026Q1":].mean() < 20).all()
    score = _talks(firm, "survey").pivot_table(
        index="quarter", columns="region", values="score", aggfunc="mean"
    )
    assert score.loc["2025Q4", "northeast"] > 3.8
    assert score.loc["2026Q3":, "northeast"].mean() < 3.4
    assert (score.drop(columns="northeast").loc["2026Q3":].mean() > 3.9).all()


def test_some_who_waited_left_and_bought_nothing_after(firm, lines):
    lost = firm.truth["service_losses"]
    home = firm.tables["customers"].set_index("customer_id")["region"]
    assert (lost["customer_id"].map(home) == "northeast").all()
    assert lost["customer_id"].is_unique
    assert len(lost) >= 12
    complaints = _talks(firm, "complaint")
    made = lost.merge(complaints, left_on=["customer_id", "complained_at"],
                      right_on=["customer_id", "at"], validate="1:1")  # fmt: skip
    assert (made["response_hours_x"] == made["response_hours_y"]).all()
    assert len(made) == len(lost), "the complaint that cost them stands in the interactions"
    last = lines.groupby("customer_id")["day"].max()
    assert (lost["customer_id"].map(last) <= lost["alive_until"]).all()
    true = firm.truth["customers"].set_index("customer_id")
    assert set(true.index[true["lost_to_service"]]) == set(lost["customer_id"])
    lives = true.loc[lost["customer_id"]]
    would = lives["alive_until_with_service"].fillna(LAST)
    assert (would >= lives["alive_until"]).all()


def test_those_who_complain_there_stop_more_often_than_elsewhere(firm):
    """Share of the complainers of January to August 2026 who were gone by the end."""
    complaints = _talks(firm, "complaint")
    early = complaints[complaints["at"].between("2026-01-01", "2026-08-31")]
    who = early.drop_duplicates("customer_id").set_index("customer_id")["region"]
    gone = firm.truth["customers"].set_index("customer_id")["alive_until"].notna()[who.index]
    share = gone.groupby(who).mean()
    assert share["northeast"] > share.drop("northeast").mean() + 0.15


# The rest


def test_one_channel_of_marketing_costs_more_than_its_customers_bring(firm, lines):
    spend = firm.tables["channel_spend"].groupby("channel")["spend"].sum()
    customers = firm.tables["customers"]
    new = customers[customers["acquired_at"] >= "2023-11-01"].set_index("customer_id")
    count = new["acquisition_channel"].value_counts()[spend.index]
    earned = (lines["revenue"] - lines["cost"]).groupby(lines["customer_id"]).sum()
    brought = earned.reindex(new.index).groupby(new["acquisition_channel"]).mean()[spend.index]
    true = firm.truth["marketing"].set_index("channel")
    too_dear = spend / count > brought
    assert too_dear.equals(true["is_too_dear"][spend.index].rename_axis("channel"))
    np.testing.assert_allclose(spend / count, true["customer_cost"][spend.index], rtol=0.15)


def test_the_plan_foresaw_neither_stock_out_nor_competitor(firm, lines):
    plan = firm.tables["plan"].set_index(["region", "category", "month"])["revenue_target"]
    sold = lines.assign(month=lines["month"].dt.start_time).groupby(
        ["region", "category", "month"])["revenue"].sum()  # fmt: skip
    both = pd.DataFrame({"plan": plan, "sold": sold}).loc[
        pd.IndexSlice[:, :, "2026-05":"2026-10"], :
    ]
    sums = both.groupby(["region", "category"]).sum()
    reached = (sums["sold"] / sums["plan"]).sort_values()
    assert both["sold"].sum() / both["plan"].sum() == pytest.approx(0.97, abs=0.05)
    assert ("north", "Textiles") in reached.index[:4]
    october = both.xs("2026-10-01", level="month").loc["east", "Furniture"]
    assert october["sold"] / october["plan"] < 0.55


def test_list_prices_rose_when_the_truth_says_so(lines):
    def price(category, month):
        chosen = (lines["month"] == pd.Period(month)) & (lines["category"] == category)
        return lines[chosen].groupby("product_id")["unit_price"].first()

    def rise(category, before, after):
        return (price(category, after) / price(category, before)).dropna().median() - 1

    assert rise("Kitchen", "2024-12", "2025-01") == pytest.approx(0.03, abs=0.003)
    assert rise("Lighting", "2026-02", "2026-03") == pytest.approx(0.07, abs=0.003)
    assert rise("Kitchen", "2026-02", "2026-03") == 0


def test_demand_pauses_for_each_spring_festival(lines):
    """The fortnight from three days before each New Year, against the four weeks after it."""
    daily = lines.groupby("day")["order_id"].nunique()
    for new_year in map(pd.Timestamp, ["2024-02-10", "2025-01-29", "2026-02-17"]):
        pause = daily[new_year - pd.Timedelta(days=3) : new_year + pd.Timedelta(days=10)].mean()
        after = daily[new_year + pd.Timedelta(days=12) : new_year + pd.Timedelta(days=39)].mean()
        assert pause < 0.8 * after
