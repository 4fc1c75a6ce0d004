import pandas as pd
import pytest

from analysis import params, questions
from analysis.exhibits import verdicts as show
from analysis.findings import verdicts as say

ASKED = questions.load()


@pytest.fixture(scope="module")
def run():
    return params.load("east", "2026-10", "demo")


def account(before=1000.0, now=600.0, category="Furniture", p=0.02, claimed=0.0, cause="supply"):
    return pd.DataFrame([{
        "region": "east", "category": category, "before": before, "now": now,
        "change": now - before, "p": p, "claimed": claimed, "effect": claimed,
        "rest": now - before - claimed, "cause": cause, "cause_region": "east",
        "cause_category": "Furniture", "second": "", "second_region": "", "second_category": "",
        "is_main": True,
    }])  # fmt: skip


def answer(question, verdict, effect=float("nan"), low=None, high=None, **own):
    return {
        "region": "east", "category": "Furniture", "question": question, "effect": effect,
        "low": effect * 1.2 if low is None else low, "high": effect * 0.8 if high is None else high,
        "p": 0.001, "n": 400.0, "needs": "", "named": "", "verdict": verdict, "share": 0.8,
        "claimed": 0.0, "counted": 0.0, "for": 1, "against": 0, "open": 0, "at_region": "",
        "at_category": "", **own,
    }  # fmt: skip


def check(question, name, says, value=float("nan"), other=float("nan"), told="", decisive=True):
    return {
        "region": "east", "category": "Furniture", "question": question, "check": name,
        "says": says, "decisive": decisive, "value": value, "other": other, "n": 1.0, "told": told,
    }  # fmt: skip


SUPPLY = pd.DataFrame([
    check("supply", "out", "for", 9, 0.7), check("supply", "lost", "for", 2, 42),
    check("supply", "held", "for", 0.03, decisive=False),
    check("supply", "market", "for", 0.01, decisive=False),
    check("competitor", "noted", "against", 0),
])  # fmt: skip


def said(table, answers, checks=SUPPLY, base="year_before", run=None, is_whole=True):
    return say.main(table, pd.DataFrame(answers), checks, run, base, is_whole)


def test_a_fall_that_supply_explains_in_part_names_money_range_and_evidence(run):
    answers = [answer("supply", "supported", -300.0), answer("competitor", "contradicted")]
    finding = said(account(), answers, run=run)
    assert finding.sentence == (
        "Furniture in East fell £400 (−40.0%) on a year earlier; our own supply accounts for about "
        "£300 of it (95% range £240 to £360): 9 products that brought 70% of its revenue before "
        "were out of stock and sold 2 order lines where 42 were expected, products in stock held, "
        "and the market did not shrink. A competitor is not in evidence."
    )
    assert finding.notable
    assert finding.at_stake == 300
    assert finding.subject == "category:Furniture"
    assert finding.certainty == pytest.approx(0.999)
    assert finding.values["effect"] == -300


def test_a_cause_accounts_for_no_more_than_there_was(run):
    finding = said(account(), [answer("supply", "supported", -300.0, -500.0, -200.0)], run=run)
    assert "about £300 of it (95% range £200 to £400)" in finding.sentence
    finding = said(account(), [answer("supply", "supported", -500.0)], run=run)
    assert (
        "accounts for all of it, having taken about £500 by itself (95% range £400 to £600) while "
        "the rest rose £100: " in finding.sentence
    )


def test_a_rise_in_spite_of_a_cause_says_so(run):
    finding = said(account(now=1200.0), [answer("supply", "opposed", -300.0)], run=run)
    assert finding.sentence.startswith(
        "Furniture in East rose £200 (+20.0%) on a year earlier in spite of our own supply, which "
        "by itself took about £300 (95% range £240 to £360)"
    )


def test_no_change_although_a_cause_was_at_work_says_so(run):
    finding = said(account(now=1000.0), [answer("supply", "opposed", -300.0)], run=run)
    assert finding.sentence.startswith(
        "Furniture in East did not change on a year earlier, although our own supply by itself took"
    )


def test_a_small_change_is_said_and_not_called_none(run):
    finding = said(account(now=1003.0), [answer("supply", "opposed", -300.0)], run=run)
    assert finding.sentence.startswith(
        "Furniture in East rose £3.00 (+0.3%) on a year earlier in spite of our own supply"
    )


def of_the_firm(*causes):
    """The firm, a range of a region, and answers of both: the first two named of the whole."""
    rows = [{**account(50_000.0, 50_190.0).iloc[0], "region": "all", "category": "",
             "is_main": False}, account().iloc[0]]  # fmt: skip
    for name, of in zip(("cause", "second"), causes, strict=False):
        rows[0] |= {name: of["question"], f"{name}_region": of["region"],
                    f"{name}_category": of["category"]}  # fmt: skip
    checks = [dict(row) for row in SUPPLY.to_dict("records")] + [
        {**check("competitor", name, "for", value), "region": "all", "category": ""}
        for name, value in (("fell", -0.3), ("stock", 0))
    ]
    firm = params.load("all", "2026-10", "demo")
    table = pd.DataFrame(rows)
    return say.whole(table, pd.DataFrame(causes), pd.DataFrame(checks), firm, "year_before", True)


