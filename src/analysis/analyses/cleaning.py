"""What cleaning did to the data and to the headline, and who can put the causes right."""

from __future__ import annotations

import ibis
import numpy as np
import pandas as pd

from analysis.analyses.quality import sources
from analysis.analyses.trust import CONVERTED, HOW, LINES, ROW, TOTAL, Trust, labels, taken, total
from analysis.measures.lines import in_scope
from analysis.model.dataset import Dataset
from analysis.params import WHOLE_FIRM, Run

ACTIONS = ["rejected", "merged", "repaired", "converted", "flagged"]
REPLACED = ("superseded",)
"""Rules that speak where a newer file brings a record again: as it should."""


def treated(trust: Trust) -> pd.DataFrame:
    """What cleaning did, by rule and system.

    Returns
    -------
    DataFrame
        One row per ``action`` (``rejected``, ``merged``, ``repaired``, ``converted``,
        ``flagged``), ``rule`` and ``source``; columns ``label`` (of the system), ``owner``
        (department), ``rows`` (records, each once) and ``revenue`` (money on their order lines).
    """
    out, changed, doubted = trust["quarantine"], trust["repairs"], trust["flags"]
    # A record has one verdict of a rule, but a rule may change several of its values.
    how = ibis.ifelse(changed.rule.isin(CONVERTED), "converted", "repaired")
    once = [
        out.select("action", "rule", *ROW, "revenue"),
        changed.select(*ROW, "rule", "revenue").distinct().mutate(action=how),
        doubted.select(*ROW, "rule", "revenue").distinct().mutate(action=ibis.literal("flagged")),
    ]
    parts = [
        taken(
            rows.group_by(["action", "rule", "source"]).aggregate(
                rows=rows.count(), revenue=rows.revenue.sum().cast("float64")
            )
        )
        for rows in once
    ]
    table = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
    fresh = taken(trust["freshness"]).set_index("source")
    names = labels(trust)
    table = table.assign(
        label=[names.get(source, source) for source in table["source"]],
        owner=table["source"].map(fresh["owner"]).fillna(""),
        revenue=table["revenue"].astype(float).fillna(0.0),  # no order line: no money
    )
    place = table["action"].map({action: place for place, action in enumerate(ACTIONS)})
    order = ["place", "revenue", "rows", "rule", "source"]
    table = table.assign(place=place).sort_values(order, ascending=[True, False, False, True, True])
    return table.drop(columns="place").reset_index(drop=True)


def cleaning_log(done: pd.DataFrame, told: pd.Series) -> pd.DataFrame:
    """What each rule did to how many records, and to how much money.

    Parameters
    ----------
    done : DataFrame
        As :func:`treated` gives it.
    told : Series
        As :func:`summary` gives it: all rows and money read.

    Returns
    -------
    DataFrame
        One row per ``action`` and ``rule`` (index), by action, the most money first. Columns
        ``rows`` (count), ``share`` (of rows read), ``revenue`` (money of the records touched),
        ``revenue_share`` (of money read) and ``by_source`` (mapping of system to rows). A record
        may be touched by several rules, so rows do not add up.
    """
    keys = ["action", "rule"]
    table = done.groupby(keys, sort=False)[["rows", "revenue"]].sum()
    split = {
        key: dict(zip(part["label"], part["rows"], strict=True))
        for key, part in done.sort_values("rows", ascending=False).groupby(keys)
    }
    place = [ACTIONS.index(action) for action, _ in table.index]
    table = table.assign(
        share=_over(table["rows"], told["rows_read"]),
        revenue_share=_over(table["revenue"], told["revenue_read"]),
        by_source=[split[key] for key in table.index],
        place=place,
    ).sort_values(["place", "revenue", "rows"], ascending=[True, False, False], kind="stable")
    return table.drop(columns="place")


def headline(data: Dataset, run: Run) -> pd.DataFrame:
    """Revenue of the period as reported, and as it were with other decisions on doubtful records.

    Returns
    -------
    DataFrame
        One row per ``scope`` (``region``, unless the run is of the whole firm, then ``firm``) and
        ``variant`` (index): ``reported``; ``without_outliers``, without lines flagged as far from
        what is usual; and, of the firm, as repairs and rejected records have no region:
        ``without_repaired``, without lines of which a value was repaired, and ``as_read``, before
        anything was merged or rejected. Columns ``revenue``, ``difference`` (money, to what is
        reported), ``share`` (difference over what is reported; missing unless that is positive)
        and ``lines`` (order lines that make the difference).
    """
    scopes = {"region": run.region, "firm": WHOLE_FIRM}
    if run.region == WHOLE_FIRM:
        scopes.pop("region")
    rows = []
    for scope, region in scopes.items():
        whole, odd = _lines_of(data, run, region)
        left = {"reported": (0.0, 0.0), "without_outliers": (-odd["revenue"], odd["lines"])}
        if scope == "firm":
            mended, read = _repaired_in(data.trust, run), _read_in(data.trust, run)
            left["without_repaired"] = (-mended["revenue"], mended["lines"])
            # Sums of exact amounts as plain numbers: what is below a hundredth of a cent is none.
            left["as_read"] = (round(read["revenue"] - whole["revenue"], 4), read["lines"])
        rows += [
            (scope, variant, whole["revenue"] + difference, difference, lines)
            for variant, (difference, lines) in left.items()
        ]
    columns = ["scope", "variant", "revenue", "difference", "lines"]
    table = pd.DataFrame(rows, columns=columns).set_index(["scope", "variant"])
    reported = table["revenue"].xs("reported", level="variant")
    base = table.index.get_level_values("scope").map(reported)
    share = table["difference"] / np.where(base > 0, base, np.nan)
    return table.assign(share=share)[["revenue", "difference", "share", "lines"]]


