"""What the cohorts say, in words."""

from __future__ import annotations

from functools import partial

import pandas as pd

from analysis import units
from analysis.findings.record import Finding, number
from analysis.params import WHOLE_FIRM, Run
from analysis.text import words


def newer(sides: pd.DataFrame, cohorts: pd.DataFrame, run: Run) -> Finding:
    """Say whether newer customers stay as long as those of the year before them did.

    Parameters
    ----------
    sides : DataFrame
        As ``analyses.cohorts.newer_and_older`` gives it.
    cohorts : DataFrame
        As ``analyses.cohorts.cohort_retention`` gives it.
    run : Run
        Gives the region and the smallest number of customers to speak of.
    """
    said = partial(Finding, id="cohorts.newer", exhibit="fig-cohorts-retention")
    if sides.empty:
        followed = cohorts.index.get_level_values("age") == 1 if len(cohorts) else []
        held = units.count(sum(followed))
        sentence = words("cohorts.finding.short", region=_place(run), held=held)
        return said(sentence=sentence, values={}, units={}, n=0, notable=False)
    new, old = sides.loc["newer"], sides.loc["older"]
    first, last = (_quarter(new[name]) for name in ("first", "last"))
    values = {
        "newer.rate": number(new["rate"]), "newer.customers": number(new["customers"]),
        "older.rate": number(old["rate"]), "older.customers": number(old["customers"]),
        "change": number(new["change"]), "low": number(new["low"]), "high": number(new["high"]),
    }  # fmt: skip
    kinds = {
        name: "count" if name.endswith("customers") else "points"
        if name in ("change", "low", "high") else "rate"
        for name in values
    }  # fmt: skip
    n = int(new["customers"] + old["customers"])
    fewest = min(new["customers"], old["customers"])
    if fewest < run.settings.min_customers:
        sentence = words(
            "cohorts.finding.few", n=units.count(fewest), region=_place(run), first=first,
            last=last, least=run.settings.min_customers,
        )  # fmt: skip
        return said(sentence=sentence, values=values, units=kinds, n=n, notable=False)
    beyond = bool(new["low"] > 0 or new["high"] < 0)
    sentence = words(
        "cohorts.finding.changed",
        n=units.count(new["customers"]),
        region=_place(run),
        first=first,
        last=last,
        rate=units.percent(new["rate"]),
        base_rate=units.percent(old["rate"]),
        base_n=units.count(old["customers"]),
        change=units.points(new["change"]),
        doubt=words(f"cohorts.finding.{'beyond' if beyond else 'chance'}"),
        low=units.points(new["low"]),
        high=units.points(new["high"]),
    )
    return said(
        sentence=sentence,
        values=values,
        units=kinds,
        n=n,
        notable=beyond,
        certainty=1 - float(new["chance"]),
        subject="customers:new",
    )


def _quarter(quarter: pd.Period) -> str:
    return words("cohorts.quarter", quarter=quarter.quarter, year=quarter.year)


def _place(run: Run) -> str:
    return words("cohorts.firm") if run.region == WHOLE_FIRM else run.region_label
