from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from analysis import params
from analysis.analyses import collections, discounts, promotions, reallocation, waste
from analysis.evaluation.firms import demo_firm
from analysis.periods import parse


@pytest.fixture(scope="module")
def run():
    return params.load("all", "2026-10", "demo")


def won(share: float = 1.0, **rows: tuple[float, float, float]) -> pd.DataFrame:
    """Marketing channels: ``won(Fair=(spend, roi, half-width of its interval))``."""
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["spend", "roi", "reach"])
    table = table.assign(
        roi_low=table["roi"] - table["reach"], roi_high=table["roi"] + table["reach"],
        roi_won=100.0, won=100.0, share=share, leads=1000.0, conversion=0.1,
        conversion_low=0.09, conversion_high=0.11,
    )  # fmt: skip
    return table.rename_axis("channel")


class TestAllocation:
    table = won(Poor=(1000, 0.4, 0.1), Good=(400, 4, 1), Better=(200, 6, 1))

    def test_money_moves_to_the_surest_return_first_and_only_in_part(self, run):
        """750 of Poor's 1,000 leave; Better takes 100 and Good 200, half of their own."""
        table = reallocation.allocation(self.table, run)
        assert table["change"].to_dict() == {
            "Poor": -750,
            "Good": 200,
            "Better": 100,
            "(saved)": 450,
        }
        assert table["verdict"].tolist() == ["close", "grow", "grow", ""]
        assert table["spend"].sum() == table["after"].sum() == 1600

    def test_its_effect_worked_by_hand(self, run):
        """100 at 3 and 200 at 2, 450 kept, 750 at 0.4 lost: 300 + 400 + 450 − 300."""
        whole = reallocation.effect(reallocation.allocation(self.table, run), run)
        assert whole[0] == pytest.approx(850)
        assert whole[1] == pytest.approx(250 + 300 + 450 - 375)

    def test_a_region_moves_its_own_share(self, run):
        table = reallocation.allocation(won(0.25, Poor=(1000, 0.4, 0.1)), run)
        assert table.loc["Poor", "spend"] == 250

    def test_nothing_moves_while_no_return_is_surely_too_low(self, run):
        table = reallocation.allocation(won(Doubtful=(1000, 1.0, 0.5), Good=(400, 4, 1)), run)
        assert table.loc["Doubtful", "verdict"] == "watch"
        assert (table["change"] == 0).all()

    def test_without_spending_there_is_no_table(self, run):
        assert reallocation.allocation(pd.DataFrame(), run).empty
        assert np.isnan(reallocation.effect(pd.DataFrame(), run)[0])


class TestMoneyAYear:
    def test_no_more_did_little_than_was_spent(self, run):
        """At a return of 0.1 it is 1.1 short of 1.2 for each one spent, of which one was spent."""
        row = pd.DataFrame(waste._marketing(won(Poor=(1000, 0.1, 0.05)), run)).iloc[0]
        assert row["money"] == row["high"] == 1000
        assert row["base"] == 1000

    def test_months_that_were_had_are_what_a_year_is_made_of(self):
        assert waste.a_year(parse("2026-05..2026-10")) == 2
        assert waste.a_year(parse("2025-11..2026-10")) == 1

    def test_discounts_of_six_months_are_doubled(self):
        peers = pd.DataFrame(
            {"verdict": "above", "dimension": "salesperson", "part": "S", "name": "S",
             "excess": [100.0], "discount": 300.0, "low": 50.0, "high": 150.0, "lines": 9.0,
             "chance_of_nothing": 0.01},
        )  # fmt: skip
        row = waste._discounts(peers, waste.a_year(parse("2026-05..2026-10")))[0]
        assert (row["money"], row["base"], row["low"]) == (200, 600, 100)

    def test_a_month_begun_is_no_month(self, run):
        _, data = demo_firm(2026)
        begun = replace(data, last_day=date(2026, 10, 12))
        assert str(waste.months(begun, run)) == "2025-10..2026-09"
        assert str(waste.months(data, run)) == "2025-11..2026-10"

    def test_a_few_pounds_are_watched_and_not_closed(self, run):
        offers = pd.DataFrame(
            {"name": ["Small", "Large"], "verdict": "not_paid", "gain": [-104.0, -2000.0],
             "gain_low": [-150.0, -2500.0], "gain_high": [-50.0, -1500.0], "lines": 40.0},
            index=["P1", "P2"],
        )  # fmt: skip
        rows = pd.DataFrame(reallocation._promotions(offers, 1.0), columns=reallocation.DECISION)
        told = reallocation._without_trifles(rows, 1000).set_index("name")
        assert told["verdict"].to_dict() == {"Small": "watch", "Large": "close"}
        assert told.loc["Small", "constraint"] == "small"


