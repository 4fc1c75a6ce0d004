import numpy as np
import pandas as pd
import pytest

from analysis.analyses import bridge
from analysis.evaluation.bridges import random_book, residual, turned, unturned
from analysis.evaluation.firms import opened
from analysis.params import load

BOTH = {"customers": "kept", "range": "kept", "currency": ""}


def book(*rows: dict[str, object]) -> pd.DataFrame:
    """Cells the way one says them: what is not said is kept, at list price."""
    table = pd.DataFrame([{**BOTH, "product_id": "", **row} for row in rows])
    listed = table["list_value"] if "list_value" in table else pd.Series(np.nan, table.index)
    return table.assign(list_value=listed.fillna(table["revenue"]))


def sold(when: str, product: str, units: float, money: float, **more: object) -> dict[str, object]:
    return {"when": when, "product_id": product, "units": units, "revenue": money, **more}


class TestRevenue:
    def test_two_products_worked_by_hand(self):
        """A goes from 10 at 10.00 to 15 at 12.00; B from 10 at 5.00 to 5 at 5.00.

        From the period before: 0 more units in all; mix (15 − 10) 10 + (5 − 10) 5 = 25; price
        15 × 2 = 30. From now back: mix (10 − 15) 12 + (10 − 5) 5 = −35; price 10 × −2 = −20.
        """
        split = bridge.revenue(
            book(sold("before", "A", 10, 100), sold("before", "B", 10, 50),
                 sold("now", "A", 15, 180), sold("now", "B", 5, 25))
        )  # fmt: skip
        total = split.sum()
        assert total[["before", "volume", "mix", "price", "now"]].tolist() == [150, 0, 30, 25, 205]

    def test_list_price_and_discount_are_apart(self):
        """Ten units each: list 10.00 less 10 % before, 12.00 less 25 % now: 9.00 stays 9.00."""
        total = bridge.revenue(
            book(sold("before", "A", 10, 90, list_value=100.0),
                 sold("now", "A", 10, 90, list_value=120.0))
        ).sum()  # fmt: skip
        assert total["price"] == pytest.approx(20 * (0.90 + 0.75) / 2)
        assert total["discount"] == pytest.approx(-0.15 * (100 + 120) / 2)
        assert total["volume"] == total["mix"] == 0

    def test_who_came_and_went_stands_for_all_they_bought(self):
        total = bridge.revenue(
            book(sold("before", "", 1, 40, customers="lost", range=""),
                 sold("now", "", 9, 70, customers="new", range=""),
                 sold("now", "", 9, 5, customers="back", range=""),
                 sold("before", "", 3, 30, range="withdrawn"),
                 sold("now", "", 2, 20, range="launched"))
        ).sum()  # fmt: skip
        told = total[["lost", "new", "back", "withdrawn", "launched"]]
        assert told.tolist() == [-40, 70, 5, -30, 20]
        assert total[["volume", "mix", "price"]].tolist() == [0, 0, 0]

    def test_doubling_everything_is_all_units(self):
        before = [sold("before", "A", 3, 30), sold("before", "B", 7, 14)]
        now = [sold("now", "A", 6, 60), sold("now", "B", 14, 28)]
        total = bridge.revenue(book(*before, *now)).sum()
        assert total[["volume", "mix", "price"]].tolist() == pytest.approx([44, 0, 0])

    def test_an_article_not_sold_in_one_period_has_no_change_of_price(self):
        """One more unit at the mean price of the mix of then and now, 15, and a dearer mix."""
        total = bridge.revenue(book(sold("before", "A", 1, 10), sold("now", "B", 2, 40))).sum()
        assert total["price"] == 0
        assert total[["volume", "mix"]].tolist() == pytest.approx([15, 15])

    def test_what_has_no_price_is_not_split(self):
        """A fee without units, and sales without an article, which may be anything."""
        total = bridge.revenue(
            book(sold("before", "FEE", 0, 10), sold("now", "FEE", 0, 25),
                 sold("before", "", 5, 50), sold("now", "", 1, 90))
        ).sum()  # fmt: skip
        assert total["unpriced"] == 15 + 40
        assert total[["volume", "mix", "price"]].tolist() == [0, 0, 0]

    def test_a_period_without_sales_is_all_units(self):
        """There is no price to compare, so what was paid then counts as the price of both."""
        total = bridge.revenue(book(sold("before", "A", 4, 80))).sum()
        assert total[["before", "volume", "mix", "price", "now"]].tolist() == [80, -80, 0, 0, 0]

    def test_no_cells_are_no_rows(self):
        split = bridge.revenue(pd.DataFrame(columns=["when"]))
        assert split.empty
        assert split.sum()["before"] == 0


