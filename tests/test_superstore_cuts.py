"""Cuts, concentration, price bands and groups of Superstore, counted by pandas alone."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis import params
from analysis.analyses import assortment, concentration, cuts, groups
from analysis.measures import assortment as goods
from analysis.measures import customers as people
from analysis.measures import cuts as sales
from analysis.periods import parse

CLOSE = {"rtol": 1e-7, "atol": 0.005}
"""Lines are held to a hundredth of a cent; sums differ by less than half a cent."""


@pytest.fixture(scope="module")
def orders(superstore_file):
    lines = pd.read_excel(superstore_file, sheet_name="Orders", engine="calamine")
    first = lines.groupby("Customer ID")["Order Date"].transform("min")
    kinds = lines["Segment"].map({"Consumer": "b2c", "Corporate": "b2b", "Home Office": "b2b"})
    return lines.assign(
        region=lines["Region"].str.lower(),
        category=lines.groupby("Product ID")["Category"].transform("first"),
        kind=kinds.groupby(lines["Customer ID"]).transform("first"),
        first=first,
        list_value=lines["Sales"] / (1 - lines["Discount"]),
    )


@pytest.fixture(scope="module")
def run():
    return params.load("all", "2014-2017", "superstore")


def between(lines: pd.DataFrame, text: str) -> pd.DataFrame:
    period = parse(text)
    after = (period.last + 1).start_time
    return lines[(lines["Order Date"] >= period.first.start_time) & (lines["Order Date"] < after)]


@pytest.mark.parametrize(("period", "before"), [("2017", "2016"), ("2017-Q4", "2016-Q4")])
def test_regions_by_category_are_a_pivot_table(superstore, orders, period, before):
    across = sales.across(superstore)
    assert across == "category"  # the workbook records no channel
    now, then = (
        sales.daily_sales(superstore, "all", parse(text), across) for text in (period, before)
    )
    found = cuts.cut(now, then, "region", across)
    for column, source, text in (
        ("revenue", "Sales", period), ("units", "Quantity", period),
        ("gross_margin", "Profit", period), ("before", "Sales", before),
    ):  # fmt: skip
        expected = between(orders, text).pivot_table(
            index="region", columns="category", values=source, aggfunc="sum", margins=True,
            margins_name=cuts.TOTAL,
        )  # fmt: skip
        grid = found[column].unstack()
        np.testing.assert_allclose(grid.loc[expected.index, expected.columns], expected, **CLOSE)


@pytest.mark.parametrize(("step", "rule"), [("day", "D"), ("week", "W-SUN"), ("month", "M")])
def test_steps_of_time_are_a_group_by_period(superstore, orders, step, rule):
    daily = sales.daily_sales(superstore, "west", parse("2017-11"), "category")
    found = cuts.cut_by_step(daily, parse("2017-11"), step, "category")
    lines = between(orders, "2017-11")
    lines = lines[lines["region"] == "west"]
    expected = lines.groupby(lines["Order Date"].dt.to_period(rule))["Sales"].sum()
    totals = found.xs(cuts.TOTAL, level="category")["revenue"].drop(cuts.TOTAL)
    np.testing.assert_allclose(totals[totals > 0], expected, **CLOSE)
    assert totals.sum() == pytest.approx(lines["Sales"].sum(), abs=0.005)


def test_regions_size_for_size(superstore, orders):
    found = cuts.regions(
        sales.region_size(superstore, parse("2017")), sales.region_size(superstore, parse("2016"))
    )
    for text, suffix in (("2017", ""), ("2016", "_before")):
        by_region = between(orders, text).groupby("region")
        expected = by_region["Sales"].sum() / by_region["Customer ID"].nunique()
        np.testing.assert_allclose(
            found[f"revenue_per_customer{suffix}"][expected.index], expected, **CLOSE
        )
    assert found["market_share"].isna().all()


def test_concentration_of_customers_and_products(superstore, orders, run):
    found = concentration.concentration(concentration.amounts(superstore, run), 0.2, 10)
    for kind, column in (("customer", "Customer ID"), ("product", "Product ID")):
        sizes = orders.groupby(column)["Sales"].sum().sort_values(ascending=False)
        shares = sizes / sizes.sum()
        row = found.loc[kind, "now"]
        top = int(np.ceil(len(sizes) * 0.2))
        assert row[["parts", "top_parts"]].tolist() == [len(sizes), top]
        assert row["top_share"] == pytest.approx(shares.head(top).sum(), rel=1e-6)
        assert row["largest_share"] == pytest.approx(shares.head(10).sum(), rel=1e-6)
        assert row["hhi"] == pytest.approx((shares**2).sum(), rel=1e-6)
    assert len(found) == 2  # four years have none before them


def test_the_largest_customers_are_those_of_a_sort(superstore, orders, run):
    found = concentration.largest_customers(superstore, run)
    expected = orders.groupby("Customer ID").agg(
        revenue=("Sales", "sum"), gross_margin=("Profit", "sum"), orders=("Order ID", "nunique")
    )
    top = expected.sort_values("revenue", ascending=False).head(10)
    np.testing.assert_allclose(found[["revenue", "gross_margin", "orders"]].head(10), top, **CLOSE)
    assert found.loc[concentration.TOTAL, "revenue"] == pytest.approx(2_297_200.86, abs=0.01)


def test_price_bands_are_thirds_by_price_before_discounts(superstore, orders, run):
    everything = parse("2014-2017")
    judged = assortment.judged(
        goods.product_table(superstore, "all", everything), everything, run.settings.assortment
    )
    found = assortment.bands(judged, everything)
    products = orders.groupby("Product ID").agg(
        category=("category", "first"), units=("Quantity", "sum"), revenue=("Sales", "sum"),
        margin=("Profit", "sum"), list_value=("list_value", "sum"),
    )  # fmt: skip
    price = (products["list_value"] / products["units"]).round(2)  # equal ones: by their id
    place = price.groupby(products["category"]).rank(method="first") - 1
    size = price.groupby(products["category"]).transform("size")
    band = (place * 3 // size).map({0: "low", 1: "middle", 2: "high"})
    expected = products.groupby(["category", band]).agg(
        revenue=("revenue", "sum"), margin=("margin", "sum")
    )
    ours = found.loc[expected.index]
    np.testing.assert_allclose(ours[["revenue", "gross_margin"]], expected, **CLOSE)
    whole = found.loc[(assortment.TOTAL, assortment.TOTAL)]
    assert whole["revenue"] == pytest.approx(2_297_200.86, abs=0.01)
    assert whole["products"] == 1_862


def test_groups_of_customers_are_compared_as_scipy_does(superstore, orders, run):
    table = groups.customers(superstore, run)
    found = groups.comparison(table, 0.05, 20)
    spent = orders.groupby("Customer ID").agg(revenue=("Sales", "sum"), kind=("kind", "first"))
    b2b, b2c = (spent.loc[spent["kind"] == kind, "revenue"] for kind in ("b2b", "b2c"))
    row = found.loc[("revenue_per_customer", "kind", "", "b2b")]
    assert row[["customers", "rest_customers"]].tolist() == [len(b2b), len(b2c)]
    assert (row["value"], row["rest"]) == pytest.approx((b2b.mean(), b2c.mean()), rel=1e-6)
    theirs = stats.ttest_ind(b2b, b2c, equal_var=False)
    assert row["p"] == pytest.approx(theirs.pvalue, rel=1e-5)
    assert row["difference_low"] == pytest.approx(theirs.confidence_interval().low, rel=1e-5)
    values = orders.groupby(["Customer ID", "Order ID"])["Sales"].sum()
    assert table["revenue_squares"].sum() == pytest.approx((values**2).sum(), rel=1e-7)


@pytest.mark.parametrize("measure", ["average_order_value", "gross_margin_rate"])
def test_a_cross_table_is_a_ratio_of_two_pivot_tables(superstore, orders, run, measure):
    cross = run.settings.groups.cross.model_copy(
        update={"rows": ("kind",), "columns": ("industry",), "measure": measure}
    )
    table = groups.customers(superstore, run)
    found = groups.crossing(table, cross, 0.05, 5)["value"]
    by = orders.groupby(["kind", orders.groupby("Customer ID")["Segment"].transform("first")])
    expected = (
        by["Sales"].sum() / by["Order ID"].nunique()
        if measure == "average_order_value"
        else by["Profit"].sum() / by["Sales"].sum()
    )
    np.testing.assert_allclose(found[expected.index], expected, rtol=1e-6)


def test_new_customers_are_those_of_the_workbook(superstore, orders):
    found = people.customer_sales(superstore, "east", parse("2016"))
    lines = between(orders, "2016")
    lines = lines[lines["region"] == "east"].groupby("Customer ID")["first"].min()
    assert found.index.tolist() == sorted(lines.index)
    assert found["is_new"].tolist() == (lines >= "2016-01-01").sort_index().tolist()
