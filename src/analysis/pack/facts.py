"""What a pack says about its own run: who, when, from which data, made with what."""

from __future__ import annotations

import hashlib
import platform
import subprocess
from dataclasses import dataclass
from datetime import date, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import paths, units
from analysis.params import Run
from analysis.text import words

PACKAGES = (
    "pandas", "numpy", "duckdb", "ibis-framework", "scikit-learn", "statsforecast", "seaborn",
    "matplotlib", "papermill", "nbformat", "pypandoc-binary", "typst",
)  # fmt: skip


@dataclass(frozen=True)
class Facts:
    """The run as its pack tells it.

    Attributes
    ----------
    run : Run
        Who, when and how.
    as_of : str
        The day the pack looks from, as a reader sees it.
    manifest : dict
        Of the snapshot.
    code : str
        Version of the package and hash of its source.
    command : str
        What makes this pack again.
    old : str
        What a reader must know if the delivery was old when the pack was made; empty if not.
    """

    run: Run
    as_of: str
    manifest: dict[str, Any]
    code: str
    command: str
    old: str = ""

    @property
    def region(self) -> str:
        """The region as a reader sees it."""
        return self.run.region_label

    @property
    def period(self) -> str:
        """The period as a reader sees it."""
        return self.run.period.label

    @property
    def firm(self) -> str:
        """Whose data it is."""
        return self.run.firm

    @property
    def goal(self) -> str:
        """What the pack is for."""
        return self.run.settings.goal


def gather(
    run: Run,
    as_of: date,
    manifest: dict[str, Any],
    snapshot: Path | None = None,
    now: datetime | None = None,
) -> Facts:
    """Collect the facts of a run.

    Parameters
    ----------
    run : Run
        Who, when and how.
    as_of : date
        The day the pack looks from.
    manifest : dict
        Of the snapshot.
    snapshot : Path, optional
        Its folder, for how old the deliveries are.
    now : datetime, optional
        When the pack is made; the clock, if not given.
    """
    return Facts(
        run=run,
        as_of=units.day(as_of),
        manifest=manifest,
        code=code_version(),
        command=f"make report DATA={run.data} REGION={run.region} PERIOD={run.period.text}"
        + ("" if manifest.get("has_path", True) else " SOURCE_PATH=…"),
        old=_old(run, snapshot, now or datetime.now()) if snapshot else "",
    )


def _old(run: Run, snapshot: Path, now: datetime) -> str:
    """That a delivery was older than it should be when the pack was made, of the worst system.

    A firm that says at which moment its data are judged is judged then, whatever the clock says.
    """
    told = snapshot / "trust" / "freshness.parquet"
    if run.judged_at or not told.is_file():
        return ""
    systems = pd.read_parquet(told, columns=["source", "label", "delivered_at", "refresh_hours"])
    systems = systems.dropna(subset=["delivered_at", "refresh_hours"])  # never due, never late
    hours = (pd.Timestamp(now) - systems["delivered_at"]) / pd.Timedelta(hours=1)
    late = hours / systems["refresh_hours"]
    if late.empty or late.max() <= 1:
        return ""
    worst = systems.loc[late.idxmax()]
    return words(
        "caveat.old",
        system=worst["label"] or worst["source"],
        age=units.span(hours[late.idxmax()]),
        due=units.span(worst["refresh_hours"]),
    )


def code_version() -> str:
    """Version of this package and a hash of its source and notebooks, which no commit need name."""
    package = Path(__file__).resolve().parents[1]
    files = [*package.rglob("*.py"), *package.rglob("*.yml"), *paths.NOTEBOOKS.glob("*.ipynb")]
    mark = hashlib.sha256()
    for file in sorted(files, key=lambda file: file.as_posix()):
        mark.update(file.read_bytes())
    return f"{package_version('sales-analysis-report-suite')}+{mark.hexdigest()[:12]}"


def commit() -> str | None:
    """The commit the code is at, with ``+`` if files were changed since; none outside git."""
    try:
        said = subprocess.run(
            ["git", "describe", "--always", "--dirty=+", "--abbrev=12"],
            cwd=paths.ROOT, capture_output=True, text=True, timeout=10, check=True,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return None
    return said.stdout.strip()


def record(facts: Facts, seconds: dict[str, float], publisher: dict[str, Any]) -> dict[str, Any]:
    """``run.json``: everything needed to make the run again, and what it took."""
    run, manifest = facts.run, facts.manifest
    return {
        "parameters": {
            "region": run.region,
            "period": run.period.text,
            "data": run.data,
            "settings": run.settings.model_dump(),
        },
        "as_of": facts.as_of,
        "snapshot": manifest["content"],
        "inputs": manifest["sources"],
        "orphans": manifest["orphans"],
        "absent": manifest["absent"],
        "code": {"version": facts.code, "commit": commit()},
        "packages": {name: package_version(name) for name in PACKAGES}
        | {"python": platform.python_version()},
        "publisher": publisher,
        "seconds": {step: round(taken, 3) for step, taken in seconds.items()},
        "command": facts.command,
    }


def package_version(package: str) -> str:
    """Installed version of a package."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "unknown"
