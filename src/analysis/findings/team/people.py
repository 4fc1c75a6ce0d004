"""Who differs from peers beyond chance, in words."""

from __future__ import annotations

from functools import partial

import pandas as pd

from analysis import units
from analysis.findings.record import Finding, Values, number, partial_period
from analysis.findings.team.naming import apart, place, who, window
from analysis.params import Run
from analysis.periods import Period
from analysis.text import words

UNUSUAL, ALIKE = "unusual", "alike"
VALUES = ("observed", "expected", "difference", "low", "high", "pulled")


def unusual(
    telling: pd.DataFrame, gap: pd.DataFrame, run: Run, judged: Period, is_whole: bool
) -> Finding:
    """Name who differs from peers beyond chance, with interval, n and money; or say that none does.

    Parameters
    ----------
    telling : DataFrame
        As ``analyses.team.telling`` gives it.
    gap : DataFrame
        As ``analyses.team.margin_gap`` gives it.
    run : Run
        Gives region, currency and the thresholds.
    judged : Period
        Months judged.
    is_whole : bool
        Whether the data reach the end of the period.
    """
    said = partial(Finding, id="team.unusual", exhibit="fig-team-funnel")
    people = telling.index.unique("person")
    settings = run.settings.team
    about = {"window": window(judged)}
    caveats = (words("caveat.team"), *partial_period(is_whole))
    if telling.empty:
        sentence = words("finding.team_few", region=place(run), least=settings.least,
                         peers=settings.least_peers)  # fmt: skip
        return said(sentence=sentence, values={}, units={}, n=0, notable=False)
    rows = telling[telling["state"] == UNUSUAL]
    if rows.empty:
        return said(
            sentence=_nobody(telling, run, about),
            values=_values(telling.iloc[0]),
            units=_units(telling.iloc[0]),
            n=len(people),
            notable=False,
            certainty=float(1 - telling["p_adjusted"].iloc[0]),
            caveats=caveats,
        )
    money = rows["money"].abs().fillna(0.0)  # measures that are not money have none at stake
    person, measure = rows.index[0] if not money.any() else money.idxmax()
    own = rows.xs(person, level="person")
    measure = "margin_rate" if "margin_rate" in own.index else measure
    row = own.loc[measure]
    sentence = words(
        "finding.team_unusual",
        person=who(row["name"], person),
        own=units.measured(row["observed"], row["unit"], run.currency),
        measure=words(f"team.of.{measure}"),
        peers=units.measured(row["expected"], row["unit"], run.currency),
        difference=apart(row, "difference", run),
        low=apart(row, "low", run),
        high=apart(row, "high", run),
        n=units.count(row["n"]),
        counted=words(f"team.counted.{row['of']}"),
        money=""
        if units.is_missing(row["money"])
        else words(
            "finding.team_unusual_money",
            money=units.money(row["money"], run.currency, signed=True),
        ),
        behind=_behind(gap, person, measure),
        others=_others(rows, person, measure, len(people), run),
        **about,
    )
    stake = abs(number(row["money"]) or 0.0)
    return said(
        sentence=sentence,
        values=_values(row),
        units=_units(row),
        n=int(row["n"]),
        notable=is_whole,
        at_stake=run.per_period(stake, judged.month_count),
        surprise=float(1 - row["p"]),
        certainty=float(1 - row["p_adjusted"]),
        subject=f"salesperson:{person}",
        caveats=caveats,
    )


def _nobody(telling: pd.DataFrame, run: Run, about: dict[str, str]) -> str:
    person, measure = telling.index[0]
    row = telling.iloc[0]
    people = telling.index.unique("person")
    measures = len(telling.index.unique("measure"))
    one = who(row["name"], str(person))
    if len(people) == 1:
        return words("finding.team_usual_one", person=one, region=place(run),
                     measures=measures, **about)  # fmt: skip
    return words(
        "finding.team_usual",
        people=words("team.n_people", n=len(people)),
        region=place(run),
        measures=measures,
        person=one,
        measure=words(f"team.measure.{measure}"),
        difference=apart(row, "difference", run),
        low=apart(row, "low", run),
        high=apart(row, "high", run),
        pulled=apart(row, "pulled", run),
        verdict=_verdict(row),
        **about,
    )


def _verdict(row: pd.Series) -> str:
    """How the largest difference reads in the table, said in the table's word."""
    if row["state"] == ALIKE:
        return words("finding.team_usual_alike")
    return words("finding.team_usual_differs", verdict=words(f"team.verdict.{row['verdict']}"))


def _behind(gap: pd.DataFrame, person: str, measure: str) -> str:
    if measure != "margin_rate" or person not in gap.index:
        return ""
    parts = gap.loc[person, ["gap_discount", "gap_goods"]].astype(float)
    if parts.isna().any():
        return ""
    return words(
        "finding.team_behind",
        discount=units.points(parts["gap_discount"]),
        goods=units.points(parts["gap_goods"]),
    )


def _others(rows: pd.DataFrame, person: str, measure: str, people: int, run: Run) -> str:
    also = []
    for (other, what), row in rows.iterrows():
        if other == person and what == measure:
            continue
        name = "" if other == person else f"{who(row['name'], str(other))}, "
        also.append(f"{name}{words(f'team.measure.{what}')} {apart(row, 'difference', run)}")
    said = words("finding.team_also", also="; ".join(also)) if also else ""
    alone = set(rows.index.get_level_values("person")) == {person}
    if alone and people > 1:
        said += words("finding.team_no_other", people=words("team.n_people", n=people))
    return said


def _values(row: pd.Series) -> Values:
    return {name: number(row[name]) for name in (*VALUES, "n", "money", "p_adjusted")}


def _units(row: pd.Series) -> dict[str, str]:
    unit = str(row["unit"])
    own = unit if unit in ("money", "rate", "days") else "count"
    of = dict.fromkeys(VALUES, own)
    if unit == "rate":
        of |= dict.fromkeys(("difference", "low", "high", "pulled"), "points")
    return {**of, "n": "count", "money": "money", "p_adjusted": "rate"}
