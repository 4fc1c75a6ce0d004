"""Mappings: what a params/sources file may say, and where its files are looked for."""

import pytest

from analysis.errors import ParameterError
from analysis.sources import mapping, registry
from analysis.sources.mapping import formula_columns, sources_of


@pytest.fixture
def load(delivery):
    """Loads the tiny firm's mapping after a change: ``load(lambda: delivery.columns().pop(…))``."""

    def of(change=lambda: None, **laid_over):
        change()
        delivery.save()
        return registry.load("tiny", **laid_over).firm

    return of


class TestColumns:
    def test_a_column_may_be_a_name_alone(self, load):
        columns = load().tables["order_lines"].columns
        assert columns["quantity"] == mapping.Column.model_validate({"from": "Units"})
        assert columns["region"].values == {"E": "east", "W": "west"}

    @pytest.mark.parametrize(
        "column",
        [{"from": "Cost", "formula": "Net / 2"}, {"from": "Cost", "constant": "1"}, {}],
        ids=["two", "two others", "none"],
    )
    def test_it_has_exactly_one_origin(self, load, delivery, column):
        with pytest.raises(ParameterError, match="give exactly one of from, formula and constant"):
            load(lambda: delivery.columns().update(cost=column))

    def test_a_misspelt_key_is_named_as_yaml_spells_it(self, load, delivery):
        with pytest.raises(
            ParameterError,
            match=r"tiny\.yml: key 'tables\.order_lines\.columns\.region\.fro' is not one .*"
            r"did you mean 'from'\?",
        ):
            load(lambda: delivery.columns().update(region={"fro": "Area"}))

    def test_keep_is_one_of_two_words(self, load, delivery):
        with pytest.raises(ParameterError, match=r"keep' is 'last': input should be 'all' or 'fir"):
            load(lambda: delivery.table("products").update(keep="last"))

    def test_a_table_has_a_file_or_a_query(self, load, delivery):
        with pytest.raises(ParameterError, match="give one of file and query"):
            load(lambda: delivery.table("products").update(query="items"))

    def test_columns_a_mapping_reads_are_named_once(self):
        table = mapping.Table.model_validate(
            {
                "file": "a.csv",
                "drop_rows": {"Order": "^Total"},
                "columns": {"revenue": "Net", "cost": {"formula": "Net - Gain"},
                            "order_id": "Order", "channel": {"constant": "web"}},
            }
        )  # fmt: skip
        assert sources_of(table) == ["Net", "Gain", "Order"]


class TestFormulas:
    @pytest.mark.parametrize(
        ("formula", "columns"),
        [
            ("Sales - Profit", ["Sales", "Profit"]),
            ("Sales / (1 - Discount) - Sales", ["Sales", "Discount"]),
            ('-"Net amount" * 1.19', ["Net amount"]),
            ("coalesce(Cost, abs(Net) / nullif(Units, 0))", ["Cost", "Net", "Units"]),
        ],
    )
    def test_arithmetic_names_its_columns(self, formula, columns):
        assert formula_columns(formula) == columns

    @pytest.mark.parametrize(
        "formula",
        [
            "sqrt(Net)", "read_csv('/etc/passwd')", "Net - (select 1)", "Net; drop table orders",
            "case when Net > 0 then Net end", "Net || Cost", "Net > 0", "Net * 'x'", "*",
            "sum(Net)", "Net::int", "Net ^ 2",
        ],
    )  # fmt: skip
    def test_anything_but_arithmetic_is_refused(self, load, delivery, formula):
        with pytest.raises(ParameterError, match=r"columns\.cost\.formula' .* may use \+ - \* / "):
            load(lambda: delivery.columns().update(cost={"formula": formula}))

    @pytest.mark.parametrize("formula", ["Net -", "(Net", ""])
    def test_a_formula_that_does_not_end_is_refused(self, formula):
        with pytest.raises(ValueError, match="cannot be read"):
            formula_columns(formula)

    def test_a_formula_that_reads_nothing_is_a_constant(self):
        with pytest.raises(ValueError, match="reads no column; write a constant instead"):
            formula_columns("1 + 1")
