"""History guarded: what the last snapshot had otherwise, and fields that moved backwards.

A file of order lines that both snapshots share is not read: a snapshot shares the files of the
months, or years, in which nothing changed.
"""

from __future__ import annotations

import calendar
from datetime import datetime, timedelta
from pathlib import Path

import ibis

from analysis.model.declared import kept

LINES = "order_lines"
QUIET_DAYS = 3
"""A firm may take no order on a month's last days, and it is whole all the same."""
EXAMPLES = 5
FIELDS = ("last_order", "total_revenue", "order_count")
COLUMNS = "order_id, line_no, ordered_at, customer_id, revenue, source"


def compare(
    engine: ibis.BaseBackend, previous: Path | None, current: Path
) -> tuple[ibis.Table, ibis.Table]:
    """Compare order lines with those of the last snapshot.

    Parameters
    ----------
    engine : ibis backend
        DuckDB.
    previous : Path or None
        Folder of the last snapshot; none: this is the first.
    current : Path
        Folder of the new one, its order lines written: ``order_lines/*.parquet``.

    Returns
    -------
    restatements : ibis.Table
        One row per month and system that the last snapshot had otherwise: its revenue then and
        now, so that an order moved to another month or system changes both. A month it did not
        have is new and no restatement. A month is closed if the last snapshot held it whole, to
        within three quiet days.
    moving_fields : ibis.Table
        Of the customers of both: one row per field, with how many moved on and how many moved
        back. A last order, a total or a number of orders of the past can grow only.

    Notes
    -----
    A line is the same if its order and line number are. It changed if its revenue, day, customer
    or system did; a customer may change because records were linked otherwise. It is counted, and
    an example, in the month and system where it was before; a new one, where it is now.
    """
    before = _files(previous) if previous else []
    after = _files(current)
    if not before:
        return kept(engine, "restatements", []), kept(engine, "moving_fields", [])
    was = [path for path in before if not any(path.samefile(other) for other in after)]
    now = [path for path in after if not any(path.samefile(other) for other in before)]
    same = [path for path in after if path not in now]
    rows = _restated(engine, was, now, _closed_to(engine, before))
    moving = _moving(engine, was, now, same)
    return kept(engine, "restatements", rows), kept(engine, "moving_fields", moving)


def _files(folder: Path) -> list[Path]:
    """Files of order lines, each of a month or a year."""
    return sorted((folder / LINES).glob("*.parquet"))


def _closed_to(engine: ibis.BaseBackend, before: list[Path]) -> datetime:
    """Before this moment the previous snapshot held every month whole."""
    newest: datetime = engine.raw_sql(f"SELECT max(ordered_at) FROM {_read(before)}").fetchall()[0][
        0
    ]
    days = calendar.monthrange(newest.year, newest.month)[1]
    month = datetime(newest.year, newest.month, 1)
    is_whole = days - newest.day <= QUIET_DAYS
    return month + timedelta(days=days) if is_whole else month


