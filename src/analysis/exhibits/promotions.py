"""Pictures and tables of what promotions brought."""

from __future__ import annotations

from functools import partial

import pandas as pd

from analysis import units
from analysis.exhibits import bars, theme
from analysis.exhibits.record import Absent, Figure, absent, nothing
from analysis.exhibits.tables import Column, Table, table
from analysis.params import Run
from analysis.text import words

NEEDS = "promotions, order_lines.promotion_id, order_lines.cost"


def return_table(promotions: pd.DataFrame, run: Run, has_promotions: bool) -> Table | Absent:
    """Lay out what each promotion sold, would have sold, earned and cost, with the verdict."""
    if not has_promotions:
        return absent(NEEDS)
    if promotions.empty:
        return nothing("promotions")
    shown = promotions.tail(run.settings.rank_rows)
    money = partial(units.money, currency=run.currency)
    shown = shown.assign(
        risen=[
            f"{units.percent(row.uplift, signed=True, digits=0)}"
            + _interval(row.uplift_low, row.uplift_high)
            for row in shown.itertuples()
        ],
        said=[words(f"promotions.verdict.{verdict}") for verdict in shown["verdict"]],
    )
    return table(
        shown,
        {
            "kind": Column(words("promotions.offer")),
            "base_revenue": Column(words("promotions.base"), money),
            "revenue": Column(words("promotions.sold"), money),
            "risen": Column(words("promotions.uplift")),
            "earned": Column(words("promotions.earned"), money),
            "extra_discount": Column(words("promotions.discount"), money),
            "cost": Column(words("promotions.cost"), money),
            "return": Column(words("promotions.return"), partial(units.decimal, digits=2)),
            "said": Column(words("promotions.verdict_heading")),
        },
        names=shown["name"].tolist(),
        heading=words("promotions.promotion"),
        note=_note(shown) + bars.more(len(promotions) - len(shown)),
    )


def gains(promotions: pd.DataFrame, run: Run, has_promotions: bool) -> Figure | Absent:
    """Draw the gain or loss of each promotion with its interval."""
    if not has_promotions:
        return absent(NEEDS)
    known = promotions[promotions["gain_low"].notna()].tail(run.settings.rank_rows)
    if known.empty:
        return nothing("promotions")
    names = known["name"].tolist()
    labels = [
        f"{units.money(row.gain, run.currency, signed=True)} · "
        + words(f"promotions.verdict.{row.verdict}")
        for row in known.itertuples()
    ]
    figure, (axes,) = theme.canvas(0.3 + 0.36 * len(known))
    colours = {"paid": theme.GAIN, "not_paid": theme.LOSS, "unknown": theme.BEFORE}
    shades = [colours[verdict] for verdict in known["verdict"]]
    places = range(len(known))
    axes.barh(places, known["gain"], height=0.5, color=shades, linewidth=0)
    axes.hlines(places, known["gain_low"], known["gain_high"], color=theme.INK, linewidth=1.3)
    axes.set_yticks(list(places), names)
    axes.set_ylim(len(known) - 0.5, -0.5)
    theme.bars_only(axes)
    low, high = min(0.0, known["gain_low"].min()), max(0.0, known["gain_high"].max())
    span = (high - low) or 1.0
    # Labels stand in a column of their own, right of every interval.
    axes.set_xlim(low - 0.02 * span, high + 0.62 * span)
    for place, text in enumerate(labels):
        axes.annotate(
            text, (high + 0.04 * span, place), va="center", ha="left", fontsize=theme.LABEL,
            annotation_clip=False,
        ).set_in_layout(False)  # fmt: skip
    axes.axvline(0, color=theme.INK, linewidth=0.8)
    return Figure(
        figure,
        words("alt.promotions", said=bars.in_words(names, labels)),
        note=words("note.promotions_figure"),
    )


def offers_table(offers: pd.DataFrame, run: Run, has_promotions: bool) -> Table | Absent:
    """Lay out promotions by what was offered."""
    if not has_promotions:
        return absent(NEEDS)
    if offers.empty:
        return nothing("promotions")
    money = partial(units.money_in_full, currency=run.currency)
    return table(
        offers,
        {
            "names": Column(words("promotions.promotions")),
            "paid": Column(words("promotions.paid_heading"), units.count),
            "not_paid": Column(words("promotions.not_paid_heading"), units.count),
            "earned": Column(words("promotions.earned"), money),
            "invested": Column(words("promotions.invested"), money),
            "gain": Column(words("promotions.gain"), money),
            "return": Column(words("promotions.return"), partial(units.decimal, digits=2)),
        },
        names=[str(name) for name in offers.index],
        heading=words("promotions.offer"),
        note=words("note.promotions_offers"),
    )


def _interval(low: float, high: float) -> str:
    if units.is_missing(low):
        return ""
    ends = [units.percent(end, signed=True, digits=0).removesuffix("%") for end in (low, high)]
    return f" ({ends[0]} to {ends[1]})"


def _note(shown: pd.DataFrame) -> str:
    said = {}
    for part in ("after", "beside"):
        names = shown.loc[shown[f"{part}_high"] < 0, "name"].tolist()
        said[part] = words(f"note.promotions_{part}", names=", ".join(names)) if names else ""
    return words("note.promotions", **said)
