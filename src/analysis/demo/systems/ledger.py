"""The truth of every planted fault: which row and value, what was true, which rule should act."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import pandas as pd

FIRST_ROW: Final = 2
"""Row of the first record in a file and of a query, as a spreadsheet counts below a heading."""
FIRST_LINE: Final = 1
"""The same of a file of JSON lines, which has no heading."""
COLUMNS: Final = (
    "kind", "table", "source", "file", "source_row", "record_key", "column", "before", "after",
    "expected_rule", "expected_action", "twin_source", "twin_file", "twin_row", "twin_key",
)  # fmt: skip
RULE: Final = {
    "exact_duplicate": ("exact_duplicate", "merged"),
    "superseded": ("superseded", "merged"),
    "cross_system_duplicate": ("cross_system_duplicate", "merged"),
    "cross_system_duplicate_unreferenced": ("cross_system_duplicate", "merged"),
    "near_duplicate": ("near_duplicate", "merged"),
    "negative_amount": ("impossible", "rejected"),
    "impossible_date": ("impossible", "rejected"),
    "impossible_score": ("impossible", "rejected"),
    "unreadable_required": ("unreadable", "rejected"),
    "unreadable": ("unreadable", "repaired"),
    "unknown_product": ("unknown_key", "flagged"),
    "unknown_customer": ("unknown_key", "flagged"),
    "orphan_return": ("unknown_key", "flagged"),
    "orphan_payment": ("unknown_key", "flagged"),
    "orphan_fulfilment": ("unknown_key", "flagged"),
    "outlier_price": ("outlier", "flagged"),
    "outlier_quantity": ("outlier", "flagged"),
    "outlier_whole_line": ("outlier", "flagged"),
    "large_but_true": ("", "none"),
    "missing_region": ("fill_region", "repaired"),
    "missing_cost": ("fill_cost", "repaired"),
    "missing_channel": ("fill_channel", "repaired"),
    "currency": ("currency", "repaired"),
    "unit": ("unit", "repaired"),
    "misspelt_class": ("standard_class", "repaired"),
    "class_of_nobody": ("unmapped", "listed"),
    "missing_field": ("discipline", "listed"),
    "conflict": ("priority", "listed"),
    "totals_row": ("drop_rows", "dropped"),
    "not_delivered": ("", "none"),
    "control_total": ("reconciliation", "listed"),
}  # fmt: skip
"""By kind of fault: the rule that should speak, and what it should do."""


@dataclass
class Ledger:
    """Faults as they are planted, and the places of rows as they are written.

    A row is known by its table, its source and its number there until its file is written. Where
    one source lists a table in parts, a word after the source's name tells them apart until then.
    """

    entries: list[dict[str, Any]] = field(default_factory=list)
    places: list[pd.DataFrame] = field(default_factory=list)

    def add(
        self,
        kind: str,
        table: str,
        source: str,
        row: int | None = None,
        column: str = "",
        before: object = "",
        after: object = "",
        twin: tuple[str, int] | None = None,
        file: str = "",
        source_row: int | None = None,
    ) -> None:
        """Note one fault.

        Parameters
        ----------
        kind : str
            One of `RULE`.
        row : int, optional
            Number of the row in its table and source; none: `file` and `source_row` say where.
        before, after : object
            True value, and value as delivered.
        twin : tuple, optional
            Source and number of the record that should stay in place of this one.
        """
        rule, action = RULE[kind]
        self.entries.append(
            {
                "kind": kind, "table": table, "source": source, "row": row, "column": column,
                "before": said(before), "after": said(after), "expected_rule": rule,
                "expected_action": action, "twin_source": twin[0] if twin else None,
                "twin": twin[1] if twin else None, "file": file, "source_row": source_row,
            }
        )  # fmt: skip

    def place(
        self,
        table: str,
        source: str,
        rows: Sequence[int],
        files: str | Sequence[str],
        source_rows: Sequence[int],
        keys: Sequence[str],
    ) -> None:
        """Note where rows were written, and under which key."""
        self.places.append(
            pd.DataFrame(
                {"table": table, "source": source, "row": np.asarray(rows, dtype=np.int64),
                 "file": files, "source_row": source_rows, "record_key": keys}
            )
        )  # fmt: skip

    def table(self) -> pd.DataFrame:
        """Every fault with its place, one row per value or record at fault.

        Raises
        ------
        ValueError
            If a fault's row was written nowhere.
        """
        faults = pd.DataFrame(self.entries).astype({"row": "Int64", "twin": "Int64"})
        places = pd.concat(self.places, ignore_index=True).astype({"row": "Int64"})
        given = faults["row"].isna()
        faults = faults.merge(
            places, on=["table", "source", "row"], how="left", suffixes=("_said", ""),
            validate="many_to_one",
        )  # fmt: skip
        given = faults["row"].isna()
        for column in ("file", "source_row"):
            faults[column] = faults[column].where(~given, faults[f"{column}_said"])
        if lost := faults.loc[~given & faults["file"].isna(), ["kind", "source", "row"]].to_dict(
            "records"
        ):
            raise ValueError(f"faults of rows written nowhere: {lost[:5]}")
        twins = places.rename(
            columns={"source": "twin_source", "row": "twin", "file": "twin_file",
                     "source_row": "twin_row", "record_key": "twin_key"}
        )  # fmt: skip
        faults = faults.merge(
            twins, on=["table", "twin_source", "twin"], how="left", validate="many_to_one"
        )
        faults = faults.astype({"source_row": "Int64", "twin_row": "Int64"})
        for column in ("source", "twin_source"):
            faults[column] = faults[column].str.split(" ").str[0]
        return faults.sort_values(
            ["kind", "table", "source", "file", "source_row", "column"], ignore_index=True
        )[list(COLUMNS)]


def said(value: object) -> str:
    """A value as the truth writes it: moments in ISO, money with two decimals, nothing as empty.

    Examples
    --------
    >>> said(12.5), said(3), said(None), said(pd.Timestamp("2026-03-01"))
    ('12.50', '3', '', '2026-03-01T00:00:00')
    """
    if value is None or value is pd.NaT or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, pd.Timestamp):
        return str(value.isoformat())
    if isinstance(value, float | np.floating):
        return f"{value:.2f}"
    return str(value)
