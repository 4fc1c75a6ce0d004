"""Build one pack: notebooks executed, findings collected, pack assembled and published.

A run is written under a temporary name and renamed when it is whole: a failed or interrupted run
leaves the good pack of an earlier one alone, and keeps the notebook that failed beside it.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from time import perf_counter
from typing import Any, Protocol

from analysis import paths
from analysis.errors import PublishError
from analysis.findings.record import Finding
from analysis.pack import collect, facts
from analysis.pack.assemble import assemble, reading_order, write
from analysis.pack.execute import Executed, execute
from analysis.pack.publish import Published, publish
from analysis.params import Run


class Watcher(Protocol):
    """Who is told how a run gets on."""

    def begin(self, steps: list[str]) -> None:
        """The steps to come."""

    def done(self, step: str, seconds: float, waiting: list[str]) -> None:
        """A step is done; ``waiting`` are those still to come."""


@dataclass(frozen=True)
class Pack:
    """A finished pack."""

    folder: Path
    findings: list[Finding]
    published: Published
    seconds: dict[str, float]


def build(
    run: Run,
    snapshot: Path,
    as_of: date,
    engine: str = "auto",
    watcher: Watcher | None = None,
    runs: Path | None = None,
    seconds: dict[str, float] | None = None,
) -> Pack:
    """Build the pack of a run.

    Parameters
    ----------
    run : Run
        Who, when and how.
    snapshot : Path
        Folder of the snapshot every notebook reads.
    as_of : date
        The day the pack looks from.
    engine : {"auto", "quarto", "embedded"}
        Publisher.
    watcher : Watcher, optional
        Told of each step.
    runs : Path, optional
        Where packs go, if not ``reports/runs``.
    seconds : dict, optional
        Steps already taken and how long they took, for ``run.json``.

    Returns
    -------
    Pack
        In ``<runs>/<data>/<region>-<period>/``.

    Raises
    ------
    PublishError
        If a notebook raises or the pack cannot be rendered; names the notebook that is kept.
    """
    notebooks = reading_order(list(paths.NOTEBOOKS.glob("*.ipynb")))
    home = (runs or paths.RUNS) / run.data
    good = home / f"{run.region}-{run.period.text}"
    manifest = json.loads((snapshot / "manifest.json").read_text(encoding="utf-8"))
    told = facts.gather(run, as_of, manifest, snapshot)
    times = dict(seconds or {})
    steps = [*(path.stem for path in notebooks), "pack.ipynb", "pack.html, pack.pdf"]
    if watcher:
        watcher.begin(steps)

    def step(name: str, taken: float) -> None:
        times[name] = taken
        if watcher:
            watcher.done(name, taken, [one for one in steps if one not in times])

    def executed(one: Executed, _: list[str]) -> None:
        step(one.name, one.seconds)

    with _written_whole(good) as folder:
        parameters = {
            "region": run.region,
            "period": run.period.text,
            "data": run.data,
            "snapshot": str(snapshot),
        }
        made = [one.path for one in execute(notebooks, folder, parameters, executed)]
        started = perf_counter()
        findings = collect.findings(made)
        pack = folder / "pack.ipynb"
        write(assemble(made, findings, told), pack)
        _write_json(folder / "findings.json", [asdict(finding) for finding in findings])
        step("pack.ipynb", perf_counter() - started)
        started = perf_counter()
        published = publish(pack, folder, engine)
        step("pack.html, pack.pdf", perf_counter() - started)
        publisher = {
            "name": published.publisher,
            "version": published.version,
            "warnings": list(published.warnings),
        }
        record = facts.record(told, times | dict(published.seconds), publisher)
        _write_json(folder / "run.json", record)
    return Pack(good, findings, published, times)


@contextmanager
def _written_whole(good: Path) -> Iterator[Path]:
    """A folder to write into that takes the good name only once everything in it is written."""
    good.parent.mkdir(parents=True, exist_ok=True)
    failed = good.with_name(f"{good.name}.failed")
    folder = Path(tempfile.mkdtemp(prefix=f".{good.name}-", dir=good.parent))
    folder.chmod(0o755)
    try:
        yield folder
    except BaseException as error:
        kept = _keep_failed(folder, failed, error)
        if kept and isinstance(error, PublishError):
            raise PublishError(f"{error}\nAs far as it got: {paths.shown(kept)}") from None
        raise
    old = folder.with_name(f"{folder.name}.old")
    try:
        if good.exists():
            good.replace(old)
        folder.replace(good)
    except BaseException:
        if old.exists() and not good.exists():
            old.replace(good)
        raise
    shutil.rmtree(old, ignore_errors=True)
    shutil.rmtree(failed, ignore_errors=True)


def _keep_failed(folder: Path, failed: Path, error: BaseException) -> Path | None:
    """Keep what a failed run executed; an interrupted one leaves nothing."""
    shutil.rmtree(failed, ignore_errors=True)
    if isinstance(error, Exception) and any(folder.glob("*.ipynb")):
        folder.replace(failed)
        return failed
    shutil.rmtree(folder, ignore_errors=True)
    return None


def _write_json(path: Path, content: Any) -> None:
    text = json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")
