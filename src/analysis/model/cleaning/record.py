"""What cleaning is told, and what it hands back."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, time
from typing import TYPE_CHECKING

import ibis

from analysis.model.settings import Cleaning

if TYPE_CHECKING:
    from analysis.sources.registry import Register

FIRST_MOMENT = datetime(1990, 1, 1)
"""What lies before is a typing error, or a system's stand-in for none."""
AFTER_LAST = datetime(2100, 1, 1)


@dataclass(frozen=True)
class Context:
    """What the rules look at besides the rows.

    Attributes
    ----------
    register : Register
        The firm and its systems.
    cleaning : Cleaning
        Settings.
    tables : dict of str to ibis.Table
        Tables already trusted, to which the rows may refer; and, where the caller has them,
        ``product_norms`` (:func:`.product_norms`) and ``system_channels``
        (:func:`.system_channels`), without which the rows at hand say what is usual.
    delivered : dict
        When each file of each system was written, by system and file.
    last_moment : datetime
        Latest possible moment in a file of which that is not known.
    """

    register: Register
    cleaning: Cleaning
    tables: dict[str, ibis.Table]
    delivered: dict[tuple[str, str], datetime | None]
    last_moment: datetime
    prepared: dict[str, str] = field(default_factory=dict, repr=False, compare=False)
    """Names of the tables made once to look things up in; cleaning's own."""

    @property
    def first_moment(self) -> datetime:
        """Earliest possible moment: the firm's founding, or 1990 where that is not known."""
        founded = self.register.firm.founded
        return max(FIRST_MOMENT, datetime.combine(founded, time())) if founded else FIRST_MOMENT

    def with_table(self, name: str, table: ibis.Table) -> Context:
        """The same with one more table; what was prepared of the others is shared."""
        prepared = self.prepared
        if any(called.startswith(f"{name}.") for called in prepared):
            prepared = {k: v for k, v in prepared.items() if not k.startswith(f"{name}.")}
        return replace(self, tables={**self.tables, name: table}, prepared=prepared)


@dataclass(frozen=True)
class Cleaned:
    """What became of the rows of one table. Every row is in ``kept``, ``quarantine`` or
    ``repeated``.

    Attributes
    ----------
    kept : ibis.Table
        The canonical columns, ``file`` and ``source_row``.
    quarantine, repairs, flags, leftovers, accounts, conflicts : ibis.Table
        As ``schema.TRUST`` declares them.
    repeated : ibis.Table
        One row per ``table``, ``source`` and ``month``: ``rows`` (count) and ``revenue`` of records
        that a file repeats by design (``keep: first``). No fault, so none is in the
        quarantine; in the accounts they are merged.
    """

    kept: ibis.Table
    quarantine: ibis.Table
    repairs: ibis.Table
    flags: ibis.Table
    leftovers: ibis.Table
    conflicts: ibis.Table
    repeated: ibis.Table
    accounts: ibis.Table
    held: tuple[str, ...] = field(default=(), repr=False)

    def release(self, engine: ibis.BaseBackend) -> None:
        """Free what the engine holds of it, once it is written."""
        for name in self.held:
            engine.raw_sql(f'DROP TABLE IF EXISTS "{name}"')
