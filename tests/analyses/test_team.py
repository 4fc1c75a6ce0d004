import shutil
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from analysis import params
from analysis.analyses import team as analyses
from analysis.analyses.team.chance import holm, judged, ranked, usual_spread
from analysis.analyses.team.compare import SHOWN, UNUSUAL, compared
from analysis.analyses.team.scorecard import parts, scorecard
from analysis.analyses.team.standard import standardised
from analysis.analyses.team.targets import rounded
from analysis.errors import ContractError, ParameterError
from analysis.evaluation.team import book_of, tried
from analysis.measures import team as measures
from analysis.measures.team import Book, Compared

ONE = Compared("margin_rate", "rate", 1, (("kind",),), ())
KINDS = {"large": 0, "middling": 1, "small": 2}


def book(*accounts: tuple[str, str, float, float]) -> Book:
    """Accounts as (person, kind, numerator, denominator), added up as the engine does."""
    table = pd.DataFrame(accounts, columns=["person", "kind", "n", "d"])
    return book_of(table.assign(kind=table["kind"].map(KINDS)))


# A sells to large (30 of 100) and small (50 of 100); peers have 40 of 200 with the large and 120 of
# 300 with the small. With A's accounts they would have 20 + 40 = 60 of 200.
THREE = book(
    ("A", "large", 30, 100), ("A", "small", 50, 100), ("B", "large", 20, 100),
    ("B", "large", 20, 100), ("C", "small", 60, 150), ("C", "small", 60, 150),
)  # fmt: skip


@pytest.fixture(scope="module")
def settings():
    return params.load("all", "2026-10", "demo").settings.team


def test_expected_is_what_peers_had_with_accounts_of_the_same_kind():
    found = standardised(THREE, ONE, least=2, least_peers=1).loc["A"]
    assert found["observed"] == pytest.approx(0.40)
    assert found["expected"] == pytest.approx(0.30)
    assert found["difference"] == pytest.approx(0.10)
    assert found["finest"] == 1


def test_nobody_is_their_own_peer():
    better = book(
        ("A", "large", 90, 100), ("A", "small", 99, 100), ("B", "large", 20, 100),
        ("B", "large", 20, 100), ("C", "small", 60, 150), ("C", "small", 60, 150),
    )  # fmt: skip
    found = standardised(better, ONE, least=1, least_peers=1)
    assert found.loc["A", "expected"] == pytest.approx(0.30)
    assert found.loc["B", "expected"] == pytest.approx(0.90)


def test_a_kind_with_too_few_accounts_of_peers_is_compared_with_all_kinds():
    found = standardised(THREE, ONE, least=3, least_peers=1).loc["A"]
    assert found["expected"] == pytest.approx(160 / 500)
    assert found["finest"] == 0


def test_a_kind_with_too_few_peers_is_compared_with_all_kinds():
    found = standardised(THREE, ONE, least=2, least_peers=2).loc["A"]
    assert found["expected"] == pytest.approx(160 / 500)


def test_who_is_left_out_is_compared_and_is_nobodys_peer():
    found = standardised(THREE, ONE, least=2, least_peers=1, left_out=["B"])
    assert found.loc["B", "observed"] == pytest.approx(0.20)
    assert found.loc["A", "expected"] == pytest.approx(120 / 300)


def test_the_error_is_that_of_a_ratio_over_accounts():
    # Own accounts 1, 2, 3 of 10 each: residuals -1, 0, 1 about 0.2, so 2 * 3/2 = 3, over 30².
    # Peers' accounts are all alike and add nothing.
    accounts = book(
        ("A", "large", 1, 10), ("A", "large", 2, 10), ("A", "large", 3, 10),
        ("B", "large", 3, 10), ("B", "large", 3, 10), ("C", "large", 6, 20),
    )  # fmt: skip
    found = standardised(accounts, ONE, least=2, least_peers=2).loc["A"]
    assert found["error"] == pytest.approx(np.sqrt(3) / 30)
    assert found["degrees"] == pytest.approx(2)


def test_a_share_has_the_binomial_error_at_least():
    # Nobody of A's four accounts was kept; peers keep half: sqrt(4 * 0.5 * 0.5) / 4 = 0.25, not 0.
    accounts = [("A", "large", 0, 1)] * 4 + [("B", "large", 1, 1), ("B", "large", 0, 1)] * 50
    found = standardised(book(*accounts), replace(ONE, is_share=True), 2, 1).loc["A"]
    assert found["error"] == pytest.approx(0.25, abs=0.006)


