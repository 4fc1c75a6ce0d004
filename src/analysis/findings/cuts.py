"""What sales by region, channel and time say, in words."""

from __future__ import annotations

from functools import partial

import pandas as pd

from analysis import units
from analysis.findings.record import Finding, Values, number, partial_period
from analysis.measures.catalogue import DIMENSIONS
from analysis.params import WHOLE_FIRM, Run
from analysis.text import words

TOTAL = "(total)"
PER_HEAD = {"revenue_per_customer": "money", "revenue_per_seller": "money", "market_share": "rate"}
ALIKE = 0.005
"""Within this of the firm's value a region's is called equal to it."""


def regions(regions: pd.DataFrame, run: Run, base: str | None, is_whole: bool) -> Finding:
    """Say where a region stands by revenue and, size for size, against the whole firm.

    Parameters
    ----------
    regions : DataFrame
        As ``analyses.cuts.regions`` gives it.
    run : Run
        Gives the region, currency and ``notable_share``.
    base : {"prior", "year_before"} or None
        What ``before`` is.
    is_whole : bool
        Whether the data reach the end of the period.
    """
    parts = regions.drop(index=WHOLE_FIRM)
    firm = regions.loc[WHOLE_FIRM]
    known = [name for name in PER_HEAD if parts[name].notna().all() and len(parts) > 1]
    columns = {"revenue": "money", "share": "rate", "growth": "rate", **PER_HEAD}
    said = partial(
        Finding,
        id="cuts.regions",
        values=_values(regions, columns),
        units=_units(regions, columns),
        exhibit="tbl-cuts-regions",
        n=len(parts),
        caveats=partial_period(is_whole),
    )
    if len(parts) == 1:
        only = run.part("region", str(parts.index[0]))
        return said(sentence=words("finding.cuts_region_one", region=only), notable=False)
    if run.region == WHOLE_FIRM:
        places = "; ".join(_extremes(parts, name, run) for name in known)
        sentence = words(
            "finding.cuts_firm",
            region=run.part("region", str(parts.index[0])),
            parts=len(parts),
            share=units.percent(parts["share"].iloc[0]),
            per_head=words("finding.cuts_firm_places", places=places) if places else "",
        )
        return said(sentence=sentence, notable=False)
    own = parts.loc[run.region]
    places = ", ".join(_place(parts, firm, name, run) for name in known)
    growth = parts["growth"]
    ranks = growth.rank(ascending=False, method="min", na_option="bottom")
    sentence = words(
        "finding.cuts_region",
        region=run.region_label,
        rank=int(parts["revenue"].rank(ascending=False, method="min")[run.region]),
        parts=len(parts),
        revenue=units.money(own["revenue"], run.currency),
        growth=words(
            "finding.cuts_growth", growth=units.growth(own["growth"], own["before"]),
            base=words(f"base.{base}"),
        ) if base else "",
        per_head=words("finding.cuts_per_head", places=places) if places else "",
    )  # fmt: skip
    extreme = bool(ranks[run.region] in (1, len(parts)))
    return said(
        sentence=sentence,
        notable=bool(
            is_whole and base and extreme and abs(own["growth"]) >= run.settings.notable_share
        ),
        at_stake=float(abs(own["change"])) if base else 0.0,
        subject=f"region:{run.region}",
    )


