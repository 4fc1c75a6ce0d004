"""Reads small files written for one test."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ibis
import pytest

from analysis.sources import registry
from analysis.sources.files import ROW
from analysis.sources.mapping import Firm, System
from analysis.sources.read import Reading, read_tables

EXACT = "decimal(18, 4)"
TYPES = {
    "order_id": "string", "ordered_at": "timestamp", "customer_id": "string", "region": "string",
    "channel": "string", "quantity": EXACT, "revenue": EXACT, "cost": EXACT, "currency": "string",
    "founded_year": "int64", "amount": "float64", "is_won": "boolean",
}  # fmt: skip


@pytest.fixture(scope="session")
def engine():
    return ibis.duckdb.connect()


@dataclass
class Desk:
    """A folder of delivered files, and what reads them."""

    engine: Any
    folder: Path

    def write(self, name: str, content: str | bytes) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def reading(self, file: str, columns: dict[str, Any], money: str = "£", **said: Any) -> Reading:
        """Read a file of the folder by a mapping: its columns, and what else it says."""
        table = {"file": file, "columns": columns} | said
        firm = Firm(firm="Tiny", currency=money, path=str(self.folder))
        system = System.model_validate({"tables": {"order_lines": table}})
        register = registry.Register(firm, {"tiny": system})
        found, _ = registry.deliveries(register, "tiny")
        return read_tables(self.engine, found, TYPES, register)

    def rows(self, file: str, columns: dict[str, Any], **said: Any) -> list[list[Any]]:
        """Records as lists, in the order of the file, the row number last."""
        return listed(self.reading(file, columns, **said).table, [*columns, ROW])

    def unread(self, file: str, columns: dict[str, Any], **said: Any) -> list[list[Any]]:
        """Values that could not be read: row, our column, value, why."""
        names = [ROW, "column", "value", "why"]
        return listed(self.reading(file, columns, **said).unread, names)


def listed(table: ibis.Table, names: list[str]) -> list[list[Any]]:
    """Cells of a table, missing ones as None, in the order of the file."""
    frame = table.order_by(list(dict.fromkeys(["file", ROW, *names]))).select(names).execute()
    return frame.astype(object).where(frame.notna(), None).to_numpy().tolist()


@pytest.fixture
def desk(engine, tmp_path) -> Desk:
    """An empty folder, in which ``desk.write`` puts files and ``desk.rows`` reads them."""
    return Desk(engine, tmp_path / "files")
