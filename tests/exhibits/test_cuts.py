"""Grids, quadrants and tables of the cuts: nothing overlaps, nothing is dropped without a word."""

import numpy as np
import pandas as pd
import pytest

from analysis.analyses import assortment, concentration, cuts, groups
from analysis.exhibits import assortment as show_assortment
from analysis.exhibits import concentration as show_concentration
from analysis.exhibits import cuts as show_cuts
from analysis.exhibits import groups as show_groups
from analysis.exhibits.record import Absent
from analysis.periods import parse

from ..analyses.test_assortment import RULE, SIX, YEAR
from ..analyses.test_groups import ORDERS_BY_SIZE, customers, dearer
from ..findings.test_cuts import BEFORE, NOW, sold
from .test_charts import leaves_the_page, texts_overlap

REGIONS = ("central", "east", "north", "northeast", "south", "southwest")
MANY = sold(
    **{f"{region}_{channel}": 90.0 + n for n, region in enumerate(REGIONS)
       for channel in ("web", "store", "dealer")}
)  # fmt: skip


def cells(before: pd.DataFrame) -> pd.DataFrame:
    return cuts.collected(pd.DataFrame(), cuts.cut(MANY, before, "region", "channel"))


class TestCuts:
    def test_a_grid_holds_every_cell_and_none_on_another(self, run):
        shown = show_cuts.cells(cells(MANY.assign(revenue=100.0)), run, "year_before")
        assert texts_overlap(shown.drawing) == []
        assert leaves_the_page(shown.drawing) == []
        assert shown.alt.count(";") == 7 * 4 - 1
        assert "East, Web shop £91.00 −9.0%" in shown.alt

    def test_its_table_adds_up(self, run):
        shown = show_cuts.cells_table(cells(MANY), run)
        assert shown.headings == ("Region", "Dealers", "Stores", "Web shop", "Total")
        assert shown.rows[-1][1:] == ("£555", "£555", "£555", "£1,665")
        assert shown.total == {6}

    def test_regions_are_drawn_against_the_firm(self, run):
        table = cuts.regions(NOW, BEFORE)
        shown = show_cuts.regions(table, run)
        assert texts_overlap(shown.drawing) == []
        assert "Revenue per customer West −17%; East +67%" in shown.alt
        rows = show_cuts.regions_table(table, run, "prior").rows
        assert rows[-1][0] == "Whole firm"
        assert len(rows) == 3

    def test_one_region_is_compared_with_none(self, run):
        assert isinstance(show_cuts.regions(cuts.regions(NOW.iloc[:1], BEFORE), run), Absent)

    def test_one_channel_is_the_total_and_stands_once(self, run):
        one = sold(east_web=5.0).assign(day=pd.Timestamp("2026-10-06"))
        steps = cuts.cut_by_step(one, parse("2026-10"), "week", "channel")
        shown = show_cuts.steps_table(steps, run)
        assert shown.headings == ("Week", "Total", "Units")
        assert shown.rows[1] == ("5–11 Oct", "£5", "1")


