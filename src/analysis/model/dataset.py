"""Open a snapshot: its tables in the engine, its manifest beside them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import ibis
import pandas as pd

from analysis.errors import ParameterError, nearest
from analysis.model import engines, schema, snapshot
from analysis.params import WHOLE_FIRM, Run
from analysis.periods import Period

QUIET_DAYS = 3
"""A firm may take no order on a month's first or last days, and it is whole all the same."""


@dataclass(frozen=True)
class Dataset:
    """The trusted tables of one snapshot.

    Attributes
    ----------
    tables : dict of ibis.Table
        By canonical name, each as ``model.schema`` declares it; order lines never leave the
        engine whole.
    trust : dict of ibis.Table
        What was done to the data and how far they can be trusted, as ``model.schema.trust``
        declares it.
    manifest : dict
        What the snapshot was made from, and how many rows came of it.
    first_day, last_day : date
        Of the order lines.
    regions : tuple of str
        With order lines.
    """

    tables: dict[str, ibis.Table]
    trust: dict[str, ibis.Table]
    manifest: dict[str, Any]
    first_day: date
    last_day: date
    regions: tuple[str, ...]

    @property
    def order_lines(self) -> ibis.Table:
        """One row per order and line."""
        return self.tables["order_lines"]

    def has(self, need: str) -> bool:
        """Whether the firm delivered a table (``returns``) or column (``order_lines.cost``)."""
        absent = self.manifest["absent"]
        return need not in absent and need.split(".")[0] not in absent

    def covers(self, period: Period) -> bool:
        """Whether the data hold all of ``period``, but for a few quiet days at either end."""
        begins, ends = self.first_day - period.start, period.end - self.last_day
        return begins.days <= QUIET_DAYS and ends.days <= QUIET_DAYS

    @property
    def first_month(self) -> pd.Period:
        """Month of the first order line."""
        return pd.Period(self.first_day, "M")

    @property
    def latest_month(self) -> pd.Period:
        """The last month the data hold whole, to within a few quiet days."""
        last = pd.Period(self.last_day, "M")
        whole = (last.end_time.date() - self.last_day).days <= QUIET_DAYS
        return last if whole or last == self.first_month else last - 1

    def base(self, run: Run) -> str | None:
        """What to explain a run's change against: the same months last year where there are any.

        A year evens out seasons; ``prior`` is the second best. ``None`` if the data hold neither.
        """
        for base in ("year_before", "prior"):
            period = run.base_period(base)
            if self.covers(period) and not period.overlaps(run.period):
                return base
        return None

    def base_period(self, run: Run) -> Period | None:
        """The period :meth:`base` names."""
        base = self.base(run)
        return run.base_period(base) if base else None

    def is_whole(self, run: Run) -> bool:
        """Whether the data reach the end of the run's period, but for a few quiet days."""
        return (run.period.end - self.last_day).days <= QUIET_DAYS

    def as_of(self, run: Run) -> date:
        """The day the run looks from: the last of its period, or of the data if that is earlier."""
        return min(run.period.end, self.last_day)


def open_snapshot(folder: Path, engine: str = "") -> Dataset:
    """Open the snapshot in ``folder`` on an engine: the one named, or the run's, or the firm's.

    Raises
    ------
    ParameterError
        If the engine is unknown, lacks what it needs, or cannot be reached.
    """
    manifest = json.loads((folder / snapshot.MANIFEST).read_text(encoding="utf-8"))
    tables = engines.open_tables(folder, engine or engines.chosen(manifest["run_on"]))
    lines = tables["order_lines"]
    # Who is new is asked of the whole firm, whatever region a pack is about.
    first = tables.pop(schema.FIRST_ORDERS)
    tables["order_lines"] = lines.left_join(first, "customer_id").drop("customer_id_right")
    local = ibis.duckdb.connect()
    trust = {
        name: local.read_parquet(folder / snapshot.TRUST / f"{name}.parquet", table_name=name)
        for name in schema.TRUST
    }
    return Dataset(
        tables=tables,
        trust=trust,
        manifest=manifest,
        first_day=date.fromisoformat(manifest["first_day"]),
        last_day=date.fromisoformat(manifest["last_day"]),
        regions=tuple(manifest["regions"]),
    )


def load(run: Run, folder: str | Path = "") -> Dataset:
    """Open the data of a run: the given snapshot, or the one of its source as it is now.

    Raises
    ------
    ParameterError
        If the data hold no such region, or no order lines of the region in the period; says
        which regions and periods there are.
    ContractError, SourceError
        As :func:`analysis.model.snapshot.ensure`.
    """
    data = open_snapshot(Path(folder) if folder else snapshot.current(run.data))
    check_scope(data, run)
    return data


def check_scope(data: Dataset, run: Run) -> None:
    """Check that the data have something to say about the run's region and period.

    Raises
    ------
    ParameterError
        If not; says what there is.
    """
    if run.region != WHOLE_FIRM and run.region not in data.regions:
        regions = [*data.regions, WHOLE_FIRM]
        raise ParameterError(
            f"data {run.data!r} has no region {run.region!r}; {nearest(run.region, regions)}"
        )
    lines = data.order_lines
    if run.region != WHOLE_FIRM:
        lines = lines.filter(lines.region == run.region)
    months = lines.ordered_at.truncate("M")
    there = lines.select(month=months).distinct().order_by("month").execute()["month"]
    known = pd.PeriodIndex(there, freq="M")
    if not any(bool(run.period.first <= month <= run.period.last) for month in known):
        raise ParameterError(
            f"period {run.period.text!r} has no orders in region {run.region!r} of data "
            f"{run.data!r}; there are orders from {known[0]} to {known[-1]}"
        )
