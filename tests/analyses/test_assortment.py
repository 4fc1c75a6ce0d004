import numpy as np
import pandas as pd
import pytest

from analysis.analyses.assortment import (
    CLASSES,
    TOTAL,
    bands,
    by_class,
    judged,
    listed,
    price_band,
    slow_half,
    stars_without_stock,
)
from analysis.measures import assortment as goods
from analysis.periods import parse
from analysis.settings import Assortment

YEAR = parse("2025-11..2026-10")
RULE = Assortment(months=12, price_cuts=(), high_share=1 / 3, slow_cover_months=4, new_months=6)


def products(**rows: tuple[float, float, float, float]) -> pd.DataFrame:
    """Products of one category: ``products(A=(units, price, cost, on_hand))``, sold at list."""
    table = pd.DataFrame.from_dict(
        rows, orient="index", columns=["units", "list_price", "unit_cost", "on_hand"], dtype=float
    ).rename_axis("product_id")
    revenue = table["units"] * table["list_price"]
    return table.assign(
        revenue=revenue, list_value=revenue, costed_revenue=revenue, costed_units=table["units"],
        gross_margin=revenue - table["units"] * table["unit_cost"], opening=table["on_hand"],
        received=table["units"], mean_stock=table["on_hand"], stock_out_days=0.0,
        name=table.index, category="Mugs", subcategory="",
        launched_at=pd.Timestamp("2020-01-01"),
    )  # fmt: skip


SIX = products(
    # units, price, cost, on hand
    A=(120, 10, 4, 10), B=(110, 10, 8, 10), C=(60, 10, 6, 5),
    D=(50, 20, 12, 5), E=(12, 30, 18, 1), F=(6, 40, 24, 10),
)  # fmt: skip


def classes(table: pd.DataFrame, **rule: object) -> dict[str, str]:
    return judged(table, YEAR, RULE.model_copy(update=rule))["class"].to_dict()


class TestJudged:
    def test_six_mugs_by_hand(self):
        """A sells most at 60%, B at 20%; of the slow, E has 1 month of stock and F 20."""
        assert classes(SIX) == {
            "A": "star", "B": "volume", "C": "others", "D": "others", "E": "others", "F": "slow",
        }  # fmt: skip
        found = judged(SIX, YEAR, RULE)
        assert found.loc["F", ["monthly_units", "cover_months", "stock_value"]].tolist() == [
            0.5,
            20,
            240,
        ]
        assert found.loc["A", "volume_index"] == pytest.approx(120 / 55)

    def test_a_product_that_never_sold_and_lies_in_stock_is_slow(self):
        unsold = SIX.copy()
        unsold.loc["F", ["units", "revenue", "gross_margin", "costed_revenue", "costed_units"]] = (
            0.0
        )
        found = judged(unsold, YEAR, RULE).loc["F"]
        assert (found["class"], found["cover_months"]) == ("slow", float("inf"))
        assert np.isnan(found["margin_rate"])

    def test_a_product_that_is_sold_out_is_not_slow(self):
        assert classes(SIX.assign(on_hand=0.0))["F"] == "others"

    def test_a_new_product_is_not_judged(self):
        young = SIX.assign(launched_at=SIX["launched_at"].where(SIX.index != "F", "2026-06-01"))
        assert classes(young)["F"] == "new"
        assert classes(young, new_months=0)["F"] == "slow"

    def test_of_a_few_months_nothing_is_judged(self):
        assert set(judged(SIX, parse("2026-10"), RULE)["class"]) == {"new"}

    def test_without_stock_slow_is_few_units_alone(self):
        bare = SIX.assign(on_hand=np.nan, opening=np.nan, received=np.nan, mean_stock=np.nan)
        found = classes(bare)
        assert [name for name, kind in found.items() if kind == "slow"] == ["E", "F"]
        assert stars_without_stock(judged(bare, YEAR, RULE)).empty

    def test_a_product_of_no_category_has_no_peers(self):
        assert set(classes(SIX.assign(category=None)).values()) == {"others"}

    def test_the_order_of_products_is_of_no_account(self):
        shuffled = classes(SIX.sample(frac=1, random_state=1))
        assert shuffled == classes(SIX)

    def test_where_no_price_is_listed_it_is_what_was_paid_before_discounts(self):
        found = judged(SIX.assign(list_price=np.nan), YEAR, RULE)
        assert found["price"].tolist() == [10, 10, 10, 20, 30, 40]

    def test_input_is_left_alone(self):
        before = SIX.copy()
        judged(SIX, YEAR, RULE)
        pd.testing.assert_frame_equal(SIX, before)


