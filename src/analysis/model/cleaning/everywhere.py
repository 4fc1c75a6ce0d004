"""Order lines that give way to a line anywhere in the data, whatever the month of either."""

from __future__ import annotations

import ibis

from analysis.model.cleaning.layers import ORIGIN
from analysis.model.cleaning.possible import credit_line
from analysis.model.cleaning.record import Context
from analysis.model.cleaning.work import Work, located, priorities

AT_ONCE = 10_000_000
"""Lines whose keys are compared at once, so that memory is bounded; the more, the more often the
keys are read."""
DAYS_APART = 31
"""Days within which two systems enter an order that one of them says is the other's."""


def duplicates_across(
    engine: ibis.BaseBackend, staged_lines: ibis.Table, context: Context
) -> ibis.Table:
    """Lines that give way to another line anywhere in the data.

    ``exact_duplicate``, ``superseded``: the key of the line (order and line) is there twice: of
    lines that say the same the first stays, else that of the latest file. An order of a system
    that numbers no lines is replaced as a whole by a later file's. ``cross_system_duplicate``:
    two systems hold the order under one number, or one names the other's number as its
    ``reference`` and the two are at most 31 days apart; the order of the system of the better
    priority stays. No line gives way to one that lacks a required value or is impossible.

    Parameters
    ----------
    engine : ibis backend
        DuckDB.
    staged_lines : ibis.Table
        Staged order lines of all months; other columns than the keys serve to tell whether two
        lines say the same.
    context : Context
        The systems and their priorities.

    Returns
    -------
    ibis.Table
        One row per line that gives way, held in the engine: ``source``, ``file``,
        ``source_row``, ``rule`` and ``survivor`` (key of the line that stays).
    """
    rows = located(engine, staged_lines)
    work = Work(engine, "order_lines", rows, "", context, list(staged_lines.columns))
    usable = f"(SELECT * FROM {rows} WHERE {_usable(work)})"
    parts = [_same_key(work, usable), *_orders_anew(work, usable), *_two_systems(work, usable)]
    told = " UNION ALL ".join(
        f"SELECT *, {place} AS place FROM {part}" for place, part in enumerate(parts)
    )
    name = ibis.util.gen_name("elsewhere")
    engine.raw_sql(
        f'CREATE TEMP TABLE "{name}" AS SELECT {", ".join(ORIGIN)}, rule, survivor FROM ({told}) '
        f"QUALIFY row_number() OVER (PARTITION BY {', '.join(ORIGIN)} ORDER BY place) = 1"
    )
    work.drop(*list(work.held))
    return engine.table(name)


def _usable(work: Work) -> str:
    """SQL: nothing that the narrow columns show rejects the line."""
    conditions = {
        "order_id": "order_id NOT NULL", "ordered_at": "ordered_at NOT NULL",
        "quantity": "quantity > 0", "revenue": "revenue >= 0", "unit_price": "unit_price >= 0",
        "cost": "cost >= 0",
    }  # fmt: skip
    must = {"order_id", "ordered_at", "quantity", "revenue"}
    credit = credit_line(work)
    for column in ("quantity", "revenue", "cost"):
        conditions[column] = f"({conditions[column]} OR {credit})"
    return " AND ".join(
        condition if column in must else f"({condition}) IS NOT FALSE"
        for column, condition in conditions.items() if column in work.columns
    )  # fmt: skip


