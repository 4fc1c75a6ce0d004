"""Customers and products of a scaled firm, and what each system says of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

FIRST = (
    "Amelia", "Ben", "Carla", "Daniel", "Elena", "Felix", "Grace", "Hugo", "Iris", "Jonas", "Katya",
    "Leon", "Mary", "Nils", "Olive", "Peter", "Quinn", "Rosa", "Simon", "Tessa", "Umar", "Vera",
    "Walter", "Xenia", "Yusuf", "Zoe",
)  # fmt: skip
LAST = (
    "Archer",
    "Baker",
    "Carter",
    "Dyer",
    "Ellis",
    "Fletcher",
    "Gardner",
    "Harper",
    "Irving",
    "Jarvis",
    "Keeler",
    "Lorimer",
    "Mason",
    "Naylor",
    "Osborne",
    "Porter",
    "Quarles",
    "Reeve",
    "Sadler",
    "Turner",
    "Underhill",
    "Vintner",
    "Wheeler",
    "Yardley",
    "Ashby",
    "Bolton",
    "Corley",
    "Denham",
    "Elwood",
    "Farnham",
    "Grafton",
    "Hartley",
    "Ingham",
    "Kirkby",
    "Langley",
    "Morton",
)
TRADES = ("Joinery", "Catering", "Motors", "Fabrics", "Lighting", "Foods", "Tools", "Interiors")
TOWNS = ("Ashford", "Brigham", "Colby", "Dunmore", "Easton", "Fairlea", "Garth", "Holme")
AREAS = ("East", "North", "South", "Central", "South-West", "North-East")
AREA = {
    "crm": "area",
    "erp": "upper(area)",
    "shop": "lower(area)",
    "till": "left(area, 1) || CASE WHEN contains(area, '-') THEN substr(area, 7, 1) ELSE '' END",
}
"""How each system writes a sales area: EAST, east, E; SOUTH-WEST, south-west, SW."""
MODULUS = 999_983
"""A prime above the number of customers: multiplying by a number below it, and keeping the rest,
gives every customer a number of its own, in no order, that stays when others come."""
NUMBERING = {"crm": (7_919, 11), "erp": (104_729, 503), "shop": (15_485, 77), "till": (611_953, 5)}
MEMBERS = {"crm": 0.50, "erp": 0.60, "shop": 0.50, "till": 0.40}
"""Share of customers each system knows; the CRM also knows those that no other does."""
BEFORE = 0.6
"""Share of the customers of three years who were won before the first month."""


@dataclass(frozen=True)
class Size:
    """How many customers, in all of the first months, and products a firm of so many lines has."""

    customers: int
    products: int

    @classmethod
    def of(cls, lines: int) -> Size:
        """Grow both more slowly than lines.

        Examples
        --------
        >>> Size.of(60_000), Size.of(50_000_000)
        (Size(customers=3000, products=300), Size(customers=99071, products=2000))
        """
        growth = lines / 60_000
        return cls(
            customers=min(round(3_000 * growth**0.52), 100_000),
            products=min(round(300 * growth**0.3), 2_000),
        )


def customers(size: Size, months: int, history: int) -> int:
    """Customers won until the end of so many months; 0 months: before the first."""
    return round(size.customers * (BEFORE + (1 - BEFORE) * months / history))


def prepare(
    engine: duckdb.DuckDBPyConnection, size: Size, seed: int, calendar: pd.PeriodIndex, history: int
) -> None:
    """Make the tables the months are drawn from: ``people``, ``members`` and ``products``.

    ``pick(n, k)`` is the `k`-th number even on [0, 1) of the thing numbered `n`: a hash, so that
    any row can be drawn without those before it.
    """
    key = int(np.random.SeedSequence(seed).generate_state(1, np.uint64)[0] >> np.uint64(2))
    engine.execute(
        "CREATE MACRO pick(n, k) AS "
        f"(hash(xor((n * 64 + k)::BIGINT, {key})) >> 11)::DOUBLE / 9007199254740992.0"
    )
    engine.execute("CREATE MACRO word(words, share) AS words[floor(share * len(words))::INT + 1]")
    won = [customers(size, months, history) for months in range(len(calendar) + 1)]
    _people(engine, won, calendar)
    _members(engine)
    _products(engine, size.products)


def _people(engine: duckdb.DuckDBPyConnection, won: list[int], calendar: pd.PeriodIndex) -> None:
    """One row per customer, in the order they were won."""
    first = calendar[0].start_time.date()
    engine.execute(f"""
        CREATE TEMP TABLE people AS
        SELECT i AS person,
               len(list_filter({won}, lambda known: known <= i)) AS won_in,
               pick(i, 1) < 0.3 AS is_business,
               word({list(FIRST)}, pick(i, 2)) AS first_name,
               word({list(LAST)}, pick(i, 3)) AS last_name,
               word({list(LAST)}, pick(i, 4)) AS partner,
               word({list(TRADES)}, pick(i, 5)) AS trade,
               word({list(TOWNS)}, pick(i, 6)) AS town,
               word({list(AREAS)}, pick(i, 7)) AS area,
               lpad(floor(pick(i, 8) * 1e9)::BIGINT::VARCHAR, 9, '0') AS phone,
               lower(first_name || '.' || last_name) || i || '@example.org' AS mail,
               'HL' || (1 + floor(pick(i, 9) * 40))::INT || ' '
                   || (1 + floor(pick(i, 10) * 9))::INT
                   || chr(65 + floor(pick(i, 11) * 26)::INT)
                   || chr(65 + floor(pick(i, 12) * 26)::INT) AS postcode,
               (1 + floor(pick(i, 13) * 180))::INT || ' ' || word({list(LAST)}, pick(i, 14))
                   || ' Road' AS address,
               CASE WHEN won_in = 0 THEN DATE '{first}' - (1 + floor(pick(i, 15) * 2000)::INT)
                    ELSE DATE '{first}' + to_months(won_in::INT - 1)
                         + to_days(floor(pick(i, 15) * 28)::INT)
               END::TIMESTAMP AS since,
               pick(i, 20) < {MEMBERS["erp"]} AS in_erp,
               pick(i, 21) < {MEMBERS["shop"]} AS in_shop,
               pick(i, 22) < {MEMBERS["till"]} AS in_till,
               pick(i, 23) < {MEMBERS["crm"]} OR NOT (in_erp OR in_shop OR in_till) AS in_crm
        FROM range({won[-1]}) AS t(i)
    """)


def _members(engine: duckdb.DuckDBPyConnection) -> None:
    """One row per system and customer it knows; ``place`` counts them in the order won, from 0."""
    number = {
        system: f"1000000 + (person * {times} + {plus}) % {MODULUS}"
        for system, (times, plus) in NUMBERING.items()
    }
    known = " UNION ALL ".join(
        f"SELECT '{system}' AS system, person, won_in, {number[system]} AS number, "
        f"{AREA[system]} AS region, CASE WHEN in_erp THEN {number['erp']} END AS erp_number, "
        f"{AREA['erp']} AS erp_region FROM people WHERE in_{system}"
        for system in NUMBERING
    )
    engine.execute(
        "CREATE TEMP TABLE members AS SELECT *, "
        f"row_number() OVER (PARTITION BY system ORDER BY person) - 1 AS place FROM ({known})"
    )


def _products(engine: duckdb.DuckDBPyConnection, many: int) -> None:
    """One row per product, with price and cost in hundredths; low numbers sell best."""
    engine.execute(f"""
        CREATE TEMP TABLE products AS
        SELECT i AS product,
               'P' || lpad((i + 1)::VARCHAR, 4, '0') AS number,
               'Group ' || (1 + i % 8) AS category,
               'Range ' || (1 + i % 40) AS subcategory,
               round(500 * exp(3.5 * pick(i, 40)))::BIGINT AS price,
               round(price * (0.5 + 0.25 * pick(i, 41)))::BIGINT AS cost
        FROM range({many}) AS t(i)
    """)


WHOLE_NAME = """CASE WHEN is_business THEN last_name || ' & ' || partner || ' ' || trade || ' Ltd'
                     ELSE first_name || ' ' || last_name END"""
FILES = {
    "crm/customers": f"""
        'C' || number AS "Account", {WHOLE_NAME} AS "Name",
        CASE WHEN is_business THEN 'Business' ELSE 'Consumer' END AS "Type",
        CASE WHEN pick(person, 30) < 0.95 THEN '+44 7' || phone END AS "Phone", mail AS "Email",
        address AS "Street", town AS "Town", postcode AS "Postcode", region AS "Area",
        since AS "Since"
    """,
    "erp/customers": f"""
        number AS "Customer No", upper(replace({WHOLE_NAME}, ' Ltd', ' Limited')) AS "Name",
        '07' || phone[:3] || ' ' || phone[4:6] || ' ' || phone[7:] AS "Telephone",
        CASE WHEN pick(person, 31) < 0.7 THEN mail END AS "Mail",
        address AS "Address", town AS "Town", replace(postcode, ' ', '') AS "Postcode",
        region AS "Sales Area"
    """,
    "shop/accounts": f"""
        number AS account, replace({WHOLE_NAME}, '&', 'and') AS full_name,
        CASE WHEN pick(person, 32) < 0.95 THEN '00447' || phone END AS mobile,
        upper(mail) AS mail, town, lower(postcode) AS postcode,
        region AS area, since AS registered
    """,
    "till/cards": f"""
        number AS "Card", {WHOLE_NAME} AS "Holder", '07' || phone AS "Phone",
        postcode AS "Postcode", region AS "Store"
    """,
}


def write(engine: duckdb.DuckDBPyConnection, folder: Path) -> list[Path]:
    """Write each system's customers, and the ERP's products."""
    files = []
    for name, columns in FILES.items():
        system = name.split("/")[0]
        files.append(_copy(engine, folder / f"{name}.parquet", f"""
            SELECT {columns} FROM members JOIN people USING (person)
            WHERE system = '{system}' ORDER BY place
        """))  # fmt: skip
    files.append(_copy(engine, folder / "erp" / "items.parquet", """
        SELECT number AS "Item", category || ', ' || subcategory || ', no. ' || product AS "Text",
               category AS "Category", subcategory AS "Range",
               (price / 100)::DECIMAL(18, 2) AS "List Price",
               (cost / 100)::DECIMAL(18, 2) AS "Unit Cost"
        FROM products ORDER BY product
    """))  # fmt: skip
    return files


def records(engine: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Customer records by system."""
    found = engine.execute("SELECT system, count(*) FROM members GROUP BY system ORDER BY system")
    return dict(found.fetchall())


def _copy(engine: duckdb.DuckDBPyConnection, file: Path, query: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    engine.execute(f"COPY ({query}) TO '{file}' (FORMAT parquet, USE_TMP_FILE true)")
    return file
