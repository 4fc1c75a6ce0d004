"""What channels cost and bring: spend, leads, customers won and their margin."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
import pandas as pd

from analysis.measures.retention import count_of_months, joined
from analysis.model.dataset import Dataset
from analysis.periods import Period

WON = ["won", "margin", "margin_squared"]


def spend(data: Dataset, period: Period) -> pd.DataFrame:
    """What was spent on each marketing channel of the whole firm, and the leads it brought.

    Returns
    -------
    DataFrame
        One row per channel (index), columns ``spend`` (money) and ``leads`` (count; missing where
        leads are not recorded). No rows where the firm delivers no spending.
    """
    if not data.has("channel_spend"):
        index = pd.Index([], name="channel", dtype=object)
        return pd.DataFrame({"spend": [], "leads": []}, index=index, dtype=float)
    table = data.tables["channel_spend"]
    after = (period.last + 1).start_time
    table = table.filter((table.month >= period.start) & (table.month < after))
    taken = table.group_by("channel").aggregate(
        spend=table.spend.sum().cast("float64"), leads=table.leads.sum().cast("float64")
    )
    return taken.order_by("channel").execute().set_index("channel").astype(float)


def number_won(data: Dataset, period: Period, last: pd.Period | None = None) -> pd.Series:
    """How many customers the whole firm won in a period, by the channel they came through.

    A customer is won on the day recorded as such, or else with the first order, and counts with
    an order alone, placed by the end of ``last`` (the period's last month unless said). Channel
    ``""``: not recorded. The catalogue's customers won (``measures.views.people.won``) are those
    recorded as won in the period through channels money is spent on, with an order or without.
    """
    who = _who(data, period, last or period.last)
    counts = who.group_by("via").aggregate(won=who.count().cast("float64"))
    number: pd.Series = counts.order_by("via").execute().set_index("via")["won"]
    return number.rename_axis("channel")


def won(data: Dataset, period: Period, last: pd.Period, horizon: int) -> pd.DataFrame:
    """Customers won in a period, by the channel they came through, and the margin they brought.

    Parameters
    ----------
    data : Dataset
        Opened snapshot.
    period : Period
        In which they were won, as :func:`number_won` says.
    last : pandas.Period
        The last month whose orders count.
    horizon : int
        Months of a customer's life that count, the one of winning included.

    Returns
    -------
    DataFrame
        One row per ``channel`` (``""``: not recorded) and ``age`` (months since winning): ``won``
        (count: customers of the channel, at every age the same) and ``margin`` (money: revenue
        less cost of lines whose cost is known; returns are not taken off). A row at age −1 holds
        the channel's whole margin, and as ``margin_squared`` the sum of the squares of each
        customer's, for the interval of that whole.
    """
    who = _who(data, period, last)
    lines = data.order_lines
    lines = lines.filter(lines.ordered_at < (last + 1).start_time)
    lines = lines.inner_join(who, "customer_id")
    lines = lines.mutate(age=count_of_months(lines.ordered_at) - count_of_months(lines.joined_at))
    lines = lines.filter(lines.age < horizon)
    each = lines.group_by(["customer_id", "via", "age"]).aggregate(margin=_margin(lines, data))
    by_age = each.group_by(["via", "age"]).aggregate(margin=each.margin.sum())
    whole = each.group_by(["customer_id", "via"]).aggregate(margin=each.margin.sum())
    totals = whole.group_by("via").aggregate(
        margin=whole.margin.sum(), margin_squared=(whole.margin * whole.margin).sum()
    )
    ends = totals.order_by("via").execute().assign(age=-1)
    table = pd.concat([ends, by_age.order_by(["via", "age"]).execute()])
    table = table.rename(columns={"via": "channel"}).set_index(["channel", "age"]).sort_index()
    number = number_won(data, period, last)
    channels = table.index.get_level_values("channel")
    return table.assign(won=number.reindex(channels).to_numpy())[WON].astype(float)


def joiners(data: Dataset, period: Period, last: pd.Period) -> ibis.Table:
    """Customers who became one in a period and ordered by the end of ``last``, with ``joined_at``.

    What they ordered later is not known at the end of ``last``, and makes nobody a customer.
    """
    lines = data.order_lines
    bought = lines.filter(lines.ordered_at < (last + 1).start_time).select("customer_id")
    who = joined(data).semi_join(bought.distinct(), "customer_id")
    after = (period.last + 1).start_time
    return who.filter((who.joined_at >= period.start) & (who.joined_at < after))


def _who(data: Dataset, period: Period, last: pd.Period) -> ibis.Table:
    customers = data.tables["customers"]
    via = customers.acquisition_channel.fill_null("")  # order lines have a channel, too
    known = customers.select("customer_id", via=via)
    return known.inner_join(joiners(data, period, last), "customer_id")


def _margin(lines: ibis.Table, data: Dataset) -> ir.Scalar:
    if not data.has("order_lines.cost"):
        return ibis.null("float64")
    return (lines.revenue - lines.cost).sum().cast("float64").fill_null(0.0)
