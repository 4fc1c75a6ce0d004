"""Pictures and tables of money that does little, and of what to do with it."""

from __future__ import annotations

from functools import partial

import pandas as pd

from analysis import units
from analysis.exhibits import bars, theme
from analysis.exhibits.record import Absent, Figure, nothing
from analysis.exhibits.tables import Column, Table, Write, table
from analysis.params import Run
from analysis.periods import Period
from analysis.text import words

AS_RATE = ("grow", "close", "tilt", "serve")
SAVED = "(saved)"
NOT_HAD = ("serve", "overdue")
TEXTS = ["worth", "of", "said", "sure"]


def pockets_table(pockets: pd.DataFrame, run: Run, year: Period) -> Table | Absent:
    """Lay out the pockets of money that do little, largest first, with what they add up to."""
    if pockets.empty:
        return nothing("waste")
    shown = pockets.head(run.settings.rank_rows)
    money = partial(units.money, currency=run.currency)
    counted = pockets["counted"].astype(bool)
    rows = shown.assign(
        worth=[
            money(row.money) + _in_brackets(_money_ends(row.low, row.high, run))
            for row in shown.itertuples()
        ],
        said=[_rule(row, run) for row in shown.to_dict("records")],
        of=[money(base) for base in shown["base"]],
        sure=[
            words("waste.sure", share=units.percent(row.certainty, digits=0), n=units.count(row.n))
            for row in shown.itertuples()
        ],
    )
    sums = _sums(pockets[counted])
    total = pd.DataFrame({"worth": [money(one) for one in sums.values()]})
    return table(
        pd.concat([rows[TEXTS], total.reindex(columns=TEXTS, fill_value="")]),
        {
            "worth": Column(words("waste.money")),
            "of": Column(words("waste.of")),
            "said": Column(words("waste.rule_heading")),
            "sure": Column(words("waste.certainty")),
        },
        names=[*_names(shown), *(words(f"waste.{name}") for name in sums)],
        heading=words("waste.pocket"),
        totals=range(len(rows), len(rows) + len(sums)),
        note=words("note.waste", months=year.label, **_rules(run))
        + bars.more(len(pockets) - len(shown)),
    )


def _sums(counted: pd.DataFrame) -> dict[str, float]:
    """What counted pockets add up to: what was spent, what was never had, and both."""
    not_had = counted["source"].isin(NOT_HAD)
    sums = {
        "spent": float(counted.loc[~not_had, "money"].sum()),
        "not_had": float(counted.loc[not_had, "money"].sum()),
    }
    return (sums if all(sums.values()) else {}) | {"total": sum(sums.values())}


def pockets(pockets: pd.DataFrame, run: Run) -> Figure | Absent:
    """Draw the pockets of money that do little: those in the total dark, the others pale."""
    if pockets.empty:
        return nothing("waste")
    shown = pockets.head(run.settings.rank_rows)
    names = _names(shown)
    labels = [units.money(money, run.currency) for money in shown["money"]]
    colours = [theme.LOSS if one else theme.BAND for one in shown["counted"]]
    figure, _ = bars.bars(shown["money"].astype(float).tolist(), names, labels, colours)
    said = words("alt.waste", said=bars.in_words(names, labels))
    return Figure(figure, said, note=words("note.waste_figure"))


def list_table(decisions: pd.DataFrame, run: Run) -> Table | Absent:
    """Lay out what to close, watch, grow and keep, with rule and effect; what stays is counted."""
    if decisions.empty:
        return nothing("waste_list")
    shown = decisions.head(run.settings.rank_rows)
    rows = shown.assign(
        said=[words(f"waste.verdict.{one}") for one in shown["verdict"]],
        found=[
            words(
                "waste.found",
                rule=_tried(row["rule"], row["threshold"]),
                found=_found(row, run),
                n=units.count(row["n"]),
            )
            for row in shown.to_dict("records")
        ],
        worth=[_worth(row, run) for row in shown.to_dict("records")],
        mind=[words(f"waste.constraint.{one}") if one else "" for one in shown["constraint"]],
    )
    settings = run.settings.waste
    percent = partial(units.percent, digits=0)
    return table(
        rows,
        {
            "said": Column(words("waste.verdict_heading")),
            "found": Column(words("waste.value")),
            "worth": Column(words("waste.effect")),
            "mind": Column(words("waste.constraint_heading")),
        },
        names=shown["name"].tolist(),
        heading=words("waste.unit"),
        note=words(
            "note.waste_list", movable=percent(settings.movable),
            growth=percent(settings.most_growth), halving=percent(settings.halving),
            least=units.money_in_full(settings.least, run.currency),
        ) + bars.more(len(decisions) - len(shown)),
    )  # fmt: skip


