"""Did promotions pay? Each function answers one question with one table."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from analysis.analyses.promoted import scopes, uplifts
from analysis.analyses.rates import holm
from analysis.measures import promotions as measures
from analysis.model.dataset import Dataset
from analysis.params import WHOLE_FIRM, Run
from analysis.periods import Period

DOUBT = 0.05
"""Chance of a verdict that is none, over all promotions judged together."""
PAID, NOT_PAID, UNKNOWN = "paid", "not_paid", "unknown"
FACTS = ["name", "kind", "category", "starts_at", "ends_at"]
AMOUNTS = ["lines", "list_value", "revenue", "extra_discount", "anyway", "cost"]
RESULTS = ["base_revenue", "added_revenue", "earned", "invested", "return", "gain"]
ENDS = ["uplift", "uplift_low", "uplift_high", "gain_low", "gain_high"]
DOUBTS = ["after", "after_low", "after_high", "beside", "beside_low", "beside_high", "n_placebos"]
COLUMNS = [*FACTS, *AMOUNTS, *RESULTS, *ENDS, *DOUBTS, "chance_of_nothing", "verdict"]


def are_known(firm: Dataset) -> bool:
    """Whether the firm delivers what a promotion's return needs."""
    needs = ("promotions", "order_lines.promotion_id", "order_lines.cost")
    return all(firm.has(need) for need in needs)


def promotion_return(firm: Dataset, run: Run, period: Period) -> pd.DataFrame:
    """What each promotion that touched a period brought, against what it cost.

    The uplift is measured over the firm, where there is most to measure, against everything that
    was not on offer (``analyses.promoted.uplifts``); money is of the run's region, which bears
    the share of a promotion's cost that it has of its sales.

    Parameters
    ----------
    firm : Dataset
        Opened snapshot.
    run : Run
        Gives region and settings; nothing after the end of its period is looked at.
    period : Period
        Promotions that ran on a day of it.

    Returns
    -------
    DataFrame
        One row per promotion, by first day, as :func:`returns` gives it and :func:`asked_together`
        judges it; no rows where the firm delivers no promotions, or none was on.
    """
    settings, as_of = run.settings.promotions, firm.as_of(run)
    known = measures.promotions(firm, as_of)
    if known.empty or not are_known(firm):
        return _empty()
    end = pd.Period(as_of, "M")
    first = max(end - (settings.history_months - 1), firm.first_month)
    history = Period(text=f"{first}..{end}", first=first, last=end)
    known = known[known["ends_at"] >= first.start_time].reset_index(drop=True)
    touched = (known["starts_at"] < (period.last + 1).start_time) & (
        known["ends_at"] >= period.first.start_time
    )
    if not touched.any():
        return _empty()
    daily = measures.daily_lines(firm, history, as_of)
    money = measures.money_by_promotion(firm, WHOLE_FIRM, history, as_of)
    own = (
        money
        if run.region == WHOLE_FIRM
        else measures.money_by_promotion(firm, run.region, history, as_of)
    )
    estimates = uplifts(daily, known, scopes(daily, known, money, settings), settings)
    table = returns(known, estimates, own, money)
    # Promotions nothing was sold under in this region were not held here.
    wanted = table.index.isin(known.loc[touched, "promotion_id"]) & (table["lines"] > 0)
    return asked_together(table[wanted])


def asked_together(table: pd.DataFrame) -> pd.DataFrame:
    """Promotions with verdicts that stand although several are asked about at once.

    Returns
    -------
    DataFrame
        ``table``, with ``chance_of_nothing`` stepped up for how many it holds (Holm,
        ``rates.holm``) and ``unknown`` for the verdict of those above ``DOUBT`` then; intervals
        are each promotion's own and stay.
    """
    chance = holm(table["chance_of_nothing"].astype(float))
    verdict = table["verdict"].where(chance <= DOUBT, UNKNOWN)
    return table.assign(chance_of_nothing=chance, verdict=verdict)


def returns(
    promotions: pd.DataFrame, estimates: pd.DataFrame, own: pd.DataFrame, firm: pd.DataFrame
) -> pd.DataFrame:
    """Turn uplifts into money: what the added sales earned, and what was paid for them.

    With list value L, revenue R and cost of goods C of what was sold under the promotion, d the
    discount on the same categories and customers on no offer, and u the uplift::

        base revenue  = L (1 - d) / (1 + u)          what would have been sold anyway
        earned        = (L (1 - d) - C) u / (1 + u)   margin of the added sales at usual prices
        extra discount = L (1 - d) - R                given under the promotion, also on the base
        invested      = extra discount + cost
        gain          = earned - invested,   return = earned / invested

    Parameters
    ----------
    promotions, estimates : DataFrame
        As ``measures.promotions.promotions`` and ``promoted.uplifts`` give them.
    own, firm : DataFrame
        ``measures.promotions.money_by_promotion`` of the region and of the whole firm.

    Returns
    -------
    DataFrame
        One row per promotion, indexed by ``promotion_id``, columns ``COLUMNS``: facts, money,
        the uplift (a share of the base) and gain with 95 % intervals, ``anyway`` (the part of the
        extra discount that went on what would have been sold), ``after`` and ``beside`` (shares
        gained or lost after and beside it), ``chance_of_nothing`` (two-sided, that the gain has
        the other sign) and ``verdict``: ``paid`` where the whole interval of the gain is above
        zero, ``not_paid`` where it is below, else ``unknown``.
    """
    rows = {}
    usual = _usual_discount(firm)
    whole = firm.groupby("promotion_id")["list_value"].sum()
    for row in promotions.itertuples():
        name = row.promotion_id
        sold = own[own["promotion_id"] == name]
        total = sold[["lines", "list_value", "revenue", "goods"]].sum()
        rate = sold.set_index(["category", "kind"]).index.map(usual).to_numpy(float)
        plain = float((sold["list_value"] * (1 - rate)).sum())
        share = total["list_value"] / whole[name] if whole.get(name, 0) > 0 else 0.0
        cost = row.cost * share if np.isfinite(row.cost) else float("nan")
        estimate = estimates.loc[name] if name in estimates.index else None
        rows[name] = {
            **{fact: getattr(row, fact) for fact in FACTS},
            **_money(total, plain, cost, estimate),
        }
    table = pd.DataFrame.from_dict(rows, orient="index", columns=COLUMNS)
    return table.rename_axis("promotion_id")


