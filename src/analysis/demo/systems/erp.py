"""The ERP's database: orders of dealers, items, money owed, deliveries, stock, staff and plan."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from analysis.demo.systems.ledger import FIRST_ROW, Ledger
from analysis.demo.systems.orders import erp_lines
from analysis.demo.systems.sheets import Sheet
from analysis.demo.systems.words import ERP_AREAS
from analysis.demo.systems.writing import Column, delivered, moments, money, texts, words

DAY: Final = "%d/%m/%Y"
ORIGINS: Final = {"erp": "ERP", "shop": "SHOP", "till": "TILL"}
ORPHAN_RETURNS: Final = 40
ORPHAN_PAYMENTS: Final = 110
PAID_TWICE: Final = 110  # payments listed twice
NOBODYS_ORDERS: Final = {"ERP": 990_001, "SHOP": 980_001, "TILL": 0}
"""First order numbers of which no system knows."""


def write_erp(
    folder: Path,
    tables: Mapping[str, pd.DataFrame],
    accounts: pd.DataFrame,
    lines: Sheet,
    numbers: pd.DataFrame,
    ledger: Ledger,
    rng: np.random.Generator,
) -> list[Path]:
    """Write ``erp.sqlite``, all of its columns text; `numbers` are those of `order_numbers`."""
    held: dict[str, dict[str, Column]] = {
        "order_lines": erp_lines(lines, ledger),
        "accounts": _accounts(accounts, ledger),
        "items": _items(tables["products"]),
        "returns": _returns(tables["returns"], numbers, ledger, rng),
    }
    if "payments" in tables:
        held["payments"] = _payments(tables["payments"], numbers, ledger, rng)
    if "fulfilments" in tables:
        held["fulfilments"] = _fulfilments(tables["fulfilments"], numbers, ledger)
    plain = {
        "inventory": _inventory, "staff": _staff, "plan": _plan, "promotions": _promotions,
        "overheads": _overheads,
    }  # fmt: skip
    held |= {name: make(tables[name]) for name, make in plain.items() if name in tables}
    path = folder / "erp.sqlite"
    with closing(sqlite3.connect(path)) as database, database:
        for name, columns in held.items():
            headings = ", ".join(f'"{heading}" TEXT' for heading in columns)
            database.execute(f"CREATE TABLE {name} ({headings})")
            signs = ", ".join("?" * len(columns))
            rows = zip(*columns.values(), strict=True)
            database.executemany(f"INSERT INTO {name} VALUES ({signs})", rows)
        for name in ("returns", "payments", "fulfilments"):
            for origin in ORIGINS.values() if name in held else ():
                database.execute(
                    f"CREATE VIEW {name}_{origin.lower()} AS "
                    f"SELECT * FROM {name} WHERE Origin = '{origin}' ORDER BY rowid"
                )
    return [delivered(path)]


def order_numbers(sheets: dict[str, Sheet]) -> pd.DataFrame:
    """True order lines with their numbers: source, order, line, and whether they were delivered.

    One row per true order line, by true order and line; what was planted beside is not there.
    """
    parts = []
    for system, sheet in sheets.items():
        rows = sheet.rows.drop_duplicates(["true_order", "true_line"])
        parts.append(
            pd.DataFrame(
                {
                    "order_id": rows["true_order"],
                    "line_no": rows["true_line"],
                    "source": system,
                    "local_order_id": rows["order"],
                    "local_line_no": rows["line"].astype(str),
                    "is_delivered": (rows["period"] != "") | (system == "erp"),
                    "is_anonymous": rows["customer"].isna(),
                }
            )
        )
    joined = pd.concat(parts, ignore_index=True)
    # The shop's order is the order; the ERP's copy of it is planted.
    joined = joined.assign(copy=joined["source"] == "erp").sort_values(
        ["order_id", "line_no", "copy"], kind="stable"
    )
    return joined.drop_duplicates(["order_id", "line_no"]).drop(columns="copy")


def _accounts(accounts: pd.DataFrame, ledger: Ledger) -> dict[str, Column]:
    count = len(accounts)
    ledger.place("customers", "erp", range(count), "erp accounts",
                 range(FIRST_ROW, FIRST_ROW + count), accounts["local_id"])  # fmt: skip
    return {
        "Account": texts(accounts["local_id"]),
        "Legal Name": texts(accounts["name"]),
        "Type": words(accounts["kind"], {"b2b": "Trade", "b2c": "Private"}),
        "Telephone": texts(accounts["phone"]),
        "Mail": texts(accounts["email"]),
        "Invoice Address": texts(accounts["address"]),
        "Town": texts(accounts["city"]),
        "Postcode": texts(accounts["postcode"]),
        "County": texts(accounts["province"]),
        "Sales Area": words(accounts["region"], ERP_AREAS),
        "Employees": texts(accounts["size_band"]),
        "Opened": moments(accounts["acquired_at"], DAY),
    }


def _items(products: pd.DataFrame) -> dict[str, Column]:
    return {
        "Item": texts(products["product_id"]),
        "Description": texts(products["name"]),
        "Category": texts(products["category"]),
        "Subcategory": texts(products["subcategory"]),
        "List Price": money(products["list_price"]),
        "Unit Cost": money(products["unit_cost"]),
        "Launched": moments(products["launched_at"], DAY),
    }


def _of_orders(table: pd.DataFrame, numbers: pd.DataFrame) -> pd.DataFrame:
    """Rows about orders with the orders' local numbers and origin."""
    orders = numbers.drop_duplicates("order_id").drop(columns="line_no")
    made = table.merge(orders, on="order_id", how="left", validate="many_to_one")
    return made.assign(origin=made["source"].map(ORIGINS))


