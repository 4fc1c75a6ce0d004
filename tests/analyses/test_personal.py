"""Personal data: what leaves the analyses holds no name and no customer's number."""

import pandas as pd
import pytest

from analysis.analyses import personal
from analysis.model import schema


def test_every_column_the_schema_marks_is_hidden():
    marked = {
        name for table in schema.TABLES.values() for name, column in table.columns.items()
        if column.personal
    }  # fmt: skip
    secret = pd.DataFrame([dict.fromkeys(marked, "Secret 4711")])
    assert "Secret" not in personal.masked(secret, show_personal=False).to_string()
    assert "4711" not in personal.masked(secret, show_personal=False).to_string()


def test_every_personal_column_of_the_tables_of_trust_is_hidden():
    for table in schema.TRUST.values():
        marked = [name for name, column in table.columns.items() if column.personal]
        rows = pd.DataFrame([dict.fromkeys(marked, "Secret 4711")])
        assert "4711" not in personal.masked(rows, show_personal=False).to_string()


def test_customers_are_masked_by_what_they_are():
    rows = pd.DataFrame(
        {
            "customer_id": ["C2023001", "C2023002"],
            "name": ["Oak Cafe", "Jane Smith"],
            "kind": ["b2b", "b2c"],
            "phone": ["020 7946 0018", None],
            "revenue": [10.0, 20.0],
        }
    )
    masked = personal.masked(rows, show_personal=False)
    assert masked.to_dict("list") == {
        "customer_id": ["C2023***", "C2023***"],
        "name": ["***", "J*** S***"],
        "kind": ["b2b", "b2c"],
        "phone": ["***", None],
        "revenue": [10.0, 20.0],
    }
    assert rows["name"].tolist() == ["Oak Cafe", "Jane Smith"], "the caller's table is left alone"


def test_an_index_of_customers_is_masked_too():
    rows = pd.DataFrame({"revenue": [1.0]}, index=pd.Index(["C2023003"], name="customer_id"))
    assert personal.masked(rows, show_personal=False).index.tolist() == ["C2023***"]


def test_values_are_hidden_where_their_column_is_personal():
    rows = pd.DataFrame({"column": ["phone", "city"], "winner_value": ["0123", "Leeds"]})
    masked = personal.masked(rows, show_personal=False)
    assert masked["winner_value"].tolist() == ["***", "Leeds"]


def test_a_run_that_says_so_shows_all():
    rows = pd.DataFrame({"customer_id": ["C2023003"], "name": ["Jane Smith"]})
    pd.testing.assert_frame_equal(personal.masked(rows, show_personal=True), rows)
    for said in (personal.masked_records, personal.masked_reason, personal.masked_number):
        assert said("customer_id C2023003", show_personal=True) == "customer_id C2023003"


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("crm C2023003, shop 84213 and 4 more", "crm C2023***, shop 84*** and 4 more"),
        ("crm 12", "crm ***"),
        ("shop CG-12520", "shop CG-12***"),
        ("", ""),
    ],
)
def test_records_that_are_listed_are_masked(text, read):
    assert personal.masked_records(text, show_personal=False) == read


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("customer_id C9 is not in customers", "customer_id *** is not in customers"),
        ("email 'a b@c' is no word we know", "email '***' is no word we know"),
        ("birth_year 1500 is below 1900", "birth_year *** is below 1900"),
        ("postcode is empty", "postcode is empty"),
        ("revenue -5 is below 0", "revenue -5 is below 0"),
        ("city 'Leeds' is not a class", "city 'Leeds' is not a class"),
    ],
)
def test_what_cleaning_quotes_of_persons_is_hidden(text, read):
    assert personal.masked_reason(text, show_personal=False) == read
