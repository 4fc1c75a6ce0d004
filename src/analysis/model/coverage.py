"""Coverage: the share of what there should be that is there and good."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import ibis

from analysis.model import schema
from analysis.model.cleaning.work import located
from analysis.model.declared import made

LINES = "order_lines"
NEEDED = ("channel", "product_id")
"""Fields that every order line should have beside the required ones, where the firm has them."""
IMPORTANT = {
    LINES: ("customer_id", "product_id", "channel", "salesperson_id", "cost"),
    "customers": ("name", "kind", "region", "phone", "email", "acquired_at", "owner_id"),
    "products": ("name", "category", "unit_cost"),
    "returns": ("returned_at", "reason"),
    "payments": ("due_at",),
    "fulfilments": ("promised_at",),
    "interactions": ("customer_id",),
    "opportunities": ("customer_id", "owner_id", "amount"),
}
"""Fields that analyses use beside the required ones."""


def coverage(
    engine: ibis.BaseBackend,
    tables: Mapping[str, ibis.Table],
    mapped: Mapping[str, Collection[str]],
    quarantine: ibis.Table,
) -> ibis.Table:
    """Share of what there should be that is there and good.

    Parameters
    ----------
    engine : ibis backend
        DuckDB.
    tables : mapping of str to ibis.Table
        The trusted tables by name.
    mapped : mapping of str to collection of str
        Of each table, the columns any system delivers.
    quarantine : ibis.Table
        As the schema declares it.

    Returns
    -------
    ibis.Table
        ``coverage`` as the schema declares it, one row per thing covered.

    Notes
    -----
    *Records* (``overall``, ``source``, ``channel``, ``region``) are order lines. There should be
    all that were read but those merged into another, which are not missing: kept and rejected.
    Good is a line that was kept, has its channel and product where the firm delivers these, and
    names no customer or product that no table knows. A sale without a customer is good: shops
    have them. A rejected line counts for the channel and region it was delivered with, or for
    none.

    *Fields* are the required ones and those in ``IMPORTANT``: rows kept with the field filled,
    by the system or by a rule of cleaning, of rows kept and rejected.

    *Links* are rows whose key is known, of rows that have one; for channels, rows that have one,
    of all.
    """
    lines = tables[LINES]
    per_line = _lines_covered(engine, lines, tables, mapped, quarantine)
    parts = [_records_covered(per_line), _line_links(per_line, tables)]
    parts += [
        _fields_covered(engine, name, table, mapped.get(name, ()), quarantine)
        for name, table in tables.items()
        if name in schema.TABLES
    ]
    parts += [
        _order_link(engine, name, tables[name], lines)
        for name in ("payments", "returns", "fulfilments")
        if name in tables
    ]
    union = " UNION ALL ".join(part for part in parts if part)
    whole = made(
        engine,
        "coverage",
        f'SELECT scope, "table", part, numerator, denominator, '
        f"numerator / nullif(denominator, 0) AS value FROM ({union})",
    )
    engine.raw_sql(f"DROP TABLE {per_line}")
    return whole


def _lines_covered(
    engine: ibis.BaseBackend,
    lines: ibis.Table,
    tables: Mapping[str, ibis.Table],
    mapped: Mapping[str, Collection[str]],
    quarantine: ibis.Table,
) -> str:
    """Counts of order lines by system, channel and region, from one pass; the table's name."""
    known = {
        column: _is_known(engine, column, tables.get(table))
        for column, table in (("customer_id", "customers"), ("product_id", "products"))
    }
    filled = [
        f"coalesce(l.{column} <> '', false)"
        for column in NEEDED
        if column in mapped.get(LINES, ()) or (column == "channel" and "channel" in lines.columns)
    ]
    fine = " AND ".join([*known.values(), *filled, "l.region IS NOT NULL"])
    name: str = ibis.util.gen_name("per_line")
    engine.raw_sql(
        f"""
        CREATE TEMP TABLE {name} AS
        WITH kept AS (
            SELECT source, channel, region, count(*) AS kept, 0 AS rejected,
                count(*) FILTER ({fine}) AS good,
                count(customer_id) AS named, count(product_id) AS with_product,
                count(*) FILTER (l.customer_id IS NOT NULL AND {known["customer_id"]}) AS known,
                count(*) FILTER (l.product_id IS NOT NULL AND {known["product_id"]}) AS listed,
                count(*) FILTER (l.channel <> '') AS with_channel
            FROM {located(engine, lines)} l GROUP BY ALL
        ), lost AS (
            SELECT source, record ->> '$.channel' AS channel, record ->> '$.region' AS region,
                count(*) AS rejected
            FROM {located(engine, quarantine)}
            WHERE "table" = '{LINES}' AND action = 'rejected' GROUP BY ALL
        )
        SELECT * FROM kept
        UNION ALL
        SELECT source, CASE WHEN channel IN (SELECT channel FROM kept) THEN channel END,
            CASE WHEN region IN (SELECT region FROM kept) THEN region END,
            0, rejected, 0, 0, 0, 0, 0, 0 FROM lost
        """
    )
    return name


