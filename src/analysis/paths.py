"""Where the project's folders are, whatever folder the code is run from.

JupyterLab and nbval start a notebook in its own folder, papermill and make in
the project's; a path written relative to either breaks in the other.
"""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(os.environ.get("ANALYSIS_ROOT", Path(__file__).resolve().parents[2])).resolve()
PARAMS = ROOT / "params"
NOTEBOOKS = ROOT / "notebooks"
REPORTS = ROOT / "reports"
RUNS = REPORTS / "runs"
DATA = ROOT / "data"
SNAPSHOTS = DATA / "snapshots"


def anchored(path: str | Path) -> Path:
    """Resolve a path a user wrote: ``~`` and absolute as they are, else from the project's root."""
    return (ROOT / Path(path).expanduser()).resolve()


def shown(path: Path) -> str:
    """Name a path as a reader of the project would: from its root where it lies inside."""
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)
