"""What the bridges say, in words: what moved most, against what, and after returns."""

from __future__ import annotations

from functools import partial

import pandas as pd

from analysis import units
from analysis.findings.record import Finding, not_over, number
from analysis.measures.catalogue import DIMENSIONS, MEASURES
from analysis.params import Run
from analysis.text import words

ENDS = ["before", "now", "returns", "net"]
GROUPS = {
    "lost": "customers", "new": "customers", "back": "customers", "withdrawn": "range",
    "launched": "range", "volume": "bought", "mix": "bought",
}  # fmt: skip
"""Effects named as one in a sentence: customers come and go all the time, and more units of
cheaper things are not two pieces of news."""
HALF_A_CENT = 0.005
SAME = 0.0005
"""Share of what was before below which a change is none: it would be written 0.0%."""


def change(
    effects: pd.DataFrame,
    run: Run,
    base: str | None,
    is_whole: bool,
    of: str = "revenue",
    knows_customers: bool = True,
) -> Finding:
    """Name what moved a sum most, and what worked against it; ``GROUPS`` are one each.

    Parameters
    ----------
    effects : DataFrame
        As ``analyses.bridge.effects`` gives it.
    run : Run
        Gives region, ``currency`` and ``notable_share``.
    base : {"prior", "year_before"} or None
        What it compares with.
    is_whole : bool
        Whether the data reach the end of the period.
    of : {"revenue", "gross_margin"}
        What was split.
    knows_customers : bool
        Whether the data begin early enough to know who was a customer before.
    """
    said = partial(Finding, id=f"bridge.{of}", exhibit=f"tbl-bridge-{of}".replace("_", "-"))
    amounts = effects["amount"]
    if base is None:
        return said(sentence=words("absent.base"), values={}, units={}, n=0, notable=False)
    if not is_whole:
        return not_over(said, run)
    before, now = float(amounts["before"]), float(amounts["now"])
    moved = amounts.drop(ENDS, errors="ignore")
    if not (before or now or moved.any()):
        nothing = words("finding.bridge_nothing", subject=words(f"bridge.subject.{of}").lower())
        return said(sentence=nothing, values={}, units={}, n=0, notable=False)
    gap = now - before
    caveats = () if knows_customers else (words("caveat.bridge_short"),)
    return said(
        sentence=_sentence(effects, run, base, of),
        values={str(name): number(value) for name, value in amounts.items()},
        units=dict.fromkeys(map(str, amounts.index), "money"),
        n=int(effects["count"].drop(ENDS, errors="ignore").fillna(0).max()),
        notable=abs(gap) >= run.settings.notable_share * abs(before),
        at_stake=abs(gap),
        subject=f"region:{run.region}" if of == "revenue" else f"measure:{of}",
        caveats=caveats,
    )


def _sentence(effects: pd.DataFrame, run: Run, base: str, of: str) -> str:
    amounts = effects["amount"]
    before, now = float(amounts["before"]), float(amounts["now"])
    gap, money = now - before, partial(units.money, currency=run.currency)
    alone = amounts.drop(ENDS, errors="ignore")
    moved = alone.groupby([GROUPS.get(str(name), str(name)) for name in alone.index]).sum()
    texts = {
        "subject": run.revenue_label if of == "revenue" else words(f"bridge.subject.{of}"),
        "now": money(now), "base": words(f"base.{base}"), "net": "",
    }  # fmt: skip
    if "net" in amounts and abs(float(amounts["returns"])) >= SAME * max(abs(before), abs(now)):
        texts["net"] = words("finding.bridge_net", net=money(float(amounts["net"]), signed=True))
    if (alone.abs() < HALF_A_CENT).all():
        return words("finding.bridge_same", **texts)
    is_flat = abs(gap) < SAME * abs(before)
    up, down = float(moved.max()), float(moved.min())
    rises = up >= -down if is_flat else gap > 0
    driver, counter = (
        (moved.idxmax(), moved.idxmin()) if rises else (moved.idxmin(), moved.idxmax())
    )
    texts["driver"] = words(
        "finding.bridge_lifts" if rises else "finding.bridge_drops",
        effect=money(moved[driver], signed=True),
        because=because(str(driver), float(moved[driver]), effects),
    )
    texts["counter"] = words("finding.bridge_alone")
    if moved[counter] * moved[driver] < 0:
        texts["counter"] = words(
            "finding.bridge_against_drops" if rises else "finding.bridge_against_lifts",
            effect=money(moved[counter], signed=True),
            because=because(str(counter), float(moved[counter]), effects),
        )
    if is_flat:
        return words("finding.bridge_flat", **texts)
    ratio = gap / before if before > 0 else float("nan")
    return words(
        "finding.bridge_rise" if gap > 0 else "finding.bridge_fall",
        change=money(abs(gap)), growth=units.growth(ratio, before), **texts,
    )  # fmt: skip


