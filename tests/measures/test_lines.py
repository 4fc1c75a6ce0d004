"""The lines a measure is taken over: those in scope, each once, with what is known of them."""

import pytest

from analysis.measures.lines import in_scope
from analysis.periods import parse


def lines(data, region="all", period="2024-2026"):
    return in_scope(data, region, parse(period)).order_by("order_id", "line_no").execute()


def test_the_scope_is_a_region_and_whole_months(tiny):
    assert lines(tiny, "east", "2026-02")["order_id"].tolist() == ["O8", "O9"]
    assert lines(tiny, "west", "2025-12")["order_id"].tolist() == ["O6"]
    assert len(lines(tiny)) == 12


def test_a_line_knows_its_products_category(tiny):
    table = lines(tiny, period="2024-01").set_index("product_id")
    assert table["category"].to_dict() == {"P1": "Lighting", "P3": "Seating"}


def test_a_line_whose_product_is_unknown_stays_without_a_category(delivery):
    delivery.change("O2,1,2024-03-02,C2,P1", "O2,1,2024-03-02,C2,P9")
    table = lines(delivery.open()).set_index(["order_id", "line_no"])
    assert len(table) == 12
    assert table["category"].isna().sum() == 1
    assert table.loc[("O2", "1"), "revenue"] == 50


def test_a_line_knows_what_share_of_it_came_back(tiny):
    share = lines(tiny).set_index(["order_id", "line_no"])["returned_share"]
    assert share[share > 0].to_dict() == {("O8", "1"): pytest.approx(1 / 3)}


def test_a_line_is_new_if_the_customers_first_order_is_in_the_period(tiny):
    table = lines(tiny, period="2025").set_index("order_id")
    assert table["is_new"].to_dict() == {"O3": False, "O4": False, "O5": True, "O6": True}


@pytest.mark.parametrize(
    ("table", "column"), [("products", "category"), ("returns", "returned_share")]
)
def test_what_needs_a_table_that_is_not_there_is_missing(delivery, table, column):
    del delivery.mapping["tables"][table]
    found = lines(delivery.open())
    assert len(found) == 12
    assert found[column].isna().all()


def test_no_line_is_doubled_or_lost_by_what_is_joined_to_it(demo_data):
    everything = parse("2023-2026")
    assert (
        in_scope(demo_data, "all", everything).count().execute()
        == demo_data.order_lines.count().execute()
    )
