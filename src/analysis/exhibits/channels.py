"""Scorecards of channels, and the rules tried on them."""

from __future__ import annotations

from datetime import date
from functools import partial

import pandas as pd
from matplotlib.text import Annotation

from analysis import units
from analysis.exhibits import theme
from analysis.exhibits.bars import bars, in_words, more
from analysis.exhibits.record import Absent, Figure, absent
from analysis.exhibits.tables import Column, Table, table
from analysis.params import Run
from analysis.text import words

TOTAL, EVERY = "(total)", "(every region)"
MONEY_RULES = {"exit"}
REGION_RULES = {"tilt"}
SELLING_RULES = {"margin_shortfall", "close"}


def selling_table(sold: pd.DataFrame, run: Run, as_of: date) -> Table | Absent:
    """Lay out revenue, margin, customers kept and money collected of each selling channel."""
    if sold.empty:
        return absent(words("channels.absent.selling"))
    wanted = run.settings
    shown = sold.head(wanted.rank_rows)
    shown = shown.assign(
        kept_range=_ranges(shown["kept_low"], shown["kept_high"]),
        paid_range=_ranges(shown["paid_low"], shown["paid_high"]),
    )
    columns = {
        "revenue": Column(
            words("measure.revenue.label"), partial(units.money, currency=run.currency)
        ),
        "growth": Column(words("channels.head.growth"), partial(units.percent, signed=True)),
        "margin_rate": Column(words("channels.head.margin"), units.percent),
        "kept_rate": Column(words("channels.head.kept"), units.percent),
        "kept_range": Column(words("channels.head.kept_range"), str),
        "customers": Column(words("channels.head.kept_n"), units.count),
        "paid_rate": Column(words("channels.head.paid", days=_grace(run)), units.percent),
        "paid_range": Column(words("channels.head.paid_range"), str),
        "invoices": Column(words("channels.head.invoices"), units.count),
    }
    there = {name: column for name, column in columns.items() if _is_known(shown[name])}
    return table(
        shown,
        there,
        names=[run.part("channel", str(name)) for name in shown.index],
        heading=words("channels.head.channel"),
        note=words(
            "channels.note.selling",
            day=units.day(as_of),
            months=wanted.channels.months,
            quiet=wanted.activity.quiet_months,
            grace=_grace(run),
            due=wanted.collections.window_days,
        )
        + more(len(sold) - len(shown)),
    )


def marketing_table(won: pd.DataFrame, run: Run, as_of: date) -> Table | Absent:
    """Lay out what each marketing channel cost, won and brought back."""
    if won.empty:
        return absent(words("channels.absent.marketing"))
    wanted = run.settings.channels
    money = partial(units.money, currency=run.currency)
    never = words("channels.months_over", n=wanted.horizon_months)
    known = won["payback"].map(lambda months: never if pd.isna(months) else units.count(months))
    text = known.where(won["roi"].notna(), units.MISSING)
    return table(
        won.assign(payback_text=text),
        {
            "spend": Column(words("channels.head.spend"), money),
            "leads": Column(words("channels.head.leads"), units.count),
            "won": Column(words("channels.head.won"), units.count),
            "conversion": Column(words("channels.head.conversion"), units.percent),
            "cost": Column(words("channels.head.cost"), money),
            "margin_each": Column(words("channels.head.margin_each"), money),
            "roi": Column(words("channels.head.roi", one=_one(run)), money),
            "payback_text": Column(words("channels.head.payback"), str),
        },
        names=[words("channels.total") if name == TOTAL else str(name) for name in won.index],
        heading=words("channels.head.channel"),
        totals=[len(won) - 1],
        note=words(
            "channels.note.marketing",
            months=wanted.months,
            horizon=wanted.horizon_months,
            day=units.day(as_of),
        ),
    )


