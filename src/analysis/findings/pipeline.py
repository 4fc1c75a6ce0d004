"""What the pipeline says, in words."""

from __future__ import annotations

from datetime import date
from functools import partial

import pandas as pd

from analysis import units
from analysis.findings.record import Finding, number
from analysis.params import WHOLE_FIRM, Run
from analysis.text import words

SURE = 0.05
BEFORE, REST = "before", "rest"
TOTALS = {
    "decided": "count", "won": "count", "win_rate": "rate", "amount_win_rate": "rate",
    "amount_won": "money", "open": "count", "days": "days",
}  # fmt: skip


def funnel(stages: pd.DataFrame, totals: pd.DataFrame, run: Run, as_of: date) -> Finding:
    """Say how many opportunities are won, where fewest go on and where it takes longest.

    Parameters
    ----------
    stages, totals : DataFrame
        As ``analyses.pipeline.view`` gives them.
    run : Run
        Gives the region and ``settings.pipeline``.
    as_of : date
        Last day of the window.
    """
    said = partial(Finding, id="pipeline.funnel", exhibit="tbl-pipeline-funnel")
    if stages.empty:
        return said(
            sentence=words("pipeline.nothing"), values={}, units={}, n=0, notable=False
        )  # fmt: skip
    now, wanted = totals.loc["now"], run.settings.pipeline
    n = int(now["decided"])
    values = {name: number(now[name]) for name in TOTALS}
    window = {"months": wanted.months, "day": units.day(as_of), "region": _place(run)}
    judged = stages[stages["left"] >= wanted.min_count]
    if n < wanted.min_count or judged.empty:
        sentence = words(
            "pipeline.finding.few", decided=units.count(n), least=wanted.min_count, **window
        )
        return said(sentence=sentence, values=values, units=TOTALS, n=n, notable=False)
    leak, slow = judged["conversion"].idxmin(), judged["days"].fillna(0.0).idxmax()
    before = totals.loc["base"] if "base" in totals.index else None
    base = ""
    if before is not None and before["decided"] > 0:
        base = words(
            "pipeline.finding.base",
            rate=units.percent(before["win_rate"]),
            n=units.count(before["decided"]),
            months=wanted.months,
        )
    sentence = words(
        "pipeline.finding.funnel",
        won=units.count(now["won"]),
        decided=units.count(n),
        rate=units.percent(now["win_rate"]),
        low=units.percent(now["low"]),
        high=units.percent(now["high"]),
        amount_rate=units.percent(now["amount_win_rate"]),
        base=base,
        leak=leak,
        leak_rate=units.percent(judged["conversion"][leak]),
        leak_n=units.count(judged["left"][leak]),
        slow=slow,
        days=units.decimal(judged["days"][slow], 0),
        cycle=units.decimal(now["days"], 0),
        **window,
    )
    return said(sentence=sentence, values=values, units=TOTALS, n=n, notable=False)


def change(effects: pd.DataFrame, totals: pd.DataFrame, run: Run) -> Finding:
    """Name what moved the amount won most, and what worked against it.

    Parameters
    ----------
    effects : DataFrame
        As ``analyses.pipeline.change_in_won`` gives it.
    totals : DataFrame
        As ``analyses.pipeline.view`` gives it.
    run : Run
        Gives region, currency and ``settings.pipeline``.
    """
    said = partial(Finding, id="pipeline.change", exhibit="fig-pipeline-change")
    if effects.empty:
        there = len(totals) > 0
        sentence = (
            words("pipeline.finding.unsplit", region=_place(run))
            if there
            else words("pipeline.nothing")
        )
        return said(sentence=sentence, values={}, units={}, n=0, notable=False)
    now, before = (float(totals.loc[name, "amount_won"]) for name in ("now", "base"))
    moved = effects["effect"]
    main = str(moved.abs().idxmax())
    against = moved[moved * moved[main] < 0]
    counter = ""
    if not against.empty:
        name = str(against.abs().idxmax())
        counter = words(
            "pipeline.finding.counter",
            factor=_factor(name),
            effect=units.money(moved[name], run.currency, signed=True),
        )
    sentence = words(
        "pipeline.finding.change",
        region=_place(run),
        moved=words("pipeline.rose" if now >= before else "pipeline.fell"),
        change=units.money(abs(now - before), run.currency),
        growth=units.percent(now / before - 1, signed=True),
        months=run.settings.pipeline.months,
        now=units.money(now, run.currency),
        factor=_factor(main),
        effect=units.money(moved[main], run.currency, signed=True),
        counter=counter,
    )
    return said(
        sentence=sentence,
        values={
            "now": number(now),
            "before": number(before),
            **{str(name): number(effect) for name, effect in moved.items()},
        },
        units={"now": "money", "before": "money"} | dict.fromkeys(map(str, moved.index), "money"),
        n=int(totals.loc["now", "won"]),
        notable=False,  # the amount won is counted in revenue already
        at_stake=run.per_period(abs(now - before), run.settings.pipeline.months),
        subject="pipeline:won",
    )


