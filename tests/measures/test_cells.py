import numpy as np
import pandas as pd
import pytest

from analysis.errors import ContractError
from analysis.measures import cells as measures
from analysis.measures import engine, scopes
from analysis.model.dataset import open_snapshot
from analysis.periods import parse

NOW, BEFORE = parse("2026-02"), parse("2025-02")


def by_hand(table: pd.DataFrame) -> dict:
    """The rows by their values, a missing one as None."""
    values = table.index.to_frame(index=False).to_numpy()
    keys = [tuple(None if pd.isna(value) else value for value in row) for row in values]
    return {key: row for key, (_, row) in zip(keys, table.iterrows(), strict=True)}


class TestCells:
    def test_three_lines_worked_by_hand(self, tiny):
        """East, February: C2 bought 240 on the web and C4 200 in a shop; a year before, C3 150."""
        rows = by_hand(measures.cells(tiny, "east", NOW, BEFORE, "revenue", ["channel", "kind"], 2))
        assert set(rows) == {
            ("store", "b2b"), ("store", "b2c"), ("web", "b2c"), (None, "b2b"), (None, "b2c"),
        }  # fmt: skip
        assert rows["web", "b2c"][["now", "before", "customers"]].tolist() == [240, 0, 1]
        assert rows["store", "b2c"][["now", "before", "customers"]].tolist() == [0, 150, 1]
        consumers = rows[None, "b2c"]
        assert consumers[["now", "before", "customers"]].tolist() == [240, 150, 2]
        assert consumers["now & now"] == 240**2
        assert consumers["now & before"] == 0  # two customers, each of one period

    def test_squares_are_of_whole_customers(self, tiny):
        """C1 bought 120 of P1 and 30 of P2 in January 2026, one customer with 150."""
        table = measures.cells(
            tiny, "east", parse("2026-01"), parse("2025-01"), "revenue", ["product"], 1
        )
        rows = by_hand(table)
        assert rows["P1",][["now", "before"]].tolist() == [120, 180]
        assert rows["P1",]["now & before"] == 120 * 180
        assert rows[None,]["now & now"] == 150**2
        assert rows[None,]["customers"] == 1

    def test_a_ratio_keeps_both_of_its_halves(self, tiny):
        rows = by_hand(measures.cells(tiny, "east", NOW, BEFORE, "discount_rate", ["channel"], 1))
        web = rows["web",]
        assert web[["now", "now_under", "before", "before_under"]].tolist() == [60, 300, 0, 0]
        assert web["now & now_under"] == 60 * 300

    def test_finest_parts_add_up_to_the_firm(self, demo_data):
        by = ["category", "channel", "industry"]
        period, base = parse("2026-10"), parse("2025-10")
        table = measures.cells(demo_data, "all", period, base, "gross_margin", by, 3)
        finest = table[~table.index.to_frame(index=False).isna().any(axis=1).to_numpy()]
        whole = engine.measure(demo_data, "all", period, ["gross_margin"])["value"].iloc[0]
        assert finest["now"].sum() == pytest.approx(whole)
        coarsest = table[table.index.get_level_values("category").isna()]
        coarsest = coarsest[coarsest.index.get_level_values("channel").isna()]
        assert coarsest["now"].sum() == pytest.approx(whole)
        assert coarsest["now & now"].sum() > finest["now & now"].sum()

    def test_other_engines_give_the_same(self, awkward, postgres_engine):
        by = ["region", "category", "kind"]
        period, base = parse("2026"), parse("2025")
        here, there = (
            measures.cells(open_snapshot(awkward, name), "all", period, base, "revenue", by, 2)
            for name in ("duckdb", postgres_engine)
        )
        there = there.sort_index()
        pd.testing.assert_frame_equal(here.sort_index(), there, check_exact=False)


class TestCounts:
    def test_each_scope_is_counted_for_itself(self, tiny):
        rows = by_hand(measures.counts(tiny, "all", NOW, BEFORE, "customers", ["channel"], 1))
        assert rows[None,].tolist() == [2, 2]  # C2 bought twice, in two orders
        assert rows["web",].tolist() == [1, 1]
        assert rows["store",].tolist() == [1, 1]

    def test_two_dimensions_are_counted_together_too(self, tiny):
        rows = by_hand(
            measures.counts(tiny, "all", NOW, BEFORE, "orders", ["region", "channel"], 2)
        )
        assert rows["west", "web"].tolist() == [1, 1]
        assert rows["east", None].tolist() == [2, 1]


class TestScopeMonths:
    def test_months_of_a_scope_and_of_the_rest(self, tiny):
        months = scopes.scope_months(tiny, "east", "revenue", [{"channel": "web"}])
        assert months.loc[(pd.Period("2026-02"), 0), "value"] == 240
        assert months.loc[(pd.Period("2026-02"), -1), "value"] == 200
        assert months.loc[(pd.Period("2025-06"), 0), "value"] == 0
        assert (months["under"] == 1).all()


class TestProducts:
    def test_products_of_a_scope_by_their_change(self, tiny):
        change = scopes.products_of(tiny, "east", NOW, BEFORE, "revenue", {"channel": "store"})
        assert change.to_dict() == {"P3": 50}
        change = scopes.products_of(tiny, "all", NOW, BEFORE, "revenue", {"channel": "web"})
        assert change.to_dict() == {"P1": 240, "P2": 30}


class TestWhatAddsUp:
    def test_a_ratio_over_a_distinct_count_is_refused(self):
        with pytest.raises(ContractError, match="'average_order_value' is a ratio with a distinct"):
            measures.kind_of("average_order_value")

    def test_a_measure_of_another_table_is_refused(self):
        with pytest.raises(ContractError, match="'win_rate' is not of order lines alone"):
            measures.kind_of("win_rate")

    def test_an_unknown_measure_is_named(self):
        with pytest.raises(ContractError, match="no measure is called 'revenu'"):
            measures.kind_of("revenu")


class TestDimensions:
    def test_only_those_delivered_are_searched(self, tiny):
        asked = ["region", "category", "industry", "salesperson", "kind"]
        assert measures.dimensions_of(tiny, "all", asked, 9) == ["region", "category", "kind"]
        assert measures.dimensions_of(tiny, "east", asked, 1) == ["category"]

    def test_a_product_is_called_by_its_name(self, tiny):
        assert scopes.names_in(tiny, "product", "P1") == "Desk lamp"
        assert scopes.names_in(tiny, "product", "P9") == ""
        assert scopes.names_in(tiny, "channel", "web") == ""


def test_equal_questions_have_equal_answers(tiny):
    asked = (tiny, "all", parse("2026"), parse("2025"), "revenue", ["category", "kind"], 2)
    first, second = measures.cells(*asked), measures.cells(*asked)
    np.testing.assert_array_equal(first.to_numpy(), second.to_numpy())
