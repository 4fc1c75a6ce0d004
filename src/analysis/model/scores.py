"""How far the data can be trusted, in figures: the tables of trust that are counted, not told.

Every share stands with what was counted and out of what. All of it runs in the engine; what is
held is one row per system, month, field or the like.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

import ibis

from analysis.errors import ContractError
from analysis.model import schema
from analysis.model.cleaning.work import located
from analysis.model.coverage import coverage
from analysis.model.declared import kept, made
from analysis.sources.registry import Delivery, Register

__all__ = ["accounts", "coverage", "discipline", "freshness", "reconciliation"]

DISCIPLINE = (
    "name", "industry", "size_band", "founded_year", "contact_role", "phone", "email", "city",
    "region", "acquired_at", "acquisition_channel",
)  # fmt: skip
"""What a CRM is expected to hold of each account."""
FUTURE = ("plan", "promotions")
"""Tables whose dates lie ahead: they say nothing of how new the data are."""


def accounts(engine: ibis.BaseBackend, told: ibis.Table) -> ibis.Table:
    """One row per table, system and month: rows and revenue read, kept, rejected and merged.

    Parameters
    ----------
    engine : ibis backend
        DuckDB.
    told : ibis.Table
        What cleaning accounted for, with the columns of ``accounts`` in the schema; a table,
        system and month may be on several rows, which are added up.

    Raises
    ------
    ContractError
        If what was read is not what was kept, rejected and merged: a defect of the suite.
    """
    sums = ", ".join(f"coalesce(sum({name}), 0) AS {name}" for name in schema.COUNTS)
    whole = made(
        engine,
        "accounts",
        f'SELECT "table", source, month, {sums} FROM {located(engine, told)} GROUP BY ALL',
    )
    lost = engine.raw_sql(
        f"""
        SELECT "table", source, strftime(month, '%Y-%m'), rows_read,
            rows_kept + rows_rejected + rows_merged, revenue_read,
            revenue_kept + revenue_rejected + revenue_merged
        FROM {located(engine, whole)}
        WHERE rows_read <> rows_kept + rows_rejected + rows_merged
            OR revenue_read <> revenue_kept + revenue_rejected + revenue_merged
        ORDER BY ALL LIMIT 5
        """
    ).fetchall()
    if lost:
        said = "; ".join(
            f"{table} of {source} in {month or 'no month'}: {read} rows read, {there} accounted "
            f"for, revenue {money} read, {told_of} accounted for"
            for table, source, month, read, there, money, told_of in lost
        )
        raise ContractError(
            f"rows or money went missing in cleaning, a defect of the suite: {said}"
        )
    return whole


def freshness(
    engine: ibis.BaseBackend,
    register: Register,
    deliveries: Iterable[Delivery],
    tables: Mapping[str, ibis.Table],
    accounted: ibis.Table,
    as_of: datetime,
) -> ibis.Table:
    """One row per system: what it delivered, how new it is, and whether it is late.

    Parameters
    ----------
    engine : ibis backend
        DuckDB.
    register : Register
        The firm and its systems.
    deliveries : iterable of Delivery
        Everything delivered.
    tables : mapping of str to ibis.Table
        The trusted tables, whose dated records say how far the data reach; records dated after
        ``as_of`` (what is due or promised) do not.
    accounted : ibis.Table
        As :func:`accounts` gives it, for the rows read.
    as_of : datetime
        Moment the delay is counted to: the firm's ``as_of``, or the newest delivery.

    Notes
    -----
    A query is read when it is asked: it is as new as ``as_of``.
    """
    delivered: dict[str, list[Delivery]] = {name: [] for name in register.systems}
    for one in deliveries:
        delivered[one.system].append(one)
    spans = _spans(engine, tables, as_of)
    rows = dict(
        engine.raw_sql(
            f"SELECT source, sum(rows_read)::BIGINT FROM {located(engine, accounted)} GROUP BY 1"
        ).fetchall()
    )
    found = []
    for name, system in register.systems.items():
        moments = [one.delivered_at or as_of for one in delivered[name]]
        newest = max(moments, default=None)
        delay = (as_of - newest).total_seconds() / 3600 if newest else None
        late = None if delay is None or not system.refresh_hours else delay > system.refresh_hours
        first, last = spans.get(name, (None, None))
        found.append({
            "source": name, "label": system.label or name, "owner": system.owner,
            "is_required": system.required, "is_delivered": bool(moments),
            "files": len({one.label for one in delivered[name]}), "rows": rows.get(name, 0),
            "first_record_at": first, "newest_record_at": last, "delivered_at": newest,
            "refresh_hours": system.refresh_hours,
            "delay_hours": None if delay is None else max(delay, 0.0), "is_late": late,
        })  # fmt: skip
    return kept(engine, "freshness", found)


def _spans(
    engine: ibis.BaseBackend, tables: Mapping[str, ibis.Table], as_of: datetime
) -> dict[str, tuple[datetime, datetime]]:
    """First and last dated record of each system."""
    dated = [
        f'SELECT source, min("{on}") AS first, max("{on}") AS last FROM {located(engine, table)} '
        f"WHERE \"{on}\" <= TIMESTAMP '{as_of.isoformat(sep=' ')}' GROUP BY 1"
        for name, table in tables.items()
        if name in schema.TABLES and name not in FUTURE and (on := schema.TABLES[name].dated)
    ]
    if not dated:
        return {}
    query = " UNION ALL ".join(dated)
    found = engine.raw_sql(f"SELECT source, min(first), max(last) FROM ({query}) GROUP BY 1")
    return {source: (first, last) for source, first, last in found.fetchall()}


def reconciliation(
    engine: ibis.BaseBackend,
    control_totals: ibis.Table,
    lines: ibis.Table,
    quarantine: ibis.Table | None = None,
) -> ibis.Table:
    """One row per month and pair of systems: what one counted of the other, and what was kept.

    Parameters
    ----------
    control_totals, lines : ibis.Table
        The trusted tables ``control_totals`` and ``order_lines``. A month of which no line was
        kept has a revenue of 0.
    quarantine : ibis.Table, optional
        What was not kept. An order that two systems hold is counted by both, and kept once: what
        was merged into another system's record of it (rule ``cross_system_duplicate``) is
        ``revenue_kept`` of the system it was merged from, in its own month. None: nothing was.
    """
    kept_lines = (
        "SELECT source, date_trunc('month', ordered_at) AS month, revenue "
        f"FROM {located(engine, lines)}"
    )
    if quarantine is not None:
        kept_lines += (
            " UNION ALL SELECT source, date_trunc('month', month), revenue "
            f"FROM {located(engine, quarantine)} WHERE \"table\" = 'order_lines' "
            "AND rule = 'cross_system_duplicate' AND action = 'merged'"
        )
    return made(
        engine,
        "reconciliation",
        f"""
        SELECT date_trunc('month', c.month) AS month, c.source, c.of_source,
            sum(c.revenue) AS revenue_counted, coalesce(any_value(k.revenue), 0) AS revenue_kept,
            revenue_counted - revenue_kept AS difference
        FROM {located(engine, control_totals)} c
        LEFT JOIN (
            SELECT source, month, sum(revenue) AS revenue FROM ({kept_lines}) GROUP BY ALL
        ) k ON k.source = c.of_source AND k.month = date_trunc('month', c.month)
        GROUP BY ALL
        """,
    )


def discipline(
    engine: ibis.BaseBackend, records: ibis.Table, fields: Collection[str] = DISCIPLINE
) -> ibis.Table:
    """One row per owner of accounts and field: how many accounts leave it blank.

    Parameters
    ----------
    records : ibis.Table
        Customer records of the system whose entries are judged, one row per account, as it holds
        them: before links, and before anything was filled.
    fields : collection of str
        Columns of ``customers``; those the table lacks are left out.

    Notes
    -----
    A field of businesses (industry, size, founding, role) is asked of them alone, and one of
    consumers (birth, gender, occupation) of consumers, where the kind is known.
    """
    only = dict.fromkeys(("industry", "size_band", "founded_year", "contact_role"), "b2b")
    only |= dict.fromkeys(("birth_year", "gender", "occupation"), "b2c")
    there = [field for field in fields if field in records.columns]
    if "kind" not in records.columns:
        only = {}
    owner = "coalesce(owner_id, '')" if "owner_id" in records.columns else "''"
    parts = [
        f"SELECT {owner} AS owner_id, '{field}' AS field, count(*) AS customers, "
        f"count(*) FILTER (coalesce(trim(\"{field}\"::VARCHAR), '') = '') AS blank "
        f"FROM {located(engine, records)} "
        + (f"WHERE coalesce(kind, '{only[field]}') = '{only[field]}' " if field in only else "")
        + "GROUP BY ALL"
        for field in there
    ]
    if not parts:
        return kept(engine, "discipline", [])
    return made(engine, "discipline", " UNION ALL ".join(parts))