def leaks(
    against_base: pd.DataFrame, against_rest: pd.DataFrame, hygiene: pd.DataFrame, run: Run
) -> Finding:
    """Say which stage lets fewer through, or holds longer, than before or than elsewhere.

    Parameters
    ----------
    against_base, against_rest : DataFrame
        As ``analyses.pipeline.against`` gives them: the months before, and the firm's rest.
    hygiene : DataFrame
        As ``analyses.pipeline.hygiene`` gives it.
    run : Run
        Gives region, currency and ``settings.pipeline``.
    """
    said = partial(Finding, id="pipeline.leaks", exhibit="tbl-pipeline-leaks")
    sides = {BEFORE: against_base, REST: against_rest}
    known = {
        name: side for name, side in sides.items() if len(side) and side["chance"].notna().any()
    }
    wanted = run.settings.pipeline
    if not known:
        sentence = (
            words("pipeline.nothing")
            if hygiene.empty
            else words("pipeline.finding.no_base", least=wanted.min_count)
        )
        return said(sentence=sentence, values={}, units={}, n=0, notable=False)
    found = [
        (side.loc[stage, "chance"], name, stage)
        for name, side in known.items()
        for stage in side.index[(side["chance"] < SURE) & (side["change"] < 0)]
    ]
    slow = [
        (name, stage) for name, side in known.items() for stage in side.index[side["is_slower"]]
    ]
    name, stage = min(found)[1:] if found else _largest(known)
    row = known[name].loc[stage]
    sentence = _leak(row, name, stage, run) if found else ""
    sentence += "".join(_slow(known[which].loc[at], which, at) for which, at in slow[:1])
    if not sentence:
        sentence = words(
            "pipeline.finding.nothing",
            region=_place(run),
            base=words(f"pipeline.finding.against_{name}"),
            stage=stage,
            change=units.points(row["change"]),
            low=units.points(row["low"]),
            high=units.points(row["high"]),
            n=units.count(row["left"]),
        )
    lost = max(-float(row["money"]), 0.0) if found else 0.0
    values = {
        f"{which}.{at}.change": number(side.loc[at, "change"])
        for which, side in known.items()
        for at in side.index
    }
    return said(
        sentence=sentence.strip() + _out(hygiene),
        values=values,
        units=dict.fromkeys(values, "points"),
        n=int(row["left"]),
        notable=bool(found or slow),
        at_stake=run.per_period(lost, wanted.months),
        certainty=1 - float(row["chance"]) if found else 0.5,
        subject=f"stage:{stage}",
    )


def _largest(known: dict[str, pd.DataFrame]) -> tuple[str, str]:
    name = next(iter(known))
    judged = known[name][known[name]["chance"].notna()]
    return name, str(judged["change"].abs().idxmax())


def _leak(row: pd.Series, name: str, stage: str, run: Run) -> str:
    return words(
        "pipeline.finding.leak",
        stage=stage,
        rate=units.percent(row["conversion"]),
        n=units.count(row["left"]),
        base_rate=units.percent(row["base_conversion"]),
        base_n=units.count(row["base_left"]),
        base=words(f"pipeline.finding.in_{name}"),
        change=units.points(row["change"]),
        low=units.points(row["low"]),
        high=units.points(row["high"]),
        wins=units.decimal(row["wins"], 1),
        money=units.money(row["money"], run.currency),
        months=run.settings.pipeline.months,
    )


def _slow(row: pd.Series, name: str, stage: str) -> str:
    return words(
        "pipeline.finding.slow",
        stage=stage[:1].upper() + stage[1:],
        days=units.decimal(row["days"], 0),
        base_days=units.decimal(row["base_days"], 0),
        base=words(f"pipeline.finding.in_{name}"),
    )


def _out(hygiene: pd.DataFrame) -> str:
    entered, out = float(hygiene["entered"].sum()), float(hygiene["out_of_order"].sum())
    if not entered:
        return ""
    return words(
        "pipeline.finding.out",
        out=units.count(out),
        entered=units.count(entered),
        rate=units.percent(out / entered),
    )


def _factor(name: str) -> str:
    if not name.startswith("("):
        return words("pipeline.factor.said", stage=name)
    text = words(f"pipeline.factor.{name}")
    return text[:1].lower() + text[1:]


def _place(run: Run) -> str:
    return words("pipeline.firm") if run.region == WHOLE_FIRM else run.region_label
