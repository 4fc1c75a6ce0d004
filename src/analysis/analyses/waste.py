"""Where does money do little? Pockets of it ranked, in money a year."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pandas as pd

from analysis.analyses import assortment, channels, discounts, promotions
from analysis.measures import assortment as product_measures
from analysis.measures import engine, payments
from analysis.measures.catalogue import GROSS_MARGIN_RATE, ORDERS
from analysis.measures.won import won_by_region
from analysis.model.dataset import QUIET_DAYS, Dataset
from analysis.params import WHOLE_FIRM, Run
from analysis.periods import Period

POCKET = [
    "source", "dimension", "part", "name", "money", "low", "high", "base", "n", "certainty",
    "counted",
]  # fmt: skip
SOURCES = ("marketing", "promotion", "discount", "stock", "serve", "overdue")
NEEDS = {
    "marketing": ("channel_spend", "customers.acquisition_channel"),
    "promotion": ("promotions", "order_lines.promotion_id", "order_lines.cost"),
    "discount": ("order_lines.discount",),
    "stock": ("inventory", "products.unit_cost"),
    "serve": ("order_lines.cost",),
    "overdue": ("payments",),
}
DAYS_A_YEAR = 365
LATE_DAYS = 90
"""Days overdue from which money counts as not coming; the last age of the ageing table."""


def missing(firm: Dataset) -> list[str]:
    """Sources of pockets that cannot be looked into, because the firm does not deliver them."""
    return [name for name, needs in NEEDS.items() if not all(firm.has(need) for need in needs)]


def months(firm: Dataset, run: Run) -> Period:
    """The months pockets are taken over: ``waste.months`` up to the period's last whole one.

    Fewer where the data begin later; :func:`a_year` makes money of them money a year.
    """
    held = pd.Period(firm.last_day, "M")
    if (held.end_time.date() - firm.last_day).days > QUIET_DAYS:
        held = held - 1  # a month begun is no month
    last = max(min(run.period.last, held), firm.first_month)
    first = max(last - (run.settings.waste.months - 1), firm.first_month)
    return Period(text=f"{first}..{last}", first=first, last=last)


def a_year(window: Period) -> float:
    """What money of a window's months is multiplied by to be money a year."""
    return 12 / window.month_count


def pockets(
    firm: Dataset, run: Run, won: pd.DataFrame, offers: pd.DataFrame, peers: pd.DataFrame
) -> pd.DataFrame:
    """Money that does little, largest first.

    What counts, in money a year::

        marketing   a channel's margin missing to ``channels.exit_roi`` for each one spent on it,
                    the money spent at most
        promotion   the loss of a promotion whose whole interval is a loss
        discount    what a seller gave above others on alike deals, beyond chance
        stock       ``waste.carrying_cost`` of the value of slow movers in stock
        serve       a channel's margin missing to ``cost_to_serve``; a region's, of the whole
                    firm and where channels are not known
        overdue     what fell due in the year and is unpaid more than 90 days later; counted
                    where it is more than ``waste.usual_unpaid`` of what fell due

    No money is in two counted rows but what notes name: a slow payer's margin is also in its
    channel's. Discounts of regions, categories and groups are their sellers': they are counted
    only where no seller is named.

    Parameters
    ----------
    firm : Dataset
        Opened snapshot.
    run : Run
        Gives region and settings.
    won : DataFrame
        As :func:`marketing` gives it.
    offers : DataFrame
        ``analyses.promotions.promotion_return`` over :func:`months`.
    peers : DataFrame
        ``analyses.discounts.above_peers``.

    Returns
    -------
    DataFrame
        One row per pocket, columns ``POCKET``: ``money`` with ``low`` and ``high`` (95 %; missing
        for what is counted), ``base`` (the money it is of), ``n`` (records), ``certainty`` (0–1)
        and ``counted``: whether it is in the total; the others are shown, being in one that is,
        or within chance.
    """
    rows = [
        *_marketing(won, run),
        *_promotions(offers, a_year(months(firm, run))),
        *_discounts(peers, a_year(discounts.months(firm, run))),
        *_stock(firm, run),
        *_serve(firm, run),
        *_overdue(firm, run),
    ]
    table = pd.DataFrame(rows, columns=POCKET)
    order = table.assign(first=~table["counted"].astype(bool))
    order = order.sort_values(["first", "money"], ascending=[True, False], kind="stable")
    return table.loc[order.index].reset_index(drop=True)


