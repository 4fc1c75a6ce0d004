"""Pictures and tables of how the team sells: beside what peers would have done."""

from __future__ import annotations

from functools import partial

import pandas as pd
from matplotlib.axes import Axes

from analysis import units
from analysis.exhibits import theme
from analysis.exhibits.bars import in_words, more
from analysis.exhibits.record import Absent, Figure, absent, nothing
from analysis.exhibits.tables import Column, Table, table
from analysis.exhibits.team.naming import (
    apart,
    named,
    own_and_peers,
    person_of,
    row_name,
    team_name,
    with_interval,
    with_n,
)
from analysis.params import Run
from analysis.text import words

LABELLED = 6
"""People a funnel names at most; of more, only those outside its limits."""
SIDE_BY_SIDE = ["win_rate", "cycle", "repurchase", "retention", "satisfaction", "collection"]


def results_table(results: pd.DataFrame, run: Run, months: int) -> Table:
    """Lay out what each person brought in (``analyses.team.shortened``)."""
    money = partial(units.money_in_full, currency=run.currency)
    return table(
        results,
        {
            "period_revenue": Column(words("team.period_revenue"), money),
            "revenue": Column(words("team.revenue", months=months), money),
            "share": Column(words("team.share"), units.percent),
            "orders": Column(words("team.orders"), units.count),
            "order_value": Column(words("team.order_value"), money),
            "margin_rate": Column(words("team.margin_rate"), units.percent),
            "discount_rate": Column(words("team.discount_rate"), units.percent),
            "new_customers": Column(words("team.new_customers"), units.count),
        },
        names=[row_name(str(person), name) for person, name in results["name"].items()],
        heading=words("team.salesperson"),
        totals=[len(results) - 1],
        note=words("note.team_results", months=months),
    )


def deals_table(compared: pd.DataFrame, run: Run, months: int, needs: str) -> Table | Absent:
    """Lay out what became of accounts and deals, with n (``analyses.team.by_revenue``)."""
    if needs:
        return absent(needs)
    if compared.empty:
        return nothing("team_people")
    people = compared.index.unique("person").tolist()
    shown = people[: run.settings.rank_rows]
    known = [name for name in SIDE_BY_SIDE if name in compared.index.unique("measure")]
    cells = pd.DataFrame(
        {name: [with_n(compared.loc[(person, name)], run) for person in shown] for name in known},
        index=shown,
    )
    return table(
        cells,
        {name: Column(words(f"team.short.{name}")) for name in known},
        names=[person_of(compared.loc[person], person) for person in shown],
        heading=words("team.salesperson"),
        note=words("note.team_deals", months=months, least=run.settings.team.least)
        + more(len(people) - len(shown)),
    )


def compared_table(compared: pd.DataFrame, run: Run, needs: str) -> Table | Absent:
    """Lay out the differences that say most (``analyses.team.telling``)."""
    if needs:
        return absent(needs)
    if compared.empty:
        return nothing("team_differences")
    shown = compared.head(run.settings.rank_rows)
    left = len(compared) - len(shown)
    rows = [row for _, row in shown.iterrows()]
    cells = pd.DataFrame(
        {
            "measure": [words(f"team.measure.{name}") for _, name in shown.index],
            "n": shown["n"].to_numpy(),
            "own": [own_and_peers(row, run) for row in rows],
            "difference": [with_interval(row, run) for row in rows],
            "pulled": [apart(row, "pulled", run) for row in rows],
            "reading": [_reading(row) for row in rows],
        }
    )
    return table(
        cells,
        {
            "measure": Column(words("team.measure_heading")),
            "n": Column(words("team.n"), units.count),
            **{name: Column(words(f"team.{name}")) for name in cells.columns[2:]},
        },
        names=[named(row["name"], person) for (person, _), row in shown.iterrows()],
        heading=words("team.salesperson"),
        note=words("note.team_compared", stratum=run.settings.team.least_in_stratum)
        + (words("note.team_more", n=units.count(left)) if left else ""),
    )


def _reading(row: pd.Series) -> str:
    verdict = words(f"team.verdict.{row['verdict']}")
    return words("team.unusual", verdict=verdict) if row["state"] == "unusual" else verdict


