"""Was it the firm as a whole, the market, the season, a competitor? What came from outside."""

from __future__ import annotations

from math import erfc, sqrt

import numpy as np
import pandas as pd

from analysis.analyses.counterfactual import NORMAL, Estimate, Scope
from analysis.analyses.events import Around, spell_of
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
from analysis.analyses.evidence.supply import held, market_growth, market_held, products_out
from analysis.measures.engine import measure
from analysis.params import WHOLE_FIRM
from analysis.periods import Period

COMPETITOR, HOLIDAY, PRICE = "competitor", "holiday", "price"


def alike(grounds: Grounds, cell: Cell) -> Answer:
    """Whether the change is that of other regions and categories, too.

    What revenue would have done had the cell grown as the same category elsewhere and the other
    categories here, less what is in both: other categories elsewhere.
    """
    steps = []
    if cell.region != WHOLE_FIRM:
        steps.append((ELSEWHERE, True, 1))
    if cell.category is not None:
        steps.append((HERE, False, 1))
        if cell.region != WHOLE_FIRM:
            steps.append((ELSEWHERE, False, -1))
    log, variance, lines = 0.0, 0.0, float("inf")
    for place, is_same, side in steps:
        before, now = (
            _sums(table, cell, place, is_same) for table in (grounds.before, grounds.now)
        )
        if min(before[0], now[0]) <= 0:
            continue
        log += side * float(np.log(now[0] / before[0]))
        variance += before[1] / before[0] ** 2 + now[1] / now[0] ** 2
        lines = min(lines, before[2], now[2])
    if not np.isfinite(lines) or cell.before <= 0:
        return Answer("alike", [Check("grew", MISSING, True)])
    reach = NORMAL * float(np.sqrt(variance))
    own = float(np.log(cell.now / cell.before)) if cell.now > 0 else float("nan")
    check = Check("grew", visible(log, reach), True, float(np.expm1(log)),
                  float(np.expm1(own)), lines)  # fmt: skip
    effect, low, high = (
        cell.before * float(np.expm1(log + side * reach)) for side in (0, -1, 1)
    )  # fmt: skip
    return Answer("alike", [check], effect, low, high, chance_of(log, reach), lines)


def market(grounds: Grounds, cell: Cell) -> Answer:
    """Whether the market moved so: what the same share of it would have brought."""
    moved = market_growth(grounds, cell)
    if moved is None:
        return Answer("market", needs="market")
    growth, size = moved
    least = grounds.asked.market.moved
    moves = abs(growth) >= least
    checks = [Check("moved", FOR if moves else AGAINST, True, growth, least)]
    if cell.before > 0:
        was, now = cell.before / size, cell.now / (size * (1 + growth))
        kept = abs(now / was - 1) <= max(abs(growth), least)
        checks.append(Check("share", FOR if kept else OPEN, False, was, now))
    effect = cell.before * growth
    return Answer("market", checks, effect, effect, effect, 0.0, float(grounds.period.month_count))


def season(grounds: Grounds, cell: Cell) -> Answer:
    """Whether the time of year is behind it: a year evens seasons out, but for moving holidays."""
    if grounds.base == "year_before":
        days = [
            _holiday_days(grounds, period) for period in (grounds.period, grounds.base_period)
        ]  # fmt: skip
        if not grounds.firm.has("events"):
            return Answer("season", [Check("evened", AGAINST, True), Check("days", MISSING)])
        differ = abs(days[0] - days[1]) >= grounds.asked.holiday.days
        return Answer("season", [
            Check("evened", OPEN if differ else AGAINST, True),
            Check("days", FOR if differ else AGAINST, False, days[0], days[1]),
        ])  # fmt: skip
    then = [period.year_before() for period in (grounds.period, grounds.base_period)]
    if not all(grounds.firm.covers(period) for period in then):
        return Answer("season", [Check("last_year", MISSING, True)])
    now, before = (_revenue(grounds, cell, period) for period in then)
    if min(now, before) <= 0:
        return Answer("season", [Check("last_year", MISSING, True)])
    log = float(np.log(now / before))
    lines = min(_lines(table, cell) for table in (grounds.before, grounds.now))
    kish = grounds.before[f"squares_{HERE}"].sum() / grounds.before[f"revenue_{HERE}"].sum() ** 2
    reach = NORMAL * float(np.sqrt(2 * kish)) if cell.category is None else float("nan")
    if cell.category is not None:
        part = grounds.before[grounds.before["category"] == cell.category]
        revenue = part[f"revenue_{HERE}"].sum()
        reach = NORMAL * float(np.sqrt(2 * part[f"squares_{HERE}"].sum())) / revenue
    check = Check("last_year", visible(log, reach), True, float(np.expm1(log)))
    effect, low, high = (cell.before * float(np.expm1(log + s * reach)) for s in (0, -1, 1))
    return Answer("season", [check], effect, low, high, chance_of(log, reach), lines)


