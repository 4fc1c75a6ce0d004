"""Is what is owed paid? Each function answers one question with one table."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis.analyses.personal import masked
from analysis.measures import payments as measures
from analysis.measures.payments import AGES
from analysis.model.dataset import Dataset
from analysis.params import Run

Z = 1.959963984540054
KEEP, WATCH, REVIEW, FEW = "keep", "watch", "review", "few"
RATES = ["due", "paid_at_due", "paid_in_time", "paid_by_now", "payments", "customers"]
LATE = list(AGES[1:])


class Window(NamedTuple):
    """Due dates whose payments have all had equal time to come, as seen from a day."""

    first: date
    last: date
    as_of: date


def window(firm: Dataset, run: Run, years_back: int = 0) -> Window:
    """The due dates collections are judged by.

    A payment due lately has had less time to come. The window therefore ends
    ``grace_days`` before the as-of date, and is as long as the period but no shorter than
    ``window_days``: within it, every payment has had as much time as it is given.

    Parameters
    ----------
    years_back : int
        1: the same window a year earlier, with what was known then.
    """
    settings = run.settings.collections
    as_of = firm.as_of(run)
    if years_back:
        as_of = (pd.Timestamp(as_of) - pd.DateOffset(years=years_back)).date()
    last = as_of - timedelta(days=settings.grace_days)
    length = max(settings.window_days, (run.period.end - run.period.start).days + 1)
    return Window(last - timedelta(days=length - 1), last, as_of)


def rates(firm: Dataset, run: Run, by: list[str]) -> pd.DataFrame:
    """How much of what fell due was paid in time, now and a year earlier at the same age.

    Parameters
    ----------
    firm : Dataset
        Opened snapshot.
    run : Run
        Gives region, period and settings ``collections`` and ``channels``.
    by : list of str
        ``region``, ``channel``; none: one row, the whole.

    Returns
    -------
    DataFrame
        One row per group with anything due, lowest rate first. Columns ``due``, ``paid_at_due``,
        ``paid_in_time``, ``paid_by_now`` (money), ``payments``, ``customers`` (counts); ``rate``
        = paid_in_time / due with ``low`` and ``high``; ``rate_at_due``, ``rate_by_now``; ``base``,
        the rate a year earlier at the same age (missing where the data hold no such window), and
        ``change`` (points as a share); ``verdict``: ``review`` where the whole interval is below
        ``channels.close_collection``, ``watch`` where the rate is but not all of its interval,
        ``few`` with fewer payments than ``collections.min_payments``, else ``keep``. No rows
        where the firm delivers no payments.

    Notes
    -----
    Customers, not payments, are the sample: who does not pay leaves several unpaid. The interval
    is that of a ratio of sums over customers (Cochran, *Sampling Techniques*, 3rd ed., ch. 6),
    laid about the rate as Wilson's is, with the number of equal customers that would scatter as
    much.
    """
    if not firm.has("payments"):
        return pd.DataFrame()
    settings = run.settings.collections
    now = window(firm, run)
    table = _collected(firm, run, now, by)
    table = table[table["due"] > 0]
    if table.empty:
        return pd.DataFrame()
    before = window(firm, run, years_back=1)
    # The window must lie in the data, and so must the orders that were due in it.
    known = firm.first_day <= before.first
    base = _rate(_collected(firm, run, before, by)) if known else pd.Series(dtype=float)
    rate = _rate(table)
    ends = [interval(row) for row in table.itertuples()]
    table = table[RATES].assign(
        rate=rate,
        low=[low for low, _ in ends],
        high=[high for _, high in ends],
        rate_at_due=table["paid_at_due"] / table["due"],
        rate_by_now=table["paid_by_now"] / table["due"],
        base=base.reindex(table.index) if by else (base.iloc[0] if len(base) else float("nan")),
    )
    limit = run.settings.channels.close_collection
    verdicts = [
        FEW
        if row.payments < settings.min_payments
        else REVIEW
        if row.high < limit
        else WATCH
        if row.rate < limit
        else KEEP
        for row in table.itertuples()
    ]
    table = table.assign(change=table["rate"] - table["base"], verdict=verdicts)
    return table.sort_values("rate", kind="stable")


def interval(row: tuple[object, ...]) -> tuple[float, float]:
    """95 % interval of the share of money paid in time, customers being the sample.

    Parameters
    ----------
    row : named tuple
        ``due``, ``paid_in_time``, ``customers``, ``due_due``, ``due_paid``, ``paid_paid`` as
        ``measures.payments.collected`` gives them.

    Examples
    --------
    >>> from collections import namedtuple
    >>> names = "due paid_in_time customers due_due due_paid paid_paid"
    >>> row = namedtuple("Row", names)(40.0, 20.0, 4.0, 400.0, 200.0, 200.0)
    >>> [round(end, 2) for end in interval(row)]  # four customers of 10.00, two paid
    [0.13, 0.87]
    """
    due, paid, customers, due_due, due_paid, paid_paid = (
        float(getattr(row, name))
        for name in ("due", "paid_in_time", "customers", "due_due", "due_paid", "paid_paid")
    )
    if not due > 0 or customers < 2:
        return float("nan"), float("nan")
    rate = paid / due
    squares = max(paid_paid - 2 * rate * due_paid + rate**2 * due_due, 0.0)
    variance = squares * customers / (customers - 1) / due**2
    # All paid, or none: money is as concentrated as it is, and nothing is known of its spread.
    equal = due**2 / due_due
    n = min(rate * (1 - rate) / variance, customers) if variance > 0 else equal
    spread = Z**2 / n
    middle, reach = rate + spread / 2, Z * np.sqrt(rate * (1 - rate) / n + spread / (4 * n))
    low, high = (middle - reach) / (1 + spread), (middle + reach) / (1 + spread)
    return float(min(low, rate)), float(max(high, rate))


def ageing(firm: Dataset, run: Run) -> pd.DataFrame:
    """What is owed at the as-of date by how long it is overdue, beside a year earlier.

    Returns
    -------
    DataFrame
        One row per age (``not_due``, ``late_30`` … ``late_more``); columns ``owed``, ``share``
        (of all owed), ``owed_before`` (a year earlier, as known then; missing before the data
        begin). Rows add up to all that is owed. Empty without payments.
    """
    if not firm.has("payments"):
        return pd.DataFrame()
    now, before = window(firm, run), window(firm, run, years_back=1)
    names = list(AGES)
    owed = measures.owed(firm, run.region, now.as_of, [])[names].iloc[0].fillna(0.0)
    held = firm.first_day <= before.first
    earlier = (
        measures.owed(firm, run.region, before.as_of, [])[names].iloc[0].fillna(0.0)
        if held
        else pd.Series(float("nan"), index=names)
    )
    whole = float(owed.sum())
    table = pd.DataFrame({"owed": owed, "owed_before": earlier}, dtype=float)
    share = table["owed"] / whole if whole > 0 else float("nan")
    return table.assign(share=share).rename_axis("age")


def days_sales_outstanding(firm: Dataset, run: Run) -> tuple[float, float]:
    """Days of sales on account that are owed, now and a year earlier.

    Money owed at the as-of date over money invoiced on account in the ``dso_days`` before it,
    times these days (Farris et al., *Marketing Metrics*, and any text on working capital call it
    DSO). Missing where nothing was invoiced, or the data do not reach back.
    """
    if not firm.has("payments"):
        return float("nan"), float("nan")
    days = run.settings.collections.dso_days

    def at(one: Window) -> float:
        first = one.as_of - timedelta(days=days - 1)
        invoiced = measures.invoiced(firm, run.region, first, one.as_of)
        owed = measures.owed(firm, run.region, one.as_of, [])[list(AGES)].iloc[0].fillna(0.0).sum()
        return float(owed / invoiced * days) if invoiced > 0 else float("nan")

    before = window(firm, run, years_back=1)
    return at(window(firm, run)), at(before) if firm.first_day <= before.first else float("nan")


def overdue_customers(firm: Dataset, run: Run) -> pd.DataFrame:
    """Who owes most that is overdue, largest first.

    Returns
    -------
    DataFrame
        One row per customer with anything overdue, indexed by ``customer_id`` (masked unless the
        run shows personal data; masks that are alike are numbered); columns the overdue ages of
        :func:`ageing` (money), ``overdue`` (their sum), ``payments`` and ``days`` (the oldest is
        overdue).
    """
    if not firm.has("payments"):
        return pd.DataFrame()
    as_of = firm.as_of(run)
    table = measures.owed(firm, run.region, as_of, ["customer_id"])
    table = table.assign(
        overdue=table[LATE].sum(axis=1),
        days=(pd.Timestamp(as_of) - table["oldest_due_at"]).dt.days.astype(float),
    )
    table = table[table["overdue"] > 0].sort_values("overdue", ascending=False, kind="stable")
    shown = table[[*LATE, "overdue", "payments", "days"]]
    return _told_apart(masked(shown, run.settings.show_personal))


def _told_apart(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows with a number after each mask that several of them have."""
    masks = rows.index.to_series()
    place = (masks.groupby(masks).cumcount() + 1).astype(str)
    apart = masks.where(~masks.duplicated(keep=False), masks + "-" + place)
    return rows.set_axis(pd.Index(apart, name=rows.index.name))


def _collected(firm: Dataset, run: Run, one: Window, by: list[str]) -> pd.DataFrame:
    days = run.settings.collections.grace_days
    return measures.collected(firm, run.region, one.first, one.last, one.as_of, days, by)


def _rate(table: pd.DataFrame) -> pd.Series:
    return table["paid_in_time"] / table["due"].where(table["due"] > 0)
