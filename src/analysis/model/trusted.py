"""From staged rows to trusted tables: link, clean, write, and tell what was done.

The order is given by what needs what: products and staff stand alone; customers are linked
before anything names them; order lines come next, then all that hangs on orders.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import ibis

from analysis import paths
from analysis.model import schema
from analysis.model.cleaning import Cleaned, Context, clean, duplicates_across, system_channels
from analysis.model.cleaning.work import located
from analysis.model.linkage import Linked, link, one_view
from analysis.model.parts import Ground, Part, clean_parts, content_of
from analysis.model.settings import Trust
from analysis.model.shelf import PARTS, digest
from analysis.model.stage import Stage
from analysis.model.staged import Staged, held, open_staged, viewed
from analysis.sources.raw import literal
from analysis.sources.registry import Register

LINES = "order_lines"
FIRST = ("staff", "promotions", "products")
NEVER = datetime(2099, 12, 31)
KEYS = "customer_keys"
MOVED, MOVED_WHOLE = "moved_lines", "moved_orders"
LONGEST_CHAIN = 10
"""Mergers of one order into another, of that into a third, and so on, that are followed."""


@dataclass
class Work:
    """A snapshot in the making: what it is made from, and what is made so far."""

    staged: Staged
    trust: Trust
    context: Context
    folder: Path
    shelf: Path
    cleaned: dict[str, list[Cleaned]] = field(default_factory=dict)
    parts: list[Part] = field(default_factory=list)
    tables: dict[str, ibis.Table] = field(default_factory=dict)
    contents: dict[str, str] = field(default_factory=dict)
    records: ibis.Table | None = None
    linked: Linked | None = None
    conflicts: list[ibis.Table] = field(default_factory=list)

    @property
    def engine(self) -> ibis.BaseBackend:
        """DuckDB."""
        return self.staged.engine

    @property
    def as_of(self) -> datetime:
        """Moment that freshness is judged at."""
        return self.context.last_moment

    @property
    def priorities(self) -> dict[str, int]:
        """Priority of each system: 1 before 2."""
        return {name: one.priority for name, one in self.staged.register.systems.items()}


def build(
    engine: ibis.BaseBackend,
    register: Register,
    stages: list[Stage],
    trust: Trust,
    folder: Path,
    shelf: Path,
) -> Work:
    """Make the trusted tables of a firm, and write them into a folder.

    Parameters
    ----------
    engine : ibis backend
        DuckDB.
    register : Register
        The firm and its systems.
    stages : list of Stage
        Everything delivered.
    trust : Trust
        Settings.
    folder : Path
        Where the tables go.
    shelf : Path
        Where the parts of snapshots are kept between runs.
    """
    staged = open_staged(engine, register, stages)
    delivered = staged.delivered()
    known = [moment for moment in delivered.values() if moment is not None]
    last = register.firm.as_of or max(known, default=NEVER)
    context = Context(
        register=register, cleaning=trust.cleaning, tables={}, delivered=delivered, last_moment=last
    )
    work = Work(staged, trust, context, folder, shelf)
    for name in FIRST:
        _plain(work, name)
    _customers(work)
    _order_lines(work)
    for name in staged.tables:
        if name not in work.tables and name != LINES:
            _plain(work, name)
    return work


def _plain(work: Work, name: str) -> None:
    """Clean and write a table that is small enough to be cleaned in one go."""
    if name not in work.staged.tables:
        return
    rows = held(work.engine, _ready(work, name, work.staged.rows(name)))
    unread = held(work.engine, work.staged.unread(name))
    done = clean(work.engine, name, rows, unread, work.context)
    _keep(work, name, done.kept, [done])


def _customers(work: Work) -> None:
    """Clean each system's customers, link them, and make one view of them."""
    staged, engine = work.staged, work.engine
    done = []
    for system in staged.systems_of("customers"):
        stages = [stage for stage in staged.of("customers") if stage.system == system]
        rows = held(engine, staged.rows("customers", stages))
        unread = held(engine, staged.unread("customers", stages))
        done.append(clean(engine, "customers", rows, unread, work.context))
    if not done:
        return
    records = held(
        engine,
        " UNION ALL BY NAME ".join(f"SELECT * FROM {located(engine, one.kept)}" for one in done),
    )
    overrides = paths.ROOT / work.trust.linkage.overrides
    work.records = records
    work.linked = link(
        engine, records, work.priorities, work.trust.linkage,
        overrides if overrides.is_file() else None,
    )  # fmt: skip
    engine.create_table(
        KEYS, work.linked.links.select("source", "local_id", "customer_id"), temp=True
    )
    customers, conflicts = one_view(engine, records, work.linked.links, work.priorities)
    work.conflicts.append(conflicts)
    _keep(work, "customers", customers, done)


def _order_lines(work: Work) -> None:
    """Clean order lines part by part; each part's file is shared with other snapshots."""
    engine, staged = work.engine, work.staged
    channels = system_channels(engine, viewed(engine, staged.rows(LINES)))
    work.context = work.context.with_table("system_channels", channels)
    lines = viewed(engine, _ready(work, LINES, staged.rows(LINES)))
    unread = viewed(engine, staged.unread(LINES))
    elsewhere = duplicates_across(engine, lines, work.context, unread)
    ground = Ground(staged, lambda rows: _ready(work, LINES, rows), work.context, elsewhere)
    work.parts = clean_parts(ground, work.shelf / PARTS)
    home = work.folder / LINES
    home.mkdir()
    for part in work.parts:
        if part.rows:
            share(part.folder / f"{LINES}.parquet", home / f"{part.name}.parquet")
    work.contents[LINES] = digest(*(f"{part.name} {part.content}" for part in work.parts))
    if not any(part.rows for part in work.parts):
        return
    work.tables[LINES] = engine.read_parquet(str(home / "*.parquet"), table_name=LINES)
    work.context = work.context.with_table(LINES, work.tables[LINES])
    engine.raw_sql(
        f"COPY (SELECT customer_id, min(ordered_at) AS first_ordered_at FROM {LINES} "
        "WHERE customer_id IS NOT NULL GROUP BY 1 ORDER BY 1) "
        f"TO {literal(work.folder / f'{schema.FIRST_ORDERS}.parquet')}"
    )
    _note_moved(work)


