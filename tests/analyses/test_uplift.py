import numpy as np
import pandas as pd
import pytest

from analysis.analyses import uplift

DAYS = pd.date_range("2024-01-01", "2025-12-28", freq="D")
ON_OFFER = (pd.Timestamp("2025-06-02"), pd.Timestamp("2025-06-29"))
KITCHEN = [("Kitchen", "b2b")]


def daily(lift: float = 1.0, rng: np.random.Generator | None = None) -> pd.DataFrame:
    """Lines of two categories and two kinds; businesses' kitchens are lifted while on offer."""
    parts = []
    for category, kind, level in (
        ("Kitchen", "b2b", 20.0), ("Kitchen", "b2c", 40.0), ("Garden", "b2b", 30.0),
        ("Garden", "b2c", 50.0),
    ):  # fmt: skip
        lines = np.full(len(DAYS), level)
        if (category, kind) in KITCHEN:
            lines = np.where((ON_OFFER[0] <= DAYS) & (ON_OFFER[1] >= DAYS), level * lift, level)
        if rng is not None:
            lines = rng.poisson(lines).astype(float)
        parts.append(
            pd.DataFrame({"day": DAYS, "category": category, "kind": kind, "lines": lines})
        )
    return pd.concat(parts, ignore_index=True)


def fitted(table: pd.DataFrame, cells: list[tuple[str, str]] = KITCHEN) -> uplift.Base:
    data = uplift.panel(table, [ON_OFFER[0], ON_OFFER[1] + pd.Timedelta(days=1)])
    return uplift.fit(data, [uplift.scope(data, cells, data.inside(*ON_OFFER))])


def test_twice_as_many_lines_on_offer_and_no_change_elsewhere_is_twice():
    estimate, error = fitted(daily(2.0)).at(0)
    assert estimate == pytest.approx(np.log(2), abs=1e-6)
    assert 0 < error < 0.2


def test_a_rise_of_everything_is_nobodys_uplift():
    table = daily()
    held = table["day"].between(*ON_OFFER)
    table = table.assign(lines=table["lines"].where(~held, table["lines"] * 3))
    assert fitted(table).at(0)[0] == pytest.approx(0, abs=1e-6)


def test_a_season_of_the_category_is_not_the_offers():
    """Kitchens of both kinds sell half as much again every June; only one kind is on offer."""
    table = daily(1.2)
    june = (table["category"] == "Kitchen") & (table["day"].dt.month == 6)
    table = table.assign(lines=table["lines"].where(~june, table["lines"] * 1.5))
    assert fitted(table).at(0)[0] == pytest.approx(np.log(1.2), abs=0.02)


def test_where_all_is_on_offer_nothing_is_claimed():
    everything = [(category, kind) for category in ("Kitchen", "Garden") for kind in ("b2b", "b2c")]
    assert all(np.isnan(number) for number in fitted(daily(2.0), everything).at(0))


def test_a_score_of_a_flag_that_was_handed_in_is_nothing_more():
    base = fitted(daily(2.0))
    data = base.panel
    estimates, _ = base.beside([uplift.scope(data, KITCHEN, data.inside(*ON_OFFER))])
    assert np.isnan(estimates[0])


def test_stretches_are_weeks_cut_where_an_offer_begins_and_ends():
    data = uplift.panel(daily(), [pd.Timestamp("2025-06-04")])
    assert data.days.sum() == len(DAYS)
    assert pd.Timestamp("2025-06-04") in data.starts
    assert data.counts.sum() == daily()["lines"].sum()


def test_estimates_scatter_as_their_errors_say():
    rng = np.random.default_rng(4)
    scores = []
    for _ in range(12):
        estimate, error = fitted(daily(1.3, rng)).at(0)
        scores.append((estimate - np.log(1.3)) / error)
    assert np.abs(np.mean(scores)) < 1
    assert 0.4 < np.std(scores) < 1.7


def test_too_few_placebos_give_no_interval():
    few = uplift.with_interval(0.3, 0.1, np.array([1.0, -1.0]), least=3)
    assert few["log_uplift"] == 0.3
    assert np.isnan(few["low"])


def test_placebos_that_scatter_twice_as_far_double_the_error():
    told = uplift.with_interval(0.3, 0.1, np.array([2.0, -2.0, 2.0, -2.0]), least=3)
    assert told["se"] == pytest.approx(0.2)
    assert told["high"] - 0.3 == pytest.approx(2.776 * 0.2, rel=1e-3)  # Student's t of 4
