import numpy as np
import pandas as pd
import pytest

from analysis.analyses.counterfactual import Panel, Scope, Spell, Touched, Weeks, quantile

REGIONS, CATEGORIES = ("east", "north", "south", "west"), ("Beds", "Lamps", "Rugs", "Seats")
NOW, BEFORE = Weeks(9, 0), Weeks(61, 10)
YEAR_BEFORE = Weeks(61, 52)


def weekly(effect=None, lines=100.0, weeks=150, chance=None) -> pd.DataFrame:
    """Every cell sells as many lines each week; some, multiplied from a week on."""
    rows = [
        (week, region, category, lines)
        for week in range(weeks)
        for region in REGIONS
        for category in CATEGORIES
    ]
    table = pd.DataFrame(rows, columns=["week", "region", "category", "lines"])
    if chance is not None:
        table = table.assign(lines=chance.poisson(table["lines"]).astype(float))
    for (region, category, first), times in (effect or {}).items():
        hit = (table["week"] <= first) & table["region"].isin(region or REGIONS)
        hit &= table["category"].isin(category or CATEGORIES)
        table.loc[hit, "lines"] *= times
    return table.assign(revenue=table["lines"])


def estimate(table, scope, spell=None, touched=()):
    panel = Panel(table)
    return panel.estimate(scope, spell or Spell(NOW, BEFORE), touched, 10, 20)


def test_a_cell_that_lost_three_in_ten_is_measured_to_have():
    table = weekly({(("north",), ("Rugs",), 9): 0.7})
    found = estimate(table, Scope("north", "Rugs"))
    assert found.share() == pytest.approx(-0.3)
    assert found.is_visible
    assert found.lines == 700


def test_what_a_whole_region_and_a_whole_category_did_is_not_a_cells_own():
    table = weekly({(("north",), None, 9): 0.5, (None, ("Rugs",), 9): 1.4})
    assert estimate(table, Scope("north", "Rugs")).log == pytest.approx(0)


def test_a_category_is_held_against_the_median_of_the_others():
    # One other category doubled: a sum of the others would call the rest a fall.
    table = weekly({(None, ("Rugs",), 9): 0.9, (None, ("Beds",), 9): 2.0})
    found = estimate(table, Scope(category="Rugs"), Spell(NOW, YEAR_BEFORE))
    assert found.share() == pytest.approx(-0.1)


def test_a_season_all_share_is_no_effect():
    table = weekly()
    season = 1 + 0.5 * np.sin(table["week"] / 52 * 2 * np.pi)
    table = table.assign(lines=table["lines"] * season)
    assert estimate(table, Scope("east")).log == pytest.approx(0, abs=1e-12)
    assert estimate(table, Scope("east", "Beds")).log == pytest.approx(0, abs=1e-12)


def test_cells_something_happened_to_are_no_comparison():
    table = weekly({(("north",), ("Rugs",), 9): 0.7, (("south",), ("Rugs",), 9): 0.1})
    other = Touched(Scope("south", "Rugs"), Weeks(9, 0))
    assert estimate(table, Scope("north", "Rugs"), touched=[other]).share() == pytest.approx(-0.3)
    assert estimate(table, Scope("north", "Rugs")).share() > -0.2


def test_one_in_twenty_quiet_cells_or_fewer_is_beyond_its_interval():
    table = weekly(lines=20.0, chance=np.random.default_rng(7))
    found = [estimate(table, Scope(r, c)) for r in REGIONS for c in CATEGORIES]
    assert sum(one.is_visible for one in found) <= 2
    assert all(one.is_known for one in found)


def test_placebos_that_share_weeks_are_not_counted_twice():
    panel = Panel(weekly(chance=np.random.default_rng(8)))
    errors, apart = panel.placebos(Scope("north", "Rugs"), Spell(NOW, BEFORE), [], 10)
    # Of 150 weeks, 52 are needed before; ten begin 26 times four weeks apart, 9 of them apart.
    windows = range(0, 150 - 61, 4)
    others = len(REGIONS) * len(CATEGORIES) - 1
    assert len(errors) >= others * len(windows)
    assert apart <= others * 9 + 8
    assert estimate(weekly(), Scope("north", "Rugs")).placebos == apart


def test_few_placebos_make_no_interval_narrower_than_their_number_allows():
    table = weekly(chance=np.random.default_rng(9))
    panel, lamps = Panel(table), Scope(category="Lamps")
    spell = Spell(Weeks(25, 0), Weeks(77, 52))
    errors, apart = panel.placebos(lamps, spell, [], 10)
    assert 5 <= apart < 20
    few = panel.estimate(lamps, spell, [], 10, 20)
    many = panel.estimate(lamps, spell, [], 10, apart)
    assert few.reach >= many.reach
    assert few.reach >= many.reach / quantile(errors) * 2.0 * np.sqrt((errors**2).mean())
    assert np.isnan(panel.estimate(lamps, Spell(Weeks(70, 0), Weeks(122, 52)), [], 10, 20).reach)


def test_too_few_lines_or_too_short_a_history_cannot_be_told():
    assert not estimate(weekly(lines=0.5), Scope("north", "Rugs")).is_known
    assert not estimate(weekly(weeks=40), Scope("north", "Rugs")).is_known


def test_the_order_of_rows_does_not_matter_and_the_table_is_left_alone():
    table = weekly({(("north",), ("Rugs",), 9): 0.7})
    kept = table.copy()
    turned = estimate(table.iloc[::-1], Scope("north", "Rugs"))
    assert turned == estimate(table, Scope("north", "Rugs"))
    pd.testing.assert_frame_equal(table, kept)


def test_no_interval_is_narrower_than_chance_in_lines_alone():
    assert quantile(np.zeros(100)) == pytest.approx(1.96, abs=0.01)
    assert quantile(np.arange(1.0, 20.0)) == 19