def funnel(points: pd.DataFrame, limits: pd.DataFrame, run: Run) -> Figure | Absent:
    """Draw everyone's difference from peers against n (``analyses.team.funnel``)."""
    if points.empty:
        return nothing("team_differences")
    figure, (axes,) = theme.canvas(3.2)
    for inner, outer, side in (("inner", "outer", 1), ("inner", "outer", -1)):
        axes.plot(limits["n"], side * limits[inner], color=theme.BEFORE, linewidth=1.0)
        axes.plot(
            limits["n"], side * limits[outer], color=theme.BEFORE, linewidth=1.0, linestyle="--"
        )
    axes.axhline(0, color=theme.INK, linewidth=0.8)
    for is_shown, colour in ((False, theme.BAND), (True, theme.ACCENT)):
        part = points[points["shown"] == is_shown]
        edge = theme.BEFORE if not is_shown else theme.ACCENT
        axes.scatter(part["n"], part["difference"], s=34, color=colour, edgecolor=edge, zorder=3)
    measure, unit = str(points["measure"].iloc[0]), str(points["unit"].iloc[0])
    outside, own = points[points["outside"]], points[points["shown"]]
    _label(axes, points, own if len(own) <= LABELLED else outside)
    axes.set_xlim(limits["n"].min(), limits["n"].max())
    axes.set_xlabel(words(f"team.counted.{points['of'].iloc[0]}"))
    axes.set_title(words(f"team.measure.{measure}"), loc="left", fontsize=theme.LABEL)
    axes.yaxis.set_major_locator(theme.few_ticks(5))
    axes.yaxis.set_major_formatter(lambda value, _: units.apart(value, unit, run.currency))
    named_ones = own if len(own) <= LABELLED else own[own["outside"]]
    said = [units.apart(value, unit, run.currency) for value in named_ones["difference"]]
    alt = words(
        "alt.team_funnel",
        measure=words(f"team.measure.{measure}"),
        outside=", ".join(map(str, outside["name"])) or words("alt.team_nobody"),
        region=run.region_label,
        said=in_words(named_ones["name"].tolist(), said) or words("alt.team_nobody"),
    )
    return Figure(figure, alt, note=words("note.team_funnel", region=run.region_label))


def _label(axes: Axes, points: pd.DataFrame, labelled: pd.DataFrame) -> None:
    """Write people's numbers beside their marks, on the side where no other mark is near."""
    reach = (points["n"].max() - points["n"].min()) / 12 or 1.0
    for person, row in labelled.iterrows():
        gap = points["n"].drop(index=person) - row["n"]
        near = points.loc[gap.index[(gap > 0) & (gap < reach)], "difference"]
        high = points["difference"].max() - points["difference"].min()
        crowded = ((near - row["difference"]).abs() < high / 12).any()
        text = _short(str(row["name"]), str(person), bool(row["outside"]))
        axes.annotate(
            text, (row["n"], row["difference"]), xytext=(-8 if crowded else 8, 0),
            textcoords="offset points", ha="right" if crowded else "left", va="center",
            fontsize=theme.LABEL, annotation_clip=False,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.4, "alpha": 0.8},
        )  # fmt: skip


def _short(name: str, person: str, in_full: bool) -> str:
    return named(name, person) if in_full else person


def teams_table(teams: pd.DataFrame, run: Run, needs: str) -> Table | Absent:
    """Lay out teams beside what peers would have done (``analyses.team.teams``)."""
    if needs:
        return absent(needs)
    if teams.empty:
        return nothing("team_differences")
    teams = teams.assign(far=(teams["difference"] / (teams["high"] - teams["low"])).abs())
    shown = teams.sort_values("far", ascending=False, kind="stable").head(run.settings.rank_rows)
    rows = [row for _, row in shown.iterrows()]
    cells = pd.DataFrame(
        {
            "measure": [words(f"team.measure.{name}") for *_, name in shown.index],
            "people": shown["people"].to_numpy(),
            "own": [own_and_peers(row, run) for row in rows],
            "difference": [with_interval(row, run) for row in rows],
        }
    )
    return table(
        cells,
        {
            "measure": Column(words("team.measure_heading")),
            "people": Column(words("team.people"), units.count),
            "own": Column(words("team.own")),
            "difference": Column(words("team.difference")),
        },
        names=[team_name(team, region, run) for region, team, _ in shown.index],
        heading=words("team.team_heading"),
        note=words("note.team_teams") + more(len(teams) - len(shown)),
    )