def cells(cells: pd.DataFrame, run: Run, base: str | None, is_whole: bool) -> Finding:
    """Say which part of a region moved unlike it did elsewhere; of the firm, which moved most.

    Parameters
    ----------
    cells : DataFrame
        As ``analyses.cuts.cut`` gives it for the whole firm, by region and one more dimension.
    run, base, is_whole
        As :func:`regions`.
    """
    about = DIMENSIONS[str(cells.index.names[1])]
    inner = cells[~(cells.index.get_level_values(0) == TOTAL)]
    inner = inner[~(inner.index.get_level_values(1) == TOTAL)]
    named = [f"{region}.{part}" for region, part in inner.index]
    columns = {"revenue": "money", "before": "money", "growth": "rate"}
    table = inner.set_axis(named)
    said = partial(
        Finding,
        id="cuts.cells",
        values=_values(table, columns),
        units=_units(table, columns),
        exhibit="tbl-cuts-cells",
        n=len(inner),
        caveats=partial_period(is_whole),
    )
    told: dict[str, object] = {"label": about.label.lower(), "labels": about.labels}
    if inner.index.get_level_values(1).nunique() < 2:
        return said(sentence=words("finding.cuts_cell_one", **told), notable=False)
    if base is None:
        return said(sentence=_largest(cells, run), notable=False)
    told["base"] = words(f"base.{base}")
    if run.region == WHOLE_FIRM:
        return said(sentence=_moved_most(inner, run, told), notable=False)
    regions = inner.index.get_level_values(0).unique()
    if len(regions) < 2:
        only = run.part("region", str(regions[0]))
        sentence = words("finding.cuts_cell_one_region", region=only, **told)
        return said(sentence=sentence, notable=False)
    return _own(cells, run, base, said)


def steps(steps: pd.DataFrame, run: Run, is_whole: bool, as_of: pd.Timestamp) -> Finding:
    """Say in which step of the period a day brought most, and in which least.

    Parameters
    ----------
    steps : DataFrame
        As ``analyses.cuts.cut`` gives it by a step of time.
    run : Run
        Gives the period and currency.
    is_whole : bool
        Whether the data reach the end of the period.
    as_of : date
        Last day the data hold of the period.
    """
    step = str(steps.index.names[0])
    totals = steps.xs(TOTAL, level=1)
    whole, each = totals.loc[TOTAL], totals.drop(index=TOTAL)
    end = pd.Timestamp(min(pd.Timestamp(run.period.end), pd.Timestamp(as_of)))
    each = each[pd.DatetimeIndex(each.index) <= end]  # a step not begun yet is not a weak one
    firsts = pd.DatetimeIndex(each.index)
    after = [*firsts[1:], end + pd.Timedelta(days=1)]
    days = [(later - first).days for first, later in zip(firsts, after, strict=True)]
    a_day = each["revenue"] / days
    mean = whole["revenue"] / sum(days)
    best, worst = a_day.idxmax(), a_day.idxmin()
    money = partial(units.money, currency=run.currency)
    told: dict[str, object] = {"mean": money(mean), "step": words(f"cuts.a_step.{step}")}
    sentence = (
        words("finding.cuts_steps_one", **told)
        if len(each) == 1
        else words(
            "finding.cuts_steps",
            best=words(f"cuts.the_step.{step}", name=units.step(best, step, end.date())),
            worst=words(f"cuts.the_step.{step}", name=units.step(worst, step, end.date())),
            high=money(a_day[best]),
            low=money(a_day[worst]),
            **told,
        )
    )
    values = {"a_day": number(mean)} | {
        f"{first.date()}.{name}": number(value)
        for name, column in (("revenue", each["revenue"]), ("a_day", a_day))
        for first, value in zip(firsts, column, strict=True)
    }
    return Finding(
        id="cuts.steps",
        sentence=sentence,
        values=values,
        units=dict.fromkeys(values, "money"),
        exhibit="tbl-cuts-steps",
        n=len(each),
        notable=False,  # weeks differ; what is unusual in them is asked elsewhere
        caveats=partial_period(is_whole),
    )


