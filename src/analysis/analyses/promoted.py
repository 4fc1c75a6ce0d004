"""What was on offer, and by how much it lifted sales, against all that was not."""

from __future__ import annotations

import pandas as pd

from analysis.analyses import uplift
from analysis.settings import Promotions

DAY = pd.Timedelta(days=1)
Cells = dict[str, list[tuple[str, str]]]
"""By promotion, the categories and kinds of customer it was for."""


def scopes(
    daily: pd.DataFrame, promotions: pd.DataFrame, money: pd.DataFrame, settings: Promotions
) -> Cells:
    """What was on offer under each promotion: categories and kinds of customers.

    A category and kind is in the scope when at least ``settings.scope_share`` of its order lines
    of those days were sold under the promotion.
    """
    found: Cells = {}
    for row in promotions.itertuples():
        held = daily["day"].between(row.starts_at.normalize(), row.ends_at)
        sold = daily[held].groupby(["category", "kind"])["lines"].sum()
        under = money[money["promotion_id"] == row.promotion_id]
        share = under.groupby(["category", "kind"])["lines"].sum() / sold
        found[row.promotion_id] = [
            (str(category), str(kind))
            for (category, kind), part in share.items()
            if part >= settings.scope_share
        ]
    return found


def uplifts(
    daily: pd.DataFrame, promotions: pd.DataFrame, scopes: Cells, settings: Promotions
) -> pd.DataFrame:
    """By how much each promotion lifted the order lines of what was on offer.

    Parameters
    ----------
    daily : DataFrame
        As ``measures.promotions.daily_lines`` gives it.
    promotions : DataFrame
        ``promotion_id``, ``starts_at``, ``ends_at``.
    scopes : dict
        Categories and kinds each promotion was for.
    settings : Promotions
        ``after_days``, ``min_lines``, ``min_placebos``.

    Returns
    -------
    DataFrame
        One row per promotion, indexed by ``promotion_id``: ``log_uplift`` with ``se``, ``low``
        and ``high``; ``after_*`` the same for the days after it in the same scope (below zero:
        purchases were brought forward) and ``beside_*`` for other categories of the same
        customers while it ran (below zero: they were bought instead); logarithms. Missing where
        too few lines, or no unpromoted scope, tell it apart.

    Notes
    -----
    The interval is as wide as the same estimate scatters over windows of equal length in the same
    scope when nothing was on offer there (placebos; Abadie, Diamond & Hainmueller, "Synthetic
    control methods for comparative case studies", JASA 105 (2010), on the idea).
    """
    windows = {
        row.promotion_id: (row.starts_at.normalize(), row.ends_at.normalize())
        for row in promotions.itertuples()
        if scopes[row.promotion_id]
    }
    if not windows or daily.empty:
        return pd.DataFrame(index=pd.Index([], name="promotion_id"))
    cuts = [day for first, last in windows.values() for day in (first, last + DAY)]
    data = uplift.panel(daily, cuts)
    during = {
        name: uplift.scope(data, scopes[name], data.inside(first, last))
        for name, (first, last) in windows.items()
    }
    tail = pd.Timedelta(days=settings.after_days)
    after = {
        name: uplift.scope(data, scopes[name], data.inside(last + DAY, last + tail))
        for name, (_, last) in windows.items()
    }
    base = uplift.fit(data, [*during.values(), *after.values()])
    rows = {}
    scatter: dict[tuple[object, ...], uplift.Floats] = {}
    for place, (name, (first, last)) in enumerate(windows.items()):
        others = [
            cell
            for cell in data.cells
            if cell not in scopes[name] and cell[1] in {kind for _, kind in scopes[name]}
        ]
        beside = uplift.scope(data, others, data.inside(first, last))
        key = (tuple(scopes[name]), last - first)
        if key not in scatter:
            scatter[key] = _placebos(base, scopes[name], last - first, windows, scopes, tail)
        placebos = scatter[key]
        aside = [float(one[0]) for one in base.beside([beside])]
        enough = (during[name] * data.counts).sum() >= settings.min_lines
        estimate = base.at(place) if enough else (float("nan"), float("nan"))
        least = settings.min_placebos
        rows[name] = {
            **uplift.with_interval(*estimate, placebos, least),
            **_named(
                "after", uplift.with_interval(*base.at(place + len(windows)), placebos, least)
            ),
            **_named("beside", uplift.with_interval(aside[0], aside[1], placebos, least)),
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("promotion_id")


def _placebos(
    base: uplift.Base,
    cells: list[tuple[str, str]],
    length: pd.Timedelta,
    windows: dict[str, tuple[pd.Timestamp, pd.Timestamp]],
    scopes: Cells,
    tail: pd.Timedelta,
) -> uplift.Floats:
    """Estimates over their errors in equal windows of the scope without an offer, side by side."""
    data = base.panel
    taken = [
        (first, last + tail)
        for name, (first, last) in windows.items()
        if set(scopes[name]) & set(cells)
    ]
    end = data.starts[-1] + pd.Timedelta(days=float(data.days[-1])) - DAY
    first = data.starts[0]
    flags: list[uplift.Floats] = []
    while first + length <= end:
        busy = [until for start, until in taken if start <= first + length and until >= first]
        if busy:
            first = max(busy) + DAY
            continue
        flags.append(uplift.scope(data, cells, data.inside(first, first + length)))
        first = first + length + DAY
    estimates, errors = base.beside(flags)
    return estimates / errors


def _named(prefix: str, estimate: dict[str, float]) -> dict[str, float]:
    return {
        prefix: estimate["log_uplift"],
        f"{prefix}_low": estimate["low"],
        f"{prefix}_high": estimate["high"],
    }
