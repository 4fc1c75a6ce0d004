"""How people and their differences are written."""

from __future__ import annotations

import pandas as pd

from analysis import units
from analysis.params import Run
from analysis.text import NONE, OTHER, words

TOTAL = "(total)"


def row_name(person: str, name: str) -> str:
    """What a row of a table of people is called: a person, the rest, nobody, or all."""
    if person == NONE:
        return words("team.unowned")
    if person in (OTHER, TOTAL):
        return words("team.others" if person == OTHER else "team.total")
    return named(name, person)


def named(name: str, person: str) -> str:
    """A person by name and number; by number alone where no name is known."""
    return name if name == person else words("team.person", name=name, number=person)


def person_of(rows: pd.DataFrame, person: str) -> str:
    """A person by the name their rows hold."""
    return named(str(rows["name"].iloc[0]), person)


def team_name(team: str, region: str, run: Run) -> str:
    """A team by name and region."""
    place = run.part("region", region)
    return words("team.of_region", team=team, region=place) if team else place


def with_n(row: pd.Series, run: Run) -> str:
    """A value with its n in brackets; a dash where too little is known."""
    if units.is_missing(row["observed"]):
        return units.MISSING
    value = units.measured(row["observed"], row["unit"], run.currency)
    return words("team.with_n", value=value, n=units.count(row["n"]))


def own_and_peers(row: pd.Series, run: Run) -> str:
    """A person's value and what peers would have had, in one cell."""
    own, peers = (
        units.measured(row[name], row["unit"], run.currency) for name in ("observed", "expected")
    )
    return words("team.beside", own=own, peers=peers)


def apart(row: pd.Series, column: str, run: Run) -> str:
    """A difference as its measure's unit wants it."""
    return units.apart(row[column], row["unit"], run.currency)


def span(row: pd.Series, low: str, high: str, run: Run) -> str:
    """An interval of differences."""
    return words("team.span", low=apart(row, low, run), high=apart(row, high, run))


def with_interval(row: pd.Series, run: Run) -> str:
    """A difference with its interval in brackets."""
    return f"{apart(row, 'difference', run)} ({span(row, 'low', 'high', run)})"
