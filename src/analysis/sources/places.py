"""Where a system's files, or its database, are."""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.parse import quote

from analysis import paths
from analysis.errors import SourceError
from analysis.sources import database
from analysis.sources.mapping import Firm, System

VARIABLE = re.compile(r"\$\{(\w+)\}")
SHOWN = 12
"""Files of a folder an error lists."""


class AbsentError(SourceError):
    """A system has not delivered something."""


def place_of(firm: Firm, system: System) -> Path | str | None:
    """Folder, file or database of a system; none where nothing says.

    Raises
    ------
    SourceError
        If a variable of the environment is not set, or the database is of a kind that is not read.
    """
    whole, own = _filled(firm.path), _filled(system.path)
    if database.is_address(own):
        return database.anchored(own, paths.anchored(whole) if whole else paths.ROOT)
    if database.is_address(whole):
        return database.anchored(whole, paths.ROOT)
    if not whole:
        return paths.anchored(own) if own and _stands_alone(own) else None
    place = (paths.anchored(whole) / Path(own).expanduser()).resolve()
    asked = any(
        mapped.query
        for tables in system.tables.values()
        for mapped in (tables if isinstance(tables, list) else [tables])
    )
    return f"{database.SQLITE}{place}" if asked and place.is_file() else place


def _stands_alone(path: str) -> bool:
    return Path(path).expanduser().is_absolute()


def _filled(path: str) -> str:
    """A path with ``${NAME}`` taken from the environment."""

    def value(found: re.Match[str]) -> str:
        name = found[1]
        if name not in os.environ:
            raise SourceError(
                f"params/sources: path {path!r} needs the environment variable {name}, "
                f"which is not set; export {name}=…"
            )
        # In an address, a password's own signs must not be taken for the address's.
        return quote(os.environ[name], safe="") if within else os.environ[name]

    within = database.is_address(path)
    return VARIABLE.sub(value, path)


def located(place: Path | None, pattern: str, system: System, data: str) -> list[Path]:
    """Files that fit a pattern, sorted by name.

    Raises
    ------
    AbsentError
        If none does; says what the folder holds.
    SourceError
        If nothing says where they are.
    """
    if place is None:
        below = f" (in {system.path} below the folder)" if system.path else ""
        raise SourceError(
            f"data {data!r} has no path to its files; say where {pattern} is{below}: "
            f"make report DATA={data} SOURCE_PATH=/folder/of/the/files REGION=…"
        )
    if place.is_file():
        return [place]
    if any(sign in pattern for sign in "*?["):
        found = sorted(path for path in place.glob(pattern) if path.is_file())
    else:
        found = [place / pattern] if (place / pattern).is_file() else []
    if found:
        return found
    there = "there is no such folder"
    if place.is_dir():
        near = (place / pattern).parent if (place / pattern).parent.is_dir() else place
        beside = sorted(path.name for path in near.glob("*"))
        more = f" and {len(beside) - SHOWN} more" if len(beside) > SHOWN else ""
        there = f"the folder holds {', '.join(beside[:SHOWN]) or 'nothing'}{more}"
    what = f"file {pattern} is not" if "*" not in pattern else f"no file fits {pattern}"
    raise AbsentError(f"data {data!r}: {what} in {place}; {there}")


def database_file(url: str, data: str) -> Path:
    """File of a SQLite database.

    Raises
    ------
    AbsentError
        If it is not there; says what the folder holds.
    """
    path = database.path_of(url)
    if not path.is_file():
        near = sorted(other.name for other in path.parent.glob("*"))
        there = f"the folder holds {', '.join(near[:SHOWN]) or 'nothing'}"
        if not path.parent.is_dir():
            there = "there is no such folder"
        raise AbsentError(f"data {data!r}: database {path.name} is not in {path.parent}; {there}")
    return path
