from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis import params, questions
from analysis.analyses import verdicts
from analysis.analyses.events import Around
from analysis.analyses.evidence import offer
from analysis.analyses.evidence.grounds import Grounds
from analysis.analyses.evidence.record import Answer, Cell, money, visible

NOBODY_LOST = pd.DataFrame(index=pd.Index([], name="reason"))


@pytest.fixture(scope="module")
def asked():
    return questions.load()


def checks(*says: str, decisive: int = 1) -> pd.DataFrame:
    return pd.DataFrame({"says": says, "decisive": [n < decisive for n in range(len(says))]})


@pytest.mark.parametrize(
    ("estimate", "says", "verdict"),
    [
        ((-80.0, -95.0, -60.0), ("for", "for"), "supported"),
        ((-30.0, -45.0, -20.0), ("for", "for"), "partly"),
        ((-80.0, -95.0, -60.0), ("for", "against"), "partly"),
        ((-80.0, -195.0, 20.0), ("for", "for"), "partly"),
        ((-2.0, -3.0, -1.0), ("for", "for"), "contradicted"),
        ((-80.0, -95.0, -60.0), ("against", "for"), "contradicted"),
        ((80.0, 60.0, 95.0), ("for", "for"), "opposed"),
        ((-80.0, -95.0, -60.0), ("open", "for"), "unknown"),
        ((-80.0, -95.0, -60.0), ("missing",), "unknown"),
        ((np.nan, np.nan, np.nan), ("for", "for"), "unknown"),
    ],
)
def test_the_rule_of_verdicts(asked, estimate, says, verdict):
    assert verdicts.judged(*estimate, -100.0, checks(*says), asked)[0] == verdict


def found(change: float, *effects: tuple[str, float]) -> verdicts.Evidence:
    """Causes that all checks speak for, of one cell."""
    key = {"region": "east", "category": "Beds"}
    cells = [{**key, "before": 200.0, "now": 200.0 + change, "change": change, "p": 0.5}]
    answers = [
        {**key, "question": name, "effect": effect, "low": effect * 1.1, "high": effect * 0.9,
         "p": 0.01, "n": 50, "needs": "", "named": "", "at_region": "", "at_category": ""}
        for name, effect in effects
    ]  # fmt: skip
    rows = [
        {**key, "question": name, "check": "out", "says": "for", "decisive": True}
        for name, _ in effects
    ]
    return verdicts.Evidence(pd.DataFrame(cells), pd.DataFrame(rows), pd.DataFrame(answers))


def test_causes_never_account_for_more_than_there_was(asked):
    evidence = found(-100.0, ("supply", -80.0), ("competitor", -50.0), ("market", -70.0))
    judged = verdicts.verdicts(evidence, asked)
    assert judged["claimed"].tolist() == [-80, -20, 0]
    account = verdicts.account(evidence, judged).iloc[0]
    assert account["claimed"] == account["change"] == -100
    assert account["effect"] == -200
    assert account["effect"] + account["rest"] == account["change"]


def test_growth_that_market_and_other_regions_share_is_counted_once(asked):
    judged = verdicts.verdicts(found(100.0, ("market", 70.0), ("alike", 90.0)), asked)
    assert judged["counted"].tolist() == [0, 90]


def test_what_is_not_sure_is_not_counted(asked):
    evidence = found(-100.0, ("supply", -60.0))
    unsure = replace(evidence, answers=evidence.answers.assign(high=10.0))
    assert verdicts.verdicts(unsure, asked)["counted"].tolist() == [0]


def test_more_than_the_change_leaves_a_rest_of_the_other_sign(asked):
    evidence = found(20.0, ("market", 120.0))
    account = verdicts.account(evidence, verdicts.verdicts(evidence, asked)).iloc[0]
    assert (account["claimed"], account["effect"], account["rest"]) == (20, 120, -100)


def test_of_the_whole_the_largest_cause_of_a_part_is_named_with_its_place(asked):
    part, whole = found(-100.0, ("supply", -80.0)), found(5.0, ("competitor", -30.0))
    evidence = verdicts.Evidence(
        *(
            pd.concat([getattr(whole, name).assign(region="all", category=""), getattr(part, name)])
            for name in ("cells", "checks", "answers")
        )
    )
    account = verdicts.account(evidence, verdicts.verdicts(evidence, asked)).iloc[0]
    assert account[["cause", "cause_region", "cause_category"]].tolist() == [
        "supply", "east", "Beds",
    ]  # fmt: skip
    assert account[["second", "second_region", "second_category"]].tolist() == [
        "competitor", "all", "",
    ]  # fmt: skip


def test_what_worked_against_a_change_accounts_for_none_of_it(asked):
    evidence = found(100.0, ("competitor", -50.0), ("market", 40.0))
    judged = verdicts.verdicts(evidence, asked)
    assert judged["verdict"].tolist() == ["opposed", "partly"]
    assert judged["claimed"].tolist() == [0, 40]
    assert verdicts.account(evidence, judged)["rest"].tolist() == [60]


