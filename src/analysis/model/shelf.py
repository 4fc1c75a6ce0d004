"""The shelf of a firm: stages and parts that a build leaves for the next, named by digests."""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from contextlib import suppress
from pathlib import Path

from analysis import params

STAGED, PARTS = ".staged", ".parts"
KEPT_DAYS = 60
"""A stage or part that no build has used for so long is removed."""
UNFINISHED_DAYS = 1
"""So is what a killed run left half made, after a day; a run that long is another's."""
UNFINISHED = (".building-*", ".staging-*", ".cleaning-*")


def digest(*parts: object) -> str:
    """Name of what the parts say."""
    return hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()


def code_version(*folders: Path) -> str:
    """Digest of the code in files and folders: what it made is made anew when it changes."""
    paths = sorted(
        path for one in folders for path in ([one] if one.is_file() else one.rglob("*.py"))
    )
    own = Path(params.__file__)
    return digest(*(path.read_text(encoding="utf-8") for path in [*paths, own]))[:12]


def put(made: Path, final: Path) -> None:
    """Give a finished folder its name; another run may have put it there meanwhile: it stays."""
    try:
        made.chmod(0o755)
        made.replace(final)
    except OSError:
        if not final.is_dir():
            raise


def used(folder: Path) -> Path:
    """Note that a folder of the shelf is in use."""
    os.utime(folder)
    return folder


def tidy(shelf: Path) -> None:
    """Remove what killed runs left, and stages and parts that no build has used for long."""
    shelves = (shelf, shelf / STAGED, shelf / PARTS)
    for folder in (left for one in shelves for name in UNFINISHED for left in one.glob(name)):
        _remove(folder, UNFINISHED_DAYS)
    for folder in (left for one in shelves[1:] for left in one.glob("[!.]*")):
        _remove(folder, KEPT_DAYS)


def _remove(folder: Path, days: float) -> None:
    with suppress(FileNotFoundError):  # another run may have removed it
        if time.time() - folder.stat().st_mtime > days * 86_400:
            shutil.rmtree(folder, ignore_errors=True)
