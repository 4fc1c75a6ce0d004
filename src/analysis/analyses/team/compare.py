"""Everyone beside what peers would have done: the table that chapter and scorecard rest on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.analyses.team.chance import OUTER, holm, judged, usual_spread
from analysis.analyses.team.standard import standardised
from analysis.measures import team as measures
from analysis.measures.team import COMPARED, Book
from analysis.model.dataset import Dataset
from analysis.params import WHOLE_FIRM, Run
from analysis.periods import Period
from analysis.settings import Team as Settings
from analysis.text import NONE

UNUSUAL, ABOVE, BELOW, ALIKE, FEW = "unusual", "above", "below", "alike", "few"
EXPLAINS: Final = ("cost_of_list",)
"""Measures that explain another: shown in profiles, not judged a second time."""
IN_MONEY: Final = ("margin_rate", "discount_rate", "order_value", "growth", "collection")
"""Measures whose numerator is money: a difference times the denominator is money at stake."""
Z: Final = 1.959963984540054
SHOWN: Final = {"rate": 0.0005, "days": 0.05, "hours": 0.05, "score": 0.005}
"""Sizes below which a difference is written as 0; an interval that ends there does not leave 0
out for a reader."""
AHEAD, BEHIND = "ahead", "behind"


@dataclass(frozen=True)
class Team:
    """The people of a run and how they compare; peers are the people of the whole firm.

    Attributes
    ----------
    window : Period
        Months judged: the year to the end of the run's period.
    people : DataFrame
        One row per ``person`` of the firm, as ``measures.team.people``.
    sold : DataFrame
        As ``measures.team.sold`` gives it, of the firm, over the window and the one before.
    shown : list of str
        Those whose region the run is about.
    compared : DataFrame
        As :func:`compared` gives it, of the firm.
    lost : DataFrame
        As ``measures.team.lost_after`` gives it, of the firm.
    needs : str
        What is missing in the data if there are no people; else empty.
    """

    window: Period
    people: pd.DataFrame
    sold: pd.DataFrame
    shown: list[str]
    compared: pd.DataFrame
    lost: pd.DataFrame
    needs: str = ""

    @property
    def of_run(self) -> pd.DataFrame:
        """The compared people of the run."""
        rows = self.compared.index.get_level_values("person").isin(self.shown)
        return self.compared[rows]

    def revenue(self, period: Period, region: str = WHOLE_FIRM) -> pd.Series:
        """Revenue of a period and region by person; what has no owner is not in it."""
        rows = self.sold[self.sold["person"] != NONE]
        rows = rows[(rows["month"] >= period.first) & (rows["month"] <= period.last)]
        if region != WHOLE_FIRM:
            rows = rows[rows["region"] == region]
        return rows.groupby("person")["revenue"].sum()


def team(data: Dataset, run: Run) -> Team:
    """The people of a run's region, compared with everyone in the firm over the year to its end."""
    window = measures.window(data, run.period)
    sold = measures.sold(data, _with_the_one_before(window))
    in_window = (sold["month"] >= window.first) & (sold["month"] <= window.last)
    people = measures.people(data, sold[in_window])
    as_of = pd.Timestamp(data.as_of(run)) + pd.Timedelta(days=1, seconds=-1)
    grace = run.settings.collections.grace_days
    books = measures.books(data, window, as_of, grace) if len(people) else {}
    in_region = people["region"] == run.region
    return Team(
        window=window,
        people=people,
        sold=sold,
        shown=people.index[in_region | (run.region == WHOLE_FIRM)].tolist(),
        compared=compared(books, people, run.settings.team),
        lost=measures.lost_after(data, window),
        needs="" if data.has("order_lines.salesperson_id") else "order_lines.salesperson_id",
    )


def _with_the_one_before(window: Period) -> Period:
    first = window.prior().first
    return Period(text=f"{first}..{window.last}", first=first, last=window.last)


