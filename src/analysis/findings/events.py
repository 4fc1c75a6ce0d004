"""What the table of events says, in words."""

from __future__ import annotations

from functools import partial

import pandas as pd

from analysis import units
from analysis.findings.record import Finding, Values, number
from analysis.params import WHOLE_FIRM, Run
from analysis.questions import Questions
from analysis.text import named, words

ROSE, FELL, NOTHING, UNCLEAR = "rose", "fell", "nothing", "unclear"


def event_effects(effects: pd.DataFrame, run: Run, asked: Questions, has_events: bool) -> Finding:
    """Name the event after which sales moved most clearly, and how many had no visible effect.

    Parameters
    ----------
    effects : DataFrame
        As ``analyses.events.event_effects`` gives it.
    run : Run
        Gives region and period.
    asked : Questions
        Gives the months looked back.
    has_events : bool
        Whether the firm delivers events.
    """
    said = partial(Finding, id="events.effects", exhibit="tbl-events-effects", notable=False)
    if not has_events:
        return said(sentence=words("finding.events_absent", needs="events"), values={}, units={},
                    n=0)  # fmt: skip
    if effects.empty:
        none = words(
            "finding.events_none", region=_region(run), period=run.period.label,
            months=asked.events.months,
        )  # fmt: skip
        return said(sentence=none, values={}, units={}, n=0)
    count = len(effects)
    nothing, unclear = (int((effects["says"] == one).sum()) for one in (NOTHING, UNCLEAR))
    about = {
        "n": words(f"finding.events_event.{_many(count)}", n=count),
        "region": _region(run),
        "period": run.period.label,
        "rest": words("finding.events_rest", nothing=nothing, unclear=unclear),
    }
    moved = effects[effects["says"].isin([ROSE, FELL])].sort_values("p", kind="stable")
    tally: Values = {"events": float(count), "moved": float(len(moved)), "nothing": float(nothing),
             "unclear": float(unclear)}  # fmt: skip
    if moved.empty:
        return said(
            sentence=words("finding.events_quiet", **about), values=tally,
            units=dict.fromkeys(tally, "count"), n=count,
        )  # fmt: skip
    first = moved.iloc[0]
    sentence = words(
        "finding.events_moved",
        **about,
        moved=words(f"finding.events_is.{_many(len(moved))}", n=len(moved)),
        event=_event(first),
        scope=_scope(first, run),
        day=units.day(first["starts_at"]),
        effect=words(
            f"finding.events_{'above' if first['effect'] > 0 else 'below'}",
            share=units.percent(abs(first["effect"]), digits=0),
        ),
        low=units.percent(first["low"], signed=True, digits=0),
        high=units.percent(first["high"], signed=True, digits=0),
        lines=units.count(first["n"]),
    )
    values = {name: number(float(first[name])) for name in ("effect", "low", "high")}
    return said(
        sentence=sentence,
        values={**tally, **values, "lines": number(float(first["n"]))},
        units={**dict.fromkeys(tally, "count"), **dict.fromkeys(values, "rate"), "lines": "count"},
        n=int(first["n"]),
        certainty=1 - float(first["p"]),
        subject=f"category:{first['category']}" if first["category"] else "",
    )


def _event(event: pd.Series) -> str:
    said = named("events.kind", str(event["kind"]))
    note = event["note"]
    return f"{said.lower()} ({note})" if note else said.lower()


def _scope(event: pd.Series, run: Run) -> str:
    region, category = event["region"], event["category"]
    there = run.part("region", region) if region else ""
    if region and category:
        return words("verdicts.of", region=there, category=category)
    return there or category or words("events.firm").lower()


def _region(run: Run) -> str:
    return words("events.all") if run.region == WHOLE_FIRM else run.region_label


def _many(count: int) -> str:
    return "one" if count == 1 else "many"
