import re

import pandas as pd
import pytest

from analysis import params
from analysis.exhibits import team as show
from analysis.findings import team as say
from analysis.periods import parse

YEAR, MONTH = parse("2025-11..2026-10"), parse("2026-10")
ROW = {
    "n": 140.0, "denominator": 480_000.0, "observed": 0.365, "expected": 0.362,
    "difference": 0.003, "error": 0.005, "low": -0.007, "high": 0.013, "spread": 0.004, "z": 0.5,
    "p": 0.6, "p_adjusted": 1.0, "pulled": 0.001, "pulled_low": -0.005, "pulled_high": 0.007,
    "money": 1_440.0, "state": "alike",
    "verdict": "alike", "unit": "rate", "good": 1, "of": "accounts",
}  # fmt: skip
UNUSUAL = ROW | {
    "observed": 0.2818, "expected": 0.3652, "difference": -0.0834, "low": -0.0933,
    "high": -0.0735, "p": 1e-12, "p_adjusted": 1e-10, "pulled": -0.0834, "pulled_low": -0.0928,
    "pulled_high": -0.0739, "money": -39_831.0, "state": "unusual", "verdict": "behind",
}  # fmt: skip
NAMES = {"S-12": "Lydia Cottam", "S-10": "Joanna Speight"}
ABSENT_NUMBERS = re.compile(r"nan|None|\d\.\d{4,}|inf")


@pytest.fixture(scope="module")
def run():
    return params.load("south", "2026-10", "demo")


def telling(**rows: dict) -> pd.DataFrame:
    """Rows by ``person__measure``, persons written S_12."""
    keys = [tuple(key.replace("S_", "S-").split("__")) for key in rows]
    index = pd.MultiIndex.from_tuples(keys, names=["person", "measure"])
    names = [NAMES.get(person, person) for person, _ in keys]
    return pd.DataFrame(list(rows.values()), index=index).assign(name=names)


GAP = pd.DataFrame({"gap": [-0.083], "gap_discount": [-0.063], "gap_goods": [-0.02]}, ["S-12"])
NO_GAP = GAP.iloc[:0]


def test_who_is_unusual_is_named_with_peers_interval_n_money_and_cause(run):
    table = telling(S_12__margin_rate=UNUSUAL, S_10__margin_rate=ROW)
    finding = say.unusual(table, GAP, run, YEAR, is_whole=True)
    assert finding.sentence == (
        "Lydia Cottam (S-12) had 28.2% of sales left as margin in the 12 months to October 2026, "
        "where peers with the same kinds of account would have had 36.5%: −8.3 pts (95% interval "
        "−9.3 pts to −7.3 pts; 140 accounts), −£39.8k in all; −6.3 pts of it is discount and "
        "−2.0 pts the goods sold. Nobody else of the 2 salespeople here is unusual."
    )
    assert finding.notable
    assert finding.subject == "salesperson:S-12"
    assert finding.at_stake == pytest.approx(39_831 / 12)
    assert finding.certainty == pytest.approx(1)
    assert "ask before judging" in finding.caveats[0]


def test_a_second_unusual_person_is_named_too(run):
    table = telling(S_12__margin_rate=UNUSUAL, S_10__win_rate=UNUSUAL | {"money": float("nan")})
    finding = say.unusual(table, NO_GAP, run, YEAR, is_whole=True)
    assert "Unusual too: Joanna Speight (S-10), deals won −8.3 pts." in finding.sentence
    assert "Nobody else" not in finding.sentence


def test_where_nobody_is_unusual_the_largest_difference_is_given_as_ordinary(run):
    table = telling(S_10__margin_rate=ROW, S_12__margin_rate=ROW)
    finding = say.unusual(table, NO_GAP, run, YEAR, is_whole=True)
    assert finding.sentence == (
        "None of the 2 salespeople in South is unusual beside what peers would have done with the "
        "same kinds of account, on any of 1 measures over the 12 months to October 2026; what "
        "stands out most is Joanna Speight (S-10) on margin rate: +0.3 pts as counted (95% "
        "interval −0.7 pts to +1.3 pts), +0.1 pts allowing for chance, no more than chance makes."
    )
    assert not finding.notable
    assert finding.certainty == 0


def test_who_is_behind_but_not_unusual_has_the_same_verdict_in_sentence_table_and_profile(run):
    row = ROW | {
        "observed": 0.621, "expected": 0.852, "difference": -0.231, "low": -0.365, "high": -0.097,
        "pulled": -0.163, "pulled_low": -0.276, "pulled_high": -0.05, "state": "below",
        "verdict": "behind",
    }  # fmt: skip
    table = telling(S_10__retention=row, S_12__retention=ROW)
    finding = say.unusual(table, NO_GAP, run, YEAR, is_whole=True)
    assert finding.sentence.endswith(
        "on accounts kept: −23.1 pts as counted (95% interval −36.5 pts to −9.7 pts), −16.3 pts "
        "allowing for chance, which is behind peers, though no further off than ordinary people "
        "are."
    )
    assert finding.values["pulled"] == -0.163
    shown = show.compared_table(table, run, "").rows[0]
    assert shown[4:] == (
        "−23.1 pts (−36.5 pts to −9.7 pts)", "−16.3 pts", "behind peers"
    )  # fmt: skip


