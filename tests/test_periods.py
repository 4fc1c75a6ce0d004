"""Periods: every way to write one, what they are compared with, and what is no period."""

from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.errors import ParameterError
from analysis.periods import month_label, parse

MONTHS = st.integers(0, 12 * 60).map(lambda n: pd.Period("1980-01", "M") + n)


@st.composite
def spans(draw):
    first = draw(MONTHS)
    return parse(f"{first}..{first + draw(st.integers(0, 60))}")


@pytest.mark.parametrize(
    ("written", "first", "last", "label"),
    [
        ("2026-10", "2026-10", "2026-10", "October 2026"),
        ("2026-Q3", "2026-07", "2026-09", "Q3 2026"),
        ("2026", "2026-01", "2026-12", "2026"),
        ("2014-2017", "2014-01", "2017-12", "2014–2017"),
        ("2014..2017", "2014-01", "2017-12", "2014–2017"),
        ("2026-03..2026-08", "2026-03", "2026-08", "March 2026 – August 2026"),
        ("2025-Q4..2026-Q1", "2025-10", "2026-03", "October 2025 – March 2026"),
        ("2026-02..2026-04", "2026-02", "2026-04", "February 2026 – April 2026"),
    ],
)
def test_a_period_is_whole_months(written, first, last, label):
    period = parse(written)
    assert (str(period.first), str(period.last), period.label) == (first, last, label)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2026-07..2026-09", "2026-Q3"),
        ("2026-Q1..2026-Q4", "2026"),
        ("2026-10..2026-10", "2026-10"),
        ("2026-2026", "2026"),
        ("2014-01..2017-12", "2014-2017"),
    ],
)
def test_equal_months_are_equal_periods_however_written(one, other):
    assert parse(one) == parse(other)
    assert str(parse(one)) == other


def test_first_and_last_day_know_leap_years():
    assert (parse("2024-02").start, parse("2024-02").end) == (date(2024, 2, 1), date(2024, 2, 29))
    assert parse("2025-02").end == date(2025, 2, 28)


@pytest.mark.parametrize(
    ("written", "prior", "year_before"),
    [
        ("2026-01", "2025-12", "2025-01"),
        ("2026-Q1", "2025-Q4", "2025-Q1"),
        ("2026", "2025", "2025"),
        ("2014-2017", "2010-2013", "2013-2016"),
        ("2026-03..2026-08", "2025-09..2026-02", "2025-03..2025-08"),
    ],
)
def test_what_a_period_is_compared_with(written, prior, year_before):
    period = parse(written)
    assert (period.prior().text, period.year_before().text) == (prior, year_before)


@pytest.mark.parametrize(
    "written",
    [
        "June", "2024-13", "2024-00", "2024-06-30", "2024-6", "2026-Q5", "2026-Q0", "2026Q3", "26",
        "2026-10 ", "2026-10\n", "2024..", "..2024", "2024...2025", "", "latest", "0000", "99999",
        "٢٠٢٤",
    ],
)  # fmt: skip
def test_what_is_no_period_is_said_with_examples(written):
    with pytest.raises(ParameterError, match=r"is not a period; write a month '2026-10', a quart"):
        parse(written)


@pytest.mark.parametrize("written", ["2017-2014", "2026-08..2026-03", "2026-Q3..2026-Q1"])
def test_a_period_that_ends_before_it_starts_is_no_period(written):
    with pytest.raises(ParameterError, match="ends before it starts; write the earlier part first"):
        parse(written)


def test_month_label_is_for_a_reader():
    assert month_label(pd.Period("2026-10", "M")) == "October 2026"


class TestForAnyPeriod:
    @given(spans())
    def test_the_prior_period_ends_where_it_starts(self, period):
        prior = period.prior()
        assert prior.last + 1 == period.first
        assert prior.month_count == period.month_count

    @given(spans())
    def test_the_year_before_is_as_long_and_has_the_same_months(self, period):
        before = period.year_before()
        assert before.month_count == period.month_count
        assert before.first.month == period.first.month
        assert before.first.year == period.first.year - 1

    @given(spans())
    def test_its_text_reads_back(self, period):
        assert parse(period.text) == period
        assert parse(period.prior().text) == period.prior()

    @given(spans(), st.integers(-50, 50))
    def test_shifting_there_and_back_is_nothing(self, period, months):
        assert period.shifted(months).shifted(-months) == period
