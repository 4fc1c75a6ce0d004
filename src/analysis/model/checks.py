"""What must hold before a table is trusted. A check reads; it never mends."""

from __future__ import annotations

import ibis

from analysis.errors import ContractError
from analysis.model.schema import MOMENT, TABLES
from analysis.sources.files import ROW

SHOWN = 5
FIRST_MOMENT, LAST_MOMENT = "1990-01-01", "2099-12-31 23:59:59"


def check_filled(table: ibis.Table, name: str, file: str) -> None:
    """Every row has the required columns.

    Raises
    ------
    ContractError
        Naming the file and the first rows without a value.
    """
    for column in TABLES[name].required:
        empty = table.filter(table[column].isnull())
        _refuse(empty, f"{file}: {name}.{column} is empty", [ROW])


def check_allowed(table: ibis.Table, name: str, file: str) -> None:
    """Columns with a list of allowed values hold nothing else.

    Raises
    ------
    ContractError
        Naming the file and the first rows with another value.
    """
    for column, declared in TABLES[name].columns.items():
        if declared.allowed and column in table.columns:
            wrong = table.filter(table[column].notin(declared.allowed))
            allowed = ", ".join(declared.allowed)
            _refuse(wrong, f"{file}: {name}.{column} must be one of {allowed}", [ROW, column])


def check_key(table: ibis.Table, name: str, file: str) -> None:
    """No two rows share the table's key, or as much of it as the firm delivers.

    Raises
    ------
    ContractError
        Naming the file, the first repeated keys and their rows.
    """
    key = [column for column in TABLES[name].key if column in table.columns]
    repeated = (
        table.group_by(key)
        .aggregate(rows=table[ROW].count(), first=table[ROW].min(), last=table[ROW].max())
        .filter(ibis._.rows > 1)
        .order_by("first")
    )
    _refuse(
        repeated,
        f"{file}: {name} must have {TABLES[name].grain}; repeated",
        [*key, "first", "last"],
    )


def check_dates(table: ibis.Table, name: str, file: str) -> None:
    """Moments lie between 1990 and 2099; others are typing errors or a system's stand-in for none.

    Raises
    ------
    ContractError
        Naming the file and the first rows with another moment.
    """
    for column, declared in TABLES[name].columns.items():
        if declared.type == MOMENT and column in table.columns:
            moment = table[column]
            wrong = table.filter((moment < FIRST_MOMENT) | (moment > LAST_MOMENT))
            shown = wrong.mutate(**{column: moment.cast("string")})
            _refuse(shown, f"{file}: {name}.{column} must lie in 1990 to 2099", [ROW, column])


def orphan_count(table: ibis.Table, other: ibis.Table, column: str) -> int:
    """Count rows whose ``column`` is filled but not in ``other``. They are kept."""
    orphans = table.filter(table[column].notnull()).anti_join(other, column)
    return int(orphans.count().execute())


def _refuse(wrong: ibis.Table, what: str, show: list[str]) -> None:
    many = int(wrong.count().execute())
    if many:
        rows = wrong.select(show).order_by(show[-1]).limit(SHOWN).execute().to_dict("records")
        shown = "; ".join(", ".join(f"{k} {v}" for k, v in row.items()) for row in rows)
        raise ContractError(f"{what} in {many} {'case' if many == 1 else 'cases'}: {shown}")
