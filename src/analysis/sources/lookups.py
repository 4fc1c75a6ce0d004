"""Words that are looked up in a table the system delivers beside."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ibis

from analysis.errors import SourceError
from analysis.sources import files, values
from analysis.sources.mapping import Column, Lookup, Table
from analysis.sources.query import query_of, sql_type_of, tidied, value_of
from analysis.sources.raw import literal, relation, tidy
from analysis.sources.registry import Delivery, Register

NONE, TWO = "no such word", "two such words"


@dataclass(frozen=True)
class Words:
    """A lookup, held.

    Attributes
    ----------
    table : str
        Table of the engine: one row per word, ``word``, ``found`` (the value, typed), ``said`` (its
        text) and ``why`` (missing where it is a value).
    name : str
        Our column.
    """

    table: str
    name: str


def words_of(
    engine: Any, delivery: Delivery, types: dict[str, str], register: Register
) -> dict[str, Words]:
    """Hold the lookups of a mapping, by our column.

    Raises
    ------
    SourceError
        If the file beside is missing or not as the mapping says.
    """
    return {
        name: Words(_held(engine, delivery, column, column.lookup, types[name], register), name)
        for name, column in delivery.mapping.columns.items()
        if column.lookup
    }


def _held(
    engine: Any, delivery: Delivery, column: Column, lookup: Lookup, kind: str, register: Register
) -> str:
    if not isinstance(delivery.place, Path):
        raise SourceError(
            f"{delivery.label}: a lookup is in a file beside; in a database, join in the query"
        )
    path = (delivery.base or delivery.place.parent) / lookup.file
    if not path.is_file():
        beside = ", ".join(sorted(other.name for other in path.parent.glob("*"))[:12])
        raise SourceError(
            f"{delivery.system}: lookup {lookup.file} is not in {path.parent}; "
            f"the folder holds {beside or 'nothing'}"
        )
    columns = {
        "word": Column.model_validate(lookup.key),
        "found": Column.model_validate(lookup.value),
    }
    update = {"file": lookup.file, "columns": columns, "heading_row": 1, "delimiter": None,
              "sheet": None, "drop_rows": {}, "query": ""}  # fmt: skip
    mapping: Table = delivery.mapping.model_copy(update=update)
    sql_type = sql_type_of(kind)
    query = query_of(mapping, {"word": "string", "found": kind}, register.firm)
    name = str(ibis.util.gen_name("words"))
    with files.opened(engine.con, path, mapping) as raw:
        word, said = (raw.cells[tidy(column)].text for column in (lookup.key, lookup.value))
        asked = column.model_copy(update={"replace": {}})
        value = value_of("said", asked, sql_type, query, raw.is_workbook)
        why = values.NOT.get("word" if column.values else values.kind_of(sql_type), "")
        engine.raw_sql(f"""
            CREATE TEMP TABLE {name} AS
            SELECT word, CASE WHEN many = 1 THEN found END AS found, CASE
                WHEN many > 1 THEN {literal(TWO)}
                WHEN found IS NULL AND said IS NOT NULL THEN {literal(why)} END AS why
            FROM (
                SELECT word, any_value(said) AS said, any_value({value}) AS found,
                       count(DISTINCT coalesce(said, '')) AS many
                FROM (SELECT {values.trimmed(word)} AS word, {tidied(said, asked)} AS said
                      FROM {relation([raw])})
                WHERE word IS NOT NULL GROUP BY word
            )
        """)
    return name


def joined(
    engine: Any, rows: ibis.Table, words: dict[str, Words]
) -> tuple[ibis.Table, list[ibis.Table]]:
    """Rows with what their words stand for, and the words that stand for nothing."""
    missing = []
    for name, found in words.items():
        table = engine.table(found.table, database="temp.main")
        table = table.select(_key=table.word, _found=table.found, _why=table.why)
        both = rows.drop(name).left_join(table, rows[f"_word_{name}"] == table["_key"])
        why = ibis.ifelse(both["_key"].isnull(), ibis.literal(NONE), both["_why"])
        wrong = both.mutate(_said=why).filter(both[f"_word_{name}"].notnull() & why.notnull())
        missing.append(
            wrong.select(
                "file", files.ROW, column=ibis.literal(name),
                value=wrong[f"_given_{name}"], why=wrong["_said"],
            )
        )  # fmt: skip
        rows = both.mutate(**{name: both["_found"]}).drop("_key", "_found", "_why")
    return rows, missing