def test_the_order_of_rows_is_irrelevant_and_the_input_is_left_alone():
    before = THREE.strata.copy()
    turned = Book(THREE.strata.iloc[::-1].reset_index(drop=True), THREE.spread.iloc[::-1])
    assert_frame_equal(
        standardised(turned, ONE, 2, 1).sort_index(), standardised(THREE, ONE, 2, 1).sort_index()
    )
    assert_frame_equal(THREE.strata, before)


def test_a_stratum_given_twice_is_refused():
    twice = Book(pd.concat([THREE.strata, THREE.strata.head(1)]), THREE.spread)
    with pytest.raises(ContractError, match="one row per person and stratum; repeated"):
        standardised(twice, ONE, 2, 1)


def test_hospitals_are_pulled_as_the_published_model_pulls_them():
    """Deaths after heart surgery on babies in twelve hospitals: BUGS Examples vol. 1, "Surgical".

    The published posterior means of its random effects model are on the logit scale; ours, on the
    scale of rates, come within a percentage point and a half.
    """
    operations = np.array([47, 148, 119, 810, 211, 196, 148, 215, 207, 97, 256, 360])
    deaths = np.array([0, 18, 8, 46, 8, 13, 9, 31, 14, 8, 29, 24])
    published = [0.053, 0.103, 0.071, 0.059, 0.052, 0.069, 0.067, 0.123, 0.070, 0.079, 0.102, 0.068]
    rate = deaths.sum() / operations.sum()
    error = np.sqrt(rate * (1 - rate) / operations)
    difference = deaths / operations - rate
    spread = usual_spread(difference, error)
    table = pd.DataFrame({"difference": difference, "error": error, "degrees": operations - 1.0})
    pulled = rate + judged(table, spread, 12)["pulled"]
    assert np.abs(pulled - published).max() < 0.015
    assert pulled.rank().tolist() == pytest.approx(pd.Series(published).rank().tolist(), abs=1.5)


def test_one_unusual_person_does_not_make_the_unusual_usual():
    rng = np.random.default_rng(1)
    ordinary = 0.02 * rng.standard_normal(22)
    error = np.full(23, 0.01)
    with_one = usual_spread(np.append(ordinary, -0.5), error)
    assert with_one < 1.5 * usual_spread(np.append(ordinary, 0.0), error)


def test_people_who_happen_to_be_alike_are_not_proved_to_be():
    assert usual_spread(np.zeros(10), np.ones(10)) > 0.05


def test_who_is_little_known_is_pulled_further():
    table = pd.DataFrame({"difference": [0.1, 0.1], "error": [0.01, 0.2], "degrees": [50.0, 50.0]})
    pulled = judged(table, 0.05, 20)["pulled"]
    assert pulled[0] == pytest.approx(0.1 * 0.05**2 / (0.05**2 + 0.01**2))
    assert pulled[1] < pulled[0] / 5


def test_holm_leaves_out_what_was_not_looked_at():
    adjusted = holm(pd.Series([0.01, np.nan, 0.03]))
    assert adjusted.tolist()[::2] == pytest.approx([0.02, 0.03])
    assert np.isnan(adjusted[1])


def test_people_who_cannot_be_told_apart_may_have_any_rank():
    drawn = np.random.default_rng(0).standard_normal((4000, 10))
    ranks = ranked(drawn, pd.RangeIndex(10))
    assert (ranks["rank_low"] == 1).all()
    assert (ranks["rank_high"] == 10).all()


def test_ordinary_people_are_seldom_called_unusual_and_intervals_hold_the_truth(settings):
    table = tried(settings, teams=8, people=12, spread=0.02, random_state=5)
    assert (table["called"] > 0).sum() <= 1
    assert table["covered"].sum() / table["intervals"].sum() > 0.90


def test_a_person_far_off_is_found_and_others_are_not_blamed_for_it(settings):
    table = tried(settings, teams=4, people=12, spread=0.01, random_state=2, planted=0.15)
    assert table["found"].all()
    assert table["called"].sum() == 0


