"""Scorecards and rules: by hand, on the tiny firm, and on the invented one."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from analysis import params
from analysis.analyses import channels, collections
from analysis.evaluation.firms import opened
from analysis.measures import channels as measures
from analysis.measures.won import won_by_region
from analysis.periods import parse


@pytest.fixture(scope="module")
def wanted():
    return params.load("all", "2026-10").settings.channels


def by_age():
    """Search wins two customers who bring 10 and 30, then 5; the fair one who brings 100."""
    rows = [
        ("Fair", -1, 1, 100.0, 10_000.0),
        ("Fair", 0, 1, 100.0, np.nan),
        ("Search", -1, 2, 45.0, 15.0**2 + 30.0**2),
        ("Search", 0, 2, 40.0, np.nan),
        ("Search", 2, 2, 5.0, np.nan),
    ]
    table = pd.DataFrame(rows, columns=["channel", "age", "won", "margin", "margin_squared"])
    return table.set_index(["channel", "age"])


class TestMarketing:
    def test_money_back_is_first_year_margin_over_spend(self):
        spent = pd.Index(["Search", "Fair", "Radio"], name="channel")
        brought = channels._brought(by_age(), spent)
        assert brought["roi_margin"].tolist() == [45.0, 100.0, 0.0]
        assert brought["roi_won"].tolist() == [2, 1, 0]

    def test_payback_is_the_month_that_adds_up_to_the_spend(self):
        spend = pd.Series({"Search": 42.0, "Fair": 100.0, "Radio": 5.0})
        months = channels._payback(by_age(), spend)
        assert months["Search"] == 3  # 40 in the first month, 45 by the third
        assert months["Fair"] == 1
        assert np.isnan(months["Radio"])

    def test_ratios_keep_both_their_parts(self):
        table = pd.DataFrame(
            {
                "spend": [80.0, 10.0],
                "leads": [20.0, 0.0],
                "won": [2.0, 0.0],
                "roi_spend": [30.0, 0.0],
                "roi_won": [2.0, 0.0],
                "roi_margin": [45.0, 0.0],
                "squares": [1125.0, 0.0],
            },
            index=["Search", "Radio"],
        )
        made = channels._ratios(table)
        row = made.loc["Search"]
        assert (row["conversion"], row["cost"], row["roi"], row["net"]) == (0.1, 40.0, 1.5, 15.0)
        assert row["roi_high"] - row["roi"] == pytest.approx(1.96 * np.sqrt(1125) / 30, abs=1e-3)
        assert row["cost_low"] < 40 < row["cost_high"]
        assert made.loc["Radio", ["conversion", "cost", "roi", "margin_each"]].isna().all()


class TestRules:
    def sold(self, **changes):
        row = {
            "margin_rate": 0.30,
            "with_cost": 1000.0,
            "margin_orders": 100.0,
            "paid_rate": 0.5,
            "paid_low": 0.45,
            "paid_high": 0.55,
            "invoices": 90.0,
            "due": 200.0,
            "paid": 100.0,
            "unpaid": 100.0,
            "paid_verdict": "review",
        }
        return pd.DataFrame([row | changes], index=["dealer"])

    def won(self, **changes):
        row = {
            "spend": 900.0,
            "leads": 500.0,
            "won": 9.0,
            "conversion": 0.018,
            "conversion_low": 0.01,
            "conversion_high": 0.0195,
            "cost": 100.0,
            "roi": 0.5,
            "roi_low": 0.2,
            "roi_high": 0.8,
            "roi_won": 40.0,
            "roi_spend": 900.0,
            "net": -450.0,
        }
        total = row | {"cost": 20.0}
        return pd.DataFrame([row | changes, total], index=["Ads", channels.TOTAL])

    def regions(self, *rates):
        names = [f"r{n}" for n in range(len(rates))]
        return pd.DataFrame({"margin_rate": rates, "orders": 100.0, "is_own": True}, index=names)

    def verdicts(self, wanted, sold=None, won=None, regions=None, usual=0.41):
        table = channels.rules(
            pd.DataFrame() if sold is None else sold,
            pd.DataFrame() if won is None else won,
            self.regions() if regions is None else regions,
            pd.Series({"dealer": usual}),
            wanted,
        )
        return table.set_index(["rule", "part"])["verdict"].to_dict()

    def test_each_rule_holds_beyond_its_line(self, wanted):
        assert self.verdicts(wanted, self.sold()) == {
            ("margin_shortfall", "dealer"): "hit",
            ("close", "dealer"): "hit",
        }
        assert self.verdicts(wanted, won=self.won()) == {
            ("dear", "Ads"): "hit",
            ("grow", "Ads"): "clear",
            ("shift", "Ads"): "clear",
            ("exit", "Ads"): "hit",
        }

    def test_money_that_is_counted_is_at_stake(self, wanted):
        table = channels.rules(
            self.sold(), self.won(), self.regions(), pd.Series({"dealer": 0.41}), wanted
        ).set_index("rule")
        assert table.loc["close", "at_stake"] == 100
        assert table.loc["margin_shortfall", "at_stake"] == pytest.approx(110)
        assert table.loc["exit", "at_stake"] == 450

    def test_an_interval_over_the_line_is_near_it(self, wanted):
        found = self.verdicts(wanted, won=self.won(roi_high=1.3))
        assert found["exit", "Ads"] == "near"

    @pytest.mark.parametrize(
        ("judged", "verdict"),
        [("review", "hit"), ("watch", "near"), ("few", "few"), ("keep", "clear")],
    )
    def test_what_is_paid_is_judged_where_collections_are(self, wanted, judged, verdict):
        found = self.verdicts(wanted, self.sold(paid_verdict=judged))
        assert found["close", "dealer"] == verdict

    def test_few_cases_are_not_judged(self, wanted):
        found = self.verdicts(wanted, self.sold(margin_orders=29.0))
        assert found["margin_shortfall", "dealer"] == "few"

    def test_what_is_not_known_is_not_tried(self, wanted):
        found = self.verdicts(wanted, self.sold(paid_rate=np.nan), usual=np.nan)
        assert found == {}

    def test_a_channel_at_the_common_cost_is_not_dear(self, wanted):
        assert ("dear", "Ads") not in self.verdicts(wanted, won=self.won(cost=25.0))

    def test_growth_is_not_tried_where_more_is_asked_and_holds(self, wanted):
        good = self.won(conversion=0.2, conversion_low=0.15, conversion_high=0.25)
        found = self.verdicts(wanted, won=good)
        assert found["shift", "Ads"] == "hit"
        assert ("grow", "Ads") not in found

    def test_a_rule_every_region_meets_chooses_none(self, wanted):
        assert self.verdicts(wanted, regions=self.regions(0.3, 0.4)) == {
            ("tilt", channels.EVERY): "idle"
        }
        found = self.verdicts(wanted, regions=self.regions(0.2, 0.4))
        assert found == {("tilt", "r0"): "clear", ("tilt", "r1"): "hit"}


class TestOfTheTinyFirm:
    def test_selling_channels_are_there_without_payments(self, tiny, tiny_run):
        table = channels.selling(tiny, tiny_run("2026-02", "all"))
        assert table["revenue"].to_dict() == {"web": 330.0, "store": 200.0}
        assert table["paid_rate"].isna().all()

    def test_marketing_is_absent_without_spending(self, tiny, tiny_run):
        assert channels.marketing(tiny, tiny_run()).empty


def young_firm(first="2026-09-05", **columns):
    """Two customers, won by search and by a fair; money was spent on search in both months."""
    lines = {"order_id": ["1", "2"], "line_no": "1", "customer_id": ["A", "B"],
             "ordered_at": pd.to_datetime([first, "2026-10-20"]), "region": "east",
             "quantity": 1.0, "revenue": 50.0, "cost": 20.0}  # fmt: skip
    who = {"customer_id": ["A", "B"], "acquisition_channel": ["Search", "Fair"],
           "region": "east"}  # fmt: skip
    spent = {"channel": "Search", "month": pd.to_datetime(["2026-09-01", "2026-10-01"]),
             "spend": 30.0, "leads": 5}  # fmt: skip
    return opened(
        {"order_lines": pd.DataFrame(lines | columns), "customers": pd.DataFrame(who),
         "channel_spend": pd.DataFrame(spent)}
    )  # fmt: skip


class TestOfAYoungFirm:
    @pytest.mark.parametrize("columns", [{}, {"customer_id": None}])
    def test_nobody_won_long_enough_ago_is_no_payback(self, columns):
        run = params.load("all", "2026-10", "demo")
        table = channels.marketing(young_firm(**columns), run)
        assert table["payback"].isna().all()
        assert table["roi"].isna().all()
        assert table.loc["Search", "spend"] == 60

    def test_orders_of_next_month_make_nobody_a_customer_of_this_one(self):
        data = young_firm()
        september = parse("2026-09")
        assert measures.number_won(data, september).to_dict() == {"Search": 1}
        customers = data.tables["customers"].execute()
        recorded = opened(
            {"order_lines": data.order_lines.drop("first_ordered_at").execute(),
             "customers": customers.assign(acquired_at=pd.Timestamp("2026-09-02"))}
        )  # fmt: skip
        assert measures.number_won(recorded, september).to_dict() == {"Search": 1}
        assert won_by_region(recorded, september)["won"].to_dict() == {("Search", "east"): 1}
        later = measures.number_won(recorded, september, pd.Period("2026-10", "M"))
        assert later.to_dict() == {"Fair": 1, "Search": 1}


class TestOfTheInventedFirm:
    @pytest.mark.parametrize("region", ["southwest", "east", "all"])
    def test_one_rate_and_one_verdict_on_what_is_paid_in_a_pack(self, demo_data, region):
        run = params.load(region, "2026-10", "demo")
        sold = channels.selling(demo_data, run)
        judged = collections.rates(demo_data, run, ["channel"])
        assert sold["paid_rate"].dropna().to_dict() == pytest.approx(judged["rate"].to_dict())
        tried = channels.rules(
            sold, pd.DataFrame(), channels.margin_by_region(demo_data, run),
            pd.Series(dtype=float), run.settings.channels,
        ).set_index(["rule", "part"])["verdict"]  # fmt: skip
        said = {"review": "hit", "watch": "near", "keep": "clear", "few": "few"}
        assert tried["close"].to_dict() == judged["verdict"].map(said).to_dict()

    def test_customers_won_are_those_its_tables_name(self, demo_data):
        period = parse("2026-01..2026-06")
        won = measures.number_won(demo_data, period)
        lines = demo_data.order_lines.select("customer_id", "ordered_at").execute()
        lines = lines[lines["ordered_at"] < "2026-07-01"]  # what came later was not known then
        first = lines.groupby("customer_id")["ordered_at"].min()
        who = demo_data.tables["customers"].execute().set_index("customer_id")
        joined = who["acquired_at"].combine(first.reindex(who.index), np.fmin).dropna()
        joined = joined[joined.index.isin(first.index)]
        inside = joined.between("2026-01-01", "2026-06-30 23:59:59")
        counts = who.loc[joined[inside].index, "acquisition_channel"].fillna("").value_counts()
        assert won.sort_index().to_dict() == counts.sort_index().to_dict()

    def test_the_dear_channel_is_to_be_left_and_no_other(self, demo_data):
        run = params.load("all", "2026-10")
        won = channels.marketing(demo_data, run)
        tried = channels.rules(
            pd.DataFrame(),
            won,
            channels.margin_by_region(demo_data, run),
            pd.Series(dtype=float),
            run.settings.channels,
        )
        left = tried[(tried["rule"] == "exit") & (tried["verdict"] == "hit")]
        assert left["part"].tolist() == ["Social media"]
        added = won.drop(channels.TOTAL)[["spend", "won", "roi_margin"]].sum()
        assert_allclose(
            added, won.loc[channels.TOTAL, ["spend", "won", "roi_margin"]].astype(float)
        )
