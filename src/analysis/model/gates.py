"""Gates: what is asked of the data before they may be believed, and whether they do it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ibis

from analysis.errors import ContractError
from analysis.model.declared import kept
from analysis.model.figures import Figure, Figures
from analysis.model.settings import Gate, Gates


def judge(
    engine: ibis.BaseBackend,
    trust: Mapping[str, ibis.Table],
    tables: Mapping[str, ibis.Table],
    settings: Gates,
) -> ibis.Table:
    """Judge the data by every gate.

    Parameters
    ----------
    engine : ibis backend
        DuckDB.
    trust : mapping of str to ibis.Table
        Tables of trust as the schema declares them, all but ``gates``.
    tables : mapping of str to ibis.Table
        The trusted tables; those with ``file`` and ``source_row`` have their rows named.
    settings : Gates
        What is asked.

    Returns
    -------
    ibis.Table
        ``gates`` as the schema declares it: one row per gate and part of the data that has a
        figure. A part of nothing (no customers to link, no totals to compare) has none.

    Notes
    -----
    Where a gate is about months, the worst month of each system stands for all. Unreadable values
    are judged by table, system and column: of all files, or of the worst file of 500 rows or more.
    """
    judged = Figures(engine, trust, tables)
    rows = []
    for name in Gates.model_fields:
        gate: Gate = getattr(settings, name)
        for figure in getattr(judged, name)():
            if figure.denominator:
                rows.append(_row(judged, name, gate, figure))
    return kept(engine, "gates", rows)


def failures(gates: ibis.Table) -> str:
    """Every gate of level ``fail`` that is not met, with its rows; empty where there is none."""
    rows = gates.filter((gates.level == "fail") & ~gates.is_met).order_by("gate", "part").execute()
    return "; ".join(_said(row) for row in rows.to_dict("records"))


def require(gates: ibis.Table) -> None:
    """Check that every gate of level ``fail`` is met.

    Raises
    ------
    ContractError
        Listing all that are not, with figure, threshold and the first rows at fault.
    """
    if failed := failures(gates):
        raise ContractError(f"the data cannot be trusted: {failed}")


def _said(row: dict[str, Any]) -> str:
    about = f" of {row['part']}" if row["part"] else ""
    more = row["value"] > row["threshold"]
    asked = f"at {'most' if more else 'least'} {row['threshold']:.4g} is asked"
    counted = f"{row['numerator']:,.10g} of {row['denominator']:,.10g}"
    named = f": {row['rows_named']}" if row["rows_named"] else ""
    return f"gate {row['gate']}{about} is {row['value']:.4g} ({counted}), {asked}{named}"


def _row(judged: Figures, name: str, gate: Gate, figure: Figure) -> dict[str, object]:
    met = gate.meets(figure.value)
    return {
        "gate": name, "part": figure.part, "level": gate.level,
        "numerator": float(figure.numerator), "denominator": float(figure.denominator),
        "value": figure.value,
        "threshold": gate.at_least if gate.at_least is not None else gate.at_most,
        "is_met": met, "rows_named": "" if met else judged.named(figure),
    }  # fmt: skip
