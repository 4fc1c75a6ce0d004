"""What is usual for a product, and what is far from it."""

import math
from decimal import Decimal

import pytest

from analysis.model.cleaning import product_norms


def lines(desk, count, **changes):
    """Lines of an anonymous shop: P1 at 10 a piece, one to three at a time."""
    return [
        desk.line(order_id=f"N{n}", customer_id=None, quantity=str(1 + n % 3),
                  revenue=str(10 * (1 + n % 3)), **changes)
        for n in range(count)
    ]  # fmt: skip


def norms(desk, rows, **changes):
    staged = desk.staged("order_lines", rows)
    found = product_norms(desk.engine, staged, desk.context(**changes)).execute()
    return found.set_index(found["product_id"].fillna("all"))


class TestNorms:
    def test_medians_of_the_logarithms(self, desk):
        found = norms(desk, lines(desk, 21))
        assert found.loc["P1", "n"] == 21
        assert found.loc["P1", "price_median"] == round(math.log(10), 3)
        assert found.loc["P1", "price_mad"] == 0
        assert found.loc["P1", "quantity_median"] == round(math.log(2), 3)
        # Seven each of 1, 2 and 3: distances of log 2, 0 and log 1.5, the middle one is log 1.5.
        assert found.loc["P1", "quantity_mad"] == round(math.log(1.5), 3)

    def test_a_product_with_few_lines_has_none_but_counts_for_all(self, desk):
        found = norms(desk, lines(desk, 19) + lines(desk, 19, product_id="P2"))
        assert found.index.tolist() == ["all"]
        assert found.loc["all", "n"] == 38

    def test_packs_and_currencies_are_converted_first(self, desk):
        desk.firm["rates"] = {"JPY": 0.005}
        rows = lines(desk, 20) + lines(desk, 30, currency="JPY", unit="dozen")
        found = norms(desk, rows)
        assert found.loc["P1", "price_median"] == round(math.log(10 * 0.005 / 12), 3)

    def test_no_lines_no_norms(self, desk):
        assert len(norms(desk, [])) == 0


class TestOutlier:
    @pytest.mark.parametrize(
        ("quantity", "revenue", "reason"),
        [
            ("2", "2000", "price 1000, usual is 10"),
            ("2", "0.2", "price 0.1, usual is 10"),
            ("500", "5000", "quantity 500, usual is 2"),
        ],
    )
    def test_a_price_or_quantity_far_from_usual_is_flagged(self, desk, quantity, revenue, reason):
        far = desk.line(order_id="FAR", quantity=quantity, revenue=revenue, source_row=99)
        done = desk.clean("order_lines", [*lines(desk, 30), far])
        assert list(done.flagged) == [99]
        rule, said = done.flagged[99]
        assert rule == "outlier"
        assert said.startswith(reason)
        assert said.endswith("robust standard deviations away")
        assert [row["source_row"] for row in done.kept if row["is_outlier"]] == [99]

    def test_half_price_and_a_dozen_are_business(self, desk):
        rows = [
            desk.line(order_id="HALF", quantity="1", revenue="5"),
            desk.line(order_id="DOZEN", quantity="12", revenue="120"),
        ]
        assert desk.clean("order_lines", lines(desk, 30) + rows).flags == []

    def test_how_far_is_a_setting(self, desk):
        row = desk.line(order_id="HALF", quantity="1", revenue="5", source_row=99)
        done = desk.clean("order_lines", [*lines(desk, 30), row], outlier_distance=4)
        assert list(done.flagged) == [99]

    def test_it_is_rejected_where_the_settings_say_so(self, desk):
        row = desk.line(order_id="FAR", revenue="4000", source_row=99)
        done = desk.clean("order_lines", [*lines(desk, 30), row], outliers="reject")
        assert list(done.rejected) == [99]

    def test_a_new_product_is_held_to_all_products_quantities_and_no_price(self, desk):
        rows = [
            desk.line(order_id="DEAR", product_id="P9", revenue="90000", source_row=98),
            desk.line(order_id="MANY", product_id="P9", quantity="5000", source_row=99),
        ]
        assert list(desk.clean("order_lines", lines(desk, 30) + rows).flagged) == [99]

    def test_a_new_product_is_held_to_its_list_price(self, desk):
        desk.knows("products", {"product_id": "P9", "list_price": Decimal("10.00")})
        rows = [
            desk.line(order_id="HALF", product_id="P9", quantity="1", revenue="5.00"),
            desk.line(order_id="CENT", product_id="P9", quantity="1", revenue="0.10",
                      source_row=99),
        ]  # fmt: skip
        done = desk.clean("order_lines", rows)
        assert list(done.flagged) == [99]
        assert done.flagged[99][1].startswith("price 0.1, usual is 10")

    def test_what_is_much_for_a_consumer_is_little_for_a_business(self, desk):
        desk.knows("customers", {"customer_id": "B", "kind": "b2b"},
                   {"customer_id": "C", "kind": "b2c"})  # fmt: skip
        rows = [
            {**row, "customer_id": kind, "quantity": str(size), "revenue": str(10 * size)}
            for kind, sizes in (("B", (50, 90, 300)), ("C", (1, 2, 2)))
            for row, size in zip(lines(desk, 60), sizes * 20, strict=True)
        ]
        for place, row in enumerate(rows):
            row["order_id"] = f"N{place * 10}"
        hundred = [
            desk.line(order_id=f"X{kind}", customer_id=kind, quantity="200", revenue="2000",
                      source_row=place)
            for kind, place in (("B", 998), ("C", 999))
        ]  # fmt: skip
        done = desk.clean("order_lines", rows + hundred)
        assert list(done.flagged) == [999]
        assert "quantity 200, usual of such customers is 2" in done.flagged[999][1]

    def test_where_too_little_is_known_nothing_is_far(self, desk):
        row = desk.line(order_id="FAR", revenue="4000000", quantity="70000")
        done = desk.clean("order_lines", [*lines(desk, 5), row])
        assert done.flags == []
        assert not any(row["is_outlier"] for row in done.kept)

    def test_what_is_given_as_usual_goes_before_the_rows_at_hand(self, desk):
        desk.knows(
            "product_norms",
            {"product_id": "P1", "n": 900, "price_median": math.log(1000), "price_mad": 0.1,
             "quantity_median": 0.7, "quantity_mad": 0.4},
        )  # fmt: skip
        assert len(desk.clean("order_lines", lines(desk, 30)).flags) == 30
