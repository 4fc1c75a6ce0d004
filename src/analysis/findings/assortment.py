"""What the range says, in words: price bands, stars and slow movers, the slower half."""

from __future__ import annotations

from functools import partial

import pandas as pd

from analysis import units
from analysis.findings.record import Finding, number
from analysis.params import Run
from analysis.periods import Period
from analysis.text import words

TOTAL = "(total)"
STAR, SLOW, NEW = "star", "slow", "new"
FEWEST = 6
"""Products below which stars and slow movers are a matter of one or two."""
SLOW_SHARE = 0.1
"""Share of stock in slow movers from which it is news: some are slow in any range."""
NOTHING = 0.5
"""Money below which an effect is none: it is printed as nothing."""


def bands(bands: pd.DataFrame, run: Run, window: Period) -> Finding:
    """Name the category and price band that earn most, and the one with the thinnest margin.

    Parameters
    ----------
    bands : DataFrame
        As ``analyses.assortment.bands`` gives it.
    run : Run
        Gives ``notable_share``: a cell of less revenue is not named for its rate.
    window : Period
        Months the figures are of.
    """
    said = partial(Finding, id="assortment.bands", exhibit="tbl-assortment-bands", notable=False)
    cells = bands.drop(index=TOTAL, level=0).drop(index=TOTAL, level=1) if len(bands) else bands
    cells = cells[[bool(name) for name, _ in cells.index]] if len(cells) else cells
    if cells.empty or not (cells["margin_rate"].notna().any()):
        sentence = words("finding.bands_none", window=window.label)
        return said(sentence=sentence, values={}, units={}, n=0)
    whole = bands.loc[(TOTAL, TOTAL)]
    best = cells["gross_margin"].idxmax()
    columns = {"revenue": "money", "gross_margin": "money", "margin_rate": "rate"}
    values = {
        f"{category}.{band}.{column}": number(row[column])
        for (category, band), row in cells.iterrows()
        for column in columns
    }
    values |= {"stock_days": number(whole["stock_days"]), "products": number(whole["products"]),
               "products_sold": number(whole["products_sold"])}  # fmt: skip
    units_of = {
        f"{category}.{band}.{column}": unit
        for category, band in cells.index
        for column, unit in columns.items()
    } | {"stock_days": "days", "products": "count", "products_sold": "count"}
    large = cells[cells["revenue"] >= run.settings.notable_share * whole["revenue"]]
    worst = large["margin_rate"].idxmin() if len(large) > 1 else best
    money = partial(units.money, currency=run.currency)
    sentence = words(
        "finding.bands_one" if worst == best else "finding.bands",
        window=window.label,
        best=_cell(best, run),
        margin=money(cells.loc[best, "gross_margin"]),
        share=units.percent(_over(cells.loc[best, "gross_margin"], whole["gross_margin"])),
        rate=units.percent(cells.loc[best, "margin_rate"]),
        worst=_cell(worst, run),
        worst_rate=units.percent(cells.loc[worst, "margin_rate"]),
        worst_revenue=money(cells.loc[worst, "revenue"]),
        all_rate=units.percent(whole["margin_rate"]),
        stock=words(
            "finding.bands_stock", days=units.count(whole["stock_days"]),
            moving=units.count(whole["products_sold"]), products=units.count(whole["products"]),
        ) if pd.notna(whole["stock_days"]) else "",
    )  # fmt: skip
    return said(sentence=sentence, values=values, units=units_of, n=int(whole["products"]))


