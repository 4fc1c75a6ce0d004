"""Where a snapshot's tables are computed on: DuckDB, PostgreSQL or Spark. The numbers are the same.

A firm's file in ``params/sources/`` names its engine, and ``ANALYSIS_ENGINE`` names another for one
run:

- ``duckdb`` reads the snapshot's files in the pack's own process; it is the default;
- ``postgresql://user@host/database`` holds the snapshot in a schema of its own, loaded once;
- ``spark`` (this machine), ``local[2]`` (two of its cores) or ``spark://host:7077`` (a cluster)
  reads the snapshot's files where they lie.

``docs/engines.md`` says how to set each up.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import ibis

from analysis.errors import ParameterError, nearest
from analysis.model.engines.files import table_files

if TYPE_CHECKING:
    from ibis.backends.sql import SQLBackend

__all__ = [
    "ENVIRONMENT",
    "chosen",
    "connect",
    "kind_of",
    "open_tables",
    "publish",
    "tables",
]

ENVIRONMENT = "ANALYSIS_ENGINE"
DUCKDB, POSTGRESQL, SPARK = "duckdb", "postgresql", "spark"
KINDS = (DUCKDB, POSTGRESQL, SPARK)
EXAMPLES = (DUCKDB, "postgresql://user@host/database", SPARK, "spark://host:7077", "local[2]")


def chosen(engine: str) -> str:
    """The engine of a run: the one the environment names, or else the firm's."""
    return os.environ.get(ENVIRONMENT) or engine


def kind_of(engine: str) -> str:
    """Which of the three an engine is: ``duckdb``, ``postgresql`` or ``spark``.

    Raises
    ------
    ParameterError
        If it is none of them.

    Examples
    --------
    >>> [kind_of(engine) for engine in ("duckdb", "postgresql://ann@db/sales", "local[2]")]
    ['duckdb', 'postgresql', 'spark']
    """
    if engine == DUCKDB:
        return DUCKDB
    if engine.startswith(("postgresql://", "postgres://")):
        return POSTGRESQL
    if engine == SPARK or engine.startswith(("spark://", "local[")):
        return SPARK
    # What follows the scheme may hold a password.
    said = engine.split("://")[0]
    raise ParameterError(f"no engine is called {said!r}; {nearest(said, EXAMPLES)}")


def connect(engine: str) -> SQLBackend:
    """Connect to an engine; ``${NAME}`` in its address is taken from the environment.

    Raises
    ------
    ParameterError
        If it is unknown, what it needs is not installed, or it cannot be reached.
    """
    kind = kind_of(engine)
    if kind == POSTGRESQL:
        from analysis.model.engines import postgresql

        return postgresql.connect(engine)
    if kind == SPARK:
        from analysis.model.engines import spark

        return spark.connect(engine)
    return ibis.duckdb.connect()


def publish(folder: Path, backend: SQLBackend) -> str:
    """Put a snapshot where the engine can read it, if it is not there yet.

    Returns
    -------
    str
        Where it is: a schema of the PostgreSQL database, or the folder of files, which DuckDB
        and Spark read themselves.

    Raises
    ------
    ParameterError
        If the database refuses it.
    """
    if backend.name == "postgres":
        from analysis.model.engines import postgresql

        return postgresql.publish(folder, backend)
    return str(folder)


def tables(folder: Path, backend: SQLBackend) -> dict[str, ibis.Table]:
    """The canonical tables of a published snapshot, by name, in the engine.

    Returns
    -------
    dict of ibis.Table
        Every table the snapshot holds, as ``model.schema`` declares it, and ``first_orders`` (one
        row per customer: ``customer_id``, ``first_ordered_at``) where the snapshot keeps it apart.
    """
    if backend.name == "postgres":
        from analysis.model.engines import postgresql

        return postgresql.tables(folder, backend)
    if backend.name == "pyspark":
        from analysis.model.engines import spark

        return spark.tables(folder, backend)
    return {
        name: backend.read_parquet([str(path) for path in paths], table_name=name)
        for name, paths in table_files(folder).items()
    }


def open_tables(folder: Path, engine: str = DUCKDB) -> dict[str, ibis.Table]:
    """Open the tables of a snapshot in an engine, as :func:`tables` gives them.

    Parameters
    ----------
    folder : Path
        Of the snapshot.
    engine : str
        As a firm's file names it, or :func:`chosen`.

    Raises
    ------
    ParameterError
        As :func:`connect` and :func:`publish`.
    """
    backend = connect(engine)
    publish(folder, backend)
    return tables(folder, backend)
