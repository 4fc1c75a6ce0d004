"""How often the search for unusual changes cries wolf, and what it finds: on invented series.

Quiet worlds have season, noise that hangs together, that swells and shrinks or has heavy tails,
and short histories; nothing happens in them. In others, a few series of many shift in the month
that is judged. The same function is measured that packs use.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.analyses.unusual import KEY, judged
from analysis.evaluation.record import Figure, share
from analysis.measures.catalogue import AVERAGE_ORDER_VALUE, ORDERS, REVENUE, UNITS

MEASURES: Final = (REVENUE, ORDERS, UNITS, AVERAGE_ORDER_VALUE)
PARTS: Final = 20
WORLDS: Final = 100
SEED: Final = 20_261_101
FALSE_SHARE: Final = 0.05
MIN_ERRORS: Final = 6
WARM_UP: Final = 24
LEVEL, SPREAD, SPREAD_OF_SPREAD = 1_000.0, 0.15, 0.4
SHIFTED: Final = 4

Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True)
class World:
    """How invented series behave.

    Attributes
    ----------
    name : str
        What it is called in the figures.
    steps : int
        Periods of history.
    season : float
        Spread of seasonal effects, on the log scale; 0: none.
    hang : float
        Autocorrelation of the noise.
    tail : int
        Degrees of freedom of its distribution; 0: normal.
    swell : float
        Spread of the noise's own spread, on the log scale.
    growth : float
        A year, on the log scale.
    length : int
        Months of a period.
    shift : float
        Fall of a few series in the last period, in standard deviations of their noise.
    """

    name: str
    steps: int = 35
    season: float = 0.1
    hang: float = 0.0
    tail: int = 0
    swell: float = 0.0
    growth: float = 0.0
    length: int = 1
    shift: float = 0.0


QUIET: Final = (
    World("season and normal noise"),
    World("no season", season=0.0),
    World("noise that hangs together (0.5)", hang=0.5),
    World("growth of a fifth a year", growth=0.2),
    World("heavy tails (t, 4) and swelling noise", tail=4, swell=0.3, hang=0.3),
    World("short history of 20 months", steps=20),
    World("quarters, 11 of them", steps=11, length=3),
)
SHIFTS: Final = (4.0, 6.0, 8.0)


def figures() -> list[Figure]:
    """Measure false alarms in quiet worlds, and what is found of planted shifts."""
    made: list[Figure] = []
    for world in QUIET:
        chances, any_called, _, _ = _run(world)
        source = f"{WORLDS} invented panels of {len(chances) // WORLDS} series, nothing planted"
        made += [
            share(f"unusual: false alarms a series at 5%: {world.name}",
                  int((chances < FALSE_SHARE).sum()), len(chances), source, "≤ 0.07"),
            share(f"unusual: quiet panels with any alarm: {world.name}",
                  any_called, WORLDS, source, "≤ 0.1"),
        ]  # fmt: skip
    for shift in SHIFTS:
        _, _, found, false = _run(replace(QUIET[0], shift=shift))
        source = f"{WORLDS} invented panels, {SHIFTED} series each shifted in the last period"
        what = f"shift of {shift:g} standard deviations of the noise"
        made += [
            share(f"unusual: found, {what}", found, WORLDS * SHIFTED, source),
            share(f"unusual: false among the named, {what}", false, found + false, source, "≤ 0.1"),
        ]  # fmt: skip
    return made


def invented(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """One panel of a world, as ``analyses.unusual.panel`` gives it; its first series shift."""
    parts = [f"P{part:02d}" for part in range(PARTS)]
    count = len(parts) * len(MEASURES)
    noise, spread = _noise(world, rng, count)
    cycle = max(12 // world.length, 1)
    places = np.arange(world.steps + 1) % cycle
    logs = np.log(LEVEL) + noise + rng.normal(0.0, world.season, (cycle, count))[places]
    logs += (np.arange(world.steps + 1) * world.length / 12 * world.growth)[:, None]
    if world.shift:
        logs[-1, :SHIFTED] -= world.shift * spread[:SHIFTED]
    keys = [(("category",), (part,), measure, step) for part in parts for measure in MEASURES
            for step in range(-world.steps, 1)]  # fmt: skip
    index = pd.MultiIndex.from_tuples(keys, names=[*KEY, "step"])
    value = np.exp(logs).T.ravel()
    return pd.DataFrame({"numerator": value, "denominator": np.nan, "value": value}, index=index)


def _run(world: World) -> tuple[Matrix, int, int, int]:
    """Chances of all unshifted series, panels with any named, shifts found and false names."""
    rng = np.random.default_rng(SEED)
    chances, any_called, found, false = [], 0, 0, 0
    for _ in range(WORLDS):
        values = invented(world, rng)
        table = judged(values, world.length, MIN_ERRORS, min_orders=1.0)
        first = values.index.droplevel("step").unique()[:SHIFTED]
        is_shifted = table.index.isin(first) & bool(world.shift)
        called = (table["share_false"] <= FALSE_SHARE).to_numpy()
        chances.append(table["chance"].to_numpy(float)[~is_shifted])
        any_called += int(called.any())
        found += int((called & is_shifted).sum())
        false += int((called & ~is_shifted).sum())
    return np.concatenate(chances), any_called, found, false


def _noise(world: World, rng: np.random.Generator, count: int) -> tuple[Matrix, Matrix]:
    """Noise of each period and series, and its standard deviation."""
    size = (world.steps + 1 + WARM_UP, count)
    raw = rng.normal(size=size)
    if world.tail:
        raw = rng.standard_t(world.tail, size) / np.sqrt(world.tail / (world.tail - 2))
    raw = raw * np.exp(rng.normal(0.0, world.swell, size))
    made = np.zeros(size)
    for at in range(1, len(made)):
        made[at] = world.hang * made[at - 1] + np.sqrt(1 - world.hang**2) * raw[at]
    spread = SPREAD * np.exp(rng.normal(0.0, SPREAD_OF_SPREAD, count))
    noise: Matrix = made[WARM_UP:] * spread
    return noise, spread
