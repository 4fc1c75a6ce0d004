"""Orders that may be one: those whose lines another order has too, found once for two rules."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.model.cleaning.giving_way import Ledger
from analysis.model.cleaning.work import priorities

NEEDED = frozenset({"order_id", "line_no", "ordered_at", "customer_id", "product_id",
                    "quantity", "revenue"})  # fmt: skip
LIKENESS = (
    "CASE WHEN customer_id NOT NULL AND product_id NOT NULL AND quantity NOT NULL "
    "AND revenue NOT NULL THEN hash(customer_id, product_id, quantity, round(revenue, 2)) END"
)
"""SQL of what two lines must share to be alike; none where customer or product is not known."""


@dataclass(frozen=True)
class Alike:
    """Orders of which at least one line is like a line of another order.

    Attributes
    ----------
    lines : str
        All their lines: where they stood, ``order_id``, ``line_no``, ``likeness`` and ``place``,
        a number that runs over the alike lines of an order.
    orders : str
        One row per ``source`` and ``order_id``: ``placed`` (moment), ``day``, ``n`` lines,
        ``whole`` (whether customer and all products are known), ``content`` (equal where all
        lines are), ``priority`` of the system, ``timed`` (whether it knows the time of day).
    """

    lines: str
    orders: str


def alike_orders(ledger: Ledger) -> Alike | None:
    """Find them; none where the rows do not say who bought what."""
    work = ledger.work
    if work.name != "order_lines" or NEEDED - set(work.columns):
        return None
    twice = work.hold(
        f"SELECT _likeness FROM {ledger.values} WHERE _reject IS NULL AND _likeness NOT NULL "
        "GROUP BY 1 HAVING count(*) > 1"
    )
    named = work.hold(
        f"SELECT DISTINCT source, order_id FROM {ledger.live} "
        f"WHERE _likeness IN (SELECT _likeness FROM {twice})"
    )
    lines = work.hold(
        f"""
        SELECT source, file, source_row, order_id, line_no, ordered_at, _likeness AS likeness,
            row_number() OVER (
                PARTITION BY source, order_id, _likeness ORDER BY line_no, file, source_row
            ) AS place
        FROM {ledger.live} WHERE (source, order_id) IN (FROM {named})
        """
    )
    orders = work.hold(
        f"""
        WITH told AS (
            SELECT source, order_id, min(ordered_at) AS placed, count(*) AS n,
                bool_and(likeness NOT NULL) AS whole,
                hash(sum(likeness::HUGEINT), min(likeness), max(likeness), count(*)) AS content
            FROM {lines} GROUP BY ALL
        ),
        timed AS (
            SELECT source, bool_or(ordered_at <> date_trunc('day', ordered_at)) AS timed
            FROM {ledger.values} GROUP BY ALL
        )
        SELECT told.*, placed::DATE AS day, {priorities(work, "told.source")} AS priority, timed
        FROM told JOIN timed USING (source)
        """
    )
    work.drop(twice, named)
    return Alike(lines, orders)
