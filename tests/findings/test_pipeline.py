"""Sentences about the pipeline: won, changed, leaking, or not to be said."""

from datetime import date

import pandas as pd
import pytest

from analysis import params
from analysis.findings import pipeline as say

DAY = date(2026, 10, 31)


@pytest.fixture(scope="module")
def run():
    return params.load("east", "2026-10")


@pytest.fixture
def stages():
    return pd.DataFrame(
        {"left": [200.0, 100.0], "conversion": [0.5, 0.8], "days": [6.0, 11.0]},
        index=["contact", "offer"],
    )


@pytest.fixture
def totals():
    row = {"decided": 180.0, "won": 80.0, "win_rate": 80 / 180, "low": 0.37, "high": 0.52,
           "amount_win_rate": 0.4, "amount_won": 1200.0, "open": 5.0, "days": 40.0}  # fmt: skip
    return pd.DataFrame([row, row | {"amount_won": 1000.0, "win_rate": 0.4, "decided": 150.0}],
                        index=["now", "base"])  # fmt: skip


def against(**changes):
    row = {"left": 200.0, "conversion": 0.5, "base_left": 180.0, "base_conversion": 0.6,
           "change": -0.1, "low": -0.18, "high": -0.02, "chance": 0.03, "wins": -16.0,
           "money": -24_000.0, "days": 6.0, "base_days": 5.0, "is_slower": False}  # fmt: skip
    return pd.DataFrame([row | changes], index=["contact"])


HYGIENE = pd.DataFrame({"entered": [200.0], "out_of_order": [4.0]}, index=["contact"])


def test_what_is_won_lost_and_slow_is_said(run, stages, totals):
    finding = say.funnel(stages, totals, run, DAY)
    assert finding.sentence == (
        "In the 12 months to 31 October 2026, 80 of 180 opportunities decided in East were won: "
        "44.4% (95 %: 37.0% to 52.0%; by amount 40.0%), against 40.0% of 150 in the 12 months "
        "before. Fewest go on from contact (50.0% of 200); offer takes longest, with a median of "
        "11 days, and a win takes 40 days from found to won."
    )
    assert finding.values.keys() == finding.units.keys()


def test_few_decided_are_counted(run, stages, totals):
    finding = say.funnel(stages, totals.assign(decided=29.0), run, DAY)
    assert finding.sentence.startswith("Only 29 opportunities were decided in East")


def test_the_change_names_its_largest_effect_and_what_worked_against_it(run, totals):
    effects = pd.DataFrame({"effect": [300.0, -100.0]}, index=["offer", "(value)"])
    finding = say.change(effects, totals, run)
    assert finding.sentence.startswith(
        "The amount won in East rose £200 (+20.0%) on the 12 months before, to £1.20k. The largest "
        "effect is conversion at offer, +£300; most against it worked size of a win, −£100."
    )
    assert say.change(pd.DataFrame(), totals, run).n == 0
    fell = say.change(effects, totals.iloc[::-1].set_axis(["now", "base"]), run)
    assert "in East fell £200" in fell.sentence


def test_a_leak_is_said_with_wins_and_money(run):
    finding = say.leaks(against(), pd.DataFrame(), HYGIENE, run)
    assert finding.sentence == (
        "From contact, 50.0% of 200 opportunities went on, against 60.0% of 180 in the months "
        "before: −10.0 pts (95 %: −18.0 pts to −2.0 pts), more than chance explains over all "
        "stages. At today's conversion of later stages that is −16.0 wins, or −£24.0k, in 12 "
        "months. 4 of 200 entries into a stage were out of order (2.0%)."
    )
    assert finding.notable
    assert finding.at_stake == 2000


def test_within_chance_no_stage_leaks(run):
    finding = say.leaks(against(chance=0.2), pd.DataFrame(), HYGIENE, run)
    assert finding.sentence.startswith("No stage in East lets through fewer opportunities")
    assert not finding.notable


def test_a_slower_stage_is_said(run):
    finding = say.leaks(against(chance=0.2, is_slower=True), pd.DataFrame(), HYGIENE, run)
    assert finding.sentence.startswith("Contact now takes 6 days at the median, against 5")


def test_nothing_to_compare_and_no_pipeline_say_so(run):
    none = say.leaks(pd.DataFrame(), pd.DataFrame(), HYGIENE, run)
    assert "neither a period before" in none.sentence
    empty = pd.DataFrame()
    for finding in (say.leaks(empty, empty, empty, run), say.funnel(empty, empty, run, DAY)):
        assert finding.sentence.startswith("The firm's data hold no opportunities")
