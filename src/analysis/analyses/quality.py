"""Can we trust it? What is asked of the data, what was delivered and how complete it is.

Each function answers one question with one small table, out of the tables of
``model.schema.TRUST``. What cleaning did is in ``analyses.cleaning``; how systems and snapshots
agree with each other is in ``analyses.agreement``.
"""

from __future__ import annotations

import pandas as pd

from analysis.analyses.personal import OF_PEOPLE, masked_reason, masked_records
from analysis.analyses.trust import CONVERTED, HOW, Trust, labelled, labels, records, taken, total
from analysis.masking import HIDDEN

FLAGS = ("is_required", "is_delivered", "is_late")
LEVELS = ["fail", "warn", "note"]


def gates(trust: Trust, show_personal: bool) -> pd.DataFrame:
    """What is asked of the data, and what was found; missed gates first, the gravest first.

    Returns
    -------
    DataFrame
        One row per gate and part. Columns ``gate``, ``part``, ``level`` (``fail``, ``warn``,
        ``note``), ``numerator``, ``denominator``, ``value`` and ``threshold`` (share), ``is_met``
        and ``rows_named`` (personal values and customers' numbers masked unless
        ``show_personal``).
    """
    table = taken(trust["gates"])
    texts = zip(table["gate"], table["part"], table["rows_named"].fillna(""), strict=True)
    named = [_named(gate, part, text, show_personal) for gate, part, text in texts]
    table = table.assign(rows_named=named, is_met=table["is_met"].astype(bool))
    rank = table["level"].map({level: place for place, level in enumerate(LEVELS)})
    order = table.assign(rank=rank, miss=(table["value"] - table["threshold"]).abs()).sort_values(
        ["is_met", "rank", "miss", "gate", "part"], ascending=[True, True, False, True, True]
    )
    return order.drop(columns=["rank", "miss"]).reset_index(drop=True)


def gate_counts(asked: pd.DataFrame) -> pd.DataFrame:
    """How many parts met and missed each gate.

    Parameters
    ----------
    asked : DataFrame
        As :func:`gates` gives it.

    Returns
    -------
    DataFrame
        One row per ``gate`` (index), most missed first; columns ``met`` and ``missed`` (count).
    """
    counts = asked.groupby("gate")["is_met"].agg(["sum", "size"]).astype(int)
    table = pd.DataFrame({"met": counts["sum"], "missed": counts["size"] - counts["sum"]})
    return table.sort_values("missed", ascending=False, kind="stable")


def summary(trust: Trust) -> pd.Series:
    """The whole delivery in a few numbers.

    Returns
    -------
    Series
        ``systems``, ``delivered``, ``late`` (count), ``newest_record_at`` (moment; missing if
        none is dated), ``rows_read``, ``rows_kept``, ``rows_merged``, ``rows_rejected``,
        ``repaired`` (records with a value changed, but for those merely written in another way)
        and ``flagged`` (count), ``revenue_read`` and ``revenue_rejected`` (money).
    """
    fresh = taken(trust["freshness"])
    sums = taken(trust["accounts"])
    changed = trust["repairs"]
    changed = changed.filter(changed.rule.notin(CONVERTED))
    return pd.Series(
        {
            "systems": len(fresh),
            "delivered": int(fresh["is_delivered"].eq(True).sum()),
            "late": int(fresh["is_late"].eq(True).sum()),
            "newest_record_at": fresh["newest_record_at"].max(),
            **{f"rows_{how}": int(sums[f"rows_{how}"].sum()) for how in HOW},
            "repaired": records(changed),
            "flagged": records(trust["flags"]),
            "revenue_read": total(sums["revenue_read"]),
            "revenue_rejected": total(sums["revenue_rejected"]),
        },
        dtype=object,
    )


def sources(trust: Trust) -> pd.DataFrame:
    """Which systems delivered, and how fresh their data are; the missing and the latest first.

    Returns
    -------
    DataFrame
        One row per system, with the columns of ``freshness`` and ``delay_share`` (delay over
        refresh interval; missing where no interval is set).
    """
    table = taken(trust["freshness"])
    flags = {name: table[name].eq(True) for name in FLAGS}
    share = table["delay_hours"] / table["refresh_hours"]
    table = table.assign(**flags, delay_share=share, label=labelled(table))
    order = ["is_delivered", "is_late", "delay_share", "label"]
    table = table.sort_values(order, ascending=[True, False, False, True], na_position="last")
    return table.reset_index(drop=True)


def coverage(trust: Trust) -> pd.DataFrame:
    """How complete the data are: all of it, then the worst part first.

    Returns
    -------
    DataFrame
        One row per thing covered: ``scope``, ``table``, ``part`` (of a link, what is linked to),
        ``numerator`` and
        ``denominator`` (count), ``value`` = numerator / denominator (share), ``missing``
        (count) and ``asked`` (share its gate asks; missing where none looks at it).
    """
    table = taken(trust["coverage"])
    table = table.assign(part=table["part"].fillna(""))
    gates_of = taken(trust["gates"].filter(trust["gates"].gate == "coverage"))
    limits = dict(zip(gates_of["part"], gates_of["threshold"], strict=True))
    names = labels(trust)
    rows = list(zip(table["scope"], table["table"], table["part"], strict=True))
    table = table.assign(
        asked=pd.Series([limits.get(_gate_part(*row)) for row in rows], dtype=float),
        part=[
            names.get(part, part) if scope == "source" else part.rpartition(" → ")[2]
            for scope, _, part in rows
        ],
        missing=table["denominator"] - table["numerator"],
        is_part=table["scope"] != "overall",
    )
    order = ["is_part", "value", "missing", "scope", "table", "part"]
    table = table.sort_values(order, ascending=[True, True, False, True, True, True])
    return table.drop(columns="is_part").reset_index(drop=True)


def _named(gate: str, part: str, text: str, show_personal: bool) -> str:
    """The rows at fault as readers may see them."""
    if gate == "ambiguous_customers":
        return masked_records(text, show_personal)
    column = part.split(" ")[0].rpartition(".")[2]
    if gate == "unmapped_share" and column in OF_PEOPLE and not show_personal:
        return HIDDEN
    return masked_reason(text, show_personal)


def _gate_part(scope: str, table: str, part: str) -> str:
    """What ``model.gates`` calls the part of the coverage gate that is about a thing covered."""
    if scope == "overall":
        return table
    return f"{table}.{part}" if scope == "field" else f"{scope} {part or 'none'}"
