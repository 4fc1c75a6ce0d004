"""Files as they come: what opens, under which row numbers, and what is said of what does not."""

from datetime import datetime

import pandas as pd
import pytest

from analysis.errors import SourceError
from analysis.sources import files

AB = {"order_id": "a", "customer_id": "b"}


class TestCsv:
    def test_cells_are_text_and_rows_are_numbered_as_a_spreadsheet_counts(self, desk):
        desk.write("a.csv", "a,b\n007,1.50\n8,\n")
        assert desk.rows("a.csv", AB) == [["007", "1.50", 2], ["8", None, 3]]

    def test_a_line_break_inside_quotes_is_one_row(self, desk):
        desk.write("a.csv", 'a,b\n1,"x\ny"\n3,4\n')
        assert desk.rows("a.csv", AB) == [["1", "x\ny", 2], ["3", "4", 3]]

    @pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
    @pytest.mark.parametrize("blank", ["", ",", '"",""'], ids=["nothing", "a sign", "quotes"])
    def test_a_blank_line_is_no_record_and_is_counted(self, desk, blank, end):
        desk.write("a.csv", end.join(["a,b", blank, "1,x", "2,y", blank, blank, "3,z", blank, ""]))
        rows = [row for row in desk.rows("a.csv", AB) if row[0]]
        assert rows == [["1", "x", 3], ["2", "y", 4], ["3", "z", 7]]

    def test_a_blank_line_in_a_file_of_one_column(self, desk):
        desk.write("a.csv", "a\n1\n\n3\n")
        assert desk.rows("a.csv", {"order_id": "a"}) == [["1", 2], ["3", 4]]

    def test_a_blank_line_in_a_cell_is_the_cells(self, desk):
        desk.write("a.csv", 'a,b\n1,"x\n\ny"\n\n3,4\n')
        assert desk.rows("a.csv", AB) == [["1", "x\n\ny", 2], ["3", "4", 4]]

    @pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
    def test_the_sign_between_cells_is_the_headings(self, desk, sign):
        desk.write("a.csv", f"a{sign}b\n1{sign}2.5\n")
        assert desk.rows("a.csv", AB) == [["1", "2.5", 2]]

    def test_the_sign_may_be_said(self, desk):
        desk.write("a.csv", "a~b;c;d\n1~2;3;4\n")
        columns = {"order_id": "a", "customer_id": "b;c;d"}
        assert desk.rows("a.csv", columns, delimiter="~") == [["1", "2;3;4", 2]]

    @pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"], ids=["plain", "with a BOM"])
    @pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"], ids=["LF", "CRLF", "CR"])
    def test_marks_and_line_ends_of_other_systems_are_not_data(self, desk, start, end):
        desk.write("a.csv", start + end.join([b"a,b", b"1,2", b""]))
        assert desk.rows("a.csv", AB) == [["1", "2", 2]]

    def test_line_ends_may_be_mixed(self, desk):
        desk.write("a.csv", "a,b\n1,2\r\n3,4\n5,6\r\n")
        assert desk.rows("a.csv", AB) == [["1", "2", 2], ["3", "4", 3], ["5", "6", 4]]

    def test_an_order_that_starts_with_a_hash_is_no_comment(self, desk):
        """DuckDB, left to guess, takes row 2 for a comment and says nothing."""
        desk.write("a.csv", "a,b\n#1,2\n2,3\n4,5\n")
        assert desk.rows("a.csv", AB)[0] == ["#1", "2", 2]

    def test_words_that_mean_nothing_elsewhere_are_words(self, desk):
        desk.write("a.csv", "a,b\nNA,null\n")
        assert desk.rows("a.csv", AB) == [["NA", "null", 2]]

    def test_blanks_around_a_value_and_a_heading_are_no_part_of_them(self, desk):
        desk.write("a.csv", " a ,\u00a0b\n 1\u00a0,\u3000x y \n   ,z\n")
        assert desk.rows("a.csv", AB) == [["1", "x y", 2], [None, "z", 3]]

    @pytest.mark.parametrize("row", ["3,4,5", "3"], ids=["a cell too many", "a cell too few"])
    @pytest.mark.parametrize("before", [1, 60_000])
    def test_a_row_of_another_length_is_named_wherever_it_is(self, desk, row, before):
        desk.write("a.csv", "a,b\n" + "1,2\n" * before + f"{row}\n6,7\n")
        cells = "1 cell" if row == "3" else "3 cells"
        with pytest.raises(
            SourceError,
            match=rf"^a\.csv row {before + 2} \(line {before + 2}\) has {cells}, and the heading "
            rf"has 2: '{row}'; put cells that hold ',' or a line break in double quotes$",
        ):
            desk.rows("a.csv", AB)

    def test_rows_and_lines_differ_after_a_line_break_in_a_cell(self, desk):
        desk.write("a.csv", 'a,b\n1,"x\ny"\n3\n')
        with pytest.raises(SourceError, match=r"^a\.csv row 3 \(line 4\) has 1 cell"):
            desk.rows("a.csv", AB)

    def test_a_quote_that_does_not_end(self, desk):
        desk.write("a.csv", 'a,b\n1,"x\n3,4\n')
        with pytest.raises(
            SourceError, match=r"^a\.csv row 2 \(line 2\) has a double quote that does not end"
        ):
            desk.rows("a.csv", AB)

    def test_nul_bytes_are_named_by_line(self, desk):
        desk.write("a.csv", b"a,b\n1,2\n3,\0\0\n")
        with pytest.raises(SourceError, match=r"^a\.csv line 3 holds NUL bytes, which no text has"):
            desk.rows("a.csv", AB)

    def test_only_mapped_columns_matter_among_many(self, desk):
        heading = ",".join(f"x{n}" for n in range(300))
        desk.write("a.csv", f"{heading}\n{','.join(str(n) for n in range(300))}\n")
        columns = {"order_id": "x7", "customer_id": "x299"}
        assert desk.rows("a.csv", columns) == [["7", "299", 2]]


