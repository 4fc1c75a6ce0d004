"""Order lines, cleaned part by part: a part is done again only when something in it changed.

A part is a month, or a year in which a firm has few lines. What its lines become depends on the
rows delivered for it, on the customers and products they name, on the rows elsewhere in the data
that they repeat, and on what was usual in the year that ends with it. The digest of all these
names the part.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import ibis
import pandas as pd

from analysis.model import schema
from analysis.model.cleaning import Cleaned, Context, clean, product_norms
from analysis.model.cleaning.knowing import LENT
from analysis.model.cleaning.work import located
from analysis.model.shelf import code_version, digest, put, used
from analysis.model.stage import Stage
from analysis.model.staged import Staged, held, viewed
from analysis.sources import files
from analysis.sources.mapping import System
from analysis.sources.raw import literal

LINES = "order_lines"
UNDATED = "none"
TOLD = ("quarantine", "repairs", "flags", "leftovers", "conflicts", "accounts")
USUAL_MONTHS = 12
"""What is usual for a product is taken from so many months."""
USUAL_ROWS = 2_000_000
"""Of a year with more lines than this, every n-th order is taken."""
CODE = Path(__file__).parent
EARLIEST = date(1990, 1, 1)
A_DAY, A_MONTH = timedelta(days=1), timedelta(days=31)
YEAR_ROWS = 1_000_000
"""A year with no more lines than this is cleaned in one go."""


@dataclass(frozen=True)
class Part:
    """The lines of a month or year, and what was done to them.

    Attributes
    ----------
    name : str
        ``2026-10`` or ``2026``; ``none`` for rows without a possible date, none of which is kept.
    folder : Path
        ``order_lines.parquet`` and a file for each of the tables that tell of it.
    rows : int
        Lines kept.
    content : str
        Hash of the lines kept, whatever their order and wherever they stood.
    """

    name: str
    folder: Path
    rows: int
    content: str


@dataclass(frozen=True)
class Ground:
    """What every part is cleaned with.

    Attributes
    ----------
    staged : Staged
        Everything staged.
    lines : str
        SELECT of staged order lines over ``{rows}``, under the customers of all systems.
    context : Context
        Settings and trusted tables.
    elsewhere : ibis.Table
        Rows that give way to another row, wherever that stands.
    """

    staged: Staged
    lines: Callable[[str], str]
    context: Context
    elsewhere: ibis.Table

    @property
    def engine(self) -> ibis.BaseBackend:
        """DuckDB."""
        return self.staged.engine

    @property
    def systems(self) -> dict[str, System]:
        """Systems of the firm."""
        return self.context.register.systems

    @property
    def span(self) -> tuple[pd.Period, pd.Period]:
        """First and last month that an order can be of."""
        founded = self.context.register.firm.founded or EARLIEST
        return pd.Period(founded, "M"), pd.Period(self.context.last_moment + A_DAY, "M")


def clean_parts(ground: Ground, shelf: Path) -> list[Part]:
    """Clean the order lines part by part, or find the parts cleaned.

    Returns
    -------
    list of Part
        By time, the undated last.
    """
    shelf.mkdir(parents=True, exist_ok=True)
    months = _months(ground)
    told = _depends_on(ground, list(months))
    firm = ground.context.register.firm
    rules = digest(
        code_version(CODE, CODE.parent / "sources"),
        ground.context.cleaning.model_dump_json(), firm.founded, firm.currency_code,
        firm.rates, firm.classes,
        *(f"{name} {system.priority}" for name, system in sorted(ground.systems.items())),
        *_channels(ground), *ground.staged.numbered(LINES),
    )  # fmt: skip
    looking_from = (
        min(ground.context.last_moment, datetime(2099, 1, 1))
        if any(moment is None for moment in ground.context.delivered.values())
        else ""
    )
    parts = []
    for name, own in _grouped(months).items():
        usual = [month for month in _year_to(own[-1]) if month in months]
        looked_at = sorted({*own, *usual})
        key = digest(
            rules, name, *(f"{month} {_content(months, month)}" for month in looked_at),
            *(told[month] for month in own), *_written(months, own), looking_from,
        )[:24]  # fmt: skip
        parts.append(_part(ground, name, own, {m: months[m] for m in looked_at}, shelf / key))
    return parts


def _months(ground: Ground) -> dict[str, list[Stage]]:
    """Stages that hold rows of each month; months that cannot be are with the undated."""
    first, last = map(str, ground.span)
    months: dict[str, list[Stage]] = {}
    for stage in ground.staged.of(LINES):
        for month in stage.facts["months"]:
            possible = month != UNDATED and first <= month <= last
            held = months.setdefault(month if possible else UNDATED, [])
            if stage not in held:
                held.append(stage)
    return dict(sorted(months.items(), key=lambda item: (item[0] == UNDATED, item[0])))


def _grouped(months: dict[str, list[Stage]]) -> dict[str, list[str]]:
    """Months of each part: a year's where they are few rows, else one."""
    rows: dict[str, int] = {}
    for month, stages in months.items():
        year = month[:4]
        rows[year] = rows.get(year, 0) + sum(stage.rows_of(month) for stage in stages)
    parts: dict[str, list[str]] = {}
    for month in months:
        whole_year = month != UNDATED and rows[month[:4]] <= YEAR_ROWS
        parts.setdefault(month[:4] if whole_year else month, []).append(month)
    return parts