def _same_key(work: Work, usable: str) -> str:
    """Lines whose order and line number are there twice."""
    key = "hash(order_id, line_no)"
    total = int(work.ask(f"SELECT count(*) FROM {work.rows}")[0][0])
    buckets = -(-total // AT_ONCE) or 1
    twice = work.hold("SELECT NULL::UBIGINT AS h WHERE false")
    for bucket in range(buckets):
        work.engine.raw_sql(
            f"INSERT INTO {twice} SELECT {key} AS h FROM {usable} "
            f"WHERE {key} % {buckets} = {bucket} GROUP BY 1 HAVING count(*) > 1"
        )
    content = ", ".join(
        f'"{column}"' for column in work.columns if column not in {*ORIGIN, "file_order"}
    )
    return work.hold(
        f"""
        WITH told AS (
            SELECT {", ".join(ORIGIN)}, file_order, order_id, line_no, hash({content}) AS content
            FROM {usable} WHERE {key} IN (SELECT h FROM {twice})
        ),
        newest AS (
            SELECT *, first_value(content) OVER (
                PARTITION BY source, order_id, line_no ORDER BY file_order DESC, source_row DESC
            ) AS stays FROM told
        )
        SELECT {", ".join(ORIGIN)},
            CASE WHEN content = stays THEN 'exact_duplicate' ELSE 'superseded' END AS rule,
            concat_ws('/', order_id, line_no) AS survivor
        FROM newest
        QUALIFY row_number() OVER (
            PARTITION BY source, order_id, line_no ORDER BY content = stays DESC, file_order,
                source_row
        ) > 1
        """
    )


def _orders_anew(work: Work, usable: str) -> list[str]:
    """Orders of systems that number no lines, delivered again by a later file."""
    unnumbered = [source for source in work.sources if not _numbers_lines(work, source)]
    if not unnumbered:
        return []
    listed = ", ".join(f"'{source}'" for source in unnumbered)
    of = f"(SELECT * FROM {usable} WHERE source IN ({listed}))"
    again = work.hold(
        f"SELECT source, order_id, max(file_order) AS newest, "
        f"arg_max(line_no, (file_order, -source_row)) AS first FROM {of} GROUP BY ALL "
        "HAVING min(file_order) < max(file_order)"
    )
    return [
        work.hold(
            f"SELECT {', '.join(ORIGIN)}, 'superseded' AS rule, "
            "concat_ws('/', order_id, first) AS survivor "
            f"FROM {of} JOIN {again} USING (source, order_id) WHERE file_order < newest"
        )
    ]


def _numbers_lines(work: Work, source: str) -> bool:
    system = work.context.register.systems.get(source)
    mapped = system.tables.get("order_lines") if system else None
    several = mapped if isinstance(mapped, list) else [mapped] if mapped else []
    return all("line_no" in one.columns for one in several)


def _two_systems(work: Work, usable: str) -> list[str]:
    """Orders that another system holds too: under the same number, or named as a reference."""
    if len(work.sources) < 2:
        return []
    pairs = [_one_number(work, usable)]
    if "reference" in work.columns:
        pairs.append(_references(work, usable))
    told = " UNION ALL ".join(f"FROM {pair}" for pair in pairs)
    losers = work.hold(
        f"""
        WITH one AS (
            SELECT source, order_id, of, stays FROM ({told}) QUALIFY row_number() OVER (
                PARTITION BY source, order_id ORDER BY {priorities(work, "of")}, of, stays
            ) = 1
        )
        SELECT a.source, a.order_id, coalesce(b.of, a.of) AS of, coalesce(b.stays, a.stays) AS stays
        FROM one a LEFT JOIN one b ON b.source = a.of AND b.order_id = a.stays
        """
    )
    likeness = "product_id, quantity" if {"product_id", "quantity"} <= {*work.columns} else "NULL"
    stay = work.hold(
        f"SELECT source, order_id, min(line_no) AS line_no, hash({likeness}) AS likeness "
        f"FROM {usable} WHERE (source, order_id) IN (SELECT of, stays FROM {losers}) GROUP BY ALL"
    )
    first = work.hold(f"SELECT source, order_id, min(line_no) AS line_no FROM {stay} GROUP BY ALL")
    return [
        work.hold(
            f"""
            SELECT {", ".join(f"u.{c}" for c in ORIGIN)}, 'cross_system_duplicate' AS rule,
                concat_ws('/', l.stays, coalesce(s.line_no, f.line_no)) AS survivor
            FROM {usable} u JOIN {losers} l USING (source, order_id)
            LEFT JOIN {stay} s ON s.source = l.of AND s.order_id = l.stays
                AND s.likeness = hash({
                likeness.replace("product_id", "u.product_id").replace("quantity", "u.quantity")
            })
            LEFT JOIN {first} f ON f.source = l.of AND f.order_id = l.stays
            """
        )
    ]


def _one_number(work: Work, usable: str) -> str:
    """Orders of one number in two systems: those a system holds under another's number."""
    foreign = work.hold(
        f"SELECT DISTINCT order_id FROM {usable} WHERE NOT starts_with(order_id, source || ':')"
    )
    return work.hold(
        f"""
        WITH held AS (
            SELECT DISTINCT source, order_id FROM {usable} WHERE order_id IN (FROM {foreign})
        ),
        best AS (
            SELECT *, first_value(source) OVER (
                PARTITION BY order_id ORDER BY {priorities(work)}, source
            ) AS of FROM held
        )
        SELECT source, order_id, of, order_id AS stays FROM best WHERE source <> of
        """
    )


def _references(work: Work, usable: str) -> str:
    """Orders that name another system's number, with the one of the two that stays."""
    local = "regexp_replace(order_id, '^[^:]*:', '')"
    naming = work.hold(
        f"SELECT source, order_id, reference, min(ordered_at) AS placed, sum(revenue) AS revenue "
        f"FROM {usable} WHERE reference NOT NULL GROUP BY ALL"
    )
    names = f"(SELECT reference FROM {naming})"
    named = work.hold(
        f"SELECT source, order_id, {local} AS number, min(ordered_at) AS placed, "
        f"sum(revenue) AS revenue FROM {usable} "
        f"WHERE order_id IN {names} OR {local} IN {names} GROUP BY ALL"
    )
    rank = priorities(work, "{}.source")
    a, b = rank.format("a"), rank.format("b")
    both = " UNION ALL ".join(
        f"""
        SELECT a.source AS a_source, a.order_id AS a_order, b.source AS b_source,
            b.order_id AS b_order, {exact} AS exact, a.revenue = b.revenue AS equal,
            abs(date_diff('day', a.placed, b.placed)) AS days,
            ({a}, a.source) < ({b}, b.source) AS a_stays
        FROM {naming} a JOIN {named} b ON b.{column} = a.reference AND b.source <> a.source
        WHERE abs(date_diff('day', a.placed, b.placed)) <= {DAYS_APART}
        """
        for column, exact in (("order_id", "true"), ("number", "false"))
    )
    return work.hold(
        f"""
        SELECT CASE WHEN a_stays THEN b_source ELSE a_source END AS source,
            CASE WHEN a_stays THEN b_order ELSE a_order END AS order_id,
            CASE WHEN a_stays THEN a_source ELSE b_source END AS of,
            CASE WHEN a_stays THEN a_order ELSE b_order END AS stays
        FROM ({both})
        QUALIFY row_number() OVER (
            PARTITION BY a_source, a_order ORDER BY exact DESC, equal DESC, days, b_source, b_order
        ) = 1
        """
    )