def _note_moved(work: Work) -> None:
    """Note lines and orders that were merged into others: what hangs on them hangs on those.

    A line merged into one that was merged itself hangs on the last. An order as a whole moves
    only if none of its lines is left, to the order that took most of them.
    """
    engine = work.engine
    told = ", ".join(literal(part.folder / "quarantine.parquet") for part in work.parts)
    engine.raw_sql(
        f"""
        CREATE TEMP TABLE {MOVED} AS
        SELECT regexp_replace(record_key, '/[^/]*$', '') AS order_id,
               regexp_extract(record_key, '[^/]*$') AS line_no,
               regexp_replace(survivor, '/[^/]*$', '') AS to_order,
               regexp_extract(survivor, '[^/]*$') AS to_line
        FROM read_parquet([{told}])
        WHERE action = 'merged' AND rule IN ('cross_system_duplicate', 'near_duplicate')
            AND record_key <> survivor
        QUALIFY row_number() OVER (PARTITION BY record_key ORDER BY survivor) = 1
        """
    )
    for _ in range(LONGEST_CHAIN):
        (moved,) = engine.raw_sql(
            f"UPDATE {MOVED} m SET to_order = n.to_order, to_line = n.to_line FROM {MOVED} n "
            "WHERE m.to_order = n.order_id AND m.to_line = n.line_no"
        ).fetchone()
        if not moved:
            break
    engine.raw_sql(
        f"CREATE TEMP TABLE {MOVED_WHOLE} AS SELECT order_id, mode(to_order ORDER BY to_order) "
        f"AS to_order FROM {MOVED} WHERE order_id NOT IN (SELECT order_id FROM {LINES}) GROUP BY 1"
    )


def _ready(work: Work, name: str, rows: str) -> str:
    """Staged rows with the customer in all systems, and the order that stands for theirs."""
    columns = schema.TABLES[name].columns
    if "customer_id" in columns and name != "customers":
        if work.linked is None:
            alone = len(work.staged.register.systems) == 1
            said = "customer_id" if alone else "customer_source || ':' || customer_id"
            rows = (
                f"SELECT * EXCLUDE (customer_source) REPLACE ({said} AS customer_id) FROM ({rows})"
            )
        else:
            rows = (
                "SELECT r.* EXCLUDE (customer_source) REPLACE (coalesce(k.customer_id, "
                "r.customer_source || ':' || r.customer_id) AS customer_id) "
                f"FROM ({rows}) r LEFT JOIN {KEYS} k "
                "ON k.source = r.customer_source AND k.local_id = r.customer_id"
            )
    if "order_id" in columns and LINES in work.tables:
        if "line_no" in columns:
            rows = (
                "SELECT r.* REPLACE (coalesce(l.to_order, o.to_order, r.order_id) AS order_id, "
                f"coalesce(l.to_line, r.line_no) AS line_no) FROM ({rows}) r "
                f"LEFT JOIN {MOVED} l ON l.order_id = r.order_id AND l.line_no = r.line_no "
                f"LEFT JOIN {MOVED_WHOLE} o ON o.order_id = r.order_id AND r.line_no IS NULL"
            )
        else:
            rows = (
                "SELECT r.* REPLACE (coalesce(o.to_order, r.order_id) AS order_id) "
                f"FROM ({rows}) r LEFT JOIN {MOVED_WHOLE} o USING (order_id)"
            )
    return rows


def _keep(work: Work, name: str, kept: ibis.Table, done: list[Cleaned]) -> None:
    """Write a trusted table, in the order of its key, and let later ones refer to it."""
    declared = schema.TABLES[name]
    path = work.folder / f"{name}.parquet"
    origin = [column for column in ("file", "source_row") if column in kept.columns]
    ordered = kept.select(*declared.columns, *origin).order_by([*declared.key, *origin])
    work.engine.to_parquet(ordered, path, compression="zstd")
    work.cleaned[name] = done
    work.contents[name] = " ".join(map(str, content_of(work.engine, path, name)))
    work.tables[name] = work.engine.read_parquet(str(path), table_name=name)
    work.context = work.context.with_table(name, work.tables[name])


def told_of(work: Work, name: str) -> str:
    """SELECT of everything cleaning told under one name: ``quarantine``, ``repairs`` …"""
    parts = ", ".join(literal(part.folder / f"{name}.parquet") for part in work.parts)
    of_lines = [f"SELECT * FROM read_parquet([{parts}])"] if parts else []
    others = [
        f"SELECT * FROM {located(work.engine, getattr(one, name))}"
        for done in work.cleaned.values()
        for one in done
    ]
    return " UNION ALL BY NAME ".join([*of_lines, *others])


def share(made: Path, place: Path) -> None:
    """Put a file in a second place without a second copy, where the disk can."""
    try:
        place.hardlink_to(made)
    except OSError:
        shutil.copyfile(made, place)
