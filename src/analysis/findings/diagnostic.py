"""What the diagnostic tables say, in words."""

from __future__ import annotations

from functools import partial

import pandas as pd

from analysis import units
from analysis.findings.record import Finding, number
from analysis.measures.catalogue import DIMENSIONS
from analysis.params import Run
from analysis.text import part, words

UNITS = {"before": "money", "now": "money", "change": "money", "contribution": "rate"}
EFFECTS = ("volume", "mix", "price", "new", "withdrawn")


def main_driver(bridge: pd.DataFrame, run: Run, base: str) -> Finding:
    """Name the effect that moved revenue most, and what worked against it.

    Parameters
    ----------
    bridge : DataFrame
        As ``analyses.diagnostic.revenue_bridge`` returns it.
    run : Run
        Gives ``currency`` and ``notable_share``.
    base : {"prior", "year_before"}
        What it compares with.
    """
    said = partial(Finding, id="diagnostic.main_driver", exhibit="fig-diagnostic-bridge")
    if not bridge["before"].sum() > 0:
        return said(sentence=words("absent.base"), values={}, units={}, n=0, notable=False)
    total = bridge.sum()
    change = float(total["now"] - total["before"])
    effects = total[list(EFFECTS)]
    driver = str(effects.abs().idxmax())
    against = effects[effects * effects[driver] < 0]
    counter = str(against.abs().idxmax()) if not against.empty else ""
    sentence = words(
        "finding.driver",
        moved=words("verb.rise" if change >= 0 else "verb.fall"),
        change=units.money(abs(change), run.currency),
        growth=units.percent(change / total["before"], signed=True),
        base=words(f"base.{base}"),
        effect=_signed(effects[driver], run),
        because=words(f"effect.{driver}.because"),
        counter=words(
            "finding.counter", effect=_signed(effects[counter], run),
            because=words(f"effect.{counter}.because"),
        ) if counter else "",
    )  # fmt: skip
    return said(
        sentence=sentence,
        values={name: number(value) for name, value in total.items()},
        units=dict.fromkeys(map(str, total.index), "money"),
        n=len(bridge),
        notable=abs(change) >= run.settings.notable_share * float(total["before"]),
        at_stake=float(abs(effects[driver])),
    )


def contribution(parts: pd.DataFrame, run: Run, base: str) -> Finding:
    """Name the part that pulled revenue up or down most.

    Parameters
    ----------
    parts : DataFrame
        As ``analyses.diagnostic.contribution`` gives it.
    run : Run
        Gives ``currency`` and ``notable_share``.
    base : {"prior", "year_before"}
        What it compares with.
    """
    dimension = str(parts.index.name)
    said = partial(
        Finding, id=f"diagnostic.contribution_{dimension}", exhibit=f"fig-diagnostic-{dimension}"
    )
    if parts.empty:
        return said(sentence=words("absent.base"), values={}, units={}, n=0, notable=False)
    whole = float(parts["change"].sum())
    before = float(parts["before"].sum())
    mover = parts["change"].abs().idxmax()
    change = float(parts["change"][mover])
    same = int(((parts["change"] * change) > 0).sum())
    sentence = words(
        "finding.contribution",
        labels=DIMENSIONS[dimension].labels,
        mover=part(dimension, str(mover)),
        change=_signed(change, run),
        growth=units.growth(parts["growth"][mover]),
        whole=_signed(whole, run),
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
        notable=len(parts) > 1 and abs(change) >= run.settings.notable_share * before,
        at_stake=abs(change) if len(parts) > 1 else 0.0,
    )


def _signed(amount: float, run: Run) -> str:
    text = units.money(amount, run.currency)
    return f"+{text}" if amount > 0 else text
