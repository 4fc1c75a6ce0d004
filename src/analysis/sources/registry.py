"""The register of a firm's systems, and what each of them has delivered."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from analysis import params, paths
from analysis.errors import ParameterError, SourceError
from analysis.sources import database, files
from analysis.sources.mapping import Firm, System, Table
from analysis.sources.places import AbsentError, database_file, located, place_of
from analysis.sources.postgres import UnreachableError, extract

NAME = re.compile(r"[a-z0-9_-]+")
"""Names of firms and systems: they are in every key, file name and query."""


@dataclass(frozen=True)
class Register:
    """A firm and the systems it comes from.

    Attributes
    ----------
    firm : Firm
        What ``params/sources/<data>.yml`` says.
    systems : dict of System
        By name; a firm that says its tables itself is one system of the data's name.
    """

    firm: Firm
    systems: dict[str, System]


@dataclass(frozen=True)
class Delivery:
    """One file, sheet or query result that a system delivered for one table.

    Attributes
    ----------
    system, table : str
        Which system, for which of our tables.
    mapping : Table
        How it maps.
    place : Path or str
        The file, or the address of the database.
    label : str
        File below the system's folder, and sheet; or system and query. Tells deliveries of one
        table apart.
    mark : str
        SHA-256 of what was delivered: equal marks, equal content.
    delivered_at : datetime or None
        When the file was last written, in local time; none: a query, read when it is asked.
    held : Path or None
        Result of the query as CSV, which the mark is of; none: a file, or SQLite.
    transport : str
        How the result was guarded on its way, such as ``TLSv1.3``, or ``none``; empty: a file.
    base : Path or None
        Folder in which a file of its lookups lies.
    """

    system: str
    table: str
    mapping: Table
    place: Path | str
    label: str
    mark: str
    delivered_at: datetime | None
    held: Path | None = None
    transport: str = ""
    base: Path | None = None


def load(data: str, source_path: str | Path | None = None, folder: Path | None = None) -> Register:
    """Read ``params/sources/<data>.yml`` and, beside it, ``<data>/<system>.yml``.

    Parameters
    ----------
    data : str
        Name of the firm's file.
    source_path : path, optional
        Laid over the firm's ``path``.
    folder : Path, optional
        Where the params are, if not in the project's own folder.

    Raises
    ------
    ParameterError
        If a file is not as :class:`Firm` or :class:`System` says, its name is not one a firm or
        system may have, or the firm has both tables of its own and a folder of systems, or neither.
    """
    place = (folder or paths.PARAMS) / "sources"
    params.must_exist("data", data, "sources", folder)
    _check_name(place / f"{data}.yml")
    file, beside = place / f"{data}.yml", place / data
    firm = params.checked(Firm, params.read_yaml(file), file)
    if source_path:
        firm = firm.model_copy(update={"path": str(source_path)})
    found = sorted(beside.glob("*.yml"))
    for path in found:
        _check_name(path)
    if bool(found) == bool(firm.tables):
        there = "both" if found else "neither"
        raise ParameterError(
            f"{paths.shown(file)}: a firm has `tables:` of its own, or systems, each with a file "
            f"in {paths.shown(beside)}/; this one has {there}"
        )
    if firm.tables:
        return Register(firm, {data: System(label=firm.firm, tables=firm.tables)})
    return Register(
        firm, {path.stem: params.checked(System, params.read_yaml(path), path) for path in found}
    )


def _check_name(path: Path) -> None:
    if not NAME.fullmatch(path.stem):
        raise ParameterError(
            f"{paths.shown(path)}: {path.stem!r} cannot name a firm or a system; name the file "
            "with small letters a-z, digits, _ and - only, such as head_office.yml"
        )


def deliveries(
    register: Register, data: str, strict: bool = True, scratch: Path | None = None
) -> tuple[list[Delivery], list[str]]:
    """List what the systems have delivered, each file and query with the mark of its content.

    Parameters
    ----------
    register : Register
        The firm's.
    data : str
        Its name, for messages.
    strict : bool
        Whether a required system that delivered nothing is an error; otherwise it is listed.
    scratch : Path, optional
        Folder that holds the results of queries; none: one that lives as long as the program.

    Returns
    -------
    list of Delivery
        By system, table and file.
    list of str
        Systems that delivered nothing.

    Raises
    ------
    SourceError
        If a required system delivered nothing, or one lacks some of its files.
    """
    found: list[Delivery] = []
    lacking: list[str] = []
    for name, system in register.systems.items():
        try:
            found += _of_system(register, name, system, data, scratch)
        except (AbsentError, UnreachableError) as absent:
            if (system.required and strict) or not _nothing(register, system, data):
                raise SourceError(_plainly(name, system, str(absent))) from None
            lacking.append(name)
    unmarked = sorted({path for one in found if not one.mark for path in _bytes_of(one)})
    with ThreadPoolExecutor() as pool:
        marks = dict(zip(unmarked, pool.map(files.fingerprint, unmarked), strict=True))
    return [one if one.mark else replace(one, mark=_mark(one, marks)) for one in found], lacking


def _of_system(
    register: Register, name: str, system: System, data: str, scratch: Path | None
) -> Iterator[Delivery]:
    place = place_of(register.firm, system)
    if isinstance(place, str) and not database.is_file(place):
        yield from _of_server(name, system, place, scratch)
        return
    for table, mapped in _tables(system):
        if isinstance(place, str):
            _check_query(name, table, mapped)
            path = database_file(place, data)
            label = _query_label(name, table, mapped)
            made: dict[str, Any] = {"place": place, "base": path.parent}
            yield Delivery(name, table, mapped, label=label, mark="", **made,
                           delivered_at=_written(path))  # fmt: skip
            continue
        if mapped.query:
            raise SourceError(
                f"{name}: table {table} has a query, and path {str(place)!r} is no database; "
                "write sqlite:///file.sqlite or postgresql://user@host/name"
            )
        base = place if place is None or place.is_dir() else place.parent
        for path in located(place, mapped.file, system, data):
            label = str(path.relative_to(base)) if base and path.is_relative_to(base) else path.name
            label = f"{label} {mapped.sheet}" if mapped.sheet else label
            yield Delivery(
                name, table, mapped, path, label, "", _written(path), base=base or path.parent
            )


def _of_server(name: str, system: System, url: str, scratch: Path | None) -> list[Delivery]:
    """Results of a server's queries, all as of one moment."""
    tables = list(_tables(system))
    for table, mapped in tables:
        _check_query(name, table, mapped)
    results = extract(url, [mapped for _, mapped in tables], name, scratch)
    return [
        Delivery(
            name, table, mapped, database.shown(url), _query_label(name, table, mapped),
            result.mark, None, result.path, result.transport,
        )
        for (table, mapped), result in zip(tables, results, strict=True)
    ]  # fmt: skip


