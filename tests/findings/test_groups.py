import pandas as pd
import pytest

from analysis import params
from analysis.analyses.groups import TOTAL, comparison, crossing
from analysis.findings import groups as say
from analysis.periods import parse
from analysis.settings import Cross

from ..analyses.test_groups import ORDERS_BY_SIZE, customers, dearer

YEAR = parse("2025")


@pytest.fixture(scope="module")
def run():
    return params.load("east", "2026-10", "demo")


def compared(table: pd.DataFrame, run):
    return say.comparison(comparison(table, 0.05, 20), table, run, YEAR)


class TestComparison:
    PLANTED = pd.concat(
        [
            dearer(customers(60, 1, industry="Offices"), 2.0),
            customers(90, 2, industry="Hospitality"),
        ]
    )

    def test_the_clearest_difference_is_named_with_its_range(self, run):
        finding = compared(self.PLANTED, run)
        assert finding.sentence.startswith("Among businesses, customers in Hospitality order £101")
        assert "on average against £198 for customers in Offices (difference −£" in finding.sentence
        assert "n 90 and 60)." in finding.sentence
        assert "show more of a difference than chance allows." in finding.sentence
        assert finding.certainty > 0.99
        assert finding.values["difference"] == pytest.approx(-97, abs=4)

    def test_no_difference_is_said_to_be_none(self, run):
        finding = compared(customers(80, 3), run)
        assert finding.sentence.startswith("Of ")
        assert finding.sentence.endswith(
            "comparisons between groups of 80 customers over 2025, none shows more of a "
            "difference than chance allows."
        )

    def test_too_few_customers_are_not_compared(self, run):
        finding = compared(customers(15), run)
        assert finding.sentence == (
            "15 customers are in the population over 2025; groups of 20 or more are needed to "
            "compare any."
        )

    def test_that_businesses_order_more_is_named_only_where_nothing_else_is(self, run):
        both = pd.concat([customers(80, 1), dearer(customers(80, 2, kind="b2c"), 0.1)])
        assert compared(both, run).sentence.startswith("Businesses ")
        more = pd.concat([self.PLANTED, dearer(customers(80, 2, kind="b2c"), 0.1)])
        assert compared(more, run).sentence.startswith("Among businesses, ")


class TestCrossing:
    PLANTED = pd.concat(
        [customers(100, 1, industry="Care homes"),
         dearer(customers(40, 2, industry="Offices", size_band="250+"), 2.0),
         dearer(customers(40, 3, industry="Offices", size_band="1-9"), 0.5)]
    )  # fmt: skip

    def said(self, table: pd.DataFrame, cross: Cross, run):
        return say.crossing(crossing(table, cross, 0.05, 5), cross, run, YEAR, "tbl-x")

    def test_highest_and_lowest_cell_are_named(self, run):
        sentence = self.said(self.PLANTED, ORDERS_BY_SIZE, run).sentence
        assert sentence.startswith("Average order value is £")
        assert "highest in Offices, 250+ (£2" in sentence
        assert " and lowest in Offices, 1-9 (£5" in sentence
        assert sentence.endswith("n 40).")

    def test_what_cells_are_set_against_is_what_the_sentence_gives(self, run):
        """Consumers have no industry: they are in the totals, and in no cell that is tested."""
        consumers = dearer(customers(60, 5, industry="", size_band=""), 9.0)
        table = pd.concat([self.PLANTED, consumers])
        cells = crossing(table, ORDERS_BY_SIZE, 0.05, 5)
        finding = self.said(table, ORDERS_BY_SIZE, run)
        alone = self.said(self.PLANTED, ORDERS_BY_SIZE, run)
        assert finding.values["value"] == alone.values["value"]
        assert finding.values["value"] < cells.loc[(TOTAL, TOTAL), "value"] / 2
        assert "among the 180 customers whose industry and size are recorded" in finding.sentence

    def test_of_days_the_fewest_are_best_and_stand_first(self, run):
        table = self.PLANTED.assign(
            deals=self.PLANTED["order_count"], deal_days=self.PLANTED["revenue"],
            deal_days_squares=self.PLANTED["revenue_squares"],
        )  # fmt: skip
        cross = ORDERS_BY_SIZE.model_copy(update={"measure": "deal_cycle"})
        finding = self.said(table, cross, run)
        assert finding.sentence.index("lowest in") < finding.sentence.index("highest in")
        assert finding.units["value"] == "days"

    def test_no_cell_is_named_where_none_differs(self, run):
        finding = self.said(customers(100, 4), ORDERS_BY_SIZE, run)
        assert finding.sentence.endswith(
            "£101 over 2025 among the 100 customers whose industry and size are recorded; of "
            "4 cells tested, none differs more from the others than chance allows."
        )

    def test_what_is_absent_or_too_few_is_said(self, run):
        absent = self.said(customers(50).drop(columns="industry"), ORDERS_BY_SIZE, run)
        assert absent.sentence == "Average order value by industry and size is not in your data."
        few = self.said(customers(4), ORDERS_BY_SIZE, run)
        assert few.sentence == (
            "Average order value by industry and size rests on 4 customers over 2025; no cell has "
            "enough to test."
        )
