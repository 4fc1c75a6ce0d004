"""The measures are the same numbers on DuckDB, PostgreSQL and Spark.

Everything is asked of the awkward firm, whose values sit where engines differ. Spark takes a second
for a question, so of the others only PostgreSQL is asked everything.
"""

import pandas as pd
import pytest

from analysis.errors import ParameterError
from analysis.evaluation import engines
from analysis.measures import engine as measures
from analysis.measures.catalogue import MEASURES
from analysis.model.dataset import open_snapshot
from analysis.periods import parse

from ..engines import slice_of, write_snapshot


@pytest.fixture(scope="module")
def answers(awkward):
    return engines.answers(open_snapshot(awkward, "duckdb"))


@pytest.fixture(scope="session")
def demo_slice(demo_folder, tmp_path_factory):
    """Two years of every eighth customer of the invented firm."""
    return slice_of(demo_folder, tmp_path_factory.mktemp("slice") / "snapshot")


class TestEverythingAsked:
    def test_every_measure_is_there_by_every_dimension(self, answers):
        for by in engines.BY:
            table = answers[f"compare, by {by}"]
            assert set(table.index.get_level_values("measure")) == set(MEASURES)
            assert table[["current", "prior", "year_before"]].notna().any(axis=None)
        assert len(answers["product_sales"]) > 10
        assert len(answers["customer_activity"]) > 100

    @pytest.mark.parametrize("engine", ["postgres_engine", "spark_engine"])
    def test_of_the_awkward_firm(self, awkward, answers, engine, request):
        data = open_snapshot(awkward, request.getfixturevalue(engine))
        assert engines.unequal(answers, engines.answers(data)) == []

    def test_of_the_invented_firm(self, demo_slice, postgres_engine):
        here, there = (open_snapshot(demo_slice, engine) for engine in ("duckdb", postgres_engine))
        assert engines.unequal(engines.answers(here), engines.answers(there)) == []

    @pytest.mark.parametrize("by", [[], ["month", "category"]], ids=["whole", "parts"])
    def test_of_the_invented_firm_on_spark(self, demo_slice, spark_engine, by):
        here, there = (
            measures.measure(
                open_snapshot(demo_slice, engine), "all", parse("2025-2026"), list(MEASURES), by
            )
            for engine in ("duckdb", spark_engine)
        )
        assert engines.unequal({"measure": here}, {"measure": there}) == []


class TestWhatEnginesDoDifferently:
    """Each of these was, or would be, another number on another engine; docs/decisions/0009."""

    @pytest.fixture(params=["duckdb", "postgres_engine", "spark_engine"])
    def engine(self, request):
        named = request.param
        return named if named == "duckdb" else request.getfixturevalue(named)

    @pytest.fixture(scope="class")
    @classmethod
    def firm(cls, tmp_path_factory):
        """Three lines of 0.0001 of which a half came back, and ids that languages sort apart."""

        def line(number, product, customer, placed):
            return {"order_id": f"O{number}", "line_no": "1", "ordered_at": placed,
                    "customer_id": customer, "product_id": product, "region": "east",
                    "quantity": 2, "revenue": "0.0001"}  # fmt: skip

        lines = [
            line(1, "a-1", "c", "2026-01-31 23:59:59.999999"),
            line(2, "B", "C", "2026-02-01 00:00:00"),
            line(3, "a1", None, "2026-02-28 23:59:59.999999"),
        ]
        returns = [
            {"order_id": f"O{number}", "line_no": "1", "quantity": 1} for number in (1, 2, 3)
        ]
        folder = tmp_path_factory.mktemp("apart") / "snapshot"
        return write_snapshot(folder, {"order_lines": lines, "returns": returns})

    def test_halves_are_rounded_up_before_they_are_summed(self, firm, engine):
        """0.00005 is 0.0001 on each line; sums of the halves would be 0.00015."""
        table = measures.measure(
            open_snapshot(firm, engine), "all", parse("2026"), ["returned_revenue"]
        )
        assert table["value"].tolist() == [0.0003]

    def test_ids_stand_in_the_order_of_their_codes(self, firm, engine):
        sold = measures.product_sales(open_snapshot(firm, engine), "all", parse("2026"))
        assert sold.index.tolist() == ["B", "a-1", "a1"]

    def test_the_last_microsecond_belongs_to_its_month(self, firm, engine):
        data = open_snapshot(firm, engine)
        orders = measures.measure(data, "all", parse("2026"), ["orders"], by=["month"])["value"]
        assert orders.tolist() == [1, 2]
        assert measures.measure(data, "all", parse("2026-02"), ["orders"])["value"].tolist() == [2]

    def test_moments_are_microseconds(self, firm, engine):
        active = measures.customer_activity(
            open_snapshot(firm, engine), "all", pd.Period("2026-02", "M"), 12
        )
        assert active.index.tolist() == ["C", "c"]
        assert active["last_ordered_at"].dtype == "datetime64[us]"
        assert active["last_ordered_at"].tolist() == [
            pd.Timestamp("2026-02-01"),
            pd.Timestamp("2026-01-31 23:59:59.999999"),
        ]


