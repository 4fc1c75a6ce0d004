import pandas as pd
import pytest

from analysis import params
from analysis.exhibits import bridge as show
from analysis.exhibits.record import Absent
from analysis.findings import bridge as say

ORDER = ["before", "lost", "new", "back", "withdrawn", "launched", "volume", "mix", "price",
         "discount", "cost", "exchange", "unpriced"]  # fmt: skip


@pytest.fixture(scope="module")
def run():
    return params.load("east", "2026-10", "demo")


def effects(before: float, returns: float | None = None, **moved: float) -> pd.DataFrame:
    """Effects the way one says them: ``effects(100, new=20)``."""
    always = dict.fromkeys(["lost", "new", "withdrawn", "launched", "volume", "mix", "price"], 0.0)
    amounts = always | moved
    amount = {"before": before} | {name: amounts[name] for name in ORDER if name in amounts}
    amount["now"] = before + sum(amounts.values())
    if returns is not None:
        amount |= {"returns": returns, "net": amount["now"] - before + returns}
    table = pd.DataFrame({"amount": amount})
    share = table["amount"] / before if before > 0 else float("nan")
    return table.assign(share=share, count=3.0)


def sentence(table: pd.DataFrame, run, base="year_before", **more) -> str:
    return say.change(table, run, base, True, **more).sentence


class TestChange:
    def test_a_fall_names_what_pulled_and_what_held(self, run):
        table = effects(1000, lost=-90, new=30, volume=-200, mix=20, discount=25)
        assert sentence(table, run) == (
            "East revenue fell £215 (−21.5%) on a year earlier. What pulled it down most, −£180, "
            "is less of the same products bought by the customers who stayed; what held it up "
            "most, +£25.00, is less discount."
        )

    def test_a_rise_names_what_lifted_and_what_worked_against(self, run):
        table = effects(1000, new=300, lost=-100, price=-50, discount=0)
        assert sentence(table, run, "prior") == (
            "East revenue rose £150 (+15.0%) on the period before. What lifted it most, +£200, is "
            "customers won less customers lost; what worked against it most, −£50.00, is lower "
            "list prices."
        )

    def test_nothing_against_it_is_not_invented(self, run):
        assert sentence(effects(1000, launched=100), run).endswith(
            "What lifted it most, +£100, is products launched less products withdrawn."
        )

    def test_without_discounts_a_price_is_what_was_paid(self, run):
        assert "higher prices paid" in sentence(effects(1000, price=100), run)

    def test_unchanged_is_said_with_what_cancelled_out(self, run):
        assert sentence(effects(1000, new=300, volume=-300), run) == (
            "East revenue was unchanged on a year earlier, at £1.00k. What lifted it most, +£300, "
            "is customers won less customers lost; what worked against it most, −£300, is less of "
            "the same products bought by the customers who stayed."
        )

    def test_the_same_in_all_is_said_once(self, run):
        assert sentence(effects(1000), run) == (
            "East revenue was unchanged on a year earlier, at £1.00k, and so was all that makes it "
            "up."
        )

    def test_from_nothing_and_from_less(self, run):
        assert "rose £100 (from nothing) on" in sentence(effects(0, new=100), run)
        assert "rose £150 (from less than nothing) on" in sentence(effects(-50, new=150), run)

    def test_a_fall_to_nothing(self, run):
        assert "fell £80.00 (−100.0%)" in sentence(effects(80, volume=-80), run)

    def test_nothing_in_either_period(self, run):
        finding = say.change(effects(0), run, "prior", True)
        assert finding.sentence == "There was no revenue in either period."
        assert finding.n == 0

    def test_no_base_is_no_number(self, run):
        finding = say.change(effects(0), run, None, True)
        assert "do not reach back" in finding.sentence
        assert not finding.values

    def test_returns_that_matter_are_told(self, run):
        assert sentence(effects(1000, returns=-40, new=100), run).endswith(
            "After goods returned, as far as is known, the change is +£60.00."
        )

    def test_doubts_are_caveats(self, run):
        finding = say.change(effects(1000, new=100), run, "prior", True, knows_customers=False)
        assert len(finding.caveats) == 1

    def test_days_so_far_are_not_set_against_a_whole_period(self, run):
        finding = say.change(effects(1000, volume=-600), run, "prior", False)
        assert finding.sentence == (
            "Nothing is said yet: the data end before October 2026 does, and its days so far are "
            "not set against a whole period."
        )
        assert (finding.notable, finding.at_stake, finding.values) == (False, 0.0, {})

    def test_gross_margin_is_called_so(self, run):
        finding = say.change(effects(100, cost=-30), run, "prior", True, "gross_margin")
        assert finding.sentence.startswith("Gross margin fell £30.00")
        assert "higher costs per unit" in finding.sentence
        assert (finding.id, finding.exhibit) == ("bridge.gross_margin", "tbl-bridge-gross-margin")

    @pytest.mark.parametrize("name", ORDER[1:])
    @pytest.mark.parametrize("sign", [1, -1])
    def test_every_effect_has_its_words(self, run, name, sign):
        said = sentence(effects(1000, **{"discount": 0.0, name: sign * 500.0}), run)
        assert "{" not in said
        assert "  " not in said


