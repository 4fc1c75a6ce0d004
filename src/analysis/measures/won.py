"""Where the customers a marketing channel wins are at home."""

from __future__ import annotations

import pandas as pd

from analysis.measures.channels import joiners
from analysis.model.dataset import Dataset
from analysis.periods import Period


def won_by_region(data: Dataset, period: Period) -> pd.DataFrame:
    """Customers won in a period, by the channel they came through and their home region.

    Won is as in ``measures.channels.number_won``: with an order by the period's end.

    Returns
    -------
    DataFrame
        One row per ``channel`` and ``region`` (``""``: not recorded), column ``won`` (count). No
        rows where the firm does not record how customers were won, or where they are.
    """
    if not (data.has("customers.acquisition_channel") and data.has("customers.region")):
        index = pd.MultiIndex.from_arrays([[], []], names=["channel", "region"])
        return pd.DataFrame({"won": []}, index=index, dtype=float)
    customers = data.tables["customers"]
    who = customers.select(
        "customer_id",
        channel=customers.acquisition_channel.fill_null(""),
        region=customers.region.fill_null(""),
    ).inner_join(joiners(data, period, period.last), "customer_id")
    keys = ["channel", "region"]
    counts = who.group_by(keys).aggregate(won=who.count().cast("float64")).order_by(keys)
    table: pd.DataFrame = counts.execute().set_index(keys)
    return table
