"""Sentences about customers: true in every case, with their numbers."""

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from analysis import params
from analysis.analyses import segmentation
from analysis.findings import segmentation as say

AS_OF, EARLIER = date(2017, 12, 31), date(2017, 11, 30)
REFERENCE = {"high_value": 0.15, "potential": 0.30, "basic": 0.40, "at_risk": 0.15}


@pytest.fixture
def run() -> params.Run:
    return with_least(params.load("east", "2017-12", "superstore"), 2)


def with_least(run: params.Run, customers: int) -> params.Run:
    return replace(run, settings=run.settings.model_copy(update={"min_customers": customers}))


def customers(*rows: tuple[str, int, int, float, str]) -> pd.DataFrame:
    columns = ["customer_id", "days_since_last_order", "order_count", "revenue", "tier"]
    table = pd.DataFrame(rows, columns=columns).set_index("customer_id")
    return table.assign(tier=pd.Categorical(table["tier"], categories=segmentation.TIERS))


FOUR = [
    ("A", 3, 5, 600.0, "high_value"),
    ("B", 90, 4, 300.0, "potential"),
    ("C", 10, 1, 60.0, "basic"),
    ("D", 200, 1, 40.0, "at_risk"),
]


def shares(*values: float) -> pd.DataFrame:
    return pd.DataFrame({"share": values}, dtype=float)


NONE_BEFORE = shares()


def tiers(run: params.Run, *rows: tuple[str, int, int, float, str]):
    summary = segmentation.tier_summary(customers(*rows), REFERENCE)
    return say.tiers(summary, run, AS_OF, whole=True)


def test_tiers_are_said_with_share_money_and_reference(run):
    finding = tiers(run, *FOUR)
    assert finding.sentence == (
        "Of 4 customers of the 12 months to 31 December 2017, "
        "1 is High value and brought $600 (60.0% of revenue); 1 is Potential, with "
        "many or large orders but none lately, and brought $300; 1 is At risk, 25.0% of all beside "
        "15% in the reference."
    )
    assert finding.n == 4
    assert finding.values["potential.revenue"] == 300
    assert finding.at_stake == 25  # of a month, when 300 is of twelve
    assert not finding.notable, "about as many are at risk every month, by how they are scored"
    assert finding.units.keys() == finding.values.keys()


def test_empty_tiers_are_said_to_be_empty(run):
    finding = tiers(run, FOUR[2], ("E", 12, 1, 40.0, "basic"))
    assert finding.sentence == (
        "Of 2 customers of the 12 months to 31 December 2017, "
        "none is High value; none is Potential; none is At risk, 0.0% of all "
        "beside 15% in the reference."
    )
    assert not finding.notable


def test_revenue_that_adds_up_to_nothing_has_no_share(run):
    finding = tiers(run, FOUR[0], ("E", 12, 1, -600.0, "basic"))
    assert "1 is High value and brought $600;" in finding.sentence
    assert finding.values["high_value.revenue_share"] is None


def test_too_few_customers_are_counted_not_interpreted(run):
    finding = tiers(with_least(run, 20), *FOUR)
    assert finding.sentence == (
        "Only 4 customers ordered in East in the 12 months to 31 December 2017, fewer than the 20 "
        "it takes to say anything about segments."
    )
    assert (finding.n, finding.notable) == (4, False)


def test_one_customer_is_not_customers(run):
    finding = say.activity(customers(FOUR[0]), run, AS_OF, whole=True)
    assert finding.sentence.startswith("Only 1 customer ordered in East")


def test_nobody_is_said_to_be_nobody(run):
    nobody = customers()
    said = [
        say.activity(nobody, run, AS_OF, whole=True),
        tiers(with_least(run, 1)),
        say.concentration(segmentation.by_fifth(nobody), run, AS_OF, whole=True),
    ]
    sentence = "No customer ordered in East in the 12 months to 31 December 2017."
    assert [finding.sentence for finding in said] == [sentence] * 3


