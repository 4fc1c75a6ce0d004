"""Errors this package raises on purpose. Each says what was found, what would be right, and where.

The command line prints their message and no traceback: they are a user's to mend. Anything
else that escapes is a defect of ours.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class AnalysisError(Exception):
    """Base class: catch this to catch everything below."""


class ParameterError(AnalysisError):
    """A run was asked for something that cannot be run."""


class SourceError(AnalysisError):
    """A file a mapping names is missing, or is not as the mapping says."""


class ContractError(AnalysisError):
    """A table does not have the keys, columns or values its reader was promised."""


class PublishError(AnalysisError):
    """A pack could not be run, collected or rendered."""


def nearest(found: str, valid: Iterable[str]) -> str:
    """Words that end an error: what was probably meant, and everything that would do.

    Examples
    --------
    >>> nearest("eats", ["north", "east"])
    "did you mean 'east'? There are east, north"
    >>> nearest("Nett", ["Net"])
    "did you mean 'Net'? There are Net"
    >>> nearest("2031-01", ["2026-10"])
    'there are 2026-10'
    """
    names = sorted(map(str, valid))
    listed = ", ".join(names) or "none"
    as_typed = {name.lower(): name for name in names}
    close = get_close_matches(str(found).lower(), list(as_typed), n=1)
    if close:
        return f"did you mean {as_typed[close[0]]!r}? There are {listed}"
    return f"there are {listed}"
