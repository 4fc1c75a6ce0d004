"""What the board says: grammar for better, worse, none, few, met and missed."""

from dataclasses import replace

import pandas as pd
import pytest

from analysis.findings import board as say
from analysis.steering import Held

SHARES = ["better", "worse", "same", "few", "unknown"]
COLUMNS = ["weight", "current", "before", "change", "relative", "n", "n_before", "target",
           "benchmark", "verdict"]  # fmt: skip


def standing(*rows):
    return pd.DataFrame([row[1:] for row in rows], columns=COLUMNS,
                         index=pd.Index([row[0] for row in rows], name="measure"))  # fmt: skip


REVENUE = ("revenue", 0.6, 90.0, 100.0, -10.0, -0.1, None, None, None, None, "worse")
MARGIN = ("gross_margin_rate", 0.4, 0.42, 0.4, 0.02, 0.02, None, None, 0.4, None, "better")
ANSWERS = ("response_hours", 0.4, 30.0, 20.0, 10.0, 0.5, 4.0, 40.0, 24.0, None, "few")


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
    told = say.balance(standing(MARGIN, ANSWERS), shares(0.6, 0, 0, 0.4, 0), "prior", True)
    assert "Most weight among the better: gross margin rate (+2.0 pts)." in told.sentence
    assert told.caveats == ("Time to an answer rests on 4 cases.",)
    then = standing((*ANSWERS[:6], 40.0, 4.0, *ANSWERS[8:]))
    told = say.balance(then, shares(0, 0, 0, 1, 0), "prior", True)
    assert told.caveats == (
        "Time to an answer rests on 40 cases, and on 4 in the period it is compared with.",
    )


def test_of_a_period_so_far_nothing_is_held_against_anything(tiny_run):
    so_far = say.balance(standing(REVENUE), shares(0, 0, 0, 0, 1), "year_before", False)
    assert so_far.sentence == (
        "The data end before the period does: its 1 indicators are shown as they stand, and "
        "neither set against a whole period nor held against a target."
    )
    held = standing(("collection_rate", 0.4, 0.3, *[None] * 5, 0.9, None, "unknown"))
    for told in (
        say.missed(short(), held, tiny_run(), False),
        say.where(short(), tiny_run(), False),
    ):
        assert told.sentence == (
            "Nothing is said yet: the data end before February 2026 does, and its days so far are "
            "not set against a whole period."
        )
        assert (told.notable, told.n) == (False, 0)


@pytest.mark.parametrize("base", [None, "prior"])
def test_nothing_to_compare(base):
    told = say.balance(standing(REVENUE), shares(0, 0, 0, 0, 1), base, True)
    assert told.sentence == "There is no earlier period to compare the 1 indicators with."


def short(*rows):
    index = pd.MultiIndex.from_tuples([row[0] for row in rows], names=["measure", "against"])
    return pd.DataFrame([row[1:] for row in rows], index=index,
                        columns=["current", "held", "gap", "stake", "n"])  # fmt: skip


def test_the_costliest_miss_is_named(tiny_run):
    held = standing(("collection_rate", 0.4, 0.3, *[None] * 5, 0.9, None, "unknown"))
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


def split(measure, dimension, base="year_before", **parts):
    """Parts of a missed target: numerator, denominator, value before, target, shortfall."""
    columns = ["numerator", "denominator", "before", "target", "shortfall"]
    table = pd.DataFrame(list(parts.values()), columns=columns, index=pd.Index(list(parts)))
    table = table.astype(float)
    table["value"] = table["numerator"] / table["denominator"].fillna(1.0)
    table = table.rename_axis(dimension)
    table.attrs |= {"measure": measure, "base": base}
    return table


def test_where_it_was_missed(tiny_run):
    """One rate for all is not what was agreed with dealers: their own year before stands by it."""
    parts = split("collection_rate", "channel", dealer=(10.0, 50.0, 0.5, 0.9, 35.0),
                  web=(95.0, 100.0, 0.95, 0.9, -5.0))  # fmt: skip
    told = say.where(parts, tiny_run(), True)
    assert told.sentence == (
        "Collection rate is 70.0% against a target of 90.0%. Dealers alone is 100% of the parts' "
        "shortfalls: 20.0%, down from 50.0% a year earlier. All other channels together come to "
        "95.0%."
    )
    assert (told.at_stake, told.subject, told.values["before"]) == (35.0, "measure:collection_rate",
                                                                    0.5)  # fmt: skip


@pytest.mark.parametrize(
    ("before", "base", "said"),
    [
        (0.2, "year_before", "20.0%, as a year earlier."),
        (0.1, "prior", "20.0%, up from 10.0% in the period before."),
        (None, "prior", "shortfalls: 20.0%."),
        (None, "", "shortfalls: 20.0%."),
    ],
)
def test_what_the_part_was_before(tiny_run, before, base, said):
    parts = split("collection_rate", "channel", base, dealer=(10.0, 50.0, before, 0.9, 35.0))
    assert said in say.where(parts, tiny_run(), True).sentence


def test_where_a_sum_fell_short(tiny_run):
    parts = split("revenue", "channel", dealer=(60.0, None, 80.0, 100.0, 40.0),
                  web=(50.0, None, 40.0, 50.0, 0.0))  # fmt: skip
    told = say.where(parts, tiny_run(), True)
    assert told.sentence == (
        "Revenue is £110 against a target of £150. Dealers alone is 100% of the parts' shortfalls: "
        "£60.00, down from £80.00 a year earlier. It was asked for £100, its share of the base."
    )
    assert (told.at_stake, told.units["shortfall"]) == (40.0, "money")


def test_where_nothing_was_missed(tiny_run):
    nowhere = split("", "category").iloc[:0]
    assert say.where(nowhere, tiny_run(), True).sentence == (
        "No target that can be split was missed."
    )


def test_the_scope_says_who_when_and_what_it_is_steered_by(tiny_run):
    rows = pd.DataFrame({"current": [2.0, 1.0], "prior": [1.0, 1.0], "year_before": [None, None]},
                        index=["orders", "customers"])  # fmt: skip
    run = tiny_run()
    assert say.scope(rows, run).sentence == (
        "About East, February 2026, compared with January 2026: 2 orders of 1 customers. Steered "
        "by growth (35%), profit (25%), customers (25%) and efficiency (15%) (profile balanced)."
    )
    alone = rows.assign(prior=None)
    held = Held(indicator="revenue", kind="target", value=1, source="x")
    assert "compared" not in say.scope(alone, replace(run, held_against=(held,))).sentence
