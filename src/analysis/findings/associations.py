"""What is bought together and what is lacking, in words."""

from __future__ import annotations

from functools import partial

import pandas as pd

from analysis import units
from analysis.findings.record import Finding, number
from analysis.measures.catalogue import DIMENSIONS
from analysis.params import WHOLE_FIRM, Run
from analysis.text import words

KEPT = {
    "baskets": "count", "expected": "count", "ratio": "times", "lift": "times",
    "support": "rate", "confidence": "rate", "leverage": "points",
}  # fmt: skip
GAP = {"peers": "count", "buyers": "count", "lacking": "count", "worth": "money"}


def pairs(found: pd.DataFrame, rules: pd.DataFrame, n: int, things: str, run: Run) -> Finding:
    """Name the two things most above chance in one order, or say that none are.

    Parameters
    ----------
    found, rules : DataFrame
        As ``analyses.associations.pairs`` and ``rules`` give them.
    n : int
        Orders looked at.
    things : str
        Dimension the things are parts of.
    run : Run
        Gives the region and ``settings.associations``.
    """
    said = partial(Finding, id="associations.pairs", exhibit="tbl-associations-pairs")
    labels = DIMENSIONS[things].labels
    if found.empty:
        sentence = words("associations.finding.empty") if not n else words(
            "associations.finding.few", things=labels, n=units.count(n), region=_place(run),
            least=run.settings.associations.min_baskets,
        )  # fmt: skip
        return said(sentence=sentence, values={}, units={}, n=n, notable=False)
    row = (rules if len(rules) else found).iloc[0]
    first, second = (run.part(things, str(name)) for name in row.name)
    numbers = {
        "first": first,
        "second": second,
        "ratio": units.decimal(row["ratio"], 2),
        "low": units.decimal(row["low"], 2),
        "high": units.decimal(row["high"], 2),
        "baskets": units.count(row["baskets"]),
        "n": units.count(n),
        "tried": units.count(len(found)),
    }
    if len(rules):
        sentence = words(
            "associations.finding.found",
            expected=units.decimal(row["expected"], 1),
            confidence=units.percent(row["confidence"]),
            more=words(
                "associations.finding.more",
                rules=units.count(len(rules)),
                tried=units.count(len(found)),
            )
            if len(rules) > 1
            else "",
            **numbers,
        )
    else:
        sentence = words("associations.finding.nothing", things=labels, **numbers)
    named = {" + ".join(map(str, index)): one for index, one in found.iterrows()}
    return said(
        sentence=sentence,
        values={f"{name}.{c}": number(one[c]) for name, one in named.items() for c in KEPT},
        units={f"{name}.{c}": unit for name in named for c, unit in KEPT.items()},
        n=int(row["baskets"]),
        notable=False,  # a chance to sell more, not news of the period
        certainty=1 - float(row["chance"]),
        subject=f"{things}:{row.name[0]}",
    )


def gaps(found: pd.DataFrame, bought: pd.DataFrame, run: Run) -> Finding:
    """Name what most peers buy and some do not, and what that is worth at most.

    Parameters
    ----------
    found : DataFrame
        As ``analyses.associations.gaps`` gives it.
    bought : DataFrame
        As ``analyses.associations.bought`` gives it.
    run : Run
        Gives region, currency and the smallest group to speak of.
    """
    said = partial(Finding, id="associations.gaps", exhibit="tbl-associations-gaps")
    if found.empty:
        key = "gap_absent" if bought.empty else "gap_none"
        sentence = words(
            f"associations.finding.{key}", least=run.settings.min_customers, region=_place(run)
        )
        return said(sentence=sentence, values={}, units={}, n=0, notable=False)
    row = found.iloc[0]
    kind = run.part("kind", str(row["kind"]))
    group = kind.lower() if not row["industry"] else str(row["industry"])
    sentence = words(
        "associations.finding.gap",
        buyers=units.count(row["buyers"]),
        peers=units.count(row["peers"]),
        group=group,
        part=run.part("category", str(row["part"])),
        share=units.percent(row["share"]),
        lacking=units.count(row["lacking"]),
        worth=units.money(row["worth"], run.currency),
        each=units.money(row["each"], run.currency),
        total=units.money(found["worth"].sum(), run.currency),
    )
    names = [f"{one.kind}/{one.industry}/{one.part}" for one in found.itertuples()]
    return said(
        sentence=sentence,
        values={
            f"{name}.{c}": number(one[c])
            for name, (_, one) in zip(names, found.iterrows(), strict=True)
            for c in GAP
        },
        units={f"{name}.{c}": unit for name in names for c, unit in GAP.items()},
        n=int(row["peers"]),
        notable=False,  # a ceiling, no forecast
        certainty=0.5,
        subject=f"category:{row['part']}",
    )


def _place(run: Run) -> str:
    return words("associations.firm") if run.region == WHOLE_FIRM else run.region_label