def allocation_table(allocation: pd.DataFrame, run: Run) -> Table | Absent:
    """Lay out marketing money before and after it moves."""
    if allocation.empty:
        return nothing("waste_list")
    money = partial(units.money_in_full, currency=run.currency)
    total = allocation[["spend", "change", "after"]].sum().to_frame("total").T
    rows = pd.concat([allocation, total.assign(verdict="")])
    rows = rows.assign(
        said=[
            words(f"waste.verdict.{one or 'few'}") if name not in (SAVED, "total") else ""
            for name, one in rows["verdict"].items()
        ],
        back=[
            ""
            if units.is_missing(row["roi"])
            else f"{units.decimal(row['roi'], 1)} "
            f"({units.decimal(row['roi_low'], 1)} to {units.decimal(row['roi_high'], 1)})"
            for row in rows.to_dict("records")
        ],
    )
    names = [words("waste.saved") if name == SAVED else str(name) for name in allocation.index]
    return table(
        rows,
        {
            "said": Column(words("waste.verdict_heading")),
            "back": Column(words("waste.roi")),
            "spend": Column(words("waste.now"), money),
            "change": Column(words("waste.change"), money),
            "after": Column(words("waste.after"), money),
        },
        names=[*names, words("table.total")],
        heading=words("waste.channel"),
        totals=[len(rows) - 1],
        note=words("note.waste_allocation"),
    )


def _names(pockets: pd.DataFrame) -> list[str]:
    return [
        words("waste.named", source=words(f"waste.source.{row['source']}"),
              name=row["name"] or words("waste.slow_stock", n=units.count(row["n"])))
        for row in pockets.to_dict("records")
    ]  # fmt: skip


def _rules(run: Run) -> dict[str, str]:
    settings, percent = run.settings.waste, partial(units.percent, digits=0)
    return {
        "exit": units.decimal(run.settings.channels.exit_roi, 1),
        "carrying": percent(settings.carrying_cost),
        "serve": percent(settings.cost_to_serve),
        "usual": percent(settings.usual_unpaid),
    }


def _rule(row: dict[str, object], run: Run) -> str:
    """Which rule a pocket breaks; why it is not counted, if it is not."""
    part = "rule" if row["counted"] else "outside"
    said = words(f"waste.{part}.{row['source']}", **_rules(run))
    return said if row["counted"] else words("waste.not_in_total", why=said)


def _in_brackets(text: str) -> str:
    return f" ({text})" if text else ""


def _tried(rule: str, threshold: float) -> str:
    at = units.decimal(threshold, 1)
    if rule in AS_RATE:
        at = units.percent(threshold, digits=0)
    elif rule == "discount":
        at = units.points(threshold, signed=False)
    return words(f"waste.tried.{rule}", at=at)


def _found(row: dict[str, float], run: Run) -> str:
    writers: dict[str, Write] = {
        "exit": partial(units.decimal, digits=1),
        "return": partial(units.money, currency=run.currency),
        "discount": units.points,
    }
    write = writers.get(str(row["rule"]), partial(units.percent, digits=0))
    if units.is_missing(row["low"]):
        return write(row["value"])
    return f"{write(row['value'])} ({write(row['low'])} to {write(row['high'])})"


def _worth(row: dict[str, float], run: Run) -> str:
    if units.is_missing(row["effect"]):
        return ""
    text = units.money(row["effect"], run.currency, signed=True)
    text += _in_brackets(_money_ends(row["effect_low"], row["effect_high"], run))
    if units.is_missing(row["alone"]):
        return text
    alone = units.money(row["alone"], run.currency, signed=True)
    return words("waste.alone", effect=text, alone=alone)


def _money_ends(low: float, high: float, run: Run) -> str:
    if units.is_missing(low):
        return ""
    return f"{units.money(low, run.currency)} to {units.money(high, run.currency)}"
