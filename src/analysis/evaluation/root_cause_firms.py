"""Made-up firms of customers who buy, without and with one part that changed; one of a size."""

from __future__ import annotations

from datetime import date
from itertools import combinations, combinations_with_replacement
from typing import Final

import duckdb
import ibis
import numpy as np
import pandas as pd

from analysis.measures.cells import ONCE, RATIOS, SUMS
from analysis.model.dataset import Dataset

OF_ORDERS: Final = ("category", "channel", "subcategory")
DIMENSIONS: Final = ["category", "channel", "kind", "industry", "size_band", "subcategory"]
KINDS: Final = ("sum", "ratio", "count")
FALL, RISE = 0.6, 0.08
"""Share of a changed part that is lost, and points its rate rises by."""
ABSENT: Final = [
    "returns", "staff", "promotions", "order_lines.cost", "order_lines.salesperson_id",
    "order_lines.promotion_id", "customers.acquisition_channel", "products.name", "customers.name",
]  # fmt: skip


def lines_of(rng: np.random.Generator, kind: str, changed: bool) -> tuple[pd.DataFrame, str]:
    """Order lines of two periods, and the part that changed, as the drivers' table names it.

    Customers buy at rates of their own (Gamma), some leave and some come between the periods,
    amounts are lognormal, and everything grows or falls by one factor. The changed part, one or two
    values of what has a tenth of the lines at least, loses ``FALL`` of its lines (``sum``) or
    customers (``count``), or gives ``RISE`` more discount (``ratio``).
    """
    customers, lines = int(rng.choice([200, 500, 1500])), int(rng.choice([600, 1500, 4000]))
    known = pd.DataFrame({
        "kind": rng.choice(["b2b", "b2c"], customers, p=[0.6, 0.4]),
        "industry": rng.integers(0, 7, customers).astype(str),
        "size_band": rng.integers(0, 4, customers).astype(str),
    })  # fmt: skip
    rate = rng.gamma(0.6, 1 / 0.6, customers) * lines / customers
    usual = rng.beta(2, 18, customers)
    tables = []
    for is_now, growth in ((1, rng.uniform(0.8, 1.25)), (0, 1.0)):
        bought = rng.poisson(rate * growth * (rng.uniform(size=customers) < 0.8))
        who = np.repeat(np.arange(customers), bought)
        n = len(who)
        category = rng.choice(list("ABCDEF"), n, p=[0.2, 0.1, 0.2, 0.2, 0.1, 0.2])
        part = rng.integers(0, 3, n).astype(str)
        value = np.exp(rng.normal(6, 1, n))
        tables.append(known.iloc[who].reset_index(drop=True).assign(
            customer=who, is_now=is_now, category=category, value=value,
            subcategory=np.char.add(category, part),
            channel=rng.choice(["store", "web", "dealer"], n, p=[0.2, 0.3, 0.5]),
            discount=np.clip(usual[who] + rng.normal(0, 0.03, n), 0, 0.6),
        ))  # fmt: skip
    table = pd.concat(tables, ignore_index=True)
    if not changed:
        return table, ""
    names = ["category"] if rng.integers(2) else ["category", "channel"]
    values = {"category": "ACDF"[rng.integers(4)], "channel": "dealer"}
    hit = table["is_now"] == 1
    for name in names:
        hit &= table[name] == values[name]
    if kind == "ratio":
        table.loc[hit, "discount"] += RISE
    else:
        unit = table["customer"] if kind == "count" else pd.Series(table.index)
        lost = rng.uniform(size=int(unit.max()) + 1) < FALL
        table = table[~(hit & lost[unit.to_numpy()])]
    return table, " & ".join(f"{name}:{values[name]}" for name in names)


