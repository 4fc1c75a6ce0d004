"""Snapshots written straight as files, and the engines to open them on."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from analysis.model import schema

MONTHS = 20
CUSTOMERS, ORDERS = 150, 900
# Ids that languages sort otherwise than codes do: by case, by punctuation, by accent.
PRODUCTS = ["a1", "A1", "a-1", "a 1", "B", "b", "Ä2", "z", "台灯", "10", "9", "_x"]
REGIONS = ["east", "North West", "west", "南"]


def write_snapshot(folder: Path, tables: dict[str, list[dict[str, Any]]]) -> Path:
    """Write rows as a snapshot holds them: declared types, order lines by month, first orders.

    Columns a row does not name are missing.
    """
    (folder / "order_lines").mkdir(parents=True)
    (folder / "trust").mkdir()
    engine = duckdb.connect()
    for name, rows in tables.items():
        kinds = schema.TABLES[name].types
        columns = ", ".join(f'"{column}" {_sql(kind)}' for column, kind in kinds.items())
        engine.execute(f"CREATE TABLE {name} ({columns})")
        marks = ", ".join("?" for _ in kinds)
        values = [[row.get(column) for column in kinds] for row in rows]
        engine.executemany(f"INSERT INTO {name} VALUES ({marks})", values)
        if name != "order_lines":
            engine.execute(f"COPY {name} TO '{folder}/{name}.parquet'")
    months = engine.execute(
        "SELECT DISTINCT strftime(ordered_at, '%Y-%m') FROM order_lines ORDER BY 1"
    ).fetchall()
    for (month,) in months:
        engine.execute(
            f"COPY (SELECT * FROM order_lines WHERE strftime(ordered_at, '%Y-%m') = '{month}') "
            f"TO '{folder}/order_lines/{month}.parquet'"
        )
    engine.execute(
        "COPY (SELECT customer_id, min(ordered_at) AS first_ordered_at FROM order_lines "
        "WHERE customer_id IS NOT NULL GROUP BY customer_id ORDER BY customer_id) "
        f"TO '{folder}/first_orders.parquet'"
    )
    for name, table in schema.TRUST.items():
        columns = ", ".join(f'NULL::{_sql(kind)} AS "{n}"' for n, kind in table.types.items())
        engine.execute(f"COPY (SELECT {columns} WHERE false) TO '{folder}/trust/{name}.parquet'")
    first, last = engine.execute(
        "SELECT min(ordered_at)::DATE::VARCHAR, max(ordered_at)::DATE::VARCHAR FROM order_lines"
    ).fetchone()
    regions = engine.execute("SELECT DISTINCT region FROM order_lines ORDER BY 1").fetchall()
    content = hashlib.sha256(json.dumps(tables, sort_keys=True, default=str).encode()).hexdigest()
    manifest = {
        "data": "made", "firm": "Made", "currency": "£", "run_on": "duckdb", "content": content,
        "absent": [name for name in schema.TABLES if name not in tables],
        "first_day": first, "last_day": last, "regions": [region for (region,) in regions],
    }  # fmt: skip
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder


def _sql(kind: str) -> str:
    """DuckDB's name for a type of the schema."""
    return {"string": "VARCHAR", "int64": "BIGINT", "float64": "DOUBLE"}.get(kind, kind)


def awkward_firm() -> dict[str, list[dict[str, Any]]]:
    """Rows of a firm whose values sit where engines differ.

    Thirds of units, four decimals, credits and gifts, halves of a hundredth of a cent, first and
    last moments of months, ids that sort by language, empty texts, and everything missing that may
    be missing.
    """
    chance = random.Random(20)
    lines, returns = [], []
    for number in range(ORDERS):
        month = datetime(2024, 1 + number % 12, 1) + timedelta(days=366 * (number % MONTHS // 12))
        month = month.replace(day=1)
        placed = chance.choice([
            month, month - timedelta(microseconds=1),
            month + timedelta(seconds=chance.randrange(27 * 86_400)),
        ])  # fmt: skip
        for line in range(1, chance.randint(2, 5)):
            quantity = chance.choice(["1", "3", "7", "0.3333", "0", "-2", "12.5", "1000"])
            revenue = chance.choice(["0.0001", "19.99", "-33.35", "100.0050", "0", "12345678.9999"])
            lines.append({
                "order_id": f"O{number}", "line_no": str(line), "ordered_at": placed,
                "customer_id": chance.choice([None, *[f"C{chance.randrange(CUSTOMERS)}"] * 5]),
                "product_id": chance.choice([None, "unknown", *PRODUCTS]),
                "region": chance.choice(REGIONS),
                "channel": chance.choice([None, "", "web", "store"]),
                "quantity": Decimal(quantity),
                "discount": chance.choice([None, Decimal(0), Decimal("1.2345")]),
                "revenue": Decimal(revenue),
                "cost": chance.choice([None, Decimal("7.7777"), Decimal("0.05")]),
                "source": "erp",
            })  # fmt: skip
            if chance.random() < 0.15:
                back = chance.choice([None, Decimal(0), Decimal(1), Decimal("0.1111"), Decimal(99)])
                returns.append({"order_id": f"O{number}", "line_no": str(line), "quantity": back})
        if chance.random() < 0.05:
            returns.append({"order_id": f"O{number}"})
    products = [
        {"product_id": product, "name": f"Product {product}",
         "category": chance.choice([None, "Lighting", "seating", "Tables"])}
        for product in PRODUCTS
    ]  # fmt: skip
    return {"order_lines": lines, "products": products, "returns": returns}


def slice_of(folder: Path, into: Path) -> Path:
    """Write the last two years of every eighth customer of a snapshot as one of its own."""
    (into / "order_lines").mkdir(parents=True)
    shutil.copytree(folder / "trust", into / "trust")
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    since = f"{int(manifest['last_day'][:4]) - 1}-01-01"
    engine = duckdb.connect()
    for path in [*folder.glob("order_lines/*.parquet"), *folder.glob("*.parquet")]:
        some = ""
        if path.parent.name == "order_lines":
            some = f"WHERE ordered_at >= '{since}' AND coalesce(hash(customer_id), 0) % 8 = 0"
        place = into / path.relative_to(folder)
        engine.execute(f"COPY (SELECT * FROM '{path}' {some}) TO '{place}'")
    manifest |= {"content": f"slice{manifest['content']}", "first_day": since}
    (into / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return into


@pytest.fixture(scope="session")
def awkward(tmp_path_factory) -> Path:
    """Snapshot of a firm whose values sit where engines differ."""
    return write_snapshot(tmp_path_factory.mktemp("awkward") / "snapshot", awkward_firm())


@pytest.fixture(scope="session")
def postgres_engine(postgres) -> str:
    """The test server's address as a firm's file would name it."""
    return postgres


@pytest.fixture(scope="session")
def spark_engine() -> str:
    """Two cores of this machine on Spark, started once; skipped where it cannot be."""
    from analysis.model import engines

    with pytest.MonkeyPatch.context() as patch:
        # It lives for seconds, in which Java's second compiler never earns what it costs.
        patch.setenv("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
        patch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
        if not (shutil.which("java") or os.environ.get("JAVA_HOME")):
            pytest.skip("Spark needs Java, which is not here")
        backend = engines.connect("local[2]")  # with Java there, what stops it is a defect
    yield "local[2]"
    backend.disconnect()
