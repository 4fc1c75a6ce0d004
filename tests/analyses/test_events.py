import numpy as np
import pandas as pd
import pytest

from analysis import params, questions
from analysis.analyses import events
from analysis.analyses.counterfactual import Panel, Scope
from analysis.measures import diary

from .test_counterfactual import weekly

AS_OF = pd.Timestamp("2026-10-31")


@pytest.fixture(scope="module")
def asked():
    return questions.load()


@pytest.fixture(scope="module")
def run():
    return params.load("all", "2026-10", "demo")


def noted(*rows) -> pd.DataFrame:
    columns = ["event_id", "kind", "starts_at", "ends_at", "region", "category", "note"]
    table = pd.DataFrame(rows, columns=columns).astype({"region": object, "category": object})
    return table.assign(
        starts_at=pd.to_datetime(table["starts_at"]), ends_at=pd.to_datetime(table["ends_at"])
    )


def around(table, *rows) -> events.Around:
    return events.Around(Panel(table), noted(*rows), AS_OF.date())


RIVAL = ("E1", "competitor", "2026-08-23", None, "north", "Rugs", "opened")


def test_an_events_effect_is_measured_on_its_own_scope_from_its_first_day(run, asked):
    table = weekly({(("north",), ("Rugs",), 9): 0.7})
    found = events.event_effects(around(table, RIVAL), run, asked).iloc[0]
    assert found["weeks"] == 10
    assert found["effect"] == pytest.approx(-0.3)
    assert found["says"] == "fell"


def test_an_event_that_moved_nothing_has_no_visible_effect(run, asked):
    found = events.event_effects(around(weekly(), RIVAL), run, asked).iloc[0]
    assert found["says"] == "nothing"


def test_a_range_that_leaves_room_for_much_is_not_called_no_effect(run, asked):
    thin = weekly(lines=12.0, chance=np.random.default_rng(5))
    found = events.event_effects(around(thin, RIVAL), run, asked).iloc[0]
    assert found["high"] > asked.events.nothing
    assert (found["says"], found["why"]) == ("unclear", "wide")


def test_events_elsewhere_or_long_over_are_not_listed(asked):
    west = params.load("west", "2026-10", "demo")
    old = ("E2", "other", "2024-02-01", "2024-02-20", None, None, "over")
    assert events.event_effects(around(weekly(), RIVAL, old), west, asked).empty


def test_an_event_of_two_days_cannot_be_told_from_weeks(run, asked):
    short = ("E3", "holiday", "2026-08-25", "2026-08-26", None, None, "feast")
    found = events.event_effects(around(weekly(), short), run, asked).iloc[0]
    assert (found["says"], found["why"]) == ("unclear", "short")


def test_an_event_without_a_last_day_lasts_and_a_holiday_without_one_is_a_day():
    feast = ("E6", "holiday", "2026-08-25", None, None, None, "feast")
    table = diary.closed(noted(RIVAL, feast)).set_index("event_id")
    assert pd.isna(table.loc["E1", "ends_at"])
    assert table.loc["E6", "ends_at"] == table.loc["E6", "starts_at"]


def test_a_second_event_in_a_scope_is_compared_with_the_weeks_since_the_first(asked):
    first = ("E4", "price", "2026-05-03", None, None, "Rugs", "dearer")
    second = ("E5", "policy", "2026-08-23", None, None, "Rugs", "labels")
    made = around(weekly({(None, ("Rugs",), 25): 0.8}), first, second)
    row = made.noted.iloc[1]
    spell = events.spell_of(made, row, Scope(None, "Rugs"), asked)
    assert (spell.before.first, spell.before.last) == (25, 10)
    run = params.load("all", "2026-10", "demo")
    found = events.event_effects(made, run, asked).set_index("event_id")
    assert found.loc["E4", "effect"] == pytest.approx(-0.2)
    assert found.loc["E5", "effect"] == pytest.approx(0, abs=1e-9)


def test_the_planted_events_of_the_demo_firm_are_seen_and_the_others_are_not(demo_data, run, asked):
    found = events.event_effects(events.Around.of(demo_data, run), run, asked)
    said = found.set_index("note")["says"]
    assert said["Loom & Larder opened six shops"] == "fell"
    assert said[said.index.str.startswith("13 best sellers")].tolist() == ["fell"]
    assert said["List prices +7.0%"] == "fell"
    assert said["New labels for lamps' use of power"] == "unclear"
    assert said["Road works at the depot"] == "unclear"
    planted = found[found["kind"].isin(["competitor", "stock_out", "price"])]
    truth = {"competitor": -0.30, "stock_out": -0.60, "price": 1.07**-1.8 - 1}
    for row in planted.itertuples():
        assert row.low <= truth[row.kind] <= row.high


def test_later_days_change_nothing_in_what_was_known_before(demo_data, asked):
    then = params.load("north", "2026-06", "demo")
    made = events.Around.of(demo_data, then)
    assert made.noted["starts_at"].max() <= pd.Timestamp("2026-06-30")
    assert (events.event_effects(made, then, asked)["starts_at"] <= "2026-06-30").all()
