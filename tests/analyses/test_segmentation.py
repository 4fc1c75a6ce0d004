"""Scores and tiers: ten customers worked on paper, then what holds for any."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal, assert_series_equal

from analysis import params
from analysis.analyses import segmentation
from analysis.errors import ContractError
from analysis.measures import engine

REFERENCE = {"high_value": 0.15, "potential": 0.30, "basic": 0.40, "at_risk": 0.15}

# Ten customers: two to each fifth where all differ. Six ordered once, two twice, two thrice, so of
# orders 0, 6 or 8 of 10 customers did worse: scores 1 + 0, 1 + 3 and 1 + 4.
#       days orders money   r  f  m  tier at 3
PAPER = {
    "A": (1, 3, 900, 5, 5, 5, "high_value"),
    "B": (2, 3, 1000, 5, 5, 5, "high_value"),
    "C": (10, 2, 100, 4, 4, 1, "basic"),  # mean of 4 and 1 is 2.5
    "D": (20, 1, 800, 4, 1, 4, "basic"),
    "E": (30, 1, 700, 3, 1, 4, "basic"),
    "F": (40, 2, 300, 3, 4, 2, "high_value"),  # mean of 4 and 2 is 3: high
    "G": (50, 1, 600, 2, 1, 3, "at_risk"),
    "H": (60, 1, 500, 2, 1, 3, "at_risk"),
    "I": (70, 1, 400, 1, 1, 2, "at_risk"),
    "J": (80, 1, 200, 1, 1, 1, "at_risk"),
}


def on_paper() -> pd.DataFrame:
    columns = ["days_since_last_order", "order_count", "revenue", "r", "f", "m", "tier"]
    table = pd.DataFrame.from_dict(PAPER, orient="index", columns=columns)
    return table.rename_axis("customer_id").astype({"revenue": float})


def activity(**customers: tuple[int, int, float]) -> pd.DataFrame:
    columns = ["days_since_last_order", "order_count", "revenue"]
    table = pd.DataFrame.from_dict(customers, orient="index", columns=columns)
    return table.rename_axis("customer_id").astype({"revenue": float})


def tiered(**tier_and_revenue: tuple[str, float]) -> pd.DataFrame:
    table = pd.DataFrame.from_dict(tier_and_revenue, orient="index", columns=["tier", "revenue"])
    categories = pd.Categorical(table["tier"], categories=segmentation.TIERS)
    return table.assign(tier=categories).rename_axis("customer_id")


activities = st.dictionaries(
    st.text("ABCDEFGH", min_size=1, max_size=4),
    st.tuples(st.integers(0, 400), st.integers(1, 5), st.floats(-100, 1e6)),
    max_size=30,
).map(lambda customers: activity(**customers))


def test_ten_customers_score_as_on_paper():
    paper = on_paper()
    scored = segmentation.rfm(paper[["days_since_last_order", "order_count", "revenue"]])
    assert scored["r_score"].tolist() == paper["r"].tolist()
    assert scored["f_score"].tolist() == paper["f"].tolist()
    assert scored["m_score"].tolist() == paper["m"].tolist()


def test_ten_customers_fall_into_tiers_as_on_paper():
    paper = on_paper()
    scored = segmentation.rfm(paper[["days_since_last_order", "order_count", "revenue"]])
    assert segmentation.tiers(scored, 3.0)["tier"].tolist() == paper["tier"].tolist()


def test_fewer_days_since_the_last_order_score_higher():
    scored = segmentation.rfm(activity(lately=(1, 1, 1), long_ago=(300, 1, 1)))
    assert scored.loc["lately", "r_score"] > scored.loc["long_ago", "r_score"]


def test_potential_customers_bought_much_but_not_lately():
    scores = pd.DataFrame(
        {"r_score": [5, 2, 5, 2], "value_score": [3.0, 3.0, 2.5, 2.5]}, index=list("ABCD")
    )
    assert segmentation.tiers(scores, 3.0)["tier"].tolist() == segmentation.TIERS


@given(activities)
def test_equal_customers_score_equal(customers):
    scored = segmentation.rfm(customers)
    for column, score in zip(customers.columns, ["r_score", "f_score", "m_score"], strict=True):
        pairs = scored[[column, score]].drop_duplicates()
        assert pairs[column].is_unique


@given(activities, st.floats(1.1, 5))
def test_everyone_is_in_exactly_one_tier_and_nothing_is_lost(customers, high_score):
    placed = segmentation.tiers(segmentation.rfm(customers), high_score)
    summary = segmentation.tier_summary(placed, REFERENCE)
    parts, whole = summary.drop("total"), summary.loc["total"]
    assert placed["tier"].notna().all()
    assert summary.index.tolist() == [*segmentation.TIERS, "total"]
    assert parts["customers"].sum() == whole["customers"] == len(customers)
    assert parts["revenue"].sum() == pytest.approx(customers["revenue"].sum())
    assert whole["revenue"] == pytest.approx(customers["revenue"].sum())


@given(activities, st.randoms())
def test_the_order_of_rows_does_not_matter(customers, random):
    shuffled = list(customers.index)
    random.shuffle(shuffled)
    again = segmentation.rfm(customers.loc[shuffled]).loc[customers.index]
    assert_frame_equal(again, segmentation.rfm(customers))


def test_the_input_is_left_alone():
    customers = on_paper()
    before = customers.copy(deep=True)
    segmentation.tiers(segmentation.rfm(customers), 3.0)
    segmentation.by_fifth(customers)
    assert_frame_equal(customers, before)


def test_a_repeated_customer_is_an_error():
    twice = pd.concat([on_paper(), on_paper().iloc[:1]])
    with pytest.raises(ContractError, match=r"one row per customer_id; repeated: \['A'\]"):
        segmentation.rfm(twice)


def test_a_missing_value_is_an_error():
    with pytest.raises(ContractError, match=r"for 1 of 10 customers, e.g. \['C'\]"):
        segmentation.rfm(on_paper().assign(revenue=lambda t: t["revenue"].where(t.index != "C")))


def test_score_ranges_count_everyone_on_each_score():
    ranges = segmentation.score_ranges(segmentation.rfm(on_paper()))
    assert ranges.index.tolist() == [5, 4, 3, 2, 1]
    assert ranges["r_customers"].tolist() == [2, 2, 2, 2, 2]
    assert ranges["f_customers"].tolist() == [2, 2, 0, 0, 6]
    assert ranges.loc[1, ["r_low", "r_high"]].tolist() == [70, 80]
    assert ranges["f_low"].isna().tolist() == [False, False, True, True, False]


def test_the_grid_holds_everyone_once():
    grid = segmentation.score_grid(segmentation.rfm(on_paper()))
    assert grid.shape == (9, 5)
    assert grid.to_numpy().sum() == 10
    assert grid.loc[5.0, 5] == 2  # A and B
    assert grid.loc[2.5, 4] == 2  # C and D


def test_the_summary_is_as_on_paper():
    placed = segmentation.tiers(segmentation.rfm(on_paper()), 3.0)
    summary = segmentation.tier_summary(placed, REFERENCE)
    high = summary.loc["high_value"]  # A, B and F
    assert high["customers"] == 3
    assert high["share"] == pytest.approx(0.3)
    assert high["reference_share"] == 0.15
    assert high["revenue"] == 2200
    assert high["revenue_share"] == pytest.approx(2200 / 5500)
    assert high["median_days_since_last_order"] == 2
    assert high["orders_per_customer"] == pytest.approx(8 / 3)
    assert summary.loc["potential", "customers"] == 0
    assert pd.isna(summary.loc["potential", "orders_per_customer"])


def test_moves_are_counted_by_where_from_and_where_to():
    before = tiered(A=("high_value", 100), B=("basic", 10), C=("at_risk", 5))
    now = tiered(A=("potential", 80), B=("basic", 12), D=("basic", 7))
    moves = segmentation.moves(before, now, comparable=True)
    there = moves[moves["customers"] > 0]
    assert there.index.tolist() == [
        ("high_value", "potential"),
        ("basic", "basic"),
        ("at_risk", "gone"),
        ("new", "basic"),
    ]
    assert there["revenue_before"].tolist() == [100, 10, 5, 0]
    assert there["revenue_now"].tolist() == [80, 12, 0, 7]


@given(activities, activities)
def test_the_margins_of_the_moves_are_the_two_counts(earlier, later):
    before, now = (segmentation.tiers(segmentation.rfm(each), 3.0) for each in (earlier, later))
    counts = segmentation.moves(before, now, comparable=True)["customers"].unstack("now")
    rows = counts.sum(axis=1).reindex(segmentation.TIERS)
    columns = counts.sum().reindex(segmentation.TIERS)
    assert rows.tolist() == before["tier"].value_counts().reindex(segmentation.TIERS).tolist()
    assert columns.tolist() == now["tier"].value_counts().reindex(segmentation.TIERS).tolist()
    flows = segmentation.flows(segmentation.moves(before, now, comparable=True))
    balance = flows["before"] + flows["joined"] - flows["left"]
    assert_series_equal(balance, flows["now"], check_names=False)


def test_without_a_whole_earlier_window_there_are_no_moves():
    customers = tiered(A=("basic", 1))
    moves = segmentation.moves(customers.iloc[:0], customers, comparable=False)
    assert len(moves) == 0
    assert len(segmentation.flows(moves)) == 0


def test_fifths_are_of_equal_number_and_add_up():
    groups = segmentation.by_fifth(on_paper())
    assert groups["customers"].tolist() == [2, 2, 2, 2, 2]
    assert groups["revenue"].tolist() == [1900, 1500, 1100, 700, 300]
    assert groups["smallest"].tolist() == [900, 700, 500, 300, 100]
    assert groups["cumulative_share"].iloc[-1] == pytest.approx(1)


def test_shares_of_no_revenue_are_missing():
    groups = segmentation.by_fifth(activity(A=(1, 1, 10), B=(1, 1, -10)))
    assert groups["share"].isna().all()
    assert groups["customers"].sum() == 2


def test_earlier_moves_are_those_of_the_periods_before(demo_data):
    run, firm = params.load("east", "2026-10", "demo"), demo_data
    found = segmentation.usual_moves(firm, run)
    assert len(found) == run.settings.rfm.usual_steps
    months, high = run.settings.rfm.months, run.settings.rfm.high_score
    now, before = (
        segmentation.tiers(
            segmentation.rfm(engine.customer_activity(firm, run.region, last, months)), high
        )
        for last in (run.period.last - 3, run.period.last - 4)
    )
    counts = segmentation.moves(before, now, comparable=True)["customers"]
    into = sum(counts[(tier, "at_risk")] for tier in ("high_value", "potential", "basic"))
    step = found.loc[run.period.last - 3]
    assert (step["customers"], step["into_at_risk"]) == (counts.sum(), into)
    assert step["share"] == into / counts.sum()
