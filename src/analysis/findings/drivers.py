"""Where the change came from, in words."""

from __future__ import annotations

from functools import partial

import pandas as pd

from analysis import units
from analysis.findings.record import Finding, Values, not_over, number
from analysis.params import WHOLE_FIRM, Run
from analysis.text import words

EXHIBIT = "fig-drivers-main"
REST, TOTAL, AMONG = "(rest)", "(total)", "; "
BETWEEN = " & "
"""Between the conditions of a scope; a scope of one is the subject as it stands."""
UNITS = {
    "before": "money", "now": "money", "change": "money", "departure": "money", "share": "rate",
    "chance": "rate", "unusual": "rate", "earlier": "count", "customers": "count",
}  # fmt: skip
FLAT = 0.0005
"""Growth that reads 0.0 %."""
NEVER = 0.001
"""A bound below which a chance is written as smaller than this."""


def main(drivers: pd.DataFrame, run: Run, base: str | None, is_whole: bool) -> Finding:
    """Name the part the change came from, what the rest did, and how sure that is.

    The part is the one that departs most from the rest in the direction of the whole; of none, the
    one that departs most. A second one is named beside it, the largest of the others.

    Parameters
    ----------
    drivers : DataFrame
        As ``analyses.drivers.sales_drivers`` gives it for revenue.
    run : Run
        Gives region, currency and ``notable_share``.
    base : {"prior", "year_before"} or None
        What it compares with.
    is_whole : bool
        Whether the data reach the end of the period.
    """
    said = partial(Finding, id="drivers.main", exhibit=EXHIBIT)
    if base is None:
        return said(sentence=words("absent.base"), values={}, units={}, n=0, notable=False)
    if not is_whole:
        return not_over(said, run)
    if drivers.empty:
        key = "finding.drivers_dimensions" if "label" in drivers else "finding.drivers_new"
        sentence = words(key, whole=_capital(_whole(run)), base=words(f"base.{base}"))
        return said(sentence=sentence, values={}, units={}, n=0, notable=False)
    total, scopes = drivers.loc[TOTAL], drivers.drop([REST, TOTAL])
    values: Values = {
        f"{key}.{column}": number(row[column])
        for key, row in drivers.iterrows()
        for column in UNITS
        if column in drivers
    }
    said = partial(
        said, values=values, units={key: UNITS[key.rpartition(".")[2]] for key in values}
    )
    if scopes.empty:
        return said(sentence=_even(drivers, run, base), n=int(total["customers"]), notable=False)
    same = scopes[scopes["change"] * total["change"] > 0]
    key = str((same if len(same) else scopes)["departure"].abs().idxmax())
    row = scopes.loc[key]
    sentence = words(
        "finding.drivers_main",
        label=_capital(row["label"]), moved=_moved(row, run), inside=_inside(row, run),
        against=_against(row, total, run, base), rest=_rest(drivers.loc[REST]),
        second=_second(scopes.drop(key), row, run), doubt=_doubt(row),
    )  # fmt: skip
    least = run.settings.notable_share * total["before"]
    return said(
        sentence=sentence,
        n=int(row["customers"]),
        notable=bool(abs(row["departure"]) >= least),
        at_stake=float(abs(row["departure"])),
        surprise=0.5 if pd.isna(row["unusual"]) else float(row["unusual"]),
        certainty=1 - min(float(row["chance"]), 1.0),
        subject="" if BETWEEN in key else key,
    )


def _even(drivers: pd.DataFrame, run: Run, base: str) -> str:
    """The sentence of a change that is spread over all parts."""
    total = drivers.loc[TOTAL]
    key = "finding.drivers_still" if total["change"] == 0 else "finding.drivers_even"
    return words(
        key, whole=_capital(_whole(run)), base=words(f"base.{base}"), moved=_moved(total, run),
        customers=units.count(total["customers"]),
    )  # fmt: skip


def _moved(row: pd.Series, run: Run) -> str:
    """Words for a change: ``fell £35.4k (−62.5%)``."""
    change = units.money(abs(row["change"]), run.currency)
    if row["change"] == 0:
        return words("drivers.moved.stood", now=units.money(row["now"], run.currency))
    if row["before"] == 0:
        return words("drivers.moved.appeared", change=change)
    if row["now"] == 0:
        return words("drivers.moved.vanished", change=change)
    growth = units.growth(row["growth"], row["before"])
    return words(
        f"drivers.moved.{'rise' if row['change'] > 0 else 'fall'}", change=change, growth=growth
    )


def _against(row: pd.Series, total: pd.Series, run: Run, base: str) -> str:
    """Words for what a part's change is of the whole's."""
    change = float(total["change"])
    told = {"whole": _whole(run), "base": words(f"base.{base}")}
    if change == 0:
        return words("drivers.against_total.none", **told)
    told |= {
        "total": units.money(abs(change), run.currency),
        "move": words(f"drivers.move.{'rise' if change > 0 else 'fall'}"),
    }
    if row["share"] <= 0:
        return words("drivers.against_total.opposite", **told)
    if row["share"] > 1:
        return words("drivers.against_total.all_of", **told)
    return words("drivers.against_total.share", share=units.percent(row["share"], digits=0), **told)


def _rest(rest: pd.Series) -> str:
    growth = rest["growth"]
    if pd.isna(growth):
        return words("drivers.rest_moved.none")
    if abs(growth) < FLAT:
        return words("drivers.rest_moved.flat")
    move = "rise" if growth > 0 else "fall"
    return words(f"drivers.rest_moved.{move}", growth=units.percent(abs(growth)))


def _second(others: pd.DataFrame, row: pd.Series, run: Run) -> str:
    """Words for the largest of the other parts, and how many more there are."""
    if others.empty:
        return ""
    second = others.loc[others["departure"].abs().idxmax()]
    key = "drivers.opposite" if second["change"] * row["change"] < 0 else "drivers.second"
    more = words("drivers.more", n=len(others) - 1) if len(others) > 1 else ""
    return words(key, label=second["label"], moved=_moved(second, run)) + more


def _inside(row: pd.Series, run: Run) -> str:
    """Words for the few products that make up half of a part's change; nothing, if none do."""
    names = [name for name in str(row["products"]).split(AMONG) if name]
    if not names:
        return ""
    change = units.money(row["of_products"], run.currency, signed=True)
    last = words("drivers.and").join(names[-2:])
    return words("drivers.inside", products=", ".join([*names[:-2], last]), change=change)


def _doubt(row: pd.Series) -> str:
    usual = ""
    if row["earlier"] > 0:
        closer = round(row["unusual"] * row["earlier"])
        usual = words(
            "drivers.usual", closer=units.count(closer), earlier=units.count(row["earlier"])
        )
    chance = units.percent(max(float(row["chance"]), NEVER))
    return words("drivers.doubt", chance=chance, usual=usual)


def _whole(run: Run) -> str:
    if run.region == WHOLE_FIRM:
        return words("drivers.whole.all")
    return words("drivers.whole.region", region=run.region_label)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
