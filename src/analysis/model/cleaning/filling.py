"""Missing values: filled where something else says them; else, where required, the row goes."""

from __future__ import annotations

import ibis

from analysis.model.cleaning.layers import REJECT, REPAIR, Mark, Step, number, text
from analysis.model.cleaning.reading import NO_WORD
from analysis.model.cleaning.work import SQL_TYPES, Work, at, located, plain

EXACT = SQL_TYPES["decimal(18, 4)"]


def system_channels(engine: ibis.BaseBackend, staged_lines: ibis.Table) -> ibis.Table:
    """The channels each system writes, held in the engine.

    One row per ``source`` and ``channel``. Given to :class:`.Context` as ``system_channels``, so
    that a system's only channel is the only one of all months.
    """
    name = ibis.util.gen_name("channels")
    engine.raw_sql(
        f'CREATE TEMP TABLE "{name}" AS SELECT DISTINCT source, channel '
        f"FROM {located(engine, staged_lines)} WHERE channel NOT NULL ORDER BY ALL"
    )
    return engine.table(name)


def filled(work: Work, looked: Step) -> Step:
    """``fill_region``, ``fill_cost``, ``fill_channel``: what an order line lacks and others say.

    The region becomes the customer's home region, the cost the product's unit cost times the
    quantity, the channel the only channel of its system. Nothing is filled with ``fill_missing:
    false``; values that are there are never touched.
    """
    if work.name != "order_lines" or not work.context.cleaning.fill_missing:
        return Step()
    values = {}
    if "_customer_id_region" in looked.adds:
        values["region"] = "r._customer_id_region"
    if "_product_id_unit_cost" in looked.adds:
        values["cost"] = f"(r._product_id_unit_cost * {at('quantity')})::{EXACT}"
    if channels := _channels(work):
        cases = " ".join(f"WHEN {text(s)} THEN {text(c)}" for s, c in channels.items())
        values["channel"] = f"CASE {at('source')} {cases} END"
    values = {column: value for column, value in values.items() if column in work.columns}
    return Step(
        marks=[
            Mark(f"fill_{column}", REPAIR, column, f"{at(column)} IS NULL AND {value} IS NOT NULL",
                 after=number(value) if column == "cost" else value)
            for column, value in values.items()
        ],
        values={column: f"coalesce({at(column)}, {value})" for column, value in values.items()},
    )  # fmt: skip


def missing(work: Work) -> Step:
    """``missing``: a row without a required value is rejected.

    Where the value was a word that no list knows, the rule named is ``unmapped``, with the word.
    """
    marks = []
    unread = {c for (c,) in work.ask(f'SELECT DISTINCT "column" FROM {work.unread}')}
    for column in work.declared.required:
        if column not in work.columns:
            continue
        empty = f"{at(column)} IS NULL"
        if column in unread:
            word, why = (f"r._unread[{text(column)}].{part}" for part in ("value", "why"))
            said = f"{text(column + ' ')} || '''' || {word} || ''' is a word no list knows'"
            marks.append(
                Mark("unmapped", REJECT, column, f"{empty} AND {why} = {text(NO_WORD)}", said)
            )
        marks.append(Mark("missing", REJECT, column, empty, text(f"{column} is empty")))
    return Step(marks=marks)


def _channels(work: Work) -> dict[str, str]:
    """The channel of each system that has only one."""
    told = work.context.tables.get("system_channels")
    if told is not None:
        rows = list(told.execute().itertuples(index=False, name=None))
    elif "channel" in work.columns:
        rows = work.ask(f"SELECT DISTINCT source, channel FROM {work.rows} WHERE channel NOT NULL")
    else:
        rows = []
    ours = _standard_channels(work)
    found: dict[str, set[str]] = {}
    for source, channel in rows:
        found.setdefault(source, set()).add(ours.get(plain(channel), channel))
    return {source: next(iter(one)) for source, one in found.items() if len(one) == 1}


def _standard_channels(work: Work) -> dict[str, str]:
    classes = work.context.register.firm.classes.get("order_lines.channel", {})
    return {plain(word): ours for ours, words in classes.items() for word in [ours, *words]}
