"""What each person does better and worse than peers would, and what lies behind it."""

from __future__ import annotations

from typing import Final

import pandas as pd
from scipy import stats

from analysis.analyses.team.chance import holm
from analysis.analyses.team.compare import EXPLAINS, FEW, Team
from analysis.settings import Team as Settings

DIFFERS: Final = ("unusual", "above", "below")


def profile(team: Team, settings: Settings) -> pd.DataFrame:
    """Strengths, weaknesses and a hint for each of the run's people.

    A measure is a strength or weakness if it differs from peers' beyond chance (state ``unusual``,
    ``above`` or ``below``) and has a wanted direction; the largest, by usual spreads, first.

    Returns
    -------
    DataFrame
        One row per ``person`` (index), those with most to say first. Columns ``name``,
        ``judged`` (measures with enough accounts, count), ``strengths`` and ``weaknesses`` (tuples
        of measures), ``hint`` (of the first weakness, or what lies behind it; empty: none), and of
        :func:`margin_gap` and :func:`lost_stage` what lies behind a margin or win rate that is a
        weakness (missing otherwise).
    """
    rows = team.of_run.reset_index()
    rows = rows[~rows["measure"].isin(EXPLAINS)]
    size = rows["good"] * rows["pulled"] / rows["spread"]
    rows = rows.assign(size=size.where(rows["state"].isin(DIFFERS)))
    gap = margin_gap(team)
    found = []
    for person in team.shown:
        own = rows[rows["person"] == person].sort_values("size", kind="stable")
        weak = own.loc[own["size"] < 0, "measure"].tolist()
        strong = own.loc[own["size"] > 0, "measure"].tolist()[::-1]
        hints = [
            settings.hints[name] for name in _causes(weak, gap, person) if name in settings.hints
        ]
        found.append(
            {
                "person": person,
                "name": team.people.loc[person, "name"],
                "judged": int((own["state"] != FEW).sum()),
                "strengths": tuple(strong),
                "weaknesses": tuple(weak),
                "hint": hints[0] if hints else "",
            }
        )
    columns = ["person", "name", "judged", "strengths", "weaknesses", "hint"]
    table = pd.DataFrame(found, columns=columns).set_index("person")
    for behind, name in ((gap, "margin_rate"), (lost_stage(team), "win_rate")):
        weak = [person for person in table.index if name in table["weaknesses"][person]]
        table = table.join(behind[behind.index.isin(weak)])
    weight = table["strengths"].map(len) + 2 * table["weaknesses"].map(len)
    return table.assign(weight=weight).sort_values(
        ["weight", "judged"], ascending=False, kind="stable"
    ).drop(columns="weight")  # fmt: skip


def _causes(weak: list[str], gap: pd.DataFrame, person: str) -> list[str]:
    """Weaknesses in the order a hint is looked up: of a margin that discount explains, discount."""
    if "margin_rate" not in weak or person not in gap.index:
        return weak
    discount, goods = gap.loc[person, ["gap_discount", "gap_goods"]]
    return ["discount_rate", *weak] if weak[0] == "margin_rate" and discount < goods else weak


def margin_gap(team: Team) -> pd.DataFrame:
    """How much of a margin rate's distance from peers' is discount, and how much the goods sold.

    With ``c`` the cost over revenue at list price and ``d`` the discount rate, margin rate is
    ``1 - c / (1 - d)``: discount is what changes it from peers' ``d`` to the person's at peers'
    ``c``, goods what changes it from peers' ``c`` to the person's at the person's ``d``.

    Returns
    -------
    DataFrame
        One row per ``person`` (index): ``gap``, ``gap_discount``, ``gap_goods`` (points of margin
        rate, 0-1). What the two leave is margin of accounts whose discount is not spread evenly.
    """
    wide = {
        column: team.of_run[column].unstack("measure")
        for column in ("observed", "expected", "difference")
    }
    needed = ["margin_rate", "discount_rate", "cost_of_list"]
    if not set(needed) <= set(wide["observed"].columns):
        return pd.DataFrame(columns=["gap", "gap_discount", "gap_goods"], dtype=float)
    own, peers = wide["observed"], wide["expected"]
    kept, kept_by_peers = 1 - own["discount_rate"], 1 - peers["discount_rate"]
    at_peers_cost = peers["cost_of_list"]
    return pd.DataFrame(
        {
            "gap": wide["difference"]["margin_rate"],
            "gap_discount": at_peers_cost / kept_by_peers - at_peers_cost / kept,
            "gap_goods": (at_peers_cost - own["cost_of_list"]) / kept,
        }
    )


def lost_stage(team: Team) -> pd.DataFrame:
    """The stage in which each person loses more of their lost deals than peers do.

    Returns
    -------
    DataFrame
        One row per ``person`` (index) with lost deals: ``stage`` (with the smallest chance of
        nothing of those above peers'), ``stage_share`` (of their lost deals, 0-1),
        ``stage_peers`` (of peers'), ``stage_n`` (their lost deals) and ``stage_p`` (binomial,
        adjusted for the stages after Holm).
    """
    columns = ["stage", "stage_share", "stage_peers", "stage_n", "stage_p"]
    if team.lost.empty:
        return pd.DataFrame(columns=columns)
    counts = team.lost.pivot_table(
        index="person", columns="stage", values="deals", aggfunc="sum", fill_value=0
    )
    rows = {}
    for person, own in counts.iterrows():
        peers = counts.drop(index=person).sum()
        lost = int(own.sum())
        if not peers.sum() or not lost:
            continue
        share, usual = own / lost, peers / peers.sum()
        chances = pd.Series(
            {
                stage: stats.binomtest(int(own[stage]), lost, usual[stage], "greater").pvalue
                for stage in counts.columns
            }
        )
        stage = str(chances.idxmin())
        rows[person] = [stage, share[stage], usual[stage], lost, holm(chances)[stage]]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("person")
