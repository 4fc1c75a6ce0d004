"""The evaluation of explanations: what it counts, and that the bridges are what it says."""

import json
import math

import pandas as pd
import pytest
from typer.testing import CliRunner

from analysis import paths
from analysis.cli.app import app
from analysis.evaluation import bridges, diagnosis, planted
from analysis.evaluation.firms import opened
from analysis.evaluation.planted import Sighting


def told(figures):
    return {one.figure: one for one in figures}


class TestSightings:
    def stories(self, monkeypatch, **sightings: list[Sighting]):
        """Figures of firms that are their numbers: what is seen in each is in its place."""
        stories = {name: (row.__getitem__, "£") for name, row in sightings.items()}
        monkeypatch.setattr(planted, "STORIES", stories)
        return told(planted.figures(range(len(next(iter(sightings.values()))))))

    def test_what_is_found_and_missed_is_counted(self, monkeypatch):
        figures = self.stories(
            monkeypatch,
            stock=[Sighting(True, 1, 5.0, 4.0, 6.0, 5.5), Sighting(False, truth=5.5)],
            rival=[Sighting(True, 2, 5.0, 4.0, 6.0, 9.0), Sighting(True, 1, 8.0, 7.0, 9.5, 9.0)],
        )
        first = figures["planted stories found with the right cause and scope, default seed"]
        assert (first.value, first.n, first.met) == (1.0, 2, True)
        every = figures["planted stories found with the right cause and scope, all seeds"]
        assert (every.value, every.n, every.met) == (0.75, 4, False)
        held = figures["95 % intervals of planted stories that hold the truth, all seeds"]
        assert (held.value, held.n) == (pytest.approx(2 / 3), 3)
        assert figures["found: stock"].value == 0.5
        assert figures["place in its list: rival"].value == 2
        estimate = figures["estimate: rival (£)"]
        assert (estimate.value, estimate.low, estimate.high) == (5.0, 4.0, 6.0)
        assert "truth 9" in estimate.source

    def test_a_story_not_found_has_no_estimate_and_is_a_miss(self, monkeypatch):
        figures = self.stories(monkeypatch, stock=[Sighting(False, truth=5.5)])
        assert figures["found: stock"].met is False
        assert figures["estimate: stock (£)"].value is None
        assert not any(name.startswith("interval holds the truth: stock") for name in figures)

    def test_an_interval_holds_the_truth_or_is_none(self):
        assert Sighting(True, 1, 1.0, 0.5, 1.5, 1.2).holds
        assert Sighting(True, 1, 1.0, 0.5, 1.5, 2.0).holds is False
        assert Sighting(True, 1, 1.0, truth=1.0).holds is None
        assert Sighting(True, 1, 1.0, math.nan, 2.0, 1.0).holds is None


class TestBridges:
    def test_random_books_are_exact_and_turn(self):
        figures = bridges.figures(books=6)
        assert len(figures) == 11
        assert all(one.met for one in figures)

    def test_what_is_left_over_is_seen(self):
        split = pd.DataFrame(
            {"before": [1.0], "now": [2.0]} | dict.fromkeys(bridges.bridge.EFFECTS, 0.0)
        )
        assert bridges.residual(split) == 1.0

    def test_an_effect_that_does_not_turn_is_seen(self):
        split = pd.DataFrame({name: [0.0] for name in bridges.bridge.EFFECTS}).assign(price=3.0)
        assert bridges.unturned(split, split) == 6.0


class TestOpened:
    LINES = pd.DataFrame(
        {"order_id": ["1"], "ordered_at": pd.to_datetime(["2026-01-05"]), "customer_id": ["C"],
         "region": ["east"], "quantity": [1.0], "revenue": [9.99]}
    )  # fmt: skip

    def test_what_a_firm_lacks_is_absent(self):
        data = opened({"order_lines": self.LINES})
        assert data.has("order_lines.revenue")
        assert not data.has("order_lines.cost")
        assert not data.has("returns")
        assert data.regions == ("east",)

    def test_amounts_are_exact(self):
        total = opened({"order_lines": self.LINES}).order_lines.revenue.sum().execute()
        assert str(total) == "9.9900"


class TestCommand:
    def test_it_writes_the_file_and_prints_the_table(self, monkeypatch, tmp_path):
        monkeypatch.setattr(paths, "REPORTS", tmp_path)
        monkeypatch.setattr(diagnosis.bridges, "figures", lambda: bridges.identities())
        done = CliRunner().invoke(app, ["evaluate", "diagnosis", "--only", "bridges"])
        assert done.exit_code == 0
        assert "4 figures, 4 targets met, 0 missed" in done.output
        records = json.loads((tmp_path / "evaluation" / "diagnosis.json").read_text("utf-8"))
        assert {tuple(record) for record in records} == {
            ("figure", "value", "low", "high", "n", "target", "met", "source")
        }

    def test_figures_of_other_parts_are_kept_if_asked(self, monkeypatch, tmp_path):
        monkeypatch.setattr(paths, "REPORTS", tmp_path)
        monkeypatch.setattr(diagnosis.bridges, "figures", lambda: bridges.identities())
        file = tmp_path / "evaluation" / "diagnosis.json"
        file.parent.mkdir()
        file.write_text(json.dumps([{"figure": "an older one", "value": 1.0}]), "utf-8")
        CliRunner().invoke(app, ["evaluate", "diagnosis", "--only", "bridges", "--keep"])
        assert "an older one" in file.read_text("utf-8")

    @pytest.mark.parametrize(
        ("arguments", "says"),
        [(["--only", "brigdes"], "--only has 'brigdes'; there are bridges, planted"),
         (["--seeds", "9"], "--seeds must be 1 to 5; found 9")],
    )  # fmt: skip
    def test_a_mistake_is_named(self, arguments, says):
        done = CliRunner().invoke(app, ["evaluate", "diagnosis", *arguments])
        assert says in str(done.exception)