def _restated(
    engine: ibis.BaseBackend, was: list[Path], now: list[Path], closed_to: datetime
) -> list[dict[str, object]]:
    """How lines differ, by month and system; nothing where they do not.

    Money is summed on each side by itself. Only lines that differ are held against each other,
    equal ones cancel out; of several of one number the first goes with the first.
    """
    found = engine.raw_sql(
        f"""
        WITH lines AS (
            SELECT {COLUMNS}, 1 AS side FROM {_read(was)}
            UNION ALL SELECT {COLUMNS}, -1 FROM {_read(now)}
        ), money AS (
            SELECT source, date_trunc('month', ordered_at) AS month,
                coalesce(sum(revenue) FILTER (side = 1), 0) AS was,
                coalesce(sum(revenue) FILTER (side = -1), 0) AS now,
                count(*) FILTER (side = 1) AS lines_before
            FROM lines GROUP BY ALL
        ), different AS (
            SELECT {COLUMNS.replace("ordered_at", "ordered_at::DATE AS day")}, sum(side) AS n
            FROM lines GROUP BY ALL HAVING sum(side) <> 0
        ), numbered AS (
            SELECT *, n > 0 AS is_before, row_number() OVER (
                PARTITION BY order_id, line_no, n > 0 ORDER BY source, day, revenue, customer_id
            ) AS copy
            FROM (SELECT *, unnest(range(abs(n)::BIGINT)) FROM different)
        ), counted AS (
            SELECT coalesce(b.source, a.source) AS source,
                date_trunc('month', coalesce(b.day, a.day)) AS month,
                count(*) FILTER (b.order_id IS NULL) AS added,
                count(*) FILTER (a.order_id IS NULL) AS removed,
                count(*) - added - removed AS changed,
                min(coalesce(b.order_id, a.order_id) || '/'
                    || coalesce(b.line_no, a.line_no, ''), {EXAMPLES}) AS examples
            FROM (FROM numbered WHERE is_before) b FULL JOIN (FROM numbered WHERE NOT is_before) a
                ON a.order_id = b.order_id AND a.line_no IS NOT DISTINCT FROM b.line_no
                AND a.copy = b.copy
            GROUP BY ALL
        )
        SELECT m.source, m.month, was, now, coalesce(added, 0), coalesce(removed, 0),
            coalesce(changed, 0), coalesce(array_to_string(examples, ', '), '')
        FROM money m LEFT JOIN counted c ON c.source = m.source AND c.month = m.month
        WHERE (c.source IS NOT NULL OR was <> now)
            AND m.month IN (SELECT month FROM money WHERE lines_before > 0)
        ORDER BY m.month, m.source
        """
    ).fetchall()
    names = ("source", "month", "revenue_before", "revenue_after", "rows_added", "rows_removed",
             "rows_changed", "examples")  # fmt: skip
    rows = [dict(zip(names, row, strict=True)) for row in found]
    return [row | {"is_closed": row["month"] < closed_to} for row in rows]


def _moving(
    engine: ibis.BaseBackend, was: list[Path], now: list[Path], same: list[Path]
) -> list[dict[str, object]]:
    """Fields of customers that are in both snapshots, and whether each moved on or back.

    Files that are the same add the same to both sides, so only their last order is asked for.
    """
    sums = (
        "max(ordered_at) AS last_order, sum(revenue) AS total_revenue, "
        "count(DISTINCT order_id) AS order_count"
    )
    fields = ", ".join(
        f"count(*) FILTER (n.{field} > b.{field}), count(*) FILTER (n.{field} < b.{field}), "
        f"array_to_string(min(customer_id, {EXAMPLES}) FILTER (n.{field} < b.{field}), ', ')"
        for field in FIELDS
    )
    row = engine.raw_sql(
        f"""
        WITH same AS (SELECT customer_id, max(ordered_at) AS last_order FROM {_read(same)}
                      WHERE customer_id IS NOT NULL GROUP BY 1),
        was AS (SELECT customer_id, {sums} FROM {_read(was)}
                WHERE customer_id IS NOT NULL GROUP BY 1),
        now AS (SELECT customer_id, {sums} FROM {_read(now)}
                WHERE customer_id IS NOT NULL GROUP BY 1),
        b AS ({_with_same("was")}), n AS ({_with_same("now")})
        SELECT count(*), {fields} FROM b JOIN n USING (customer_id)
        """
    ).fetchall()[0]
    return [
        {
            "field": field, "customers": row[0], "moved": row[1 + 3 * place],
            "moved_back": row[2 + 3 * place], "examples": row[3 + 3 * place] or "",
        }
        for place, field in enumerate(FIELDS)
    ]  # fmt: skip


def _with_same(changed: str) -> str:
    """SELECT of customers of the months that changed and of those that did not."""
    return (
        f"SELECT coalesce(c.customer_id, s.customer_id) AS customer_id, "
        "greatest(c.last_order, s.last_order) AS last_order, "
        "coalesce(c.total_revenue, 0) AS total_revenue, coalesce(c.order_count, 0) AS order_count "
        f"FROM {changed} c FULL JOIN same s ON s.customer_id = c.customer_id"
    )


def _read(paths: list[Path]) -> str:
    """SQL: order lines of these files; of none, where there is no file."""
    there = ", ".join("'" + str(path).replace("'", "''") + "'" for path in paths)
    if there:
        return f"read_parquet([{there}])"
    return (
        "(SELECT NULL::VARCHAR AS order_id, NULL::VARCHAR AS line_no, NULL::TIMESTAMP AS "
        "ordered_at, NULL::VARCHAR AS customer_id, NULL::DECIMAL(18, 4) AS revenue, "
        "NULL::VARCHAR AS source WHERE false)"
    )
