"""A figure, its interval and its target; the table and the file of many."""

import json
from io import StringIO

import pytest
from rich.console import Console

from analysis.errors import ContractError
from analysis.evaluation.record import Figure, figures_table, number, share, wilson, write_json


class TestInterval:
    @pytest.mark.parametrize(
        ("hits", "n", "low", "high"),
        # Newcombe (1998), Statistics in Medicine 17, table I, method 3.
        [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611),
         (1, 29, 0.0061, 0.1718)],
    )  # fmt: skip
    def test_ends_are_those_of_the_paper(self, hits, n, low, high):
        assert wilson(hits, n) == pytest.approx((low, high), abs=5e-5)

    def test_all_of_few_is_no_certainty(self):
        low, high = wilson(10, 10)
        assert high == 1.0
        assert 0.72 < low < 0.73


class TestFigure:
    def test_a_share_keeps_its_denominator(self):
        one = share("recall", 198, 200, "by hand", "≥ 0.99")
        assert (one.value, one.n, one.met) == (0.99, 200, True)
        assert one.low < 0.99 < one.high

    def test_a_share_of_nothing_is_missing_and_misses_its_target(self):
        one = share("recall", 0, 0, "by hand", "≥ 0.99")
        assert one.value is None
        assert one.met is False

    @pytest.mark.parametrize(
        ("value", "target", "met"),
        [(0.989, "≥ 0.99", False), (3.9, "≤ 4", True), (4.1, "≤ 4", False), (0.0, "= 0", True),
         (0.999, "= 1", False), (0.5, "", None)],
    )  # fmt: skip
    def test_met_follows_from_value_and_target(self, value, target, met):
        assert Figure("x", value, "by hand", target=target).met is met

    def test_a_target_is_written_one_way(self):
        with pytest.raises(ContractError, match=r"must be written as '≥ 0.99'.*found '> 99 %'"):
            Figure("recall", 1.0, "by hand", target="> 99 %")

    def test_more_hits_than_things_is_a_mistake_of_counting(self):
        with pytest.raises(ContractError, match="0 ≤ hits ≤ n; found 3 of 2"):
            share("recall", 3, 2, "by hand")


class TestTelling:
    FIGURES = (
        share("recall", 98, 100, "by hand", "≥ 0.99"),
        Figure("seconds", 12.5, "one run", 1),
    )

    def test_the_file_holds_misses_as_well(self, tmp_path):
        path = write_json(self.FIGURES, tmp_path / "deep" / "data.json")
        records = json.loads(path.read_text(encoding="utf-8"))
        assert [list(record) for record in records] == [
            ["figure", "value", "low", "high", "n", "target", "met", "source"]
        ] * 2
        assert (records[0]["value"], records[0]["met"]) == (0.98, False)
        assert (records[1]["target"], records[1]["met"]) == (None, None)

    def test_the_table_says_what_was_missed(self):
        console = Console(width=120, record=True, file=StringIO())
        console.print(figures_table(self.FIGURES, "What was measured"))
        text = console.export_text()
        assert "≥ 0.99" in text
        assert " no " in text

    def test_what_is_almost_one_is_not_shown_as_one(self):
        assert number(0.999999) == "0.99999"
