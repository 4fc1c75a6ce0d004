"""What size costs: seconds and memory of making a firm, its snapshot, and one month more."""

from __future__ import annotations

import json
import math
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import duckdb
import psutil

from analysis.demo.scale import add_month, write_scaled
from analysis.errors import AnalysisError
from analysis.evaluation.record import Figure, share
from analysis.model import snapshot

GIB = 1024**3
ASKED = {10_000_000: "≤ 4"}
"""Memory asked of a size, in GiB."""
EVERY = 0.05
"""Seconds between looks at the memory."""
STEPS: dict[str, str] = {
    "firm": "making the firm",
    "cold": "snapshot, cold",
    "month": "one more month of deliveries",
    "grown": "snapshot, one more month",
    "found": "snapshot, nothing new",
}
"""What is measured, each in a process of its own, in this order."""
GROWN = "≤ 0.5"
"""Processor time of a snapshot with one month more, as a share of one from nothing."""
BUILDS = ("cold", "grown", "found")
DATA = "large"
BUILT = "built.txt"
TOLD = ("quarantine", "repairs", "flags")


@dataclass(frozen=True)
class Cost:
    """What a step cost: seconds by the clock, seconds of processors, and bytes at the peak.

    The peak is of the process with all it started, as they were looked at, or of the process
    alone as Linux keeps it, whichever is more. What ``getrusage`` calls the peak of a child is no
    use: it begins with what its parent held when it started the child.
    """

    seconds: float
    processor_seconds: float
    peak: int


def run(
    lines: Sequence[int], said: str, watcher: Callable[[str], None] = lambda _: None
) -> list[Figure]:
    """Measure firms of several sizes, from nothing, smallest first.

    Parameters
    ----------
    lines : sequence of int
        Sizes in order lines.
    said : str
        When and on what it is measured; becomes part of each figure's source.
    watcher : callable
        Told what is measured next.

    Returns
    -------
    list of Figure
        By size and step seconds, seconds of processors and peak memory; what a new month costs
        as a share of building anew; planted faults that were found, by their number; and how
        processor time and memory grow from one size to the next, as the exponent: 1 is in step
        with the lines.
    """
    costs: dict[int, dict[str, Cost]] = {}
    figures: list[Figure] = []
    for size in sorted(lines):
        with tempfile.TemporaryDirectory(prefix="analysis-scale-") as folder:
            costs[size] = measure(size, Path(folder), watcher)
            figures += _of_size(size, costs[size], said)
            figures.append(_found(size, Path(folder)))
    return figures + _growth(costs, said)


def measure(
    lines: int, folder: Path, watcher: Callable[[str], None] = lambda _: None
) -> dict[str, Cost]:
    """Take every step of one size in a folder, each in a process of its own."""
    costs = {}
    for name, label in STEPS.items():
        watcher(f"{lines:,} lines: {label}")
        costs[name] = cost_of(
            [sys.executable, "-m", "analysis.evaluation.scale", name, str(folder), str(lines)]
        )
    return costs


def cost_of(command: Sequence[str]) -> Cost:
    """Run a command and measure it with all it starts.

    Raises
    ------
    AnalysisError
        If it fails; says how, in the last line of its error stream.
    """
    with tempfile.TemporaryFile() as errors:
        started = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=errors)
        looked = _Look(process.pid)
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        peak = looked.end()
        process.returncode = code = os.waitstatus_to_exitcode(status)
        if code:
            errors.seek(0)
            said = errors.read().decode(errors="replace").strip().split("\n")[-1]
            raise AnalysisError(f"{' '.join(command[1:])} ended with code {code}: {said}")
    return Cost(seconds, used.ru_utime + used.ru_stime, peak)


class _Look:
    """Looks at the memory of a process and its children, again and again, until it is ended."""

    def __init__(self, pid: int) -> None:
        self._process = psutil.Process(pid)
        self._peak = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def end(self) -> int:
        """The most that was seen, in bytes."""
        self._over.set()
        self._thread.join()
        return self._peak

    def _watch(self) -> None:
        while not self._over.wait(EVERY):
            try:
                family = [self._process, *self._process.children(recursive=True)]
            except psutil.NoSuchProcess:
                return
            seen = 0
            for one in family:
                try:
                    seen += one.memory_info().rss
                except psutil.NoSuchProcess:  # it ended between the two looks
                    continue
            self._peak = max(self._peak, seen, _high_water(self._process.pid))


