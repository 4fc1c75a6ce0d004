"""The evaluation of data on the invented firm, and the command that runs it."""

import json

import pytest
from typer.testing import CliRunner

from analysis import paths
from analysis.cli.app import app
from analysis.demo.true_firm import true_firm
from analysis.evaluation import data
from analysis.evaluation.record import Figure


@pytest.fixture(scope="module")
def figures(demo_folder):
    truth = demo_folder.parents[2] / "files" / "truth"
    return data.demo_figures(truth, demo_folder, true_firm().tables["order_lines"])


@pytest.fixture(scope="module")
def scores(figures):
    """Figures of the invented firm, whose files lie beside the store of its snapshot."""
    return {one.figure: one for one in figures}


class TestTheInventedFirm:
    @pytest.mark.parametrize(
        "figure",
        ["cleaning recall", "cleaning precision", "linkage precision, pairs",
         "linkage recall, pairs", "words put in their true class", "accounts that add up",
         "accounts that are so when counted again", "planted differences of totals that show"],
    )  # fmt: skip
    def test_what_is_asked_of_it_is_met(self, scores, figure):
        one = scores[figure]
        assert one.met, f"{figure} is {one.value} of {one.n}, asked {one.target}"

    def test_every_planted_kind_of_fault_has_its_recall(self, scores):
        kinds = [name for name in scores if name.startswith("cleaning recall: ")]
        assert len(kinds) > 20
        assert all(scores[kind].n for kind in kinds)

    def test_every_true_line_that_can_be_read_is_there_once(self, scores):
        assert scores["true order lines there exactly once"].value > 0.999
        assert scores["trusted order lines that are true"].value > 0.999

    def test_the_headline_is_the_true_one_to_a_hundredth(self, scores):
        one = scores["trusted revenue for each true pound, without outliers"]
        assert one.value == pytest.approx(1.0, abs=0.01)

    def test_every_figure_has_a_source_and_a_name_of_its_own(self, scores, figures):
        assert len(figures) == len(scores)
        assert all(one.source for one in figures)


class TestTheCommand:
    @pytest.fixture
    def reports(self, tmp_path, monkeypatch):
        monkeypatch.setattr(paths, "REPORTS", tmp_path)
        return tmp_path / "evaluation" / "data.json"

    @pytest.fixture
    def asked(self, monkeypatch):
        """What the command asks of the evaluation, which here is two figures and no work."""
        given = {}

        def run(work, lines, said, parts, watcher):
            given.update(lines=lines, parts=parts, said=said)
            assert not any(work.iterdir())
            return [
                Figure("recall", 0.9, "by hand", 10, target="≥ 0.99"),
                Figure("new", 1.0, "now"),
            ]

        monkeypatch.setattr(data, "run", run)
        return given

    def invoke(self, *words):
        return CliRunner().invoke(app, ["evaluate", "data", *words])

    def test_it_writes_the_figures_and_names_what_was_missed(self, reports, asked):
        result = self.invoke()
        assert result.exit_code == 0, result.output
        assert "missed: recall is 0.9, asked ≥ 0.99" in result.output
        records = json.loads(reports.read_text(encoding="utf-8"))
        assert [record["met"] for record in records] == [False, None]
        assert asked["lines"] == [1_000_000]
        assert asked["parts"] == ["demo", "hostile", "engines", "scale"]
        assert "cores" in asked["said"]

    def test_figures_of_other_sizes_are_kept_when_asked(self, reports, asked):
        reports.parent.mkdir(parents=True)
        before = [{"figure": "old", "value": 2, "source": "then"},
                  {"figure": "new", "value": 3, "source": "then"}]  # fmt: skip
        reports.write_text(json.dumps(before), encoding="utf-8")
        self.invoke("--keep", "--lines", "20_000,1000000", "--only", "scale")
        records = json.loads(reports.read_text(encoding="utf-8"))
        assert [(r["figure"], r["source"]) for r in records] == [
            ("recall", "by hand"), ("new", "now"), ("old", "then"),
        ]  # fmt: skip
        assert asked["lines"] == [20_000, 1_000_000]
        assert asked["parts"] == ["scale"]

    def test_they_are_dropped_otherwise(self, reports, asked):
        reports.parent.mkdir(parents=True)
        reports.write_text('[{"figure": "old", "value": 2, "source": "then"}]', encoding="utf-8")
        self.invoke()
        assert "old" not in reports.read_text(encoding="utf-8")

    @pytest.mark.parametrize(
        ("words", "message"),
        [(("--lines", "1M"), "--lines must be whole numbers by commas.*'1M'"),
         (("--only", "demos"), "--only has 'demos'; there are demo, hostile, engines, scale")],
    )  # fmt: skip
    def test_a_slip_is_told_before_any_work(self, reports, asked, words, message):
        result = self.invoke(*words)
        assert result.exit_code != 0
        with pytest.raises(Exception, match=message):
            raise result.exception
        assert not asked
