"""Orders of a scaled firm: one file a month of ERP, web shop and tills."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb
import pandas as pd

from analysis.demo.scale.faults import of_line, share_of

SYSTEMS = {"shop": 0.30, "erp": 0.45, "till": 0.25}
"""Share of the firm's order lines each system takes. The ERP comes after the shop, whose orders it
repeats."""
FILES = {"shop": "orders", "erp": "orders", "till": "receipts"}
SEASON = (0.92, 0.80, 1.00, 0.97, 1.00, 1.02, 0.96, 0.94, 1.03, 1.06, 1.14, 1.16)
GROWTH = 0.008
"""By which the lines of a month rise over those of the month before, of the first month's."""
ANONYMOUS = {"erp": 0.0, "shop": 0.0, "till": 0.4}
"""Share of orders without a customer: till sales without a loyalty card."""
A_MONTH, REPEATED, FROM_SHOP = 10_000_000, 4_000_000, 7_000_000
"""Order numbers begin anew with each month; repeated orders have numbers of their own."""
MONEY = "({}::DECIMAL(14, 0) * 0.01)::DECIMAL(18, 2)"
REVENUE, COST, DISCOUNT = (MONEY.format(name) for name in ("revenue", "cost", "discount"))
SHAPES = {
    "erp": f"""
        number AS "Order No", line_no AS "Line", date_trunc('day', moment) AS "Order Date",
        buyer AS "Customer No", item AS "Item", region AS "Sales Area",
        CASE WHEN pick(order_key, 5) < 0.3 THEN 'Dealer' ELSE 'Direct' END AS "Channel",
        quantity AS "Qty", {DISCOUNT} AS "Discount", {REVENUE} AS "Net", {COST} AS "Cost",
        reference AS "Shop Order"
    """,
    "shop": f"""
        number AS "order", line_no AS pos, moment AS placed_at, buyer AS account, item AS sku,
        region AS area, quantity AS qty, {DISCOUNT} AS money_off, {REVENUE} AS amount,
        {COST} AS goods_cost
    """,
    "till": f"""
        number AS "Receipt", line_no AS "Pos", moment AS "Time", buyer AS "Card", item AS "Article",
        region AS "Store", quantity AS "Units",
        CASE WHEN fault = 'unreadable_amount' THEN '#VALUE!' ELSE {REVENUE}::VARCHAR END
            AS "Amount", {COST} AS "Cost"
    """,
}
"""What each system calls things, of the columns of `LINES`."""

LINES = """
    WITH counted AS (
        SELECT {key} + i AS line_key, i // 10 AS ten, i % 10 AS p FROM range({lines}) AS t(i)
    ), ordered AS (
        -- Orders of one, two, three and four lines take turns: ten lines are four orders.
        SELECT line_key,
               ten * 4 + CASE WHEN p < 1 THEN 0 WHEN p < 3 THEN 1 WHEN p < 6 THEN 2 ELSE 3 END
                   AS order_no,
               CASE WHEN p < 1 THEN 1 WHEN p < 3 THEN p WHEN p < 6 THEN p - 2 ELSE p - 5 END
                   AS line_no,
               {key} + order_no AS order_key,
               floor({buyers} * pow(pick(order_key, 2), 1.3))::BIGINT AS place,
               floor({products} * pow(pick(line_key, 16), 1.8))::BIGINT AS product
        FROM counted
    ), found AS (
        SELECT ordered.*, members.number AS known, members.region AS known_region,
               erp_number, erp_region,
               products.number AS known_item, products.price, products.cost AS unit_cost,
               pick(order_key, 4) < {anonymous} AS is_anonymous,
               CASE WHEN pick(order_key, 3) < {near} AND NOT is_anonymous THEN 'near_duplicate'
                    WHEN pick(order_key, 3) >= 1 - {cross} AND erp_number IS NOT NULL
                    THEN 'cross_system_duplicate' END AS repeated,
               {fault} AS fault,
               (order_no + pick(order_key, 1)) / {orders} * {days} AS day_and_hour,
               floor(day_and_hour) AS day
        FROM ordered
        JOIN members ON members.system = '{system}' AND members.place = ordered.place
        JOIN products USING (product)
    )
    SELECT order_key, line_no, fault, repeated, erp_number, erp_region, NULL::BIGINT AS reference,
           {first_number} + order_no AS number,
           -- Open from eight to eight.
           CASE fault WHEN 'future_date' THEN TIMESTAMP '2099-12-31'
                ELSE make_timestamp(1000000 * ({first_second}::BIGINT + day::INT * 86400 + 28800
                                    + ((day_and_hour - day) * 43200)::INT)) END AS moment,
           CASE WHEN fault = 'unknown_customer' THEN 9000000 + known
                WHEN is_anonymous THEN NULL ELSE known END AS buyer,
           CASE fault WHEN 'unknown_product' THEN 'X' || known_item ELSE known_item END AS item,
           CASE fault WHEN 'missing_region' THEN NULL ELSE known_region END AS region,
           -- Two to five units; where a pack's number was keyed as well, two hundred times that.
           (2 + floor(4 * pick(line_key, 17))::BIGINT)
               * CASE fault WHEN 'outlier' THEN 200 ELSE 1 END AS quantity,
           quantity * price AS gross,
           gross * CASE WHEN pick(line_key, 18) < 0.7 THEN 0 WHEN pick(line_key, 18) < 0.9 THEN 5
                        ELSE 10 END // 100 AS discount,
           (gross - discount) * CASE fault WHEN 'negative_amount' THEN -1 ELSE 1 END AS revenue,
           CASE fault WHEN 'missing_cost' THEN NULL ELSE quantity * unit_cost END AS cost
    FROM found
"""