def because(effect: str, amount: float, effects: pd.DataFrame) -> str:
    """What an effect is, in a sentence: ``more discount``."""
    # Without discounts recorded, a list price is not known: what moved is what was paid.
    known = effect if effect != "price" or "discount" in effects.index else "paid"
    return words(f"effect.{known}.{'gain' if amount >= 0 else 'loss'}")


def rate(
    bridge: pd.DataFrame, whole: pd.DataFrame, run: Run, base: str | None, is_whole: bool
) -> Finding:
    """Say how much of a ratio's change its parts' own rates made, and how much their weights.

    Parameters
    ----------
    bridge : DataFrame
        As ``analyses.rate_bridge.rate_bridge`` gives it.
    whole : DataFrame
        As ``measures.engine.compare`` gives the ratio, not split.
    run, base, is_whole
        As :func:`change`.
    """
    name, dimension = str(whole.index[0]), str(bridge.index.name)
    measure, about = MEASURES[name], DIMENSIONS[dimension]
    said = partial(
        Finding, id=f"bridge.{name}_{dimension}",
        exhibit=f"tbl-bridge-{name}-{dimension}".replace("_", "-"),
    )  # fmt: skip
    if bridge.empty:
        none = words("finding.rate_none", label=measure.label.lower(),
                     dimension=about.label.lower())  # fmt: skip
        sentence = none if base else words("absent.base")
        return said(sentence=sentence, values={}, units={}, n=0, notable=False)
    if not is_whole:
        return not_over(said, run)
    of_rate, mix = float(bridge["rate"].sum()), float(bridge["mix"].sum())
    gap, now = of_rate + mix, float(whole["current"].iloc[0])
    over, under = (float(whole[f"current_{half}"].iloc[0]) for half in ("numerator", "denominator"))
    largest = str(bridge["effect"].abs().idxmax())
    write = partial(difference, unit=measure.unit, currency=run.currency)
    is_flat = not write(gap).strip("+−0.%£ pts")
    return said(
        sentence=words(
            "finding.rate_flat" if is_flat else "finding.rate_line",
            label=measure.label.lower(),
            moved=words("verb.rise" if gap >= 0 else "verb.fall"),
            change=write(abs(gap)).removeprefix("+"),
            now=units.value(now, measure.unit, run.currency),
            base=words(f"base.{base}"),
            rate=write(of_rate), mix=write(mix), labels=about.labels,
            part=run.part(dimension, largest), effect=write(float(bridge["effect"][largest])),
        ),
        values={"now": number(now), "change": number(gap), "rate": number(of_rate),
                "mix": number(mix), largest: number(float(bridge["effect"][largest]))},
        units=dict.fromkeys(["now", "change", "rate", "mix", largest], measure.unit),
        n=len(bridge),
        notable=abs(gap * under) >= run.settings.notable_share * abs(over),
        at_stake=abs(gap * under),
        subject=f"measure:{name}",
    )  # fmt: skip


def difference(amount: float, unit: str, currency: str) -> str:
    """Write a difference of two values of a ratio: points of a rate, or signed money."""
    if unit == "rate":
        return units.points(amount)
    return units.money(amount, currency, signed=True)
