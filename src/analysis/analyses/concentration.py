"""On how few does revenue rest? Customers and products by size, and who is in a population."""

from __future__ import annotations

import math

import pandas as pd

from analysis.analyses.personal import masked
from analysis.errors import ContractError
from analysis.measures import customers as of_customers
from analysis.measures.catalogue import GROSS_MARGIN, REVENUE
from analysis.measures.engine import measure, product_sales
from analysis.model.dataset import Dataset
from analysis.params import Run
from analysis.periods import Period, parse
from analysis.settings import Population
from analysis.text import OTHER

TOTAL = "(total)"
KINDS = ("customer", "product")
POINTS = 100
"""Steps a curve is drawn in, at most."""


def window(data: Dataset, run: Run, months: int) -> Period:
    """The ``months`` that end with the run's period, or the period itself where it is longer.

    Months before the data begin, or after they end, are not in it: nothing is known of them, and
    a pace over them would be too slow.
    """
    first = min(run.period.first, run.period.last - (months - 1))
    first = max(first, data.first_month)
    last = min(run.period.last, pd.Period(data.last_day, "M"))
    return parse(f"{first}..{max(first, last)}")


def population(customers: pd.DataFrame, rule: Population) -> pd.DataFrame:
    """The customers a question is asked of: of some regions, industries or kinds, or the largest.

    Parameters
    ----------
    customers : DataFrame
        As ``measures.customers.customer_sales`` gives it.
    rule : Population
        What is kept. The share of the largest is taken last, of those left; of equal amounts
        the customer of the lower number is kept.

    Returns
    -------
    DataFrame
        Rows of ``customers``, in their order.

    Raises
    ------
    ContractError
        If the rule asks for something the firm does not record.

    Examples
    --------
    >>> table = pd.DataFrame({"revenue": [5.0, 9.0, 1.0, 2.0, 3.0]}, index=list("abcde"))
    >>> all_of = {"industries": (), "regions": (), "kinds": ()}
    >>> population(table, Population(top_share=0.2, **all_of)).index.tolist()
    ['b']
    """
    kept = customers
    asked = {"industry": rule.industries, "region": rule.regions, "kind": rule.kinds}
    for column, values in asked.items():
        if values and column not in kept:
            raise ContractError(
                f"population names {list(values)}, but the data do not say the {column} of a "
                f"customer; it needs customers.{column}"
            )
        if values:
            kept = kept[kept[column].isin(list(values))]
    if rule.top_share == 1:
        return kept
    largest = kept.sort_index().sort_values("revenue", ascending=False, kind="stable")
    return kept[kept.index.isin(largest.index[: _share_of(len(kept), rule.top_share)])]


def amounts(data: Dataset, run: Run) -> pd.DataFrame:
    """Revenue of every customer and product over the window, and over the one before it.

    Returns
    -------
    DataFrame
        One row per customer and per product with revenue in either, indexed by ``of``
        (``KINDS``) and ``id``. Columns ``now`` and ``before`` (money; ``before`` is missing
        throughout where the data do not reach back). Sales without a customer, or without a
        product, are nobody's and not here.
    """
    now = window(data, run, run.settings.concentration.months)
    before = now.prior()
    windows = {"now": now} | ({"before": before} if data.covers(before) else {})
    taken = {}
    for name, period in windows.items():
        products = product_sales(data, run.region, period)["revenue"]
        people = of_customers.customer_sales(data, run.region, period)["revenue"]
        each = dict(zip(KINDS, (people, products[products.index != ""]), strict=True))
        taken[name] = pd.concat(each, names=["of", "id"])
    table = pd.DataFrame(taken).fillna(0.0)  # no sales in one of the windows: zero
    return table.reindex(columns=["now", "before"]).sort_index()


def named_share(amounts: pd.DataFrame, data: Dataset, run: Run) -> float:
    """Share of the window's revenue that carries a customer's number, 0–1."""
    period = window(data, run, run.settings.concentration.months)
    whole = float(measure(data, run.region, period, [REVENUE])["value"].iloc[0])
    people = amounts["now"][amounts.index.get_level_values("of") == "customer"]
    return float(people.sum()) / whole if whole > 0 else float("nan")


def concentration(amounts: pd.DataFrame, top_share: float, largest: int) -> pd.DataFrame:
    """How much of revenue the largest customers, and products, bring.

    Parameters
    ----------
    amounts : DataFrame
        As :func:`amounts` gives it.
    top_share : float
        Share of customers, or products, that counts as the largest (0.2 of Pareto's rule).
    largest : int
        How many the very largest are.

    Returns
    -------
    DataFrame
        One row per kind and window, indexed by ``of`` and ``window`` (``now``, ``before``; the
        latter only where known). Columns ``parts`` (with revenue; count), ``revenue`` (money),
        ``top_parts`` (``top_share`` of them, rounded up), ``top_share`` (of revenue, 0–1),
        ``largest_share`` (of the ``largest`` first), ``first_share`` (of the first),
        ``half`` (fewest parts that bring half; count), ``hhi`` (Herfindahl–Hirschman index, the
        sum of squared shares, 0–1) and ``effective`` (1 / hhi: as many parts of equal size would
        be as concentrated).

    References
    ----------
    Hirschman (1964), "The Paternity of an Index", American Economic Review 54, 761; Adelman
    (1969), "Comment on the 'H' Concentration Measure as a Numbers-Equivalent", Review of
    Economics and Statistics 51, 99–101.
    """
    rows = {}
    for kind in KINDS:
        for name in ("now", "before"):
            if kind in amounts.index.get_level_values("of") and amounts[name].notna().any():
                rows[kind, name] = _concentration(amounts.loc[kind, name], top_share, largest)
    index = pd.MultiIndex.from_tuples(list(rows), names=["of", "window"]) if rows else None
    return pd.DataFrame(list(rows.values()), index=index)


