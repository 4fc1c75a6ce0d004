"""The one place where personal data are masked: tables pass here on their way to readers.

Which columns are personal is said in ``model.schema``; what a masked value looks like in
``masking``. Every analysis that returns rows of single customers passes them through
:func:`masked`, so that exhibits, findings and the records beside a pack hold nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pandas as pd

from analysis import masking
from analysis.model import schema

NUMBERS = ("customer_id", "local_id", "local_id_a", "local_id_b")
"""Columns that hold a customer's number."""
NAMES = ("name", "name_a", "name_b")
PERSONAL = frozenset(
    name
    for table in [*schema.TABLES.values(), *schema.TRUST.values()]
    for name, column in table.columns.items()
    if column.personal
)

OF_PEOPLE = sorted(
    name
    for table in schema.TABLES.values()
    for name, column in table.columns.items()
    if column.personal
)
QUOTED = re.compile(rf"\b({'|'.join(OF_PEOPLE)}) ('[^']*'|\d\S*)")
NUMBERED = re.compile(r"\b(customer_id) (\S+)")


def masked(rows: pd.DataFrame, show_personal: bool) -> pd.DataFrame:
    """Rows whose names and customers' numbers can no longer be read.

    Parameters
    ----------
    rows : DataFrame
        Any rows, with columns as ``model.schema`` names them, also as index. A column ``name``
        of customers is masked by their ``kind`` where that is beside it. The values of columns
        that are personal only at times (``before`` and ``after`` of a repair, say) are masked
        where the column ``column`` beside them names a personal one, and always without it.
    show_personal : bool
        Whether the run says that personal data may be shown; then the rows are as they were.

    Returns
    -------
    DataFrame
        The same rows, with columns of the same names.

    Examples
    --------
    >>> rows = pd.DataFrame({"customer_id": ["C2023003"], "name": ["Ash Ltd"], "revenue": [5]})
    >>> masked(rows, show_personal=False).to_dict("records")
    [{'customer_id': 'C2023***', 'name': '*** Ltd', 'revenue': 5}]
    """
    if show_personal:
        return rows
    levels = [name for name in rows.index.names if name is not None]
    table = rows.reset_index() if levels else rows.copy()
    for name in table.columns:
        if name in NUMBERS:
            table[name] = _each(table[name], masking.mask_id)
        elif name in NAMES:
            table[name] = _names(table, name)
        elif name in PERSONAL:
            hide = _is_personal(table)
            shown = table[name].astype(object)
            table[name] = shown.where(~hide, _each(shown, masking.mask_all))
    return table.set_index(levels) if levels else table


def masked_number(number: str, show_personal: bool) -> str:
    """A customer's number that can no longer be read."""
    return number if show_personal else masking.mask_id(number) or ""


def masked_reason(text: str, show_personal: bool) -> str:
    """What cleaning says of rows, without the personal values and customers' numbers it quotes.

    Examples
    --------
    >>> masked_reason("a.csv row 7: customer_id C2023003 is not in customers", show_personal=False)
    'a.csv row 7: customer_id C2023*** is not in customers'
    >>> masked_reason("phone 'ask Jane' is not a number; birth_year 1884 is low", False)
    "phone '***' is not a number; birth_year *** is low"
    """
    if show_personal:
        return text
    hidden = QUOTED.sub(lambda found: f"{found[1]} {_hidden(found[2])}", text)
    return NUMBERED.sub(lambda found: f"{found[1]} {masking.mask_id(found[2])}", hidden)


def masked_records(text: str, show_personal: bool) -> str:
    """Customer records listed by system and number, without the end of each number.

    Examples
    --------
    >>> masked_records("crm C2023003, shop 84211 and 5 more", show_personal=False)
    'crm C2023***, shop 84*** and 5 more'
    """
    if show_personal or not text:
        return text
    listed, _, rest = text.partition(" and ")
    pairs = [one.partition(" ") for one in listed.split(", ")]
    masked_pairs = [f"{system} {masking.mask_id(number)}".strip() for system, _, number in pairs]
    return ", ".join(masked_pairs) + (f" and {rest}" if rest else "")


def _hidden(value: str) -> str:
    return f"'{masking.HIDDEN}'" if value.startswith("'") else masking.HIDDEN


def _names(table: pd.DataFrame, name: str) -> pd.Series:
    kinds = table["kind"] if name == "name" and "kind" in table else [None] * len(table)
    return pd.Series(
        [
            masking.mask_name(text, kind if isinstance(kind, str) else None)
            if isinstance(text, str)
            else None
            for text, kind in zip(table[name], kinds, strict=True)
        ],
        index=table.index,
        dtype=object,
    )


def _is_personal(table: pd.DataFrame) -> pd.Series:
    """In which rows a value is personal: those about a personal column, or all."""
    if "column" not in table:
        return pd.Series(True, index=table.index)
    return table["column"].isin(PERSONAL | {*NUMBERS})


def _each(values: pd.Series, mask: Callable[[Any], str | None]) -> pd.Series:
    texts = [None if pd.isna(value) else mask(value) for value in values]
    return pd.Series(texts, index=values.index, dtype=object)
