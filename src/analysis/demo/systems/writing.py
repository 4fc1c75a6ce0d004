"""Columns as the text a system writes, and files with the moment they were delivered."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

Column = list[str]
DELIVERED: Final = datetime(2026, 11, 1, 6, 0)
"""When what is delivered whole every day was last delivered."""
AT_NIGHT: Final = timedelta(hours=2)
"""After midnight: when the file of a day or month that has ended is written."""


def texts(values: Iterable[Any]) -> Column:
    """Values as text, empty where missing; whole numbers without a point.

    Examples
    --------
    >>> texts([3, None, float("nan"), "a", pd.NA])
    ['3', '', '', 'a', '']
    """
    return [
        "" if value is None or value is pd.NA or value != value else str(value) for value in values
    ]


def moments(values: pd.Series, style: str) -> Column:
    """Moments in ``strftime`` signs, empty where missing.

    Parameters
    ----------
    values : Series
        Moments.
    style : str
        A date's, then possibly a blank or ``T`` and ``%H:%M`` or ``%H:%M:%S``.

    Examples
    --------
    >>> moments(pd.Series(pd.to_datetime(["2026-03-01 09:05", None])), "%d/%m/%Y %H:%M")
    ['01/03/2026 09:05', '']
    """
    found = re.fullmatch(r"(.+?)([ T]%H:%M(:%S)?)?", style)
    assert found is not None
    seconds = values.to_numpy().astype("datetime64[s]")
    days = seconds.astype("datetime64[D]")
    codes, different = pd.factorize(days)
    made = [*(day.strftime(found[1]) for day in different.astype(object)), ""]
    dates = [made[code] for code in codes.tolist()]
    if not found[2]:
        return dates
    clock = (seconds - days).astype(np.int64)
    return [
        f"{date}{found[2][0]}{_clock(n, bool(found[3]))}" if date else ""
        for date, n in zip(dates, clock.tolist(), strict=True)
    ]


def _clock(second: int, to_the_second: bool) -> str:
    minute, rest = divmod(second, 60)
    said = f"{minute // 60:02d}:{minute % 60:02d}"
    return f"{said}:{rest:02d}" if to_the_second else said


def money(values: pd.Series, comma: bool = False) -> Column:
    """Amounts with two decimals, empty where missing; with `comma`, as ``1.234,50``.

    Examples
    --------
    >>> money(pd.Series([1234.5, None])), money(pd.Series([-1234.5, 0.1]), comma=True)
    (['1234.50', ''], ['-1.234,50', '0,10'])
    """
    amounts = values.astype(float).tolist()
    if comma:
        swap = str.maketrans(",.", ".,")
        return [f"{amount:,.2f}".translate(swap) if amount == amount else "" for amount in amounts]
    return [f"{amount:.2f}" if amount == amount else "" for amount in amounts]


def words(values: pd.Series, of: Mapping[str, str]) -> Column:
    """Our words as a system's, empty where missing."""
    return ["" if word is None or word != word else of[word] for word in values]


def cells(columns: Sequence[Column], delimiter: str) -> Column:
    """Rows of a file: cells that hold the delimiter or a quote stand in quotes."""
    quoted = []
    for column in columns:
        text = "\n".join(column)
        if delimiter in text or '"' in text:
            column = [
                '"' + cell.replace('"', '""') + '"' if delimiter in cell or '"' in cell else cell
                for cell in column
            ]
        quoted.append(column)
    return [delimiter.join(row) for row in zip(*quoted, strict=True)]


def write_csv(
    path: Path,
    columns: Mapping[str, Column],
    encoding: str = "utf-8",
    delimiter: str = ",",
) -> Path:
    """Write columns of text of one length under their headings."""
    heading = cells([[name] for name in columns], delimiter)
    return write(path, [*heading, *cells(list(columns.values()), delimiter)], encoding)


def write(
    path: Path, lines: Iterable[str], encoding: str = "utf-8", at: datetime = DELIVERED
) -> Path:
    """Write lines of text as a file delivered at a moment."""
    path.write_bytes(("\n".join(lines) + "\n").encode(encoding))
    return delivered(path, at)


def delivered(path: Path, at: datetime = DELIVERED) -> Path:
    """Give a file the moment it was delivered."""
    os.utime(path, (at.timestamp(), at.timestamp()))
    return path
