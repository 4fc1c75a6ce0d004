"""Sentences about what is bought together: claimed only beyond chance."""

import pandas as pd
import pytest

from analysis import params
from analysis.findings import associations as say


@pytest.fixture(scope="module")
def run():
    return params.load("east", "2026-10")


def pairs(chance=0.001):
    row = {"baskets": 60.0, "expected": 30.0, "ratio": 2.0, "low": 1.5, "high": 2.6, "lift": 1.1,
           "support": 0.02, "confidence": 0.25, "leverage": 0.002, "chance": chance}  # fmt: skip
    index = pd.MultiIndex.from_tuples([("Lamps", "Tables")], names=["first", "second"])
    return pd.DataFrame([row], index=index)


def test_a_rule_is_said_with_count_base_and_doubt(run):
    finding = say.pairs(pairs(), pairs(), 3000, "subcategory", run)
    assert finding.sentence == (
        "Lamps and Tables are in one order 2.00 times as often as chance puts them there (95 %: "
        "1.50 to 2.60): 60 orders of 3,000, where 30.0 would be expected; who orders Lamps adds "
        "Tables in 25.0% of orders."
    )
    assert finding.n == 60


def test_within_chance_nothing_is_claimed(run):
    finding = say.pairs(pairs(0.4), pairs().iloc[:0], 3000, "subcategory", run)
    assert finding.sentence.startswith("No two subcategories are in one order more often")
    assert not finding.notable


def test_too_few_and_none_say_so(run):
    none = pairs().iloc[:0]
    assert (
        "are in 20 orders or more of 300 in East"
        in say.pairs(none, none, 300, "category", run).sentence
    )
    assert "name no products" in say.pairs(none, none, 0, "product", run).sentence


def test_a_gap_is_a_ceiling(run):
    found = pd.DataFrame(
        [["b2b", "Trade", "Garden", 10.0, 8.0, 0.8, 2.0, 100.0, 160.0]],
        columns=[
            "kind",
            "industry",
            "part",
            "peers",
            "buyers",
            "share",
            "lacking",
            "each",
            "worth",
        ],
    )
    finding = say.gaps(found, found, run)
    assert finding.sentence == (
        "8 of 10 regular customers in Trade buy Garden (80.0%); the 2 that do not are worth £160 a "
        "year at most, at their peers' share and median spend of £100. All such gaps together "
        "come to £160, a ceiling and no forecast."
    )
    assert say.gaps(pd.DataFrame(), found, run).sentence.startswith("No group of 20 or more")
    assert "cannot be said" in say.gaps(pd.DataFrame(), pd.DataFrame(), run).sentence
