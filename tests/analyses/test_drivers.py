from itertools import combinations_with_replacement

import numpy as np
import pandas as pd
import pytest

from analysis.analyses import drivers as analysis
from analysis.analyses.drivers import drivers, how_unusual, sales_drivers
from analysis.analyses.drivers.counts import count_drivers
from analysis.analyses.drivers.cuboids import priors
from analysis.analyses.drivers.leaves import of_forecast, of_ratio
from analysis.analyses.drivers.search import Limits, search
from analysis.analyses.drivers.table import REST, TOTAL
from analysis.errors import ContractError


def firm(changed: dict[tuple[str, str], float], customers: int = 40, spread: float = 0.0):
    """Cells of six categories by two channels, each bought by customers of its own at 10 a head.

    Now is before times what ``changed`` says, one unless said; ``spread`` is of customers.
    """
    rng = np.random.default_rng(5)
    rows = []
    for category in "ABCDEF":
        for channel in ("dealer", "web"):
            before = 10 * np.exp(spread * rng.normal(size=customers))
            now = 10 * np.exp(spread * rng.normal(size=customers))
            now = now * changed.get((category, channel), changed.get((category, ""), 1.0))
            rows.append(
                {"category": category, "channel": channel, **moments(now=now, before=before)}
            )
    return pd.DataFrame(rows).set_index(["category", "channel"])


def moments(**columns: np.ndarray) -> dict[str, float]:
    """Sums over customers, and of products of their numbers, as the engine gives them."""
    sums = {name: float(values.sum()) for name, values in columns.items()}
    for a, b in combinations_with_replacement(columns, 2):
        sums[f"{a} & {b}"] = float((columns[a] * columns[b]).sum())
    return sums | {"customers": float(len(next(iter(columns.values()))))}


def found(parts: pd.DataFrame, kind: str = "sum", **but: float) -> pd.DataFrame:
    settings = {
        "depth": 2, "scopes": 3, "chance": 0.1, "customers": 5, "departure": 0.1, "notable": 0.02,
    }  # fmt: skip
    return drivers(parts, kind, **(settings | but))


class TestDriversOfASum:
    def test_one_category_that_fell_worked_by_hand(self):
        """Twelve cells of 400; A fell by half in both channels: 800 to 400, of 4,800 in all."""
        table = found(firm({("A", ""): 0.5}))
        assert table.index.tolist() == ["category:A", REST, TOTAL]
        fell = table.loc["category:A"]
        assert fell[["before", "now", "change", "growth"]].tolist() == [800, 400, -400, -0.5]
        assert fell[["expected", "departure", "share"]].tolist() == [800, -400, 1]
        assert table.loc[REST, "growth"] == 0
        assert table.loc[TOTAL, "change"] == -400

    def test_the_combination_is_named_and_not_its_parents(self):
        table = found(firm({("C", "dealer"): 0.2}, spread=0.3))
        assert table.index[0] == "category:C & channel:dealer"
        assert len(table) == 3

    def test_what_moves_as_the_rest_does_is_no_news(self):
        grown = firm({(c, ""): 1.4 for c in "ABCDEF"}, spread=0.5)
        assert found(grown).index.tolist() == [REST, TOTAL]

    def test_opposite_movers_that_cancel_are_both_named(self):
        table = found(firm({("A", ""): 0.4, ("B", ""): 1.6}, spread=0.3))
        assert set(table.index[:2]) == {"category:A", "category:B"}
        assert abs(table.loc[TOTAL, "change"]) < 0.1 * abs(table["change"].iloc[0])

    def test_the_rest_is_not_told_to_have_risen_because_one_part_fell(self):
        table = found(firm({("A", ""): 0.1}, spread=0.2))
        assert table.index.tolist() == ["category:A", REST, TOTAL]
        assert abs(table.loc[REST, "growth"]) < 0.05

    def test_changes_shares_and_departures_add_up(self):
        table = found(firm({("A", ""): 0.4, ("B", "web"): 2.5}, spread=0.4))
        parts, total = table.drop(TOTAL), table.loc[TOTAL]
        for column in ("before", "now", "change", "share", "departure"):
            assert parts[column].sum() == pytest.approx(total[column])

    def test_new_and_vanished_parts_are_found(self):
        parts = firm({("A", ""): 0.0})
        parts.loc[("B", slice(None)), ["before", "now & before", "before & before"]] = 0.0
        table = found(parts)
        assert table.loc["category:A", "now"] == 0
        assert np.isnan(table.loc["category:B", "growth"])

    def test_one_customer_is_no_part_of_the_firm_however_large(self):
        parts = firm({})
        parts.loc[("A", "web")] = pd.Series(moments(now=np.array([9000.0]), before=np.zeros(1)))
        assert "category:A & channel:web" not in found(parts, customers=1).index

    def test_chance_alone_names_nothing(self):
        named = [found(firm({}, spread=1.0).sample(frac=1, random_state=s)) for s in range(3)]
        assert all(table.index.tolist() == [REST, TOTAL] for table in named)

    def test_the_order_of_the_cells_does_not_matter(self):
        parts = firm({("A", ""): 0.4, ("B", "web"): 2.5}, spread=0.4)
        shuffled = found(parts.sample(frac=1, random_state=2))
        pd.testing.assert_frame_equal(found(parts), shuffled)

    def test_input_is_left_alone(self):
        parts = firm({("A", ""): 0.4})
        before = parts.copy()
        found(parts)
        pd.testing.assert_frame_equal(parts, before)

    def test_a_nested_dimension_says_nothing_twice(self):
        parts = firm({("A", ""): 0.4}, spread=0.3).reset_index()
        parts["group"] = "g" + parts["category"]
        table = found(parts.set_index(["category", "group", "channel"]), depth=3)
        assert table.index.tolist() == ["category:A", REST, TOTAL]

    def test_a_value_that_is_not_recorded_is_not_named(self):
        parts = firm({("A", ""): 0.4}).rename(index={"A": ""})
        assert not any("category:" in key.split(" & ") for key in found(parts).index)

    def test_nothing_sold_before_is_nothing_to_explain(self):
        parts = firm({})
        parts[["before", "now & before", "before & before"]] = 0.0
        assert found(parts).empty


