"""Stage deliveries: each read once into Parquet, and read again only when its bytes change.

A stage holds rows under our names and types, and the values that could not be read. It is named
by the bytes of its files, their mapping and the code that reads, so a month's new files are read
and the rest is found. Small files of one table, such as daily ones, are staged together.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import ibis

from analysis.model import schema
from analysis.model.shelf import code_version, digest, put, used
from analysis.sources import mapping
from analysis.sources.raw import literal
from analysis.sources.read import Reading, read_tables
from analysis.sources.registry import Delivery, Register

ROWS, UNREAD, FACTS = "rows.parquet", "unread.parquet", "facts.json"
BATCH = 4_000_000
"""Bytes of the files that are staged together, but for a file that is larger alone."""
CODE = Path(mapping.__file__).parent


@dataclass(frozen=True)
class Stage:
    """Deliveries of one table, staged.

    Attributes
    ----------
    deliveries : tuple of Delivery
        What was delivered.
    folder : Path
        ``rows.parquet``: one row per record, mapped columns, ``file`` and ``source_row``;
        ``unread.parquet``: one row per value that could not be read.
    facts : dict
        ``rows`` and ``dropped`` (counts), ``columns`` (mapped), and ``months``: of each month
        that the rows' dates name (``none``: undated), rows and the hash of their content.
    """

    deliveries: tuple[Delivery, ...]
    folder: Path
    facts: dict[str, Any]

    @property
    def table(self) -> str:
        """Table it is for."""
        return self.deliveries[0].table

    @property
    def system(self) -> str:
        """System that delivered it."""
        return self.deliveries[0].system

    def rows_of(self, month: str) -> int:
        """Rows of one month."""
        return int(self.facts["months"].get(month, [0])[0])


def stage_all(
    engine: ibis.BaseBackend, register: Register, delivered: Iterable[Delivery], shelf: Path
) -> list[Stage]:
    """Stage every delivery, or find it staged.

    Parameters
    ----------
    engine : ibis backend
        DuckDB.
    register : Register
        The firm and its systems.
    delivered : iterable of Delivery
        Everything delivered.
    shelf : Path
        Folder of the stages.

    Raises
    ------
    SourceError
        If a delivery is not as its mapping says.
    """
    shelf.mkdir(parents=True, exist_ok=True)
    firm = register.firm  # amounts may be written with its signs
    version = digest(
        code_version(CODE, Path(schema.__file__).parent, Path(__file__)),
        firm.currency, firm.currency_code,
    )  # fmt: skip
    return [_stage(engine, register, batch, shelf, version) for batch in _batches(delivered)]


def _batches(delivered: Iterable[Delivery]) -> Iterator[tuple[Delivery, ...]]:
    """Deliveries that are staged together: of one mapped table, small ones by their names.

    A later file has a later name mostly, so the batches before it stay what they were.
    """

    def together(one: Delivery) -> tuple[str, str, str]:
        return one.system, one.table, one.mapping.model_dump_json()

    ordered = sorted(delivered, key=lambda one: (*together(one), one.label))
    for _, alike in groupby(ordered, together):
        batch: list[Delivery] = []
        size = 0
        for one in alike:
            batch.append(one)
            size += one.place.stat().st_size if isinstance(one.place, Path) else BATCH
            if size >= BATCH:
                yield tuple(batch)
                batch, size = [], 0
        if batch:
            yield tuple(batch)


def _stage(
    engine: ibis.BaseBackend,
    register: Register,
    batch: tuple[Delivery, ...],
    shelf: Path,
    version: str,
) -> Stage:
    first = batch[0]
    marks = [f"{one.mark} {one.label}" for one in batch]
    name = digest(first.system, first.table, first.mapping.model_dump_json(), version, *marks)[:24]
    folder = shelf / name
    if not (folder / FACTS).is_file():
        partial = Path(tempfile.mkdtemp(prefix=".staging-", dir=shelf))
        try:
            reading = read_tables(engine, batch, schema.TABLES[first.table].types, register)
            facts = _write(engine, reading, first, partial)
            reading.release()
            (partial / FACTS).write_text(json.dumps(facts), encoding="utf-8")
            put(partial, folder)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
    facts = json.loads((used(folder) / FACTS).read_text(encoding="utf-8"))
    return Stage(batch, folder, facts)


def _write(
    engine: ibis.BaseBackend, reading: Reading, first: Delivery, folder: Path
) -> dict[str, Any]:
    """Write rows and unread values; what the stage says of them."""
    engine.to_parquet(reading.table, folder / ROWS, compression="zstd")
    engine.to_parquet(reading.unread, folder / UNREAD)
    columns = sorted(first.mapping.columns)
    dated = schema.TABLES[first.table].dated
    month = f"strftime(\"{dated}\", '%Y-%m')" if dated in columns else "NULL"
    rows = literal(folder / ROWS)
    told = engine.raw_sql(
        f"""
        SELECT coalesce(m, 'none'), sum(n)::BIGINT, sum(h)::VARCHAR FROM (
            SELECT {month} AS m, count(*) AS n, sum(hash(r)) AS h
            FROM read_parquet({rows}) r GROUP BY ALL
            UNION ALL
            SELECT {month}, 0, sum(hash(u)) FROM read_parquet({literal(folder / UNREAD)}) u
            JOIN read_parquet({rows}) r USING (file, source_row) GROUP BY ALL
        ) GROUP BY ALL ORDER BY ALL
        """
    ).fetchall()
    return {
        "rows": sum(rows for _, rows, _ in told),
        "dropped": reading.dropped,
        "columns": columns,
        "months": {name: [rows, content] for name, rows, content in told},
    }
