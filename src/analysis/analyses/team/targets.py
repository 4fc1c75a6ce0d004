"""What each person could aim for next: from their own accounts, the season and peers' rates."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from analysis.analyses.team.compare import Team, Z
from analysis.analyses.team.results import TOTAL
from analysis.measures.team import plan_of
from analysis.model.dataset import Dataset
from analysis.params import WHOLE_FIRM, Run
from analysis.periods import Period
from analysis.text import OTHER

AMOUNTS: Final = ["base", "kept", "new", "target", "low", "high", "stretch"]


def next_period(run: Run) -> Period:
    """The period after the run's, as long as it."""
    return run.period.shifted(run.period.month_count)


def targets(data: Dataset, run: Run, team: Team) -> pd.DataFrame:
    """A target for everyone of the run for the period after it.

    ``target = base * (peers' growth of such accounts + new business in the middle of people)``,
    ``base`` being the person's year times the season's share of a year. Peers' growth is that of
    everybody else with accounts of the same kind, not the person's own: who grew is not asked to
    grow so again. Where a book is smaller than the middle one and grew more than peers' would
    have, the base is what it would be had it grown as theirs (`eased`): the surplus is the
    person's to keep. Where the period has a plan, targets are scaled to the part of it that
    people (not web shops or other sales without an owner) had in the year, and rounded so that
    they add up to it exactly.

    Returns
    -------
    DataFrame
        One row per ``person`` (index), largest target first, and a last row ``TOTAL``. Money:
        ``base``, ``kept`` (of the target, from today's accounts) and ``new`` (from accounts to be
        won or won back), ``target`` = kept + new, ``low`` and ``high`` (95 %: how far a person's
        accounts grow otherwise by chance and by the usual spread between people), ``stretch``
        (with the growth that a quarter of peers surpass). ``growth`` (target over base, less one),
        ``n`` (accounts growth is known of), ``eased`` (bool), ``planned`` (money of the plan;
        missing if there is none) and ``scale`` (what suggestions were multiplied by to meet it).
        No rows without people, or without a year before the year.

    Notes
    -----
    Weitzman (1980), "The 'Ratchet Principle' and Performance Incentives", Bell J. Econ. 11: a
    target that follows one's own results punishes good ones.
    """
    ahead = next_period(run)
    before = team.window.prior()
    growth = _growth(team)
    if team.needs or growth.empty or not data.covers(before):
        return pd.DataFrame(columns=["name", *AMOUNTS, "growth", "n", "eased", "planned", "scale"])
    now, then = team.revenue(team.window), team.revenue(before)
    here = team.revenue(team.window, run.region)
    people = [person for person in team.shown if person in here.index and person in growth.index]
    won = _won(growth, now, then)
    table = growth.loc[people].assign(year=here.reindex(people))
    grew = (now / then.where(then > 0)).reindex(people)
    as_peers = table["expected"] + won
    eased = (table["year"] < now.median()) & (grew > as_peers)
    year = table["year"].where(~eased, table["year"] / grew * as_peers)
    season = _season(data, run, team, ahead)
    base = year * season
    kept, new = base * table["expected"], base * won
    reach = Z * np.hypot(table["error"], table["spread"]) * base
    stretch = base * table["expected"] * _quartile(growth, run) + new
    found = pd.DataFrame({"base": base, "kept": kept, "new": new, "stretch": stretch})
    whole = found["kept"] + found["new"]
    plan = plan_of(data, run.region, ahead)
    share = here.sum() / _whole(team, run)
    goal = whole.sum() if plan is None else plan * share
    scale = goal / whole.sum() if whole.sum() else np.nan
    target = rounded(whole * scale)
    scaled_new = (new * scale).round()
    found = found.assign(
        target=target, kept=target - scaled_new, new=scaled_new, stretch=(stretch * scale).round(),
        low=(target - reach * scale).clip(lower=0), high=target + reach * scale,
    )  # fmt: skip
    found = found.sort_values("target", ascending=False, kind="stable")
    sums = found[["base", "kept", "new", "target", "stretch"]].sum()
    reach = float(np.sqrt(((found["high"] - found["target"]) ** 2).sum()))
    sums["low"], sums["high"] = max(sums["target"] - reach, 0.0), sums["target"] + reach
    found = pd.concat([found, sums.to_frame(TOTAL).T.astype(float)]).rename_axis("person")
    return found.assign(
        name=[team.people["name"].get(person, person) for person in found.index],
        growth=found["target"] / found["base"].where(found["base"] > 0) - 1,
        n=growth["n"].reindex(found.index),
        eased=eased.reindex(found.index, fill_value=False).astype(bool),
        planned=np.nan if plan is None else plan * share,
        scale=scale,
    )


