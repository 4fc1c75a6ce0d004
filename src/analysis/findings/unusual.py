"""What the table of unusual changes says, in words."""

from __future__ import annotations

from functools import partial

import pandas as pd

from analysis import units
from analysis.findings.record import Finding, Values, number
from analysis.measures.catalogue import MEASURES
from analysis.params import Run
from analysis.text import words

LISTED = 3
"""Parts named after the first; more would be a list and not a sentence."""
WEIGHED = ("value", "expected", "low", "high", "gap")
SAID = {"money": "money", "size": "decimal", "chance": "rate", "share_false": "rate"}


def changes(rows: pd.DataFrame, judged: pd.DataFrame, run: Run, is_whole: bool) -> Finding:
    """Name the unusual change with most money in it, and how many there are.

    Parameters
    ----------
    rows, judged : DataFrame
        As ``analyses.unusual.flagged`` and ``judged`` give them.
    run : Run
        Gives the period, currency and what share may be chance.
    is_whole : bool
        Whether the data reach the end of the period.
    """
    known = judged[judged["status"] == "judged"]
    said = partial(Finding, id="unusual.changes", exhibit="tbl-unusual-changes")
    none = partial(said, values={}, units={}, n=0, notable=False)
    if not is_whole:
        return none(sentence=words("finding.unusual_partial", period=run.period.label))
    if known.empty:
        return none(sentence=_unjudged(judged, run))
    if rows.empty:
        counts = known.index.get_level_values("measure").map(lambda name: MEASURES[name].unit)
        few = known[["value", "expected"]].max(axis=1) < run.settings.unusual.min_orders
        large = known[~((counts == "count") & few)]
        if large.empty:
            sentence = words("finding.unusual_none_large", series=units.count(len(known)))
            return none(sentence=sentence, n=len(known))
        nearest = large.reset_index().iloc[0]
        sentence = words("finding.unusual_none", series=units.count(len(known)),
                         **_numbers(nearest, run))  # fmt: skip
        return said(
            sentence=sentence, values=_values(nearest), units=_units(nearest), n=len(known),
            notable=False, surprise=1 - float(nearest["chance"]), certainty=0.0,
        )  # fmt: skip
    first = rows.iloc[0]
    parts = len(rows)
    false = run.settings.unusual.false_share * parts
    others = [part_name(row.dimensions, row.parts, run) for row in rows.iloc[1:].itertuples()]
    return said(
        sentence=words(
            "finding.unusual",
            series=units.count(len(known)),
            parts=words(f"unusual.are.{'one' if parts == 1 else 'many'}", n=units.count(parts)),
            false=words("unusual.false_few") if false < 1
            else words("unusual.false_some", n=units.count(false)),
            first=words(f"finding.unusual_{'only' if parts == 1 else 'largest'}"),
            others=words("finding.unusual_others", names=_listed(others)) if others else "",
            **_numbers(first, run),
        ),
        values=_values(first) | {"parts": float(parts), "series": float(len(known))},
        units=_units(first) | {"parts": "count", "series": "count"},
        n=int(first["errors"]),
        notable=True,
        at_stake=abs(float(first["money"])),
        surprise=1 - float(first["chance"]),
        certainty=1 - float(first["share_false"]),
        subject=_subject(first, run),
    )  # fmt: skip


def part_name(dimensions: tuple[str, ...], parts: tuple[str, ...], run: Run) -> str:
    """What a sentence calls a part: ``Furniture × Dealers``, or the region for the whole."""
    if not parts:
        return run.region_label
    names = [run.part(name, part) for name, part in zip(dimensions, parts, strict=True)]
    return words("unusual.crossed").join(names)


def _unjudged(judged: pd.DataFrame, run: Run) -> str:
    """Why no series could be judged."""
    settings, months = run.settings.unusual, run.period.month_count
    one = months == 1
    stretch = words(f"unusual.stretch.{'one' if one else 'many'}", months=months)
    if (judged["status"] == "few").any():
        return words(
            "finding.unusual_few", orders=units.count(settings.min_orders), stretch=stretch
        )
    season = 12 // months if 12 % months == 0 else 1
    return words(
        "finding.unusual_short", least=units.count(season + settings.min_errors),
        stretch=f"{stretch}s" if one else stretch, held=words("unusual.fewer"),
    )  # fmt: skip


def _numbers(row: pd.Series, run: Run) -> dict[str, str]:
    measure = MEASURES[row["measure"]]
    write = partial(units.value, unit=measure.unit, currency=run.currency)
    return {
        "part": part_name(row["dimensions"], row["parts"], run),
        "measure": measure.label.lower(),
        **{name: write(row[name]) for name in ("value", "expected", "low", "high")},
    }


def _values(row: pd.Series) -> Values:
    return {name: number(row[name]) for name in (*WEIGHED, *SAID)}


def _units(row: pd.Series) -> dict[str, str]:
    return dict.fromkeys(WEIGHED, MEASURES[row["measure"]].unit) | SAID


def _subject(row: pd.Series, run: Run) -> str:
    """What a finding is about: the first dimension of the part, or the region."""
    if not row["parts"]:
        return f"region:{run.region}"
    return f"{row['dimensions'][0]}:{row['parts'][0]}"


def _listed(names: list[str]) -> str:
    shown = names[:LISTED]
    rest = len(names) - len(shown)
    listed = ", ".join(shown)
    return words("unusual.and_more", names=listed, n=units.count(rest)) if rest else listed
