"""Datasets: what an opened snapshot holds, covers and cannot say."""

from datetime import date

import pandas as pd
import pytest

from analysis.errors import ParameterError
from analysis.model import dataset
from analysis.periods import parse


class TestWhatItHolds:
    def test_days_and_regions_are_the_order_lines(self, tiny):
        assert (tiny.first_day, tiny.last_day) == (date(2024, 1, 15), date(2026, 2, 28))
        assert tiny.regions == ("east", "west")
        assert set(tiny.tables) == {"order_lines", "customers", "products", "returns"}

    @pytest.mark.parametrize(
        ("need", "there"),
        [
            ("order_lines", True),
            ("order_lines.cost", True),
            ("order_lines.line_no", True),
            ("order_lines.salesperson_id", False),
            ("products.category", True),
            ("products.list_price", False),
            ("returns", True),
        ],
    )
    def test_it_knows_what_was_delivered(self, tiny, need, there):
        assert tiny.has(need) is there

    def test_it_has_no_column_of_a_table_it_has_not(self, delivery):
        del delivery.mapping["tables"]["returns"]
        firm = delivery.open()
        assert not firm.has("returns")
        assert not firm.has("returns.quantity")

    def test_a_given_snapshot_is_opened_as_it_was(self, delivery):
        from analysis import params

        folder = delivery.build()
        delivery.change("50.00,30.00", "9050.00,30.00")
        run = params.load("west", "2024-03", "tiny")
        lines = dataset.load(run, folder).order_lines
        assert float(lines.revenue.sum().execute()) == 1360


class TestWhatItCovers:
    @pytest.mark.parametrize(
        ("period", "covered"),
        [
            ("2024-01", False),  # the data begin on its fifteenth day
            ("2023-12", False),
            ("2023-12..2024-01", False),
            ("2024", False),
            ("2024-02..2024-12", True),
            ("2024-02", True),  # no order, and it is known that there was none
            ("2026-02", True),
            ("2026-03", False),
            ("2026-Q1", False),
        ],
    )
    def test_a_period_is_held_from_its_first_day_to_its_last(self, tiny, period, covered):
        assert tiny.covers(parse(period)) is covered

    @pytest.mark.parametrize(
        ("period", "base"),
        [("2026-02", "year_before"), ("2025-01", "prior"), ("2024-06", "prior"), ("2024-02", None)],
    )
    def test_change_is_explained_against_last_year_where_there_is_one(
        self, tiny, tiny_run, period, base
    ):
        assert tiny.base(tiny_run(period)) == base

    @pytest.mark.parametrize(
        ("last", "month"),
        [("2026-02-28", "2026-02"), ("2026-02-25", "2026-02"), ("2026-02-24", "2026-01")],
    )
    def test_the_latest_month_is_whole_but_for_a_few_quiet_days(self, delivery, last, month):
        delivery.change("2026-02-28", last)
        assert delivery.open().latest_month == pd.Period(month, "M")

    @pytest.mark.parametrize(
        ("period", "whole", "as_of"),
        [
            ("2026-02", True, date(2026, 2, 28)),
            ("2026-Q1", False, date(2026, 2, 28)),
            ("2025-12", True, date(2025, 12, 31)),
        ],
    )
    def test_a_run_looks_from_the_end_of_its_period_or_of_the_data(
        self, tiny, tiny_run, period, whole, as_of
    ):
        run = tiny_run(period)
        assert (tiny.is_whole(run), tiny.as_of(run)) == (whole, as_of)


class TestScope:
    def test_a_run_with_orders_is_in_scope(self, tiny, tiny_run):
        dataset.check_scope(tiny, tiny_run("2026-Q1"))
        dataset.check_scope(tiny, tiny_run("2025-12", "all"))

    def test_a_period_without_orders_says_which_months_there_are(self, tiny, tiny_run):
        with pytest.raises(
            ParameterError,
            match=r"period '2026-01' has no orders in region 'west' of data 'tiny'; "
            r"there are orders from 2024-03 to 2026-02$",
        ):
            dataset.check_scope(tiny, tiny_run("2026-01", "west"))

    def test_a_gap_between_months_is_no_month(self, tiny, tiny_run):
        with pytest.raises(ParameterError, match="period '2024-02' has no orders in region 'all'"):
            dataset.check_scope(tiny, tiny_run("2024-02", "all"))

    def test_a_region_without_orders_says_which_there_are(self, delivery):
        from analysis import params

        (delivery.params / "regions" / "eastern.yml").write_text("label: Eastern\n")
        firm = delivery.open()
        with pytest.raises(
            ParameterError,
            match=r"data 'tiny' has no region 'eastern'; did you mean 'east'\? There are all, east",
        ):
            dataset.check_scope(firm, params.load("eastern", "2026-02", "tiny"))