def fewer(table: pd.DataFrame, rows: int) -> pd.DataFrame:
    """The largest of :func:`targets`, the rest added up, and the total: at most ``rows`` people."""
    people = table.iloc[:-1] if len(table) else table
    if len(people) <= rows:
        return table
    rest = people.iloc[rows - 1 :]
    sums = rest[["base", "kept", "new", "target", "stretch"]].sum()
    reach = float(np.sqrt(((rest["high"] - rest["target"]) ** 2).sum()))
    added = rest.iloc[:1].assign(
        **sums.to_dict(), name=OTHER, n=np.nan, eased=False,
        low=max(sums["target"] - reach, 0.0), high=sums["target"] + reach,
        growth=sums["target"] / sums["base"] - 1 if sums["base"] > 0 else np.nan,
    )  # fmt: skip
    return pd.concat([people.iloc[: rows - 1], added.set_axis([OTHER]), table.iloc[-1:]])


def rounded(amounts: pd.Series) -> pd.Series:
    """Amounts in whole units of money that add up to their sum, rounded: largest remainders up.

    Examples
    --------
    >>> rounded(pd.Series([1.4, 1.4, 1.4])).tolist()
    [2.0, 1.0, 1.0]
    """
    down = np.floor(amounts)
    up = round(float(amounts.sum())) - int(down.sum())
    order = (amounts - down).sort_values(ascending=False, kind="stable").index[:up]
    return down + amounts.index.isin(order).astype(float)


def _growth(team: Team) -> pd.DataFrame:
    """Growth of everyone's accounts where it is known."""
    if "growth" not in team.compared.index.get_level_values("measure"):
        return pd.DataFrame()
    rows = team.compared.xs("growth", level="measure")
    return rows[rows["expected"].notna()]


def _won(growth: pd.DataFrame, now: pd.Series, then: pd.Series) -> float:
    """Revenue from accounts that did not buy the year before, over that year's: the middle one."""
    kept = growth["observed"] * growth["denominator"]
    rate = (now.reindex(kept.index) - kept) / then.reindex(kept.index)
    return max(float(rate.median()), 0.0)


def _quartile(growth: pd.DataFrame, run: Run) -> float:
    """How many times peers' growth the best quarter of people reach, chance taken away."""
    times = 1 + growth["pulled"] / growth["expected"].where(growth["expected"] > 0)
    return max(float(times.quantile(run.settings.team.stretch)), 1.0)


def _season(data: Dataset, run: Run, team: Team, ahead: Period) -> float:
    """Share of a year that the months to come had when they last came."""
    last = ahead.year_before()
    months = team.window.month_count
    if data.covers(last) and last.last <= team.window.last:
        end = team.window.last if last.first >= team.window.first else last.last
        year = Period(text="", first=end - (months - 1), last=end)
        whole = team.revenue(year, run.region).sum()
        if whole > 0:
            return float(team.revenue(last, run.region).sum() / whole)
    return ahead.month_count / months


def _whole(team: Team, run: Run) -> float:
    """Revenue of the run's region in the window, with and without an owner."""
    rows = team.sold[team.sold["month"] >= team.window.first]
    if run.region != WHOLE_FIRM:
        rows = rows[rows["region"] == run.region]
    return float(rows["revenue"].sum())
