"""How far a scored pair may be believed, and which records hang together."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.model.settings import Linkage

OWN_DUPLICATE_BITS = 4.3
"""Evidence against a pair of one system, which numbers its customers so as to tell them apart:
one in twenty."""
OWN_DUPLICATE_PROBABILITY = 0.999
"""At least this, with the same name and telephone or mail, for two records of one system."""
LARGEST_PART = 30
"""Records that hang together beyond which only the pairs already scored are looked at."""
MOST_BITS = 60.0

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


class Union:
    """Sets that are joined and never split."""

    def __init__(self, count: int) -> None:
        self.parent = list(range(count))

    def find(self, one: int) -> int:
        """The set's smallest member."""
        while self.parent[one] != one:
            self.parent[one] = self.parent[self.parent[one]]
            one = self.parent[one]
        return one

    def join(self, one: int, other: int) -> None:
        """Make two sets one."""
        low, high = sorted((self.find(one), self.find(other)))
        self.parent[high] = low


def judged(pairs: pd.DataFrame, source: Ints, settings: Linkage) -> pd.DataFrame:
    """Say of every scored pair how far it may be believed.

    Parameters
    ----------
    pairs : DataFrame
        As :meth:`analysis.model.linkage.model.Model.score` gives them.
    source : array of int
        Number of each record's system, by ``uid``.
    settings : Linkage
        Settings.

    Returns
    -------
    DataFrame
        The pairs with ``is_own`` (both of one system), ``bits`` (the model's, less what speaks
        against two records of one system being one customer) and ``most`` (bits it may have,
        however sure the model is).
    """
    own = source[pairs["uid_l"]] == source[pairs["uid_r"]]
    bits = pairs["match_weight"] - np.where(own, OWN_DUPLICATE_BITS, 0.0)
    said = pairs["gamma_name"]
    same_phone, same_mail = pairs["gamma_phone"] == 2, pairs["gamma_email"] == 2
    contacts = same_phone.astype(int) + (pairs["gamma_email"] >= 1) + (pairs["gamma_place"] >= 2)
    born = (pairs["gamma_birth_year"] == 2) & (pairs["gamma_place"] >= 1)
    against = (pairs[["gamma_birth_year", "gamma_kind", "gamma_gender"]] == 0).any(axis="columns")
    # A name alone is a namesake, a telephone alone a household: two different things must agree.
    enough = (
        ((said >= 2) & ((contacts >= 1) | born))
        | ((said == 1) & (contacts >= 2) & ~against)
        | ((said == -1) & (contacts >= 2))
    )
    twin = (said == 3) & (same_phone | same_mail) & (bits >= to_bits(OWN_DUPLICATE_PROBABILITY))
    below = to_bits(settings.match_probability) - 0.001
    most = np.where(np.where(own, twin, enough), MOST_BITS, below)
    return pairs.assign(is_own=own, bits=bits.clip(upper=MOST_BITS), most=most)


def parts(pairs: pd.DataFrame, count: int) -> pd.DataFrame:
    """All pairs of records that hang together by ``pairs``: who would meet by joining them.

    Returns
    -------
    DataFrame
        One row per pair ``uid_l`` < ``uid_r`` of a part of three to thirty records.
    """
    union = Union(count)
    for one, other in zip(pairs["uid_l"].tolist(), pairs["uid_r"].tolist(), strict=True):
        union.join(one, other)
    there = np.unique(pairs[["uid_l", "uid_r"]].to_numpy())
    members = pd.DataFrame({"uid": there, "part": [union.find(uid) for uid in there.tolist()]})
    size = members.groupby("part")["uid"].transform("size")
    members = members[(size >= 3) & (size <= LARGEST_PART)]
    both = members.merge(members, on="part", suffixes=("_l", "_r"), validate="many_to_many")
    return both.loc[both["uid_l"] < both["uid_r"], ["uid_l", "uid_r"]].reset_index(drop=True)


def to_bits(probability: float) -> float:
    """Probability as bits of evidence."""
    if probability >= 1:
        return MOST_BITS
    return math.log2(probability / (1 - probability)) if probability > 0 else -MOST_BITS


def from_bits(bits: Floats) -> Floats:
    """Bits of evidence as a probability, to six places."""
    return np.round(1.0 / (1.0 + np.exp2(-np.asarray(bits, dtype=np.float64))), 6)