def accounts(trust: Trust) -> pd.DataFrame:
    """Every row and all money read, and where it is now, by system.

    Returns
    -------
    DataFrame
        One row per system by its label, then ``total``. Columns ``rows_read``, ``rows_kept``,
        ``rows_merged``, ``rows_rejected`` and ``rows_open`` = read less the others; the same in
        ``revenue_…`` (money). ``rows_open`` and ``revenue_open`` are zero where all is accounted
        for.
    """
    given = trust["accounts"]
    columns = [f"{what}_{how}" for what in ("rows", "revenue") for how in HOW]
    table = taken(
        given.group_by("source").aggregate(
            **{name: given[name].sum().cast("float64") for name in columns}
        )
    ).fillna(0.0)  # a system without order lines has no money
    table = table.sort_values("source").set_index("source")
    names = labels(trust)
    table.index = pd.Index([names.get(source, source) for source in table.index], name="source")
    table.loc[TOTAL] = table.sum()
    for what in ("rows", "revenue"):
        rest = [table[f"{what}_{how}"] for how in HOW[1:]]
        table[f"{what}_open"] = (table[f"{what}_read"] - sum(rest)).round(4)
    return table


def to_fix(trust: Trust, done: pd.DataFrame) -> pd.DataFrame:
    """What should be put right where the data are entered, most money first, and who owns it.

    Parameters
    ----------
    trust : mapping
        Tables of trust.
    done : DataFrame
        As :func:`treated` gives it.

    Returns
    -------
    DataFrame
        One row per system and fault. Columns ``label`` (of the system), ``owner`` (department;
        empty where none is named), ``fault`` (the rule, or ``late`` and ``not_delivered``),
        ``rows`` (records; missing for a delivery) and ``revenue`` (money on them). Values merely
        written in another way, and records that a newer file brings again, are no faults.
    """
    faults = done[~done["rule"].isin([*CONVERTED, *REPLACED])]
    columns = ["label", "owner", "fault", "rows", "revenue"]
    table = faults.rename(columns={"rule": "fault"}).groupby(columns[:3], as_index=False)
    found = table[["rows", "revenue"]].sum()
    fresh = sources(trust)
    for fault, rows in (
        ("not_delivered", fresh[~fresh["is_delivered"]]),
        ("late", fresh[fresh["is_delivered"] & fresh["is_late"]]),
    ):
        if len(rows):
            late = rows[["label", "owner"]].assign(fault=fault, rows=np.nan, revenue=0.0)
            found = pd.concat([found, late], ignore_index=True) if len(found) else late
    found = found.assign(owner=found["owner"].fillna(""), rows=found["rows"].astype(float))
    order = ["revenue", "rows", "label", "fault"]
    found = found.sort_values(order, ascending=[False, False, True, True], na_position="first")
    return found[columns].reset_index(drop=True)


def _lines_of(data: Dataset, run: Run, region: str) -> tuple[pd.Series, pd.Series]:
    """Revenue and number of lines of the period: of all, and of those flagged as outliers."""
    lines = in_scope(data, region, run.period)
    odd = lines.is_outlier.fill_null(False)
    told = taken(
        lines.aggregate(
            lines=lines.count(),
            revenue=lines.revenue.sum().cast("float64"),
            odd_lines=odd.sum(),
            odd_revenue=lines.revenue.sum(where=odd).cast("float64"),
        )
    )
    told = told.astype(float).fillna(0.0).iloc[0]  # the revenue of no lines is nothing
    return told[["lines", "revenue"]], told[["odd_lines", "odd_revenue"]].rename(
        {"odd_lines": "lines", "odd_revenue": "revenue"}
    )


def _repaired_in(trust: Trust, run: Run) -> pd.Series:
    """Revenue and number of order lines of the period that were repaired and kept."""
    repairs, gone = trust["repairs"], trust["quarantine"]
    own = (
        (repairs.table == LINES)
        & repairs.rule.notin(CONVERTED)
        & (repairs.month >= run.period.first.start_time)
        & (repairs.month < (run.period.last + 1).start_time)
    )
    rows = repairs.filter(own).select(*ROW, "revenue").distinct().anti_join(gone, ROW)
    told = rows.aggregate(lines=rows.count(), revenue=rows.revenue.sum().cast("float64"))
    return taken(told).astype(float).fillna(0.0).iloc[0]  # the revenue of no lines is nothing


def _read_in(trust: Trust, run: Run) -> dict[str, float]:
    """Revenue read of the months of the period, and order lines merged or rejected of it."""
    table = taken(trust["accounts"].filter(trust["accounts"].table == LINES))
    months = table["month"]
    own = table[
        (months >= run.period.first.start_time) & (months < (run.period.last + 1).start_time)
    ]
    left = own["rows_merged"].sum() + own["rows_rejected"].sum()
    return {"revenue": total(own["revenue_read"]), "lines": float(left)}


def _over(values: pd.Series, whole: float) -> pd.Series:
    return values / whole if whole else values * float("nan")
