"""What the collections tables say, in words."""

from __future__ import annotations

from datetime import date
from functools import partial

import pandas as pd

from analysis import units
from analysis.findings.record import Finding, number
from analysis.params import Run
from analysis.text import words

COUNTED = {
    "due": "money", "paid_in_time": "money", "rate": "rate", "low": "rate", "high": "rate",
    "base": "rate", "change": "rate", "payments": "count", "customers": "count",
}  # fmt: skip
LATE = ["late_30", "late_60", "late_90", "late_more"]
Window = tuple[date, date, date]
"""First and last due date, and the day they are seen from."""

COLLECTED = "measure:collection_rate"
"""What all findings here are about; the front page says one thing of it."""


def rate(whole: pd.DataFrame, run: Run, window: Window, has_payments: bool) -> Finding:
    """Say how much of what fell due was paid in time, and how it compares.

    Parameters
    ----------
    whole : DataFrame
        As ``analyses.collections.rates`` gives it by nothing: one row.
    run : Run
        Gives region, currency and thresholds.
    window : Window
        As ``analyses.collections.window`` gives it.
    has_payments : bool
        Whether the firm delivers payments.
    """
    said = partial(Finding, id="collections.rate", exhibit="tbl-collections-rates")
    if (nothing := _nothing(whole, run, window, has_payments)) is not None:
        return said(sentence=nothing, values={}, units={}, n=0, notable=False)
    row = whole.iloc[0]
    known = pd.notna(row["change"])
    return said(
        sentence=words(
            "finding.collections_rate", customers=units.count(row["customers"]),
            region=run.region_label, **_said(row, run, window),
        ),
        values={name: number(row[name]) for name in COUNTED},
        units=COUNTED,
        n=int(row["payments"]),
        notable=bool(known and abs(row["change"]) >= run.settings.notable_share),
        at_stake=float(abs(row["change"]) * row["due"]) if known else 0.0,
        certainty=_certainty(row),
        subject=COLLECTED,
    )  # fmt: skip


def rule(parts: pd.DataFrame, run: Run, window: Window, has_payments: bool) -> Finding:
    """Say which channel of which region is below the rate at which it is reviewed, if one is.

    Parameters
    ----------
    parts : DataFrame
        As ``analyses.collections.rates`` gives it by region and channel.
    run, window, has_payments
        As for :func:`rate`.
    """
    said = partial(Finding, id="collections.rule", exhibit="tbl-collections-rates")
    if (nothing := _nothing(parts, run, window, has_payments)) is not None:
        return said(sentence=nothing, values={}, units={}, n=0, notable=False)
    judged = parts[parts["verdict"] != "few"]
    order = judged["verdict"].map({"review": 0, "watch": 1, "keep": 2})
    place = judged.assign(order=order).sort_values(["order", "rate"], kind="stable").index[0]
    row = judged.loc[place]
    region, channel = place
    name = words(
        "collections.channel_of",
        region=run.part("region", region), channel=run.part("channel", channel).lower(),
    )  # fmt: skip
    verdict = str(row["verdict"])
    limit = run.settings.channels.close_collection
    return said(
        sentence=words(
            f"finding.collections_{verdict}", place=name, region=run.region_label,
            limit=units.percent(limit, digits=0), **_said(row, run, window),
        ),
        values={**{key: number(row[key]) for key in COUNTED}, "limit": limit},
        units={**COUNTED, "limit": "rate"},
        n=int(row["payments"]),
        notable=verdict == "review",
        at_stake=_of_period(row, run, window) if verdict != "keep" else 0.0,
        certainty=1.0 if verdict == "review" else 0.5,
        surprise=1.0 if verdict == "review" and row["base"] > limit else 0.5,
        subject=COLLECTED,
    )  # fmt: skip


def _of_period(row: pd.Series, run: Run, window: Window) -> float:
    """Money not paid in time, of as many days as the run's period has."""
    first, last, _ = window
    days, seen = ((end - start).days + 1 for start, end in (
        (run.period.start, run.period.end), (first, last),
    ))  # fmt: skip
    return float(row["due"] - row["paid_in_time"]) * days / seen


