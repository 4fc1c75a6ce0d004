"""Whether the dear channel and the slow answers are found, and nothing like them in a quiet firm.

The firms are made again from seeds, with their stories and without; only here is the truth read.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from analysis import params
from analysis.analyses import channels, loss
from analysis.demo.marketing import MARKETING
from analysis.evaluation.firms import demo_firm
from analysis.evaluation.record import Figure, share
from analysis.findings import loss as said
from analysis.model.dataset import Dataset
from analysis.params import WHOLE_FIRM, Run

SEEDS = (2026, 1, 2)
"""Firms that are made; the first is the one packs are shown with."""
PERIOD = "2026-10"
SLOW_REGION, SLOW = "northeast", "slow_answer"
HOW = "analyses.channels.rules on firms made from seeds, spending and orders of the whole firm"
HOW_LOSS = "analyses.loss.reasons by region on firms made from seeds; chance below 5 % after Holm"


def figures(seeds: Sequence[int] = SEEDS) -> list[Figure]:
    """Planted against found: the channel to leave, and what drives customers away."""
    told = [demo_firm(seed, True)[1] for seed in seeds]
    quiet = [demo_firm(seed, False)[1] for seed in seeds]
    return [*_channels(told, quiet), *_reasons(told, quiet)]


def left(data: Dataset) -> list[str]:
    """Marketing channels the exit rule says to leave."""
    run = _run(WHOLE_FIRM)
    tried = channels.rules(
        pd.DataFrame(),
        channels.marketing(data, run),
        channels.margin_by_region(data, run),
        pd.Series(dtype=float),
        run.settings.channels,
    )
    hit = (tried["rule"] == "exit") & (tried["verdict"] == channels.HIT)
    return sorted(map(str, tried.loc[hit, "part"]))


def reasons(data: Dataset) -> list[tuple[str, str]]:
    """Regions and what goes with more silence there, as the finding would claim it."""
    found = []
    for region in data.regions:
        run = _run(region)
        looks = loss.looked_at(data, run)
        finding = said.reasons(loss.reasons(looks), looks, run)
        if finding.notable:
            found.append((region, finding.subject.partition(":")[2]))
    return found


def _channels(told: Sequence[Dataset], quiet: Sequence[Dataset]) -> list[Figure]:
    dear = sorted(one.channel for one in MARKETING if one.is_too_dear)
    others = len(MARKETING) - len(dear)
    found = [left(data) for data in told]
    hits = sum(name in names for names in found for name in dear)
    wrong = sum(name not in dear for names in found for name in names)
    n = len(told)
    alarms = sum(len(left(data)) for data in quiet)
    return [
        share("channels: too dear, found by the exit rule", hits, n * len(dear), HOW, "≥ 1"),
        share("channels: sound, told to leave", wrong, n * others, HOW, "= 0"),
        share("channels: told to leave, quiet firm", alarms, len(quiet) * len(MARKETING), HOW,
              "= 0"),
    ]  # fmt: skip


def _reasons(told: Sequence[Dataset], quiet: Sequence[Dataset]) -> list[Figure]:
    found = [reasons(data) for data in told]
    hits = sum((SLOW_REGION, SLOW) in names for names in found)
    wrong = sum(len(set(names) - {(SLOW_REGION, SLOW)}) for names in found)
    alarms = sum(len(reasons(data)) for data in quiet)
    regions = sum(len(data.regions) for data in told)
    return [
        share("loss: slow answers, found in their region", hits, len(told), HOW_LOSS, "≥ 1"),
        share("loss: other reasons claimed, by region", wrong, regions, HOW_LOSS, "≤ 0.05"),
        share("loss: reasons claimed, quiet firm, by region", alarms,
              sum(len(data.regions) for data in quiet), HOW_LOSS, "≤ 0.05"),
    ]  # fmt: skip


def _run(region: str) -> Run:
    return params.load(region, PERIOD)
