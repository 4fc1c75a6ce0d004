"""What is usual for a product, and lines far from it."""

from __future__ import annotations

import ibis

from analysis.model.cleaning.amounts import one_currency, one_unit, packs
from analysis.model.cleaning.knowing import lent_by
from analysis.model.cleaning.layers import FLAG, REJECT, Mark, Step, number, text, values_query
from analysis.model.cleaning.record import Context
from analysis.model.cleaning.work import Work, at, located

LEAST = 20
"""Lines below which a product has no usual price and quantity of its own."""
PRICE_FLOOR, QUANTITY_FLOOR = 0.10, 0.35
"""Least spread of the logarithms: a price list, or a shop that sells singly, has hardly any, and
every discount and every second piece would be far from usual."""
LIST_SPREAD = 0.15
"""Deviation of prices from the list price, where a product's own is not known."""
LOOKED_AT = 500_000
"""Of more lines, every n-th order says what is usual for a kind of customer."""
SIGMA = 1.4826
"""Median absolute deviations in one standard deviation of a normal distribution."""


def product_norms(
    engine: ibis.BaseBackend, staged_lines: ibis.Table, context: Context | None = None
) -> ibis.Table:
    """Usual price and quantity of every product, held in the engine.

    Parameters
    ----------
    engine : ibis backend
        DuckDB.
    staged_lines : ibis.Table
        Staged order lines. The medians are exact: of very many lines, give a share.
    context : Context, optional
        The firm's currency and units, where systems use several.

    Returns
    -------
    ibis.Table
        One row per ``product_id``, and one where it is missing, for all products: ``n``, lines
        (count); ``price_median`` of log(revenue / quantity), ``quantity_median`` of
        log(quantity); ``price_mad`` and ``quantity_mad``, medians of the absolute distance from
        these. Rounded to 0.001, so that a few new lines leave what is usual as it is. What has
        fewer than 20 lines has no row.
    """
    lines = located(engine, staged_lines)
    held: tuple[str, ...] = ()
    if context is not None:
        lines, held = _converted(engine, lines, context)
    name = ibis.util.gen_name("norms")
    engine.raw_sql(f"""
        CREATE TEMP TABLE "{name}" AS
        WITH logs AS MATERIALIZED (
            SELECT product_id, ln(revenue::DOUBLE / quantity::DOUBLE) AS p,
                ln(quantity::DOUBLE) AS q
            FROM {lines} WHERE quantity > 0 AND revenue > 0
        ),
        middle AS (
            SELECT product_id, count(*) AS n, median(p) AS pm, median(q) AS qm
            FROM logs WHERE product_id NOT NULL GROUP BY 1 HAVING count(*) >= {LEAST}
            UNION ALL
            SELECT NULL, count(*), median(p), median(q) FROM logs HAVING count(*) >= {LEAST}
        ),
        apart AS (
            SELECT product_id, median(abs(p - pm)) AS pa, median(abs(q - qm)) AS qa
            FROM logs JOIN middle USING (product_id) GROUP BY 1
            UNION ALL
            SELECT NULL, median(abs(p - pm)), median(abs(q - qm))
            FROM logs JOIN middle m ON m.product_id IS NULL
        )
        SELECT m.product_id, m.n, round(pm, 3) AS price_median, round(pa, 3) AS price_mad,
            round(qm, 3) AS quantity_median, round(qa, 3) AS quantity_mad
        FROM middle m JOIN apart a ON a.product_id IS NOT DISTINCT FROM m.product_id
    """)  # fmt: skip
    for table in held:
        engine.raw_sql(f'DROP TABLE "{table}"')
    return engine.table(name)


def outlier(work: Work, looked: Step) -> list[Step]:
    """``outlier``: a line whose price or quantity is far from what is usual.

    Usual are the price and the quantity of its product, and the quantity of its kind of customer.
    Far is more than ``outlier_distance`` robust standard deviations of the logarithm: the
    distance from the median over 1.4826 times the median absolute deviation, of which the least
    is 0.10 for prices and 0.35 for quantities. A product with fewer than 20 lines is held to its
    list price (deviation 0.15) and to the quantities of all products. The line is kept, flagged
    and its ``is_outlier`` true (``outliers: flag``), or it is rejected (``reject``). Where too
    little is known, nothing is far.
    """
    if work.name != "order_lines":
        return []
    if {"product_id", "quantity", "revenue"} - set(work.columns):
        return [Step(adds={"is_outlier": "false"})]
    limit = work.context.cleaning.outlier_distance
    action = REJECT if work.context.cleaning.outliers == "reject" else FLAG
    far = {what: f"r._{what}_distance > {limit}" for what in ("price", "count", "kind")}
    kind = f"{far['kind']} AND ({far['count']}) IS NOT TRUE"
    price = f"({at('revenue')}::DOUBLE / {at('quantity')}::DOUBLE)"
    judged = Step(
        marks=[
            Mark("outlier", action, "revenue", far["price"], _sentence("price", price, "price")),
            Mark("outlier", action, "quantity", far["count"],
                 _sentence("quantity", at("quantity"), "count")),
            Mark("outlier", action, "quantity", kind,
                 _sentence("quantity", at("quantity"), "kind", " of such customers")),
        ],
        adds={"is_outlier": f"coalesce({' OR '.join(far.values())}, false)"},
    )  # fmt: skip
    return [_measured(work, looked), judged]


