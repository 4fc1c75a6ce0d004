"""What each salesperson did with which accounts, as small tables of sums.

For every measure the engine gives two tables: sums by person and stratum, from which peers' rates
follow, and by person how far their accounts differ among themselves, from which intervals follow.
Accounts (customers, deals, complaints) never leave the engine.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import ibis
import pandas as pd

from analysis.measures.lines import in_scope
from analysis.measures.team.compared import COMPARED, STRATA, Compared
from analysis.measures.team.units import (
    LINE_COLUMNS,
    OF_LINES,
    UNITS,
    Ask,
    decided_deals,
    of_people,
)
from analysis.model.dataset import Dataset
from analysis.params import WHOLE_FIRM
from analysis.periods import Period

YEAR: Final = 12
"""Months that are judged: a year evens out seasons."""


@dataclass(frozen=True)
class Book:
    """What one measure's engine tables hold.

    Attributes
    ----------
    strata : DataFrame
        One row per ``person`` and stratum (columns of ``STRATA``, empty where it is not known or
        does not bear on the measure): ``units`` (accounts, deals … in it), ``numerator``,
        ``denominator`` and the sums over units of squares and products, ``nn``, ``nd``, ``dd``.
    spread : DataFrame
        One row per ``person``: ``accounts`` (n), and with ``e`` an account's numerator less what
        its strata's rate gives for its denominator ``d``, the sums ``e``, ``d``, ``ee``, ``ed``
        and ``dd``.
    """

    strata: pd.DataFrame
    spread: pd.DataFrame


def window(data: Dataset, period: Period) -> Period:
    """The months people are judged over: the year to the period's end, or the whole period.

    It begins no earlier than the data, and ends no later than their last whole month: a year that
    is not over is judged by the twelve months there are.
    """
    last = max(period.first, min(period.last, data.latest_month))
    months = max(YEAR, (last - period.first).n + 1)
    first = min(max(last - (months - 1), data.first_month), period.first)
    return Period(text=f"{first}..{last}", first=first, last=last)


def sold(data: Dataset, period: Period) -> pd.DataFrame:
    """Revenue of a period by who sold it, where and when.

    Returns
    -------
    DataFrame
        One row per ``person`` (empty: nobody), ``region`` and ``month`` (monthly period):
        ``revenue`` (money).
    """
    lines = in_scope(data, WHOLE_FIRM, period)
    known = data.has("order_lines.salesperson_id")
    person = lines.salesperson_id.fill_null("") if known else ibis.literal("")
    lines = lines.mutate(person=person)
    by = ["person", "region", "month"]
    table: pd.DataFrame = (
        lines.group_by(by)
        .aggregate(revenue=lines.revenue.sum().cast("float64"))
        .order_by(by)
        .execute()
    )
    return table.assign(month=pd.PeriodIndex(table["month"], freq="M"))


def people(data: Dataset, sales: pd.DataFrame) -> pd.DataFrame:
    """Who sold, with the region they sold most in.

    Parameters
    ----------
    data : Dataset
        Opened snapshot; gives names and teams.
    sales : DataFrame
        As :func:`sold` gives it.

    Returns
    -------
    DataFrame
        One row per ``person`` (index, sorted): ``name`` (their number where no staff table knows
        them), ``team`` (empty where none is known), ``region`` and ``revenue`` (money).
    """
    whole = sales[sales["person"] != ""].groupby(["person", "region"])["revenue"].sum()
    ordered = whole.reset_index().sort_values(
        ["person", "revenue", "region"], ascending=[True, False, True]
    )
    home = ordered.drop_duplicates("person").set_index("person")["region"]
    known = pd.DataFrame(columns=["name", "team"])
    if "staff" in data.tables:
        staff = data.tables["staff"].select("salesperson_id", "name", "team").execute()
        known = staff.set_index("salesperson_id")
    known = known.reindex(home.index)
    names = known["name"].where(known["name"].notna(), home.index.to_series())
    return pd.DataFrame(
        {
            "name": names,
            "team": known["team"].fillna(""),
            "region": home,
            "revenue": whole.groupby("person").sum(),
        }
    ).rename_axis("person")


def books(data: Dataset, period: Period, as_of: pd.Timestamp, grace_days: int) -> dict[str, Book]:
    """What everyone in the firm did with their accounts, by measure; those that cannot be are left.

    Parameters
    ----------
    data : Dataset
        Opened snapshot.
    period : Period
        Months judged, as :func:`window` gives them.
    as_of : Timestamp
        End of the day from which payments are judged.
    grace_days : int
        Days past due within which a payment on account counts as in time.
    """
    if not data.has("order_lines.salesperson_id"):
        return {}
    sources = (
        ("margin_rate", "discount_rate", "cost_of_list"),
        ("order_value",), ("repurchase",), ("retention", "growth"), ("win_rate", "cycle"),
        ("satisfaction", "response"), ("collection",),
    )  # fmt: skip
    made: dict[str, Book] = {}
    # Held by the engine: seven questions are asked of one join.
    lines = of_people(data, period, OF_LINES).select(*LINE_COLUMNS, *OF_LINES).cache()
    ask = Ask(data, period, as_of, grace_days, lines)
    for names in sources:
        known = [n for n in names if all(data.has(need) for need in COMPARED[n].needs)]
        units = UNITS[names[0]](ask) if known else None
        if units is not None:
            held = units.cache()
            made |= {name: _book(held, COMPARED[name]) for name in known}
    return {name: made[name] for name in COMPARED if name in made}


def lost_after(data: Dataset, period: Period) -> pd.DataFrame:
    """In which stage deals were lost, by who pursued them.

    Returns
    -------
    DataFrame
        One row per ``person`` and ``stage`` (the last reached before a lost deal was closed),
        ``deals`` (count). No rows where stages are not recorded.
    """
    empty = pd.DataFrame(columns=["person", "stage", "deals"])
    if not all(data.has(need) for need in (*COMPARED["win_rate"].needs, "stage_events")):
        return empty
    deals = decided_deals(data, period)
    deals = deals.filter(deals.outcome == "lost").select("opportunity_id", "person", "closed_at")
    stages = data.tables["stage_events"].select("opportunity_id", "stage", "entered_at")
    reached = deals.inner_join(stages, "opportunity_id")
    reached = reached.filter(reached.entered_at < reached.closed_at)
    latest = ibis.window(
        group_by="opportunity_id", order_by=[ibis.desc("entered_at"), ibis.asc("stage")]
    )
    reached = reached.mutate(place=ibis.row_number().over(latest))
    last = reached.filter(reached.place == 0)
    counted = last.group_by(["person", "stage"]).aggregate(deals=last.count())
    table: pd.DataFrame = counted.order_by(["person", "stage"]).execute()
    return table


def plan_of(data: Dataset, region: str, period: Period) -> float | None:
    """Revenue planned for a region and period, money; ``None`` if not every month is planned."""
    if not data.has("plan.revenue_target"):
        return None
    plan = data.tables["plan"]
    plan = plan.filter((plan.month >= period.start) & (plan.month <= period.end))
    if region != WHOLE_FIRM:
        plan = plan.filter(plan.region == region)
    found = plan.aggregate(
        money=plan.revenue_target.sum().cast("float64"), months=plan.month.nunique()
    ).execute()
    whole = int(found["months"][0]) == period.month_count
    return float(found["money"][0]) if whole else None


def _book(units: ibis.Table, one: Compared) -> Book:
    """Add up one measure's units: within strata, and by person against their strata's rates."""
    names = tuple(name for name in STRATA if name in units.columns)
    units = units.mutate(n=units[f"{one.name}_n"], d=units[f"{one.name}_d"])
    units = units.filter(units.d > 0)
    by = ["person", *names]
    strata = units.group_by(by).aggregate(
        units=units.count(), numerator=units.n.sum(), denominator=units.d.sum(),
        nn=(units.n * units.n).sum(), nd=(units.n * units.d).sum(), dd=(units.d * units.d).sum(),
    )  # fmt: skip
    # The second level: in the finest, an account alone would be its own standard.
    level = [name for name in one.levels[min(1, len(one.levels) - 1)] if name in names]
    whole = ibis.window(group_by=level)
    errors = units.mutate(
        e=units.n - units.d * (units.n.sum().over(whole) / units.d.sum().over(whole))
    )
    accounts = errors.group_by(["person", "account"]).aggregate(e=errors.e.sum(), d=errors.d.sum())
    spread = accounts.group_by("person").aggregate(
        accounts=accounts.count(), e=accounts.e.sum(), d=accounts.d.sum(),
        ee=(accounts.e * accounts.e).sum(),
        ed=(accounts.e * accounts.d).sum(), dd=(accounts.d * accounts.d).sum(),
    )  # fmt: skip
    return Book(
        strata=strata.order_by(by).execute(),
        spread=spread.order_by("person").execute().set_index("person"),
    )
