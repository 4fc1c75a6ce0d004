"""The canonical tables: grain, key, columns, units, ranges, words. Said once, here.

Checks, errors, mappings and the page ``docs/data-model.md`` read these declarations. Only
``order_lines`` is required; a table or column that a firm does not have is absent, and what
needs it says so. ``TRUST`` are the tables that say what was done to the others.
"""

from __future__ import annotations

from collections.abc import Iterable

from analysis.errors import ParameterError, nearest
from analysis.model.schema.business import BUSINESS
from analysis.model.schema.people import PEOPLE
from analysis.model.schema.record import EXACT, MOMENT, TEXT, Column, Table
from analysis.model.schema.sales import SALES
from analysis.model.schema.trust import COUNTS, TRUST

__all__ = [
    "COUNTS",
    "EXACT",
    "FIRST_ORDERS",
    "MOMENT",
    "TABLES",
    "TEXT",
    "TRUST",
    "Column",
    "Table",
    "check_mapping",
]

VERSION = 2
FIRST_ORDERS = "first_orders"
"""Beside the tables: each customer's first order, which a month's lines alone do not know."""
TABLES = {**SALES, **PEOPLE, **BUSINESS}


def check_mapping(data: str, mapped: Iterable[tuple[str, str, set[str]]]) -> None:
    """Check that a firm's mappings name our tables and columns, and all that are required.

    Parameters
    ----------
    data : str
        Name of the firm's file, for the message.
    mapped : iterable of tuple
        System, table and columns mapped, of every mapping.

    Raises
    ------
    ParameterError
        Naming the file, the table or column, and the nearest valid name.
    """
    mapped = list(mapped)
    if not any(table == "order_lines" for _, table, _ in mapped):
        raise ParameterError(
            f"params/sources/{data}.yml: tables has no order_lines, the one table that is required"
        )
    for system, name, columns in mapped:
        where = f"params/sources/{data}" + (f"/{system}.yml" if system != data else ".yml")
        if name not in TABLES:
            raise ParameterError(f"{where}: tables has {name!r}; {nearest(name, TABLES)}")
        table = TABLES[name]
        for column in sorted(columns - set(table.mapped)):
            raise ParameterError(
                f"{where}: {name} has no column {column!r}; {nearest(column, table.mapped)}"
            )
        if missing := [column for column in table.must_map if column not in columns]:
            raise ParameterError(f"{where}: {name} must map {', '.join(missing)}")
