"""A firm not of our making: its published figures, and an independent count of everything else.

The figures are those of ``../shared/data/README.md``, computed independently of this package from
Tableau's "Sample - Superstore" workbook.
"""

import pandas as pd
import pytest

from analysis.measures import engine
from analysis.measures.catalogue import MEASURES
from analysis.model import snapshot
from analysis.periods import parse

EVERYTHING = parse("2014-2017")
HALF_A_CENT = 0.0050001  # the workbook's sales have four decimals, the published figures two


def taken(data, name, period=EVERYTHING, region="all"):
    return engine.measure(data, region, period, [name])["value"].item()


class TestPublishedFigures:
    @pytest.mark.parametrize(
        ("name", "figure"),
        [
            ("revenue", 2_297_200.86),
            ("gross_margin", 286_397.02),
            ("orders", 5_009),
            ("customers", 793),
            ("units", 37_873),
            ("returned_orders", 296),
            ("returned_revenue", 180_504.28),
        ],
    )
    def test_of_the_firm(self, superstore, name, figure):
        assert taken(superstore, name) == pytest.approx(figure, abs=HALF_A_CENT)

    def test_profit_is_this_share_of_sales(self, superstore):
        assert round(taken(superstore, "gross_margin_rate"), 5) == 0.12467

    @pytest.mark.parametrize(
        ("region", "sales", "customers", "orders"),
        [
            ("west", 725_457.82, 686, 1_611),
            ("east", 678_781.24, 674, 1_401),
            ("central", 501_239.89, 629, 1_175),
            ("south", 391_721.91, 512, 822),
        ],
    )
    def test_of_the_regions(self, superstore, region, sales, customers, orders):
        found = engine.measure(
            superstore, region, EVERYTHING, ["revenue", "customers", "orders"]
        )["value"]  # fmt: skip
        assert found["revenue"] == pytest.approx(sales, abs=HALF_A_CENT)
        assert (found["customers"], found["orders"]) == (customers, orders)

    def test_profit_of_the_east(self, superstore):
        assert taken(superstore, "gross_margin", region="east") == pytest.approx(
            91_522.78, abs=HALF_A_CENT
        )

    @pytest.mark.parametrize(
        ("year", "sales"),
        [("2014", 484_247.50), ("2015", 470_532.51), ("2016", 609_205.60), ("2017", 733_215.26)],
    )
    def test_of_the_years(self, superstore, year, sales):
        assert taken(superstore, "revenue", parse(year)) == pytest.approx(sales, abs=HALF_A_CENT)

    def test_days_and_regions(self, superstore):
        assert (str(superstore.first_day), str(superstore.last_day)) == ("2014-01-03", "2017-12-30")
        assert superstore.regions == ("central", "east", "south", "west")


@pytest.fixture(scope="module")
def orders(superstore_file):
    """The workbook's lines with what a measure is taken from, by pandas alone."""
    book = pd.read_excel(superstore_file, sheet_name=None, engine="calamine")
    lines, returned = book["Orders"], set(book["Returns"]["Order ID"])
    first = lines.groupby("Customer ID")["Order Date"].transform("min")
    return lines.assign(
        region=lines["Region"].str.lower(),
        # One product id in 32 stands for two names; both are in one category.
        category=lines.groupby("Product ID")["Category"].transform("first"),
        month=lines["Order Date"].dt.to_period("M").dt.to_timestamp(),
        came_back=lines["Order ID"].isin(returned),
        first=first,
        off=lines["Sales"] / (1 - lines["Discount"]) - lines["Sales"],
    )


def by_pandas(lines, starts):
    """Every measure of some lines, as a textbook would count them; new since ``starts``."""
    sales, profit = lines["Sales"].sum(), lines["Profit"].sum()
    count = lines["Order ID"].nunique()
    return {
        "revenue": sales,
        "orders": count,
        "units": lines["Quantity"].sum(),
        "customers": lines["Customer ID"].nunique(),
        "new_customers": lines.loc[lines["first"] >= starts, "Customer ID"].nunique(),
        "average_order_value": sales / count,
        "gross_margin": profit,
        "gross_margin_rate": profit / sales,
        "discount_rate": lines["off"].sum() / (sales + lines["off"].sum()),
        "returned_orders": lines.loc[lines["came_back"], "Order ID"].nunique(),
        "returned_revenue": lines.loc[lines["came_back"], "Sales"].sum(),
    }