def test_one_salesperson_alone_is_spoken_of_as_one(run):
    finding = say.unusual(telling(S_10__margin_rate=ROW), NO_GAP, run, MONTH, is_whole=True)
    assert finding.sentence.startswith("Joanna Speight (S-10), the only salesperson in South, is")
    assert "over October 2026." in finding.sentence


def test_people_without_a_name_go_by_their_number(run):
    table = telling(S_99__margin_rate=UNUSUAL)
    assert say.unusual(table, NO_GAP, run, YEAR, True).sentence.startswith(
        "S-99 had 28.2% of sales"
    )


def test_too_few_accounts_are_a_result(run):
    finding = say.unusual(telling(S_10__margin_rate=ROW).iloc[:0], NO_GAP, run, YEAR, is_whole=True)
    assert finding.sentence == (
        "Nobody in South has the 20 accounts or deals and the 2 peers it takes to be compared."
    )
    assert finding.n == 0
    assert not finding.notable


def test_a_period_not_yet_over_is_no_news(run):
    finding = say.unusual(telling(S_12__margin_rate=UNUSUAL), GAP, run, YEAR, is_whole=False)
    assert not finding.notable
    assert len(finding.caveats) == 2


def results(**revenue: float) -> pd.DataFrame:
    index = ["" if key == "nobody" else key for key in revenue]
    return pd.DataFrame({"revenue": list(revenue.values()), "orders": 10.0}, index=index)


def test_revenue_without_a_salesperson_is_given_as_share_and_money(run):
    finding = say.unowned(results(A=300.0, nobody=100.0), run, YEAR, "", is_whole=True)
    assert finding.sentence == (
        "25.0% of revenue in South in the 12 months to October 2026 has no salesperson (£100); "
        "nobody can be asked about it, and nobody is judged by it."
    )
    assert finding.values["share"] == 0.25


def test_revenue_that_all_has_a_salesperson_is_said_so(run):
    finding = say.unowned(results(A=300.0), run, YEAR, "", is_whole=True)
    assert finding.sentence.startswith("All revenue in South in the 12 months to October 2026")


def test_salespeople_that_are_not_recorded_are_asked_for(run):
    need = "order_lines.salesperson_id"
    finding = say.unowned(results(nobody=300.0), run, YEAR, need, is_whole=True)
    assert need in finding.sentence
    assert finding.n == 0


def profiles(**people: dict) -> pd.DataFrame:
    rows = {key.replace("S_", "S-"): value for key, value in people.items()}
    empty = {"judged": 5, "strengths": (), "weaknesses": (), "hint": ""}
    table = pd.DataFrame([empty | row for row in rows.values()], index=list(rows))
    return table.assign(name=[NAMES[person] for person in rows])


def test_where_someone_is_behind_the_sentence_says_where_and_what_may_help(run):
    table = telling(S_12__margin_rate=UNUSUAL, S_10__margin_rate=ROW)
    weak = profiles(S_12={"weaknesses": ("margin_rate",), "hint": "range"}, S_10={})
    assert say.profile(weak, table, run, is_whole=True).sentence == (
        "With chance allowed for, 1 of the 2 salespeople in South is behind peers on something and "
        "none ahead; most stands out on margin rate, where Lydia Cottam (S-12) is −8.3 pts from "
        "peers (95% interval −9.3 pts to −7.4 pts). What may help: which articles earn what, and "
        "an alternative to offer."
    )


def test_where_nobody_differs_no_training_is_suggested(run):
    table = telling(S_12__margin_rate=ROW, S_10__margin_rate=ROW)
    finding = say.profile(profiles(S_12={}, S_10={}), table, run, is_whole=True)
    assert finding.sentence.endswith("so no training is suggested from these data.")


def test_where_someone_is_only_ahead_they_could_show_others(run):
    row = ROW | {
        "state": "above",
        "verdict": "ahead",
        "pulled": 0.02,
        "pulled_low": 0.01,
        "pulled_high": 0.03,
    }
    table = telling(S_10__win_rate=row, S_12__win_rate=ROW)
    strong = profiles(S_10={"strengths": ("win_rate",)}, S_12={})
    assert say.profile(strong, table, run, is_whole=True).sentence.endswith(
        "Joanna Speight (S-10) stands out on deals won, +2.0 pts from peers (95% interval "
        "+1.0 pts to +3.0 pts), and could show others how."
    )


WEIGHTS = pd.DataFrame(
    {"weight": [0.6, 0.4], "known": [2, 0], "people": [2, 2], "n": [100.0, float("nan")]},
    index=pd.Index(["margin_rate", "teamwork"], name="part"),
)
SCORED = {
    "known": 0.6, "worst": 30.0, "best": 70.0, "rank": 1.0, "rank_low": 1.0, "rank_high": 2.0,
    "ranked": 2,
}  # fmt: skip


def card(*rows: dict) -> pd.DataFrame:
    people = ["S-10", "S-12"][: len(rows)]
    table = pd.DataFrame([SCORED | row for row in rows], index=people)
    return table.assign(name=[NAMES[person] for person in people])


