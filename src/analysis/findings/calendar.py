"""What the calendar says of a comparison, in words."""

from __future__ import annotations

from datetime import date
from functools import partial

import pandas as pd

from analysis import units
from analysis.findings.record import Finding, Values, number
from analysis.params import Run
from analysis.text import words

EVEN = 0.005
"""A calendar worth less than half a percent of revenue does not change how a month is judged."""
SURE = 0.05
KINDS = ("working_days", "weekend_days", "holidays", "moved_days", "closed_days", "festival_days")
UNITS = {
    "revenue": "money", "before": "money", "change": "money", "growth": "rate", "calendar": "rate",
    "calendar_low": "rate", "calendar_high": "rate", "rest": "rate", "calendar_money": "money",
    "worth": "days", "base_worth": "days",
}  # fmt: skip


def fair(
    facts: pd.DataFrame, adjusted: pd.DataFrame, run: Run, base: str | None, is_whole: bool
) -> Finding:
    """Say what the calendar gave to growth, and compare a period the data hold in part fairly.

    Parameters
    ----------
    facts, adjusted : DataFrame
        As ``analyses.calendar.facts`` and ``adjusted`` give them.
    run : Run
        Gives the period, currency, calendar and ``notable_share``.
    base : {"prior", "year_before"} or None
        What is compared with; the period may hold a base although the whole of it does not.
    is_whole : bool
        Whether the data reach the end of the period.
    """
    base = base or next((name for name in adjusted.index if adjusted["before"].notna()[name]), None)
    row = adjusted.loc[base or "year_before"]
    begun = "" if is_whole else _so_far(row, run, base is not None)
    said = partial(
        Finding, id="calendar.fair", exhibit="tbl-calendar-fair", subject="calendar",
        n=int(facts.loc["current", "days"]),
    )  # fmt: skip
    values: Values = {name: number(row[name]) for name in UNITS}
    size = 0.0 if pd.isna(row["calendar"]) else abs(float(row["calendar"]))
    least = run.settings.notable_share
    is_sure = bool(row["calendar_chance"] < SURE)
    so_far = not is_whole and pd.notna(row["growth"]) and abs(float(row["growth"])) >= least
    stake = float(row["change"]) if so_far else float(row["calendar_money"])
    certainty = 1.0 if so_far or pd.isna(row["calendar"]) else 1 - float(row["calendar_chance"])
    return said(
        sentence=begun + _calendar(facts, row, run, base),
        values=values,
        units=UNITS,
        notable=bool(so_far or (size >= least and is_sure)),
        at_stake=0.0 if pd.isna(stake) else abs(stake),
        certainty=certainty,
        caveats=_caveats(facts, base),
    )


def _so_far(row: pd.Series, run: Run, has_base: bool) -> str:
    """The days the data hold against the same days of the base."""
    money = partial(units.money, currency=run.currency)
    span, base_span = _span(row["first"], row["last"]), _span(row["base_first"], row["base_last"])
    if not has_base:
        return words("finding.calendar_partial_alone", span=span, now=money(row["revenue"]))
    said = {
        "span": span, "now": money(row["revenue"]), "base_span": base_span,
        "before": money(row["before"]),
    }  # fmt: skip
    if pd.isna(row["growth"]):
        return words("finding.calendar_partial_base", **said)
    return words(
        "finding.calendar_partial", **said, change=units.percent(row["growth"], signed=True)
    )


def _calendar(facts: pd.DataFrame, row: pd.Series, run: Run, base: str | None) -> str:
    """What the calendar gave to growth."""
    if base is None:
        return words("finding.calendar_no_base")
    against = words(f"finding.calendar_base.{base}")
    if pd.isna(row["growth"]):
        return words("finding.calendar_no_growth", base=against)
    if pd.isna(row["calendar"]):
        least = run.settings.calendar
        return words(
            "finding.calendar_short", least=units.count(least.min_history_days),
            selling=units.count(least.min_selling_days),
        )  # fmt: skip
    rest = float(row["rest"])
    said = {
        "period": run.period.label,
        "base": against,
        "calendar": units.percent(row["calendar"], signed=True),
        "low": units.percent(row["calendar_low"], signed=True),
        "high": units.percent(row["calendar_high"], signed=True),
        "growth": units.percent(row["growth"], signed=True),
        "moved": words(
            "finding.calendar_moved", verb=words("verb.rise" if rest >= 0 else "verb.fall"),
            rest=units.percent(abs(rest)),
        ),
    }  # fmt: skip
    if abs(row["calendar"]) < EVEN:
        return words("finding.calendar_even", **said)
    key = "effect" if row["calendar_chance"] < SURE else "doubtful"
    return words(f"finding.calendar_{key}", **said, held=_held(facts, base, run))


def _held(facts: pd.DataFrame, base: str, run: Run) -> str:
    """How the days differ: ``1 more working day and 2 fewer weekend days``."""
    festival = ", ".join(words(f"festival.{one}.label") for one in run.calendar.festivals)
    gaps = []
    for name in KINDS:
        gap = int(facts.loc["current", name]) - int(facts.loc[base, name])
        if gap:
            number_of = "one" if abs(gap) == 1 else "many"
            kind = words(f"calendar.kinds.{name}.{number_of}", festival=festival)
            key = "held" if gap > 0 else "fewer"
            gaps.append(words(f"finding.calendar_{key}", more=gap, fewer=abs(gap), kind=kind))
    if not gaps:
        return words("finding.calendar_arranged")
    if len(gaps) == 1:
        return gaps[0]
    return words("finding.calendar_and", first=", ".join(gaps[:-1]), last=gaps[-1])


def _caveats(facts: pd.DataFrame, base: str | None) -> tuple[str, ...]:
    shown = facts.loc[["current", base] if base else ["current"]]
    unknown = shown[~shown["is_announced"].astype(bool)]
    if unknown.empty:
        return ()
    return (words("caveat.calendar_unannounced", year=unknown["last"].iloc[0].year),)


def _span(first: date, last: date) -> str:
    """Days as a reader says them: ``1–18 October 2026``, ``1 July – 18 August 2026``."""
    if (first.year, first.month) == (last.year, last.month):
        return words("calendar.span_month", first=first.day, last=units.day(last))
    return words("calendar.span", first=units.day(first), last=units.day(last))
