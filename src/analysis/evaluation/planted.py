"""What was planted in the invented firm against what the suite finds, and what it finds in none.

Every story has a function that looks where a reader would: was it named with its cause and its
scope, at which place of its list, and with what estimate. Quiet firms, the same in a year without
stories, say how often a cause is invented.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import pandas as pd

from analysis import params, periods, questions
from analysis.analyses import channels, collections, events, loss, promotions, unusual, verdicts
from analysis.analyses.team import compare
from analysis.demo.events import TOLD
from analysis.demo.true_firm import TrueFirm
from analysis.evaluation.record import Figure, share
from analysis.model.dataset import Dataset
from analysis.params import WHOLE_FIRM, Run

PERIOD: Final = "2026-10"
CAUSES: Final = ("supply", "competitor", "price", "promotion", "service")
"""Questions whose answer would name a story; market and season are there in any year."""
MOVED: Final = (verdicts.SUPPORTED, verdicts.PARTLY, verdicts.OPPOSED)
DORMANT: Final = pd.DateOffset(months=3)
NOT_THERE: Final = math.nan


@dataclass(frozen=True)
class Sighting:
    """Whether a story was found, where it stands in its list, and its size beside the truth.

    Attributes
    ----------
    found : bool
        Named with the right cause and scope.
    rank : int or None
        Place in the list it stands in, from 1.
    estimate, low, high, truth : float
        In the story's unit; missing where there is none.
    """

    found: bool
    rank: int | None = None
    estimate: float = NOT_THERE
    low: float = NOT_THERE
    high: float = NOT_THERE
    truth: float = NOT_THERE

    @property
    def holds(self) -> bool | None:
        """Whether the interval holds the truth; none: there is no interval."""
        if any(math.isnan(one) for one in (self.low, self.high, self.truth)):
            return None
        return self.low <= self.truth <= self.high


@dataclass
class Seen:
    """One firm, and what of it has been analysed so far."""

    firm: TrueFirm
    data: Dataset
    judged: dict[str, pd.DataFrame] = field(default_factory=dict)

    @cached_property
    def around(self) -> events.Around:
        """Weekly sales and diary up to the last day, which every region's pack shares."""
        return events.Around.of(self.data, self.run())

    def run(self, region: str = WHOLE_FIRM) -> Run:
        """A pack's run."""
        return params.load(region, PERIOD, "demo")

    def verdicts(self, region: str) -> pd.DataFrame:
        """The verdicts of a region's pack, with ``now`` of the change they are about."""
        if region not in self.judged:
            run, asked = self.run(region), questions.load()
            found = verdicts.evidence(self.data, run, asked, self.around)
            cells = found.cells[["region", "category", "now"]]
            self.judged[region] = verdicts.verdicts(found, asked).merge(
                cells, on=["region", "category"], validate="many_to_one"
            )
        return self.judged[region]


def _verdict(seen: Seen, region: str, category: str, question: str, truth: float) -> Sighting:
    """A cause of a category's change; the estimate as a share of what would have been sold."""
    table = seen.verdicts(region)
    is_it = (table["category"] == category) & (table["question"] == question)
    row = table[is_it & (table["region"] == region)]
    if row.empty:
        return Sighting(False, truth=truth)
    one = row.iloc[0]
    causes = table[table["question"].isin(CAUSES) & table["verdict"].isin(MOVED)]
    order = causes["effect"].abs().sort_values(ascending=False, kind="stable").index
    # The same cause may stand twice, of the category and of the region it is in.
    named = causes.loc[order].drop_duplicates("question")["question"].tolist()
    ends = [amount / (one["now"] - amount) for amount in one[["effect", "low", "high"]]]
    return Sighting(
        one["verdict"] in (verdicts.SUPPORTED, verdicts.PARTLY),
        named.index(question) + 1 if question in named else None,
        ends[0], min(ends[1:]), max(ends[1:]), truth,
    )  # fmt: skip


def _stock_out(seen: Seen) -> Sighting:
    return _verdict(seen, "east", "Furniture", "supply", -TOLD.stock_out.depth)


def _competitor(seen: Seen) -> Sighting:
    return _verdict(seen, "north", "Textiles", "competitor", -TOLD.competitor.loss)


def _price(seen: Seen) -> Sighting:
    run, asked = seen.run(), questions.load()
    table = events.event_effects(seen.around, run, asked)
    table = table.sort_values("p", kind="stable").reset_index(drop=True)
    change = next(change for change in TOLD.price_changes if change.category)
    is_it = (table["kind"] == "price") & (table["category"] == change.category)
    row = table[is_it].iloc[0]
    return Sighting(
        row["says"] == events.FELL, int(row.name) + 1, row["effect"], row["low"], row["high"],
        (1 + change.rise) ** change.elasticity - 1,
    )  # fmt: skip


