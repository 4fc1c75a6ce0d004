"""Are the data kept up: what changed after the fact, what is left blank, what no class knows?

Each function answers one question with one small table, out of the tables of
``model.schema.TRUST``. Names and customers' numbers are masked here; see ``analyses.personal``.
"""

from __future__ import annotations

import pandas as pd

from analysis.analyses.personal import PERSONAL, masked, masked_number
from analysis.analyses.trust import Trust, labels, ratio, taken
from analysis.masking import mask_all
from analysis.model.dataset import Dataset

WORST = ["worst_field", "worst_blank"]


def is_first(trust: Trust) -> bool:
    """Whether there was no earlier snapshot to compare with."""
    return not int(trust["moving_fields"].count().execute())


def restatements(trust: Trust) -> pd.DataFrame:
    """Months whose figures the last snapshot had otherwise: closed ones first, then by size.

    Returns
    -------
    DataFrame
        One row per month and system, with the columns of ``restatements``; ``month`` (monthly
        period), ``source`` (label), ``change`` = after less before (money) and ``share`` (of
        before; missing unless that is positive).
    """
    table = taken(trust["restatements"])
    names = labels(trust)
    before = table["revenue_before"].fillna(0.0)  # a month that was not there had no revenue
    change = table["revenue_after"].fillna(0.0) - before
    table = table.assign(
        month=pd.PeriodIndex(table["month"], freq="M"),
        source=[names.get(one, one) for one in table["source"]],
        is_closed=table["is_closed"].fillna(False).astype(bool),
        change=change,
        share=ratio(change, before),
        examples=table["examples"].fillna(""),
        size=change.abs(),
    )
    order = ["is_closed", "size", "month", "source"]
    table = table.sort_values(order, ascending=[False, False, False, True])
    return table.drop(columns="size").reset_index(drop=True)


def moving_fields(trust: Trust, show_personal: bool) -> pd.DataFrame:
    """Of fields that may only grow, for how many customers they did, and for how many not.

    Returns
    -------
    DataFrame
        One row per field, most moved back first, with the columns of ``moving_fields``
        (customers' numbers masked unless ``show_personal``) and ``share`` (of customers whose
        field moved back).
    """
    table = taken(trust["moving_fields"])
    examples = [
        ", ".join(
            masked_number(one.strip(), show_personal) for one in text.split(",") if one.strip()
        )
        for text in table["examples"].fillna("")
    ]
    table = table.assign(examples=examples, share=ratio(table["moved_back"], table["customers"]))
    return table.sort_values(["moved_back", "field"], ascending=[False, True]).reset_index(
        drop=True
    )


def staff(data: Dataset) -> pd.DataFrame:
    """Who works for the firm: ``salesperson_id`` and ``name``; no rows where it is not known.

    Names are whole: for :func:`discipline`, which masks them.
    """
    columns = ["salesperson_id", "name"]
    if "staff" not in data.tables:
        return pd.DataFrame(columns=columns)
    return taken(data.tables["staff"].select(*columns))


def discipline(trust: Trust, people: pd.DataFrame, show_personal: bool) -> pd.DataFrame:
    """Who leaves which fields of their accounts blank; the largest share first, nobody last.

    Parameters
    ----------
    trust : mapping
        Tables of trust.
    people : DataFrame
        As :func:`staff` gives it.
    show_personal : bool
        Whether names may be read.

    Returns
    -------
    DataFrame
        One row per ``owner_id`` (empty: accounts nobody looks after). Columns ``name``,
        ``customers`` (accounts), ``asked`` and ``blank`` (values there should be, and of which
        are blank; count), ``share`` = blank / asked, ``worst_field`` and ``worst_blank`` (the
        field most often blank, and how often).
    """
    table = taken(trust["discipline"])
    columns = ["owner_id", "name", "customers", "asked", "blank", "share", *WORST]
    if table.empty:
        return pd.DataFrame(columns=columns)
    table = table.assign(owner_id=table["owner_id"].fillna(""))
    owners = table.groupby("owner_id").agg(
        customers=("customers", "max"), asked=("customers", "sum"), blank=("blank", "sum")
    )
    worst = table.sort_values(["blank", "field"], ascending=[False, True])
    worst = worst.drop_duplicates("owner_id").set_index("owner_id")[["field", "blank"]]
    owners = owners.assign(share=ratio(owners["blank"], owners["asked"]))
    owners[WORST] = worst.reindex(owners.index)
    known = masked(people[["salesperson_id", "name"]], show_personal)
    names = dict(zip(known["salesperson_id"], known["name"].fillna(""), strict=True))
    owners = owners.reset_index()
    owners = owners.assign(name=[names.get(one, "") for one in owners["owner_id"]])
    owners = owners.assign(nobody=owners["owner_id"] == "")
    owners = owners.sort_values(["nobody", "share", "owner_id"], ascending=[True, False, True])
    return owners[columns].reset_index(drop=True)


def leftovers(trust: Trust, show_personal: bool) -> pd.DataFrame:
    """Words that no class knows, the most money first.

    Returns
    -------
    DataFrame
        One row per table, system (label), column and word; ``rows`` (count) and ``revenue``
        (money; zero where the table holds no order lines). Words of personal columns are hidden
        unless ``show_personal``.
    """
    table = taken(trust["leftovers"])
    names = labels(trust)
    hide = table["column"].isin(PERSONAL) & (not show_personal)
    table = table.assign(
        source=[names.get(one, one) for one in table["source"]],
        word=[
            mask_all(word) if hidden else word
            for word, hidden in zip(table["word"], hide, strict=True)
        ],
        revenue=table["revenue"].astype(float).fillna(0.0),  # no order lines: no money
    )
    order = ["revenue", "rows", "table", "column", "word"]
    return table.sort_values(order, ascending=[False, False, True, True, True]).reset_index(
        drop=True
    )
