"""The catalogue: every measure is defined in full, and worked by hand on the tiny firm."""

import math
from dataclasses import replace

import pandas as pd
import pytest

from analysis.measures import engine
from analysis.measures.catalogue import DIMENSIONS, GROUPS, MEASURES, Given
from analysis.measures.views import VIEWS
from analysis.model.schema import TABLES
from analysis.periods import parse

NONE = math.nan
# East, February 2026: O8 (C2: 30 units for 240.00, 60.00 off, cost 180.00, a third came back) and
# O9 (C4, new: 4 units for 200.00, cost 120.00). Numerator and denominator.
EAST_FEBRUARY = {
    "revenue": (440, NONE),
    "orders": (2, NONE),
    "units": (34, NONE),
    "customers": (2, NONE),
    "new_customers": (1, NONE),
    "average_order_value": (440, 2),
    "gross_margin": (140, NONE),
    "gross_margin_rate": (140, 440),
    "discount_rate": (60, 500),
    "returned_orders": (1, NONE),
    "returned_revenue": (80, NONE),
    # In the year to February C1, C2 and C4 bought in east, once each. Of C1 and C3, who had bought
    # in the year before, C3 has not again. Margin of the year: 10 + 60 + 80.
    "active_customers": (3, NONE),
    "repurchase_rate": (0, 3),
    "retention_rate": (1, 2),
    "churned_customers": (1, NONE),
    "churn_rate": (1, 2),
    "margin_per_customer": (150, 3),
    "lifetime_value": (50, 0.5),
}
# East, January 2026: one order of two lines, 120.00 of unknown cost and 30.00 that cost 20.00.
EAST_JANUARY = {
    "revenue": (150, NONE),
    "orders": (1, NONE),
    "units": (13, NONE),
    "customers": (1, NONE),
    "new_customers": (0, NONE),
    "average_order_value": (150, 1),
    "gross_margin": (10, NONE),
    "gross_margin_rate": (10, 30),
    "discount_rate": (0, 150),
    "returned_orders": (0, NONE),
    "returned_revenue": (0, NONE),
    # In the year to January C3 and C1; in the year before C1 alone, who has stayed.
    "active_customers": (2, NONE),
    "repurchase_rate": (0, 2),
    "retention_rate": (1, 1),
    "churned_customers": (0, NONE),
    "churn_rate": (0, 1),
    "margin_per_customer": (70, 2),
    "lifetime_value": (35, 0),
}
# West, January 2026: no order at all; in the year to it C2 and C3 bought, and C2 the year before.
WEST_JANUARY = {
    name: (0, NONE if one.is_amount else 0)
    for name, one in MEASURES.items()
    if all(need.split(".")[0] in ("order_lines", "returns") for need in one.needs)
} | {
    "active_customers": (2, NONE),
    "repurchase_rate": (0, 2),
    "retention_rate": (1, 1),
    "churned_customers": (0, NONE),
    "churn_rate": (0, 1),
    "margin_per_customer": (60, 2),
    "lifetime_value": (30, 0),
}
# East, February 2026, of the firm with every table (conftest). Stock at cost is 10 x 6 + 4 x 30 +
# 8 x 20 = 340; 51 units were there when February began and 10 came; of 440 due 120 was paid.
WHOLE_FEBRUARY = {
    "overheads": (50, NONE),
    "net_margin": (90, NONE),  # 140 of gross margin less 50 of rent
    "net_margin_rate": (90, 440),
    "market_share": (440, 8800),
    "plan_attainment": (440, 550),
    "inventory_turnover": (300 * 365.25, 340 * 365.25 / 12),
    "inventory_days": (340 * 365.25 / 12, 300),
    "sell_through": (34, 61),
    "moving_range": (2, 3),
    "on_time_rate": (1, 2),
    "collection_rate": (120, 440),
    "satisfaction": (7, 2),
    "complaints": (1, NONE),
    "complaint_rate": (1, 2),
    "response_hours": (40, 2),
    "win_rate": (1, 2),
    "sales_cycle_days": (40, 1),
    "stage_days": (50, 3),
}
# Spending has no region: it is known of the firm alone. C4 alone was won in February. In the year
# C1 and C2 bought twice or more or not: 268 of margin of four customers; nobody left.
FIRM_FEBRUARY = {
    "marketing_spend": (600, NONE),
    "lead_conversion": (1, 10),
    "acquisition_cost": (600, 1),
    "value_to_cost": (NONE, 600),
}


