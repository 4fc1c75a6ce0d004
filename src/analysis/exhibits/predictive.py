"""Pictures and tables of what to expect, and how sure it is."""

from __future__ import annotations

from functools import partial

import pandas as pd
import seaborn as sns

from analysis import units
from analysis.exhibits import theme
from analysis.exhibits.marks import end_labels, month_axis
from analysis.exhibits.record import Absent, Figure
from analysis.exhibits.tables import Column, Table, table
from analysis.params import Run
from analysis.periods import month_label
from analysis.text import words

TOTAL = "total"
SEASONAL_NAIVE = "seasonal_naive"
SHOWN_MONTHS = 24
WIDE_BAND, NARROW_BAND = "#e3edf6", "#b9d2e8"


def forecast_table(
    expected: pd.DataFrame, past: pd.DataFrame, run: Run, method: str
) -> Table | Absent:
    """Lay out each month's forecast, its ranges and the year before."""
    if expected.empty:
        return _too_short(past, run)
    money = partial(units.money_in_full, currency=run.currency)
    columns = {"forecast": Column(words("forecast.expected"), money)}
    for level in (80, 95):
        columns[f"low_{level}"] = Column(words("forecast.low", level=level), money)
        columns[f"high_{level}"] = Column(words("forecast.high"), money)
    columns["year_before"] = Column(words("forecast.year_before"), money)
    columns["growth"] = Column(words("forecast.change"), partial(units.percent, signed=True))
    return table(
        expected,
        columns,
        names=_month_names(expected.index),
        heading=words("forecast.month"),
        totals=[len(expected) - 1],
        note=_source(past, method),
    )


