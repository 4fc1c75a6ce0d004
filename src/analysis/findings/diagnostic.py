"""What the diagnostic tables say, in words."""

from __future__ import annotations

from functools import partial

import pandas as pd

from analysis import units
from analysis.findings.record import Finding, not_over, number
from analysis.measures.catalogue import DIMENSIONS
from analysis.params import Run
from analysis.text import words

UNITS = {"before": "money", "now": "money", "change": "money", "contribution": "rate"}


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
    if not is_whole:
        return not_over(said, run)
    whole = float(parts["change"].sum())
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
        notable=False,  # which part stands out is for the search for drivers to say
        at_stake=abs(change) if len(parts) > 1 else 0.0,
    )
