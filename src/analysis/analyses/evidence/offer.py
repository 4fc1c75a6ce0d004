"""Was it our price, a promotion, our service? What the firm itself offered."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.analyses import loss
from analysis.analyses.counterfactual import YEAR, Estimate, Scope, Spell
from analysis.analyses.evidence.around import PRICE, chance_of, covered, noted
from analysis.analyses.evidence.grounds import ELSEWHERE, HERE, Grounds
from analysis.analyses.evidence.record import (
    AGAINST,
    FOR,
    MISSING,
    OPEN,
    Answer,
    Cell,
    Check,
    money,
    visible,
)
from analysis.measures import diary
from analysis.measures.engine import measure
from analysis.periods import Period

SLOW = "slow_answer"


def price(grounds: Grounds, cell: Cell) -> Answer:
    """Whether list prices moved sales: how far they rose, and how order lines answered.

    A price list holds for the firm, so a category is held against the others, from when its
    prices rose if that is noted. The effect in money is that of fewer lines at higher prices.
    """
    if not grounds.firm.has("order_lines.discount"):
        return Answer("price", needs="order_lines.discount")
    cell = cell if cell.category else _dearest(grounds, cell)
    own, others = (list_price_growth(grounds, cell.category, same) for same in (True, False))
    rise = own - (others if np.isfinite(others) else 0.0)
    if not np.isfinite(rise):
        return Answer("price", [Check("rose", MISSING, True)])
    least = grounds.asked.price.moved
    if abs(rise) < least:
        return Answer("price", [Check("rose", AGAINST, True, own, others)])
    found = noted(grounds, Scope(None, cell.category), PRICE)
    estimate = found[1] if found else _category(grounds, cell.category)
    # Of a period in which prices rose midway, the mean rise is but a part of the step.
    share = covered(grounds, found[0]) if found else 1.0
    step = float(np.log1p(rise / share)) if share > 0 else float("nan")
    log = estimate.log + step  # lines fewer, each at the new price
    fewer = visible(estimate.log, estimate.reach, -rise)
    checks = [
        Check("rose", FOR, True, own, others),
        Check("lines", fewer, True, estimate.share(), estimate.reach, estimate.lines),
        Check("elasticity", FOR if fewer == FOR else OPEN, False, estimate.log / step,
              estimate.reach / abs(step), estimate.lines),
        Check("noted", FOR if found else OPEN, False, told=str(found[0].note) if found else ""),
        Check("money", visible(log, estimate.reach), False, float(np.expm1(log)),
              estimate.reach),
    ]  # fmt: skip
    effect, low, high = money(cell.now * share, log, estimate.reach)
    return Answer("price", checks, effect, low, high, chance_of(log, estimate.reach),
                  estimate.lines, named=str(cell.category or ""))  # fmt: skip


def _dearest(grounds: Grounds, whole: Cell) -> Cell:
    """The category whose list prices moved most against the others', by money."""
    moved = {
        cell: abs(list_price_growth(grounds, cell.category, True)
                  - list_price_growth(grounds, cell.category, False)) * cell.before
        for cell in grounds.cells()[1:]
    }  # fmt: skip
    known = {cell: size for cell, size in moved.items() if np.isfinite(size)}
    return max(known, key=lambda cell: known[cell]) if known else whole


def list_price_growth(grounds: Grounds, category: str | None, is_same: bool) -> float:
    """Growth of list prices from base to period, like for like, at the base's quantities.

    Laspeyres' index of products sold in both, over the firm; missing if none was.
    """
    prices = []
    for table in (grounds.before, grounds.now):
        chosen = table[(table["category"] == category) == is_same].set_index("product_id")
        units = chosen[f"units_{HERE}"] + chosen[f"units_{ELSEWHERE}"]
        value = chosen[f"list_value_{HERE}"] + chosen[f"list_value_{ELSEWHERE}"]
        prices.append(pd.DataFrame({"units": units, "price": value / units.where(units > 0)}))
    both = prices[0].join(prices[1], lsuffix="_before", rsuffix="_now", how="inner").dropna()
    spent = (both["units_before"] * both["price_before"]).sum()
    return float((both["units_before"] * both["price_now"]).sum() / spent - 1) if spent else np.nan


def _category(grounds: Grounds, category: str | None) -> Estimate:
    """What a category's order lines did in the period against the others', on a year before."""
    now = grounds.weeks
    scope = Scope(None, category)
    return grounds.panel.estimate(
        scope, Spell(now, now.earlier(YEAR)), grounds.around.touched(scope),
        grounds.asked.least_lines, grounds.asked.placebos,
    )  # fmt: skip


