"""Files as they come: what opens, under which row numbers, and what is said of what does not."""

from datetime import datetime

import ibis
import pandas as pd
import pytest

from analysis.errors import SourceError
from analysis.sources import files


@pytest.fixture(scope="module")
def engine():
    return ibis.duckdb.connect()


@pytest.fixture
def read(engine, tmp_path):
    """Reads bytes under a name: ``read("a.csv", b"a,b\\n1,2\\n")``, as lists of cells."""

    def of(name, content, sheet=None):
        path = tmp_path / name
        path.write_bytes(content)
        return cells(files.read(engine, path, sheet))

    return of


def cells(table):
    """Heading and rows of a table, missing cells as None, in the order of the file."""
    frame = table.order_by(files.ROW).execute()
    rows = frame.astype(object).where(frame.notna(), None).to_numpy().tolist()
    return [list(frame.columns), *rows]


class TestCsv:
    def test_cells_are_text_and_rows_are_numbered_as_a_spreadsheet_counts(self, read):
        assert read("a.csv", b"a,b\n007,1.50\n8,\n") == [
            ["a", "b", "source_row"],
            ["007", "1.50", 2],
            ["8", None, 3],
        ]

    def test_a_line_break_inside_quotes_is_one_row(self, read):
        assert read("a.csv", b'a,b\n1,"x\ny"\n3,4\n')[1:] == [["1", "x\ny", 2], ["3", "4", 3]]

    @pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
    def test_the_sign_between_cells_is_the_headings(self, read, sign):
        text = f"a{sign}b\n1{sign}2.5\n".encode()
        assert read("a.csv", text) == [["a", "b", "source_row"], ["1", "2.5", 2]]

    @pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"], ids=["plain", "with a BOM"])
    @pytest.mark.parametrize("end", [b"\n", b"\r\n"], ids=["LF", "CRLF"])
    def test_marks_and_line_ends_of_other_systems_are_not_data(self, read, start, end):
        assert read("a.csv", start + end.join([b"a,b", b"1,2", b""])) == [
            ["a", "b", "source_row"],
            ["1", "2", 2],
        ]

    def test_an_order_that_starts_with_a_hash_is_no_comment(self, read):
        """DuckDB, left to guess, takes row 2 for a comment and says nothing."""
        assert read("a.csv", b"a,b\n#1,2\n2,3\n4,5\n")[1] == ["#1", "2", 2]

    def test_words_that_mean_nothing_elsewhere_are_words(self, read):
        assert read("a.csv", b"a,b\nNA,null\n")[1] == ["NA", "null", 2]

    def test_a_heading_may_repeat_or_leave_out_a_name(self, read):
        heading = read("a.csv", b"a,A,,b\n1,2,3,4\n")[0]
        assert heading == ["a", "A (2)", "column 3", "b", "source_row"]

    @pytest.mark.parametrize("row", ["3,4,5", "3"], ids=["a cell too many", "a cell too few"])
    @pytest.mark.parametrize("before", [1, 60_000])
    def test_a_row_of_another_length_is_named_wherever_it_is(self, read, row, before):
        text = "a,b\n" + "1,2\n" * before + f"{row}\n6,7\n"
        with pytest.raises(
            SourceError, match=rf"^a\.csv is not a readable CSV file: .*Line: {before + 2}; .*{row}"
        ):
            read("a.csv", text.encode())

    def test_a_quote_that_does_not_end(self, read):
        with pytest.raises(SourceError, match=r"Line: 2; .*unterminated quote"):
            read("a.csv", b'a,b\n1,"x\n3,4\n')

    def test_another_encoding(self, read):
        with pytest.raises(SourceError, match=r"^a\.csv is not UTF-8; save it as CSV UTF-8$"):
            read("a.csv", "a,b\n1,café\n".encode("latin-1"))


