import numpy as np
import pandas as pd
import pytest

from analysis.analyses.concentration import (
    TOTAL,
    amounts,
    concentration,
    curves,
    largest_customers,
    named_share,
    population,
    window,
)
from analysis.errors import ContractError
from analysis.settings import Population
from analysis.text import OTHER

ALL = Population(top_share=1, industries=(), regions=(), kinds=())


def of_customers(*revenue: float, before: tuple[float, ...] | None = None) -> pd.DataFrame:
    index = pd.MultiIndex.from_product(
        [["customer"], [f"C{n}" for n in range(len(revenue))]], names=["of", "id"]
    )
    then = np.nan if before is None else np.array(before)
    return pd.DataFrame({"now": np.array(revenue, dtype=float), "before": then}, index=index)


def now(table: pd.DataFrame, **rule: float) -> pd.Series:
    return concentration(table, **({"top_share": 0.2, "largest": 2} | rule)).loc["customer", "now"]


class TestConcentration:
    def test_five_customers_worked_by_hand(self):
        found = now(of_customers(50, 20, 10, 10, 10))
        assert found[["parts", "revenue", "top_parts"]].tolist() == [5, 100, 1]
        assert found[["top_share", "largest_share", "first_share"]].tolist() == [0.5, 0.7, 0.5]
        assert found["half"] == 1
        assert found["hhi"] == pytest.approx(0.25 + 0.04 + 3 * 0.01)

    def test_the_index_of_the_merger_guidelines(self):
        """Shares of 30, 30, 20 and 20 make 2600 points.

        US Department of Justice, Herfindahl-Hirschman Index, the example given there.
        """
        assert now(of_customers(30, 30, 20, 20))["hhi"] * 10_000 == pytest.approx(2600)

    @pytest.mark.parametrize("n", [1, 4, 25])
    def test_equal_customers_are_as_many_as_they_are(self, n):
        found = now(of_customers(*[7.0] * n))
        assert found["effective"] == pytest.approx(n)
        assert found["half"] == -(-n // 2)

    def test_who_sent_everything_back_is_not_counted(self):
        assert now(of_customers(10, 10, 0, -5))["parts"] == 2

    def test_nobody_is_missing_and_not_zero(self):
        assert now(of_customers(0, 0))[["top_share", "hhi", "effective"]].isna().all()

    def test_the_months_before_are_there_where_they_are_known(self):
        assert len(concentration(of_customers(5, 5), 0.2, 10)) == 1
        found = concentration(of_customers(5, 5, before=(9, 1)), 0.5, 10)
        assert found["top_share"].tolist() == [0.5, 0.9]

    def test_a_fifth_of_six_is_two(self):
        assert now(of_customers(*range(1, 7)))["top_parts"] == 2
        assert now(of_customers(*range(1, 11)))["top_parts"] == 2


class TestCurves:
    def test_they_run_from_nothing_to_all_and_bend_down(self):
        found = curves(of_customers(*np.random.default_rng(0).lognormal(0, 1, 750)))
        assert found.iloc[0].tolist() == ["customer", 0, 0]
        assert found.iloc[-1][["parts", "revenue"]].tolist() == pytest.approx([1, 1])
        assert len(found) <= 101
        slope = found["revenue"].diff()[1:] / found["parts"].diff()[1:]
        assert (slope.diff().dropna() <= 1e-9).all()

    def test_no_revenue_is_no_curve(self):
        assert curves(of_customers(0.0)).empty


class TestPopulation:
    PEOPLE = pd.DataFrame(
        {
            "revenue": [5.0, 9.0, 9.0, 2.0, 3.0],
            "industry": ["Offices", "Offices", "Hospitality", "", "Offices"],
            "kind": ["b2b", "b2b", "b2b", "b2c", "b2b"],
        },
        index=list("edcba"),
    )

    def test_all_is_everybody(self):
        assert population(self.PEOPLE, ALL) is self.PEOPLE

    def test_of_equal_ones_the_lower_number_is_kept(self):
        found = population(self.PEOPLE, ALL.model_copy(update={"top_share": 0.2}))
        assert found.index.tolist() == ["c"]

    def test_the_largest_are_those_of_the_industry(self):
        rule = ALL.model_copy(update={"top_share": 0.4, "industries": ("Offices",)})
        assert population(self.PEOPLE, rule).index.tolist() == ["e", "d"]

    def test_what_the_firm_does_not_record_cannot_be_asked_for(self):
        with pytest.raises(ContractError, match=r"names \['east'\].*needs customers\.region"):
            population(self.PEOPLE, ALL.model_copy(update={"regions": ("east",)}))


class TestTheTinyFirm:
    def test_a_year_is_taken_and_a_longer_period_left(self, tiny, tiny_run):
        assert window(tiny, tiny_run("2026-02"), 12).text == "2025-03..2026-02"
        assert window(tiny, tiny_run("2024-2025"), 12).text == "2024-2025"

    def test_months_the_data_do_not_hold_are_not_in_it(self, tiny, tiny_run):
        """They begin in January 2024 and end in February 2026."""
        assert window(tiny, tiny_run("2024-03"), 12).text == "2024-Q1"
        assert window(tiny, tiny_run("2026"), 12).text == "2026-01..2026-02"

    def test_amounts_by_hand(self, tiny, tiny_run):
        """East from 2025-03 to 2026-02: C1 150, C2 240, C4 200; the year before C1 180."""
        found = amounts(tiny, tiny_run())
        assert found.loc["customer", "now"].to_dict() == {"C1": 150, "C2": 240, "C3": 0, "C4": 200}
        assert found.loc["customer", "before"].to_dict() == {"C1": 180, "C2": 0, "C3": 150, "C4": 0}
        assert found.loc["product", "now"].sum() == 590

    def test_the_largest_add_up_to_the_firm(self, tiny, tiny_run):
        found = largest_customers(tiny, tiny_run())
        assert found["revenue"].tolist() == [240, 200, 150, 0, 590]
        assert found.loc[[OTHER, TOTAL], "revenue"].tolist() == [0, 590]
        assert found["gross_margin"].tolist()[:3] == [60, 80, 10]

    def test_their_numbers_and_names_are_masked(self, tiny, tiny_run):
        found = largest_customers(tiny, tiny_run())
        assert found.index[:3].tolist() == ["***", "***", "***"]
        assert found["name"].tolist()[:2] == ["B***", "*** Ltd"]

    def test_all_of_its_revenue_has_a_name(self, tiny, tiny_run):
        assert named_share(amounts(tiny, tiny_run()), tiny, tiny_run()) == 1