def _is_known(engine: ibis.BaseBackend, column: str, table: ibis.Table | None) -> str:
    """SQL: a line's key is one its table has, or it has none; true where there is no table."""
    if table is None:
        return "true"
    return (
        f"coalesce(l.{column} IN (SELECT {column} FROM {located(engine, table)} "
        f"WHERE {column} IS NOT NULL), true)"
    )


def _records_covered(per_line: str) -> str:
    parts = {"overall": "''", "source": "source", "channel": "channel", "region": "region"}
    return " UNION ALL ".join(
        f"SELECT '{scope}' AS scope, '{LINES}' AS \"table\", coalesce({part}, '') AS part, "
        f"sum(good) AS numerator, sum(kept + rejected) AS denominator FROM {per_line} GROUP BY ALL"
        for scope, part in parts.items()
    )


def _line_links(per_line: str, tables: Mapping[str, ibis.Table]) -> str:
    links = [
        f"SELECT 'link', '{LINES}', '{LINES} → {to}', sum({there}), sum({out_of}) FROM {per_line}"
        for to, there, out_of in (
            ("customers", "known", "named"),
            ("products", "listed", "with_product"),
            ("channel", "with_channel", "kept"),
        )
        if to == "channel" or to in tables
    ]
    return " UNION ALL ".join(links)


def _fields_covered(
    engine: ibis.BaseBackend,
    name: str,
    table: ibis.Table,
    mapped: Collection[str],
    quarantine: ibis.Table,
) -> str:
    """Counts of one table's fields, from one pass: one row per field."""
    declared = schema.TABLES[name]
    wanted = [*declared.required, *declared.must_map, *IMPORTANT.get(name, ())]
    fields = [
        column
        for column in dict.fromkeys(wanted)
        if column in table.columns and (column in mapped or column in declared.required)
    ]
    if not fields:
        return ""
    counts = ", ".join(f'count("{column}") AS "{column}"' for column in fields)
    listed = ", ".join(f'"{column}"' for column in fields)
    return f"""
        SELECT 'field', '{name}', part, numerator, rows + (
            SELECT count(*) FROM {located(engine, quarantine)}
            WHERE "table" = '{name}' AND action = 'rejected')
        FROM (UNPIVOT (SELECT count(*) AS rows, {counts} FROM {located(engine, table)})
              ON {listed} INTO NAME part VALUE numerator)
    """


def _order_link(engine: ibis.BaseBackend, name: str, table: ibis.Table, lines: ibis.Table) -> str:
    orders = f"(SELECT DISTINCT order_id FROM {located(engine, table)})"
    # Streamed against the few orders asked for: a table of all orders need not fit into memory.
    known = (
        f"(SELECT DISTINCT order_id FROM {located(engine, lines)} "
        f"SEMI JOIN {orders} o USING (order_id))"
    )
    return f"""
        SELECT 'link', '{name}', '{name} → orders', count(k.order_id), count(t.order_id)
        FROM {located(engine, table)} t LEFT JOIN {known} k ON k.order_id = t.order_id
    """
