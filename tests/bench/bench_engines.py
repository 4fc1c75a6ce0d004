"""How long the measures take on DuckDB, PostgreSQL and Spark, all in one run on one machine.

Run with ``make bench``, or as ``python tests/bench/bench_engines.py --lines 5000000`` at another
size. Spark is run in this process, and on a standalone master and worker, which are started on
loopback and stopped afterwards. Prints seconds and their ratio to DuckDB's, and writes
``reports/bench_engines.json``; what matters are the ratios, as machines are noisy. They say what an
engine costs where one machine would do, not what it saves where none does.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

import duckdb
import pandas as pd

from analysis.errors import AnalysisError, ParameterError
from analysis.evaluation import postgres
from analysis.measures import engine as measures
from analysis.measures.catalogue import MEASURES
from analysis.model import engines, schema
from analysis.model.dataset import Dataset, open_snapshot
from analysis.paths import REPORTS
from analysis.periods import parse

RUNS = 3
SECONDS = 60
"""How long a master or worker may take to start, and to stop."""
HOST = "127.0.0.1"
YEAR = parse("2026")
NAMES = list(MEASURES)
QUESTIONS = {
    "all measures, whole": lambda data: measures.measure(data, "all", YEAR, NAMES),
    "all measures, by region": lambda data: measures.measure(data, "all", YEAR, NAMES, ["region"]),
    "all measures, by category": lambda d: measures.measure(d, "all", YEAR, NAMES, ["category"]),
    "all measures, 36 months": lambda data: measures.by_month(
        data, "all", data.first_month, data.latest_month, NAMES
    ),
    "revenue, whole": lambda data: measures.measure(data, "all", YEAR, ["revenue"]),
    "product_sales": lambda data: measures.product_sales(data, "all", YEAR),
    "customer_activity": lambda data: measures.customer_activity(
        data, "all", pd.Period("2026-12", "M"), 12
    ),
}


def make_snapshot(folder: Path, lines: int) -> Path:
    """Write a snapshot of three years of order lines, as a firm's would lie there."""
    (folder / "order_lines").mkdir(parents=True)
    (folder / "trust").mkdir()
    engine = duckdb.connect()
    said = {
        "order_id": "'O' || i // 3", "line_no": "(i % 3)::VARCHAR", "source": "'erp'",
        "ordered_at": "TIMESTAMP '{month}-01' + to_seconds((hash(i // 3) % (27 * 86400))::INT)",
        "customer_id": "CASE WHEN hash(i // 3) % 10 > 0 THEN 'C' || hash(i // 3) % {customers} END",
        "product_id": "'P' || hash(i) % 2000", "region": "'region ' || hash(i // 3) % 7",
        "channel": "['web', 'store', 'dealer'][(hash(i // 3) % 3 + 1)::INT]",
        "quantity": "hash(i) % 20 + 1", "revenue": "(hash(i) % 100000) / 100.0",
        "discount": "(hash(i) % 1000) / 100.0", "cost": "(hash(i) % 70000) / 100.0",
        "is_outlier": "false",
    }  # fmt: skip
    months = [str(month) for month in pd.period_range("2024-01", "2026-12", freq="M")]
    each = max(3, lines // len(months) // 3 * 3)
    types = schema.TABLES["order_lines"].types
    for number, month in enumerate(months):
        columns = ", ".join(
            f"CAST({said.get(name, 'NULL')} AS {_sql(kind)}) AS {name}"
            for name, kind in types.items()
        ).format(month=month, customers=max(10, lines // 30))
        first = number * each
        engine.execute(
            f"COPY (SELECT {columns} FROM range({first}, {first + each}) t(i)) "
            f"TO '{folder}/order_lines/{month}.parquet' (COMPRESSION zstd)"
        )
    every = f"'{folder}/order_lines/*.parquet'"
    engine.execute(
        "COPY (SELECT customer_id, min(ordered_at) AS first_ordered_at "
        f"FROM {every} WHERE customer_id IS NOT NULL GROUP BY 1 ORDER BY 1) "
        f"TO '{folder}/first_orders.parquet'"
    )
    _table(engine, folder, "products", "range(2000) t(i)",
           {"product_id": "'P' || i", "category": "'category ' || i % 9"})  # fmt: skip
    _table(engine, folder, "returns", f"{every} WHERE hash(order_id) % 30 = 0",
           {"order_id": "order_id", "line_no": "line_no", "quantity": "1"})  # fmt: skip
    for name, table in schema.TRUST.items():
        _table(engine, folder / "trust", name, "range(0) t(i)", {}, table.types)
    manifest = {
        "data": "bench", "firm": "Bench", "currency": "£", "run_on": "duckdb", "regions": [],
        "content": f"bench{lines:07d}{time.time_ns()}", "first_day": "2024-01-01",
        "last_day": "2026-12-31",
        "absent": [name for name in schema.TABLES
                   if name not in {"order_lines", "products", "returns"}],
    }  # fmt: skip
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder


def _table(engine, folder, name, rows, said, types=None) -> None:
    """Write one table of a snapshot; columns that nothing is said of are missing."""
    types = types or schema.TABLES[name].types
    columns = ", ".join(
        f'CAST({said.get(column, "NULL")} AS {_sql(kind)}) AS "{column}"'
        for column, kind in types.items()
    )
    engine.execute(f"COPY (SELECT {columns} FROM {rows}) TO '{folder}/{name}.parquet'")


def _sql(kind: str) -> str:
    return {"string": "VARCHAR", "int64": "BIGINT", "float64": "DOUBLE"}.get(kind, kind)


@contextmanager
def duckdb_engine() -> Iterator[str]:
    yield "duckdb"


@contextmanager
def local_spark() -> Iterator[str]:
    cores = f"local[{os.cpu_count()}]"
    backend = engines.connect(cores)
    yield cores
    backend.disconnect()


@contextmanager
def standalone_spark() -> Iterator[str]:
    """A master and a worker as a cluster has them, each in a process of its own."""
    import pyspark

    program = Path(pyspark.__file__).parent / "bin" / "spark-class"
    port = postgres._free_port()
    master = f"spark://{HOST}:{port}"
    with tempfile.TemporaryDirectory(prefix="spark-") as folder:
        started = []
        try:
            started.append(_start(
                [program, "org.apache.spark.deploy.master.Master", "--host", HOST,
                 "--port", str(port), "--webui-port", "0"],
                Path(folder), "master", "I have been elected leader",
            ))  # fmt: skip
            started.append(_start(
                [program, "org.apache.spark.deploy.worker.Worker", "--host", HOST,
                 "--cores", str(os.cpu_count()), "--memory", "3g", "--webui-port", "0",
                 "--work-dir", folder, master],
                Path(folder), "worker", "Successfully registered with master",
            ))  # fmt: skip
            backend = engines.connect(master)
            yield master
            backend.disconnect()
        finally:
            for process in reversed(started):
                os.killpg(process.pid, signal.SIGTERM)
                process.wait(SECONDS)


def _start(command: list[str | Path], folder: Path, name: str, ready: str) -> subprocess.Popen:
    """Start one of Spark's daemons on loopback, and wait until it says it is ready."""
    log = folder / f"{name}.log"
    with log.open("wb") as stream:
        process = subprocess.Popen(
            command, stdout=stream, stderr=stream, cwd=folder, start_new_session=True,
            env=os.environ | {"SPARK_LOCAL_IP": HOST, "SPARK_WORKER_DIR": str(folder)},
        )  # fmt: skip
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        if ready in log.read_text(encoding="utf-8", errors="replace"):
            return process
        time.sleep(0.2)
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(SECONDS)
    last = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:]
    raise ParameterError(f"Spark's {name} did not start: {' '.join(last)}")


ENGINES = {
    "DuckDB": duckdb_engine,
    "PostgreSQL": postgres.server,
    "Spark, local": local_spark,
    "Spark, standalone": standalone_spark,
}


def take(folder: Path, here) -> dict[str, list[float]]:
    """Seconds of one engine: to open the snapshot the first time and again, and of each question.

    Each is asked once to warm up, and then measured :data:`RUNS` times.
    """
    began = perf_counter()
    with here() as engine:
        seconds = {"start": [perf_counter() - began]}
        for opening in ("open, first", "open, again"):
            began = perf_counter()
            data = open_snapshot(folder, engine)
            seconds[opening] = [perf_counter() - began]
        for question, ask in QUESTIONS.items():
            ask(data)
            seconds[question] = [_seconds(ask, data) for _ in range(RUNS)]
    return seconds


def _seconds(ask, data: Dataset) -> float:
    began = perf_counter()
    ask(data)
    return perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lines", type=int, default=1_000_000, help="Order lines of three years.")
    lines = parser.parse_args().lines
    taken: dict[str, dict[str, list[float]]] = {}
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        snapshot = make_snapshot(Path(folder) / "snapshot", lines)
        for name, here in ENGINES.items():
            try:
                taken[name] = take(snapshot, here)
            except AnalysisError as error:
                print(f"{name} is left out: {error}")
    print(f"{lines:,} order lines, {os.cpu_count()} cores, median of {RUNS}")
    print(f"{'seconds (times DuckDB)':28}" + "".join(f"{name:>24}" for name in taken))
    for step in next(iter(taken.values())):
        middle = {name: statistics.median(seconds[step]) for name, seconds in taken.items()}
        base = middle["DuckDB"]
        cells = [f"{value:.2f} ({value / max(base, 1e-9):.1f})" for value in middle.values()]
        if step == "start":
            cells = [f"{value:.2f}" for value in middle.values()]
        print(f"{step:28}" + "".join(f"{cell:>24}" for cell in cells))
    REPORTS.mkdir(exist_ok=True)
    written = json.dumps({"lines": lines, "runs": RUNS, "seconds": taken}, indent=1)
    (REPORTS / "bench_engines.json").write_text(written + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
