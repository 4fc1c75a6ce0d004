"""What the record that stays lacks and another system's record has."""

from __future__ import annotations

from analysis.model.cleaning.giving_way import Ledger
from analysis.model.cleaning.layers import ORIGIN, text
from analysis.model.cleaning.work import same_row


def lend(ledger: Ledger, ranked: str) -> None:
    """``cross_system_duplicate``: an empty value is filled from the next system that has one.

    So with a product that two systems deliver: every value is that of the system of the best
    priority that has it. Each is listed as a repair under this rule; ``fill_missing: false``
    leaves the gaps.

    Parameters
    ----------
    ledger : Ledger
        The batch.
    ranked : str
        Rows of keys that are there twice, with ``place`` (1 stays), ``priority`` and
        ``of``, the system that stays.
    """
    work, settings = ledger.work, ledger.work.context.cleaning
    others = [column for column in work.columns if column not in work.key]
    merges = settings.cross_system_duplicates == "merge" and settings.fill_missing
    if not others or not merges or not work.ask(f"FROM {ranked} WHERE source <> of LIMIT 1"):
        return
    key = ", ".join(f'"{column}"' for column in work.key)
    first = "(priority, source, -file_order, -source_row)"
    found = ", ".join(
        f'arg_min(v."{c}", {first}) FILTER (v."{c}" NOT NULL) AS "{c}"' for c in others
    )
    lenders = work.hold(
        f"SELECT {key}, {found} FROM (SELECT v.*, r.priority FROM {ledger.values} v "
        f"JOIN {ranked} r ON {same_row('v', 'r')} WHERE r.source <> r.of) v GROUP BY {key}"
    )
    same_key = " AND ".join(f'l."{c}" IS NOT DISTINCT FROM v."{c}"' for c in work.key)
    stay = f"(SELECT {', '.join(ORIGIN)} FROM {ranked} WHERE place = 1)"
    told = ", ".join(
        f'CASE WHEN v."{c}" IS NULL AND l."{c}" NOT NULL THEN '
        f"{{'column': {text(c)}, 'after': l.\"{c}\"::VARCHAR}} END"
        for c in others
    )
    work.engine.raw_sql(
        f"INSERT INTO {ledger.lent} SELECT * EXCLUDE (told), told.column, told.after FROM ("
        f"SELECT {', '.join(f'v.{c}' for c in ORIGIN)}, unnest([{told}]) AS told "
        f"FROM {ledger.values} v SEMI JOIN {stay} s ON {same_row('v', 's')} "
        f"JOIN {lenders} l ON {same_key}) WHERE told NOT NULL"
    )
    filled = ", ".join(f'"{c}" = coalesce(v."{c}", l."{c}")' for c in others)
    work.engine.raw_sql(
        f"UPDATE {ledger.values} v SET {filled} FROM {lenders} l WHERE {same_key} "
        f"AND ({', '.join(f'v.{c}' for c in ORIGIN)}) IN (FROM {stay})"
    )
    work.drop(lenders)