class TestExchange:
    def test_a_hundred_euros_at_another_rate_are_all_exchange(self):
        """100 € at 0.80 and then at 1.00: at the mean rate of 0.90 nothing moved."""
        total = bridge.revenue(
            book(sold("before", "A", 10, 80, currency="EUR", at_one_rate=0.9 / 0.8),
                 sold("now", "A", 10, 100, currency="EUR", at_one_rate=0.9))
        ).sum()  # fmt: skip
        assert total["exchange"] == pytest.approx(20)
        assert total["price"] == pytest.approx(0)

    def test_rates_are_taken_by_month_and_currency(self):
        lines = pd.DataFrame(
            {
                "order_id": ["1", "2", "3", "4"], "line_no": "1", "product_id": "A",
                "customer_id": "C", "region": "east",
                "ordered_at": pd.to_datetime(["2025-03-31", "2026-03-01", "2026-03-02",
                                              "2024-01-01"]),
                "quantity": 10.0, "revenue": [87.0, 89.0, 50.0, 1.0],
                "currency": ["EUR", "eur", "GBP", "GBP"],
            }
        )  # fmt: skip
        run = load("east", "2026-03", "demo")
        run = type(run)(**{**vars(run), "rates": {"EUR": {"2025-03": 0.87, "2026-03": 0.89}}})
        cells = bridge.cells(opened({"order_lines": lines}), run)
        factors = cells.set_index(["when", "currency"])["at_one_rate"]
        assert factors["before", "EUR"] == pytest.approx(0.88 / 0.87)
        assert factors["now", "EUR"] == pytest.approx(0.88 / 0.89)
        assert factors["now", ""] == 1
        assert bridge.revenue(cells).sum()["exchange"] == pytest.approx(2)


class TestGrossMargin:
    def test_one_product_worked_by_hand(self):
        """10 units at 10.00 that cost 6.00, then 20 at 10.00 that cost 7.00."""
        cells = book(sold("before", "A", 10, 100), sold("now", "A", 20, 200))
        cells = cells.assign(costed_units=cells["units"], costed_list_value=cells["revenue"],
                             costed_revenue=cells["revenue"], cost=[60.0, 140.0])  # fmt: skip
        total = bridge.gross_margin(cells).sum()
        assert total[["before", "volume", "cost", "now"]].tolist() == [40, 35, -15, 60]

    def test_without_costs_there_is_no_bridge(self):
        assert bridge.gross_margin(book(sold("now", "A", 1, 1))).empty


class TestAnyBook:
    @pytest.mark.parametrize("of", ["revenue", "gross_margin"])
    @pytest.mark.parametrize("seed", range(15))
    def test_effects_add_up_and_turn_with_the_periods(self, seed, of):
        cells = random_book(np.random.default_rng(seed))
        split, other = (getattr(bridge, of)(book) for book in (cells, turned(cells)))
        assert residual(split) < 0.01
        assert unturned(split, other) < 0.01

    def test_the_order_of_the_rows_does_not_matter(self):
        cells = random_book(np.random.default_rng(3))
        shuffled = cells.sample(frac=1, random_state=1)
        pd.testing.assert_frame_equal(bridge.revenue(cells), bridge.revenue(shuffled))

    def test_input_is_left_alone(self):
        cells = random_book(np.random.default_rng(3))
        before = cells.copy()
        bridge.gross_margin(cells)
        pd.testing.assert_frame_equal(cells, before)


