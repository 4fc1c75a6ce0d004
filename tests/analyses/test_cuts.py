import numpy as np
import pandas as pd
import pytest

from analysis.analyses.cuts import (
    STEPS,
    TOTAL,
    by_step,
    collected,
    cut,
    cut_by_step,
    finest_step,
    regions,
    step_of,
    steps_of,
)
from analysis.errors import ContractError
from analysis.evaluation.firms import opened
from analysis.measures import cuts as sales
from analysis.measures import engine
from analysis.periods import parse


def sold(*rows: tuple[str, str, str, float]) -> pd.DataFrame:
    """Daily sales: ``sold(("2026-10-01", "east", "web", 10.0))``, half of it margin."""
    table = pd.DataFrame(rows, columns=["day", "region", "channel", "revenue"])
    days = pd.to_datetime(table["day"]).dt.as_unit("us")
    return table.assign(
        day=days, units=1.0, gross_margin=table["revenue"] / 2, costed_revenue=table["revenue"]
    )


NOTHING = sold(("2026-10-01", "east", "web", 1.0)).iloc[:0]


class TestCut:
    def test_two_regions_and_channels_by_hand(self):
        now = sold(("2026-10-01", "east", "web", 10.0), ("2026-10-02", "west", "store", 30.0))
        before = sold(("2025-10-01", "east", "web", 8.0), ("2025-10-02", "east", "store", 4.0))
        found = cut(now, before, "region", "channel")
        assert found["revenue"].tolist() == [0, 10, 10, 30, 0, 30, 30, 10, 40]
        assert found["before"].tolist() == [4, 8, 12, 0, 0, 0, 4, 8, 12]
        assert found.loc[("east", "store"), "growth"] == -1
        assert np.isnan(found.loc[("west", TOTAL), "growth"])  # from nothing
        assert found.loc[(TOTAL, TOTAL), "gross_margin_rate"] == 0.5

    @pytest.mark.parametrize("seed", range(5))
    def test_rows_and_columns_add_up_to_the_whole(self, seed):
        rng = np.random.default_rng(seed)
        rows = [
            (f"2026-10-{day:02}", region, channel, float(rng.normal(100, 60)))
            for day in range(1, 29)
            for region in ("east", "west", "north")
            for channel in ("web", "store", "")
            if rng.random() < 0.3
        ]
        table = cut(sold(*rows[::2]), sold(*rows[1::2]), "region", "channel")
        for column in ("revenue", "units", "gross_margin", "before", "change"):
            grid = table[column].unstack(sort=False)
            inner = grid.drop(index=TOTAL, columns=TOTAL)
            np.testing.assert_allclose(inner.sum(axis=1), grid[TOTAL].drop(TOTAL))
            np.testing.assert_allclose(inner.sum(), grid.loc[TOTAL].drop(TOTAL))
            assert inner.to_numpy().sum() == pytest.approx(grid.loc[TOTAL, TOTAL])

    def test_without_a_base_there_is_no_growth(self):
        found = cut(sold(("2026-10-01", "east", "web", 10.0)), NOTHING, "region", "channel")
        assert found[["before", "change", "growth"]].isna().all(axis=None)

    def test_unknown_costs_are_in_neither_half_of_the_rate(self):
        lines = sold(("2026-10-01", "east", "web", 10.0), ("2026-10-01", "east", "store", 90.0))
        lines.loc[1, ["gross_margin", "costed_revenue"]] = 0.0
        found = cut(lines, NOTHING, "region", "channel")
        assert found.loc[(TOTAL, TOTAL), "gross_margin_rate"] == 0.5
        assert np.isnan(found.loc[("east", "store"), "gross_margin_rate"])


class TestSteps:
    def test_weeks_begin_on_monday_and_lie_in_the_period(self):
        days = steps_of(parse("2026-10"), "week")
        assert [day.day for day in days] == [1, 5, 12, 19, 26]

    @pytest.mark.parametrize("step", STEPS)
    @pytest.mark.parametrize("period", ["2026-10", "2026-Q3", "2025-2026"])
    def test_every_step_starts_in_the_period_and_days_add_up(self, step, period):
        period = parse(period)
        days = pd.date_range(period.start, period.end, freq="D")
        lines = sold(*((str(day.date()), "east", "web", 1.0) for day in days))
        found = cut_by_step(lines, period, step, "channel")
        firsts = found.index.get_level_values(0).drop(TOTAL)
        assert pd.Timestamp(period.start) == firsts.min()
        assert firsts.max() <= pd.Timestamp(period.end)
        assert found.loc[(TOTAL, TOTAL), "revenue"] == len(days)

    def test_a_week_without_sales_is_there_and_zero(self):
        lines = sold(("2026-10-06", "east", "web", 5.0))
        found = cut_by_step(lines, parse("2026-10"), "week", "channel")
        assert found.xs("web", level="channel")["revenue"].tolist() == [0, 5, 0, 0, 0, 5]

    @pytest.mark.parametrize(
        ("period", "rows", "step"),
        [("2026-10", 31, "day"), ("2026-10", 12, "week"), ("2026-10", 3, "month"),
         ("2026", 12, "month"), ("2026", 11, "quarter"), ("2014-2017", 12, "year")],
    )  # fmt: skip
    def test_the_finest_that_fits(self, period, rows, step):
        assert finest_step(parse(period), rows) == step

    def test_settings_may_ask_for_another(self, tiny_run):
        run = tiny_run()
        assert step_of(run) == "week"
        daily = run.settings.model_copy(
            update={"cuts": run.settings.cuts.model_copy(update={"step": "day"})}
        )
        assert step_of(type(run)(**{**vars(run), "settings": daily})) == "day"

    def test_another_word_is_named(self):
        with pytest.raises(ContractError, match="no step of time is called 'weak'"):
            steps_of(parse("2026-10"), "weak")

    def test_input_is_left_alone(self):
        lines = sold(("2026-10-06", "east", "web", 5.0))
        before = lines.copy()
        by_step(lines, parse("2026-10"), "week")
        cut(lines, lines, "region", "channel")
        pd.testing.assert_frame_equal(lines, before)


