"""Sentences about channels: true in every case, with their numbers."""

import numpy as np
import pandas as pd
import pytest

from analysis import params
from analysis.findings import channels as say

TOTAL = "(total)"


@pytest.fixture(scope="module")
def run():
    return params.load("east", "2026-10")


def sold(*rows):
    names = ["channel", "revenue", "growth", "kept", "customers", "kept_low", "kept_high"]
    table = pd.DataFrame(rows, columns=names).set_index("channel")
    return table.assign(kept_rate=table["kept"] / table["customers"], paid_rate=np.nan)


def won(**changes):
    row = {
        "conversion": 0.04,
        "cost": 800.0,
        "cost_low": 600.0,
        "cost_high": 1200.0,
        "won": 35.0,
        "roi": 0.2,
        "roi_low": 0.1,
        "roi_high": 0.3,
        "roi_won": 37.0,
        "roi_spend": 24_000.0,
        "roi_margin": 4800.0,
    }
    return pd.DataFrame([row | changes, row | {"cost": 320.0}], index=["Adverts", TOTAL])


def tried(*rows):
    names = ["rule", "part", "value", "low", "high", "threshold", "n", "at_stake", "verdict"]
    return pd.DataFrame(rows, columns=names)


LEAVE = ("exit", "Adverts", 0.2, 0.1, 0.3, 1.2, 37.0, 19_200.0, "hit")
NEAR = ("close", "dealer", 0.57, 0.53, 0.61, 0.6, 752.0, 468_000.0, "near")


class TestSelling:
    def test_the_largest_and_those_that_keep_most_and_fewest_are_named(self, run):
        finding = say.selling(
            sold(
                ("dealer", 600.0, -0.1, 90, 100, 0.83, 0.94),
                ("web", 400.0, 0.2, 60, 100, 0.5, 0.69),
            ),
            run,
            "year_before",
            True,
        )
        assert finding.sentence == (
            "Dealers brought £600, 60.0% of East revenue, −10.0% on a year earlier. Of those who "
            "bought in the 6 months before the last 6, Dealers kept 90.0% (90 of 100) and Web shop "
            "60.0% (60 of 100), more than chance explains."
        )
        assert finding.units.keys() == finding.values.keys()

    def test_intervals_that_meet_are_chance(self, run):
        finding = say.selling(
            sold(
                ("dealer", 600.0, np.nan, 62, 100, 0.52, 0.71),
                ("web", 400.0, 0.2, 60, 100, 0.5, 0.69),
            ),
            run,
            None,
            False,
        )
        assert "Dealers brought £600, 60.0% of East revenue. Of" in finding.sentence
        assert finding.sentence.endswith("; chance could explain the difference.")
        assert finding.caveats

    def test_one_channel_and_none_are_said(self, run):
        one = say.selling(sold(("web", 400.0, np.nan, 1, 3, 0.1, 0.9)), run, None, True)
        assert one.sentence == "Web shop is the only selling channel and brought £400."
        none = say.selling(pd.DataFrame(), run, None, True)
        assert none.n == 0
        assert not none.notable


class TestMarketing:
    def test_a_channel_that_does_not_pay_is_named_with_its_doubt(self, run):
        finding = say.marketing(won(), run)
        assert finding.sentence == (
            "Of the money spent on Adverts in the 12 months whose customers are known for 12 "
            "months, £0.20 of gross margin came back for £1 (95 %: £0.10 to £0.30; 37 customers "
            "won), below the line of £1.20. Lately a customer won there cost £800 (95 %: £600 to "
            "£1.20k), 2.5 times what one costs over all channels; spending is the whole firm's."
        )
        assert finding.notable
        assert finding.at_stake == pytest.approx(1600)  # a twelfth of 19,200
        assert finding.subject == "marketing:Adverts"

    def test_one_that_may_pay_is_not_claimed(self, run):
        finding = say.marketing(won(roi_high=1.3), run)
        assert finding.sentence.startswith("No marketing channel is surely below")
        assert not finding.notable

    def test_too_few_won_and_no_spending_say_so(self, run):
        assert "cannot be said yet" in say.marketing(won(roi_won=3.0), run).sentence
        assert say.marketing(pd.DataFrame(), run).n == 0


class TestRules:
    def test_what_holds_and_what_is_near_are_named(self, run):
        finding = say.rules(tried(LEAVE, NEAR), run)
        assert finding.sentence == (
            "Of 2 checks of the agreed rules on channels and regions, 1 holds: leave Adverts "
            "(£0.20, n = 37). Near the line: Dealers, 57.0% beside 60.0% (paid within 30 days "
            "of the due date; 95 %: 53.0% to 61.0%; n = 752)."
        )
        assert finding.notable
        assert finding.at_stake == pytest.approx(39_000)
        assert finding.subject == "measure:collection_rate"

    def test_what_does_not_hold_is_no_news(self, run):
        finding = say.rules(tried((*LEAVE[:-1], "clear")), run)
        assert finding.sentence == "No agreed rule on channels and regions holds, of 1 checked."
        assert not finding.notable

    def test_too_few_are_counted(self, run):
        finding = say.rules(tried((*LEAVE[:-1], "few")), run)
        assert finding.sentence.endswith(
            "1 could not be judged, on fewer than 30 cases (of payments, 20)."
        )