@pytest.mark.parametrize("name", MEASURES)
@pytest.mark.parametrize(
    ("region", "period", "by_hand"),
    [
        ("east", "2026-02", EAST_FEBRUARY),
        ("east", "2026-01", EAST_JANUARY),
        ("west", "2026-01", WEST_JANUARY),
    ],
    ids=["east February", "east January", "west January"],
)
def test_a_measure_worked_by_hand(tiny, region, period, by_hand, name):
    known = name in by_hand or name in WHOLE_FEBRUARY or name in FIRM_FEBRUARY
    assert known, f"{name} is new: work it by hand here"
    numerator, denominator = by_hand.get(name, (NONE, NONE))
    _is(engine.measure(tiny, region, parse(period), [name]).loc[name], numerator, denominator)


@pytest.mark.parametrize("name", WHOLE_FEBRUARY)
def test_a_measure_of_another_table_worked_by_hand(whole_firm, name):
    row = engine.measure(whole_firm, "east", parse("2026-02"), [name]).loc[name]
    _is(row, *WHOLE_FEBRUARY[name])


@pytest.mark.parametrize("name", FIRM_FEBRUARY)
def test_a_measure_of_the_whole_firm_worked_by_hand(whole_firm, name):
    _is(engine.measure(whole_firm, "all", parse("2026-02"), [name]).loc[name], *FIRM_FEBRUARY[name])
    east = engine.measure(whole_firm, "east", parse("2026-02"), [name]).loc[name]
    assert math.isnan(east["value"]), "spending is not known by region"


def _is(row, numerator, denominator):
    assert row["numerator"] == pytest.approx(numerator, abs=1e-9, nan_ok=True)
    assert row["denominator"] == pytest.approx(denominator, abs=1e-9, nan_ok=True)
    value = (
        numerator if math.isnan(denominator) else numerator / denominator if denominator else NONE
    )
    assert row["value"] == pytest.approx(value, abs=1e-9, nan_ok=True)


@pytest.mark.parametrize("measure", MEASURES.values(), ids=lambda one: one.name)
def test_a_measure_is_defined_in_full(measure):
    assert measure.name == measure.name.lower()
    assert measure.label
    assert measure.definition.endswith(".")
    assert measure.source
    assert measure.group in GROUPS
    for need in measure.needs:
        table, _, column = need.partition(".")
        assert not column or column in TABLES[table].columns
    for half in measure.halves.values():
        assert half.measure in MEASURES if isinstance(half, Given) else half.of in VIEWS
    if measure.unit == "rate":
        assert measure.denominator is not None
    if measure.denominator is not None:
        assert not measure.additive, "a ratio of parts does not add up"


@pytest.mark.parametrize("dimension", DIMENSIONS.values(), ids=lambda one: one.name)
def test_a_dimension_is_called_something_and_needs_something_declared(dimension):
    assert dimension.label
    assert dimension.labels != dimension.label
    table, _, column = dimension.needs.partition(".")
    assert not column or column in TABLES[table].columns


