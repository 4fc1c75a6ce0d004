"""Whether causes are found where they were planted, and none where nothing was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from analysis import params, questions
from analysis.analyses import events, verdicts
from analysis.analyses.events import Around
from analysis.analyses.evidence import around as outside
from analysis.analyses.evidence import supply
from analysis.analyses.evidence.grounds import Grounds
from analysis.analyses.evidence.record import Answer, Cell
from analysis.demo.events import COMPETITOR, PRICE_CHANGES, STOCK_OUT
from analysis.demo.tables import REGION_WORDS
from analysis.evaluation.firms import demo_firm
from analysis.evaluation.record import Figure, share
from analysis.model.dataset import Dataset
from analysis.params import Run
from analysis.questions import Questions

SEEDS = tuple(range(2026, 2034))
"""Firms that the stories are told of; the first is the demo's own."""

QUIET = 3
"""Of these, the first so many are also made without stories."""

PERIODS = ("2026-06", "2026-10")
"""Months in which entries that mean nothing are laid into the diary of a quiet firm."""

DRAWS = 15
"""Such entries by region and month."""

OUT_SHARE = 0.5
"""Of a category's products, those said to be out of stock though they were not."""

CHANCE = "≤ 0.05"
COVERED = "≥ 0.9"
FOUND = "≥ 0.9"


def figures(seeds: Sequence[int] = SEEDS) -> list[Figure]:
    """Planted causes found and how near, and causes found where none was planted.

    Parameters
    ----------
    seeds : sequence of int
        Firms to be made with stories, the first :data:`QUIET` without them, too.
    """
    asked = questions.load()
    told = [_told(demo_firm(seed)[1], asked, seed) for seed in seeds]
    quiet = [_quiet(demo_firm(seed, stories=False)[1], asked, seed) for seed in seeds[:QUIET]]
    return [*planted_figures(pd.concat(told, ignore_index=True)), *quiet_figures(quiet)]


def planted() -> pd.DataFrame:
    """What is planted and moves a scope's order lines: one row per event, with its true share."""
    price = next(change for change in PRICE_CHANGES if change.category)
    rows = [
        ("stock_out", REGION_WORDS[STOCK_OUT.region], STOCK_OUT.category, -STOCK_OUT.depth),
        ("competitor", REGION_WORDS[COMPETITOR.region], COMPETITOR.category, -COMPETITOR.loss),
        ("price", None, price.category, (1 + price.rise) ** price.elasticity - 1),
    ]
    return pd.DataFrame(rows, columns=["kind", "region", "category", "truth"])


def planted_figures(told: pd.DataFrame) -> list[Figure]:
    """What came of the planted events: rows as ``_told`` makes them."""
    how = "the demo firm made with {n} seeds, October 2026, against demo.events"
    made = []
    for kind, rows in told.groupby("kind", sort=False):
        first = rows.iloc[0]
        made.append(Figure(
            f"verdicts: {kind}, share of order lines (truth {first['truth']:.3f})",
            float(first["effect"]), "analyses.events.event_effects of the demo firm",
            int(first["n"]), float(first["low"]), float(first["high"]),
        ))  # fmt: skip
        made.append(Figure(
            f"verdicts: {kind}, mean error of the share over seeds",
            float((rows["effect"] - rows["truth"]).mean()), how.format(n=len(rows)), len(rows),
            float((rows["effect"] - rows["truth"]).min()),
            float((rows["effect"] - rows["truth"]).max()),
        ))  # fmt: skip
    within = (told["low"] <= told["truth"]) & (told["truth"] <= told["high"])
    made.append(share("verdicts: planted effects within their 95 % range", int(within.sum()),
                      len(told), how.format(n=told["seed"].nunique()), COVERED))  # fmt: skip
    for kind, rows in told.groupby("kind", sort=False):
        made.append(share(
            f"verdicts: {kind} named as a cause in its place", int(rows["found"].sum()), len(rows),
            f"analyses.verdicts; {how.format(n=len(rows))}", FOUND,
        ))  # fmt: skip
    wrong = told[told["kind"].isin(["stock_out", "competitor"])]
    made.append(share("verdicts: supply taken for a competitor, or a competitor for supply",
                      int(wrong["mistaken"].sum()), len(wrong),
                      f"analyses.verdicts; {how.format(n=told['seed'].nunique())}",
                      CHANCE))  # fmt: skip
    return made


def quiet_figures(quiet: Sequence[dict[str, tuple[int, int]]]) -> list[Figure]:
    """How often a cause was found where nothing was planted: hits and tries by what was tried."""
    names = {
        "asked": "causes found in firms without stories, of all questions asked",
        "competitor": "a competitor found whose entry in the diary means nothing",
        "supply": "lost supply found where products were never out",
    }
    how = (
        f"analyses.verdicts of {len(quiet)} firms without stories, all regions, "
        f"{', '.join(PERIODS)}"
    )
    return [
        share(f"verdicts: {text}", sum(one[name][0] for one in quiet),
              sum(one[name][1] for one in quiet), how, CHANCE)
        for name, text in names.items()
    ]  # fmt: skip