def _promotion(number: str, verdict: str) -> Callable[[Seen], Sighting]:
    def look(seen: Seen) -> Sighting:
        table = promotions.promotion_return(seen.data, seen.run(), periods.parse("2026"))
        true = seen.firm.truth["promotions"].set_index("promotion_id").loc[number]
        row = table.loc[number]
        order = table["gain"].abs().sort_values(ascending=False, kind="stable").index
        return Sighting(row["verdict"] == verdict, order.get_loc(number) + 1, row["gain"],
                        row["gain_low"], row["gain_high"], true["gain"])  # fmt: skip

    return look


def _rep(seen: Seen) -> Sighting:
    number = f"S-{TOLD.unusual_rep.number:02d}"
    table = compare.team(seen.data, seen.run()).compared
    state = table["state"]
    is_found = state[number, "margin_rate"] == state[number, "discount_rate"] == compare.UNUSUAL
    gap = table.xs("margin_rate", level="measure")["money"].abs()
    row = table.loc[(number, "discount_rate")]
    order = gap.sort_values(ascending=False, kind="stable").index
    return Sighting(is_found, order.get_loc(number) + 1, row["difference"], row["pulled_low"],
                    row["pulled_high"], TOLD.unusual_rep.discount)  # fmt: skip


def _unpaid(seen: Seen) -> Sighting:
    region = params.load("southwest", PERIOD, "demo").region
    table = collections.rates(seen.data, seen.run(), ["region", "channel"])
    row = table.loc[(region, "dealer")]
    order = table["rate"].sort_values(kind="stable").index
    return Sighting(row["verdict"] == "review", order.get_loc((region, "dealer")) + 1,
                    1 - row["rate_by_now"], truth=TOLD.collections.unpaid)  # fmt: skip


def _slow_answers(seen: Seen) -> Sighting:
    """Customers lost to what counts as slow, of those quiet long enough to be seen as dormant."""
    run = seen.run("northeast")
    table = loss.reasons(loss.looked_at(seen.data, run))
    lost = seen.firm.truth["service_losses"]
    seen_as_lost = lost["alive_until"] <= pd.Timestamp(seen.data.last_day) - DORMANT
    seen_as_lost &= lost["response_hours"] > run.settings.loss.slow_hours
    row = table.loc["slow_answer"]
    order = table["excess"].sort_values(ascending=False, kind="stable").index
    gone = float(row["gone"])
    return Sighting(
        bool(row["chance"] < 0.05 and row["lift"] > 1), order.get_loc("slow_answer") + 1,
        row["excess"], gone * (1 - 1 / row["low"]), gone * (1 - 1 / row["high"]),
        float(seen_as_lost.sum()),
    )  # fmt: skip


def _dear_channel(seen: Seen) -> Sighting:
    run = seen.run()
    won = channels.marketing(seen.data, run)
    hits = _rules(seen, run, won)
    true = seen.firm.truth["marketing"].set_index("channel")
    dear = true.index[true["is_too_dear"]][0]
    row = won.loc[dear]
    parts = hits["part"].tolist()
    return Sighting(dear in parts, parts.index(dear) + 1 if dear in parts else None, row["cost"],
                    row["cost_low"], row["cost_high"], true.loc[dear, "customer_cost"])  # fmt: skip


def _rules(seen: Seen, run: Run, won: pd.DataFrame) -> pd.DataFrame:
    """Rules hit that say a channel of marketing costs more than it brings, most money first."""
    # Rules on channels of selling are tried elsewhere: none is given.
    table = channels.rules(
        pd.DataFrame(), won, channels.margin_by_region(seen.data, run), pd.Series(dtype=float),
        run.settings.channels,
    )  # fmt: skip
    hits = table[table["rule"].isin(["dear", "exit"]) & (table["verdict"] == "hit")]
    return hits.sort_values("at_stake", ascending=False, kind="stable").drop_duplicates("part")


STORIES: Final[dict[str, tuple[Callable[[Seen], Sighting], str]]] = {
    "best sellers out of stock, East Furniture": (_stock_out, "share of order lines"),
    "competitor, North Textiles": (_competitor, "share of order lines"),
    "price rise, Lighting": (_price, "share of order lines"),
    "Kitchen trade event paid": (_promotion("PR-13", promotions.PAID), "gain, £"),
    "Storage clearance did not pay": (_promotion("PR-14", promotions.NOT_PAID), "gain, £"),
    "unusual salesperson S-12": (_rep, "points of discount"),
    "dealers in South-West do not pay": (_unpaid, "share of money due"),
    "slow answers drive customers away, North-East": (_slow_answers, "customers lost"),
    "Social media costs more than it brings": (_dear_channel, "£ a customer"),
}
"""What is planted: who looks for it, and what its estimate is in."""


