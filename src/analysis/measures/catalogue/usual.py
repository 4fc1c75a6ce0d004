"""Units that can be counted: those of lines that are not far from what is usual."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir


def usual_units(lines: ir.Table) -> ir.NumericColumn:
    """Units of each order line; none of a line flagged as an outlier.

    A flagged line is mostly a slip of the keyboard: one of ten thousand units is more than a month
    of a region. Its revenue was invoiced and stays; its units would drown all others.
    """
    return ibis.ifelse(lines.is_outlier.fill_null(False), 0, lines.quantity)
