"""Keys that no table knows: a customer, product or order that is referred to and not there."""

from __future__ import annotations

from analysis.model import schema
from analysis.model.cleaning.layers import FLAG, REJECT, Mark, Step, text
from analysis.model.cleaning.work import Work, at, located

OF_ORDERS = frozenset({"returns", "payments", "fulfilments"})
"""Tables whose ``order_id`` is an order that order lines must know."""
ORDERS = "order_lines"
LENT = {
    ("order_lines", "customer_id"): ("region", "kind"),
    ("order_lines", "product_id"): ("unit_cost", "list_price"),
}
"""What the record referred to says that the row may lack."""


def looked_up(work: Work) -> Step:
    """What the records say that the rows refer to, looked up once for the rules that ask.

    Adds ``_known_<column>`` (NULL where the key is unknown) and, of what is lent,
    ``_<column>_<value>``.
    """
    adds, joins = {}, []
    for place, (column, table, key) in enumerate(references(work)):
        lent = lent_by(work, column, table)
        known = _orders(work) if table == ORDERS else work.lookup(table, key, *lent)
        if known is None and table == work.name:  # staff are led by staff
            known = work.hold(f'SELECT DISTINCT "{key}" FROM {work.rows}')
        if known is None:
            continue
        joins.append(f'LEFT JOIN {known} k{place} ON k{place}."{key}" = {at(column)}')
        adds[f"_known_{column}"] = f'k{place}."{key}"'
        adds |= {f"_{column}_{value}": f'k{place}."{value}"' for value in lent}
    return Step(adds=adds, joins=joins)


def unknown_key(work: Work, looked: Step) -> Step:
    """``unknown_key``: the row refers to a record that its table does not hold.

    The row is kept and flagged (setting ``unknown_keys: flag``) or rejected (``reject``). Checked
    against the tables that were delivered; an empty value refers to nothing.
    """
    action = REJECT if work.context.cleaning.unknown_keys == "reject" else FLAG
    return Step(marks=[
        Mark(
            "unknown_key", action, column,
            f"{at(column)} IS NOT NULL AND r._known_{column} IS NULL",
            f"{text(column + ' ')} || {at(column)} || {text(f' is not in {table}')}",
        )
        for column, table, _ in references(work) if f"_known_{column}" in looked.adds
    ])  # fmt: skip


def lent_by(work: Work, column: str, table: str) -> list[str]:
    """Values of the record referred to that are looked up with it."""
    return [value for value in LENT.get((work.name, column), ()) if work.has(table, value)]


def references(work: Work) -> list[tuple[str, str, str]]:
    """Column, table it refers to, and that table's key."""
    found = [
        (column, to, schema.TABLES[to].key[0])
        for column in work.columns
        if (to := work.declared.columns[column].refers_to)
    ]
    if work.name in OF_ORDERS and "order_id" in work.columns:
        found.append(("order_id", ORDERS, "order_id"))
    return found


def _orders(work: Work) -> str | None:
    """The orders the rows name that order lines hold: all orders would be very many."""
    lines = work.context.tables.get(ORDERS)
    if lines is None:
        return None
    return work.hold(
        f"SELECT DISTINCT order_id FROM {work.rows} "
        f"SEMI JOIN {located(work.engine, lines)} USING (order_id)"
    )