def figures(firms: Sequence[Seen]) -> list[Figure]:
    """Stories found, their place and their estimates, of the first firm and of all.

    Parameters
    ----------
    firms : sequence of Seen
        The invented firm of several seeds, with stories; the default seed first.
    """
    found: list[Figure] = []
    rows = {story: [look(seen) for seen in firms] for story, (look, _) in STORIES.items()}
    seeds = f"{len(firms)} firms with stories, the default seed first; evaluation/planted.py"
    for story, sightings in rows.items():
        first, unit = sightings[0], STORIES[story][1]
        held = [one.holds for one in sightings if one.holds is not None]
        found += [
            share(f"found: {story}", sum(one.found for one in sightings), len(sightings),
                  f"{seeds}; with its cause and scope", "= 1"),
            Figure(f"place in its list: {story}", first.rank, "default seed; 1 is first", 1),
            Figure(f"estimate: {story} ({unit})", _known(first.estimate),
                   f"default seed; truth {first.truth:.4g}", 1, _known(first.low),
                   _known(first.high)),
        ]  # fmt: skip
        if held:
            found.append(share(f"interval holds the truth: {story}", sum(held), len(held), seeds))
    sightings = [one for row in rows.values() for one in row]
    held = [one.holds for one in sightings if one.holds is not None]
    first_ones = [row[0] for row in rows.values()]
    return [
        share("planted stories found with the right cause and scope, default seed",
              sum(one.found for one in first_ones), len(first_ones), seeds, "= 1"),
        share("planted stories found with the right cause and scope, all seeds",
              sum(one.found for one in sightings), len(sightings), seeds, "≥ 0.9"),
        share("95 % intervals of planted stories that hold the truth, all seeds",
              sum(held), len(held), seeds, "≥ 0.9"),
        *found,
    ]  # fmt: skip


def quiet_figures(firms: Sequence[Seen]) -> list[Figure]:
    """Causes found in firms in which nothing happened, pack by pack.

    Parameters
    ----------
    firms : sequence of Seen
        Firms without stories.
    """
    scopes = [WHOLE_FIRM, *firms[0].data.regions]
    packs = f"{len(firms)} quiet firms × {len(scopes)} packs; evaluation/planted.py"
    asked = [_causes(seen, region) for seen in firms for region in scopes]
    named = [found for found, _ in asked]
    told = pd.concat([_diary(seen) for seen in firms])
    false = told["says"].isin([events.ROSE, events.FELL])
    marked = [_unusual(seen, region) for seen in firms for region in scopes]
    people = pd.concat([compare.team(seen.data, seen.run()).compared for seen in firms])
    judged = people[people["state"] != compare.FEW]
    rules = [_rules(seen, seen.run(), channels.marketing(seen.data, seen.run())) for seen in firms]
    owed = pd.concat([collections.rates(seen.data, seen.run(), ["region", "channel"])
                      for seen in firms])  # fmt: skip
    lost = pd.concat([loss.reasons(loss.looked_at(seen.data, seen.run(region)))
                      for seen in firms for region in scopes])  # fmt: skip
    blamed = lost[lost["exposed"] > 0]
    return [
        share("quiet firm: packs in which a cause is invented (supported, partly or opposed)",
              sum(found > 0 for found in named), len(named), packs, "≤ 0.05"),
        share("quiet firm: questions about causes answered with one", sum(named),
              sum(n for _, n in asked), packs, "≤ 0.05"),
        share("quiet firm: events without effect said to have moved sales", int(false.sum()),
              int(told["p"].notna().sum()), packs, "≤ 0.05"),
        share("quiet firm: packs in which a change is flagged as unusual",
              sum(n > 0 for n in marked), len(marked), packs, "≤ 0.05"),
        share("quiet firm: salespeople's measures called unusual",
              int((judged["state"] == compare.UNUSUAL).sum()), len(judged), packs, "≤ 0.05"),
        share("quiet firm: marketing channels said to cost more than they bring",
              sum(len(hits) for hits in rules), 5 * len(firms), packs, "= 0"),
        share("quiet firm: channels of a region put up for review for not paying",
              int((owed["verdict"] == "review").sum()), len(owed), packs, "= 0"),
        share("quiet firm: reasons said to drive customers away",
              int(((blamed["chance"] < 0.05) & (blamed["lift"] > 1)).sum()), len(blamed), packs,
              "≤ 0.05"),
    ]  # fmt: skip


def _causes(seen: Seen, region: str) -> tuple[int, int]:
    """How many causes a pack names, and of how many questions."""
    table = seen.verdicts(region)
    table = table[table["question"].isin(CAUSES)]
    return int(table["verdict"].isin(MOVED).sum()), len(table)


def _diary(seen: Seen) -> pd.DataFrame:
    """Effects said of what the diary holds and moved no sales."""
    run = seen.run()
    table = events.event_effects(seen.around, run, questions.load())
    return table[table["kind"].isin(["policy", "other"])]


def _unusual(seen: Seen, region: str) -> int:
    run = seen.run(region)
    wanted = run.settings.unusual
    judged = unusual.judged(
        unusual.panel(seen.data, run), run.period.month_count, wanted.min_errors,
        wanted.min_orders, unusual.factors(seen.data, run),
    )  # fmt: skip
    return len(unusual.flagged(judged, wanted.false_share))


def _known(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def firms(made: Iterable[tuple[TrueFirm, Dataset]]) -> list[Seen]:
    """Firms as ``evaluation.firms.demo_firm`` gives them, to be looked at."""
    return [Seen(firm, data) for firm, data in made]
