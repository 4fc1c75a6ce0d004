import numpy as np
import pandas as pd
import pytest

from analysis import params
from analysis.analyses.season import decomposition, of_period, seasonal_calendar
from analysis.analyses.season import trend as moved_of
from analysis.exhibits import season as show
from analysis.exhibits.record import Absent
from analysis.findings import season as say

MONTHS = pd.period_range("2023-11", "2026-10", freq="M", name="month")


@pytest.fixture(scope="module")
def run():
    return params.load("east", "2026-10", "demo")


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(0)
    pattern = np.exp(0.2 * np.sin(np.arange(36) / 6 * np.pi) + rng.normal(0, 0.01, 36))
    pattern[-1] *= 0.8
    revenue = pd.DataFrame({"revenue": 1000 * pattern}, index=MONTHS)
    return decomposition(revenue, pd.Series(1.0, index=MONTHS), 24)


def moved(**changed: object) -> pd.Series:
    return pd.Series(
        {"level": 1000.0, "before": 950.0, "growth": 0.05, "low": 0.01, "high": 0.09,
         "stage": "growing"} | changed
    )  # fmt: skip


def period(**changed: float) -> pd.Series:
    return pd.Series(
        {"revenue": 880.0, "level": 1000.0, "season": 1.1, "calendar": 1.0, "remainder": 0.8,
         "usual": 1100.0, "months": 1.0, "chance": 0.03} | changed
    )  # fmt: skip


def test_a_period_is_said_beside_what_is_usual_of_it(run, table):
    finding = say.trend(table, period(), moved(), run, surprise=0.9, held=36)
    assert finding.sentence == (
        "East revenue of October 2026 was 20.0% (£220) below what is usual of the season; its "
        "underlying level grows, by 5.0% within a year (95% range +1.0% to +9.0%)."
    )
    assert finding.notable and finding.at_stake == pytest.approx(220)
    assert (finding.surprise, finding.certainty) == (0.9, pytest.approx(0.97))
    assert say.trend(table, period(chance=np.nan), moved(), run, 0.9, 36).certainty == 0.5


@pytest.mark.parametrize(
    ("remainder", "words"),
    [(1.12, "12.0% (£220) above what is usual"), (1.001, "was what is usual of the season; ")],
)
def test_above_and_as_usual(run, table, remainder, words):
    assert words in say.trend(table, period(remainder=remainder), moved(), run, 0.5, 36).sentence


@pytest.mark.parametrize(
    ("stage", "words"),
    [
        ("shrinking", "its underlying level shrinks, by 5.0% within a year"),
        ("steady", "whether its underlying level grows or shrinks cannot be told (+5.0% within"),
    ],
)
def test_every_stage_has_its_words(run, table, stage, words):
    assert words in say.trend(table, period(), moved(stage=stage), run, 0.5, 36).sentence


def test_a_short_history_is_said_with_its_count(run):
    finding = say.trend(pd.DataFrame(), period(months=0.0), None, run, 0.5, held=17)
    assert "it takes 24 whole months" in finding.sentence and finding.n == 17
    assert "the data hold 17" in say.seasons(pd.DataFrame(), pd.DataFrame(), run, 17).sentence


def test_a_month_that_still_runs_is_not_called_a_short_history(run, table):
    finding = say.trend(table, period(months=0.0), moved(), run, 0.5, held=35)
    assert finding.sentence == (
        "Season and trend are said of whole months only, and of October 2026 the data hold none."
    )


def test_a_period_held_in_part_says_which_months_it_is_about(run, table):
    year = params.load("east", "2026", "demo")
    finding = say.trend(table, period(months=10.0), moved(), year, 0.5, 36)
    assert "January 2026 to October 2026, the months that are whole" in finding.caveats[0]
    assert not say.trend(table, period(), moved(), run, 0.5, 36).caveats


def seasons(noise: float) -> pd.DataFrame:
    rng = np.random.default_rng(1)
    pattern = 0.0 if noise > 0.05 else 0.3 * np.sin(np.arange(36) / 6 * np.pi)
    revenue = 1000 * np.exp(pattern + rng.normal(0, noise, 36))
    parts = pd.DataFrame(
        {"value": revenue, "dimension": "category", "part": "Garden", "month": MONTHS}
    ).set_index(["dimension", "part", "month"])
    return seasonal_calendar(parts, pd.Series(1.0, index=MONTHS), MONTHS, 24)


def test_the_clearest_season_is_named_with_its_years(run):
    worth = pd.DataFrame(
        {"weight": [1.2, 0.6, 0.9]},
        index=[f"spring_festival.{phase}" for phase in ("before", "during", "after")],
    )
    finding = say.seasons(seasons(0.01), worth, run, 36)
    assert finding.sentence.startswith(
        "1 of 1 categories and kinds of customer has a season that returns beyond chance. The "
        "clearest is Garden: most in February"
    )
    assert "over 3 years" in finding.sentence
    assert finding.sentence.endswith(
        "Around the Spring Festival a day brings +20% before, −40% during and −10% after it, "
        "against a day of its month otherwise."
    )
    assert finding.subject == "category:Garden"


def test_the_clearest_season_is_the_one_that_returns_every_year(run):
    """Lamps had one year of 1.76 and others of 1.02; mugs are a third above in every year."""
    table = seasons(0.01)
    rows = pd.concat([table.assign(best_low=1.02, best_high=1.76), table.assign(best_low=1.3)])
    rows.index = pd.MultiIndex.from_tuples([("category", "Lamps"), ("category", "Mugs")])
    rows[2] = [1.76, 1.35]
    assert "The clearest is Mugs" in say.seasons(rows, pd.DataFrame(), run, 36).sentence


def test_noise_is_not_called_a_season(run):
    sentence = say.seasons(seasons(0.2), pd.DataFrame(), run, 36).sentence
    assert sentence.startswith("None of 1 categories and kinds of customer")


def test_pictures_show_what_the_tables_hold(run, table):
    alt = show.season(table, run).alt
    assert "from November 2023 to October 2026" in alt
    rows = show.season_table(of_period(table, MONTHS[-1], MONTHS[-1]), run).rows
    assert rows[0][0] == "Underlying level"
    assert rows[-1][2] == f"£{table['revenue'].iloc[-1]:,.0f}"
    assert "Garden most in February" in show.seasons(seasons(0.01), run).alt
    assert show.seasons_table(seasons(0.01), MONTHS, run).rows[0][0] == "Garden"


def test_nothing_to_show_is_said(run):
    empty = decomposition(
        pd.DataFrame({"revenue": []}, index=MONTHS[:0]), pd.Series(dtype=float), 24
    )
    assert isinstance(show.season(empty, run), Absent)
    assert isinstance(show.season_table(of_period(empty, *MONTHS[-2:]), run), Absent)
    assert isinstance(show.seasons(seasons(0.01).iloc[:0], run), Absent)
    assert isinstance(show.seasons_table(seasons(0.01).iloc[:0], MONTHS, run), Absent)
    assert moved_of(empty, 50, 0) is None