class TestEdges:
    """Definitions where two people would count differently."""

    def test_a_customer_is_new_once_and_in_the_region_of_the_first_order(self, tiny):
        """C3's first order was in east in 2025-02; the one in west in 2025-12 is a second."""
        names = ["customers", "new_customers"]
        east = engine.measure(tiny, "east", parse("2025-02"), names)["value"]
        west = engine.measure(tiny, "west", parse("2025-12"), names)["value"]
        assert (east.tolist(), west.tolist()) == ([1, 1], [1, 0])

    def test_an_order_on_the_last_evening_belongs_to_its_month(self, tiny):
        """O6 was placed on 31 December 2025 at 23:30."""
        revenue = [
            engine.measure(tiny, "all", parse(period), ["revenue"])["value"].item()
            for period in ("2025-12", "2026-01")
        ]
        assert revenue == [100, 150]

    def test_a_customer_of_two_regions_is_one_customer_of_the_firm(self, tiny):
        by_region = engine.measure(tiny, "all", parse("2026-02"), ["customers"], by=["region"])
        whole = engine.measure(tiny, "all", parse("2026-02"), ["customers"])
        assert by_region["value"].tolist() == [2, 1]
        assert whole["value"].tolist() == [2]

    @pytest.mark.parametrize(
        ("returns", "orders", "revenue"),
        [
            ("O8,1,2026-03-05,10", 1, 80),  # 10 of 30 units
            ("O8,1,2026-03-05,", 1, 240),  # no number: the whole line
            ("O8,1,2026-03-05,99", 1, 240),  # more than was sold is all of it
            ("O8,1,2026-03-05,0", 0, 0),
            ("O8,,2026-03-05,", 1, 240),  # no line: the whole order
            ("O8,,2026-03-05,\nO8,1,2026-03-06,10", 1, 240),  # whole is whole
            ("O8,1,2026-03-05,10\nO9,1,2026-03-05,1", 2, 130),  # and 1 of 4 units of 200.00
            ("O99,1,2026-03-05,10", 0, 0),
        ],
    )
    def test_what_has_come_back(self, delivery, returns, orders, revenue):
        delivery.write("returns.csv", f"Order,Line,Back On,Units\n{returns}\n")
        back = engine.measure(
            delivery.open(), "all", parse("2026-02"),
            ["revenue", "returned_orders", "returned_revenue"],
        )["value"]  # fmt: skip
        assert back.tolist() == pytest.approx([530, orders, revenue])

    def test_credit_lines_reduce_revenue_and_units(self, delivery):
        delivery.change("O9,1,2026-02-14,C4,P3,E,Shop,4,0,200.00,120.00",
                        "O9,1,2026-02-14,C4,P3,E,Shop,-4,0,-200.00,-120.00")  # fmt: skip
        names = ["revenue", "units", "orders", "gross_margin"]
        east = engine.measure(delivery.open(), "east", parse("2026-02"), names)["value"]
        assert east.tolist() == [40, 26, 2, -20]


