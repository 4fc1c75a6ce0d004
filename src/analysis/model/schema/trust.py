"""Tables that say what was done to the data, and how far they can be trusted.

Every snapshot holds them all, empty where there is nothing to say.
"""

from __future__ import annotations

from analysis.model.schema.record import (
    COUNT,
    EXACT,
    FLAG,
    MOMENT,
    SHARE,
    TEXT,
    Column,
    Table,
    origin,
    source,
)  # fmt: skip

ROW_OF = {
    "table": Column(TEXT, "table the row was for"),
    **origin(),
    "record_key": Column(TEXT, "the row's key, its parts joined with a slash"),
    "month": Column(MOMENT, "month the row belongs to; none: undated"),
    "revenue": Column(EXACT, "its revenue; none: no order line", "money"),
    "rule": Column(TEXT, "rule that spoke, as params/trust.yml names it"),
}
COUNTS = {
    f"{what}_{how}": Column(COUNT if what == "rows" else EXACT, f"{what} {how}", unit)
    for what, unit in (("rows", "count"), ("revenue", "money"))
    for how in ("read", "kept", "rejected", "merged")
}

TRUST = {
    "quarantine": Table(
        grain="one row per record read and not kept",
        key=("table", "source", "file", "source_row"),
        columns={
            **ROW_OF,
            "action": Column(
                TEXT, "rejected, or merged into a record that stays",
                allowed=("rejected", "merged"),
            ),
            "reason": Column(TEXT, "why, in a sentence with the value found"),
            "survivor": Column(TEXT, "key of the record that stays; none: rejected"),
            "record": Column(TEXT, "the record as read, as JSON", personal=True),
        },
    ),
    "repairs": Table(
        grain="one row per value changed",
        key=("table", "source", "file", "source_row", "column", "rule"),
        columns={
            **ROW_OF,
            "column": Column(TEXT, "column that was changed"),
            "before": Column(TEXT, "value as read; none: it was empty", personal=True),
            "after": Column(TEXT, "value as it is now; none: it is empty", personal=True),
        },
    ),
    "flags": Table(
        grain="one row per record kept though it is doubted, and rule",
        key=("table", "source", "file", "source_row", "rule"),
        columns={**ROW_OF, "reason": Column(TEXT, "why, in a sentence with the value found")},
    ),
    "leftovers": Table(
        grain="one row per word that no class knows",
        key=("table", "source", "column", "word"),
        columns={
            "table": Column(TEXT, "table"),
            "source": source(),
            "column": Column(TEXT, "column"),
            "word": Column(TEXT, "word as delivered"),
            "rows": Column(COUNT, "rows that hold it", "count"),
            "revenue": Column(EXACT, "their revenue; none: no order lines", "money"),
        },
    ),
    "conflicts": Table(
        grain="one row per record and column on which two systems disagree",
        key=("table", "record_key", "column", "loser_source", "loser_value"),
        columns={
            "table": Column(TEXT, "table"),
            "record_key": Column(TEXT, "the record in all systems"),
            "column": Column(TEXT, "column"),
            "winner_source": Column(TEXT, "system whose value stays"),
            "winner_value": Column(TEXT, "its value", personal=True),
            "loser_source": Column(TEXT, "system whose value gives way"),
            "loser_value": Column(TEXT, "its value", personal=True),
            "rule": Column(TEXT, "why the winner won"),
        },
    ),
    "customer_links": Table(
        grain="one row per customer record of a system",
        key=("source", "local_id"),
        columns={
            "source": source(),
            "local_id": Column(TEXT, "customer, as the system numbers it"),
            "customer_id": Column(TEXT, "the customer in all systems"),
            "probability": Column(
                SHARE, "that it is the same customer; none: it stands alone", "share"
            ),
            "status": Column(
                TEXT, "how it is linked", allowed=("matched", "ambiguous", "unmatched")
            ),
            "decided_by": Column(TEXT, "who decided", allowed=("model", "override", "alone")),
        },
    ),
    "link_candidates": Table(
        grain="one row per pair of customer records a person should decide on",
        key=("source_a", "local_id_a", "source_b", "local_id_b"),
        columns={
            "source_a": Column(TEXT, "system of the first"),
            "local_id_a": Column(TEXT, "its number"),
            "name_a": Column(TEXT, "its name", personal=True),
            "source_b": Column(TEXT, "system of the second"),
            "local_id_b": Column(TEXT, "its number"),
            "name_b": Column(TEXT, "its name", personal=True),
            "probability": Column(SHARE, "that they are one customer", "share"),
            "agree_on": Column(TEXT, "columns on which they agree, by commas"),
            "differ_on": Column(TEXT, "columns on which they differ, by commas"),
        },
    ),
    "accounts": Table(
        grain="one row per table, system and month",
        key=("table", "source", "month"),
        columns={
            "table": Column(TEXT, "table"),
            "source": source(),
            "month": Column(MOMENT, "month; none: undated"),
            **COUNTS,
        },
    ),
    "coverage": Table(
        grain="one row per thing covered: a source, channel, region, field or link",
        key=("scope", "table", "part"),
        columns={
            "scope": Column(
                TEXT, "what is covered",
                allowed=("overall", "source", "channel", "region", "field", "link"),
            ),
            "table": Column(TEXT, "table"),
            "part": Column(TEXT, "which source, channel, region, field or link"),
            "numerator": Column(COUNT, "rows, or values, that are there and good", "count"),
            "denominator": Column(COUNT, "rows, or values, there should be", "count"),
            "value": Column(SHARE, "numerator / denominator", "share"),
        },
    ),
    "freshness": Table(
        grain="one row per system",
        key=("source",),
        columns={
            "source": source(),
            "label": Column(TEXT, "what a reader calls it"),
            "owner": Column(TEXT, "department that answers for it"),
            "is_required": Column(FLAG, "whether a pack needs it"),
            "is_delivered": Column(FLAG, "whether it delivered"),
            "files": Column(COUNT, "files and queries delivered", "count"),
            "rows": Column(COUNT, "rows read", "count"),
            "first_record_at": Column(MOMENT, "its first dated record"),
            "newest_record_at": Column(MOMENT, "its newest dated record"),
            "delivered_at": Column(MOMENT, "when its newest file was written"),
            "refresh_hours": Column(SHARE, "hours within which it should come anew", "hours"),
            "delay_hours": Column(SHARE, "hours from delivery to the moment judged", "hours"),
            "is_late": Column(FLAG, "whether the delay is more than the refresh interval"),
        },
    ),
    "reconciliation": Table(
        grain="one row per month and pair of systems compared",
        key=("month", "source", "of_source"),
        columns={
            "month": Column(MOMENT, "month"),
            "source": Column(TEXT, "system that counted, as control_totals has it"),
            "of_source": Column(TEXT, "system whose orders were counted"),
            "revenue_counted": Column(EXACT, "revenue the counting system holds", "money"),
            "revenue_kept": Column(
                EXACT, "revenue kept, or merged into another system's record of the same order",
                "money",
            ),
            "difference": Column(EXACT, "counted less kept", "money"),
        },
    ),
    "restatements": Table(
        grain="one row per month whose figures the last snapshot had otherwise",
        key=("month", "source"),
        columns={
            "month": Column(MOMENT, "month"),
            "source": source(),
            "is_closed": Column(FLAG, "whether the last snapshot held the month whole"),
            "revenue_before": Column(EXACT, "revenue in the last snapshot", "money"),
            "revenue_after": Column(EXACT, "revenue now", "money"),
            "rows_added": Column(COUNT, "order lines that are new", "count"),
            "rows_removed": Column(COUNT, "order lines that are gone", "count"),
            "rows_changed": Column(
                COUNT, "lines with another revenue, day, customer or system", "count"
            ),
            "examples": Column(TEXT, "keys of the first of these lines, by commas"),
        },
    ),
    "moving_fields": Table(
        grain="one row per field of customers that moves, checked against the last snapshot",
        key=("field",),
        columns={
            "field": Column(TEXT, "field: last order, total revenue, order count"),
            "customers": Column(COUNT, "customers in both snapshots", "count"),
            "moved": Column(COUNT, "of which it moved as it may", "count"),
            "moved_back": Column(COUNT, "of which it moved backwards, which it must not", "count"),
            "examples": Column(TEXT, "first customers of these, by commas"),
        },
    ),
    "discipline": Table(
        grain="one row per owner of accounts and field",
        key=("owner_id", "field"),
        columns={
            "owner_id": Column(TEXT, "who looks after the accounts; empty: nobody"),
            "field": Column(TEXT, "field of customers"),
            "customers": Column(COUNT, "accounts of the owner", "count"),
            "blank": Column(COUNT, "of which the field is blank", "count"),
        },
    ),
    "gates": Table(
        grain="one row per gate",
        key=("gate", "part"),
        columns={
            "gate": Column(TEXT, "gate, as params/trust.yml names it"),
            "part": Column(TEXT, "what it is about: a source, table, field"),
            "level": Column(TEXT, "what a miss does", allowed=("fail", "warn", "note")),
            "numerator": Column(SHARE, "what was counted", "count"),
            "denominator": Column(SHARE, "out of what", "count"),
            "value": Column(SHARE, "value measured, in the gate's unit", "share"),
            "threshold": Column(SHARE, "value that is asked", "share"),
            "is_met": Column(FLAG, "whether it is met"),
            "rows_named": Column(TEXT, "the first rows at fault, in a sentence"),
        },
    ),
}  # fmt: skip
