"""What the board says: grammar for better, worse, none, few, met and missed."""

from dataclasses import replace

import pandas as pd
import pytest

from analysis.findings import board as say
from analysis.steering import Held

SHARES = ["better", "worse", "same", "few", "unknown"]
COLUMNS = ["weight", "current", "before", "change", "relative", "n", "target", "benchmark",
           "verdict"]  # fmt: skip


def standing(*rows):
    return pd.DataFrame([row[1:] for row in rows], columns=COLUMNS,
                         index=pd.Index([row[0] for row in rows], name="measure"))  # fmt: skip


REVENUE = ("revenue", 0.6, 90.0, 100.0, -10.0, -0.1, None, None, None, "worse")
MARGIN = ("gross_margin_rate", 0.4, 0.42, 0.4, 0.02, 0.02, None, 0.4, None, "better")
ANSWERS = ("response_hours", 0.4, 30.0, 20.0, 10.0, 0.5, 4.0, 24.0, None, "few")


def shares(*values):
    return pd.Series(values, index=SHARES, dtype=float)


def test_more_got_worse():
    told = say.balance(standing(REVENUE, MARGIN), shares(0.4, 0.6, 0, 0, 0), "year_before", True)
    assert told.sentence == (
        "Of the weight the firm steers by, 40% got better and 60% worse on a year earlier; 0% "
        "moved by no more than chance or the smallest change that counts. Most weight among the "
        "worse: revenue (−10.0%)."
    )
    assert told.values["worse"] == 0.6


def test_more_got_better_and_few_cases_are_said():
    told = say.balance(standing(MARGIN, ANSWERS), shares(0.6, 0, 0, 0.4, 0), "prior", False)
    assert "Most weight among the better: gross margin rate (+2.0 pts)." in told.sentence
    assert told.caveats[-1] == "Time to an answer rests on 4 cases."
    assert len(told.caveats) == 2


@pytest.mark.parametrize("base", [None, "prior"])
def test_nothing_to_compare(base):
    told = say.balance(standing(REVENUE), shares(0, 0, 0, 0, 1), base, True)
    assert told.sentence == "There is no earlier period to compare the 1 indicators with."


def short(*rows):
    index = pd.MultiIndex.from_tuples([row[0] for row in rows], names=["measure", "against"])
    return pd.DataFrame([row[1:] for row in rows], index=index,
                        columns=["current", "held", "gap", "stake", "n"])  # fmt: skip


def test_the_costliest_miss_is_named(tiny_run):
    held = standing(("collection_rate", 0.4, 0.3, None, None, None, None, 0.9, None, "unknown"))
    missed = short((("collection_rate", "target"), 0.3, 0.9, 0.6, 6000.0, None))
    told = say.missed(missed, held, tiny_run(), True)
    assert told.sentence == (
        "1 of 1 targets and benchmarks are missed; the most money is at stake in collection rate: "
        "30.0% against a target of 90.0%, worth £6.00k in the period."
    )
    assert (told.notable, told.at_stake) == (True, 6000.0)


def test_a_miss_without_a_price_and_no_miss_and_no_target(tiny_run):
    held = standing(ANSWERS)
    missed = short((("response_hours", "benchmark"), 30.0, 24.0, 6.0, float("nan"), 40.0))
    told = say.missed(missed, held, tiny_run(), True)
    assert told.sentence.endswith("time to an answer: 30 h against a benchmark of 24 h.")
    assert not told.notable
    assert say.missed(short(), held, tiny_run(), True).sentence == (
        "All 1 targets and benchmarks are met."
    )
    none = say.missed(short(), standing(REVENUE), tiny_run(), True)
    assert "params/targets/tiny.yml" in none.sentence
    assert none.n == 0


def test_where_it_was_missed(tiny_run):
    parts = pd.DataFrame(
        {"numerator": [10.0, 95.0], "denominator": [50.0, 100.0], "value": [0.2, 0.95],
         "target": 0.9, "shortfall": [35.0, -5.0]},
        index=pd.Index(["dealer", "web"], name="channel"),
    )  # fmt: skip
    parts.attrs["measure"] = "collection_rate"
    told = say.where(parts, tiny_run(), True)
    assert told.sentence == (
        "Collection rate is 70.0% against a target of 90.0%. Dealers alone is 100% of the "
        "shortfall (20.0%); all other channels together come to 95.0%."
    )
    assert (told.at_stake, told.subject) == (35.0, "channel:dealer")
    nowhere = parts.iloc[:0]
    nowhere.attrs["measure"] = ""
    assert say.where(nowhere, tiny_run(), True).n == 0


def test_the_scope_says_who_when_and_what_it_is_steered_by(tiny_run):
    rows = pd.DataFrame({"current": [2.0, 1.0], "prior": [1.0, 1.0], "year_before": [None, None]},
                        index=["orders", "customers"])  # fmt: skip
    run = tiny_run()
    assert say.scope(rows, run).sentence == (
        "About East, February 2026, compared with January 2026: 2 orders of 1 customers. Steered "
        "by growth (30%), profit (30%), customers (25%) and efficiency (15%) (profile balanced)."
    )
    alone = rows.assign(prior=None)
    held = Held(indicator="revenue", kind="target", value=1, source="x")
    assert "compared" not in say.scope(alone, replace(run, held_against=(held,))).sentence
