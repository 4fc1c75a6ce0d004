import numpy as np
import pandas as pd
import pytest

from analysis import params
from analysis.analyses.drivers import TOLD
from analysis.analyses.drivers.table import COLUMNS, REST, TOTAL
from analysis.exhibits import drivers as show
from analysis.exhibits.record import Absent
from analysis.exhibits.tables import Table
from analysis.findings import drivers as say


@pytest.fixture(scope="module")
def run():
    return params.load("east", "2026-10", "demo")


def table(rest: tuple[float, float], unusual: float = 1.0, **scopes: tuple[float, float]):
    """Before and now of parts and of the rest; a part's key is its category."""
    rows = {f"category:{name}": pair for name, pair in scopes.items()} | {REST: rest}
    made = pd.DataFrame.from_dict(rows, orient="index", columns=["before", "now"], dtype=float)
    made.loc[TOTAL] = made.sum()
    change = made["now"] - made["before"]
    growth = change / made["before"].where(made["before"] > 0)
    rate = 1 if pd.isna(growth[REST]) else 1 + growth[REST]
    departure = made["now"] - rate * made["before"]
    whole = change[TOTAL]
    return made.assign(
        change=change, growth=growth, departure=departure.where(made.index != REST, 0.0),
        share=change / whole if whole else np.nan, chance=0.031, customers=75.0,
        label=[key.removeprefix("category:") for key in made.index], unusual=unusual, earlier=23.0,
        products="", of_products=0.0,
    )  # fmt: skip


def sentence(run, drivers: pd.DataFrame, base: str | None = "year_before") -> str:
    return say.main(drivers, run, base, is_whole=True).sentence


DOUBT = (
    " Luck alone would name such a part in at most 3.1% of searches like this, and it kept closer "
    "to everything else in 23 of 23 earlier comparisons."
)


class TestWhatIsSaid:
    def test_of_a_fall_that_is_more_than_the_whole_fall(self, run):
        drivers = table((200_000, 204_000), Furniture=(50_000, 21_000))
        assert sentence(run, drivers) == (
            "Furniture fell £29.0k (−58.0%), more than the whole £25.0k fall in East revenue on a "
            "year earlier; everything else rose 2.0%." + DOUBT
        )

    def test_of_a_rise_that_is_a_share_of_the_whole_rise(self, run):
        drivers = table((200_000, 210_000), Kitchen=(50_000, 80_000))
        assert sentence(run, drivers).startswith(
            "Kitchen rose £30.0k (+60.0%), 75% of the £40.0k rise in East revenue on a year "
            "earlier; everything else rose 5.0%."
        )

    def test_of_a_part_that_moved_against_the_whole(self, run):
        drivers = table((200_000, 260_000), Furniture=(50_000, 20_000))
        assert sentence(run, drivers).startswith(
            "Furniture fell £30.0k (−60.0%), against a £30.0k rise in East revenue on a year "
            "earlier; everything else rose 30.0%."
        )

    def test_of_two_opposite_parts_both(self, run):
        drivers = table((200_000, 200_000), Furniture=(50_000, 20_000), Kitchen=(40_000, 65_000))
        assert "everything else stood still, while Kitchen rose £25.0k (+62.5%)." in sentence(
            run, drivers
        )

    def test_of_two_parts_that_moved_alike_both(self, run):
        drivers = table((100_000, 99_000), Furniture=(50_000, 20_000), Kitchen=(40_000, 25_000))
        said = sentence(run, drivers, "prior")
        assert "on the period before; everything else fell 1.0%, and Kitchen fell £15.0k" in said

    def test_of_a_whole_that_stood_still(self, run):
        drivers = table((200_000, 230_000), Furniture=(50_000, 20_000))
        assert "while East revenue stood still on a year earlier" in sentence(run, drivers)

    def test_of_parts_that_appeared_and_vanished(self, run):
        assert sentence(run, table((100_000, 100_000), Pets=(0, 20_000))).startswith(
            "Pets brought £20.0k from nothing, 100% of the £20.0k rise"
        )
        assert sentence(run, table((100_000, 100_000), Pets=(20_000, 0))).startswith(
            "Pets fell £20.0k to nothing, 100% of the £20.0k fall"
        )

    def test_of_a_part_that_stood_still_while_the_rest_moved(self, run):
        drivers = table((100_000, 80_000), Pets=(50_000, 50_000))
        assert sentence(run, drivers).startswith(
            "Pets stood still at £50.0k, against a £20.0k fall in East revenue"
        )

    def test_of_a_part_that_a_few_products_made(self, run):
        drivers = table((200_000, 204_000), Furniture=(50_000, 21_000)).assign(
            products="Oak sofa; Elm table; Ash bench", of_products=-17_500.0
        )
        assert sentence(run, drivers).startswith(
            "Furniture fell £29.0k (−58.0%), most of it in Oak sofa, Elm table and Ash bench "
            "(−£17.5k), more than the whole £25.0k fall"
        )

    def test_nothing_that_stands_out_is_a_finding(self, run):
        finding = say.main(table((100_000, 90_000)), run, "year_before", is_whole=True)
        assert finding.sentence == (
            "East revenue fell £10.0k (−10.0%) on a year earlier, and no part of it moved beyond "
            "what luck names in such searches (75 customers bought). What happened to single "
            "ranges is asked under “What is the most likely cause?”"
        )
        assert not finding.notable
        assert finding.n == 75

    def test_nothing_that_changed(self, run):
        assert sentence(run, table((100_000, 100_000))) == (
            "East revenue stood still on a year earlier, and no part of it moved beyond what luck "
            "names in such searches."
        )

    def test_earlier_comparisons_that_are_unknown_are_not_counted(self, run):
        drivers = table((100_000, 100_000), Pets=(50_000, 20_000)).assign(
            unusual=np.nan, earlier=np.nan
        )
        finding = say.main(drivers, run, "prior", is_whole=True)
        assert finding.sentence.endswith("in at most 3.1% of searches like this.")
        assert finding.surprise == 0.5

    def test_a_chance_is_never_nothing(self, run):
        drivers = table((100_000, 100_000), Pets=(50_000, 20_000)).assign(chance=1e-9)
        assert "in at most 0.1% of searches" in sentence(run, drivers)

    def test_without_a_base(self, run):
        nothing = pd.DataFrame(columns=[*COLUMNS, *TOLD])
        finding = say.main(nothing, run, None, is_whole=True)
        assert finding.sentence == "The data do not reach back to a period to compare with."
        assert finding.n == 0

    def test_without_anything_sold_before(self, run):
        assert sentence(run, pd.DataFrame(columns=COLUMNS)) == (
            "East revenue cannot be compared on a year earlier: nothing was sold then."
        )

    def test_without_anything_to_split_by(self, run):
        said = sentence(run, pd.DataFrame(columns=[*COLUMNS, *TOLD]))
        assert "the data hold nothing to split sales by" in said

    def test_of_the_whole_firm(self):
        run = params.load("all", "2026-10", "demo")
        drivers = table((200_000, 204_000), Furniture=(50_000, 21_000))
        assert "fall in the firm's revenue on a year earlier" in sentence(run, drivers)


