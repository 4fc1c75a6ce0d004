"""Pictures and tables of the days that are compared."""

from __future__ import annotations

import pandas as pd

from analysis import units
from analysis.calendar import FESTIVALS
from analysis.exhibits import bars, theme
from analysis.exhibits.record import Absent, Figure, nothing
from analysis.exhibits.tables import Column, Table, table
from analysis.params import Run
from analysis.text import words

COUNTED = ("days", "working_days", "weekend_days", "holidays", "moved_days", "closed_days",
           "festival_days", "order_days")  # fmt: skip
ALWAYS = ("days", "working_days", "weekend_days", "holidays")
NOW = "current"


def fair_table(facts: pd.DataFrame, adjusted: pd.DataFrame, worth: pd.DataFrame, run: Run) -> Table:
    """Lay out what days a period and its bases have, and growth with and without the calendar.

    Parameters
    ----------
    facts, adjusted, worth : DataFrame
        As ``analyses.calendar.facts``, ``adjusted`` and ``weights_table`` give them.
    run : Run
        Gives the calendar and the currency.
    """
    known = [base for base in adjusted.index if pd.notna(adjusted.loc[base, "before"])]
    if run.period.prior() == run.period.year_before():
        known = known[:1]
    shown = [NOW, *known]
    rows = [
        (_heading(name, run), [units.count(facts.loc[window, name]) for window in shown])
        for name in COUNTED
        if name in ALWAYS or facts.loc[shown, name].fillna(0).any()
    ]
    if not worth.empty and known:
        amounts = [adjusted["worth"].iloc[0], *adjusted.loc[known, "base_worth"]]
        rows.append((words("calendar.worth"), [units.decimal(amount, 1) for amount in amounts]))
    amounts = [adjusted["revenue"].iloc[0], *adjusted.loc[known, "before"]]
    rows.append(
        (words("calendar.revenue"), [units.money_in_full(each, run.currency) for each in amounts])
    )
    if known:
        rows += [
            (
                words(f"calendar.{name}"),
                ["", *(_growth(adjusted.loc[base], name) for base in known)],
            )
            for name in ("growth", "calendar", "rest")
            if name == "growth" or not worth.empty
        ]
    written = pd.DataFrame([cells for _, cells in rows], columns=shown)
    return table(
        written,
        {name: Column(_span(facts.loc[name]), str) for name in shown},
        names=[name for name, _ in rows],
        heading=words("calendar.what"),
        note=_note(worth, run),
    )


def day_weights(worth: pd.DataFrame) -> Figure | Absent:
    """Draw what each kind of day is worth (``analyses.calendar.weights_table``)."""
    if worth.empty:
        return nothing("day_weights")
    names = [_kind(str(kind)) for kind in worth.index]
    labels = [units.decimal(value, 2) for value in worth["weight"]]
    figure, axes = bars.bars(worth["high"].tolist(), names, labels, colours="none")
    shades = [theme.ACCENT if "weekday" in str(kind) else theme.BEFORE for kind in worth.index]
    axes.barh(range(len(names)), worth["weight"], height=0.62, color=shades, linewidth=0)
    for place, row in enumerate(worth.itertuples()):
        axes.plot([row.low, row.high], [place, place], color=theme.INK, linewidth=1.0)
    axes.axvline(1, color=theme.INK, linewidth=0.8, linestyle=(0, (4, 3)), zorder=0)
    alt = words("alt.day_weights", said=bars.in_words(names, labels))
    return Figure(figure, alt, note=words("note.day_weights"))


def _heading(name: str, run: Run) -> str:
    festivals = ", ".join(words(f"festival.{one}.label") for one in run.calendar.festivals)
    return words(f"calendar.{name}", festival=festivals)


def _kind(kind: str) -> str:
    first, _, second = kind.partition(".")
    if first in FESTIVALS:
        text = words(f"festival.{first}.{second}")
        return text[0].upper() + text[1:]
    return words(f"day_kind.{kind}")


def _growth(row: pd.Series, name: str) -> str:
    text = units.percent(row[name], signed=True)
    if name == "growth" or pd.isna(row[name]):
        return text
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    return f"{text} ({units.percent(low, signed=True)} to {units.percent(high, signed=True)})"


def _span(window: pd.Series) -> str:
    return words(
        "calendar.span",
        first=units.short_day(window["first"]),
        last=units.short_day(window["last"]),
    )


def _note(worth: pd.DataFrame, run: Run) -> str:
    country = run.calendar.country
    of_country = words("note.calendar_country", country=country) if country else ""
    if worth.empty:
        least = run.settings.calendar.min_history_days
        return words("note.calendar_unweighed", country=of_country, least=units.count(least))
    weekdays = [kind for kind in worth.index if str(kind).split(".")[0] not in FESTIVALS]
    return words(
        "note.calendar", country=of_country, days=units.count(worth.loc[weekdays, "days"].sum())
    )
