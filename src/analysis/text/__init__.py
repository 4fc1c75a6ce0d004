"""The words a reader of a pack sees, by key, from one catalogue per language.

A second language is a second file beside ``en.yml``, not a rewrite.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import yaml

LANGUAGE = "en"


@cache
def catalogue(language: str = LANGUAGE) -> dict[str, str]:
    """Every text of a language, by dotted key: ``finding.headline.rose``."""
    raw = files("analysis.text").joinpath(f"{language}.yml").read_text(encoding="utf-8")
    return dict(_flat(yaml.safe_load(raw), ""))


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