def quadrant(
    classes: pd.DataFrame, listed: pd.DataFrame, out: pd.DataFrame, run: Run, window: Period
) -> Finding:
    """Say how many stars and slow movers there are, what they earn and what they tie up.

    Parameters
    ----------
    classes : DataFrame
        As ``analyses.assortment.by_class`` gives it.
    listed : DataFrame
        As ``analyses.assortment.listed`` gives it.
    out : DataFrame
        As ``analyses.assortment.stars_without_stock`` gives it.
    run : Run
        Gives ``notable_share``: less of the margin in stars without stock is no news.
    window : Period
        Months the figures are of.
    """
    said = partial(Finding, id="assortment.quadrant", exhibit="tbl-assortment-listed")
    columns = {"products": "count", "gross_margin": "money", "stock_value": "money"}
    values = {
        f"{name}.{column}": number(row[column])
        for name, row in classes.iterrows()
        for column in columns
    }
    units_of = {
        f"{name}.{column}": unit for name in classes.index for column, unit in columns.items()
    }
    judged = int(classes["products"].drop(NEW).sum())
    if judged < FEWEST:
        sentence = words("finding.quadrant_too_few", n=units.count(judged))
        return said(sentence=sentence, values=values, units=units_of, n=judged, notable=False)
    stars, slow = classes.loc[STAR], classes.loc[SLOW]
    best = listed[listed["class"] == STAR]
    told = {"judged": units.count(judged), "window": window.label, "slow": _slow(slow, listed, run),
            "out": _out(out, run, window)}  # fmt: skip
    if best.empty:
        sentence = words("finding.quadrant_none", **told)
    else:
        sentence = words(
            "finding.quadrant",
            stars=_number("stars", stars["products"]),
            stars_share=units.percent(stars["margin_share"]),
            best=_product(best.iloc[0]),
            best_margin=units.money(best["gross_margin"].iloc[0], run.currency),
            **told,
        )
    tied = float(slow["stock_value"]) if pd.notna(slow["stock_value"]) else 0.0
    lost = run.per_period(float(out["gross_margin"].sum()), window.month_count)
    categories = out["category"].unique()
    whole = float(classes["gross_margin"].sum())
    is_news = whole > 0 and out["gross_margin"].sum() >= run.settings.notable_share * whole
    return said(
        sentence=sentence,
        values=values | {"out.products": float(len(out)), "out.gross_margin": lost},
        units=units_of | {"out.products": "count", "out.gross_margin": "money"},
        n=judged,
        notable=bool(is_news or slow["stock_share"] >= SLOW_SHARE),
        at_stake=lost if is_news else tied,
        subject=f"category:{categories[0]}" if len(categories) == 1 else "stock",
    )


def slow_half(halves: pd.DataFrame, judged: pd.DataFrame, run: Run, window: Period) -> Finding:
    """Say what the slower half of the range brings, and what it would if it were average.

    Parameters
    ----------
    halves : DataFrame
        As ``analyses.assortment.slow_half`` gives it.
    judged : DataFrame
        As ``analyses.assortment.judged`` gives it.
    run : Run
        Gives the currency.
    window : Period
        Months the figures are of.
    """
    said = partial(Finding, id="assortment.slow_half", exhibit="tbl-assortment-slow", notable=False)
    if halves.empty:
        sentence = words("finding.slow_half_none")
        return said(sentence=sentence, values={}, units={}, n=0)
    mix, pace = float(halves["mix_effect"].sum()), float(halves["pace_effect"].sum())
    revenue = float(judged["revenue"].sum())
    slow = float(halves["slow_revenue"].sum())
    kind = "same" if abs(mix) < NOTHING else "more" if mix > 0 else "less"
    sentence = words(
        "finding.slow_half",
        share=units.percent(_over(slow, revenue)),
        window=window.label,
        mix=words(f"finding.slow_half_mix.{kind}", amount=units.money(abs(mix), run.currency)),
        tenth=units.money(pace / 10, run.currency),
        category=run.part("category", str(halves["pace_effect"].idxmax())),
    )
    return said(
        sentence=sentence,
        values={
            "slow_revenue": slow, "revenue": revenue, "mix_effect": mix, "pace_effect": pace,
        },
        units=dict.fromkeys(["slow_revenue", "revenue", "mix_effect", "pace_effect"], "money"),
        n=int(halves["slow_products"].sum()),
    )  # fmt: skip


def _slow(slow: pd.Series, listed: pd.DataFrame, run: Run) -> str:
    count = _number("slow", slow["products"])
    if not slow["products"]:
        return count
    if pd.isna(slow["stock_value"]):
        return words("finding.quadrant_unknown", count=count)
    most = listed[listed["class"] == SLOW].iloc[0]
    return words(
        "finding.quadrant_tied",
        count=count,
        tie=words(f"finding.quadrant_tie.{'one' if slow['products'] == 1 else 'more'}"),
        stock=units.money(slow["stock_value"], run.currency),
        share=units.percent(slow["stock_share"]),
        most=_product(most),
    )


def _out(out: pd.DataFrame, run: Run, window: Period) -> str:
    if out.empty:
        return ""
    return words(
        f"finding.quadrant_out.{'one' if len(out) == 1 else 'more'}",
        n=units.count(len(out)),
        day=units.day(window.end),
        best=_product(out.iloc[0]),
        margin=units.money(out["gross_margin"].sum(), run.currency),
    )


def _number(kind: str, n: float) -> str:
    key = "none" if not n else "one" if n == 1 else "more"
    return words(f"finding.quadrant_{kind}.{key}", n=units.count(n))


def _cell(cell: tuple[str, str], run: Run) -> str:
    category, band = cell
    if not band:
        name = words("assortment.no_price").lower()
    elif band.isdigit():
        name = words("assortment.in_number", number=band)
    else:
        name = words(f"assortment.in_band.{band}")
    return words("finding.bands_cell", category=run.part("category", category), band=name)


def _product(row: pd.Series) -> str:
    return str(row.name) if pd.isna(row["name"]) else str(row["name"])


def _over(part: float, whole: float) -> float | None:
    return part / whole if whole > 0 else None