def _check_query(name: str, table: str, mapped: Table) -> None:
    if mapped.file:
        raise SourceError(
            f"{name}: table {table} has a file, and the path is a database; write query, not file"
        )


def _nothing(register: Register, system: System, data: str) -> bool:
    """Whether a system delivered nothing at all, not only not everything."""
    place = place_of(register.firm, system)
    if isinstance(place, str):
        return True
    for _, mapped in _tables(system):
        try:
            located(place, mapped.file, system, data)
        except AbsentError:
            continue
        return False
    return True


def _plainly(name: str, system: System, absent: str) -> str:
    """What is missing, and who can mend it."""
    if not system.owner:
        return absent
    return f"{absent}. Ask {system.owner}, who answer for {system.label or name}"


def _tables(system: System) -> Iterator[tuple[str, Table]]:
    for name, mapped in system.tables.items():
        for table in mapped if isinstance(mapped, list) else [mapped]:
            yield name, table


def _query_label(system: str, table: str, mapped: Table) -> str:
    """System and table asked; of a statement, our table and the start of its hash."""
    if database.is_name(mapped.query):
        return f"{system} {mapped.query}"
    return f"{system} {table} {hashlib.sha256(mapped.query.encode()).hexdigest()[:6]}"


def _written(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime)


def _bytes_of(one: Delivery) -> list[Path]:
    """Files a delivery is read from: its own, and those its lookups are in."""
    if isinstance(one.place, str):
        return database.files_of(one.place)
    beside = {column.lookup.file for column in one.mapping.columns.values() if column.lookup}
    base = one.base or one.place.parent
    return [one.place, *(path for name in sorted(beside) if (path := base / name).is_file())]


def _mark(one: Delivery, marks: dict[Path, str]) -> str:
    of_files = [marks[path] for path in _bytes_of(one)]
    if isinstance(one.place, str):
        of_files.append(one.mapping.query)
    if len(of_files) == 1:
        return of_files[0]
    return hashlib.sha256("\n".join(of_files).encode()).hexdigest()
