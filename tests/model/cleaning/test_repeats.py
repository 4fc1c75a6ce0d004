"""One key on several rows."""

import pytest


class TestOrderLines:
    def test_of_lines_that_say_the_same_the_first_stays(self, desk):
        done = desk.clean("order_lines", [desk.line(), desk.line(), desk.line(line_no="2")])
        assert done.merged == {3: ("exact_duplicate", "O1/1")}
        assert done.quarantine[0]["reason"] == "O1/1 is there twice, word for word"
        assert done.stay == [2, 4]

    def test_of_lines_that_differ_the_latest_files_stays(self, desk):
        rows = [
            desk.line(revenue="18.00", file="june.csv", file_order=2),
            desk.line(revenue="20.00", file="may.csv", file_order=1),
        ]
        done = desk.clean("order_lines", rows)
        assert done.merged == {3: ("superseded", "O1/1")}
        assert done.stay == [2]

    def test_in_one_file_the_last_stays(self, desk):
        done = desk.clean("order_lines", [desk.line(revenue="18.00"), desk.line()])
        assert done.merged == {2: ("superseded", "O1/1")}

    def test_a_good_line_does_not_give_way_to_one_that_is_rejected(self, desk):
        for wrong in ({"revenue": "-1"}, {"ordered_at": None}, {"region": None}):
            rows = [desk.line(), desk.line(file="b.csv", file_order=2, **wrong)]
            done = desk.clean("order_lines", rows)
            assert done.merged == {}
            assert done.stay == [2]

    def test_of_three_deliveries_the_next_best_stays_where_the_last_is_rejected(self, desk):
        rows = [desk.line(), desk.line(), desk.line(file="b.csv", file_order=2, region=None)]
        done = desk.clean("order_lines", rows)
        assert done.merged == {3: ("exact_duplicate", "O1/1")}
        assert done.stay == [2]

    def test_also_where_the_first_two_differ(self, desk):
        rows = [
            desk.line(revenue="18.00"),
            desk.line(file="b.csv", file_order=2),
            desk.line(file="c.csv", file_order=3, region=None),
        ]
        done = desk.clean("order_lines", rows)
        assert done.merged == {2: ("superseded", "O1/1")}
        assert done.stay == [3]

    def test_all_are_kept_and_flagged_where_the_settings_say_so(self, desk):
        done = desk.clean("order_lines", [desk.line(), desk.line()], exact_duplicates="flag")
        assert done.stay == [2, 3]
        assert done.flagged == {3: ("exact_duplicate", "O1/1 is there twice, word for word")}

    def test_lines_of_a_file_delivered_again_are_taken_once(self, desk):
        month = [desk.line(order_id=f"O{n}0") for n in range(3)]
        again = [{**row, "file": "again.csv", "file_order": 2} for row in month]
        done = desk.clean("order_lines", month + again)
        assert {rule for rule, _ in done.merged.values()} == {"exact_duplicate"}
        assert done.stay == [2, 3, 4]

    def test_an_order_without_line_numbers_is_replaced_whole(self, desk):
        desk.maps("erp", "order_lines", columns={"order_id": "Order"})
        rows = [
            desk.line(line_no="2"),
            desk.line(line_no="3", product_id="P2"),
            desk.line(line_no="7", file="b.csv", file_order=2),
        ]
        assert desk.across(rows) == {2: ("superseded", "O1/7"), 3: ("superseded", "O1/7")}

    def test_also_where_its_lines_are_on_the_same_rows_of_both_files(self, desk):
        """A line without a number is numbered by its row: the two must not both give way."""
        desk.maps("erp", "order_lines", columns={"order_id": "Order"})
        rows = [desk.line(line_no="2"), desk.line(line_no="2", file="b.csv", file_order=2)]
        assert desk.across(rows) == {2: ("superseded", "O1/2")}

    def test_a_line_that_the_later_file_spoils_stays_as_it_was(self, desk):
        """The second file has P1 and a P2 of no region: P2 stays as the file before had it."""
        desk.maps("erp", "order_lines", columns={"order_id": "Order"})
        old = [desk.line(line_no="2"), desk.line(line_no="3", product_id="P2")]
        new = [{**row, "file": f"{n}.csv", "file_order": n} for n in (2, 3) for row in old]
        new[3] |= {"region": None}
        assert sorted(desk.across(old + new)) == [2, 3, 4]


