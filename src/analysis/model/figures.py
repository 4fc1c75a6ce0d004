"""The figure that each gate judges, and the rows that are at fault."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import ibis
import pandas as pd

from analysis.model import schema
from analysis.model.cleaning.work import located
from analysis.model.coverage import LINES, NEEDED
from analysis.sources.raw import literal

QUIET_DAYS = 3
"""A firm may take no order on a month's last days, and it is whole all the same."""
NAMED = 3
"""Rows at fault that a gate names."""
FILE_ROWS = 500
"""Rows from which a file is judged by itself: one odd value in a short one says nothing."""


@dataclass(frozen=True)
class Figure:
    """What a gate judges: a count out of another, of one part of the data."""

    part: str
    numerator: float
    denominator: float
    where: str = ""
    """SQL: which rows are at fault; empty: ``names`` says it."""
    names: str = ""

    @property
    def value(self) -> float:
        """The share."""
        return self.numerator / self.denominator


class Figures:
    """The figure of each gate, in a method of its name."""

    def __init__(
        self,
        engine: ibis.BaseBackend,
        trust: Mapping[str, ibis.Table],
        tables: Mapping[str, ibis.Table],
    ) -> None:
        self.engine = engine
        self.trust = {name: located(engine, table) for name, table in trust.items()}
        self.tables = tables

    def coverage(self) -> list[Figure]:
        """Records by source, channel and region, and required fields."""
        rows = self._ask(f"SELECT * FROM {self.trust['coverage']} WHERE scope <> 'link'")
        found = []
        for row in rows.to_dict("records"):
            scope, part, table = row["scope"], row["part"], row["table"]
            if scope == "field" and part not in schema.TABLES[table].required:
                continue
            if scope != "overall" and not part:  # what has no region is in the whole, and few
                continue
            said = {"overall": LINES, "field": f"{table}.{part}"}.get(scope, f"{scope} {part}")
            found.append(
                Figure(
                    said, row["numerator"], row["denominator"], self._uncovered(scope, table, part)
                )
            )
        return found

    def unreadable_share(self) -> list[Figure]:
        """Values of a column that could not be read, of all or in the worst file."""
        return self._unread_columns

    def misread_columns(self) -> list[Figure]:
        """The same: so many values of a column are misread when its mapping is wrong."""
        return self._unread_columns

    @cached_property
    def _unread_columns(self) -> list[Figure]:
        rows = self._ask(
            f"""
            WITH bad AS (
                SELECT "table", source, file, "column" FROM {self.trust["repairs"]}
                WHERE rule = 'unreadable'
                UNION ALL
                SELECT "table", source, file, regexp_extract(reason, '^\\w+')
                FROM {self.trust["quarantine"]} WHERE rule = 'unreadable'
            ), found AS (
                SELECT "table", source, "column", file, count(*) AS n FROM bad GROUP BY ALL
                UNION ALL
                SELECT "table", source, "column", NULL, count(*) FROM bad GROUP BY ALL
            ), read AS (
                SELECT "table", source, NULL AS file, sum(rows_read) AS read
                FROM {self.trust["accounts"]} GROUP BY ALL
                UNION ALL SELECT * FROM ({self._files()}) WHERE read >= {FILE_ROWS}
            )
            SELECT f.*, greatest(r.read, n) AS read FROM found f JOIN read r
            ON r."table" = f."table" AND r.source = f.source AND r.file IS NOT DISTINCT FROM f.file
            QUALIFY row_number() OVER (
                PARTITION BY f."table", f.source, "column" ORDER BY n / r.read DESC, f.file) = 1
            """
        )
        return [
            Figure(
                f"{row['table']}.{row['column']} from {row['source']}"
                + (f" in {row['file']}" if isinstance(row["file"], str) else ""),
                row["n"],
                row["read"],
                self._unreadable(row),
            )
            for row in rows.to_dict("records")
        ]

    def rejected_share(self) -> list[Figure]:
        """Rows rejected of rows read, by table and system."""
        rows = self._ask(
            f'SELECT "table", source, sum(rows_rejected) AS n, sum(rows_read) AS read '
            f"FROM {self.trust['accounts']} GROUP BY ALL"
        )
        return [
            Figure(
                f"{row['table']} from {row['source']}",
                row["n"],
                row["read"],
                f"SELECT file, source_row, reason FROM {self.trust['quarantine']} WHERE "
                f"action = 'rejected' AND \"table\" = {literal(row['table'])} "
                f"AND source = {literal(row['source'])}",
            )
            for row in rows.to_dict("records")
        ]

    def orphan_share(self) -> list[Figure]:
        """Order lines that name a customer or product no table knows."""
        rows = self._ask(
            f"SELECT part, denominator - numerator AS n, denominator FROM {self.trust['coverage']} "
            f"WHERE scope = 'link' AND \"table\" = '{LINES}' AND NOT ends_with(part, ' channel')"
        )
        return [
            Figure(
                row["part"],
                row["n"],
                row["denominator"],
                f"SELECT file, source_row, reason FROM {self.trust['flags']} "
                f"WHERE \"table\" = '{LINES}' AND rule = 'unknown_key' "
                f"AND contains(reason, ' is not in {row['part'].split()[-1]}')",
            )
            for row in rows.to_dict("records")
        ]

    def unmapped_share(self) -> list[Figure]:
        """Rows whose word no class knows, by column and system."""
        rows = self._ask(
            f"""
            SELECT l."table", l.source, "column", sum("rows") AS n, any_value(a.read) AS read,
                string_agg(word || ' (' || "rows" || ')', ', ' ORDER BY "rows" DESC, word)
                    AS words
            FROM {self.trust["leftovers"]} l JOIN (
                SELECT "table", source, sum(rows_read) AS read FROM {self.trust["accounts"]}
                GROUP BY ALL) a ON a."table" = l."table" AND a.source = l.source
            GROUP BY ALL
            """
        )
        return [
            Figure(
                f"{row['table']}.{row['column']} from {row['source']}",
                row["n"],
                row["read"],
                names=f"no class knows {row['words']}",
            )
            for row in rows.to_dict("records")
        ]

    def required_sources(self) -> list[Figure]:
        """Systems a pack needs that have delivered."""
        rows = self._ask(f"SELECT * FROM {self.trust['freshness']} WHERE is_required")
        lacking = ", ".join(sorted(rows.loc[~rows["is_delivered"].astype(bool), "source"]))
        names = f"nothing came from {lacking}"
        return [Figure("", int(rows["is_delivered"].sum()), len(rows), names=names)]

    def silent_months(self) -> list[Figure]:
        """Whole months without an order line of a system that had some before.

        A system that sells no more, or whose file of a month never came, looks like a fall in
        sales otherwise.
        """
        rows = self._ask(
            f"""
            WITH own AS (
                SELECT source, month FROM {self.trust["accounts"]}
                WHERE "table" = '{LINES}' AND rows_kept > 0 AND month IS NOT NULL
            ), span AS (
                SELECT max(ordered_at) AS newest,
                    date_trunc('month', newest + INTERVAL {QUIET_DAYS} DAY + INTERVAL 1 DAY)
                        AS after
                FROM {located(self.engine, self.tables[LINES])}
            ), due AS (
                SELECT source, unnest(generate_series(
                    min(month), (SELECT after FROM span) - INTERVAL 1 MONTH, INTERVAL 1 MONTH
                )) AS month FROM own GROUP BY source
            )
            SELECT source, count(*) AS months, count(*) FILTER (o.month IS NULL) AS silent,
                array_to_string(list(strftime(d.month, '%Y-%m') ORDER BY d.month)
                    FILTER (o.month IS NULL), ', ') AS named
            FROM due d LEFT JOIN own o USING (source, month) GROUP BY source ORDER BY source
            """
        )
        return [
            Figure(row["source"], row["silent"], row["months"],
                   names=f"no order lines in {row['named']}")
            for row in rows.to_dict("records")
        ]  # fmt: skip

    def freshness(self) -> list[Figure]:
        """Delay of each system, as a share of the interval it should come in."""
        rows = self._ask(
            f"SELECT * FROM {self.trust['freshness']} "
            "WHERE refresh_hours IS NOT NULL AND delay_hours IS NOT NULL"
        )
        return [
            Figure(
                row["source"],
                row["delay_hours"],
                row["refresh_hours"],
                names=f"delivered {row['delivered_at']:%Y-%m-%d %H:%M}",
            )
            for row in rows.to_dict("records")
        ]

    def ambiguous_customers(self) -> list[Figure]:
        """Customer records a person must decide on."""
        links = self.trust["customer_links"]
        row = self._ask(
            f"SELECT count(*) FILTER (status = 'ambiguous') AS n, count(*) AS records, "
            f"string_agg(source || ' ' || local_id, ', ' ORDER BY source, local_id) "
            f"FILTER (status = 'ambiguous') AS who FROM {links}"
        ).to_dict("records")[0]
        who = str(row["who"] or "").split(", ")[:NAMED]
        rest = f" and {row['n'] - NAMED} more" if row["n"] > NAMED else ""
        return [Figure("", row["n"], row["records"], names=f"{', '.join(who)}{rest}")]

    def reconciliation(self) -> list[Figure]:
        """Difference of two systems' revenue in the worst month of each pair."""
        return self._worst_months(
            f"SELECT source || ' on ' || of_source AS part, month, abs(difference) AS n, "
            f"abs(revenue_counted) AS of_money, difference FROM {self.trust['reconciliation']}"
        )

    def restated_closed_months(self) -> list[Figure]:
        """Change of a closed month's revenue, in the worst month of each system."""
        return self._worst_months(
            f"SELECT source AS part, month, abs(revenue_after - revenue_before) AS n, "
            f"abs(revenue_before) AS of_money, revenue_after - revenue_before AS difference "
            f"FROM {self.trust['restatements']} WHERE is_closed"
        )

    def named(self, figure: Figure) -> str:
        """The first rows at fault, in a sentence."""
        if not figure.where:
            return figure.names
        query = f"SELECT *, count(*) OVER () AS whole FROM ({figure.where})"
        rows = self._ask(f"{query} ORDER BY file, source_row LIMIT {NAMED}").to_dict("records")
        if not rows:
            return ""
        said = [f"{row['file']} row {row['source_row']}: {row['reason']}" for row in rows]
        rest = int(rows[0]["whole"]) - len(rows)
        return "; ".join(said) + (f"; and {rest:,} more" if rest else "")

    def _worst_months(self, query: str) -> list[Figure]:
        rows = self._ask(
            f"""
            SELECT part, n::DOUBLE AS n, of_money::DOUBLE AS of_money,
                difference::DOUBLE AS difference, strftime(month, '%Y-%m') AS month
            FROM ({query}) WHERE of_money > 0 QUALIFY row_number() OVER (
                PARTITION BY part ORDER BY n / of_money DESC, month) = 1
            """
        )
        return [
            Figure(
                row["part"],
                row["n"],
                row["of_money"],
                names=f"{row['month']} differs by {row['difference']:,.2f}",
            )
            for row in rows.to_dict("records")
        ]

    def _files(self) -> str:
        """SELECT of rows read by file, of the tables that say theirs."""
        parts = [
            f"SELECT '{name}' AS \"table\", source, file, count(*) AS n "
            f"FROM {located(self.engine, table)} GROUP BY ALL"
            for name, table in self.tables.items()
            if "file" in table.columns
        ]
        parts.append(
            f'SELECT "table", source, file, count(*) FROM {self.trust["quarantine"]} GROUP BY ALL'
        )
        query = " UNION ALL ".join(parts)
        return f'SELECT "table", source, file, sum(n) AS read FROM ({query}) GROUP BY ALL'

    def _unreadable(self, row: dict[str, Any]) -> str:
        place = f'"table" = {literal(row["table"])} AND source = {literal(row["source"])}'
        if isinstance(row["file"], str):
            place += f" AND file = {literal(row['file'])}"
        column = literal(row["column"])
        return (
            "SELECT file, source_row, \"column\" || ' ''' || before || ''' cannot be read' "
            f"AS reason FROM {self.trust['repairs']} WHERE rule = 'unreadable' AND {place} "
            f'AND "column" = {column} UNION ALL '
            f"SELECT file, source_row, reason FROM {self.trust['quarantine']} "
            f"WHERE rule = 'unreadable' AND {place} "
            f"AND regexp_extract(reason, '^\\w+') = {column}"
        )

    def _uncovered(self, scope: str, table: str, part: str) -> str:
        """SELECT of rows that are not there, or not good, of one part."""
        rejected = (
            "SELECT source, file, source_row, reason, record ->> '$.region' AS region, "
            f"record ->> '$.channel' AS channel FROM {self.trust['quarantine']} "
            f"WHERE \"table\" = {literal(table)} AND action = 'rejected'"
        )
        if scope == "field":
            return f"SELECT file, source_row, reason FROM ({rejected})"
        lines = self.tables[LINES]
        parts = [rejected]
        if {"file", "source_row"} <= set(lines.columns):
            own = "l.source, l.file, l.source_row"
            here = located(self.engine, lines)
            parts.append(
                f"SELECT {own}, f.reason, l.region, l.channel FROM {here} l "
                f"JOIN {self.trust['flags']} f ON f.source = l.source AND f.file = l.file "
                f"AND f.source_row = l.source_row AND f.\"table\" = '{LINES}' "
                "AND f.rule = 'unknown_key' "
                "AND regexp_matches(f.reason, ' is not in (customers|products)')"
            )
            parts += [
                f"SELECT {own}, '{column} is empty', l.region, l.channel FROM {here} l "
                f"WHERE coalesce(l.{column}, '') = ''"
                for column in NEEDED
                if column in lines.columns
            ]
        of = f"WHERE coalesce({scope}, '') = {literal(part)}" if scope != "overall" else ""
        return f"SELECT file, source_row, reason FROM ({' UNION ALL '.join(parts)}) {of}"

    def _ask(self, query: str) -> pd.DataFrame:
        cursor = self.engine.raw_sql(query)
        names = [column[0] for column in cursor.description]
        return pd.DataFrame(cursor.fetchall(), columns=names)