class TestHeadings:
    def test_a_heading_may_stand_further_down(self, desk):
        desk.write("a.csv", "Sales of October;;\n\na;b;c\n1;2;3\n")
        assert desk.rows("a.csv", AB, heading_row=3) == [["1", "2", 4]]

    def test_where_it_stands_is_said_when_it_is_not_where_it_is_looked_for(self, desk):
        desk.write("a.csv", "Sales of October,\n\na,b\n1,2\n")
        with pytest.raises(SourceError, match=r"has no column 'a'; .*; row 3 has them all: set he"):
            desk.rows("a.csv", AB)

    def test_a_row_without_names_is_no_heading(self, desk):
        desk.write("a.csv", ",\na,b\n1,2\n")
        with pytest.raises(SourceError, match=r"^a\.csv has no heading in row 1; set heading_row"):
            desk.rows("a.csv", AB)

    def test_a_name_given_twice_is_told_apart_by_its_place(self, desk):
        desk.write("a.csv", "a,Net,b,Net\n1,10,x,20\n")
        with pytest.raises(
            SourceError,
            match=r"^a\.csv has 2 columns 'Net'; write which is meant: 'Net \(2\)' or 'Net \(4\)'",
        ):
            desk.rows("a.csv", {"order_id": "a", "revenue": "Net"})
        assert desk.rows("a.csv", {"order_id": "a", "cost": "Net (4)"}) == [["1", 20, 2]]

    def test_names_that_differ_in_their_case_differ(self, desk):
        desk.write("a.csv", "a,A,b\n1,2,3\n")
        assert desk.rows("a.csv", {"order_id": "A", "customer_id": "a"}) == [["2", "1", 2]]

    @pytest.mark.parametrize("column", ["Orders", {"formula": "Orders * 2"}])
    def test_a_column_that_is_not_in_the_file(self, desk, column):
        desk.write("a.csv", "Order,Net\nO1,1\n")
        with pytest.raises(
            SourceError,
            match=r"^a\.csv has no column 'Orders'; did you mean 'Order'\? There are Net, Order$",
        ):
            desk.rows("a.csv", {"revenue": column})


