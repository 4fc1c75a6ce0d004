"""Order lines as text, under each system's headings."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from analysis.demo.systems.ledger import FIRST_LINE, FIRST_ROW, Ledger
from analysis.demo.systems.sheets import TABLE, Sheet
from analysis.demo.systems.words import ERP_AREAS, SHOP_AREAS
from analysis.demo.systems.writing import (
    AT_NIGHT,
    Column,
    cells,
    moments,
    money,
    texts,
    words,
    write,
)

TILL_HEADING: Final = (
    "Receipt;Line;When;Store;Card;Article;Staff;Qty;Price £;Discount £;Amount £;Cost £;Offer"
)
TOTALS_EVERY: Final = 9  # of the tills' files has a totals row at its foot


def erp_lines(sheet: Sheet, ledger: Ledger) -> dict[str, Column]:
    """Order lines of the ERP by its headings, in the order it lists them."""
    rows = sheet.in_order()
    said = _Said(sheet, rows)
    ledger.place(TABLE, "erp", rows["row"], "erp order_lines", _from_first(len(rows)), _keys(rows))
    return {
        "Order No": texts(rows["order"]),
        "Line": texts(rows["line"]),
        "Order Date": said("at", moments(rows["at"], "%d/%m/%Y")),
        "Account": texts(rows["customer"]),
        "Item": texts(rows["product"]),
        "Channel": said("channel", words(rows["channel"], {"dealer": "Dealer"})),
        "Sales Area": words(rows["region"], ERP_AREAS),
        "Rep": texts(rows["rep"]),
        "Qty": texts(rows["quantity"]),
        "Unit": texts(rows["unit"]),
        "List Price": said("unit_price", money(rows["unit_price"])),
        "Discount": said("discount", money(rows["discount"])),
        "Net Amount": said("revenue", money(rows["revenue"])),
        "Cost": money(rows["cost"]),
        "Currency": texts(rows["currency"]),
        "Promotion": texts(rows["promotion"]),
        "External Ref": texts(rows["reference"]),
        "Status": texts(rows["status"]),
    }


def sku(product: str) -> str:
    """The shop's code of an item.

    Examples
    --------
    >>> sku("P-0012")
    'HL-0012-c'
    """
    return f"HL-{product[2:]}-{'abcdx'[int(product[2:]) % 5]}"


def write_shop(folder: Path, sheet: Sheet, ledger: Ledger) -> list[Path]:
    """Write the shop's order lines, one JSON object each and one file a month."""
    rows = sheet.in_order()
    said = _Said(sheet, rows)

    def quoted(name: str, column: Column) -> Column:
        """Text, and null where there is none."""
        return [f'"{name}":"{text}"' if text else f'"{name}":null' for text in column]

    def number(name: str, column: Column, key: str = "") -> Column:
        texts_ = said.quoted(key, column) if key else column
        return [f'"{name}":{text or "null"}' for text in texts_]

    fields = [
        quoted("order", texts(rows["order"])),
        number("pos", texts(rows["line"])),
        quoted("placed_at", said("at", moments(rows["at"], "%Y-%m-%dT%H:%M:%S"))),
        quoted("account", texts(rows["customer"])),
        quoted("sku", [sku(product) for product in rows["product"]]),
        number("qty", texts(rows["quantity"])),
        number("list_price", money(rows["unit_price"]), "unit_price"),
        number("money_off", money(rows["discount"]), "discount"),
        number("total", money(rows["revenue"]), "revenue"),
        number("goods_cost", money(rows["cost"])),
        quoted("currency", texts(rows["currency"])),
        quoted("ship_area", words(rows["region"], SHOP_AREAS)),
        quoted("campaign", texts(rows["promotion"])),
        quoted("state", [text.lower() for text in texts(rows["status"])]),
    ]
    lines = ["{" + ",".join(row) + "}" for row in zip(*fields, strict=True)]
    written = []
    names: list[str] = []
    numbers: list[int] = []
    for month, start, end in _runs(rows["period"]):
        name = f"orders-{month}.jsonl"
        following = (datetime.fromisoformat(f"{month}-01") + timedelta(days=31)).replace(day=1)
        written.append(write(folder / name, lines[start:end], at=following + AT_NIGHT))
        names += [name] * (end - start)
        numbers += range(FIRST_LINE, FIRST_LINE + end - start)
    ledger.place(TABLE, "shop", rows["row"], names, numbers, _keys(rows))
    return written


