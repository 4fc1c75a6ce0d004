"""Values that cannot be: amounts and counts out of range, days no record of the firm can have."""

from __future__ import annotations

from datetime import timedelta

from analysis.model import schema
from analysis.model.cleaning.layers import FLAG, REJECT, REPAIR, Mark, Step, number, text
from analysis.model.cleaning.record import AFTER_LAST, FIRST_MOMENT
from analysis.model.cleaning.work import Work, at

GRACE = timedelta(days=1)
"""A day is a day: an extract of the morning holds the whole day's date."""
AHEAD = frozenset({
    ("payments", "due_at"), ("fulfilments", "promised_at"), ("promotions", "starts_at"),
    ("promotions", "ends_at"), ("products", "launched_at"), ("plan", "month"), ("market", "month"),
    ("events", "starts_at"), ("events", "ends_at"), ("channel_spend", "month"),
})  # fmt: skip
"""Days that are known before they come."""
BEFORE = frozenset({
    ("products", "launched_at"), ("market", "month"), ("events", "starts_at"),
    ("events", "ends_at"), ("staff", "hired_at"),
})  # fmt: skip
"""Days of a world that is older than the firm."""

CREDITED = frozenset({("order_lines", column) for column in ("quantity", "revenue", "cost")})
"""What is below 0 on a line that takes back what was sold."""


def impossible(work: Work) -> Step:
    """``impossible``: out of the schema's range, nothing or less sold, or a day that cannot be.

    With ``credit_lines: keep`` an order line whose quantity and revenue are both below 0 is a
    credit, and stays; one of which only one is, is a typing error.

    A day cannot lie outside 1990 to 2099, before the firm was founded, or more than a day after
    its file was written, unless it is one that is known before (due, promised, planned). With the
    setting ``impossible: reject`` the row is rejected; but a record that something else refers to
    (customer, product, staff) stays, and only its value is emptied and listed as repaired, as
    long as the column is not required. With ``flag`` the row is kept and flagged; save where the
    day a row is dated by is impossible: there is no month to keep it in.
    """
    marks: list[Mark] = []
    values: dict[str, str] = {}
    joins: list[str] = []
    for column, condition, reason in _ranges(work):
        _add(work, marks, values, column, condition, reason)
    moments = [c for c in work.columns if work.declared.columns[c].type == schema.MOMENT]
    if moments:
        after, joins = _written(work, moments)
        for column in moments:
            for condition, reason in _days(work, column, after):
                _add(work, marks, values, column, condition, reason)
    return Step(marks=marks, values=values, joins=joins)


def _add(
    work: Work, marks: list[Mark], values: dict[str, str], column: str, when: str, reason: str
) -> None:
    declared = work.declared
    must = column in declared.required or column in declared.key
    if work.context.cleaning.impossible == "flag" and column != declared.dated:
        marks.append(Mark("impossible", FLAG, column, when, reason))
    elif declared.dated or must:
        marks.append(Mark("impossible", REJECT, column, when, reason))
    else:
        marks.append(
            Mark("impossible", REPAIR, column, when, reason, before=f"{at(column)}::VARCHAR")
        )
        left = values.get(column, at(column))
        values[column] = f"CASE WHEN NOT coalesce({when}, false) THEN {left} END"


def credit_line(work: Work, prefix: str = "") -> str:
    """SQL: the line takes back what was sold: quantity and revenue are below 0, both."""
    if work.context.cleaning.credit_lines == "reject" or {"quantity", "revenue"} - set(
        work.columns
    ):
        return "false"
    return f"coalesce({prefix}quantity < 0 AND {prefix}revenue < 0, false)"


def _ranges(work: Work) -> list[tuple[str, str, str]]:
    """Column, condition and sentence of every range."""
    found = []
    for column in work.columns:
        declared, value = work.declared.columns[column], at(column)
        said = f"{text(column + ' ')} || {number(value)}"
        credited = f" AND NOT {credit_line(work, 'r.')}" if (work.name, column) in CREDITED else ""
        if (work.name, column) == ("order_lines", "quantity"):
            found.append((column, f"{value} <= 0{credited}", f"{said} || ' is not above 0'"))
        elif declared.low is not None:
            low = f"{declared.low:g}"
            found.append((column, f"{value} < {low}{credited}", f"{said} || ' is below {low}'"))
        if declared.high is not None:
            high = f"{declared.high:g}"
            found.append((column, f"{value} > {high}", f"{said} || ' is above {high}'"))
    return found


def _days(work: Work, column: str, after: str) -> list[tuple[str, str]]:
    """Condition and sentence of every way in which a moment cannot be."""
    value = at(column)
    said = f"{text(column + ' ')} || {value}::VARCHAR || "
    first = FIRST_MOMENT if (work.name, column) in BEFORE else work.context.first_moment
    why = "before the firm was founded" if first > FIRST_MOMENT else "before 1990"
    found = [(f"{value} < '{first}'", f"{said} ' is {why}'")]
    late = f"{value} >= '{AFTER_LAST}'"
    if (work.name, column) in AHEAD or not after:
        found.append((late, f"{said} ' is after 2099'"))
    else:
        found.append((f"{value} > {after} OR {late}", f"{said} ' is after the file was written'"))
    return found


def _written(work: Work, moments: list[str]) -> tuple[str, list[str]]:
    """SQL of the last possible moment of a row, and the join it needs; empty: all are possible."""
    context = work.context
    latest = {
        (source, file): (context.delivered.get((source, file)) or context.last_moment) + GRACE
        for source, file in work.files
    }
    found = ", ".join(f'max("{column}")' for column in moments)
    newest = [m for m in work.ask(f"SELECT {found} FROM {work.rows}")[0] if m is not None]
    if not latest or not newest or max(newest) <= min(latest.values()):
        return "", []
    if len(set(latest.values())) == 1:
        return f"'{min(latest.values())}'::TIMESTAMP", []
    listed = ", ".join(
        f"({text(source)}, {text(file)}, '{moment}'::TIMESTAMP)"
        for (source, file), moment in latest.items()
    )
    written = work.hold(f"SELECT * FROM (VALUES {listed}) t(source, file, latest)")
    return "w.latest", [f"LEFT JOIN {written} w ON w.source = r.source AND w.file = r.file"]
