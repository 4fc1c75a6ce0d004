"""The pipeline of four opportunities worked by hand, and what must hold of any."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from pandas.testing import assert_frame_equal

from analysis import params
from analysis.analyses import pipeline
from analysis.evaluation.firms import opened
from analysis.measures import pipeline as measures

ORDER = ["meet", "offer"]
START, END = pd.Timestamp("2026-01-01"), pd.Timestamp("2026-02-01")


@pytest.fixture(scope="module")
def wanted():
    return params.load("east", "2026-01").settings.pipeline


def opportunities():
    rows = [
        # won in January, lost at the offer, lost at once, open
        ("A", 100.0, "2026-01-02", "2026-01-20", "won"),
        ("B", 300.0, "2025-12-20", "2026-01-15", "lost"),
        ("C", 50.0, "2026-01-05", "2026-01-09", "lost"),
        ("D", 70.0, "2026-01-10", None, "open"),
    ]
    names = ["opportunity_id", "amount", "created_at", "closed_at", "outcome"]
    table = pd.DataFrame(rows, columns=names).set_index("opportunity_id")
    times = {name: pd.to_datetime(table[name]) for name in ("created_at", "closed_at")}
    return table.assign(customer_id="c", owner_id="o", region="east", **times)


def events():
    rows = [
        ("A", "meet", "2026-01-02"),
        ("A", "offer", "2026-01-10"),
        ("A", "closed", "2026-01-20"),
        ("B", "meet", "2025-12-20"),
        ("B", "offer", "2026-01-01"),
        ("B", "closed", "2026-01-15"),
        ("C", "meet", "2026-01-05"),
        ("C", "closed", "2026-01-09"),
        ("D", "meet", "2026-01-10"),
        ("D", "offer", "2026-01-30"),
    ]
    table = pd.DataFrame(rows, columns=["opportunity_id", "stage", "entered_at"])
    return table.assign(entered_at=pd.to_datetime(table["entered_at"]))


def spells(end=END):
    return pipeline.spells(opportunities(), events(), ORDER, end)


def funnel():
    return pipeline.funnel(spells(), ORDER, START, END, least=1)


def test_stages_are_ordered_as_most_went_through_them(wanted):
    assert pipeline.stage_order(events(), wanted) == ORDER
    shuffled = events().sample(frac=1, random_state=1)
    assert pipeline.stage_order(shuffled, wanted) == ORDER


def test_a_set_order_stands(wanted):
    given = wanted.model_copy(update={"stages": ["offer", "meet"]})
    assert pipeline.stage_order(events(), given) == ["offer", "meet"]


def test_a_spell_ends_with_the_next_stage_or_the_decision():
    table = spells().set_index(["opportunity_id", "stage"])
    assert table["result"].to_dict() == {
        ("A", "meet"): "on",
        ("A", "offer"): "on",
        ("B", "meet"): "on",
        ("B", "offer"): "lost",
        ("C", "meet"): "lost",
        ("D", "meet"): "on",
        ("D", "offer"): "open",
    }
    assert table.loc[("A", "meet"), "left_at"] == pd.Timestamp("2026-01-10")
    assert table.loc[("C", "meet"), "left_at"] == pd.Timestamp("2026-01-09")


def test_what_happens_later_is_not_known_yet():
    table = spells(pd.Timestamp("2026-01-12")).set_index(["opportunity_id", "stage"])
    assert table.loc[("A", "offer"), "result"] == "open"
    assert table.loc[("B", "offer"), "result"] == "open"
    assert ("D", "offer") not in table.index


def test_the_funnel_counts_who_left_in_the_window():
    table = funnel()
    assert table["left"].tolist() == [4, 2]  # A, B, C and D left the meeting; A and B the offer
    assert table["on"].tolist() == [3, 1]
    assert table["waiting"].tolist() == [0, 1]
    assert table["conversion"].tolist() == [0.75, 0.5]
    assert table["amount_conversion"].tolist() == pytest.approx([470 / 520, 100 / 400])
    assert table["days"].tolist() == [
        8.0,
        10.0,
    ]  # C 4, A 8, D 20, B 12 seen from its 12th on; A 10, B 14


def test_closed_without_an_outcome_is_neither_won_nor_lost_nor_open():
    lines = pd.DataFrame({"order_id": ["O"], "line_no": ["1"], "customer_id": ["c"],
                          "ordered_at": [START], "region": ["east"], "quantity": [1.0],
                          "revenue": [1.0]})  # fmt: skip
    deals = opportunities().reset_index().drop(columns="region")
    deals.loc[deals["opportunity_id"] == "C", "outcome"] = None
    data = opened({"order_lines": lines, "opportunities": deals, "stage_events": events()})
    known = measures.opportunities(data, "all")
    assert known.index.tolist() == ["A", "B", "D"]
    assert pipeline.decided(known, START, END)["win_rate"] == 0.5
    assert set(measures.stages(data, "all")["opportunity_id"]) == {"A", "B", "D"}


def test_decided_ones_are_won_or_lost_in_the_window():
    of_all = pipeline.decided(opportunities(), START, END)
    assert (of_all["decided"], of_all["won"], of_all["arrived"], of_all["open"]) == (3, 1, 3, 1)
    assert of_all["amount_win_rate"] == pytest.approx(100 / 450)
    assert of_all["days"] == 18


def test_skipped_stages_are_out_of_order():
    skipped = events().query("not (opportunity_id == 'A' and stage == 'meet')")
    seen = pipeline.spells(opportunities(), skipped, ORDER, END)
    table = pipeline.hygiene(seen, ORDER, START)
    assert table["out_of_order"].tolist() == [0, 1]
    assert table.loc["offer", "rate"] == pytest.approx(1 / 3)


def random_window(rng):
    left = rng.integers(20, 200, 3).astype(float)
    on = np.array([rng.integers(1, n) for n in left], dtype=float)
    stages = pd.DataFrame(
        {
            "left": left,
            "on": on,
            "conversion": on / left,
            "days": 5.0,
            "days_low": 4.0,
            "days_high": 6.0,
        },
        index=list("abc"),
    )
    return stages, {
        "arrived": float(rng.integers(20, 200)),
        "won": on[-1],
        "amount_won": on[-1] * rng.uniform(10, 900),
    }


def test_effects_add_up_and_change_sign_with_the_sides():
    rng = np.random.default_rng(7)
    for _ in range(50):
        (now, of_now), (base, of_base) = random_window(rng), random_window(rng)
        totals = pd.DataFrame([of_now, of_base], index=["now", "base"])
        effects = pipeline.change_in_won(now, base, totals)["effect"]
        assert_allclose(effects.sum(), of_now["amount_won"] - of_base["amount_won"], atol=1e-6)
        back = pipeline.change_in_won(base, now, totals.iloc[::-1].set_axis(["now", "base"]))
        assert_allclose(back["effect"], -effects, atol=1e-6)


def test_a_factor_of_nothing_cannot_be_split():
    now, of_now = random_window(np.random.default_rng(1))
    base, of_base = random_window(np.random.default_rng(2))
    totals = pd.DataFrame([of_now, of_base], index=["now", "base"])
    assert pipeline.change_in_won(now, base.assign(conversion=[0.5, 0.0, 0.5]), totals).empty
    assert pipeline.change_in_won(now, pd.DataFrame(), totals).empty


def test_a_leak_is_wins_lost_at_later_conversion():
    index = pd.Index(["a", "b"], name="stage")
    same = {"days": [5.0, 5.0], "days_low": [4.0, 4.0], "days_high": [6.0, 6.0]}
    now = pd.DataFrame(
        {"left": [100.0, 40.0], "on": [40.0, 20.0], "conversion": [0.4, 0.5], **same}, index=index
    )
    base = pd.DataFrame(
        {"left": [100.0, 60.0], "on": [60.0, 30.0], "conversion": [0.6, 0.5], **same}, index=index
    )
    totals = pd.DataFrame({"won": [20.0], "amount_won": [2000.0]}, index=["now"])
    table = pipeline.against(now, base, totals, 30)
    assert table.loc["a", "wins"] == pytest.approx(100 * -0.2 * 0.5)
    assert table.loc["a", "money"] == pytest.approx(-1000)
    assert table.loc["a", "chance"] < 0.05 < table.loc["b", "chance"]
    assert pipeline.against(now, base, totals, 101)["chance"].isna().all()


def test_slower_is_said_where_intervals_do_not_meet():
    now = funnel().assign(left=50.0, on=25.0, days_low=9.0, days_high=12.0)
    base = now.assign(days=5.0, days_low=4.0, days_high=8.0)
    totals = pd.DataFrame([pipeline.decided(opportunities(), START, END)], index=["now"])
    assert pipeline.against(now, base, totals, 30)["is_slower"].all()
    assert not pipeline.against(now, now, totals, 30)["is_slower"].any()


def test_tables_given_are_left_alone():
    before, stages = opportunities(), events()
    pipeline.spells(before, stages, ORDER, END)
    assert_frame_equal(before, opportunities())
    assert_frame_equal(stages, events())


def test_a_firm_without_a_pipeline_has_an_empty_view(tiny, tiny_run):
    seen = pipeline.view(tiny, tiny_run())
    assert seen.order == []
    assert seen.stages.empty


def test_the_invented_firms_stages_hold_what_its_tables_hold(demo_data):
    run = params.load("east", "2026-10")
    seen = pipeline.view(demo_data, run)
    deals = demo_data.tables["opportunities"].execute().set_index("opportunity_id")
    home = demo_data.tables["customers"].execute().set_index("customer_id")["region"]
    own = deals[deals["customer_id"].map(home) == "east"]
    done = own[own["closed_at"].between("2025-11-01", "2026-10-31 23:59:59")]
    assert seen.totals.loc["now", "decided"] == len(done)
    assert seen.totals.loc["now", "won"] == (done["outcome"] == "won").sum()
    assert seen.order == ["contact", "need confirmed", "proposal", "negotiation"]
    assert seen.stages["on"].iloc[-1] == seen.totals.loc["now", "won"]