def write_till(folder: Path, sheet: Sheet, ledger: Ledger, rng: np.random.Generator) -> list[Path]:
    """Write the tills' lines, one file a day; some end with a row of totals."""
    rows = sheet.in_order()
    rows = rows[rows["period"] != ""]
    said = _Said(sheet, rows)
    revenue = rows["revenue"].to_numpy()
    columns = [
        texts(rows["order"]),
        texts(rows["line"]),
        said("at", moments(rows["at"], "%d.%m.%Y %H:%M")),
        _store(rows),
        texts(rows["customer"]),
        [product[2:] for product in rows["product"]],
        texts(rows["rep"]),
        texts(rows["quantity"]),
        said("unit_price", money(rows["unit_price"], comma=True)),
        said("discount", money(rows["discount"], comma=True)),
        said("revenue", money(rows["revenue"], comma=True)),
        money(rows["cost"], comma=True),
        texts(rows["promotion"]),
    ]
    lines = cells(columns, ";")
    written: list[Path] = []
    names: list[str] = []
    numbers: list[int] = []
    runs = _runs(rows["period"])
    with_total = rng.random(len(runs)) < 1 / TOTALS_EVERY
    for (day, start, end), total in zip(runs, with_total.tolist(), strict=True):
        name = f"{day[:7]}/till-{day}.csv"
        (folder / day[:7]).mkdir(exist_ok=True)
        body = [TILL_HEADING, *lines[start:end]]
        if total:
            amount = money(pd.Series([float(np.round(revenue[start:end].sum(), 2))]), comma=True)[0]
            body.append(f"TOTAL;{end - start};;;;;;;;;{amount};;")
            ledger.add(
                "totals_row", TABLE, "till", after=amount, file=name,
                source_row=FIRST_ROW + end - start,
            )  # fmt: skip
        at = datetime.fromisoformat(day) + timedelta(days=1) + AT_NIGHT
        written.append(write(folder / name, body, "cp1252", at))
        names += [name] * (end - start)
        numbers += _from_first(end - start)
    ledger.place(TABLE, "till", rows["row"], names, numbers, _keys(rows))
    return written


class _Said:
    """Columns of text in which some rows say something else."""

    def __init__(self, sheet: Sheet, rows: pd.DataFrame) -> None:
        place = dict(zip(rows["row"].tolist(), range(len(rows)), strict=True))
        self.told: dict[str, list[tuple[int, str]]] = {}
        for (row, name), text in sheet.told.items():
            if row in place:
                self.told.setdefault(name, []).append((place[row], text))

    def __call__(self, name: str, column: Column) -> Column:
        for at, text in self.told.get(name, []):
            column[at] = text
        return column

    def quoted(self, name: str, column: Column) -> Column:
        """With what is said in double quotes, where numbers have none."""
        for at, text in self.told.get(name, []):
            column[at] = f'"{text}"'
        return column


def _store(rows: pd.DataFrame) -> Column:
    """Store of each sale; without it nobody knows the region."""
    return [
        store if region is not None and region == region else ""
        for store, region in zip(rows["store"], rows["region"], strict=True)
    ]


def _runs(periods: pd.Series) -> list[tuple[str, int, int]]:
    """Each period with its first row and the row after its last."""
    values = periods.to_numpy()
    starts = np.flatnonzero(np.r_[True, values[1:] != values[:-1]])
    ends = np.r_[starts[1:], len(values)]
    return [(str(values[s]), int(s), int(e)) for s, e in zip(starts, ends, strict=True)]


def _from_first(count: int) -> list[int]:
    return list(range(FIRST_ROW, FIRST_ROW + count))


def _keys(rows: pd.DataFrame) -> Column:
    return [f"{order}/{line}" for order, line in zip(rows["order"], rows["line"], strict=True)]