def _content(months: dict[str, list[Stage]], month: str) -> list[str]:
    """What the stages hold of a month; of the undated, of every month that cannot be."""
    return [
        f"{name} {held}"
        for stage in months[month]
        for name, held in sorted(stage.facts["months"].items())
        if (name == month if month != UNDATED else name not in months or name == UNDATED)
    ]


def _written(months: dict[str, list[Stage]], own: list[str]) -> list[str]:
    """When files came that are not long after the part; to the others all of it is in the past."""
    after = pd.Period(own[-1], "M").end_time + A_MONTH if own[-1] != UNDATED else pd.Timestamp.max
    return sorted(
        {
            f"{one.system} {one.label} {one.delivered_at}"
            for month in own
            for stage in months[month]
            for one in stage.deliveries
            if one.delivered_at is not None and one.delivered_at < after
        }
    )


def _part(
    ground: Ground, name: str, own: list[str], months: dict[str, list[Stage]], folder: Path
) -> Part:
    facts = folder / "facts.json"
    if not facts.is_file():
        partial = Path(tempfile.mkdtemp(prefix=".cleaning-", dir=folder.parent))
        try:
            cleaned = _clean(ground, own, months)
            told = _write(ground, cleaned, partial)
            cleaned.release(ground.engine)
            (partial / facts.name).write_text(json.dumps(told), encoding="utf-8")
            put(partial, folder)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
    told = json.loads((used(folder) / facts.name).read_text(encoding="utf-8"))
    return Part(name, folder, told["rows"], told["content"])


def _clean(ground: Ground, own: list[str], months: dict[str, list[Stage]]) -> Cleaned:
    engine, staged = ground.engine, ground.staged
    stages = _once(months[month] for month in own)
    rows = held(engine, ground.lines(staged.rows(LINES, stages, _where(ground, own))))
    place = ["source", "file", "source_row"]
    unread = viewed(engine, staged.unread(LINES, stages)).semi_join(rows, place)
    elsewhere = ground.elsewhere.semi_join(rows, place)
    context = ground.context
    dated = {month: held for month, held in months.items() if month != UNDATED}
    if dated:
        context = context.with_table("product_norms", _norms(ground, dated))
    cleaned = clean(engine, LINES, rows, files.hold(engine, unread), context,
                    files.hold(engine, elsewhere))  # fmt: skip
    engine.raw_sql(f"DROP TABLE {rows.op().name}")
    return cleaned


