"""The words a reader of a pack sees, by key, from one catalogue per language.

A second language is a second folder beside ``en/``, not a rewrite.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path

import yaml

LANGUAGE = "en"
NONE, OTHER = "", "(other)"
"""What stands for a part that has no name, and for the parts added up in a last row."""


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
    if value in (NONE, OTHER):
        return words("part.none" if value == NONE else "part.other")
    key = f"part.{dimension}.{value}"
    return words(key) if has(key) else value


def named(kind: str, name: str) -> str:
    """What a reader calls something the suite names: a table, gate or rule; else its own name.

    Examples
    --------
    >>> named("table_name", "order_lines"), named("rule", "a_rule_of_tomorrow")
    ('Order lines', 'a_rule_of_tomorrow')
    """
    key = f"{kind}.{name}"
    return words(key) if has(key) else name


def listed(names: Sequence[str]) -> str:
    """Names as a sentence lists them.

    Examples
    --------
    >>> listed(["Stores"]), listed(["Stores", "Dealers"]), listed(["a", "b", "c"])
    ('Stores', 'Stores and Dealers', 'a, b and c')
    """
    if len(names) < 2:
        return "".join(names)
    return words("word.and", first=", ".join(names[:-1]), last=names[-1])


def escaped(text: str) -> str:
    """Plain text as Markdown that reads the same: names in data may hold any sign.

    Examples
    --------
    >>> escaped("E*as*t & $5")
    'E\\\\*as\\\\*t & \\\\$5'
    """
    return re.sub(r"([\\`*_{}\[\]<>#|$@~^])", r"\\\1", text)


def _flat(tree: dict[str, object], prefix: str) -> list[tuple[str, str]]:
    pairs = []
    for name, value in tree.items():
        if isinstance(value, dict):
            pairs += _flat(value, f"{prefix}{name}.")
        else:
            pairs.append((f"{prefix}{name}", str(value)))
    return pairs
