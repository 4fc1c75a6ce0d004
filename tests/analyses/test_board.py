"""The board: better or worse, held against targets, and where a target was missed."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ttest_ind

from analysis.analyses import board, shortfalls
from analysis.measures import engine
from analysis.steering import Held, Profile, Steered

WINDOWS = ("current", "prior", "year_before")


def comparison(**rows):
    """Indicators with numerator and denominator now and a year before; the base is the year."""
    table = pd.DataFrame(index=pd.Index(list(rows), name="measure"))
    for place, window in enumerate(("current", "year_before")):
        table[f"{window}_numerator"] = [float(row[place][0]) for row in rows.values()]
        table[f"{window}_denominator"] = [
            float(row[place][1]) if row[place][1] else np.nan for row in rows.values()
        ]
        over = table[f"{window}_denominator"].fillna(1.0)
        table[window] = table[f"{window}_numerator"] / over
        table[f"{window}_squares"] = [
            float(row[place][2]) if len(row[place]) > 2 else np.nan for row in rows.values()
        ]
    return table.assign(prior=np.nan, prior_numerator=np.nan, prior_denominator=np.nan)


def steered(run, held=(), **weights):
    dimensions = {f"d{i}": Steered(weight=w, indicators=(name,))
                  for i, (name, w) in enumerate(weights.items())}  # fmt: skip
    return replace(run, profile=Profile(most=5, dimensions=dimensions), held_against=tuple(held))


def target(indicator, value, kind="target"):
    return Held(indicator=indicator, kind=kind, value=value, source="Board")


@pytest.fixture
def run(tiny_run):
    return steered(
        tiny_run(), [target("gross_margin_rate", 0.40), target("on_time_rate", 0.9)],
        revenue=0.5, gross_margin_rate=0.3, on_time_rate=0.2,
    )  # fmt: skip


def test_worked_by_hand(run):
    """Revenue 110 on 100; margin 33 of 110 on 40 of 100; 80 of 100 in time on 90 of 100."""
    table = board.board(
        comparison(revenue=((110, None), (100, None)), gross_margin_rate=((33, 110), (40, 100)),
                   on_time_rate=((80, 100), (90, 100))),
        run, "year_before",
    )  # fmt: skip
    assert table["verdict"].tolist() == ["better", "worse", "worse"]
    assert table["relative"].tolist() == pytest.approx([0.10, -0.10, -0.10])
    assert table["n"].tolist()[2] == 100
    # A tenth of 110 of revenue is missing to the target; lateness has no price.
    assert table["stake"].tolist() == pytest.approx([np.nan, 11, np.nan], nan_ok=True)
    assert board.balance(table)[["better", "worse", "same"]].tolist() == [0.5, 0.5, 0]


def test_the_interval_of_a_difference_is_newcombes(run):
    """His first example: 56 of 70 against 48 of 80 differ by 0.0524 to 0.3339 (1998, table II)."""
    table = board.board(comparison(on_time_rate=((56, 70), (48, 80))), run, "year_before")
    assert table.loc["on_time_rate", ["low", "high"]].tolist() == pytest.approx(
        [0.0524, 0.3339], abs=5e-5
    )


def test_the_interval_of_means_is_welchs(run):
    """As scipy gives it for the cases themselves."""
    now, before = np.array([5, 4, 4, 2, 5, 3, 4]), np.array([5, 5, 4, 5, 4, 5])
    rows = {"satisfaction": ((now.sum(), 7, (now**2).sum()), (before.sum(), 6, (before**2).sum()))}
    held = replace(run, held_against=(target("satisfaction", 4),))
    table = board.board(comparison(**rows), held, "year_before")
    expected = ttest_ind(now, before, equal_var=False).confidence_interval()
    assert table.loc["satisfaction", ["low", "high"]].tolist() == pytest.approx(list(expected))
    assert table.loc["satisfaction", "verdict"] == "few", "seven answers are fewer than ten"


@pytest.mark.parametrize(
    ("now", "before", "verdict"),
    [
        ((80, 100), (84, 100), "same"),  # chance moves so few cases as far
        ((800, 1000), (860, 1000), "worse"),
        ((4, 5), (90, 100), "few"),
        ((101, 100), (90, 100), "better"),  # no interval of a share above one
    ],
)
def test_a_rate_of_cases_is_judged_by_its_interval(run, now, before, verdict):
    table = board.board(comparison(on_time_rate=(now, before)), run, "year_before")
    assert table["verdict"].tolist() == [verdict]


@pytest.mark.parametrize(
    ("name", "now", "before", "verdict"),
    [
        ("revenue", 101, 100, "same"),  # less than the smallest notable change
        ("revenue", 90, 100, "worse"),
        ("complaints", 90, 100, "better"),  # fewer are good
        ("marketing_spend", 200, 100, "same"),  # neither direction is
        ("returned_revenue", 200, 100, "unknown"),  # returns still come in
        ("revenue", 5, 0, "better"),  # from nothing, without a growth
    ],
)
def test_which_direction_is_good(run, name, now, before, verdict):
    steered_by = steered(run, revenue=0.4, orders=0.3, units=0.3)
    asked = replace(steered_by, held_against=(target(name, 1),))
    table = board.board(comparison(**{name: ((now, None), (before, None))}), asked, "year_before")
    assert table["verdict"].tolist() == [verdict]


def test_without_a_base_nothing_got_better_or_worse(run):
    table = board.board(comparison(revenue=((110, None), (100, None))), run, None)
    assert table["verdict"].tolist() == ["unknown"]
    assert table["change"].isna().all()


def test_shortfalls_are_ranked_by_money_and_say_which_way_is_bad(run):
    held = [target("gross_margin_rate", 0.4), target("on_time_rate", 0.9),
            target("on_time_rate", 0.5, "benchmark"), target("response_hours", 24)]  # fmt: skip
    table = board.board(
        comparison(revenue=((110, None), (100, None)), gross_margin_rate=((33, 110), (40, 100)),
                   on_time_rate=((80, 100), (90, 100)), response_hours=((300, 10), (240, 10))),
        replace(run, held_against=tuple(held)), "year_before",
    )  # fmt: skip
    missed = shortfalls.shortfalls(table)
    assert missed.index.tolist() == [
        ("gross_margin_rate", "target"), ("response_hours", "target"), ("on_time_rate", "target"),
    ]  # fmt: skip
    assert missed["gap"].tolist() == pytest.approx([0.10, 6, 0.10])


def test_where_a_target_was_missed_adds_up_to_the_whole(demo_data):
    from analysis import params

    run = params.load("east", "2026-10")
    asked = engine.compare(demo_data, run, board.indicators(run))
    missed = shortfalls.shortfalls(board.board(asked, run, "year_before"))
    parts = shortfalls.missed_target(demo_data, run, missed)
    name = parts.attrs["measure"]
    whole = asked.loc[name]
    gap = missed.loc[(name, "target"), "gap"] * whole["current_denominator"]
    assert parts["shortfall"].sum() == pytest.approx(gap)
    assert parts["shortfall"].is_monotonic_decreasing
    # The stock-out of East is where East's plan was missed.
    assert (name, parts.index[0]) == ("plan_attainment", "Furniture")


def test_where_no_target_is_missed_there_is_nowhere_to_look(tiny, run):
    table = board.board(engine.compare(tiny, run, ["revenue"]), run, "year_before")
    assert shortfalls.missed_target(tiny, run, shortfalls.shortfalls(table)).empty


def test_half_a_period_is_not_set_against_a_whole_one(run):
    """Revenue of ten days is not 60 % below a month's, nor a rate of them short of its target."""
    table = board.board(
        comparison(revenue=((40, None), (100, None)), gross_margin_rate=((12, 40), (40, 100))),
        run, "year_before", is_whole=False,
    )  # fmt: skip
    assert table["current"].tolist() == [40, 0.3]
    assert table["verdict"].tolist() == ["unknown", "unknown"]
    assert table[["before", "change", "relative", "gap_target", "stake"]].isna().all(axis=None)
    assert shortfalls.shortfalls(table).empty


