"""One order in two systems, and one order keyed twice."""

from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.model.cleaning.clean import clean

DAY = datetime(2024, 5, 6, 9)


def basket(desk, order, *items, **changes):
    """Lines of an order, one for each product."""
    return [
        desk.line(order_id=order, line_no=str(place), product_id=item, **changes)
        for place, item in enumerate(items, start=1)
    ]


def shop(desk, order, *items, **changes):
    return basket(desk, order, *items, **{"source": "shop", "file": "s.json", **changes})


class TestTwoSystems:
    def test_the_same_lines_for_the_same_customer_that_day_are_one_order(self, desk):
        rows = [
            *shop(desk, "shop:9", "P2", "P1", ordered_at="2024-05-06 17:30"),
            *basket(desk, "erp:7", "P1", "P2"),
        ]
        done = desk.clean("order_lines", rows)
        assert done.merged == {
            2: ("cross_system_duplicate", "erp:7/2"),
            3: ("cross_system_duplicate", "erp:7/1"),
        }

    def test_who_buys_twice_has_bought_twice(self, desk):
        """Two orders in the shop, one of which the ERP has too: one of the shop's stays."""
        rows = [
            *shop(desk, "shop:8", "P1", ordered_at="2024-05-06 09:00"),
            *shop(desk, "shop:9", "P1", ordered_at="2024-05-06 19:00"),
            *basket(desk, "erp:7", "P1"),
        ]
        done = desk.clean("order_lines", rows)
        assert done.merged == {2: ("cross_system_duplicate", "erp:7/1")}

    @pytest.mark.parametrize(
        "changes",
        [
            {"customer_id": "C2"}, {"ordered_at": "2024-05-07"}, {"quantity": "3"},
            {"revenue": "19.00"}, {"customer_id": None}, {"product_id": None},
        ],
    )  # fmt: skip
    def test_orders_that_differ_are_two(self, desk, changes):
        rows = [*basket(desk, "erp:7", "P1"), *shop(desk, "shop:9", "P1")]
        rows[1] |= changes
        assert desk.clean("order_lines", rows).merged == {}

    def test_sales_without_a_name_are_never_one(self, desk):
        rows = [
            *basket(desk, "erp:7", "P1", customer_id=None),
            *shop(desk, "shop:9", "P1", customer_id=None),
        ]
        assert desk.clean("order_lines", rows).merged == {}

    def test_lines_both_have_are_one_where_one_order_lacks_some(self, desk):
        rows = [*basket(desk, "erp:7", "P1", "P2", "P3"), *shop(desk, "shop:9", "P1", "P3")]
        done = desk.clean("order_lines", rows)
        assert done.merged == {
            5: ("cross_system_duplicate", "erp:7/1"),
            6: ("cross_system_duplicate", "erp:7/3"),
        }

    def test_and_what_the_better_system_lacks_stays(self, desk):
        rows = [*basket(desk, "erp:7", "P1", "P2"), *shop(desk, "shop:9", "P1", "P2", "P3")]
        done = desk.clean("order_lines", rows)
        assert sorted(done.merged) == [4, 5]
        assert done.stay == [2, 3, 6]

    def test_one_common_line_makes_no_common_order(self, desk):
        rows = [*basket(desk, "erp:7", "P1", "P2"), *shop(desk, "shop:9", "P1")]
        assert desk.clean("order_lines", rows).merged == {}

    def test_all_stay_and_are_flagged_where_the_settings_say_so(self, desk):
        rows = [*basket(desk, "erp:7", "P1"), *shop(desk, "shop:9", "P1")]
        done = desk.clean("order_lines", rows, cross_system_duplicates="flag")
        assert done.stay == [2, 3]
        assert done.flagged == {
            3: ("cross_system_duplicate", "erp:7 has the same lines for the customer that day")
        }

    def test_what_the_two_say_otherwise_is_a_conflict(self, desk):
        rows = [
            *basket(desk, "erp:7", "P1", region="east"),
            *shop(desk, "shop:9", "P1", region="west"),
        ]
        done = desk.clean("order_lines", rows)
        told = {c["column"]: (c["winner_value"], c["loser_value"]) for c in done.conflicts}
        assert told == {"region": ("east", "west")}