class TestExcel:
    def test_cells_are_as_a_csv_file_would_hold_them(self, desk, workbook):
        placed = datetime(2026, 2, 3, 14, 30)
        workbook(
            desk.write("a.xlsx", b""),
            Orders=[
                ["Order", "Placed", "Net", "Area"],
                ["0017", placed, 12.5, "NA"],
                [18, None, 3.0, None],
            ],
        )
        columns = {"order_id": "Order", "customer_id": "Placed", "channel": "Net", "region": "Area"}
        assert desk.rows("a.xlsx", columns) == [
            ["0017", "2026-02-03 14:30:00", "12.5", "NA", 2],
            ["18", None, "3", None, 3],
        ]

    def test_blank_rows_are_counted_and_are_no_records(self, desk, workbook):
        rows = [["a", "b"], [None, None], ["1", "x"], [None, None], ["2", None]]
        workbook(desk.write("a.xlsx", b""), Orders=rows)
        assert desk.rows("a.xlsx", AB) == [["1", "x", 3], ["2", None, 5]]

    def test_a_sheet_is_read_by_its_name_and_the_first_without_one(self, desk, workbook):
        sheets = {"First": [["a", "b"], ["1", "x"]], "Second": [["a", "b"], ["2", "y"]]}
        workbook(desk.write("a.xlsx", b""), **sheets)
        assert desk.rows("a.xlsx", AB) == [["1", "x", 2]]
        assert desk.rows("a.xlsx", AB, sheet="Second") == [["2", "y", 2]]

    def test_a_sheet_that_is_not_there(self, desk, workbook):
        workbook(desk.write("a.xlsx", b""), Orders=[["a"], ["1"]], Returns=[["a"], ["1"]])
        with pytest.raises(
            SourceError,
            match=r"a\.xlsx has no sheet 'Oders'; did you mean 'Orders'\? There are Orders, Retur",
        ):
            desk.rows("a.xlsx", AB, sheet="Oders")

    def test_a_heading_and_nothing_else(self, desk, workbook):
        workbook(desk.write("a.xlsx", b""), Orders=[["a", "b"]])
        with pytest.raises(SourceError, match=r"a\.xlsx sheet 'Orders' has a heading but no recor"):
            desk.rows("a.xlsx", AB, sheet="Orders")

    def test_numbers_are_numbers_whatever_the_firm_writes(self, desk, workbook):
        rows = [["a", "Net"], ["1", 1234.5], ["2", "1.234,50"]]
        workbook(desk.write("a.xlsx", b""), Orders=rows)
        found = desk.rows("a.xlsx", {"order_id": "a", "revenue": "Net"}, decimal=",")
        assert [float(row[1]) for row in found] == [1234.5, 1234.5]


class TestParquet:
    def test_cells_are_as_a_csv_file_would_hold_them(self, desk):
        table = pd.DataFrame(
            {
                "Order": ["0017", None],
                "Customer": [18.0, None],  # what pandas makes of whole numbers with a gap
                "Net": [12.5, 10.0],
                "Placed": pd.to_datetime(["2026-02-03 14:30", None]),
            }
        )
        table.to_parquet(desk.write("a.parquet", b""))
        columns = {
            "order_id": "Order", "customer_id": "Customer", "revenue": "Net", "region": "Net",
            "ordered_at": "Placed",
        }  # fmt: skip
        assert desk.rows("a.parquet", columns) == [
            ["0017", "18", 12.5, "12.5", datetime(2026, 2, 3, 14, 30), 2],
            [None, None, 10, "10", None, 3],
        ]

    def test_moments_with_a_zone_are_refused_where_they_are_read(self, desk):
        at = pd.to_datetime(["2026-02-01 02:00"]).tz_localize("Asia/Shanghai")
        pd.DataFrame({"at": at, "a": ["1"]}).to_parquet(desk.write("a.parquet", b""))
        assert desk.rows("a.parquet", {"order_id": "a"}) == [["1", 2]]
        with pytest.raises(SourceError, match=r"a.parquet column 'at' has moments in a time zone"):
            desk.rows("a.parquet", {"ordered_at": "at"})

    def test_what_is_no_number_in_a_column_of_numbers_is_listed(self, desk):
        pd.DataFrame({"Net": [1.5, float("inf"), 1e30]}).to_parquet(desk.write("a.parquet", b""))
        assert desk.unread("a.parquet", {"revenue": "Net"}) == [
            [3, "revenue", "inf", "not a number"],
            [4, "revenue", "1e+30", "not a number"],
        ]


