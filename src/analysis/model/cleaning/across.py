"""One order in two systems, known by what was bought."""

from __future__ import annotations

from analysis.model.cleaning.giving_way import Ledger
from analysis.model.cleaning.orders import Alike

LEAST_ALIKE = 2
"""Lines that must be alike where two orders are not alike in all."""


def two_systems(ledger: Ledger, alike: Alike) -> None:
    """``cross_system_duplicate``: two systems hold the same order.

    The same: one customer who is known, one day, and all lines equal in product, quantity and
    revenue. Orders are matched one to one: who buys the same twice, and is entered twice in one
    system and once in the other, has bought twice. Where every line of one order is in the
    other and at least two are, the lines they share are matched; the rest stays. The lines of the
    system of the better priority stay (setting ``cross_system_duplicates: merge``), or all do and
    are flagged (``flag``). Orders that name each other's numbers, and orders under one number in
    two systems, are found by :func:`.duplicates_across`, whatever the month of either; those known
    only by what was bought are not seen where the two systems date them on different days, as on
    both sides of midnight, a month's or a year's end.
    """
    work = ledger.work
    if len(work.sources) < 2:
        return
    whole = work.hold(_whole_orders(alike))
    ledger.enter(
        matched_lines(
            alike, whole, "cross_system_duplicate", "has the same lines for the customer that day"
        )
    )
    parts = work.hold(_shared_lines(alike, whole))
    ledger.enter(
        f"""
        SELECT b.source, b.file, b.source_row, 'cross_system_duplicate' AS rule,
            concat_ws('/', a.order_id, a.line_no) AS survivor,
            a.order_id || ' has this and other lines of the order for the customer that day'
            AS reason
        FROM {parts} p JOIN {alike.lines} a ON a.source = p.of AND a.order_id = p.stays
        JOIN {alike.lines} b ON b.source = p.source AND b.order_id = p.order_id
            AND a.likeness = b.likeness AND a.place = b.place
        """
    )
    gone = f"SELECT source, order_id FROM {whole} UNION ALL SELECT source, order_id FROM {parts}"
    work.engine.raw_sql(f"DELETE FROM {alike.orders} WHERE (source, order_id) IN ({gone})")
    work.drop(whole, parts)


def _whole_orders(alike: Alike) -> str:
    """Orders that give way, each with the one that stays: the first of one system, the first of
    the other, and so on."""
    return f"""
        WITH numbered AS (
            SELECT *, row_number() OVER (
                PARTITION BY content, n, day, source ORDER BY placed, order_id
            ) AS turn FROM {alike.orders} WHERE whole
        ),
        best AS (
            SELECT *, first_value(order_id) OVER w AS stays, first_value(source) OVER w AS of
            FROM numbered
            WINDOW w AS (PARTITION BY content, n, day, turn ORDER BY priority, source)
        )
        SELECT source, order_id, of, stays FROM best WHERE source <> of
    """


def _shared_lines(alike: Alike, whole: str) -> str:
    """Pairs of orders of which one holds every line of the other, each the other's best."""
    matched = f"(SELECT source, order_id FROM {whole} UNION SELECT of, stays FROM {whole})"
    return f"""
        WITH lines AS (
            SELECT l.source, l.order_id, l.likeness, l.place, o.day, o.n, o.priority
            FROM {alike.lines} l JOIN {alike.orders} o USING (source, order_id)
            WHERE likeness NOT NULL AND (l.source, l.order_id) NOT IN {matched}
        ),
        pairs AS (
            SELECT a.source AS of, a.order_id AS stays, b.source, b.order_id, count(*) AS shared
            FROM lines a JOIN lines b USING (likeness, place, day)
            WHERE (a.priority, a.source) < (b.priority, b.source)
            GROUP BY ALL
            HAVING count(*) >= {LEAST_ALIKE} AND count(*) IN (any_value(a.n), any_value(b.n))
        ),
        ranked AS (
            SELECT *,
                row_number() OVER (PARTITION BY of, stays ORDER BY shared DESC, source, order_id)
                    AS here,
                row_number() OVER (PARTITION BY source, order_id ORDER BY shared DESC, of, stays)
                    AS there
            FROM pairs
        )
        SELECT source, order_id, of, stays FROM ranked WHERE here = 1 AND there = 1
    """


def matched_lines(alike: Alike, pairs: str, rule: str, why: str) -> str:
    """Query of the lines of orders that give way to an order with equal lines.

    Parameters
    ----------
    alike : Alike
        Orders and lines.
    pairs : str
        Table of ``source``, ``order_id``, and ``of``, ``stays``: the order that stays.
    rule : str
        Rule that speaks.
    why : str
        What the order that stays does, after its number.
    """
    return f"""
        SELECT b.source, b.file, b.source_row, '{rule}' AS rule,
            concat_ws('/', a.order_id, a.line_no) AS survivor,
            a.order_id || ' {why}' AS reason
        FROM {pairs} p
        JOIN {alike.lines} b ON b.source = p.source AND b.order_id = p.order_id
        JOIN {alike.lines} a ON a.source = p.of AND a.order_id = p.stays
            AND a.likeness = b.likeness AND a.place = b.place
    """