def test_too_few_accounts_are_counted_and_nothing_else_is_said(settings):
    people = pd.DataFrame(index=pd.Index(["A", "B", "C"], name="person"))
    rows = compared({"margin_rate": THREE}, people, settings)
    assert (rows["state"] == "few").all()
    assert rows["difference"].isna().all()
    assert rows["n"].tolist() == [2, 2, 2]


def test_amounts_are_rounded_so_that_they_add_up():
    amounts = pd.Series([10.4, 20.4, 30.4, 40.3])
    assert rounded(amounts).tolist() == [11.0, 21.0, 30.0, 40.0]
    assert rounded(amounts).sum() == round(amounts.sum())


def test_weights_must_add_up_to_one(params_folder, tmp_path):
    folder = tmp_path / "params"
    shutil.copytree(params_folder, folder)
    base = folder / "base.yml"
    text = base.read_text(encoding="utf-8")
    assert "growth: 0.20, margin_rate: 0.20" in text
    base.write_text(text.replace("growth: 0.20, margin", "growth: 0.30, margin"), encoding="utf-8")
    with pytest.raises(ParameterError, match=r"must add up to 1; they are 1\.1"):
        params.load("east", "2026-02", "tiny", folder=folder)


def run_of(region: str, period: str = "2026-10") -> params.Run:
    return params.load(region, period, "demo")


@pytest.fixture(scope="module")
def firm_team(demo_data):
    return analyses.team(demo_data, run_of("all"))


@pytest.fixture(scope="module")
def south_team(demo_data):
    return analyses.team(demo_data, run_of("south"))


def test_the_unusual_salesperson_is_found_and_nobody_else(firm_team):
    unusual = firm_team.compared[firm_team.compared["state"] == UNUSUAL]
    people = set(unusual.index.get_level_values("person"))
    assert people == {"S-12"}
    assert {"margin_rate", "discount_rate"} <= set(unusual.index.get_level_values("measure"))
    assert unusual.loc[("S-12", "discount_rate"), "difference"] == pytest.approx(0.08, abs=0.015)


def test_who_is_called_behind_or_ahead_has_an_interval_that_shows_it(firm_team):
    table = firm_team.compared
    told = table[table["state"].isin(["above", "below"])]
    edge = told["unit"].map(SHOWN).fillna(0.0)
    nearest = told[["pulled_low", "pulled_high"]].abs().min(axis=1)
    assert (nearest > edge).all()
    better = (table["difference"] * table["good"] > 0)[table["good"] != 0]
    for verdict, is_better in (("ahead", True), ("behind", False)):
        named = table.index[table["verdict"] == verdict]
        assert (better[named] == is_better).all()
    assert set(table["verdict"]) <= {"ahead", "behind", "above", "below", "alike", "few"}


def test_discount_and_goods_make_up_the_margin_gap(firm_team):
    gap = analyses.margin_gap(firm_team).dropna()
    left = gap["gap"] - gap["gap_discount"] - gap["gap_goods"]
    assert left.abs().max() < 0.004
    assert gap.loc["S-12", "gap_discount"] < gap.loc["S-12", "gap_goods"] < -0.01


def test_a_region_shows_its_people_beside_peers_of_the_firm(south_team, firm_team):
    assert south_team.shown == ["S-10", "S-11", "S-12", "S-13"]
    assert_frame_equal(south_team.of_run, firm_team.compared.loc[south_team.shown])


def test_results_add_up_to_the_regions_revenue(demo_data, south_team):
    results = analyses.results(demo_data, run_of("south"), south_team)
    lines = demo_data.order_lines
    south = lines.filter((lines.region == "south") & (lines.ordered_at >= "2025-11-01"))
    expected = south.aggregate(
        whole=south.revenue.sum().cast("float64"),
        without=south.revenue.sum(where=south.salesperson_id.isnull()).cast("float64"),
    ).execute()
    assert results["revenue"].sum() == pytest.approx(expected["whole"][0])
    assert results.loc["", "revenue"] == pytest.approx(expected["without"][0])
    assert results.index[-1] == ""
    short = analyses.shortened(results, 4)
    assert short.loc["(total)", "revenue"] == pytest.approx(expected["whole"][0])
    assert len(short) == 5


