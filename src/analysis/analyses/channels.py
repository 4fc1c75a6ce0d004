"""What each channel brings: of selling and of marketing, with the rules on them tried.

Two kinds of channel are kept apart: a *selling* channel is where an order is placed (store, web
shop, dealer), a *marketing* channel is how a customer was won (search, fair, referral).
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from analysis.analyses import collections
from analysis.analyses.rates import Z, difference, poisson, wilson
from analysis.measures import channels, engine, retention
from analysis.measures.catalogue import GROSS_MARGIN_RATE, ORDERS, REVENUE
from analysis.model.dataset import Dataset
from analysis.params import WHOLE_FIRM, Run
from analysis.settings import Channels

TOTAL, EVERY = "(total)", "(every region)"
RULE = ["rule", "part", "value", "low", "high", "threshold", "n", "at_stake", "verdict"]
HIT, NEAR, CLEAR, FEW, IDLE = "hit", "near", "clear", "few", "idle"
"""Verdicts of a rule: it holds; it holds or not within the interval; it does not; too few to say;
it holds everywhere, and so tells nothing apart."""
PAID_VERDICTS = {
    collections.REVIEW: HIT,
    collections.WATCH: NEAR,
    collections.KEEP: CLEAR,
    collections.FEW: FEW,
}
PAID = {
    "due": "due", "paid_in_time": "paid", "payments": "invoices", "rate": "paid_rate",
    "low": "paid_low", "high": "paid_high", "verdict": "paid_verdict",
}  # fmt: skip
"""Columns of ``analyses.collections.rates``, and what they are called here."""
DAYS_A_MONTH = 365.25 / 12


def selling(firm: Dataset, run: Run, by: str = "channel") -> pd.DataFrame:
    """Revenue, margin, customers kept and money collected, of each selling channel or region.

    Parameters
    ----------
    firm : Dataset
        Opened snapshot.
    run : Run
        Gives region and period, and the windows of ``settings.channels`` and
        ``settings.activity``.
    by : {"channel", "region"}
        What a row is.

    Returns
    -------
    DataFrame
        One row per channel, largest revenue first. Columns ``revenue`` (money, of the period),
        ``growth`` (on the base), ``margin``, ``with_cost`` (money) and ``margin_rate``,
        ``margin_orders`` (orders of the scorecard's months, the n of the rate),
        ``customers`` and ``kept`` (counts) with ``kept_rate``, ``kept_low``, ``kept_high``,
        ``kept_before`` (the rate a year earlier, missing where the data do not reach) and
        ``kept_change_low``, ``kept_change_high`` (interval of the change); ``due``, ``paid``
        (money on account, paid within ``collections.grace_days`` of its due date), ``invoices``
        (count), ``paid_rate``, ``paid_low``, ``paid_high`` and ``paid_verdict``, all as
        ``analyses.collections.rates`` gives them, and ``unpaid`` (money: due less paid, at the
        pace of its window over ``settings.channels.months``).
        Margin and customers kept are of the months that ``settings.channels.months`` and
        ``settings.activity.quiet_months`` name, up to the period's last month: a single month is
        too short for any of them. A customer is *kept* who bought in the half before last and
        again, anywhere in the firm, in the last.
    """
    wanted, quiet = run.settings.channels, run.settings.activity.quiet_months
    last = pd.Period(firm.as_of(run), "M")
    window = retention.months(last - wanted.months + 1, last)
    sales = engine.measure(firm, run.region, run.period, [REVENUE], by=[by])
    if sales.empty:
        return pd.DataFrame()
    table = sales["value"].unstack("measure").rename(columns={REVENUE: "revenue"})
    table = table.assign(growth=np.nan)
    if base := firm.base_period(run):
        before = engine.measure(firm, run.region, base, [REVENUE], by=[by])
        earlier = before["value"].unstack("measure")[REVENUE].reindex(table.index)
        table["growth"] = table["revenue"] / earlier.where(earlier > 0) - 1
    taken = engine.measure(firm, run.region, window, [GROSS_MARGIN_RATE, ORDERS], by=[by])
    margin = taken.xs(GROSS_MARGIN_RATE, level="measure")
    table = table.join(
        margin[["numerator", "denominator", "value"]].set_axis(
            ["margin", "with_cost", "margin_rate"], axis=1
        )
    )
    table["margin_orders"] = taken.xs(ORDERS, level="measure")["value"]
    table = table.join(_kept(firm, run.region, last, quiet, by))
    table = table.join(_paid(firm, run, by))
    return table.rename_axis(by).sort_values("revenue", ascending=False, kind="stable")


def marketing(firm: Dataset, run: Run) -> pd.DataFrame:
    """What marketing channels cost and win, in the last months and over a customer's first year.

    Parameters
    ----------
    firm : Dataset
        Opened snapshot.
    run : Run
        Gives the period and ``settings.channels``; spending is the whole firm's, so customers
        won and their margin are, too.

    Returns
    -------
    DataFrame
        One row per channel with spending, most spending first, and a last row :data:`TOTAL`.
        Of the scorecard's months: ``spend`` (money), ``leads`` and ``won`` (counts),
        ``conversion`` = won / leads with ``conversion_low`` and ``conversion_high``, ``cost`` =
        spend / won (money per customer) with ``cost_low`` and ``cost_high``. Of the same number
        of months one horizon earlier, whose customers have all been customers for the horizon:
        ``roi_spend`` (money), ``roi_won`` (count), ``roi_margin`` (money: gross margin of the
        first ``horizon_months`` months), ``margin_each`` = roi_margin / roi_won, ``roi`` =
        roi_margin / roi_spend (money back for one of spend; 1 is even) with ``roi_low`` and
        ``roi_high``, and ``payback`` (months until the margin is the spend; missing where it is
        not within the horizon), and ``net`` = roi_margin − roi_spend (money). Empty without
        spending.

    Notes
    -----
    The interval of ``roi`` treats the customers won as a Poisson number, each with the margin
    they brought: variance of the total is the sum of squares.
    """
    wanted = run.settings.channels
    last = pd.Period(firm.as_of(run), "M")
    recent = retention.months(last - wanted.months + 1, last)
    ripe_last = last - wanted.horizon_months + 1
    ripe = retention.months(ripe_last - wanted.months + 1, ripe_last)
    spent = channels.spend(firm, recent)
    if spent.empty or not firm.has("customers.acquisition_channel"):
        return pd.DataFrame()
    now = channels.number_won(firm, recent)
    reaches = firm.covers(retention.months(ripe.first, ripe.first))
    table = spent.assign(won=now.reindex(spent.index).fillna(0.0))
    if not firm.covers(retention.months(recent.first, recent.first)):
        # Spending of some of the months beside customers of all: no ratio of the two.
        table = table.assign(won=np.nan)
    brought = channels.won(firm, ripe, last, wanted.horizon_months)
    before = channels.spend(firm, ripe)["spend"].reindex(spent.index)
    table = table.assign(roi_spend=before if reaches else np.nan, **_brought(brought, spent.index))
    table["payback"] = _payback(brought, table["roi_spend"])
    table = table.sort_values("spend", ascending=False, kind="stable")
    return _ratios(_with_total(table, brought))


def rules(
    sold: pd.DataFrame,
    won: pd.DataFrame,
    regions: pd.DataFrame,
    benchmarks: pd.Series,
    wanted: Channels,
) -> pd.DataFrame:
    """Which of the agreed rules hold for which channel, with number, threshold and n.

    Parameters
    ----------
    sold, won : DataFrame
        As :func:`selling` and :func:`marketing` give them.
    regions : DataFrame
        As :func:`margin_by_region` gives it.
    benchmarks : Series
        Margin rate to compare with, by channel; see :func:`benchmarks`.
    wanted : Channels
        Thresholds.

    Returns
    -------
    DataFrame
        One row per rule and channel or region it could be tried on. Columns ``rule``
        (``margin_shortfall``, ``dear``, ``exit``, ``grow``, ``shift``, ``close``, ``tilt``),
        ``part``, ``value`` with ``low`` and ``high`` (95 %; missing: a sum that was counted),
        ``threshold``, ``n``, ``at_stake`` (money over the scorecard's months) and ``verdict``:
        ``hit``; ``near``: the interval spans the threshold; ``clear``: it does not hold; ``few``:
        fewer than ``min_count``; ``idle``: every region meets it. ``close`` has the verdict of
        ``analyses.collections``: review is ``hit``, watch is ``near``, keep is ``clear``. ``grow``
        is not tried where ``shift`` holds, which asks for more.
    """
    rows = [*_selling_rules(sold, benchmarks, wanted), *_marketing_rules(won, wanted)]
    rows += _region_rules(regions, wanted)
    table = pd.DataFrame(rows, columns=RULE)
    table = table[table["value"].notna()]  # what is not known is not tried
    shifts = table.loc[(table["rule"] == "shift") & (table["verdict"] == HIT), "part"]
    return table[(table["rule"] != "grow") | ~table["part"].isin(shifts)].reset_index(drop=True)


def margin_by_region(firm: Dataset, run: Run) -> pd.DataFrame:
    """Margin rate of every region of the firm over the scorecard's months.

    Returns
    -------
    DataFrame
        One row per region: ``margin_rate``, ``orders`` (count) and ``is_own`` (the run is about
        it, or about the whole firm).
    """
    last = pd.Period(firm.as_of(run), "M")
    window = retention.months(last - run.settings.channels.months + 1, last)
    taken = engine.measure(firm, WHOLE_FIRM, window, [GROSS_MARGIN_RATE, ORDERS], by=["region"])
    values = taken["value"].unstack("measure")
    return pd.DataFrame(
        {
            "margin_rate": values[GROSS_MARGIN_RATE],
            "orders": values[ORDERS],
            "is_own": [run.region in (WHOLE_FIRM, name) for name in values.index],
        }
    )


def benchmarks(firm: Dataset, run: Run) -> pd.Series:
    """Margin rate each selling channel is held against: the trade's, else the rest of the firm's.

    Returns
    -------
    Series
        By channel: what ``settings.channels.benchmark_margin_rates`` says, else the margin rate of
        the same channel in the firm's other regions over the scorecard's months. The whole firm
        has no others: there only what is set.
    """
    wanted = run.settings.channels
    known = pd.Series(wanted.benchmark_margin_rates, dtype=float)
    if run.region == WHOLE_FIRM or not firm.has("order_lines.channel"):
        return known
    last = pd.Period(firm.as_of(run), "M")
    window = retention.months(last - wanted.months + 1, last)
    taken = engine.measure(firm, WHOLE_FIRM, window, [GROSS_MARGIN_RATE], by=["channel", "region"])
    rates = taken.xs(GROSS_MARGIN_RATE, level="measure").reset_index()
    others = rates[rates["region"] != run.region].groupby("channel")[["numerator", "denominator"]]
    sums = others.sum()
    rest = sums["numerator"] / sums["denominator"].where(sums["denominator"] > 0)
    return known.combine_first(rest)


def _kept(firm: Dataset, region: str, last: pd.Period, quiet: int, by: str) -> pd.DataFrame:
    columns = ["customers", "kept", "kept_rate", "kept_low", "kept_high", "kept_before",
               "kept_change_low", "kept_change_high"]  # fmt: skip
    if not firm.covers(retention.months(last - 2 * quiet + 1, last)):
        return pd.DataFrame(columns=columns, dtype=float)
    now = retention.came_back(firm, region, last, quiet, by)
    low, high = wilson(now["kept"], now["customers"])
    table = now.assign(kept_rate=now["kept"] / now["customers"], kept_low=low, kept_high=high)
    if not firm.covers(retention.months(last - 12 - 2 * quiet + 1, last - 12)):
        return table.reindex(columns=columns)
    before = retention.came_back(firm, region, last - 12, quiet, by).reindex(now.index)
    ends = [
        difference(row.kept, row.customers, base.kept, base.customers)
        for row, base in zip(now.itertuples(), before.itertuples(), strict=True)
    ]
    return table.assign(
        kept_before=before["kept"] / before["customers"],
        kept_change_low=[low for low, _ in ends],
        kept_change_high=[high for _, high in ends],
    )


def _paid(firm: Dataset, run: Run, by: str) -> pd.DataFrame:
    """What was paid on account, as the collections judge it."""
    rates = collections.rates(firm, run, [by])
    table = rates.rename(columns=PAID).reindex(columns=[*PAID.values()])
    judged = collections.window(firm, run)
    pace = run.settings.channels.months * DAYS_A_MONTH / ((judged.last - judged.first).days + 1)
    return table.assign(unpaid=(table["due"] - table["paid"]) * pace)


def _brought(by_age: pd.DataFrame, index: pd.Index) -> dict[str, pd.Series]:
    if by_age.empty:
        nothing = pd.Series(np.nan, index=index)
        return {"roi_won": nothing, "roi_margin": nothing, "squares": nothing}
    ends = by_age.xs(-1, level="age").reindex(index)
    return {
        "roi_won": ends["won"].fillna(0.0),  # spent on, and nobody came: none
        "roi_margin": ends["margin"].fillna(0.0),
        "squares": ends["margin_squared"].fillna(0.0),
    }


def _payback(by_age: pd.DataFrame, spent: pd.Series) -> pd.Series:
    """Months until the margin added up is the spend: age of the month that gets there, plus 1."""
    by_month = by_age[by_age.index.get_level_values("age") >= 0]["margin"].unstack("age")
    if by_month.empty:  # nobody was won in these months: nothing comes back
        return pd.Series(np.nan, index=spent.index)
    added = by_month.sort_index(axis=1).fillna(0.0).cumsum(axis=1).reindex(spent.index)
    there = added.ge(spent, axis=0)
    first = there.idxmax(axis=1).astype(float) + 1
    return first.where(there.any(axis=1) & spent.notna())


def _with_total(table: pd.DataFrame, by_age: pd.DataFrame) -> pd.DataFrame:
    total = table.sum(min_count=1).to_frame(TOTAL).T
    of_all = by_age[by_age.index.get_level_values("channel").isin(table.index)]
    added = of_all.groupby(level="age")[["margin"]].sum()
    added.index = pd.MultiIndex.from_product([[TOTAL], added.index], names=["channel", "age"])
    total["payback"] = _payback(added, total["roi_spend"])
    return pd.concat([table, total]).rename_axis("channel")


def _ratios(table: pd.DataFrame) -> pd.DataFrame:
    low, high = wilson(table["won"], table["leads"])
    few, many = poisson(table["won"])
    spend, back = table["roi_spend"].where(table["roi_spend"] > 0), table["roi_margin"]
    reach = Z * np.sqrt(table["squares"]) / spend
    return table.drop(columns="squares").assign(
        conversion=table["won"] / table["leads"].where(table["leads"] > 0),
        conversion_low=low,
        conversion_high=high,
        cost=table["spend"] / table["won"].where(table["won"] > 0),
        cost_low=table["spend"] / many,
        cost_high=table["spend"] / np.where(few > 0, few, np.nan),
        margin_each=back / table["roi_won"].where(table["roi_won"] > 0),
        roi=back / spend,
        roi_low=back / spend - reach,
        roi_high=back / spend + reach,
        net=back - spend,
    )


def _selling_rules(
    sold: pd.DataFrame, benchmark: pd.Series, wanted: Channels
) -> Iterable[dict[str, object]]:
    for part, row in sold.iterrows():
        usual = float(benchmark.get(part, np.nan))
        short = usual - row["margin_rate"]
        yield _try("margin_shortfall", part, short, wanted.margin_shortfall, row["margin_orders"],
                   wanted, above=True, stake=short * row["with_cost"])  # fmt: skip
        due = _try("close", part, row["paid_rate"], wanted.close_collection, row["invoices"],
                   wanted, above=False, low=row["paid_low"], high=row["paid_high"],
                   stake=row["unpaid"])  # fmt: skip
        # Judged once, where collections are: two verdicts on one rate would be one too many.
        yield due | {"verdict": PAID_VERDICTS.get(row["paid_verdict"], FEW)}


def _region_rules(regions: pd.DataFrame, wanted: Channels) -> list[dict[str, object]]:
    """A region that stands out is worth more; a rule that every region meets tells none apart."""
    at = wanted.tilt_margin_rate
    if len(regions) > 1 and (regions["margin_rate"] >= at).all():
        every = _try("tilt", EVERY, regions["margin_rate"].min(), at, regions["orders"].sum(),
                     wanted, above=True, stake=0.0)  # fmt: skip
        return [every | {"verdict": IDLE}]
    return [
        _try("tilt", part, row["margin_rate"], at, row["orders"], wanted, above=True, stake=0.0)
        for part, row in regions[regions["is_own"].astype(bool)].iterrows()
    ]


def _marketing_rules(won: pd.DataFrame, wanted: Channels) -> Iterable[dict[str, object]]:
    if won.empty:
        return
    usual = float(won.loc[TOTAL, "cost"])
    for part, row in won.drop(TOTAL).iterrows():
        ends = {"low": row["conversion_low"], "high": row["conversion_high"]}
        if row["cost"] >= wanted.dear_times * usual:
            yield _try("dear", part, row["conversion"], wanted.low_conversion, row["leads"], wanted,
                       above=False, stake=row["spend"] - row["won"] * usual, **ends)  # fmt: skip
        for rule, at in (("grow", wanted.grow_conversion), ("shift", wanted.shift_conversion)):
            yield _try(rule, part, row["conversion"], at, row["leads"], wanted,
                       above=True, stake=0.0, **ends)  # fmt: skip
        yield _try("exit", part, row["roi"], wanted.exit_roi, row["roi_won"], wanted, above=False,
                   low=row["roi_low"], high=row["roi_high"], stake=-row["net"])  # fmt: skip


def _try(
    rule: str, part: object, value: float, at: float, n: float, wanted: Channels, above: bool,
    stake: float, low: float = np.nan, high: float = np.nan,
) -> dict[str, object]:  # fmt: skip
    """One rule on one channel: it holds at the threshold and above it, or below it."""
    holds = value >= at if above else value < at
    if n < wanted.min_count:
        verdict = FEW
    elif low < at <= high:
        verdict = NEAR
    else:
        verdict = HIT if holds else CLEAR
    return dict(zip(RULE, (rule, part, value, low, high, at, n, stake, verdict), strict=True))
