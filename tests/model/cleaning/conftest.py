"""A desk to clean a few rows on; every time, what was read must be what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import ibis
import pandas as pd
import pytest

from analysis.model import schema, settings
from analysis.model.cleaning import Cleaned, Context, clean, duplicates_across
from analysis.model.cleaning.work import SQL_TYPES
from analysis.sources import mapping
from analysis.sources.registry import Register

ORIGIN = ("source", "file", "source_row")
UNREAD = {"table": "VARCHAR", "source": "VARCHAR", "file": "VARCHAR", "source_row": "BIGINT",
          "column": "VARCHAR", "value": "VARCHAR", "why": "VARCHAR"}  # fmt: skip
PLACE = {"source": "VARCHAR", "file": "VARCHAR", "source_row": "BIGINT", "file_order": "BIGINT"}


@dataclass
class Done:
    """What cleaning made of the rows, in a form that a test can say."""

    cleaned: Cleaned
    key: tuple[str, ...]
    tables: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def __getattr__(self, name: str) -> list[dict[str, Any]]:
        if name.startswith("_") or not hasattr(self.cleaned, name):
            raise AttributeError(name)
        if name not in self.tables:
            frame = getattr(self.cleaned, name).execute()
            order = [c for c in (*ORIGIN, "rule", "column", "month") if c in frame.columns]
            frame = frame.sort_values(order).astype(object).where(frame.notna(), None)
            self.tables[name] = frame.to_dict("records")
        return self.tables[name]

    @property
    def stay(self) -> list[int]:
        """Rows of the files that stay."""
        return [row["source_row"] for row in self.kept]

    @property
    def rejected(self) -> dict[int, tuple[str, str]]:
        """Rule and reason of every row rejected."""
        return {
            row["source_row"]: (row["rule"], row["reason"])
            for row in self.quarantine if row["action"] == "rejected"
        }  # fmt: skip

    @property
    def merged(self) -> dict[int, tuple[str, str]]:
        """Rule and survivor of every row merged."""
        return {
            row["source_row"]: (row["rule"], row["survivor"])
            for row in self.quarantine if row["action"] == "merged"
        }  # fmt: skip

    @property
    def repaired(self) -> list[tuple[int, str, str, str | None, str | None]]:
        """Row, rule, column, before and after of every repair."""
        return [
            (row["source_row"], row["rule"], row["column"], row["before"], row["after"])
            for row in self.repairs
        ]

    @property
    def flagged(self) -> dict[int, tuple[str, str]]:
        """Rule and reason of every row flagged."""
        return {row["source_row"]: (row["rule"], row["reason"]) for row in self.flags}

    @property
    def left(self) -> dict[tuple[str, str], int]:
        """Rows of every word left over, by column and word."""
        return {(row["column"], row["word"]): row["rows"] for row in self.leftovers}


class Desk:
    """One firm with the systems ``erp`` (priority 1) and ``shop`` (priority 2)."""

    def __init__(self) -> None:
        self.engine = ibis.duckdb.connect()
        self.firm: dict[str, Any] = {"firm": "Tiny", "currency": "£", "currency_code": "GBP"}
        self.mapped: dict[str, dict[str, dict[str, Any]]] = {"erp": {}, "shop": {}}
        self.known: dict[str, pd.DataFrame] = {}
        self.delivered: dict[tuple[str, str], datetime | None] = {}

    def line(self, **changes: Any) -> dict[str, Any]:
        """A good order line: two of P1 for 20.00, without a word amiss, save for the changes."""
        return {
            "order_id": "O1", "line_no": "1", "ordered_at": "2024-05-06", "customer_id": "C1",
            "product_id": "P1", "region": "east", "channel": "web", "quantity": "2",
            "revenue": "20.00", "cost": "12.00", **changes,
        }  # fmt: skip

    def knows(self, name: str, *rows: dict[str, Any]) -> None:
        """Trust a table."""
        self.known[name] = pd.DataFrame(list(rows))

    def maps(self, system: str, table: str, **said: Any) -> None:
        """Say how a system maps a table."""
        self.mapped[system][table] = {"file": "*", "columns": {"x": "X"}, **said}

    def context(self, **changes: Any) -> Context:
        systems = {
            name: mapping.System(
                priority=place,
                tables={t: mapping.Table.model_validate(one) for t, one in tables.items()},
            )
            for place, (name, tables) in enumerate(self.mapped.items(), start=1)
        }
        given = settings.load({"cleaning": changes}).cleaning
        return Context(
            register=Register(mapping.Firm(**self.firm), systems),
            cleaning=given,
            tables={name: ibis.memtable(frame) for name, frame in self.known.items()},
            delivered=self.delivered,
            last_moment=datetime(2024, 12, 31),
        )

    def staged(self, name: str, rows: list[dict[str, Any]]) -> ibis.Table:
        """Rows as they are staged: in file a.csv of the ERP, one below the other, unless said."""
        declared = schema.TABLES[name]
        types = {c: SQL_TYPES[one.type] for c, one in declared.columns.items() if not one.made}
        placed = [
            {"source": "erp", "file": "a.csv", "source_row": place, "file_order": 1, **row}
            for place, row in enumerate(rows, start=2)
        ]
        return self._table(types | PLACE, placed)

    def clean(
        self,
        name: str,
        rows: list[dict[str, Any]],
        unread: list[dict[str, Any]] | None = None,
        **changes: Any,
    ) -> Done:
        """Clean rows under changed settings; nothing may be lost, counted or in revenue."""
        staged = self.staged(name, rows)
        context = self.context(**changes)
        cleaned = clean(self.engine, name, staged, self.unread(name, unread), context)
        done = Done(cleaned, schema.TABLES[name].key)
        self.check_nothing_lost(staged, done)
        return done

    def across(
        self,
        rows: list[dict[str, Any]],
        unread: list[dict[str, Any]] | None = None,
        **changes: Any,
    ) -> dict[int, tuple[str, str]]:
        """Rule and survivor of rows that give way to another anywhere in the data."""
        found = duplicates_across(
            self.engine, self.staged("order_lines", rows), self.context(**changes),
            self.unread("order_lines", unread),
        )  # fmt: skip
        return {
            row["source_row"]: (row["rule"], row["survivor"])
            for row in found.execute().to_dict("records")
        }

    def stay_of_months(
        self,
        rows: list[dict[str, Any]],
        unread: list[dict[str, Any]] | None = None,
        **changes: Any,
    ) -> list[int]:
        """Order lines that stay where each month is cleaned by itself, as a firm's are."""
        staged, words = self.staged("order_lines", rows), self.unread("order_lines", unread)
        context = self.context(**changes)
        elsewhere = duplicates_across(self.engine, staged, context, words)
        month = staged.ordered_at.strftime("%Y-%m").fill_null("none")
        stay = []
        for name in staged.select(month=month).distinct().execute()["month"]:
            part = staged.filter(month == name)
            told = [other.semi_join(part, ORIGIN) for other in (words, elsewhere)]
            cleaned = clean(self.engine, "order_lines", part, told[0], context, told[1])
            done = Done(cleaned, schema.TABLES["order_lines"].key)
            self.check_nothing_lost(part, done)
            stay += done.stay
        return sorted(stay)

    def unread(self, name: str, values: list[dict[str, Any]] | None) -> ibis.Table:
        """Values that could not be read: in file a.csv of the ERP, unless said."""
        placed = [{"table": name, "source": "erp", "file": "a.csv", **one} for one in values or []]
        return self._table(UNREAD, placed)

    def check_nothing_lost(self, staged: ibis.Table, done: Done) -> None:
        """Every row read is kept, in the quarantine or repeated by design; the accounts say so."""
        read = staged.select(*ORIGIN).execute()
        places = {tuple(row) for row in read.itertuples(index=False)}
        kept = {tuple(row[c] for c in ORIGIN) for row in done.kept}
        out = {tuple(row[c] for c in ORIGIN) for row in done.quarantine}
        repeated = sum(row["rows"] for row in done.repeated)
        assert not kept & out
        assert kept | out <= places
        assert len(places) == len(done.kept) + len(done.quarantine) + repeated
        for account in done.accounts:
            for what in ("rows", "revenue"):
                parts = [account[f"{what}_{how}"] for how in ("kept", "rejected", "merged")]
                whole = account[f"{what}_read"]
                assert (None if whole is None else sum(parts)) == whole
        assert sum(account["rows_read"] for account in done.accounts) == len(places)

    def _table(self, types: dict[str, str], rows: list[dict[str, Any]]) -> ibis.Table:
        name = ibis.util.gen_name("desk")
        columns = ", ".join(f'"{column}" {kind}' for column, kind in types.items())
        self.engine.raw_sql(f'CREATE TEMP TABLE "{name}" ({columns})')
        if rows:
            asked = ", ".join("?" for _ in types)
            values = [[_plain(row.get(column)) for column in types] for row in rows]
            self.engine.con.executemany(f'INSERT INTO "{name}" VALUES ({asked})', values)
        return self.engine.table(name)


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, date | Decimal) else value


@pytest.fixture
def desk() -> Desk:
    return Desk()
