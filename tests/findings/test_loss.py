"""Sentences about silence: claimed only beyond chance, and with their numbers."""

import numpy as np
import pandas as pd
import pytest

from analysis import params
from analysis.findings import loss as say


@pytest.fixture(scope="module")
def run():
    return params.load("northeast", "2026-10")


def reasons(**changes):
    row = {"exposed": 23.0, "gone": 14.0, "others": 624.0, "others_gone": 170.0, "expected": 6.9,
           "lift": 2.03, "low": 1.5, "high": 2.74, "chance": 0.012, "excess": 7.1,
           "excess_revenue": 36_000.0}  # fmt: skip
    return pd.DataFrame([row | changes], index=["slow_answer"])


def looks(number=647):
    return pd.DataFrame({"dormant": [True] * 184 + [False] * (number - 184)})


def test_what_is_beyond_chance_is_said_with_number_base_and_doubt(run):
    finding = say.reasons(reasons(), looks(), run)
    assert finding.sentence == (
        "After a complaint answered later than 48 hours, customers in North-East did not order for "
        "3 months in 14 of 23 cases, where 6.9 would have been expected of comparable customers: "
        "2.0 times as often (95 %: 1.5 to 2.7; chance 1.2% after 1 reason tried). That is about "
        "£36.0k of yearly revenue; it is a lead, as what is not recorded may be behind it."
    )
    assert finding.notable
    assert finding.n == 23
    assert finding.at_stake == 3000
    assert finding.certainty == pytest.approx(0.988)
    assert finding.values.keys() == finding.units.keys()


def test_what_chance_explains_is_not_claimed(run):
    finding = say.reasons(reasons(chance=0.3), looks(), run)
    assert finding.sentence.startswith(
        "Nothing recorded before customers in North-East fell silent"
    )
    assert "of 1 reason tried on 647 cases, 184 of them" in finding.sentence
    assert not finding.notable
    assert finding.at_stake == 0


def test_what_goes_with_less_silence_is_no_reason(run):
    finding = say.reasons(reasons(lift=0.5, low=0.3, high=0.8, chance=0.001), looks(), run)
    assert not finding.notable


def test_few_cases_are_counted_not_judged(run):
    finding = say.reasons(reasons(exposed=19.0), looks(), run)
    assert finding.sentence == (
        "Why customers in North-East fell silent cannot be said: of 647 cases, fewer than 20 "
        "followed any one thing that is recorded."
    )


def test_data_that_are_too_short_say_so(run):
    finding = say.reasons(pd.DataFrame(), pd.DataFrame(), run)
    assert finding.n == 0
    assert "do not hold a year" in finding.sentence


def test_industries_are_named_only_beyond_chance(run):
    row = reasons(chance=0.4).rename(index={"slow_answer": "Trade"})
    assert say.industries(row, run).sentence.startswith("No industry's businesses in North-East")
    sure = say.industries(row.assign(chance=0.01), run)
    assert sure.sentence.startswith("Businesses in Trade fell silent 2.0 times as often")
    assert sure.notable
    assert say.industries(row.assign(low=np.nan), run).n == 0
