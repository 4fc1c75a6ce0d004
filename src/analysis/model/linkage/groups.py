"""From scored pairs to customers: which pairs are accepted, and which a person must look at.

A pair is accepted when the model is sure, two different things speak for it, no rival of the same
system is as good, and nobody who would come together by it is somebody else. What is nearly so is
a candidate.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from analysis.model.linkage.belief import (
    MOST_BITS,
    OWN_DUPLICATE_BITS,
    Floats,
    Ints,
    Union,
    from_bits,
    to_bits,
)
from analysis.model.settings import Linkage


@dataclass(frozen=True)
class Decisions:
    """What a person decided: pairs of records, by ``uid``, the smaller first."""

    same: frozenset[tuple[int, int]] = frozenset()
    different: frozenset[tuple[int, int]] = frozenset()


@dataclass
class Groups:
    """Which records are one customer.

    Attributes
    ----------
    leader : array of int
        By ``uid``, the smallest ``uid`` of its group.
    probability : array of float
        By ``uid``, of the best pair it is accepted by; missing where there is none.
    candidates : DataFrame
        One row per pair to be decided on: ``uid_l``, ``uid_r``, ``probability``, and the levels.
    """

    leader: Ints
    probability: Floats
    candidates: pd.DataFrame


def group(
    pairs: pd.DataFrame,
    source: Ints,
    prior_bits: float,
    settings: Linkage,
    decisions: Decisions,
) -> Groups:
    """Group records into customers.

    Parameters
    ----------
    pairs : DataFrame
        As :func:`judged` gives them, one row per pair.
    source : array of int
        Number of each record's system, by ``uid``.
    prior_bits : float
        What the model's bits hold beside evidence.
    settings : Linkage
        Settings.
    decisions : Decisions
        A person's; they win.

    Notes
    -----
    *Rivals.* A record is at most one of a system's customers. With odds ``o`` of each, the
    probability of one of them is ``o / (1 + sum of o)``: of two namesakes neither is believed.

    *Chains.* Best pairs first, two groups become one if the pair's bits, less the worst evidence
    between any two of their records, still suffice, and no system is in both.
    """
    work = _Work(pairs, source, prior_bits, settings, decisions)
    work.join_decided()
    work.join_twins()
    edges = work.edges()
    work.join(edges)
    return work.result(edges)


@dataclass
class _Work:
    """Groups in the making."""

    pairs: pd.DataFrame
    source: Ints
    prior_bits: float
    settings: Linkage
    decisions: Decisions
    members: dict[int, list[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.count = len(self.source)
        self.union = Union(self.count)
        self.entity = Union(self.count)
        self.match_bits = to_bits(self.settings.match_probability)
        evidence = self.pairs["bits"] - self.prior_bits
        keys = self.pairs["uid_l"] * self.count + self.pairs["uid_r"]
        against = evidence < 0
        self.against = dict(zip(keys[against].tolist(), evidence[against].tolist(), strict=True))
        self.decided = {uid for pair in self.decisions.same for uid in pair}
        self.refused = {one * self.count + other for one, other in self.decisions.different}

    def join_decided(self) -> None:
        for one, other in sorted(self.decisions.same):
            self._merge(one, other)
            if self.source[one] == self.source[other]:
                self.entity.join(one, other)

    def join_twins(self) -> None:
        """A system's own duplicates first: they are no rivals of each other."""
        pairs = self.pairs
        twins = pairs[pairs["is_own"] & (pairs["most"] == MOST_BITS)]
        for one, other in _best_first(twins, twins["bits"]):
            between = self._between(one, other)
            if between is not None and between > -OWN_DUPLICATE_BITS:
                self.entity.join(one, other)
                self._merge(one, other)

    def edges(self) -> pd.DataFrame:
        """Pairs of two systems, and likely duplicates of one, with their bits beside rivals."""
        pairs = self.pairs
        decided = {one * self.count + other for one, other in self.decisions.same} | self.refused
        key = pairs["uid_l"] * self.count + pairs["uid_r"]
        refused = key.isin(self.refused)
        likely = ~pairs["is_own"] & ~refused
        rivals = self._rival_bits(pairs[likely], decided)
        final = pairs["bits"].where(~likely, pairs["bits"].sub(rivals, fill_value=0.0))
        review = to_bits(self.settings.review_probability)
        # A system's own two are only asked about where the model alone would join them.
        worth = np.where(pairs["is_own"], pairs["bits"] >= self.match_bits, pairs["bits"] >= review)
        edges = pairs.assign(final=np.minimum(final, pairs["most"]))
        return edges[worth & ~refused & ~key.isin(decided)]

    def join(self, edges: pd.DataFrame) -> None:
        sure = edges[(edges["final"] >= self.match_bits) & ~edges["is_own"]]
        bits = dict(zip(zip(sure["uid_l"], sure["uid_r"], strict=True), sure["final"], strict=True))
        for one, other in _best_first(sure, sure["final"]):
            if self.union.find(one) == self.union.find(other):
                continue
            worst = self._between(one, other)
            if worst is not None and not self._share_system(one, other) and (
                bits[one, other] + worst >= self.match_bits
            ):  # fmt: skip
                self._merge(one, other)

    def result(self, edges: pd.DataFrame) -> Groups:
        leader = np.array([self.union.find(uid) for uid in range(self.count)], dtype=np.int64)
        one, other = leader[edges["uid_l"]], leader[edges["uid_r"]]
        accepted = edges[(one == other) & (edges["final"] >= self.match_bits)]
        probability = np.full(self.count, np.nan)
        for end in ("uid_l", "uid_r"):
            highest = accepted.groupby(end)["final"].max()
            uid = highest.index.to_numpy()
            probability[uid] = np.fmax(probability[uid], from_bits(highest.to_numpy()))
        for pair in self.decisions.same:
            probability[list(pair)] = 1.0
        return Groups(leader, probability, self._candidates(edges[one != other], leader))

    def _candidates(self, apart: pd.DataFrame, leader: Ints) -> pd.DataFrame:
        """The best pair of each two groups that may be one, and nobody decided on."""
        below = self.match_bits - 0.001
        kept, bits = [], []
        for place, (one, other, final) in enumerate(
            apart[["uid_l", "uid_r", "final"]].itertuples(index=False)
        ):
            worst = self._between(one, other)
            settled = bool({one, other} & self.decided) and self._share_system(one, other)
            if worst is None or settled:
                continue
            likely = min(final + worst, below)
            if likely >= -self.match_bits:
                kept.append(place)
                bits.append(likely)
        found = apart.iloc[kept].assign(final=bits)
        found = found.assign(one=leader[found["uid_l"]], other=leader[found["uid_r"]])
        low = found[["one", "other"]].min(axis="columns")
        high = found[["one", "other"]].max(axis="columns")
        found = found.assign(low=low, high=high, probability=from_bits(found["final"].to_numpy()))
        found = found.sort_values(
            ["final", "uid_l", "uid_r"], ascending=[False, True, True], kind="stable"
        )
        return found.drop_duplicates(["low", "high"]).drop(columns=["one", "other", "low", "high"])

    def _rival_bits(self, pairs: pd.DataFrame, decided: set[int]) -> pd.Series:
        """Bits a pair loses to its rivals: other customers of the system it could be."""
        entity = np.array([self.entity.find(uid) for uid in range(self.count)], dtype=np.int64)
        key = pairs["uid_l"] * self.count + pairs["uid_r"]
        bits = pairs["bits"].mask(key.isin(decided), MOST_BITS)
        lost = pd.Series(0.0, index=pairs.index)
        for mine, theirs in (("uid_l", "uid_r"), ("uid_r", "uid_l")):
            one, other = entity[pairs[mine]], entity[pairs[theirs]]
            said = pd.DataFrame(
                {"one": one, "system": self.source[other], "other": other, "odds": np.exp2(bits)}
            )
            each = said.groupby(["one", "system", "other"])["odds"].transform("max")
            first = ~said.duplicated(["one", "system", "other"])
            total = each.where(first, 0.0).groupby([said["one"], said["system"]]).transform("sum")
            rivals = (total - each).clip(lower=0.0)
            lost = np.maximum(lost, np.log2(1.0 + rivals))
        return lost

    def _between(self, one: int, other: int) -> float | None:
        """Worst evidence between two groups, 0 where none speaks against; None: decided apart."""
        worst = 0.0
        for left in self._members(one):
            for right in self._members(other):
                key = min(left, right) * self.count + max(left, right)
                if key in self.refused:
                    return None
                worst = min(worst, self.against.get(key, 0.0))
        return worst

    def _share_system(self, one: int, other: int) -> bool:
        def systems(uid: int) -> dict[int, set[int]]:
            found: dict[int, set[int]] = {}
            for member in self._members(uid):
                found.setdefault(int(self.source[member]), set()).add(self.entity.find(member))
            return found

        mine, theirs = systems(one), systems(other)
        return any(mine[system] != theirs[system] for system in mine.keys() & theirs.keys())

    def _members(self, uid: int) -> list[int]:
        leader = self.union.find(uid)
        return self.members.get(leader, [leader])

    def _merge(self, one: int, other: int) -> None:
        first, second = self.union.find(one), self.union.find(other)
        if first == second:
            return
        joined = sorted(self._members(first) + self._members(second))
        self.members.pop(first, None)
        self.members.pop(second, None)
        self.union.join(first, second)
        self.members[joined[0]] = joined


def _best_first(pairs: pd.DataFrame, bits: pd.Series) -> Iterable[tuple[int, int]]:
    """Pairs from the surest; equals in the order of the records."""
    order = np.lexsort((pairs["uid_r"], pairs["uid_l"], -bits))
    chosen = pairs.iloc[order]
    return zip(chosen["uid_l"].tolist(), chosen["uid_r"].tolist(), strict=True)