def test_an_effect_is_worth_what_would_have_been_there():
    assert money(70.0, np.log(0.7), 0.0) == pytest.approx((-30, -30, -30))
    effect, low, high = money(70.0, np.log(0.7), 0.1)
    assert low < effect < high < 0


def test_an_estimate_on_the_wrong_side_speaks_against():
    assert [visible(x, 0.1, -1) for x in (-0.2, 0.2, 0.05, np.nan)] == [
        "for", "against", "open", "missing",
    ]  # fmt: skip


def judged_of(data, region, period, asked):
    run = params.load(region, period, "demo")
    evidence = verdicts.evidence(data, run, asked, Around.of(data, run), NOBODY_LOST)
    judged = verdicts.verdicts(evidence, asked)
    return evidence, judged.set_index(["category", "question"])


def test_in_east_it_was_supply_and_no_competitor(demo_data, asked):
    evidence, judged = judged_of(demo_data, "east", "2026-10", asked)
    own, rival = judged.loc[("Furniture", "supply")], judged.loc[("Furniture", "competitor")]
    assert own["verdict"] == "supported"
    assert own["high"] < 0
    assert rival["verdict"] in ("contradicted", "unknown")
    assert rival["claimed"] == 0
    cells = evidence.cells.set_index("category")
    change = cells["change"]
    claimed = judged.groupby("category")["claimed"].sum().reindex(change.index)
    assert (claimed.abs() <= change.abs() + 1e-6).all()


def test_in_north_it_was_a_competitor_and_not_our_supply(demo_data, asked):
    _, judged = judged_of(demo_data, "north", "2026-05..2026-10", asked)
    assert judged.loc[("Textiles", "competitor"), "verdict"] == "supported"
    assert judged.loc[("Textiles", "supply"), "verdict"] == "contradicted"


def test_where_prices_rose_order_lines_fell_and_other_ranges_were_not_repriced(demo_data, asked):
    evidence, judged = judged_of(demo_data, "central", "2026-10", asked)
    rows = evidence.checks[evidence.checks["question"] == "price"]
    whole = rows[rows["category"] == ""].set_index("check")
    assert judged.loc[("", "price"), "named"] == "Lighting"
    assert whole.loc["rose", "value"] == pytest.approx(0.07, abs=0.003)
    assert whole.loc["lines", "says"] == "for"
    assert abs(whole.loc["elasticity", "value"] + 1.8) <= whole.loc["elasticity", "other"]


def test_no_supply_or_competitor_is_found_where_there_was_none(demo_data, asked):
    for region in ("central", "south"):
        _, judged = judged_of(demo_data, region, "2026-10", asked)
        causes = judged[judged.index.isin(["supply", "competitor", "promotion"], level="question")]
        assert not causes["verdict"].isin(verdicts.AT_WORK).any()


def test_losses_over_service_are_money_of_the_region(demo_data, asked):
    lost = pd.DataFrame(
        {"exposed": [40.0], "gone": [10.0], "others": [400.0], "others_gone": [50.0],
         "expected": [5.0], "lift": [2.0], "low": [1.25], "high": [3.2], "chance": [0.01],
         "excess": [5.0], "excess_revenue": [1200.0]},
        index=pd.Index(["slow_answer"], name="reason"),
    )  # fmt: skip
    run = params.load("northeast", "2026-10", "demo")
    evidence = verdicts.evidence(demo_data, run, asked, Around.of(demo_data, run), lost)
    own = evidence.answers.set_index(["category", "question"]).loc[("", "service")]
    assert own["effect"] == pytest.approx(-100)  # a twelfth of what they bought a year
    assert own["low"] < own["effect"] < own["high"] < 0


def test_a_firm_that_delivers_orders_alone_cannot_tell(tiny, tiny_run, asked):
    run = tiny_run("2026-02")
    evidence = verdicts.evidence(tiny, run, asked, Around.of(tiny, run))
    judged = verdicts.verdicts(evidence, asked)
    asked_for = judged[judged["question"].isin(["supply", "competitor", "market", "promotion"])]
    assert set(asked_for["verdict"]) == {"unknown"}
    assert (asked_for["needs"] != "").all()


def test_without_a_base_nothing_is_asked(tiny, tiny_run, asked):
    run = tiny_run("2024-01")
    evidence = verdicts.evidence(tiny, run, asked, Around.of(tiny, run))
    judged = verdicts.verdicts(evidence, asked)
    assert verdicts.account(evidence, judged).empty


def test_an_answer_starts_unknown():
    assert np.isnan(Answer("supply").effect)


@pytest.mark.parametrize(("now", "says"), [(90.0, "for"), (110.0, "against"), (100.0, "open")])
def test_fewer_customers_speak_for_a_loss_of_customers_though_revenue_rose(
    tiny, tiny_run, asked, monkeypatch, now, says
):
    run = tiny_run("2026-02")
    ground = Grounds.of(tiny, run, asked, Around.of(tiny, run), run.region)
    counts = iter([now, 100.0])
    monkeypatch.setattr(
        offer, "measure", lambda *_: pd.DataFrame({"value": [next(counts)]})
    )  # fmt: skip
    assert offer._fewer(ground, Cell(run.region, None, 100.0, 150.0)).says == says