def test_a_score_says_what_is_known_who_is_first_and_who_can_be_told_apart(run):
    table = card(
        {"total": 52.0, "low": 44.0, "high": 60.0},
        {"total": 36.0, "low": 30.0, "high": 42.0, "rank_low": 2.0},
    )
    finding = say.scorecard(table, WEIGHTS, run, is_whole=True)
    assert finding.sentence == (
        "60% of the weights is known (teamwork missing); on that part Joanna Speight (S-10) of "
        "South scores 52 (rank 1 to 2 of 2) and Lydia Cottam (S-12) 36 (rank 2 to 2), where "
        "peers' level is 50. Only Lydia Cottam (S-12) can be told from peers' level."
    )
    assert not finding.notable


def test_scores_that_cannot_be_told_apart_are_said_not_to_be(run):
    same = {"total": 50.0, "low": 40.0, "high": 60.0}
    finding = say.scorecard(card(same, same), WEIGHTS, run, is_whole=True)
    assert finding.sentence.endswith("Nobody's total can be told from peers' level.")


def test_without_enough_known_there_is_no_score(run):
    none = dict.fromkeys(("total", "low", "high"), float("nan"))
    finding = say.scorecard(card(none, none), WEIGHTS.assign(known=0), run, is_whole=True)
    assert finding.sentence == (
        "No score is given: only 0% of the weights is known, and it takes 50%."
    )


def aims(**changes: object) -> pd.DataFrame:
    row = {
        "base": 100.0, "kept": 95.0, "new": 10.0, "target": 105.0, "low": 80.0, "high": 130.0,
        "stretch": 110.0, "growth": 0.05, "n": 60.0, "eased": False, "planned": float("nan"),
        "scale": 1.0,
    } | changes  # fmt: skip
    table = pd.DataFrame([row, row | {"eased": False}], index=["S-10", "(total)"])
    return table.assign(name=["Joanna Speight", "(total)"])


def test_targets_are_given_against_their_base_with_an_interval(run):
    finding = say.targets(aims(), run, "November 2026", is_whole=True)
    assert finding.sentence == (
        "Own accounts, the season and peers' growth suggest £105 for South in November 2026 (95% "
        "interval £80.00 to £130), +5.0% against the base of £100; Joanna Speight (S-10) has the "
        "largest part, £105. There is no plan for those months to add up to."
    )


def test_targets_that_meet_a_plan_say_what_they_were_without_it(run):
    finding = say.targets(aims(planned=105.0, scale=0.5, eased=True), run, "May 2026", True)
    assert (
        "It adds up to the plan for what people sell, £105; without the plan it would be £210."
        in (finding.sentence)
    )
    assert finding.sentence.endswith(
        "not asked again of Joanna Speight (S-10), whose books are small."
    )


def test_no_sentence_holds_a_missing_or_unrounded_number(run):
    table = telling(S_12__margin_rate=UNUSUAL, S_10__cycle=ROW | {"unit": "days", "observed": 41.2})
    findings = [
        say.unusual(table, GAP, run, YEAR, True),
        say.targets(aims(), run, "November 2026", True),
        say.unowned(results(A=1.0, nobody=0.0), run, YEAR, "", True),
    ]
    for finding in findings:
        assert not ABSENT_NUMBERS.search(finding.sentence), finding.sentence
        assert set(finding.values) <= set(finding.units), finding.id


def test_tables_show_n_and_interval_beside_every_difference(run):
    table = telling(S_12__margin_rate=UNUSUAL, S_10__margin_rate=ROW)
    shown = show.compared_table(table, run, "")
    assert shown.rows[0] == (
        "Lydia Cottam (S-12)", "margin rate", "140", "28.2% / 36.5%",
        "−8.3 pts (−9.3 pts to −7.3 pts)", "−8.3 pts", "unusual: behind peers",
    )  # fmt: skip


def test_teams_have_a_row_by_measure_the_furthest_from_nothing_first(run):
    keys = [("south", "Field", "win_rate"), ("south", "Field", "margin_rate")]
    index = pd.MultiIndex.from_tuples(keys, names=["region", "team", "measure"])
    rows = [ROW | {"people": 3}, UNUSUAL | {"people": 3}]
    shown = show.teams_table(pd.DataFrame(rows, index=index), run, "")
    assert shown.rows[0] == (
        "Field, South", "margin rate", "3", "28.2% / 36.5%", "−8.3 pts (−9.3 pts to −7.3 pts)",
    )  # fmt: skip
    assert len(shown.rows) == 2


def test_weights_show_what_is_missing(run):
    shown = show.weights_table(WEIGHTS, run, "")
    assert [row[1:3] for row in shown.rows] == [("60%", "2 of 2"), ("40%", "missing")]


def test_without_salespeople_tables_say_what_they_need(run):
    empty = pd.DataFrame()
    for exhibit in (
        show.compared_table,
        show.profile_table,
        show.weights_table,
        show.targets_table,
    ):
        assert (
            "order_lines.salesperson_id" in exhibit(empty, run, "order_lines.salesperson_id").reason
        )
