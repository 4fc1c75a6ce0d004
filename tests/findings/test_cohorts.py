"""Sentences about cohorts: rise, fall, chance, few and none."""

import pandas as pd
import pytest

from analysis import params
from analysis.findings import cohorts as say


@pytest.fixture(scope="module")
def run():
    return params.load("east", "2026-10")


def sides(rate, old, low, high, n=400.0):
    rows = [
        [pd.Period("2025Q2"), pd.Period("2026Q1"), n, rate, rate - old, low, high, 0.01],
        [pd.Period("2024Q2"), pd.Period("2025Q1"), 380.0, old, *[float("nan")] * 4],
    ]
    names = ["first", "last", "customers", "rate", "change", "low", "high", "chance"]
    return pd.DataFrame(rows, columns=names, index=["newer", "older"])


def test_a_fall_beyond_chance_is_news(run):
    finding = say.newer(sides(0.4, 0.6, -0.27, -0.13), pd.DataFrame(), run)
    assert finding.sentence == (
        "Of 400 customers who first bought in East in Q2 2025 to Q1 2026, 40.0% ordered in the "
        "fourth to sixth month after, against 60.0% of 380 of the year before: −20.0 pts (more "
        "than chance explains; 95 %: −27.0 pts to −13.0 pts)."
    )
    assert finding.notable
    assert finding.values.keys() == finding.units.keys()


def test_a_rise_within_chance_is_none(run):
    finding = say.newer(sides(0.62, 0.6, -0.05, 0.09), pd.DataFrame(), run)
    assert "+2.0 pts (a difference that chance alone explains;" in finding.sentence
    assert not finding.notable


def test_few_and_none_are_said(run):
    few = say.newer(sides(0.4, 0.6, -0.3, -0.1, n=19.0), pd.DataFrame(), run)
    assert few.sentence.startswith("Only 19 customers first bought in East")
    none = say.newer(pd.DataFrame(), pd.DataFrame(), run)
    assert none.sentence.endswith("the data hold 0.")
