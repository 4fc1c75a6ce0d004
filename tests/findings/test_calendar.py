from datetime import date

import pandas as pd
import pytest

from analysis import params
from analysis.exhibits import calendar as show
from analysis.exhibits.record import Absent
from analysis.findings import calendar as say

NONE = float("nan")


@pytest.fixture(scope="module")
def run():
    return params.load("east", "2026-10", "demo")


def facts(**changed: int) -> pd.DataFrame:
    """October 2026 against September 2026 and October 2025; what is changed is of October 2026."""
    row = {"first": date(2026, 10, 1), "last": date(2026, 10, 31), "days": 31, "working_days": 22,
           "weekend_days": 9, "holidays": 0, "moved_days": 0, "closed_days": 0,
           "festival_days": 0, "order_days": 31.0, "is_announced": True}  # fmt: skip
    windows = {"current": row | changed, "prior": row, "year_before": row}
    return pd.DataFrame.from_dict(windows, orient="index")


def adjusted(**changed: float) -> pd.DataFrame:
    row = {"first": date(2026, 10, 1), "last": date(2026, 10, 31), "base_first": date(2025, 10, 1),
           "base_last": date(2025, 10, 31), "revenue": 900.0, "before": 1000.0, "change": -100.0,
           "growth": -0.1, "worth": 30.0, "base_worth": 31.0, "calendar": -0.03,
           "calendar_low": -0.04, "calendar_high": -0.02, "rest": 0.9 / 0.97 - 1,
           "rest_low": -0.08, "rest_high": -0.06, "calendar_money": -30.0,
           "calendar_chance": 0.001} | changed  # fmt: skip
    return pd.DataFrame.from_dict({"prior": row, "year_before": row}, orient="index")


def said(run, facts_, adjusted_, base="year_before", is_whole=True) -> str:
    return say.fair(facts_, adjusted_, run, base, is_whole).sentence


def test_the_calendars_part_is_named_with_its_range(run):
    finding = say.fair(
        facts(working_days=21, weekend_days=10), adjusted(), run, "year_before", True
    )
    assert finding.sentence == (
        "October 2026 has 1 fewer working day and 1 more weekend day than the same days of a year "
        "earlier: by itself that is worth −3.0% of revenue (95% range −4.0% to −2.0%), so revenue "
        "fell 7.2% on equal days, not −10.0%."
    )
    assert finding.notable and finding.at_stake == 30
    assert finding.certainty == pytest.approx(0.999)


def test_growth_on_equal_days_rises_where_it_does(run):
    text = said(run, facts(festival_days=3), adjusted(rest=0.05, growth=0.02))
    assert "3 more days about Spring Festival" in text
    assert "revenue rose 5.0% on equal days, not +2.0%" in text


def test_an_effect_that_may_be_nothing_is_called_uncertain(run):
    finding = say.fair(facts(holidays=1), adjusted(calendar_chance=0.4), run, "year_before", True)
    assert "1 more public holiday" in finding.sentence
    assert "too uncertain to say which way" in finding.sentence
    assert not finding.notable


def test_a_calendar_worth_nothing_explains_nothing(run):
    text = said(run, facts(), adjusted(calendar=0.001))
    assert text.startswith("The calendar does not explain the change")


def test_days_of_the_same_kinds_may_be_other_weekdays(run):
    assert "has other weekdays than the same days" in said(run, facts(), adjusted())


def test_a_period_held_in_part_is_compared_with_the_same_days(run):
    part = adjusted(last=date(2026, 10, 18), base_last=date(2025, 10, 18))
    finding = say.fair(facts(), part, run, "year_before", False)
    assert finding.sentence.startswith(
        "The data hold 1–18 October 2026 only: revenue of £900, −10.0% on 1–18 October 2025 "
        "(£1.00k)."
    )
    assert finding.notable and finding.at_stake == 100 and finding.certainty == 1


def test_nothing_in_the_base_is_said_and_no_growth_made_up(run):
    empty = adjusted(before=0.0, growth=NONE, calendar=NONE, calendar_chance=NONE, rest=NONE)
    assert "was nothing or less" in said(run, facts(), empty)
    assert "against £0 on" in said(run, facts(), empty, is_whole=False)


def test_too_short_a_history_is_said(run):
    short = adjusted(calendar=NONE, calendar_chance=NONE, calendar_money=NONE, rest=NONE)
    finding = say.fair(facts(), short, run, "year_before", True)
    assert "at least 365 days before the period, 100 of them with orders" in finding.sentence
    assert not finding.notable and finding.at_stake == 0


def test_without_a_base_there_is_a_sentence_and_no_number(run):
    none = adjusted(before=NONE, change=NONE, growth=NONE, calendar=NONE, calendar_chance=NONE,
                    calendar_money=NONE)  # fmt: skip
    assert said(run, facts(), none, base=None) == (
        "The data do not reach back to days to compare with."
    )
    assert "with no earlier days to compare with" in said(run, facts(), none, None, False)


def test_working_days_not_yet_announced_are_a_caveat(run):
    finding = say.fair(facts(is_announced=False), adjusted(), run, "year_before", True)
    assert "2026 had not been announced" in finding.caveats[0]


def test_the_table_leaves_out_kinds_of_day_there_are_none_of(run):
    worth = pd.DataFrame(
        {"weight": [1.0], "low": [0.9], "high": [1.1], "days": [52.0]}, index=["weekday.0"]
    )
    table = show.fair_table(facts(), adjusted(), worth, run)
    names = [row[0] for row in table.rows]
    assert "Weekend days worked" not in names and "Public holidays" in names
    assert names[-3:] == ["Growth to this period", "… of it the calendar's", "… on equal days"]
    assert table.rows[-2][2] == "−3.0% (−4.0% to −2.0%)"


def test_bars_say_what_days_are_worth(run):
    worth = pd.DataFrame(
        {"weight": [1.2, 0.5], "low": [1.1, 0.4], "high": [1.3, 0.6], "days": [50.0, 24.0]},
        index=["weekday.0", "spring_festival.during"],
    )
    assert "Monday 1.20; In the Spring Festival 0.50" in show.day_weights(worth).alt
    assert isinstance(show.day_weights(worth.iloc[:0]), Absent)