class TestEffects:
    def cells(self) -> pd.DataFrame:
        cells = book(
            sold("before", "A", 10, 100), sold("now", "A", 10, 120),
            sold("now", "", 1, 30, customers="new", range=""),
        )  # fmt: skip
        return cells.assign(returned=[10.0, 4.0, 2.0], buyers=[9, 9, 3], products=[1, 1, 5])

    def test_they_lead_from_before_to_now_and_on_to_what_is_left_after_returns(self):
        cells = self.cells()
        table = bridge.effects(bridge.revenue(cells), cells)
        assert table.loc["before":"now", "amount"].to_dict() == {
            "before": 100, "lost": 0, "new": 30, "withdrawn": 0, "launched": 0, "volume": 0,
            "mix": 0, "price": 20, "now": 150,
        }  # fmt: skip
        assert table.loc["returns", "amount"] == 10 - 6
        assert table.loc["net", "amount"] == 50 + 4
        assert table.loc["new", "share"] == 0.3

    def test_customers_and_products_are_counted(self):
        cells = self.cells()
        count = bridge.effects(bridge.revenue(cells), cells)["count"]
        assert count[["new", "lost", "price"]].tolist() == [3, 0, 1]

    @pytest.mark.parametrize("money", [0.0, -50.0])
    def test_of_a_base_of_nothing_or_less_there_is_no_share(self, money):
        cells = book(sold("before", "A", 1, money), sold("now", "A", 1, 10))
        table = bridge.effects(bridge.revenue(cells), cells)
        assert table["share"].isna().all()
        assert table.loc["now", "amount"] == 10

    def test_returns_belong_to_revenue_alone(self):
        cells = self.cells()
        assert "net" not in bridge.effects(bridge.revenue(cells), cells, "gross_margin").index


def test_variances_of_spring_distribution_are_those_of_the_book():
    """Horngren, Datar & Rajan, Cost Accounting, 14th ed., exhibit 14-10, p. 522."""
    budget = pd.DataFrame({"units": [712_000.0, 178_000.0], "share": [0.8, 0.2],
                           "price": [0.49, 0.98], "discount": 0.0, "cost": 0.0})  # fmt: skip
    actual = budget.assign(units=[756_000.0, 144_000.0], share=[0.84, 0.16])
    found = bridge.variances(budget, actual).sum()
    assert found["volume"] == pytest.approx(5_880)
    assert found["mix"] == pytest.approx(-17_640)
    assert found.sum() == pytest.approx(-11_760)  # the sales-volume variance


def test_flexible_budget_variances_of_webb_are_those_of_the_book():
    """The same, p. 229 and 233: 10,000 jackets for 12,000, at $125 for $120, cost 95.01 for 88."""
    budget = pd.DataFrame({"units": [12_000.0], "share": 1.0, "price": 120.0, "discount": 0.0,
                           "cost": 88.0})  # fmt: skip
    actual = budget.assign(units=10_000.0, price=125.0, cost=95.01)
    found = bridge.variances(budget, actual).sum()
    assert found["price"] == pytest.approx(50_000)  # selling-price variance, favourable
    assert found["cost"] == pytest.approx(-(950_100 - 880_000))
    assert found["volume"] == pytest.approx(-2_000 * (120 - 88))  # sales-volume variance
    # Fixed costs are 9,000 over budget, which makes the book's 29,100 unfavourable.
    assert found["price"] + found["cost"] - 9_000 == pytest.approx(-29_100)


def test_market_share_and_size_are_the_same_split_of_two_factors():
    """The same, exercise 14-25: 24m cartons at 12.5 % for 25m at 10 %, margin $2.108 a carton.

    With the market as units and the share as price; size at the budgeted share, share at the
    actual size.
    """
    budget = pd.DataFrame({"units": [25e6], "share": 1.0, "price": 0.10 * 2.108, "discount": 0.0,
                           "cost": 0.0})  # fmt: skip
    found = bridge.variances(budget, budget.assign(units=24e6, price=0.125 * 2.108)).sum()
    assert found["volume"] == pytest.approx(-210_800)
    assert found["price"] == pytest.approx(1_264_800)


def test_the_bridge_is_the_mean_of_the_variances_from_both_ends():
    then = pd.DataFrame({"units": [10.0, 30.0], "share": [0.25, 0.75], "price": [5.0, 2.0],
                         "discount": 0.0, "cost": 0.0})  # fmt: skip
    now = then.assign(units=[20.0, 20.0], share=0.5, price=[6.0, 2.0])
    forth, back = bridge.variances(then, now).sum(), bridge.variances(now, then).sum()
    total = bridge.revenue(
        book(sold("before", "A", 10, 50), sold("before", "B", 30, 60),
             sold("now", "A", 20, 120), sold("now", "B", 20, 40))
    ).sum()  # fmt: skip
    for effect in ("volume", "mix", "price"):
        assert total[effect] == pytest.approx((forth[effect] - back[effect]) / 2)
