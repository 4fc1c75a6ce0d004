"""Which rows give way to others, kept as they are found."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.model.cleaning.layers import ORIGIN
from analysis.model.cleaning.work import Work, same_row

PLACES = "source VARCHAR, file VARCHAR, source_row BIGINT"
SETTINGS = {
    "exact_duplicate": "exact_duplicates",
    "superseded": "exact_duplicates",
    "cross_system_duplicate": "cross_system_duplicates",
    "near_duplicate": "near_duplicates",
}
"""The setting that says what a rule does."""
ONE_EACH = frozenset({"customers"})
"""Tables whose records are linked by their keys: a key is there once, whatever the setting."""


@dataclass(frozen=True)
class Ledger:
    """The rows of a batch, and which of them give way.

    Attributes
    ----------
    work : Work
        The batch.
    values : str
        Its rows after the rules on single rows; ``_reject`` says which are rejected.
    gone : str
        Rows that give way: where they stood, ``rule``, ``survivor`` (key) and ``reason``.
    doubted : str
        The same of rows that would, were the setting not to flag them.
    repeated : str
        Rows of records that a file repeats by design.
    lent : str
        Values that rows which stay have from another system's: ``column`` and ``after``.
    """

    work: Work
    values: str
    gone: str
    doubted: str
    repeated: str
    lent: str

    @property
    def live(self) -> str:
        """Bracketed query of the rows that are still to stay."""
        return (
            f"(SELECT * FROM {self.values} v WHERE _reject IS NULL"
            f" AND NOT EXISTS (FROM {self.gone} g WHERE {same_row('g', 'v')})"
            f" AND NOT EXISTS (FROM {self.repeated} g WHERE {same_row('g', 'v')}))"
        )

    def enter(self, found: str) -> None:
        """Note rows that give way.

        Parameters
        ----------
        found : str
            Query with ``source``, ``file``, ``source_row``, ``rule``, ``survivor``, ``reason``.
        """
        made = self.work.hold(found)
        merging = [rule for rule, setting in SETTINGS.items() if self._setting(setting) == "merge"]
        listed = ", ".join(f"'{rule}'" for rule in merging) or "NULL"
        columns = f"{', '.join(ORIGIN)}, rule, survivor, reason"
        unless = f"NOT EXISTS (FROM {self.gone} g WHERE {same_row('g', 'm')})"
        for target, condition in (
            (self.gone, f"rule IN ({listed})"),
            (self.doubted, f"(rule IN ({listed})) IS NOT TRUE"),
        ):
            self.work.engine.raw_sql(
                f"INSERT INTO {target} SELECT {columns} FROM {made} m "
                f"WHERE {condition} AND {unless}"
            )
        self.work.drop(made)

    def _setting(self, name: str) -> str:
        if self.work.name in ONE_EACH and name == "exact_duplicates":
            return "merge"
        return str(getattr(self.work.context.cleaning, name))


def open_ledger(work: Work, values: str) -> Ledger:
    """A ledger without entries."""
    told = "rule VARCHAR, survivor VARCHAR, reason VARCHAR"
    return Ledger(
        work, values,
        gone=_empty(work, f"{PLACES}, {told}"),
        doubted=_empty(work, f"{PLACES}, {told}"),
        repeated=_empty(work, PLACES),
        lent=_empty(work, f"{PLACES}, column VARCHAR, after VARCHAR"),
    )  # fmt: skip


def _empty(work: Work, columns: str) -> str:
    told = ", ".join(
        f'NULL::{kind} AS "{name}"' for name, kind in (c.split() for c in columns.split(", "))
    )
    return work.hold(f"SELECT {told} WHERE false")
