"""The two worked examples of docs/adapters.md, copied as a stranger would, and the page itself."""

import shutil
from datetime import datetime
from decimal import Decimal

import pytest

from analysis.model.schema import TABLES
from analysis.paths import ROOT
from analysis.sources import mapping, registry
from analysis.sources.files import ROW
from analysis.sources.read import read_tables

DOCS = ROOT / "docs"


@pytest.fixture(scope="module")
def example(tmp_path_factory):
    """The examples' register, after copying their files to where the page says."""
    folder = tmp_path_factory.mktemp("params")
    systems = folder / "sources" / "example"
    systems.mkdir(parents=True)
    shutil.copy(DOCS / "adapters" / "firm.yml", folder / "sources" / "example.yml")
    shutil.copy(DOCS / "adapters" / "crm-export" / "crm.yml", systems)
    shutil.copy(DOCS / "adapters" / "erp-export" / "erp.yml", systems)
    return registry.load("example", folder=folder)


@pytest.fixture
def read(example, engine):
    """Reads a table of a system: its reading, and its records as lists."""

    def of(system, table, *names):
        delivered, _ = registry.deliveries(example, "example")
        wanted = [one for one in delivered if (one.system, one.table) == (system, table)]
        reading = read_tables(engine, wanted, TABLES[table].types, example)
        rows = reading.table.order_by(["file", ROW]).select(*names, ROW).execute()
        return reading, rows.astype(object).where(rows.notna(), None).to_numpy().tolist()

    return of


def unread(reading):
    names = ["file", ROW, "column", "value", "why"]
    return reading.unread.select(names).order_by(names).execute().to_numpy().tolist()


def test_what_has_been_delivered(example):
    delivered, lacking = registry.deliveries(example, "example")
    assert [(one.system, one.table, one.label) for one in delivered] == [
        ("crm", "customers", "customers.csv"),
        ("crm", "opportunities", "opportunities.csv"),
        ("erp", "order_lines", "orders-2026-09.csv"),
        ("erp", "order_lines", "orders-2026-10.csv"),
        ("erp", "products", "items.csv"),
    ]
    assert lacking == []


def test_the_crms_customers(read):
    reading, rows = read(
        "crm", "customers", "customer_id", "name", "kind", "founded_year", "region", "owner_id",
        "acquired_at",
    )  # fmt: skip
    assert rows == [
        ["C2023001", "上海晨光科技有限公司", "b2b", 2009, "east", "S01", datetime(2023, 3, 5), 2],
        [
            "C2023002",
            "北京远望贸易有限公司",
            "b2b",
            2015,
            "north",
            "S02",
            datetime(2023, 11, 20),
            3,
        ],
        ["C2024003", "陈静", "b2c", None, "east", None, datetime(2024, 1, 9), 4],
    ]
    assert unread(reading) == []


def test_the_crms_opportunities(read):
    reading, rows = read("crm", "opportunities", "opportunity_id", "amount", "outcome", "owner_id")
    assert rows == [
        ["OP-1", 120_000, "won", "S01", 2],
        ["OP-2", 80_000, "open", "S02", 3],
        ["OP-3", 2400, "lost", None, 4],
    ]
    assert unread(reading) == [["opportunities.csv", 4, "owner_id", "张伟", "no such word"]]


def test_the_erps_order_lines(read):
    reading, rows = read(
        "erp", "order_lines", "order_id", "ordered_at", "product_id", "region", "channel",
        "revenue", "reference",
    )  # fmt: skip
    third, fifth = datetime(2026, 9, 3), datetime(2026, 10, 5)
    assert rows == [
        ["4711", third, "P1", "east", "direct", Decimal("1234.5"), None, 4],
        ["4711", third, "P2", "east", "direct", -60, None, 5],
        ["4712", datetime(2026, 9, 28), "P1", "north", "direct", Decimal("246.9"), "W-9001", 6],
        ["4713", fifth, "P2", "east", "direct", 300, None, 4],
        ["4714", datetime(2026, 10, 6), None, None, "direct", None, None, 5],
    ]
    assert reading.dropped == 2
    assert unread(reading) == [
        ["orders-2026-10.csv", 5, "product_id", "10-0003", "no such word"],
        ["orders-2026-10.csv", 5, "region", "?", "no such word"],
        ["orders-2026-10.csv", 5, "revenue", "one", "not a number"],
    ]


def test_the_erps_products(read):
    _, rows = read("erp", "products", "product_id", "name", "list_price", "unit_cost")
    assert rows == [
        ["P1", "Desk lamp", 150, 77, 2],
        ["P2", "Floor lamp", 120, Decimal("61.05"), 3],
    ]


@pytest.mark.parametrize(
    "model", [mapping.Firm, mapping.System, mapping.Table, mapping.Column, mapping.Lookup]
)
def test_the_page_says_every_key(model):
    page = (DOCS / "adapters.md").read_text(encoding="utf-8")
    keys = [field.alias or name for name, field in model.model_fields.items()]
    assert [key for key in keys if f"`{key}`" not in page] == []


def test_the_examples_map_our_tables_and_columns(example):
    for system in example.systems.values():
        for name, table in system.tables.items():
            assert set(table.columns) <= set(TABLES[name].mapped)
