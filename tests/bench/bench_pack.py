"""How long a pack takes, and where the time goes: minimum, median and maximum of several runs.

Run with ``make bench``. Prints a table and writes ``reports/bench.json``; what matters are the
ratios within one run, as machines are noisy.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from analysis.demo import make_demo
from analysis.model import snapshot
from analysis.paths import REPORTS, ROOT

RUNS = 3


def seconds(work) -> float:
    started = perf_counter()
    work()
    return perf_counter() - started


def pack() -> dict[str, float]:
    """One warm pack through the command line, as a user makes it: wall time and its steps."""
    command = [sys.executable, "-m", "analysis", "report", "--region", "east"]
    wall = seconds(lambda: subprocess.run(command, cwd=ROOT, check=True, capture_output=True))
    newest = max((REPORTS / "runs" / "demo").glob("east-*/run.json"), key=os.path.getmtime)
    steps = json.loads(newest.read_text(encoding="utf-8"))["seconds"]
    return {"pack, wall": wall} | {f"  {step}": taken for step, taken in steps.items()}


def preparation() -> dict[str, float]:
    """Making the demo firm and its snapshot, cold and warm."""
    with tempfile.TemporaryDirectory() as folder:
        firm, store = Path(folder) / "demo", Path(folder) / "store"
        return {
            "demo firm": seconds(lambda: make_demo(firm)),
            "snapshot, cold": seconds(lambda: snapshot.ensure("demo", firm, store)),
            "snapshot, found": seconds(lambda: snapshot.ensure("demo", firm, store)),
        }


def main() -> None:
    pack()  # warm up: files cached, snapshot built
    rounds = [preparation() | pack() for _ in range(RUNS)]
    table = {
        step: [min(taken), statistics.median(taken), max(taken)]
        for step in rounds[0]
        if (taken := [one[step] for one in rounds])
    }
    print(f"{'seconds':28}{'min':>8}{'median':>8}{'max':>8}   n = {RUNS}, {os.cpu_count()} cores")
    for step, figures in table.items():
        print(f"{step:28}" + "".join(f"{figure:8.2f}" for figure in figures))
    (REPORTS / "bench.json").write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
