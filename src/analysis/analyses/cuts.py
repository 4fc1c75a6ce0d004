"""Where and when was it sold? Sales cut by region, channel and time, and regions size for size."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pandas as pd

from analysis.errors import ContractError, nearest
from analysis.measures.cuts import SUMS
from analysis.params import WHOLE_FIRM, Run
from analysis.periods import Period

TOTAL = "(total)"
STEPS: Final = {"day": "D", "week": "W-SUN", "month": "M", "quarter": "Q", "year": "Y"}
"""Steps of time, finest first, as pandas calls them; weeks run from Monday to Sunday."""
COMPARED = ["revenue_per_customer", "revenue_per_seller", "market_share"]


def finest_step(period: Period, rows: int) -> str:
    """The finest step of time of which a period has at most ``rows``; years, if none.

    Examples
    --------
    >>> from analysis.periods import parse
    >>> [finest_step(parse(text), 12) for text in ("2026-10", "2026-Q3", "2026", "2014-2017")]
    ['week', 'month', 'month', 'year']
    """
    fit = [step for step in STEPS if len(steps_of(period, step)) <= rows]
    # A quarter has few enough months and few enough weeks only of four rows a month.
    shown = [step for step in fit if step != "week" or period.month_count == 1]
    return shown[0] if shown else "year"


def step_of(run: Run) -> str:
    """The step of time the run's settings ask for; of ``auto``, the finest that fits a page."""
    asked = run.settings.cuts.step
    return finest_step(run.period, run.settings.rank_rows) if asked == "auto" else asked


def steps_of(period: Period, step: str) -> pd.DatetimeIndex:
    """First day of every step that lies in the period; the first may begin before it.

    Raises
    ------
    ContractError
        If there is no such step.

    Examples
    --------
    >>> from analysis.periods import parse
    >>> [str(day.date()) for day in steps_of(parse("2026-10"), "week")][:2]
    ['2026-10-01', '2026-10-05']
    """
    if step not in STEPS:
        raise ContractError(f"no step of time is called {step!r}; {nearest(step, STEPS)}")
    days = pd.date_range(period.start, period.end, freq="D", unit="us")
    return pd.DatetimeIndex(_begins(days.to_series(), period, step).unique(), name=step)


def by_step(sales: pd.DataFrame, period: Period, step: str) -> pd.DataFrame:
    """Daily sales with the step of time each day lies in.

    Parameters
    ----------
    sales : DataFrame
        As ``measures.cuts.daily_sales`` gives it.
    period : Period
        Its days.
    step : str
        Of ``STEPS``.

    Returns
    -------
    DataFrame
        The same rows with a column named like the step: its first day in the period. Days are
        of the period alone, so that the first and last week may be short.
    """
    if step == "day":
        return sales
    return sales.assign(**{step: _begins(sales["day"], period, step)})


def cut_by_step(sales: pd.DataFrame, period: Period, step: str, across: str) -> pd.DataFrame:
    """Sales of a period by step of time and one more dimension, as :func:`cut` gives it.

    A step without sales is there; nothing is compared with an earlier period, whose weeks fall on
    other days.
    """
    stepped = by_step(sales, period, step)
    return cut(stepped, stepped.iloc[:0], step, across, steps_of(period, step))


def cut(
    sales: pd.DataFrame, before: pd.DataFrame, rows: str, columns: str,
    all_rows: Sequence[object] = (),
) -> pd.DataFrame:  # fmt: skip
    """Sales by two dimensions, with totals in both directions.

    Parameters
    ----------
    sales, before : DataFrame
        Of the period and of what it is compared with, as ``measures.cuts.daily_sales`` or
        :func:`by_step` gives it; ``before`` may have no rows.
    rows, columns : str
        Columns of both to cut by.
    all_rows : sequence, optional
        Rows that must be there though nothing was sold in them.

    Returns
    -------
    DataFrame
        One row per pair of parts, indexed by ``rows`` and ``columns``, and of each with
        ``TOTAL``, the last of its level. Columns ``revenue``, ``units``, ``gross_margin``,
        ``costed_revenue``, ``gross_margin_rate`` (0–1, of the revenue whose cost is known),
        ``before`` (revenue; missing throughout without a base), ``change`` and ``growth`` (on a
        positive base). A pair without sales is zero. Revenue, units, margin and change add up
        along rows and columns to the figures of the whole.

    Examples
    --------
    >>> one = dict.fromkeys(SUMS, 1.0)
    >>> sold = pd.DataFrame([one | {"region": "east", "channel": name} for name in ("web", "shop")])
    >>> cut(sold, sold.iloc[:0], "region", "channel")["revenue"].to_dict()
    {('east', 'shop'): 1.0, ('east', 'web'): 1.0, ('east', '(total)'): 2.0, \
('(total)', 'shop'): 1.0, ('(total)', 'web'): 1.0, ('(total)', '(total)'): 2.0}
    """
    keys = [rows, columns]
    now = sales.groupby(keys)[SUMS].sum()
    parts = now.index
    if not before.empty:
        then = before.groupby(keys)["revenue"].sum()
        parts = parts.union(then.index)
    heads = [
        sorted({*parts.get_level_values(0), *all_rows}),
        sorted(set(parts.get_level_values(1))),
    ]
    table = now.reindex(pd.MultiIndex.from_product(heads, names=keys), fill_value=0.0)
    table["before"] = float("nan") if before.empty else then.reindex(table.index, fill_value=0.0)
    order = pd.MultiIndex.from_product([[*heads[0], TOTAL], [*heads[1], TOTAL]], names=keys)
    return _compared(_with_totals(table, keys).reindex(order))