class TestJsonLines:
    def test_nested_names_have_dots_and_rows_are_lines(self, desk):
        desk.write(
            "a.jsonl",
            '{"id": 7, "buyer": {"no": "C1", "at": {"town": "Leeds"}}}\n\n'
            '{"id": "8", "buyer": {"no": null}}\n',
        )
        columns = {"order_id": "id", "customer_id": "buyer.no", "region": "buyer.at.town"}
        assert desk.rows("a.jsonl", columns) == [["7", "C1", "Leeds", 1], ["8", None, None, 3]]

    def test_a_name_few_lines_have_is_found(self, desk):
        lines = ['{"a": 1}'] * 1500 + ['{"a": 2, "b": "x"}']
        desk.write("a.jsonl", "\n".join(lines))
        assert desk.rows("a.jsonl", AB)[-1] == ["2", "x", 1501]

    def test_a_name_no_line_has(self, desk):
        desk.write("a.jsonl", '{"a": 1, "bb": 2}\n')
        with pytest.raises(SourceError, match=r"^a\.jsonl has no name 'b'; did you mean 'bb'\?"):
            desk.rows("a.jsonl", AB)

    def test_a_day_may_lack_a_name_that_another_day_has(self, desk):
        desk.write("d1.jsonl", '{"a": 1}\n')
        desk.write("d2.jsonl", '{"a": 2, "b": "x"}\n')
        desk.write("d3.jsonl", '{"a": 3}\n{"a": 4}\n')
        found = desk.rows("d*.jsonl", AB)
        assert found == [["1", None, 1], ["2", "x", 1], ["3", None, 1], ["4", None, 2]]

    def test_but_one_day_must_have_it(self, desk):
        for day in (1, 2):
            desk.write(f"d{day}.jsonl", '{"a": 1, "bb": 2}\n')
        desk.write("d0.jsonl", "\n")
        with pytest.raises(SourceError, match=r"^d1\.jsonl has no name 'b'; did you mean 'bb'\?"):
            desk.rows("d*.jsonl", AB)

    def test_a_nested_name_may_be_lacking_too(self, desk):
        desk.write("d1.jsonl", '{"a": 1}\n')
        desk.write("d2.jsonl", '{"a": 2, "buyer": {"no": "C1"}}\n')
        found = desk.rows("d*.jsonl", {"order_id": "a", "customer_id": "buyer.no"})
        assert found == [["1", None, 1], ["2", "C1", 1]]

    @pytest.mark.parametrize("line", ['{"a": 1, "b"', "[1, 2]", "a,b"])
    @pytest.mark.parametrize("before", [1, 1200])
    def test_a_broken_line_is_named(self, desk, line, before):
        desk.write("a.jsonl", '{"a": 1, "b": 2}\n' * before + line + '\n{"a": 3, "b": 4}\n')
        with pytest.raises(
            SourceError, match=rf"^a\.jsonl line {before + 1} is no JSON object: .*; write one obj"
        ):
            desk.rows("a.jsonl", AB)

    def test_jsons_own_numbers_have_points_whatever_the_firm_writes(self, desk):
        desk.write("a.jsonl", '{"n": 1234.5}\n{"n": "1.234,5"}\n{"n": 7}\n')
        found = desk.rows("a.jsonl", {"revenue": "n"}, decimal=",")
        assert [float(row[0]) for row in found] == [1234.5, 1234.5, 7]


class TestFolders:
    def test_each_file_that_fits_is_read_in_the_order_of_names(self, desk):
        desk.write("2026/b.csv", "a,b\n3,x\n")
        desk.write("2026/a.csv", "a,b\n1,x\n2,y\n")
        desk.write("2025/z.csv", "b,a\nx,0\n")  # its columns in another order
        table = desk.reading("*/*.csv", AB).table.order_by(["file", files.ROW]).execute()
        assert table[["file", "order_id", files.ROW]].to_numpy().tolist() == [
            ["2025/z.csv", "0", 2],
            ["2026/a.csv", "1", 2],
            ["2026/a.csv", "2", 3],
            ["2026/b.csv", "3", 2],
        ]

    def test_one_of_many_may_hold_no_records(self, desk):
        """A shop that was closed all day delivers a heading."""
        desk.write("a.csv", "a,b\n1,x\n")
        desk.write("b.csv", "a,b\n")
        assert desk.rows("*.csv", AB) == [["1", "x", 2]]

    def test_the_one_that_is_damaged_is_named(self, desk):
        for name in "abc":
            desk.write(f"{name}.csv", "a,b\n1,x\n" + ("1\n" if name == "b" else ""))
        with pytest.raises(SourceError, match=r"^b\.csv row 3 \(line 3\) has 1 cell"):
            desk.rows("*.csv", AB)


@pytest.mark.parametrize("name", ["a.csv", "a.xlsx", "a.xls", "a.parquet", "a.jsonl"])
def test_an_empty_file(desk, name):
    desk.write(name, b"")
    with pytest.raises(SourceError, match=f"^{name} is empty; deliver it with a heading row"):
        desk.rows(name, AB)


@pytest.mark.parametrize("text", [b"a,b\n", b"a,b", b"a,b\n\n\n"])
def test_a_heading_and_nothing_else(desk, text):
    desk.write("a.csv", text)
    with pytest.raises(SourceError, match=r"^a\.csv has a heading but no records$"):
        desk.rows("a.csv", AB)


@pytest.mark.parametrize(
    ("name", "kind"), [("a.xlsx", "workbook"), ("a.xls", "workbook"), ("a.parquet", "Parquet file")]
)
def test_a_file_that_is_not_what_its_name_says(desk, name, kind):
    desk.write(name, b"this was an e-mail once")
    with pytest.raises(SourceError, match=f"^{name} is not a readable {kind}: "):
        desk.rows(name, AB)


def test_a_kind_of_file_that_is_not_read(desk):
    desk.write("a.json", b"{}")
    with pytest.raises(
        SourceError, match=r"a\.json: cannot read files that end in '\.json'; deliver \.csv, \.xlsx"
    ):
        desk.rows("a.json", AB)


def test_a_fingerprint_is_of_the_bytes(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"abc")
    assert files.fingerprint(path).startswith("ba7816bf8f01cfea414140de5dae2223b0")  # FIPS 180-4
