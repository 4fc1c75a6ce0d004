import numpy as np
import pandas as pd
import pytest

from analysis.evaluation import root_cause
from analysis.evaluation.root_cause_cases import Recipe, instance
from analysis.evaluation.root_cause_firms import (
    OF_ORDERS,
    cells_of,
    counts_of,
    firm_of_size,
    lines_of,
)
from analysis.evaluation.root_cause_methods import adtributor, riskloc
from analysis.measures import cells as measures
from analysis.periods import parse

SMALL = Recipe(sizes=(6, 5, 4), layers=(1, 2), causes=(1, 2), elements=(1, 1), severity=(0.5, 1.0))


def cells(now: list[float], before: list[float]) -> pd.DataFrame:
    index = pd.MultiIndex.from_product([["a1", "a2", "a3"], ["b1", "b2"]], names=["a", "b"])
    return pd.DataFrame({"now": now, "before": before}, index=index, dtype=float)


class TestInstances:
    def test_equal_seeds_give_equal_books(self):
        one, two = (instance(SMALL, np.random.default_rng(4)) for _ in range(2))
        pd.testing.assert_frame_equal(one.cells, two.cells)
        assert one.causes == two.causes

    def test_a_cause_takes_a_share_of_all_its_leaves(self):
        recipe = Recipe(
            sizes=(5, 4), layers=(1, 1), causes=(1, 1), elements=(1, 1), noise=(0, 0),
            severity=(0.5, 0.5), deviation=(0, 0), zeros=(0, 0),
        )  # fmt: skip
        made = instance(recipe, np.random.default_rng(2))
        ((name, value),) = next(iter(made.causes))
        hit = made.cells.xs(value, level=name)
        smaller, larger = hit.min(axis=1), hit.max(axis=1)
        assert (smaller / larger).tolist() == pytest.approx([0.5] * len(hit))
        rest = made.cells.drop(index=value, level=name)
        assert (rest["now"] == rest["before"]).all()

    def test_a_quiet_book_has_no_cause(self):
        made = instance(SMALL.quiet, np.random.default_rng(1))
        assert made.causes == frozenset()


class TestMethods:
    def test_adtributor_worked_by_hand(self):
        """All of the fall is a1's, of 30 in 60: it explains all, each b half."""
        book = cells([5, 5, 10, 10, 10, 10], [10, 10, 10, 10, 10, 10])
        assert frozenset({("a", "a1")}) in adtributor(book)

    def test_riskloc_names_the_combination(self):
        rng = np.random.default_rng(0)
        made = instance(
            Recipe(sizes=(8, 8, 6), layers=(2, 2), causes=(1, 1), elements=(1, 1), noise=(0, 0.02),
                   severity=(0.8, 0.8), deviation=(0, 0), zeros=(0, 0)), rng)  # fmt: skip
        assert riskloc(made.cells) == made.causes

    def test_ours_names_what_was_planted(self):
        books = [instance(SMALL, np.random.default_rng([3, n])) for n in range(6)]
        counts = [root_cause.counted(root_cause.ours(book), book.causes) for book in books]
        assert root_cause.f1(counts) > 0.8


class TestFirms:
    @pytest.mark.parametrize("kind", ["sum", "ratio"])
    def test_cuts_hold_the_same_money(self, kind):
        lines, true = lines_of(np.random.default_rng(1), kind, changed=True)
        table = cells_of(lines, kind, 3)
        missing = table.index.to_frame(index=False)[list(OF_ORDERS)].isna()
        sums = table["now"].groupby([missing[name].to_numpy() for name in missing]).sum()
        whole = table[missing.all(axis=1).to_numpy()]
        assert true.startswith("category:")
        assert whole["customers"].sum() == lines["customer"].nunique()
        assert sums.tolist() == pytest.approx([sums.iloc[0]] * 8)

    def test_customers_are_counted_once(self):
        lines, _ = lines_of(np.random.default_rng(1), "count", changed=False)
        table = counts_of(lines, 1)
        whole = table[~table.index.to_frame(index=False).notna().any(axis=1).to_numpy()]
        now = lines[lines["is_now"] == 1]
        assert whole["now"].tolist() == [now["customer"].nunique()]

    def test_a_firm_of_a_size_answers_like_any_other(self):
        firm = firm_of_size(3000)
        table = measures.cells(
            firm, "all", parse("2026-10"), parse("2025-10"), "revenue", ["channel", "kind"], 2
        )
        assert set(table.index.get_level_values("kind")) == {"b2b", "b2c"}


def test_every_figure_is_measured():
    figures = root_cause.figures(
        books=1, quiet=2, planted=2, lines=2000, recipes={"small": SMALL, "large": SMALL}
    )
    named = {one.figure for one in figures}
    assert len(named) == len(figures)
    assert sum(bool(one.target) for one in figures) == 2 + 3 + 2
    assert all(one.source for one in figures)