def rates(**rows: tuple[float, float, float]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A rate's bridge, ``Kitchen=(rate, mix, weight)``, and its whole of 1,000 at 40 %."""
    bridge = pd.DataFrame.from_dict(rows, orient="index", columns=["rate", "mix", "weight_now"])
    bridge = bridge.rename_axis("category").assign(
        weight_before=0.5, before=0.3, now=0.4, effect=lambda table: table["rate"] + table["mix"]
    )
    index = pd.Index(["gross_margin_rate"], name="measure")
    gap = float(bridge["effect"].sum())
    whole = pd.DataFrame({"current": 0.4, "current_numerator": 400.0, "current_denominator": 1e3,
                          "prior": 0.4 - gap}, index=index)  # fmt: skip
    return bridge, whole


class TestRate:
    def test_rates_and_shares_are_told_apart(self, run):
        finding = say.rate(*rates(Kitchen=(0.02, -0.005, 0.6), Garden=(0, 0, 0.4)), run, "prior",
                           True)  # fmt: skip
        assert finding.sentence == (
            "The gross margin rate rose 1.5 pts to 40.0% on the period before: +2.0 pts within "
            "categories and −0.5 pts from their shares of the whole; Kitchen did most, +1.5 pts."
        )
        assert finding.at_stake == pytest.approx(15)
        assert finding.notable

    def test_a_fall(self, run):
        finding = say.rate(*rates(Kitchen=(-0.02, 0, 1)), run, "year_before", True)
        assert finding.sentence.startswith("The gross margin rate fell 2.0 pts to 40.0% on a year")

    def test_a_change_that_cannot_be_seen_is_none(self, run):
        finding = say.rate(*rates(Kitchen=(0.0001, 0, 1)), run, "prior", True)
        assert "was unchanged on the period before, at 40.0%" in finding.sentence
        assert not finding.notable

    def test_no_parts(self, run):
        bridge, whole = rates(Kitchen=(0.0, 0.0, 1.0))
        assert "not in your data" in say.rate(bridge.iloc[:0], whole, run, "prior", True).sentence
        assert "reach back" in say.rate(bridge.iloc[:0], whole, run, None, True).sentence


class TestExhibits:
    def test_the_table_is_a_sum_that_can_be_checked(self, run):
        table = show.change_table(effects(1000, returns=5, new=100, volume=-40), run, "prior")
        names = [row[0] for row in table.rows]
        assert names[0] == "Revenue before"
        assert names[-3:] == ["Revenue now", "Goods returned", "Change after returns"]
        assert ("New customers", "£100", "+10.0%", "3 customers") in table.rows
        assert "No discounts are recorded" in table.note

    def test_what_the_sentence_names_as_one_stands_in_a_row_of_its_own(self, run):
        """Units −55.3 and mix −11.0 are −66.3; customers won 30 less lost 11.3 are 18.7."""
        moved = effects(1000, lost=-11.3, new=30.0, volume=-55.3, mix=-11.0)
        told = sentence(moved, run)
        table = show.change_table(moved, run, "year_before")
        rows = {row[0]: row for row in table.rows}
        assert "−£66.30, is less of the same products" in told
        assert "+£18.70, is customers won less customers lost" in told
        assert rows["Together: same products, customers who stayed"][1] == "−£66"
        assert rows["Together: customers"][1:] == ("£19", "+1.9%", "")
        names = list(rows)
        assert names[names.index("Mix") + 1] == "Together: same products, customers who stayed"
        assert names[names.index("New customers") + 1] == "Together: customers"
        assert table.total >= {names.index("Together: customers")}

    def test_rarer_effects_of_less_than_half_a_pound_have_no_row(self, run):
        table = show.change_table(effects(1000, cost=0.2, exchange=-7.0), run, "prior")
        names = [row[0] for row in table.rows]
        assert "Cost per unit" not in names
        assert "Exchange rates" in names

    def test_the_picture_says_its_table(self, run):
        figure = show.waterfall(effects(1000, new=100), run, "prior")
        assert "from £1.00k to £1.10k" in figure.alt
        assert figure.alt.endswith("Change +£100.")

    def test_without_a_base_or_costs_it_says_so(self, run):
        assert isinstance(show.waterfall(effects(0), run, None), Absent)
        absent = show.change_table(effects(0), run, "prior", "gross_margin")
        assert "order_lines.cost" in absent.reason

    def test_parts_beyond_the_rows_are_added_up(self, run):
        many = {f"C{place}": (0.001, 0.0, 0.05) for place in range(20)}
        table = show.rate_table(*rates(**many), run, "prior")
        assert len(table.rows) == run.settings.rank_rows + 1
        assert table.rows[-2][0] == "All others"
        assert table.rows[-2][-1] == "+0.9 pts"
        assert table.rows[-1][-1] == "+2.0 pts"
