import numpy as np
import pytest

from analysis.analyses.expectation import (
    Reference,
    expected,
    past_errors,
    references,
    usual_size,
)
from analysis.errors import ContractError

SEASON = np.sin(np.arange(12) / 12 * 2 * np.pi)


def series(*columns: np.ndarray) -> np.ndarray:
    return np.column_stack(columns).astype(float)


class TestExpected:
    def test_a_season_that_returns_is_expected_again(self):
        made = expected(series(np.tile(SEASON, 3)), season=12)
        assert made[0] == pytest.approx(SEASON[0], abs=1e-9)

    def test_what_happened_once_is_no_season(self):
        once = np.zeros(36)
        once[24] = 3.0  # a year before the next
        assert abs(expected(series(once), season=12)[0]) < 0.3

    def test_a_straight_line_goes_on(self):
        line = np.arange(36) * 0.1
        assert expected(series(line), season=12)[0] == pytest.approx(3.6)

    def test_one_odd_value_does_not_move_it(self):
        steady = np.full(30, 5.0)
        steady[-1] = 50.0
        assert expected(series(steady), season=12)[0] == pytest.approx(5.0)

    def test_a_new_level_is_expected_after_some_periods(self):
        assert expected(series(np.repeat([5.0, 3.0], [30, 4])), season=1)[0] == 3.0

    def test_series_do_not_touch_each_other(self):
        rng = np.random.default_rng(3)
        many = rng.normal(size=(30, 4))
        alone = [expected(many[:, [at]], 12)[0] for at in range(4)]
        assert expected(many, 12).tolist() == pytest.approx(alone)


class TestPastErrors:
    def test_an_error_is_of_a_value_not_yet_known(self):
        """Changing the last value changes the last error alone."""
        rng = np.random.default_rng(1)
        history = rng.normal(size=(35, 2))
        later = history.copy()
        later[-1] += 9.0
        before, after = past_errors(history, 12, 6), past_errors(later, 12, 6)
        assert len(before) == 11  # after two whole cycles
        assert np.array_equal(before[:-1], after[:-1])
        assert (after[-1] - before[-1]).tolist() == pytest.approx([9.0, 9.0])

    def test_one_cycle_will_do_where_two_leave_too_little(self):
        assert len(past_errors(np.zeros((20, 1)), 12, 6)) == 8

    def test_too_short_a_history_has_none(self):
        assert len(past_errors(np.zeros((17, 1)), 12, 6)) == 0


class TestUsualSize:
    def test_it_is_the_middle_size_on_the_scale_of_a_standard_deviation(self):
        errors = series(np.array([-1.0, 2.0, -3.0]))
        assert usual_size(errors, np.array([0]))[0] == pytest.approx(2 * 1.4826)

    def test_few_errors_are_drawn_towards_those_of_alike_series(self):
        errors = np.tile([[1.0, 1.0, 4.0]], (4, 1))
        moderated = usual_size(errors, np.array([0, 0, 0])) / 1.4826
        # Four errors of its own and eight of the middle: 4 to the power 4/12.
        assert moderated.tolist() == pytest.approx([1.0, 1.0, 4 ** (4 / 12)])

    def test_other_groups_do_not_draw(self):
        errors = np.tile([[1.0, 1.0, 4.0]], (4, 1))
        assert usual_size(errors, np.array([0, 0, 1]))[2] == pytest.approx(4 * 1.4826)


class TestReference:
    def test_the_body_is_the_share_as_large(self):
        law = Reference(np.arange(1.0, 100.0))
        assert law.chance(np.array([50.0]))[0] == pytest.approx(0.51)

    def test_chance_falls_with_size_and_never_to_nothing(self):
        law = Reference(np.sort(np.abs(np.random.default_rng(0).normal(size=500))))
        chance = law.chance(np.linspace(0, 12, 200))
        assert (np.diff(chance) <= 1e-12).all()
        assert 0 < chance[-1] < 1e-3

    def test_the_tail_of_an_exponential_law_is_about_its_own(self):
        draws = np.random.default_rng(0).exponential(size=4000)
        chance = Reference(np.sort(draws)).chance(np.array([6.0]))[0]
        assert np.exp(-6) / 2 < chance < np.exp(-6) * 4  # never a tail lighter than that

    def test_sizes_that_are_all_one_do_not_stop_it(self):
        assert Reference(np.ones(50)).chance(np.array([3.0]))[0] == pytest.approx(1 / 51)

    def test_a_large_group_has_a_reference_of_its_own(self):
        rng = np.random.default_rng(0)
        errors = rng.normal(size=(12, 22))
        errors[:, :10] *= np.exp(rng.normal(size=(12, 10)))
        laws = references(errors, np.array([0] * 10 + [1] * 10 + [2, 2]))
        assert laws[0] is laws[9] and laws[0] is not laws[10]
        assert len(laws[20].sizes) == errors.size  # two series are too few: over all

    def test_one_error_is_no_reference(self):
        with pytest.raises(ContractError, match="two errors a series"):
            references(np.ones((1, 3)), np.zeros(3, dtype=int))