class TestExcel:
    def test_cells_are_as_a_csv_file_would_hold_them(self, engine, workbook, tmp_path):
        placed = datetime(2026, 2, 3, 14, 30)
        path = workbook(
            tmp_path / "a.xlsx",
            Orders=[
                ["Order", "Placed", "Net", "Area"],
                ["0017", placed, 12.5, "NA"],
                [18, None, 3.0, None],
            ],
        )
        assert cells(files.read(engine, path)) == [
            ["Order", "Placed", "Net", "Area", "source_row"],
            ["0017", "2026-02-03 14:30:00", "12.5", "NA", 2],
            ["18", None, "3", None, 3],
        ]

    def test_a_sheet_is_read_by_its_name_and_the_first_without_one(
        self, engine, workbook, tmp_path
    ):
        path = workbook(tmp_path / "a.xlsx", First=[["a"], ["1"]], Second=[["a"], ["2"]])
        assert cells(files.read(engine, path))[1] == ["1", 2]
        assert cells(files.read(engine, path, "Second"))[1] == ["2", 2]

    def test_a_sheet_that_is_not_there(self, engine, workbook, tmp_path):
        path = workbook(tmp_path / "a.xlsx", Orders=[["a"], ["1"]], Returns=[["a"], ["1"]])
        with pytest.raises(
            SourceError,
            match=r"a\.xlsx has no sheet 'Oders'; did you mean 'Orders'\? There are Orders, Retur",
        ):
            files.read(engine, path, "Oders")

    def test_a_heading_and_nothing_else(self, engine, workbook, tmp_path):
        path = workbook(tmp_path / "a.xlsx", Orders=[["a", "b"]])
        with pytest.raises(SourceError, match=r"a\.xlsx sheet 'Orders' has a heading but no recor"):
            files.read(engine, path, "Orders")


class TestParquet:
    def test_cells_are_as_a_csv_file_would_hold_them(self, engine, tmp_path):
        table = pd.DataFrame(
            {
                "Order": ["0017", None],
                "Customer": [18.0, None],  # what pandas makes of whole numbers with a gap
                "Net": [12.5, 10.0],
                "Placed": pd.to_datetime(["2026-02-03 14:30", None]),
            }
        )
        table.to_parquet(tmp_path / "a.parquet")
        assert cells(files.read(engine, tmp_path / "a.parquet"))[1:] == [
            ["0017", "18", "12.5", "2026-02-03 14:30:00", 2],
            [None, None, "10", None, 3],
        ]


@pytest.mark.parametrize("name", ["a.csv", "a.xlsx", "a.xls", "a.parquet"])
def test_an_empty_file(read, name):
    with pytest.raises(SourceError, match=f"^{name} is empty; deliver it with a heading row"):
        read(name, b"")


@pytest.mark.parametrize("text", [b"a,b\n", b"a,b"])
def test_a_heading_and_nothing_else(read, text):
    with pytest.raises(SourceError, match=r"^a\.csv has a heading but no records$"):
        read("a.csv", text)


@pytest.mark.parametrize(
    ("name", "kind"), [("a.xlsx", "workbook"), ("a.xls", "workbook"), ("a.parquet", "Parquet file")]
)
def test_a_file_that_is_not_what_its_name_says(read, name, kind):
    with pytest.raises(SourceError, match=f"^{name} is not a readable {kind}: "):
        read(name, b"this was an e-mail once")


def test_a_kind_of_file_that_is_not_read(read):
    with pytest.raises(
        SourceError, match=r"a\.json: cannot read files that end in '\.json'; deliver \.csv, \.xlsx"
    ):
        read("a.json", b"{}")


def test_a_fingerprint_is_of_the_bytes(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"abc")
    assert files.fingerprint(path).startswith("ba7816bf8f01cfea414140de5dae2223b0")  # FIPS 180-4


def test_moments_with_a_zone_are_refused(tmp_path, engine):
    table = pd.DataFrame({"at": pd.to_datetime(["2026-02-01 02:00"]).tz_localize("Asia/Shanghai")})
    table.to_parquet(tmp_path / "a.parquet")
    with pytest.raises(SourceError, match=r"a.parquet column 'at' has moments in a time zone"):
        files.read(engine, tmp_path / "a.parquet")
