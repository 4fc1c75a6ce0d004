"""The engine: parts and windows, on a firm worked by hand; what always holds, on the demo."""

import numpy as np
import pandas as pd
import pytest

from analysis.errors import ContractError
from analysis.measures import engine
from analysis.measures.catalogue import MEASURES
from analysis.measures.views import VIEWS
from analysis.periods import parse

MONTH = pd.Period


class TestMeasure:
    def test_parts_worked_by_hand(self, tiny):
        by_category = engine.measure(
            tiny, "all", parse("2026"), ["revenue", "average_order_value"], by=["category"]
        )
        assert by_category["value"].to_dict() == {
            ("Lighting", "revenue"): 480,  # 120 + 30 + 240 + 90
            ("Lighting", "average_order_value"): 160,  # of O7, O8 and O10
            ("Seating", "revenue"): 200,
            ("Seating", "average_order_value"): 200,
        }
        assert by_category.columns.tolist() == engine.PARTS

    def test_parts_of_parts(self, tiny):
        table = engine.measure(tiny, "all", parse("2025"), ["revenue"], by=["region", "channel"])
        assert table["value"].droplevel("measure").to_dict() == {
            ("east", "store"): 150,
            ("east", "web"): 180,
            ("west", "store"): 100,
            ("west", "web"): 60,
        }

    def test_a_value_is_its_numerator_over_its_denominator(self, demo_data):
        table = engine.measure(
            demo_data, "all", parse("2026-10"), list(MEASURES), by=["category", "channel"]
        )
        ratio = table["numerator"] / table["denominator"].replace(0, np.nan)
        amounts = [MEASURES[name].is_amount for name in table.index.get_level_values("measure")]
        expected = ratio.where(~np.array(amounts), table["numerator"])
        pd.testing.assert_series_equal(table["value"], expected, check_names=False)

    def test_a_line_that_belongs_nowhere_is_a_part_without_a_name(self, delivery):
        delivery.change("O10,1,2026-02-28,C2,P2,W,Web", "O10,1,2026-02-28,C2,P9,W,")
        firm = delivery.open()
        for dimension in ("channel", "category"):
            table = engine.measure(firm, "all", parse("2026-02"), ["revenue"], by=[dimension])
            assert table["value"].loc[("", "revenue")] == 90
            assert table["value"].sum() == 530

    def test_what_the_firm_does_not_have_is_missing_and_not_zero(self, delivery):
        del delivery.mapping["tables"]["returns"]
        del delivery.columns()["cost"]
        table = engine.measure(delivery.open(), "east", parse("2026-02"), list(MEASURES))
        unknown = ["gross_margin", "gross_margin_rate", "returned_orders", "returned_revenue"]
        assert table.loc[unknown].isna().all(axis=None)
        others = ["revenue", "orders", "customers", "discount_rate", "active_customers"]
        assert table["value"][others].notna().all()

    def test_a_dimension_the_firm_does_not_have_has_no_parts(self, delivery):
        del delivery.columns()["channel"]
        table = engine.measure(
            delivery.open(), "east", parse("2026-02"), ["revenue"], by=["channel"]
        )
        assert table.empty
        assert table.index.names == ["channel", "measure"]

    @pytest.mark.parametrize(
        ("names", "by", "said"),
        [
            (["revenu"], [], r"no measure is called 'revenu'; did you mean 'revenue'\?"),
            (["revenue"], ["regoin"], r"no dimension is called 'regoin'; did you mean 'region'\?"),
        ],
    )
    def test_an_unknown_name_is_told_the_nearest(self, tiny, names, by, said):
        with pytest.raises(ContractError, match=said):
            engine.measure(tiny, "all", parse("2026"), names, by)

    def test_the_order_of_the_files_rows_does_not_matter(self, tiny, delivery):
        heading, *rows = (delivery.files / "lines.csv").read_text(encoding="utf-8").splitlines()
        delivery.write(
            "lines.csv", "\n".join([heading, *sorted(rows, key=lambda row: row[::-1])]) + "\n"
        )
        for by in ([], ["region"], ["month", "category"]):
            tables = [
                engine.measure(firm, "all", parse("2024-2026"), list(MEASURES), by)
                for firm in (tiny, delivery.open())
            ]
            pd.testing.assert_frame_equal(*tables, rtol=1e-12)