def compared(books: Mapping[str, Book], people: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """Everyone's measures beside peers', with what is more than chance.

    Who differs from ordinary people beyond 99.8 % limits on a measure is nobody's peer on it, and
    everyone is compared once more without them.

    Returns
    -------
    DataFrame
        One row per ``person`` and ``measure``, in the order of `people` and `books`. The columns
        of ``chance.judged``; ``of`` (what n counts), ``unit`` and ``good`` (1, -1 or 0) of the
        measure; ``p_adjusted`` (after Holm, over all people and measures judged); ``pulled_low``
        and ``pulled_high`` (95 %); ``money`` (difference times denominator over the window, where
        that is money); ``state``: ``unusual`` (adjusted chance below ``settings.doubt``; not
        pulled), ``above`` or ``below`` (the pulled interval leaves peers' level out), ``alike``,
        or ``few`` (fewer than ``settings.least`` accounts: nothing but n is said); ``verdict``:
        the state as it is read everywhere: ``ahead`` or ``behind`` of peers where the measure has
        a wanted direction, unusual or not, else ``above`` or ``below``; ``alike``, ``few``.
    """
    tables = [
        _one(book, name, people, settings).assign(measure=name) for name, book in books.items()
    ]
    if not tables:
        return _empty()
    table = pd.concat(tables).reset_index().set_index(["person", "measure"])
    order = pd.MultiIndex.from_product([people.index, list(books)], names=["person", "measure"])
    table = table.reindex(order)
    known = table["difference"].notna()
    is_judged = known & ~order.get_level_values("measure").isin(EXPLAINS)
    adjusted = holm(table["p"].where(is_judged))
    # A measure that explains is marked, once its own chance is as small as the family asks.
    alone = table["p"] * max(int(is_judged.sum()), 1)
    adjusted = adjusted.where(is_judged, alone.clip(upper=1.0))
    unusual = adjusted < settings.doubt
    table = table.assign(
        p_adjusted=adjusted,
        pulled=table["pulled"].where(~unusual, table["difference"]),
        pulled_error=table["pulled_error"].where(~unusual, table["error"]),
    )
    reach = Z * table["pulled_error"]
    table = table.assign(pulled_low=table["pulled"] - reach, pulled_high=table["pulled"] + reach)
    names = order.get_level_values("measure")
    about = [COMPARED[name] for name in names]
    edge = np.array([SHOWN.get(one.unit, 0.0) for one in about])
    state = np.select(
        [~known, unusual, table["pulled_low"] > edge, table["pulled_high"] < -edge],
        [FEW, UNUSUAL, ABOVE, BELOW],
        ALIKE,
    )
    money = (table["difference"] * table["denominator"]).where(names.isin(IN_MONEY))
    return table.assign(
        state=state,
        verdict=_verdicts(state, table["difference"], [one.good for one in about]),
        money=money,
        unit=[one.unit for one in about],
        good=[one.good for one in about],
        of=[one.of for one in about],
    )


def _verdicts(
    state: npt.NDArray[np.str_], difference: pd.Series, good: list[int]
) -> npt.NDArray[np.str_]:
    """What a state means for who has it: better or worse, not more or less."""
    sign = np.sign(difference.to_numpy(float)) * np.array(good)
    high = np.where(sign > 0, AHEAD, np.where(sign < 0, BEHIND, ABOVE))
    low = np.where(sign > 0, AHEAD, np.where(sign < 0, BEHIND, BELOW))
    told = np.where(difference.to_numpy(float) > 0, high, low)
    return np.where(np.isin(state, (ALIKE, FEW)), state, told)


def _one(book: Book, name: str, people: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """One measure of everyone: compared, and once more without those who are no one's peers."""
    one = COMPARED[name]
    left_out: list[str] = []
    spread = 0.0
    for _ in range(2):
        table = standardised(book, one, settings.least_in_stratum, settings.least_peers, left_out)
        table = table[table.index.isin(people.index)]
        enough = (table["n"] >= settings.least) & (table["error"] > 0)
        ordinary = table[enough & ~table.index.isin(left_out)]
        # Without those left out the spread would be too small: they were chosen for being far off.
        spread = max(spread, usual_spread(*ordinary[["difference", "error"]].to_numpy(float).T))
        table = judged(table, spread, int(enough.sum()))
        beyond = table.index[enough & (table["p"] < 1 - OUTER)].tolist()
        if not beyond or left_out:
            break
        left_out = beyond
    count = table["n"]
    return table.where(enough & table["p"].notna()).assign(n=count)


def _empty() -> pd.DataFrame:
    columns = [
        "n", "denominator", "observed", "expected", "difference", "error", "degrees", "finest",
        "low", "high", "spread", "z", "p", "pulled", "pulled_error", "p_adjusted", "pulled_low",
        "pulled_high", "state", "verdict", "money", "unit", "good", "of",
    ]  # fmt: skip
    index = pd.MultiIndex.from_arrays([[], []], names=["person", "measure"])
    return pd.DataFrame(columns=columns, index=index, dtype=float)
