"""Who are our customers? Each function answers one question with one table."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import pandas as pd

from analysis.errors import ContractError
from analysis.measures.activity import activity_at
from analysis.measures.engine import reaches_back
from analysis.model.dataset import Dataset
from analysis.params import Run

TIERS = ["high_value", "potential", "basic", "at_risk"]
NEW, GONE, TOTAL = "new", "gone", "total"
AT_RISK, BETTER = "at_risk", ["high_value", "potential", "basic"]
SCORES = [5, 4, 3, 2, 1]
_SCORED = {
    "r_score": ("days_since_last_order", False),
    "f_score": ("order_count", True),
    "m_score": ("revenue", True),
}


def rfm(activity: pd.DataFrame) -> pd.DataFrame:
    """Score customers 1 to 5 by how lately, how often and for how much they bought; 5 is best.

    A score compares customers with each other::

        score = 1 + floor(5 * worse / n)

    where ``worse`` is how many of the ``n`` customers do strictly worse: more days since their
    last order, fewer orders, less revenue. Who scores 5 does better than four fifths of all.
    Equal customers get equal scores, so where many are equal (most ordered once, say) the
    scores do not fall into five equal groups.

    All three scores are high = good. The name of the R score invites the opposite reading, a
    count of days; of our requirements, one document uses both in one table (contradiction 1).

    Parameters
    ----------
    activity : DataFrame
        One row per customer, indexed by ``customer_id`` (unique); columns
        ``days_since_last_order`` (days), ``order_count``, ``revenue`` (money). As
        ``measures.engine.customer_activity`` gives it.

    Returns
    -------
    DataFrame
        The same rows with ``r_score``, ``f_score``, ``m_score`` (1–5, whole) and ``value_score``
        (1–5, the mean of ``f_score`` and ``m_score``).

    Raises
    ------
    ContractError
        If a customer is repeated, or one of the three columns is missing for one.

    References
    ----------
    Hughes, *Strategic Database Marketing*, on scoring by quintiles.

    Examples
    --------
    >>> customers = pd.Index(["A", "B"], name="customer_id")
    >>> columns = {"days_since_last_order": [3, 90], "order_count": [1, 1], "revenue": [10.0, 20.0]}
    >>> rfm(pd.DataFrame(columns, index=customers))[["r_score", "f_score", "m_score"]]
                 r_score  f_score  m_score
    customer_id
    A                  3        1        1
    B                  1        1        3
    """
    _check_activity(activity)
    scores = {
        score: _score(activity[column] if more_is_better else -activity[column])
        for score, (column, more_is_better) in _SCORED.items()
    }
    table = activity.assign(**scores)
    return table.assign(value_score=(table["f_score"] + table["m_score"]) / 2)


def tiers(scores: pd.DataFrame, high_score: float) -> pd.DataFrame:
    """Put every customer into exactly one of four tiers.

    ==========  ================  ================
    tier        ``r_score``       ``value_score``
    ==========  ================  ================
    high_value  high              high
    potential   low               high
    basic       high              low
    at_risk     low               low
    ==========  ================  ================

    High is ``high_score`` and above. The rule is our requirements' own (high value "R, F and M
    high", potential "F and M high, R low", at risk "F and M low" with many days since the last
    order), read with R as a score throughout; *basic* is what they leave over.

    Parameters
    ----------
    scores : DataFrame
        As :func:`rfm` gives it.
    high_score : float
        Smallest score that counts as high, above 1 and at most 5.

    Returns
    -------
    DataFrame
        The same rows with ``tier``, a category of ``TIERS``.
    """
    lately = scores["r_score"] >= high_score
    much = scores["value_score"] >= high_score
    tier = pd.Series("at_risk", index=scores.index, dtype=object)
    tier[lately & much], tier[~lately & much], tier[lately & ~much] = TIERS[:3]
    return scores.assign(tier=pd.Categorical(tier, categories=TIERS))


def score_ranges(scores: pd.DataFrame) -> pd.DataFrame:
    """What each score stands for: how many customers have it, and from what to what.

    Returns
    -------
    DataFrame
        One row per ``score`` (index, 5 to 1). For each of ``r``, ``f`` and ``m`` the columns
        ``<x>_customers`` (count), ``<x>_low`` and ``<x>_high`` (days, orders, money; missing
        where nobody has the score). Customers of each of the three add up to all.
    """
    columns = {}
    for score, (column, _) in _SCORED.items():
        by_score = scores.groupby(score)[column].agg(["size", "min", "max"]).reindex(SCORES)
        name = score[0]
        columns[f"{name}_customers"] = by_score["size"].fillna(0).astype(int)  # nobody is zero
        columns[f"{name}_low"], columns[f"{name}_high"] = by_score["min"], by_score["max"]
    return pd.DataFrame(columns).rename_axis("score")


def score_grid(scores: pd.DataFrame) -> pd.DataFrame:
    """How many customers have each pair of scores.

    Returns
    -------
    DataFrame
        One row per ``value_score`` (index, 5.0 to 1.0 in halves), one column per ``r_score`` (1 to
        5), customers in the cells. The cells add up to all customers.
    """
    values = [half / 2 for half in range(10, 1, -1)]
    counts = scores.groupby(["value_score", "r_score"]).size().unstack("r_score")
    return counts.reindex(index=values, columns=SCORES[::-1]).fillna(0).astype(int)  # nobody: 0


def tier_summary(customers: pd.DataFrame, reference: Mapping[str, float]) -> pd.DataFrame:
    """How many customers each tier has, and what they bring.

    Parameters
    ----------
    customers : DataFrame
        As :func:`tiers` gives it.
    reference : mapping
        Share of customers (0–1) a tier is expected to have; shown beside, never forced.

    Returns
    -------
    DataFrame
        One row per tier, all four, then ``total``. Columns ``customers`` (count), ``share`` (of
        customers, 0–1), ``reference_share`` (0–1), ``revenue`` (money), ``revenue_share`` (0–1,
        missing unless all revenue is positive), ``median_days_since_last_order`` (days),
        ``order_count`` and ``orders_per_customer``. Tiers add up to the total.
    """
    by_tier = _sums(customers.groupby("tier", observed=False)).reindex(TIERS)
    whole = _sums(customers.groupby(pd.Series(TOTAL, index=customers.index))).reindex([TOTAL])
    table = pd.concat([by_tier, whole]).rename_axis("tier").astype(float)
    counts = ["customers", "order_count", "revenue"]
    table[counts] = table[counts].fillna(0.0)  # a tier nobody is in has and brings nothing
    revenue = table.loc[TOTAL, "revenue"]
    everyone = table.loc[TOTAL, "customers"]
    return table.assign(
        share=table["customers"] / everyone if everyone else float("nan"),
        reference_share=table.index.map({**reference, TOTAL: sum(reference.values())}),
        revenue_share=table["revenue"] / revenue if revenue > 0 else float("nan"),
        orders_per_customer=table["order_count"] / table["customers"].where(table["customers"] > 0),
    )


def moves(before: pd.DataFrame, now: pd.DataFrame, comparable: bool) -> pd.DataFrame:
    """Who changed tier since an earlier day.

    Customers are scored against each other on both days, so one may change tier because others
    bought more.

    Parameters
    ----------
    before, now : DataFrame
        As :func:`tiers` gives it, for windows of equal length.
    comparable : bool
        Whether the data hold the whole of both windows; if not, there is nothing to say.

    Returns
    -------
    DataFrame
        One row per pair of tier ``before`` (or ``new``: did not order in the earlier window)
        and tier ``now`` (or ``gone``: did not order in the later one). Columns ``customers``
        (count), ``revenue_before`` and ``revenue_now`` (money, in the window of each day). All
        pairs but new–gone are there. No rows if not comparable.
    """
    index = pd.MultiIndex.from_product([[*TIERS, NEW], [*TIERS, GONE]], names=["before", "now"])
    columns = ["customers", "revenue_before", "revenue_now"]
    if not comparable:
        return pd.DataFrame(index=index[:0], columns=columns, dtype=float)
    both = (
        before[["tier", "revenue"]]
        .astype({"tier": object})
        .join(
            now[["tier", "revenue"]].astype({"tier": object}),
            how="outer",
            lsuffix="_before",
            rsuffix="_now",
            validate="one_to_one",
        )
    )
    both = both.assign(
        before=both["tier_before"].fillna(NEW),  # who is in one window only is new or gone
        now=both["tier_now"].fillna(GONE),
    )
    table = both.groupby(["before", "now"]).agg(
        customers=("before", "size"),
        revenue_before=("revenue_before", "sum"),
        revenue_now=("revenue_now", "sum"),
    )
    return (
        table.reindex(index.drop((NEW, GONE))).fillna(0.0).astype({"customers": int})
    )  # nobody: 0


def usual_moves(firm: Dataset, run: Run) -> pd.DataFrame:
    """How many customers moved into *at risk* in each of the steps before the run's.

    A step is as long as the run's period: of a month, from the end of each month to the next.
    Only steps whose windows the data hold whole are in it, ``rfm.usual_steps`` at most.

    Returns
    -------
    DataFrame
        One row per step, the latest first, indexed by its last month: ``customers`` (count, in
        either window), ``into_at_risk`` (count) and ``share`` (0-1, the second of the first).
    """
    rfm_ = run.settings.rfm
    length = run.period.month_count
    ends = [run.period.last - length * step for step in range(1, rfm_.usual_steps + 2)]
    ends = [end for end in ends if reaches_back(firm, end, rfm_.months)]
    activity = activity_at(firm, run.region, ends, rfm_.months)
    tiered = {end: tiers(rfm(table), rfm_.high_score) for end, table in activity.items()}
    rows = {}
    for now, before in pairwise(ends):
        moved = moves(tiered[before], tiered[now], comparable=True)["customers"]
        into = moved.loc[[(tier, AT_RISK) for tier in BETTER]].sum()
        rows[now] = (int(moved.sum()), int(into))
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["customers", "into_at_risk"])
    everyone = table["customers"].where(table["customers"] > 0)
    return table.assign(share=table["into_at_risk"] / everyone).rename_axis("last")


def flows(moved: pd.DataFrame) -> pd.DataFrame:
    """How many customers each tier gained and lost.

    Parameters
    ----------
    moved : DataFrame
        As :func:`moves` gives it.

    Returns
    -------
    DataFrame
        One row per tier; columns ``before``, ``joined``, ``left``, ``now`` (count). In every row
        ``before + joined - left`` is ``now``. No rows without moves.
    """
    if moved.empty:
        return pd.DataFrame(columns=["before", "joined", "left", "now"], dtype=float)
    counts = moved["customers"].unstack("now")
    before = counts.sum(axis=1).reindex(TIERS).astype(int)
    now = counts.sum().reindex(TIERS).astype(int)
    stayed = pd.Series({tier: counts.loc[tier, tier] for tier in TIERS}).astype(int)
    table = {"before": before, "joined": now - stayed, "left": before - stayed, "now": now}
    return pd.DataFrame(table).rename_axis("tier")


def by_fifth(activity: pd.DataFrame) -> pd.DataFrame:
    """Revenue of customers in five groups of equal number, the largest customers first.

    Parameters
    ----------
    activity : DataFrame
        As ``measures.engine.customer_activity`` gives it.

    Returns
    -------
    DataFrame
        One row per ``fifth`` (index, 1 to 5). Columns ``customers`` (count), ``revenue`` (money),
        ``share`` and ``cumulative_share`` (of all revenue, missing unless that is positive) and
        ``smallest`` (money: the least a customer of the fifth brought). Where the number cannot
        be divided by five the groups differ by one.

    Examples
    --------
    >>> activity = pd.DataFrame({"revenue": [10.0, 60.0, 10.0, 10.0, 10.0]})
    >>> by_fifth(activity)["share"].tolist()
    [0.6, 0.1, 0.1, 0.1, 0.1]
    """
    revenue = activity["revenue"].astype(float).sort_values(ascending=False)
    place = pd.Series(range(len(revenue)), index=revenue.index, dtype=int)
    fifth = 1 + 5 * place // max(len(revenue), 1)
    table = revenue.groupby(fifth).agg(["size", "sum", "min"]).reindex(range(1, 6))
    table.columns = pd.Index(["customers", "revenue", "smallest"])
    table = table.fillna({"customers": 0, "revenue": 0.0}).astype({"customers": int})  # nobody: 0
    total = table["revenue"].sum()
    share = table["revenue"] / total if total > 0 else table["revenue"] * float("nan")
    return table.assign(share=share, cumulative_share=share.cumsum()).rename_axis("fifth")


def _score(better: pd.Series) -> pd.Series:
    """1 to 5 by the share of customers with a smaller value."""
    worse = better.rank(method="min").astype(int) - 1
    return 1 + 5 * worse // max(len(better), 1)


def _sums(groups: pd.api.typing.DataFrameGroupBy) -> pd.DataFrame:
    return groups.agg(
        customers=("revenue", "size"),
        revenue=("revenue", "sum"),
        order_count=("order_count", "sum"),
        median_days_since_last_order=("days_since_last_order", "median"),
    )


def _check_activity(activity: pd.DataFrame) -> None:
    repeated = activity.index[activity.index.duplicated()].unique().tolist()
    if repeated:
        raise ContractError(
            f"`activity` must have one row per customer_id; repeated: {repeated[:5]}"
        )
    columns = [column for column, _ in _SCORED.values()]
    missing = activity[columns].isna().any(axis=1)
    if missing.any():
        raise ContractError(
            f"`activity` lacks one of {columns} for {missing.sum()} of {len(activity)} customers, "
            f"e.g. {activity.index[missing][:5].tolist()}"
        )
