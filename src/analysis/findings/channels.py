"""What the scorecards of channels say, in words."""

from __future__ import annotations

from functools import partial

import pandas as pd

from analysis import units
from analysis.findings.record import Finding, Values, number, partial_period
from analysis.params import WHOLE_FIRM, Run
from analysis.text import words

TOTAL, EVERY = "(total)", "(every region)"
HIT, NEAR, FEW = "hit", "near", "few"
GROWTH = ("grow", "shift")
PROBLEMS = ("close", "exit", "dear", "margin_shortfall")
"""Rules that say money is lost; the others say where it may be put."""
BEYOND = 0.975
"""Certainty of what lies beyond one end of a 95 % interval."""
SOLD = {"revenue": "money", "kept_rate": "rate", "customers": "count", "paid_rate": "rate"}
WON = {"conversion": "rate", "cost": "money", "roi": "money", "roi_won": "count"}


def selling(sold: pd.DataFrame, run: Run, base: str | None, is_whole: bool) -> Finding:
    """Name the selling channel that brings most, and those that keep most and fewest customers.

    Parameters
    ----------
    sold : DataFrame
        As ``analyses.channels.selling`` gives it.
    run : Run
        Gives currency and the smallest number of customers to speak of.
    base : {"prior", "year_before"} or None
        What growth is on.
    is_whole : bool
        Whether the data reach the end of the period.
    """
    said = partial(Finding, id="channels.selling", exhibit="tbl-channels-selling")
    if sold.empty:
        none = words("channels.absent.none")
        return said(sentence=none, values={}, units={}, n=0, notable=False)
    top = sold.iloc[0]
    whole = float(sold["revenue"].sum())
    growth = ""
    if base and pd.notna(top["growth"]):
        growth = words(
            "channels.finding.growth",
            growth=units.percent(top["growth"], signed=True),
            base=words(f"base.{base}"),
        )
    sentence = words(
        "channels.finding.one" if len(sold) == 1 else "channels.finding.selling",
        channel=run.part("channel", str(sold.index[0])),
        top=run.part("channel", str(sold.index[0])),
        revenue=units.money(top["revenue"], run.currency),
        share=units.percent(top["revenue"] / whole) if whole > 0 else units.MISSING,
        whole=_own(run),
        growth=growth,
    )
    return said(
        sentence=sentence + _kept(sold, run),
        values=_values(sold, SOLD),
        units=_units(sold, SOLD),
        n=len(sold),
        notable=False,  # what stands out is said by the rules
        caveats=partial_period(is_whole),
    )


def marketing(won: pd.DataFrame, run: Run) -> Finding:
    """Name the marketing channel that brings back least of what is spent on it.

    Parameters
    ----------
    won : DataFrame
        As ``analyses.channels.marketing`` gives it.
    run : Run
        Gives currency and ``settings.channels``.
    """
    said = partial(Finding, id="channels.marketing", exhibit="tbl-channels-marketing")
    if won.empty:
        none = words("channels.absent.no_marketing")
        return said(sentence=none, values={}, units={}, n=0, notable=False)
    wanted = run.settings.channels
    parts = won.drop(TOTAL)
    judged = parts[parts["roi"].notna() & (parts["roi_won"] >= wanted.min_count)]
    if judged.empty:
        sentence = words(
            "channels.finding.marketing_few", horizon=wanted.horizon_months, months=wanted.months
        )
        return said(
            sentence=sentence, values=_values(parts, WON), units=_units(parts, WON),
            n=int(parts["won"].sum()), notable=False,  # missing ones add up to none
        )  # fmt: skip
    worst = judged["roi"].idxmin()
    row = judged.loc[worst]
    is_bad = bool(row["roi_high"] < wanted.exit_roi)
    money = partial(units.money, currency=run.currency)
    sentence = words(
        "channels.finding.marketing_bad" if is_bad else "channels.finding.marketing_good",
        channel=worst,
        roi=money(row["roi"]),
        low=money(max(row["roi_low"], 0.0)),
        high=money(row["roi_high"]),
        one=f"{run.currency}1",
        n=units.count(row["roi_won"]),
        line=money(wanted.exit_roi),
        horizon=wanted.horizon_months,
        cost=money(row["cost"]),
        cost_low=money(row["cost_low"]),
        cost_high=money(row["cost_high"]),
        times=units.decimal(row["cost"] / won.loc[TOTAL, "cost"], 1),
    )
    lost = max(float(row["roi_spend"] - row["roi_margin"]), 0.0)
    return said(
        sentence=sentence,
        values=_values(parts, WON),
        units=_units(parts, WON),
        n=int(row["roi_won"]),
        notable=is_bad,
        at_stake=run.per_period(lost, wanted.months),
        certainty=BEYOND if is_bad else 0.5,
        subject=f"marketing:{worst}",
    )


def _subject(row: pd.Series) -> str:
    """What the costliest rule is about: what is collected, or a channel money is spent on."""
    return "measure:collection_rate" if row["rule"] == "close" else f"marketing:{row['part']}"


