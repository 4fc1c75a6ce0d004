"""What the descriptive tables say, in words."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import pandas as pd

from analysis import units
from analysis.findings.record import Finding, Values, not_over, number, partial_period
from analysis.measures.catalogue import DIMENSIONS, MEASURES
from analysis.params import Run
from analysis.text import words

BASES = ("year_before", "prior")
RANKED = {
    "revenue": "money",
    "share": "rate",
    "orders": "count",
    "customers": "count",
    "gross_margin": "money",
    "growth_prior": "rate",
    "growth_year_before": "rate",
}


def headline(
    comparison: pd.DataFrame, run: Run, is_whole: bool, same_days: pd.DataFrame | None = None
) -> Finding:
    """Say what revenue was, how it compares, and what it rests on.

    Parameters
    ----------
    comparison : DataFrame
        As ``measures.engine.compare`` gives it for the headline measures.
    run : Run
        Gives region, period and currency.
    is_whole : bool
        Whether the data reach the end of the period.
    same_days : DataFrame, optional
        As ``analyses.calendar.comparable`` gives it: what a period the data do not hold to its end
        is compared with.
    """
    row = comparison.loc["revenue"]
    if not is_whole and same_days is not None:
        row = _of_same_days(row, same_days)
    now = units.money(row["current"], run.currency)
    changes = [_against(row, base, run) for base in BASES if pd.notna(row[base])]
    if run.period.prior() == run.period.year_before():
        changes = changes[:1]
    compared = "".join(f", {change}" for change in changes) or words("finding.no_base")
    orders, customers = comparison.loc["orders", "current"], comparison.loc["customers", "current"]
    values, unit_of = _values(comparison)
    known = [base for base in BASES if pd.notna(row[f"growth_{base}"])]
    share = max((abs(row[f"growth_{base}"]) for base in known), default=1.0)
    stake = max((abs(row[f"change_{base}"]) for base in known), default=0.0)
    return Finding(
        id="descriptive.headline",
        sentence=words(
            "finding.headline", subject=run.revenue_label, period=run.period.label, now=now,
            compared=compared, orders=units.count(orders), customers=units.count(customers),
        ),
        values=values,
        units=unit_of,
        exhibit="tbl-descriptive-headline",
        n=int(orders),
        notable=bool(share >= run.settings.notable_share),
        at_stake=float(stake),
        caveats=partial_period(is_whole),
    )  # fmt: skip


def trend(months: pd.DataFrame, run: Run, is_whole: bool) -> Finding:
    """Say how many of the last twelve months beat the year before, and the best and worst.

    Parameters
    ----------
    months : DataFrame
        As ``analyses.descriptive.trend`` gives it.
    run : Run
        Gives the period and currency.
    is_whole : bool
        Whether the data reach the end of the period.
    """
    last = months.tail(12).dropna(subset=["growth"])
    ahead = int((last["growth"] > 0).sum())
    values: Values = {"months": float(len(last)), "months_ahead": float(ahead)}
    unit_of = {"months": "count", "months_ahead": "count"}
    if last.empty:
        sentence = words("finding.trend_short", months=len(months))
        gap = 0.0
    else:
        gap = float((last["revenue"] - last["year_before"]).sum())
        growth = gap / last["year_before"].sum()
        values |= {"change_12_months": number(gap), "growth_12_months": number(growth)}
        unit_of |= {"change_12_months": "money", "growth_12_months": "rate"}
        sentence = words(
            "finding.trend", ahead=ahead, months=len(last),
            moved=words("verb.rise" if gap >= 0 else "verb.fall"),
            growth=units.percent(abs(growth)), gap=units.money(abs(gap), run.currency),
        )  # fmt: skip
    return Finding(
        id="descriptive.trend",
        sentence=sentence,
        values=values,
        units=unit_of,
        exhibit="fig-descriptive-trend",
        subject=f"region:{run.region}",
        n=len(last),
        notable=is_whole
        and not last.empty
        and abs(gap) >= run.settings.notable_share * float(last["year_before"].sum()),
        at_stake=run.per_period(abs(gap), 12),
        caveats=partial_period(is_whole),
    )


def years(totals: pd.DataFrame, run: Run) -> Finding:
    """Say which whole year was best, and how the last whole year compares.

    Parameters
    ----------
    totals : DataFrame
        As ``analyses.descriptive.by_year`` gives it.
    run : Run
        Gives the currency.
    """
    whole = totals[totals["months"] == 12]
    values = {f"revenue_{year}": number(amount) for year, amount in totals["revenue"].items()}
    if whole.empty:
        sentence = words("finding.years_none", months=int(totals["months"].sum()))
    else:
        best, last = whole["revenue"].idxmax(), whole.index[-1]
        growth = whole["growth"].loc[last]
        key = "finding.years_last" if best == last else "finding.years_later"
        sentence = words(
            "finding.years",
            best=best,
            amount=units.money(whole["revenue"].loc[best], run.currency),
            compared=""
            if pd.isna(growth)
            else words(key, last=last, growth=units.percent(growth, signed=True)),
        )
    return Finding(
        id="descriptive.years",
        sentence=sentence,
        values=values,
        units=dict.fromkeys(values, "money"),
        exhibit="tbl-descriptive-years",
        n=len(totals),
        notable=False,  # a year is context for the period, not its news
    )


def ranking(parts: pd.DataFrame, run: Run, is_whole: bool) -> Finding:
    """Say which part is largest and how many grew; of regions, where the run's own stands.

    Parameters
    ----------
    parts : DataFrame
        As ``analyses.descriptive.ranking`` gives it, indexed by a dimension.
    run : Run
        Gives the region.
    is_whole : bool
        Whether the data reach the end of the period.
    """
    dimension = DIMENSIONS[str(parts.index.name)]
    said = partial(
        Finding,
        id=f"descriptive.ranking_{dimension.name}",
        exhibit=f"tbl-descriptive-{dimension.name}",
        n=len(parts),
    )
    label = dimension.label.lower()
    if parts.empty:
        sentence = words("finding.absent", label=label, needs=dimension.needs)
        return said(sentence=sentence, values={}, units={}, notable=False)
    values = {
        f"{name}.{column}": number(row[column])
        for name, row in parts.iterrows()
        for column in RANKED
    }
    units_of = {f"{name}.{column}": unit for name in parts.index for column, unit in RANKED.items()}
    base = next((base for base in BASES if parts[f"change_{base}"].notna().any()), None)
    if base and not is_whole and len(parts) > 1:
        return not_over(said, run)
    own = dimension.name == "region" and run.region in parts.index
    row = parts.loc[run.region] if own else parts.iloc[0]
    told: dict[str, object] = {
        "label": label,
        "top": run.part(dimension.name, str(parts.index[0])),
        "share": units.percent(row["share"]),
        "parts": len(parts),
    }
    if own:
        told |= {
            "region": run.region_label,
            "rank": int(parts["revenue"].rank(ascending=False, method="min")[run.region]),
        }
    kind = "region" if own else "ranking"
    notable, stake = False, 0.0
    if len(parts) == 1:
        sentence = words("finding.ranking_one", **told)
    elif base is None:
        sentence = words(f"finding.{kind}_alone", **told)
    else:
        growth = parts[f"growth_{base}"]
        ranks = growth.rank(ascending=False, method="min", na_option="bottom")
        told |= {
            "growth": units.growth(row[f"growth_{base}"], row[f"revenue_{base}"]),
            "base": words(f"base.{base}"),
            "grew": int((parts[f"change_{base}"] > 0).sum()),
        }
        if own:
            place = int(ranks[run.region])
            told["growth_rank"] = place
            extreme = place in (1, len(parts))
            notable = extreme and bool(abs(row[f"growth_{base}"]) >= run.settings.notable_share)
            stake = float(abs(row[f"change_{base}"]))
        sentence = words(f"finding.{kind}", **told)
    return said(
        sentence=sentence,
        values=values,
        units=units_of,
        notable=notable,
        at_stake=stake,
        caveats=partial_period(is_whole),
    )


def _of_same_days(row: pd.Series, same_days: pd.DataFrame) -> pd.Series:
    """Revenue with the same days of each base in its place."""
    told = row.astype(object)
    for base in BASES:
        days = same_days.loc[base]
        told[base], told[f"change_{base}"] = days["before"], days["change"]
        told[f"growth_{base}"], told[f"last_{base}"] = days["growth"], days["base_last"]
    return told


def _against(row: pd.Series, base: str, run: Run) -> str:
    """Words for a change against a base: ``up 4.2% (£12.1k) on October 2025``."""
    label = run.base_period(base).label
    if f"last_{base}" in row.index:
        label = words("finding.same_days", base=label, last=units.day(row[f"last_{base}"]))
    change = row[f"change_{base}"]
    money = units.money(abs(change), run.currency)
    if change == 0:
        return words("finding.unchanged", base=label)
    if row[base] == 0:
        return words("finding.from_nothing", base=label)
    moved = words("word.up" if change > 0 else "word.down")
    if row[base] < 0:
        return words("finding.from_less", moved=moved, change=money, base=label)
    growth = units.percent(abs(row[f"growth_{base}"]))
    return words("finding.against", moved=moved, growth=growth, change=money, base=label)


def _values(comparison: pd.DataFrame) -> tuple[Values, Mapping[str, str]]:
    """Every measure of the period, of the prior one and of the year before."""
    suffixes = {"current": "", "prior": "_prior", "year_before": "_year_before"}
    values = {
        f"{name}{suffix}": number(row[window])
        for name, row in comparison.iterrows()
        for window, suffix in suffixes.items()
    }
    unit_of = {
        f"{name}{suffix}": MEASURES[str(name)].unit
        for name in comparison.index
        for suffix in suffixes.values()
    }
    return values, unit_of
