"""The catalogue: every measure is defined in full, and worked by hand on the tiny firm."""

import math

import pytest

from analysis.measures import engine
from analysis.measures.catalogue import DIMENSIONS, MEASURES
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
}
# West, January 2026: no order at all.
WEST_JANUARY = {name: (0, NONE if one.denominator is None else 0) for name, one in MEASURES.items()}


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
    assert name in by_hand, f"{name} is new: work it by hand here"
    numerator, denominator = by_hand[name]
    row = engine.measure(tiny, region, parse(period), [name]).loc[name]
    assert row["numerator"] == pytest.approx(numerator, abs=1e-9)
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
    table, _, column = measure.needs.partition(".")
    assert not column or column in TABLES[table].columns
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
