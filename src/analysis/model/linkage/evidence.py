"""What two customer records are compared by: standardised details and keys to find pairs."""

from __future__ import annotations

from collections.abc import Callable

import ibis

from analysis.errors import ContractError
from analysis.model.linkage import standard

LARGEST_BLOCK = 40
"""Records that share a key beyond this number share nothing that tells them apart; comparing all
of them with each other would grow with the square of their number."""
KNOWN_WORD = 8
"""Records with a word in their name from which it is a name of its own, not a slip of another."""
KEYS = {
    "key_phone": "phone",
    "key_email": "email",
    "key_name": "name",
    "key_home": "postcode || ' ' || house",
    "key_first": "first_word || ' ' || postcode",
    "key_last": "last_word || ' ' || postcode",
    "key_initial": "initial || ' ' || coalesce(city, left(postcode, 4))",
    "key_street": "address || ' ' || city",
}
"""Ways to find pairs: two records that share one of these are compared. A key for each kind of
trouble: the telephone survives a move, the first and last word a slip in the other, and so on."""
COMPARED: dict[str, tuple[str, Callable[[str], str]]] = {
    "name": ("name", standard.name),
    "spoken": ("name", standard.spoken_name),
    "phone": ("phone", standard.phone),
    "email": ("email", standard.email),
    "postcode": ("postcode", standard.postcode),
    "address": ("address", standard.address),
    "city": ("city", standard.town),
    "gender": ("gender", standard.gender),
}
FREQUENT = ("name", "phone", "email")
"""Details whose weight depends on how many customers share the value."""


def evidence(engine: ibis.BaseBackend, records: ibis.Table) -> str:
    """Make the table of what is compared; the name it has in the engine.

    Parameters
    ----------
    engine : ibis backend
        DuckDB.
    records : ibis.Table
        One row per customer record of a system: ``source``, ``customer_id`` and any of the
        columns of ``customers``.

    Returns
    -------
    str
        Name of a table with one row per record, in the order of ``uid`` (0, 1, …, by source and
        number): ``source``, ``local_id``, ``said`` (name as delivered), the standardised
        details, and the keys, empty where too many or no other records have them.

    Raises
    ------
    ContractError
        If a system has one number twice.
    """
    given = f"({ibis.to_sql(records, dialect='duckdb')})"
    there = set(records.columns)
    columns = [
        f"{write(f'{column}::VARCHAR')} AS {name}"
        if column in there
        else f"NULL::VARCHAR AS {name}"
        for name, (column, write) in COMPARED.items()
    ]
    for name, kind in (("birth_year", "BIGINT"), ("kind", "VARCHAR")):
        columns.append(f"{name if name in there else 'NULL'}::{kind} AS {name}")
    said = "name" if "name" in there else "NULL::VARCHAR"
    keys = ", ".join(f"{key} AS {name}" for name, key in KEYS.items())
    plain: str = ibis.util.gen_name("plain")
    table: str = ibis.util.gen_name("evidence")
    engine.raw_sql(
        f"""
        CREATE TEMP TABLE {plain} AS
        SELECT *,
            string_split(name, ' ') AS words,
            -- All its numbers, the flat's among them: another flat is another house.
            array_to_string(list_sort(regexp_extract_all(address, '\\d+[a-z]?')), ' ')
                AS house_found,
            regexp_replace(email, '[^0-9]', '', 'g') AS digits
        FROM (
            SELECT row_number() OVER (ORDER BY source, customer_id) - 1 AS uid,
                source, customer_id AS local_id, {said} AS said, {", ".join(columns)}
            FROM {given} WHERE customer_id IS NOT NULL
        )
        """
    )
    engine.raw_sql(
        f"""
        CREATE TEMP TABLE {table} AS
        WITH known AS (
            SELECT * EXCLUDE (house_found),
                nullif(house_found, '') AS house,
                regexp_matches(name, '\\p{{Han}}') AS is_chinese,
                CASE WHEN is_chinese THEN left(name, 2) ELSE split_part(spoken, ' ', 1) END
                    AS first_word,
                CASE WHEN is_chinese THEN right(name, 2) ELSE split_part(spoken, ' ', -1) END
                    AS last_word,
                CASE WHEN len(words) > 1
                    THEN left(spoken, 1) || ' ' || split_part(spoken, ' ', -1) END AS initial
            FROM {plain}
        ), keyed AS (SELECT *, {keys} FROM known)
        SELECT * EXCLUDE ({", ".join(KEYS)}),
            count(*) OVER (PARTITION BY first_word) >= {KNOWN_WORD} AS first_known,
            count(*) OVER (PARTITION BY last_word) >= {KNOWN_WORD} AS last_known,
            {", ".join(_useful(name) for name in KEYS)}
        FROM keyed ORDER BY uid
        """
    )
    engine.raw_sql(f"DROP TABLE {plain}")
    _check_once(engine, table)
    return table


def frequencies(column: str, table: str) -> str:
    """SELECT of how rare each value of a detail is among customers.

    A value is counted as often as one system has it more than once: that two systems have it is
    what a match looks like, and says nothing of how common it is. Half a customer is added, in a
    world of 500 more customers than ours, for names that a small firm has once by chance.

    The share is rounded to half a bit, so that a few new customers leave it as it is.

    Its rows are one per value: the value, and ``tf_<column>`` (share of customers).
    """
    share = f"(sum(n - 1) + 0.5) / ((SELECT count({column}) FROM {table}) + 500)"
    return f"""
        SELECT {column}, pow(2, round(log2({share}) * 2) / 2) AS tf_{column}
        FROM (SELECT {column}, source, count(*) AS n FROM {table} WHERE {column} IS NOT NULL
              GROUP BY ALL)
        GROUP BY ALL ORDER BY ALL
        """


def _useful(key: str) -> str:
    """A key where it brings a few records together."""
    many = f"count(*) OVER (PARTITION BY {key})"
    return f"CASE WHEN {many} BETWEEN 2 AND {LARGEST_BLOCK} THEN {key} END AS {key}"


def _check_once(engine: ibis.BaseBackend, table: str) -> None:
    twice = engine.raw_sql(
        f"SELECT source, local_id FROM {table} GROUP BY ALL HAVING count(*) > 1 "
        "ORDER BY ALL LIMIT 3"
    ).fetchall()
    if twice:
        found = ", ".join(f"{source} {number}" for source, number in twice)
        raise ContractError(f"`records` must have one row per source and customer_id: {found}")