class TestTheComparison:
    """The comparison itself, on answers that differ."""

    ONE = pd.DataFrame(
        {"numerator": [440.0, 2.0], "value": [440.0, 1 / 3]},
        index=pd.Index(["revenue", "rate"], name="measure"),
    )

    def test_equal_answers_are_equal(self):
        close = self.ONE.assign(value=[440.0, 1 / 3 + 1e-14])
        assert engines.unequal({"asked": self.ONE}, {"asked": close}) == []

    @pytest.mark.parametrize(
        ("other", "said"),
        [
            (ONE.assign(numerator=[440.0000000001, 2.0]), "asked revenue: numerator 440.0 and"),
            (ONE.assign(value=[440.0, 0.3333]), "asked rate: value 0.3333333333333333 and 0.3333"),
            (ONE.assign(value=[440.0, float("nan")]), "asked rate: value 0.333"),
            (ONE.iloc[:1], "asked: rows rate and None"),
            (ONE.iloc[::-1], "asked: rows revenue and rate"),
        ],
        ids=["a sum", "a ratio", "missing", "a row less", "another order"],
    )
    def test_unequal_ones_are_named(self, other, said):
        wrong = engines.unequal({"asked": self.ONE}, {"asked": other})
        assert wrong[0].startswith(said)

    def test_an_engine_that_is_not_here_has_no_figure_and_a_reason(self, awkward, monkeypatch):
        def nowhere(*args):
            raise ParameterError("an engine spark needs Java")

        monkeypatch.setattr(engines.engines, "connect", nowhere)
        monkeypatch.setattr(engines.postgres, "server", nowhere)
        monkeypatch.setattr(engines, "open_snapshot", lambda folder, engine: None)
        monkeypatch.setattr(engines, "answers", lambda data: {"asked": self.ONE})
        figures = engines.run(awkward)
        assert [one.figure for one in figures] == [
            "measures equal on DuckDB and PostgreSQL",
            "measures equal on DuckDB and Spark",
            "measures equal on PostgreSQL and Spark",
        ]
        assert {(one.value, one.met) for one in figures} == {(None, None)}
        assert figures[1].source == "not compared: an engine spark needs Java"

    def test_the_figure_counts_what_is_equal(self, awkward, postgres_engine, monkeypatch):
        other = self.ONE.assign(numerator=[441.0, 2.0])
        given = iter([{"asked": self.ONE}, {"asked": self.ONE}, {"asked": other}])
        monkeypatch.setattr(engines, "open_snapshot", lambda folder, engine: None)
        monkeypatch.setattr(engines, "answers", lambda data: next(given))
        monkeypatch.setattr(engines, "HERE", dict.fromkeys(engines.HERE, engines.HERE["duckdb"]))
        figures = engines.run(awkward)
        assert [one.value for one in figures] == [1, 0.5, 0.5]
        assert [one.met for one in figures] == [True, False, False]
        assert "first: asked revenue: numerator 440.0 and 441.0" in figures[1].source
