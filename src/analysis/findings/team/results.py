"""What is sold without an owner, and how teams compare, in words."""

from __future__ import annotations

from functools import partial

import pandas as pd

from analysis import units
from analysis.findings.record import Finding, number, partial_period
from analysis.findings.team.naming import apart, place, window
from analysis.params import Run
from analysis.periods import Period
from analysis.text import NONE, words


def unowned(results: pd.DataFrame, run: Run, judged: Period, needs: str, is_whole: bool) -> Finding:
    """Say how much revenue nobody is known to have sold.

    Parameters
    ----------
    results : DataFrame
        As ``analyses.team.results`` gives it.
    run : Run
        Gives region, currency and ``notable_share``.
    judged : Period
        Months judged.
    needs : str
        What the data lack, if salespeople are not recorded.
    is_whole : bool
        Whether the data reach the end of the period.
    """
    whole = float(results["revenue"].sum())
    rows = results[results.index == NONE]
    without = float(rows["revenue"].sum())
    share = without / whole if whole > 0 else float("nan")
    about = {
        "region": place(run),
        "window": window(judged),
    }
    if needs:
        sentence = words("finding.team_unknown", needs=needs, region=about["region"],
                         money=units.money(whole, run.currency))  # fmt: skip
    elif not without > 0:
        sentence = words("finding.team_owned", money=units.money(whole, run.currency), **about)
    else:
        sentence = words(
            "finding.team_unowned",
            share=units.percent(share),
            money=units.money(without, run.currency),
            **about,
        )
    return Finding(
        id="team.unowned",
        sentence=sentence,
        values={"revenue": number(whole), "unowned": number(without), "share": number(share)},
        units={"revenue": "money", "unowned": "money", "share": "rate"},
        exhibit="tbl-team-results",
        n=0 if needs else int(results["orders"].sum()),
        notable=False,
        at_stake=0.0,
        subject="salesperson:",
        caveats=partial_period(is_whole),
    )


def teams(teams: pd.DataFrame, run: Run, is_whole: bool) -> Finding:
    """Say which team's difference from peers is largest for its doubt, and how many are to expect.

    Parameters
    ----------
    teams : DataFrame
        As ``analyses.team.teams`` gives it.
    run : Run
        Gives region and currency.
    is_whole : bool
        Whether the data reach the end of the period.
    """
    said = partial(Finding, id="team.teams", exhibit="tbl-team-teams", notable=False)
    if teams.empty:
        settings = run.settings.team
        sentence = words("finding.team_few", region=place(run), least=settings.least,
                         peers=settings.least_peers)  # fmt: skip
        return said(sentence=sentence, values={}, units={}, n=0)
    width = (teams["high"] - teams["low"]) / 2
    first = (teams["difference"].abs() / width).idxmax()
    region, team, measure = first
    row = teams.loc[first]
    away = int(((teams["low"] > 0) | (teams["high"] < 0)).sum())
    label = run.part("region", region)
    sentence = words(
        "finding.team_teams" if away else "finding.team_teams_alike",
        team=words("team.of_region", team=team, region=label) if team else label,
        measure=words(f"team.measure.{measure}"),
        difference=apart(row, "difference", run),
        low=apart(row, "low", run),
        high=apart(row, "high", run),
        people=units.count(row["people"]),
        n=units.count(row["n"]),
        away=away,
        looks=len(teams),
        chance=units.decimal(0.05 * len(teams), 1),
    )
    names = ("difference", "low", "high")
    unit = "points" if row["unit"] == "rate" else "count"
    return said(
        sentence=sentence,
        values={name: number(row[name]) for name in names},
        units=dict.fromkeys(names, unit),
        n=int(row["n"]),
        caveats=partial_period(is_whole),
    )
