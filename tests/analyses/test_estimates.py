"""Intervals and tests against published worked examples and the field's own libraries."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats

from analysis.analyses.estimates import MEASURES, difference, estimate

SHARE, MEAN = MEASURES["repurchase_rate"], MEASURES["revenue_per_customer"]
ORDERS, MARGIN = MEASURES["average_order_value"], MEASURES["gross_margin_rate"]


def came_again(successes: int, n: int) -> pd.DataFrame:
    repeats = [1.0] * successes + [0.0] * (n - successes)
    return pd.DataFrame({"repeats": repeats, "one": 1.0})


def spending(amounts: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame({"revenue": amounts, "one": 1.0, "revenue_of_customer_squared": amounts**2})


def with_moments(mean: float, deviation: float, n: int) -> pd.DataFrame:
    """Amounts of exactly this mean and standard deviation."""
    raw = np.linspace(-1, 1, n)
    return spending(mean + deviation * raw / raw.std(ddof=1))


def ordering(seed: int, customers: int, level: float) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Orders of customers who are alike in themselves, and the table of those customers."""
    rng = np.random.default_rng(seed)
    rows = [
        (who, rng.gamma(2.0, level) * typical)
        for who, typical in enumerate(rng.lognormal(0, 0.5, customers))
        for _ in range(int(rng.integers(1, 8)))
    ]
    orders = pd.DataFrame(rows, columns=["customer", "value"])
    table = orders.groupby("customer")["value"].agg(
        revenue="sum", order_count="size", revenue_squares=lambda values: (values**2).sum()
    )
    return orders, table


class TestShares:
    def test_wilsons_interval_of_newcombes_example(self):
        """81 of 263: 0.2553 to 0.3662; Newcombe (1998), Statistics in Medicine 17, 857, table I."""
        found = estimate(came_again(81, 263), SHARE)
        assert [round(found[name], 4) for name in ("low", "high")] == [0.2553, 0.3662]

    def test_the_difference_of_newcombes_example(self):
        """56 of 70 less 48 of 80: 0.2000, 0.0524 to 0.3339; ibid. 17, 873, table II, method 10."""
        found = difference(came_again(56, 70), came_again(48, 80), SHARE)
        ends = [found["difference_low"], found["difference_high"]]
        assert [round(end, 4) for end in ends] == [0.0524, 0.3339]
        assert found["effect"] == pytest.approx(0.2)

    def test_its_chance_is_that_of_pearsons_test(self):
        found = difference(came_again(56, 70), came_again(48, 80), SHARE)
        table = [[56, 14], [48, 32]]
        assert found["p"] == pytest.approx(stats.chi2_contingency(table, correction=False).pvalue)

    @pytest.mark.parametrize("successes", [0, 5])
    def test_groups_that_are_all_alike_do_not_differ(self, successes):
        found = difference(came_again(successes, 5), came_again(successes, 5), SHARE)
        assert (found["difference"], found["p"]) == (0, 1)


class TestMeans:
    def test_one_amount_a_customer_is_welchs_test(self):
        rng = np.random.default_rng(1)
        a, b = rng.normal(100, 30, 25), rng.normal(80, 60, 40)
        found = difference(spending(a), spending(b), MEAN)
        theirs = stats.ttest_ind(a, b, equal_var=False)
        assert found["p"] == pytest.approx(theirs.pvalue, rel=1e-9)
        low, high = theirs.confidence_interval(0.95)
        assert (found["difference_low"], found["difference_high"]) == pytest.approx((low, high))

    def test_its_interval_is_students(self):
        amounts = np.array([3.0, 8.0, 4.0, 9.0, 1.0])
        found = estimate(spending(amounts), MEAN)
        low, high = stats.t.interval(0.95, 4, amounts.mean(), stats.sem(amounts))
        assert (found["low"], found["high"]) == pytest.approx((low, high))

    def test_hedges_g_of_a_textbook(self):
        """Means 103 and 100, deviations 5.5 and 4.5, 50 each: g 0.5924.

        Borenstein et al. (2009), Introduction to Meta-Analysis, p. 27.
        """
        found = difference(with_moments(103, 5.5, 50), with_moments(100, 4.5, 50), MEAN)
        assert round(found["effect"], 4) == 0.5924

    def test_orders_of_one_customer_are_alike_and_count_as_such(self):
        """Its error is that of a regression with errors clustered by customer."""
        orders, table = ordering(seed=3, customers=30, level=40.0)
        found = estimate(table, ORDERS)
        fit = sm.OLS(orders["value"], np.ones(len(orders))).fit(
            cov_type="cluster", cov_kwds={"groups": orders["customer"]}
        )
        reach = (found["high"] - found["low"]) / 2
        assert found["value"] == pytest.approx(fit.params.iloc[0])
        assert reach / stats.t.ppf(0.975, 29) == pytest.approx(fit.bse.iloc[0])
        assert (found["customers"], found["n"]) == (30, len(orders))

    def test_the_size_of_it_is_in_deviations_of_single_orders(self):
        (mine, one), (theirs, other) = ordering(4, 20, 50.0), ordering(5, 30, 30.0)
        a, b = mine["value"], theirs["value"]
        freedom = len(a) + len(b) - 2
        pooled = np.sqrt((a.var() * (len(a) - 1) + b.var() * (len(b) - 1)) / freedom)
        expected = (a.mean() - b.mean()) / pooled * (1 - 3 / (4 * freedom - 1))
        assert difference(one, other, ORDERS)["effect"] == pytest.approx(expected)


class TestAllOfThem:
    def test_intervals_cover_the_truth_as_often_as_they_say(self):
        """Of 400 samples of 40 customers each, 95% of intervals hold the mean order value."""
        held = 0
        for seed in range(400):
            rng = np.random.default_rng(seed)
            orders = rng.integers(1, 6, 40).astype(float)
            typical = rng.normal(100, 20, 40)
            table = pd.DataFrame({"revenue": orders * typical, "order_count": orders})
            found = estimate(table, ORDERS)
            held += found["low"] <= 100 <= found["high"]
        assert 0.92 <= held / 400 <= 0.975

    def test_one_customer_has_a_value_and_no_interval(self):
        found = estimate(pd.DataFrame({"revenue": [10.0], "order_count": [2.0]}), ORDERS)
        assert found["value"] == 5
        assert np.isnan(found["low"])

    def test_customers_without_a_denominator_are_in_neither_half(self):
        known = pd.DataFrame({"gross_margin": [2.0, 3.0], "costed_revenue": [10.0, 10.0]})
        unknown = pd.DataFrame({"gross_margin": [0.0], "costed_revenue": [0.0]})
        found = estimate(pd.concat([known, unknown]), MARGIN)
        assert (found["value"], found["customers"]) == (0.25, 2)

    def test_the_order_of_customers_is_of_no_account(self):
        _, table = ordering(6, 25, 40.0)
        shuffled = table.sample(frac=1, random_state=0)
        assert estimate(table, ORDERS) == pytest.approx(estimate(shuffled, ORDERS))
