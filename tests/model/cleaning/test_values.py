"""Rules on single values: what is read, meant, possible, filled and missing."""

from decimal import Decimal

import pytest


def one(done, column):
    return [row[column] for row in done.kept]


class TestUnreadable:
    def test_a_required_value_that_cannot_be_read_rejects_the_row_and_is_named(self, desk):
        done = desk.clean(
            "order_lines",
            [desk.line(revenue=None), desk.line(order_id="O20")],
            [{"source_row": 2, "column": "revenue", "value": "n.a.", "why": "not a number"}],
        )
        assert done.rejected == {2: ("unreadable", "revenue 'n.a.' is not a number")}
        assert done.quarantine[0]["revenue"] is None
        assert '"revenue":"n.a."' in done.quarantine[0]["record"]

    def test_any_other_is_emptied_and_what_stood_there_is_kept(self, desk):
        unread = [{"source_row": 2, "column": "cost", "value": "abc", "why": "not a number"}]
        done = desk.clean("order_lines", [desk.line(cost=None)], unread)
        assert done.repaired == [(2, "unreadable", "cost", "abc", None)]
        assert one(done, "cost") == [None]

    def test_or_rejects_the_row_where_the_settings_say_so(self, desk):
        unread = [{"source_row": 2, "column": "cost", "value": "abc", "why": "not a number"}]
        done = desk.clean("order_lines", [desk.line(cost=None)], unread, unreadable="reject")
        assert done.rejected == {2: ("unreadable", "cost 'abc' is not a number")}

    def test_two_values_of_a_row_are_two_repairs(self, desk):
        unread = [
            {"source_row": 2, "column": "cost", "value": "abc", "why": "not a number"},
            {"source_row": 2, "column": "discount", "value": "x", "why": "not a number"},
        ]
        done = desk.clean("order_lines", [desk.line(cost=None)], unread)
        assert [row[2] for row in done.repaired] == ["cost", "discount"]


class TestWords:
    UNKNOWN = ({"source_row": 2, "column": "region", "value": "Ost", "why": "no such word"},)

    def test_a_word_the_mapping_does_not_know_is_left_over_and_may_be_filled(self, desk):
        desk.knows("customers", {"customer_id": "C1", "region": "north"})
        done = desk.clean("order_lines", [desk.line(region=None)], list(self.UNKNOWN))
        assert done.left == {("region", "Ost"): 1}
        assert done.repaired == [
            (2, "fill_region", "region", None, "north"),
            (2, "unmapped", "region", "Ost", None),
        ]

    def test_what_cannot_be_filled_is_rejected_with_the_word(self, desk):
        done = desk.clean("order_lines", [desk.line(region=None)], list(self.UNKNOWN))
        assert done.rejected == {2: ("unmapped", "region 'Ost' is a word no list knows")}
        assert done.left == {("region", "Ost"): 1}
        assert done.repairs == []

    def test_standard_classes_do_not_mind_case_width_and_spaces(self, desk):
        desk.firm["classes"] = {"order_lines.channel": {"shop": ["STORE"], "web": ["online shop"]}}
        words = ["shop", "store ", "ＳＴＯＲＥ", "Online  Shop", "WEB"]
        rows = [desk.line(order_id=f"O{n}0", channel=word) for n, word in enumerate(words)]
        done = desk.clean("order_lines", rows)
        assert one(done, "channel") == ["shop", "shop", "shop", "web", "web"]
        assert done.repaired[0] == (3, "standard_class", "channel", "store ", "shop")
        assert len(done.repaired) == 4
        assert done.leftovers == []

    def test_a_word_no_class_knows_is_listed_and_kept(self, desk):
        desk.firm["classes"] = {"customers.industry": {"retail": ["shops"]}}
        done = desk.clean("customers", [{"customer_id": "C1", "industry": "Falconry"}])
        assert done.left == {("industry", "Falconry"): 1}
        assert one(done, "industry") == ["Falconry"]
        assert done.leftovers[0]["revenue"] is None

    def test_a_word_the_schema_does_not_allow_is_listed_and_emptied(self, desk):
        rows = [{"customer_id": "C1", "kind": "robot"}, {"customer_id": "C2", "kind": "B2B"}]
        done = desk.clean("customers", rows)
        assert one(done, "kind") == [None, "b2b"]
        assert done.repaired == [
            (2, "unmapped", "kind", "robot", None),
            (3, "standard_class", "kind", "B2B", "b2b"),
        ]

    def test_where_it_is_required_the_row_is_rejected(self, desk):
        rows = [{"interaction_id": "1", "at": "2024-05-06", "kind": "seance"}]
        done = desk.clean("interactions", rows)
        ((rule, reason),) = done.rejected.values()
        assert rule == "unmapped"
        assert reason.startswith("kind 'seance' is none of visit, call, mail")


