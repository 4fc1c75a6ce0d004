"""Reading under our names and types: a value that does not fit is listed, and its row stays."""

from datetime import datetime
from decimal import Decimal

import pytest

from analysis.errors import SourceError
from analysis.sources import registry
from analysis.sources.files import ROW
from analysis.sources.mapping import Firm, System
from analysis.sources.read import read_table


@pytest.fixture
def read(desk):
    """Reads a CSV text by a mapping: ``read("Order\\nO1\\n", order_id="Order")``, without rows."""

    def of(text, said=(), **columns):
        desk.write("a.csv", text)
        return [row[:-1] for row in desk.rows("a.csv", columns, **dict(said))]

    return of


@pytest.fixture
def unread(desk):
    """Values of a CSV text that could not be read: row, our column, value, why."""

    def of(text, said=(), **columns):
        desk.write("a.csv", text)
        return desk.unread("a.csv", columns, **dict(said))

    return of


class TestValues:
    def test_names_and_types_are_ours(self, read):
        assert read(
            "Order,Placed,Net\n7,2026-02-03,1.50\n",
            order_id="Order", ordered_at="Placed", revenue="Net",
        ) == [["7", datetime(2026, 2, 3), Decimal("1.5")]]  # fmt: skip

    def test_the_firms_words_become_ours_whatever_blanks_stand_around_them(self, read):
        words = {"from": "Area", "values": {"E": "east", "W": "w"}}
        assert read("Area\nE\n W \n", region=words) == [["east"], ["w"]]

    def test_a_word_that_is_not_in_the_list_is_listed_and_its_row_stays(self, read, unread):
        words = {"from": "Area", "values": {"E": "east", "W": "west"}}
        text = "Order,Area\nO1,E\nO2,N\nO3, e\n"
        assert read(text, order_id="Order", region=words) == [
            ["O1", "east"], ["O2", None], ["O3", None]
        ]  # fmt: skip
        assert unread(text, order_id="Order", region=words) == [
            [3, "region", "N", "no such word"],
            [4, "region", " e", "no such word"],
        ]

    def test_empty_cells_are_missing_and_not_unread(self, read, unread):
        text = "Order,Net,Area\nO1,,\nO2,2,E\n"
        columns = {"revenue": "Net", "region": {"from": "Area", "values": {"E": "east"}}}
        assert read(text, **columns) == [[None, None], [2, "east"]]
        assert unread(text, **columns) == []

    def test_a_constant_is_the_same_in_every_row(self, read):
        text = "Order\nO1\nO2\n"
        found = read(text, order_id="Order", quantity={"constant": "1"})
        assert found == [["O1", 1], ["O2", 1]]

    def test_nothing_is_rounded_or_dropped(self, read):
        found = read("Net\n0.1\n0.2\n-0.3\n0.1\n", revenue="Net")
        assert found == [[Decimal(x)] for x in ("0.1", "0.2", "-0.3", "0.1")]

    def test_pieces_are_replaced_before_anything_else(self, read):
        net = {"from": "Net", "replace": {"^about ": "", "k$": "000"}}
        assert read("Net\nabout 5\n2k\n", revenue=net) == [[5], [2000]]

    @pytest.mark.parametrize(
        ("cell", "year"), [("1998", 1998), ("1998.0", 1998), ("1,998", 1998), ("1998.5", None)]
    )
    def test_a_whole_number_has_no_fraction(self, read, unread, cell, year):
        assert read(f'Since\n"{cell}"\n', founded_year="Since") == [[year]]
        left = [] if year else [[2, "founded_year", cell, "not a whole number"]]
        assert unread(f'Since\n"{cell}"\n', founded_year="Since") == left

    @pytest.mark.parametrize(
        ("cell", "is_won"), [("yes", True), ("FALSE", False), ("1", True), ("n", False)]
    )
    def test_yes_and_no_as_systems_write_them(self, read, cell, is_won):
        assert read(f"Won\n{cell}\n", is_won="Won") == [[is_won]]

    def test_the_currency_a_file_is_in_is_on_every_row(self, desk):
        desk.write("a.csv", "Net\n€ 5\n")
        table = desk.reading("a.csv", {"revenue": "Net"}, currency="EUR").table.execute()
        assert table[["revenue", "currency"]].to_numpy().tolist() == [[5, "EUR"]]


