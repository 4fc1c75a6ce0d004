"""What the reasons for silence say, in words."""

from __future__ import annotations

from functools import partial

import pandas as pd

from analysis import units
from analysis.findings.record import Finding, number
from analysis.params import WHOLE_FIRM, Run
from analysis.text import words

SURE = 0.05
KEPT = {
    "exposed": "count", "gone": "count", "expected": "count", "lift": "times",
    "low": "times", "high": "times", "chance": "rate",
}  # fmt: skip


def reasons(dormant: pd.DataFrame, looks: pd.DataFrame, run: Run) -> Finding:
    """Name what goes with more silence than chance explains, or say that nothing does.

    Parameters
    ----------
    dormant : DataFrame
        As ``analyses.loss.reasons`` gives it.
    looks : DataFrame
        As ``analyses.loss.looked_at`` gives it.
    run : Run
        Gives region, currency and the settings ``activity`` and ``loss``.
    """
    said = partial(Finding, id="loss.reasons", exhibit="tbl-loss-reasons")
    step, least = run.settings.activity.dormant_months, run.settings.loss.min_exposed
    window = {"region": _place(run), "step": step}
    if looks.empty:
        return said(
            sentence=words("loss.finding.short", **window), values={}, units={}, n=0, notable=False
        )
    judged = dormant[(dormant["exposed"] >= least) & dormant["low"].notna()]
    if judged.empty:
        sentence = words(
            "loss.finding.none_tried", n=units.count(len(looks)), least=least, **window
        )
        return said(sentence=sentence, values={}, units={}, n=len(looks), notable=False)
    found = judged[(judged["chance"] < SURE) & (judged["lift"] > 1)]
    best = (found if len(found) else judged).sort_values("lift", ascending=False, kind="stable")
    if len(found):
        best = found.sort_values("excess_revenue", ascending=False, kind="stable")
    name, row = str(best.index[0]), best.iloc[0]
    numbers = {
        "after": after(name, run),
        "gone": units.count(row["gone"]),
        "exposed": units.count(row["exposed"]),
        "tried": words("loss.tried_one")
        if len(dormant) == 1
        else words("loss.tried", n=len(dormant)),
        **_times(row),
        **window,
    }
    if len(found):
        sentence = words(
            "loss.finding.found",
            expected=units.decimal(row["expected"], 1),
            chance=_chance(row["chance"]),
            money=units.money(row["excess_revenue"], run.currency),
            **numbers,
        )
        others = [after(str(other), run) for other in best.index[1:]]
        sentence += words("loss.finding.also", names=", ".join(others)) if others else ""
    else:
        silent = units.count(looks["dormant"].sum())
        sentence = words(
            "loss.finding.nothing", **numbers | {"n": units.count(len(looks)), "gone": silent}
        )
    return said(
        sentence=sentence,
        values={f"{r}.{c}": number(dormant.loc[r, c]) for r in dormant.index for c in KEPT},
        units={f"{r}.{c}": unit for r in dormant.index for c, unit in KEPT.items()},
        n=int(row["exposed"]),
        notable=bool(len(found)),
        at_stake=run.per_period(max(float(row["excess_revenue"]), 0.0), 12) if len(found) else 0.0,
        certainty=1 - float(row["chance"]),
        subject=f"reason:{name}",
    )


def industries(groups: pd.DataFrame, run: Run) -> Finding:
    """Name the industry whose businesses fall silent more often, if any does.

    Parameters
    ----------
    groups : DataFrame
        As ``analyses.loss.groups`` gives it.
    run : Run
        Gives the region and ``settings.loss``.
    """
    said = partial(Finding, id="loss.industries", exhibit="tbl-loss-industries")
    judged = groups[groups["low"].notna()] if len(groups) else groups
    if judged.empty:
        sentence = words("loss.finding.industry_absent", least=run.settings.loss.min_exposed)
        return said(sentence=sentence, values={}, units={}, n=0, notable=False)
    name, row = str(judged.index[0]), judged.iloc[0]
    is_sure = bool(row["chance"] < SURE and row["lift"] > 1)
    sentence = words(
        "loss.finding.industry" if is_sure else "loss.finding.industry_none",
        region=_place(run),
        name=name,
        gone=units.count(row["gone"]),
        exposed=units.count(row["exposed"]),
        chance=_chance(row["chance"]),
        tried=len(judged),
        **_times(row),
    )
    return said(
        sentence=sentence,
        values={f"{r}.{c}": number(judged.loc[r, c]) for r in judged.index for c in KEPT},
        units={f"{r}.{c}": unit for r in judged.index for c, unit in KEPT.items()},
        n=int(row["exposed"]),
        notable=is_sure,
        certainty=1 - float(row["chance"]),
        subject=f"industry:{name}",
    )


def after(name: str, run: Run) -> str:
    """What had happened, with the threshold from when it counts."""
    wanted = run.settings.loss
    return words(
        f"loss.after.{name}",
        slow_hours=f"{wanted.slow_hours:g}",
        low_score=f"{wanted.low_score:g}",
        late_days=wanted.late_days,
        stock_out_days=wanted.stock_out_days,
        price_rise=units.percent(wanted.price_rise, digits=0),
        discount_drop=units.points(wanted.discount_drop, signed=False),
    )


def _times(row: pd.Series) -> dict[str, str]:
    return {
        "lift": units.decimal(row["lift"], 1),
        "low": units.decimal(row["low"], 1),
        "high": units.decimal(row["high"], 1),
    }


def _chance(chance: float) -> str:
    return words("loss.sure") if chance < 0.001 else units.percent(chance)


def _place(run: Run) -> str:
    return words("loss.firm") if run.region == WHOLE_FIRM else run.region_label
