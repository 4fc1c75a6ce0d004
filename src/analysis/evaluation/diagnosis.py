"""Whether explanations can be trusted: what was planted against what is found, from nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from analysis import params
from analysis.evaluation import (
    bridges,
    channels,
    planted,
    promotions,
    root_cause,
    team,
    unusual,
    verdicts,
)
from analysis.evaluation.firms import demo_firm
from analysis.evaluation.record import Figure

PARTS = (
    "bridges", "planted", "quiet", "verdicts", "unusual", "promotions", "channels", "team",
    "drivers",
)  # fmt: skip
DEEP = 2
"""Of the seeds, how many the verdicts and channels are looked at more closely in: it takes time."""
SEEDS = (2026, 1, 2, 3, 4)
"""The default firm first; the others are as any."""


def run(
    parts: Sequence[str] = PARTS,
    seeds: Sequence[int] = SEEDS,
    watcher: Callable[[str], None] = lambda _: None,
) -> list[Figure]:
    """Draw books and firms anew, and score what is said of them.

    Parameters
    ----------
    parts : sequence of str
        Which of :data:`PARTS` to do.
    seeds : sequence of int
        Of the invented firms, the default one first.
    watcher : callable
        Told what is done next.
    """
    figures: list[Figure] = []
    if "bridges" in parts:
        watcher("bridges of random books")
        figures += bridges.figures()
    if "planted" in parts:
        watcher("stories planted in firms of several seeds")
        figures += planted.figures(planted.firms(demo_firm(seed) for seed in seeds))
    if "quiet" in parts:
        watcher("the same firms in a year without stories")
        quiet = (demo_firm(seed, stories=False) for seed in seeds)
        figures += planted.quiet_figures(planted.firms(quiet))
    if "verdicts" in parts:
        watcher("verdicts, with further rivals and stock-outs planted")
        figures += verdicts.figures(seeds[:DEEP])
    if "unusual" in parts:
        watcher("unusual changes of invented panels")
        figures += unusual.figures()
    if "promotions" in parts:
        watcher("what promotions brought")
        figures += promotions.figures(demo_firm(seed) for seed in seeds)
    if "channels" in parts:
        watcher("channels to leave, and reasons of loss")
        figures += channels.figures(seeds[:DEEP])
    if "team" in parts:
        watcher("salespeople compared")
        run = params.load(params.WHOLE_FIRM, planted.PERIOD, "demo")
        figures += team.figures(demo_firm(seeds[0])[1], run, demo_firm(seeds[0], False)[1])
    if "drivers" in parts:
        watcher("the search for drivers, beside published methods")
        figures += root_cause.figures()
    return figures