@pytest.mark.parametrize(("base", "is_known"), [("year_before", True), ("prior", False)])
def test_years_that_share_months_have_no_interval(run, base, is_known):
    """Customers of the year to February and of the year to January are mostly the same."""
    asked = steered(run, retention_rate=0.4, on_time_rate=0.3, revenue=0.3)
    table = comparison(retention_rate=((80, 100), (90, 100)), on_time_rate=((80, 100), (90, 100)))
    for column in ("", "_numerator", "_denominator", "_squares"):
        table[f"prior{column}"] = table[f"year_before{column}"]
    found = board.board(table, asked, base)
    assert found["low"].notna().to_dict() == {"retention_rate": is_known, "on_time_rate": True}


def test_few_cases_in_the_base_are_no_base(run):
    """Four answers a year ago; the target is held against the forty of now."""
    held = replace(run, held_against=(target("on_time_rate", 0.9),))
    table = board.board(comparison(on_time_rate=((20, 40), (4, 4))), held, "year_before")
    assert table[["verdict", "n", "n_before"]].iloc[0].tolist() == ["few", 40, 4]
    assert shortfalls.shortfalls(table)["gap"].tolist() == [pytest.approx(0.4)]
    few_now = board.board(comparison(on_time_rate=((2, 4), (30, 40))), held, "year_before")
    assert shortfalls.shortfalls(few_now).empty


def test_where_a_sum_fell_short_adds_up_to_the_whole(tiny, tiny_run):
    """West, February 2026: 90 on 60 a year before, both of lamps alone; firm: 530 on 210.

    Asked for 1050, seating (150 of 210) is asked for 750 and sold 200; lighting 300 and sold 330.
    """
    run = steered(tiny_run(region="all"), [target("revenue", 1050)], revenue=0.4, orders=0.3,
                  units=0.3)  # fmt: skip
    standing = board.board(engine.compare(tiny, run, board.indicators(run)), run, "year_before")
    parts = shortfalls.missed_target(tiny, run, shortfalls.shortfalls(standing))
    assert parts["shortfall"].sum() == pytest.approx(1050 - 530)
    assert parts.index.name == "category"
    assert parts.loc["Seating", ["target", "shortfall", "before"]].tolist() == [750, 550, 150]
    assert parts.loc["Lighting", ["target", "shortfall", "before"]].tolist() == [300, -30, 60]
    assert (parts.attrs["measure"], parts.attrs["base"]) == ("revenue", "year_before")


def test_customers_who_buy_in_several_parts_are_not_split(tiny, tiny_run):
    run = steered(tiny_run(), [target("customers", 50)], revenue=0.4, orders=0.3, customers=0.3)
    standing = board.board(engine.compare(tiny, run, board.indicators(run)), run, "year_before")
    missed = shortfalls.shortfalls(standing)
    assert missed.index.tolist() == [("customers", "target")]
    assert shortfalls.missed_target(tiny, run, missed).empty
