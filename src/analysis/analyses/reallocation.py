"""What to close, keep, watch or grow, and what that would be worth a year."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.analyses import channels, collections, discounts, promotions, waste
from analysis.measures import engine
from analysis.measures.catalogue import GROSS_MARGIN_RATE
from analysis.model.dataset import Dataset
from analysis.params import WHOLE_FIRM, Run

CLOSE, WATCH, GROW, KEEP = "close", "watch", "grow", "keep"
VERDICTS = [CLOSE, WATCH, GROW, KEEP]
SAVED = "(saved)"
DECISION = [
    "dimension", "part", "name", "verdict", "rule", "value", "low", "high", "threshold", "n",
    "effect", "effect_low", "effect_high", "alone", "assumption", "constraint",
]  # fmt: skip


def decisions(
    firm: Dataset,
    run: Run,
    won: pd.DataFrame,
    offers: pd.DataFrame,
    peers: pd.DataFrame,
    due: pd.DataFrame,
) -> pd.DataFrame:
    """Close, watch, grow or keep, for every unit a rule can be tried on.

    Rules (thresholds in ``params/base.yml``)::

        exit       a marketing channel's first-year margin for one spent is below exit_roi: close
                   where its whole interval is, watch where only its value is
        grow       it turns at least grow_conversion of leads into customers, its interval too,
                   and its margin for one spent is above exit_roi: grow
        return     a promotion paid: keep; did not pay: close; cannot tell: watch
        close      a channel collects less than close_collection: close where that loses less
                   margin than is left unpaid, else watch
        tilt       a region's margin rate is above tilt_margin_rate, and not every region's: grow
        serve      a region's margin rate is below what serving it costs: watch
        discount   a seller gives clearly more discount than others on alike deals: watch

    What would save less than ``waste.least`` a year is watched, whatever the rule says.

    Parameters
    ----------
    firm, run, won, offers, peers
        As for ``analyses.waste.pockets``.
    due : DataFrame
        ``analyses.collections.rates`` by region and channel.

    Returns
    -------
    DataFrame
        One row per unit, columns ``DECISION``: ``close`` first, then ``watch``, ``grow`` and
        ``keep``, each by effect. ``value`` is what the rule looks at, with ``low`` and ``high``
        (95 %), ``effect`` the money a year of doing it (missing where none is claimed: what
        grows is paid by what closes, and counted there), ``alone`` what of it closing would
        save if the money went nowhere else (of marketing), ``assumption`` and ``constraint`` the
        keys of what it supposes and what binds.
    """
    rows = [
        *_marketing(won, run),
        *_promotions(offers, waste.a_year(waste.months(firm, run))),
        *_collections(firm, run, due),
        *_regions(firm, run, due),
        *_discounts(peers, run, waste.a_year(discounts.months(firm, run))),
    ]
    table = _without_trifles(pd.DataFrame(rows, columns=DECISION), run.settings.waste.least)
    order = table.assign(
        place=table["verdict"].map({name: at for at, name in enumerate(VERDICTS)}),
        size=table["effect"].astype(float).fillna(0.0),
    ).sort_values(["place", "size"], ascending=[True, False], kind="stable")
    return table.loc[order.index].reset_index(drop=True)


def _without_trifles(table: pd.DataFrame, least: float) -> pd.DataFrame:
    """Decisions with what is not worth a decision watched; marketing moves all at once."""
    trifle = (
        (table["verdict"] == CLOSE)
        & (table["dimension"] != "marketing")
        & ~(table["effect"].astype(float) >= least)
    )
    return table.assign(
        verdict=table["verdict"].mask(trifle, WATCH),
        constraint=table["constraint"].mask(trifle, "small"),
    )


def allocation(won: pd.DataFrame, run: Run) -> pd.DataFrame:
    """Marketing money before and after: what closes gives, what grows takes.

    A channel that closes gives ``waste.movable`` of its money. Channels that grow take it, best
    certain return first, each at most ``waste.most_growth`` of its own spending; what is left
    over is saved.

    Returns
    -------
    DataFrame
        One row per marketing channel judged, most spending first, and a last one, ``SAVED``, of
        what no channel takes. Columns ``verdict``, ``spend``, ``change``, ``after`` (money a
        year, of the run's region) and ``roi``, ``roi_low``, ``roi_high`` now. Spending before is
        spending after and what is saved. Empty without spending.
    """
    known = won.drop(channels.TOTAL, errors="ignore")
    if known.empty:
        return pd.DataFrame()
    verdict = _verdicts(known, run)
    spend = known["spend"] * known["share"]
    settings = run.settings.waste
    change = pd.Series(0.0, index=known.index)
    closes, grows = verdict == CLOSE, verdict == GROW
    change[closes] = -settings.movable * spend[closes]
    free = -float(change.sum())
    for part in known.loc[grows].sort_values("roi_low", ascending=False, kind="stable").index:
        taken = min(free, settings.most_growth * float(spend[part]))
        change[part], free = taken, free - taken
    table = known[["roi", "roi_low", "roi_high"]].assign(
        verdict=verdict, spend=spend, change=change, after=spend + change
    )
    saved = pd.DataFrame({"spend": [0.0], "change": [free], "after": [free]}, index=[SAVED])
    return pd.concat([table, saved.assign(verdict="")]).rename_axis("channel")


def effect(table: pd.DataFrame, run: Run) -> tuple[float, float, float]:
    """What an :func:`allocation` would bring a year: estimate, low and high.

    Money that moves to a channel earns ``waste.halving`` of what that channel's money earns now,
    money that leaves one loses what it earns there, money saved is kept.

    Examples
    --------
    >>> from types import SimpleNamespace as Plain
    >>> run = Plain(settings=Plain(waste=Plain(halving=0.5)))
    >>> rows = {"change": [-750.0, 500.0, 250.0], "roi": [0.4, 4.0, float("nan")],
    ...         "roi_low": [0.3, 3.0, float("nan")], "roi_high": [0.5, 5.0, float("nan")]}
    >>> table = pd.DataFrame(rows, index=["poor", "good", "(saved)"])
    >>> [round(end) for end in effect(table, run)]  # 500 at 2.0, 250 kept, 750 not at 0.4
    [950, 625, 1275]
    """
    if table.empty:
        return (float("nan"),) * 3
    gives, takes = table["change"] < 0, (table["change"] > 0) & (table.index != SAVED)
    saved = float(table["change"].get(SAVED, 0.0))

    def at(there: str, here: str) -> float:
        won = run.settings.waste.halving * (table["change"] * table[there])[takes].sum()
        return float(won + (table["change"] * table[here])[gives].sum() + saved)

    return at("roi", "roi"), at("roi_low", "roi_high"), at("roi_high", "roi_low")


def _verdicts(known: pd.DataFrame, run: Run) -> pd.Series:
    """Close, watch, grow or keep of each marketing channel; ``""`` where too few were won."""
    wanted = run.settings.channels
    few = (known["roi_won"] < wanted.min_count) | known["roi"].isna()
    below, surely = known["roi"] < wanted.exit_roi, known["roi_high"] < wanted.exit_roi
    grows = (
        (known["conversion_low"] >= wanted.grow_conversion)
        & (known["roi_low"] > wanted.exit_roi)
        & (known["leads"] >= wanted.min_count)
    )
    named = np.select([few, surely, below, grows], ["", CLOSE, WATCH, GROW], KEEP)
    return pd.Series(named, index=known.index)


def _row(
    dimension: str, part: str, name: str, verdict: str, rule: str, value: tuple[float, ...],
    threshold: float, n: float, effect: tuple[float, ...] = (np.nan,) * 3, assumption: str = "",
    constraint: str = "", alone: float = np.nan,
) -> dict[str, object]:  # fmt: skip
    given = (dimension, part, name, verdict, rule, *value, threshold, n, *effect, alone,
             assumption, constraint)  # fmt: skip
    return dict(zip(DECISION, given, strict=True))


def _marketing(won: pd.DataFrame, run: Run) -> list[dict[str, object]]:
    wanted, rows = run.settings.channels, []
    table = allocation(won, run)
    if table.empty:
        return []
    whole = effect(table, run)
    closing = float(table.loc[table["verdict"] == CLOSE, "change"].sum())
    for part, row in table[table["verdict"] != ""].iterrows():
        verdict, one = str(row["verdict"]), won.loc[part]
        grows = verdict == GROW
        key = "conversion" if grows else "roi"
        value = tuple(float(one[f"{key}{end}"]) for end in ("", "_low", "_high"))
        # The effect is of the whole move; channels that close share it by what they give.
        share = row["change"] / closing if verdict == CLOSE and closing else np.nan
        rows.append(
            _row(
                "marketing",
                str(part),
                str(part),
                verdict,
                "grow" if grows else "exit",
                value,
                wanted.grow_conversion if grows else wanted.exit_roi,
                one["leads"] if grows else one["roi_won"],
                tuple(share * end for end in whole),
                "moved" if verdict == CLOSE else "",
                {CLOSE: "test", GROW: "diminish"}.get(verdict, ""),
                # What is not spent less the margin it earned: nothing is put elsewhere.
                -float(row["change"]) * (1 - float(row["roi"])) if verdict == CLOSE else np.nan,
            )
        )
    return rows


def _promotions(offers: pd.DataFrame, scale: float) -> list[dict[str, object]]:
    verdicts = {promotions.PAID: KEEP, promotions.NOT_PAID: CLOSE, promotions.UNKNOWN: WATCH}
    rows = []
    for name, row in offers[offers["gain_low"].notna()].iterrows():
        verdict = verdicts[row["verdict"]]
        value = (row["gain"], row["gain_low"], row["gain_high"])
        effect = (
            tuple(-scale * value[end] for end in (0, 2, 1)) if verdict == CLOSE else (np.nan,) * 3
        )
        rows.append(_row("promotion", str(name), str(row["name"]), verdict, "return", value, 0.0,
                         row["lines"], effect, "repeat" if verdict == CLOSE else ""))  # fmt: skip
    return rows


def _collections(firm: Dataset, run: Run, due: pd.DataFrame) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    if due.empty:
        return rows
    limit = run.settings.channels.close_collection
    unpaid = waste.late(firm, run)
    for (region, channel), row in due[due["verdict"] != collections.FEW].iterrows():
        value = (row["rate"], row["low"], row["high"])
        name = f"{run.part('region', region)}, {run.part('channel', channel).lower()}"
        verdict, effect = (
            {collections.REVIEW: CLOSE, collections.WATCH: WATCH}.get(row["verdict"], KEEP),
            (np.nan,) * 3,
        )
        if verdict == CLOSE and (region, channel) in unpaid.index:
            year = unpaid.loc[(region, channel)]
            rate = _margin_rate(firm, run, str(region), str(channel))
            worth = float(year["unpaid"] - rate * year["due"])
            effect = (worth, np.nan, np.nan)
            verdict = CLOSE if worth > 0 else WATCH
        rows.append(
            _row("region" if run.region == WHOLE_FIRM else "channel",
                 str(region if run.region == WHOLE_FIRM else channel), name, verdict, "close",
                 value, limit, row["payments"], effect,
                 "" if verdict == KEEP else "unpaid", "" if verdict == KEEP else "prepay")
        )  # fmt: skip
    return rows


def _margin_rate(firm: Dataset, run: Run, region: str, channel: str) -> float:
    if not firm.has("order_lines.cost"):
        return float("nan")
    taken = engine.measure(
        firm, region, waste.months(firm, run), [GROSS_MARGIN_RATE], by=["channel"]
    )
    rates = taken.xs(GROSS_MARGIN_RATE, level="measure")["value"]
    return float(rates.get(channel, np.nan))


def _regions(firm: Dataset, run: Run, due: pd.DataFrame) -> list[dict[str, object]]:
    table = waste.margins(firm, run, "region")
    if table.empty:
        return []
    limit = run.settings.channels.tilt_margin_rate
    above = table["rate"] > limit
    slow = set(due[due["verdict"] == collections.REVIEW].index.get_level_values("region")) if len(
        due
    ) else set()  # fmt: skip
    rows = []
    for part, row in table.iterrows():
        if run.region not in (WHOLE_FIRM, part):
            continue
        nan = float("nan")
        dear = row["rate"] < run.settings.waste.cost_to_serve
        # Money cannot be tilted towards every region at once, nor to where it is not paid.
        grows = above[part] and not above.all() and part not in slow
        rows.append(
            _row(
                "region", str(part), run.part("region", str(part)),
                WATCH if dear else GROW if grows else KEEP, "serve" if dear else "tilt",
                (row["rate"], nan, nan), run.settings.waste.cost_to_serve if dear else limit,
                row["orders"], constraint="all_above" if above.all() else "",
            )
        )  # fmt: skip
    return rows


def _discounts(peers: pd.DataFrame, run: Run, year: float) -> list[dict[str, object]]:
    above = peers[(peers["verdict"] == discounts.ABOVE) & (peers["dimension"] == "salesperson")]
    scale = run.settings.waste.halving * year
    return [
        _row("salesperson", row.part, row.name_, WATCH, "discount",
             (row.points, row.points_low, row.points_high), run.settings.discounts.min_points,
             row.lines, (row.excess * scale, row.low * scale, row.high * scale), "half", "deals")
        for row in above.rename(columns={"name": "name_"}).itertuples()
    ]  # fmt: skip
