import numpy as np
import pandas as pd
import pytest

from analysis import params
from analysis.analyses import promotions
from analysis.evaluation.firms import demo_firm, opened
from analysis.evaluation.promotions import estimated
from analysis.periods import parse

LOGS = ["log_uplift", "se", "low", "high", "n_placebos", "spread"]


def offer(**other: object) -> pd.DataFrame:
    row = {
        "promotion_id": "P1", "name": "Sale", "kind": "10% off", "category": "Kitchen",
        "starts_at": pd.Timestamp("2025-06-02"), "ends_at": pd.Timestamp("2025-06-29"),
        "cost": 10.0,
    }  # fmt: skip
    return pd.DataFrame([row | other])


def sold(**rows: tuple[float, float, float]) -> pd.DataFrame:
    """Money by promotion: ``sold(P1=(list value, revenue, goods))``; ``plain`` is no offer."""
    return pd.DataFrame(
        [
            {"promotion_id": "" if name == "plain" else name, "category": "Kitchen", "kind": "b2b",
             "lines": 50.0, "list_value": value, "revenue": revenue, "discount": value - revenue,
             "goods": goods}
            for name, (value, revenue, goods) in rows.items()
        ]
    )  # fmt: skip


def uplift_of(low: float, middle: float, high: float, name: str = "P1") -> pd.DataFrame:
    logs = np.log1p([middle, 0.1, low, high])
    row = dict(zip(LOGS, [logs[0], 0.1, logs[2], logs[3], 20, 1.0], strict=True))
    nothing = {
        f"{part}{end}": np.nan for part in ("after", "beside") for end in ("", "_low", "_high")
    }
    return pd.DataFrame([row | nothing], index=pd.Index([name], name="promotion_id"))


class TestReturns:
    """List value 200 sold for 180 at a cost of 100; without offers 5 % off is usual."""

    money = sold(plain=(1000, 950, 500), P1=(200, 180, 100))

    def test_a_promotion_that_doubled_sales_worked_by_hand(self):
        """Usual 190, half of it added: margin (190 − 100) / 2 = 45 against 10 off and 10 cost."""
        row = promotions.returns(offer(), uplift_of(0.9, 1.0, 1.1), self.money, self.money).iloc[0]
        assert row["base_revenue"] == pytest.approx(95)
        assert row["earned"] == pytest.approx(45)
        assert row["extra_discount"] == pytest.approx(10)
        assert row["anyway"] == pytest.approx(5)
        assert row["invested"] == pytest.approx(20)
        assert row["gain"] == pytest.approx(25)
        assert row["return"] == pytest.approx(2.25)
        assert row["verdict"] == "paid"

    def test_nothing_added_loses_discount_and_cost(self):
        row = promotions.returns(offer(), uplift_of(-0.1, 0.0, 0.1), self.money, self.money).iloc[0]
        assert row["gain"] == pytest.approx(-20)
        assert row["verdict"] == "not_paid"

    def test_an_interval_over_breaking_even_tells_nothing(self):
        """Even at 20 of 90, so at an uplift of 2 / 7."""
        row = promotions.returns(offer(), uplift_of(0.1, 2 / 7, 0.5), self.money, self.money).iloc[
            0
        ]
        assert row["gain"] == pytest.approx(0)
        assert row["verdict"] == "unknown"
        assert row["chance_of_nothing"] == pytest.approx(1)

    def test_no_cost_stated_is_no_cost(self):
        told = promotions.returns(
            offer(cost=np.nan), uplift_of(0.9, 1.0, 1.1), self.money, self.money
        )
        assert told["invested"].iloc[0] == pytest.approx(10)

    def test_a_region_bears_its_share_of_the_cost(self):
        part = sold(P1=(50, 45, 25))
        told = promotions.returns(offer(), uplift_of(0.9, 1.0, 1.1), part, self.money)
        assert told["cost"].iloc[0] == pytest.approx(2.5)

    def test_without_an_estimate_there_is_no_verdict(self):
        none = uplift_of(0, 0, 0, "P9")
        row = promotions.returns(offer(), none, self.money, self.money).iloc[0]
        assert row["verdict"] == "unknown"
        assert np.isnan(row["gain"])
        assert row["extra_discount"] == pytest.approx(10)

    def test_input_is_left_alone(self):
        before = self.money.copy()
        promotions.returns(offer(), uplift_of(0.9, 1.0, 1.1), self.money, self.money)
        pd.testing.assert_frame_equal(self.money, before)


def test_one_of_many_promotions_below_a_twentieth_is_no_verdict():
    """Of five chances the smallest counts five times: 0.02 is 0.1, 0.001 is 0.005."""
    table = pd.DataFrame(
        {"chance_of_nothing": [0.02, 0.001, 0.5, np.nan, 0.8, 0.9],
         "verdict": ["paid", "not_paid", "unknown", "unknown", "unknown", "unknown"]}
    )  # fmt: skip
    told = promotions.asked_together(table)
    assert told["verdict"].tolist() == ["unknown", "not_paid", *["unknown"] * 4]
    assert told["chance_of_nothing"].tolist()[:2] == pytest.approx([0.08, 0.005])
    alone = promotions.asked_together(table.head(1))
    assert alone["verdict"].tolist() == ["paid"]


def test_offers_add_up():
    money = sold(plain=(1000, 950, 500), P1=(200, 180, 100), P2=(100, 90, 50))
    two = pd.concat([offer(), offer(promotion_id="P2")])
    logs = pd.concat([uplift_of(0.9, 1.0, 1.1), uplift_of(-0.1, 0.0, 0.1, "P2")])
    table = promotions.returns(two, logs, money, money)
    offers = promotions.by_offer(table)
    assert offers.loc["10% off", ["promotions", "paid", "not_paid"]].tolist() == [2, 1, 1]
    assert offers.loc["10% off", "gain"] == pytest.approx(table["gain"].sum())


@pytest.fixture(scope="module")
def run():
    return params.load("all", "2026-10", "demo")


class TestTheInventedFirm:
    def test_the_event_that_paid_and_the_clearance_that_did_not_are_told(self, run):
        firm, data = demo_firm(2026)
        table = estimated(data, firm.truth["promotions"], run)
        assert table.loc["PR-13", "verdict"] == "paid"
        assert table.loc["PR-14", "verdict"] == "not_paid"
        assert (table["uplift_low"] <= table["true_uplift"]).all()
        assert (table["uplift_high"] >= table["true_uplift"]).all()

    def test_no_promotion_touched_october(self, run):
        _, data = demo_firm(2026)
        assert promotions.promotion_return(data, run, run.period).empty

    def test_what_comes_later_changes_nothing(self):
        """What June's pack says of May is the same whether the data end in June or October."""
        firm, data = demo_firm(2026)
        lines = firm.tables["order_lines"]
        till_june = opened(firm.tables | {"order_lines": lines[lines["ordered_at"] < "2026-07-01"]})
        june = params.load("all", "2026-06", "demo")
        table = promotions.promotion_return(data, june, parse("2026-05"))
        assert table.index.tolist() == ["PR-09", "PR-13"]
        pd.testing.assert_frame_equal(
            promotions.promotion_return(till_june, june, parse("2026-05")), table
        )


def test_a_firm_without_promotions_has_none(tiny, tiny_run):
    run = tiny_run()
    assert not promotions.are_known(tiny)
    assert promotions.promotion_return(tiny, run, run.period).empty
