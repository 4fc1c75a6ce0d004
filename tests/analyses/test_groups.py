import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.multitest import multipletests

from analysis.analyses.groups import TOTAL, comparison, crossing
from analysis.errors import ContractError
from analysis.settings import Cross

ORDERS_BY_SIZE = Cross(rows=("industry",), columns=("size_band",), measure="average_order_value")


def customers(n: int, seed: int = 0, **own: object) -> pd.DataFrame:
    """Customers who order alike, but for what is given otherwise."""
    rng = np.random.default_rng(seed)
    orders = rng.integers(1, 6, n).astype(float)
    value = rng.normal(100, 15, n)
    table = pd.DataFrame(
        {
            "order_count": orders,
            "revenue": orders * value,
            "revenue_squares": orders * value**2,
            "gross_margin": orders * value * rng.normal(0.4, 0.02, n),
            "costed_revenue": orders * value,
            "one": 1.0,
            "repeats": (orders > 1).astype(float),
            "kind": "b2b",
            "industry": rng.choice(["Offices", "Hospitality"], n),
            "size_band": rng.choice(["1-9", "250+"], n),
            "is_new": rng.choice(["new", "existing"], n),
        },
        index=[f"C{seed}-{number}" for number in range(n)],
    ).assign(**own)
    return table.assign(revenue_of_customer_squared=table["revenue"] ** 2)


def dearer(table: pd.DataFrame, times: float) -> pd.DataFrame:
    money = ["revenue", "gross_margin", "costed_revenue"]
    scaled = table.assign(**{name: table[name] * times for name in money})
    squares = ["revenue_squares", "revenue_of_customer_squared"]
    return scaled.assign(**{name: table[name] * times**2 for name in squares})


class TestComparison:
    def test_a_planted_difference_is_found_and_no_other(self):
        offices = dearer(customers(60, 1, industry="Offices"), 1.5)
        table = pd.concat([offices, customers(90, 2, industry="Hospitality")])
        found = comparison(table, doubt=0.05, least=20)
        stands = found[found["differs"]].index.droplevel("group").tolist()
        assert ("average_order_value", "industry", "b2b") in stands
        assert {dimension for _, dimension, _ in stands} == {"industry"}
        row = found.loc[("average_order_value", "industry", "b2b", "Offices")]
        assert row["value"] == pytest.approx(150, rel=0.05)
        assert row["rest"] == pytest.approx(100, rel=0.05)
        assert (row["customers"], row["rest_customers"]) == (60, 90)
        assert row["difference_low"] < 50 < row["difference_high"]

    def test_in_firms_without_a_difference_one_is_named_rarely(self):
        """Of 20 firms at a doubt of 5% over all comparisons, about one."""
        named = sum(
            comparison(customers(120, seed), doubt=0.05, least=20)["differs"].any()
            for seed in range(20)
        )
        assert named <= 3

    def test_two_groups_are_one_test_seen_from_two_sides(self):
        found = comparison(customers(80), doubt=0.05, least=20)
        pair = found.xs("is_new", level="dimension").xs("average_order_value").droplevel("within")
        assert pair.index.tolist() == ["new", "existing"]
        assert pair["p"].notna().tolist() == [True, False]
        assert pair["difference"].sum() == pytest.approx(0)

    def test_new_customers_are_not_blamed_for_ordering_once(self):
        found = comparison(customers(80), doubt=0.05, least=20)
        measures = found.xs("is_new", level="dimension").index.get_level_values("measure")
        assert set(measures) == {"average_order_value", "gross_margin_rate"}

    def test_small_groups_are_shown_without_a_test(self):
        table = pd.concat([customers(60, 1), customers(5, 2, industry="Care homes")])
        found = comparison(table, doubt=0.05, least=20)
        row = found.loc[("average_order_value", "industry", "b2b", "Care homes")]
        assert row["customers"] == 5
        assert row[["p", "difference"]].isna().all()

    def test_businesses_and_consumers_are_compared_apart(self):
        """Most of the new are consumers, who order less: of all, the new would seem to."""
        consumers = dearer(
            customers(80, 1, kind="b2c", is_new=["new"] * 60 + ["existing"] * 20), 0.1
        )
        table = pd.concat([consumers, customers(80, 2)])
        found = comparison(table, doubt=0.05, least=20)
        assert set(found[found["differs"]].index.get_level_values("dimension")) == {"kind"}

    def test_who_is_in_no_recorded_group_is_not_compared(self):
        table = pd.concat([customers(60, 1), dearer(customers(60, 2, industry=""), 3.0)])
        found = comparison(table, doubt=0.05, least=20).xs("industry", level="dimension")
        found = found.xs("average_order_value")
        assert "" not in found.index.get_level_values("group")
        assert found["rest"].max() < 120

    def test_chances_are_stepped_up_as_holm_does(self):
        found = comparison(customers(80), doubt=0.05, least=20)
        p, adjusted = found["p"].dropna(), found["p_adjusted"].dropna()
        assert adjusted.tolist() == pytest.approx(multipletests(p, method="holm")[1].tolist())

    def test_without_attributes_there_are_only_new_and_existing(self):
        table = customers(60).drop(columns=["kind", "industry", "size_band"])
        found = comparison(table, doubt=0.05, least=20)
        assert set(found.index.get_level_values("dimension")) == {"is_new"}
        assert set(found.index.get_level_values("within")) == {""}

    def test_no_customers_are_no_comparison(self):
        assert comparison(customers(60).iloc[:0], doubt=0.05, least=20).empty

    def test_input_is_left_alone(self):
        table = customers(40)
        before = table.copy()
        comparison(table, doubt=0.05, least=5)
        crossing(table, ORDERS_BY_SIZE, doubt=0.05, least=5)
        pd.testing.assert_frame_equal(table, before)