def test_of_the_firm_the_largest_cause_comes_first_with_its_place_and_the_rest_after():
    rival = answer("competitor", "opposed", -100.0, named="six shops", at_region="north",
                   at_category="Textiles") | {"region": "all", "category": ""}  # fmt: skip
    sentence = of_the_firm(answer("supply", "supported", -300.0), rival).sentence
    assert sentence == (
        "Revenue of the whole firm rose £190 (+0.4%) on a year earlier in spite of our own supply "
        "in Furniture in East, which by itself took about £300 (95% range £240 to £360): 9 "
        "products that brought 70% of the revenue of Furniture in East before were out of stock "
        "and sold 2 order lines where 42 were expected, products in stock held, and the market did "
        "not shrink. Beside it, a competitor (six shops) in Textiles in North took about £100 (95% "
        "range £80.00 to £120)."
    )
    first = of_the_firm(rival).sentence
    assert "order lines of Textiles in North have been 30% below" in first


def test_losses_over_service_are_said_without_a_range_that_is_not_theirs(run):
    checks = pd.DataFrame([check("service", "slow", "for", 23, 100),
                           check("service", "lift", "for", 2.3, 1.6)])  # fmt: skip
    answers = [answer("service", "supported", -100.0)]
    finding = said(account(cause="service"), answers, checks, run=run)
    assert "accounts for about £100 of it: of 23 customers who waited too long" in finding.sentence
    assert "range" not in finding.sentence and "low" not in finding.values
    table = show.verdict_table(account(cause="service"), pd.DataFrame(answers), checks, run, ASKED)
    assert table.rows[0][3] == "–"


def test_what_the_market_would_have_done_is_said_with_what_the_rest_did(run):
    answers = [answer("market", "supported", 900.0, counted=900.0)]
    sentence = said(account(now=1200.0, cause=""), answers, run=run).sentence
    assert "; the market by itself would have added about £900 while the rest fell £700" in sentence


def test_no_cause_is_claimed_where_none_is_in_evidence(run):
    answers = [answer("supply", "contradicted"), answer("competitor", "contradicted")]
    finding = said(account(p=0.4, cause=""), answers, run=run)
    assert finding.sentence == (
        "Furniture in East fell £400 (−40.0%) on a year earlier; no cause that we could act on is "
        "in evidence, and 40% of like categories and times moved as far without one."
    )
    assert not finding.notable
    assert finding.at_stake == 0


def test_without_the_tables_the_pack_cannot_tell(run):
    answers = [
        answer("supply", "unknown", needs="inventory.stock_out_days"),
        answer("competitor", "unknown", needs="events"),
    ]
    finding = said(account(p=float("nan"), cause=""), answers, SUPPLY.iloc[:0], run=run)
    assert finding.sentence == (
        "Furniture in East fell £400 (−40.0%) on a year earlier; what caused it cannot be told, "
        "for want of events, inventory.stock_out_days."
    )


def test_growth_from_nothing_is_said_in_words(run):
    finding = said(
        account(before=0.0, now=50.0, cause=""), [answer("supply", "contradicted")], run=run
    )
    assert "rose £50.00 (from nothing)" in finding.sentence


def test_nothing_to_compare_with_is_a_sentence_with_no_number(run):
    finding = said(account().iloc[:0], [answer("supply", "unknown")], base=None, run=run)
    assert finding.sentence.startswith("The data do not reach back")
    assert (finding.n, finding.values) == (0, {})


def test_a_range_that_holds_zero_is_said_in_both_directions_and_is_not_notable(run):
    checks = pd.DataFrame([check("price", "rose", "for", 0.07, 0.0),
                           check("price", "lines", "for", -0.14)])  # fmt: skip
    answers = [answer("price", "partly", -100.0, -300.0, 50.0, named="Furniture")]
    finding = said(account(cause="price"), answers, checks, run=run)
    assert finding.sentence.startswith(
        "Furniture in East fell £400 (−40.0%) on a year earlier. The change in our list prices of "
        "Furniture may have had a part, but it is not sure: between £300 taken and £50.00 gained "
        "(95% range): they rose 7.0% against other ranges"
    )
    risen = said(account(now=1200.0, cause="price"), answers, checks, run=run).sentence
    assert "in spite of" not in risen and "between £300 taken and £50.00 gained" in risen
    assert not finding.notable


def test_a_period_still_running_is_not_notable_and_says_why(run):
    finding = said(account(), [answer("supply", "supported", -300.0)], run=run, is_whole=False)
    assert not finding.notable
    assert finding.sentence.startswith("Nothing is said yet: the data end before ")
    assert finding.values == {}


def test_tables_show_every_question_and_every_check(run):
    judged = pd.DataFrame([answer("supply", "supported", -300.0, counted=-300.0),
                           answer("competitor", "contradicted")])  # fmt: skip
    table = account(claimed=-300.0)
    board = show.board(table, judged, run)
    assert board.rows[0][:4] == ("Furniture in East", "−£400", "−40.0%", "Our supply")
    assert board.rows[0][4:] == ("−£300", "−£100")
    verdict = show.verdict_table(table, judged, SUPPLY, run, ASKED)
    assert verdict.rows[0] == (
        "Was it our supply?", "supported", "−£300", "−£360 … −£240", "80%",
        "2 order lines, 42 expected",
    )  # fmt: skip
    assert verdict.rows[1][1] == "contradicted"
    evidence = show.evidence_table(table, SUPPLY, run)
    assert len(evidence.rows) == len(SUPPLY)
    assert evidence.rows[0][2:] == ("9 out; 70.0% of revenue before", "for it")


def test_no_change_to_ask_about_has_no_table(run):
    empty = account().iloc[:0]
    judged = pd.DataFrame(columns=list(answer("supply", "unknown")))
    for exhibit in (
        show.board(empty, judged, run),
        show.verdict_table(empty, judged, SUPPLY, run, ASKED),
        show.evidence_table(empty, SUPPLY, run),
    ):
        assert "do not reach back" in exhibit.reason