def curves(amounts: pd.DataFrame) -> pd.DataFrame:
    """Share of revenue by share of customers, and of products, the largest first.

    Returns
    -------
    DataFrame
        Points of one curve per kind, in columns ``of``, ``parts`` and ``revenue`` (cumulated
        shares, 0–1, from (0, 0) to (1, 1)), at most 101 a curve; a kind without revenue has
        none. (Lorenz's curve, drawn from the largest down.)
    """
    curves = []
    for kind in amounts.index.get_level_values("of").unique():
        sizes = _sizes(amounts.loc[kind, "now"])
        if sizes.empty:
            continue
        step = max(math.ceil(len(sizes) / POINTS), 1)
        at = [*range(0, len(sizes), step), len(sizes)]
        added = [0.0, *(sizes.cumsum() / sizes.sum())]
        curves.append(
            pd.DataFrame(
                {
                    "of": kind,
                    "parts": [place / len(sizes) for place in at],
                    "revenue": [float(added[place]) for place in at],
                }
            )
        )
    return pd.concat(curves, ignore_index=True) if curves else pd.DataFrame(
        columns=["of", "parts", "revenue"]
    )  # fmt: skip


def largest_customers(data: Dataset, run: Run) -> pd.DataFrame:
    """The largest customers one by one, with what each brings, and all the others.

    Returns
    -------
    DataFrame
        One row per customer, the largest first, indexed by ``customer`` (its masked number; a
        rank tells equal ones apart), then ``OTHER`` (with sales that carry no customer) and
        ``TOTAL``. Columns ``rank``, ``name`` (masked), ``revenue``, ``gross_margin`` (money, over
        the window; margin missing without costs), ``share``, ``margin_share`` (of the total's),
        ``before`` (revenue of the window before, missing where unknown), ``growth``, ``orders``
        and ``last_ordered_at``. Revenue adds up to the window's.
    """
    settings = run.settings.concentration
    now = window(data, run, settings.months)
    people = of_customers.customer_sales(data, run.region, now)
    ranked = people.sort_values("revenue", ascending=False, kind="stable")
    top = ranked.head(settings.largest)
    # Of all sales, those that carry no customer's number among them.
    total = measure(data, run.region, now, [REVENUE, GROSS_MARGIN])["value"]
    before = pd.Series(float("nan"), index=top.index)
    if data.covers(now.prior()):
        then = of_customers.customer_sales(data, run.region, now.prior())["revenue"]
        before = then.reindex(top.index, fill_value=0.0)  # not a customer then: bought nothing
    has_cost = bool(total.notna()[GROSS_MARGIN])
    called = masked(of_customers.names(data, list(top.index)), run.settings.show_personal)
    shown = pd.DataFrame(
        {
            "rank": range(1, len(top) + 1),
            "name": called["name"].to_list(),
            "revenue": top["revenue"].to_list(),
            "gross_margin": top["gross_margin"].to_list() if has_cost else float("nan"),
            "before": before.to_list(),
            "orders": top["order_count"].astype(float).to_list(),
            "last_ordered_at": top["last_ordered_at"].to_list(),
        },
        index=pd.Index(called.index, name="customer"),
    )
    rest = {str(name): amount - shown[name].sum() for name, amount in total.items()}
    sums = pd.DataFrame([rest, total.to_dict()], index=[OTHER, TOTAL])
    return _shares(pd.concat([shown, sums]).rename_axis("customer"))


def _shares(table: pd.DataFrame) -> pd.DataFrame:
    revenue, margin = table.loc[TOTAL, "revenue"], table.loc[TOTAL, "gross_margin"]
    change = table["revenue"] - table["before"]
    return table.assign(
        share=table["revenue"] / revenue if revenue > 0 else float("nan"),
        margin_share=table["gross_margin"] / margin if margin > 0 else float("nan"),
        growth=change / table["before"].where(table["before"] > 0),
    )


def _concentration(amounts: pd.Series, top_share: float, largest: int) -> dict[str, float]:
    sizes = _sizes(amounts)
    total = float(sizes.sum())
    shares = sizes / total if total > 0 else sizes
    top = _share_of(len(sizes), top_share)
    hhi = float((shares**2).sum()) if total > 0 else float("nan")
    return {
        "parts": float(len(sizes)),
        "revenue": total,
        "top_parts": float(top),
        "top_share": float(shares.iloc[:top].sum()) if total > 0 else float("nan"),
        "largest_share": float(shares.iloc[:largest].sum()) if total > 0 else float("nan"),
        "first_share": float(shares.iloc[0]) if total > 0 else float("nan"),
        "half": float((shares.cumsum() < 0.5).sum() + 1) if total > 0 else float("nan"),
        "hhi": hhi,
        "effective": 1 / hhi if total > 0 else float("nan"),
    }


def _sizes(amounts: pd.Series) -> pd.Series:
    """Amounts above nothing, largest first: who bought and sent all back is no customer of size."""
    return amounts[amounts > 0].sort_values(ascending=False)


def _share_of(parts: int, share: float) -> int:
    """How many of ``parts`` a share is, rounded up: a fifth of 6 is 2."""
    return math.ceil(round(parts * share, 9))
