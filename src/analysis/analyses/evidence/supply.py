"""Was it our supply? Products out of stock against the same products elsewhere."""

from __future__ import annotations

from math import erfc, sqrt

import numpy as np
import pandas as pd

from analysis.analyses.counterfactual import MOSTLY, NORMAL
from analysis.analyses.evidence.grounds import HERE, Grounds
from analysis.analyses.evidence.record import AGAINST, FOR, MISSING, OPEN, Answer, Cell, Check


def products_out(grounds: Grounds, cell: Cell) -> pd.Series | None:
    """Which products were out of stock long enough to matter, by ``product_id``.

    ``None`` where the firm does not say.
    """
    out = grounds.out
    if out is None:
        return None
    tables = pd.concat([grounds.now, grounds.before, grounds.usual])
    products = tables.drop_duplicates("product_id").set_index("product_id")["category"]
    is_here = products == cell.category if cell.category else products.notna()
    return out.reindex(products.index).fillna(0.0).ge(grounds.asked.supply.out_days) & is_here


def answer(grounds: Grounds, cell: Cell) -> Answer:
    """Whether sales were lost because products could not be had, and how many."""
    out = products_out(grounds, cell)
    if out is None:
        return Answer("supply", needs="inventory.stock_out_days")
    if not out.any():
        none = Check("out", AGAINST, True, 0.0, 0.0)
        return Answer("supply", [none, held(grounds, cell, out)], n=0)
    before, usual, now = (
        _of(table, out, "revenue") for table in (grounds.before, grounds.usual, grounds.now)
    )
    share = before / cell.before if cell.before > 0 else float("nan")
    enough = share >= grounds.asked.supply.base_share
    checks = [Check("out", FOR if enough else AGAINST, True, float(out.sum()), share)]
    expected, scatter, lines = grounds.beyond(out, ~out)
    reach = grounds.chance * scatter
    sold = _of(grounds.now, out, "lines")
    effect = low = high = p = float("nan")
    if np.isfinite(expected) and np.isfinite(reach) and lines > 0:
        each = usual / lines
        effect, low, high = (
            (sold - expected * factor) * each for factor in (1.0, np.exp(reach), np.exp(-reach))
        )  # fewer lines, each worth what one was before
        size = abs(np.log(max(sold, 0.5) / expected)) / scatter
        p = float(2 * _tail(size * NORMAL / grounds.chance))
    checks.append(Check("lost", _sided(low, high), True, sold, expected, lines))
    checks.append(held(grounds, cell, out))
    fallen = (now - before) / cell.change if cell.change else float("nan")
    if cell.change < 0 and np.isfinite(fallen):
        sat = FOR if fallen >= grounds.asked.supported_share else AGAINST
        checks.append(Check("sits", sat, False, fallen, now - before))
    checks.append(market_held(grounds, cell))
    return Answer("supply", checks, effect, low, high, p, lines, named=f"{int(out.sum())}",
                  at_category=_mostly(before_by_category(grounds, out)))  # fmt: skip


def held(grounds: Grounds, cell: Cell, out: pd.Series) -> Check:
    """Whether the products that were in stock sold as they would have."""
    categories = grounds.usual.set_index("product_id")["category"].reindex(out.index)
    mine = (categories == cell.category) if cell.category else pd.Series(True, index=out.index)
    if not cell.category:
        return Check("held", MISSING)
    chosen = mine & ~out
    expected, scatter, lines = grounds.beyond(chosen, ~mine)
    reach = grounds.chance * scatter
    sold = _of(grounds.now, chosen, "lines")
    if not (np.isfinite(expected) and np.isfinite(reach) and sold > 0):
        return Check("held", OPEN, n=lines)
    log = float(np.log(sold / expected))
    says = FOR if log >= 0 or reach <= grounds.asked.events.widest else OPEN
    if log < -reach:
        says = AGAINST
    return Check("held", says, False, float(np.expm1(log)), reach, sold)


def market_held(grounds: Grounds, cell: Cell) -> Check:
    """Whether the market went on while our sales fell."""
    moved = market_growth(grounds, cell)
    if moved is None:
        return Check("market", MISSING)
    growth, _ = moved
    against = growth <= -grounds.asked.market.moved
    return Check("market", AGAINST if against else FOR, False, growth)


def market_growth(grounds: Grounds, cell: Cell) -> tuple[float, float] | None:
    """Growth of the cell's market from base to period, and its size before; none: not known."""
    before, now = grounds.markets
    if before is None or now is None:
        return None
    if cell.category is not None:
        before, now = (table[table.index == cell.category] for table in (before, now))
    then, since = float(before.sum()), float(now.sum())
    return (since / then - 1, then) if then > 0 and since > 0 else None


def _of(table: pd.DataFrame, chosen: pd.Series, name: str) -> float:
    flags = table["product_id"].map(chosen).fillna(False).astype(bool)
    return float(table.loc[flags, f"{name}_{HERE}"].sum())


def before_by_category(grounds: Grounds, out: pd.Series) -> pd.Series:
    """Revenue of the base that products now out of stock brought, by category."""
    flags = grounds.before["product_id"].map(out).fillna(False).astype(bool)
    return grounds.before[flags].groupby("category")[f"revenue_{HERE}"].sum()


def _mostly(revenue: pd.Series) -> str:
    """The category that holds nearly all of some revenue; none: it is spread."""
    if not revenue.sum() > 0 or revenue.max() < MOSTLY * revenue.sum():
        return ""
    return str(revenue.idxmax())


def _sided(low: float, high: float) -> str:
    if not np.isfinite([low, high]).all() or low <= 0 <= high:
        return OPEN
    return FOR if high < 0 else AGAINST


def _tail(size: float) -> float:
    """Chance that a standard normal is above ``size``."""
    return erfc(size / sqrt(2)) / 2
