"""The order lines of one system before they are written: true at first, then with faults."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.demo.systems.people import Flags, People
from analysis.demo.systems.words import (
    DOZEN,
    EUR_RATES,
    PACKS,
    SYSTEM_OF_CHANNEL,
    WORDS,
    stores,
)
from analysis.demo.systems.writing import moments

Ints = NDArray[np.int64]
MONEY: Final = ("unit_price", "discount", "revenue", "cost")
TABLE: Final = "order_lines"
NUMBERS_APART: Final = 3  # between orders, so that an order keyed again finds a number near
ANONYMOUS: Final = 0.06  # of orders at the till, by people who forgot their card or have none
EUR_ACCOUNTS: Final = {"erp": 20, "shop": 14, "till": 0}
PACKED: Final = {"dozen": 0.05, "pair": 0.03}  # of dealers' lines that come in whole packs


@dataclass
class Sheet:
    """Order lines of one system, one row per line as it will be delivered.

    Attributes
    ----------
    system : str
        The system.
    rows : DataFrame
        Index is the row's number. Columns of the canonical line, under the system's numbers:
        `order`, `line`, `customer`; further `true_order`, `true_line`, `period` (month or day of
        the file that holds the row), `block` (1 for what was delivered twice) and `sort_at`.
    told : dict
        Text that stands in a row's column in place of its value, by (row, column).
    wrong : dict
        Values that stand in place of the true ones, by column and row.
    free : array of bool
        Rows without a fault yet; one row has one fault.
    lone : array of bool
        Rows that may be lost without leaving an order empty, a return or a payment orphaned.
    """

    system: str
    rows: pd.DataFrame
    free: Flags
    lone: Flags
    told: dict[tuple[int, str], str] = field(default_factory=dict)
    wrong: dict[str, dict[int, Any]] = field(default_factory=dict)

    def value(self, row: int, column: str) -> Any:
        """What a row holds in a column."""
        return self.rows[column].iloc[row]

    def put(self, row: int, column: str, value: object) -> None:
        """Let a row be delivered with another value."""
        self.wrong.setdefault(column, {})[row] = value

    def pick(self, may: Flags, count: int, rng: np.random.Generator) -> list[int]:
        """Take some rows that may have a fault and have none; they are no longer free."""
        at = np.flatnonzero(self.free & self._fit(may))
        chosen = np.sort(rng.permutation(at)[:count])
        self.free[chosen] = False
        taken: list[int] = chosen.tolist()
        return taken

    def pick_losable(self, may: Flags, count: int, rng: np.random.Generator) -> list[int]:
        """As `pick`, of rows that may be lost, at most one of an order."""
        at = rng.permutation(np.flatnonzero(self.free & self.lone & self._fit(may)))
        _, first = np.unique(self.rows["order"].to_numpy()[at], return_index=True)
        chosen = np.sort(at[np.sort(first)][:count])
        self.free[chosen] = False
        mates = self.rows["order"].isin(self.rows["order"].iloc[chosen])
        self.lone[mates.to_numpy()] = False
        taken: list[int] = chosen.tolist()
        return taken

    def pick_orders(self, may: Flags, count: int, rng: np.random.Generator) -> list[list[int]]:
        """Take whole orders all of whose rows may have a fault and have none."""
        ok = pd.Series(self.free & self._fit(may)).groupby(self.rows["order"].to_numpy()).all()
        names = rng.permutation(ok.index[ok].to_numpy())[:count]
        held = np.flatnonzero(self.rows["order"].isin(names).to_numpy())
        self.free[held] = False
        grouped = pd.Series(held).groupby(self.rows["order"].to_numpy()[held])
        return [members.tolist() for _, members in grouped]

    def add(self, rows: pd.DataFrame) -> list[int]:
        """Append rows; they are taken."""
        first = len(self.rows)
        self.rows = pd.concat([self.rows, rows], ignore_index=True)
        self.free = np.concatenate([self.free, np.zeros(len(rows), dtype=bool)])
        self.lone = np.concatenate([self.lone, np.zeros(len(rows), dtype=bool)])
        return list(range(first, first + len(rows)))

    def in_order(self) -> pd.DataFrame:
        """Rows as they are delivered, `row` being their number."""
        named = self.rows.rename_axis("row").reset_index()
        for column, changes in self.wrong.items():
            values = named[column].copy()
            values.iloc[list(changes)] = list(changes.values())
            named[column] = values
        return named.sort_values(
            ["period", "block", "sort_at", "order", "line", "row"], kind="stable"
        )

    def _fit(self, may: Flags) -> Flags:
        """Flags for as many rows as there are now; rows added later may not."""
        fit: Flags = np.concatenate([may, np.zeros(len(self.rows) - len(may), dtype=bool)])
        return fit


def sheets(
    tables: Mapping[str, pd.DataFrame], people: People, rng: np.random.Generator
) -> dict[str, Sheet]:
    """Give every true order to the one system whose channel it came through."""
    lines = tables["order_lines"].copy()
    lines["ordered_at"] = lines["ordered_at"].astype("datetime64[s]")
    place = people.place(lines["customer_id"])
    lines["home"] = people.table["region"].to_numpy()[place]
    lines["kind"] = people.table["kind"].to_numpy()[place]
    returned = pd.MultiIndex.from_frame(tables["returns"][["order_id", "line_no"]])
    own = pd.MultiIndex.from_frame(lines[["order_id", "line_no"]])
    mates = lines.groupby("order_id")["line_no"].transform("size").to_numpy()
    lines["lone"] = (mates > 1) & ~own.isin(returned)
    lines["customer"] = None
    made = {}
    for channel, system in SYSTEM_OF_CHANNEL.items():
        part = lines["channel"] == channel
        number = people.local[system][place[part]]
        made[system] = _sheet(system, lines[part].assign(customer=number), rng)
    return made


def _sheet(system: str, lines: pd.DataFrame, rng: np.random.Generator) -> Sheet:
    lines = lines.sort_values(["ordered_at", "order_id", "line_no"], kind="stable")
    rows = pd.DataFrame(
        {
            "true_order": lines["order_id"],
            "true_line": lines["line_no"],
            "at": lines["ordered_at"],
            "sort_at": lines["ordered_at"],
            "line": lines["line_no"].astype(np.int64),
            "customer": lines["customer"],
            "product": lines["product_id"],
            "region": lines["region"],
            "home": lines["home"],
            "kind": lines["kind"],
            "channel": lines["channel"],
            "rep": lines["salesperson_id"],
            "quantity": lines["quantity"],
            **{name: lines[name] for name in MONEY},
            "promotion": lines.get("promotion_id"),
            "status": lines.get("status"),
            "currency": "GBP",
            "unit": "each",
            "reference": None,
            "store": None,
            "block": 0,
        }
    ).reset_index(drop=True)
    order = pd.factorize(rows["true_order"])[0].astype(np.int64)
    if system == "till":
        rows["store"] = _stores(rows["region"], order, rng)
        rows["period"] = moments(rows["at"], "%Y-%m-%d")
        rows["order"] = _receipts(rows, order)
        forgot = rng.random(order.max() + 1) < ANONYMOUS
        rows["customer"] = rows["customer"].mask(forgot[order] & (rows["kind"] == "b2c"), None)
    else:
        numbers = 100_001 + NUMBERS_APART * np.arange(order.max() + 1)
        rows["order"] = numbers.astype(str).astype(object)[order]
        rows["period"] = moments(rows["at"], "%Y-%m") if system == "shop" else ""
        rows["line"] = rows["line"] * (10 if system == "erp" else 1)
    rows["customer"] = rows["customer"].astype(object).where(rows["customer"].notna(), None)
    return Sheet(system, rows, np.ones(len(rows), dtype=bool), lines["lone"].to_numpy().copy())


def _stores(region: pd.Series, order: Ints, rng: np.random.Generator) -> list[str]:
    which = rng.integers(0, len(stores(WORDS[0])), order.max() + 1)[order]
    return [stores(area)[n] for area, n in zip(region, which.tolist(), strict=True)]


def _receipts(rows: pd.DataFrame, order: Ints) -> list[str]:
    """Receipt numbers as ST03-231101-0004: store, day, and a number within the day."""
    first = pd.Series(order).groupby(rows["period"].to_numpy()).transform("min").to_numpy()
    number = 1 + NUMBERS_APART * (order - first)
    days = rows["period"].str.replace("-", "").str[2:]
    return [
        f"{store}-{day}-{n:04d}"
        for store, day, n in zip(rows["store"], days, number.tolist(), strict=True)
    ]


def number_after(order: str, step: int) -> str:
    """The number of an order keyed soon after another.

    Examples
    --------
    >>> number_after("100004", 1), number_after("ST03-231101-0004", 2)
    ('100005', 'ST03-231101-0006')
    """
    head, _, last = order.rpartition("-")
    following = str(int(last) + step).zfill(len(last))
    return f"{head}-{following}" if head else following


def copied(sheet: Sheet, rows: Sequence[int]) -> pd.DataFrame:
    """Some rows once more."""
    return sheet.rows.iloc[list(rows)].copy()


def in_euros(sheet: Sheet, rng: np.random.Generator) -> Ints:
    """Write some accounts' amounts in euros, and say which rows those are."""
    known = sheet.rows["customer"].dropna()
    known = known[sheet.rows.loc[known.index, "kind"] == "b2b"]
    accounts = rng.permutation(np.sort(known.unique().astype(str)))[: EUR_ACCOUNTS[sheet.system]]
    rows = np.flatnonzero(sheet.rows["customer"].isin(accounts).to_numpy() & sheet.free)
    months = moments(sheet.rows["at"].iloc[rows], "%Y-%m")
    rate = np.array([EUR_RATES[month] for month in months])
    for name in MONEY:
        amounts = sheet.rows[name].to_numpy().copy()
        amounts[rows] = np.round(amounts[rows] / rate, 2)
        sheet.rows[name] = amounts
    sheet.rows["currency"] = sheet.rows["currency"].mask(
        np.isin(np.arange(len(sheet.rows)), rows), "EUR"
    )
    sheet.free[rows] = False
    return rows


def in_packs(sheet: Sheet, rng: np.random.Generator) -> Ints:
    """Count some lines in dozens or pairs, each at the price of a pack; say which rows."""
    quantity = sheet.rows["quantity"].to_numpy().copy()
    chance = rng.random(len(quantity))
    dozen = sheet.free & (quantity % DOZEN == 0) & (chance < PACKED["dozen"])
    pair = sheet.free & (quantity % 2 == 0) & (quantity % DOZEN != 0) & (chance < PACKED["pair"])
    unit = np.select([dozen, pair], ["dozen", "pair"], "each").astype(object)
    sheet.rows["unit"] = unit
    size = np.array([PACKS[word] for word in unit])
    sheet.rows["quantity"] = quantity // size
    sheet.rows["unit_price"] = (sheet.rows["unit_price"] * size).round(2)
    rows: Ints = np.flatnonzero(dozen | pair)
    sheet.free[rows] = False
    return rows
