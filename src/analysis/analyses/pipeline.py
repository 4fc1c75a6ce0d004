"""Where sales under way are won, lost and held up, stage by stage.

All of it is seen by window, as life tables are: a stage's conversion is of the opportunities that
left it in the window, its time of all that were in it in the window, those still there included.
Nothing waits for open opportunities to be decided, and none is taken for lost.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.analyses.rates import difference, difference_chance, holm, wilson
from analysis.analyses.survival import LEAST_AT_RISK, median, survival
from analysis.measures import pipeline
from analysis.model.dataset import Dataset
from analysis.params import WHOLE_FIRM, Run
from analysis.settings import Pipeline

DAY = 86_400.0
WON, LOST, OPEN, ON = "won", "lost", "open", "on"
"""How an opportunity ends; ``on``: it went on from a stage."""
ALL = "(all)"
ARRIVED, BACKLOG, VALUE = "(arrived)", "(backlog)", "(value)"


@dataclass(frozen=True)
class View:
    """A region's pipeline in two windows of equal length, and the rest of the firm's.

    Attributes
    ----------
    order : list of str
        Stages in order; empty: the firm delivers no pipeline.
    stages, base_stages, rest_stages : DataFrame
        As :func:`funnel` gives them: of the window, of the one before, and of the window in the
        firm's other regions. Empty where there is none.
    totals : DataFrame
        Rows ``now`` and ``base``, columns as :func:`decided`.
    hygiene : DataFrame
        As :func:`hygiene` gives it.
    """

    order: list[str]
    stages: pd.DataFrame
    base_stages: pd.DataFrame
    rest_stages: pd.DataFrame
    totals: pd.DataFrame
    hygiene: pd.DataFrame


def view(firm: Dataset, run: Run) -> View:
    """The pipeline of a run's region in the months up to the end of its period, and before."""
    wanted = run.settings.pipeline
    every = pipeline.opportunities(firm, WHOLE_FIRM)
    events = pipeline.stages(firm, WHOLE_FIRM)
    nothing = pd.DataFrame()
    if every.empty or events.empty:
        return View([], nothing, nothing, nothing, nothing, nothing)
    last = pd.Period(firm.as_of(run), "M")
    end = (last + 1).start_time
    start, before = ((last - n * wanted.months + 1).start_time for n in (1, 2))
    order = stage_order(events, wanted)
    is_own = pd.Series(run.region == WHOLE_FIRM, index=every.index) | every["region"].eq(run.region)
    own = every[is_own]
    seen = spells(every, events, order, end)
    here = seen["opportunity_id"].isin(own.index)
    earlier = spells(own, events[events["opportunity_id"].isin(own.index)], order, start)
    reaches = every["created_at"].min() < before + pd.DateOffset(months=1)
    rows = {"now": decided(own, start, end)}
    if reaches:
        rows["base"] = decided(own[own["created_at"] < start], before, start)
    return View(
        order=order,
        stages=funnel(seen[here], order, start, end),
        base_stages=funnel(earlier, order, before, start) if reaches else nothing,
        rest_stages=funnel(seen[~here], order, start, end) if not is_own.all() else nothing,
        totals=pd.DataFrame.from_dict(rows, orient="index"),
        hygiene=hygiene(seen[here], order, start),
    )


def stage_order(stages: pd.DataFrame, wanted: Pipeline) -> list[str]:
    """Stages in the order most opportunities went through them; those that close are left out.

    Parameters
    ----------
    stages : DataFrame
        As ``measures.pipeline.stages`` gives it.
    wanted : Pipeline
        ``stages`` sets the order, if any; ``closing_stages`` are no stages to be in.

    Notes
    -----
    A stage stands behind those that more opportunities reached before it than after it
    (Copeland's count of pairwise wins).
    """
    if wanted.stages:
        return list(wanted.stages)
    open_stages = stages[~stages["stage"].isin(wanted.closing_stages)]
    seen = open_stages[["opportunity_id", "stage", "entered_at"]]
    pairs = seen.merge(seen, on="opportunity_id", suffixes=("", "_2"))
    earlier = pairs["entered_at"] < pairs["entered_at_2"]
    wins = pairs[earlier].groupby(["stage", "stage_2"]).size()
    names = sorted(open_stages["stage"].unique())
    table = wins.unstack().reindex(index=names, columns=names).fillna(0.0).to_numpy(float)
    before = pd.Series((table > table.T).sum(axis=1), index=names)
    return [str(name) for name in before.sort_values(ascending=False, kind="stable").index]


