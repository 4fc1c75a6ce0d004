import numpy as np
import pandas as pd
import pytest

from analysis import params
from analysis.exhibits import discounts as show
from analysis.findings import discounts as say


@pytest.fixture(scope="module")
def run():
    return params.load("south", "2026-10", "demo")


def part(dimension: str, name: str, excess: float, verdict: str) -> dict[str, object]:
    return {
        "dimension": dimension, "part": name, "name": name, "lines": 70.0, "customers": 30.0,
        "list_value": 1000.0, "discount": 180.0, "expected": 180.0 - excess, "excess": excess,
        "low": excess / 2, "high": excess * 1.5, "rate": 0.18, "peer_rate": 0.18 - excess / 1000,
        "points": excess / 1000, "points_low": excess / 2000, "points_high": excess * 1.5 / 1000,
        "chance_of_nothing": 0.01, "verdict": verdict,
    }  # fmt: skip


def test_the_seller_is_named_before_the_region_their_deals_are_in(run):
    table = pd.DataFrame(
        [part("region", "south", 90, "above"),
         part("salesperson", "Lee Marsh", 80, "above")]
    )  # fmt: skip
    finding = say.above_peers(table, run, "the year", "")
    assert finding.sentence == (
        "Over the year Lee Marsh gave £180 of discount on £1.00k of list value, 18.0% against the "
        "10.0% others gave on alike deals: £80.00 above them (+8.0 pts, 95% interval +4.0 pts to "
        "+12.0 pts, 30 customers)."
    )
    assert finding.subject == "salesperson:Lee Marsh"
    assert finding.at_stake == pytest.approx(80 / 12)  # a year's money, of one month


def test_too_few_accuse_nobody_and_are_not_counted_as_compared(run):
    rows = [part("salesperson", "Lee Marsh", 8, "within"), part("industry", "(few)", 200, "few")]
    finding = say.above_peers(pd.DataFrame(rows), run, "it", "")
    assert finding.sentence.startswith("Nobody in South gave clearly more discount")
    assert finding.values["compared"] == 1
    assert not finding.notable


@pytest.mark.parametrize(
    ("table", "lacking", "says"),
    [
        (pd.DataFrame(), "order_lines.discount", "it needs order_lines.discount"),
        (pd.DataFrame(columns=["verdict"]), "", "No deal in South over the year has alike deals"),
    ],
)
def test_nothing_to_compare(run, table, lacking, says):
    finding = say.above_peers(table, run, "the year", lacking)
    assert says in finding.sentence
    assert finding.n == 0


def answer(verdict: str, slope: float = np.nan, reach: float = 0.0) -> pd.DataFrame:
    return pd.DataFrame(
        [{"slope": slope, "low": slope - reach, "high": slope + reach, "variation": 0.004,
          "units": 20, "months": 12, "verdict": verdict}]
    )  # fmt: skip


@pytest.mark.parametrize(
    ("table", "says"),
    [
        (answer("no_variation"), "moved by only 0.4 pts from month to month (standard deviation)"),
        (answer("few"), "20 sellers over 12 months are too few."),
        (answer("told", 0.03, 0.01), "went with +3.0% of list value sold in the same month (95% "
         "interval +2.0% to +4.0%, 20 sellers over 12 months); that is association, not proof "
         "that discount sold it."),
        (answer("told", 0.01, 0.03), "and the interval holds no change at all."),
    ],
)  # fmt: skip
def test_a_response_is_claimed_only_where_it_can_be(run, table, says):
    finding = say.response(table, run, "")
    assert says in finding.sentence
    assert not finding.notable


def test_too_few_have_no_name_and_no_interval(run):
    row = part("industry", "(few)", 80, "few") | dict.fromkeys(
        ["low", "high", "points_low", "points_high", "chance_of_nothing"], np.nan
    )
    shown = show.peers_table(pd.DataFrame([row]), run, "it", "").rows[0]
    assert shown[0] == "Others, few customers each (industry)"
    assert shown[5] == "–"


def test_the_table_names_each_part_and_its_dimension(run):
    shown = show.peers_table(
        pd.DataFrame([part("salesperson", "Lee Marsh", 80, "above")]), run, "it", ""
    )
    assert shown.rows[0] == (
        "Lee Marsh (salesperson)", "£1.00k", "18.0%", "10.0%", "£80.00",
        "+8.0 pts (+4.0 to +12.0)", "30", "above others",
    )  # fmt: skip
    assert (
        "order_lines.discount"
        in show.peers_table(pd.DataFrame(), run, "", "order_lines.discount").reason
    )
