"""The words a reader of a pack sees, by key, from one catalogue per language.

A second language is a second folder beside ``en/``, not a rewrite.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path

import yaml

LANGUAGE = "en"


@cache
def catalogue(language: str = LANGUAGE) -> dict[str, str]:
    """Every text of a language, by dotted key: ``finding.headline``.

    Raises
    ------
    ValueError
        If two files give one key.
    """
    texts: dict[str, str] = {}
    for file in sorted(Path(str(files("analysis.text"))).joinpath(language).glob("*.yml")):
        for key, text in _flat(yaml.safe_load(file.read_text(encoding="utf-8")), ""):
            if key in texts:
                raise ValueError(f"{file.name} repeats the text {key!r}")
            texts[key] = text
    return texts


def words(key: str, /, **values: object) -> str:
    """The text under ``key`` with ``values`` filled in.

    Raises
    ------
    KeyError
        If the catalogue has no such key, or the text names a value that was not given.

    Examples
    --------
    >>> words("month.10")
    'October'
    """
    return catalogue()[key].format(**values)


def has(key: str) -> bool:
    """Whether the catalogue has a text under ``key``."""
    return key in catalogue()


def part(dimension: str, value: str) -> str:
    """What a reader calls one part of a dimension: the catalogue's word, else the firm's own.

    Examples
    --------
    >>> part("channel", "web"), part("category", "Lighting")
    ('Web shop', 'Lighting')
    """
    if not value:
        return words("part.none")
    for key in (f"part.{dimension}.{value}", f"part.{value}"):
        if has(key):
            return words(key)
    return value


def listed(names: list[str]) -> str:
    """Names as a sentence lists them.

    Examples
    --------
    >>> listed(["North", "South", "East"])
    'North, South and East'
    """
    *most, last = names or [""]
    return f"{', '.join(most)} {words('and')} {last}" if most else last


def _flat(tree: dict[str, object], prefix: str) -> list[tuple[str, str]]:
    pairs = []
    for name, value in tree.items():
        if isinstance(value, dict):
            pairs += _flat(value, f"{prefix}{name}.")
        else:
            pairs.append((f"{prefix}{name}", str(value)))
    return pairs