class TestDates:
    @pytest.mark.parametrize(
        ("written", "form", "moment"),
        [
            ("2026-02-03", None, datetime(2026, 2, 3)),
            ("2026/2/3", None, datetime(2026, 2, 3)),
            ("2026-02-03 14:30:00", None, datetime(2026, 2, 3, 14, 30)),
            ("2026-02-03T14:30", None, datetime(2026, 2, 3, 14, 30)),
            ("03/02/2026", "%d/%m/%Y", datetime(2026, 2, 3)),
            ("02/03/2026", "%m/%d/%Y", datetime(2026, 2, 3)),
            ("3.2.26", "%d.%m.%y", datetime(2026, 2, 3)),
            ("2026年2月3日", "%Y年%m月%d日", datetime(2026, 2, 3)),
            ("46056", "excel", datetime(2026, 2, 3)),
            ("46056.75", "excel", datetime(2026, 2, 3, 18)),
        ],
    )
    def test_they_are_as_their_format_says(self, read, written, form, moment):
        column = {"from": "Placed"} | ({"format": form} if form else {})
        assert read(f"Placed\n{written}\n", ordered_at=column) == [[moment]]

    def test_formats_are_tried_in_turn(self, read, unread):
        placed = {"from": "Placed", "format": ["%Y-%m-%d", "%d/%m/%Y", "%d %b %Y"]}
        text = "Placed\n2026-02-03\n03/02/2026\n3 Feb 2026\n02/28/2026\n"
        assert read(text, ordered_at=placed) == [[datetime(2026, 2, 3)]] * 3 + [[None]]
        assert unread(text, ordered_at=placed) == [[5, "ordered_at", "02/28/2026", "not a date"]]

    @pytest.mark.parametrize(
        ("cell", "form"),
        [("2026-02-30", None), ("03/02/2026", None), ("soon", None), ("epoch", None),
         ("infinity", None), ("46056", None), ("2026-02-03", "%d/%m/%Y"),
         ("31/02/2026", "%d/%m/%Y"), ("02/13/2026", "%d/%m/%Y")],
    )  # fmt: skip
    def test_what_is_none_is_listed(self, read, unread, cell, form):
        column = {"from": "Placed"} | ({"format": form} if form else {})
        text = f"Order,Placed\nO1,{cell}\n"
        assert read(text, order_id="Order", ordered_at=column) == [["O1", None]]
        assert unread(text, ordered_at=column) == [[2, "ordered_at", cell, "not a date"]]

    @pytest.mark.parametrize("zone", ["Z", "+08:00", "-05", " UTC"])
    def test_a_moment_in_a_zone_has_no_day_until_somebody_says_whose(self, read, zone):
        text = f"Placed\n2026-02-03T23:30:00{zone}\n"
        assert read(text, ordered_at="Placed") == [[None]]
        local = {"from": "Placed", "replace": {r"(Z|[+-]\d\d(:\d\d)?| UTC)$": ""}}
        assert read(text, ordered_at=local) == [[datetime(2026, 2, 3, 23, 30)]]

    def test_a_number_in_a_workbooks_column_of_dates_is_a_day(self, desk, workbook):
        rows = [["At"], [46056], [datetime(2026, 2, 4)], ["5/2/2026"]]
        workbook(desk.write("a.xlsx", b""), Orders=rows)
        column = {"ordered_at": {"from": "At", "format": "%d/%m/%Y"}}
        found = [row[0] for row in desk.rows("a.xlsx", column)]
        assert found == [datetime(2026, 2, 3), datetime(2026, 2, 4), datetime(2026, 2, 5)]


class TestNumbers:
    @pytest.mark.parametrize(
        ("cell", "amount"),
        [("1,234.50", "1234.5"), ("1 234.50", "1234.5"), ("1\u00a0234", "1234"),
         ("1\u202f234.5", "1234.5"), ("1'234.50", "1234.5"), ("12,34,567.00", "1234567"),
         ("1,234,567", "1234567"), ("(1,234.50)", "-1234.5"), ("5-", "-5"), ("\u22125", "-5"),
         ("- 5", "-5"), ("+5", "5"), (".5", "0.5"), ("£5", "5"), ("£ 1,234.50", "1234.5"),
         ("-£5.00", "-5"), ("£-5", "-5"), ("(£5)", "-5"), ("5 £", "5"), (" 7 ", "7"),
         ("1.5E+03", "1500"), ("\u00a08", "8")],
    )  # fmt: skip
    def test_as_people_write_them(self, read, cell, amount):
        assert read(f'N\n"{cell}"\n', revenue="N") == [[Decimal(amount)]]

    @pytest.mark.parametrize(
        ("cell", "amount"),
        [("1.234,50", "1234.5"), ("1 234,50", "1234.5"), ("1.234", "1234"), ("0,5", "0.5"),
         ("-0,75", "-0.75"), ("(1.234,5)", "-1234.5"), ("1.234,50-", "-1234.5"), ("12", "12"),
         ("1.234,50 €", "1234.5"), ("1'234,5", "1234.5")],
    )  # fmt: skip
    def test_with_a_decimal_comma_where_the_mapping_says_so(self, desk, cell, amount):
        desk.write("a.csv", f"Net;x\n{cell};\n")
        found = desk.rows("a.csv", {"revenue": "Net"}, decimal=",", money="€")
        assert found == [[Decimal(amount), 2]]

    @pytest.mark.parametrize(
        ("cell", "decimal"),
        [("x", "."), ("1e30", "."), ("nan", "."), ("inf", "."), ("50,25", "."), ("1,23,4", "."),
         ("2,5 ", "."), ("1.2.3", "."), ("(5", "."), ("-(5)", "."), ("5 %", "."), ("--5", "."),
         ("12.5", ","), ("1,234,567", ","), ("1.23,5", ","), ("1,234.5", ",")],
    )  # fmt: skip
    def test_what_is_none_or_may_be_meant_otherwise_is_listed(self, read, unread, cell, decimal):
        said = {"decimal": decimal}.items()
        assert read(f"O;N\n1;{cell}\n", said, order_id="O", revenue="N") == [["1", None]]
        assert unread(f"O;N\n1;{cell}\n", said, revenue="N") == [
            [2, "revenue", cell, "not a number"]
        ]

    def test_an_amount_in_other_money_is_none_of_ours(self, read, unread):
        text = "Net\n$5\n5 USD\n£5\n"
        assert read(text, revenue="Net") == [[None], [None], [5]]
        assert [value for *_, value, _ in unread(text, revenue="Net")] == ["$5", "5 USD"]

    def test_unless_a_column_says_which_money_it_is(self, read):
        text = "Net,Money\n$5,USD\n5 EUR,EUR\n"
        assert read(text, revenue="Net", currency="Money") == [[5, "USD"], [5, "EUR"]]