class TestOtherTables:
    def test_a_record_said_twice_and_a_record_said_anew(self, desk):
        rows = [
            {"product_id": "P1", "name": "Lamp"},
            {"product_id": "P1", "name": "Lamp"},
            {"product_id": "P2", "name": "Chair"},
            {"product_id": "P2", "name": "Armchair", "file": "b.csv", "file_order": 2},
        ]
        done = desk.clean("products", rows)
        assert done.merged == {3: ("exact_duplicate", "P1"), 4: ("superseded", "P2")}
        assert done.stay == [2, 5]

    def test_a_product_of_two_systems_stays_as_the_better_system_has_it(self, desk):
        rows = [
            {"product_id": "P1", "name": "Lamp", "category": "Light", "source": "shop"},
            {"product_id": "P1", "name": "Desk lamp", "list_price": "9"},
        ]
        done = desk.clean("products", rows)
        assert done.merged == {2: ("cross_system_duplicate", "P1")}
        (conflict,) = done.conflicts
        assert conflict == {
            "table": "products", "record_key": "P1", "column": "name",
            "winner_source": "erp", "winner_value": "Desk lamp",
            "loser_source": "shop", "loser_value": "Lamp", "rule": "erp goes before shop",
        }  # fmt: skip

    def test_what_the_better_system_lacks_it_has_from_the_next(self, desk):
        desk.mapped["till"] = {}
        rows = [
            {"product_id": "P1", "name": "Desk lamp"},
            {"product_id": "P1", "category": "Lights", "source": "till"},
            {"product_id": "P1", "name": "Lamp", "list_price": "9", "source": "shop"},
            {"product_id": "P1", "category": "Light", "list_price": "8", "source": "shop",
             "file": "b.json", "file_order": 2},
        ]  # fmt: skip
        done = desk.clean("products", rows)
        (kept,) = done.kept
        assert (kept["name"], kept["category"], kept["list_price"]) == ("Desk lamp", "Light", 8)
        assert done.repaired == [
            (2, "cross_system_duplicate", "category", None, "Light"),
            (2, "cross_system_duplicate", "list_price", None, "8.0000"),
        ]

    def test_gaps_stay_where_nothing_is_to_be_filled(self, desk):
        rows = [{"product_id": "P1"}, {"product_id": "P1", "name": "Lamp", "source": "shop"}]
        done = desk.clean("products", rows, fill_missing=False)
        assert done.kept[0]["name"] is None
        assert done.repairs == []

    def test_customers_are_one_each_whatever_the_setting(self, desk):
        """A customer is linked by the number: two rows of one would be two of every sale."""
        rows = [{"customer_id": "1", "name": "a"}, {"customer_id": "1", "name": "a"}]
        done = desk.clean("customers", rows, exact_duplicates="flag")
        assert done.merged == {3: ("exact_duplicate", "1")}
        assert done.flags == []

    def test_two_systems_number_their_customers_each_for_itself(self, desk):
        rows = [{"customer_id": "1"}, {"customer_id": "1", "source": "shop"}]
        assert desk.clean("customers", rows).quarantine == []

    def test_a_key_with_an_empty_part_is_a_key(self, desk):
        """A return without a line is of the whole order."""
        row = {"order_id": "O1", "returned_at": "2024-05-07"}
        done = desk.clean("returns", [row, row, {**row, "line_no": "1"}])
        assert done.merged == {3: ("exact_duplicate", "O1")}

    def test_no_key_at_all_is_no_repeated_key(self, desk):
        row = {"order_id": "O1", "amount": "1"}
        assert desk.clean("payments", [row, row]).quarantine == []

    def test_a_file_that_repeats_its_records_by_design_is_at_no_fault(self, desk):
        desk.maps("erp", "customers", keep="first")
        rows = [{"customer_id": c, "name": n} for c, n in ("1a", "1a", "2b", "1c")]
        done = desk.clean("customers", rows)
        assert done.stay == [2, 4]
        assert done.quarantine == []
        assert [(row["source"], row["rows"]) for row in done.repeated] == [("erp", 2)]
        assert done.accounts[0]["rows_merged"] == 2

    def test_of_two_such_files_the_first_row_of_the_later_stays(self, desk):
        desk.maps("erp", "customers", keep="first")
        rows = [
            {"customer_id": "1", "name": "a"},
            {"customer_id": "1", "name": "b", "file": "b.csv", "file_order": 2},
            {"customer_id": "1", "name": "a", "file": "b.csv", "file_order": 2},
        ]
        assert [row["name"] for row in desk.clean("customers", rows).kept] == ["b"]


