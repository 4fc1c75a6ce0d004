"""Tables of trust of an invented firm of three systems, small enough to check on paper.

Ten thousand rows were read: 9,880 kept, 80 merged (£4,000), 40 rejected (£3,000). The shop is
late, the desk (not required) delivered nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

import ibis
import pyarrow as pa

from analysis.model import schema

SEP, OCT = datetime(2026, 9, 1), datetime(2026, 10, 1)
END = datetime(2026, 10, 31, 20)
LINES = "order_lines"
Rows = list[dict[str, Any]]


def row_of(number: int, rule: str, source: str = "erp", **more: Any) -> dict[str, Any]:
    """A row of quarantine, repairs or flags: an order line of October worth £100."""
    where = {"table": LINES, "source": source, "file": f"{source}.csv", "source_row": number}
    key = {"record_key": f"{source}:O{number}/1", "month": OCT, "revenue": 100.0, "rule": rule}
    return where | key | more


def gate(name: str, part: str, value: float, threshold: float, met: bool, **more: Any) -> dict:
    about = {"gate": name, "part": part, "level": "warn", "numerator": value * 100}
    asked = {"denominator": 100.0, "value": value, "threshold": threshold, "is_met": met}
    return about | asked | {"rows_named": ""} | more


def covered(scope: str, table: str, part: str, numerator: int, denominator: int) -> dict:
    value = numerator / denominator
    return {"scope": scope, "table": table, "part": part, "numerator": numerator,
            "denominator": denominator, "value": value}  # fmt: skip


def account(table: str, source: str, month: datetime | None, rows: list[int], money: list) -> dict:
    names = ["read", "kept", "rejected", "merged"]
    counts = {f"rows_{how}": n for how, n in zip(names, rows, strict=True)}
    amounts = {f"revenue_{how}": n for how, n in zip(names, money, strict=True)}
    return {"table": table, "source": source, "month": month} | counts | amounts


def system(source: str, label: str, **more: Any) -> dict:
    """A system that delivered once, yesterday evening, of those that should every day."""
    return {
        "source": source, "label": label, "owner": "Sales", "is_required": True,
        "is_delivered": True, "files": 1, "rows": 5000, "first_record_at": SEP,
        "newest_record_at": END, "delivered_at": END, "refresh_hours": 24.0, "delay_hours": 4.0,
        "is_late": False,
    } | more  # fmt: skip


def link(source: str, number: str, customer: str, status: str, decided: str = "model") -> dict:
    sure = {"matched": 0.99, "ambiguous": 0.7, "unmatched": None}[status]
    by = "alone" if status == "unmatched" else decided
    return {"source": source, "local_id": number, "customer_id": customer, "probability": sure,
            "status": status, "decided_by": by}  # fmt: skip


TABLES: dict[str, Rows] = {
    "freshness": [
        system("crm", "Customer relations", rows=1000),
        system("erp", "Orders", owner="Finance", rows=6000),
        system("shop", "Web shop", owner="Web", rows=3000, delay_hours=72.0, is_late=True),
        system("desk", "Service desk", owner="Service", is_required=False, is_delivered=False,
               files=0, rows=0, first_record_at=None, newest_record_at=None, delivered_at=None,
               delay_hours=None),
    ],
    "accounts": [
        account("customers", "crm", None, [1000, 995, 5, 0], [None] * 4),
        account(LINES, "erp", SEP, [3000, 2990, 10, 0], [500_000, 499_500, 500, 0]),
        account(LINES, "erp", OCT, [3000, 2975, 25, 0], [500_000, 497_500, 2_500, 0]),
        account(LINES, "shop", OCT, [3000, 2920, 0, 80], [200_000, 196_000, 0, 4_000]),
    ],
    "quarantine": [
        *(row_of(n, "impossible", action="rejected", reason="revenue is -5") for n in range(30)),
        *(row_of(n, "cross_system_duplicate", "shop", action="merged", revenue=50.0,
                 reason="order erp:O1 is the same", survivor="erp:O1/1") for n in range(80)),
    ],
    "repairs": [
        *(row_of(n, "fill_region", column="region", before=None, after="east")
          for n in range(100, 140)),
        row_of(100, "fill_cost", column="cost", before=None, after="3"),
        *(row_of(n, "currency", "shop", column="revenue", before="8", after="7")
          for n in range(200, 260)),
        {**row_of(7, "unreadable", "crm", column="phone", before="call Jane", after=None),
         "table": "customers", "record_key": "C2023007", "month": None, "revenue": None},
    ],
    "flags": [row_of(900, "outlier", revenue=40_000.0, reason="400 times what is usual"),
              row_of(901, "unknown_key", "shop", reason="no product P9")],
    "leftovers": [
        {"table": LINES, "source": "shop", "column": "channel", "word": "Livestream", "rows": 12,
         "revenue": 900.0},
        {"table": "customers", "source": "crm", "column": "industry", "word": "Agri", "rows": 30,
         "revenue": None},
        {"table": "customers", "source": "crm", "column": "gender", "word": "Ms Smith", "rows": 1,
         "revenue": None},
    ],
    "conflicts": [
        {"table": "customers", "record_key": f"C202300{n}", "column": column,
         "winner_source": "crm", "winner_value": "Ash Ltd", "loser_source": "shop",
         "loser_value": "Ash", "rule": "priority of systems"}
        for n, column in enumerate(["phone", "phone", "phone", "city"])
    ],
    "customer_links": [
        link("crm", "C2023001", "C2023001", "matched"),
        link("crm", "C2023002", "C2023002", "matched", "override"),
        link("crm", "C2023003", "C2023003", "unmatched"),
        link("shop", "84211", "C2023001", "matched"),
        link("shop", "84212", "C2023002", "matched", "override"),
        link("shop", "84213", "shop:84213", "ambiguous"),
    ],
    "link_candidates": [
        {"source_a": "crm", "local_id_a": "C2023003", "name_a": "杭州海港科技有限公司",
         "source_b": "shop", "local_id_b": "84213", "name_b": "Harbour Lane Ltd",
         "probability": 0.72, "agree_on": "phone", "differ_on": "name, city"},
    ],
    "reconciliation": [
        {"month": SEP, "source": "crm", "of_source": "erp", "revenue_counted": 499_500.0,
         "revenue_kept": 499_500.0, "difference": 0.0},
        {"month": OCT, "source": "crm", "of_source": "erp", "revenue_counted": 512_500.0,
         "revenue_kept": 497_500.0, "difference": 15_000.0},
    ],
    "restatements": [
        {"month": SEP, "source": "erp", "is_closed": True, "revenue_before": 505_000.0,
         "revenue_after": 499_500.0, "rows_added": 2, "rows_removed": 40, "rows_changed": 3,
         "examples": "erp:O1/1, erp:O2/1"},
        {"month": OCT, "source": "erp", "is_closed": False, "revenue_before": 100_000.0,
         "revenue_after": 497_500.0, "rows_added": 2000, "rows_removed": 0, "rows_changed": 0,
         "examples": ""},
    ],
    "moving_fields": [
        {"field": "total_revenue", "customers": 800, "moved": 300, "moved_back": 4,
         "examples": "C2023001, C2023003"},
        {"field": "last_order", "customers": 800, "moved": 500, "moved_back": 0, "examples": ""},
    ],
    "discipline": [
        {"owner_id": "S01", "field": "industry", "customers": 400, "blank": 60},
        {"owner_id": "S01", "field": "phone", "customers": 400, "blank": 20},
        {"owner_id": "S02", "field": "industry", "customers": 500, "blank": 5},
        {"owner_id": "S02", "field": "phone", "customers": 500, "blank": 0},
        {"owner_id": "", "field": "industry", "customers": 95, "blank": 10},
        {"owner_id": "", "field": "phone", "customers": 95, "blank": 0},
    ],
    "coverage": [
        covered("overall", LINES, "", 8885, 9000),
        covered("source", LINES, "erp", 5965, 6000),
        covered("source", LINES, "shop", 2920, 3000),
        covered("region", LINES, "east", 4450, 4500),
        covered("field", "customers", "industry", 920, 995),
        covered("link", LINES, "order_lines → products", 8884, 8885),
    ],
    "gates": [
        gate("coverage", "customers.industry", 0.925, 0.98, False,
             rows_named="crm.csv row 7: name 'Jane Smith' is not a name; and 74 more"),
        gate("coverage", "source shop", 0.973, 0.98, False, rows_named="80 rows"),
        gate("coverage", "source erp", 0.994, 0.98, True),
        gate("freshness", "shop", 3.0, 1.0, False, rows_named="delivered 72 hours ago"),
        gate("ambiguous_customers", "", 1 / 6, 0.02, False, level="note",
             rows_named="crm C2023003, shop 84213 and 4 more"),
        gate("rejected_share", LINES, 0.004, 0.02, True, level="fail"),
        gate("required_sources", "", 1.0, 1.0, True, level="fail"),
    ],
}  # fmt: skip


@dataclass(frozen=True)
class Firm:
    """What a dataset is to those who ask what the headline would be otherwise."""

    trust: dict[str, ibis.Table]
    tables: dict[str, ibis.Table] = field(default_factory=dict)

    @property
    def order_lines(self) -> ibis.Table:
        return self.tables[LINES]

    def has(self, need: str) -> bool:
        return need.split(".")[0] in self.tables


def firm(lines: list[tuple[str, str, float, bool]], **instead: Rows) -> Firm:
    """A firm with order lines of October: order, region, revenue, whether an outlier."""
    columns = {**schema.TABLES[LINES].types, "first_ordered_at": "timestamp"}
    rows = [
        {"order_id": order, "line_no": "1", "region": region, "revenue": revenue,
         "is_outlier": odd, "ordered_at": datetime(2026, 10, 9), "quantity": 1}
        for order, region, revenue, odd in lines
    ]  # fmt: skip
    return Firm(trust(**instead), {LINES: _memory(rows, ibis.schema(columns))})


def trust(**instead: Rows) -> dict[str, ibis.Table]:
    """The tables above, some with other rows: ``trust(gates=[])``."""
    return {name: _memory(instead.get(name, TABLES[name]), _types(name)) for name in schema.TRUST}


def single() -> dict[str, ibis.Table]:
    """Tables of trust of a firm of one system, with nothing wrong and no earlier snapshot."""
    empty: dict[str, Rows] = {name: [] for name in TABLES}
    return trust(
        **empty
        | {
            "freshness": [system("tiny", "Tiny", refresh_hours=None, delay_hours=0.0)],
            "accounts": [account(LINES, "tiny", OCT, [12, 12, 0, 0], [600.0, 600.0, 0, 0])],
            "customer_links": [link("tiny", f"C{n}", f"C{n}", "unmatched") for n in range(4)],
            "coverage": [covered("overall", LINES, "", 12, 12)],
            "gates": [gate("coverage", "order_lines", 1.0, 0.98, True)],
        }
    )


def _types(name: str) -> ibis.Schema:
    return ibis.schema({n: column.type for n, column in schema.TRUST[name].columns.items()})


def _memory(rows: Rows, types: ibis.Schema) -> ibis.Table:
    """Rows typed as declared, empty tables and missing values among them."""
    kinds = types.to_pyarrow()
    columns = [
        pa.array([_exact(row.get(one.name), one.type) for row in rows], type=one.type)
        for one in kinds
    ]
    return ibis.memtable(pa.table(columns, schema=kinds), schema=types)


def _exact(value: Any, kind: pa.DataType) -> Any:
    return Decimal(str(value)) if value is not None and pa.types.is_decimal(kind) else value