def by_source(pockets: pd.DataFrame) -> pd.DataFrame:
    """Counted money by where it lies, largest first: ``money`` and ``pockets`` (count)."""
    counted = pockets[pockets["counted"].astype(bool)]
    table = counted.groupby("source").agg(money=("money", "sum"), pockets=("money", "size"))
    return table.sort_values("money", ascending=False, kind="stable")


def marketing(firm: Dataset, run: Run) -> pd.DataFrame:
    """``analyses.channels.marketing`` with the share of each channel's spending a region bears.

    Returns
    -------
    DataFrame
        The same rows with ``share`` (0–1): of the customers the channel won in the scorecard's
        months, those at home in the run's region; 1 for the whole firm, 0 where nobody was won.
    """
    table = channels.marketing(firm, run)
    if table.empty or run.region == WHOLE_FIRM:
        return table.assign(share=1.0)
    last = min(run.period.last, pd.Period(firm.last_day, "M"))
    first = last - (run.settings.channels.months - 1)
    won = won_by_region(firm, Period(text=f"{first}..{last}", first=first, last=last))["won"]
    here = won[won.index.get_level_values("region") == run.region].groupby(level="channel").sum()
    all_won = won.groupby(level="channel").sum()
    # A channel that won nobody has no row, and no region bears its spending.
    share = (here / all_won).reindex(table.index).fillna(0.0)
    return table.assign(share=share)


def late(firm: Dataset, run: Run) -> pd.DataFrame:
    """What fell due in a year and was unpaid more than 90 days later, by region and channel.

    Of data that reach back less than the ``waste.months`` looked at, at a year's rate.

    Returns
    -------
    DataFrame
        Indexed by ``region`` and ``channel``; ``due``, ``unpaid`` (money), ``payments``,
        ``customers`` (counts). Empty without payments.
    """
    if not firm.has("payments"):
        return pd.DataFrame()
    as_of = firm.as_of(run)
    last = as_of - timedelta(days=LATE_DAYS)
    first = (pd.Timestamp(last) - pd.DateOffset(months=run.settings.waste.months)).date()
    table = payments.collected(
        firm, run.region, first + timedelta(days=1), last, as_of, LATE_DAYS, ["region", "channel"]
    )
    since = max(first + timedelta(days=1), firm.first_day)
    scale = DAYS_A_YEAR / max((last - since).days + 1, 1)
    money = {name: table[name] * scale for name in ("due", "paid_by_now")}
    return table.assign(**money, unpaid=money["due"] - money["paid_by_now"])


def margins(firm: Dataset, run: Run, by: str) -> pd.DataFrame:
    """Gross margin of each channel of the run's region, or of each region of the firm, in a year.

    Returns
    -------
    DataFrame
        Indexed by ``by``; ``margin``, ``revenue`` (money), ``rate`` (0–1), ``orders`` (count).
        Empty without costs.
    """
    if not (firm.has("order_lines.cost") and firm.has(f"order_lines.{by}")):
        return pd.DataFrame()
    region = WHOLE_FIRM if by == "region" else run.region
    names = [GROSS_MARGIN_RATE, ORDERS]
    taken = engine.measure(firm, region, months(firm, run), names, by=[by])
    table = taken.xs(GROSS_MARGIN_RATE, level="measure")
    table = table.rename(columns={"numerator": "margin", "denominator": "revenue", "value": "rate"})
    return table.assign(orders=taken.xs(ORDERS, level="measure")["value"])


def _row(
    source: str, dimension: str, part: str, name: str, money: float, base: float, n: float,
    low: float = np.nan, high: float = np.nan, certainty: float = 1.0, counted: bool = True,
) -> dict[str, object]:  # fmt: skip
    return dict(
        zip(
            POCKET,
            (source, dimension, part, name, money, low, high, base, n, certainty, counted),
            strict=True,
        )
    )