def marketing(won: pd.DataFrame, run: Run) -> Figure | Absent:
    """Draw the margin back for one of spend by marketing channel, with its interval."""
    if won.empty or won["roi"].isna().all():
        return absent(words("channels.absent.marketing"))
    shown = won.drop(TOTAL).dropna(subset="roi").sort_values("roi", ascending=False)
    names = [str(name) for name in shown.index]
    money = partial(units.money, currency=run.currency)
    labels = [
        words(
            "channels.fig_label",
            roi=money(row.roi),
            low=money(max(row.roi_low, 0.0)),
            high=money(row.roi_high),
        )
        for row in shown.itertuples()
    ]
    line = run.settings.channels.exit_roi
    colours = [theme.LOSS if high < line else theme.ACCENT for high in shown["roi_high"]]
    drawing, axes = bars(shown["roi"].tolist(), names, labels, colours)
    axes.axvline(line, color=theme.INK, linewidth=1.2)
    for text, roi in zip(axes.texts, shown["roi"], strict=False):
        if isinstance(text, Annotation) and roi < line:
            text.xy = (line, text.xy[1])  # beyond the line, not on it
    one = _one(run)
    horizon = run.settings.channels.horizon_months
    return Figure(
        drawing,
        words("channels.alt.roi", one=one, said=in_words(names, labels)),
        note=words("channels.note.roi", horizon=horizon, one=one),
    )


def rules_table(rules: pd.DataFrame, run: Run) -> Table | Absent:
    """Lay out the rules that hold, are near their line or could not be judged."""
    if rules.empty:
        return Absent(words("channels.absent.no_rules"))
    said = rules[rules["verdict"] != "clear"]
    said = said.iloc[
        said["verdict"].map({"hit": 0, "near": 1, "few": 2, "idle": 3}).argsort(kind="stable")
    ]
    if said.empty:
        return Absent(words("channels.absent.no_hits", clear=units.count(len(rules))))
    shown = said.head(run.settings.rank_rows)
    note = words(
        "channels.note.rules",
        least=run.settings.channels.min_count,
        payments=run.settings.collections.min_payments,
        clear=units.count(len(rules) - len(said)),
    )
    cells = pd.DataFrame(
        {
            "rule": [words(f"channels.rule.{name}", days=_grace(run)) for name in shown["rule"]],
            "value": [value_text(r.rule, r.value, run) for r in shown.itertuples()],
            "threshold": [value_text(r.rule, r.threshold, run) for r in shown.itertuples()],
            "range": [_range_text(r.rule, r.low, r.high, run) for r in shown.itertuples()],
            "n": shown["n"].to_numpy(float),
            "verdict": [_verdict(str(r.rule), str(r.verdict)) for r in shown.itertuples()],
        }
    )  # fmt: skip
    return table(
        cells,
        {
            "rule": Column(words("channels.head.rule")),
            "value": Column(words("channels.head.value"), str),
            "range": Column(words("channels.head.kept_range"), str),
            "threshold": Column(words("channels.head.threshold"), str),
            "n": Column(words("channels.head.n"), units.count),
            "verdict": Column(words("channels.head.verdict")),
        },
        names=[part_name(r.rule, str(r.part), run) for r in shown.itertuples()],
        heading=words("channels.head.channel"),
        note=note + more(len(said) - len(shown)),
    )


def value_text(rule: str, value: float, run: Run) -> str:
    """A number of a rule in the rule's unit."""
    if rule in MONEY_RULES:
        return units.money(value, run.currency)
    return units.points(value, signed=False) if rule == "margin_shortfall" else units.percent(value)


def part_name(rule: str, part: str, run: Run) -> str:
    """What a reader calls what a rule was tried on."""
    if part == EVERY:
        return words("channels.every")
    if rule in REGION_RULES:
        return run.part("region", part)
    return run.part("channel", part) if rule in SELLING_RULES else part


def _verdict(rule: str, verdict: str) -> str:
    advice = words(f"channels.advice.{rule}", part=words("channels.it"))
    return words(f"channels.verdict.{verdict}", advice=advice)


def _range_text(rule: str, low: float, high: float, run: Run) -> str:
    if pd.isna(low) or pd.isna(high):
        return units.MISSING
    return words("channels.range", low=value_text(rule, low, run), high=value_text(rule, high, run))


def _ranges(low: pd.Series, high: pd.Series) -> list[str]:
    return [
        units.MISSING
        if pd.isna(a) or pd.isna(b)
        else words("channels.range", low=units.percent(a), high=units.percent(b))
        for a, b in zip(low, high, strict=True)
    ]


def _is_known(column: pd.Series) -> bool:
    return bool((column.notna() & (column.astype(str) != units.MISSING)).any())


def _grace(run: Run) -> int:
    return run.settings.collections.grace_days


def _one(run: Run) -> str:
    return f"{run.currency}1"
