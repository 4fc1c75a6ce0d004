"""What is bought together, and what customers lack that their peers have."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from math import comb

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from analysis.analyses.rates import holm, poisson
from analysis.measures import baskets
from analysis.measures.catalogue import DIMENSIONS
from analysis.measures.retention import months
from analysis.model.dataset import Dataset
from analysis.params import Run
from analysis.periods import Period
from analysis.settings import Associations

CUSTOMER_GROUP = ["kind", "industry"]
SURE = 0.05
LEVELS = ["subcategory", "category", "product"]


def level(firm: Dataset) -> str:
    """What things are counted as: the finest grouping the firm delivers, else single products.

    Two products are seldom in enough orders together to say anything; two kinds of product are.
    """
    return next((name for name in LEVELS if firm.has(DIMENSIONS[name].needs)), LEVELS[-1])


def held(firm: Dataset, run: Run) -> dict[str, pd.DataFrame]:
    """Orders of the months ``settings.associations`` looks back on, as ``baskets`` counts them."""
    wanted = run.settings.associations
    return baskets.baskets(firm, run.region, _window(firm, run), level(firm), wanted.min_baskets)


def bought(firm: Dataset, run: Run) -> pd.DataFrame:
    """What regular customers bought by category in the same months; none without categories."""
    if not (firm.has("products.category") and firm.has("customers.kind")):
        return pd.DataFrame()
    wanted = run.settings.associations
    return baskets.customer_parts(
        firm, run.region, _window(firm, run), "category", wanted.min_orders
    )


def orders(counts: dict[str, pd.DataFrame]) -> int:
    """How many orders were looked at."""
    return int(counts["sizes"]["baskets"].sum())


def pairs(counts: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """How often two things are in one order, beside how often chance would put them there.

    Parameters
    ----------
    counts : dict of DataFrame
        As ``measures.baskets.baskets`` gives it.

    Returns
    -------
    DataFrame
        One row per pair in enough orders (index ``first``, ``second``), highest ``ratio`` first.
        ``baskets`` (count: orders with both), ``revenue`` (money of both in them), ``n`` (count:
        all orders), ``support`` = baskets / n, ``confidence`` (share of the orders with ``first``
        that hold ``second``) and ``confidence_back``, ``lift`` = support / (support of one ×
        support of the other), ``leverage`` = support less that product; ``expected`` (count: orders
        in which both would be, were each line of an order drawn at random from what customers of
        its kind buy), ``ratio`` = baskets / expected with ``low`` and ``high`` (95 %, of a Poisson
        count) and ``chance`` (of as many, for so many pairs as there could be: Holm's; pairs in
        few orders are not listed, but were tried).

    Notes
    -----
    Lift alone misleads where orders are small: an order of one line holds no pair, so that every
    lift is below 1; and where orders differ in size, every lift is above it. ``ratio`` asks what
    is left when size of order and kind of customer are held equal.

    References
    ----------
    Agrawal, Imielinski & Swami, "Mining association rules between sets of items in large
    databases", SIGMOD 1993 (support, confidence); Brin, Motwani, Ullman & Tsur, SIGMOD 1997
    (lift); Piatetsky-Shapiro, 1991 (leverage).
    """
    found = counts["pairs"].set_index(["first", "second"]).astype(float)
    n = float(counts["sizes"]["baskets"].sum())
    alone = counts["items"].groupby("item")["baskets"].sum().astype(float)
    one = alone.reindex(found.index.get_level_values("first")).to_numpy()
    two = alone.reindex(found.index.get_level_values("second")).to_numpy()
    expected = expected_of_all(counts, list(found.index))
    table = found.assign(
        n=n,
        support=found["baskets"] / n,
        confidence=found["baskets"] / one,
        confidence_back=found["baskets"] / two,
        lift=found["baskets"] * n / (one * two),
        leverage=found["baskets"] / n - one * two / n**2,
    )
    return _judged(table, expected, comb(len(alone), 2))


def triples(counts: dict[str, pd.DataFrame], of_pairs: pd.DataFrame) -> pd.DataFrame:
    """How often three things are in one order, as :func:`pairs`, without confidence and lift.

    A triple whose ratio is no more than that of one of its pairs says nothing the pair does not:
    only those whose ``low`` is above the largest ratio of their pairs are kept.
    """
    names = ["first", "second", "third"]
    found = counts["triples"].set_index(names).astype(float)
    n = float(counts["sizes"]["baskets"].sum())
    expected = expected_of_all(counts, list(found.index))
    things = comb(counts["items"]["item"].nunique(), 3)
    table = _judged(found.assign(n=n, support=found["baskets"] / n), expected, things)
    best = [of_pairs["ratio"].reindex(list(combinations(i, 2))).max() for i in table.index]
    return table[table["low"].to_numpy(float) > np.array(best, dtype=float)]


def expected_together(counts: dict[str, pd.DataFrame], names: tuple[str, ...]) -> float:
    """Orders that would hold all of ``names``, were lines drawn at random.

    Of orders with s lines, by customers whose lines are of thing a with share q, a share
    Σ (−1)^|T| (1 − Σ q_T)^s over all subsets T of the things holds every one of them.

    Examples
    --------
    Ten orders of two lines; half of all lines are tea, half are milk: of two lines, half are one
    of each.

    >>> sizes = pd.DataFrame({"kind": [""], "size": [2], "baskets": [10]})
    >>> items = pd.DataFrame({"kind": ["", ""], "item": ["milk", "tea"], "lines": [10, 10]})
    >>> expected_together({"sizes": sizes, "items": items}, ("milk", "tea"))
    5.0
    """
    return float(expected_of_all(counts, [names])[0])


def expected_of_all(
    counts: dict[str, pd.DataFrame], sought: Sequence[tuple[str, ...]]
) -> NDArray[np.float64]:
    """:func:`expected_together` of many sets of things, all of one number."""
    if not len(sought):
        return np.zeros(0)
    lines = counts["items"].pivot_table(index="kind", columns="item", values="lines", aggfunc="sum")
    share = lines.div(lines.sum(axis=1), axis=0).fillna(0.0)
    sizes = counts["sizes"]
    size, baskets = sizes["size"].to_numpy(float), sizes["baskets"].to_numpy(float)
    of_kind = share.reindex(sizes["kind"]).fillna(0.0)
    # One array for each place in a set: kinds and sizes down, sets across.
    shares = [of_kind[list(things)].to_numpy(float) for things in zip(*sought, strict=True)]
    total = np.zeros(shares[0].shape)
    for number in range(len(shares) + 1):
        for some in combinations(shares, number):
            none_of = 1 - sum(some, np.zeros(total.shape))
            total += (-1) ** number * none_of.clip(min=0) ** size[:, None]
    return np.asarray(baskets @ total, dtype=np.float64)


def rules(of_pairs: pd.DataFrame, wanted: Associations) -> pd.DataFrame:
    """The pairs worth a word: together more often than chance, sure and large enough."""
    return of_pairs[(of_pairs["chance"] < SURE) & (of_pairs["ratio"] >= wanted.min_lift)]


def gaps(parts: pd.DataFrame, wanted: Associations, least: int) -> pd.DataFrame:
    """What regular customers do not buy that most of their peers buy.

    Parameters
    ----------
    parts : DataFrame
        As ``measures.baskets.customer_parts`` gives it: of customers who order regularly, so that
        what they lack is no accident of few orders.
    wanted : Associations
        ``min_peer_share``.
    least : int
        Fewest peers, and customers who lack it.

    Returns
    -------
    DataFrame
        One row per group of customers and part, most money first: ``kind`` and ``industry`` (the
        group), ``part``, ``peers`` (count: regular customers of the group), ``buyers``, ``share``
        = buyers / peers, ``lacking`` (count), ``each`` (money: median the buyers spend on it in
        the window) and ``worth`` = lacking × share × each: what they would spend were they as
        likely to buy it as their peers, which is a ceiling and no forecast.
    """
    columns = ["kind", "industry", "part", "peers", "buyers", "share", "lacking", "each", "worth"]
    if parts.empty:
        return pd.DataFrame(columns=columns)
    peers = parts.groupby(CUSTOMER_GROUP)["customer_id"].nunique().rename("peers")
    bought = parts[parts["revenue"] > 0].groupby([*CUSTOMER_GROUP, "part"])
    table = bought.agg(buyers=("customer_id", "nunique"), each=("revenue", "median")).reset_index()
    table = table.join(peers, on=CUSTOMER_GROUP)
    share = table["buyers"] / table["peers"]
    lacking = table["peers"] - table["buyers"]
    table = table.assign(share=share, lacking=lacking, worth=lacking * share * table["each"])
    kept = (table["peers"] >= least) & (share >= wanted.min_peer_share) & (lacking > 0)
    return (
        table.loc[kept & (table["kind"] != ""), columns]
        .sort_values(["worth", "part"], ascending=[False, True], kind="stable")
        .reset_index(drop=True)
    )


def _window(firm: Dataset, run: Run) -> Period:
    last = pd.Period(firm.as_of(run), "M")
    return months(last - run.settings.associations.months + 1, last)


def _judged(table: pd.DataFrame, hoped: NDArray[np.float64], tried: int) -> pd.DataFrame:
    low, high = poisson(table["baskets"])
    chance = pd.Series(stats.poisson.sf(table["baskets"] - 1, hoped), index=table.index)
    return table.assign(
        expected=hoped,
        ratio=table["baskets"] / hoped,
        low=low / hoped,
        high=high / hoped,
        chance=holm(chance.astype(float), tried),
    ).sort_values("ratio", ascending=False, kind="stable")