def by_offer(table: pd.DataFrame) -> pd.DataFrame:
    """What promotions brought, added up by what was offered.

    Returns
    -------
    DataFrame
        One row per ``kind`` of offer, best gain first: ``names`` (of the promotions, joined by
        commas), ``promotions`` (how many), ``paid``,
        ``not_paid``, ``extra_discount``, ``cost``, ``earned``, ``invested``, ``gain`` (money;
        of those that could be estimated) and ``return``.
    """
    known = table[table["gain"].notna()]
    parts = known.groupby("kind")
    sums = parts[["extra_discount", "cost", "earned", "invested", "gain"]].sum()
    counts = pd.DataFrame(
        {
            "names": parts["name"].agg(", ".join),
            "promotions": parts.size().astype(float),
            "paid": parts["verdict"].agg(lambda one: float((one == PAID).sum())),
            "not_paid": parts["verdict"].agg(lambda one: float((one == NOT_PAID).sum())),
        }
    )
    result = counts.join(sums)
    result["return"] = result["earned"] / result["invested"].where(result["invested"] > 0)
    return result.sort_values("gain", ascending=False, kind="stable")


def _money(
    total: pd.Series, plain: float, cost: float, estimate: pd.Series | None
) -> dict[str, object]:
    extra = plain - float(total["revenue"])
    margin = plain - float(total["goods"])
    spent = (
        cost if np.isfinite(cost) else 0.0
    )  # a promotion without a stated cost cost its discount
    invested = extra + spent
    log = {name: float("nan") for name in ("log_uplift", "low", "high", "se")}
    doubts = dict.fromkeys(DOUBTS, float("nan"))
    if estimate is not None:
        log = {name: float(estimate[name]) for name in log}
        doubts = {
            name: float(np.expm1(estimate[name])) for name in DOUBTS if name != "n_placebos"
        } | {"n_placebos": float(estimate["n_placebos"])}

    def gain(log_uplift: float) -> float:
        return margin * float(-np.expm1(-log_uplift)) - invested

    earned = gain(log["log_uplift"]) + invested
    low, high = sorted([gain(log["low"]), gain(log["high"])])
    kept = float(np.exp(-log["log_uplift"]))
    return {
        "lines": float(total["lines"]), "list_value": float(total["list_value"]),
        "revenue": float(total["revenue"]), "extra_discount": extra, "anyway": extra * kept,
        "cost": cost, "base_revenue": plain * kept,
        "added_revenue": float(total["revenue"]) - plain * kept,
        "earned": earned, "invested": invested,
        "return": earned / invested if invested > 0 else float("nan"), "gain": earned - invested,
        **{f"uplift{end}": float(np.expm1(log[f"{key}"])) for end, key in
           (("", "log_uplift"), ("_low", "low"), ("_high", "high"))},
        "gain_low": low, "gain_high": high, **doubts,
        "chance_of_nothing": _chance(margin, invested, log, doubts["n_placebos"]),
        "verdict": PAID if low > 0 else NOT_PAID if high < 0 else UNKNOWN,
    }  # fmt: skip


def _chance(margin: float, invested: float, log: dict[str, float], degrees: float) -> float:
    """Two-sided chance of an estimate as far from breaking even as this one, were it even."""
    if not np.isfinite(log["se"]):
        return float("nan")
    if not invested < margin:  # no uplift, however large, would pay
        return 0.0
    even = -float(np.log1p(-invested / margin))
    return float(2 * stats.t.sf(abs(log["log_uplift"] - even) / log["se"], max(degrees, 1)))


def _usual_discount(firm: pd.DataFrame) -> dict[tuple[str, str], float]:
    """Discount on no offer as a share of list value, by category and kind."""
    plain = firm[firm["promotion_id"] == ""].set_index(["category", "kind"])
    everywhere = plain["discount"].sum() / plain["list_value"].sum() if len(plain) else 0.0
    rates = (plain["discount"] / plain["list_value"]).to_dict()
    pairs = zip(firm["category"], firm["kind"], strict=True)
    # What was never sold without an offer has the discount of all that was.
    return {pair: float(rates.get(pair, everywhere)) for pair in pairs}


def _empty() -> pd.DataFrame:
    return pd.DataFrame(columns=COLUMNS, index=pd.Index([], name="promotion_id"))
