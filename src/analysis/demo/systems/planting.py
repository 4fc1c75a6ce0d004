"""Faults of every kind, planted in the systems' order lines, each noted in the ledger."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from analysis.demo.systems import repeats, slips
from analysis.demo.systems.ledger import Ledger
from analysis.demo.systems.people import People
from analysis.demo.systems.sheets import TABLE, Sheet, in_euros, in_packs

LARGE_BUT_TRUE: Final = 10


def plant(
    sheets: dict[str, Sheet],
    people: People,
    products: pd.DataFrame,
    ledger: Ledger,
    rng: np.random.Generator,
) -> None:
    """Plant every kind of fault in the sheets; a row has at most one."""
    _large_but_true(sheets, ledger)
    for sheet in sheets.values():
        _euros(sheet, ledger, rng)
    _packs(sheets["erp"], ledger, rng)
    repeats.not_delivered(sheets["till"], ledger, rng)
    repeats.keyed_again(sheets, people, ledger, rng)
    repeats.twice_soon(sheets, ledger, rng)
    repeats.restated(sheets, ledger, rng)
    repeats.twice_in_a_file(sheets, ledger, rng)
    for sheet in sheets.values():
        slips.plant(sheet, products, ledger, rng)


def _large_but_true(sheets: dict[str, Sheet], ledger: Ledger) -> None:
    """The largest lines there are: a rule may doubt them, and they are true."""
    largest = [
        (value, system, row)
        for system, sheet in sheets.items()
        for row, value in sheet.rows["revenue"].nlargest(LARGE_BUT_TRUE).items()
    ]
    for value, system, row in sorted(largest, reverse=True)[:LARGE_BUT_TRUE]:
        sheets[system].free[row] = False
        ledger.add("large_but_true", TABLE, system, row, "revenue", value, value)


def _euros(sheet: Sheet, ledger: Ledger, rng: np.random.Generator) -> None:
    """All amounts of a line are in euros; its revenue stands for them in the ledger."""
    true = sheet.rows["revenue"].copy()
    for row in in_euros(sheet, rng).tolist():
        before, after = float(true.iloc[row]), float(sheet.value(row, "revenue"))
        ledger.add("currency", TABLE, sheet.system, row, "revenue", before, after)


def _packs(sheet: Sheet, ledger: Ledger, rng: np.random.Generator) -> None:
    true = sheet.rows["quantity"].copy()
    for row in in_packs(sheet, rng).tolist():
        after = int(sheet.value(row, "quantity"))
        ledger.add("unit", TABLE, sheet.system, row, "quantity", int(true.iloc[row]), after)