class TestViews:
    """Rows of other tables: which count, of which region, and when they are not known."""

    def test_a_period_before_a_table_begins_is_unknown_and_not_empty(self, whole_firm):
        names = ["complaints", "plan_attainment", "inventory_days"]
        early = engine.measure(whole_firm, "east", parse("2023-12"), names)["value"]
        assert early.isna().all()
        quiet = engine.measure(whole_firm, "east", parse("2025-03"), ["complaints"])["value"]
        assert quiet.tolist() == [0]

    def test_what_cannot_be_split_so_is_missing(self, whole_firm):
        names = ["revenue", "satisfaction", "collection_rate"]
        table = engine.measure(whole_firm, "all", parse("2026-02"), names, ["category"])["value"]
        missing = table.isna().groupby(level="measure").all()
        assert missing.to_dict() == {
            "revenue": False, "satisfaction": True, "collection_rate": True,
        }  # fmt: skip

    def test_windows_are_looked_back_from_every_month(self, whole_firm):
        """C4 first bought in February: three customers in the year to January, four to February."""
        names = ["active_customers", "retention_rate"]
        table = engine.measure(whole_firm, "all", parse("2026-01..2026-02"), names, ["month"])
        counted = table["value"].unstack("measure")
        assert counted["active_customers"].tolist() == [3, 4]
        alone = engine.measure(whole_firm, "all", parse("2026-01"), names)["value"]
        assert counted.iloc[0].tolist() == alone[counted.columns].tolist()

    def test_a_payment_after_the_period_is_not_yet_known_to_it(self, whole_firm):
        """O9 was paid on 2 March: seen from February it is open, over both months it is paid."""
        rates = [
            engine.measure(whole_firm, "east", parse(period), ["collection_rate"])[
                "numerator"
            ].item()
            for period in ("2026-02", "2026-02..2026-03")
        ]
        assert rates == [120, 320]

    def test_the_squares_of_a_mean_say_how_far_its_cases_differ(self, whole_firm):
        """Scores 5 and 2; answers after 30 and 10 hours; one deal won after 40 days."""
        names = ["satisfaction", "response_hours", "sales_cycle_days"]
        table = engine.measure(whole_firm, "east", parse("2026-02"), names)
        assert table["squares"].to_dict() == {
            "satisfaction": 29, "response_hours": 1000, "sales_cycle_days": 1600,
        }  # fmt: skip

    def test_what_the_whole_firm_pays_is_no_regions(self, whole_firm):
        """Margin 140 + 30 less rents of 50 and 20 and a head office of 30."""
        names = ["net_margin", "overheads"]
        firm = engine.measure(whole_firm, "all", parse("2026-02"), names)["value"]
        assert firm.to_dict() == {"net_margin": 70, "overheads": 100}
        parts = engine.measure(whole_firm, "all", parse("2026-02"), names, ["region"])["value"]
        assert parts.unstack("measure")["net_margin"].to_dict() == {"": -30, "east": 90, "west": 10}

    def test_a_complaint_belongs_to_the_customers_home(self, whole_firm):
        table = engine.measure(whole_firm, "all", parse("2026-02"), ["complaints"], ["region"])
        assert table["value"].droplevel("measure").to_dict() == {"east": 1, "west": 1}

    def test_what_there_was_to_sell_is_not_known_of_the_first_month_of_stock(self, whole_firm):
        """What was there when January began stands nowhere: 13 sold of 0 received is no rate."""
        first = engine.measure(whole_firm, "east", parse("2026-01"), ["sell_through"])
        assert first[["denominator", "value"]].isna().all(axis=None)
        by_month = engine.measure(
            whole_firm, "east", parse("2026-01..2026-02"), ["sell_through"], ["month"]
        )
        assert by_month["denominator"].tolist() == pytest.approx([NONE, 61], nan_ok=True)
        assert by_month["value"].tolist() == pytest.approx([NONE, 34 / 61], nan_ok=True)

    def test_a_month_without_a_row_of_a_view_has_nothing_of_it(self, whole_firm):
        """Complaints came in February 2026 alone; sales in January and December, too."""
        months = [pd.Period(month, "M") for month in ("2025-11", "2026-02")]
        for names in (["complaints"], ["revenue", "complaints"]):
            table = engine.by_month(whole_firm, "all", *months, names)
            assert table["complaints"].tolist() == [0, 0, 0, 2]

    def test_months_a_window_does_not_reach_stay_missing(self, whole_firm):
        """The year before the one to January 2026 begins in February 2024, within the data.

        The one before begins in January of that year, and the data on its 15th.
        """
        months = [pd.Period(month, "M") for month in ("2025-11", "2026-02")]
        table = engine.by_month(whole_firm, "all", *months, ["revenue", "churned_customers"])
        assert table["churned_customers"].isna().tolist() == [True, True, False, False]

    def test_a_plan_of_which_nothing_was_sold_is_missed_in_every_part(self, whole_firm):
        lines = whole_firm.order_lines
        unsold = replace(
            whole_firm,
            tables=whole_firm.tables | {"order_lines": lines.filter(lines.revenue < 0)},
        )
        whole = engine.measure(unsold, "all", parse("2026-02"), ["plan_attainment"])
        parts = engine.measure(unsold, "all", parse("2026-02"), ["plan_attainment"], ["region"])
        assert whole["value"].tolist() == [0]
        assert parts["value"].droplevel("measure").to_dict() == {"east": 0, "west": 0}
        assert parts["denominator"].tolist() == [550, 100]

    def test_a_measure_that_cannot_be_split_so_has_no_parts(self, whole_firm):
        assert engine.measure(
            whole_firm, "all", parse("2026-02"), ["marketing_spend"], ["category"]
        ).empty
