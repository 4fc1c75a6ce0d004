"""What the firm noted beside its sales: events and promotions, as small tables."""

from __future__ import annotations

import pandas as pd

from analysis.model.dataset import Dataset

EVENTS = ["event_id", "kind", "starts_at", "ends_at", "region", "category", "note"]
PROMOTIONS = ["promotion_id", "name", "category", "starts_at", "ends_at"]


def events(data: Dataset) -> pd.DataFrame:
    """Events as noted; no rows where the firm delivers none.

    Returns
    -------
    DataFrame
        One row per event, by first day: ``event_id``, ``kind``, ``starts_at``, ``ends_at``
        (missing while it lasts; a holiday without one is a day), ``region`` and ``category``
        (``None``: all) and ``note``.
    """
    return closed(_table(data, "events", EVENTS))


def closed(table: pd.DataFrame) -> pd.DataFrame:
    """Events with the last day of holidays for which none is noted: nobody's holiday still lasts.

    Examples
    --------
    >>> noted = pd.DataFrame({"kind": ["holiday", "policy"], "ends_at": pd.NaT,
    ...                       "starts_at": pd.to_datetime(["2026-05-01", "2026-05-01"])})
    >>> closed(noted)["ends_at"].notna().tolist()
    [True, False]
    """
    one_day = (table["kind"] == "holiday") & table["ends_at"].isna()
    return table.assign(ends_at=table["ends_at"].where(~one_day, table["starts_at"]))


def promotions(data: Dataset) -> pd.DataFrame:
    """Promotions as noted; no rows where the firm delivers none.

    Returns
    -------
    DataFrame
        One row per promotion, by first day: ``promotion_id``, ``name``, ``category`` (``None``:
        all), ``starts_at`` and ``ends_at``.
    """
    return _table(data, "promotions", PROMOTIONS)


def _table(data: Dataset, name: str, columns: list[str]) -> pd.DataFrame:
    if name not in data.tables or not data.has(name):
        table = pd.DataFrame({column: pd.Series(dtype=object) for column in columns})
        days = {day: pd.to_datetime(table[day]) for day in ("starts_at", "ends_at")}
        return table.assign(**days)
    read = data.tables[name].select(*columns).order_by(["starts_at", columns[0]]).execute()
    days = {day: pd.to_datetime(read[day]).dt.normalize() for day in ("starts_at", "ends_at")}
    words = [column for column in columns if column not in days]
    texts = {
        column: read[column].astype(object).where(read[column].notna(), None) for column in words
    }
    return read.assign(**days, **texts)
