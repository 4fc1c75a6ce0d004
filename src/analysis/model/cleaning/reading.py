"""Values that could not be read, and words that no list knows."""

from __future__ import annotations

from analysis.model.cleaning.layers import LEFTOVER, ORIGIN, REJECT, REPAIR, Mark, Step, text
from analysis.model.cleaning.work import Work, at, plain, same_row

NO_WORD = "no such word"


def unreadable(work: Work) -> Step:
    """``unreadable``, ``unmapped``: a value that is not of its column's type or list of words.

    A row without a readable required value is rejected; any other value is emptied and listed as
    repaired (setting ``unreadable: repair``), or the row is rejected (``reject``). A word that the
    mapping's ``values`` do not know is listed as a leftover and its value emptied; it may be
    filled later.
    """
    kinds = work.ask(f'SELECT DISTINCT "column", why = {text(NO_WORD)} FROM {work.unread}')
    if not kinds:
        return Step()
    origin = ", ".join(ORIGIN)
    values = work.hold(
        f'SELECT {origin}, map_from_entries(list(("column", said))) AS said FROM (SELECT {origin}, '
        f"\"column\", {{'value': any_value(value), 'why': any_value(why)}} AS said "
        f"FROM {work.unread} GROUP BY ALL) GROUP BY ALL"
    )
    marks = []
    for column, is_word in sorted(kinds):
        value, why = (f"u.said[{text(column)}].{part}" for part in ("value", "why"))
        spoken = f"{why} IS NOT NULL AND ({why} = {text(NO_WORD)}) = {is_word}"
        must = column in work.declared.required or work.context.cleaning.unreadable == "reject"
        if is_word:
            marks.append(Mark("unmapped", LEFTOVER, column, spoken, before=value))
            marks.append(Mark("unmapped", REPAIR, column, spoken, before=value))
        elif must:
            said = f"{text(column)} || ' ''' || {value} || ''' is ' || {why}"
            marks.append(Mark("unreadable", REJECT, column, spoken, said))
        else:
            marks.append(Mark("unreadable", REPAIR, column, spoken, before=value))
    return Step(
        marks=marks,
        adds={"_unread": "u.said"},
        joins=[f"LEFT JOIN {values} u ON {same_row('r', 'u')}"],
    )


def standard_words(work: Work) -> list[Step]:
    """``standard_class``, ``unmapped``: one word for one thing.

    Words of a column with standard classes (``classes`` of the firm's file) become ours, whatever
    their case, width and outer spaces; the change is listed as a repair. A word no class knows
    is listed as a leftover and kept as delivered: emptied, it would be lost. In a column whose
    words the schema lists it is emptied, and the row rejected where the column is required.
    """
    return [step for column in work.columns if (step := _standard(work, column))]


def _standard(work: Work, column: str) -> Step | None:
    declared = work.declared.columns[column]
    classes = work.context.register.firm.classes.get(f"{work.name}.{column}", {})
    if not classes and not declared.allowed:
        return None
    ours = {plain(word): word for word in [*declared.allowed, *classes]}
    ours |= {plain(word): name for name, words in classes.items() for word in words}
    delivered = work.words(column)
    other = [word for word in delivered if ours.get(plain(word)) != word]
    if not other:
        return None
    known = ", ".join(
        f"({text(word)}, {text(ours[plain(word)]) if plain(word) in ours else 'NULL'})"
        for word in other
    )
    words = work.hold(f"SELECT * FROM (VALUES {known}) t(word, ours)")
    value, found = at(column), "w.word IS NOT NULL AND w.ours IS NULL"
    left = "NULL" if declared.allowed else value
    marks = [
        Mark("standard_class", REPAIR, column, "w.ours IS NOT NULL", before=value, after="w.ours"),
        Mark("unmapped", LEFTOVER, column, found, before=value),
    ]
    if declared.allowed and declared.required:
        listed = text("' is none of " + ", ".join(dict.fromkeys(ours.values())))
        said = f"{text(column + ' ')} || '''' || {value} || {listed}"
        marks.append(Mark("unmapped", REJECT, column, found, said))
    elif declared.allowed:
        marks.append(Mark("unmapped", REPAIR, column, found, before=value))
    return Step(
        marks=marks,
        values={column: f"CASE WHEN w.word IS NULL THEN {value} ELSE coalesce(w.ours, {left}) END"},
        joins=[f"LEFT JOIN {words} w ON w.word = {value}"],
    )
