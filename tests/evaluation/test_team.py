import numpy as np
import pytest

from analysis import params
from analysis.evaluation.team import draw_team, tried


def test_a_drawn_team_is_as_many_people_with_accounts_of_every_kind():
    drawn = draw_team(np.random.default_rng(0), people=6, spread=0.02)
    assert drawn.truth.shape == (6, 4)
    strata = drawn.books["margin_rate"].strata
    assert strata["person"].nunique() == 6
    assert set(strata["kind"]) == {"large", "middling", "small"}


def test_what_is_planted_is_in_the_books():
    plain = draw_team(np.random.default_rng(0), people=4, spread=0.0)
    low = draw_team(np.random.default_rng(0), people=4, spread=0.0, planted=0.1)
    sums = [
        drawn.books["margin_rate"].strata.groupby("person")[["numerator", "denominator"]].sum()
        for drawn in (plain, low)
    ]
    rates = [table["numerator"] / table["denominator"] for table in sums]
    assert (rates[0] - rates[1])["P00"] == pytest.approx(0.1)
    assert (rates[0] - rates[1])["P01"] == pytest.approx(0.0)


def test_one_draw_gives_the_same_figures_twice():
    settings = params.load("all", "2026-10", "demo").settings.team
    first, second = (tried(settings, 2, 6, 0.02, random_state=4) for _ in range(2))
    assert first.equals(second)
    assert (first["intervals"] == 24).all()