class TestCurrency:
    def test_amounts_become_the_firms_at_the_months_rate(self, desk):
        desk.firm["rates"] = {"EUR": {"2024-05": 0.85, "2024-06": 0.80}, "USD": 0.75}
        rows = [
            desk.line(currency="EUR"),
            desk.line(order_id="O20", currency="eur ", ordered_at="2024-06-01"),
            desk.line(order_id="O30", currency="USD", discount="4"),
            desk.line(order_id="O40", currency="GBP"),
            desk.line(order_id="O50", currency="£"),
            desk.line(order_id="O60"),
        ]
        done = desk.clean("order_lines", rows)
        assert one(done, "revenue") == [17, 16, 15, 20, 20, 20]
        assert one(done, "cost") == [Decimal("10.2"), Decimal("9.6"), 9, 12, 12, 12]
        assert done.kept[2]["discount"] == 3
        assert done.repaired == [
            (2, "currency", "revenue", "20", "17"),
            (3, "currency", "revenue", "20", "16"),
            (4, "currency", "revenue", "20", "15"),
        ]

    def test_without_a_rate_the_row_is_rejected_and_has_no_revenue(self, desk):
        desk.firm["rates"] = {"EUR": {"2024-04": 0.85}}
        rows = [desk.line(currency="EUR"), desk.line(order_id="O20", currency="Taler")]
        done = desk.clean("order_lines", rows)
        assert done.rejected == {
            2: ("currency", "there is no rate for EUR in 2024-05"),
            3: ("currency", "there is no rate for TALER in 2024-05"),
        }
        assert done.accounts[0]["revenue_read"] == 0

    def test_a_file_may_be_in_another_currency(self, desk):
        desk.firm["rates"] = {"EUR": {"2024-04": 0.9, "2024-05": 0.85}}
        desk.maps("shop", "products", currency="EUR")
        rows = [
            {"product_id": "P1", "list_price": "100", "unit_cost": "10"},
            {"product_id": "P2", "list_price": "100", "source": "shop"},
        ]
        done = desk.clean("products", rows)
        assert one(done, "list_price") == [100, 85]
        assert done.repaired == [(3, "currency", "list_price", "100", "85")]


class TestUnit:
    def test_packs_become_units_and_the_price_that_of_one(self, desk):
        row = desk.line(quantity="2", unit="Dozen", unit_price="12.00", revenue="24.00")
        done = desk.clean("order_lines", [row, desk.line(order_id="O20", unit="each")])
        assert one(done, "quantity") == [24, 2]
        assert done.kept[0]["unit_price"] == 1
        assert done.repaired == [(2, "unit", "quantity", "2", "24")]

    def test_an_unknown_pack_is_kept_flagged_and_listed(self, desk):
        done = desk.clean("order_lines", [desk.line(unit="crate")])
        assert one(done, "quantity") == [2]
        assert done.flagged == {2: ("unit", "how many units are in one 'crate' is not known")}
        assert done.left == {("unit", "crate"): 1}


