"""The grammar of what happened: rise, fall, flat, no base, nothing."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from analysis import params
from analysis.analyses import descriptive
from analysis.findings import descriptive as say
from analysis.measures import engine

NAN = float("nan")


@pytest.fixture(scope="module")
def run():
    return params.load("east", "2026-10", "demo")


def comparison(now: float, prior: float, year_before: float) -> pd.DataFrame:
    def row(current, prior, year_before):
        made = {"current": current, "prior": prior, "year_before": year_before}
        for base in ("prior", "year_before"):
            made[f"change_{base}"] = current - made[base]
            made[f"growth_{base}"] = (current - made[base]) / made[base] if made[base] else NAN
        return made

    rows = {
        "revenue": row(now, prior, year_before),
        "orders": row(1401.0, 1300.0, 1200.0),
        "customers": row(674.0, 600.0, 700.0),
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("measure")


def test_a_rise_and_a_fall_name_both_bases(run):
    finding = say.headline(comparison(110_000, 120_000, 100_000), run, is_whole=True)
    assert finding.sentence == (
        "East revenue was £110k in October 2026, up 10.0% (£10.0k) on October 2025, "
        "down 8.3% (£10.0k) on September 2026, from 1,401 orders by 674 customers."
    )
    assert finding.notable
    assert finding.n == 1401


def test_no_change_is_said_to_be_none(run):
    finding = say.headline(comparison(100_000, 100_000, 100_000), run, is_whole=True)
    assert "unchanged on October 2025, unchanged on September 2026" in finding.sentence
    assert not finding.notable


def test_without_a_base_it_says_so_and_keeps_the_gap(run):
    finding = say.headline(comparison(100_000, NAN, NAN), run, is_whole=True)
    assert "do not reach back to a period to compare with" in finding.sentence
    assert finding.values["revenue_year_before"] is None
    assert finding.notable


def test_a_base_of_zero_gives_no_percentage(run):
    finding = say.headline(comparison(100_000, 0.0, 0.0), run, is_whole=True)
    assert "–" not in finding.sentence
    assert "nan" not in finding.sentence
    assert "£100k" in finding.sentence


def test_a_partial_period_carries_a_caveat(run):
    finding = say.headline(comparison(1.0, 1.0, 1.0), run, is_whole=False)
    assert finding.caveats == (
        "The data end before the period does; the figures are of the days so far.",
    )


def test_a_year_is_not_compared_twice_with_the_same_year():
    run = params.load("all", "2025", "demo")
    finding = say.headline(comparison(110.0, 100.0, 100.0), run, is_whole=True)
    assert finding.sentence.count("2024") == 1
    assert finding.sentence.startswith("Revenue of the whole firm was £110 in 2025")


def test_every_value_has_a_unit_and_json_can_hold_it(run):
    finding = say.headline(comparison(1.0, NAN, NAN), run, is_whole=True)
    assert set(finding.units) == set(finding.values)
    assert all(value is None or np.isfinite(value) for value in finding.values.values())


def series(values: list[float]) -> pd.DataFrame:
    index = pd.period_range(end="2026-10", periods=len(values), freq="M")
    return descriptive.trend(pd.DataFrame({"revenue": values}, index=index), months=25)


def test_the_trend_counts_months_ahead(run):
    finding = say.trend(series([100.0] * 12 + [120.0] * 9 + [60.0] * 3), run, is_whole=True)
    assert finding.sentence == (
        "Revenue was ahead of the year before in 9 of the last 12 months; "
        "over them it rose 5.0% (£60.00)."
    )


def test_too_few_months_are_a_finding_and_not_an_error(run):
    finding = say.trend(series([100.0] * 5), run, is_whole=True)
    assert (
        finding.sentence == "The data hold 5 months, too few to compare any with the year before."
    )
    assert not finding.notable


def ranked(name: str, **rows: tuple[float, float]) -> pd.DataFrame:
    index = pd.MultiIndex.from_product([list(rows), descriptive.RANKED], names=[name, "measure"])
    table = pd.DataFrame(1.0, index=index, columns=["current", "prior", "year_before"])
    for part, (now, before) in rows.items():
        table.loc[(part, "revenue")] = (now, before, before)
    return descriptive.ranking(table)


def test_the_largest_part_is_named_with_its_growth(run):
    finding = say.ranking(
        ranked("channel", web=(30.0, 20.0), store=(70.0, 100.0)), run, is_whole=True
    )
    assert finding.sentence == (
        "The largest channel is Stores with 70.0% of revenue, −30.0% on a year earlier; "
        "1 of 2 grew."
    )
    assert finding.values["web.revenue"] == 30


def test_of_regions_the_runs_own_is_placed(run):
    finding = say.ranking(
        ranked("region", east=(30.0, 60.0), west=(50.0, 50.0), north=(20.0, 5.0)),
        run,
        is_whole=True,
    )
    assert finding.sentence == (
        "East is number 2 of 3 regions with 30.0% of the firm's revenue, "
        "and number 3 by growth: −50.0% on a year earlier."
    )
    assert finding.notable


def test_of_many_regions_every_one_is_counted(run):
    rows = {f"r{i:02}": (100.0 - i, 50.0) for i in range(18)} | {"east": (1.0, 90.0)}
    finding = say.ranking(ranked("region", **rows), run, is_whole=True)
    assert "number 19 of 19 regions" in finding.sentence
    assert "number 19 by growth" in finding.sentence


def test_a_ranking_by_days_so_far_against_whole_months_is_not_said(run):
    finding = say.ranking(
        ranked("region", east=(30.0, 60.0), west=(50.0, 50.0)), run, is_whole=False
    )
    assert "its days so far are not set against a whole period" in finding.sentence
    assert (finding.notable, finding.at_stake, finding.values) == (False, 0.0, {})


def test_a_base_below_nothing_gives_money_and_no_percentage(run):
    finding = say.headline(comparison(10_000, -2_500.0, 8_000), run, is_whole=True)
    assert "up £12.5k on September 2026, when it was less than nothing" in finding.sentence


def test_one_part_alone_is_said_to_be_all(run):
    finding = say.ranking(ranked("channel", web=(30.0, 20.0)), run, is_whole=True)
    assert finding.sentence == "All revenue is in one channel, Web shop."


def test_a_dimension_the_firm_lacks_is_named_with_what_it_needs(run):
    finding = say.ranking(pd.DataFrame(index=pd.Index([], name="channel")), run, is_whole=True)
    assert (
        finding.sentence == "Revenue by channel is not in your data: it needs order_lines.channel."
    )


def test_the_best_whole_year_is_named(run):
    index = pd.period_range("2023-01", periods=26, freq="M")
    years = descriptive.by_year(pd.DataFrame({"revenue": [10.0] * 12 + [15.0] * 14}, index=index))
    finding = say.years(years, run)
    assert finding.sentence == (
        "2024 is the best whole year so far with £180, +50.0% on the year before it."
    )
    assert finding.values["revenue_2025"] == 30


def test_a_last_year_that_is_not_the_best_is_said_too(run):
    index = pd.period_range("2023-01", periods=24, freq="M")
    years = descriptive.by_year(pd.DataFrame({"revenue": [10.0] * 12 + [9.0] * 12}, index=index))
    assert say.years(years, run).sentence == (
        "2023 is the best whole year so far with £120; "
        "2024, the last one, moved −10.0% on the year before it."
    )


def test_a_period_so_far_is_compared_with_the_same_days(tiny, tiny_run):
    """February to the 14th: 440 of it by then, on 210 to the 14th of February 2025."""
    run = tiny_run()
    rows = {
            "base": ["prior", "year_before"], "before": [150.0, 200.0], "change": [290.0, -20.0],
            "growth": [290 / 150, -0.1], "base_last": [date(2026, 1, 14), date(2025, 2, 14)],
    }  # fmt: skip
    same_days = pd.DataFrame(rows).set_index("base")
    table = engine.compare(tiny, run, descriptive.HEADLINE)
    told = say.headline(table, run, False, same_days)
    said = "down 10.0% (£20.00) on the same days of February 2025 (to 14 February 2025)"
    assert said in told.sentence
    assert told.caveats, "that the period is not over is said all the same"
    whole = say.headline(table, run, True, same_days)
    assert "same days" not in whole.sentence
