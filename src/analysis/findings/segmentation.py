"""What the segmentation tables say, in words."""

from __future__ import annotations

import math
from datetime import date
from functools import partial

import pandas as pd

from analysis import units
from analysis.findings.record import Finding, Values, number
from analysis.params import Run
from analysis.text import words

TOTAL = "total"
TIERS = ["high_value", "potential", "basic", "at_risk"]
LEAST_STEPS = 6
"""Earlier periods it takes to say what is usual: of fewer, one in six or more is the largest."""


def activity(customers: pd.DataFrame, run: Run, as_of: date, whole: bool) -> Finding:
    """Say how many customers there are, how many ordered once only, and how long ago.

    Parameters
    ----------
    customers : DataFrame
        As ``measures.engine.customer_activity`` gives it, or with scores.
    run : Run
        Gives the window and the smallest number of customers to interpret.
    as_of : date
        The day days are counted to.
    whole : bool
        Whether the data hold the whole window.
    """
    said = partial(Finding, id="segmentation.activity", exhibit="tbl-segmentation-scores")
    n = len(customers)
    if n < max(run.settings.min_customers, 1):
        return _too_few(said, n, run, as_of, whole)
    once = int((customers["order_count"] == 1).sum())
    days = float(customers["days_since_last_order"].median())
    return said(
        sentence=words(
            "finding.activity",
            customers=_customers(n),
            months=run.settings.rfm.months,
            day=units.day(as_of),
            once=units.count(once),
            share=units.percent(once / n),
            days=units.count(math.ceil(days)),
        ),
        values={
            "customers": float(n),
            "ordered_once": float(once),
            "ordered_once_share": once / n,
            "median_days_since_last_order": days,
        },
        units={
            "customers": "count",
            "ordered_once": "count",
            "ordered_once_share": "rate",
            "median_days_since_last_order": "days",
        },
        n=n,
        notable=False,  # a description of the base, not its news
        caveats=_caveats(run, whole),
    )


def tiers(summary: pd.DataFrame, run: Run, as_of: date, whole: bool) -> Finding:
    """Say how large the tiers are, and what they bring.

    Parameters
    ----------
    summary : DataFrame
        As ``analyses.segmentation.tier_summary`` gives it.
    run : Run
        Gives currency, window and the smallest number of customers to interpret.
    as_of : date
        The day days are counted to.
    whole : bool
        Whether the data hold the whole window.
    """
    said = partial(Finding, id="segmentation.tiers", exhibit="tbl-segmentation-tiers")
    n = int(summary.loc[TOTAL, "customers"])
    if n < max(run.settings.min_customers, 1):
        return _too_few(said, n, run, as_of, whole)
    high, potential, risk = (summary.loc[tier] for tier in ("high_value", "potential", "at_risk"))
    sentence = words(
        "finding.tiers",
        customers=_customers(n),
        months=run.settings.rfm.months,
        day=units.day(as_of),
        high=_are(high["customers"]),
        brought=_brought(high, run),
        potential=_are(potential["customers"]),
        potential_brought=words(
            "finding.tier_lately", money=units.money(potential["revenue"], run.currency)
        )
        if potential["customers"]
        else "",
        risk=_are(risk["customers"]),
        risk_share=units.percent(risk["share"]),
        reference=units.percent(risk["reference_share"], digits=0),
    )
    kept = {
        "customers": "count",
        "share": "rate",
        "reference_share": "rate",
        "revenue": "money",
        "revenue_share": "rate",
        "median_days_since_last_order": "days",
        "orders_per_customer": "count",
    }
    stake = max(float(potential["revenue"]), 0.0)
    return said(
        sentence=sentence,
        values={
            f"{tier}.{column}": number(row[column])
            for tier, row in summary.iterrows()
            for column in kept
        },
        units={f"{tier}.{column}": unit for tier in summary.index for column, unit in kept.items()},
        n=n,
        notable=False,  # scores are relative: about as many are at risk every month
        at_stake=run.per_period(stake, run.settings.rfm.months),
        caveats=_caveats(run, whole),
    )