def lines_of(lines: int, place: int, month: pd.Period, history: int) -> dict[str, int]:
    """Order lines of each system in one month, the `place`-th from 0; a history's are `lines`.

    Months grow and have seasons; what rounding leaves over is carried on.

    Examples
    --------
    >>> lines_of(36_000, 0, pd.Period("2023-11", "M"), 36)
    {'shop': 300, 'erp': 450, 'till': 250}
    """
    start = month - place
    weights = [
        (1 + GROWTH * nth) * SEASON[(start + nth).month - 1]
        for nth in range(max(history, place + 1))
    ]
    ends = [sum(weights[:months]) / sum(weights[:history]) for months in (place, place + 1)]
    counts, edge = {}, 0.0
    for system, share in SYSTEMS.items():
        before, until = (
            round(lines * end * (edge + share)) - round(lines * end * edge) for end in ends
        )
        counts[system] = until - before
        edge += share
    return counts


@dataclass(frozen=True)
class Month:
    """One month: which, its place among the firm's months from 0, and each system's order lines."""

    month: pd.Period
    place: int
    lines: dict[str, int]

    def write(
        self, engine: duckdb.DuckDBPyConnection, system: str, file: Path
    ) -> tuple[int, dict[str, int]]:
        """Write what a system delivers of the month; the shop's before the ERP's.

        Returns
        -------
        int
            Rows written.
        dict
            Planted rows by fault; an order that the ERP has as well is the shop's.
        """
        file.parent.mkdir(parents=True, exist_ok=True)
        engine.execute("DROP TABLE IF EXISTS lines")
        engine.execute(f"CREATE TEMP TABLE lines AS {self._lines(engine, system)}")
        if system == "shop":
            engine.execute(
                "CREATE OR REPLACE TEMP TABLE from_shop AS "
                "FROM lines WHERE repeated = 'cross_system_duplicate'"
            )
        written = engine.execute(
            f"COPY ({self._delivered(system)}) TO '{file}' (FORMAT parquet, USE_TMP_FILE true)"
        )
        rows = int(written.fetchall()[0][0])
        planted = engine.execute(
            "SELECT coalesce(fault, repeated) AS kind, count(*) FROM lines "
            "WHERE kind IS NOT NULL GROUP BY kind"
        ).fetchall()
        return rows, dict(planted)

    def _delivered(self, system: str) -> str:
        """A system's lines, those it delivers twice, and those of the shop it has as well."""
        parts = ["FROM lines", "FROM lines WHERE fault = 'exact_duplicate'"]
        if share_of("near_duplicate", system):
            later = "moment + to_seconds(60 + floor(pick(order_key, 6) * 480)::INT)"
            parts.append(
                f"SELECT * REPLACE (number + {REPEATED} AS number, {later} AS moment) "
                "FROM lines WHERE repeated = 'near_duplicate'"
            )
        if system == "erp":
            parts.append(
                f"SELECT * REPLACE (number + {FROM_SHOP} AS number, number AS reference, "
                "erp_number AS buyer, erp_region AS region) FROM from_shop"
            )
        return f"SELECT {SHAPES[system]} FROM ({' UNION ALL '.join(f'({p})' for p in parts)})"

    def _lines(self, engine: duckdb.DuckDBPyConnection, system: str) -> str:
        """The true lines of a system's month, each with its fault and whether it is repeated."""
        many = self.lines[system]
        buyers, products = engine.execute(
            "SELECT (SELECT count(*) FROM members WHERE system = ? AND won_in <= ?), "
            "(SELECT count(*) FROM products)",
            [system, self.place],
        ).fetchall()[0]
        return LINES.format(
            system=system,
            key=(list(SYSTEMS).index(system) * 1000 + self.place) * 100_000_000,
            lines=many,
            orders=-(-many // 10) * 4,
            first_number=(self.place + 1) * A_MONTH,
            first_second=int(self.month.start_time.timestamp()),
            days=self.month.days_in_month,
            buyers=buyers,
            products=products,
            near=share_of("near_duplicate", system),
            cross=share_of("cross_system_duplicate", system),
            fault=of_line(system, drawn="pick(line_key, 19)", unless="repeated IS NOT NULL"),
            anonymous=ANONYMOUS[system],
        )