class TestFormulas:
    @pytest.mark.parametrize(
        ("formula", "result"),
        [
            ("Sales - Profit", 60),
            ("Sales / (1 - Off) - Sales", 20),
            ("-Sales * 2 + 1.5", Decimal("-158.5")),
            ("coalesce(Nothing, Sales) / 4", 20),
            ("abs(Profit - Sales)", 60),
        ],
    )
    def test_arithmetic_worked_by_hand(self, read, formula, result):
        text = "Sales,Profit,Off,Nothing\n80,20,0.2,\n"
        assert read(text, revenue={"formula": formula}) == [[result]]

    @pytest.mark.parametrize("formula", ["Sales - Nothing", "Sales / (1 - Off)", "nullif(Off, 1)"])
    def test_a_result_over_nothing_is_missing(self, read, unread, formula):
        text = "Sales,Off,Nothing\n80,1,\n"
        assert read(text, revenue={"formula": formula}) == [[None]]
        assert unread(text, revenue={"formula": formula}) == []

    @pytest.mark.parametrize("word", ["nan", "inf", "n/a"])
    def test_a_word_is_no_number_even_if_computers_think_so(self, read, unread, word):
        text = f"Sales,Off\n1,0\n1,{word}\n"
        assert read(text, revenue={"formula": "Sales - Off"}) == [[1], [None]]
        assert unread(text, revenue={"formula": "Sales - Off"}) == [
            [3, "revenue", word, "not a number"]
        ]

    def test_a_result_that_no_amount_can_be(self, read, unread):
        text = "Sales\n1e12\n"
        assert read(text, revenue={"formula": "Sales * Sales"}) == [[None]]
        assert unread(text, revenue={"formula": "Sales * Sales"}) == [
            [2, "revenue", "1e+24", "not a number"]
        ]

    def test_a_result_beyond_all_numbers_is_missing(self, read):
        assert read("Sales\n1e200\n", revenue={"formula": "Sales * Sales"}) == [[None]]

    def test_thousands_are_apart_in_what_they_read_too(self, read):
        text = 'Sales,Cost\n"1,000.50",(200)\n'
        assert read(text, revenue={"formula": "Sales + Cost"}) == [[Decimal("800.5")]]


class TestRowsThatAreNoRecords:
    def test_a_totals_row_is_dropped_and_counted(self, desk):
        desk.write("a.csv", "Order,Net\nO1,5\nSum of day,5\nO2,7\n Total ,12\n")
        columns = {"order_id": "Order", "revenue": "Net"}
        drop = {"Order": "^(Sum|Total)"}
        assert desk.rows("a.csv", columns, drop_rows=drop) == [["O1", 5, 2], ["O2", 7, 4]]
        assert desk.reading("a.csv", columns, drop_rows=drop).dropped == 2

    def test_what_it_holds_is_not_unread(self, desk):
        desk.write("a.csv", "Order,Net\nO1,5\n,five in all\n")
        columns = {"order_id": "Order", "revenue": "Net"}
        assert desk.unread("a.csv", columns, drop_rows={"Order": "^$"}) == []