class TestPriceBands:
    def test_thirds_are_of_the_category(self):
        price = pd.Series([1.0, 2.0, 3.0, 100.0, 200.0, 300.0])
        category = pd.Series(["mugs"] * 3 + ["sofas"] * 3)
        assert price_band(price, category, ()).tolist() == ["low", "middle", "high"] * 2

    @pytest.mark.parametrize(("n", "sizes"), [(1, [1, 0, 0]), (4, [2, 1, 1]), (5, [2, 2, 1])])
    def test_of_odd_numbers_the_lower_have_one_more(self, n, sizes):
        found = price_band(pd.Series(np.arange(n, dtype=float)), pd.Series(["x"] * n), ())
        assert [int((found == band).sum()) for band in ("low", "middle", "high")] == sizes


class TestBands:
    def test_sums_add_up_in_both_directions(self):
        two = pd.concat([SIX, SIX.set_axis(list("ghijkl")).assign(category="Cups")])
        found = bands(judged(two.rename_axis("product_id"), YEAR, RULE), YEAR)
        for column in ("products", "units", "revenue", "gross_margin", "stock_value"):
            grid = found[column].unstack(sort=False)
            inner = grid.drop(index=TOTAL, columns=TOTAL)
            np.testing.assert_allclose(inner.sum(axis=1), grid[TOTAL].drop(TOTAL))
            np.testing.assert_allclose(inner.sum(), grid.loc[TOTAL].drop(TOTAL))
        assert found.loc[(TOTAL, TOTAL), "products"] == 12

    def test_stock_by_hand(self):
        """Stock at cost 468 of cost of sales 2680 in 365 days; 358 sold of 41 and 358 there."""
        whole = bands(judged(SIX, YEAR, RULE), YEAR).loc[(TOTAL, TOTAL)]
        stock = 40 + 80 + 30 + 60 + 18 + 240
        cost = 480 + 880 + 360 + 600 + 216 + 144
        assert whole["stock_value"] == stock
        assert whole["stock_days"] == pytest.approx(stock / (cost / 365))
        assert whole["sell_through"] == pytest.approx(358 / (41 + 358))
        assert whole["moving_share"] == 1


class TestClasses:
    def test_they_add_up_to_all(self):
        found = by_class(judged(SIX, YEAR, RULE))
        assert found.index.tolist() == CLASSES
        assert found["products"].tolist() == [1, 1, 3, 1, 0]
        assert found["gross_margin"].sum() == pytest.approx(SIX["gross_margin"].sum())
        assert found["stock_share"].sum() == pytest.approx(1)

    def test_lists_are_by_the_money_in_them(self):
        many = pd.concat([SIX, SIX.set_axis(list("ghijkl")).assign(category="Cups", on_hand=99.0)])
        found = listed(judged(many.rename_axis("product_id"), YEAR, RULE), rows=1)
        assert found["class"].tolist() == ["star", "slow"]
        assert found.index[1] == "l"

    def test_a_star_of_which_nothing_is_left_is_told(self):
        sold_out = SIX.assign(on_hand=[0.0, 0.0, 5, 5, 1, 10])
        assert stars_without_stock(judged(sold_out, YEAR, RULE)).index.tolist() == ["A"]


class TestSlowHalf:
    def test_two_suppositions_by_hand(self):
        found = slow_half(judged(SIX, YEAR, RULE)).loc["Mugs"]
        assert found[["products", "slow_products", "slow_revenue"]].tolist() == [6, 3, 1600]
        rate = SIX["gross_margin"].sum() / SIX["revenue"].sum()
        assert found["mix_effect"] == pytest.approx(1600 * (rate - 0.4))
        mean = 358 / 6
        pace = (mean - 50) * 8 + (mean - 12) * 12 + (mean - 6) * 16
        assert found["pace_effect"] == pytest.approx(pace)

    def test_one_product_has_no_half(self):
        assert slow_half(judged(SIX.iloc[:1], YEAR, RULE)).empty


class TestTheTinyFirm:
    def test_its_products_by_hand(self, tiny):
        found = goods.product_table(tiny, "east", parse("2026-01..2026-02"))
        assert found["units"].to_dict() == {"P1": 42, "P2": 1, "P3": 4}
        assert found["list_value"].to_dict() == {"P1": 420, "P2": 30, "P3": 200}
        # The first line of O7 has no cost: of P1 only O8 is in the margin.
        assert found["gross_margin"].to_dict() == {"P1": 60, "P2": 10, "P3": 80}
        assert found["costed_units"]["P1"] == 30
        assert found["on_hand"].isna().all()
        assert found["category"].tolist() == ["Lighting", "Lighting", "Seating"]
