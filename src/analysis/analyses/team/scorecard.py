"""A many-sided score with its weights, what is missing in it, and the ranks it allows."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.analyses.team.chance import ranked
from analysis.analyses.team.compare import Team
from analysis.settings import Team as Settings

MIDDLE, STEP = 50.0, 10.0
"""Points at peers' level, and for one usual spread between people above it."""
BEST: Final = 100.0
DRAWS: Final = 4000


def parts(team: Team, settings: Settings) -> pd.DataFrame:
    """Points of everyone in the firm on every part of the scorecard.

    ``points = 50 + 10 * pulled / spread``, in the wanted direction, between 0 and 100: peers'
    level is 50, and 10 more are one usual spread between people. Little known is little said:
    differences are those pulled to the middle.

    Returns
    -------
    DataFrame
        One row per ``person`` and ``part``: ``weight`` (0-1), ``points``, ``centre`` (the same,
        not held between 0 and 100), ``error`` (its standard error, in points), ``n``. Points are
        missing where a part is.
    """
    weights = settings.weights[settings.profile]
    index = pd.MultiIndex.from_product([team.people.index, list(weights)], names=["person", "part"])
    rows = team.compared.rename_axis(["person", "part"]).reindex(index)
    step = STEP / rows["spread"].astype(float)
    centre = MIDDLE + rows["good"].astype(float) * rows["pulled"].astype(float) * step
    return pd.DataFrame(
        {
            "weight": [weights[part] for part in index.get_level_values("part")],
            "points": centre.clip(0, BEST),
            "centre": centre,
            "error": rows["pulled_error"].astype(float) * step,
            "n": rows["n"].where(centre.notna()),
        },
        index=index,
    )


def weights(scored: pd.DataFrame, shown: list[str]) -> pd.DataFrame:
    """The scorecard's parts with their weights and for how many people each is known.

    Returns
    -------
    DataFrame
        One row per ``part`` (index): ``weight``, ``known`` and ``people`` (counts, of those shown),
        ``n`` (accounts, deals … in the middle of those known).
    """
    rows = scored[scored.index.get_level_values("person").isin(shown)].reset_index()
    table = rows.groupby("part", sort=False).agg(
        weight=("weight", "first"), known=("points", "count"), people=("person", "nunique"),
        n=("n", "median"),
    )  # fmt: skip
    return table.rename_axis("part")


def scorecard(
    scored: pd.DataFrame, team: Team, settings: Settings, random_state: int = 0
) -> pd.DataFrame:
    """Everyone's total, with its doubt and with what the missing parts could make of it.

    Parameters
    ----------
    scored : DataFrame
        As :func:`parts` gives it.
    team : Team
        Whose people are shown, after they were ranked in the whole firm.
    settings : Settings
        Gives ``least_known``.
    random_state : int
        Seed of the ranks' draws.

    Returns
    -------
    DataFrame
        One row per ``person`` shown (index), best total first, those without one last. ``name``;
        ``known`` (share of the weights known); ``total`` (points over the known parts; missing if
        less than ``least_known`` is known), ``low`` and ``high`` (95 %, parts taken as
        independent); ``worst`` and ``best`` (the total if every missing part were 0, or 100);
        ``rank``, ``rank_low``, ``rank_high`` and ``ranked`` (people ranked in the firm); one column
        of points per part.
    """
    known = scored["points"].notna()
    has = scored["weight"].where(known, 0.0).groupby("person", sort=False).sum()
    share = has / scored["weight"].groupby("person", sort=False).sum()
    made = (scored["weight"] * scored["points"]).groupby("person", sort=False).sum()
    enough = (share >= settings.least_known) & (has > 0)
    total = (made / has).where(enough)
    drawn = _drawn(scored, random_state)[:, enough.to_numpy()]
    ends = np.quantile(drawn, [0.025, 0.975], axis=0)
    low, high = (pd.Series(end, index=total.index[enough]) for end in ends)
    table = pd.DataFrame(
        {
            "name": team.people["name"].reindex(total.index),
            "known": share,
            "total": total,
            "low": low.reindex(total.index),
            "high": high.reindex(total.index),
            "worst": made.where(enough),
            "best": (made + BEST * (1 - share)).where(enough),
            "ranked": int(enough.sum()),
        }
    ).join(ranked(drawn, total.index[enough]))
    shown = table.join(scored["points"].unstack("part"))
    shown = shown[shown.index.isin(team.shown)].rename_axis("person")
    return shown.sort_values("total", ascending=False, kind="stable", na_position="last")


def telling_scores(card: pd.DataFrame, rows: int) -> pd.DataFrame:
    """At most `rows` of :func:`scorecard`: who can be told from peers' level, then who is furthest.

    In the order of the card; both its ends are kept.
    """
    if len(card) <= rows:
        return card
    told = (card["low"] > MIDDLE) | (card["high"] < MIDDLE)
    far = (card["total"] - MIDDLE).abs().fillna(-1.0)  # without a total: last of all
    order = pd.DataFrame({"told": ~told, "near": -far}).sort_values(["told", "near"], kind="stable")
    return card[card.index.isin(order.index[:rows])]


def _drawn(scored: pd.DataFrame, random_state: int) -> NDArray[np.float64]:
    """Totals as they may as well be: one row per draw, one column per person."""
    normal = np.random.default_rng(random_state).standard_normal((DRAWS, len(scored)))
    points = scored["centre"].to_numpy(float) + scored["error"].to_numpy(float) * normal
    weight = scored["weight"].where(scored["points"].notna(), 0.0).to_numpy(float)
    held = np.nan_to_num(np.clip(points, 0, BEST)) * weight
    people, parts = (scored.index.get_level_values(name).nunique() for name in ("person", "part"))
    of = weight.reshape(people, parts).sum(axis=1)
    whole = held.reshape(DRAWS, people, parts).sum(axis=2)
    totals: NDArray[np.float64] = whole / np.where(of > 0, of, np.nan)
    return totals
