"""What the tables of money that does little say, in words."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pandas as pd

from analysis import units
from analysis.findings.record import Finding, number
from analysis.params import Run
from analysis.periods import Period, month_label
from analysis.text import words

SOURCES = 6
VERDICTS = ("close", "watch", "grow", "keep")
SAVED = "(saved)"
NOT_HAD = ("serve", "overdue")
"""Money that was never had: not earned, or not paid; the rest was spent or given away."""


def total(
    sources: pd.DataFrame, pockets: pd.DataFrame, run: Run, year: Period, missing: Sequence[str]
) -> Finding:
    """Say how much money did little in the year, and where.

    Parameters
    ----------
    sources, pockets : DataFrame
        As ``analyses.waste.by_source`` and ``pockets`` give them.
    run : Run
        Gives region and currency.
    year : Period
        Months the money is of.
    missing : sequence of str
        Sources the firm does not deliver.
    """
    said = partial(
        Finding, id="waste.total", exhibit="tbl-waste-pockets", subject=_most_of(pockets)
    )
    place = {"region": run.region_label, "month": month_label(year.last)}
    if len(missing) == SOURCES:
        text = words("finding.waste_total_nothing", missing=_listed(missing), **place)
        return said(sentence=text, values={}, units={}, n=0, notable=False)
    lacking = words("finding.waste_missing", missing=_listed(missing)) if missing else ""
    if sources.empty:
        text = words("finding.waste_total_none", missing=lacking, **place)
        return said(sentence=text, values={"total": 0.0}, units={"total": "money"},
                    n=len(pockets), notable=False)  # fmt: skip
    money = float(sources["money"].sum())
    not_had = sources.index.isin(NOT_HAD)
    spent, lacked = sources[~not_had], sources[not_had]
    sums = {"spent": float(spent["money"].sum()), "not_had": float(lacked["money"].sum())}
    key = "only_spent" if lacked.empty else "only_not_had" if spent.empty else "both"
    counted = pockets[pockets["counted"].astype(bool)]
    by_source = {str(name): float(one) for name, one in sources["money"].items()}
    return said(
        sentence=words(
            f"finding.waste_total_{key}", spent=units.money(sums["spent"], run.currency),
            spent_on=_sources(spent, run), not_had=units.money(sums["not_had"], run.currency),
            not_had_of=_sources(lacked, run), missing=lacking, **place,
        ),
        values={"total": money, **sums, **by_source},
        units=dict.fromkeys(("total", *sums, *by_source), "money"),
        n=len(counted),
        notable=True,
        at_stake=run.per_period(money, 12),
        certainty=float((counted["money"] * counted["certainty"]).sum() / money),
        caveats=_caveats(counted),
    )  # fmt: skip


def _sources(sources: pd.DataFrame, run: Run) -> str:
    return _joined(
        [
            words("finding.waste_part", money=units.money(row.money, run.currency),
                  source=words(f"waste.short.{row.Index}"))
            for row in sources.itertuples()
        ]
    )  # fmt: skip


def _most_of(pockets: pd.DataFrame) -> str:
    """What most of the money is about: the largest pocket, where it is half of it or more."""
    counted = pockets[pockets["counted"].astype(bool)]
    if counted.empty or counted["money"].iloc[0] < counted["money"].sum() / 2:
        return "waste"
    return _subject(counted.iloc[0])


def _subject(row: pd.Series) -> str:
    """What a pocket is about; money owed is one matter, whoever owes it."""
    return (
        "measure:collection_rate"
        if row["source"] == "overdue"
        else (f"{row['dimension']}:{row['part']}")
    )


def largest(pockets: pd.DataFrame, run: Run) -> Finding:
    """Name the largest pocket of money that breaks a rule."""
    said = partial(Finding, id="waste.largest", exhibit="tbl-waste-pockets")
    counted = pockets[pockets["counted"].astype(bool)]
    if counted.empty:
        text = words("finding.waste_largest_none", region=run.region_label)
        return said(sentence=text, values={}, units={}, n=len(pockets), notable=False)
    row = counted.iloc[0]
    money = partial(units.money, currency=run.currency)
    name = row["name"] or words("waste.slow_stock", n=units.count(row["n"]))
    interval = "" if pd.isna(row["low"]) else words(
        "finding.waste_largest_interval", low=money(row["low"]), high=money(row["high"])
    )  # fmt: skip
    return said(
        sentence=words(
            "finding.waste_largest",
            what=words(f"finding.waste_what.{row['source']}", name=name,
                       exit=units.decimal(run.settings.channels.exit_roi, 1)),
            money=money(row["money"]), interval=interval,
            base=words(f"finding.waste_base.{row['source']}", base=money(row["base"])),
        ),
        values={key: number(row[key]) for key in ("money", "low", "high", "base")},
        units=dict.fromkeys(("money", "low", "high", "base"), "money"),
        n=int(row["n"]),
        notable=True,
        at_stake=run.per_period(float(row["money"]), 12),
        certainty=float(row["certainty"]),
        subject=_subject(row),
        caveats=_caveats(counted.head(1)),
    )  # fmt: skip


def list_of(decisions: pd.DataFrame, run: Run, missing: Sequence[str]) -> Finding:
    """Say how many units the rules close, watch, grow and keep, and what matters most.

    Parameters
    ----------
    decisions : DataFrame
        As ``analyses.reallocation.decisions`` gives it.
    run : Run
        Gives region and currency.
    missing : sequence of str
        Sources the firm does not deliver.
    """
    said = partial(Finding, id="waste.list", exhibit="tbl-waste-list", subject="waste")
    if decisions.empty:
        text = words("finding.waste_list_none", region=run.region_label, missing=_listed(missing))
        return said(sentence=text, values={}, units={}, n=0, notable=False)
    counts = {one: int((decisions["verdict"] == one).sum()) for one in VERDICTS}
    place = {"region": run.region_label, "n": len(decisions), **counts}
    closing = decisions[decisions["verdict"] == "close"]
    if closing.empty:
        text = words("finding.waste_list_nothing", **place)
        return said(sentence=text, values=dict(counts), units=dict.fromkeys(counts, "count"),
                    n=len(decisions), notable=False)  # fmt: skip
    row = closing.iloc[0]
    money = partial(units.money, currency=run.currency)
    interval = "" if pd.isna(row["effect_low"]) else words(
        "finding.waste_largest_interval",
        low=money(row["effect_low"]), high=money(row["effect_high"]),
    )  # fmt: skip
    is_move = row["assumption"] == "moved"
    first = words(
        "finding.waste_list_move" if is_move else "finding.waste_list_first",
        name=row["name"], effect=money(row["effect"]), interval=interval,
        alone=money(row["alone"]),
    )  # fmt: skip
    return said(
        sentence=words("finding.waste_list", first=first, **place),
        values={**counts, "effect": number(row["effect"]), "effect_low": number(row["effect_low"]),
                "effect_high": number(row["effect_high"]), "alone": number(row["alone"])},
        units={**dict.fromkeys(counts, "count"),
               **dict.fromkeys(("effect", "effect_low", "effect_high", "alone"), "money")},
        n=len(decisions),
        notable=True,
        at_stake=run.per_period(float(closing["effect"].clip(lower=0).sum()), 12),
        certainty=0.8,
        caveats=(words("caveat.waste_assumed"),),
    )  # fmt: skip


def moved(allocation: pd.DataFrame, effect: tuple[float, float, float], run: Run) -> Finding:
    """Say which marketing money could move where, and what that might bring.

    Parameters
    ----------
    allocation : DataFrame
        As ``analyses.reallocation.allocation`` gives it.
    effect : tuple of float
        As ``analyses.reallocation.effect`` gives it: estimate, low and high.
    run : Run
        Gives region and currency.
    """
    said = partial(Finding, id="waste.moved", exhibit="tbl-waste-allocation")
    if allocation.empty:
        text = words("finding.waste_moved_absent")
        return said(sentence=text, values={}, units={}, n=0, notable=False)
    gives = allocation[allocation["change"] < 0]
    if gives.empty:
        text = words("finding.waste_moved_none", region=run.region_label)
        return said(sentence=text, values={}, units={}, n=len(allocation) - 1, notable=False)
    takes = allocation[(allocation["change"] > 0) & (allocation.index != SAVED)]
    money = partial(units.money, currency=run.currency)
    free = float(-gives["change"].sum())
    amount = free if takes.empty else float(takes["change"].sum())
    return said(
        sentence=words(
            "finding.waste_saved_only" if takes.empty else "finding.waste_moved",
            money=money(amount), **{"from": _joined(list(gives.index))},
            to=_joined(list(takes.index)), effect=money(effect[0]),
            low=money(effect[1]), high=money(effect[2]),
        ),
        values={"moved": amount, "effect": effect[0], "low": effect[1], "high": effect[2]},
        units=dict.fromkeys(("moved", "effect", "low", "high"), "money"),
        n=len(allocation) - 1,
        notable=effect[1] > 0,
        at_stake=run.per_period(max(effect[1], 0.0), 12),
        certainty=0.8,
        subject=f"marketing:{gives.index[0]}",
        caveats=(words("caveat.waste_marketing"),) if run.region != "all" else (),
    )  # fmt: skip


def _caveats(counted: pd.DataFrame) -> tuple[str, ...]:
    return tuple(
        words(f"caveat.waste_{key}")
        for source, key in (("marketing", "marketing"), ("serve", "cost_to_serve"))
        if (counted["source"] == source).any()
    )


def _listed(missing: Sequence[str]) -> str:
    return _joined([words(f"waste.missing.{one}") for one in missing])


def _joined(parts: Sequence[str]) -> str:
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"
