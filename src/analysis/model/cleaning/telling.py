"""What the rules did, as the tables of trust say it."""

from __future__ import annotations

from analysis.model import schema
from analysis.model.cleaning.giving_way import Ledger
from analysis.model.cleaning.layers import FLAG, LEFTOVER, ORIGIN, REJECT, REPAIR, text
from analysis.model.cleaning.repeats import record_key
from analysis.model.cleaning.work import SQL_TYPES, same_row

PLACE = ", ".join(ORIGIN)


def rows_spoken_of(ledger: Ledger) -> str:
    """Of every row that a rule speaks of: where it stood, its key, month and revenue."""
    places = " UNION ALL ".join(f"SELECT {PLACE} FROM {name}" for name in (
        ledger.gone, ledger.doubted, ledger.lent,
    ))  # fmt: skip
    return ledger.work.hold(
        f"SELECT {', '.join(f'v.{c}' for c in ORIGIN)}, {record_key(ledger.work, 'v.')} AS "
        f"record_key, v._month AS month, {revenue(ledger)} AS revenue, v._reject "
        f"FROM {ledger.values} v WHERE _marked OR ({PLACE}) IN ({places})"
    )


def revenue(ledger: Ledger, prefix: str = "v.") -> str:
    """SQL of a row's revenue; none where the table has none."""
    has = ledger.work.name == "order_lines" and "revenue" in ledger.work.columns
    return f"{prefix}revenue" if has else "NULL"


def quarantine(ledger: Ledger, marks: str, spoken: str, read_as: str) -> str:
    """Rows rejected, with the first reason, and rows merged into one that stays."""
    work = ledger.work
    delivered = work.hold(
        f'SELECT {PLACE}, json_group_object("column", value) AS words FROM ('
        f'SELECT {PLACE}, "column", any_value(value) AS value FROM {work.unread} GROUP BY ALL) '
        "GROUP BY ALL"
    )
    out = work.hold(
        f"""
        SELECT {PLACE}, rule, 'rejected' AS action, reason, NULL AS survivor
        FROM {marks} m JOIN {spoken} v USING ({PLACE})
        WHERE m.action = {text(REJECT)} AND m.place = v._reject
        UNION ALL SELECT {PLACE}, rule, 'merged', reason, survivor FROM {ledger.gone}
        """
    )
    return _held(ledger, "quarantine", f"""
        SELECT {text(work.name)} AS "table", o.*, v.record_key, v.month, v.revenue,
            json_merge_patch(json_merge_patch('{{}}', to_json(r.told)), coalesce(d.words, '{{}}'))
                ::VARCHAR AS record
        FROM {out} o JOIN {spoken} v USING ({PLACE})
        JOIN (SELECT {PLACE}, struct_pack({_packed(work.columns)}) AS told FROM {read_as}
            SEMI JOIN {out} USING ({PLACE})) r USING ({PLACE})
        LEFT JOIN {delivered} d USING ({PLACE})
        """)  # fmt: skip


def repairs(ledger: Ledger, marks: str, spoken: str, out: str) -> str:
    """Values changed in rows that stay."""
    return _held(ledger, "repairs", f"""
        SELECT {text(ledger.work.name)} AS "table", m.*, v.record_key, v.month, v.revenue FROM (
            SELECT {PLACE}, rule, "column", before, after FROM {marks}
            WHERE action = {text(REPAIR)}
            UNION ALL SELECT {PLACE}, 'cross_system_duplicate', "column", NULL, after
            FROM {ledger.lent}
        ) m JOIN {spoken} v USING ({PLACE}) WHERE {_stays("m", ledger, out)}
        """)  # fmt: skip


def flags(ledger: Ledger, marks: str, spoken: str, out: str) -> str:
    """Rows that stay though they are doubted; what one rule says of a row is one sentence."""
    return _held(ledger, "flags", f"""
        SELECT {text(ledger.work.name)} AS "table", f.*, v.record_key, v.month, v.revenue FROM (
            SELECT {PLACE}, rule, string_agg(reason, '; ' ORDER BY place) AS reason FROM (
                SELECT {PLACE}, rule, reason, place FROM {marks} WHERE action = {text(FLAG)}
                UNION ALL SELECT {PLACE}, rule, reason, 0 FROM {ledger.doubted}
            ) GROUP BY ALL
        ) f JOIN {spoken} v USING ({PLACE}) WHERE {_stays("f", ledger, out)}
        """)  # fmt: skip


def leftovers(ledger: Ledger, marks: str, spoken: str) -> str:
    """Words no list knows, of all rows read."""
    return _held(ledger, "leftovers", f"""
        SELECT {text(ledger.work.name)} AS "table", m.source, "column", before AS word,
            count(*) AS rows, sum(v.revenue) AS revenue
        FROM {marks} m JOIN {spoken} v USING ({PLACE})
        WHERE m.action = {text(LEFTOVER)} GROUP BY ALL
        """)  # fmt: skip


