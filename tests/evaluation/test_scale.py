"""What a command costs, and how cost grows."""

import sys

import pytest

from analysis.errors import AnalysisError
from analysis.evaluation import scale
from analysis.evaluation.scale import GIB, Cost, cost_of

MIB = 2**20
HOLD = "b = bytearray({} * 2**20); b[::4096] = b'x' * len(b[::4096]); import time; time.sleep(0.4)"


def python(code):
    return [sys.executable, "-c", code]


class TestCost:
    def test_memory_is_what_the_command_held_at_most(self):
        cost = cost_of(python(HOLD.format(200)))
        assert 200 * MIB < cost.peak < 300 * MIB

    def test_memory_of_what_it_starts_counts_with_it(self):
        inner = repr(HOLD.format(150))
        cost = cost_of(python(f"import subprocess, sys; {HOLD.format(100).split('import')[0]}"
                              f"subprocess.run([sys.executable, '-c', {inner}])"))  # fmt: skip
        assert cost.peak > 250 * MIB

    def test_memory_of_who_measures_is_not_in_it(self):
        held = bytearray(400 * MIB)
        held[::4096] = b"x" * len(held[::4096])
        assert cost_of(python(HOLD.format(1))).peak < 200 * MIB

    def test_waiting_is_time_and_no_work(self):
        cost = cost_of(python("import time; time.sleep(0.5)"))
        assert cost.seconds > 0.5
        assert cost.processor_seconds < 0.4

    def test_a_command_that_fails_says_why(self):
        with pytest.raises(AnalysisError, match="ended with code 1: no such firm"):
            cost_of(python("raise SystemExit('no such firm')"))


COSTS = {
    lines: {name: Cost(9.0, lines / 1e5 * share, round(lines / 1e7 * 4.5 * GIB))
            for name, share in (("firm", 0.1), ("cold", 1.0), ("month", 0.01), ("grown", 0.2),
                                ("found", 0.001))}
    for lines in (1_000_000, 10_000_000)
}  # fmt: skip


class TestFigures:
    @pytest.fixture
    def figures(self, monkeypatch):
        monkeypatch.setattr(scale, "measure", lambda lines, *_: COSTS[lines])
        monkeypatch.setattr(scale, "_found", lambda lines, _: scale.Figure("found", 1.0, ""))
        made = scale.run([10_000_000, 1_000_000], "measured by hand")
        return {one.figure: one for one in made}

    def test_ten_million_lines_must_fit_four_gibibytes(self, figures):
        one = figures["snapshot, cold, 10,000,000 lines: GiB at the peak"]
        assert (one.value, one.target, one.met) == (pytest.approx(4.5), "≤ 4", False)

    def test_other_sizes_are_told_and_nothing_is_asked_of_them(self, figures):
        one = figures["snapshot, cold, 1,000,000 lines: GiB at the peak"]
        assert (one.value, one.met) == (pytest.approx(0.45), None)

    def test_a_new_month_is_a_share_of_building_anew(self, figures):
        name = "snapshot with one more month, 1,000,000 lines: as a share of cold"
        assert figures[name].value == pytest.approx(0.2)

    def test_growth_in_step_with_the_lines_is_one(self, figures):
        name = "snapshot, cold: growth of processor time from 1,000,000 to 10,000,000 lines"
        assert figures[name].value == pytest.approx(1.0)


@pytest.mark.parametrize("name", ["firm", "month", "cold"])
def test_a_step_is_a_command_of_its_own(name, tmp_path, monkeypatch):
    """The processes that are measured do what they are named for."""
    done = []
    monkeypatch.setattr(scale, "write_scaled", lambda *given: done.append(("firm", *given)))
    monkeypatch.setattr(scale, "add_month", lambda *given: done.append(("month", *given)))
    monkeypatch.setattr(
        scale.snapshot, "ensure", lambda *given, strict: done.append(("cold", *given)) or "there"
    )
    scale.step(name, tmp_path, 20_000)
    firm = tmp_path / "firm"
    assert done == [{"firm": ("firm", firm, 20_000), "month": ("month", firm),
                     "cold": ("cold", "large", firm, tmp_path / "store")}[name]]  # fmt: skip


def test_a_small_firm_from_nothing_to_one_month_more(tmp_path):
    """Every step in its own process, on the smallest firm."""
    costs = scale.measure(20_000, tmp_path)
    assert list(costs) == list(scale.STEPS)
    assert costs["found"].seconds < costs["cold"].seconds
    found = scale._found(20_000, tmp_path)
    assert found.n > 100
    assert found.value > 0.95
