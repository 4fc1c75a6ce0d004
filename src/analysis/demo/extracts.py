"""The extracts of the invented firm as an ERP and a CRM would deliver them."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from datetime import timedelta
from pathlib import Path

import numpy as np

from analysis.demo.chance import Ints
from analysis.demo.customers import ACQUIRED_VIA, Customers
from analysis.demo.firm import (
    CHANNELS,
    FIRST_DAY,
    INDUSTRIES,
    KINDS,
    REGIONS,
    SIZE_BANDS,
)
from analysis.demo.products import CATEGORIES, Products
from analysis.demo.purchases import Lines, Orders
from analysis.demo.returns import RETURN_REASONS, Returns


def write_csv(path: Path, header: Sequence[str], columns: Iterable[Iterable[object]]) -> Path:
    """Write columns of one length as a comma-separated file: UTF-8, lines ended by a line feed."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(zip(*columns, strict=True))
    return path


def british(days: Ints) -> list[str]:
    """Days of the window as DD/MM/YYYY."""
    return _dates(days, "%d/%m/%Y")


def iso(days: Ints) -> list[str]:
    """Days of the window as YYYY-MM-DD."""
    return _dates(days, "%Y-%m-%d")


def _dates(days: Ints, style: str) -> list[str]:
    unique, position = np.unique(days, return_inverse=True)
    written = [(FIRST_DAY + timedelta(days=int(day))).strftime(style) for day in unique]
    return [written[i] for i in position]


def pounds(pence: Ints) -> list[str]:
    """Amounts of whole, non-negative pence with two decimals: no rounding can happen."""
    return [f"{p // 100}.{p % 100:02d}" for p in pence.tolist()]


def rep_ids(numbers: Ints) -> list[str]:
    """Reps as S-07; blank where there is none (0)."""
    return [f"S-{n:02d}" if n else "" for n in numbers.tolist()]


def order_ids(orders: Orders) -> list[str]:
    """Order numbers as SO-231101-00012: date, then a running number within the day."""
    days = _dates(orders.day, "%y%m%d")
    return [f"SO-{day}-{n:05d}" for day, n in zip(days, orders.number.tolist(), strict=True)]


def _labels(names: Sequence[str], positions: Ints) -> list[str]:
    """Names by position; blank at -1."""
    return [names[i] if i >= 0 else "" for i in positions.tolist()]


def write_orders(
    folder: Path, orders: Orders, lines: Lines, customers: Customers, products: Products
) -> Path:
    """Write the ERP's order lines, one row per order and line."""

    def of_order(values: Sequence[str]) -> list[str]:
        return [values[i] for i in lines.order.tolist()]

    return write_csv(
        folder / "erp_orders.csv",
        ("Order No", "Line", "Order Date", "Customer No", "Item", "Channel", "Sales Area", "Rep",
         "Qty", "List Price", "Discount", "Net Amount", "Cost", "Status"),
        (
            of_order(order_ids(orders)),
            lines.line_no.tolist(),
            of_order(british(orders.day)),
            of_order(_labels(customers.ids(), orders.customer)),
            _labels(products.ids(), lines.product),
            of_order(_labels(CHANNELS, orders.channel)),
            of_order(_labels([region.area for region in REGIONS], orders.region)),
            of_order(rep_ids(orders.rep)),
            lines.quantity.tolist(),
            pounds(lines.list_price),
            pounds(lines.discount),
            pounds(lines.net),
            pounds(lines.cost),
            ["Invoiced"] * len(lines.order),
        ),
    )  # fmt: skip


def write_items(folder: Path, products: Products) -> Path:
    """Write the ERP's item master with the prices and costs of the last day."""
    return write_csv(
        folder / "erp_items.csv",
        ("Item", "Description", "Category", "Subcategory", "List Price", "Unit Cost", "Launched"),
        (
            products.ids(),
            products.names,
            _labels([category.name for category in CATEGORIES], products.category),
            products.subcategory,
            pounds(products.prices[-1]),
            pounds(products.costs[-1]),
            british(products.launched),
        ),
    )


def write_customers(folder: Path, customers: Customers) -> Path:
    """Write the CRM's customers; only businesses have an industry, a size and an owner."""
    via = [ACQUIRED_VIA[k][v] for k, v in zip(customers.kind, customers.via, strict=True)]
    return write_csv(
        folder / "crm_customers.csv",
        ("Customer No", "Name", "Type", "Industry", "Size", "Area", "Account Owner", "Since",
         "Acquired Via"),
        (
            customers.ids(),
            customers.names,
            _labels(KINDS, customers.kind),
            _labels([industry for industry, _, _ in INDUSTRIES], customers.industry),
            _labels([band.label for band in SIZE_BANDS], customers.size),
            _labels([region.area for region in REGIONS], customers.region),
            rep_ids(customers.rep),
            iso(customers.acquired),
            via,
        ),
    )  # fmt: skip


def write_returns(folder: Path, orders: Orders, lines: Lines, returns: Returns) -> Path:
    """Write the ERP's returns, at most one per order line, by the day they came back."""
    by_day = np.lexsort((returns.line, returns.day))
    line = returns.line[by_day]
    numbers = order_ids(orders)
    return write_csv(
        folder / "erp_returns.csv",
        ("Order No", "Line", "Returned On", "Qty", "Reason"),
        (
            [numbers[i] for i in lines.order[line].tolist()],
            lines.line_no[line].tolist(),
            british(returns.day[by_day]),
            returns.quantity[by_day].tolist(),
            _labels([reason for reason, _ in RETURN_REASONS], returns.reason[by_day]),
        ),
    )
