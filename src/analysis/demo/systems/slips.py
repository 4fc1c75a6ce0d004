"""Wrong, unreadable and missing values, planted in single order lines."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from analysis.demo.systems.ledger import Ledger, said
from analysis.demo.systems.people import Flags
from analysis.demo.systems.sheets import TABLE, Sheet

# Amounts lost or blown up are planted where orders are small: at the till and in the shop. The
# ERP's months still agree with what the CRM holds as their totals, but for the one planted.
COUNTS: Final[dict[str, dict[str, int]]] = {
    "erp": {"negative": 8, "date": 10, "no_date": 8, "no_amount": 6, "unread": 45, "product": 45,
            "customer": 45, "price": 0, "quantity": 45, "both": 0, "region": 110, "cost": 80,
            "channel": 120},
    "shop": {"negative": 50, "date": 40, "no_date": 20, "no_amount": 30, "unread": 40,
             "product": 35, "customer": 35, "price": 45, "quantity": 35, "both": 8, "region": 90,
             "cost": 70, "channel": 0},
    "till": {"negative": 50, "date": 60, "no_date": 25, "no_amount": 30, "unread": 40,
             "product": 40, "customer": 35, "price": 70, "quantity": 40, "both": 0, "region": 70,
             "cost": 60, "channel": 0},
}  # fmt: skip
NO_DATES: Final = {
    "erp": ("31/02/2026", "00/00/0000", "n/a", "32/10/2025", "Easter"),
    "shop": ("2026-02-31T10:15:00", "n/a", "yesterday", "0000-00-00T00:00:00"),
    "till": ("31.02.2026 10:15", "n/a", "??.??.????", "45.13.2025 09:00"),
}
NO_AMOUNTS: Final = ("n/a", "TBC", "#REF!", "see note", "free?", "1O.5O")
NO_PRICES: Final = ("n/a", "on request", "#VALUE!", "as agreed")
PAST_YEARS: Final = (1926, 2002, 2005, 2008)
FUTURE_YEARS: Final = (2027, 2028, 2062)
SMALL: Final = 80.0  # £ of a line whose amount is blown up


def plant(sheet: Sheet, products: pd.DataFrame, ledger: Ledger, rng: np.random.Generator) -> None:
    """Plant the slips of one system, as many as `COUNTS` says of each."""
    count = COUNTS[sheet.system]
    there = (sheet.rows["period"] != "").to_numpy() | (sheet.system == "erp")
    _negative(sheet, there, count["negative"], ledger, rng)
    _dates(sheet, there, count["date"], ledger, rng)
    _unreadable(sheet, there, count, ledger, rng)
    _unknown(sheet, there, count, ledger, rng)
    _too_large(sheet, there, count, ledger, rng)
    _missing(sheet, there, products, count, ledger, rng)


def _change(sheet: Sheet, row: int, kind: str, column: str, after: object, ledger: Ledger) -> None:
    """Put a wrong value in a row's column and note what was true."""
    names = {"ordered_at": "at", "customer_id": "customer", "product_id": "product"}
    name = names.get(column, column)
    ledger.add(kind, TABLE, sheet.system, row, column, sheet.value(row, name), after)
    sheet.put(row, name, after)


def _tell(sheet: Sheet, row: int, kind: str, column: str, text: str, ledger: Ledger) -> None:
    """Let a row say a text in place of a value."""
    name = "at" if column == "ordered_at" else column
    ledger.add(kind, TABLE, sheet.system, row, column, sheet.value(row, name), text)
    sheet.told[row, name] = text


def _negative(
    sheet: Sheet, may: Flags, count: int, ledger: Ledger, rng: np.random.Generator
) -> None:
    for row in sheet.pick_losable(may, count, rng):
        column = ("quantity", "revenue", "unit_price")[int(rng.integers(3))]
        value = sheet.value(row, column)
        _change(sheet, row, "negative_amount", column, -value, ledger)


def _dates(sheet: Sheet, may: Flags, count: int, ledger: Ledger, rng: np.random.Generator) -> None:
    for row in sheet.pick_losable(may, count, rng):
        years = FUTURE_YEARS if rng.random() < 0.6 else PAST_YEARS
        moment = sheet.value(row, "at")
        moment = moment.replace(year=years[int(rng.integers(len(years)))], day=min(moment.day, 28))
        _change(sheet, row, "impossible_date", "ordered_at", moment, ledger)