class TestKeyedTwice:
    def test_the_same_order_minutes_later_is_the_same_order(self, desk):
        rows = [
            *basket(desk, "O1", "P1", "P2", ordered_at="2024-05-06 09:00"),
            *basket(desk, "O9", "P1", "P2", ordered_at="2024-05-06 09:14"),
        ]
        done = desk.clean("order_lines", rows)
        assert done.merged == {4: ("near_duplicate", "O1/1"), 5: ("near_duplicate", "O1/2")}
        assert "O1 is the same order, entered shortly before" in done.quarantine[0]["reason"]

    def test_also_past_midnight(self, desk):
        rows = [
            *basket(desk, "O1", "P1", ordered_at="2024-05-06 23:58"),
            *basket(desk, "O2", "P1", ordered_at="2024-05-07 00:02"),
        ]
        assert list(desk.clean("order_lines", rows).merged) == [3]

    def test_how_many_minutes_is_a_setting(self, desk):
        rows = [
            *basket(desk, "O1", "P1", ordered_at="2024-05-06 09:00"),
            *basket(desk, "O2", "P1", ordered_at="2024-05-06 09:20"),
        ]
        assert desk.clean("order_lines", rows).merged == {}
        assert list(desk.clean("order_lines", rows, near_duplicate_minutes=30).merged) == [3]

    def test_without_the_time_of_day_the_numbers_must_be_near(self, desk):
        rows = [
            *basket(desk, "O-101", "P1"),
            *basket(desk, "O-103", "P1"),
            *basket(desk, "O-250", "P1"),
        ]
        assert desk.clean("order_lines", rows).merged == {3: ("near_duplicate", "O-101/1")}
        assert sorted(desk.clean("order_lines", rows, near_duplicate_numbers=1).merged) == []

    def test_numbers_order_as_numbers(self, desk):
        rows = [*basket(desk, "O9", "P1"), *basket(desk, "O10", "P1")]
        assert desk.clean("order_lines", rows).merged == {3: ("near_duplicate", "O9/1")}

    @pytest.mark.parametrize(
        "changes",
        [{"customer_id": None}, {"customer_id": "C2"}, {"quantity": "5"}, {"revenue": "19.99"}],
    )
    def test_others_orders_and_sales_without_a_name_are_not(self, desk, changes):
        rows = [*basket(desk, "O1", "P1"), *basket(desk, "O2", "P1", **changes)]
        assert desk.clean("order_lines", rows).merged == {}

    def test_an_order_with_a_line_more_is_another(self, desk):
        rows = [*basket(desk, "O1", "P1"), *basket(desk, "O2", "P1", "P2")]
        assert desk.clean("order_lines", rows).merged == {}

    def test_all_stay_and_are_flagged_where_the_settings_say_so(self, desk):
        rows = [*basket(desk, "O1", "P1"), *basket(desk, "O2", "P1")]
        done = desk.clean("order_lines", rows, near_duplicates="flag")
        assert done.flagged == {
            3: ("near_duplicate", "O1 is the same order, entered shortly before")
        }

    def test_of_an_order_in_two_systems_the_copies_go_first(self, desk):
        """The shop's order is the ERP's first; the ERP's second is its first keyed twice."""
        rows = [
            *basket(desk, "erp:7", "P1"),
            *basket(desk, "erp:8", "P1"),
            *shop(desk, "shop:9", "P1"),
        ]
        done = desk.clean("order_lines", rows)
        assert done.merged == {
            3: ("near_duplicate", "erp:7/1"),
            4: ("cross_system_duplicate", "erp:7/1"),
        }

    @settings(max_examples=10)
    @given(minutes=st.lists(st.integers(0, 240), min_size=1, max_size=12))
    def test_orders_are_matched_one_to_one_with_the_one_before(self, minutes):
        """No order that stays takes two, none that goes takes any, and no pair is far apart."""
        from .conftest import Desk

        desk = Desk()
        at = {f"O{n}": DAY + timedelta(minutes=m) for n, m in enumerate(sorted(minutes))}
        rows = [
            row for order, moment in at.items()
            for row in basket(desk, order, "P1", "P2", ordered_at=str(moment))
        ]  # fmt: skip
        done = desk.clean("order_lines", rows)
        pairs = {(row["record_key"][:-2], row["survivor"][:-2]) for row in done.quarantine}
        gone, stay = {a for a, _ in pairs}, {b for _, b in pairs}
        assert len(pairs) == len(gone) == len(stay)
        assert not gone & stay
        assert all(timedelta(0) <= at[a] - at[b] <= timedelta(minutes=15) for a, b in pairs)
        # Two that stay and took none are far apart, or one of another pair stands between.
        alone = sorted(at[order] for order in at if order not in gone | stay)
        between = Counter(at[order] for order in gone | stay)
        for earlier, later in pairwise(alone):
            assert later - earlier > timedelta(minutes=15) or any(
                earlier <= moment <= later for moment in between
            )


def test_clean_says_in_which_order_the_rules_speak():
    told = clean.__doc__
    places = [told.index(word) for word in ("unreadable", "currency", "impossible", "outliers")]
    assert places == sorted(places)