def spells(
    opportunities: pd.DataFrame, stages: pd.DataFrame, order: list[str], end: pd.Timestamp
) -> pd.DataFrame:
    """Time every opportunity spent in every stage, as it was known at a moment.

    Parameters
    ----------
    opportunities, stages : DataFrame
        As ``measures.pipeline`` gives them.
    order : list of str
        Stages in order.
    end : Timestamp
        What happens at or after it is not known yet.

    Returns
    -------
    DataFrame
        One row per opportunity and stage: ``opportunity_id``, ``stage``, ``place`` (of the stage
        in the order), ``entered_at``, ``left_at`` (missing: still there), ``result`` (``on``, to
        the next stage or won; ``lost``; ``open``), ``amount`` (money) and ``is_out_of_order``
        (a stage before it was skipped, or reached later).
    """
    place = {name: number for number, name in enumerate(order)}
    known = stages[(stages["entered_at"] < end) & stages["stage"].isin(order)]
    rows = known.assign(place=known["stage"].map(place).astype(int))
    rows = rows.sort_values(["opportunity_id", "entered_at", "place"], kind="stable")
    rows = rows.join(opportunities[["amount", "closed_at", "outcome"]], on="opportunity_id")
    of_one = rows.groupby("opportunity_id", sort=False)
    following = of_one["entered_at"].shift(-1)
    closed = rows["closed_at"].where(rows["closed_at"] < end)
    is_last = following.isna()
    left = following.where(~is_last, closed)
    lost = is_last & closed.notna() & (rows["outcome"] == LOST)
    result = np.select([lost, left.isna()], [LOST, OPEN], ON)
    return rows.assign(
        left_at=left,
        result=result,
        is_out_of_order=rows["place"].ne(of_one.cumcount()),
    )[["opportunity_id", "stage", "place", "entered_at", "left_at", "result", "amount",
       "is_out_of_order"]].reset_index(drop=True)  # fmt: skip


def funnel(
    spells: pd.DataFrame, order: list[str], start: pd.Timestamp, end: pd.Timestamp,
    least: int = LEAST_AT_RISK,
) -> pd.DataFrame:  # fmt: skip
    """Conversion and time of each stage in a window.

    Parameters
    ----------
    spells : DataFrame
        As :func:`spells` gives it, known at ``end``.
    order : list of str
        Stages in order.
    start, end : Timestamp
        The window, ``end`` not included.
    least : int
        Fewest opportunities in view together from which time in a stage is told.

    Returns
    -------
    DataFrame
        One row per stage in order. Of the opportunities that left it in the window: ``left``,
        ``on`` and ``lost`` (counts), ``conversion`` = on / left with ``low`` and ``high``,
        ``amount_left`` and ``amount_on`` (money) and ``amount_conversion``. ``entered`` counts
        those that came into it, ``waiting`` those in it at the end. ``days`` is the median time
        in the stage (days; Kaplan and Meier, from the first day in the window on; those still
        there count as not yet gone; of those that lasted until ``least`` were in view) with
        ``days_low``, ``days_high``, missing where not known.
    """
    rows = []
    for name in order:
        stage = spells[spells["stage"] == name]
        gone = stage[(stage["left_at"] >= start) & (stage["left_at"] < end)]
        on = gone[gone["result"] == ON]
        seen = stage[stage["left_at"].isna() | (stage["left_at"] >= start)]
        middle, low, high = median(_lasting(seen, start, end, least))
        rows.append(
            {
                "entered": ((stage["entered_at"] >= start) & (stage["entered_at"] < end)).sum(),
                "left": len(gone),
                "on": len(on),
                "lost": len(gone) - len(on),
                "waiting": int((stage["left_at"].isna() | (stage["left_at"] >= end)).sum()),
                "amount_left": gone["amount"].sum(),
                "amount_on": on["amount"].sum(),
                "days": middle,
                "days_low": low,
                "days_high": high,
            }
        )
    table = pd.DataFrame(rows, index=pd.Index(order, name="stage"), dtype=float)
    low_ends, high_ends = wilson(table["on"], table["left"])
    return table.assign(
        conversion=table["on"] / table["left"].where(table["left"] > 0),
        low=low_ends,
        high=high_ends,
        amount_conversion=table["amount_on"] / table["amount_left"].where(table["amount_left"] > 0),
    )


