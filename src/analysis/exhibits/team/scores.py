"""Pictures and tables of what each person is good at, scores, and could aim for."""

from __future__ import annotations

from functools import partial

import pandas as pd

from analysis import units
from analysis.exhibits import theme
from analysis.exhibits.bars import in_words
from analysis.exhibits.record import Absent, Figure, absent, nothing
from analysis.exhibits.tables import Column, Table, table
from analysis.exhibits.team.naming import named, row_name
from analysis.params import Run
from analysis.text import words

MIDDLE = 50.0


def profile_table(profile: pd.DataFrame, run: Run, needs: str) -> Table | Absent:
    """Lay out strengths, weaknesses and hints (``analyses.team.profile``)."""
    if needs:
        return absent(needs)
    if profile.empty:
        return nothing("team_people")
    said = profile[profile["strengths"].map(len) + profile["weaknesses"].map(len) > 0]
    shown = (said if len(said) else profile).head(run.settings.rank_rows)
    left = len(profile) - len(shown)
    rows = [row for _, row in shown.iterrows()]
    cells = pd.DataFrame(
        {
            "strengths": [_measures(row["strengths"], row["judged"]) for row in rows],
            "weaknesses": [_weak(row) for row in rows],
            "help": [
                words(f"team.hint.{row['hint']}") if row["hint"] else units.MISSING for row in rows
            ],
        }
    )
    return table(
        cells,
        {name: Column(words(f"team.{name}")) for name in cells.columns},
        names=[named(row["name"], str(person)) for person, row in shown.iterrows()],
        heading=words("team.salesperson"),
        note=words("note.team_profile", least=run.settings.team.least)
        + (words("note.team_others", n=units.count(left)) if left else ""),
    )


def weights_table(weights: pd.DataFrame, run: Run, needs: str) -> Table | Absent:
    """Lay out the scorecard's weights and what is known of each part."""
    if needs:
        return absent(needs)
    if weights.empty:
        return nothing("team_people")
    cells = weights.assign(
        known_for=[
            words("team.of_people", known=int(row["known"]), people=int(row["people"]))
            if row["known"]
            else words("team.missing")
            for _, row in weights.iterrows()
        ]
    )
    return table(
        cells,
        {
            "weight": Column(words("team.weight"), partial(units.percent, digits=0)),
            "known_for": Column(words("team.known_for")),
            "n": Column(words("team.typical"), units.count),
        },
        names=[words(f"team.measure.{part}") for part in weights.index],
        heading=words("team.part"),
        note=words("note.team_weights", profile=run.settings.team.profile),
    )


def scorecard_table(card: pd.DataFrame, run: Run, people: int, needs: str) -> Table | Absent:
    """Lay out points by known part, total and rank (``analyses.team.telling_scores``).

    `people` is how many the scorecard has.
    """
    if needs:
        return absent(needs)
    if card.empty:
        return nothing("team_people")
    shown, left = card, people - len(card)
    weights = run.settings.team.weights[run.settings.team.profile]
    known = [part for part in weights if shown[part].notna().any()]
    points = partial(units.decimal, digits=0)
    cells = shown.assign(
        said=[_total(row) for _, row in shown.iterrows()],
        bounds=[_range(row["worst"], row["best"]) for _, row in shown.iterrows()],
        ranks=[_ranks(row) for _, row in shown.iterrows()],
    )
    return table(
        cells,
        {
            **{part: Column(words(f"team.short.{part}"), points) for part in known},
            "said": Column(words("team.score_interval")),
            "bounds": Column(words("team.worst_best")),
            "ranks": Column(words("team.rank")),
        },
        names=[named(row["name"], str(person)) for person, row in shown.iterrows()],
        heading=words("team.salesperson"),
        note=words("note.team_score")
        + (words("note.team_nearer", n=units.count(left)) if left else ""),
    )