def rules(tried: pd.DataFrame, run: Run) -> Finding:
    """Say which of the agreed rules hold, and which are near their line.

    Parameters
    ----------
    tried : DataFrame
        As ``analyses.channels.rules`` gives it.
    run : Run
        Gives currency and ``settings.channels``.
    """
    said = partial(Finding, id="channels.rules", exhibit="tbl-channels-rules")
    if tried.empty:
        none = words("channels.absent.no_rules")
        return said(sentence=none, values={}, units={}, n=0, notable=False)
    wanted = run.settings.channels
    hits, near, few = (tried[tried["verdict"] == name] for name in (HIT, NEAR, FEW))
    which = "; ".join(_hit(row, run) for row in hits.to_dict("records"))
    # That a channel nearly deserves more is no news; that it nearly costs too much is.
    doubted = near[~near["rule"].isin(GROWTH)]
    close = "; ".join(_near(row, run) for row in doubted.to_dict("records"))
    sentence = words(
        "channels.finding.rules" if len(hits) else "channels.finding.rules_none",
        hits=units.count(len(hits)),
        tried=units.count(len(tried)),
        hold=words(f"channels.finding.{'holds' if len(hits) == 1 else 'hold'}"),
        which=which,
        near=words("channels.finding.near", which=close) if close else "",
        few=words(
            "channels.finding.few",
            few=units.count(len(few)),
            least=wanted.min_count,
            payments=run.settings.collections.min_payments,
        )
        if len(few)
        else "",
    ).strip()
    # A collection that is short by its own interval's width is still money not there.
    short = tried["rule"].isin(PROBLEMS) & tried["verdict"].eq(HIT)
    short |= tried["rule"].eq("close") & tried["verdict"].eq(NEAR)
    worst = tried[short].sort_values("at_stake", ascending=False, kind="stable")
    names = [f"{row.rule}.{row.part}" for row in tried.itertuples()]
    return said(
        sentence=sentence,
        values=dict(zip(names, map(number, tried["value"]), strict=True)),
        units={
            name: "money" if rule == "exit" else "rate"
            for name, rule in zip(names, tried["rule"], strict=True)
        },
        n=len(tried),
        notable=not worst.empty,
        at_stake=run.per_period(float(worst["at_stake"].iloc[0]), wanted.months)
        if len(worst)
        else 0.0,
        certainty=BEYOND if len(worst) and worst["verdict"].iloc[0] == HIT else 0.5,
        subject=_subject(worst.iloc[0]) if len(worst) else "",
    )


def _own(run: Run) -> str:
    """The revenue the run is about, inside a sentence."""
    label = run.revenue_label
    return label[:1].lower() + label[1:] if run.region == WHOLE_FIRM else label


def _kept(sold: pd.DataFrame, run: Run) -> str:
    known = sold[sold["kept_rate"].notna() & (sold["customers"] >= run.settings.min_customers)]
    if len(known) < 2:
        return ""
    best, least = known.loc[known["kept_rate"].idxmax()], known.loc[known["kept_rate"].idxmin()]
    beyond = bool(best["kept_low"] > least["kept_high"])
    return words(
        "channels.finding.kept",
        quiet=run.settings.activity.quiet_months,
        best=run.part("channel", str(best.name)),
        best_rate=units.percent(best["kept_rate"]),
        best_kept=units.count(best["kept"]),
        best_n=units.count(best["customers"]),
        least=run.part("channel", str(least.name)),
        least_rate=units.percent(least["kept_rate"]),
        least_kept=units.count(least["kept"]),
        least_n=units.count(least["customers"]),
        chance=words(f"channels.finding.kept_{'beyond' if beyond else 'chance'}"),
    )


def _hit(row: dict[str, object], run: Run) -> str:
    rule = str(row["rule"])
    return words(
        "channels.finding.hit",
        found=_value(rule, row["value"], run),
        n=words("channels.finding.n", n=units.count(_float(row["n"]))),
        advice=words(f"channels.advice.{rule}", part=_part(rule, str(row["part"]), run)),
    )


def _near(row: dict[str, object], run: Run) -> str:
    rule = str(row["rule"])
    return words(
        "channels.finding.near_one",
        part=_part(rule, str(row["part"]), run),
        found=_value(rule, row["value"], run),
        line=_value(rule, row["threshold"], run),
        rule=words(f"channels.rule.{rule}", days=run.settings.collections.grace_days).lower(),
        low=_value(rule, row["low"], run),
        high=_value(rule, row["high"], run),
        n=words("channels.finding.n", n=units.count(_float(row["n"]))),
    )


def _value(rule: str, value: object, run: Run) -> str:
    amount = _float(value)
    if rule == "exit":
        return units.money(amount, run.currency)
    return (
        units.points(amount, signed=False) if rule == "margin_shortfall" else units.percent(amount)
    )


def _part(rule: str, part: str, run: Run) -> str:
    if part == EVERY:
        return words("channels.every")
    return run.part("region" if rule == "tilt" else "channel", part)


def _float(value: object) -> float:
    assert isinstance(value, int | float)
    return float(value)


def _values(table: pd.DataFrame, columns: dict[str, str]) -> Values:
    return {
        f"{name}.{column}": number(row[column])
        for name, row in table.iterrows()
        for column in columns
    }


def _units(table: pd.DataFrame, columns: dict[str, str]) -> dict[str, str]:
    return {f"{name}.{column}": unit for name in table.index for column, unit in columns.items()}
