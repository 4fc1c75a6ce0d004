"""Whether data can be trusted: every figure of it, from nothing."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd

from analysis.demo import make_demo
from analysis.demo.true_firm import true_firm
from analysis.evaluation import accounts, cleaning, engines, hostile, linkage, scale
from analysis.evaluation.record import Figure
from analysis.model import snapshot

DATA = "demo"
PARTS = ("demo", "hostile", "engines", "scale")


def run(
    work: Path,
    lines: Sequence[int],
    said: str,
    seed: int = 2026,
    parts: Sequence[str] = PARTS,
    watcher: Callable[[str], None] = lambda _: None,
) -> list[Figure]:
    """Make a firm, its snapshot and the hostile files anew, and score what became of them.

    Parameters
    ----------
    work : Path
        Empty folder for all that is made.
    lines : sequence of int
        Sizes at which the cost is measured.
    said : str
        When and on what machine; part of the source of what depends on it.
    seed : int
        Of the demo firm.
    parts : sequence of str
        Which of :data:`PARTS` to do.
    watcher : callable
        Told what is done next.
    """
    figures: list[Figure] = []
    if {"demo", "engines"} & set(parts):
        watcher("the demo firm and its snapshot")
        folder = work / DATA
        make_demo(folder, seed)
        built = snapshot.ensure(DATA, folder, work / "store", strict=False)
        if "demo" in parts:
            watcher("scores of the demo firm")
            figures += demo_figures(folder / "truth", built, true_firm(seed).tables["order_lines"])
        if "engines" in parts:
            watcher("the measures on every engine")
            figures += engines.run(built)
        shutil.rmtree(work / "store")
    if "hostile" in parts:
        watcher("hostile files")
        figures += hostile.run(work / "hostile")
    if "scale" in parts:
        figures += scale.run(lines, said, watcher)
    return figures


def demo_figures(truth: Path, built: Path, lines: pd.DataFrame) -> list[Figure]:
    """Scores of one snapshot of the demo firm.

    Parameters
    ----------
    truth : Path
        Folder of what is true.
    built : Path
        Snapshot.
    lines : DataFrame
        True order lines: ``order_id``, ``line_no`` and ``revenue``.
    """
    faults = cleaning.read_faults(truth)
    numbers = pd.read_csv(truth / "orders_systems.csv", dtype=str)
    true = accounts.true_lines(lines, numbers, faults)
    trusted = accounts.trusted_lines(built)
    return [
        *cleaning.figures(truth, built),
        *linkage.figures(truth, built),
        *accounts.line_figures(true, trusted, float(lines["revenue"].sum())),
        *accounts.account_figures(built),
        *accounts.trust_figures(built, faults),
    ]