class TestCollected:
    CELLS = cut(
        sold(("2026-10-01", "east", "web", 9.0), ("2026-10-01", "west", "web", 9.0)), NOTHING,
        "region", "channel",
    )  # fmt: skip

    def test_rates_are_of_sums(self):
        due = pd.DataFrame(
            {
                "region": ["east", "west"],
                "channel": "web",
                "due": [10.0, 30.0],
                "collected": [10.0, 0.0],
            }
        )
        found = collected(due, self.CELLS)["collection_rate"]
        assert found[("east", "web")] == 1
        assert found[(TOTAL, TOTAL)] == 0.25

    def test_without_payments_nothing_is_known(self):
        found = collected(
            pd.DataFrame(columns=["region", "channel", "due", "collected"]), self.CELLS
        )
        assert found["collection_rate"].isna().all()


def test_the_rate_of_the_firm_is_the_boards(demo_data):
    period = parse("2026-10")
    sold_in = sales.daily_sales(demo_data, "all", period)
    cells = cut(sold_in, sold_in.iloc[:0], "region", "channel")
    found = collected(sales.collections(demo_data, "all", period), cells)
    board = engine.measure(demo_data, "all", period, ["collection_rate"])["value"].iloc[0]
    assert found.loc[(TOTAL, TOTAL), "collection_rate"] == pytest.approx(board)


class TestRegions:
    def size(self, **rows: tuple[float, float, float]) -> pd.DataFrame:
        """Revenue, customers and market of each region; one salesperson each sells half."""
        table = pd.DataFrame.from_dict(
            rows, orient="index", columns=["revenue", "customers", "market"]
        )
        return table.assign(sellers=1.0, seller_revenue=table["revenue"] / 2).rename_axis("region")

    def test_two_regions_by_hand(self):
        now = self.size(east=(100.0, 10.0, 400.0), west=(200.0, 40.0, 1600.0))
        found = regions(now, self.size(east=(50.0, 10.0, 400.0), west=(200.0, 40.0, 1600.0)))
        assert found.index.tolist() == ["west", "east", "all"]
        assert found["revenue_per_customer"].tolist() == [5, 10, 6]
        assert found["market_share"].tolist() == [0.125, 0.25, 0.15]
        assert found["revenue_per_customer_index"].tolist() == pytest.approx([5 / 6, 10 / 6, 1])
        assert found.loc["east", ["growth", "market_share_before"]].tolist() == [1, 0.125]
        assert found.loc["all", "growth"] == pytest.approx(0.2)

    def test_a_region_without_a_market_leaves_the_firm_without_one(self):
        now = self.size(east=(100.0, 10.0, np.nan), west=(200.0, 40.0, 1600.0))
        found = regions(now, now.iloc[:0])
        assert np.isnan(found.loc["all", "market_share"])
        assert found["growth"].isna().all()


class TestTheTinyFirm:
    def test_days_add_up_to_the_headline(self, tiny, tiny_run):
        for period in ("2026-02", "2026-Q1", "2024-2026"):
            run = tiny_run(period, "all")
            whole = engine.measure(tiny, "all", run.period, ["revenue", "units", "gross_margin"])
            daily = sales.daily_sales(tiny, "all", run.period)
            found = cut(daily, daily.iloc[:0], "region", "channel").loc[(TOTAL, TOTAL)]
            for name in ("revenue", "units", "gross_margin"):
                assert found[name] == pytest.approx(whole.loc[name, "value"], abs=0.005)

    def test_february_by_hand(self, tiny):
        found = sales.daily_sales(tiny, "all", parse("2026-02"))
        assert found[["region", "channel", "revenue"]].to_numpy().tolist() == [
            ["east", "web", 240], ["east", "store", 200], ["west", "web", 90],
        ]  # fmt: skip

    def test_what_is_not_recorded_falls_out_of_no_cut(self):
        """A pot of 10 has a category; 90 were sold of what nobody knows."""
        rows = {"order_id": ["1", "2"], "line_no": "1", "product_id": ["P", None],
                "ordered_at": pd.Timestamp("2026-02-03"), "region": "east", "quantity": 1.0,
                "revenue": [10.0, 90.0]}  # fmt: skip
        products = {"product_id": ["P"], "category": ["Pots"]}
        data = opened({"order_lines": pd.DataFrame(rows), "products": pd.DataFrame(products)})
        daily = sales.daily_sales(data, "all", parse("2026-02"), "category")
        found = cut(daily, daily.iloc[:0], "region", "category")["revenue"]
        assert found.loc["east"].to_dict() == {"": 90, "Pots": 10, TOTAL: 100}

    def test_a_base_there_is_not_has_no_days(self, tiny):
        assert sales.daily_sales(tiny, "all", None).empty
        assert sales.region_size(tiny, None).empty

    def test_what_it_does_not_deliver_is_missing(self, tiny):
        found = sales.region_size(tiny, parse("2026-02"))
        assert found["customers"].tolist() == [2, 1]
        assert found["sellers"].tolist() == [0, 0]
        assert found["market"].isna().all()
        assert sales.collections(tiny, "all", parse("2026-02")).empty
        assert sales.across(tiny) == "channel"
