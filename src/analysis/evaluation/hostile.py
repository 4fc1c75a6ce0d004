"""Hostile files: each must be read right, or refused with an error that says what is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ibis

from analysis.errors import AnalysisError
from analysis.evaluation.hostile_cases import Case, cases
from analysis.evaluation.record import Figure
from analysis.sources import registry
from analysis.sources.files import ROW
from analysis.sources.mapping import Firm, System
from analysis.sources.read import Reading, read_table

__all__ = ["Case", "Outcome", "cases", "outcomes", "run"]

EXACT = "decimal(18, 4)"
TYPES = {
    "order_id": "string", "ordered_at": "timestamp", "customer_id": "string", "region": "string",
    "quantity": EXACT, "revenue": EXACT,
}  # fmt: skip
SOURCE = "files written by analysis.evaluation.hostile_cases, read by analysis.sources"


@dataclass(frozen=True)
class Outcome:
    """What became of one hostile file.

    Attributes
    ----------
    case, expected, outcome : str
        Its name, what must happen, and what did: ``read`` or the error.
    ok : bool
        Whether the two are the same: the rows and the values left unread are exactly those that
        are expected, or the error says all it must.
    """

    case: str
    expected: str
    outcome: str
    ok: bool


def run(folder: Path) -> list[Figure]:
    """Share of the hostile files that are dealt with as they must be, and each of them.

    Parameters
    ----------
    folder : Path
        Where they are written.
    """
    found = outcomes(folder)
    good = sum(one.ok for one in found)
    share = Figure(
        "hostile files read right or refused clearly", good / len(found), SOURCE, len(found),
        target="≥ 1",
    )  # fmt: skip
    return [share] + [
        Figure(f"hostile file: {one.case}", float(one.ok), f"{SOURCE}: {one.outcome}", 1,
               target="≥ 1")
        for one in found
    ]  # fmt: skip


def outcomes(folder: Path, chosen: Sequence[Case] | None = None) -> list[Outcome]:
    """Write each case's files into a folder of its own and read them.

    Parameters
    ----------
    folder : Path
        Where the folders are made.
    chosen : sequence of Case, optional
        Cases to try, if not all.
    """
    engine = ibis.duckdb.connect()
    return [_outcome(engine, case, folder / str(n)) for n, case in enumerate(chosen or cases())]


def _outcome(engine: Any, case: Case, folder: Path) -> Outcome:
    folder.mkdir(parents=True)
    case.write(folder)
    if case.refused:
        expected = f"refused: {' … '.join(case.refused)}"
    else:
        expected = f"{len(case.rows)} rows read, {len(case.unread)} values left unread"
    try:
        reading = _reading(engine, case, folder)
    except AnalysisError as error:
        said = str(error)
        ok = bool(case.refused) and all(words in said for words in case.refused)
        return Outcome(case.name, expected, f"refused: {said}", ok)
    names = list(case.mapping["columns"])
    rows = _listed(reading.table, [*names, ROW])
    unread = [tuple(row) for row in _listed(reading.unread, [ROW, "column", "value"])]
    reading.release()
    ok = not case.refused and rows == case.rows and unread == case.unread
    return Outcome(case.name, expected, f"{len(rows)} rows read, {len(unread)} unread", ok)


def _reading(engine: Any, case: Case, folder: Path) -> Reading:
    firm = Firm(firm="Hostile", currency="£", currency_code="GBP", path=str(folder))
    system = System.model_validate({"tables": {"order_lines": dict(case.mapping)}})
    register = registry.Register(firm, {"hostile": system})
    (delivery,), _ = registry.deliveries(register, "hostile")
    return read_table(engine, delivery, TYPES, register)


def _listed(table: ibis.Table, names: list[str]) -> list[list[Any]]:
    """Cells of a small table in the order of the file: missing ones None, money as text."""
    frame = table.order_by([ROW, *(name for name in names if name != ROW)]).select(names).execute()
    return [[_cell(value) for value in row] for row in frame.itertuples(index=False)]


def _cell(value: Any) -> Any:
    if value is None or value != value:  # NaN and NaT are not themselves
        return None
    if hasattr(value, "isoformat"):
        return value.isoformat(sep=" ").removesuffix(" 00:00:00")
    return value if isinstance(value, str | int) else float(value)
