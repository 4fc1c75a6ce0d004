"""What season and trend say, in words."""

from __future__ import annotations

from functools import partial

import pandas as pd

from analysis import units
from analysis.findings.record import Finding, Values, number
from analysis.params import Run
from analysis.periods import month_label
from analysis.text import words

SAME = 0.005
"""A month within half a percent of its usual is called usual."""
SURE = 0.05
PERIOD = {"revenue": "money", "level": "money", "usual": "money", "season": "rate",
          "calendar": "rate", "remainder": "rate"}  # fmt: skip
TREND = {"level": "money", "growth": "rate", "low": "rate", "high": "rate"}


def trend(months: pd.DataFrame, period: pd.Series, moved: pd.Series | None, run: Run,
          surprise: float, held: int) -> Finding:  # fmt: skip
    """Say how a period compares with what is usual of its season, and where the level goes.

    Parameters
    ----------
    months, period, moved
        As ``analyses.season.decomposition``, ``of_period`` and ``trend`` give them; ``moved`` is
        ``None`` where there is no decomposition.
    run : Run
        Gives the period, currency and settings.
    surprise : float
        As ``analyses.unusual.surprise_of`` gives it of revenue.
    held : int
        Whole months the data hold.
    """
    said = partial(Finding, id="season.trend", exhibit="fig-season-trend")
    if moved is not None and not period["months"]:
        sentence = words("finding.season_unfinished", period=run.period.label)
        return said(sentence=sentence, values={}, units={}, n=held, notable=False)
    if moved is None:
        least = run.settings.season.min_months
        sentence = words("finding.season_short", least=least, months=held)
        return said(sentence=sentence, values={}, units={}, n=held, notable=False)
    money = partial(units.money, currency=run.currency)
    signed = partial(units.percent, signed=True)
    apart = float(period["remainder"]) - 1
    key = "same" if abs(apart) < SAME else "above" if apart > 0 else "below"
    gap = float(period["revenue"] - period["usual"])
    return said(
        sentence=words(
            "finding.season", subject=run.revenue_label, period=run.period.label,
            apart=words(
                f"finding.season_{key}", share=units.percent(abs(apart)), gap=money(abs(gap))
            ),
            trend=words(
                f"finding.season_trend.{moved['stage']}",
                growth=units.percent(moved["growth"] if moved["stage"] == "steady"
                                     else abs(moved["growth"]), signed=moved["stage"] == "steady"),
                low=signed(moved["low"]), high=signed(moved["high"]),
            ),
        ),
        values={name: number(period[name]) for name in PERIOD} | {"gap": number(gap)}
        | {f"trend_{name}": number(moved[name]) for name in TREND},
        units=PERIOD | {"gap": "money"} | {f"trend_{name}": unit for name, unit in TREND.items()},
        n=len(months),
        notable=bool(abs(apart) >= run.settings.notable_share),
        at_stake=abs(gap),
        surprise=surprise,
        certainty=0.5 if pd.isna(period["chance"]) else 1 - float(period["chance"]),
        subject=f"region:{run.region}",
        caveats=_caveats(months, run),
    )  # fmt: skip


def seasons(table: pd.DataFrame, worth: pd.DataFrame, run: Run, held: int) -> Finding:
    """Say which part has the clearest season, and what a festival does to a day.

    Parameters
    ----------
    table : DataFrame
        As ``analyses.season.seasonal_calendar`` gives it.
    worth : DataFrame
        As ``analyses.calendar.weights_table`` gives it.
    run : Run
        Gives the calendar and settings.
    held : int
        Whole months the data hold.
    """
    said = partial(Finding, id="season.calendar", exhibit="fig-season-calendar")
    if table.empty:
        least = run.settings.season.min_months
        sentence = words("finding.season_short", least=least, months=held)
        return said(sentence=sentence, values={}, units={}, n=held, notable=False)
    # As many parts are tried, chance is shared out among them (Bonferroni).
    sure = table[table["chance"] * len(table) < SURE]
    festival = _festival(worth, run)
    none = words("finding.seasons_none", parts=len(table), years=units.count(table["years"].max()))
    values: Values = {"parts": float(len(table)), "returning": float(len(sure))}
    if sure.empty:
        return said(
            sentence=none + festival, values=values, units=dict.fromkeys(values, "count"),
            n=held, notable=False,
        )  # fmt: skip
    # Clearest: of those beyond chance, the one whose best month was furthest above its middling
    # one in the year in which it was least so; one good year makes no season.
    place = int(sure["best_low"].to_numpy(float).argmax())
    (dimension, part), row = sure.index[place], sure.iloc[place]
    best, worst = int(row["best"]), int(row["worst"])
    indices: Values = {"best_index": float(row[best]), "worst_index": float(row[worst])}
    return said(
        sentence=words(
            "finding.seasons", parts=len(table), returning=len(sure),
            have=words(f"finding.seasons_have.{'one' if len(sure) == 1 else 'many'}"),
            part=run.part(str(dimension), str(part)),
            best=words(f"month.{best}"), worst=words(f"month.{worst}"),
            low=units.decimal(row["best_low"], 2), high=units.decimal(row["best_high"], 2),
            years=units.count(row["years"]), festival=festival,
            **{name: units.decimal(value, 2) for name, value in indices.items()},
        ),
        values=values | indices,
        units=dict.fromkeys(values, "count") | dict.fromkeys(indices, "decimal"),
        n=held,
        notable=False,
        certainty=1 - float(row["chance"]),
        subject=f"{dimension}:{part}",
    )  # fmt: skip


def _festival(worth: pd.DataFrame, run: Run) -> str:
    """What a day about the first festival brings, where days were told apart."""
    for name in run.calendar.festivals:
        rows = {phase: f"{name}.{phase}" for phase in ("before", "during", "after")}
        if all(row in worth.index for row in rows.values()):
            return words(
                "finding.seasons_festival", festival=words(f"festival.{name}.the"),
                **{phase: units.percent(worth.loc[row, "weight"] - 1, signed=True, digits=0)
                   for phase, row in rows.items()},
            )  # fmt: skip
    return ""


def _caveats(months: pd.DataFrame, run: Run) -> tuple[str, ...]:
    last = months.index[-1]
    if last >= run.period.last:
        return ()
    first = max(run.period.first, months.index[0])
    return (words("caveat.season_outside", first=month_label(first), last=month_label(last)),)