def everything(stories: bool, region: str = "all") -> tuple[pd.DataFrame, pd.DataFrame]:
    _, data = demo_firm(2026, stories)
    run = params.load(region, "2026-10", "demo")
    spent = waste.marketing(data, run)
    offers = promotions.promotion_return(data, run, waste.months(data, run))
    peers = discounts.above_peers(data, run)
    due = collections.rates(data, run, ["region", "channel"])
    pockets = waste.pockets(data, run, spent, offers, peers)
    return pockets, reallocation.decisions(data, run, spent, offers, peers, due)


@pytest.fixture(scope="module")
def told() -> tuple[pd.DataFrame, pd.DataFrame]:
    return everything(True)


class TestTheInventedFirm:
    def test_every_planted_waste_is_counted(self, told):
        counted = told[0][told[0]["counted"].astype(bool)]
        found = set(zip(counted["dimension"], counted["part"], strict=True))
        assert {
            ("region", "southwest"), ("salesperson", "S-12"), ("marketing", "Social media"),
            ("promotion", "PR-14"),
        } <= found  # fmt: skip
        assert counted["part"].tolist()[0] == "southwest"

    def test_a_region_whose_seller_is_named_is_not_counted_again(self, told):
        discount = told[0][told[0]["source"] == "discount"]
        assert discount.loc[discount["dimension"] != "salesperson", "counted"].sum() == 0

    def test_sources_add_up_to_the_total(self, told):
        pockets = told[0]
        total = pockets.loc[pockets["counted"].astype(bool), "money"].sum()
        assert waste.by_source(pockets)["money"].sum() == pytest.approx(total)

    def test_the_list_closes_what_did_not_pay_and_keeps_what_did(self, told):
        verdicts = told[1].set_index("name")["verdict"]
        assert verdicts["Social media"] == "close"
        assert verdicts["Storage clearance 2026"] == "close"
        assert verdicts["Kitchen trade event 2026"] == "keep"
        assert verdicts["Lydia Cottam"] == "watch"
        assert verdicts["Referral"] == "grow"

    def test_closing_a_channel_whose_margin_is_more_than_it_owes_is_not_advised(self, told):
        table = told[1]
        row = table[(table["rule"] == "close") & (table["part"] == "southwest")].iloc[0]
        assert row["verdict"] == "watch"
        assert row["effect"] < 0

    def test_close_comes_first(self, told):
        assert told[1]["verdict"].drop_duplicates().tolist() == ["close", "watch", "grow", "keep"]

    def test_a_quiet_firm_closes_no_channel_and_blames_no_seller(self):
        pockets, decisions = everything(False)
        counted = pockets[pockets["counted"].astype(bool)]
        assert set(counted["source"]) <= {"stock", "promotion"}
        assert "salesperson" not in set(decisions["dimension"])
        assert set(decisions.loc[decisions["verdict"] == "close", "dimension"]) <= {"promotion"}


def test_regions_bear_all_of_a_channels_spending():
    _, data = demo_firm(2026)
    shares = sum(
        waste.marketing(data, params.load(region, "2026-10", "demo"))["share"].drop("(total)")
        for region in data.regions
    )
    assert shares.to_numpy() == pytest.approx(1)


def test_a_firm_with_order_lines_alone_has_no_pockets(tiny, tiny_run):
    run = tiny_run()
    offers = promotions.promotion_return(tiny, run, run.period)
    pockets = waste.pockets(tiny, run, waste.marketing(tiny, run), offers,
                            discounts.above_peers(tiny, run))  # fmt: skip
    assert not pockets["counted"].any()
    assert {"marketing", "promotion", "stock", "overdue"} <= set(waste.missing(tiny))