NONE = float("nan")


def by_window(orders, dimension, period, parts):
    """What is asked of the last year and the one before it, part by part."""
    rows = {}
    for part in parts:
        last = pd.Period(part, "M") if dimension == "month" else period.last
        own = orders if dimension == "month" else orders[orders[dimension] == part]
        ages = (last.end_time.to_period("M").ordinal
                - own["Order Date"].dt.to_period("M").map(lambda month: month.ordinal))  # fmt: skip
        year, before = own[(ages >= 0) & (ages < 12)], own[(ages >= 12) & (ages < 24)]
        now, then = set(year["Customer ID"]), set(before["Customer ID"])
        has = {n: last - (n - 1) >= orders["Order Date"].min().to_period("M") for n in (12, 24)}
        buyers = float(len(now)) if has[12] else NONE
        many = year.groupby("Customer ID")["Order ID"].nunique().gt(1).sum()
        margin = year["Profit"].sum() / buyers if buyers else NONE
        left = float(len(then - now)) if has[24] else NONE
        churn = left / len(then) if then else NONE
        rows[part] = {
            "active_customers": buyers,
            "repurchase_rate": many / buyers if buyers else NONE,
            "retention_rate": 1 - churn,
            "churned_customers": left,
            "churn_rate": churn,
            "margin_per_customer": margin,
            "lifetime_value": margin / churn if churn else NONE,
        }
    return pd.DataFrame(rows).T


@pytest.mark.parametrize("period", ["2014-2017", "2016", "2017-Q4", "2015-02"])
@pytest.mark.parametrize("dimension", ["region", "category", "month"])
def test_every_measure_is_what_pandas_counts(superstore, orders, dimension, period):
    period = parse(period)
    start, after = period.first.start_time, (period.last + 1).start_time
    lines = orders[(orders["Order Date"] >= start) & (orders["Order Date"] < after)]
    expected = pd.DataFrame(
        {
            part: by_pandas(of_part, part if dimension == "month" else start)
            for part, of_part in lines.groupby(dimension)
        }
    ).T.rename_axis(index=dimension)
    parts = expected.index
    for name, of_year in by_window(orders, dimension, period, parts).items():
        expected[name] = of_year
    other = {name for name in MEASURES if not all(map(superstore.has, MEASURES[name].needs))}
    assert set(expected) == set(MEASURES) - other, "a measure is new: count it here too"
    found = engine.measure(superstore, "all", period, list(MEASURES), by=[dimension])["value"]
    found = found.unstack("measure")[expected.columns].rename_axis(columns=None)
    # Lines are held to a hundredth of a cent; sums differ by less than half a cent.
    pd.testing.assert_frame_equal(found, expected, check_index_type=False, rtol=1e-7, atol=0.005)


def test_the_same_lines_as_csv_are_the_same_content(superstore, superstore_file, tmp_path):
    """A firm may switch from a workbook to text files without its figures moving."""
    from analysis.model.dataset import open_snapshot
    from analysis.sources import registry

    book = pd.read_excel(superstore_file, sheet_name=None, engine="calamine", dtype=object)
    register = registry.load("superstore", tmp_path)
    for name, table in register.firm.tables.items():
        book[table.sheet].to_csv(tmp_path / f"{name}.csv", index=False)
    tables = {
        name: table.model_copy(update={"file": f"{name}.csv", "sheet": None})
        for name, table in register.firm.tables.items()
    }
    firm = register.firm.model_copy(update={"tables": tables})
    system = register.systems["superstore"].model_copy(update={"tables": tables})
    in_text = registry.Register(firm, {"superstore": system})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(registry, "load", lambda *_: in_text)
        as_text = open_snapshot(snapshot.ensure("superstore", tmp_path, tmp_path / "store"))
    assert as_text.manifest["content"] == superstore.manifest["content"]
