"""Orders that give way as a whole, to an order of which a line may be rejected."""

from __future__ import annotations

from analysis.model.cleaning.layers import ORIGIN
from analysis.model.cleaning.work import Work


def but_for_lost(work: Work, going: str, stay: str, lost: str) -> str:
    """Of lines of orders that give way as a whole, those that do.

    The order that stays may have lines that are rejected. For each, one line of the same product
    that it has no good line for does not give way: the first copy's that has one.

    Parameters
    ----------
    work : Work
        All order lines.
    going : str
        Query of the lines of orders that give way: where they stood, ``rule``, ``survivor``,
        ``of`` and ``stays`` (system and number of the order that stays), ``product``, ``line_no``,
        ``copy`` (which of several copies of that order the line is of), ``turn`` (the copy of the
        smallest goes first) and ``alike`` (whether the order that stays has the very line).
    stay, lost : str
        Query of ``of``, ``stays`` and ``product`` of the good lines of the orders that stay, and
        of those rejected.

    Returns
    -------
    str
        Table of where the lines stood that give way, with ``rule`` and ``survivor``.
    """
    group = "of, stays, product"
    same = " AND ".join(f"{{0}}.{c} IS NOT DISTINCT FROM g.{c}" for c in group.split(", "))
    return work.hold(
        f"""
        WITH placed AS (
            SELECT g.*, coalesce(s.n, 0) AS there, coalesce(l.n, 0) AS lost, row_number() OVER (
                PARTITION BY g.of, g.stays, g.product, copy
                ORDER BY alike DESC, line_no, file, source_row
            ) AS place
            FROM ({going}) g
            LEFT JOIN (SELECT {group}, count(*) AS n FROM ({stay}) GROUP BY ALL) s
                ON {same.format("s")}
            LEFT JOIN (SELECT {group}, count(*) AS n FROM ({lost}) GROUP BY ALL) l
                ON {same.format("l")}
        ),
        turns AS (
            SELECT *, row_number() OVER (
                PARTITION BY {group}, place > there ORDER BY turn, copy, place
            ) AS nth FROM placed
        )
        SELECT {", ".join(ORIGIN)}, rule, survivor FROM turns WHERE place <= there OR nth > lost
        """
    )
