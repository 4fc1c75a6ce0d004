"""Kaplan and Meier's estimate: by hand, and against a published example."""

import pandas as pd
import pytest
from numpy.testing import assert_allclose

from analysis.analyses.survival import median, survival


def lasting(times, ended, entry=None, least=1):
    entry = entry or [0] * len(times)
    return survival(pd.Series(entry), pd.Series(times), pd.Series(ended), least)


def test_the_leukaemia_patients_are_as_published():
    # Klein & Moeschberger, Survival Analysis, 2nd ed., table 4.1 (6-MP patients).
    ended = [6, 6, 6, 7, 10, 13, 16, 22, 23]
    censored = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
    table = lasting(ended + censored, [True] * 9 + [False] * 12)
    assert_allclose(table["share"], [0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448], atol=5e-4)
    assert table["at_risk"].tolist() == [21, 17, 15, 12, 11, 7, 6]
    assert median(table)[0] == 23


def test_without_open_ones_the_median_is_the_plain_one():
    table = lasting([1, 2, 3, 4, 5], [True] * 5)
    middle, low, high = median(table)
    assert middle == 3
    assert low <= middle
    assert pd.isna(high)  # the curve's own end is not known where all are gone


def test_half_that_never_ends_has_no_median():
    table = lasting([1, 9, 9, 9], [True, False, False, False])
    assert pd.isna(median(table)[0])


def test_who_comes_into_view_late_was_not_at_risk_before():
    table = lasting([2, 4, 6], [True, True, True], entry=[0, 3, 0])
    assert table["at_risk"].tolist() == [2, 2, 1]


def test_one_early_spell_alone_does_not_end_the_curve():
    # One in view from the start leaves on day 2; twenty come into view on day 3, and last 30 days.
    times, entry = [2] + [30] * 20, [0] + [3] * 20
    assert median(lasting(times, [True] * 21, entry, least=5))[0] == 30
    assert median(lasting(times, [True] * 21, entry, least=1))[0] == 2


def test_where_few_are_ever_in_view_together_nothing_is_told():
    table = lasting([4, 8, 12, 16], [True] * 4, entry=[0, 4, 8, 12], least=5)
    assert table.empty
    assert all(pd.isna(number) for number in median(table))


def test_a_missing_end_of_the_interval_is_no_certain_one():
    middle, low, high = median(lasting([30] * 8, [True] * 8))
    assert middle == 30
    assert pd.isna(low)
    assert pd.isna(high)


def test_no_spell_has_no_median():
    assert pd.isna(median(lasting([], []))[0])


def test_it_is_what_statsmodels_says():
    survfunc = pytest.importorskip("statsmodels.duration.survfunc")
    times, ended = [3, 5, 5, 8, 12, 15, 20, 21], [1, 1, 0, 1, 1, 0, 1, 1]
    entry = [0, 0, 1, 2, 0, 5, 10, 0]
    theirs = survfunc.SurvfuncRight(times, ended, entry=entry)
    ours = lasting(times, [flag == 1 for flag in ended], entry)
    assert_allclose(ours["share"], theirs.surv_prob)
