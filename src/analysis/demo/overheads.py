"""What running the firm costs beside the goods it sells, as its books have it. Nothing is drawn."""

from __future__ import annotations

from typing import Final

import pandas as pd

OF_REGIONS: Final = {"Salaries": 0.115, "Rent and energy": 0.055, "Freight and packing": 0.045}
"""Items of each region, as shares of the first year's planned revenue of a month."""
OF_FIRM: Final = {"Head office": 0.075, "Systems and insurance": 0.020}
"""Items of the whole firm, likewise."""
RISE: Final = 0.03
"""A year: of all items, every January."""
FIRST_YEAR: Final = 12


def overhead_table(plan: pd.DataFrame, spend: pd.DataFrame) -> pd.DataFrame:
    """Overheads, one row per item, month and region; marketing and head office have no region.

    Parameters
    ----------
    plan : DataFrame
        ``region``, ``month``, ``revenue_target``: what regions are staffed and housed for.
    spend : DataFrame
        ``month``, ``spend`` of every channel of marketing.
    """
    months = plan["month"].drop_duplicates().sort_values()
    first = plan[plan["month"].isin(months.head(FIRST_YEAR))]
    by_region = first.groupby("region")["revenue_target"].sum() / FIRST_YEAR
    rise = (1 + RISE) ** (months.dt.year - months.dt.year.iloc[0])
    parts = [
        pd.DataFrame({"month": months, "item": item, "region": region,
                      "amount": share * planned * rise})
        for region, planned in by_region.items()
        for item, share in OF_REGIONS.items()
    ]  # fmt: skip
    parts += [
        pd.DataFrame({"month": months, "item": item, "region": None,
                      "amount": share * by_region.sum() * rise})
        for item, share in OF_FIRM.items()
    ]  # fmt: skip
    marketing = spend.groupby("month", as_index=False)["spend"].sum()
    parts.append(
        marketing.rename(columns={"spend": "amount"}).assign(item="Marketing", region=None)
    )
    table = pd.concat(parts, ignore_index=True)[["month", "item", "region", "amount"]]
    return table.assign(amount=table["amount"].round(2))
