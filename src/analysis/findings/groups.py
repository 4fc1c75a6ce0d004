"""How groups of customers differ, in words that give the difference, its range and its doubt."""

from __future__ import annotations

from functools import partial

import pandas as pd

from analysis import units
from analysis.findings.record import Finding, Values, number
from analysis.params import Run
from analysis.periods import Period
from analysis.settings import Cross
from analysis.text import has, words

TOTAL = "(total)"
UNITS = {
    "average_order_value": "money",
    "revenue_per_customer": "money",
    "gross_margin_rate": "rate",
    "repurchase_rate": "rate",
    "satisfaction": "count",
    "deal_cycle": "days",
}
LOWER_IS_BETTER = {"deal_cycle"}
EXPECTED = {"kind", "value"}
"""Dimensions whose groups are bound to differ: named only where nothing else does."""
KEPT = ["value", "rest", "difference", "difference_low", "difference_high"]


def comparison(
    comparison: pd.DataFrame, customers: pd.DataFrame, run: Run, window: Period
) -> Finding:
    """Name the clearest difference between groups of customers, and how many there are in all.

    Parameters
    ----------
    comparison : DataFrame
        As ``analyses.groups.comparison`` gives it.
    customers : DataFrame
        As ``analyses.groups.customers`` gives it.
    run : Run
        Gives the currency and thresholds.
    window : Period
        Months the figures are of.
    """
    tested = comparison[comparison["p"].notna()]
    stands = tested[tested["differs"]]
    said = partial(
        Finding,
        id="groups.comparison",
        exhibit="tbl-groups",
        n=len(customers),
        notable=False,  # who the customers are, not the period's news
    )
    told: dict[str, object] = {
        "customers": units.count(len(customers)),
        "tests": units.count(len(tested)),
        "window": window.label,
    }
    counts: Values = {"customers": float(len(customers)), "tests": float(len(tested)),
              "differ": float(len(stands))}  # fmt: skip
    of_counts = dict.fromkeys(counts, "count")
    if tested.empty:
        sentence = words("finding.groups_too_few", least=run.settings.min_customers, **told)
        return said(sentence=sentence, values=counts, units=of_counts)
    if stands.empty:
        sentence = words("finding.groups_none", **told)
        return said(sentence=sentence, values=counts, units=of_counts)
    surprising = stands[~stands.index.get_level_values("dimension").isin(EXPECTED)]
    clearest = (surprising if len(surprising) else stands)["p"].idxmin()
    measure, dimension, within, group = map(str, clearest)
    row = comparison.loc[clearest]
    differ = len(stands)
    sentence = words(
        "finding.groups",
        within=words(f"finding.groups_within.{within or 'none'}"),
        group=_member(dimension, group, run),
        told=words(
            f"finding.groups_told.{measure}", value=_value(measure, row["value"], run),
            rest=_value(measure, row["rest"], run),
            other=_other(comparison, measure, dimension, within, group, run),
        ),
        difference=_range(measure, row, run),
        n=units.count(row["customers"]),
        rest_n=units.count(row["rest_customers"]),
        others=words(
            "finding.groups_others",
            differ=words(
                f"finding.groups_differ.{'one' if differ == 1 else 'more'}", n=units.count(differ)
            ),
            **told,
        ),
    )  # fmt: skip
    sentence = sentence[0].upper() + sentence[1:]
    return said(
        sentence=sentence,
        values=counts
        | {column: number(row[column]) for column in KEPT}
        | {"n": number(row["customers"]), "rest_n": number(row["rest_customers"])},
        units=of_counts | dict.fromkeys(KEPT, UNITS[measure]) | {"n": "count", "rest_n": "count"},
        certainty=1 - float(row["p_adjusted"]),
        subject=f"{dimension}:{group}",
    )