class TestTheRecord:
    def test_subject_stake_and_certainty(self, run):
        drivers = table((200_000, 204_000), unusual=0.9, Furniture=(50_000, 21_000))
        finding = say.main(drivers, run, "year_before", is_whole=True)
        assert finding.subject == "category:Furniture"
        assert finding.at_stake == pytest.approx(30_000)  # beyond the 2 % the rest grew
        assert finding.certainty == pytest.approx(0.969)
        assert finding.surprise == 0.9
        assert finding.values["category:Furniture.change"] == -29_000
        assert finding.notable
        assert set(finding.units) == set(finding.values)

    def test_the_part_named_moved_as_the_whole_did(self, run):
        drivers = table((200_000, 180_000), Pets=(20_000, 60_000), Furniture=(50_000, 10_000))
        finding = say.main(drivers, run, "year_before", is_whole=True)
        assert finding.subject == "category:Furniture"

    def test_a_combination_is_no_subject_of_its_own(self, run):
        drivers = table((200_000, 204_000), Furniture=(50_000, 21_000))
        drivers = drivers.rename(index={"category:Furniture": "category:F & channel:web"})
        assert say.main(drivers, run, "year_before", is_whole=True).subject == ""

    def test_a_partial_period_is_no_news(self, run):
        drivers = table((200_000, 204_000), Furniture=(50_000, 21_000))
        finding = say.main(drivers, run, "year_before", is_whole=False)
        assert "its days so far are not set against a whole period" in finding.sentence
        assert (finding.notable, finding.at_stake, finding.values) == (False, 0.0, {})


class TestExhibits:
    def test_the_table_adds_up_and_names_its_rows(self, run):
        shown = show.drivers_table(table((200_000, 204_000), Furniture=(50_000, 21_000)), run)
        assert isinstance(shown, Table)
        assert [row[0] for row in shown.rows] == ["Furniture", "Everything else", "Total"]
        assert shown.rows[0][3] == "−£29,000"
        assert shown.rows[0][-1] == "23 of 23"
        assert shown.total == {2}

    def test_the_picture_says_what_it_shows(self, run):
        shown = show.drivers(table((200_000, 204_000), Furniture=(50_000, 21_000)), run)
        assert "Furniture −£29.0k; Everything else +£4.00k; Total −£25.0k" in shown.alt

    def test_nothing_that_stands_out_is_no_picture(self, run):
        for exhibit in (show.drivers, show.drivers_table):
            shown = exhibit(table((100_000, 90_000)), run)
            assert isinstance(shown, Absent)
            assert shown.reason == "No part moved beyond what luck names in such searches."

    def test_no_base_is_said(self, run):
        assert isinstance(show.drivers(pd.DataFrame(columns=COLUMNS), run), Absent)
