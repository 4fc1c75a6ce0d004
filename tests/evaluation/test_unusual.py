from dataclasses import replace

import numpy as np
import pytest

from analysis.evaluation import unusual
from analysis.evaluation.unusual import QUIET, World, invented


def test_the_same_seed_gives_the_same_world():
    one, two = (invented(QUIET[0], np.random.default_rng(7)) for _ in range(2))
    assert one.equals(two)


def test_a_shift_touches_the_last_period_of_the_first_series_alone():
    quiet, shifted = (
        invented(replace(QUIET[0], shift=shift), np.random.default_rng(7)) for shift in (0.0, 5.0)
    )
    moved = quiet["value"] != shifted["value"]
    assert moved.sum() == unusual.SHIFTED
    assert set(moved.index[moved].get_level_values("step")) == {0}


def test_noise_hangs_together_as_asked():
    world = World("hangs", steps=400, season=0.0, hang=0.5)
    wide = np.log(invented(world, np.random.default_rng(0))["value"].unstack("step")).to_numpy()
    at_lag = [np.corrcoef(row[1:], row[:-1])[0, 1] for row in wide]
    assert np.mean(at_lag) == pytest.approx(0.5, abs=0.05)


def test_every_figure_is_measured(monkeypatch):
    monkeypatch.setattr(unusual, "WORLDS", 2)
    figures = unusual.figures()
    assert len(figures) == 2 * (len(QUIET) + len(unusual.SHIFTS))
    assert len({one.figure for one in figures}) == len(figures)
    assert all(one.source for one in figures)
