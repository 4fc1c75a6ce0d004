"""Intervals and many tests at once, against published figures."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from analysis.analyses import rates


def test_wilson_is_the_published_interval():
    # Newcombe (1998), "Two-sided confidence intervals for the single proportion", table I.
    low, high = rates.wilson([81, 15, 0, 1], [263, 148, 20, 29])
    assert_allclose(low, [0.2553, 0.0624, 0.0, 0.0061], atol=5e-5)
    assert_allclose(high, [0.3662, 0.1605, 0.1611, 0.1718], atol=5e-5)


def test_a_share_of_nothing_or_of_more_than_all_has_no_interval():
    low, high = rates.wilson([0, 3], [0, 2])
    assert np.isnan(low).all()
    assert np.isnan(high).all()


def test_the_difference_is_newcombes():
    # Newcombe (1998), Statistics in Medicine 17, 873-890, table II, method 10.
    assert_allclose(rates.difference(56, 70, 48, 80), (0.0524, 0.3339), atol=5e-5)
    assert_allclose(rates.difference(9, 10, 3, 10), (0.1705, 0.8090), atol=5e-5)


def test_sides_exchanged_exchange_the_signs():
    low, high = rates.difference(9, 10, 3, 10)
    assert_allclose(rates.difference(3, 10, 9, 10), (-high, -low))


def test_equal_shares_differ_by_chance_alone():
    assert rates.difference_chance(5, 10, 50, 100) == pytest.approx(1.0)
    assert np.isnan(rates.difference_chance(0, 0, 5, 10))


def test_holm_raises_chances_and_keeps_their_order():
    chances = pd.Series([0.01, np.nan, 0.04, 0.03], index=list("abcd"))
    assert rates.holm(chances).dropna().round(6).to_dict() == {"a": 0.03, "c": 0.06, "d": 0.06}


def test_holm_counts_the_questions_whose_answers_were_dropped():
    assert rates.holm(pd.Series([0.01]), 5).tolist() == [0.05]
