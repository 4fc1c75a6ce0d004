import pandas as pd
import pytest

from analysis import params
from analysis.analyses.diagnostic import contribution, effects, revenue_bridge
from analysis.findings import diagnostic as say


@pytest.fixture(scope="module")
def run():
    return params.load("east", "2026-10", "demo")


def product_sales(**rows: tuple[float, float]) -> pd.DataFrame:
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["units", "revenue"], dtype=float)
    return table.rename_axis("product_id")


def test_the_main_driver_is_what_the_bridge_says(run):
    bridge = revenue_bridge(
        product_sales(A=(10, 100), B=(10, 50)), product_sales(A=(15, 180), B=(5, 25))
    )
    finding = say.main_driver(effects(bridge), run, "year_before", is_whole=True)
    assert finding.sentence == (
        "Revenue rose £55.00 (+36.7%) on a year earlier; the largest effect, +£30.00, "
        "is the price paid per unit."
    )
    assert finding.values["mix"] == 25
    assert finding.notable


def test_what_worked_against_it_is_named_too(run):
    bridge = revenue_bridge(product_sales(OLD=(1, 300)), product_sales(NEW=(1, 100)))
    assert say.main_driver(effects(bridge), run, "prior", is_whole=True).sentence == (
        "Revenue fell £200 (−66.7%) on the period before; the largest effect, −£300, is products "
        "sold then and not now, against +£100 from products sold now and not then."
    )


def test_a_change_too_small_to_matter_is_not_notable(run):
    bridge = revenue_bridge(product_sales(A=(100, 1000)), product_sales(A=(100, 1010)))
    assert not say.main_driver(effects(bridge), run, "prior", is_whole=True).notable


def test_without_a_base_there_is_a_sentence_and_no_number(run):
    bridge = revenue_bridge(product_sales(A=(1, 1)).iloc[:0], product_sales(A=(1, 1)))
    finding = say.main_driver(effects(bridge), run, "prior", is_whole=True)
    assert finding.sentence == "The data do not reach back to a period to compare with."
    assert finding.n == 0


def parts(**rows: tuple[float, float]) -> pd.DataFrame:
    index = pd.MultiIndex.from_product([list(rows), ["revenue"]], names=["channel", "measure"])
    table = pd.DataFrame(list(rows.values()), index=index, columns=["current", "year_before"])
    return contribution(table, "year_before")


def test_the_part_that_moved_revenue_most_is_named(run):
    finding = say.contribution(
        parts(store=(90.0, 150.0), web=(70.0, 50.0)), run, "year_before", is_whole=True
    )
    assert finding.sentence == (
        "Of 2 channels, Stores moved revenue most: −£60.00 (−40.0%) on a year earlier, "
        "when all revenue moved −£40.00; 1 of 2 fell."
    )
    assert finding.at_stake == 60
    assert finding.values["web.contribution"] == pytest.approx(0.1)


def test_a_dimension_the_firm_lacks_is_not_blamed_on_the_base(run):
    nothing = pd.DataFrame(index=pd.Index([], name="channel"))
    lacking = say.contribution(nothing, run, "prior", is_whole=True)
    assert "it needs order_lines.channel" in lacking.sentence
    early = say.contribution(nothing, run, None, is_whole=True)
    assert "do not reach back" in early.sentence


def test_a_partial_period_is_no_news_and_carries_a_caveat(run):
    bridge = revenue_bridge(product_sales(A=(100, 1000)), product_sales(A=(10, 100)))
    finding = say.main_driver(effects(bridge), run, "prior", is_whole=False)
    assert finding.caveats
    assert not finding.notable


def test_one_part_alone_is_not_news(run):
    assert not say.contribution(parts(web=(70.0, 50.0)), run, "year_before", is_whole=True).notable