def forecast(expected: pd.DataFrame, past: pd.DataFrame, run: Run, method: str) -> Figure | Absent:
    """Draw the last two years, the forecast and its ranges."""
    if expected.empty:
        return _too_short(past, run)
    known, ahead = past.tail(SHOWN_MONTHS), expected.drop(TOTAL)
    figure, (axes,) = theme.canvas(3.0)
    now = len(known) - 1
    places = [now + step for step in range(len(ahead) + 1)]
    last = float(known["revenue"].iloc[-1])
    for level, colour in ((95, WIDE_BAND), (80, NARROW_BAND)):
        low, high = ([last, *ahead[f"{side}_{level}"]] for side in ("low", "high"))
        axes.fill_between(places, low, high, color=colour, linewidth=0)
    sns.lineplot(
        x=range(len(known)),
        y=known["revenue"].to_numpy(float),
        ax=axes,
        color=theme.INK,
        errorbar=None,
    )
    axes.plot(
        places,
        [last, *ahead["forecast"]],
        color=theme.ACCENT,
        marker="o",
        markersize=4,
        markevery=slice(1, None),
    )
    end = ahead.iloc[-1]
    money = units.money(end["forecast"], run.currency)
    axes.set_ylim(min(0.0, float(known["revenue"].min())), None)
    month_axis(axes, pd.PeriodIndex([*known.index, *ahead.index], freq="M"))
    end_labels(
        axes,
        places[-1],
        [
            (end["forecast"], f"{money}\n{words('forecast.expected').lower()}", theme.ACCENT),
            (end["high_80"], words("forecast.range", level=80), theme.MUTED),
            (end["high_95"], words("forecast.range", level=95), theme.MUTED),
        ],
    )
    axes.yaxis.set_major_formatter(lambda value, _: units.money_tick(value, run.currency))
    axes.yaxis.set_major_locator(theme.few_ticks(4))
    axes.grid(axis="y", color=theme.RULE, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.set(xlabel="", ylabel="")
    said = "; ".join(
        f"{month} {units.money(row['forecast'], run.currency)} "
        f"({units.money(row['low_80'], run.currency)}–{units.money(row['high_80'], run.currency)})"
        for month, row in ahead.iterrows()
    )
    alt = words("alt.forecast", first=known.index[0], last=known.index[-1], said=said)
    return Figure(figure, alt, note=_source(past, method))


def errors_table(errors: pd.DataFrame, past: pd.DataFrame, run: Run, method: str) -> Table | Absent:
    """Lay out how far forecasts of each method were off (``analyses.backtest.accuracy``)."""
    if errors.empty:
        return _untried(past, run)
    money = partial(units.money_in_full, currency=run.currency)
    return table(
        errors,
        {
            "n": Column(words("forecast.forecasts"), units.count),
            "mae": Column(words("forecast.mae"), money),
            "rmse": Column(words("forecast.rmse"), money),
            "wape": Column(words("forecast.wape"), units.percent),
            "bias": Column(words("forecast.bias"), partial(units.percent, signed=True)),
            "relative": Column(words("forecast.relative"), partial(units.decimal, digits=2)),
            "coverage_80": Column(words("forecast.coverage", level=80), _whole_percent),
            "coverage_95": Column(words("forecast.coverage", level=95), _whole_percent),
        },
        names=[words(f"method.{name}.label") for name in errors.index],
        heading=words("forecast.method"),
        totals=[list(errors.index).index(method)],
        note=words("note.errors", currency=run.currency),
    )


def errors(by_ahead: pd.DataFrame, past: pd.DataFrame, run: Run, method: str) -> Figure | Absent:
    """Draw how the error of each method grows with the months ahead."""
    if by_ahead.empty:
        return _untried(past, run)
    figure, (axes,) = theme.canvas(2.3)
    labels = []
    for name in sorted(by_ahead.columns, key=lambda name: name == method):  # published on top
        colour = theme.ACCENT if name == method else theme.BEFORE
        dash = "-" if name in (method, SEASONAL_NAIVE) else (0, (3, 1.5))
        axes.plot(
            by_ahead.index, by_ahead[name], color=colour, linestyle=dash, marker="o", markersize=4
        )
        ink = theme.ACCENT if name == method else theme.MUTED
        labels.append((by_ahead[name].iloc[-1], words(f"method.{name}.label"), ink))
    axes.set_ylim(0, None)
    axes.set_xticks(list(by_ahead.index))
    axes.margins(x=0.03)
    end_labels(axes, by_ahead.index[-1], labels)
    axes.yaxis.set_major_formatter(lambda value, _: units.percent(value, digits=0))
    axes.yaxis.set_major_locator(theme.few_ticks(4))
    axes.grid(axis="y", color=theme.RULE, linewidth=0.6)
    axes.set(xlabel=words("forecast.ahead"), ylabel="")
    said = "; ".join(
        f"{words(f'method.{name}.label')} {units.percent(column.iloc[0])} → "
        f"{units.percent(column.iloc[-1])}"
        for name, column in by_ahead.items()
    )
    return Figure(figure, words("alt.errors", said=said), note=words("note.errors_figure"))


def make_up_table(parts: pd.DataFrame, past: pd.DataFrame, run: Run) -> Table | Absent:
    """Lay out what each forecast is made of (``analyses.predictive.make_up``)."""
    if parts.empty:
        return _no_seasons(past)
    money = partial(units.money_in_full, currency=run.currency)
    return table(
        parts,
        {
            "season_index": Column(
                words("forecast.season_index"), partial(units.decimal, digits=2)
            ),
            "level": Column(words("forecast.level"), money),
            "season": Column(words("forecast.season"), money),
            "rest": Column(words("forecast.rest"), money),
            "forecast": Column(words("forecast.expected"), money),
        },
        names=_month_names(parts.index),
        heading=words("forecast.month"),
        totals=[len(parts) - 1],
        note=words("note.make_up"),
    )


def seasons(by_season: pd.DataFrame, expected: pd.DataFrame, past: pd.DataFrame) -> Figure | Absent:
    """Draw the season of each calendar month, the coming ones dark."""
    if by_season.empty or expected.empty:
        return _no_seasons(past)
    coming = {month.month for month in expected.index.drop(TOTAL)}
    figure, (axes,) = theme.canvas(2.3)
    names = [words(f"month_short.{month}") for month in by_season.index]
    colours = [theme.ACCENT if month in coming else theme.BEFORE for month in by_season.index]
    axes.bar(range(len(names)), by_season["season"], color=colours, width=0.62, linewidth=0)
    said = []
    for place, row in enumerate(by_season.itertuples()):
        axes.plot([place] * 2, [row.low, row.high], color=theme.INK, linewidth=1.0)
        text = units.decimal(row.season, 2)
        top = max(row.season, row.high)
        axes.annotate(
            text,
            (place, top),
            xytext=(0, 3),
            textcoords="offset points",
            ha="center",
            va="bottom",
            fontsize=theme.LABEL,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6},
        )
        said.append(f"{names[place]} {text}")
    axes.axhline(1, color=theme.INK, linewidth=0.8, linestyle=(0, (4, 3)))
    axes.set_xticks(range(len(names)), names)
    axes.set_yticks([])
    axes.margins(y=0.14)
    axes.set(xlabel="", ylabel="")
    return Figure(figure, words("alt.seasons", said="; ".join(said)), note=words("note.seasons"))


def _month_names(index: pd.Index) -> list[str]:
    return [words("forecast.total") if month == TOTAL else month_label(month) for month in index]


def _source(past: pd.DataFrame, method: str) -> str:
    return words(
        "note.forecast", method=words(f"method.{method}.label"), last=month_label(past.index[-1])
    )


def _too_short(past: pd.DataFrame, run: Run) -> Absent:
    least = run.settings.forecast.min_history_months
    return Absent(words("absent.forecast", least=least, months=len(past)))


def _untried(past: pd.DataFrame, run: Run) -> Absent:
    settings = run.settings.forecast
    least = settings.min_history_months + settings.horizon_months
    return Absent(words("absent.backtest", least=least, months=len(past)))


def _no_seasons(past: pd.DataFrame) -> Absent:
    return Absent(words("absent.seasons", months=len(past)))


def _whole_percent(value: float) -> str:
    return units.percent(value, digits=0)
