"""Which indicators miss what they are held against, and where was it missed?"""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from analysis.measures import engine
from analysis.measures.catalogue import DIMENSIONS, MEASURES, Measure, Part
from analysis.measures.views import VIEWS
from analysis.model.dataset import Dataset
from analysis.params import WHOLE_FIRM, Run

SPLITS = ("category", "region", "channel", "salesperson")
"""What a shortfall is looked for in, in this order where two tell equally much."""


def shortfalls(board: pd.DataFrame) -> pd.DataFrame:
    """Indicators that miss their target or benchmark, the most money at stake first.

    Returns
    -------
    DataFrame
        One row per indicator and ``against`` (``target``, ``benchmark``; index). Columns
        ``current``, ``held`` (what it is held against), ``gap`` (in the indicator's unit, in the
        direction that is bad, positive), ``stake`` (money; missing where the gap is of none) and
        ``n``. A gap of less than rounding is none; of a period so far nothing is said.
    """
    rows = []
    for name, row in board.iterrows():
        one = MEASURES[str(name)]
        for against in ("target", "benchmark"):
            gap = row[f"gap_{against}"] * (-1 if one.good == "up" else 1)
            if pd.notna(gap) and gap > 1e-9:
                held = row[against]
                rows.append((name, against, row["current"], held, gap,
                             stake(one, gap, row["denominator"]), row["n"]))  # fmt: skip
    columns = ["measure", "against", "current", "held", "gap", "stake", "n"]
    table = pd.DataFrame(rows, columns=columns).set_index(["measure", "against"])
    return table.sort_values(["stake", "gap"], ascending=False, na_position="last", kind="stable")


def missed_target(data: Dataset, run: Run, missed: pd.DataFrame) -> pd.DataFrame:
    """Where the worst missed target was missed: what each part fell short by.

    A ratio is missed by ``target × denominator − numerator`` of its whole, which adds up over
    parts. A sum has no target by part: each part is asked for its share of the whole in the
    base, as if all were to grow alike. A count of customers, who buy in several parts, and a sum
    without a base are not split.

    The dimension is the one whose parts tell most: in which the part that fell short most has most
    more of the parts' shortfalls than of what they were asked for. Where all parts fall short
    alike it has no more, however many they are.

    Parameters
    ----------
    data : Dataset
        Opened snapshot.
    run : Run
        Which region and period.
    missed : DataFrame
        As :func:`shortfalls` gives it.

    Returns
    -------
    DataFrame
        One row per part, indexed by a dimension, largest shortfall first. Columns ``numerator``,
        ``denominator`` (of a sum missing), ``value``, ``before`` (the part's own value in the
        base; missing where there is none), ``target`` (of a sum, the part's share of it) and
        ``shortfall`` (in the numerator's unit; negative where the part beat the target).
        Shortfalls add up to the whole's. No rows where no target is missed, or where none of the
        parts is known. ``attrs["measure"]`` names the indicator, ``attrs["base"]`` the base.
    """
    targets = missed[missed.index.get_level_values("against") == "target"]
    for (name, _), row in targets.iterrows():
        one = MEASURES[str(name)]
        tables = list(_parts(data, run, one, float(row["held"])))
        if tables:
            best = max(tables, key=_told)
            best.attrs |= {"measure": one.name, "base": data.base(run) or ""}
            return best
    columns = ["numerator", "denominator", "value", "before", "target", "shortfall"]
    empty = pd.DataFrame(columns=columns)
    empty.attrs |= {"measure": "", "base": ""}
    return empty.rename_axis("category")


def _parts(data: Dataset, run: Run, one: Measure, target: float) -> Iterable[pd.DataFrame]:
    """The shortfall by each dimension the indicator can be split by."""
    views = [VIEWS[half.of] for half in one.halves.values() if isinstance(half, Part)]
    for name in SPLITS:
        if name == "region" and run.region != WHOLE_FIRM:
            continue
        needs = DIMENSIONS[name].needs
        if all(name in view.dimensions for view in views) and data.has(needs):
            parts = _measured(data, run, one, name)
            parts = (
                _short_of_sum(parts, one, target) if one.is_amount else _short(parts, one, target)
            )
            if len(parts) > 1:
                yield parts.sort_values("shortfall", ascending=False, kind="stable")


def _measured(data: Dataset, run: Run, one: Measure, name: str) -> pd.DataFrame:
    """The indicator by part, with each part's own value in the base."""
    parts = engine.measure(data, run.region, run.period, [one.name], [name]).droplevel("measure")
    base = data.base_period(run)
    if base is None:
        return parts.assign(before=float("nan"))
    before = engine.measure(data, run.region, base, [one.name], [name]).droplevel("measure")
    if one.is_amount:  # a part that sold nothing now was asked for something all the same
        parts = parts.reindex(parts.index.union(before.index)).rename_axis(name)
        parts = parts.fillna({"numerator": 0.0, "value": 0.0})
    return parts.assign(before=before["value"])


def _short(parts: pd.DataFrame, one: Measure, target: float) -> pd.DataFrame:
    """What each part of a ratio fell short by."""
    parts = parts.dropna(subset=["numerator", "denominator"])
    gap = target * parts["denominator"] - parts["numerator"]
    sign = 1 if one.good == "up" else -1
    return parts.assign(target=target, asked=parts["denominator"], shortfall=sign * gap)


def _short_of_sum(parts: pd.DataFrame, one: Measure, target: float) -> pd.DataFrame:
    """What each part of a sum fell short by of its share of the target; none without a base."""
    before = parts["before"].fillna(0.0)
    if not one.additive or not before.sum() > 0 or (before < 0).any():
        return parts.iloc[:0]
    asked = target * before / before.sum()
    sign = 1 if one.good == "up" else -1
    return parts.assign(target=asked, asked=asked, shortfall=sign * (asked - parts["numerator"]))


def _told(parts: pd.DataFrame) -> float:
    """How much more of the parts' shortfalls the first has than of what they were asked for.

    Examples
    --------
    Two parts asked for as much, of which one alone fell short; four that fell short alike:

    >>> two = pd.DataFrame({"asked": [50.0, 50.0], "shortfall": [10.0, -5.0]})
    >>> four = pd.DataFrame({"asked": [25.0] * 4, "shortfall": [10.0] * 4})
    >>> _told(two), _told(four)
    (0.5, 0.0)
    """
    short = parts["shortfall"].clip(lower=0)
    if not short.sum() > 0:
        return 0.0
    return float(short.iloc[0] / short.sum() - parts["asked"].iloc[0] / parts["asked"].sum())


def stake(one: Measure, gap: float, denominator: float) -> float:
    """Money a gap is worth: a share of money is that much of it, money per case as often."""
    if one.unit == "rate" and one.per == "money":
        return gap * denominator
    if one.unit == "money" and one.per == "cases":
        return gap * (1.0 if one.is_amount else denominator)
    return float("nan")