def cells_of(lines: pd.DataFrame, kind: str, depth: int) -> pd.DataFrame:
    """Made-up lines as ``measures.cells.cells`` gives a firm's: revenue, or discount rate."""
    now = lines["is_now"]
    amounts = {"now": lines["value"] * now, "before": lines["value"] * (1 - now)}
    columns = SUMS
    if kind == "ratio":
        columns = RATIOS
        amounts |= {f"{when}_under": amounts[when] for when in SUMS}
        amounts |= {when: amounts[when] * lines["discount"] for when in SUMS}
    own = lines[[*DIMENSIONS, "customer"]].assign(**amounts)
    cuts = [c for size in range(depth + 1) for c in combinations(OF_ORDERS, size)]
    tables = []
    for cut in cuts:
        kept = [name for name in DIMENSIONS if name not in OF_ORDERS or name in cut]
        whole = own.groupby([*kept, "customer"])[columns].sum()
        for a, b in combinations_with_replacement(columns, 2):
            whole[f"{a}{ONCE}{b}"] = whole[a] * whole[b]
        tables.append(whole.assign(customers=1.0).groupby(kept).sum().reset_index())
    return pd.concat(tables).set_index(DIMENSIONS)


def counts_of(lines: pd.DataFrame, depth: int) -> pd.DataFrame:
    """Made-up lines as ``measures.cells.counts`` gives those of a firm: customers."""
    cuboids = [list(c) for size in range(depth + 1) for c in combinations(DIMENSIONS, size)]
    tables = []
    for cuboid in cuboids:
        single = lines[[*cuboid, "is_now", "customer"]].drop_duplicates()
        single = single.assign(now=single["is_now"], before=1 - single["is_now"])
        wide = single.groupby(cuboid or np.zeros(len(single)))[SUMS].sum()
        tables.append(wide.reset_index().reindex(columns=[*DIMENSIONS, *SUMS]))
    table = pd.concat([one.astype(dict.fromkeys(DIMENSIONS, object)) for one in tables])
    return table.set_index(DIMENSIONS).astype(float)


def firm_of_size(lines: int) -> Dataset:
    """A firm of ``lines`` order lines in two Octobers, in which dealers' C lost half its lines.

    Amounts, customers and what is bought follow from hashes of the line's number, so that the firm
    is the same on every machine.
    """
    connection = duckdb.connect()
    connection.execute(
        f"""
        create table order_lines as
        select 'O' || (i // 3) as order_id, (i % 3)::varchar as line_no,
          case when hash(i || 'l1') % 2 = 0 then timestamp '2025-10-01'
            else timestamp '2026-10-01' end
            + to_hours((hash((i // 3) || 'o2') % 720)::bigint) as ordered_at,
          'C' || (hash((i // 3) || 'o3') % {max(lines // 20, 1)}) as customer_id,
          'P' || (hash(i || 'l4') % 400) as product_id,
          'region ' || (hash((i // 3) || 'o5') % 6) as region,
          ['store', 'web', 'dealer'][(1 + hash((i // 3) || 'o6') % 3)::bigint] as channel,
          1::decimal(18, 4) as quantity, 0::decimal(18, 4) as discount,
          (10 + hash(i || 'l7') % 1000)::decimal(18, 4) as revenue,
          timestamp '2024-01-01' as first_ordered_at
        from range({lines}) as lines(i)
        """
    )
    connection.execute(
        """
        delete from order_lines
        where ordered_at >= timestamp '2026-10-01' and channel = 'dealer'
          and substr(product_id, 2)::int % 6 = 2 and hash(order_id || line_no) % 2 = 0
        """
    )
    connection.execute(
        """
        create table products as
        select 'P' || i as product_id, chr((65 + i % 6)::int) as category,
          chr((65 + i % 6)::int) || (i % 18) as subcategory
        from range(400) as products(i)
        """
    )
    connection.execute(
        """
        create table customers as
        select customer_id,
          case when hash(customer_id || 'c1') % 4 = 0 then 'b2c' else 'b2b' end as kind,
          'I' || (hash(customer_id || 'c2') % 7) as industry,
          'S' || (hash(customer_id || 'c3') % 4) as size_band
        from (select distinct customer_id from order_lines)
        """
    )
    backend = ibis.duckdb.from_connection(connection)
    names = ("order_lines", "products", "customers")
    return Dataset(
        tables={name: backend.table(name) for name in names},
        trust={},
        manifest={"absent": ABSENT},
        first_day=date(2025, 10, 1),
        last_day=date(2026, 10, 31),
        regions=tuple(f"region {n}" for n in range(6)),
    )
