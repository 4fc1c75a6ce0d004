"""Reading under our names and types: a value that does not fit is shown with its row."""

from datetime import datetime
from decimal import Decimal

import ibis
import pandas as pd
import pytest

from analysis.errors import SourceError
from analysis.sources.files import ROW
from analysis.sources.mapping import Table
from analysis.sources.read import read_table

LINES_OF_THE_CONTINENT = """\
Order;Line;Placed;Customer;Item;Area;Via;Units;Net
O1;1;2024-01-15;C1;P1;E;Web;10;1.234,50
O1;2;2024-01-15;C1;P3;E;Web;1;-0,75
"""
TYPES = {
    "order_id": "string",
    "ordered_at": "timestamp",
    "region": "string",
    "quantity": "decimal(18, 4)",
    "revenue": "decimal(18, 4)",
}


@pytest.fixture(scope="module")
def engine():
    return ibis.duckdb.connect()


@pytest.fixture
def read(engine, tmp_path):
    """Reads a CSV text by a mapping: ``read("Order\\nO1\\n", order_id="Order")``."""

    def of(text, **columns):
        path = tmp_path / "a.csv"
        path.write_text(text, encoding="utf-8")
        table = read_table(
            engine, Table.model_validate({"file": "a.csv", "columns": columns}), path, TYPES
        )
        return table.order_by(ROW).execute()

    return of


class TestValues:
    def test_names_and_types_are_ours(self, read):
        table = read("Order,Placed,Net\n7,2026-02-03,1.50\n", order_id="Order",
                     ordered_at="Placed", revenue="Net")  # fmt: skip
        assert table.columns.tolist() == ["order_id", "ordered_at", "revenue", ROW]
        assert table.to_numpy().tolist() == [["7", pd.Timestamp("2026-02-03"), Decimal("1.5"), 2]]

    @pytest.mark.parametrize(
        ("written", "form", "moment"),
        [
            ("2026-02-03", None, datetime(2026, 2, 3)),
            ("2026-02-03 14:30:00", None, datetime(2026, 2, 3, 14, 30)),
            ("2026-02-03T14:30", None, datetime(2026, 2, 3, 14, 30)),
            ("03/02/2026", "%d/%m/%Y", datetime(2026, 2, 3)),
            ("02/03/2026", "%m/%d/%Y", datetime(2026, 2, 3)),
            ("3.2.26", "%d.%m.%y", datetime(2026, 2, 3)),
        ],
    )
    def test_dates_are_as_their_format_says(self, read, written, form, moment):
        column = {"from": "Placed"} | ({"format": form} if form else {})
        table = read(f"Placed\n{written}\n", ordered_at=column)
        assert table["ordered_at"].tolist() == [moment]

    def test_the_firms_words_become_ours_whatever_blanks_stand_around_them(self, read):
        table = read("Area\nE\n W \n", region={"from": "Area", "values": {"E": "east", "W": "w"}})
        assert table["region"].tolist() == ["east", "w"]

    def test_empty_cells_are_missing(self, read):
        table = read("Order,Net,Area\nO1,,\nO2,2,E\n", order_id="Order", revenue="Net",
                     region={"from": "Area", "values": {"E": "east"}})  # fmt: skip
        assert table[["revenue", "region"]].isna().to_numpy().tolist() == [[True] * 2, [False] * 2]

    def test_a_constant_is_the_same_in_every_row(self, read):
        table = read("Order\nO1\nO2\n", order_id="Order", quantity={"constant": "1"})
        assert table["quantity"].tolist() == [1, 1]

    def test_nothing_is_rounded_or_dropped(self, read):
        table = read("Net\n0.1\n0.2\n-0.3\n0.1\n", revenue="Net")
        assert table["revenue"].tolist() == [Decimal(x) for x in ("0.1", "0.2", "-0.3", "0.1")]


class TestFormulas:
    @pytest.mark.parametrize(
        ("formula", "result"),
        [
            ("Sales - Profit", 60),
            ("Sales / (1 - Off) - Sales", 20),
            ("-Sales * 2 + 1.5", -158.5),
            ("coalesce(Nothing, Sales) / 4", 20),
            ("abs(Profit - Sales)", 60),
        ],
    )
    def test_arithmetic_worked_by_hand(self, read, formula, result):
        table = read("Sales,Profit,Off,Nothing\n80,20,0.2,\n", revenue={"formula": formula})
        assert table["revenue"].tolist() == [result]

    @pytest.mark.parametrize("formula", ["Sales - Nothing", "Sales / (1 - Off)", "nullif(Off, 1)"])
    def test_a_result_over_nothing_is_missing(self, read, formula):
        table = read("Sales,Off,Nothing\n80,1,\n", revenue={"formula": formula})
        assert table["revenue"].isna().tolist() == [True]

    @pytest.mark.parametrize("word", ["nan", "inf", "n/a"])
    def test_a_word_is_no_number_even_if_computers_think_so(self, read, word):
        with pytest.raises(SourceError, match=f"'Off': expected a number; 1 row .*row 3: '{word}'"):
            read(f"Sales,Off\n1,0\n1,{word}\n", revenue={"formula": "Sales - Off"})

    def test_a_result_that_no_amount_can_be(self, read):
        with pytest.raises(SourceError, match=r"expected Sales \* Sales to be a decimal"):
            read("Sales\n1e12\n", revenue={"formula": "Sales * Sales"})