def _nobodys(count: int, rng: np.random.Generator) -> tuple[list[str], list[str]]:
    """Origins and numbers of orders that do not exist."""
    origins = rng.choice(list(ORIGINS.values()), count).tolist()
    return origins, [
        str(NOBODYS_ORDERS[origin] + n) if NOBODYS_ORDERS[origin] else f"ST99-990101-{n:04d}"
        for n, origin in enumerate(origins)
    ]


def _place(table: str, rows: pd.DataFrame, keys: pd.Series, ledger: Ledger) -> None:
    """Note the rows' places in the three views, by whose orders they are about."""
    for system, origin in ORIGINS.items():
        held = rows["origin"] == origin
        count = int(held.sum())
        ledger.place(table, f"erp {system}", rows.loc[held, "row"], f"erp {table}_{system}",
                     range(FIRST_ROW, FIRST_ROW + count), keys[held])  # fmt: skip


def _returns(
    returns: pd.DataFrame, numbers: pd.DataFrame, ledger: Ledger, rng: np.random.Generator
) -> dict[str, Column]:
    """Goods that came back, of all systems' orders: the warehouse books them in the ERP."""
    made = returns.merge(numbers, on=["order_id", "line_no"], how="left", validate="one_to_one")
    made["origin"] = made["source"].map(ORIGINS)
    added = made.sample(min(ORPHAN_RETURNS, len(made)), random_state=rng)
    origins, orders = _nobodys(len(added), rng)
    added = added.assign(origin=origins, local_order_id=orders, local_line_no="1")
    made = pd.concat([made.assign(orphan=~made["is_delivered"]), added.assign(orphan=True)])
    made = made.sort_values(["returned_at", "orphan", "local_order_id"], kind="stable")
    made["row"] = range(len(made))
    _orphans("returns", "orphan_return", made, ledger)
    _place("returns", made, made["local_order_id"] + "/" + made["local_line_no"], ledger)
    return {
        "Origin": texts(made["origin"]),
        "Order No": texts(made["local_order_id"]),
        "Line": texts(made["local_line_no"]),
        "Returned On": moments(made["returned_at"], DAY),
        "Qty": texts(made["quantity"]),
        "Reason": texts(made["reason"]),
    }


