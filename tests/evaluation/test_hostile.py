"""Hostile files, one test each; and that the evaluation of them can fail."""

from dataclasses import replace

import pytest

from analysis.evaluation import hostile

CASES = hostile.cases()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_read_right_or_refused_clearly(case, tmp_path):
    (found,) = hostile.outcomes(tmp_path, [case])
    assert found.ok, f"expected {found.expected}, and it was {found.outcome}"


def by_name(name):
    return next(case for case in CASES if case.name == name)


@pytest.mark.parametrize(
    "case",
    [
        replace(by_name("GBK"), rows=[["O1", "another", 5.0, 2]]),
        replace(by_name("decimal commas, not said"), unread=[]),
        replace(by_name("no rows"), refused=("another word",)),
        replace(by_name("no rows"), refused=()),
        replace(by_name("GBK"), refused=("GBK",)),
    ],
    ids=["other rows", "other unread", "other words", "refused", "not refused"],
)
def test_what_is_not_as_expected_is_not_passed_over(case, tmp_path):
    (found,) = hostile.outcomes(tmp_path, [case])
    assert not found.ok


def test_names_tell_the_cases_apart():
    assert len({case.name for case in CASES}) == len(CASES) >= 40


def test_the_share_is_of_all_of_them(tmp_path):
    share, *each = hostile.run(tmp_path)
    assert (share.figure, share.value, share.n) == (
        "hostile files read right or refused clearly", 1.0, len(CASES)
    )  # fmt: skip
    assert [one.value for one in each] == [1.0] * len(CASES)
