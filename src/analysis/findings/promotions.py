"""What the promotion tables say, in words."""

from __future__ import annotations

from functools import partial

import pandas as pd

from analysis import units
from analysis.findings.record import Finding, number
from analysis.params import Run
from analysis.periods import Period
from analysis.text import words

NEEDS = "promotions, order_lines.promotion_id and order_lines.cost"
VERDICTS = ("paid", "not_paid", "unknown")
VALUES = {
    "uplift": "rate", "uplift_low": "rate", "uplift_high": "rate", "earned": "money",
    "invested": "money", "gain": "money", "gain_low": "money", "gain_high": "money",
}  # fmt: skip


def promotion_return(table: pd.DataFrame, run: Run, has_promotions: bool) -> Finding:
    """Say whether the promotion most money hangs on paid, and how many others did.

    Parameters
    ----------
    table : DataFrame
        As ``analyses.promotions.promotion_return`` gives it for the run's period.
    run : Run
        Gives region, period and currency.
    has_promotions : bool
        Whether the firm delivers what a promotion's return needs.
    """
    return _about(table, run, has_promotions, "promotions.return", run.period, False)


def worst(table: pd.DataFrame, run: Run, has_promotions: bool, span: Period) -> Finding:
    """Say which promotion of a span of months lost most.

    Parameters
    ----------
    table : DataFrame
        As ``analyses.promotions.promotion_return`` gives it for the span.
    run : Run
        Gives region and currency.
    has_promotions : bool
        Whether the firm delivers what a promotion's return needs.
    span : Period
        The months.
    """
    return _about(table, run, has_promotions, "promotions.worst", span, True)


def best_offer(offers: pd.DataFrame, run: Run, has_promotions: bool, span: Period) -> Finding:
    """Say which kind of offer earned most for what it cost, and which least.

    Parameters
    ----------
    offers : DataFrame
        As ``analyses.promotions.by_offer`` gives it.
    run, has_promotions, span
        As for :func:`worst`.
    """
    said = partial(Finding, id="promotions.offer", exhibit="tbl-promotions-offers", notable=False)
    nothing = partial(said, values={}, units={}, n=0)
    if not has_promotions:
        return nothing(sentence=words("finding.promotions_absent", needs=NEEDS))
    known = offers[offers["return"].notna()]
    if known.empty:
        text = words("finding.promotions_offer_none", region=run.region_label, period=span.label)
        return nothing(sentence=text)
    best, least = known["return"].idxmax(), known["return"].idxmin()
    one = len(known) == 1
    parts = {
        "best": _offer(known.loc[best]), "best_return": units.decimal(known["return"][best], 2),
        "least": _offer(known.loc[least]), "least_return": units.decimal(known["return"][least], 2),
        "region": run.region_label, "period": span.label,
    }  # fmt: skip
    return said(
        sentence=words(
            "finding.promotions_offer_one" if one else "finding.promotions_offer", **parts
        ),
        values={f"{name}.return": number(row["return"]) for name, row in known.iterrows()},
        units={f"{name}.return": "rate" for name in known.index},
        n=int(known["promotions"].sum()),
        at_stake=run.per_period(float(known["gain"].abs().max()), span.month_count),
        certainty=0.5,
        subject="promotions",
    )


def _about(
    table: pd.DataFrame, run: Run, has_promotions: bool, id: str, span: Period, lost: bool
) -> Finding:
    exhibit = "tbl-promotions-year" if lost else "tbl-promotions-return"
    said = partial(Finding, id=id, exhibit=exhibit, values={}, units={}, n=0, notable=False)
    if not has_promotions:
        return said(sentence=words("finding.promotions_absent", needs=NEEDS))
    place = {"region": run.region_label, "period": span.label}
    if table.empty:
        return said(sentence=words("finding.promotions_none", **place))
    known = table[table["gain_low"].notna()]
    if known.empty:
        many = words("promotions.one" if len(table) == 1 else "promotions.many")
        return said(
            sentence=words("finding.promotions_few", n=len(table), promotions=many, **place)
        )
    counts = {one: int((table["verdict"] == one).sum()) for one in VERDICTS}
    more = words("finding.promotions_more", n=len(table), period=span.label, **counts)
    lossy = known[known["verdict"] == "not_paid"]
    if lost and lossy.empty:
        return said(sentence=words("finding.promotions_no_loss", **place) + more)
    clear = lossy if lost else known[known["verdict"] != "unknown"]
    name = str((known if clear.empty else clear)["gain"].abs().idxmax())
    row = table.loc[name]
    forward = ("caveat.promotions_forward",) if row["after_high"] < 0 else ()
    return Finding(
        id=id,
        sentence=_sentence(row, len(known), run) + (more if len(table) > 1 else ""),
        values={column: number(row[column]) for column in VALUES} | counts,
        units=VALUES | dict.fromkeys(counts, "count"),
        exhibit=exhibit,
        n=int(row["lines"]),
        notable=row["verdict"] != "unknown",
        at_stake=run.per_period(float(abs(row["gain"])), span.month_count),
        certainty=1 - float(row["chance_of_nothing"]),
        subject=f"promotion:{name}",
        caveats=tuple(words(key) for key in ("caveat.promotions", *forward)),
    )


def _offer(row: pd.Series) -> str:
    """An offer with the promotions it was made in."""
    return words("promotions.offer_of", offer=row.name, names=row["names"])


def _end(amount: float, run: Run) -> str:
    """An end of an interval of gains, as what it would be."""
    key = "gain" if amount >= 0 else "loss"
    return words(f"promotions.a_{key}", money=units.money(abs(amount), run.currency))


def _sentence(row: pd.Series, asked: int, run: Run) -> str:
    money = partial(units.money, currency=run.currency)
    unknown = row["verdict"] == "unknown"
    return words(
        "finding.promotions_unknown" if unknown else "finding.promotions_one",
        name=row["name"],
        verdict=words(f"promotions.verdict.{row['verdict']}"),
        earned=money(row["earned"]),
        invested=money(row["invested"]),
        result=words(f"finding.promotions_{'gain' if row['gain'] >= 0 else 'loss'}"),
        gain=money(abs(row["gain"])),
        low=money(row["gain_low"], signed=True),
        high=money(row["gain_high"], signed=True),
        between_low=_end(row["gain_low"], run),
        between_high=_end(row["gain_high"], run),
        many=words("finding.promotions_many", n=asked)
        if unknown and (row["gain_low"] > 0 or row["gain_high"] < 0)
        else "",
        uplift=units.percent(row["uplift"]),
        uplift_low=units.percent(row["uplift_low"], signed=True),
        uplift_high=units.percent(row["uplift_high"], signed=True),
    )
