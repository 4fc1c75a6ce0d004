import numpy as np
import pandas as pd
import pytest

from analysis import units
from analysis.exhibits import cards


def standing(name: str, now: float, before: float, verdict: str, **more: float) -> pd.DataFrame:
    """One indicator as ``analyses.board.board`` gives it."""
    change = now - before
    relative = change / before if before else np.nan
    row = {"current": now, "before": before, "change": change, "relative": relative,
           "target": np.nan, "gap_target": np.nan, "verdict": verdict}  # fmt: skip
    return pd.DataFrame([row | more], index=pd.Index([name], name="measure"))


@pytest.mark.parametrize(
    ("now", "before", "verdict", "delta", "tone"),
    [
        (110.0, 100.0, "better", "▲ 10.0% on last year", "good"),
        (90.0, 100.0, "worse", "▼ 10.0% on last year", "bad"),
        (100.0, 100.0, "same", "= 0.0% on last year", "flat"),
        (100.0, np.nan, "unknown", "not compared", "flat"),
    ],
)
def test_a_card_says_direction_in_words_signs_and_tone(run, now, before, verdict, delta, tone):
    (card,) = cards.board(standing("revenue", now * 1000, before * 1000, verdict), run,
                          "year_before").cards  # fmt: skip
    assert card == ("Revenue", units.money(now * 1000), delta, tone)


def test_a_rate_moves_in_points_and_meets_its_target_or_not(run):
    held = standing("gross_margin_rate", 0.372, 0.360, "better", target=0.4, gap_target=-0.028)
    (card,) = cards.board(held, run, "year_before").cards
    assert card[1:3] == ("37.2%", "▲ 1.2 pts on last year · target 40.0%, missed")


def test_a_target_is_neither_met_nor_missed_by_a_period_so_far(run):
    so_far = standing("plan_attainment", 0.4, np.nan, "unknown", target=1.0)
    (card,) = cards.board(so_far, run, "year_before").cards
    assert card[1:] == ("40.0%", "not compared", "flat")


def test_growth_over_nothing_is_not_a_number_on_a_card(run):
    (card,) = cards.board(standing("revenue", 12.0, 0.0, "better"), run, "year_before").cards
    assert card[2] == "▲ from nothing on last year"
