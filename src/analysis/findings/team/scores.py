"""Profiles, scores and targets of the people who sell, in words."""

from __future__ import annotations

from functools import partial

import pandas as pd

from analysis import units
from analysis.findings.record import Finding, number, partial_period
from analysis.findings.team.naming import place, who
from analysis.params import Run
from analysis.text import words

MIDDLE = 50.0
PULLED = ("pulled", "pulled_low", "pulled_high")
TOTALS = ("total", "low", "high")


def profile(profile: pd.DataFrame, telling: pd.DataFrame, run: Run, is_whole: bool) -> Finding:
    """Say how many are behind peers and ahead, where most is to gain, and what may help.

    Parameters
    ----------
    profile, telling : DataFrame
        As ``analyses.team.profile`` and ``analyses.team.telling`` give them.
    run : Run
        Gives region and currency.
    is_whole : bool
        Whether the data reach the end of the period.
    """
    said = partial(
        Finding, id="team.profile", exhibit="tbl-team-profile", notable=False,
        caveats=(words("caveat.team"), *partial_period(is_whole)),
    )  # fmt: skip
    known = profile[profile["judged"] > 0] if len(profile) else profile
    if known.empty or telling.empty:
        settings = run.settings.team
        sentence = words("finding.team_few", region=place(run), least=settings.least,
                         peers=settings.least_peers)  # fmt: skip
        return said(sentence=sentence, values={}, units={}, n=0)
    weak = known[known["weaknesses"].map(len) > 0]
    strong = known[known["strengths"].map(len) > 0]
    counts = {"behind": float(len(weak)), "ahead": float(len(strong)), "people": float(len(known))}
    people = words("team.n_people", n=len(known)) if len(known) > 1 else words("team.one_person")
    about = {"people": people, "region": place(run)}
    count_units = dict.fromkeys(counts, "count")
    found = _first(telling, weak, "weaknesses") or _first(telling, strong, "strengths")
    if found is None:
        return said(sentence=words("finding.team_profile_none", **about), values=dict(counts),
                    units=count_units, n=len(known))  # fmt: skip
    person, measure = found
    row = telling.loc[(person, measure)]
    sentence = words(
        "finding.team_profile_strong" if weak.empty else "finding.team_profile",
        weak=len(weak),
        verb=words("team.is" if len(weak) == 1 else "team.are"),
        strong=len(strong) or words("team.none"),
        measure=words(f"team.measure.{measure}"),
        person=who(row["name"], person),
        difference=units.apart(row["pulled"], row["unit"], run.currency),
        low=units.apart(row["pulled_low"], row["unit"], run.currency),
        high=units.apart(row["pulled_high"], row["unit"], run.currency),
        hint=_hint(profile.loc[person, "hint"]),
        **about,
    )
    values = {**counts, **{name: number(row[name]) for name in PULLED}}
    unit = "points" if row["unit"] == "rate" else "count"
    return said(
        sentence=sentence,
        values=values,
        units={**count_units, **dict.fromkeys(PULLED, unit)},
        n=int(row["n"]),
        certainty=float(1 - row["p"]),
        subject=f"salesperson:{person}",
    )


