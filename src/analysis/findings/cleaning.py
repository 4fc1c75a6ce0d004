"""What cleaning did, in words."""

from __future__ import annotations

from functools import partial

import pandas as pd

from analysis import units
from analysis.findings.record import Finding, Values, number
from analysis.params import Run
from analysis.text import named, words

TOTAL = "total"
MAJORITY = 0.5


def cleaning(log: pd.DataFrame, told: pd.Series, run: Run) -> Finding:
    """Say what became of the records read, and which rule touched most money.

    Parameters
    ----------
    log : DataFrame
        As ``analyses.cleaning.cleaning_log`` gives it.
    told : Series
        As ``analyses.quality.summary`` gives it.
    run : Run
        Gives the currency.
    """
    said = partial(Finding, id="quality.cleaning", exhibit="tbl-quality-cleaning", notable=False)
    read = int(told["rows_read"])
    counts: Values = {"read": float(read), "rejected": float(told["rows_rejected"]),
              "merged": float(told["rows_merged"]), "repaired": float(told["repaired"]),
              "flagged": float(told["flagged"])}  # fmt: skip
    written = {name: units.count(value) for name, value in counts.items()}
    unit = dict.fromkeys(counts, "count")
    if log.empty:
        key = "finding.cleaning_repeats" if told["rows_merged"] else "finding.cleaning_none"
        none = words(key, read=units.count(read), merged=units.count(told["rows_merged"]))
        return said(sentence=none, values=counts, units=unit, n=read)
    money = log.groupby("action")["revenue"].sum()
    amounts: Values = {
        f"{one}_revenue": float(money.get(one, 0.0)) for one in ("rejected", "merged")
    }
    found = log.drop("converted", level="action", errors="ignore")  # as good as it was
    top_money = float(found["revenue"].max()) if len(found) else 0.0
    values = counts | amounts | {"top_revenue": top_money}
    unit |= dict.fromkeys([*amounts, "top_revenue"], "money")
    if not top_money:
        sentence = words("finding.cleaning_no_money", **written)
        return said(sentence=sentence, values=values, units=unit, n=read)
    _, top = found["revenue"].idxmax()
    return said(
        sentence=words(
            "finding.cleaning",
            **written,
            rejected_money=units.money(amounts["rejected_revenue"], run.currency),
            merged_money=units.money(amounts["merged_revenue"], run.currency),
            top=named("rule", top),
            top_money=units.money(top_money, run.currency),
        ),
        values=values,
        units=unit,
        n=read,
    )


def headline(variants: pd.DataFrame, run: Run) -> Finding:
    """Say what the headline would be with other decisions on doubtful records.

    Parameters
    ----------
    variants : DataFrame
        As ``analyses.cleaning.headline`` gives it.
    run : Run
        Gives region, period and currency.
    """
    scope = variants.index[0][0]
    places = {"without_outliers": scope, "without_repaired": "firm", "as_read": "firm"}
    parts = {name: variants.loc[(place, name)] for name, place in places.items()}
    reported = float(variants.loc[(scope, "reported"), "revenue"])
    values = {"reported": reported}
    for name, row in parts.items():
        values |= {f"{name}.difference": float(row["difference"]), f"{name}.share": row["share"]}
    unit = {name: "rate" if name.endswith(".share") else "money" for name in values}
    about = {
        "subject": run.revenue_label,
        "period": run.period.label,
        "money": units.money(reported, run.currency),
    }
    if not any(row["difference"] for row in parts.values()):
        sentence = words("finding.headline_same", **about)
    else:
        sentence = words(
            "finding.headline_with", **about,
            **{name: _moved(name, row, run) for name, row in parts.items()},
        )  # fmt: skip
    return Finding(
        id="quality.headline",
        exhibit="tbl-quality-headline",
        sentence=sentence,
        values={name: number(value) for name, value in values.items()},
        units=unit,
        n=int(sum(row["lines"] for row in parts.values())) or 1,
        notable=False,
    )


def accounts(sums: pd.DataFrame, run: Run) -> Finding:
    """Say whether every row and all money read is accounted for.

    Parameters
    ----------
    sums : DataFrame
        As ``analyses.cleaning.accounts`` gives it.
    run : Run
        Gives the currency.
    """
    whole = sums.loc[TOTAL]
    systems = sums.drop(TOTAL)
    open_rows = float(systems["rows_open"].abs().sum())
    open_money = float(systems["revenue_open"].abs().sum())
    hows = ("read", "kept", "merged", "rejected")
    counts = {how: units.count(whole[f"rows_{how}"]) for how in hows}
    if open_rows or open_money:
        sentence = words(
            "finding.accounts_open", rows=units.count(open_rows), read=counts["read"],
            money=units.money_in_full(open_money, run.currency, digits=2),
        )  # fmt: skip
    else:
        money = words("finding.accounts_money") if whole["revenue_read"] else ""
        sentence = words("finding.accounts", **counts, money=money)
    values = {f"rows_{how}": float(whole[f"rows_{how}"]) for how in hows}
    values |= {f"revenue_{how}": float(whole[f"revenue_{how}"]) for how in hows}
    values |= {"rows_open": open_rows, "revenue_open": open_money}
    return Finding(
        id="quality.accounts",
        exhibit="tbl-quality-accounts",
        sentence=sentence,
        values={name: number(value) for name, value in values.items()},
        units={name: "money" if name.startswith("revenue") else "count" for name in values},
        n=int(whole["rows_read"]),
        notable=False,
    )


def faults(found: pd.DataFrame, run: Run) -> Finding:
    """Say what is to be put right first, and who owns it.

    Parameters
    ----------
    found : DataFrame
        As ``analyses.cleaning.to_fix`` gives it.
    run : Run
        Gives the currency.
    """
    said = partial(Finding, id="quality.faults", exhibit="tbl-quality-faults", notable=False)
    if found.empty:
        return said(sentence=words("finding.faults_none"), values={}, units={}, n=1)
    first, whole = found.iloc[0], float(found["revenue"].sum())
    about = {
        "fault": named("rule", first["fault"]),
        "label": first["label"],
        "owner": first["owner"] or words("quality.nobody"),
    }
    touched = units.money(first["revenue"], run.currency)
    shares = found.groupby("owner")["revenue"].sum().sort_values(ascending=False)
    owner = str(shares.index[0])
    if whole and len(found) > 1 and owner:
        share = units.percent(shares.iloc[0] / whole)
        sentence = words("finding.faults", **about, money=touched, most=owner, share=share)
    else:
        money = words("finding.faults_money", money=touched) if whole else ""
        sentence = words("finding.faults_one", **about, money=money)
    return said(
        sentence=sentence,
        values={"first_revenue": float(first["revenue"]), "revenue": whole,
                "faults": float(len(found)),
                "owner_share": number(shares.iloc[0] / whole if whole else float("nan"))},
        units={"first_revenue": "money", "revenue": "money", "faults": "count",
               "owner_share": "rate"},
        n=len(found),
    )  # fmt: skip


def _moved(name: str, row: pd.Series, run: Run) -> str:
    if not row["difference"]:
        return words(f"finding.headline_{name}_same")
    return words(
        f"finding.headline_{name}",
        share=units.percent(row["share"], signed=True, digits=2),
        money=units.money(row["difference"], run.currency, signed=True),
    )
