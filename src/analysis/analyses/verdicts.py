"""What is the most likely cause of a change? Every question judged by one printed rule."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from analysis.analyses.counterfactual import YEAR, Scope, Spell
from analysis.analyses.events import Around, spell_of
from analysis.analyses.evidence import around as outside
from analysis.analyses.evidence import offer, supply
from analysis.analyses.evidence.grounds import Grounds
from analysis.analyses.evidence.record import (
    AGAINST,
    ANSWERS,
    CHECKS,
    FOR,
    QUESTIONS,
    Answer,
    Cell,
    money,
)
from analysis.measures.engine import compare
from analysis.model.dataset import Dataset
from analysis.params import WHOLE_FIRM, Run
from analysis.questions import Questions

SUPPORTED, PARTLY, OPPOSED = "supported", "partly", "opposed"
AT_WORK = (SUPPORTED, PARTLY, OPPOSED)
"""Verdicts by which a cause was there."""

CONTRADICTED, UNKNOWN = "contradicted", "unknown"
ASKED = {
    "alike": outside.alike, "market": outside.market, "season": outside.season,
    "supply": supply.answer, "competitor": outside.competitor, "price": offer.price,
    "promotion": offer.promotion, "service": offer.service,
}  # fmt: skip
OF_THE_WHOLE = ("service",)
"""Asked of a whole region only: who leaves leaves with everything."""
CAUSES = ("supply", "competitor", "price", "promotion", "service")
"""Questions about something that can be acted on; the others say where else it happened."""

CELLS = [
    "region",
    "category",
    "before",
    "now",
    "change",
    "p",
    "claimed",
    "effect",
    "rest",
    "cause",
    "cause_region",
    "cause_category",
    "second",
    "second_region",
    "second_category",
    "is_main",
]
NAMED = CELLS[CELLS.index("cause") : CELLS.index("is_main")]
VERDICTS = [
    *ANSWERS, "verdict", "share", "claimed", "claimed_low", "claimed_high", "counted", "for",
    "against", "open",
]  # fmt: skip


@dataclass(frozen=True)
class Evidence:
    """What was found, before it is judged.

    Attributes
    ----------
    cells : DataFrame
        One row per change asked about, the whole first, then the largest changes: ``region``,
        ``category`` (``""``: all), ``before``, ``now``, ``change`` (money) and ``p`` (share of
        cells and times at which order lines moved as far; missing where it cannot be told).
    checks : DataFrame
        One row per cell, question and check: see ``evidence.record.Check``.
    answers : DataFrame
        One row per cell and question: see ``evidence.record.Answer``.
    """

    cells: pd.DataFrame
    checks: pd.DataFrame
    answers: pd.DataFrame


def evidence(
    firm: Dataset, run: Run, asked: Questions, around: Around, lost: pd.DataFrame | None = None
) -> Evidence:
    """Ask every question of the region's change and of its largest changes by category.

    Of the whole firm, the largest changes of a category in a region. A category to which an event
    of the diary did something visible counts with what that is worth, should it be more.

    Parameters
    ----------
    firm : Dataset
        Opened snapshot.
    run : Run
        Gives region, period and base.
    asked : Questions
        Thresholds.
    around : Around
        Weekly sales and diary, up to the run's last day.
    lost : DataFrame, optional
        As ``analyses.loss.reasons`` gives it for the run, if it is at hand.
    """
    chosen, grounds = _chosen(firm, run, asked, around, lost)
    cells, checks, answers = [], [], []
    for cell in chosen:
        ground = grounds[cell.region]
        cells.append({**cell.key, "before": cell.before, "now": cell.now, "change": cell.change,
                      "p": _unusual(ground, cell)})  # fmt: skip
        for name in QUESTIONS:
            if name in OF_THE_WHOLE and cell.category is not None:
                continue
            answer: Answer = ASKED[name](ground, cell)
            row = asdict(answer)
            checks += [
                {**cell.key, "question": name, "check": check.pop("name"), **check}
                for check in row.pop("checks")
            ]
            answers.append({**cell.key, **row})
    return Evidence(
        pd.DataFrame(cells, columns=CELLS[:6]),
        pd.DataFrame(checks, columns=CHECKS),
        pd.DataFrame(answers, columns=ANSWERS),
    )


def verdicts(found: Evidence, asked: Questions) -> pd.DataFrame:
    """Judge every question by its checks and its estimate.

    *Supported*: every decisive check speaks for it, none of any kind against, the estimate's
    interval leaves out zero on the side of the change, and it accounts for
    ``asked.supported_share`` of the change or more. *Partly*: the decisive checks speak for it, but
    it accounts for less, its range in money holds zero, or a supporting check speaks against.
    *Opposed*: the decisive checks speak
    for it, but it moved sales the other way than they moved: they did so in spite of it.
    *Contradicted*: a decisive check speaks against, or it is too little to matter. *Unknown*:
    anything else; a table is missing, or there is too little.

    Returns
    -------
    DataFrame
        One row per cell and question: the columns of ``answers``; ``verdict``; ``share`` of the
        change (0-1; missing if unknown); ``claimed``, ``claimed_low`` and ``claimed_high`` (money
        of the change it accounts for, with the change's sign, 0 unless supported or partly; what
        one question claims a later one cannot, so that claims never add up to more than the
        change); ``counted`` (money: the whole effect of a supported or partly supported answer
        whose range leaves out zero, however large; of those that are no causes the largest alone,
        as market, season and *so everywhere* tell of the same growth; 0 of others); ``for``,
        ``against`` and ``open`` (counts of checks).
    """
    rows = []
    for (region, category), answers in found.answers.groupby(["region", "category"], sort=False):
        change = float(_one(found.cells, region, category)["change"])
        left = change
        for answer in answers.itertuples(index=False):
            checks = found.checks[
                (found.checks["region"] == region)
                & (found.checks["category"] == category)
                & (found.checks["question"] == answer.question)
            ]
            verdict, share = judged(answer.effect, answer.low, answer.high, change, checks, asked)
            claimed = [0.0, 0.0, 0.0]
            if verdict in (SUPPORTED, PARTLY):
                claimed = [_within(one, left) for one in (answer.effect, answer.low, answer.high)]
                left -= claimed[0]
            says = checks["says"]
            rows.append({
                **answer._asdict(), "verdict": verdict, "share": share, "claimed": claimed[0],
                "claimed_low": min(claimed, key=abs), "claimed_high": max(claimed, key=abs),
                "counted": answer.effect if _is_sure(verdict, answer.low, answer.high) else 0.0,
                "for": int((says == FOR).sum()), "against": int((says == AGAINST).sum()),
                "open": int((~says.isin([FOR, AGAINST])).sum()),
            })  # fmt: skip
    table = pd.DataFrame(rows, columns=VERDICTS)
    around = table[~table["question"].isin(CAUSES)]
    size = around["counted"].astype(float).abs()
    largest = size.groupby([around["region"], around["category"]]).idxmax()
    table.loc[around.index.difference(pd.Index(largest)), "counted"] = 0.0
    return table


def judged(
    effect: float, low: float, high: float, change: float, checks: pd.DataFrame, asked: Questions
) -> tuple[str, float]:
    """The verdict on one question, and the share of the change its estimate accounts for.

    Examples
    --------
    >>> from analysis.questions import load
    >>> checks = pd.DataFrame({"says": ["for", "for"], "decisive": [True, False]})
    >>> judged(-80.0, -95.0, -60.0, -100.0, checks, load())
    ('supported', 0.8)
    """
    decisive = checks.loc[checks["decisive"].astype(bool), "says"]
    if (decisive == AGAINST).any():
        return CONTRADICTED, 0.0
    known = np.isfinite([effect, low, high]).all() and change != 0
    if decisive.empty or (decisive != FOR).any() or not known:
        return UNKNOWN, float("nan")
    if effect * change < 0:
        return OPPOSED, 0.0
    share = min(1.0, effect / change)
    if share < asked.named_share:
        return CONTRADICTED, share
    supporting = checks.loc[~checks["decisive"].astype(bool), "says"]
    is_sure = not low <= 0 <= high
    whole = share >= asked.supported_share and is_sure and not (supporting == AGAINST).any()
    return (SUPPORTED if whole else PARTLY), share


def account(found: Evidence, judged: pd.DataFrame) -> pd.DataFrame:
    """The changes with what is accounted for, and what is left unexplained.

    Returns
    -------
    DataFrame
        ``found.cells`` with ``claimed`` (money of the change that supported and partly supported
        answers account for, never more than it), ``effect`` (what those that are sure did, however
        much) and
        ``rest`` = change − effect: what everything else did. ``cause`` and ``second``: the
        questions of :data:`CAUSES` at work that moved most money, those whose range leaves out zero
        first (``""``: none; second only if its range does), each with the ``region`` and
        ``category`` of the row that answers it: of the whole, that of a part where more is found
        there. ``is_main``: the category (or, with none, the whole) in which most money surely is a
        cause's; where none is, the largest change.
    """
    sums = judged.groupby(["region", "category"])[["claimed", "counted"]].sum()
    keys = pd.MultiIndex.from_frame(found.cells[["region", "category"]])
    claimed, effect = sums.reindex(keys).fillna(0.0).to_numpy(float).T
    change = found.cells["change"]
    table = found.cells.assign(claimed=claimed, effect=effect, rest=change - effect)
    real = _by_size(judged[judged["question"].isin(CAUSES) & judged["verdict"].isin(AT_WORK)])
    named = [_named(real, region, category) for region, category in keys]
    table = table.assign(
        **{column: [row[column] for row in named] for column in CELLS if column in NAMED}
    )
    parts = table[table["category"] != ""] if (table["category"] != "").any() else table
    most = real.groupby(["region", "category"])["sure"].max()
    size = most.reindex(pd.MultiIndex.from_frame(parts[["region", "category"]])).fillna(0.0)
    size = size if size.max() > 0 else parts["change"].abs()
    main = parts.index[int(np.argmax(size.to_numpy()))] if len(parts) else None
    return table.assign(is_main=table.index == main)[CELLS]


def _is_sure(verdict: str, low: float, high: float) -> bool:
    """Whether something is at work that surely moved sales the way they moved."""
    return verdict in (SUPPORTED, PARTLY) and low * high > 0


def _named(real: pd.DataFrame, region: str, category: str) -> dict[str, str]:
    """The cause that moved most money, and the second, each with where it was asked."""
    own = (real["region"] == region) & (real["category"] == category)
    # What moved a part moved the whole; the whole's own answer first where it says as much.
    rows = real.assign(own=own, unsure=real["sure"] <= 0, size=real["size"].round(2))
    rows = rows[own] if category else rows
    order = ["unsure", "size", "own"]
    rows = rows.sort_values(order, ascending=[True, False, False], kind="stable")
    rows = rows.drop_duplicates("question")
    first, second = rows.head(1), rows.iloc[1:2]
    second = second[second["sure"] > 0]
    return {
        f"{name}{suffix}": str(row[column].iloc[0]) if len(row) else ""
        for name, row in (("cause", first), ("second", second))
        for suffix, column in (("", "question"), ("_region", "region"), ("_category", "category"))
    }


def _by_size(answers: pd.DataFrame) -> pd.DataFrame:
    """Answers, the one that surely moved most money first.

    Sure is the end of the range nearest to nothing; nothing, where the range holds zero.
    """
    sure = answers[["low", "high"]].abs().min(axis=1)
    sure = sure.where(answers["low"] * answers["high"] > 0, 0.0)
    sized = answers.assign(sure=sure, size=answers["effect"].abs())
    return sized.sort_values(["sure", "size"], ascending=False, kind="stable")


def _within(amount: float, change: float) -> float:
    """Of an amount, what lies between nothing and a change."""
    return float(np.clip(amount, min(0.0, change), max(0.0, change)))


def _one(cells: pd.DataFrame, region: str, category: str) -> pd.Series:
    return cells[(cells["region"] == region) & (cells["category"] == category)].iloc[0]


def _chosen(
    firm: Dataset, run: Run, asked: Questions, around: Around, lost: pd.DataFrame | None
) -> tuple[list[Cell], dict[str, Grounds]]:
    """The whole and the largest changes, with the grounds of their regions."""
    own = Grounds.of(firm, run, asked, around, run.region, lost)
    if own is None:
        return [], {}
    whole, *parts = own.cells()
    grounds = {run.region: own}
    if run.region == WHOLE_FIRM and firm.has("products.category") and len(firm.regions) > 1:
        table = compare(firm, run, ["revenue"], ["region", "category"])
        parts = [
            Cell(region, category, float(row[own.base]), float(row["current"]))
            for (region, category, _), row in table.iterrows()
            if region and category
        ]
    moved = _noted(around, own, asked)
    hit = {(of.region, of.category) for of, _ in moved if of.region and of.category}
    parts = sorted(
        parts, key=lambda cell: ((cell.region, cell.category) not in hit, -_weight(cell, moved))
    )[: asked.cells]
    for cell in parts:
        if cell.region not in grounds:
            ground = Grounds.of(firm, run, asked, around, cell.region)
            if ground is not None:
                grounds[cell.region] = ground
    return [whole, *parts], grounds


def _noted(around: Around, grounds: Grounds, asked: Questions) -> list[tuple[Scope, float]]:
    """Scopes in which an event that began since the base moved sales visibly, and how far."""
    found = []
    for event, scope in around.rows():
        began = event.starts_at > pd.Timestamp(grounds.base_period.start)
        ended = pd.notna(event.ends_at) and event.ends_at < pd.Timestamp(grounds.period.start)
        spell = spell_of(around, event, scope, asked)
        if spell is None or not began or ended or scope == Scope():
            continue
        estimate = around.panel.estimate(
            scope, spell, around.touched(scope), asked.least_lines, asked.placebos
        )
        if estimate.is_visible:
            found.append((scope, estimate.log))
    return found


def _weight(cell: Cell, moved: list[tuple[Scope, float]]) -> float:
    """Money that makes a cell worth asking about: its change, or what an event did to it."""
    scope = Scope(None if cell.region == WHOLE_FIRM else cell.region, cell.category)
    sizes = [abs(money(cell.now, log, 0.0)[0]) for of, log in moved if of.touches(scope)]
    return max([abs(cell.change), *sizes])


def _unusual(grounds: Grounds, cell: Cell) -> float:
    """Share of like cells and times whose order lines moved as far on a year before."""
    now = grounds.weeks
    scope = grounds.scope(cell)
    return grounds.panel.estimate(
        scope, Spell(now, now.earlier(YEAR)), grounds.around.touched(scope),
        grounds.asked.least_lines, grounds.asked.placebos,
    ).p  # fmt: skip