def _payments(
    payments: pd.DataFrame, numbers: pd.DataFrame, ledger: Ledger, rng: np.random.Generator
) -> dict[str, Column]:
    made = _of_orders(payments, numbers)
    added = made.sample(min(ORPHAN_PAYMENTS, len(made)), random_state=rng)
    origins, orders = _nobodys(len(added), rng)
    first = len(made) + 1
    ids = [f"PY-{n:06d}" for n in range(first, first + len(added))]
    added = added.assign(origin=origins, local_order_id=orders, payment_id=ids)
    made = pd.concat([made.assign(orphan=~made["is_delivered"]), added.assign(orphan=True)])
    known = made[~made["orphan"]]
    twice = known.sample(min(PAID_TWICE, len(known)), random_state=rng)
    made = pd.concat([made.assign(again=False), twice.assign(again=True)])
    made = made.sort_values(["payment_id", "again"], kind="stable").reset_index(drop=True)
    made["row"] = range(len(made))
    _orphans("payments", "orphan_payment", made, ledger)
    for row, origin in made.loc[made["again"], ["row", "origin"]].itertuples(index=False):
        source = f"erp {origin.lower()}"
        ledger.add("exact_duplicate", "payments", source, row, twin=(source, row - 1))
    _place("payments", made, made["payment_id"], ledger)
    return {
        "Payment": texts(made["payment_id"]),
        "Origin": texts(made["origin"]),
        "Order No": texts(made["local_order_id"]),
        "Due": moments(made["due_at"], DAY),
        "Paid": moments(made["paid_at"], DAY),
        "Amount": money(made["amount"]),
    }


def _orphans(table: str, kind: str, rows: pd.DataFrame, ledger: Ledger) -> None:
    held = rows.loc[rows["orphan"], ["row", "origin", "local_order_id"]]
    for row, origin, order in held.itertuples(index=False):
        ledger.add(kind, table, f"erp {origin.lower()}", row, "order_id", "", order)


def _fulfilments(
    fulfilments: pd.DataFrame, numbers: pd.DataFrame, ledger: Ledger
) -> dict[str, Column]:
    made = _of_orders(fulfilments, numbers)
    made = made.assign(row=range(len(made)), orphan=~made["is_delivered"])
    _orphans("fulfilments", "orphan_fulfilment", made, ledger)
    _place("fulfilments", made, made["local_order_id"], ledger)
    return {
        "Origin": texts(made["origin"]),
        "Order No": texts(made["local_order_id"]),
        "Promised": moments(made["promised_at"], DAY),
        "Delivered": moments(made["delivered_at"], f"{DAY} %H:%M:%S"),
    }


def _inventory(inventory: pd.DataFrame) -> dict[str, Column]:
    return {
        "Item": texts(inventory["product_id"]),
        "Month": moments(inventory["month"], "%m/%Y"),
        "Sales Area": words(inventory["region"], ERP_AREAS),
        "On Hand": texts(inventory["on_hand"]),
        "Received": texts(inventory["received"]),
        "Days Out": texts(inventory["stock_out_days"]),
    }


def _staff(staff: pd.DataFrame) -> dict[str, Column]:
    return {
        "Rep": texts(staff["salesperson_id"]),
        "Name": texts(staff["name"]),
        "Team": texts(staff["team"]),
        "Sales Area": words(staff["region"], ERP_AREAS),
        "Reports To": texts(staff["manager_id"]),
        "Hired": moments(staff["hired_at"], DAY),
    }


def _plan(plan: pd.DataFrame) -> dict[str, Column]:
    return {
        "Sales Area": words(plan["region"], ERP_AREAS),
        "Category": texts(plan["category"]),
        "Month": moments(plan["month"], "%m/%Y"),
        "Target": [f"{amount:,.2f}" for amount in plan["revenue_target"]],
    }


def _overheads(overheads: pd.DataFrame) -> dict[str, Column]:
    return {
        "Month": moments(overheads["month"], "%m/%Y"),
        "Account": texts(overheads["item"]),
        "Sales Area": words(overheads["region"], ERP_AREAS),
        "Amount": money(overheads["amount"]),
    }


def _promotions(promotions: pd.DataFrame) -> dict[str, Column]:
    return {
        "Promotion": texts(promotions["promotion_id"]),
        "Name": texts(promotions["name"]),
        "Offer": texts(promotions["kind"]),
        "Category": texts(promotions["category"]),
        "From": moments(promotions["starts_at"], DAY),
        "To": moments(promotions["ends_at"], DAY),
        "Cost": money(promotions["cost"]),
    }
