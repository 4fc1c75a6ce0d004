"""Which days are worked and which are festivals, against what was published."""

from datetime import date
from pathlib import Path

import pytest

from analysis import params
from analysis.calendar import SellingDays, announced_until, days, festival_days
from analysis.errors import ContractError, ParameterError

CHINA = SellingDays(country="CN", festivals=("spring_festival",))
ENGLAND = SellingDays(country="GB", subdivision="ENG", closed=("12-25", "2026-06-19"))


def worked(first: date, last: date) -> list[int]:
    """Days of the month that are worked in China."""
    table = days(first, last, CHINA)
    return table.index[table["is_working"]].day.tolist()


class TestChina:
    def test_the_spring_festival_of_2024_is_as_the_state_council_announced(self):
        """Notice 国办发明电〔2023〕7号: off 10 to 17 February; 4 and 18 February worked."""
        assert worked(date(2024, 2, 3), date(2024, 2, 18)) == [4, 5, 6, 7, 8, 9, 18]
        assert days(date(2024, 2, 4), date(2024, 2, 4), CHINA)["is_moved"].tolist() == [True]

    def test_national_day_of_2024_is_as_announced(self):
        """The same notice: off 1 to 7 October; 29 September and 12 October worked."""
        assert worked(date(2024, 9, 28), date(2024, 10, 13)) == [29, 30, 8, 9, 10, 11, 12]

    def test_the_spring_festival_of_2025_is_as_announced(self):
        """Notice 国办发明电〔2024〕12号: off 28 January to 4 February; 26 January and 8 worked."""
        off = {28, 29, 30, 31}
        january = set(worked(date(2025, 1, 25), date(2025, 1, 31)))
        assert january == {26, 27} and not january & off
        assert worked(date(2025, 2, 1), date(2025, 2, 9)) == [5, 6, 7, 8]

    def test_new_years_days_of_the_lunar_calendar(self):
        """Hong Kong Observatory, Gregorian-Lunar calendar conversion tables."""
        assert festival_days("spring_festival", range(2019, 2027)) == [
            date(2019, 2, 5), date(2020, 1, 25), date(2021, 2, 12), date(2022, 2, 1),
            date(2023, 1, 22), date(2024, 2, 10), date(2025, 1, 29), date(2026, 2, 17),
        ]  # fmt: skip

    def test_phases_meet_and_do_not_overlap(self):
        table = days(date(2024, 1, 1), date(2024, 3, 31), CHINA)["spring_festival"]
        first = {phase: table.index[table == phase][0].date() for phase in set(table) - {""}}
        assert first == {
            "before": date(2024, 1, 20), "during": date(2024, 2, 9), "after": date(2024, 2, 17),
        }  # fmt: skip
        assert table.value_counts()[["before", "during", "after"]].tolist() == [20, 8, 8]

    def test_years_not_yet_announced_are_said(self):
        known = announced_until(CHINA)
        assert known is not None and known >= 2026
        assert not days(date(known + 1, 1, 1), date(known + 1, 12, 31), CHINA)["is_moved"].any()


class TestEngland:
    def test_bank_holidays_of_2026(self):
        """gov.uk/bank-holidays: Boxing Day is a Saturday, so the Monday after is off."""
        table = days(date(2026, 1, 1), date(2026, 12, 31), ENGLAND)
        weekdays = table[(table["holiday"] != "") & (table["weekday"] < 5)]
        assert [f"{day:%m-%d}" for day in weekdays.index] == [
            "01-01", "04-03", "04-06", "05-04", "05-25", "08-31", "12-25", "12-28",
        ]  # fmt: skip

    def test_a_closed_day_is_of_every_year_or_of_one(self):
        closed = days(date(2025, 1, 1), date(2026, 12, 31), ENGLAND)["is_closed"]
        assert [f"{day:%Y-%m-%d}" for day in closed.index[closed]] == [
            "2025-12-25", "2026-06-19", "2026-12-25",
        ]  # fmt: skip

    def test_it_moves_no_working_days(self):
        assert announced_until(ENGLAND) is None

    def test_easter_sundays(self):
        assert festival_days("easter", [2024, 2026]) == [date(2024, 3, 31), date(2026, 4, 5)]


def test_without_a_country_weekdays_are_all_that_is_known():
    table = days(date(2026, 12, 24), date(2026, 12, 27))
    assert table["is_working"].tolist() == [True, True, False, False]
    assert not (table["holiday"] != "").any()


def test_a_table_given_away_can_be_changed_without_harm():
    first = days(date(2026, 1, 1), date(2026, 1, 2))
    first["weekday"] = 0
    assert days(date(2026, 1, 1), date(2026, 1, 2))["weekday"].tolist() == [3, 4]


def test_days_that_end_before_they_begin_are_refused():
    with pytest.raises(ContractError, match="lies before"):
        days(date(2026, 1, 2), date(2026, 1, 1))


@pytest.mark.parametrize(
    ("block", "said"),
    [
        ({"country": "XX"}, "write two letters"),
        ({"country": "GB", "subdivision": "ENGL"}, "did you mean 'ENG'"),
        ({"festivals": ["spring_festivl"]}, "did you mean 'spring_festival'"),
        ({"closed": ["25-12"]}, "write '12-25' or '2026-06-19'"),
        ({"contry": "GB"}, "did you mean 'country'"),
    ],
)
def test_a_mistake_in_a_firms_calendar_is_said(block, said):
    with pytest.raises(ParameterError, match=said):
        params.checked(SellingDays, block, Path("params/calendars/firm.yml"))


def test_a_firms_calendar_is_read_beside_its_source():
    assert params.load("east", "2026-10", "demo").calendar.country == "GB"
    assert params.load("east", "2026-10", "large").calendar == SellingDays()