def _told(data: Dataset, asked: Questions, seed: int) -> pd.DataFrame:
    """What is found of each planted event in a firm with stories."""
    whole = _run("all", "2026-10")
    around = Around.of(data, whole)
    effects = events.event_effects(around, whole, asked)
    rows = []
    for plant in planted().itertuples(index=False):
        here = effects[
            (effects["kind"] == plant.kind) & (effects["category"] == plant.category)
        ].iloc[0]  # fmt: skip
        question, other = {
            "stock_out": ("supply", "competitor"), "competitor": ("competitor", "supply"),
            "price": ("price", ""),
        }[plant.kind]  # fmt: skip
        region = plant.region or "all"
        ground = Grounds.of(data, _run(region, "2026-10"), asked, around, region)
        assert ground is not None
        cell = next(one for one in ground.cells() if one.category == plant.category)
        rows.append({
            **plant._asdict(), "seed": seed, "effect": here["effect"], "low": here["low"],
            "high": here["high"], "n": here["n"],
            "found": _is_at_work(verdicts.ASKED[question](ground, cell), cell, asked),
            "mistaken": bool(other)
            and _is_at_work(verdicts.ASKED[other](ground, cell), cell, asked),
        })  # fmt: skip
    return pd.DataFrame(rows)


def _quiet(data: Dataset, asked: Questions, seed: int) -> dict[str, tuple[int, int]]:
    """Hits and tries in a firm without stories: as it is, and with entries that mean nothing."""
    rng = np.random.default_rng(seed)
    tally = {"asked": (0, 0), "competitor": (0, 0), "supply": (0, 0)}
    nobody = pd.DataFrame(index=pd.Index([], name="reason"))
    for period in PERIODS:
        around = Around.of(data, _run("all", period))
        for region in data.regions:
            run = _run(region, period)
            found = verdicts.evidence(data, run, asked, around, nobody)
            judged = verdicts.verdicts(found, asked)
            causes = judged[judged["question"].isin(verdicts.CAUSES)]
            hits = int(causes["verdict"].isin(verdicts.AT_WORK).sum())
            tally["asked"] = _plus(tally["asked"], hits, len(causes))
            ground = Grounds.of(data, run, asked, around, region)
            assert ground is not None
            cells = ground.cells()[1:]
            for _ in range(DRAWS):
                cell = cells[int(rng.integers(len(cells)))]
                rival = outside.competitor(_with_rival(ground, cell, rng), cell)
                short = supply.answer(_with_outs(ground, cell, rng), cell)
                for name, answer in (("competitor", rival), ("supply", short)):
                    tally[name] = _plus(tally[name], int(_is_at_work(answer, cell, asked)), 1)
    return tally


def _plus(tally: tuple[int, int], hits: int, tries: int) -> tuple[int, int]:
    return tally[0] + hits, tally[1] + tries


def _with_rival(ground: Grounds, cell: Cell, rng: np.random.Generator) -> Grounds:
    """The same grounds with a competitor noted who did nothing, begun a month to a year ago."""
    since = pd.Timestamp(ground.period.start) - pd.Timedelta(days=int(rng.integers(-7, 240)))
    entry = {
        "event_id": "none", "kind": outside.COMPETITOR, "starts_at": since, "ends_at": pd.NaT,
        "region": cell.region, "category": cell.category, "note": "means nothing",
    }  # fmt: skip
    noted = pd.concat([ground.around.noted, pd.DataFrame([entry])], ignore_index=True)
    noted = noted.astype({"region": object, "category": object})
    return replace(ground, around=replace(ground.around, noted=noted))


def _with_outs(ground: Grounds, cell: Cell, rng: np.random.Generator) -> Grounds:
    """The same grounds with products said to be out of stock that were not."""
    names = ground.usual.loc[ground.usual["category"] == cell.category, "product_id"].to_numpy()
    chosen = rng.permutation(names)[: int(np.ceil(OUT_SHARE * len(names)))]
    made = replace(ground)
    made.__dict__["out"] = pd.Series(1.0, index=pd.Index(chosen, name="product_id"))
    return made


def _is_at_work(answer: Answer, cell: Cell, asked: Questions) -> bool:
    checks = pd.DataFrame(
        [{"says": check.says, "decisive": check.decisive} for check in answer.checks],
        columns=["says", "decisive"],
    )
    word, _ = verdicts.judged(answer.effect, answer.low, answer.high, cell.change, checks, asked)
    return word in verdicts.AT_WORK


def _run(region: str, period: str) -> Run:
    return params.load(region, period, "demo")