class TestLookups:
    ITEMS = "Sku,Item,Price\nA1,P1,5\nA2,P2,x\nA3,P3,1\nA3,P9,1\nA4,,2\n"

    def test_a_word_is_looked_up_in_the_file_beside(self, desk):
        desk.write("items.csv", self.ITEMS)
        desk.write("a.csv", "Order,Sku\n1,A1\n2,A9\n3,\n4,A3\n5,A4\n6, A2\n")
        columns = {
            "order_id": "Order",
            "customer_id": {
                "from": "Sku",
                "lookup": {"file": "items.csv", "key": "Sku", "value": "Item"},
            },
        }
        assert desk.rows("a.csv", columns) == [
            ["1", "P1", 2], ["2", None, 3], ["3", None, 4], ["4", None, 5], ["5", None, 6],
            ["6", "P2", 7],
        ]  # fmt: skip
        assert desk.unread("a.csv", columns) == [
            [3, "customer_id", "A9", "no such word"],
            [5, "customer_id", "A3", "two such words"],
        ]

    def test_what_it_finds_is_of_our_type(self, desk):
        desk.write("items.csv", self.ITEMS)
        desk.write("a.csv", "Sku\nA1\nA2\n")
        lookup = {"file": "items.csv", "key": "Sku", "value": "Price"}
        columns = {"cost": {"from": "Sku", "lookup": lookup}}
        assert desk.rows("a.csv", columns) == [[5, 2], [None, 3]]
        assert desk.unread("a.csv", columns) == [[3, "cost", "A2", "not a number"]]

    def test_the_file_beside_must_be_there(self, desk):
        desk.write("a.csv", "Sku\nA1\n")
        lookup = {"file": "items.csv", "key": "Sku", "value": "Price"}
        with pytest.raises(SourceError, match=r"lookup items\.csv is not in .*folder holds a\.csv"):
            desk.rows("a.csv", {"cost": {"from": "Sku", "lookup": lookup}})


class TestWhatIsListed:
    def test_every_value_of_a_row_that_cannot_be_read(self, unread):
        text = "Order,Placed,Net\nO1,2026-02-03,1\nO2,soon,x\n"
        assert unread(text, order_id="Order", ordered_at="Placed", revenue="Net") == [
            [3, "ordered_at", "soon", "not a date"],
            [3, "revenue", "x", "not a number"],
        ]

    def test_rows_are_counted_across_line_breaks_in_cells(self, unread):
        assert unread('Order,Net\n"O\n\n1",1\nO2,x\n', revenue="Net") == [
            [3, "revenue", "x", "not a number"]
        ]

    def test_nothing_is_held_after_it_is_let_go(self, desk):
        desk.write("a.csv", "Order\nO1\n")
        held = "SELECT table_name FROM duckdb_tables() WHERE temporary"
        before = desk.engine.raw_sql(held).fetchall()
        reading = desk.reading("a.csv", {"order_id": "Order"})
        assert desk.engine.raw_sql(held).fetchall() != before
        reading.release()
        assert desk.engine.raw_sql(held).fetchall() == before


class TestSettings:
    def test_a_constant_of_another_kind(self, read):
        with pytest.raises(SourceError, match=r"quantity is no decimal.*: constant 'one'"):
            read("Order\nO1\n", quantity={"constant": "one"})

    @pytest.mark.parametrize("form", ["dd.mm.yyyy", "%Q"])
    def test_a_format_that_is_none_is_refused_with_an_example(self, read, form):
        with pytest.raises(SourceError, match=r"write it in strptime signs, such as %d\.%m\.%Y"):
            read("Placed\nx\n", ordered_at={"from": "Placed", "format": ["%d", form]})

    def test_a_pattern_that_is_none(self, read):
        with pytest.raises(SourceError, match=r"revenue replaces '\(', which is no regular expr"):
            read("Net\n5\n", revenue={"from": "Net", "replace": {"(": ""}})
        with pytest.raises(SourceError, match=r"drop_rows of 'Net' has '\[', which is no regular"):
            read("Net\n5\n", {"drop_rows": {"Net": "["}}.items(), revenue="Net")


def test_one_file_is_read_without_saying_which(desk):
    """``read_table`` is of one delivery, so its rows need not name it."""
    desk.write("a.csv", "Order\nO1\n")
    table = {"file": "a.csv", "columns": {"order_id": "Order"}}
    firm = Firm(firm="Tiny", currency="£", path=str(desk.folder))
    system = System.model_validate({"tables": {"order_lines": table}})
    register = registry.Register(firm, {"tiny": system})
    (delivery,), _ = registry.deliveries(register, "tiny")
    reading = read_table(desk.engine, delivery, {"order_id": "string"}, register)
    assert reading.table.columns == ("order_id", ROW)
    assert reading.unread.columns == (ROW, "column", "value", "why")