def _high_water(pid: int) -> int:
    """The most a process held so far, in bytes, where the system keeps it; else 0."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0
    found = re.search(r"^VmHWM:\s+(\d+) kB", status, re.MULTILINE)
    return int(found[1]) * 1024 if found else 0


def step(name: str, folder: Path, lines: int) -> None:
    """Take one step: what the processes that are measured do."""
    firm, store = folder / "firm", folder / "store"
    if name == "firm":
        write_scaled(firm, lines)
    elif name == "month":
        add_month(firm)
    else:
        built = snapshot.ensure(DATA, firm, store, strict=False)
        (folder / BUILT).write_text(str(built), encoding="utf-8")


def _of_size(lines: int, costs: dict[str, Cost], said: str) -> list[Figure]:
    figures = []
    for name, label in STEPS.items():
        cost, source = costs[name], f"a firm of {lines:,} lines made for it; {said}"
        figures += [
            Figure(f"{label}, {lines:,} lines: seconds", cost.seconds, source, 1),
            Figure(
                f"{label}, {lines:,} lines: seconds of processors", cost.processor_seconds,
                source, 1,
            ),
            Figure(
                f"{label}, {lines:,} lines: GiB at the peak", cost.peak / GIB, source, 1,
                target=ASKED.get(lines, "") if name in BUILDS else "",
            ),
        ]  # fmt: skip
    # Of processor time: what else a machine does meanwhile is not in it.
    grown = costs["grown"].processor_seconds / costs["cold"].processor_seconds
    figures.append(
        Figure(
            f"snapshot with one more month, {lines:,} lines: as a share of cold",
            grown,
            said,
            1,
            target=GROWN,
        )
    )
    return figures


def _found(lines: int, folder: Path) -> Figure:
    """Planted faults that were found, rule by rule as far as their numbers go."""
    counts = json.loads((folder / "firm" / "truth" / "counts.json").read_text(encoding="utf-8"))
    planted: dict[str, int] = {}
    for kind, rule in counts["rules"].items():
        planted[rule] = planted.get(rule, 0) + counts["faults"][kind]
    built = (folder / BUILT).read_text(encoding="utf-8")
    tables = " UNION ALL ".join(
        f"SELECT rule FROM read_parquet('{built}/trust/{name}.parquet') "
        "WHERE \"table\" = 'order_lines'"
        for name in TOLD
    )
    with duckdb.connect() as engine:
        query = f"SELECT rule, count(*) FROM ({tables}) GROUP BY rule"
        told = dict(engine.execute(query).fetchall())
    found = sum(min(told.get(rule, 0), many) for rule, many in planted.items())
    return share(
        f"planted faults found, {lines:,} lines", found, sum(planted.values()),
        "numbers by rule, truth/counts.json against the trust tables",
    )  # fmt: skip


def _growth(costs: dict[int, dict[str, Cost]], said: str) -> list[Figure]:
    """Exponents b of cost ~ lines^b between neighbouring sizes."""
    sizes = sorted(costs)
    figures = []
    for small, large in pairwise(sizes):
        for name in ("firm", *BUILDS):
            for what, of in (("processor time", "processor_seconds"), ("memory", "peak")):
                exponent = growth(small, getattr(costs[small][name], of),
                                  large, getattr(costs[large][name], of))  # fmt: skip
                figures.append(Figure(
                    f"{STEPS[name]}: growth of {what} from {small:,} to {large:,} lines",
                    exponent, f"log ratio of costs over log ratio of lines; {said}", 2,
                ))  # fmt: skip
    return figures


def growth(small: float, its_cost: float, large: float, their_cost: float) -> float:
    """Exponent b for which cost ~ size^b.

    Examples
    --------
    >>> growth(1, 3.0, 10, 30.0), growth(1, 3.0, 100, 30.0)
    (1.0, 0.5)
    """
    return math.log(their_cost / its_cost) / math.log(large / small)


if __name__ == "__main__":
    step(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