def _measured(work: Work, looked: Step) -> Step:
    """How far each line is from what is usual, and what that is."""
    norms = _norms(work)
    whole = work.ask(f"SELECT quantity_median, quantity_mad FROM {norms} WHERE product_id IS NULL")
    median, mad = whole[0] if whole else ("NULL", "NULL")
    listed = "NULL"
    if "_product_id_list_price" in looked.adds:
        listed = "CASE WHEN r._product_id_list_price > 0 THEN ln(r._product_id_list_price) END"
    kinds = _kinds(work) if "_customer_id_kind" in looked.adds else {}
    usual = {
        "price": (f"coalesce(n.price_median, {listed})", f"coalesce(n.price_mad, {LIST_SPREAD})"),
        "count": (f"coalesce(n.quantity_median, {median})", f"coalesce(n.quantity_mad, {mad})"),
        "kind": (_by_kind(kinds, 0), _by_kind(kinds, 1)),
    }
    counted = f"{at('quantity')} > 0"
    count = f"ln({at('quantity')}::DOUBLE)"
    said = {
        "price": (f"{counted} AND {at('revenue')} > 0", f"ln({at('revenue')}::DOUBLE) - {count}"),
        "count": (counted, count),
        "kind": (counted, count),
    }
    adds = {}
    for what, (middle, spread) in usual.items():
        floor = PRICE_FLOOR if what == "price" else QUANTITY_FLOOR
        when, value = said[what]
        distance = f"abs({value} - {middle}) / ({SIGMA} * greatest({spread}, {floor}))"
        adds[f"_{what}_distance"] = f"CASE WHEN {when} THEN {distance} END"
        adds[f"_{what}_usual"] = f"exp({middle})"
    return Step(
        adds=adds, joins=[f"LEFT JOIN {norms} n ON n.product_id = {at('product_id')}"]
    )  # fmt: skip


def _kinds(work: Work) -> dict[str, tuple[float, float]]:
    """Median and median absolute deviation of log(quantity) by kind of customer."""
    customers = work.lookup("customers", "customer_id", *lent_by(work, "customer_id", "customers"))
    in_packs = ", ".join(text(word) for word in packs(work))
    singly = f"(unit IS NULL OR unit NOT IN ({in_packs}))" if in_packs else "true"
    every = -(-int(work.ask(f"SELECT count(*) FROM {work.rows}")[0][0]) // LOOKED_AT) or 1
    found = work.ask(
        f"""
        WITH logs AS MATERIALIZED (
            SELECT kind, ln(quantity::DOUBLE) AS q FROM {work.rows} JOIN {customers}
            USING (customer_id)
            WHERE kind NOT NULL AND quantity > 0 AND {singly} AND hash(order_id) % {every} = 0
        ),
        middle AS (SELECT kind, median(q) AS m FROM logs GROUP BY 1 HAVING count(*) >= {LEAST})
        SELECT kind, any_value(m), median(abs(q - m)) FROM logs JOIN middle USING (kind) GROUP BY 1
        """
    )
    return {kind: (middle, spread) for kind, middle, spread in found}


def _by_kind(kinds: dict[str, tuple[float, float]], place: int) -> str:
    cases = " ".join(f"WHEN {text(kind)} THEN {told[place]}" for kind, told in kinds.items())
    return f"(CASE r._customer_id_kind {cases} END)" if cases else "NULL"


def _sentence(what: str, value: str, measured: str, whose: str = "") -> str:
    usual = number(f"round(r._{measured}_usual, 2)")
    return (
        f"'{what} ' || {number(f'round({value}, 2)')} || ', usual{whose} is ' || {usual} || "
        f"'; ' || round(r._{measured}_distance, 1)::VARCHAR || ' robust standard deviations away'"
    )


def _norms(work: Work) -> str:
    told = work.context.tables.get("product_norms")
    if told is not None:
        return located(work.engine, told)
    made = product_norms(work.engine, work.table, work.context)
    name = made.get_name()
    work.held.append(name)
    return f'"{name}"'


def _converted(
    engine: ibis.BaseBackend, lines: str, context: Context
) -> tuple[str, tuple[str, ...]]:
    """Lines with amounts in the firm's currency and quantities in units; what to drop after."""
    columns = ("ordered_at", "product_id", "quantity", "unit_price", "revenue", "currency", "unit")
    work = Work(engine, "order_lines", "", "", context, list(columns))
    work.rows = work.hold(
        f"SELECT source, file, source_row, {', '.join(columns)} FROM {lines} "
        "WHERE quantity > 0 AND revenue > 0"
    )
    steps = [*one_currency(work), one_unit(work)]
    if any(step.values for step in steps):
        names = ["product_id", "quantity", "revenue"]
        work.hold(values_query(work.rows, steps, names))
    return f'"{work.held[-1]}"', tuple(work.held)
