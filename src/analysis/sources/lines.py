"""JSON lines: one object a line, what is nested named with dots."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import duckdb

from analysis.errors import SourceError, nearest
from analysis.sources import encodings
from analysis.sources.mapping import Table, sources_of
from analysis.sources.raw import Cell, Raw, literal

SUFFIXES = {".jsonl", ".ndjson"}
LOOKED = 1000
"""Lines from which the names are learnt."""
NUMBERS = "('DOUBLE', 'BIGINT', 'UBIGINT', 'HUGEINT')"
EMPTY = "WHEN coalesce(trim(line), '') = '' THEN NULL"
OPTIONS = """columns = {'line': 'VARCHAR'}, auto_detect = false, header = false,
    delim = '\x01', quote = '', escape = '', max_line_size = 16000000, buffer_size = 64000000"""


def open_lines(path: Path, mapping: Table, name: str, folder: Path) -> Raw:
    """Open a file of JSON lines. Its first line is row 1: it has no heading.

    Raises
    ------
    SourceError
        If it is not in its encoding, or a line is no JSON object.

    Notes
    -----
    An object need not have every name. One that no line has is empty in this file and listed as
    ``lacking``: it is an error if no file that is read together with this one has it either.
    """
    encoding = encodings.of_file(path, mapping.encoding)
    if encoding not in encodings.UTF8:
        path = encodings.to_utf8(path, encoding, mapping.encoding, folder)

    def mend(error: duckdb.Error) -> Raw:
        if "unicode" in str(error).lower():
            raise encodings.undecodable(path, "utf-8", mapping.encoding) from None
        for _ in _objects(path, name):
            pass
        raise SourceError(f"{name} is not readable as JSON lines: {str(error)[:120]}") from None

    places: dict[str, tuple[str, ...]] = {}
    wanted = sources_of(mapping)
    try:
        for found in islice(_objects(path, name), LOOKED):
            places |= dict(_flat(found))
        if not places.keys() >= set(wanted):  # few lines may have them
            for found in _objects(path, name):
                places |= dict(_flat(found))
                if places.keys() >= set(wanted):
                    break
    except UnicodeDecodeError:
        raise encodings.undecodable(path, "utf-8", mapping.encoding) from None
    lacking = {
        own: f"{name} has no name {own!r}; {nearest(own, places)}" if places else ""
        for own in wanted
        if own not in places
    }
    listed = ", ".join(literal(_json_path(places.get(own, own.split(".")))) for own in wanted)
    cells = {}
    for place, own in enumerate(wanted, start=1):
        text = f"v[{place}]"
        if mapping.decimal == ",":  # JSON's own numbers have points whatever the firm writes
            text = (
                f"CASE WHEN t[{place}] IN {NUMBERS} THEN replace({text}, '.', ',') ELSE {text} END"
            )
        cells[own] = Cell(text)
    types = (
        f", CASE {EMPTY} ELSE json_type(line, [{listed}]) END AS t"
        if mapping.decimal == ","
        else ""
    )
    values = f"json_extract_string(line, [{listed}])" if wanted else "NULL"
    values = f"CASE {EMPTY} WHEN ltrim(line)[1] <> '{{' THEN error('no object') ELSE {values} END"
    return Raw(
        name=name,
        cells=cells,
        first_row=1,
        function="read_csv",
        path=str(path),
        options=OPTIONS,
        select=f"line, {values} AS v{types}",
        blank="coalesce(trim(line), '') = ''",
        mend=mend,
        lacking=lacking,
    )


def _objects(path: Path, name: str) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8-sig") as stream:
        for number, line in enumerate(stream, start=1):
            if not line.strip():
                continue
            try:
                found = json.loads(line)
            except ValueError:
                found = None
            if not isinstance(found, dict):
                raise SourceError(
                    f"{name} line {number} is no JSON object: {line.strip()[:80]!r}; "
                    "write one object, in braces, on each line"
                )
            yield found


def _flat(
    found: dict[str, Any], above: tuple[str, ...] = ()
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Names of an object's values with dots, and the keys that lead to each."""
    for key, value in found.items():
        place = (*above, key)
        if isinstance(value, dict):
            yield from _flat(value, place)
        else:
            yield ".".join(place), place


def _json_path(keys: Sequence[str]) -> str:
    quoted = (key.replace('"', '\\"') for key in keys)
    return "$" + "".join(f'."{key}"' for key in quoted)
