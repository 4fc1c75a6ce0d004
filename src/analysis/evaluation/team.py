"""Whether the comparison of salespeople is right: teams of known people, and the invented firm's.

Teams are drawn whose people differ by known amounts, and accounts of kinds that differ more than
the people do; what the analysis says is set beside what was put in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from analysis.analyses.team.compare import EXPLAINS, UNUSUAL, compared, team
from analysis.demo.events import UNUSUAL_REP
from analysis.evaluation.record import Figure, share
from analysis.measures.team import Book
from analysis.model.dataset import Dataset
from analysis.params import Run
from analysis.settings import Team as Settings

KINDS: Final = ("large", "middling", "small")
RATES: Final = np.array([0.28, 0.36, 0.44])
"""Rates of the kinds of account: they differ far more than people do."""
NOISE: Final = 0.06
"""Standard deviation of an account's rate about its kind's."""
MEASURES: Final = ("margin_rate", "discount_rate", "win_rate", "order_value")
PLANTED: Final = 0.08
"""How far the planted person's margin rate lies below what it should be."""
TARGETS: Final = {"coverage": "≥ 0.93", "false": "≤ 0.05", "power": "≥ 0.8", "found": "= 1"}


@dataclass(frozen=True)
class Drawn:
    """A team as drawn: its books, and by how much each person truly differs on each measure."""

    books: dict[str, Book]
    truth: pd.DataFrame


def draw_team(
    rng: np.random.Generator, people: int, spread: float, planted: float = 0.0, accounts: int = 90
) -> Drawn:
    """A team of `people` with about `accounts` accounts each, of kinds in unequal parts.

    Parameters
    ----------
    rng : Generator
        Of chance.
    people : int
        How many.
    spread : float
        Standard deviation of the true differences between people, in points of rate (0-1).
    planted : float
        By how much the first person lies below, on the first measure, besides.
    accounts : int
        Of each, on average.
    """
    names = [f"P{place:02d}" for place in range(people)]
    truth = pd.DataFrame(
        spread * rng.standard_normal((people, len(MEASURES))), index=names, columns=list(MEASURES)
    )
    truth.iloc[0, 0] -= planted
    books = {}
    for measure in MEASURES:
        rows = []
        for person in names:
            count = max(int(rng.poisson(accounts)), 25)
            kind = rng.choice(3, count, p=rng.dirichlet([4, 4, 4]))
            rate = RATES[kind] + truth.loc[person, measure]
            if measure == "win_rate":
                size = np.ones(count)
                made = (rng.random(count) < rate).astype(float)
            else:
                size = rng.lognormal(7.0, 0.9, count)
                made = size * (rate + NOISE * rng.standard_normal(count))
            rows.append(pd.DataFrame({"person": person, "kind": kind, "n": made, "d": size}))
        books[measure] = book_of(pd.concat(rows, ignore_index=True))
    return Drawn(books, truth)


def book_of(accounts: pd.DataFrame) -> Book:
    """Accounts, one row each (``person``, ``kind``, ``n``, ``d``), as the engine adds them up."""
    accounts = accounts.assign(kind=[KINDS[kind] for kind in accounts["kind"]])
    n, d = accounts["n"], accounts["d"]
    sums = accounts.assign(units=1, numerator=n, denominator=d, nn=n * n, nd=n * d, dd=d * d)
    by_kind = sums.groupby("kind")[["numerator", "denominator"]].transform("sum")
    e = n - d * by_kind["numerator"] / by_kind["denominator"]
    spread = sums.assign(accounts=1, e=e, ee=e * e, ed=e * d)
    strata = sums.groupby(["person", "kind"], as_index=False)[
        ["units", "numerator", "denominator", "nn", "nd", "dd"]
    ].sum()
    return Book(
        strata=strata,
        spread=spread.groupby("person")[["accounts", "e", "d", "ee", "ed", "dd"]].sum(),
    )


