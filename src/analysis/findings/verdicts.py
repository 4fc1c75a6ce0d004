"""What the verdicts say, in words."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from analysis import units
from analysis.findings.record import Finding, number, partial_period
from analysis.params import WHOLE_FIRM, Run
from analysis.text import words

OPPOSED, CONTRADICTED, UNKNOWN = "opposed", "contradicted", "unknown"
FLAT = 0.005
"""Growth that reads as none: half a per cent."""


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
    if chosen.empty or base is None:
        return said(sentence=words("finding.verdicts_base"), values={}, units={}, n=0,
                    notable=False)  # fmt: skip
    cell = chosen.iloc[0]
    mine = (judged["region"] == cell["region"]) & (judged["category"] == cell["category"])
    answers = judged[mine]
    evidence = checks[
        (checks["region"] == cell["region"]) & (checks["category"] == cell["category"])
    ]
    cause = _answer(answers, str(cell["cause"]))
    change, before = float(cell["change"]), float(cell["before"])
    values = {"before": number(before), "now": number(float(cell["now"])),
              "change": number(change), "left": number(float(cell["left"]))}  # fmt: skip
    kinds = dict.fromkeys(values, "money")
    surprise = 0.5 if pd.isna(cell["p"]) else 1 - float(cell["p"])
    subject = _subject(_of_one_cause(cell, account), run)
    if cause is None:
        return said(
            sentence=_without(cell, answers, run, base), values=values, units=kinds,
            n=len(evidence), notable=False, surprise=surprise, subject=subject,
            caveats=partial_period(is_whole),
        )  # fmt: skip
    effect = float(cause["effect"])
    values |= {name: number(float(cause[name])) for name in ("effect", "low", "high", "claimed")}
    total = abs(float(account.loc[account["category"] == "", "before"].sum()))
    return said(
        sentence=_with(cell, cause, answers, evidence, run, base),
        values=values,
        units=dict.fromkeys(values, "money"),
        n=int(np.nan_to_num(float(cause["n"]))),
        notable=is_whole
        and float(cause["low"]) * float(cause["high"]) > 0
        and abs(effect) >= run.settings.notable_share * total,
        at_stake=abs(effect),
        surprise=surprise,
        certainty=1 - float(np.nan_to_num(float(cause["p"]), nan=0.5)),
        subject=subject,
        caveats=partial_period(is_whole),
    )


def _too(cell: pd.Series, answers: pd.DataFrame, run: Run) -> str:
    """The cause at work that moved most money but for the first."""
    second = _answer(answers, str(cell["second"]))
    if second is None:
        return ""
    return words(
        "finding.verdicts_too",
        cause=_capital(words(f"verdicts.because.{second['question']}", named=second["named"])),
        took=words(f"finding.verdicts_{'took' if second['effect'] < 0 else 'added'}_past"),
        effect=units.money(abs(float(second["effect"])), run.currency),
        **_range(second, run),
    )


def _range(cause: pd.Series, run: Run, most: float = float("inf")) -> dict[str, str]:
    """The ends of a cause's range: sizes, no more than ``most``; signed where it holds zero."""
    low, high = float(cause["low"]), float(cause["high"])
    if low < 0 < high:
        return {
            name: units.money(end, run.currency, signed=True)
            for name, end in (("low", low), ("high", high))
        }
    ends = sorted(min(abs(end), most) for end in (low, high))
    return {name: units.money(end, run.currency) for name, end in zip(("low", "high"), ends,
                                                                      strict=True)}  # fmt: skip


def _beside(share: float) -> str:
    return words(
        f"finding.verdicts_{'above' if share > 0 else 'below'}",
        share=units.percent(abs(share), digits=0),
    )


def _answer(answers: pd.DataFrame, question: str) -> pd.Series | None:
    rows = answers[answers["question"] == question]
    return None if rows.empty else rows.iloc[0]


def _with(
    cell: pd.Series, cause: pd.Series, answers: pd.DataFrame, checks: pd.DataFrame,
    run: Run, base: str,
) -> str:  # fmt: skip
    change, effect = float(cell["change"]), float(cause["effect"])
    money = partial(units.money, currency=run.currency)
    took = "took" if effect < 0 else "added"
    kind = "part"
    if cause["verdict"] == OPPOSED:
        kind = "flat" if _is_flat(cell) else "opposed"
    elif abs(effect) >= abs(change):
        kind = "all"
    return words(
        f"finding.verdicts_{kind}",
        **_moved(cell, run, base),
        because=words(f"verdicts.because.{cause['question']}", named=cause["named"]),
        took=words(f"finding.verdicts_{took}"),
        took_past=words(f"finding.verdicts_{took}_past"),
        effect=money(abs(effect)),
        claimed=money(min(abs(effect), abs(change))),
        **_range(cause, run, abs(change) if kind == "part" else float("inf")),
        evidence=_evidence(str(cause["question"]), checks),
        others=_too(cell, answers, run) + _others(str(cause["question"]), answers),
    )


def _without(cell: pd.Series, answers: pd.DataFrame, run: Run, base: str) -> str:
    if _is_flat(cell):
        return words("finding.verdicts_still", **_moved(cell, run, base))
    claims = answers[answers["claimed"].abs() > 0]
    context = ""
    if not claims.empty:
        most = claims.loc[claims["claimed"].abs().idxmax()]
        context = words(
            "finding.verdicts_context",
            because=words(f"verdicts.because.{most['question']}", named=most["named"]),
            claimed=units.money(abs(float(most["claimed"])), run.currency),
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


def _is_flat(cell: pd.Series) -> bool:
    return bool(abs(cell["change"]) < FLAT * abs(cell["before"]))


def _evidence(question: str, checks: pd.DataFrame) -> str:
    rows = checks[checks["question"] == question].set_index("check")
    if question == "supply":
        out, lost = rows.loc["out"], rows.loc["lost"]
        text = words(
            "finding.verdicts_evidence.supply",
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


def _others(question: str, answers: pd.DataFrame) -> str:
    """Of supply and competitor the one that it is not: boards ask which of the two."""
    other = {"supply": "competitor", "competitor": "supply"}.get(question)
    rows = answers[answers["question"] == other]
    if other is None or rows.empty:
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
