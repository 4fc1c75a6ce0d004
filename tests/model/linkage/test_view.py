"""One row per customer: whose value stays, and what counts as a disagreement."""

import ibis
import pandas as pd
import pytest

from analysis.model import schema
from analysis.model.linkage import one_view

RECORDS = pd.DataFrame(
    [
        ("crm", "C1", "Harbour & Sons Ltd", "0161 496 0123", None, "north", "2021-03-01"),
        ("erp", "E1", "HARBOUR AND SONS LIMITED", "+44 161 496 0123", "Penbrook", "east", None),
        ("shop", "S1", "Harbour Supplies", "0161 496 0999", "Penbroke", None, "2020-05-05 10:30"),
        ("crm", "C2", "Mary Jones", None, None, "west", None),
        ("shop", "S2", "JONES, M.", None, None, None, None),
    ],
    columns=["source", "customer_id", "name", "phone", "city", "region", "acquired_at"],
).astype({"acquired_at": "datetime64[us]"})
LINKS = pd.DataFrame(
    [
        ("crm", "C1", "C1"),
        ("erp", "E1", "C1"),
        ("shop", "S1", "C1"),
        ("crm", "C2", "C2"),
        ("shop", "S2", "C2"),
    ],
    columns=["source", "local_id", "customer_id"],
)


@pytest.fixture(scope="module")
def view():
    engine = ibis.duckdb.connect()
    records = engine.create_table("records", RECORDS.sample(frac=1, random_state=2))
    links = engine.create_table("links", LINKS)
    return one_view(engine, records, links, {"crm": 1, "erp": 2, "shop": 3})


def test_the_first_system_s_value_stays_and_what_is_there_before_what_is_missing(view):
    customers = view[0].execute().set_index("customer_id")
    assert list(customers.index) == ["C1", "C2"]
    one = customers.loc["C1"]
    assert (one["name"], one["phone"]) == ("Harbour & Sons Ltd", "0161 496 0123")
    assert (one["city"], one["region"]) == ("Penbrook", "north")
    assert one["source"] == "crm"
    assert customers.loc["C2", "phone"] is None


def test_systems_disagree_where_the_difference_is_more_than_the_writing(view):
    conflicts = view[1].execute().set_index(["column", "loser_source"])
    assert list(conflicts.index) == [
        ("acquired_at", "shop"), ("city", "shop"), ("name", "shop"), ("phone", "shop"),
        ("region", "erp"),
    ]  # fmt: skip
    city = conflicts.loc[("city", "shop")]
    assert (city["winner_source"], city["winner_value"]) == ("erp", "Penbrook")
    assert (city["loser_value"], city["record_key"]) == ("Penbroke", "C1")
    assert set(conflicts["rule"]) == {"priority of systems"}


def test_both_tables_are_as_the_schema_declares_them(view):
    declarations = (schema.TABLES["customers"], schema.TRUST["conflicts"])
    for table, declared in zip(view, declarations, strict=True):
        assert dict(table.schema().items()) == {
            column: ibis.dtype(kind) for column, kind in declared.types.items()
        }


def test_a_system_s_own_two_disagree_by_their_numbers():
    engine = ibis.duckdb.connect()
    records = pd.DataFrame(
        {"source": ["crm", "crm"], "customer_id": ["C10", "C9"], "city": ["Elmden", "Marlwick"]}
    )
    links = pd.DataFrame({"source": "crm", "local_id": ["C10", "C9"], "customer_id": "C9"})
    customers, conflicts = one_view(
        engine, engine.create_table("r", records), engine.create_table("l", links), {"crm": 1}
    )
    assert customers.execute()["city"].tolist() == ["Marlwick"]
    found = conflicts.execute()
    assert found["loser_value"].tolist() == ["Elmden"]
    assert found["rule"].tolist() == ["lowest number in one system"]