def _norms(ground: Ground, usual: dict[str, list[Stage]]) -> ibis.Table:
    """What is usual for a product in the months of ``usual``."""
    stages = _once(usual.values())
    rows = sum(stage.rows_of(month) for month, held in usual.items() for stage in held)
    every = max(1, -(-rows // USUAL_ROWS))
    first, last = pd.Period(min(usual), "M"), pd.Period(max(usual), "M") + 1
    where = (
        f"ordered_at >= '{first.start_time}' AND ordered_at < '{last.start_time}' "
        f"AND hash(order_id) % {every} = 0"
    )
    lines = viewed(ground.engine, ground.staged.rows(LINES, stages, where))
    return product_norms(ground.engine, lines, ground.context)


def _once(held: Iterable[list[Stage]]) -> list[Stage]:
    """Each stage once, though it holds rows of several months."""
    return list({stage.folder: stage for stages in held for stage in stages}.values())


def _write(ground: Ground, cleaned: Cleaned, folder: Path) -> dict[str, Any]:
    engine = ground.engine
    lines = cleaned.kept
    engine.to_parquet(
        lines.order_by(["order_id", "line_no", "source", "file", "source_row"]),
        folder / f"{LINES}.parquet", compression="zstd",
    )  # fmt: skip
    for name in TOLD:
        engine.to_parquet(getattr(cleaned, name), folder / f"{name}.parquet")
    rows, content = content_of(engine, folder / f"{LINES}.parquet", LINES)
    return {"rows": rows, "content": content}


def content_of(engine: ibis.BaseBackend, path: Path, table: str) -> tuple[int, str]:
    """Rows of a written table, and the hash of what they say, whatever their order.

    Where a record stood in its file is kept, and is no part of what the records say.
    """
    names = ", ".join(f'"{name}"' for name in schema.TABLES[table].columns)
    rows, content = engine.raw_sql(
        f"SELECT count(*), coalesce(sum(hash({names})), 0)::VARCHAR "
        f"FROM read_parquet({literal(path)})"
    ).fetchone()
    return int(rows), str(content)


def _where(ground: Ground, own: list[str]) -> str:
    if own == [UNDATED]:
        first, last = ground.span
        return (
            f"(ordered_at IS NULL OR ordered_at < '{first.start_time}' "
            f"OR ordered_at >= '{(last + 1).start_time}')"
        )
    first, last = pd.Period(own[0], "M"), pd.Period(own[-1], "M")
    return f"ordered_at >= '{first.start_time}' AND ordered_at < '{(last + 1).start_time}'"


def _year_to(month: str) -> list[str]:
    if month == UNDATED:
        return []
    last = pd.Period(month, "M")
    return [str(last - back) for back in range(USUAL_MONTHS)]


def _channels(ground: Ground) -> list[str]:
    """Which channels each system has, from which a missing one may be filled."""
    told = ground.context.tables.get("system_channels")
    if told is None:
        return []
    query = f"SELECT t::VARCHAR FROM {located(ground.engine, told)} t ORDER BY 1"
    return [row for (row,) in ground.engine.raw_sql(query).fetchall()]


def _depends_on(ground: Ground, months: list[str]) -> dict[str, str]:
    """Of each month, a digest of what its lines refer to, and of those that repeat others."""
    engine, staged = ground.engine, ground.staged
    refers = {
        column: declared.refers_to
        for column, declared in schema.TABLES[LINES].columns.items()
        if declared.refers_to in ground.context.tables
    }
    said = "customer_source || ':' || customer_id AS said"
    lines = ground.lines(f"SELECT *, {said} FROM ({staged.rows(LINES)})")
    named = ", ".join(dict.fromkeys(["said", "customer_id", *refers]))
    narrow = (
        held(
            engine,
            f"SELECT strftime(ordered_at, '%Y-%m') AS month, {named} FROM ({lines}) GROUP BY ALL",
        )
        .op()
        .name
    )
    queries = [
        "SELECT month, sum(hash(said, customer_id))::VARCHAR "
        f"FROM (SELECT DISTINCT month, said, customer_id FROM {narrow}) GROUP BY 1"
    ]
    for column, table in refers.items():
        key = schema.TABLES[table].key[0]
        other = located(engine, ground.context.tables[table])
        # A customer's new telephone is no reason to clean anew what was bought.
        looked_up = [c for c in LENT.get((LINES, column), ()) if c in schema.TABLES[table].columns]
        used = ", ".join([key, *looked_up])
        view = held(engine, f"SELECT {key} AS {column}, hash({used}) AS h FROM {other}").op().name
        queries.append(
            f"SELECT month, sum(h)::VARCHAR FROM (SELECT DISTINCT month, {column} FROM {narrow}) "
            f"JOIN {view} USING ({column}) GROUP BY 1"
        )
    gone = held(engine, f"SELECT * FROM {located(engine, ground.elsewhere)}").op().name
    queries.append(
        f"SELECT strftime(ordered_at, '%Y-%m'), sum(hash(g))::VARCHAR FROM {gone} g "
        f"JOIN ({staged.rows(LINES)}) USING (source, file, source_row) GROUP BY 1"
    )
    told: dict[str, list[str]] = {month: [] for month in months}
    for place, query in enumerate(queries):
        for month, content in engine.raw_sql(query).fetchall():
            home = month if month in told else UNDATED
            if home in told:
                told[home].append(f"{place} {month} {content}")
    return {month: digest(*sorted(parts)) for month, parts in told.items()}
