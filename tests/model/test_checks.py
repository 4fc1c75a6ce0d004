"""Checks: what a table must hold before it is trusted, and which rows do not."""

import ibis
import pandas as pd
import pytest

from analysis.errors import ContractError
from analysis.model import checks


def table(**columns):
    """A table as it is read: columns by name, rows numbered from 2."""
    frame = pd.DataFrame(columns)
    return ibis.memtable(frame.assign(source_row=range(2, len(frame) + 2)))


@pytest.mark.parametrize("day", ["1900-01-01", "2206-03-01"])
def test_a_day_no_firm_trades_on_is_named_with_its_row(delivery, day):
    delivery.change("O2,1,2024-03-02", f"O2,1,{day}")
    with pytest.raises(ContractError, match=rf"ordered_at must lie in 1990 to 2099 .*{day}"):
        delivery.build()


class TestKey:
    def test_repeated_keys_are_named_with_their_rows(self):
        lines = table(
            order_id=["O1", "O1", "O1", "O2", "O2"],
            line_no=["1", "2", "1", "1", "1"],
        )
        with pytest.raises(
            ContractError,
            match=r"^a\.csv: order_lines must have one row per order and line; repeated in 2 cas"
            r"es: order_id O1, line_no 1, first 2, last 4; order_id O2, line_no 1, first 5, last 6",
        ):
            checks.check_key(lines, "order_lines", "a.csv")

    def test_the_first_five_are_named_and_all_are_counted(self):
        twice = table(customer_id=[f"C{n}" for n in range(9)] * 2)
        with pytest.raises(ContractError, match=r"in 9 cases: customer_id C0, .* C4, first 6, la"):
            checks.check_key(twice, "customers", "a.csv")

    def test_an_order_that_comes_back_twice_is_repeated_where_no_line_is_known(self):
        """It would be joined to its lines twice, and their revenue counted twice."""
        with pytest.raises(ContractError, match="repeated in 1 case: order_id O8, first 2, last 4"):
            checks.check_key(table(order_id=["O8", "O9", "O8"]), "returns", "a.csv")

    def test_rows_that_differ_in_any_part_of_the_key_are_different(self):
        checks.check_key(
            table(order_id=["O1", "O1", "O2"], line_no=["1", "2", "1"]), "order_lines", "a.csv"
        )


class TestFilled:
    def test_rows_without_a_required_value_are_named(self):
        with pytest.raises(
            ContractError,
            match=r"^a\.csv: customers\.customer_id is empty in 2 cases: source_row 3; source_ro",
        ):
            checks.check_filled(table(customer_id=["C1", None, "C2", None]), "customers", "a.csv")

    def test_other_values_may_be_missing(self):
        customers = table(customer_id=["C1"], name=[pd.NA]).cast({"name": "string"})
        checks.check_filled(customers, "customers", "a.csv")


class TestAllowed:
    def test_rows_with_another_value_are_named(self):
        with pytest.raises(
            ContractError,
            match=r"customers\.kind must be one of b2b, b2c in 1 case: source_row 3, kind robot",
        ):
            checks.check_allowed(
                table(customer_id=["C1", "C2"], kind=["b2b", "robot"]), "customers", "a.csv"
            )

    def test_a_missing_value_is_not_another_value(self):
        checks.check_allowed(
            table(customer_id=["C1", "C2"], kind=["b2b", None]), "customers", "a.csv"
        )


def test_orphans_are_counted_and_not_refused():
    lines = table(product_id=["P1", "P9", "P9", None])
    assert checks.orphan_count(lines, table(product_id=["P1", "P2"]), "product_id") == 2


def test_a_check_leaves_its_table_alone():
    customers = table(customer_id=["C1", "C2"], kind=["b2b", "b2c"])
    before = customers.execute()
    for check in (checks.check_key, checks.check_filled, checks.check_allowed):
        check(customers, "customers", "a.csv")
    pd.testing.assert_frame_equal(customers.execute(), before)