def repeated(ledger: Ledger) -> str:
    """Rows and revenue of records repeated by design, by system and month."""
    return ledger.work.hold(f"""
        SELECT {text(ledger.work.name)} AS "table", v.source, v._month AS month,
            count(*)::BIGINT AS rows, sum({revenue(ledger)})::{SQL_TYPES[schema.EXACT]} AS revenue
        FROM {ledger.values} v JOIN {ledger.repeated} g ON {same_row("g", "v")} GROUP BY ALL
        """)  # fmt: skip


def conflicts(ledger: Ledger) -> str:
    """Values on which the record that stays and one of another system that gives way differ."""
    work = ledger.work
    compared = [c for c in work.columns if c not in {*work.key, "reference", "status", "unit"}]
    told = ", ".join(
        f'CASE WHEN a."{c}" <> b."{c}" THEN {{\'column\': {text(c)}, '
        f"'winner': a.\"{c}\"::VARCHAR, 'loser': b.\"{c}\"::VARCHAR}} END"
        for c in compared
    )
    gone = work.hold(f"SELECT * FROM {ledger.gone} WHERE rule = 'cross_system_duplicate'")
    rows = ledger.live
    if work.name == "order_lines":  # of very many, those of the orders that stay
        orders = f"SELECT regexp_replace(survivor, '/[^/]*$', '') FROM {gone}"
        rows = f"(SELECT * FROM {rows} WHERE order_id IN ({orders}))"
    nothing = 'NULL::STRUCT("column" VARCHAR, winner VARCHAR, loser VARCHAR)'
    found = work.hold(
        f"""
        SELECT a.source AS winner_source, b.source AS loser_source, g.survivor AS record_key,
            unnest([{told or nothing}]) AS told
        FROM {gone} g JOIN {ledger.values} b ON {same_row("g", "b")}
        JOIN {rows} a ON {record_key(work, "a.")} = g.survivor AND a.source <> b.source
        """
    )
    return _held(ledger, "conflicts", f"""
        SELECT {text(work.name)} AS "table", record_key, told."column", winner_source,
            told.winner AS winner_value, loser_source, told.loser AS loser_value,
            winner_source || ' goes before ' || loser_source AS rule
        FROM {found} WHERE told IS NOT NULL GROUP BY ALL
        """)  # fmt: skip


def read_account(ledger: Ledger) -> str:
    """Rows and revenue read, rejected and merged, by system and month."""
    own = revenue(ledger)
    return ledger.work.hold(f"""
        SELECT v.source, v._month AS month, count(*) AS rows_read, sum({own}) AS revenue_read,
            count(*) FILTER (v._reject IS NOT NULL) AS rows_rejected,
            sum({own}) FILTER (v._reject IS NOT NULL) AS revenue_rejected,
            0 AS rows_merged, 0 AS revenue_merged
        FROM {ledger.values} v GROUP BY ALL
        UNION ALL
        SELECT v.source, v._month, 0, 0, 0, 0, count(*), sum({own}) FROM {ledger.values} v
        JOIN (SELECT {PLACE} FROM {ledger.gone} UNION ALL SELECT {PLACE} FROM {ledger.repeated}) g
            ON {same_row("g", "v")} GROUP BY ALL
        """)  # fmt: skip


def accounts(ledger: Ledger, read: str, kept: str) -> str:
    """Rows and revenue read, kept, rejected and merged: each counted for itself."""
    has_revenue = revenue(ledger) != "NULL"
    sums = ", ".join(
        f"coalesce(sum({what}), 0) AS {what}" if has_revenue or what.startswith("rows")
        else f"NULL AS {what}"
        for what in schema.TRUST["accounts"].columns if what.startswith(("rows_", "revenue_"))
    )  # fmt: skip
    return _held(ledger, "accounts", f"""
        SELECT {text(ledger.work.name)} AS "table", source, month, {sums} FROM (
            SELECT *, 0 AS rows_kept, 0 AS revenue_kept FROM {read} UNION ALL BY NAME
            SELECT v.source, v._month AS month, count(*) AS rows_kept,
                sum({revenue(ledger)}) AS revenue_kept FROM {kept} v GROUP BY ALL
        ) GROUP BY source, month ORDER BY source, month
        """)  # fmt: skip


def _stays(row: str, ledger: Ledger, out: str) -> str:
    return (
        f"NOT EXISTS (FROM {out} q WHERE {same_row('q', row)}) "
        f"AND NOT EXISTS (FROM {ledger.repeated} q WHERE {same_row('q', row)})"
    )


def _packed(columns: list[str]) -> str:
    return ", ".join(f'"{column}" := "{column}"' for column in columns)


def _held(ledger: Ledger, name: str, query: str) -> str:
    """Keep a table of trust with the columns and types the schema declares, in a fixed order."""
    declared = schema.TRUST[name]
    columns = ", ".join(
        f'"{column}"::{SQL_TYPES[each.type]} AS "{column}"'
        for column, each in declared.columns.items()
    )
    order = ", ".join(f'"{column}"' for column in declared.key)
    return ledger.work.hold(f"SELECT {columns} FROM ({query}) ORDER BY {order}")
