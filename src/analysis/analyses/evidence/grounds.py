"""What the questions are answered from: asked of the engine once, for all of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

import numpy as np
import pandas as pd

from analysis.analyses.counterfactual import YEAR, Panel, Scope, Spell, Weeks, quantile
from analysis.analyses.events import Around
from analysis.analyses.evidence.record import Cell
from analysis.measures import supply
from analysis.measures.weekly import WEEK
from analysis.model.dataset import Dataset
from analysis.params import WHOLE_FIRM, Run
from analysis.periods import Period
from analysis.questions import Questions

HERE, ELSEWHERE = supply.HERE, supply.ELSEWHERE


@dataclass(frozen=True)
class Grounds:
    """Tables about one region, its period, its base and the year before the period.

    Attributes
    ----------
    region : str
        Of the cells asked about; ``all``: the whole firm.
    now, base, usual : DataFrame
        As ``measures.supply.product_lines``, of the period, its base, and the 52 weeks before
        the period.
    lost : DataFrame or None
        As ``analyses.loss.reasons`` gives it; none: it is still to be asked.
    """

    firm: Dataset
    run: Run
    asked: Questions
    around: Around
    region: str
    period: Period
    base_period: Period
    base: str
    lost: pd.DataFrame | None
    now: pd.DataFrame
    before: pd.DataFrame
    usual: pd.DataFrame

    @classmethod
    def of(
        cls,
        firm: Dataset,
        run: Run,
        asked: Questions,
        around: Around,
        region: str,
        lost: pd.DataFrame | None = None,
    ) -> Grounds | None:
        """The grounds of a region; none if there is nothing to compare with.

        Nor of a period the data do not hold to its end: its days so far would be set against all
        of the base's, and what is not yet sold would want a cause.
        """
        base, base_period = firm.base(run), firm.base_period(run)
        if base is None or base_period is None or not firm.is_whole(run):
            return None
        start = max(run.period.start - timedelta(days=YEAR * WEEK), firm.first_day)
        spans = (
            (run.period.start, around.as_of),
            (base_period.start, base_period.end),
            (start, run.period.start - timedelta(days=1)),
        )
        tables = [supply.product_lines(firm, region, *span) for span in spans]
        period = run.period
        return cls(firm, run, asked, around, region, period, base_period, base, lost, *tables)

    @property
    def panel(self) -> Panel:
        """Weekly order lines of the firm."""
        return self.around.panel

    def scope(self, cell: Cell) -> Scope:
        """The cell as the panel knows it."""
        return Scope(None if cell.region == WHOLE_FIRM else cell.region, cell.category)

    def cells(self) -> list[Cell]:
        """The region as a whole, then each of its categories with sales in period or base."""
        now = self.now.groupby("category")[f"revenue_{HERE}"].sum()
        before = self.before.groupby("category")[f"revenue_{HERE}"].sum()
        names = sorted(name for name in set(now.index) | set(before.index) if name)
        parts = [
            Cell(self.region, name, float(before.get(name, 0.0)), float(now.get(name, 0.0)))
            for name in names
        ]
        return [Cell(self.region, None, float(before.sum()), float(now.sum())), *parts]

    @property
    def weeks(self) -> Weeks:
        """The period's weeks."""
        return self.around.weeks(pd.Timestamp(self.period.start), None)

    @property
    def spell(self) -> Spell:
        """The period's weeks and the year before them."""
        now = self.weeks
        return Spell(now, Weeks(now.first + YEAR, now.first + 1))

    @cached_property
    def out(self) -> pd.Series | None:
        """Share of the period's days each product was out of stock; none: the firm does not say."""
        return supply.stock_outs(self.firm, self.region, self.period)

    @cached_property
    def markets(self) -> tuple[pd.Series | None, pd.Series | None]:
        """Market sizes by category, of the base and of the period."""
        before, now = (
            supply.market_sizes(self.firm, self.region, period)
            for period in (self.base_period, self.period)
        )
        return before, now

    @cached_property
    def promoted(self) -> tuple[pd.DataFrame | None, pd.DataFrame | None]:
        """Revenue and revenue on promotion by category, of the base and of the period."""
        before, now = (
            supply.promoted_revenue(self.firm, self.region, period)
            for period in (self.base_period, self.period)
        )
        return before, now

    @cached_property
    def chance(self) -> float:
        """How many sampling errors cells stay within where nothing happened: see ``quantile``."""
        if not self.panel.regions:
            return float("nan")
        cell = Scope(self.panel.regions[0], self.panel.categories[-1])
        found = self.panel.chance(
            cell, self.spell, self.around.touched(cell), self.asked.least_lines
        )
        return quantile(found) if len(found) >= self.asked.placebos else float("nan")

    def beyond(self, chosen: pd.Series, rest: pd.Series) -> tuple[float, float, float]:
        """How far chosen products' order lines here were from what they would have been.

        Against the same products elsewhere and the other products (``rest``), here and elsewhere;
        in the period, against the year before it.

        Parameters
        ----------
        chosen, rest : Series of bool
            By ``product_id``.

        Returns
        -------
        float, float, float
            Order lines that would have been, the reach of its logarithm by sampling alone, and
            order lines before.
        """
        sums = {
            (place, which, when): float(
                table.loc[table["product_id"].map(flags).fillna(False).astype(bool),
                          f"lines_{place}"].sum()
            )
            for place in (HERE, ELSEWHERE)
            for which, flags in (("chosen", chosen), ("rest", rest))
            for when, table in (("now", self.now), ("usual", self.usual))
        }  # fmt: skip
        expected, variance = sums[HERE, "chosen", "usual"], 0.0
        steps = ((HERE, "rest", 1), (ELSEWHERE, "chosen", 1), (ELSEWHERE, "rest", -1))
        least = self.asked.least_lines
        if expected < least:
            return float("nan"), float("nan"), expected
        variance += 1 / expected
        known = {
            (place, which)
            for place, which, _ in steps
            if min(sums[place, which, "now"], sums[place, which, "usual"]) >= least
        }
        for place, which, side in steps:
            # Without the chosen elsewhere, the others elsewhere tell of nothing here.
            if place == ELSEWHERE and len({key for key in known if key[0] == ELSEWHERE}) < 2:
                continue
            if (place, which) not in known:
                continue
            now, usual = sums[place, which, "now"], sums[place, which, "usual"]
            expected *= (now / usual) ** side
            variance += 1 / now + 1 / usual
        if not known:
            return float("nan"), float("nan"), sums[HERE, "chosen", "usual"]
        variance += 1 / max(expected, 1.0)  # what would have been sold has chance in it, too
        return expected, float(np.sqrt(variance)), sums[HERE, "chosen", "usual"]