def decided(
    opportunities: pd.DataFrame, start: pd.Timestamp, end: pd.Timestamp
) -> dict[str, float]:
    """Opportunities decided in a window: how many, how many won, how much, and in how long.

    Returns
    -------
    dict
        ``decided``, ``won``, ``arrived`` and ``open`` (counts; open at the end), ``win_rate`` with
        ``low`` and ``high``, ``amount_decided``, ``amount_won`` and ``amount_open`` (money),
        ``amount_win_rate``, and ``days`` (median from found to won) with its n, ``won``.
    """
    closed, made = opportunities["closed_at"], opportunities["created_at"]
    done = opportunities[(closed >= start) & (closed < end)]
    won = done[done["outcome"] == WON]
    still = opportunities[(made < end) & ~(closed < end)]
    (low,), (high,) = wilson([len(won)], [len(done)])
    amount = float(done["amount"].sum())
    days = (won["closed_at"] - won["created_at"]).dt.total_seconds() / DAY
    return {
        "decided": float(len(done)),
        "won": float(len(won)),
        "arrived": float(((made >= start) & (made < end)).sum()),
        "open": float(len(still)),
        "win_rate": len(won) / len(done) if len(done) else np.nan,
        "low": float(low),
        "high": float(high),
        "amount_decided": amount,
        "amount_won": float(won["amount"].sum()),
        "amount_open": float(still["amount"].sum()),
        "amount_win_rate": float(won["amount"].sum()) / amount if amount > 0 else np.nan,
        "days": float(days.median()),
    }


def against(
    now: pd.DataFrame, base: pd.DataFrame, totals: pd.DataFrame, least: int
) -> pd.DataFrame:
    """How each stage differs from a base, and what the difference costs.

    Parameters
    ----------
    now, base : DataFrame
        As :func:`funnel` gives them: of two windows, or of a region and the rest of the firm.
    totals : DataFrame
        As ``View.totals``: its row ``now`` gives the mean amount of a win.
    least : int
        Fewest opportunities leaving a stage on either side for it to be judged.

    Returns
    -------
    DataFrame
        One row per stage: ``left``, ``conversion``, ``base_left``, ``base_conversion``,
        ``change`` with ``low`` and ``high``, ``chance`` (of a change as large where there is none,
        for so many stages: Holm's; missing where either side is below ``least``), ``wins`` =
        left × change × the conversion of all stages after it (wins gained or lost to the change),
        ``money`` = wins × the mean amount of a win, ``days``, ``base_days``, and ``is_slower``,
        ``is_faster``: the medians' intervals do not meet. Empty without a base.
    """
    if now.empty or base.empty:
        return pd.DataFrame()
    of_now = totals.loc["now"]
    won_amount = float(of_now["amount_won"] / of_now["won"]) if of_now["won"] > 0 else np.nan
    both = now[["left", "on", "conversion", "days", "days_low", "days_high"]].join(
        base[["left", "on", "conversion", "days", "days_low", "days_high"]].add_prefix("base_")
    )
    ends = [difference(r.on, r.left, r.base_on, r.base_left) for r in both.itertuples()]
    chance = [difference_chance(r.on, r.left, r.base_on, r.base_left) for r in both.itertuples()]
    enough = (both["left"] >= least) & (both["base_left"] >= least)
    change = both["conversion"] - both["base_conversion"]
    after = both["conversion"][::-1].cumprod()[::-1].shift(-1).fillna(1.0)  # none after the last
    wins = both["left"] * change * after
    return both.assign(
        change=change,
        low=[low for low, _ in ends],
        high=[high for _, high in ends],
        chance=holm(pd.Series(chance, index=both.index).where(enough)),
        wins=wins,
        money=wins * won_amount,
        is_slower=enough & (both["days_low"] > both["base_days_high"]),
        is_faster=enough & (both["days_high"] < both["base_days_low"]),
    )