class TestAnywhere:
    """`duplicates_across` sees all months at once."""

    def test_a_line_moved_to_another_month_is_superseded(self, desk):
        rows = [
            desk.line(ordered_at="2024-04-30"),
            desk.line(ordered_at="2024-05-02", file="b.csv", file_order=2),
        ]
        assert desk.across(rows) == {2: ("superseded", "O1/1")}

    @pytest.mark.parametrize(
        ("wrong", "why"),
        [("region", "no such word"), ("quantity", "not a number"), ("revenue", "not a number")],
    )
    def test_no_line_gives_way_to_one_that_another_month_rejects(self, desk, wrong, why):
        rows = [
            desk.line(ordered_at="2023-12-31"),
            desk.line(ordered_at="2024-01-02", file="b.csv", file_order=2, **{wrong: None}),
        ]
        unread = [{"file": "b.csv", "source_row": 3, "column": wrong, "value": "QQ", "why": why}]
        assert desk.across(rows, unread) == {}
        assert desk.stay_of_months(rows, unread) == [2]

    def test_nor_to_one_whose_other_values_cannot_be_read_where_those_reject(self, desk):
        rows = [
            desk.line(ordered_at="2023-12-31"),
            desk.line(ordered_at="2024-01-02", file="b.csv", file_order=2, cost=None),
        ]
        unread = [{"file": "b.csv", "source_row": 3, "column": "cost", "value": "?",
                   "why": "not a number"}]  # fmt: skip
        assert desk.stay_of_months(rows, unread) == [3]
        assert desk.stay_of_months(rows, unread, unreadable="reject") == [2]

    def test_nor_to_one_of_an_unknown_customer_where_that_rejects(self, desk):
        desk.knows("customers", {"customer_id": "C1"})
        rows = [
            desk.line(ordered_at="2023-12-31"),
            desk.line(ordered_at="2024-01-02", file="b.csv", file_order=2, customer_id="C9"),
        ]
        assert desk.stay_of_months(rows) == [3]
        assert desk.stay_of_months(rows, unknown_keys="reject") == [2]

    def test_a_line_that_is_filled_is_not_rejected(self, desk):
        """The region is the customer's: the later line is good, and the earlier gives way."""
        desk.knows("customers", {"customer_id": "C1", "region": "east"})
        rows = [
            desk.line(ordered_at="2023-12-31"),
            desk.line(ordered_at="2024-01-02", file="b.csv", file_order=2, region=None),
        ]
        assert desk.stay_of_months(rows) == [3]

    def test_of_three_months_the_next_best_stays(self, desk):
        rows = [
            desk.line(ordered_at="2023-11-30"),
            desk.line(ordered_at="2023-12-31", file="b.csv", file_order=2),
            desk.line(ordered_at="2024-01-02", file="c.csv", file_order=3, region=None),
        ]
        assert desk.stay_of_months(rows) == [3]

    def test_an_order_of_two_systems_stays_where_the_better_ones_is_rejected(self, desk):
        rows = [
            desk.line(order_id="erp:7", ordered_at="2024-01-02", region=None),
            desk.line(order_id="shop:9", ordered_at="2023-12-31", source="shop", reference="7"),
        ]
        assert desk.stay_of_months(rows) == [3]

    def test_also_the_one_line_that_is_rejected(self, desk):
        """The ERP spoils P2, which the shop and the till have too: the shop's stays."""
        desk.mapped["till"] = {}
        rows = [
            row | {"order_id": order, "source": order[:-2], "reference": named}
            for order, named in (("erp:7", None), ("shop:9", "erp:7"), ("till:5", "erp:7"))
            for row in (desk.line(), desk.line(line_no="2", product_id="P2"))
        ]
        rows[1] |= {"region": None}
        rows[3] |= {"ordered_at": "2024-04-30"}
        assert desk.stay_of_months(rows) == [2, 5]

    @pytest.mark.parametrize("reference", ["erp:7", "7"])
    def test_an_order_that_names_its_number_elsewhere_is_that_order(self, desk, reference):
        rows = [
            desk.line(order_id="erp:7", line_no="1"),
            desk.line(order_id="erp:7", line_no="2", product_id="P2"),
            desk.line(order_id="shop:99", line_no="a", product_id="P2", source="shop",
                      reference=reference, ordered_at="2024-05-08"),
        ]  # fmt: skip
        assert desk.across(rows) == {4: ("cross_system_duplicate", "erp:7/2")}

    def test_whichever_of_the_two_names_the_other(self, desk):
        rows = [
            desk.line(order_id="erp:7", reference="99"),
            desk.line(order_id="shop:99", source="shop"),
        ]
        assert desk.across(rows) == {3: ("cross_system_duplicate", "erp:7/1")}

    def test_a_number_two_systems_use_means_the_order_of_those_days(self, desk):
        desk.mapped["till"] = {}
        rows = [
            desk.line(order_id="erp:7", reference="99"),
            desk.line(order_id="shop:99", source="shop", ordered_at="2024-05-07"),
            desk.line(order_id="till:99", source="till", ordered_at="2024-05-27"),
        ]
        assert desk.across(rows) == {3: ("cross_system_duplicate", "erp:7/1")}

    def test_a_number_of_last_year_is_another_order(self, desk):
        rows = [
            desk.line(order_id="erp:7", ordered_at="2023-05-06"),
            desk.line(order_id="shop:99", source="shop", reference="7"),
        ]
        assert desk.across(rows) == {}

    def test_one_number_in_two_systems_is_one_order(self, desk):
        rows = [
            desk.line(order_id="erp:7", line_no="1"),
            desk.line(order_id="erp:7", line_no="A", source="shop"),
        ]
        assert desk.across(rows) == {3: ("cross_system_duplicate", "erp:7/1")}

    def test_of_three_systems_the_best_has_the_order(self, desk):
        desk.mapped["till"] = {}
        rows = [
            desk.line(order_id="erp:1"),
            desk.line(order_id="shop:2", source="shop", reference="erp:1"),
            desk.line(order_id="till:3", source="till", reference="shop:2"),
        ]
        assert desk.across(rows) == {
            3: ("cross_system_duplicate", "erp:1/1"),
            4: ("cross_system_duplicate", "erp:1/1"),
        }

    def test_keys_are_compared_in_parts_where_there_are_many(self, desk, monkeypatch):
        from analysis.model.cleaning import again

        monkeypatch.setattr(again, "AT_ONCE", 3)
        rows = [desk.line(order_id=f"O{n % 10}") for n in range(20)]
        found = desk.across(rows)
        assert sorted(found) == list(range(12, 22))