class TestCrossing:
    def test_cells_and_totals_by_hand(self):
        table = customers(3).assign(
            industry=["Offices", "Offices", "Hospitality"], size_band=["1-9", "250+", "1-9"],
            order_count=[1.0, 2.0, 1.0], revenue=[10.0, 60.0, 20.0],
        )  # fmt: skip
        found = crossing(table, ORDERS_BY_SIZE, doubt=0.05, least=1)["value"]
        assert found["Offices", "1-9"] == 10
        assert found["Offices", "250+"] == 30
        assert found["Offices", TOTAL] == pytest.approx(70 / 3)
        assert found[TOTAL, "1-9"] == 15
        assert found[TOTAL, TOTAL] == 22.5

    def test_customers_add_up_whether_their_cell_is_shown_or_not(self):
        table = customers(40).assign(industry=["Care homes"] * 2 + ["Offices"] * 38)
        found = crossing(table, ORDERS_BY_SIZE, doubt=0.05, least=5)
        inner = found[~found.index.isin([TOTAL], level=0) & ~found.index.isin([TOTAL], level=1)]
        assert inner["customers"].sum() == found.loc[(TOTAL, TOTAL), "customers"] == 40
        assert not inner.loc["Care homes", "shown"].any()
        assert inner.loc["Care homes", "customers"].sum() == 2

    def test_a_planted_cell_is_found_and_no_other(self):
        own = {"industry": "Offices", "size_band": "250+"}
        table = pd.concat([customers(100, 1), dearer(customers(30, 2, **own), 2.0)])
        # The planted customers share their cell with some of the others.
        table = table[(table["industry"] != "Offices") | (table["size_band"] != "250+")
                      | table.index.str.startswith("C2")]  # fmt: skip
        found = crossing(table, ORDERS_BY_SIZE, doubt=0.01, least=5)
        above = found[found["differs"] & (found["difference"] > 0)]
        assert above.index.tolist() == [("Offices", "250+")]

    def test_what_is_not_recorded_is_in_the_totals_and_in_no_test(self):
        table = pd.concat([customers(40, 1), dearer(customers(40, 2, industry=""), 9.0)])
        found = crossing(table, ORDERS_BY_SIZE, doubt=0.05, least=5)
        assert found.loc[("", "1-9"), "p"] != found.loc[("", "1-9"), "p"]
        assert found.loc[(TOTAL, TOTAL), "customers"] == 80
        assert not found["differs"].any()

    def test_two_things_may_stand_in_a_row(self):
        cross = Cross(
            rows=("industry", "size_band"), columns=("is_new",), measure="repurchase_rate"
        )
        found = crossing(customers(60), cross, doubt=0.05, least=5)
        rows = [name for name in found.index.get_level_values(0).unique() if name != TOTAL]
        assert rows[0] == "Hospitality / 1-9"
        assert len(rows) == 4

    def test_sizes_stand_in_the_order_of_their_numbers(self):
        table = customers(60, size_band=["10-49", "250+", "1-9", ""] * 15)
        columns = crossing(table, ORDERS_BY_SIZE, doubt=0.05, least=5).index.get_level_values(1)
        assert columns.unique().tolist() == ["1-9", "10-49", "250+", "", TOTAL]

    def test_a_dimension_the_firm_lacks_is_no_table(self):
        table = customers(40).drop(columns="industry")
        assert crossing(table, ORDERS_BY_SIZE, doubt=0.05, least=5).empty

    @pytest.mark.parametrize(
        ("cross", "said"),
        [
            ({"rows": ("industri",)}, "names 'industri'.*did you mean 'industry'"),
            ({"measure": "deal_cycl"}, "the measure 'deal_cycl'.*'deal_cycle'"),
        ],
    )
    def test_what_there_is_not_is_named(self, cross, said):
        with pytest.raises(ContractError, match=said):
            crossing(customers(9), ORDERS_BY_SIZE.model_copy(update=cross), doubt=0.05, least=5)