def _marketing(won: pd.DataFrame, run: Run) -> list[dict[str, object]]:
    wanted, rows = run.settings.channels, []
    for part, row in won.drop(channels.TOTAL, errors="ignore").iterrows():
        if not row["roi"] < wanted.exit_roi or row["roi_won"] < wanted.min_count:
            continue
        spend = float(row["spend"]) * float(row["share"])
        # No more can have done little than was spent.
        short = [
            min(max(wanted.exit_roi - row[end], 0.0), 1.0) * spend
            for end in ("roi", "roi_high", "roi_low")
        ]
        sure = bool(row["roi_high"] < wanted.exit_roi)
        rows.append(
            _row("marketing", "marketing", str(part), str(part), short[0], spend, row["roi_won"],
                 short[1], short[2], 0.975 if sure else 0.5, sure)
        )  # fmt: skip
    return rows


def _promotions(offers: pd.DataFrame, scale: float) -> list[dict[str, object]]:
    lost = offers[offers["gain"] < 0]
    return [
        _row(
            "promotion", "promotion", str(row.Index), row.name_, -row.gain * scale,
            row.invested * scale, row.lines, -row.gain_high * scale, -row.gain_low * scale,
            1 - row.chance_of_nothing / 2,
            row.verdict == promotions.NOT_PAID,
        )
        for row in lost.rename(columns={"name": "name_"}).itertuples()
        if np.isfinite(row.gain_low)
    ]  # fmt: skip


def _discounts(peers: pd.DataFrame, scale: float) -> list[dict[str, object]]:
    above = peers[peers["verdict"] == discounts.ABOVE]
    if above.empty:
        return []
    first = next((one for one in discounts.DECIDERS if (above["dimension"] == one).any()), "")
    return [
        _row(
            "discount", row.dimension, row.part, row.name_, row.excess * scale,
            row.discount * scale, row.lines, row.low * scale, row.high * scale,
            1 - row.chance_of_nothing, row.dimension == first,
        )
        for row in above.rename(columns={"name": "name_"}).itertuples()
    ]  # fmt: skip


def _stock(firm: Dataset, run: Run) -> list[dict[str, object]]:
    if not all(firm.has(need) for need in NEEDS["stock"]):
        return []
    rule = run.settings.assortment
    last = months(firm, run).last
    first = max(last - (rule.months - 1), firm.first_month)
    window = Period(text=f"{first}..{last}", first=first, last=last)
    table = assortment.judged(
        product_measures.product_table(firm, run.region, window), window, rule
    )
    slow = table[table["class"] == assortment.SLOW]
    value = float(slow["stock_value"].sum())
    if not value > 0:
        return []
    cost = run.settings.waste.carrying_cost * value
    return [_row("stock", "stock", "slow", "", cost, value, len(slow))]


def _serve(firm: Dataset, run: Run) -> list[dict[str, object]]:
    is_whole = run.region == WHOLE_FIRM
    by = "channel" if firm.has("order_lines.channel") and not is_whole else "region"
    limit, rows = run.settings.waste.cost_to_serve, []
    scale = a_year(months(firm, run))
    for part, row in margins(firm, run, by).iterrows():
        if row["rate"] < limit and (by == "channel" or run.region in (WHOLE_FIRM, part)):
            short = (limit - row["rate"]) * row["revenue"] * scale
            rows.append(_row("serve", by, str(part), run.part(by, str(part)), short,
                             row["revenue"] * scale, row["orders"]))  # fmt: skip
    return rows


def _overdue(firm: Dataset, run: Run) -> list[dict[str, object]]:
    return [
        _row(
            "overdue", "region" if run.region == WHOLE_FIRM else "channel",
            str(region if run.region == WHOLE_FIRM else channel),
            _place(str(region), str(channel), run), row["unpaid"], row["due"], row["payments"],
            counted=bool(row["unpaid"] > run.settings.waste.usual_unpaid * row["due"]),
        )
        for (region, channel), row in late(firm, run).iterrows()
        if row["unpaid"] > 0
    ]  # fmt: skip


def _place(region: str, channel: str, run: Run) -> str:
    return f"{run.part('region', region)}, {run.part('channel', channel).lower()}"
