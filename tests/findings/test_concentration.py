import numpy as np
import pandas as pd
import pytest

from analysis import params
from analysis.analyses.concentration import TOTAL, concentration
from analysis.findings import concentration as say
from analysis.periods import parse
from analysis.text import OTHER

YEAR = parse("2025")


@pytest.fixture(scope="module")
def run():
    return params.load("east", "2026-10", "demo")


def amounts(
    now: list[float], before: list[float] | None = None, kind: str = "customer"
) -> pd.DataFrame:
    index = pd.MultiIndex.from_product([[kind], range(len(now))], names=["of", "id"])
    return pd.DataFrame({"now": now, "before": np.nan if before is None else before}, index=index)


class TestConcentration:
    def test_customers_and_products_are_told(self, run):
        table = pd.concat([amounts([60.0] + [10.0] * 4), amounts([50.0, 50.0], kind="product")])
        finding = say.concentration(concentration(table, 0.2, 10), run, YEAR)
        assert finding.sentence == (
            "Over 2025, the largest 20% of East's customers (1 of 5) brought 60.0% of all "
            "customers' revenue; half came from one of them. Of products, the largest 20% (1 of 2) "
            "brought 50.0%."
        )
        assert finding.values["customer.now.effective"] == pytest.approx(2.5)
        assert not finding.notable

    @pytest.mark.parametrize(
        ("before", "said"),
        [
            ([40.0] + [15.0] * 4, ", 20.0 pts more than in the months before;"),
            ([80.0] + [5.0] * 4, ", 20.0 pts less than in the months before;"),
            ([60.0] + [10.0] * 4, ", the same as in the months before;"),
        ],
    )
    def test_a_change_has_its_direction(self, run, before, said):
        table = concentration(amounts([60.0] + [10.0] * 4, before), 0.2, 10)
        assert said in say.concentration(table, run, YEAR).sentence

    def test_the_whole_firm_is_the_firm(self, run):
        table = concentration(amounts([60.0] + [10.0] * 4), 0.2, 10)
        assert "the firm's customers" in say.concentration(table, run.whole_firm, YEAR).sentence

    def test_sales_without_names_say_nothing(self, run):
        finding = say.concentration(concentration(amounts([]), 0.2, 10), run, YEAR)
        assert finding.sentence == (
            "No sale over 2025 carries a customer's number, so how far revenue rests on few cannot "
            "be said."
        )
        assert finding.n == 0


def largest(*rows: tuple[float, float, float], total: float = 1000.0) -> pd.DataFrame:
    """The largest customers: revenue, margin and revenue before of each."""
    table = pd.DataFrame(rows, columns=["revenue", "gross_margin", "before"], dtype=float)
    table.index = pd.Index([f"C{n}***" for n in range(len(rows))], name="customer")
    table = table.assign(rank=range(1, len(rows) + 1), name="*** Ltd", orders=3.0)
    rest = pd.DataFrame(
        {"revenue": [total - table["revenue"].sum(), total], "gross_margin": [0.0, 400.0]},
        index=[OTHER, TOTAL],
    )
    table = pd.concat([table, rest]) if rows else rest.assign(rank=1, name="", before=0.0)
    return table.assign(
        share=table["revenue"] / total, margin_share=table["gross_margin"] / 400,
        growth=table["revenue"] / table["before"].where(table["before"] > 0) - 1,
    )  # fmt: skip


class TestDependency:
    def test_what_losing_the_largest_would_cost(self, run):
        finding = say.dependency(largest((200, 80, 100), (100, 40, 100)), run, YEAR)
        assert finding.sentence == (
            "The largest customer, *** Ltd (C0***), brought £200 over 2025, 20.0% of all revenue, "
            "+100.0% on the months before. Losing it would cost £80.00 of gross margin (20.0%), if "
            "nothing took its place; the largest 2 together brought 30.0%."
        )
        assert finding.notable, "a tenth of revenue is a dependency"
        assert finding.at_stake == pytest.approx(80 / 12)  # over the period, a month

    def test_below_a_tenth_it_is_no_news(self, run):
        assert not say.dependency(largest((90, 80, 100), (50, 1, 1)), run, YEAR).notable

    def test_one_sold_to_below_cost_is_said_to_be(self, run):
        sentence = say.dependency(largest((90, -30, 0), (50, 1, 1)), run, YEAR).sentence
        assert (
            "9.0% of all revenue, and nothing in the months before. It was sold to at £30.00 below"
            in sentence
        )

    def test_without_costs_and_a_base_there_is_revenue_alone(self, run):
        finding = say.dependency(largest((90, np.nan, np.nan)), run, YEAR)
        assert finding.sentence == (
            "The one customer, *** Ltd (C0***), brought £90.00 over 2025, 9.0% of all revenue."
        )

    def test_nobody_is_no_dependency(self, run):
        assert say.dependency(largest(), run, YEAR).n == 0