def crossing(crossing: pd.DataFrame, cross: Cross, run: Run, window: Period, label: str) -> Finding:
    """Name the best and the worst cell of a cross table, if any differs from the others.

    Parameters
    ----------
    crossing : DataFrame
        As ``analyses.groups.crossing`` gives it.
    cross : Cross
        What was crossed.
    run : Run
        Gives the currency.
    window : Period
        Months the figures are of.
    label : str
        Label of the table in the notebook.
    """
    said = partial(Finding, id=f"groups.crossing_{cross.measure}", exhibit=label, notable=False)
    told: dict[str, object] = {
        "measure": words(f"groups.measure_name.{cross.measure}"),
        "rows": _axis(cross.rows),
        "columns": _axis(cross.columns),
        "window": window.label,
    }
    if crossing.empty:
        sentence = words("finding.crossing_absent", **told)
        return said(sentence=sentence, values={}, units={}, n=0)
    whole = crossing.loc[(TOTAL, TOTAL)]
    n = int(whole["customers"])
    tested = crossing[crossing["p"].notna()]
    base = number(whole["named_value"])
    values = {"value": base, "customers": number(whole["named_customers"])}
    values |= {"tests": float(len(tested))}
    of_values = {"value": UNITS[cross.measure], "customers": "count", "tests": "count"}
    if tested.empty:
        sentence = words("finding.crossing_few", n=units.count(n), **told)
        return said(sentence=sentence, values=values, units=of_values, n=n)
    stands = tested[tested["differs"]]
    named = _extremes(stands, cross, run)
    kind = "none" if stands.empty else "one" if len(stands) == 1 else "more"
    sentence = words(
        "finding.crossing_best" if named else "finding.crossing",
        whole=_value(cross.measure, whole["named_value"], run),
        n=units.count(whole["named_customers"]),
        tests=units.count(len(tested)),
        cells=words(f"finding.crossing_cells.{kind}", n=units.count(len(stands))),
        named=words("finding.crossing_and").join(named),
        **told,
    )
    shown = {f"{row}/{column}": value for (row, column), value in stands["value"].items()}
    return said(
        sentence=sentence,
        values=values | {name: number(value) for name, value in shown.items()},
        units=of_values | dict.fromkeys(shown, UNITS[cross.measure]),
        n=n,
        certainty=1 - float(stands["p_adjusted"].min()) if len(stands) else 1.0,
    )


def _extremes(stands: pd.DataFrame, cross: Cross, run: Run) -> list[str]:
    """The highest cell above the others and the lowest below, the better one first."""
    above, below = stands[stands["difference"] > 0], stands[stands["difference"] < 0]
    found = []
    if len(above):
        found.append(_extreme("crossing_high", above, above["value"].idxmax(), cross, run))
    if len(below):
        found.append(_extreme("crossing_low", below, below["value"].idxmin(), cross, run))
    return found[::-1] if cross.measure in LOWER_IS_BETTER else found


def _extreme(key: str, cells: pd.DataFrame, place: tuple[str, str], cross: Cross, run: Run) -> str:
    row = cells.loc[place]
    names = [
        _part(dimensions, str(name), run)
        for dimensions, name in zip((cross.rows, cross.columns), place, strict=True)
    ]
    return words(
        f"finding.{key}",
        cell=", ".join(names),
        value=_value(cross.measure, row["value"], run),
        difference=_range(cross.measure, row, run),
        n=units.count(row["customers"]),
    )


def _range(measure: str, row: pd.Series, run: Run) -> str:
    """The range of a difference; of one below nothing, as so much less: the larger end last."""
    ends = [row["difference_low"], row["difference_high"]]
    if UNITS[measure] == "money":
        low, high = (units.money(end, run.currency, signed=True) for end in ends)
    elif UNITS[measure] == "rate":
        low, high = (units.points(end) for end in ends)
    else:
        low, high = (units.decimal(end, 2 if measure == "satisfaction" else 0) for end in ends)
    return words("finding.groups_difference", low=low, high=high)


def _value(measure: str, value: float, run: Run) -> str:
    if UNITS[measure] == "money":
        return units.money(value, run.currency)
    if UNITS[measure] == "rate":
        return units.percent(value)
    if measure == "satisfaction":
        return words("groups.score", value=units.decimal(value, 2))
    return words("groups.days", value=units.decimal(value, 0))


def _member(dimension: str, group: str, run: Run) -> str:
    key = f"groups.member.{dimension}.{group}"
    share = units.percent(run.settings.concentration.top_share, digits=0)
    if has(key):
        return words(key, share=share)
    return words(f"groups.member.{dimension}", group=group)


def _other(
    comparison: pd.DataFrame, measure: str, dimension: str, within: str, group: str, run: Run
) -> str:
    """Who the others are: the one other group by its name, or all others."""
    others = [
        str(name)
        for *key, name in comparison.index
        if key == [measure, dimension, within] and name != group
    ]
    return _member(dimension, others[0], run) if len(others) == 1 else words("groups.other_all")


def _axis(names: tuple[str, ...]) -> str:
    return words("groups.joint").join(words(f"groups.dimension_name.{n}").lower() for n in names)


def _part(dimensions: tuple[str, ...], name: str, run: Run) -> str:
    if len(dimensions) > 1:
        return name
    key = f"groups.group_name.{dimensions[0]}.{name}"
    return words(key) if has(key) else run.part(dimensions[0], name)
