"""Snapshots in Spark: it reads the files where they lie."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import ibis

from analysis.errors import ParameterError
from analysis.model.engines.files import content, table_files

try:
    import pyspark  # noqa: F401
except ImportError:
    raise ParameterError(
        "an engine spark needs pyspark, which is not installed; "
        'install the extra: pip install "sales-analysis-report-suite[spark]"'
    ) from None

if TYPE_CHECKING:
    from ibis.backends.sql import SQLBackend

LOOPBACK = "127.0.0.1"
QUIET = Path(__file__).with_name("log4j2.properties")
SETTINGS = {
    # Moments have no zone: what the file says is what is compared.
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.extraJavaOptions": f"-Dlog4j2.configurationFile={QUIET.as_uri()}",
}
ON_THIS_MACHINE = {
    "spark.driver.bindAddress": LOOPBACK,
    "spark.driver.host": LOOPBACK,
    "spark.sql.shuffle.partitions": "8",
}


def connect(engine: str) -> SQLBackend:
    """Start Spark, or take the one this process runs on.

    ``spark`` is all cores of this machine; ``local[2]`` and ``spark://host:7077`` are Spark's own
    names. Settings of a cluster, such as memory, stand in its ``spark-defaults.conf``.

    Raises
    ------
    ParameterError
        If Java is missing, the cluster does not answer, or the process runs on another already.
    """
    master = "local[*]" if engine == "spark" else engine
    _check_java()
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession

    running = SparkSession.getActiveSession()
    if running is not None and running.sparkContext.master != master:
        raise ParameterError(
            f"engine {engine}: this process runs on {running.sparkContext.master} already; "
            "a process has one Spark"
        )
    near = master.startswith("local[") or f"//{LOOPBACK}:" in master
    if near:  # or Spark looks for an address the network knows it by, and says so
        os.environ.setdefault("SPARK_LOCAL_IP", LOOPBACK)
    builder = SparkSession.builder.master(master).appName("analysis")
    for name, value in (SETTINGS | (ON_THIS_MACHINE if near else {})).items():
        builder = builder.config(name, value)
    try:
        session = running or builder.getOrCreate()
    except (PySparkException, OSError, RuntimeError) as error:
        said = str(error).strip().splitlines()[0]
        raise ParameterError(f"engine {engine}: Spark did not start: {said}") from None
    return ibis.pyspark.connect(session)


def tables(folder: Path, backend: SQLBackend) -> dict[str, ibis.Table]:
    """The tables of a snapshot, by name; workers on other machines need its folder there too."""
    session, mark = backend._session, content(folder)[:12]
    opened = {}
    for name, paths in table_files(folder).items():
        # A process may open several snapshots; a view belongs to one of them.
        view = f"snapshot_{mark}_{name}"
        rows = session.read.parquet(*(path.resolve().as_uri() for path in paths))
        rows.createOrReplaceTempView(view)
        opened[name] = backend.table(view)
    return opened


def _check_java() -> None:
    home = os.environ.get("JAVA_HOME")
    if not shutil.which(str(Path(home) / "bin" / "java") if home else "java"):
        where = f" in JAVA_HOME, {home}" if home else ""
        raise ParameterError(
            f"an engine spark needs Java, which is not found{where}; "
            "install Java 17 or 21: apt install openjdk-17-jre-headless"
        )
