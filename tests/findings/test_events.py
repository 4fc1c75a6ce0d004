import pandas as pd
import pytest

from analysis import params, questions
from analysis.errors import ParameterError
from analysis.exhibits import events as show
from analysis.findings import events as say

ASKED = questions.load()


@pytest.fixture(scope="module")
def run():
    return params.load("north", "2026-10", "demo")


def effects(*rows: tuple[str, str, float, float, str, str]) -> pd.DataFrame:
    return pd.DataFrame([
        {"event_id": f"E{n}", "kind": kind, "starts_at": pd.Timestamp("2026-05-01"),
         "ends_at": pd.NaT, "region": "north", "category": "Textiles", "note": note, "weeks": 26,
         "log": effect, "reach": 0.1, "effect": effect, "low": effect - 0.1, "high": effect + 0.1,
         "p": p, "n": 281.0, "placebos": 90, "says": says, "why": why}
        for n, (kind, note, effect, p, says, why) in enumerate(rows)
    ])  # fmt: skip


RIVAL = ("competitor", "six shops", -0.3, 0.002, "fell", "")
QUIET = ("policy", "levy", 0.01, 0.8, "nothing", "")
SHORT = ("holiday", "", float("nan"), float("nan"), "unclear", "short")


def test_the_clearest_event_is_named_with_range_and_n(run):
    finding = say.event_effects(effects(RIVAL, QUIET, SHORT), run, ASKED, True)
    assert finding.sentence == (
        "Of 3 events noted around North up to October 2026, the effect of one is visible: the "
        "clearest is competitor (six shops) in Textiles in North from 1 May 2026, since when order "
        "lines were 30% below what they would have been (95% range −40% to −20%; 281 order lines); "
        "1 had no visible effect and 1 cannot be told. This is association, not proof."
    )
    assert finding.certainty == pytest.approx(0.998)


def test_events_that_moved_nothing_are_counted(run):
    finding = say.event_effects(effects(QUIET), run, ASKED, True)
    assert finding.sentence == (
        "None of 1 event noted around North up to October 2026 moved sales visibly; 1 had no "
        "visible effect and 0 cannot be told."
    )


def test_no_events_and_no_diary_are_told_apart(run):
    none = effects(QUIET).iloc[:0]
    assert "No event that touches North" in say.event_effects(none, run, ASKED, True).sentence
    assert "needs events" in say.event_effects(none, run, ASKED, False).sentence
    assert "events" in show.event_table(none, run, ASKED, False).reason
    assert "No event" in show.event_table(none, run, ASKED, True).reason


def test_the_table_says_why_an_effect_cannot_be_told(run):
    shown = show.event_table(effects(RIVAL, SHORT), run, ASKED, True)
    assert shown.rows[0][1:] == ("North, Textiles", "1 May 2026", "−30%", "−40% … −20%", "fell")
    assert shown.rows[1][-1] == "cannot tell (no whole week)"
    assert shown.rows[1][0] == "Holiday"


def test_the_picture_says_what_it_shows(run):
    points = pd.DataFrame({"event_id": "E0", "region": "north", "category": "Textiles",
                           "week": [28, 24, 0], "ratio": [1.0, 0.7, 0.65], "begins": 26,
                           "ends": 0})  # fmt: skip
    drawn = show.paths(points, effects(RIVAL), run)
    assert "North, Textiles, Competitor: six shops: from 1.00 before" in drawn.alt
    assert "No event" in show.paths(points.iloc[:0], effects(RIVAL), run).reason


def test_a_misspelt_question_is_an_error_that_names_the_nearest(tmp_path):
    text = (params.paths.PARAMS / "questions.yml").read_text(encoding="utf-8")
    (tmp_path / "questions.yml").write_text(text.replace("named_share", "name_share"))
    with pytest.raises(ParameterError, match=r"questions\.yml.*'name_share'.*named_share"):
        questions.load(tmp_path)