def ageing(
    ages: pd.DataFrame, run: Run, as_of: date, dso: tuple[float, float], has_payments: bool
) -> Finding:
    """Say how much is owed, how much of it is overdue, and for how long.

    Parameters
    ----------
    ages : DataFrame
        As ``analyses.collections.ageing`` gives it.
    run : Run
        Gives region and currency.
    as_of : date
        The day it is seen from.
    dso : tuple of float
        Days of sales owed, now and a year earlier.
    has_payments : bool
        Whether the firm delivers payments.
    """
    said = partial(Finding, id="collections.ageing", exhibit="tbl-collections-ageing")
    if not has_payments or ages.empty:
        text = words("finding.collections_absent")
        return said(sentence=text, values={}, units={}, n=0, notable=False)
    owed = float(ages["owed"].sum())
    place = {"day": units.day(as_of), "region": run.region_label}
    if not owed > 0:
        text = words("finding.collections_ageing_none", **place)
        return said(sentence=text, values={}, units={}, n=0, notable=False)
    overdue, old = float(ages.loc[LATE, "owed"].sum()), float(ages.loc["late_more", "owed"])
    money = partial(units.money, currency=run.currency)
    days = ""
    if not units.is_missing(dso[0]):
        days = words("finding.collections_dso", days=units.count(dso[0]))
        if not units.is_missing(dso[1]):
            days += words("finding.collections_dso_before", before=units.count(dso[1]))
    return said(
        sentence=words(
            "finding.collections_ageing", owed=money(owed), overdue=money(overdue), old=money(old),
            share=units.percent(old / owed), dso=days, **place,
        ),
        values={
            "owed": owed, "overdue": overdue, "old": old, "old_share": old / owed,
            "dso": number(dso[0]), "dso_before": number(dso[1]),
        },
        units={
            "owed": "money", "overdue": "money", "old": "money", "old_share": "rate",
            "dso": "days", "dso_before": "days",
        },
        n=len(ages),
        # What is never paid piles up in any firm: news is that it grows faster than sales.
        notable=bool(dso[0] >= (1 + run.settings.collections.dso_rise) * dso[1]),
        at_stake=old,
        subject=COLLECTED,
    )  # fmt: skip


def largest(customers: pd.DataFrame, run: Run, as_of: date, has_payments: bool) -> Finding:
    """Say how many customers are overdue and how much of it the largest owe.

    Parameters
    ----------
    customers : DataFrame
        As ``analyses.collections.overdue_customers`` gives it.
    run, as_of, has_payments
        As for :func:`ageing`.
    """
    said = partial(Finding, id="collections.largest", exhibit="tbl-collections-largest")
    if not has_payments:
        text = words("finding.collections_absent")
        return said(sentence=text, values={}, units={}, n=0, notable=False)
    if customers.empty:
        text = words(
            "finding.collections_largest_none", region=run.region_label, day=units.day(as_of)
        )
        return said(sentence=text, values={}, units={}, n=0, notable=False)
    whole = float(customers["overdue"].sum())
    top = customers.head(run.settings.rank_rows)["overdue"]
    key = (
        "finding.collections_largest_one" if len(customers) == 1 else "finding.collections_largest"
    )
    return said(
        sentence=words(
            key, n=units.count(len(customers)), region=run.region_label, top=len(top),
            money=units.money(float(top.sum()), run.currency),
            share=units.percent(float(top.sum()) / whole),
        ),
        values={"customers": len(customers), "overdue": whole, "top_overdue": float(top.sum())},
        units={"customers": "count", "overdue": "money", "top_overdue": "money"},
        n=len(customers),
        notable=False,
        at_stake=whole,
        subject=COLLECTED,
    )  # fmt: skip


def _nothing(table: pd.DataFrame, run: Run, window: Window, has_payments: bool) -> str | None:
    """Why there is nothing to say, if so."""
    if not has_payments:
        return words("finding.collections_absent")
    days = {"first": units.day(window[0]), "last": units.day(window[1])}
    if table.empty:
        return words("finding.collections_nothing", region=run.region_label, **days)
    if (table["verdict"] == "few").all():
        least, most = run.settings.collections.min_payments, table["payments"].max()
        return words(
            "finding.collections_few", n=units.count(most), region=run.region_label, least=least,
            **days,
        )  # fmt: skip
    return None


def _said(row: pd.Series, run: Run, window: Window) -> dict[str, object]:
    base = "" if pd.isna(row["base"]) else units.percent(row["base"])
    known = (
        words("collections.base_known", base=base) if base else words("collections.base_unknown")
    )
    return {
        "due": units.money(row["due"], run.currency), "rate": units.percent(row["rate"]),
        "low": units.percent(row["low"]), "high": units.percent(row["high"]), "base": known,
        "days": run.settings.collections.grace_days,
        "first": units.day(window[0]), "last": units.day(window[1]),
    }  # fmt: skip


def _certainty(row: pd.Series) -> float:
    """How surely the rate differs from a year earlier: whether its interval holds the base."""
    if pd.isna(row["base"]):
        return 0.5
    return 0.95 if not row["low"] <= row["base"] <= row["high"] else 0.5
