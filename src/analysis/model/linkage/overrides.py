"""A person's decisions on customer links, from ``data/overrides/customer-links.csv``.

Firms may share the file: a decision on systems this firm does not have is another firm's.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Mapping
from datetime import date
from pathlib import Path

from analysis import paths
from analysis.errors import ParameterError, nearest
from analysis.model.linkage.belief import Union
from analysis.model.linkage.groups import Decisions

COLUMNS = ("source_a", "local_id_a", "source_b", "local_id_b", "decision", "by", "on", "note")
SAME, DIFFERENT = "same", "different"


def read_decisions(
    path: Path, uids: Mapping[tuple[str, str], int], systems: Collection[str]
) -> tuple[Decisions, list[str]]:
    """Read the decisions that can be obeyed, and what the others wait for.

    Parameters
    ----------
    path : Path
        CSV in UTF-8 with the columns ``source_a``, ``local_id_a``, ``source_b``, ``local_id_b``
        (two records, as the list of candidates names them), ``decision`` (``same`` or
        ``different``), ``by`` (who decided), ``on`` (day, ``2026-10-31``) and ``note``.
    uids : mapping
        Number of each record, by system and the system's number.
    systems : collection of str
        Systems the firm has. A row that names none of them is another firm's, and passed over.

    Returns
    -------
    Decisions
        On pairs of customers that were both delivered.
    list of str
        File, row and what is not there, of each decision that waits: a customer no record has any
        more or yet, or a system that delivered no customers.

    Raises
    ------
    ParameterError
        If a column is missing, a value is none of those above, one of a row's systems is the
        firm's and the other is not, or two decisions contradict each other; names file and row.
    """
    name = paths.shown(path)
    delivered = {system for system, _ in uids}
    found: dict[tuple[int, int], tuple[str, int]] = {}
    waiting: list[str] = []
    for number, row in _rows(path, name):
        where = f"{name} row {number}"
        ends = [(row[f"source_{end}"], row[f"local_id_{end}"]) for end in "ab"]
        _check(row, ends, where)
        if not _is_ours(ends, systems, where):
            continue
        if missing := [end for end in ends if end not in uids]:
            said = [
                f"{system} has no customer {local!r}"
                if system in delivered
                else f"{system} delivered no customers"
                for system, local in missing
            ]
            waiting.append(f"{where}: {', '.join(dict.fromkeys(said))}")
            continue
        one, other = sorted(uids[end] for end in ends)
        before, at = found.setdefault((one, other), (row["decision"], number))
        if before != row["decision"]:
            raise ParameterError(
                f"{where} says {row['decision']} of two customers, row {at} says {before}; "
                "keep one of the rows"
            )
    _check_consistent(found, name)
    same, different = (
        frozenset(pair for pair, (said, _) in found.items() if said == decision)
        for decision in (SAME, DIFFERENT)
    )
    return Decisions(same, different), waiting


def _rows(path: Path, name: str) -> list[tuple[int, dict[str, str]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            heading = [str(column).strip() for column in reader.fieldnames or []]
            if missing := [column for column in COLUMNS if column not in heading]:
                raise ParameterError(
                    f"{name} has no column {', '.join(missing)}; its heading must be "
                    f"{','.join(COLUMNS)}"
                )
            reader.fieldnames = heading
            return [
                (number, {column: (row[column] or "").strip() for column in COLUMNS})
                for number, row in enumerate(reader, start=2)
                if any(value for value in row.values())
            ]
    except UnicodeDecodeError:
        raise ParameterError(f"{name}: not UTF-8; save it as CSV UTF-8") from None


def _is_ours(ends: list[tuple[str, str]], systems: Collection[str], where: str) -> bool:
    """Whether a decision is on this firm's systems; half of one is misspelt."""
    unknown = [end for end, (system, _) in zip("ab", ends, strict=True) if system not in systems]
    if len(unknown) == 1:
        system = ends["ab".index(unknown[0])][0]
        raise ParameterError(
            f"{where}: source_{unknown[0]} {system!r}: {nearest(system, systems)}. If it is "
            "another firm's, keep its decisions in a file of its own and name that in its "
            "params under trust: linkage: overrides"
        )
    return not unknown


def _check(row: dict[str, str], ends: list[tuple[str, str]], where: str) -> None:
    if row["decision"] not in (SAME, DIFFERENT):
        raise ParameterError(
            f"{where}: decision is {row['decision']!r}; write {SAME} or {DIFFERENT}"
        )
    for end, (system, local) in zip("ab", ends, strict=True):
        if not system:
            raise ParameterError(f"{where}: source_{end} is empty")
        if not local:
            raise ParameterError(f"{where}: local_id_{end} is empty")
    if ends[0] == ends[1]:
        raise ParameterError(f"{where}: both customers are {' '.join(ends[0])}; name two")
    if not row["by"]:
        raise ParameterError(f"{where}: by is empty; write who decided")
    try:
        date.fromisoformat(row["on"])
    except ValueError:
        raise ParameterError(f"{where}: on is {row['on']!r}; write a day: 2026-10-31") from None


def _check_consistent(found: dict[tuple[int, int], tuple[str, int]], name: str) -> None:
    """No pair may be decided apart that other rows, one by one, make the same."""
    count = max((other for _, other in found), default=-1) + 1
    union = Union(count)
    for (one, other), (said, _) in found.items():
        if said == SAME:
            union.join(one, other)
    for (one, other), (said, row) in found.items():
        if said == DIFFERENT and union.find(one) == union.find(other):
            leader = union.find(one)
            rows = sorted(
                at for (left, _), (word, at) in found.items()
                if word == SAME and union.find(left) == leader
            )  # fmt: skip
            raise ParameterError(
                f"{name} row {row} says {DIFFERENT} of two customers that rows "
                f"{', '.join(map(str, rows))} make the same; mend one of them"
            )
