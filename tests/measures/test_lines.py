"""The lines a measure is taken over: those in scope, each once, with what is known of them."""

import pandas as pd
import pytest

from analysis.measures import engine
from analysis.measures.lines import in_scope
from analysis.model.dataset import open_snapshot
from analysis.periods import parse

from ..engines import write_snapshot


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


class TestSalesWithoutAName:
    """Till sales of 30.00 and 12.00 to nobody known, beside C1's orders of January and February."""

    @pytest.fixture(scope="class")
    @classmethod
    def firm(cls, tmp_path_factory):
        def sale(order, placed, customer, revenue):
            return {"order_id": order, "line_no": "1", "ordered_at": placed, "region": "east",
                    "customer_id": customer, "quantity": 1, "revenue": revenue}  # fmt: skip

        rows = [
            sale("O1", "2026-01-05", "C1", 50), sale("O2", "2026-02-03", "C1", 20),
            sale("O3", "2026-02-04", None, 30), sale("O4", "2026-02-05", None, 12),
        ]  # fmt: skip
        folder = tmp_path_factory.mktemp("till") / "snapshot"
        return open_snapshot(write_snapshot(folder, {"order_lines": rows}))

    def test_they_are_sales_and_no_customers(self, firm):
        names = ["revenue", "orders", "customers", "new_customers"]
        february = engine.measure(firm, "all", parse("2026-02"), names)["value"]
        assert february.tolist() == [62, 3, 1, 0]
        months = engine.measure(firm, "all", parse("2026-01..2026-02"), names, by=["month"])
        assert months["value"].unstack("measure")[names].to_numpy().tolist() == [
            [50, 1, 1, 1],
            [62, 3, 1, 0],
        ]

    def test_nobody_is_new_and_nobody_is_missing_an_answer(self, firm):
        lines = in_scope(firm, "all", parse("2026-02")).order_by("order_id").execute()
        assert lines["is_new"].tolist() == [False, False, False]
        first = in_scope(firm, "all", parse("2026-01")).execute()
        assert first["is_new"].tolist() == [True]

    def test_they_are_nobodys_activity(self, firm):
        table = engine.customer_activity(firm, "all", pd.Period("2026-02", "M"), 12)
        assert table.index.tolist() == ["C1"]
        assert table["revenue"].tolist() == [70]
        assert table["order_count"].tolist() == [2]