def scorecard(card: pd.DataFrame, weights: pd.DataFrame, run: Run, is_whole: bool) -> Finding:
    """Say how much of the weights is known, who is first and last, and who can be told apart.

    Parameters
    ----------
    card, weights : DataFrame
        As ``analyses.team.scorecard`` and ``analyses.team.weights`` give them.
    run : Run
        Gives ``team.least_known``.
    is_whole : bool
        Whether the data reach the end of the period.
    """
    said = partial(Finding, id="team.scorecard", exhibit="tbl-team-scorecard", notable=False)
    scored = card[card["total"].notna()] if len(card) else card
    some = float(weights.loc[weights["known"] > 0, "weight"].sum()) if len(weights) else 0.0
    if scored.empty:
        sentence = words(
            "finding.team_score_none",
            known=units.percent(some, digits=0),
            least=units.percent(run.settings.team.least_known, digits=0),
        )
        return said(sentence=sentence, values={"known": some}, units={"known": "rate"}, n=0)
    least, most = float(scored["known"].min()), float(scored["known"].max())
    known = units.percent(most, digits=0)
    if units.percent(least, digits=0) != known:
        known = words("team.span", low=units.percent(least, digits=0), high=known)
    missing = [words(f"team.measure.{part}") for part in weights.index[weights["known"] == 0]]
    first, last = scored.iloc[0], scored.iloc[-1]
    told = scored[(scored["low"] > MIDDLE) | (scored["high"] < MIDDLE)]
    names = [who(row["name"], str(person)) for person, row in told.head(3).iterrows()]
    apart = words("finding.team_score_same")
    if names:
        more = words("team.and_more", n=len(told) - 3) if len(told) > 3 else ""
        apart = words("finding.team_score_apart", names=", ".join(names) + more)
    sentence = words(
        "finding.team_score" if len(scored) > 1 else "finding.team_score_one",
        known=known,
        missing=", ".join(missing) or words("team.none"),
        region=place(run),
        middle=units.count(MIDDLE),
        ranked=units.count(first["ranked"]),
        apart=apart,
        **_scored("best", scored),
        **_scored("last", scored.iloc[::-1]),
    )
    return said(
        sentence=sentence,
        values={
            "known": least,
            **{f"best.{name}": number(first[name]) for name in TOTALS},
            **{f"last.{name}": number(last[name]) for name in TOTALS},
        },
        units={"known": "rate"}
        | {f"{place}.{name}": "count" for place in ("best", "last") for name in TOTALS},
        n=len(scored),
        caveats=(words("caveat.team_score"), *partial_period(is_whole)),
    )  # fmt: skip


def targets(targets: pd.DataFrame, run: Run, period: str, is_whole: bool) -> Finding:
    """Say what the people could aim for together, against their base and a plan where there is one.

    Parameters
    ----------
    targets : DataFrame
        As ``analyses.team.targets`` gives it.
    run : Run
        Gives region and currency.
    period : str
        The months aimed at, as a reader sees them.
    is_whole : bool
        Whether the data reach the end of the run's period.
    """
    said = partial(Finding, id="team.targets", exhibit="tbl-team-targets", notable=False)
    if targets.empty:
        return said(sentence=words("finding.team_targets_none"), values={}, units={}, n=0)
    people, whole = targets.iloc[:-1], targets.iloc[-1]
    money = partial(units.money, currency=run.currency)
    largest = people.iloc[0]
    planned = float(whole["planned"])
    plan = (
        words("finding.team_targets_no_plan")
        if units.is_missing(planned)
        else words(
            "finding.team_targets_plan",
            planned=money(planned),
            free=money(whole["target"] / whole["scale"]),
        )
    )
    eased = [who(row["name"], str(person)) for person, row in people[people["eased"]].iterrows()]
    sentence = words(
        "finding.team_targets",
        total=money(whole["target"]),
        region=place(run),
        period=period,
        low=money(whole["low"]),
        high=money(whole["high"]),
        growth=units.percent(whole["growth"], signed=True),
        base=money(whole["base"]),
        largest=who(largest["name"], str(people.index[0])),
        largest_target=money(largest["target"]),
        plan=plan,
        eased=words("finding.team_targets_eased", eased=", ".join(eased[:3])
                    + (words("team.and_more", n=len(eased) - 3) if len(eased) > 3 else ""))
        if eased else "",
    )  # fmt: skip
    names = ("base", "target", "low", "high")
    return said(
        sentence=sentence,
        values={name: number(whole[name]) for name in (*names, "planned", "growth")},
        units={**dict.fromkeys((*names, "planned"), "money"), "growth": "rate"},
        n=len(people),
        caveats=(words("caveat.team_targets"), *partial_period(is_whole)),
    )


def _first(telling: pd.DataFrame, profile: pd.DataFrame, column: str) -> tuple[str, str] | None:
    """The most telling of the measures that are someone's strength, or weakness."""
    for person, measure in telling.index:
        if person in profile.index and measure in profile.loc[person, column]:
            return str(person), str(measure)
    return None


def _hint(name: str) -> str:
    said = words(f"team.hint.{name}") if name else ""
    return words("team.hint_said", hint=f"{said[0].lower()}{said[1:]}") if said else ""


def _scored(end: str, scored: pd.DataFrame) -> dict[str, str]:
    row = scored.iloc[0]
    return {
        end: who(row["name"], str(scored.index[0])),
        f"{end}_total": units.decimal(row["total"], 0),
        f"{end}_low": units.decimal(row["rank_low"], 0),
        f"{end}_high": units.decimal(row["rank_high"], 0),
    }
