"""Rules laid over one another: many rules, one pass over the rows.

A rule says what it does as a :class:`Step`: new values, and marks where it speaks, in SQL over
the rows as they are when its turn comes. Steps laid over one another make one query. Run over all
rows it gives the values that stay, and of each row only whether any rule spoke and which one
rejects it. Run once more over the few rows that are marked, it tells what every rule said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

ORIGIN = ("source", "file", "source_row")
REJECT, REPAIR, FLAG, LEFTOVER = "reject", "repair", "flag", "leftover"


@dataclass(frozen=True)
class Mark:
    """Where a rule speaks of a column, and what it says. All but the names are SQL.

    Attributes
    ----------
    rule : str
        Its name in the tables of trust.
    action : str
        ``reject`` the row, ``repair`` a value, ``flag`` the row, or list a ``leftover`` word.
    column : str
        Column it speaks of.
    when : str
        Condition; where it is NULL the rule is silent.
    reason : str
        A sentence with the value found.
    before, after : str
        Value of a repair, as text; ``before`` is also the word of a leftover.
    """

    rule: str
    action: str
    column: str
    when: str
    reason: str = "NULL"
    before: str = "NULL"
    after: str = "NULL"

    def told(self, place: int) -> str:
        """SQL of everything the mark says, NULL where it is silent."""
        return (
            f"CASE WHEN {self.when} THEN {{'place': {place}, 'rule': {text(self.rule)}, "
            f"'action': {text(self.action)}, 'column': {text(self.column)}, "
            f"'before': ({self.before})::VARCHAR, 'after': ({self.after})::VARCHAR, "
            f"'reason': ({self.reason})::VARCHAR}} END"
        )


@dataclass(frozen=True)
class Step:
    """What a rule does when its turn comes.

    Attributes
    ----------
    marks : list of Mark
        What it says; a rejection that comes first gives the reason.
    values : dict of str to str
        New values by column, in SQL.
    adds : dict of str to str
        Columns added for the rules after it.
    joins : list of str
        ``LEFT JOIN …`` to tables with at most one row for each row ``r``.
    """

    marks: list[Mark] = field(default_factory=list)
    values: dict[str, str] = field(default_factory=dict)
    adds: dict[str, str] = field(default_factory=dict)
    joins: list[str] = field(default_factory=list)


def values_query(rows: str, steps: Sequence[Step], final: Sequence[str]) -> str:
    """Query of the rows as they are after all steps.

    Parameters
    ----------
    rows : str
        Table or bracketed query.
    steps : sequence of Step
        In their order.
    final : sequence of str
        What to select, in SQL over the columns after the last step.

    Returns
    -------
    str
        SELECT of ``final``, ``_reject`` (place of the first mark that rejects; NULL: none does)
        and ``_marked`` (whether any mark speaks).
    """
    marks = [mark for step in steps for mark in step.marks]
    inner = _laid(rows, steps, tell=False)
    rejects = " ".join(
        f"WHEN _m{place} THEN {place}" for place, m in enumerate(marks) if m.action == REJECT
    )
    rejected = f"CASE {rejects} END" if rejects else "NULL"
    marked = " OR ".join(f"_m{place}" for place in range(len(marks))) or "false"
    return (
        f"SELECT {', '.join(final)}, ({rejected})::USMALLINT AS _reject, ({marked}) AS _marked "
        f"FROM ({inner})"
    )


def marks_query(rows: str, steps: Sequence[Step], final: Sequence[str]) -> str:
    """Query of what the marks say: one row per row and mark that speaks.

    Columns are ``final``, ``place``, ``rule``, ``action``, ``column``, ``before``, ``after`` and
    ``reason``.
    """
    count = sum(len(step.marks) for step in steps)
    told = ", ".join(f"_m{place}" for place in range(count)) or "NULL::STRUCT(place INTEGER)"
    inner = _laid(rows, steps, tell=True)
    return (
        f"SELECT * EXCLUDE (_told), unnest(_told) FROM (SELECT {', '.join(final)}, unnest("
        f"list_filter([{told}], lambda m: m IS NOT NULL)) AS _told FROM ({inner}))"
    )


def text(value: object) -> str:
    """A constant of text, quoted for SQL."""
    return "'" + str(value).replace("'", "''") + "'"


def number(column: str) -> str:
    """SQL that writes a decimal without the zeros at its end."""
    said = f"({column})::VARCHAR"
    return f"CASE WHEN {said} LIKE '%.%' THEN rtrim(rtrim({said}, '0'), '.') ELSE {said} END"


def _laid(rows: str, steps: Sequence[Step], tell: bool) -> str:
    query, place = f"SELECT * FROM {rows}", 0
    for step in steps:
        columns = "r.*"
        if step.values:
            changed = ", ".join(f'({value}) AS "{name}"' for name, value in step.values.items())
            columns += f" REPLACE ({changed})"
        added = [f"({value}) AS {name}" for name, value in step.adds.items()]
        for mark in step.marks:
            said = mark.told(place) if tell else f"coalesce({mark.when}, false)"
            added.append(f"{said} AS _m{place}")
            place += 1
        query = f"SELECT {', '.join([columns, *added])} FROM ({query}) r {' '.join(step.joins)}"
    return query