def tried(settings: Settings, teams: int, people: int, spread: float, random_state: int = 0,
          planted: float = 0.0) -> pd.DataFrame:  # fmt: skip
    """Teams drawn and compared.

    Returns
    -------
    DataFrame
        One row per team: ``covered`` and ``intervals`` (counts: intervals of differences that
        hold the true one, and all), ``called`` (of people and measures without anything planted
        called unusual, count) and ``found`` (whether the planted one was).
    """
    rng = np.random.default_rng(random_state)
    rows = []
    for _ in range(teams):
        drawn = draw_team(rng, people, spread, planted)
        table = compared(drawn.books, pd.DataFrame(index=drawn.truth.index), settings)
        mean = drawn.truth.mean()
        # A person is compared with the others: the truth of a difference is from their mean.
        others = (mean * people - drawn.truth) / (people - 1)
        true = pd.concat(dict((drawn.truth - others).iterrows()))
        true = true.reindex(table.index)
        unusual = table["state"] == UNUSUAL
        first = (drawn.truth.index[0], MEASURES[0])
        rows.append(
            {
                "covered": int(((table["low"] <= true) & (true <= table["high"])).sum()),
                "intervals": int(table["low"].notna().sum()),
                "called": int(unusual.drop(first).sum() + (unusual[first] and not planted)),
                "found": bool(unusual[first]) and planted > 0,
            }
        )
    return pd.DataFrame(rows)


def figures(
    data: Dataset, run: Run, quiet: Dataset | None = None, teams: int = 100
) -> list[Figure]:
    """The comparison's figures: coverage, false calls, power, and the invented firm's own people.

    Parameters
    ----------
    data : Dataset
        The invented firm's, in which one salesperson is unusual.
    run : Run
        Over the whole firm.
    quiet : Dataset, optional
        Of the same firm without that story.
    teams : int
        How many are drawn for each figure.
    """
    settings = run.settings.team
    made = []
    for people, spread in ((23, 0.0), (23, 0.02), (8, 0.02)):
        about = f"{people} people who truly differ by {spread:.0%} (standard deviation)"
        table = tried(settings, teams, people, spread, random_state=people)
        how = f"{teams} drawn teams of {about}; evaluation.team.tried"
        covered, of = int(table["covered"].sum()), int(table["intervals"].sum())
        made.append(share(f"team: 95 % intervals that hold the truth, {about}", covered, of, how,
                          target=TARGETS["coverage"]))  # fmt: skip
        called = int((table["called"] > 0).sum())
        made.append(share(f"team: teams in which anyone ordinary is called unusual, {about}",
                          called, teams, how, target=TARGETS["false"]))  # fmt: skip
    for people in (23, 8):
        table = tried(settings, teams, people, 0.01, random_state=people + 1, planted=PLANTED)
        made.append(
            share(
                f"team: a margin {PLANTED:.0%} too low is found among {people} people",
                int(table["found"].sum()), teams,
                f"{teams} drawn teams that truly differ by 1 %; evaluation.team.tried",
                target=TARGETS["power"],
            )
        )  # fmt: skip
    return [*made, *_of_firm(data, run), *(_of_quiet(quiet, run) if quiet else [])]


def _of_firm(data: Dataset, run: Run) -> list[Figure]:
    """The planted person of the invented firm, and nobody else."""
    rep = f"S-{UNUSUAL_REP.number:02d}"
    table = team(data, run).compared
    unusual = _unusual(table)
    how = (
        f"analyses.team.compared of {run.data}, {run.period.text}, against demo.events.UNUSUAL_REP"
    )
    own = table.loc[rep]
    found = {"margin_rate", "discount_rate"} <= set(own.index[own["state"] == UNUSUAL])
    discount = own.loc["discount_rate"]
    others = sorted({person for person, _ in unusual} - {rep})
    return [
        Figure(f"team: {rep} is found, on margin and discount", float(found), how, n=1,
               target=TARGETS["found"]),
        Figure("team: others called unusual", float(len(others)), how,
               n=len(table.index.unique("person")) - 1, target="= 0"),
        Figure(f"team: discount of {rep} above peers', points (0.08 were added, on what is left)",
               float(discount["difference"]), how, n=int(discount["n"]),
               low=float(discount["low"]), high=float(discount["high"])),
    ]  # fmt: skip


def _of_quiet(data: Dataset, run: Run) -> list[Figure]:
    """Of a firm without stories, nobody."""
    unusual = _unusual(team(data, run).compared)
    return [
        Figure("team: people called unusual in a firm without stories", float(len(unusual)),
               "analyses.team.compared of the firm without stories", n=1, target="= 0"),
    ]  # fmt: skip


def _unusual(table: pd.DataFrame) -> list[tuple[str, str]]:
    rows = table[(table["state"] == UNUSUAL)]
    return [pair for pair in rows.index.tolist() if pair[1] not in EXPLAINS]
