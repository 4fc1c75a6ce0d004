"""Numbers as words: three figures, true minus signs, and nothing where there is no number."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import units

NO_NUMBER = [None, float("nan"), float("inf"), float("-inf")]


@pytest.mark.parametrize(
    ("amount", "written"),
    [
        (0, "£0"),
        (12.3, "£12.30"),
        (999, "£999"),
        (999.49, "£999"),
        (999.5, "£1.00k"),  # not £1,000 beside £999
        (1_240, "£1.24k"),
        (9_994, "£9.99k"),
        (9_995, "£10.0k"),  # not £9.99k or £10.00k
        (99_950, "£100k"),
        (999_499, "£999k"),
        (999_500, "£1.00m"),
        (1_240_000, "£1.24m"),
        (2.5e9, "£2.50bn"),
        (-310_000, "−£310k"),
        (-0.004, "£0"),  # nothing has no sign
        (-0.006, "−£0.01"),
    ],
)
def test_money_has_three_figures(amount, written):
    assert units.money(amount) == written


@pytest.mark.parametrize(
    ("amount", "written"),
    [(0, "£0"), (50_000, "£50k"), (12_500, "£12.5k"), (1e6, "£1m"), (-1_250_000, "−£1.25m"),
     (100, "£100"), (200_000, "£200k")],
)  # fmt: skip
def test_a_tick_of_an_axis_has_no_idle_zeros(amount, written):
    assert units.money_tick(amount) == written


@pytest.mark.parametrize(
    ("amount", "digits", "written"),
    [(678_781.24, 0, "£678,781"), (678_781.24, 2, "£678,781.24"), (-0.4, 0, "£0"),
     (-0.004, 2, "£0.00"), (-91_522.78, 2, "−£91,522.78")],
)  # fmt: skip
def test_money_in_full_adds_up_on_paper(amount, digits, written):
    assert units.money_in_full(amount, digits=digits) == written


@pytest.mark.parametrize(
    ("amount", "written"), [(0, "0"), (1_401, "1,401"), (-12, "−12"), (-0.2, "0"), (2.0, "2")]
)
def test_counts_are_whole(amount, written):
    assert units.count(amount) == written


@pytest.mark.parametrize(
    ("ratio", "signed", "written"),
    [(0.042, False, "4.2%"), (0.042, True, "+4.2%"), (-0.0312, True, "−3.1%"), (0.0, True, "0.0%"),
     (-0.0004, True, "0.0%"), (0.0004, True, "0.0%"), (12.5, False, "1,250.0%")],
)  # fmt: skip
def test_ratios_are_percentages(ratio, signed, written):
    assert units.percent(ratio, signed=signed) == written


def test_differences_of_ratios_are_points():
    assert [units.points(x) for x in (0.012, -0.004, 0.0)] == ["+1.2 pts", "−0.4 pts", "0.0 pts"]
    assert units.points(0.012, signed=False) == "1.2 pts"


@pytest.mark.parametrize("nothing", NO_NUMBER)
@pytest.mark.parametrize(
    "written", [units.money, units.money_in_full, units.count, units.percent, units.points]
)
def test_no_number_is_a_dash_and_not_zero(written, nothing):
    assert written(nothing) == "–"


@pytest.mark.parametrize(
    ("unit", "written"), [("money", "$1.50k"), ("count", "1,500"), ("rate", "150,000.0%")]
)
def test_a_value_is_written_by_its_unit(unit, written):
    assert units.value(1500.0, unit, "$") == written


def test_a_day_is_written_out():
    assert units.day(date(2026, 10, 31)) == "31 October 2026"


@given(st.floats(-1e12, 1e12))
def test_money_is_never_far_from_its_amount(amount):
    """Read back, what is written is within half of its third figure."""
    text = units.money(amount).replace("£", "").replace("−", "-").replace(",", "")
    number = text.rstrip("kmbn")
    size = {"": 1, "k": 1e3, "m": 1e6, "bn": 1e9}[text[len(number) :]]
    assert float(number) * size == pytest.approx(amount, rel=0.00502, abs=0.00501)
