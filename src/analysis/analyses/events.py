"""What happened around the firm, and whether sales moved when it did."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from analysis.analyses.counterfactual import YEAR, Estimate, Panel, Scope, Spell, Touched, Weeks
from analysis.measures import diary
from analysis.measures.weekly import WEEK, weekly_sales
from analysis.model.dataset import Dataset
from analysis.params import WHOLE_FIRM, Run
from analysis.questions import Questions

COLUMNS = [
    "event_id", "kind", "starts_at", "ends_at", "region", "category", "note", "weeks",
    "log", "reach", "effect", "low", "high", "p", "n", "placebos", "says", "why",
]  # fmt: skip
ROSE, FELL, NOTHING, UNCLEAR = "rose", "fell", "nothing", "unclear"


@dataclass(frozen=True)
class Around:
    """The firm's weekly sales up to a run's last day, and what the diary says happened to them.

    Attributes
    ----------
    panel : Panel
        Weekly order lines, week 0 ending with ``as_of``.
    noted : DataFrame
        As ``measures.diary.events``, those begun by ``as_of``.
    as_of : date
        Last day looked at.
    """

    panel: Panel
    noted: pd.DataFrame
    as_of: date

    @classmethod
    def of(cls, firm: Dataset, run: Run) -> Around:
        """What a run can know: nothing after its last day."""
        as_of = firm.as_of(run)
        noted = diary.events(firm)
        known = noted[noted["starts_at"] <= pd.Timestamp(as_of)].reset_index(drop=True)
        return cls(Panel(weekly_sales(firm, as_of)), known, as_of)

    def weeks(self, starts_at: pd.Timestamp, ends_at: pd.Timestamp | None) -> Weeks:
        """The weeks nearest to a span of days; the first is after the last if it has none."""
        last = pd.Timestamp(self.as_of)
        until = last if ends_at is None or pd.isna(ends_at) else min(last, ends_at)
        first = round(((last - starts_at).days + 1) / WEEK) - 1
        return Weeks(first, round((last - until).days / WEEK))

    def touched(self, but: Scope) -> list[Touched]:
        """Where the diary says something happened, other than to all that ``but`` is part of."""
        return [
            Touched(scope, self.weeks(row.starts_at, row.ends_at))
            for row, scope in self.rows()
            if scope != but and not _is_wider(scope, but) and scope != Scope()
        ]

    def rows(self) -> Iterable[tuple[pd.Series, Scope]]:
        """Events of the diary with their scopes."""
        for row in self.noted.itertuples(index=False):
            yield row, Scope(row.region, row.category)


def _is_wider(one: Scope, other: Scope) -> bool:
    """Whether one scope holds the other and more; what happens to it happens to the comparison."""
    holds = one.region in (None, other.region) and one.category in (None, other.category)
    return holds and one != other


def event_effects(around: Around, run: Run, asked: Questions) -> pd.DataFrame:
    """Whether sales moved with each event that touches the run's region.

    Every event is measured on its own scope, whatever the run's region: that of a category on the
    category in the whole firm. Association, not proof: something else may have happened there.

    Parameters
    ----------
    around : Around
        Weekly sales and diary.
    run : Run
        Gives region and period; events from ``asked.events.months`` before its first month count.
    asked : Questions
        Thresholds.

    Returns
    -------
    DataFrame
        One row per event, by first day. Its columns of the diary; ``weeks`` measured (count);
        ``log`` and ``reach`` of the estimate; ``effect``, ``low`` and ``high`` (share by which
        order lines were above or below what they would have been, 95 %), ``p``, ``n`` (order lines
        of the shorter spell), ``placebos``; ``says``: ``rose``, ``fell``, ``nothing`` (all of
        the interval lies within ``asked.events.nothing``) or ``unclear``; ``why`` it is unclear:
        ``short`` (no whole week), ``few`` (lines or history), ``mixed`` (another event of the whole
        firm lies in the weeks it would be compared with), ``alone`` (too few placebos), ``wide``
        (the interval says too little).
    """
    since = (run.period.first - asked.events.months).start_time
    rows = []
    for row, scope in around.rows():
        lasts = row.starts_at if pd.isna(row.ends_at) else row.ends_at
        if lasts < since or not scope.touches(_of(run)):
            continue
        spell = spell_of(around, row, scope, asked)
        found = Estimate()
        if spell is not None:
            found = around.panel.estimate(
                scope, spell, around.touched(scope), asked.least_lines, asked.placebos
            )
        mixed = spell is not None and scope == Scope() and _is_mixed(around, row, spell)
        rows.append({**row._asdict(), **_told(Estimate() if mixed else found, spell, mixed, asked)})
    return pd.DataFrame(rows, columns=COLUMNS)


def _of(run: Run) -> Scope:
    return Scope() if run.region == WHOLE_FIRM else Scope(run.region)


def spell_of(around: Around, event: pd.Series, scope: Scope, asked: Questions) -> Spell | None:
    """The weeks of an event and those it is compared with; none if it has no whole week.

    An event that lasts is looked at for a year, or, with nothing to hold it against, a quarter.
    Before it come up to a year of weeks, no further back than when something else began in its
    scope; a category with nothing before it is set against the same weeks a year earlier, as other
    categories have other seasons.
    """
    limits = asked.events
    alone = scope == Scope() or (scope.category is None and len(around.panel.regions) == 1)
    now = around.weeks(event.starts_at, event.ends_at)
    days = float("inf") if pd.isna(event.ends_at) else (event.ends_at - event.starts_at).days + 1
    if days < WEEK / 2 or now.first < now.last:
        return None
    longest = limits.firm_weeks if alone else limits.longest_weeks
    now = Weeks(now.first, max(now.last, now.first - longest + 1))
    before = limits.firm_weeks if alone else limits.before_weeks
    others = [
        around.weeks(row.starts_at, row.ends_at)
        for row, other in around.rows()
        if row.event_id != event.event_id and other.touches(scope) and not _is_wider(other, scope)
    ]
    began = [one.first for one in others if now.first < one.first and one.last <= now.first]
    recent = min([first for first in began if first <= now.first + before], default=None)
    if recent is not None and recent - now.first >= limits.least_before_weeks:
        return Spell(now, Weeks(recent, now.first + 1))
    if scope.region is None and not alone:
        return Spell(now, now.earlier(YEAR))
    return Spell(now, Weeks(now.first + before, now.first + 1))


def _is_mixed(around: Around, event: pd.Series, spell: Spell) -> bool:
    """Whether a week or more of another event of the whole firm is in what is compared with."""
    compared = [
        weeks for _, weeks in around.panel.terms(Scope(), spell) if weeks != spell.now
    ]  # fmt: skip
    for row, scope in around.rows():
        weeks = around.weeks(row.starts_at, row.ends_at)
        is_other = scope == Scope() and row.event_id != event.event_id and weeks.count > 0
        if is_other and pd.notna(row.ends_at) and any(weeks.overlaps(one) for one in compared):
            return True
    return False


def _told(found: Estimate, spell: Spell | None, mixed: bool, asked: Questions) -> dict[str, object]:
    why = ""
    if spell is None:
        why = "short"
    elif mixed:
        why = "mixed"
    elif not np.isfinite(found.log):
        why = "few"
    elif not found.is_known:
        why = "alone"
    elif not found.is_visible and max(-found.share(-1), found.share(1)) > asked.events.nothing:
        why = "wide"
    says = UNCLEAR if why else NOTHING
    if found.is_visible:
        says = ROSE if found.log > 0 else FELL
    return {
        "weeks": spell.now.count if spell else 0, "log": found.log, "reach": found.reach,
        "effect": found.share(), "low": found.share(-1), "high": found.share(1), "p": found.p,
        "n": found.lines, "placebos": found.placebos, "says": says, "why": why,
    }  # fmt: skip


def paths(
    effects: pd.DataFrame, around: Around, asked: Questions, scopes: int = 3, weeks: int = YEAR
) -> pd.DataFrame:
    """Sales against what they would have been, four weeks by four, where events moved them most.

    Returns
    -------
    DataFrame
        One row per point of a path: ``event_id``, ``region``, ``category``, ``week`` (weeks back
        of its last week's end), ``ratio`` (actual over expected order lines), and of the event
        ``begins`` and ``ends`` (weeks back). The scopes of the clearest effects, at most
        ``scopes``; no rows if no event has any estimate.
    """
    known = effects[effects["p"].notna()].sort_values(["p", "starts_at"], kind="stable")
    known = known.drop_duplicates(["region", "category"]).head(scopes)
    parts = []
    for row in known.itertuples(index=False):
        scope = Scope(row.region, row.category)
        spell = spell_of(around, row, scope, asked)
        if spell is None:
            continue
        before = None if spell.before == spell.now.earlier(YEAR) else spell.before
        path = around.panel.path(scope, before, around.touched(scope), asked.least_lines, weeks)
        parts.append(pd.DataFrame({
            "event_id": row.event_id, "region": row.region, "category": row.category,
            "week": path.index, "ratio": path.to_numpy(),
            "begins": spell.now.first + 1, "ends": around.weeks(row.starts_at, row.ends_at).last,
        }))  # fmt: skip
    columns = ["event_id", "region", "category", "week", "ratio", "begins", "ends"]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)
