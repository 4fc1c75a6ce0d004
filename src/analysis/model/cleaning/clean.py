"""Clean one batch of rows: all of a small table, or a month of order lines."""

from __future__ import annotations

import ibis

from analysis.model import schema
from analysis.model.cleaning import telling
from analysis.model.cleaning.across import two_systems
from analysis.model.cleaning.everywhere import duplicates_across
from analysis.model.cleaning.giving_way import Ledger, open_ledger
from analysis.model.cleaning.layers import ORIGIN, Step, marks_query, values_query
from analysis.model.cleaning.orders import LIKENESS, NEEDED, alike_orders
from analysis.model.cleaning.record import Cleaned, Context
from analysis.model.cleaning.repeats import same_key
from analysis.model.cleaning.single import canonical, single_rows
from analysis.model.cleaning.twice import keyed_twice
from analysis.model.cleaning.work import Work, located, month_of, same_row


def clean(
    engine: ibis.BaseBackend,
    name: str,
    staged: ibis.Table,
    unread: ibis.Table,
    context: Context,
    elsewhere: ibis.Table | None = None,
) -> Cleaned:
    """What of the rows can be trusted, and what became of the rest.

    The rules speak in this order: unreadable and unmapped values, currency, unit, standard words,
    impossible values, filled values, missing values, unknown keys, outliers; then, of the rows
    that none of these rejects, repeated keys, orders of two systems, orders keyed twice.

    Parameters
    ----------
    engine : ibis backend
        DuckDB, which holds the tables.
    name : str
        Name of the table.
    staged : ibis.Table
        One row per record: the canonical columns, ``source``, ``file``, ``source_row`` and
        ``file_order`` (a later file has a greater number).
    unread : ibis.Table
        One row per value that could not be read: where it stood, ``column``, ``value``, ``why``.
    context : Context
        Settings, the firm's register and trusted tables.
    elsewhere : ibis.Table, optional
        Order lines that give way to a line anywhere in the data, as
        :func:`.duplicates_across` finds them; else they are sought in ``staged``.

    Returns
    -------
    Cleaned
        Tables held in the engine, until :meth:`.Cleaned.release`.
    """
    work = Work(engine, name, "", "", context, canonical(name, staged))
    work.rows = _held(work, staged)
    work.unread = _held(work, unread)
    steps = single_rows(work)
    values = work.hold(values_query(work.rows, steps, _final(work, steps)))
    ledger = open_ledger(work, values)
    _giving_way(ledger, elsewhere)
    return _told(ledger, steps)


def _final(work: Work, steps: list[Step]) -> list[str]:
    added = {name for step in steps for name in step.adds}
    columns = [f'"{column}"' for column in work.columns]
    if "is_outlier" in added:
        columns.append("is_outlier")
    likeness = work.name == "order_lines" and not NEEDED - set(work.columns)
    return [
        *columns, *ORIGIN, "file_order", f"{month_of(_dated(work))} AS _month",
        f"{LIKENESS if likeness else 'NULL'} AS _likeness",
    ]  # fmt: skip


def _dated(work: Work) -> str:
    dated = work.declared.dated
    return dated if dated in work.columns else ""


def _giving_way(ledger: Ledger, elsewhere: ibis.Table | None) -> None:
    """Rows that give way to another, once single rows are judged."""
    work = ledger.work
    if work.name != "order_lines" or "order_id" not in work.columns:
        same_key(ledger)
        return
    if elsewhere is None:
        unread = work.engine.table(work.unread.strip('"'))
        elsewhere = duplicates_across(work.engine, work.table, work.context, unread)
        work.held.append(elsewhere.get_name())
    ledger.enter(_from_elsewhere(ledger, located(work.engine, elsewhere)))
    alike = alike_orders(ledger)
    if alike is not None:
        two_systems(ledger, alike)
        keyed_twice(ledger, alike)


def _from_elsewhere(ledger: Ledger, elsewhere: str) -> str:
    """Rows of this batch that give way to a row anywhere."""
    return f"""
        SELECT e.source, e.file, e.source_row, e.rule, e.survivor, CASE e.rule
            WHEN 'exact_duplicate' THEN e.survivor || ' is there twice, word for word'
            WHEN 'superseded' THEN e.survivor || ' was delivered anew with other values'
            ELSE e.survivor || ' is the same order in another system' END AS reason
        FROM {elsewhere} e JOIN {ledger.values} v ON {same_row("e", "v")}
        WHERE v._reject IS NULL
        """


def _told(ledger: Ledger, steps: list[Step]) -> Cleaned:
    """The tables to hand back; the rows that do not stay are taken from the others."""
    work, values = ledger.work, ledger.values
    spoken = telling.rows_spoken_of(ledger)
    read_as = work.hold(f"SELECT r.* FROM {work.rows} r JOIN {spoken} p ON {same_row('r', 'p')}")
    marks = work.hold(marks_query(read_as, steps, ORIGIN))
    out = telling.quarantine(ledger, marks, spoken, read_as)
    told = {
        "quarantine": out,
        "repairs": telling.repairs(ledger, marks, spoken, out),
        "flags": telling.flags(ledger, marks, spoken, out),
        "leftovers": telling.leftovers(ledger, marks, spoken),
        "conflicts": telling.conflicts(ledger),
        "repeated": telling.repeated(ledger),
    }
    read = telling.read_account(ledger)
    work.engine.raw_sql(f"DELETE FROM {values} WHERE _reject IS NOT NULL")
    for gone in (ledger.gone, ledger.repeated):
        work.engine.raw_sql(f"DELETE FROM {values} v USING {gone} g WHERE {same_row('v', 'g')}")
    told["accounts"] = telling.accounts(ledger, read, values)
    work.drop(*[name for name in work.held if name not in {values, *told.values()}])
    tables = {name: work.engine.table(held) for name, held in told.items()}
    return Cleaned(kept=_kept(work, values), **tables, held=tuple(work.held))


def _kept(work: Work, values: str) -> ibis.Table:
    """Canonical columns in the schema's order, with where each row stood."""
    table = work.engine.table(values)
    declared = schema.TABLES[work.name].columns
    columns = [column for column in declared if column in table.columns]
    return table.select(*columns, "file", "source_row")


def _held(work: Work, table: ibis.Table) -> str:
    """Name of a table that lies in the engine, or is laid there."""
    where = located(work.engine, table)
    return where if where.startswith('"') else work.hold(f"SELECT * FROM {where}")
