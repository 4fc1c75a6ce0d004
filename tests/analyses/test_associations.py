"""Things bought together: counted as by brute force, and nothing found where all is chance."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from analysis import params
from analysis.analyses import associations
from analysis.measures import baskets
from analysis.periods import parse


@pytest.fixture(scope="module")
def wanted():
    return params.load("all", "2026-10").settings.associations


def counted(orders, least=1):
    """What ``measures.baskets`` would count of orders given as lists of things."""
    sizes = pd.Series([len(order) for order in orders]).value_counts()
    lines = pd.Series([thing for order in orders for thing in order]).value_counts()
    alone = pd.Series([thing for order in orders for thing in set(order)]).value_counts()

    def together(number, names):
        found = pd.Series(
            [some for order in orders for some in combinations(sorted(set(order)), number)],
            dtype=object,
        ).value_counts()
        rows = [(*some, count, 1.0) for some, count in found.items() if count >= least]
        return pd.DataFrame(rows, columns=[*names, "baskets", "revenue"])

    items = pd.DataFrame({"kind": "", "item": lines.index, "lines": lines.to_numpy(),
                          "baskets": alone.reindex(lines.index).to_numpy()})  # fmt: skip
    return {
        "sizes": pd.DataFrame({"kind": "", "size": sizes.index, "baskets": sizes.to_numpy()}),
        "items": items,
        "pairs": together(2, ["first", "second"]),
        "triples": together(3, ["first", "second", "third"]),
    }


# Agrawal & Srikant (VLDB 1994), figure 3: the database D and its large itemsets.
PUBLISHED = [["1", "3", "4"], ["2", "3", "5"], ["1", "2", "3", "5"], ["2", "5"]]


def test_the_published_database_has_the_published_supports():
    table = associations.pairs(counted(PUBLISHED))
    assert table.loc[("2", "5"), "baskets"] == 3
    assert table.loc[("2", "3"), "support"] == 0.5
    assert table.loc[("2", "5"), "confidence"] == 1.0
    assert table.loc[("1", "3"), "confidence_back"] == pytest.approx(2 / 3)
    assert table.loc[("2", "5"), "lift"] == pytest.approx(3 * 4 / (3 * 3))
    assert table.loc[("2", "5"), "leverage"] == pytest.approx(3 / 4 - 9 / 16)


def test_expected_is_every_line_drawn_at_random():
    rng = np.random.default_rng(5)
    counts = counted([["a", "a", "b"], ["a", "c"], ["b", "b", "c"], ["a"]])
    share = counts["items"].set_index("item")["lines"]
    drawn = rng.choice(share.index, (40_000, 3), p=(share / share.sum()).to_numpy())
    both = {
        size: ((drawn[:, :size] == "a").any(axis=1) & (drawn[:, :size] == "b").any(axis=1)).mean()
        for size in (1, 2, 3)
    }
    by_hand = 2 * both[3] + both[2] + both[1]  # two orders of three lines, one of two, one of one
    assert associations.expected_together(counts, ("a", "b")) == pytest.approx(by_hand, rel=0.02)


def test_what_goes_together_is_found():
    rng = np.random.default_rng(2)
    orders = [list(rng.choice(list("abcdef"), 2)) for _ in range(2000)] + [["a", "b"]] * 150
    table = associations.pairs(counted(orders))
    assert table.index[0] == ("a", "b")
    assert table["ratio"].iloc[0] > 1.5
    assert table["chance"].iloc[0] < 0.001


def test_chance_alone_makes_no_rule(wanted):
    found = 0
    for seed in range(30):
        rng = np.random.default_rng(seed)
        # Orders of differing sizes, which alone make every plain lift differ from 1.
        orders = [list(rng.choice(list("abcdefgh"), rng.integers(1, 6))) for _ in range(600)]
        found += len(associations.rules(associations.pairs(counted(orders, 20)), wanted)) > 0
    assert found <= 3


def test_a_triple_no_more_than_its_pairs_is_left_out():
    rng = np.random.default_rng(9)
    orders = [list(rng.choice(list("abcdef"), 3)) for _ in range(1000)]
    counts = counted(orders)
    assert associations.triples(counts, associations.pairs(counts)).empty


class TestOfTheTinyFirm:
    def test_pairs_are_those_of_its_orders(self, tiny):
        counts = baskets.baskets(tiny, "all", parse("2024-2026"), "product", 1)
        # O1 holds P1 and P3, O7 holds P1 and P2.
        assert counts["pairs"][["first", "second", "baskets"]].to_numpy().tolist() == [
            ["P1", "P2", 1], ["P1", "P3", 1],
        ]  # fmt: skip
        assert counts["pairs"]["revenue"].tolist() == [150.0, 140.0]
        assert counts["sizes"].groupby("size")["baskets"].sum().to_dict() == {1: 8, 2: 2}
        assert counts["triples"].empty

    def test_nothing_often_enough_is_no_pair(self, tiny):
        counts = baskets.baskets(tiny, "all", parse("2024-2026"), "product", 100)
        assert counts["pairs"].empty
        assert associations.pairs(counts).empty


class TestOfTheInventedFirm:
    def test_counts_are_those_of_brute_force(self, demo_data):
        period = parse("2026-07..2026-10")
        counts = baskets.baskets(demo_data, "east", period, "category", 3)
        lines = demo_data.order_lines.select(
            "order_id", "product_id", "region", "ordered_at"
        ).execute()
        kind = demo_data.tables["products"].execute().set_index("product_id")["category"]
        lines = lines[(lines["region"] == "east") & (lines["ordered_at"] >= "2026-07-01")]
        orders = lines.assign(item=lines["product_id"].map(kind)).dropna(subset="item")
        held = orders.groupby("order_id")["item"].agg(lambda items: sorted(set(items)))
        for number, name in ((2, "pairs"), (3, "triples")):
            tallied = held.map(lambda items, n=number: list(combinations(items, n))).explode()
            expected = tallied.dropna().value_counts()
            got = counts[name].set_index(baskets.NAMES[:number])["baskets"]
            assert got.to_dict() == expected[expected >= 3].to_dict()
        assert counts["sizes"]["baskets"].sum() == len(held)


class TestGaps:
    def parts(self):
        """Ten peers buy a; eight of them b, at 10 each; one buys c."""
        rows = [(f"c{n}", "b2b", "Trade", "a", 5.0) for n in range(10)]
        rows += [(f"c{n}", "b2b", "Trade", "b", 10.0) for n in range(8)]
        rows += [("c0", "b2b", "Trade", "c", 99.0), ("x", "", "", "a", 1.0)]
        columns = ["customer_id", "kind", "industry", "part", "revenue"]
        return pd.DataFrame(rows, columns=columns)

    def test_what_most_peers_buy_and_some_do_not_is_a_gap(self, wanted):
        (row,) = associations.gaps(self.parts(), wanted, 5).to_dict("records")
        assert (row["part"], row["peers"], row["buyers"], row["lacking"]) == ("b", 10, 8, 2)
        assert_allclose(row["worth"], 2 * 0.8 * 10)

    def test_few_peers_are_no_group(self, wanted):
        assert associations.gaps(self.parts(), wanted, 11).empty

    def test_nothing_bought_is_no_gap(self, wanted):
        assert associations.gaps(pd.DataFrame(), wanted, 1).empty