class TestImpossible:
    @pytest.mark.parametrize(
        ("column", "value", "reason"),
        [
            ("revenue", "-5", "revenue -5 is below 0"),
            ("quantity", "0", "quantity 0 is not above 0"),
            ("quantity", "-2", "quantity -2 is not above 0"),
            ("unit_price", "-0.5", "unit_price -0.5 is below 0"),
            ("ordered_at", "1900-01-01", "ordered_at 1900-01-01 00:00:00 is before 1990"),
            ("ordered_at", "2206-03-01",
             "ordered_at 2206-03-01 00:00:00 is after the file was written"),
        ],
    )  # fmt: skip
    def test_a_row_that_says_what_cannot_have_happened_is_rejected(
        self, desk, column, value, reason
    ):
        done = desk.clean("order_lines", [desk.line(**{column: value}), desk.line(order_id="O20")])
        assert done.rejected == {2: ("impossible", reason)}

    def test_a_row_of_no_month_has_none(self, desk):
        done = desk.clean("order_lines", [desk.line(ordered_at="2206-03-01")])
        assert done.quarantine[0]["month"] is None
        assert done.accounts[0]["month"] is None

    def test_or_flagged_where_the_settings_say_so(self, desk):
        done = desk.clean("order_lines", [desk.line(revenue="-5")], impossible="flag")
        assert done.flagged == {2: ("impossible", "revenue -5 is below 0")}
        assert done.stay == [2]

    def test_save_for_the_day_a_row_is_dated_by(self, desk):
        done = desk.clean("order_lines", [desk.line(ordered_at="1900-01-01")], impossible="flag")
        assert list(done.rejected) == [2]

    def test_nothing_is_older_than_the_firm_but_the_world(self, desk):
        from datetime import date

        desk.firm["founded"] = date(2024, 2, 1)
        early = desk.clean("order_lines", [desk.line(ordered_at="2024-01-31")])
        ((_, reason),) = early.rejected.values()
        assert reason == "ordered_at 2024-01-31 00:00:00 is before the firm was founded"
        world = desk.clean("products", [{"product_id": "P1", "launched_at": "2001-01-01"}])
        assert world.stay == [2]

    def test_each_file_has_its_own_last_moment_with_a_day_of_grace(self, desk):
        from datetime import datetime

        desk.delivered = {
            ("erp", "a.csv"): datetime(2024, 5, 5, 12),
            ("erp", "b.csv"): datetime(2024, 5, 31),
        }
        rows = [
            desk.line(ordered_at="2024-05-06 11:00"),
            desk.line(order_id="O20", ordered_at="2024-05-06 13:00"),
            desk.line(order_id="O30", ordered_at="2024-05-06 13:00", file="b.csv"),
        ]
        done = desk.clean("order_lines", rows)
        assert list(done.rejected) == [3]

    def test_what_is_due_or_planned_may_lie_ahead(self, desk):
        row = {"payment_id": "1", "order_id": "O1", "due_at": "2025-02-01", "amount": "1"}
        done = desk.clean("payments", [row, {**row, "payment_id": "2", "paid_at": "2025-02-01"}])
        assert done.stay == [2]
        assert list(done.rejected) == [3]

    def test_a_record_others_refer_to_stays_without_the_value(self, desk):
        done = desk.clean("customers", [{"customer_id": "C1", "birth_year": 1850}])
        assert done.repaired == [(2, "impossible", "birth_year", "1850", None)]
        assert one(done, "birth_year") == [None]