def _unreadable(
    sheet: Sheet, may: Flags, count: dict[str, int], ledger: Ledger, rng: np.random.Generator
) -> None:
    for row in sheet.pick_losable(may, count["no_date"], rng):
        texts = NO_DATES[sheet.system]
        text = texts[int(rng.integers(len(texts)))]
        _tell(sheet, row, "unreadable_required", "ordered_at", text, ledger)
    for row in sheet.pick_losable(may, count["no_amount"], rng):
        text = NO_AMOUNTS[int(rng.integers(len(NO_AMOUNTS)))]
        _tell(sheet, row, "unreadable_required", "revenue", text, ledger)
    for row in sheet.pick(may, count["unread"], rng):
        column = ("discount", "unit_price")[int(rng.integers(2))]
        text = NO_PRICES[int(rng.integers(len(NO_PRICES)))]
        _tell(sheet, row, "unreadable", column, text, ledger)


def _unknown(
    sheet: Sheet, may: Flags, count: dict[str, int], ledger: Ledger, rng: np.random.Generator
) -> None:
    for row in sheet.pick(may, count["product"], rng):
        product = f"P-9{int(rng.integers(1, 60)):03d}"
        _change(sheet, row, "unknown_product", "product_id", product, ledger)
    named = may & sheet.rows["customer"].notna().to_numpy()[: len(may)]
    for row in sheet.pick(named, count["customer"], rng):
        number = int(rng.integers(100, 1000))
        customer = f"2999999{number}" if sheet.system == "till" else f"999{number}"
        _change(sheet, row, "unknown_customer", "customer_id", customer, ledger)


def _too_large(
    sheet: Sheet, may: Flags, count: dict[str, int], ledger: Ledger, rng: np.random.Generator
) -> None:
    rows = sheet.rows
    small = may & (rows["kind"] == "b2c").to_numpy() & (rows["revenue"] < SMALL).to_numpy()
    for row in sheet.pick(small, count["price"], rng):
        price, quantity = float(sheet.value(row, "unit_price")), int(sheet.value(row, "quantity"))
        sheet.put(row, "revenue", round(sheet.value(row, "revenue") + 9 * price * quantity, 2))
        _change(sheet, row, "outlier_price", "unit_price", round(10 * price, 2), ledger)
    for row in sheet.pick(may, count["quantity"], rng):
        quantity = int(sheet.value(row, "quantity"))
        _change(sheet, row, "outlier_quantity", "quantity", 100 * quantity, ledger)
    for row in sheet.pick(small, count["both"], rng):
        quantity = int(sheet.value(row, "quantity"))
        for column in ("discount", "revenue", "cost"):
            sheet.put(row, column, round(100 * sheet.value(row, column), 2))
        _change(sheet, row, "outlier_whole_line", "quantity", 100 * quantity, ledger)


def _missing(
    sheet: Sheet,
    may: Flags,
    products: pd.DataFrame,
    count: dict[str, int],
    ledger: Ledger,
    rng: np.random.Generator,
) -> None:
    rows = sheet.rows
    at_home = may & (rows["customer"].notna() & (rows["region"] == rows["home"])).to_numpy()
    for row in sheet.pick(at_home, count["region"], rng):
        _change(sheet, row, "missing_region", "region", None, ledger)
    unit_cost = rows["product"].map(products.set_index("product_id")["unit_cost"])
    usual = ((unit_cost * rows["quantity"] - rows["cost"]).abs() < 0.005).to_numpy()
    for row in sheet.pick(may & usual, count["cost"], rng):
        _change(sheet, row, "missing_cost", "cost", float("nan"), ledger)
    for row in sheet.pick(may, count["channel"], rng):
        text = "n/a" if rng.random() < 0.5 else ""
        before = said(sheet.value(row, "channel"))
        ledger.add("missing_channel", TABLE, sheet.system, row, "channel", before, text)
        sheet.told[row, "channel"] = text
