"""What peers would have done with the same accounts: indirect standardisation.

A person's expected value is made of the rates of everybody else in the same strata, as tables of
hospitals are made; observed less expected is what accounts do not account for.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from analysis.errors import ContractError
from analysis.measures.team import STRATA, Book, Compared

Floats = NDArray[np.float64]
SUMS: Final = ["units", "numerator", "denominator", "nn", "nd", "dd"]
CONFIDENCE: Final = 0.95


def standardised(
    book: Book, one: Compared, least: int, least_peers: int, left_out: Sequence[str] = ()
) -> pd.DataFrame:
    """Everyone's value of one measure beside what peers would have had with the same accounts.

    ``expected = sum over strata of (peers' rate in the stratum * own denominator) / own
    denominator``. A stratum takes the finest of the measure's levels in which at least
    `least_peers` other people have at least `least` accounts between them; the last level is all
    accounts of peers.

    Parameters
    ----------
    book : Book
        As ``measures.team.books`` gives it.
    one : Compared
        The measure.
    least : int
        Accounts a stratum of peers needs.
    least_peers : int
        People it needs.
    left_out : sequence of str
        People who are nobody's peers; they are compared all the same.

    Returns
    -------
    DataFrame
        One row per ``person`` (index). Columns ``n`` (accounts, deals …), ``denominator``,
        ``observed`` and ``expected`` (in the measure's unit), ``difference`` = observed -
        expected, ``error`` (its standard error: between the person's own accounts, and of peers'
        rates), ``degrees`` (of freedom), ``low`` and ``high`` (95 % interval of the difference)
        and ``finest`` (share of the denominator compared at the finest level, 0–1).

    Raises
    ------
    ContractError
        If a stratum is there twice.

    Notes
    -----
    Accounts, not lines, are independent: the variance is that of sums over accounts about the
    person's own rate (the linearised ratio estimator, Cochran, *Sampling Techniques*, ch. 6), for
    shares at least the binomial one at peers' rates. ``degrees`` is the effective number of
    accounts, ``(sum d)^2 / sum d^2`` (Kish), less one.

    References
    ----------
    Goldstein & Spiegelhalter (1996), "League tables and their limitations", JRSS A 159, 385-443.
    """
    keys = [name for name in STRATA if name in book.strata.columns]
    if book.strata.duplicated(["person", *keys]).any():
        raise ContractError(
            f"`book.strata` of {one.name!r} must have one row per person and stratum; repeated: "
            f"{book.strata[book.strata.duplicated(['person', *keys])].head(3).to_dict('records')}"
        )
    rated = _peers_rates(book.strata, one, keys, least, least_peers, set(left_out))
    found = book.strata.assign(**rated)
    found = found.assign(
        given=found["rate"] * found["denominator"],
        chance=(found["rate"] * (1 - found["rate"]) * found["denominator"]).clip(lower=0),
        at_finest=found["denominator"].where(found["level"] == 0, 0.0),
    )
    sums = found.groupby("person")[
        ["numerator", "denominator", "given", "chance", "at_finest"]
    ].sum(min_count=1)
    sums = sums.mask(found["rate"].isna().groupby(found["person"]).any())
    cells = found.groupby(["person", "cell"]).agg(d=("denominator", "sum"), v=("variance", "first"))
    of_peers = (cells["d"] ** 2 * cells["v"]).groupby("person").sum()
    own = _between_accounts(book.spread).reindex(sums.index)
    if one.is_share:
        own = np.maximum(own, sums["chance"])
    d = sums["denominator"]
    spread = book.spread.reindex(sums.index)
    degrees = (spread["d"] ** 2 / spread["dd"] - 1).clip(lower=1)
    table = pd.DataFrame(
        {
            "n": spread["accounts"],
            "denominator": d,
            "observed": sums["numerator"] / d,
            "expected": sums["given"] / d,
            "difference": (sums["numerator"] - sums["given"]) / d,
            "error": np.sqrt(own + of_peers) / d,
            "degrees": degrees,
            "finest": sums["at_finest"] / d,
        }
    )
    reach = stats.t.ppf(0.5 + CONFIDENCE / 2, table["degrees"]) * table["error"]
    table = table.assign(low=table["difference"] - reach, high=table["difference"] + reach)
    return table.rename_axis("person")


def _between_accounts(spread: pd.DataFrame) -> pd.Series:
    """Variance of a person's sum over accounts, about the person's own rate."""
    slope = spread["e"] / spread["d"]
    squares = spread["ee"] - 2 * slope * spread["ed"] + slope**2 * spread["dd"]
    count = spread["accounts"]
    # One account says nothing of how accounts differ.
    return squares.clip(lower=0) * (count / (count - 1).where(count > 1))


def _peers_rates(
    strata: pd.DataFrame,
    one: Compared,
    keys: list[str],
    least: int,
    least_peers: int,
    left_out: set[str],
) -> dict[str, Floats]:
    """For every row the rate of peers in its stratum, its variance, its level and cell."""
    count = len(strata)
    rate, variance, level, cell = (np.full(count, np.nan) for _ in range(4))
    person, names = pd.factorize(strata["person"])
    is_peer = ~strata["person"].isin(left_out).to_numpy()
    sums = strata[SUMS].to_numpy(float) * is_peer[:, None]
    first_cell = 0
    for place, wanted in enumerate([*one.levels, ()]):
        by = [name for name in wanted if name in keys]
        code = strata.groupby(by).ngroup().to_numpy() if by else np.zeros(count, dtype=np.int64)
        cells = int(code.max()) + 1 if count else 0
        mine = code + cells * person
        whole = _added_up(sums, code, cells)
        own = _added_up(sums, mine, cells * len(names))
        people = np.bincount(np.unique(mine[is_peer]) % max(cells, 1), minlength=cells)
        others = people[code] - (own[mine, 0] > 0)
        units, n, d, nn, nd, dd = (whole[code] - own[mine]).T
        enough = ((others >= least_peers) & (units >= least)) | (not wanted)
        take = np.isnan(rate) & enough & (d > 0)
        r, u, d, nn, nd, dd = (
            part[take] for part in (n / np.where(d > 0, d, 1), units, d, nn, nd, dd)
        )
        squares = np.clip(nn - 2 * r * nd + r**2 * dd, 0, None) / d**2
        rate[take], level[take], cell[take] = r, place, first_cell + code[take]
        variance[take] = squares * u / np.where(u > 1, u - 1, np.nan)
        first_cell += cells
        if not np.isnan(rate).any():
            break
    return {"rate": rate, "variance": variance, "level": level, "cell": cell}


def _added_up(sums: Floats, code: NDArray[np.int64], cells: int) -> Floats:
    """Sums of the rows of each code."""
    columns = [np.bincount(code, weights=column, minlength=cells) for column in sums.T]
    return np.stack(columns, axis=1)