def _own(cells: pd.DataFrame, run: Run, base: str, said: partial[Finding]) -> Finding:
    """The part of the run's region whose change is furthest from that of the part elsewhere."""
    own = cells.loc[run.region].drop(index=TOTAL)
    elsewhere = (
        cells.loc[TOTAL].drop(index=TOTAL)[["revenue", "before"]] - own[["revenue", "before"]]
    )
    known = (elsewhere["before"] > 0) & (own["before"] > 0)
    if not known.any():
        return said(sentence=_largest(cells, run), notable=False)
    pace = elsewhere["revenue"] / elsewhere["before"].where(elsewhere["before"] > 0)
    gap = (own["revenue"] - own["before"] * pace)[known]
    part = str(gap.abs().idxmax())
    row = own.loc[part]
    about = str(cells.index.names[1])
    sentence = words(
        "finding.cuts_cell_own",
        region=run.region_label,
        channel=run.part(about, part),
        growth=units.growth(row["growth"], row["before"]),
        change=units.money(row["change"], run.currency, signed=True),
        base=words(f"base.{base}"),
        elsewhere=units.percent(pace[part] - 1, signed=True),
        gap=units.money(abs(gap[part]), run.currency),
        more=words("finding.cuts_more" if gap[part] < 0 else "finding.cuts_less"),
    )
    return said(
        sentence=sentence,
        notable=False,  # single cells move by chance; what is unusual in them is asked elsewhere
        at_stake=float(abs(gap[part])),
        subject=f"{about}:{part}",
    )


def _moved_most(inner: pd.DataFrame, run: Run, told: dict[str, object]) -> str:
    change = inner["change"]
    fell = int((change < 0).sum())
    for key, place in (("worst", change.idxmin()), ("best", change.idxmax())):
        row = inner.loc[place]
        told |= {
            key: words(
                "finding.cuts_pair", part=run.part(str(inner.index.names[1]), str(place[1])),
                region=run.part("region", str(place[0])),
            ),
            f"{key}_change": units.money(row["change"], run.currency, signed=True),
            f"{key}_growth": units.growth(row["growth"], row["before"]),
        }  # fmt: skip
    told |= {"parts": len(inner), "fell": fell}
    kind = "_rose" if not fell else "_fell" if fell == len(inner) else ""
    return words(f"finding.cuts_cell_firm{kind}", **told)


def _largest(cells: pd.DataFrame, run: Run) -> str:
    own = TOTAL if run.region == WHOLE_FIRM else run.region
    row = cells.loc[own]
    part = row["revenue"].drop(TOTAL).idxmax()
    whole = row.loc[TOTAL, "revenue"]
    return words(
        "finding.cuts_cell_alone",
        region=words("cuts.firm") if own == TOTAL else run.region_label,
        channel=run.part(str(cells.index.names[1]), str(part)),
        share=units.percent(row.loc[part, "revenue"] / whole if whole > 0 else None),
        revenue=units.money(whole, run.currency),
    )


def _place(parts: pd.DataFrame, firm: pd.Series, name: str, run: Run) -> str:
    gap = parts.loc[run.region, name] / firm[name] - 1
    side = "at" if abs(gap) < ALIKE else "above" if gap > 0 else "below"
    far = "" if side == "at" else f"{units.percent(abs(gap), digits=0)} "
    return words(
        "finding.cuts_place",
        place=int(parts[name].rank(ascending=False, method="min")[run.region]),
        per=words(f"finding.cuts_per.{name}"),
        value=units.value(parts.loc[run.region, name], PER_HEAD[name], run.currency),
        gap=f"{far}{words(f'finding.cuts_{side}')}",
        firm=units.value(firm[name], PER_HEAD[name], run.currency),
    )


def _extremes(parts: pd.DataFrame, name: str, run: Run) -> str:
    best, worst = parts[name].idxmax(), parts[name].idxmin()

    def shown(region: object) -> str:
        return units.value(parts.loc[region, name], PER_HEAD[name], run.currency)

    return words(
        "finding.cuts_best",
        per=words(f"finding.cuts_per.{name}"),
        best=run.part("region", str(best)),
        high=shown(best),
        worst=run.part("region", str(worst)),
        low=shown(worst),
    )


def _values(table: pd.DataFrame, columns: dict[str, str]) -> Values:
    return {
        f"{name}.{column}": number(row[column])
        for name, row in table.iterrows()
        for column in columns
    }


def _units(table: pd.DataFrame, columns: dict[str, str]) -> dict[str, str]:
    return {f"{name}.{column}": unit for name in table.index for column, unit in columns.items()}