class TestDriversOfARatio:
    def rates(self, rate_of_a: float, weight_of_a: float = 1.0) -> pd.DataFrame:
        rows = []
        for category in "ABCDEF":
            under = np.full(60, 100.0 * (weight_of_a if category == "A" else 1.0))
            rate = np.where(np.arange(60) % 2 == 0, 0.19, 0.21) + (
                rate_of_a if category == "A" else 0
            )
            numbers = {
                "now": under * rate, "before": np.where(np.arange(60) % 2 == 0, 21.0, 19.0),
                "now_under": under, "before_under": np.full(60, 100.0),
            }  # fmt: skip
            rows.append({"category": category, **moments(**numbers)})
        return (
            pd.DataFrame(rows)
            .set_index(pd.MultiIndex.from_product([list("ABCDEF")], names=["category"]))
            .drop(columns="category")
        )

    def test_the_part_whose_rate_rose_is_found_and_rate_and_mix_are_exact(self):
        """A's rate rose from 20 % to 50 % at a sixth of the weight: five points of the whole's."""
        table = found(self.rates(0.3), "ratio")
        assert table.index.tolist() == ["category:A", REST, TOTAL]
        risen = table.loc["category:A"]
        assert risen[["before", "now"]].tolist() == pytest.approx([0.2, 0.5])
        assert risen["rate"] == pytest.approx(0.05)
        assert risen["mix"] == pytest.approx(0)
        assert table.loc[TOTAL, "change"] == pytest.approx(0.05)

    def test_contributions_add_up_when_weights_move_too(self):
        table = found(self.rates(0.3, weight_of_a=3.0), "ratio")
        parts, total = table.drop(TOTAL), table.loc[TOTAL]
        assert parts["change"].sum() == pytest.approx(total["now"] - total["before"])
        assert (table["mix"] + table["rate"]).tolist() == pytest.approx(table["change"].tolist())

    def test_leaves_add_up_to_the_change_of_the_rate(self):
        parts = self.rates(0.3, weight_of_a=3.0)
        whole = parts[["now", "before", "now_under", "before_under"]].sum()
        change = whole["now"] / whole["now_under"] - whole["before"] / whole["before_under"]
        leaves = of_ratio(parts)
        assert leaves.stats[0].sum() == pytest.approx(change)
        assert leaves.stats[1].sum() == pytest.approx(1)

    def test_a_rate_over_nothing_is_refused(self):
        with pytest.raises(ContractError, match="a ratio needs something under it"):
            of_ratio(self.rates(0.0).assign(now_under=0.0))


