import pandas as pd
import pytest

from analysis import params
from analysis.analyses.diagnostic import contribution
from analysis.findings import diagnostic as say


@pytest.fixture(scope="module")
def run():
    return params.load("east", "2026-10", "demo")


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


def test_days_so_far_are_not_set_against_a_whole_period(run):
    finding = say.contribution(
        parts(store=(90.0, 150.0), web=(70.0, 50.0)), run, "year_before", is_whole=False
    )
    assert "its days so far are not set against a whole period" in finding.sentence
    assert (finding.notable, finding.at_stake, finding.values) == (False, 0.0, {})


def test_one_part_alone_is_not_news(run):
    assert not say.contribution(parts(web=(70.0, 50.0)), run, "year_before", is_whole=True).notable
