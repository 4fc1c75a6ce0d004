"""What the discount tables say, in words."""

from __future__ import annotations

from functools import partial

import pandas as pd

from analysis import units
from analysis.findings.record import Finding, number
from analysis.params import Run
from analysis.text import words

VALUES = {
    "list_value": "money", "discount": "money", "expected": "money", "excess": "money",
    "rate": "rate", "peer_rate": "rate", "points": "points", "points_low": "points",
    "points_high": "points", "customers": "count",
}  # fmt: skip
ORDER = ("salesperson", "industry", "region")
"""Who is named first where the same money is in several rows: the one who decides it."""


def above_peers(table: pd.DataFrame, run: Run, span: str, lacking: str) -> Finding:
    """Name who gave most discount above what others give on alike deals.

    Parameters
    ----------
    table : DataFrame
        As ``analyses.discounts.above_peers`` gives it.
    run : Run
        Gives region and currency.
    span : str
        What a reader calls the months compared.
    lacking : str
        What the firm does not deliver, if anything.
    """
    said = partial(Finding, id="discounts.above_peers", exhibit="tbl-discounts-peers")
    nothing = partial(said, values={}, units={}, n=0, notable=False)
    if lacking:
        return nothing(sentence=words("finding.discounts_absent", needs=lacking))
    if table.empty:
        text = words("finding.discounts_nothing", region=run.region_label, span=span)
        return nothing(sentence=text)
    above = table[table["verdict"] == "above"]
    if above.empty:
        compared = int((table["verdict"] != "few").sum())
        text = words("finding.discounts_none", region=run.region_label, span=span, n=compared)
        return said(sentence=text, values={"compared": compared}, units={"compared": "count"},
                    n=int(table["lines"].max()), notable=False)  # fmt: skip
    place = {name: at for at, name in enumerate(ORDER)}
    order = above["dimension"].map(lambda name: place.get(name, len(place)))
    row = above.assign(order=order).sort_values(
        ["order", "excess"], ascending=[True, False], kind="stable"
    ).iloc[0]  # fmt: skip
    money = partial(units.money, currency=run.currency)
    return said(
        sentence=words(
            "finding.discounts_above", span=span, name=row["name"],
            discount=money(row["discount"]), list_value=money(row["list_value"]),
            rate=units.percent(row["rate"]), peer_rate=units.percent(row["peer_rate"]),
            excess=money(row["excess"]), points=units.points(row["points"]),
            low=units.points(row["points_low"]), high=units.points(row["points_high"]),
            customers=units.count(row["customers"]),
        ),
        values={name: number(row[name]) for name in VALUES},
        units=VALUES,
        n=int(row["lines"]),
        notable=True,
        at_stake=run.per_period(float(row["excess"]), run.settings.discounts.months)
        if run.period.month_count <= run.settings.discounts.months
        else float(row["excess"]),
        certainty=1 - float(row["chance_of_nothing"]),
        subject=f"{row['dimension']}:{row['part']}",
    )  # fmt: skip


def response(table: pd.DataFrame, run: Run, lacking: str) -> Finding:
    """Say whether more discount went with more volume, or why that cannot be told.

    Parameters
    ----------
    table : DataFrame
        As ``analyses.discounts.response`` gives it.
    run : Run
        Gives the thresholds.
    lacking : str
        What the firm does not deliver, if anything.
    """
    said = partial(Finding, id="discounts.response", exhibit="tbl-discounts-peers", notable=False)
    if lacking or table.empty:
        text = words("finding.discounts_response_absent", needs=lacking)
        return said(sentence=text, values={}, units={}, n=0)
    row = table.iloc[0]
    verdict = str(row["verdict"])
    told = verdict == "told"
    zero = words("finding.discounts_response_zero") if row["low"] <= 0 <= row["high"] else ""
    return said(
        sentence=words(
            f"finding.discounts_response_{verdict}",
            units=units.count(row["units"]), months=units.count(row["months"]),
            variation=units.points(row["variation"], signed=False),
            least=units.points(run.settings.discounts.min_variation, signed=False),
            slope=units.percent(row["slope"], signed=True),
            low=units.percent(row["low"], signed=True),
            high=units.percent(row["high"], signed=True), doubt=zero,
        ),
        values={name: number(row[name]) for name in ("slope", "low", "high", "variation")},
        units={"slope": "rate", "low": "rate", "high": "rate", "variation": "points"},
        n=int(row["units"] * row["months"]) if told else 0,
        certainty=0.95 if told and not zero else 0.5,
        subject="discounts",
    )  # fmt: skip
