"""Addresses of databases, and what may be asked of one."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import sqlglot
from sqlglot import exp

from analysis.errors import SourceError

SQLITE = "sqlite:///"
SERVERS = ("postgresql", "postgres")
ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
NAME = re.compile(r'(?:[^\W\d][\w$]*|"[^"]+")(?:\.(?:[^\W\d][\w$]*|"[^"]+"))*')
CHANGES = (exp.DML, exp.DDL, exp.Into, exp.Command, exp.Lock)


def is_address(path: str) -> bool:
    """Whether a path is a database's address."""
    return bool(ADDRESS.match(path))


def is_file(url: str) -> bool:
    """Whether an address is of a database that is one file."""
    return url.startswith(SQLITE)


def is_name(query: str) -> bool:
    """Whether a query is the name of a table."""
    return bool(NAME.fullmatch(query.strip()))


def anchored(url: str, base: Path) -> str:
    """An address whole: SQLite's file is looked for in ``base``.

    Raises
    ------
    SourceError
        If it is an address of a kind that is not read.
    """
    if is_file(url):
        return f"{SQLITE}{(base / Path(url.removeprefix(SQLITE)).expanduser()).resolve()}"
    if urlsplit(url).scheme not in SERVERS:
        raise SourceError(
            f"params/sources: path {shown(url)!r} is of a kind that is not read; "
            "write sqlite:///file.sqlite or postgresql://user@host/name"
        )
    return url


def path_of(url: str) -> Path:
    """File of a SQLite address."""
    return Path(url.removeprefix(SQLITE))


def files_of(url: str) -> list[Path]:
    """File of a SQLite address, and the one with changes that are not yet in it."""
    path = path_of(url)
    waiting = path.with_name(f"{path.name}-wal")
    return [path, waiting] if waiting.is_file() else [path]


def shown(url: str) -> str:
    """An address without its password."""
    parts = urlsplit(url)
    if parts.password is None:
        return url
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{parts.username}@{host}"))


def statement(query: str, dialect: str, where: str) -> str:
    """The SELECT a query means: a table's name stands for all of its rows.

    Raises
    ------
    SourceError
        If it is more than one statement, or one that does not only read.

    Examples
    --------
    >>> statement("sales.orders", "postgres", "erp")
    'SELECT * FROM sales.orders'
    """
    text = query.strip().rstrip(";").strip()
    if is_name(text):
        return f"SELECT * FROM {text}"
    try:
        trees = sqlglot.parse(text, dialect=dialect)
    except sqlglot.errors.SqlglotError as error:
        said = str(error).splitlines()[0]
        raise SourceError(f"{where}: query cannot be read as SQL: {said}") from None
    tree = trees[0] if len(trees) == 1 else None
    if not isinstance(tree, exp.Query) or any(isinstance(node, CHANGES) for node in tree.walk()):
        raise SourceError(
            f"{where}: query must be a table's name or one SELECT, which only reads; "
            f"found {text[:80]!r}"
        )
    return text
