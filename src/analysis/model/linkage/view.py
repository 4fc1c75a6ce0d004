"""One row per customer from the records of all systems, and where the systems disagree."""

from __future__ import annotations

from collections.abc import Mapping

import ibis

from analysis.model import schema
from analysis.model.linkage import standard
from analysis.sources.raw import literal

STANDARD = {
    "name": standard.name,
    "phone": standard.phone,
    "email": standard.email,
    "address": standard.address,
    "postcode": standard.postcode,
    "city": standard.town,
    "province": standard.town,
    "region": standard.town,
    "gender": standard.gender,
}
"""How values are compared; what is merely written otherwise is no conflict."""
NOT_COMPARED = ("customer_id", "source")
BY_PRIORITY, BY_ORDER = "priority of systems", "lowest number in one system"


def one_view(
    engine: ibis.BaseBackend,
    records: ibis.Table,
    links: ibis.Table,
    priorities: Mapping[str, int],
) -> tuple[ibis.Table, ibis.Table]:
    """Make one customer of the records that are one.

    Each value is that of the system with the highest priority that has one: what is there goes
    before what is missing. Of two records of one system, the lower number's.

    Parameters
    ----------
    engine : ibis backend
        DuckDB.
    records : ibis.Table
        As :func:`analysis.model.linkage.link` reads them.
    links : ibis.Table
        As it gives them.
    priorities : mapping
        Of each system; 1 before 2.

    Returns
    -------
    customers : ibis.Table
        One row per customer, with the columns of ``customers``; ``source`` is the first system.
    conflicts : ibis.Table
        One row per customer, column and value that gave way though it says something else.
    """
    declared = schema.TABLES["customers"]
    there = [
        name for name in declared.columns if name in records.columns and name not in NOT_COMPARED
    ]
    ranked = _ranked(engine, records, links, priorities, there)
    values = ", ".join(
        f"first({_named(name)} ORDER BY place) FILTER ({_named(name)} IS NOT NULL) "
        f"AS {_named(name)}"
        if name in there
        else f"NULL AS {_named(name)}"
        for name in declared.columns
        if name not in NOT_COMPARED
    )
    whole = (
        f"SELECT customer_id, first(source ORDER BY place) AS source, {values} "
        f"FROM {ranked} GROUP BY customer_id"
    )
    customers = _made(engine, whole, declared, ["customer_id"])
    conflicts = _made(
        engine, _conflicts(ranked, there, declared), schema.TRUST["conflicts"],
        list(schema.TRUST["conflicts"].columns),
    )  # fmt: skip
    engine.raw_sql(f"DROP TABLE {ranked}")
    return customers, conflicts


def _ranked(
    engine: ibis.BaseBackend,
    records: ibis.Table,
    links: ibis.Table,
    priorities: Mapping[str, int],
    columns: list[str],
) -> str:
    """Records under their customer, from the one that is believed most; the table's name."""
    given = f"({ibis.to_sql(records, dialect='duckdb')})"
    linked = f"({ibis.to_sql(links, dialect='duckdb')})"
    order = " ".join(
        f"WHEN {literal(system)} THEN {int(priority)}" for system, priority in priorities.items()
    )
    name: str = ibis.util.gen_name("ranked")
    own = ", ".join(f"r.{_named(column)}" for column in columns)
    engine.raw_sql(
        f"""
        CREATE TEMP TABLE {name} AS
        SELECT l.customer_id, r.source, {own},
            row_number() OVER (
                PARTITION BY l.customer_id
                ORDER BY CASE r.source {order} END, r.source, length(l.local_id), l.local_id
            ) AS place,
            count(*) OVER (PARTITION BY l.customer_id) AS records
        FROM {given} r JOIN {linked} l ON l.source = r.source AND l.local_id = r.customer_id
        """
    )
    return name


def _conflicts(ranked: str, columns: list[str], declared: schema.Table) -> str:
    """SELECT of values that gave way: one part for each column."""
    return " UNION ALL ".join(_column_conflicts(ranked, column, declared) for column in columns)


def _column_conflicts(ranked: str, column: str, declared: schema.Table) -> str:
    own = _named(column)
    if declared.columns[column].type == "timestamp":
        said = f"strftime({own}, '%Y-%m-%d')"  # a time of day is a matter of the system's clock
    elif column in STANDARD:
        said = STANDARD[column](f"{own}::VARCHAR")
    else:
        said = f"lower(trim({own}::VARCHAR))"
    return f"""
        SELECT 'customers' AS "table", customer_id AS record_key, {literal(column)} AS "column",
            winner_source, winner_value, source AS loser_source, value AS loser_value,
            CASE WHEN source = winner_source THEN {literal(BY_ORDER)}
                ELSE {literal(BY_PRIORITY)} END AS rule
        FROM (
            SELECT *,
                first_value(source) OVER first_one AS winner_source,
                first_value(value) OVER first_one AS winner_value,
                first_value(said) OVER first_one AS winner_said
            FROM (SELECT customer_id, source, place, {own}::VARCHAR AS value, {said} AS said
                  FROM {ranked} WHERE records > 1)
            WHERE said IS NOT NULL
            WINDOW first_one AS (PARTITION BY customer_id ORDER BY place)
        ) WHERE said <> winner_said {"AND NOT " + _shortened() if column == "name" else ""}
        GROUP BY ALL
    """


def _shortened() -> str:
    """SQL: of two names one has the first name as a letter; that is no disagreement."""
    one, other = standard.spoken_name("winner_value"), standard.spoken_name("value")
    last = f"split_part({one}, ' ', -1) = split_part({other}, ' ', -1)"
    short = f"(regexp_matches({one}, '^[a-z] ') OR regexp_matches({other}, '^[a-z] '))"
    return f"(left({one}, 1) = left({other}, 1) AND {last} AND {short})"


def _made(
    engine: ibis.BaseBackend, query: str, declared: schema.Table, order: list[str]
) -> ibis.Table:
    name = ibis.util.gen_name("made")
    engine.raw_sql(f"CREATE TEMP TABLE {name} AS {query}")
    table = engine.table(name)
    columns = {column: table[column].cast(kind) for column, kind in declared.types.items()}
    return table.select(**columns).order_by(order)


def _named(column: str) -> str:
    return f'"{column}"'
