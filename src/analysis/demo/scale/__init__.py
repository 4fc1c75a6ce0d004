"""A firm of any size: the same four systems at 20 thousand or 100 million order lines.

What the invented firm of :func:`analysis.demo.make_demo` is to meaning, this one is to size. Its
months are written one by one, as Parquet, by DuckDB, so memory does not grow with the lines; a
month's rows depend on the seed, the number of lines and the month alone, so a firm with one more
month holds the files it held before, byte for byte, and new ones.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import duckdb
import pandas as pd

from analysis import paths
from analysis.demo.scale import orders, people
from analysis.demo.scale.faults import FAULTS
from analysis.errors import ParameterError

__all__ = ["FEWEST", "MOST", "ScaledSummary", "add_month", "write_scaled"]

FEWEST, MOST = 20_000, 100_000_000
HISTORY = 36
"""Months the firm has at first; `lines` is what these hold."""
FIRST_MONTH = "2023-11"
COUNTS = Path("truth") / "counts.json"
WORKERS = 2
"""Months written side by side."""
MEMORY = "320MB"
"""Of each; beyond it DuckDB goes to disk."""
SIX_IN_THE_MORNING = pd.Timedelta(hours=6)


@dataclass(frozen=True)
class ScaledSummary:
    """What was written.

    Attributes
    ----------
    folder : Path
        Where the firm lies.
    order_lines : int
        True order lines of all months.
    rows : int
        Rows of order lines delivered: the true ones and the planted duplicates.
    customers, records : int
        Customers, and records of them in the four systems.
    products : int
        Products.
    months : int
        Months delivered.
    faults : dict
        Planted rows by kind.
    """

    folder: Path
    order_lines: int
    rows: int
    customers: int
    records: int
    products: int
    months: int
    faults: dict[str, int]


def write_scaled(
    folder: Path, lines: int, seed: int = 2026, months: int = HISTORY,
    first_month: str = FIRST_MONTH,
) -> ScaledSummary:  # fmt: skip
    """Write a firm of about any size, with planted faults counted in ``truth/counts.json``.

    The firm is written beside `folder` and renamed when it is whole. An earlier one is replaced.

    Parameters
    ----------
    folder : Path
        Where it goes: ``crm/``, ``erp/``, ``shop/`` and ``till/`` with one file of orders a month.
    lines : int
        True order lines of the first 36 months, 20 thousand to 100 million. Fewer or more months
        hold accordingly fewer or more.
    seed : int
        The same seed gives the same bytes.
    months : int
        Months to write.
    first_month : str
        The first of them, ``"2023-11"``.

    Raises
    ------
    ParameterError
        If `lines`, `seed` or `months` is out of range, or `folder` holds something else.
    """
    if not FEWEST <= lines <= MOST:
        raise ParameterError(f"`lines` must be from {FEWEST:,} to {MOST:,}; found {lines:,}")
    if seed < 0 or months < 1:
        raise ParameterError(
            f"`seed` must be 0 or more and `months` 1 or more; found {seed} and {months}"
        )
    folder = Path(folder).resolve()
    if folder.exists() and not _is_replaceable(folder):
        raise ParameterError(
            f"{paths.shown(folder)} holds something that is not a scaled firm and would be lost; "
            "name a folder that is new, empty or an earlier one, such as data/large"
        )
    folder.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    partial.chmod(0o755)
    told: dict[str, Any] = {"lines_of_history": lines, "seed": seed, "first_month": first_month}
    try:
        summary = _write(partial, told | {"months": 0}, months)
        earlier = partial.with_name(f"{partial.name}.earlier")
        if folder.exists():
            folder.rename(earlier)
        partial.rename(folder)
        shutil.rmtree(earlier, ignore_errors=True)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    return replace(summary, folder=folder)


def add_month(folder: Path) -> ScaledSummary:
    """Write the next month of a firm that is there: three files of orders, and customers anew.

    The files of earlier months stay untouched.

    Raises
    ------
    ParameterError
        If `folder` holds no scaled firm.
    """
    counts = Path(folder) / COUNTS
    if not counts.is_file():
        raise ParameterError(
            f"{paths.shown(Path(folder))} holds no scaled firm; make one: analysis demo --lines "
            "1000000"
        )
    told = json.loads(counts.read_text(encoding="utf-8"))
    return _write(Path(folder), told, told["months"] + 1)


def _write(folder: Path, told: dict[str, Any], months: int) -> ScaledSummary:
    """Write the months after those that `told` counts, up to `months`, and the truth of all."""
    lines, seed = told["lines_of_history"], told["seed"]
    size = people.Size.of(lines)
    calendar = pd.period_range(told["first_month"], periods=months, freq="M")
    planted, rows = Counter(told.get("faults", {})), Counter(told.get("rows", {}))
    written = told.get("lines", 0)
    with _engines(folder, lambda engine: people.prepare(engine, size, seed, calendar, HISTORY)) as (
        engines, pool
    ):  # fmt: skip

        def write_month(place: int) -> tuple[int, Counter[str], Counter[str]]:
            engine = engines.get()
            try:
                return _write_month(engine, folder, lines, calendar[place], place)
            finally:
                engines.put(engine)

        for drawn, delivered, faults in pool.map(write_month, range(told["months"], months)):
            written += drawn
            rows += delivered
            planted += faults
        engine = engines.get()
        for file in people.write(engine, folder):
            _deliver(file, calendar[-1])
        records = people.records(engine)
        engines.put(engine)
    told = told | {
        "months": months,
        "lines": written,
        "rows": {system: rows[system] for system in orders.SYSTEMS},
        "customers": people.customers(size, months, HISTORY),
        "customer_records": records,
        "products": size.products,
        "faults": {fault.name: planted[fault.name] for fault in FAULTS},
        "rules": {fault.name: fault.rule for fault in FAULTS},
    }
    (folder / COUNTS).parent.mkdir(exist_ok=True)
    (folder / COUNTS).write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    return ScaledSummary(
        folder, written, sum(rows.values()), told["customers"], sum(records.values()),
        size.products, months, told["faults"],
    )  # fmt: skip


def _write_month(
    engine: duckdb.DuckDBPyConnection, folder: Path, lines: int, month: pd.Period, place: int
) -> tuple[int, Counter[str], Counter[str]]:
    """Write one month: its true lines, and by system rows delivered, and by fault rows planted."""
    counts = orders.lines_of(lines, place, month, HISTORY)
    one = orders.Month(month, place, counts)
    rows, planted = Counter[str](), Counter[str]()
    for system, name in orders.FILES.items():
        file = folder / system / f"{name}-{month}.parquet"
        rows[system], faults = one.write(engine, system, file)
        planted.update(faults)
        _deliver(file, month)
    return sum(counts.values()), rows, planted


@contextmanager
def _engines(
    folder: Path, prepare: Callable[[duckdb.DuckDBPyConnection], None]
) -> Iterator[tuple[SimpleQueue[duckdb.DuckDBPyConnection], ThreadPoolExecutor]]:
    """Engines of one thread each, as many as work side by side: one thread writes in one order."""
    engines: SimpleQueue[duckdb.DuckDBPyConnection] = SimpleQueue()
    scratch = folder / ".scratch"
    settings: dict[str, str | bool | int | float | list[str]]
    settings = {"threads": 1, "memory_limit": MEMORY, "temp_directory": str(scratch)}
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, scratch, ignore_errors=True)
        for _ in range(WORKERS):
            engine = stack.enter_context(duckdb.connect(config=settings))
            prepare(engine)
            engines.put(engine)
        yield engines, stack.enter_context(ThreadPoolExecutor(WORKERS))


def _deliver(file: Path, month: pd.Period) -> None:
    """Give a file the time at which its system would have written it: the morning after."""
    moment: datetime = ((month + 1).start_time + SIX_IN_THE_MORNING).to_pydatetime()
    os.utime(file, (moment.timestamp(), moment.timestamp()))


def _is_replaceable(folder: Path) -> bool:
    return folder.is_dir() and ((folder / COUNTS).is_file() or not any(folder.iterdir()))