def competitor(grounds: Grounds, cell: Cell) -> Answer:
    """Whether a competitor took sales: one that is noted, in place and time, and what it did."""
    if not grounds.firm.has("events"):
        return Answer("competitor", needs="events")
    scope = grounds.scope(cell)
    out = products_out(grounds, cell)
    out = pd.Series(False, index=_products(grounds)) if out is None else out
    found = noted(grounds, scope, COMPETITOR)
    rest = held(grounds, cell, out) if cell.category else Check("held", MISSING)
    if found is None:
        # Nobody notes all there is; but where the rest held, there was nothing to take.
        rest_says = {FOR: AGAINST, AGAINST: OPEN}.get(rest.says, OPEN)
        return Answer("competitor", [
            Check("noted", AGAINST, rest_says == AGAINST or not cell.category, 0.0),
            Check("fell", rest_says, rest_says == AGAINST, rest.value, rest.other, rest.n),
        ])  # fmt: skip
    event, estimate = found
    fell = visible(estimate.log, estimate.reach, -1)
    checks = [
        Check("noted", FOR, True, 1.0, told=str(event.note)),
        Check("fell", fell, True, estimate.share(), estimate.reach, estimate.lines),
        *_confined(grounds, cell),
        market_held(grounds, cell),
    ]
    supplied = out.any() and _share(grounds, cell, out) >= grounds.asked.supply.base_share
    checks.append(Check("stock", AGAINST if supplied else FOR, False, float(out.sum())))
    there = cell.now - _revenue_of(grounds.now, out)
    of = Scope(event.region, event.category)
    if not (of.region in (None, scope.region) and of.category in (None, scope.category)):
        there = _revenue_in(grounds, cell, of)
    there *= covered(grounds, event)
    effect, low, high = money(there, estimate.log, estimate.reach)
    return Answer("competitor", checks, effect, low, high, estimate.p, estimate.lines,
                  named=str(event.note), at_region=of.region or "",
                  at_category=of.category or "")  # fmt: skip


def noted(grounds: Grounds, scope: Scope, kind: str) -> tuple[pd.Series, Estimate] | None:
    """The event of a kind that could have moved a scope between base and period, and its effect.

    It began after the base did, and was on in the period; of several the clearest.
    """
    around: Around = grounds.around
    best: tuple[pd.Series, Estimate] | None = None
    for event, of in around.rows():
        ended = pd.notna(event.ends_at) and event.ends_at < pd.Timestamp(grounds.period.start)
        began = event.starts_at > pd.Timestamp(grounds.base_period.start)
        if event.kind != kind or ended or not began or not of.touches(scope):
            continue
        spell = spell_of(around, event, of, grounds.asked)
        estimate = Estimate() if spell is None else grounds.panel.estimate(
            of, spell, around.touched(of), grounds.asked.least_lines, grounds.asked.placebos
        )  # fmt: skip
        if best is None or (np.nan_to_num(estimate.p, nan=1.0) < np.nan_to_num(best[1].p, nan=1.0)):
            best = event, estimate
    return best