def test_at_least_half_have_not_ordered_for_the_days_said(run):
    finding = say.activity(customers(*FOUR), run, AS_OF, whole=True)
    assert finding.sentence == (
        "4 customers ordered in the 12 months to 31 December 2017; 2 of them (50.0%) ordered once "
        "only, and half had not ordered for 50 days or more."
    )


def test_a_short_window_is_a_caveat(run):
    finding = say.activity(customers(*FOUR), run, AS_OF, whole=False)
    assert finding.caveats == (
        "The data do not reach back the whole 12 months; scores rest on the months there are.",
    )


def test_moves_are_said_with_their_money(run):
    before = customers(*FOUR, ("E", 9, 4, 500.0, "high_value"), ("F", 9, 1, 50.0, "basic"))
    now = customers(*FOUR, ("E", 40, 4, 500.0, "potential"), ("F", 40, 1, 50.0, "at_risk"))
    finding = say.moved(
        segmentation.moves(before, now, comparable=True), NONE_BEFORE, run, EARLIER, AS_OF
    )
    assert finding.sentence == (
        "Between 30 November 2017 and 31 December 2017, 1 customer moved into At risk "
        "(16.7% of all, worth $50.00 in the 12 months before), and what is usual is not known; "
        "1 customer went from High value to Potential for want of a recent order, "
        "worth $500 in the 12 months before, and no customers became High value."
    )
    assert not finding.notable and finding.at_stake == 0
    assert finding.values["into_at_risk"] == 1
    assert finding.units.keys() == finding.values.keys()


def test_moves_are_news_only_beyond_those_of_earlier_months(run):
    before = customers(*FOUR, ("F", 9, 1, 50.0, "basic"))
    now = customers(*FOUR, ("F", 40, 1, 50.0, "at_risk"))
    moves = segmentation.moves(before, now, comparable=True)  # one of five: 20 %
    usual = say.moved(moves, shares(0.1, 0.2, 0.15, 0.2, 0.3, 0.1), run, EARLIER, AS_OF)
    assert "as usual: 10.0% to 30.0% did in the 6 months before;" in usual.sentence
    assert not usual.notable and usual.at_stake == 0
    more = say.moved(moves, shares(0.1, 0.1, 0.1, 0.1, 0.1, 0.1), run, EARLIER, AS_OF)
    assert "more than in any of the 6 months before (10.0% to 10.0%);" in more.sentence
    assert more.notable and more.surprise == 1
    assert more.at_stake == pytest.approx(50 / 12 / 2)  # half of it is beyond the usual
    few = say.moved(moves, shares(0.1, 0.1, 0.1, 0.1, 0.1), run, EARLIER, AS_OF)
    assert not few.notable


def test_no_moves_are_said_without_money(run):
    same = customers(*FOUR)
    finding = say.moved(
        segmentation.moves(same, same, comparable=True), NONE_BEFORE, run, EARLIER, AS_OF
    )
    assert finding.sentence == (
        "Between 30 November 2017 and 31 December 2017, no customers moved into At risk (0.0% of "
        "all), and what is usual is not known; no customers "
        "went from High value to Potential for want of a recent order, and no customers became "
        "High value."
    )
    assert not finding.notable


def test_moves_that_cannot_be_known_are_said_to_be(run):
    same = customers(*FOUR)
    finding = say.moved(
        segmentation.moves(same, same, comparable=False), NONE_BEFORE, run, EARLIER, AS_OF
    )
    assert finding.sentence == (
        "Who changed tier since 30 November 2017 cannot be said: the data do not hold the 12 "
        "months "
        "before that day."
    )
    assert finding.n == 0


def test_concentration_says_how_many_bring_how_much(run):
    groups = segmentation.by_fifth(customers(*FOUR, ("E", 1, 1, 0.0, "basic")))
    finding = say.concentration(groups, run, AS_OF, whole=True)
    assert finding.sentence == (
        "The largest fifth of customers, 1 of 5, brought 60.0% of revenue ($600); the smallest "
        "fifth brought 0.0%."
    )
