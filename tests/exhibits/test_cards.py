import numpy as np
import pandas as pd
import pytest

from analysis import units
from analysis.exhibits import cards


def comparison(name: str, now: float, before: float) -> pd.DataFrame:
    row = {"current": now, "prior": np.nan, "year_before": before}
    row |= {"change_year_before": now - before, "change_prior": np.nan, "growth_prior": np.nan}
    row |= {"growth_year_before": (now - before) / before if before else np.nan}
    return pd.DataFrame([row], index=pd.Index([name], name="measure"))


@pytest.mark.parametrize(
    ("now", "before", "delta", "tone"),
    [
        (110.0, 100.0, "▲ 10.0% on last year", "good"),
        (90.0, 100.0, "▼ 10.0% on last year", "bad"),
        (100.0, 100.0, "= 0.0% on last year", "flat"),
        (100.0, np.nan, "not compared", "flat"),
    ],
)
def test_a_card_says_direction_in_words_signs_and_tone(run, now, before, delta, tone):
    (card,) = cards.headline(comparison("revenue", now * 1000, before * 1000), run).cards
    assert card == ("Revenue", units.money(now * 1000), delta, tone)


def test_a_rate_moves_in_points(run):
    (card,) = cards.headline(comparison("gross_margin_rate", 0.372, 0.360), run).cards
    assert card[1:3] == ("37.2%", "▲ 1.2 pts on last year")


def test_growth_over_nothing_is_not_a_number_on_a_card(run):
    (card,) = cards.headline(comparison("orders", 12.0, 0.0), run).cards
    assert card[2] == "▲ from nothing on last year"