ADDING_UP = [
    (one.name, dimension)
    for one in MEASURES.values()
    if one.additive
    for dimension in ("region", "channel", "category", "industry", "acquisition_channel", "month")
    if dimension in VIEWS[one.numerator.of].dimensions
]


class TestPartsAddUp:
    @pytest.mark.parametrize(("name", "dimension"), ADDING_UP)
    def test_of_an_additive_measure_to_the_whole(self, demo_data, name, dimension):
        period = parse("2026-Q3")
        parts = engine.measure(demo_data, "all", period, [name], by=[dimension])["value"]
        whole = engine.measure(demo_data, "all", period, [name])["value"].item()
        assert len(parts) > 1
        assert parts.sum() == pytest.approx(whole, abs=0.005)

    def test_months_of_new_customers_add_up_too_since_one_is_new_once(self, demo_data):
        year = parse("2025")
        months = engine.measure(demo_data, "all", year, ["new_customers"], by=["month"])["value"]
        whole = engine.measure(demo_data, "all", year, ["new_customers"])["value"].item()
        assert months.sum() == whole > 0

    def test_customers_of_regions_do_not(self, demo_data):
        period = parse("2026")
        parts = engine.measure(demo_data, "all", period, ["customers"], by=["region"])["value"]
        assert (
            parts.sum() >= engine.measure(demo_data, "all", period, ["customers"])["value"].item()
        )
        assert not MEASURES["customers"].additive


class TestCompare:
    def test_worked_by_hand(self, tiny, tiny_run):
        row = engine.compare(tiny, tiny_run("2026-02"), ["revenue"]).loc["revenue"]
        assert row[["current", "prior", "year_before"]].tolist() == [440, 150, 150]
        assert row[["change_prior", "change_year_before"]].tolist() == [290, 290]
        assert row["growth_prior"] == pytest.approx(290 / 150)

    def test_rates_change_in_points_and_keep_what_they_are_made_of(self, tiny, tiny_run):
        row = engine.compare(tiny, tiny_run("2026-02"), ["discount_rate"]).loc["discount_rate"]
        assert row[["current_numerator", "current_denominator"]].tolist() == [60, 500]
        assert row[["prior_numerator", "prior_denominator"]].tolist() == [0, 150]
        assert row["change_prior"] == pytest.approx(0.12)
        assert np.isnan(row["growth_prior"])  # on nothing, there is no growth

    def test_a_window_the_data_do_not_reach_is_missing_and_not_zero(self, tiny, tiny_run):
        row = engine.compare(tiny, tiny_run("2024-03", "west"), ["revenue"]).loc["revenue"]
        before = [column for column in row.index if "year_before" in column]
        assert row[before].isna().all()
        assert row["prior"] == 0  # February 2024 is in the data, and nothing was sold
        assert row["change_prior"] == 50

    def test_a_span_of_more_than_a_year_is_not_compared_with_itself(self, tiny, tiny_run):
        row = engine.compare(tiny, tiny_run("2025-01..2026-02"), ["revenue"]).loc["revenue"]
        assert np.isnan(row["year_before"])  # 2024-01 to 2025-02 would share two months with it

    def test_all_windows_may_be_out_of_reach(self, tiny, tiny_run):
        row = engine.compare(tiny, tiny_run("2024-01"), ["revenue"]).loc["revenue"]
        assert row["current"] == 140
        assert row[["prior", "year_before"]].isna().all()

    @pytest.mark.parametrize("by", [[], ["category"]], ids=["whole", "parts"])
    def test_nothing_sold_is_zero_and_its_ratios_are_missing(self, tiny, tiny_run, by):
        """West sold chairs in December only: nothing in January, nothing a year earlier."""
        names = ["revenue", "orders", "average_order_value", "gross_margin_rate"]
        table = engine.compare(tiny, tiny_run("2025-12", "west"), names, by)
        table = table.xs("Seating") if by else table
        assert table["current"].tolist() == [100, 1, 100, 0.4]
        np.testing.assert_array_equal(table["year_before"], [0, 0, np.nan, np.nan])
        assert table["growth_year_before"].isna().all()

    def test_a_group_is_there_if_any_window_has_it(self, tiny, tiny_run):
        table = engine.compare(tiny, tiny_run("2026-01"), ["revenue"], by=["channel"])
        # January 2026 and 2025 were web only; December 2025 had no order in east.
        assert table.index.tolist() == [("web", "revenue")]
        table = engine.compare(tiny, tiny_run("2026-01", "all"), ["revenue"], by=["channel"])
        assert table["current"].to_dict() == {("web", "revenue"): 150, ("store", "revenue"): 0}
        assert table["prior"].to_dict() == {("web", "revenue"): 0, ("store", "revenue"): 100}

    def test_what_the_firm_does_not_have_is_missing_in_absent_groups_too(self, delivery):
        from analysis import params

        del delivery.mapping["tables"]["returns"]
        firm = delivery.open()
        run = params.load("all", "2026-01", "tiny")
        table = engine.compare(firm, run, ["revenue", "returned_orders"], by=["channel"])
        returned = table.xs("returned_orders", level="measure")
        assert len(returned) == 2
        assert returned.isna().all(axis=None)

    def test_measures_stand_in_the_order_asked_for(self, tiny, tiny_run):
        names = ["units", "revenue", "customers", "average_order_value"]
        table = engine.compare(tiny, tiny_run("2026-02"), names)
        assert set(table.index) == set(names)
        by_region = engine.compare(tiny, tiny_run("2026-02", "all"), names, by=["region"])
        assert by_region.loc["east"].index.tolist() == names

    @pytest.mark.parametrize("by", [[], ["region"], ["category"]])
    def test_a_change_is_now_less_before(self, demo_data, by):
        from analysis import params

        run = params.load("all", "2026-10")
        table = engine.compare(demo_data, run, list(MEASURES), by)
        for base in ("prior", "year_before"):
            change = table["current"] - table[base]
            pd.testing.assert_series_equal(table[f"change_{base}"], change, check_names=False)
        current = engine.measure(demo_data, "all", run.period, list(MEASURES), by)
        pd.testing.assert_series_equal(
            table["current"], current["value"].reindex(table.index), check_names=False
        )


