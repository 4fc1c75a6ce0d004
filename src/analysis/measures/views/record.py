"""What a view is: rows in scope that measures are taken over, and what they can be split by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import pandas as pd

from analysis.model import schema
from analysis.model.dataset import Dataset
from analysis.params import WHOLE_FIRM
from analysis.periods import Period


@dataclass(frozen=True)
class Scope:
    """Which rows: of a region (``all``: of the firm) and of a period, to be split by ``by``."""

    data: Dataset
    region: str
    period: Period
    by: tuple[str, ...] = ()

    def of_region(self, table: ibis.Table) -> ibis.Table:
        """The rows of the region, of a table that has a column ``region``."""
        return table if self.region == WHOLE_FIRM else table.filter(table.region == self.region)

    def in_period(self, moment: ir.TimestampValue) -> ir.BooleanValue:
        """Whether a moment lies in the period."""
        return (moment >= self.period.start) & (moment < (self.period.last + 1).start_time)

    def before_end(self, moment: ir.TimestampValue) -> ir.BooleanValue:
        """Whether a moment lies before the end of the period; of a missing one, false."""
        return moment.notnull() & (moment < (self.period.last + 1).start_time)


@dataclass(frozen=True)
class View:
    """Rows measures are taken over.

    Attributes
    ----------
    rows : callable
        Takes a scope; gives a table with the dimensions asked for as columns, or ``None`` where
        the data do not reach back far enough.
    dimensions : frozenset of str
        What the rows can be split by.
    windowed : bool
        Whether they look back further than the period, or at what was known when it ended, so that
        each month must be asked alone.
    dated : str
        Table and column that say when a row is of. A period before the first is unknown, not
        empty; empty for order lines, whose reach the data set knows.
    placed : str
        Table and column a firm may lack that say of which region a row is.
    """

    rows: Callable[[Scope], ibis.Table | None]
    dimensions: frozenset[str]
    windowed: bool = False
    dated: str = ""
    placed: str = ""

    def answers(self, scope: Scope) -> bool:
        """Whether its rows reach back to the period, and know the region and ``by`` asked for."""
        asked = {*scope.by} | (set() if scope.region == WHOLE_FIRM else {"region"})
        known = asked <= self.dimensions
        if known and "region" in asked and self.placed:
            known = scope.data.has(self.placed)
        return known and self._begins_by(scope)

    def _begins_by(self, scope: Scope) -> bool:
        """Whether the first row is not later than the period's first month."""
        if not self.dated:
            return True
        table, _, column = self.dated.partition(".")
        first = scope.data.tables[table][column].min().execute()
        return bool(pd.notna(first) and pd.Period(first, "M") <= scope.period.first)


def flag(condition: ir.BooleanValue) -> ir.IntegerValue:
    """A condition as one or zero, which every engine can add up; missing is zero."""
    return ibis.ifelse(condition.fill_null(False), 1, 0)


def days_between(start: ir.TimestampValue, end: ir.TimestampValue) -> ir.DecimalValue:
    """Days from one moment to another, to an eighth: a decimal, whose sums have no order."""
    eighths = (end.epoch_seconds() - start.epoch_seconds()) // 10_800
    return (eighths.cast("float64") / 8).cast(schema.EXACT)
