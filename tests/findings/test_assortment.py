import numpy as np
import pandas as pd
import pytest

from analysis import params
from analysis.analyses.assortment import (
    bands,
    by_class,
    judged,
    listed,
    slow_half,
    stars_without_stock,
)
from analysis.findings import assortment as say

from ..analyses.test_assortment import RULE, SIX, YEAR


@pytest.fixture(scope="module")
def run():
    return params.load("east", "2026-10", "demo")


def quadrant(table: pd.DataFrame, run):
    found = judged(table, YEAR, RULE)
    return say.quadrant(by_class(found), listed(found, 6), stars_without_stock(found), run, YEAR)


WINDOW = "November 2025 – October 2026"


class TestQuadrant:
    def test_stars_and_slow_movers_have_their_money(self, run):
        finding = quadrant(SIX, run)
        assert finding.sentence == (
            f"Of 6 products judged, 1 is a star (39.6% of gross margin over {WINDOW}), led by A "
            "with £720; 1 is a slow mover and ties up £240 of stock, 51.3% of all, F most."
        )
        assert finding.notable
        assert finding.at_stake == 240

    def test_a_star_without_stock_is_news_by_its_margin(self, run):
        finding = quadrant(SIX.assign(on_hand=[0.0, 0, 5, 5, 1, 0]), run)
        assert finding.sentence.endswith(
            "none is a slow mover. One star had no stock left on 31 October 2026: A, which earned "
            "£720 over these months."
        )
        assert finding.at_stake == pytest.approx(720 / 12)
        assert finding.subject == "category:Mugs"

    def test_without_stock_figures_slow_is_said_to_be_by_units(self, run):
        nothing = dict.fromkeys(["on_hand", "opening", "received", "mean_stock"], np.nan)
        finding = quadrant(SIX.assign(**nothing), run)
        assert "2 are slow movers by units alone, as no stock is recorded." in finding.sentence
        assert not finding.notable

    def test_no_star_is_said_to_be_none(self, run):
        cheap = SIX.assign(gross_margin=SIX["gross_margin"].where(SIX["units"] < 100, 1.0))
        assert "none is a star; 1 is a slow mover" in quadrant(cheap, run).sentence

    def test_five_products_are_too_few(self, run):
        finding = quadrant(SIX.iloc[:5], run)
        assert (
            finding.sentence == "5 products can be judged, too few to tell stars from slow movers."
        )
        assert not finding.notable


class TestBands:
    def test_most_and_thinnest_margin_are_named(self, run):
        finding = say.bands(bands(judged(SIX, YEAR, RULE), YEAR), run, YEAR)
        assert finding.sentence == (
            f"Over {WINDOW}, the cheapest third of Mugs earned most: £940 of gross margin, 51.6% "
            "of all, at a rate of 40.9%; the thinnest margin is in the middle third by price of "
            "Mugs with 40.0% on £1.60k of revenue, where the whole range makes 40.4%. Stock at "
            "cost would last 64 days at that pace; 6 of 6 products sold at all."
        )

    def test_without_costs_there_is_nothing_to_say(self, run):
        bare = SIX.assign(costed_revenue=0.0, gross_margin=0.0, costed_units=0.0)
        finding = say.bands(bands(judged(bare, YEAR, RULE), YEAR), run, YEAR)
        assert finding.n == 0
        assert finding.sentence.startswith("No product of")

    def test_no_products_are_no_bands(self, run):
        assert say.bands(bands(judged(SIX.iloc[:0], YEAR, RULE), YEAR), run, YEAR).n == 0


class TestSlowHalf:
    def test_both_suppositions_are_said_to_be_such(self, run):
        found = judged(SIX, YEAR, RULE)
        finding = say.slow_half(slow_half(found), found, run, YEAR)
        assert finding.sentence == (
            f"The slower half of each category's products brings 35.6% of revenue over {WINDOW}. "
            "At its category's margin rate that revenue would earn £7.11 more. Were a tenth of the "
            "gap in units to its category's average product closed, it would earn £151 more of "
            "gross margin, most of it in Mugs, if the demand is there and the faster half loses "
            "none."
        )
        assert not finding.notable

    def test_no_half_is_no_sentence_about_one(self, run):
        found = judged(SIX.iloc[:1], YEAR, RULE)
        assert say.slow_half(slow_half(found), found, run, YEAR).n == 0