def scorecard(card: pd.DataFrame, _run: Run) -> Figure | Absent:
    """Draw everyone's total with its interval, beside peers' level."""
    shown = card[card["total"].notna()] if len(card) else card
    if shown.empty:
        return nothing("team_people")
    figure, (axes,) = theme.canvas(0.6 + 0.3 * len(shown))
    places = range(len(shown))
    axes.hlines(places, shown["low"], shown["high"], color=theme.BEFORE, linewidth=2.0)
    axes.scatter(shown["total"], places, s=36, color=theme.ACCENT, zorder=3)
    axes.axvline(MIDDLE, color=theme.INK, linewidth=0.8)
    names = [named(row["name"], str(person)) for person, row in shown.iterrows()]
    axes.set_yticks(places, names)
    axes.set_ylim(len(shown) - 0.5, -0.5)
    axes.tick_params(axis="y", labelcolor=theme.INK)
    axes.xaxis.set_major_locator(theme.few_ticks(6))
    axes.set_xlabel(words("team.score"))
    labels = [
        f"{units.decimal(row['total'], 0)} ({_range(row['low'], row['high'])})"
        for _, row in shown.iterrows()
    ]
    return Figure(figure, words("alt.team_score", said=in_words(names, labels)),
                  note=words("note.team_score"))  # fmt: skip


def targets_table(targets: pd.DataFrame, run: Run, needs: str) -> Table | Absent:
    """Lay out what each person could aim for (``analyses.team.targets``, shortened)."""
    if needs:
        return absent(needs)
    if targets.empty:
        return nothing("team_targets")
    money = partial(units.money_in_full, currency=run.currency)
    cells = targets.assign(
        range=[
            words("team.span", low=money(row["low"]), high=money(row["high"]))
            for _, row in targets.iterrows()
        ]
    )
    names = [row_name(str(person), row["name"]) for person, row in targets.iterrows()]
    names = [
        words("team.eased", name=name) if eased else name
        for name, eased in zip(names, targets["eased"], strict=True)
    ]
    return table(
        cells,
        {
            "base": Column(words("team.base"), money),
            "kept": Column(words("team.kept"), money),
            "new": Column(words("team.new"), money),
            "target": Column(words("team.target"), money),
            "growth": Column(words("team.growth"), partial(units.percent, signed=True)),
            "range": Column(words("team.interval")),
            "stretch": Column(words("team.stretch"), money),
            "n": Column(words("team.n"), units.count),
        },
        names=names,
        heading=words("team.salesperson"),
        totals=[len(targets) - 1],
        note=words("note.team_targets", currency=run.currency),
    )


def _measures(names: tuple[str, ...], judged: int) -> str:
    if not judged:
        return words("team.few_measures")
    return ", ".join(words(f"team.measure.{name}") for name in names) or words("team.nothing")


def _weak(row: pd.Series) -> str:
    """The measures somebody is behind on, and what lies behind that where it is known."""
    said, behind = _measures(row["weaknesses"], row["judged"]), _behind(row)
    return words("team.weak", measures=said, behind=behind) if behind else said


def _behind(row: pd.Series) -> str:
    said = []
    if "gap" in row and not units.is_missing(row["gap"]):
        said.append(
            words(
                "team.weak_gap",
                gap=units.points(row["gap"]),
                discount=units.points(row["gap_discount"]),
                goods=units.points(row["gap_goods"]),
            )
        )
    if "stage" in row and isinstance(row["stage"], str):
        told = row["stage_p"] < 0.05
        said.append(
            words(
                "team.weak_stage",
                share=units.percent(row["stage_share"], digits=0),
                n=units.count(row["stage_n"]),
                stage=row["stage"],
                peers=units.percent(row["stage_peers"], digits=0),
            )
            if told
            else words("team.weak_stage_chance")
        )
    return "; ".join(said)


def _total(row: pd.Series) -> str:
    if units.is_missing(row["total"]):
        return units.MISSING
    return words(
        "team.with_n", value=units.decimal(row["total"], 0), n=_range(row["low"], row["high"])
    )


def _range(low: float, high: float) -> str:
    if units.is_missing(low):
        return units.MISSING
    return words("team.span", low=units.decimal(low, 0), high=units.decimal(high, 0))


def _ranks(row: pd.Series) -> str:
    if units.is_missing(row["rank"]):
        return units.MISSING
    low, high = units.decimal(row["rank_low"], 0), units.decimal(row["rank_high"], 0)
    return words("team.ranks", low=low, high=high, of=units.count(row["ranked"]))
