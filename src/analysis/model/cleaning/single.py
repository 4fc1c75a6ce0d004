"""The rules on single rows, in the order in which they speak."""

from __future__ import annotations

import ibis

from analysis.model import schema
from analysis.model.cleaning.amounts import one_currency, one_unit
from analysis.model.cleaning.filling import filled, missing
from analysis.model.cleaning.knowing import looked_up, unknown_key
from analysis.model.cleaning.layers import Step
from analysis.model.cleaning.possible import impossible
from analysis.model.cleaning.reading import standard_words, unreadable
from analysis.model.cleaning.usual import outlier
from analysis.model.cleaning.work import Work


def canonical(name: str, staged: ibis.Table) -> list[str]:
    """Columns of the table that staged rows have, without their source."""
    return [c for c in schema.TABLES[name].columns if c in staged.columns and c != "source"]


def single_rows(work: Work, outliers: bool = True) -> list[Step]:
    """Rules on single rows.

    Parameters
    ----------
    work : Work
        The batch.
    outliers : bool
        Whether to ask what is usual as well, for which the batch must be all lines of its time.
    """
    looked = looked_up(work)
    return [
        unreadable(work), *one_currency(work), one_unit(work), *standard_words(work),
        impossible(work), looked, filled(work, looked), missing(work), unknown_key(work, looked),
        *(outlier(work, looked) if outliers else []),
    ]  # fmt: skip