def moved(moves: pd.DataFrame, usual: pd.DataFrame, run: Run, before: date, now: date) -> Finding:
    """Say who moved into *at risk*, beside how many usually do, and who left *high value*.

    It is news only where a larger share of customers moved than in any of the earlier periods,
    and there are :data:`LEAST_STEPS` of them: somebody moves every month.

    Parameters
    ----------
    moves : DataFrame
        As ``analyses.segmentation.moves`` gives it.
    usual : DataFrame
        As ``analyses.segmentation.usual_moves`` gives it.
    run : Run
        Gives currency, window and the smallest number of customers to interpret.
    before, now : date
        The two days the tiers are of.
    """
    said = partial(Finding, id="segmentation.moved", exhibit="tbl-segmentation-moves")
    months = run.settings.rfm.months
    if moves.empty:
        return said(
            sentence=words("finding.moves_absent", day=units.day(before), months=months),
            values={},
            units={},
            n=0,
            notable=False,
        )
    n = int(moves["customers"].sum())
    days = {"before": units.day(before), "now": units.day(now)}
    values: Values = {
        f"{a}.{b}.{column}": number(row[column])
        for (a, b), row in moves.iterrows()
        for column in moves.columns
    }
    unit_of = {name: "count" if name.endswith(".customers") else "money" for name in values}
    if n < max(run.settings.min_customers, 1):
        least = units.count(run.settings.min_customers)
        return said(
            sentence=words("finding.moves_few", customers=_customers(n), least=least, **days),
            values=values,
            units=unit_of,
            n=n,
            notable=False,
        )
    into = moves.loc[[(tier, "at_risk") for tier in ("high_value", "potential", "basic")]].sum()
    quiet = moves.loc[("high_value", "potential")]
    joined = moves.xs("high_value", level="now").drop("high_value").sum()
    share = float(into["customers"]) / n
    known = usual["share"].dropna()
    high = float(known.max()) if len(known) >= LEAST_STEPS else float("nan")
    middle = float(known.median()) if len(known) >= LEAST_STEPS else float("nan")
    is_news = share > high
    stake = max(float(into["revenue_before"]), 0.0) * (1 - middle / share) if is_news else 0.0
    everyone = float(moves["revenue_before"].sum())
    return said(
        sentence=words(
            "finding.moved",
            **days,
            into=_customers(into["customers"]),
            share=units.percent(share),
            quiet=_customers(quiet["customers"]),
            joined=_customers(joined["customers"]),
            risk_money=_worth(into, run),
            quiet_money=_worth(quiet, run),
            usual=_usual(known, share, run),
        ),
        values=values
        | {
            "into_at_risk": number(into["customers"]),
            "into_at_risk_share": share,
            "into_at_risk_revenue": number(into["revenue_before"]),
            "into_high_value": number(joined["customers"]),
            "usual_low": number(known.min()) if len(known) >= LEAST_STEPS else None,
            "usual_high": number(high),
        },
        units=unit_of
        | {
            "into_at_risk": "count",
            "into_at_risk_share": "rate",
            "into_at_risk_revenue": "money",
            "into_high_value": "count",
            "usual_low": "rate",
            "usual_high": "rate",
        },
        n=n,
        notable=is_news and stake > 0 and stake >= run.settings.notable_share * everyone,
        at_stake=run.per_period(stake, run.settings.rfm.months),
        surprise=float((known < share).mean()) if len(known) >= LEAST_STEPS else 0.5,
    )


def _usual(known: pd.Series, share: float, run: Run) -> str:
    """What the earlier periods say of a share of customers who moved."""
    if len(known) < LEAST_STEPS:
        return words("finding.moved_usual_unknown")
    low, high = float(known.min()), float(known.max())
    verdict = "more" if share > high else "fewer" if share < low else "within"
    key = "month" if run.period.month_count == 1 else "period"
    return words(
        f"finding.moved_{verdict}",
        steps=words(f"finding.moved_steps_{key}", n=units.count(len(known))),
        low=units.percent(low),
        high=units.percent(high),
    )


def concentration(groups: pd.DataFrame, run: Run, as_of: date, whole: bool) -> Finding:
    """Say what the largest fifth of customers brings.

    Parameters
    ----------
    groups : DataFrame
        As ``analyses.segmentation.by_fifth`` gives it.
    run : Run
        Gives currency and the smallest number of customers to interpret.
    as_of : date
        The last day of the window.
    whole : bool
        Whether the data hold the whole window.
    """
    said = partial(
        Finding, id="segmentation.concentration", exhibit="tbl-segmentation-concentration"
    )
    n = int(groups["customers"].sum())
    if n < max(run.settings.min_customers, 1):
        return _too_few(said, n, run, as_of, whole)
    top, last = groups.iloc[0], groups.iloc[-1]
    sentence = (
        words("finding.concentration_none", n=units.count(n))
        if pd.isna(top["share"])
        else words(
            "finding.concentration",
            top=units.count(top["customers"]),
            n=units.count(n),
            share=units.percent(top["share"]),
            money=units.money(top["revenue"], run.currency),
            last=units.percent(last["share"]),
        )
    )
    kept = {"customers": "count", "revenue": "money", "share": "rate", "smallest": "money"}
    return said(
        sentence=sentence,
        values={
            f"fifth_{fifth}.{column}": number(row[column])
            for fifth, row in groups.iterrows()
            for column in kept
        },
        units={
            f"fifth_{fifth}.{column}": unit
            for fifth in groups.index
            for column, unit in kept.items()
        },
        n=n,
        notable=False,  # how a firm is built, not its news
        caveats=_caveats(run, whole),
    )


def _too_few(said: partial[Finding], n: int, run: Run, as_of: date, whole: bool) -> Finding:
    key = "finding.too_few" if n else "finding.nobody"
    return said(
        sentence=words(
            key,
            customers=_customers(n),
            region=run.region_label,
            day=units.day(as_of),
            months=run.settings.rfm.months,
            least=units.count(run.settings.min_customers),
        ),
        values={"customers": float(n)},
        units={"customers": "count"},
        n=n,
        notable=False,
        caveats=_caveats(run, whole),
    )


def _customers(n: float) -> str:
    key = "segment.customer" if n == 1 else "segment.customers_n"
    return words(key, n=units.count(n) if n else words("segment.none"))


def _are(n: float) -> str:
    key = "are_none" if not n else "is" if n == 1 else "are"
    return words(f"segment.{key}", n=units.count(n))


def _brought(row: pd.Series, run: Run) -> str:
    if not row["customers"]:
        return ""
    money = units.money(row["revenue"], run.currency)
    if pd.isna(row["revenue_share"]):
        return words("finding.tier_brought_share_missing", money=money)
    return words("finding.tier_brought", money=money, share=units.percent(row["revenue_share"]))


def _worth(row: pd.Series, run: Run) -> str:
    if not row["customers"]:
        return ""
    money = units.money(row["revenue_before"], run.currency)
    return words("finding.moved_money", money=money, months=run.settings.rfm.months)


def _caveats(run: Run, whole: bool) -> tuple[str, ...]:
    return () if whole else (words("caveat.short_window", months=run.settings.rfm.months),)
