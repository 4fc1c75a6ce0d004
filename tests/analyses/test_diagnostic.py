import numpy as np
import pandas as pd
import pytest

from analysis.analyses.diagnostic import (
    BRIDGE,
    contribution,
    effects,
    revenue_bridge,
    with_total,
)
from analysis.errors import ContractError


def product_sales(**rows: tuple[float, float]) -> pd.DataFrame:
    """Write a product table the way one says it: ``product_sales(A=(units, revenue))``."""
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["units", "revenue"], dtype=float)
    return table.rename_axis("product_id")


def any_sales(rng: np.random.Generator, rows: int) -> pd.DataFrame:
    """A book with returns in it, of products that come and go."""
    return pd.DataFrame(
        {"units": rng.integers(-2, 50, rows), "revenue": rng.normal(500, 200, rows)},
        index=pd.Index(rng.choice(60, rows, replace=False), name="product_id"),
    )


class TestRevenueBridge:
    def test_two_products_worked_by_hand(self):
        """A goes 10 at 10.00 to 15 at 12.00; B goes 10 at 5.00 to 5 at 5.00."""
        bridge = revenue_bridge(
            prior=product_sales(A=(10, 100), B=(10, 50)),
            current=product_sales(A=(15, 180), B=(5, 25)),
        )
        assert bridge.columns.tolist() == BRIDGE
        assert bridge.loc["A"].tolist() == [100, 0, 50, 30, 0, 0, 180]
        assert bridge.loc["B"].tolist() == [50, 0, -25, 0, 0, 0, 25]

    def test_doubling_everything_is_all_volume(self):
        prior = product_sales(A=(3, 30), B=(7, 14))
        total = revenue_bridge(prior, prior * 2).sum()
        assert total.tolist() == pytest.approx([44, 44, 0, 0, 0, 0, 88])

    def test_a_price_rise_alone_is_all_price(self):
        prior = product_sales(A=(3, 30), B=(7, 14))
        total = revenue_bridge(prior, prior.assign(revenue=prior["revenue"] * 1.5)).sum()
        assert total.tolist() == pytest.approx([44, 0, 0, 22, 0, 0, 66])

    def test_products_that_come_and_go_are_not_netted(self):
        total = revenue_bridge(product_sales(OLD=(1, 10)), product_sales(NEW=(2, 40))).sum()
        assert total.tolist() == [10, 0, 0, 0, 40, -10, 40]

    @pytest.mark.parametrize("seed", range(20))
    def test_effects_add_up_in_every_row(self, seed):
        rng = np.random.default_rng(seed)
        bridge = revenue_bridge(any_sales(rng, 40), any_sales(rng, 35))
        explained = bridge.drop(columns="now").sum(axis=1)
        np.testing.assert_allclose(explained, bridge["now"], atol=1e-6)

    def test_the_order_of_the_rows_does_not_matter(self):
        rng = np.random.default_rng(7)
        prior, current = any_sales(rng, 30), any_sales(rng, 30)
        shuffled = revenue_bridge(prior.iloc[::-1], current.sample(frac=1, random_state=1))
        pd.testing.assert_frame_equal(revenue_bridge(prior, current), shuffled)

    def test_a_repeated_product_is_named(self):
        twice = product_sales(A=(1, 1)).loc[["A", "A"]]
        says = r"`prior` must have one row per product_id; repeated: \['A'\]"
        with pytest.raises(ContractError, match=says):
            revenue_bridge(twice, product_sales(A=(1, 1)))

    def test_a_product_without_revenue_is_named(self):
        with pytest.raises(ContractError, match=r"`current` has no units or revenue for 1 of 1"):
            revenue_bridge(product_sales(A=(1, 1)), product_sales(A=(1, np.nan)))

    def test_input_is_left_alone(self):
        prior = product_sales(A=(10, 100))
        before = prior.copy()
        revenue_bridge(prior, prior)
        pd.testing.assert_frame_equal(prior, before)


class TestEffects:
    def test_two_products_added_up_by_hand(self):
        bridge = revenue_bridge(
            prior=product_sales(A=(10, 100), B=(10, 50)),
            current=product_sales(A=(15, 180), B=(5, 25)),
        )
        table = effects(bridge)
        assert table["amount"].tolist() == [150, 0, 25, 30, 0, 0, 205]
        assert table.loc["price", "share"] == pytest.approx(0.2)
        assert table["products"].tolist() == [2, 0, 2, 1, 0, 0, 2]

    def test_noise_of_floating_point_touches_no_product(self):
        prior = product_sales(A=(3, 0.3), B=(7, 2.1))
        table = effects(revenue_bridge(prior, prior.assign(revenue=prior["revenue"] + 1e-12)))
        assert table.loc["price", "products"] == 0


class TestContribution:
    def parts(self, **rows: tuple[float, float]) -> pd.DataFrame:
        """Revenue now and a year before of each channel, as compare gives it."""
        index = pd.MultiIndex.from_product([list(rows), ["revenue"]], names=["channel", "measure"])
        return pd.DataFrame(list(rows.values()), index=index, columns=["current", "year_before"])

    def test_two_channels_worked_by_hand(self):
        table = contribution(self.parts(store=(90.0, 150.0), web=(70.0, 50.0)), "year_before")
        assert table.index.tolist() == ["web", "store"]
        assert table["change"].tolist() == [20, -60]
        assert table["growth"].tolist() == pytest.approx([0.4, -0.4])
        assert table["contribution"].tolist() == pytest.approx([0.1, -0.3])

    def test_contributions_add_up_to_the_growth_of_the_whole(self):
        table = contribution(self.parts(a=(13.0, 7.0), b=(2.0, 11.0), c=(5.0, 0.0)), "year_before")
        assert table["contribution"].sum() == pytest.approx(20 / 18 - 1)

    def test_the_total_is_the_whole_and_its_growth(self):
        table = with_total(contribution(self.parts(a=(90.0, 150.0), b=(70.0, 50.0)), "year_before"))
        assert table.iloc[-1][["before", "now", "change"]].tolist() == [200, 160, -40]
        assert table.iloc[-1]["growth"] == pytest.approx(-0.2)

    def test_no_base_is_no_table(self):
        assert contribution(self.parts(a=(13.0, 7.0)), None).empty

    def test_without_a_base_there_is_nothing_to_say(self):
        table = contribution(self.parts(a=(13.0, np.nan)), "year_before")
        assert table.empty
        assert table.index.name == "channel"