class TestFilling:
    def test_region_cost_and_channel_come_from_customer_product_and_system(self, desk):
        desk.knows("customers", {"customer_id": "C1", "region": "north"})
        desk.knows("products", {"product_id": "P1", "unit_cost": Decimal("2.50")})
        rows = [
            desk.line(region=None, cost=None, channel=None),
            desk.line(order_id="O20"),
        ]
        done = desk.clean("order_lines", rows)
        assert one(done, "region") == ["north", "east"]
        assert one(done, "cost") == [5, 12]
        assert one(done, "channel") == ["web", "web"]
        assert done.repaired == [
            (2, "fill_channel", "channel", None, "web"),
            (2, "fill_cost", "cost", None, "5"),
            (2, "fill_region", "region", None, "north"),
        ]

    def test_a_system_with_two_channels_says_neither(self, desk):
        rows = [
            desk.line(channel=None),
            desk.line(order_id="O20"),
            desk.line(order_id="O30", channel="shop"),
        ]
        assert one(desk.clean("order_lines", rows), "channel") == [None, "web", "shop"]

    def test_the_channels_of_all_months_count_where_they_are_given(self, desk):
        desk.knows(
            "system_channels",
            {"source": "erp", "channel": "web"}, {"source": "erp", "channel": "shop"},
        )  # fmt: skip
        done = desk.clean("order_lines", [desk.line(channel=None), desk.line(order_id="O20")])
        assert one(done, "channel") == [None, "web"]

    def test_nothing_is_filled_where_the_settings_say_so(self, desk):
        desk.knows("customers", {"customer_id": "C1", "region": "north"})
        done = desk.clean("order_lines", [desk.line(region=None)], fill_missing=False)
        assert done.rejected == {2: ("missing", "region is empty")}

    def test_cost_is_of_units_when_the_system_counts_in_packs(self, desk):
        desk.knows("products", {"product_id": "P1", "unit_cost": Decimal("2.50")})
        done = desk.clean("order_lines", [desk.line(unit="dozen", quantity="1", cost=None)])
        assert one(done, "cost") == [30]


class TestMissing:
    @pytest.mark.parametrize("column", ["ordered_at", "region", "quantity", "revenue"])
    def test_a_row_without_what_it_must_have_is_rejected(self, desk, column):
        done = desk.clean("order_lines", [desk.line(**{column: None})])
        assert done.rejected == {2: ("missing", f"{column} is empty")}

    def test_a_sale_without_a_name_is_a_sale(self, desk):
        assert desk.clean("order_lines", [desk.line(customer_id=None)]).stay == [2]

    def test_the_first_reason_is_told(self, desk):
        done = desk.clean("order_lines", [desk.line(region=None, revenue="-5")])
        assert done.rejected == {2: ("impossible", "revenue -5 is below 0")}


class TestUnknownKey:
    def test_lines_of_customers_and_products_nobody_knows_are_flagged_once(self, desk):
        desk.knows("customers", {"customer_id": "C1", "region": "north"})
        desk.knows("products", {"product_id": "P1"})
        rows = [desk.line(customer_id="C9", product_id="P9"), desk.line(order_id="O20")]
        done = desk.clean("order_lines", rows)
        told = "customer_id C9 is not in customers; product_id P9 is not in products"
        assert done.flagged == {2: ("unknown_key", told)}
        assert done.stay == [2, 3]

    def test_or_rejected_where_the_settings_say_so(self, desk):
        desk.knows("customers", {"customer_id": "C1", "region": "north"})
        done = desk.clean("order_lines", [desk.line(customer_id="C9")], unknown_keys="reject")
        assert done.rejected == {2: ("unknown_key", "customer_id C9 is not in customers")}

    def test_nothing_is_unknown_to_a_table_that_was_not_delivered(self, desk):
        assert desk.clean("order_lines", [desk.line(customer_id="C9")]).flags == []

    def test_an_order_comes_back_that_was_never_sold(self, desk):
        desk.knows("order_lines", {"order_id": "O1"}, {"order_id": "O1"})
        rows = [{"order_id": "O1", "line_no": "1"}, {"order_id": "O9", "line_no": "1"}]
        done = desk.clean("returns", rows)
        assert done.flagged == {3: ("unknown_key", "order_id O9 is not in order_lines")}

    def test_staff_are_led_by_staff(self, desk):
        rows = [
            {"salesperson_id": "S1", "manager_id": None},
            {"salesperson_id": "S2", "manager_id": "S1"},
            {"salesperson_id": "S3", "manager_id": "S9"},
        ]
        assert list(desk.clean("staff", rows).flagged) == [4]
