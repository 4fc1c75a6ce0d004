"""The canonical tables: declared in full, and a mapping is held to them."""

import ibis
import pytest

from analysis.errors import ParameterError
from analysis.model.schema import TABLES, TRUST, check_mapping

LINES = set(TABLES["order_lines"].must_map)


@pytest.mark.parametrize("name", [*TABLES, *TRUST])
def test_every_table_says_what_a_row_is_and_every_column_what_it_means(name):
    table = {**TABLES, **TRUST}[name]
    assert table.grain.startswith("one row per ")
    assert set(table.key) <= table.columns.keys()
    for column in table.columns.values():
        assert column.meaning
        ibis.dtype(column.type)


@pytest.mark.parametrize("name", TABLES)
def test_amounts_are_exact_and_say_their_unit(name):
    for column_name, column in TABLES[name].columns.items():
        is_number = ibis.dtype(column.type).is_numeric()
        assert is_number == bool(column.unit), column_name
        assert is_number or (column.low is None and column.high is None), column_name
        assert not column.refers_to or column.refers_to in TABLES, column_name
        assert not ibis.dtype(column.type).is_floating(), column_name


def test_a_mapping_of_what_is_required_is_enough():
    check_mapping("tiny", [("tiny", "order_lines", LINES)])


@pytest.mark.parametrize(
    ("mapped", "said"),
    [
        ({}, r"params/sources/tiny\.yml: tables has no order_lines, the one table that is requir"),
        (
            {"order_lines": LINES, "custmers": {"customer_id"}},
            r"tables has 'custmers'; did you mean 'customers'\? There are channel_spend, con",
        ),
        (
            {"order_lines": LINES | {"custommer_id"}},
            r"order_lines has no column 'custommer_id'; did you mean 'customer_id'\?",
        ),
        ({"order_lines": LINES - {"revenue", "region"}}, "order_lines must map region, revenue"),
        ({"order_lines": LINES, "products": {"name"}}, "products must map product_id"),
    ],
)
def test_a_mapping_that_does_not_fit_is_named(mapped, said):
    with pytest.raises(ParameterError, match=said):
        check_mapping("tiny", [("tiny", table, columns) for table, columns in mapped.items()])


def test_a_system_of_several_is_named_by_its_own_file():
    mapped = [("erp", "order_lines", LINES), ("crm", "customers", {"customer_id", "nme"})]
    with pytest.raises(ParameterError, match=r"params/sources/tiny/crm\.yml: customers has no"):
        check_mapping("tiny", mapped)
