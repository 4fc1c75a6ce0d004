"""Order lines that give way to a line anywhere in the data, whatever the month of either."""

from __future__ import annotations

import ibis

from analysis.model.cleaning.again import DAYS_APART, LOCAL, Again, said_again
from analysis.model.cleaning.layers import ORIGIN
from analysis.model.cleaning.record import Context
from analysis.model.cleaning.whole import but_for_lost
from analysis.model.cleaning.work import Work, located, priorities, same_row

PLACE = ", ".join(ORIGIN)


def duplicates_across(
    engine: ibis.BaseBackend,
    staged_lines: ibis.Table,
    context: Context,
    unread: ibis.Table | None = None,
) -> ibis.Table:
    """Lines that give way to another line anywhere in the data.

    ``exact_duplicate``, ``superseded``: the key of the line (order and line) is there twice: of
    lines that say the same the first stays, else that of the latest file. An order of a system
    that numbers no lines is replaced as a whole by a later file's. ``cross_system_duplicate``:
    two systems hold the order under one number, or one names the other's number as its
    ``reference`` and the two are at most 31 days apart; the order of the system of the better
    priority stays. No line gives way to one that a rule on single rows rejects, wherever that
    stands: the next best stays. Where a whole order gives way to one of which a line is rejected,
    its own line of that product is kept. Whether a line is an outlier is not asked here: with
    ``outliers: reject`` the lines that gave way to one do not come back.

    Parameters
    ----------
    engine : ibis backend
        DuckDB.
    staged_lines : ibis.Table
        Staged order lines of all months, under the customers of all systems; other columns than
        the keys serve to tell whether two lines say the same, and which are rejected.
    context : Context
        Settings, the systems and their priorities, and the tables the lines refer to.
    unread : ibis.Table, optional
        One row per value of order lines that could not be read.

    Returns
    -------
    ibis.Table
        One row per line that gives way, held in the engine: ``source``, ``file``,
        ``source_row``, ``rule`` and ``survivor`` (key of the line that stays).
    """
    rows = located(engine, staged_lines)
    work = Work(engine, "order_lines", rows, "", context, list(staged_lines.columns))
    again = said_again(work, staged_lines, unread)
    told = [_orders_anew(work, again)]
    told.append(_same_key(work, _but(work, again.good, told)))
    if len(work.sources) > 1:
        told.append(_two_systems(work, _but(work, again.good, told), again.bad))
    name = ibis.util.gen_name("elsewhere")
    found = " UNION ALL ".join(f"FROM {part}" for part in told)
    engine.raw_sql(f'CREATE TEMP TABLE "{name}" AS {found}')
    work.drop(*work.held)
    return engine.table(name)


def _but(work: Work, lines: str, told: list[str]) -> str:
    """Lines without those that give way already."""
    gone = " UNION ALL ".join(f"SELECT {PLACE} FROM {part}" for part in told)
    return work.hold(f"SELECT l.* FROM {lines} l ANTI JOIN ({gone}) g ON {same_row('l', 'g')}")


def _same_key(work: Work, good: str) -> str:
    """Lines whose order and line number are there twice."""
    content = ", ".join(
        f'"{column}"' for column in work.columns if column not in {*ORIGIN, "file_order"}
    )
    return work.hold(
        f"""
        WITH told AS (
            SELECT {PLACE}, file_order, order_id, line_no, hash({content}) AS content FROM {good}
        ),
        newest AS (
            SELECT *, first_value(content) OVER (
                PARTITION BY source, order_id, line_no ORDER BY file_order DESC, source_row DESC
            ) AS stays FROM told
        )
        SELECT {PLACE},
            CASE WHEN content = stays THEN 'exact_duplicate' ELSE 'superseded' END AS rule,
            concat_ws('/', order_id, line_no) AS survivor
        FROM newest
        QUALIFY row_number() OVER (
            PARTITION BY source, order_id, line_no ORDER BY content = stays DESC, file_order,
                source_row
        ) > 1
        """
    )


