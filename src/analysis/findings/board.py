"""What the indicators say, in words."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

import pandas as pd

from analysis import units
from analysis.findings.record import Finding, Values, not_over, number
from analysis.measures.catalogue import DIMENSIONS, MEASURES
from analysis.params import Run
from analysis.text import listed, words

LED = 3
"""Indicators a sentence names at most."""


def scope(comparison: pd.DataFrame, run: Run, population: str = "") -> Finding:
    """Say whom and when a pack is about, what it compares with and what it is steered by.

    Parameters
    ----------
    comparison : DataFrame
        As ``measures.engine.compare`` gives it, with orders and customers.
    run : Run
        Gives region, period and profile.
    population : str
        Who of them is looked at, where it is not all.
    """
    counts = {name: comparison.loc[name, "current"] for name in ("orders", "customers")}
    row = comparison.loc["orders"]
    periods = {base: run.base_period(base).label for base in ("prior", "year_before")
               if pd.notna(row[base])}  # fmt: skip
    bases = listed(list(dict.fromkeys(periods.values())))
    dimensions = sorted(run.profile.dimensions.items(), key=lambda item: -item[1].weight)
    return Finding(
        id="board.scope",
        sentence=words(
            "finding.board.scope", region=run.region_label, period=run.period.label,
            bases=words("finding.board.compared", bases=bases) if bases else "",
            orders=units.count(counts["orders"]), customers=units.count(counts["customers"]),
            population=f"{population} " if population else "",
            dimensions=listed([
                words("board.dimension", label=words(f"measure_group.{name}").lower(),
                      weight=units.percent(one.weight, digits=0))
                for name, one in dimensions
            ]),
            profile=run.settings.profile,
        ),
        values={name: number(value) for name, value in counts.items()},
        units=dict.fromkeys(counts, "count"),
        exhibit="tbl-board",
        n=int(counts["orders"]),
        notable=False,
    )  # fmt: skip


def balance(board: pd.DataFrame, shares: pd.Series, base: str | None, is_whole: bool) -> Finding:
    """Say how much of what the firm steers by got better, and how much worse.

    Parameters
    ----------
    board : DataFrame
        As ``analyses.board.board`` gives it.
    shares : Series
        As ``analyses.board.balance`` gives it.
    base : {"prior", "year_before"} or None
        What it compares with.
    is_whole : bool
        Whether the data reach the end of the period.
    """
    weighed = board.dropna(subset=["weight"])
    said = partial(Finding, id="board.balance", exhibit="tbl-board", n=len(weighed), notable=False)
    if not is_whole:
        return said(sentence=words("finding.board.so_far", n=len(weighed)), values={}, units={})
    if base is None or shares.isna().all() or shares["unknown"] == 1:
        return said(sentence=words("finding.board.none", n=len(weighed)), values={}, units={})
    sentence = words(
        "finding.board.balance",
        better=units.percent(shares["better"], digits=0),
        worse=units.percent(shares["worse"], digits=0),
        same=units.percent(shares["same"] + shares["few"] + shares["unknown"], digits=0),
        base=words(f"base.{base}"),
    )
    direction = "better" if shares["better"] > shares["worse"] else "worse"
    led = weighed[weighed["verdict"] == direction].nlargest(LED, "weight")
    if not led.empty:
        sentence += words(
            "finding.board.led", direction=words(f"finding.board.got_{direction}"),
            names=listed([_moved(str(name), row) for name, row in led.iterrows()]),
        )  # fmt: skip
    few = [_few(str(name), row) for name, row in weighed[weighed["verdict"] == "few"].iterrows()]
    return said(
        sentence=sentence,
        values={str(name): number(share) for name, share in shares.items()},
        units=dict.fromkeys(map(str, shares.index), "rate"),
        caveats=tuple(few),
    )


def missed(shortfalls: pd.DataFrame, board: pd.DataFrame, run: Run, is_whole: bool) -> Finding:
    """Say how many targets are missed, and which one is worth most.

    Parameters
    ----------
    shortfalls : DataFrame
        As ``analyses.shortfalls.shortfalls`` gives it.
    board : DataFrame
        As ``analyses.board.board`` gives it.
    run : Run
        Gives what indicators are held against.
    is_whole : bool
        Whether the data reach the end of the period.
    """
    held = int(board[["target", "benchmark"]].notna().sum().sum())
    said = partial(Finding, id="board.missed", exhibit="tbl-board-missed", n=held)
    if held and not is_whole:
        return not_over(said, run)
    if not held:
        sentence = words("finding.board.not_held", data=run.data)
        return said(sentence=sentence, values={}, units={}, notable=False)
    if shortfalls.empty:
        sentence = words("finding.board.met", held=held)
        return said(sentence=sentence, values={}, units={}, notable=False)
    (name, against), worst = shortfalls.index[0], shortfalls.iloc[0]
    unit = MEASURES[name].unit
    value = partial(units.value, unit=unit, currency=run.currency)
    has_stake = pd.notna(worst["stake"])
    values: Values = {
        "missed": float(len(shortfalls)), "held": float(held), "current": number(worst["current"]),
        "held_against": number(worst["held"]), "stake": number(worst["stake"]),
    }  # fmt: skip
    return said(
        sentence=words(
            "finding.board.missed", count=len(shortfalls), held=held,
            label=MEASURES[name].label.lower(), current=value(worst["current"]),
            against=_a(words(f"board.against.{against}")), value=value(worst["held"]),
            stake=words("finding.board.stake", money=units.money(worst["stake"], run.currency))
            if has_stake else "",
        ),
        values=values,
        units={"missed": "count", "held": "count", "current": unit, "held_against": unit,
               "stake": "money"},
        notable=has_stake,
        at_stake=float(worst["stake"]) if has_stake else 0.0,
        subject=f"measure:{name}",
    )  # fmt: skip


def where(parts: pd.DataFrame, run: Run, is_whole: bool) -> Finding:
    """Say in which part the worst missed target was missed, and how the others did.

    Parameters
    ----------
    parts : DataFrame
        As ``analyses.shortfalls.missed_target`` gives it.
    run : Run
        Gives the currency.
    is_whole : bool
        Whether the data reach the end of the period.
    """
    said = partial(Finding, id="board.where", exhibit="fig-board-where", n=len(parts))
    if not is_whole:
        return not_over(said, run)
    if parts.empty:
        return said(sentence=words("finding.board.nothing_missed"), values={}, units={},
                    notable=False)  # fmt: skip
    name, dimension = str(parts.attrs["measure"]), str(parts.index.name)
    one, first, others = MEASURES[name], parts.iloc[0], parts.iloc[1:]
    value = partial(units.value, unit=one.unit, currency=run.currency)
    whole, without, target = (
        (parts["value"].sum(), others["value"].sum(), parts["target"].sum())
        if one.is_amount
        else (_ratio(parts), _ratio(others), first["target"])
    )
    share = first["shortfall"] / parts["shortfall"].clip(lower=0).sum()
    is_money = one.per == "money" or one.unit == "money"
    sentence = words(
        "finding.board.where", label=one.label, whole=value(whole), target=value(target),
        share=units.percent(share, digits=0),
        part=run.part(dimension, str(parts.index[0])),
        value=value(first["value"]) + _then(first, str(parts.attrs["base"]), value),
    )  # fmt: skip
    labels = DIMENSIONS[dimension].labels
    if one.is_amount:
        sentence += words("finding.board.asked", target=value(first["target"]))
    elif pd.notna(without):
        sentence += words("finding.board.rest", labels=labels, value=value(without))
    return said(
        sentence=sentence,
        values={
            "whole": number(whole), "target": number(target), "share": number(share),
            "value": number(first["value"]), "before": number(first["before"]),
            "without": number(without), "asked": number(first["target"]),
            "shortfall": number(first["shortfall"]),
        },
        units=dict.fromkeys(["whole", "target", "value", "before", "without", "asked"], one.unit)
        | {"share": "rate", "shortfall": "money" if is_money else "count"},
        notable=is_money,
        at_stake=float(first["shortfall"]) if is_money else 0.0,
        subject=f"measure:{name}",
    )  # fmt: skip


def _ratio(parts: pd.DataFrame) -> float:
    """The ratio of parts together; missing over nothing."""
    under = float(parts["denominator"].sum())
    return float(parts["numerator"].sum()) / under if under else math.nan


def _then(part: pd.Series, base: str, value: Callable[[float], str]) -> str:
    """A part's own value in the base: it may never have been near what all are held to."""
    if not base or pd.isna(part["before"]):
        return ""
    moved = (
        "same"
        if value(part["before"]) == value(part["value"])
        else ("up" if part["value"] > part["before"] else "down")
    )
    return words(
        f"finding.board.{moved}_from", before=value(part["before"]),
        base=words(f"finding.board.in_base.{base}"),
    )  # fmt: skip


def _few(name: str, row: pd.Series) -> str:
    """The caveat of an indicator that rests on too few cases, now or in the base."""
    label, n, before = MEASURES[name].label, row["n"], row["n_before"]
    if pd.notna(before) and before < n:
        return words(
            "finding.board.caveat_few_before", label=label, n=units.count(n),
            before=units.count(before),
        )  # fmt: skip
    return words("finding.board.caveat_few", label=label, n=units.count(n))


def _moved(name: str, row: pd.Series) -> str:
    one = MEASURES[name]
    return f"{one.label.lower()} ({units.change(row['change'], row['relative'], one.unit)})"


def _a(noun: str) -> str:
    return f"a {noun.lower()}"