class TestByMonth:
    def test_months_without_orders_are_zero_and_their_ratios_missing(self, tiny):
        table = engine.by_month(
            tiny, "west", MONTH("2025-12", "M"), MONTH("2026-02", "M"),
            ["revenue", "orders", "average_order_value"],
        )  # fmt: skip
        assert table.index.equals(pd.period_range("2025-12", "2026-02", freq="M"))
        assert table["revenue"].tolist() == [100, 0, 90]
        assert table["orders"].tolist() == [1, 0, 1]
        np.testing.assert_array_equal(table["average_order_value"], [100, np.nan, 90])

    def test_months_have_no_gaps_and_end_where_the_data_do(self, tiny):
        table = engine.by_month(
            tiny, "all", MONTH("2020-01", "M"), MONTH("2030-01", "M"), ["revenue"]
        )
        assert table.index.equals(pd.period_range("2024-01", "2026-02", freq="M"))
        assert table["revenue"].sum() == 1360
        assert table["revenue"][:"2024-03"].tolist() == [140, 0, 50]

    def test_a_region_that_sold_nothing_sold_nothing_every_month(self, tiny):
        table = engine.by_month(
            tiny, "west", MONTH("2024-01", "M"), MONTH("2024-02", "M"), ["revenue", "units"]
        )
        assert table.to_numpy().tolist() == [[0, 0], [0, 0]]

    def test_a_customer_is_new_in_one_month(self, tiny):
        """C1, C2, C3 and C4 first ordered in these four months, and in others later."""
        table = engine.by_month(
            tiny, "all", MONTH("2024-01", "M"), MONTH("2026-02", "M"), ["new_customers"]
        )
        new = table["new_customers"]
        assert new[new > 0].to_dict() == {
            MONTH(month, "M"): 1 for month in ("2024-01", "2024-03", "2025-02", "2026-02")
        }

    def test_what_the_firm_does_not_have_is_missing(self, delivery):
        del delivery.columns()["cost"]
        table = engine.by_month(
            delivery.open(), "west", MONTH("2026-01", "M"), MONTH("2026-02", "M"),
            ["revenue", "gross_margin"],
        )  # fmt: skip
        assert table["gross_margin"].isna().tolist() == [True, True]

    def test_each_month_is_as_if_asked_for_alone(self, demo_data):
        table = engine.by_month(
            demo_data, "east", MONTH("2026-05", "M"), MONTH("2026-08", "M"), list(MEASURES)
        )
        for month, row in table.iterrows():
            alone = engine.measure(demo_data, "east", parse(str(month)), list(MEASURES))["value"]
            pd.testing.assert_series_equal(
                row, alone.reindex(row.index), check_names=False, rtol=1e-9
            )