class TestDriversOfACount:
    def counts(self, **rows: tuple[float, float]) -> pd.DataFrame:
        """Now and before of scopes: ``web_A`` of both, ``web_`` of one, ``_`` of the whole."""
        keys = [tuple(part or None for part in name.split("_")) for name in rows]
        index = pd.MultiIndex.from_tuples(keys, names=["channel", "category"])
        return pd.DataFrame(
            list(rows.values()), index=index, columns=["now", "before"], dtype=float
        )

    def test_scopes_are_ranked_by_their_own_change_and_no_share_is_given(self):
        table = count_drivers(
            self.counts(
                _=(900, 1000), _A=(100, 300), _B=(390, 300), _C=(420, 430), web_=(640, 700),
                dealer_=(320, 360), web_A=(60, 180), dealer_A=(50, 140),
            ), 2, 3, 0.1, 12,
        )  # fmt: skip
        assert table.index.tolist() == ["category:A", "category:B", "(total)"]
        assert table["change"].tolist() == [-200, 90, -100]
        assert "share" not in table

    def test_distinct_counts_are_not_searched_as_if_they_added_up(self):
        with pytest.raises(ContractError, match="'count' does not add up over parts"):
            found(firm({}), "count")

    def test_no_customers_before_is_no_table(self):
        assert count_drivers(self.counts(_=(10, 0), _A=(10, 0)), 1, 3, 0.1, 5).empty


class TestSearch:
    def test_chances_of_a_mistake_add_up_to_one(self):
        assert sum(priors(6, 3).values()) == pytest.approx(1)
        assert sum(priors(2, 3).values()) == pytest.approx(1)

    def test_against_a_forecast_the_planted_scope_is_found(self):
        rng = np.random.default_rng(3)
        index = pd.MultiIndex.from_product(
            [list("abcde"), list("vwxyz"), range(8)], names=["p", "q", "r"]
        )
        expected = rng.weibull(0.7, len(index)) * 100
        now = expected * (1 + rng.normal(0, 0.1, len(index)))
        hit = (index.get_level_values("p") == "b") & (index.get_level_values("q") == "y")
        cells = pd.DataFrame({"now": np.where(hit, expected * 0.5, now), "before": expected}, index)
        (one,) = search(of_forecast(cells), Limits(3, 5, 0.05, rate=1.0))
        assert one.values == {"p": "b", "q": "y"}


class TestHowUnusual:
    def months(self, last: float) -> pd.DataFrame:
        """A scope and a rest of 100 a month; in the last month the scope has ``last``."""
        index = pd.MultiIndex.from_product(
            [pd.period_range("2024-01", "2026-06", freq="M"), [-1, 0]], names=["month", "scope"]
        )
        table = pd.DataFrame({"value": 100.0, "under": 1.0}, index=index)
        table.loc[(pd.Period("2025-07"), 0), "value"] = 70.0
        table.loc[(pd.Period("2026-06"), 0), "value"] = last
        return table

    def test_a_larger_departure_than_all_before_it(self):
        table = how_unusual(self.months(50.0), pd.Period("2026-06"), 1, 12)
        assert table.loc[0, "unusual"] == 1
        assert table.loc[0, "earlier"] == 17  # January 2025 to May 2026

    def test_a_smaller_one_than_the_worst(self):
        table = how_unusual(self.months(80.0), pd.Period("2026-06"), 1, 12)
        assert table.loc[0, "unusual"] == pytest.approx(16 / 17)

    def test_later_months_change_nothing(self):
        earlier = how_unusual(self.months(50.0), pd.Period("2026-05"), 1, 12)
        same = how_unusual(self.months(999.0), pd.Period("2026-05"), 1, 12)
        pd.testing.assert_frame_equal(earlier, same)

    def test_a_month_the_data_do_not_hold_is_unknown(self):
        assert how_unusual(self.months(50.0), pd.Period("2026-07"), 1, 12)["unusual"].isna().all()


class TestOfTheFirm:
    def test_furniture_is_what_fell_in_the_east(self, demo_data):
        from analysis import params

        table = sales_drivers(demo_data, params.load("east", "2026-10", "demo"))
        assert table.index[0] == "category:Furniture"
        assert table["label"].iloc[0] == "Furniture"
        assert table.loc[[*table.index[:-1]], "change"].sum() == pytest.approx(
            table.loc[TOTAL, "change"]
        )

    def test_where_nothing_stands_out_none_is_named(self, tiny, tiny_run):
        table = sales_drivers(tiny, tiny_run())
        assert table.index.tolist() == [REST, TOTAL]

    def test_without_a_base_there_is_no_table(self, tiny, tiny_run):
        assert sales_drivers(tiny, tiny_run("2024-01")).empty

    def test_names_of_scopes_are_read_back(self):
        assert analysis.scope_of("category:A & channel:web") == {"category": "A", "channel": "web"}
