"""What the verdicts say, in words."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from analysis import units
from analysis.findings.record import Finding, not_over, number
from analysis.params import WHOLE_FIRM, Run
from analysis.text import words

OPPOSED, CONTRADICTED, UNKNOWN = "opposed", "contradicted", "unknown"
COUNTED = ("service",)
"""Causes whose range is that of a rate, not of money: none is printed."""


def main(
    account: pd.DataFrame, judged: pd.DataFrame, checks: pd.DataFrame, run: Run,
    base: str | None, is_whole: bool,
) -> Finding:  # fmt: skip
    """Say what most likely moved the range that a cause moved most, or that none is in evidence.

    Parameters
    ----------
    account, judged : DataFrame
        As ``analyses.verdicts.account`` and ``verdicts`` give them.
    checks : DataFrame
        The ``checks`` of ``analyses.verdicts.evidence``.
    run : Run
        Gives currency, what regions are called, and ``notable_share``.
    base : {"prior", "year_before"} or None
        What it compares with.
    is_whole : bool
        Whether the data reach the end of the period.
    """
    chosen = account[account["is_main"]]
    return _said("verdicts.main", chosen, account, judged, checks, run, base, is_whole)


def whole(
    account: pd.DataFrame, judged: pd.DataFrame, checks: pd.DataFrame, run: Run,
    base: str | None, is_whole: bool,
) -> Finding:  # fmt: skip
    """Say what most likely moved the region as a whole; parameters as of :func:`main`."""
    chosen = account[account["category"] == ""]
    return _said("verdicts.whole", chosen, account, judged, checks, run, base, is_whole)


def _said(
    id: str, chosen: pd.DataFrame, account: pd.DataFrame, judged: pd.DataFrame,
    checks: pd.DataFrame, run: Run, base: str | None, is_whole: bool,
) -> Finding:  # fmt: skip
    exhibit = "tbl-verdicts-main" if id == "verdicts.main" else "tbl-verdicts-board"
    said = partial(Finding, id=id, exhibit=exhibit)
    if not is_whole:
        return not_over(said, run)
    if chosen.empty or base is None:
        return said(sentence=words("finding.verdicts_base"), values={}, units={}, n=0,
                    notable=False)  # fmt: skip
    cell = chosen.iloc[0]
    answers = _of(judged, cell["region"], cell["category"])
    cause = _named(judged, cell, "cause")
    values = {name: number(float(cell[name])) for name in ("before", "now", "change", "rest")}
    kinds = dict.fromkeys(values, "money")
    surprise = 0.5 if pd.isna(cell["p"]) else 1 - float(cell["p"])
    subject = _subject(_of_one_cause(cell, account), run)
    if cause is None:
        return said(
            sentence=_without(cell, answers, run, base), values=values, units=kinds,
            n=len(_of(checks, cell["region"], cell["category"])), notable=False, surprise=surprise,
            subject=subject,
        )  # fmt: skip
    effect = float(cause["effect"])
    told = ("effect",) if cause["question"] in COUNTED else ("effect", "low", "high")
    values |= {name: number(float(cause[name])) for name in told}
    total = abs(float(account.loc[account["category"] == "", "before"].sum()))
    return said(
        sentence=_with(cell, cause, judged, checks, run, base),
        values=values,
        units=dict.fromkeys(values, "money"),
        n=int(np.nan_to_num(float(cause["n"]))),
        notable=float(cause["low"]) * float(cause["high"]) > 0
        and abs(effect) >= run.settings.notable_share * total,
        at_stake=abs(effect),
        surprise=surprise,
        certainty=1 - float(np.nan_to_num(float(cause["p"]), nan=0.5)),
        subject=subject,
    )


def _of(rows: pd.DataFrame, region: str, category: str) -> pd.DataFrame:
    return rows[(rows["region"] == region) & (rows["category"] == category)]


def _named(judged: pd.DataFrame, cell: pd.Series, name: str) -> pd.Series | None:
    """The answer that the account names as the cause, or as the second."""
    rows = _of(judged, cell[f"{name}_region"], cell[f"{name}_category"])
    return _answer(rows, str(cell[name]))


def _too(cell: pd.Series, second: pd.Series | None, run: Run) -> str:
    """The cause at work that moved most money but for the first."""
    if second is None:
        return ""
    return words(
        "finding.verdicts_too",
        cause=words(f"verdicts.because.{second['question']}", named=second["named"]),
        where=_where(second, cell, run),
        took=words(f"finding.verdicts_{'took' if second['effect'] < 0 else 'added'}_past"),
        effect=units.money(abs(float(second["effect"])), run.currency),
        range=_range(second, run),
    )


def _place(cause: pd.Series) -> tuple[str, str]:
    """Region and category in which a cause was at work; empty: all of them."""
    region, category = (cause[f"at_{name}"] or cause[name] for name in ("region", "category"))
    return str(region), str(category)


def _where(cause: pd.Series, cell: pd.Series, run: Run) -> str:
    """Where a cause was at work, if that is less than all of the range that is spoken of."""
    region, category = _place(cause)
    if cause["question"] == "price":
        category = ""  # its name says of what
    is_category = category and category != cell["category"]
    if region == cell["region"]:
        return words("finding.verdicts_where", place=category) if is_category else ""
    place = run.part("region", region)
    if is_category:
        place = words("verdicts.of", category=category, region=place)
    return words("finding.verdicts_where", place=place)


def _range(cause: pd.Series, run: Run, most: float = float("inf")) -> str:
    """The range of a cause that surely moved sales, as sizes of no more than ``most``."""
    if cause["question"] in COUNTED:
        return ""
    ends = sorted(min(abs(float(cause[name])), most) for name in ("low", "high"))
    low, high = (units.money(end, run.currency) for end in ends)
    return words("finding.verdicts_range", low=low, high=high)


def _beside(share: float) -> str:
    return words(
        f"finding.verdicts_{'above' if share > 0 else 'below'}",
        share=units.percent(abs(share), digits=0),
    )


def _answer(answers: pd.DataFrame, question: str) -> pd.Series | None:
    rows = answers[answers["question"] == question]
    return None if rows.empty else rows.iloc[0]


def _with(
    cell: pd.Series, cause: pd.Series, judged: pd.DataFrame, checks: pd.DataFrame,
    run: Run, base: str,
) -> str:  # fmt: skip
    change, effect = float(cell["change"]), float(cause["effect"])
    low, high = float(cause["low"]), float(cause["high"])
    money = partial(units.money, currency=run.currency)
    took = "took" if effect < 0 else "added"
    kind = "part"
    if low <= 0 <= high:
        kind = "unsure"
    elif change == 0:
        kind = "flat"
    elif effect * change < 0:
        kind = "opposed"
    elif abs(effect) >= abs(change):
        kind = "all"
    second = _named(judged, cell, "second")
    question = str(cause["question"])
    asked = _of(judged, cause["region"], cause["category"])
    others = _too(cell, second, run) + _others(question, asked, second)
    because = words(f"verdicts.because.{question}", named=cause["named"])
    where = _where(cause, cell, run)
    return words(
        f"finding.verdicts_{kind}",
        **_moved(cell, run, base),
        because=because + where,
        cause=_capital(because + where),
        took=words(f"finding.verdicts_{took}"),
        took_past=words(f"finding.verdicts_{took}_past"),
        effect=money(abs(effect)),
        claimed=money(min(abs(effect), abs(change))),
        taken=money(abs(low)),
        gained=money(abs(high)),
        range=_range(cause, run, abs(change) if kind == "part" else float("inf")),
        rest=_went(change - effect, run),
        evidence=_evidence(cause, _of(checks, cause["region"], cause["category"]), cell, run),
        others=others,
    )


def _went(amount: float, run: Run) -> str:
    """What everything else did: ``rose £12.0k``."""
    return words(
        "finding.verdicts_went",
        moved=words("verb.rise" if amount >= 0 else "verb.fall"),
        amount=units.money(abs(amount), run.currency),
    )


def _without(cell: pd.Series, answers: pd.DataFrame, run: Run, base: str) -> str:
    if cell["change"] == 0:
        return words("finding.verdicts_still", **_moved(cell, run, base))
    counted = answers[answers["counted"].abs() > 0]
    context = ""
    if not counted.empty:
        most = counted.loc[counted["counted"].abs().idxmax()]
        effect = float(most["counted"])
        context = words(
            "finding.verdicts_context",
            because=words(f"verdicts.because.{most['question']}", named=most["named"]),
            took=words(f"finding.verdicts_{'took' if effect < 0 else 'added'}"),
            effect=units.money(abs(effect), run.currency),
            rest=_went(float(cell["change"]) - effect, run),
        )
    needs = sorted({str(need) for need in answers["needs"] if need})
    usual = ""
    if pd.notna(cell["p"]) and cell["p"] > 0.05:
        usual = words(
            "finding.verdicts_usual", share=units.percent(float(cell["p"]), digits=0)
        )  # fmt: skip
    first = answers[answers["question"].isin(["supply", "competitor"]) & (answers["needs"] != "")]
    return words(
        "finding.verdicts_none" if first.empty else "finding.verdicts_untold",
        **_moved(cell, run, base),
        context=context,
        usual=usual,
        needs=", ".join(needs),
        unasked=words("finding.verdicts_unasked", needs=", ".join(needs)) if needs else "",
    )


def _moved(cell: pd.Series, run: Run, base: str) -> dict[str, str]:
    change, before = float(cell["change"]), float(cell["before"])
    growth = change / before if before > 0 else float("nan")
    region, category = str(cell["region"]), str(cell["category"])
    name = run.revenue_label
    if category and region == WHOLE_FIRM:
        name = category
    elif category:
        name = words("verdicts.of", category=category, region=run.part("region", region))
    return {
        "cell": name,
        "moved": words("verb.rise" if change >= 0 else "verb.fall"),
        "change": units.money(abs(change), run.currency),
        "growth": units.growth(growth, before),
        "base": words(f"base.{base}"),
    }


def _evidence(cause: pd.Series, checks: pd.DataFrame, cell: pd.Series, run: Run) -> str:
    question = str(cause["question"])
    rows = checks[checks["question"] == question].set_index("check")
    if question == "supply":
        out, lost = rows.loc["out"], rows.loc["lost"]
        is_own = (cause["region"], cause["category"]) == (cell["region"], cell["category"])
        text = words(
            f"finding.verdicts_evidence.{'supply' if is_own else 'supply_there'}",
            place=_place_name(cause, run),
            n=_products(out["value"]),
            were=_were(out["value"]),
            share=units.percent(out["other"], digits=0),
            sold=units.count(lost["value"]),
            expected=units.count(lost["other"]),
        )
        says = rows["says"]
        if says.get("held") == "for":
            text += words("finding.verdicts_evidence.supply_held")
        elif says.get("held") == "against":
            text += words("finding.verdicts_evidence.supply_fell")
        if says.get("market") == "for":
            text += words("finding.verdicts_evidence.supply_market")
        return text
    if question == "competitor":
        stock = rows.loc["stock"]
        key = "competitor" if stock["says"] == "for" else "competitor_stock"
        return words(
            f"finding.verdicts_evidence.{key}",
            place=_place_name(cause, run),
            effect=_beside(rows.loc["fell", "value"]),
            n=_products(stock["value"]),
            were=_were(stock["value"]),
        )
    if question == "price":
        # As order lines, they are held against other ranges.
        rise = float(rows.loc["rose", "value"]) - float(rows.loc["rose", "other"])
        return words(
            "finding.verdicts_evidence.price",
            moved=words("verb.rise" if rise >= 0 else "verb.fall"),
            rise=units.percent(abs(rise)),
            effect=_beside(rows.loc["lines", "value"]),
        )
    if question == "promotion":
        share = rows.loc["share"]
        return words(
            "finding.verdicts_evidence.promotion",
            since=units.percent(share["value"], digits=0),
            then=units.percent(share["other"], digits=0),
        )
    return words(
        "finding.verdicts_evidence.service",
        n=units.count(rows.loc["slow", "value"]),
        lift=units.decimal(rows.loc["lift", "value"], 1),
    )


def _place_name(cause: pd.Series, run: Run) -> str:
    """In full: ``Textiles in North``."""
    region, category = _place(cause)
    if region == WHOLE_FIRM:
        return category or words("verdicts.firm_there")
    place = run.part("region", region)
    return words("verdicts.of", category=category, region=place) if category else place


def _others(question: str, answers: pd.DataFrame, second: pd.Series | None) -> str:
    """Of supply and competitor the one that it is not: boards ask which of the two."""
    other = {"supply": "competitor", "competitor": "supply"}.get(question)
    rows = answers[answers["question"] == other]
    if other is None or rows.empty or (second is not None and second["question"] == other):
        return ""
    verdict = rows["verdict"].iloc[0]
    if verdict == CONTRADICTED:
        return words(
            "finding.verdicts_not", cause=_capital(words(f"verdicts.because.{other}", named=""))
        )
    if verdict == UNKNOWN and other == "competitor":
        return words("finding.verdicts_not_known")
    return ""


def _capital(text: str) -> str:
    text = text.replace(" ()", "")
    return text[0].upper() + text[1:]


def _of_one_cause(cell: pd.Series, account: pd.DataFrame) -> pd.Series:
    """The range itself; of a whole moved by what moved its main part most, that part."""
    main = account[account["is_main"]]
    same = not main.empty and cell["cause"] and main.iloc[0]["cause"] == cell["cause"]
    return main.iloc[0] if same else cell


def _subject(cell: pd.Series, run: Run) -> str:
    if cell["category"]:
        return f"category:{cell['category']}"
    return "" if run.region == WHOLE_FIRM else f"region:{run.region}"


def _products(count: float) -> str:
    return words(f"finding.verdicts_product.{_many(count)}", n=units.count(count))


def _were(count: float) -> str:
    return words(f"finding.verdicts_were.{_many(count)}")


def _many(count: float) -> str:
    return "one" if round(count) == 1 else "many"
