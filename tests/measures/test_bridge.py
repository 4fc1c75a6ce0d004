"""Sums by class of customer and product, on the tiny firm: February 2026 against February 2025."""

import pandas as pd
import pytest

from analysis import periods
from analysis.measures.bridge import customer_products
from analysis.measures.engine import measure

BASE, NOW = periods.parse("2025-02"), periods.parse("2026-02")


def cells(data, region="east", quiet=6, months=3) -> pd.DataFrame:
    return customer_products(data, region, BASE, NOW, quiet, months)


def test_who_stayed_and_who_is_new(tiny):
    """C3 bought in February 2025 and last in December, C2 in both; C4 is new in February 2026."""
    rows = cells(tiny).set_index(["when", "customers", "range", "product_id"])
    assert rows["revenue"].to_dict() == {
        ("before", "kept", "kept", "P3"): 150.0,
        ("now", "kept", "kept", "P1"): 240.0,
        ("now", "new", "", ""): 200.0,
    }
    assert rows.loc[("now", "kept", "kept", "P1"), ["units", "list_value"]].tolist() == [30, 300]
    assert rows.loc[("now", "new", "", ""), ["buyers", "products"]].tolist() == [1, 1]


def test_a_customer_who_skips_the_month_is_not_lost(tiny):
    """C3 bought nothing in February 2026, and two months before; silent that long is lost."""
    assert "lost" not in set(cells(tiny)["customers"])
    assert set(cells(tiny, quiet=1).query("when == 'before'")["customers"]) == {"lost"}


def test_a_product_out_of_the_range_is_withdrawn(tiny):
    """P3 sold in December 2025 and in February 2026; P1 not in February 2025 but in January."""
    assert set(cells(tiny, months=1).query("customers == 'kept'")["range"]) == {"kept", "launched"}


@pytest.mark.parametrize("region", ["east", "west", "all"])
def test_the_sums_are_the_measures(tiny, region):
    rows = cells(tiny, region)
    for when, period in (("before", BASE), ("now", NOW)):
        whole = measure(tiny, region, period, ["revenue", "units", "gross_margin"])["value"]
        of = rows[rows["when"] == when]
        assert of["revenue"].sum() == whole["revenue"]
        assert of["units"].sum() == whole["units"]
        margin = of["costed_revenue"].sum() - of["cost"].sum()
        assert margin == pytest.approx(whole["gross_margin"])


def test_returns_are_counted_at_one_age(tiny):
    """Ten units came back on 5 March 2026, after the last day there are orders of."""
    assert cells(tiny)["returned"].sum() == 0


def test_lines_far_from_the_usual_stand_without_an_article(demo_data):
    rows = customer_products(demo_data, "all", periods.parse("2025-10"), periods.parse("2026-10"),
                             6, 3)  # fmt: skip
    kept = rows.query("customers == 'kept' and range == 'kept'")
    listed = (kept["list_value"] / kept["units"]).groupby([kept["when"], kept["product_id"]]).sum()
    prices = listed.unstack("when").drop("").dropna()
    # Slips by a hundred in units of one line would show as prices a hundredth of what they are.
    assert (prices["now"] / prices["before"]).between(0.8, 1.25).all()