def promotion(grounds: Grounds, cell: Cell) -> Answer:
    """Whether a promotion ran in the period and not in the base, or the other way about."""
    if not grounds.firm.has("promotions"):
        return Answer("promotion", needs="promotions")
    shares = [
        _promoted(table, cell) for table in grounds.promoted
    ]  # fmt: skip
    then, since = shares
    if then is None or since is None:
        return Answer("promotion", needs="order_lines.promotion_id")
    days = [_days(grounds, cell, period) for period in (grounds.base_period, grounds.period)]
    limits = grounds.asked.promotion
    more = days[1] - days[0]
    ran = abs(more) >= limits.days
    moved = abs(since - then) >= limits.revenue_share and (since - then) * more > 0
    checks = [
        Check("days", FOR if ran else AGAINST, True, days[1], days[0]),
        Check("share", FOR if moved else AGAINST, True, since, then),
    ]
    if not (ran and moved and cell.category):
        return Answer("promotion", checks)
    estimate = _category(grounds, cell.category)
    checks.append(Check("lines", visible(estimate.log, estimate.reach, more), True,
                        estimate.share(), estimate.reach, estimate.lines))  # fmt: skip
    effect, low, high = money(cell.now, estimate.log, estimate.reach)
    most = abs(since * cell.now - then * cell.before)  # no more than what was sold on promotion
    effect, low, high = (float(np.clip(one, -most, most)) for one in (effect, low, high))
    return Answer("promotion", checks, effect, low, high, estimate.p, estimate.lines)


def _promoted(table: pd.DataFrame | None, cell: Cell) -> float | None:
    if table is None:
        return None
    chosen = table if cell.category is None else table[table.index == cell.category]
    revenue = float(chosen["revenue"].sum())
    return float(chosen["promoted"].sum()) / revenue if revenue > 0 else 0.0


def _days(grounds: Grounds, cell: Cell, period: Period) -> float:
    table = diary.promotions(grounds.firm)
    days: set[pd.Timestamp] = set()
    for row in table.itertuples(index=False):
        if cell.category is None or row.category in (None, cell.category):
            first = max(row.starts_at, pd.Timestamp(period.start))
            last = pd.Timestamp(period.end) if pd.isna(row.ends_at) else row.ends_at
            days |= set(pd.date_range(first, min(last, pd.Timestamp(period.end))))
    return float(len(days))


def service(grounds: Grounds, cell: Cell) -> Answer:
    """Whether customers left over slow answers: the losses beyond what others' rate foretells.

    What ``analyses.loss`` finds of slow answers, for the whole region: who leaves leaves with all
    they bought. The ends are those of the lift: they tell whether there is a loss, and leave out
    chance in who was counted and in what each bought. They are no range of the money.
    """
    if not grounds.firm.has("interactions.response_hours"):
        return Answer("service", needs="interactions.response_hours")
    found = grounds.lost
    if found is None:
        found = loss.reasons(loss.looked_at(grounds.firm, grounds.run))
    if SLOW not in found.index:
        return Answer("service", [Check("lift", MISSING, True)])
    row = found.loc[SLOW]
    enough = row["exposed"] >= grounds.asked.service.least
    says = OPEN
    if enough and row["low"] > 1:
        says = FOR
    elif enough and row["high"] < 1:
        says = AGAINST
    checks = [
        Check("slow", FOR if enough else OPEN, True, row["exposed"], row["others"]),
        Check("lift", says, True, row["lift"], row["low"], row["exposed"], told=f"{row['high']}"),
    ]
    checks.append(_fewer(grounds, cell))
    if not np.isfinite(row["lift"]) or row["gone"] <= 0 or not row["excess"]:
        return Answer("service", checks, n=row["exposed"])
    yearly = row["excess_revenue"] / row["excess"] * row["gone"]
    months = grounds.period.month_count / 12
    # Of those exposed who are gone, 1 - 1 / lift would not have gone: the attributable fraction.
    ends = [-yearly * months * (1 - 1 / max(side, 1e-9)) for side in (row["high"], row["low"])]
    effect = -float(row["excess_revenue"]) * months
    return Answer("service", checks, effect, min(ends), max(ends), float(row["chance"]),
                  float(row["exposed"]))  # fmt: skip


def _fewer(grounds: Grounds, cell: Cell) -> Check:
    """Whether fewer customers bought."""
    if not grounds.firm.has("order_lines.customer_id"):
        return Check("fewer", MISSING)
    now, then = (
        float(measure(grounds.firm, cell.region, period, ["customers"])["value"].iloc[0])
        for period in (grounds.period, grounds.base_period)
    )
    return Check("fewer", fewer(now, then), False, now, then)


def fewer(now: float, then: float) -> str:
    """What counts of customers say of a loss of customers, whatever revenue did.

    Examples
    --------
    >>> fewer(90, 100), fewer(100, 90), fewer(100, 100)
    ('for', 'against', 'open')
    """
    if now == then:
        return OPEN
    return FOR if now < then else AGAINST
