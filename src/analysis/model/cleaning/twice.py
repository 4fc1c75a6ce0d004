"""One order keyed twice in one system, under two numbers."""

from __future__ import annotations

from analysis.model.cleaning.across import matched_lines
from analysis.model.cleaning.giving_way import Ledger
from analysis.model.cleaning.orders import Alike


def keyed_twice(ledger: Ledger, alike: Alike) -> None:
    """``near_duplicate``: two orders of one system that can only be one.

    One customer who is known, all lines equal in product, quantity and revenue; and where the
    system knows the time of day, no more than ``near_duplicate_minutes`` apart; where it knows
    the day alone, the same day and numbers no more than ``near_duplicate_numbers`` apart. A sale
    without a name is never one: at a till the next buyer buys the same. Orders are matched one to
    one, the earlier stays; of three in a row the third stays too. With ``near_duplicates: flag``
    all stay and are flagged. Order lines are cleaned by month, or by year where a year has few:
    two such orders on the two sides of such a boundary are not seen.
    """
    work, settings = ledger.work, ledger.work.context.cleaning
    number = r"try_cast(regexp_extract(order_id, '(\d+)\D*$', 1) AS BIGINT)"
    found = work.hold(
        f"""
        WITH numbered AS (SELECT *, {number} AS number FROM {alike.orders} WHERE whole),
        apart AS (
            SELECT *, lag(order_id) OVER w AS stays, coalesce(CASE
                WHEN timed THEN date_diff('second', lag(placed) OVER w, placed)
                    <= {settings.near_duplicate_minutes * 60}
                ELSE number - lag(number) OVER w <= {settings.near_duplicate_numbers} END, false
            ) AS near
            FROM numbered
            WINDOW w AS (
                PARTITION BY source, content, n, CASE WHEN NOT timed THEN day END
                ORDER BY CASE WHEN timed THEN placed END, number, order_id
            )
        ),
        runs AS (
            SELECT *, count(*) FILTER (NOT near) OVER (
                PARTITION BY source, content, n, CASE WHEN NOT timed THEN day END
                ORDER BY CASE WHEN timed THEN placed END, number, order_id ROWS UNBOUNDED PRECEDING
            ) AS run FROM apart
        ),
        turns AS (
            SELECT *, row_number() OVER (
                PARTITION BY source, content, n, CASE WHEN NOT timed THEN day END, run
                ORDER BY CASE WHEN timed THEN placed END, number, order_id
            ) AS turn FROM runs
        )
        SELECT source, order_id, source AS of, stays FROM turns WHERE turn % 2 = 0
        """
    )
    why = "is the same order, entered shortly before"
    ledger.enter(matched_lines(alike, found, "near_duplicate", why))
    work.drop(found)
