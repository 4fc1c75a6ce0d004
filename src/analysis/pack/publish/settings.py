"""What both publishers share besides the pack: the project file, the words, the dates."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import yaml

from analysis.errors import PublishError
from analysis.pack.publish.source import Pack

PROJECT = "_quarto.yml"
THEME = "theme"
OURS = {"region": "pack-region", "author": "prepared-by"}  # their own names mean more to pandoc
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Published:
    """What was published, and with what.

    Attributes
    ----------
    html, pdf : Path
        The files.
    publisher, version : str
        ``quarto`` or ``embedded``, and the versions of the programs behind it.
    seconds : dict of str to float
        How long each step took.
    warnings : tuple of str
        What was dropped or replaced, in sentences; empty when nothing was.
    """

    html: Path
    pdf: Path
    publisher: str
    version: str
    seconds: dict[str, float]
    warnings: tuple[str, ...]


def project_settings(reports: Path) -> dict[str, Any]:
    """Read the Quarto project file, which the embedded publisher follows too."""
    path = reports / PROJECT
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise PublishError(f"{path} must be a readable YAML file: {error}") from error
    if not isinstance(found, dict):
        raise PublishError(f"{path} must hold settings by name; found {found!r}")
    return found


def escaped(text: str) -> str:
    """Plain text, written so that markdown reads it as itself.

    Examples
    --------
    >>> print(escaped("<B> & *Sons*"))
    \\<B\\> \\& \\*Sons\\*
    """
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", " ".join(text.split()))


def metadata(pack: Pack, settings: dict[str, Any]) -> dict[str, Any]:
    """Front matter for pandoc: the pack's facts, and the words the theme prints around them."""
    words = settings.get("words", {}) | pack.words
    facts = {OURS.get(key, key): escaped(value) for key, value in pack.front.items()}
    titles = (pack.front.get(key) for key in ("title", "region", "period"))
    return facts | {
        "lang": pack.front["lang"],
        "pagetitle": escaped(" \u00b7 ".join(title for title in titles if title)),
        "words": {key: escaped(str(value)) for key, value in words.items()},
    }


def stamp(pack: Pack) -> datetime:
    """The moment written into the PDF: the day the pack's data ends, so that bytes repeat.

    The clock would give every rendering other bytes. Reads ``2026-10-31``, ``31 October 2026``,
    or a month; anything else gives a fixed day.
    """
    for text in (pack.front.get("as-of", ""), pack.front.get("period", "")):
        if match := re.match(r"(\d{4})-(\d\d)(?:-(\d\d))?", text):
            try:
                day = date(int(match[1]), int(match[2]), int(match[3] or 1))
            except ValueError:
                continue
            return datetime(day.year, day.month, day.day, tzinfo=UTC)
        for pattern in ("%d %B %Y", "%d %b %Y", "%B %Y"):
            try:
                return datetime.strptime(text, pattern).replace(tzinfo=UTC)
            except ValueError:
                continue
    return EPOCH
