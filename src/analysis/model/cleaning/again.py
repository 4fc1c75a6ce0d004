"""Order lines that may be there again, anywhere in the data, and which of them can stay."""

from __future__ import annotations

from dataclasses import dataclass

import ibis

from analysis.model.cleaning.filling import system_channels
from analysis.model.cleaning.layers import ORIGIN, values_query
from analysis.model.cleaning.record import Context
from analysis.model.cleaning.single import canonical, single_rows
from analysis.model.cleaning.work import Work, located, same_row

AT_ONCE = 10_000_000
"""Lines whose keys are compared at once, so that memory is bounded; the more, the more often the
keys are read."""
DAYS_APART = 31
"""Days within which two systems enter an order that one of them says is the other's."""
LOCAL = "regexp_replace(order_id, '^[^:]*:', '')"
"""SQL of an order's number in its system."""


@dataclass(frozen=True)
class Again:
    """Lines that share a key, an order's number or a reference with others.

    Attributes
    ----------
    good : str
        Those that no rule on single rows rejects, as staged.
    bad : str
        Those that one does.
    unnumbered : list of str
        Systems that do not number the lines of an order.
    """

    good: str
    bad: str
    unnumbered: list[str]


def said_again(work: Work, lines: ibis.Table, unread: ibis.Table | None) -> Again:
    """Find the lines, and judge each by itself.

    Parameters
    ----------
    work : Work
        All order lines.
    lines : ibis.Table
        The same, staged.
    unread : ibis.Table, optional
        Values of theirs that could not be read.
    """
    unnumbered = [source for source in work.sources if not _numbers_lines(work, source)]
    orders = _orders(work, unnumbered)
    found = work.hold(
        f"SELECT * FROM {work.rows} WHERE {_key()} IN (FROM {_keys(work)}) "
        f"OR (source, order_id) IN (FROM {orders})"
    )
    rejected = _rejected(work, found, unread, _with_channels(work, lines))
    bad = work.hold(f"SELECT f.* FROM {found} f SEMI JOIN {rejected} r ON {same_row('f', 'r')}")
    good = work.hold(f"SELECT f.* FROM {found} f ANTI JOIN {rejected} r ON {same_row('f', 'r')}")
    work.drop(found, rejected)
    return Again(good, bad, unnumbered)


def _key() -> str:
    return "hash(source, order_id, line_no)"


def _keys(work: Work) -> str:
    """Hashes of the keys that are there twice."""
    total = int(work.ask(f"SELECT count(*) FROM {work.rows}")[0][0])
    buckets = -(-total // AT_ONCE) or 1
    twice = work.hold("SELECT NULL::UBIGINT AS h WHERE false")
    for bucket in range(buckets):
        work.engine.raw_sql(
            f"INSERT INTO {twice} SELECT {_key()} AS h FROM {work.rows} "
            f"WHERE order_id NOT NULL AND {_key()} % {buckets} = {bucket} "
            "GROUP BY 1 HAVING count(*) > 1"
        )
    return twice


def _orders(work: Work, unnumbered: list[str]) -> str:
    """Orders that must be looked at whole: those in two files of a system that numbers no lines,
    and those that two systems may both hold."""
    listed = ", ".join(f"'{source}'" for source in unnumbered) or "NULL"
    found = work.hold(
        f"SELECT source, order_id FROM {work.rows} WHERE source IN ({listed}) "
        "AND order_id NOT NULL GROUP BY ALL HAVING min(file_order) < max(file_order)"
    )
    if len(work.sources) < 2:
        return found
    foreign = work.hold(
        f"SELECT DISTINCT order_id FROM {work.rows} WHERE NOT starts_with(order_id, source || ':')"
    )
    work.engine.raw_sql(
        f"INSERT INTO {found} SELECT DISTINCT source, order_id FROM {work.rows} "
        f"WHERE order_id IN (SELECT order_id FROM {work.rows} "
        f"WHERE order_id IN (FROM {foreign}) GROUP BY 1 HAVING count(DISTINCT source) > 1)"
    )
    if "reference" in work.columns:
        _add_named(work, found)
    return found


def _add_named(work: Work, found: str) -> None:
    """Add the orders that name another system's number, and those of that number."""
    of = "min(ordered_at) AS first, max(ordered_at) AS last"
    naming = work.hold(
        f"SELECT source, order_id, reference, {of} FROM {work.rows} "
        "WHERE reference NOT NULL AND order_id NOT NULL GROUP BY ALL"
    )
    names = f"(SELECT reference FROM {naming})"
    named = work.hold(
        f"SELECT source, order_id, {LOCAL} AS number, {of} FROM {work.rows} "
        f"WHERE order_id IN {names} OR {LOCAL} IN {names} GROUP BY ALL"
    )
    apart = f"INTERVAL {DAYS_APART + 1} DAY"
    for column in ("order_id", "number"):
        work.engine.raw_sql(
            f"""
            INSERT INTO {found}
            WITH pairs AS (
                SELECT [{{'s': a.source, 'o': a.order_id}}, {{'s': b.source, 'o': b.order_id}}]
                    AS two
                FROM {naming} a JOIN {named} b ON b.{column} = a.reference AND b.source <> a.source
                WHERE a.first <= b.last + {apart} AND b.first <= a.last + {apart}
            )
            SELECT DISTINCT one.s, one.o FROM (SELECT unnest(two) AS one FROM pairs)
            """
        )


def _with_channels(work: Work, lines: ibis.Table) -> Context:
    """The context with the channels of all lines: those of a few would not be a system's only."""
    if "system_channels" in work.context.tables or "channel" not in work.columns:
        return work.context
    channels = system_channels(work.engine, lines)
    work.held.append(channels.get_name())
    return work.context.with_table("system_channels", channels)


def _rejected(work: Work, lines: str, unread: ibis.Table | None, context: Context) -> str:
    """Where the lines stood that a rule on single rows rejects."""
    if unread is None:
        values = work.hold(
            "SELECT source, file, source_row, NULL::VARCHAR AS column, NULL::VARCHAR AS value, "
            f"NULL::VARCHAR AS why FROM {lines} WHERE false"
        )
    else:
        values = work.hold(
            f"SELECT u.* FROM {located(work.engine, unread)} u "
            f"SEMI JOIN {lines} l ON {same_row('u', 'l')}"
        )
    columns = canonical(work.name, work.engine.table(lines))
    judge = Work(work.engine, work.name, lines, values, context, columns)
    steps = single_rows(judge, outliers=False)
    found = work.hold(
        f"SELECT {', '.join(ORIGIN)} FROM ({values_query(lines, steps, ORIGIN)}) "
        "WHERE _reject NOT NULL"
    )
    judge.drop(*judge.held)
    return found


def _numbers_lines(work: Work, source: str) -> bool:
    system = work.context.register.systems.get(source)
    mapped = system.tables.get("order_lines") if system else None
    several = mapped if isinstance(mapped, list) else [mapped] if mapped else []
    return all("line_no" in one.columns for one in several)
