"""One key on several rows: said twice, said anew, or repeated by design."""

from __future__ import annotations

from analysis.model.cleaning.giving_way import Ledger
from analysis.model.cleaning.layers import text
from analysis.model.cleaning.lending import lend
from analysis.model.cleaning.work import LOCAL_KEYS, Work, priorities


def record_key(work: Work, prefix: str = "") -> str:
    """SQL of a row's key, its parts joined with a slash."""
    parts = ", ".join(f'{prefix}"{column}"::VARCHAR' for column in work.key)
    return f"concat_ws('/', {parts})" if parts else "NULL::VARCHAR"


def same_key(ledger: Ledger) -> None:
    """``exact_duplicate``, ``superseded``, ``cross_system_duplicate``: a key is there twice.

    Of rows of one system that say the same, the first stays and the others are exact duplicates.
    Where they differ, the row of the latest file stays (in one file, the last), and those it
    replaces are superseded. A record of two systems (a product) stays as the system of the better
    priority has it. Setting ``exact_duplicates`` or ``cross_system_duplicates``: ``merge``, or
    ``flag`` and keep all; customers are merged whatever the setting, as everything that names one
    is linked by the key. In a table that is mapped with ``keep: first`` the first row of the
    latest file stays; the others are counted as repeated and are no fault.
    """
    work = ledger.work
    if not work.key:
        return
    key = ", ".join(f'"{column}"' for column in work.key)
    own = ", source" if work.name in LOCAL_KEYS else ""
    rows = work.hold(
        f"SELECT * FROM {ledger.live} WHERE hash({key}{own}) IN "
        f"(SELECT hash({key}{own}) FROM {ledger.live} WHERE coalesce({_as_text(work)}) NOT NULL "
        f"GROUP BY 1 HAVING count(*) > 1)"
    )
    content = ", ".join(f'"{column}"' for column in work.columns)
    first = _repeats_by_design(work)
    ranked = work.hold(
        f"""
        WITH told AS (
            SELECT source, file, source_row, file_order, {key}, hash({content}) AS content,
                {record_key(work)} AS record_key, {priorities(work)} AS priority, {first} AS first
            FROM {rows}
        ),
        newest AS (
            SELECT *, first_value(content) OVER w AS stays, first_value(source) OVER w AS of
            FROM told WINDOW w AS (
                PARTITION BY {key}{own} ORDER BY priority, source, file_order DESC,
                CASE WHEN first THEN source_row ELSE -source_row END
            )
        )
        SELECT *, row_number() OVER (
            PARTITION BY {key}{own} ORDER BY source = of DESC, content = stays DESC,
            CASE WHEN first THEN -file_order ELSE file_order END, source_row
        ) AS place FROM newest
        """
    )
    work.engine.raw_sql(
        f"INSERT INTO {ledger.repeated} SELECT source, file, source_row FROM {ranked} "
        "WHERE place > 1 AND first AND source = of"
    )
    ledger.enter(
        f"""
        SELECT source, file, source_row, record_key AS survivor,
            CASE WHEN source <> of THEN 'cross_system_duplicate'
                WHEN content = stays THEN 'exact_duplicate' ELSE 'superseded' END AS rule,
            CASE WHEN source <> of THEN of || ' has ' || record_key || ' too, and goes before '
                || source
                WHEN content = stays THEN record_key || ' is there twice, word for word'
                ELSE record_key || ' was delivered anew with other values' END AS reason
        FROM {ranked} WHERE place > 1 AND NOT (first AND source = of)
        """
    )
    if work.name not in LOCAL_KEYS:
        lend(ledger, ranked)
    work.drop(rows, ranked)


def _as_text(work: Work) -> str:
    return ", ".join(f'"{column}"::VARCHAR' for column in work.key)


def _repeats_by_design(work: Work) -> str:
    """SQL: the row's file is mapped with ``keep: first``."""
    first = [
        f"({text(source)}, {text(file)})" for source, file in work.files
        if (mapped := work.mapping_of(source, file)) and mapped.keep == "first"
    ]  # fmt: skip
    return f"(source, file) IN ({', '.join(first)})" if first else "false"
