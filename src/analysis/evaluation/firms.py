"""Firms whose truth is known, opened as a pack would open them, in a second each.

Their tables go to the engine as they are: no system's faults, nothing to clean. What cleaning
makes of faults is measured by ``analysis evaluate data``; here only what is made of clean tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import ibis
import pandas as pd

from analysis.demo.true_firm import TrueFirm, true_firm
from analysis.model import schema
from analysis.model.dataset import Dataset

SYSTEM = "erp"
"""System that all rows are said to come from."""


@lru_cache(maxsize=10)
def demo_firm(seed: int = 2026, stories: bool = True) -> tuple[TrueFirm, Dataset]:
    """The demo firm of a seed, or the same firm in a year without stories, and its opened tables.

    Examples
    --------
    >>> firm, data = demo_firm(2026, stories=False)
    >>> data.order_lines.count().execute() == len(firm.tables["order_lines"])
    True
    """
    firm = true_firm(seed, stories)
    return firm, opened(firm.tables)


def opened(tables: Mapping[str, pd.DataFrame], name: str = "Made", currency: str = "£") -> Dataset:
    """Open canonical tables as if they were a snapshot's.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        By canonical name, ``order_lines`` at least; columns a table lacks are missing in the
        opened one, and named in the manifest's ``absent`` as a snapshot does.
    name, currency : str
        Of the firm.

    Returns
    -------
    Dataset
        In an engine of its own. It has no trust tables: nothing was read or repaired.
    """
    engine = ibis.duckdb.connect()
    made = {name: _declared(engine, name, table) for name, table in tables.items()}
    lines = made["order_lines"]
    known = lines.filter(lines.customer_id.notnull())
    first = known.group_by("customer_id").aggregate(first_ordered_at=known.ordered_at.min())
    first = engine.create_table(schema.FIRST_ORDERS, first)
    made["order_lines"] = lines.left_join(first, "customer_id").drop("customer_id_right")
    placed = tables["order_lines"]["ordered_at"]
    absent = [
        *(table for table in schema.TABLES if table not in tables),
        *(
            f"{table}.{column}"
            for table, given in tables.items()
            for column in schema.TABLES[table].mapped
            if column not in given
        ),
    ]
    return Dataset(
        tables=made,
        trust={},
        manifest={"firm": name, "currency": currency, "absent": absent},
        first_day=placed.min().date(),
        last_day=placed.max().date(),
        regions=tuple(sorted(tables["order_lines"]["region"].unique())),
    )


def _declared(engine: ibis.BaseBackend, name: str, table: pd.DataFrame) -> ibis.Table:
    """A table in the engine, with the columns and types the model declares."""
    given = ibis.memtable(table)
    columns = {
        column: given[column].cast(kind) if column in table else ibis.null(kind)
        for column, kind in (schema.TABLES[name].types | {"source": "string"}).items()
    }
    columns["source"] = ibis.literal(SYSTEM)
    return engine.create_table(name, given.select(**columns))
