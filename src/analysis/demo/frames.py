"""Drawn numbers as columns of tables: identifiers, labels, days, moments and money."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.demo.chance import Floats, Ints
from analysis.demo.firm import DAY_COUNT, FIRST_DAY
from analysis.demo.purchases import Orders

Objects = NDArray[np.object_]
Moments = NDArray[np.datetime64]
START: Final = np.datetime64(FIRST_DAY, "s")
SECONDS: Final = 86_400


def labels(names: Sequence[str], positions: Ints) -> Objects:
    """Names by position; none at -1.

    Examples
    --------
    >>> labels(("store", "web"), np.array([1, -1, 0])).tolist()
    ['web', None, 'store']
    """
    known: Objects = np.array([*names, None], dtype=object)
    return known[positions]


def moments(days: Ints | Floats, seconds: Ints | int = 0) -> Moments:
    """Moments from days since the window's first, and seconds of the day.

    Examples
    --------
    >>> moments(np.array([0, 1]), np.array([0, 90])).astype(str).tolist()
    ['2023-11-01T00:00:00', '2023-11-02T00:01:30']
    """
    whole = np.floor(days).astype(np.int64) * SECONDS + seconds
    made: Moments = START + whole.astype("timedelta64[s]")
    return made


def pounds(pence: Ints) -> Floats:
    """Money of whole pence, as pounds with two decimals."""
    money: Floats = np.round(pence / 100, 2)
    return money


def months() -> pd.DatetimeIndex:
    """First days of the window's months."""
    return pd.date_range(FIRST_DAY, periods=36, freq="MS", unit="s")


def month_starts() -> Ints:
    """First day of each month of the window and, last, the day after it."""
    days = [(day.date() - FIRST_DAY).days for day in months()]
    return np.array([*days, DAY_COUNT])


def rep_ids(numbers: Ints) -> Objects:
    """Reps as S-07; none where there is no rep (0)."""
    known: Objects = np.array(
        [None, *(f"S-{n:02d}" for n in range(1, int(numbers.max()) + 1))], dtype=object
    )
    return known[numbers]


def order_ids(orders: Orders) -> Objects:
    """Order numbers as SO-231101-00012: date, then a running number within the day."""
    days = [f"{FIRST_DAY + timedelta(days=day):%y%m%d}" for day in range(DAY_COUNT)]
    made: Objects = np.array(
        [
            f"SO-{days[day]}-{n:05d}"
            for day, n in zip(orders.day.tolist(), orders.number.tolist(), strict=True)
        ],
        dtype=object,
    )
    return made


def optional_years(years: Ints) -> pd.Series:
    """Years, missing where 0."""
    return pd.Series(pd.array(years, dtype="Int64")).mask(years == 0)


def day(when: date) -> pd.Timestamp:
    """A date as the moment it begins."""
    return pd.Timestamp(when).as_unit("s")