def covered(grounds: Grounds, event: pd.Series) -> float:
    """Share of the period's days an event was on."""
    start, end = pd.Timestamp(grounds.period.start), pd.Timestamp(grounds.around.as_of)
    until = end if pd.isna(event.ends_at) else min(end, event.ends_at)
    days = (until - max(start, event.starts_at)).days + 1
    return float(np.clip(days / ((end - start).days + 1), 0.0, 1.0))


def _confined(grounds: Grounds, cell: Cell) -> list[Check]:
    """Whether the same category elsewhere, and the other categories here, held."""
    if cell.category is None or cell.region == WHOLE_FIRM:
        return []
    checks = []
    for name, place, is_same in (("elsewhere", ELSEWHERE, True), ("others", HERE, False)):
        before, now = (
            _sums(table, cell, place, is_same) for table in (grounds.before, grounds.now)
        )
        if min(before[0], now[0]) <= 0:
            checks.append(Check(name, MISSING))
            continue
        log = float(np.log(now[0] / before[0]))
        reach = NORMAL * float(np.sqrt(before[1] / before[0] ** 2 + now[1] / now[0] ** 2))
        says = AGAINST if visible(log, reach, -1) == FOR else FOR
        checks.append(Check(name, says, False, float(np.expm1(log)), n=now[2]))
    return checks


def _sums(table: pd.DataFrame, cell: Cell, place: str, is_same: bool) -> tuple[float, float, float]:
    """Revenue, squares and lines of the cell's category, or of the others, in a place."""
    chosen = table
    if cell.category is not None:
        chosen = table[(table["category"] == cell.category) == is_same]
    revenue, squares, lines = (
        float(chosen[f"{name}_{place}"].sum()) for name in ("revenue", "squares", "lines")
    )
    return revenue, squares, lines


def _revenue_in(grounds: Grounds, cell: Cell, of: Scope) -> float:
    """Revenue of the period in a part of the cell that an event is about."""
    region = of.region or cell.region
    taken = measure(grounds.firm, region, grounds.period, ["revenue"], ["category"])
    category = of.category or cell.category
    values = taken.xs("revenue", level="measure")["value"]
    return float(values.sum() if category is None else values.get(category, 0.0))


def _products(grounds: Grounds) -> pd.Index:
    tables = pd.concat([grounds.now, grounds.before, grounds.usual])
    return pd.Index(tables["product_id"].unique(), name="product_id")


def _revenue_of(table: pd.DataFrame, chosen: pd.Series) -> float:
    flags = table["product_id"].map(chosen).fillna(False).astype(bool)
    return float(table.loc[flags, f"revenue_{HERE}"].sum())


def _share(grounds: Grounds, cell: Cell, out: pd.Series) -> float:
    return _revenue_of(grounds.before, out) / cell.before if cell.before > 0 else 0.0


def _lines(table: pd.DataFrame, cell: Cell) -> float:
    return _sums(table, cell, HERE, True)[2]


def _holiday_days(grounds: Grounds, period: Period) -> float:
    days = 0
    for event, _ in grounds.around.rows():
        if event.kind == HOLIDAY:
            last = pd.Timestamp(period.end)
            until = last if pd.isna(event.ends_at) else min(last, event.ends_at)
            first = max(event.starts_at, pd.Timestamp(period.start))
            days += max(0, (until - first).days + 1)
    return float(days)


def _revenue(grounds: Grounds, cell: Cell, period: Period) -> float:
    if cell.category is None:
        taken = measure(grounds.firm, cell.region, period, ["revenue"])
        return float(taken["value"].iloc[0])
    taken = measure(grounds.firm, cell.region, period, ["revenue"], ["category"])
    return float(taken["value"].get((cell.category, "revenue"), 0.0))


def chance_of(log: float, reach: float) -> float:
    """Chance of an estimate as far from nothing, from its 95 % reach."""
    return erfc(abs(log) / reach * NORMAL / sqrt(2)) if reach > 0 else float("nan")
