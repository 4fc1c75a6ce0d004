"""The canonical tables: grain, key, columns, units. Said once, here.

Checks, errors and mappings read these declarations. Only ``order_lines`` is required; a table or
column that a firm does not have is absent, and what needs it says so.
"""

from __future__ import annotations

from dataclasses import dataclass

from analysis.errors import ParameterError, nearest

VERSION = 1
TEXT, MOMENT = "string", "timestamp"
EXACT = "decimal(18, 4)"
"""Money and quantities are decimals, so sums are exact and the same in every engine and order."""


@dataclass(frozen=True)
class Column:
    """One column: Ibis type, unit, what it means, and whether every row must have it."""

    type: str
    meaning: str
    unit: str = ""
    required: bool = False
    allowed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """One table: what a row is, which columns tell rows apart, and the columns."""

    grain: str
    key: tuple[str, ...]
    columns: dict[str, Column]

    @property
    def required(self) -> tuple[str, ...]:
        """Columns that must be mapped and filled in every row."""
        return tuple(name for name, column in self.columns.items() if column.required)


TABLES = {
    "order_lines": Table(
        grain="one row per order and line",
        key=("order_id", "line_no"),
        columns={
            "order_id": Column(TEXT, "the order, as its system numbers it", required=True),
            "line_no": Column(TEXT, "line of the order; the row of the file where none is mapped"),
            "ordered_at": Column(MOMENT, "when the order was placed", required=True),
            "customer_id": Column(TEXT, "who bought", required=True),
            "product_id": Column(TEXT, "what was bought"),
            "region": Column(TEXT, "sales region, as in params/regions/", required=True),
            "channel": Column(TEXT, "way of selling"),
            "salesperson_id": Column(TEXT, "who sold"),
            "quantity": Column(EXACT, "units sold", unit="units", required=True),
            "discount": Column(EXACT, "money off list price", unit="money"),
            "revenue": Column(
                EXACT, "amount invoiced, after discount, before tax", unit="money", required=True
            ),
            "cost": Column(EXACT, "cost of the goods sold", unit="money"),
            "status": Column(TEXT, "state of the line in its system"),
        },
    ),
    "customers": Table(
        grain="one row per customer",
        key=("customer_id",),
        columns={
            "customer_id": Column(TEXT, "the customer", required=True),
            "name": Column(TEXT, "name (personal)"),
            "kind": Column(TEXT, "business or consumer", allowed=("b2b", "b2c")),
            "industry": Column(TEXT, "industry of a business"),
            "size_band": Column(TEXT, "size of a business"),
            "region": Column(TEXT, "home region"),
            "owner_id": Column(TEXT, "who looks after the account"),
            "acquired_at": Column(MOMENT, "when the customer was won"),
            "acquisition_channel": Column(TEXT, "how the customer was won"),
        },
    ),
    "products": Table(
        grain="one row per product",
        key=("product_id",),
        columns={
            "product_id": Column(TEXT, "the product", required=True),
            "name": Column(TEXT, "name"),
            "category": Column(TEXT, "category"),
            "subcategory": Column(TEXT, "subcategory"),
            "list_price": Column(EXACT, "list price of one unit", unit="money"),
            "unit_cost": Column(EXACT, "cost of one unit", unit="money"),
            "launched_at": Column(MOMENT, "first day on sale"),
        },
    ),
    "returns": Table(
        grain="one row per returned order line, or per order where whole orders come back",
        key=("order_id", "line_no"),
        columns={
            "order_id": Column(TEXT, "the order that came back", required=True),
            "line_no": Column(TEXT, "its line; none: the whole order"),
            "returned_at": Column(MOMENT, "when it came back"),
            "quantity": Column(EXACT, "units that came back; none: the whole line", unit="units"),
            "reason": Column(TEXT, "why"),
        },
    ),
}


def check_mapping(data: str, mapped: dict[str, set[str]]) -> None:
    """Check that a source's mapping names our tables and columns, and all that are required.

    Parameters
    ----------
    data : str
        Name of the source, for the message.
    mapped : dict
        Columns mapped, by table.

    Raises
    ------
    ParameterError
        Naming the file, the table or column, and the nearest valid name.
    """
    where = f"params/sources/{data}.yml"
    if "order_lines" not in mapped:
        raise ParameterError(f"{where}: tables has no order_lines, the one table that is required")
    for name, columns in mapped.items():
        if name not in TABLES:
            raise ParameterError(f"{where}: tables has {name!r}; {nearest(name, TABLES)}")
        table = TABLES[name]
        for column in sorted(columns - table.columns.keys()):
            raise ParameterError(
                f"{where}: {name} has no column {column!r}; {nearest(column, table.columns)}"
            )
        if missing := [column for column in table.required if column not in columns]:
            raise ParameterError(f"{where}: {name} must map {', '.join(missing)}")