def test_the_future_changes_nothing_in_the_past(demo_data):
    lines = demo_data.order_lines
    tables = {**demo_data.tables, "order_lines": lines.filter(lines.ordered_at < "2025-11-01")}
    cut = replace(demo_data, tables=tables)
    columns = ["n", "observed", "expected", "difference", "error"]
    run = run_of("all", "2025-10")
    now = analyses.team(demo_data, run).compared[columns]
    assert_frame_equal(analyses.team(cut, run).compared[columns], now)


def test_without_a_staff_table_people_go_by_their_numbers(demo_data, south_team):
    tables = {name: table for name, table in demo_data.tables.items() if name != "staff"}
    people = measures.people(replace(demo_data, tables=tables), south_team.sold)
    assert people.loc["S-12", "name"] == "S-12"
    assert (people["team"] == "").all()


def test_without_salespeople_everything_has_no_owner(demo_data):
    absent = [*demo_data.manifest["absent"], "order_lines.salesperson_id"]
    data = replace(demo_data, manifest={**demo_data.manifest, "absent": absent})
    run = run_of("south")
    people = analyses.team(data, run)
    assert people.needs == "order_lines.salesperson_id"
    results = analyses.results(data, run, people)
    assert results.index.tolist() == [""]
    scored = parts(people, run.settings.team)
    assert scorecard(scored, people, run.settings.team).empty
    assert analyses.targets(data, run, people).empty
    assert analyses.telling(people).empty
    assert analyses.funnel(people).empty
    assert analyses.profile(people, run.settings.team).empty


def test_a_scorecard_says_what_is_missing_and_what_that_could_change(firm_team, settings):
    scored = parts(firm_team, settings)
    card = scorecard(scored, firm_team, settings)
    row = card.loc["S-12"]
    assert row["known"] == pytest.approx(0.75)  # satisfaction, teamwork and skills are missing
    known = scored.loc["S-12"].dropna(subset="points")
    assert row["total"] == pytest.approx((known["points"] * known["weight"]).sum() / 0.75)
    assert row["best"] - row["worst"] == pytest.approx(25.0)
    assert row["worst"] <= row["total"] <= row["best"]
    assert row["high"] < 50 < card["total"].median() + 5
    assert card["total"].between(card["low"], card["high"]).all()
    assert (card["ranked"] == 23).all()


def test_no_score_is_given_where_too_little_is_known(firm_team, settings):
    asked = settings.model_copy(update={"least_known": 0.95})
    card = scorecard(parts(firm_team, asked), firm_team, asked)
    assert card[["total", "low", "rank"]].isna().all(axis=None)


def test_targets_add_up_to_the_plan_where_there_is_one(demo_data):
    run = run_of("north", "2026-03")
    people = analyses.team(demo_data, run)
    targets = analyses.targets(demo_data, run, people)
    total = targets.loc["(total)"]
    plan = demo_data.tables["plan"]
    plan = plan.filter((plan.region == "north") & (plan.month == "2026-04-01"))
    whole = float(plan.revenue_target.sum().cast("float64").execute())
    results = analyses.results(demo_data, run, people)
    share = 1 - results.loc["", "share"]
    assert total["planned"] == pytest.approx(whole * share)
    assert targets["target"].iloc[:-1].sum() == total["target"] == round(whole * share)
    assert np.allclose(targets["kept"] + targets["new"], targets["target"])


def test_small_books_that_grew_are_not_asked_to_grow_so_again(demo_data, firm_team):
    run = run_of("all")
    targets = analyses.targets(demo_data, run, firm_team).iloc[:-1]
    eased = targets[targets["eased"]]
    assert len(eased)
    now = firm_team.revenue(firm_team.window)
    then = firm_team.revenue(firm_team.window.prior())
    grew = (now / then)[eased.index]
    others = targets[~targets["eased"]]
    season = (others["base"] / now[others.index]).iloc[0]
    assert (eased["base"] < now[eased.index] * season).all()
    assert (grew > 1 + eased["growth"]).all()


def test_the_few_shown_and_the_rest_add_up(demo_data, firm_team):
    targets = analyses.targets(demo_data, run_of("all"), firm_team)
    short = analyses.fewer(targets, 12)
    assert len(short) == 13
    assert short["target"].iloc[:-1].sum() == pytest.approx(targets["target"].iloc[-1])