class TestAssortment:
    def table(self, n: int) -> pd.DataFrame:
        rng = np.random.default_rng(0)
        copies = [SIX.set_axis([f"{name}{k}" for name in SIX.index]) for k in range(n)]
        table = pd.concat(copies).rename_axis("product_id")
        margin = table["gross_margin"] * rng.uniform(0.7, 1.3, len(table))
        names = [f"A product of a rather long name {name}" for name in table.index]
        return table.assign(gross_margin=margin, name=names)

    @pytest.mark.parametrize("n", [1, 5, 40])
    def test_names_of_products_overlap_no_other(self, n):
        judged = assortment.judged(self.table(n), YEAR, RULE)
        shown = show_assortment.quadrant(judged, assortment.listed(judged, 6))
        assert texts_overlap(shown.drawing) == []
        assert leaves_the_page(shown.drawing) == []
        assert f"Stars {int((judged['class'] == 'star').sum())}" in shown.alt

    def test_the_rule_stands_under_the_list(self, run):
        judged = assortment.judged(SIX, YEAR, RULE)
        classes = assortment.by_class(judged)
        shown = show_assortment.listed_table(assortment.listed(judged, 6), classes, run, YEAR)
        assert [row[1] for row in shown.rows] == ["Star", "Slow mover"]
        assert "stock for more than 4 months" in shown.note
        assert "1 of 1 stars and 1 of 1 slow movers are listed." in shown.note

    def test_bands_are_drawn_with_their_margin(self, run):
        found = assortment.bands(assortment.judged(SIX, YEAR, RULE), YEAR)
        shown = show_assortment.bands(found, run, YEAR)
        assert texts_overlap(shown.drawing) == []
        assert "Mugs, Cheapest third £940 at 40.9%" in shown.alt

    def test_no_product_is_no_picture(self, run):
        judged = assortment.judged(SIX.iloc[:0], YEAR, RULE)
        found = assortment.bands(judged, YEAR)
        assert isinstance(show_assortment.bands(found, run, YEAR), Absent)
        assert isinstance(show_assortment.bands_table(found, run, YEAR), Absent)
        assert isinstance(show_assortment.quadrant(judged, judged), Absent)
        assert isinstance(
            show_assortment.slow_half_table(assortment.slow_half(judged), run), Absent
        )


class TestConcentration:
    def test_two_curves_have_their_labels_apart(self, run):
        rng = np.random.default_rng(0)
        amounts = pd.concat(
            {"customer": pd.Series(rng.lognormal(0, 2, 300)),
             "product": pd.Series(rng.lognormal(0, 1.2, 90))},
            names=["of", "id"],
        ).to_frame("now").assign(before=np.nan)  # fmt: skip
        shown = show_concentration.curves(concentration.curves(amounts), run, YEAR)
        assert texts_overlap(shown.drawing) == []
        assert leaves_the_page(shown.drawing) == []


class TestGroups:
    TABLE = pd.concat([customers(60, 1), dearer(customers(60, 2, industry="Offices"), 2.0)])

    def test_only_differences_that_stand_are_listed_and_the_rest_counted(self, run):
        found = groups.comparison(self.TABLE, 0.05, 20)
        shown = show_groups.comparison_table(found, self.TABLE, run, YEAR)
        assert len(shown.rows) == int(found["differs"].sum())
        tests = int(found["p"].notna().sum())
        assert (
            f"over all {tests} comparisons (Holm); {tests - len(shown.rows)} show none"
            in shown.note
        )

    def test_no_difference_is_said_in_place_of_a_table(self, run):
        found = groups.comparison(customers(60, 3), 0.05, 20)
        assert isinstance(show_groups.comparison_table(found, self.TABLE, run, YEAR), Absent)

    def test_cells_too_small_are_shown_as_such(self, run):
        table = pd.concat([customers(60, 1), customers(2, 2, industry="Care homes")])
        found = groups.crossing(table, ORDERS_BY_SIZE, 0.05, 5)
        shown = show_groups.crossing_table(found, ORDERS_BY_SIZE, run, YEAR)
        assert "n < 5" in shown.rows[0]
        assert shown.rows[-1][-1].endswith("(62)")

    def test_many_columns_stay_on_the_page_and_the_rest_is_counted(self, run):
        sizes = [f"{n}-{n + 9}" for n in range(0, 90, 10)]
        table = customers(180, size_band=sizes * 20)
        found = groups.crossing(table, ORDERS_BY_SIZE, 0.05, 5)
        shown = show_groups.crossing_table(found, ORDERS_BY_SIZE, run, YEAR)
        assert len(shown.headings) == 8
        assert "3 columns" in shown.note

    def test_groups_are_drawn_with_their_intervals(self, run):
        shown = show_groups.comparison(groups.comparison(self.TABLE, 0.05, 20), run)
        assert texts_overlap(shown.drawing) == []
        assert "Size 1-9 among businesses" in shown.alt