def collected(payments: pd.DataFrame, cells: pd.DataFrame) -> pd.DataFrame:
    """Cells of a cut with what fell due in the period and the share of it that was paid.

    Parameters
    ----------
    payments : DataFrame
        As ``measures.cuts.collections`` gives it.
    cells : DataFrame
        As :func:`cut` gives it by region and channel.

    Returns
    -------
    DataFrame
        The same rows with ``due``, ``collected`` (money) and ``collection_rate`` (0–1; missing
        where nothing fell due).
    """
    keys = list(cells.index.names)
    if payments.empty:
        return cells.assign(due=float("nan"), collected=float("nan"), collection_rate=float("nan"))
    sums = _with_totals(payments.groupby(keys)[["due", "collected"]].sum(), keys)
    table = cells.join(sums)
    return table.assign(collection_rate=table["collected"] / table["due"].where(table["due"] > 0))


def regions(now: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    """Regions side by side, size for size: per customer, per salesperson, of their market.

    Parameters
    ----------
    now, before : DataFrame
        As ``measures.cuts.region_size`` gives it, of the period and of its base.

    Returns
    -------
    DataFrame
        One row per region, the largest first, and ``all``, the firm, last: its rows added up, so
        that a customer of two regions counts in both, and a firm whose customers buy everywhere
        is not read as one of larger customers. Columns as in ``now``, and
        ``share`` (of the firm's revenue), ``before`` (revenue), ``change``, ``growth``,
        ``revenue_per_customer``, ``revenue_per_seller`` (money; the revenue that has a
        salesperson), ``market_share`` (0–1), each also ``<name>_before``, and ``<name>_index``
        (as a multiple of the firm's). What the firm does not record is missing.
    """
    table = _per_head(now).join(_per_head(before)[["revenue", *COMPARED]].add_suffix("_before"))
    table = table.rename(columns={"revenue_before": "before"})
    change = table["revenue"] - table["before"]
    firm = table.loc[WHOLE_FIRM]
    table = table.assign(
        share=table["revenue"] / firm["revenue"] if firm["revenue"] > 0 else float("nan"),
        change=change,
        growth=change / table["before"].where(table["before"] > 0),
        **{f"{name}_index": table[name] / firm[name] for name in COMPARED},
    )
    parts = table.drop(index=WHOLE_FIRM).sort_values("revenue", ascending=False, kind="stable")
    return pd.concat([parts, table.loc[[WHOLE_FIRM]]]).rename_axis("region")


def _per_head(size: pd.DataFrame) -> pd.DataFrame:
    firm = size.sum(skipna=False).to_frame(WHOLE_FIRM).T if len(size) else size
    size = pd.concat([size, firm]).astype(float)

    def over(column: str) -> pd.Series:
        return size[column].where(size[column] > 0)

    return size.assign(
        revenue_per_customer=size["revenue"] / over("customers"),
        revenue_per_seller=size["seller_revenue"] / over("sellers"),
        market_share=size["revenue"] / over("market"),
    )


def _begins(days: pd.Series, period: Period, step: str) -> pd.Series:
    if step == "day":
        return days
    starts = days.dt.to_period(STEPS[step]).dt.start_time.dt.as_unit("us")
    return starts.clip(lower=pd.Timestamp(period.start))


def _with_totals(table: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Cells, their sums along each key, and the sum of all."""
    rows = table.groupby(level=0).sum(min_count=1).assign(**{keys[1]: TOTAL})
    columns = table.groupby(level=1).sum(min_count=1).assign(**{keys[0]: TOTAL})
    whole = table.sum(min_count=1).to_frame().T.assign(**{keys[0]: TOTAL, keys[1]: TOTAL})
    sums = [part.reset_index() for part in (table, rows, columns)]
    return pd.concat([*sums, whole]).set_index(keys)[table.columns].astype(float)


def _compared(table: pd.DataFrame) -> pd.DataFrame:
    change = table["revenue"] - table["before"]
    known = table["costed_revenue"]
    return table.assign(
        gross_margin_rate=table["gross_margin"] / known.where(known > 0),
        change=change,
        growth=change / table["before"].where(table["before"] > 0),
    )