def change_in_won(now: pd.DataFrame, base: pd.DataFrame, totals: pd.DataFrame) -> pd.DataFrame:
    """Split the change in the amount won into new opportunities, stages, backlog and size.

    The amount won is a product: opportunities that arrived, times the conversion of every stage,
    times what left the pipeline for each that arrived (backlog worked off or built up, and stages
    skipped), times the mean amount of a win. Each factor x adds L × ln(x₁ / x₀), where L is the
    logarithmic mean of the two amounts, (W₁ − W₀) / ln(W₁ / W₀).

    Parameters
    ----------
    now, base : DataFrame
        As :func:`funnel` gives them.
    totals : DataFrame
        Rows ``now`` and ``base`` as :func:`decided` gives them, of the same windows.

    Returns
    -------
    DataFrame
        One row per factor: :data:`ARRIVED`, the stages in order, :data:`BACKLOG`, :data:`VALUE`.
        Columns ``before`` and ``now`` (the factor) and ``effect`` (money). Effects add up to the
        change exactly. Empty where a factor is nothing on either side: no logarithm, no split.

    References
    ----------
    B. W. Ang, "The LMDI approach to decomposition analysis: a practical guide", *Energy Policy* 33
    (2005), 867-871: perfect in decomposition, and the same whichever side is the base.
    """
    nothing = pd.DataFrame(columns=["before", "now", "effect"])
    if base.empty or "base" not in totals.index:
        return nothing
    of_now, of_base = totals.loc["now"], totals.loc["base"]
    factors = pd.DataFrame(
        {"before": _factors(base, of_base), "now": _factors(now, of_now)}, dtype=float
    ).rename_axis("factor")
    known = np.isfinite(factors.to_numpy()) & (factors.to_numpy() > 0)
    if not known.all():
        return nothing
    first, last = float(of_base["amount_won"]), float(of_now["amount_won"])
    growth = np.log(last / first)
    mean = first if abs(growth) < 1e-12 else (last - first) / growth
    return factors.assign(effect=mean * np.log(factors["now"] / factors["before"]))


def hygiene(spells: pd.DataFrame, order: list[str], start: pd.Timestamp) -> pd.DataFrame:
    """How many opportunities that came into each stage since ``start`` skipped one or went back.

    Returns
    -------
    DataFrame
        One row per stage in order: ``entered``, ``out_of_order`` (counts) and ``rate``.
    """
    recent = spells[spells["entered_at"] >= start]
    table = recent.groupby("stage")["is_out_of_order"].agg(entered="size", out_of_order="sum")
    table = table.reindex(order).fillna(0.0).astype(float).rename_axis("stage")
    return table.assign(rate=table["out_of_order"] / table["entered"].where(table["entered"] > 0))


def _lasting(
    seen: pd.DataFrame, start: pd.Timestamp, end: pd.Timestamp, least: int
) -> pd.DataFrame:
    entered = seen["entered_at"]
    over = seen["left_at"].notna() & (seen["left_at"] < end)
    until = seen["left_at"].where(over, end)
    entry = (start - entered).dt.total_seconds().clip(lower=0) / DAY
    return survival(entry, (until - entered).dt.total_seconds() / DAY, over, least)


def _factors(stages: pd.DataFrame, of_all: pd.Series) -> pd.Series:
    conversions = stages["conversion"]
    through = of_all["arrived"] * float(conversions.prod(skipna=False))
    won = of_all["won"]
    return pd.concat(
        [
            pd.Series({ARRIVED: of_all["arrived"]}),
            conversions,
            pd.Series(
                {
                    BACKLOG: won / through if through > 0 else np.nan,
                    VALUE: of_all["amount_won"] / won if won > 0 else np.nan,
                }
            ),
        ]
    )