class TestProductSales:
    def test_worked_by_hand(self, tiny):
        table = engine.product_sales(tiny, "all", parse("2026-02"))
        assert table.index.name == "product_id"
        assert table.to_dict("index") == {
            "P1": {"units": 30, "revenue": 240},
            "P2": {"units": 3, "revenue": 90},
            "P3": {"units": 4, "revenue": 200},
        }

    def test_lines_without_a_product_are_one_row(self, delivery):
        delivery.change("O10,1,2026-02-28,C2,P2", "O10,1,2026-02-28,C2,")
        table = engine.product_sales(delivery.open(), "west", parse("2026-02"))
        assert table["revenue"].to_dict() == {"": 90}

    def test_nothing_sold_is_an_empty_table(self, tiny):
        table = engine.product_sales(tiny, "west", parse("2026-01"))
        assert table.empty
        assert table.columns.tolist() == ["units", "revenue"]


class TestCustomerActivity:
    def test_worked_by_hand(self, tiny):
        """Twelve months to February 2026 in the whole firm; days to 28 February."""
        table = engine.customer_activity(tiny, "all", MONTH("2026-02", "M"), 12)
        columns = ["days_since_last_order", "order_count", "revenue"]
        assert table[columns].to_dict("index") == {
            "C1": {"days_since_last_order": 54, "order_count": 1, "revenue": 150},
            "C2": {"days_since_last_order": 0, "order_count": 2, "revenue": 330},
            "C3": {
                "days_since_last_order": 59,
                "order_count": 1,
                "revenue": 100,
            },  # 23:30, and a day
            "C4": {"days_since_last_order": 14, "order_count": 1, "revenue": 200},
        }

    def test_the_window_begins_its_months_before_it_ends(self, tiny):
        one = engine.customer_activity(tiny, "all", MONTH("2026-02", "M"), 1)
        assert one.index.tolist() == ["C2", "C4"]
        thirteen = engine.customer_activity(tiny, "all", MONTH("2026-02", "M"), 13)
        assert thirteen.loc["C3", "revenue"] == 250

    def test_days_are_counted_to_the_end_of_the_data_where_that_is_earlier(self, tiny):
        table = engine.customer_activity(tiny, "east", MONTH("2026-04", "M"), 12)
        assert table["days_since_last_order"].to_dict() == {"C1": 54, "C2": 25, "C4": 14}

    def test_the_future_changes_nothing_in_the_past(self, tiny, delivery):
        before = engine.customer_activity(tiny, "all", MONTH("2025-12", "M"), 12)
        delivery.change("O8,1,2026-02-03,C2", "O8,1,2026-02-03,C1")
        after = engine.customer_activity(delivery.open(), "all", MONTH("2025-12", "M"), 12)
        pd.testing.assert_frame_equal(after, before)

    @pytest.mark.parametrize(("months", "reaches"), [(25, True), (26, False)])
    def test_whether_the_data_reach_back(self, tiny, months, reaches):
        assert engine.reaches_back(tiny, MONTH("2026-02", "M"), months) is reaches
