"""What the diagnostic tables say, in words."""

from __future__ import annotations

from functools import partial

import pandas as pd

from analysis import units
from analysis.findings.record import Finding, number, partial_period
from analysis.measures.catalogue import DIMENSIONS
from analysis.params import Run
from analysis.text import words

UNITS = {"before": "money", "now": "money", "change": "money", "contribution": "rate"}


def main_driver(effects: pd.DataFrame, run: Run, base: str | None, is_whole: bool) -> Finding:
    """Name the effect that moved revenue most, and what worked against it.

    Parameters
    ----------
    effects : DataFrame
        As ``analyses.diagnostic.effects`` gives it.
    run : Run
        Gives ``currency`` and ``notable_share``.
    base : {"prior", "year_before"} or None
        What it compares with.
    is_whole : bool
        Whether the data reach the end of the period.
    """
    said = partial(Finding, id="diagnostic.main_driver", exhibit="fig-diagnostic-bridge")
    amounts = effects["amount"]
    before = float(amounts["before"])
    if not before > 0:
        return said(sentence=words("absent.base"), values={}, units={}, n=0, notable=False)
    change = float(amounts["now"]) - before
    moved = amounts.drop(["before", "now"])
    driver = str(moved.abs().idxmax())
    against = moved[moved * moved[driver] < 0]
    counter = str(against.abs().idxmax()) if not against.empty else ""
    sentence = words(
        "finding.driver",
        moved=words("verb.rise" if change >= 0 else "verb.fall"),
        change=units.money(abs(change), run.currency),
        growth=units.percent(change / before, signed=True),
        base=words(f"base.{base}"),
        effect=units.money(moved[driver], run.currency, signed=True),
        because=words(f"effect.{driver}.because"),
        counter=words(
            "finding.counter", effect=units.money(moved[counter], run.currency, signed=True),
            because=words(f"effect.{counter}.because"),
        ) if counter else "",
    )  # fmt: skip
    return said(
        sentence=sentence,
        values={str(name): number(value) for name, value in amounts.items()},
        units=dict.fromkeys(map(str, amounts.index), "money"),
        n=int(effects["products"][["before", "new"]].sum()),
        notable=is_whole and abs(change) >= run.settings.notable_share * before,
        at_stake=float(abs(moved[driver])),
        caveats=partial_period(is_whole),
    )


def contribution(parts: pd.DataFrame, run: Run, base: str | None, is_whole: bool) -> Finding:
    """Name the part that pulled revenue up or down most.

    Parameters
    ----------
    parts : DataFrame
        As ``analyses.diagnostic.contribution`` gives it.
    run : Run
        Gives ``currency`` and ``notable_share``.
    base : {"prior", "year_before"} or None
        What it compares with.
    is_whole : bool
        Whether the data reach the end of the period.
    """
    dimension = str(parts.index.name)
    said = partial(
        Finding, id=f"diagnostic.contribution_{dimension}", exhibit=f"fig-diagnostic-{dimension}"
    )
    if parts.empty:
        about = DIMENSIONS[dimension]
        none = words("finding.absent", label=about.label.lower(), needs=about.needs)
        sentence = none if base else words("absent.base")
        return said(sentence=sentence, values={}, units={}, n=0, notable=False)
    whole = float(parts["change"].sum())
    before = float(parts["before"].sum())
    mover = parts["change"].abs().idxmax()
    change = float(parts["change"][mover])
    same = int(((parts["change"] * change) > 0).sum())
    sentence = words(
        "finding.contribution",
        labels=DIMENSIONS[dimension].labels,
        mover=run.part(dimension, str(mover)),
        change=units.money(change, run.currency, signed=True),
        growth=units.growth(parts["growth"][mover], parts["before"][mover]),
        whole=units.money(whole, run.currency, signed=True),
        base=words(f"base.{base}"),
        same=same,
        parts=len(parts),
        direction=words("word.rose" if change >= 0 else "word.fell"),
    )
    return said(
        sentence=sentence,
        values={
            f"{name}.{column}": number(row[column])
            for name, row in parts.iterrows()
            for column in UNITS
        },
        units={f"{name}.{column}": unit for name in parts.index for column, unit in UNITS.items()},
        n=len(parts),
        notable=is_whole and len(parts) > 1 and abs(change) >= run.settings.notable_share * before,
        at_stake=abs(change) if len(parts) > 1 else 0.0,
        caveats=partial_period(is_whole),
    )