class TestWhatDoesNotFit:
    @pytest.mark.parametrize(
        ("cell", "column"),
        [("x", "revenue"), ('"1,000.00"', "revenue"), ("£5", "revenue"), ("1e30", "revenue"),
         ("nan", "revenue"), ("2,5 ", "quantity")],
    )  # fmt: skip
    def test_what_is_no_number(self, read, cell, column):
        with pytest.raises(SourceError, match=r"^a\.csv column 'N': expected a number; 1 row diff"):
            read(f"N;M\n1;\n{cell};\n", **{column: "N"})

    @pytest.mark.parametrize(
        ("cell", "form"),
        [("2026-02-30", None), ("03/02/2026", None), ("soon", None), ("2026-02-03", "%d/%m/%Y"),
         ("31/02/2026", "%d/%m/%Y"), ("02/13/2026", "%d/%m/%Y")],
    )  # fmt: skip
    def test_what_is_no_date(self, read, cell, form):
        column = {"from": "Placed"} | ({"format": form} if form else {})
        wanted = f"a date written {form}" if form else "a date"
        with pytest.raises(
            SourceError,
            match=f"^a.csv column 'Placed': expected {wanted}; 1 row .* row 2: '{cell}'",
        ):
            read(f"Placed\n{cell}\n", ordered_at=column)

    def test_the_first_rows_are_shown_and_all_are_counted(self, read):
        rows = "".join(f"{n}\n" for n in [1, "a", "b", 2, "c", "d", "e", "f", "g"])
        with pytest.raises(
            SourceError,
            match=r"expected a number; 7 rows differ: row 3: 'a'; row 4: 'b'; row 6: 'c'; "
            r"row 7: 'd'; row 8: 'e'$",
        ):
            read(f"Net\n{rows}", revenue="Net")

    def test_a_word_that_is_not_in_the_list(self, read):
        with pytest.raises(
            SourceError,
            match=r"column 'Area': params/sources maps region only from E, W; 2 rows differ: "
            r"row 3: 'N'; row 4: 'e'$",
        ):
            read("Area\nE\nN\ne\n", region={"from": "Area", "values": {"E": "east", "W": "west"}})

    def test_rows_are_counted_across_line_breaks_in_cells(self, read):
        with pytest.raises(SourceError, match=r"row 3: 'x'$"):
            read('Order,Net\n"O\n\n1",1\nO2,x\n', revenue="Net")

    @pytest.mark.parametrize("column", ["Orders", {"formula": "Orders * 2"}])
    def test_a_column_that_is_not_in_the_file(self, read, column):
        with pytest.raises(
            SourceError,
            match=r"^a\.csv has no column 'Orders'; did you mean 'Order'\? There are Net, Order$",
        ):
            read("Order,Net\nO1,1\n", revenue=column)

    def test_a_constant_of_another_kind(self, read):
        with pytest.raises(SourceError, match=r"quantity is no decimal.*: constant 'one'"):
            read("Order\nO1\n", quantity={"constant": "one"})


def test_decimal_commas_are_read_where_the_mapping_says_so(delivery):
    delivery.write("lines.csv", LINES_OF_THE_CONTINENT)
    columns = delivery.columns()
    delivery.table("order_lines")["decimal"] = ","
    columns["cost"] = {"formula": "Net / 2"}
    columns["discount"] = {"constant": "0"}
    lines = delivery.open().order_lines.execute()
    assert lines["revenue"].astype(float).tolist() == [1234.5, -0.75]
    assert lines["cost"].astype(float).tolist() == [617.25, -0.375]


def test_decimal_commas_that_were_not_announced_are_explained(delivery):
    delivery.change("50.00,30.00", '"50,25",30.00')
    with pytest.raises(SourceError, match=r"'50,25'; for decimal commas, set decimal: \",\""):
        delivery.build()


@pytest.mark.parametrize("form", ["dd.mm.yyyy", "%Q"])
def test_a_format_that_is_none_is_refused_with_an_example(delivery, form):
    delivery.columns()["ordered_at"] = {"from": "Placed", "format": form}
    with pytest.raises(SourceError, match=r"write it in strptime signs, such as %d\.%m\.%Y"):
        delivery.build()