def _orders_anew(work: Work, again: Again) -> str:
    """Orders of systems that number no lines, delivered again by a later file."""
    listed = ", ".join(f"'{source}'" for source in again.unnumbered) or "NULL"
    newest = work.hold(
        f"SELECT source, order_id, max(file_order) AS newest, "
        f"arg_max(line_no, (file_order, -source_row)) AS first FROM {again.good} "
        f"WHERE source IN ({listed}) GROUP BY ALL"
    )
    lines = (
        f"SELECT l.*, n.newest, n.first, {_product(work)} AS product "
        f"FROM {{}} l JOIN {newest} n USING (source, order_id)"
    )
    good, bad = (work.hold(lines.format(part)) for part in (again.good, again.bad))
    of = "source AS of, order_id AS stays, product"
    going = (
        f"SELECT {PLACE}, 'superseded' AS rule, concat_ws('/', order_id, first) AS survivor, "
        f"{of}, -file_order AS turn, file AS copy, false AS alike, line_no "
        f"FROM {good} WHERE file_order < newest"
    )
    stay = f"SELECT {of} FROM {good} WHERE file_order = newest"
    lost = f"SELECT {of} FROM {bad} WHERE file_order >= newest"
    return but_for_lost(work, going, stay, lost)


def _product(work: Work) -> str:
    return "product_id" if "product_id" in work.columns else "NULL"


def _two_systems(work: Work, good: str, bad: str) -> str:
    """Orders that another system holds too: under the same number, or named as a reference."""
    pairs = [_one_number(work, good)]
    if "reference" in work.columns:
        pairs.append(_references(work, good))
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
    lines = f"SELECT *, hash({likeness}) AS likeness, {_product(work)} AS product"
    better = work.hold(
        f"{lines} FROM {good} WHERE (source, order_id) IN (SELECT of, stays FROM {losers})"
    )
    like = work.hold(
        f"SELECT source, order_id, likeness, min(line_no) AS line_no FROM {better} GROUP BY ALL"
    )
    first = work.hold(f"SELECT source, order_id, min(line_no) AS line_no FROM {like} GROUP BY ALL")
    going = f"""
        SELECT {", ".join(f"u.{c}" for c in ORIGIN)}, 'cross_system_duplicate' AS rule,
            concat_ws('/', l.stays, coalesce(s.line_no, f.line_no)) AS survivor, l.of, l.stays,
            u.product, ({priorities(work, "u.source")}) AS turn,
            concat_ws('/', u.source, u.order_id) AS copy, s.source NOT NULL AS alike, u.line_no
        FROM ({lines} FROM {good}) u JOIN {losers} l USING (source, order_id)
        LEFT JOIN {like} s ON s.source = l.of AND s.order_id = l.stays AND s.likeness = u.likeness
        LEFT JOIN {first} f ON f.source = l.of AND f.order_id = l.stays
        """
    stay = f"SELECT source AS of, order_id AS stays, product FROM {better}"
    lost = f"""
        SELECT source AS of, order_id AS stays, any_value({_product(work)}) AS product FROM {bad} b
        WHERE NOT EXISTS (FROM {good} g WHERE g.source = b.source AND g.order_id = b.order_id
            AND g.line_no IS NOT DISTINCT FROM b.line_no)
        GROUP BY source, order_id, line_no
        """
    return but_for_lost(work, going, stay, lost)


def _one_number(work: Work, good: str) -> str:
    """Orders of one number in two systems: those a system holds under another's number."""
    foreign = work.hold(
        f"SELECT DISTINCT order_id FROM {good} WHERE NOT starts_with(order_id, source || ':')"
    )
    return work.hold(
        f"""
        WITH held AS (
            SELECT DISTINCT source, order_id FROM {good} WHERE order_id IN (FROM {foreign})
        ),
        best AS (
            SELECT *, first_value(source) OVER (
                PARTITION BY order_id ORDER BY {priorities(work)}, source
            ) AS of FROM held
        )
        SELECT source, order_id, of, order_id AS stays FROM best WHERE source <> of
        """
    )


def _references(work: Work, good: str) -> str:
    """Orders that name another system's number, with the one of the two that stays."""
    naming = work.hold(
        f"SELECT source, order_id, reference, min(ordered_at) AS placed, sum(revenue) AS revenue "
        f"FROM {good} WHERE reference NOT NULL GROUP BY ALL"
    )
    names = f"(SELECT reference FROM {naming})"
    named = work.hold(
        f"SELECT source, order_id, {LOCAL} AS number, min(ordered_at) AS placed, "
        f"sum(revenue) AS revenue FROM {good} "
        f"WHERE order_id IN {names} OR {LOCAL} IN {names} GROUP BY ALL"
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
