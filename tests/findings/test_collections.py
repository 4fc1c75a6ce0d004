from datetime import date

import pandas as pd
import pytest

from analysis import params
from analysis.exhibits import collections as show
from analysis.findings import collections as say

WINDOW = (date(2026, 7, 2), date(2026, 10, 1), date(2026, 10, 31))
AS_OF = WINDOW[2]


@pytest.fixture(scope="module")
def run():
    return params.load("southwest", "2026-10", "demo")


def rates(*rows: tuple[str, float, float, str], base: float = 0.98) -> pd.DataFrame:
    """Parts as the analysis gives them: channel, rate, half-width, verdict; 1,000 due in each."""
    table = pd.DataFrame(
        [
            {"due": 1000.0, "paid_at_due": 100.0, "paid_in_time": 1000 * rate,
             "paid_by_now": 1000.0, "payments": 40.0, "customers": 20.0, "rate": rate,
             "low": rate - reach, "high": rate + reach, "rate_at_due": 0.1, "rate_by_now": 1.0,
             "base": base, "change": rate - base, "verdict": verdict}
            for _, rate, reach, verdict in rows
        ]
    )  # fmt: skip
    names = [("southwest", channel) for channel, *_ in rows]
    return table.set_index(pd.MultiIndex.from_tuples(names, names=["region", "channel"]))


def test_the_rate_with_base_and_interval(run):
    finding = say.rate(rates(("dealer", 0.3, 0.1, "review")), run, WINDOW, True)
    assert finding.sentence == (
        "Of £1.00k that fell due in South-West from 2 July 2026 to 1 October 2026, 30.0% was paid "
        "within 30 days of its due date (95% interval 20.0% to 40.0%, 20 customers), against "
        "98.0% a year earlier at the same age."
    )
    assert finding.at_stake == pytest.approx(680)
    assert finding.certainty > 0.9


def test_a_rate_as_before_is_no_news(run):
    finding = say.rate(rates(("dealer", 0.975, 0.02, "keep")), run, WINDOW, True)
    assert not finding.notable
    assert finding.certainty == 0.5


def test_without_a_year_earlier_it_says_so(run):
    finding = say.rate(rates(("dealer", 0.9, 0.02, "keep"), base=float("nan")), run, WINDOW, True)
    assert finding.sentence.endswith("(the data do not reach back to a year earlier).")
    assert not finding.notable


@pytest.mark.parametrize(
    ("rate", "reach", "verdict", "says", "notable"),
    [
        (0.3, 0.1, "review", "below the 60% at which a channel is reviewed.", True),
        (0.55, 0.1, "watch", "but the 95% interval reaches 65.0%.", False),
        (0.97, 0.02, "keep", "No channel of South-West is paid less than 60%", False),
    ],
)
def test_the_rule_is_said_as_surely_as_it_holds(run, rate, reach, verdict, says, notable):
    parts = rates(("store", 0.99, 0.01, "keep"), ("dealer", rate, reach, verdict))
    finding = say.rule(parts, run, WINDOW, True)
    assert says in finding.sentence
    assert "South-West, dealers" in finding.sentence
    assert finding.notable is notable
    assert finding.subject == "measure:collection_rate"


def test_few_payments_are_counted_and_not_judged(run):
    finding = say.rule(rates(("dealer", 0.3, 0.1, "few")), run, WINDOW, True)
    assert finding.sentence.startswith("No channel of South-West had the 20 payments")
    assert finding.n == 0


def ages(**owed: float) -> pd.DataFrame:
    names = ["not_due", "late_30", "late_60", "late_90", "late_more"]
    table = pd.DataFrame({"owed": [owed.get(name, 0.0) for name in names]}, index=names)
    return table.assign(owed_before=10.0, share=table["owed"] / max(table["owed"].sum(), 1))


def test_ageing_with_days_of_sales(run):
    finding = say.ageing(ages(not_due=600, late_30=100, late_more=300), run, AS_OF, (90, 60), True)
    assert finding.sentence == (
        "On 31 October 2026 £1.00k is owed on account in South-West, of which £400 is overdue and "
        "£300 (30.0%) for more than 90 days; that is 90 days of sales on account, 60 a year "
        "earlier."
    )
    assert finding.notable


def test_old_debts_that_grow_with_sales_are_no_news(run):
    table = ages(not_due=600, late_more=300)
    assert not say.ageing(table, run, AS_OF, (66, 60), True).notable
    assert not say.ageing(table, run, AS_OF, (66, float("nan")), True).notable


def test_nothing_owed(run):
    assert say.ageing(ages(), run, AS_OF, (0, 0), True).sentence == (
        "On 31 October 2026 nothing is owed on account in South-West."
    )


def debtors(*overdue: float) -> pd.DataFrame:
    index = pd.Index([f"C{n}***" for n, _ in enumerate(overdue)], name="customer_id")
    return pd.DataFrame(
        {"overdue": overdue, "late_more": 0.0, "payments": 1.0, "days": 10.0}, index=index
    )


@pytest.mark.parametrize(
    ("customers", "says"),
    [
        (debtors(*[10.0] * 20), "20 customers in South-West have payments overdue; the 12 that owe "
         "most owe £120, 60.0% of all that is overdue."),
        (debtors(70.0), "One customer in South-West has payments overdue, £70.00."),
        (debtors(), "No customer in South-West has a payment overdue on 31 October 2026."),
    ],
)  # fmt: skip
def test_the_largest_debtors(run, customers, says):
    assert say.largest(customers, run, AS_OF, True).sentence == says


def test_without_payments_every_sentence_says_what_is_missing(run):
    nothing = pd.DataFrame()
    for finding in (
        say.rate(nothing, run, WINDOW, False), say.rule(nothing, run, WINDOW, False),
        say.ageing(nothing, run, AS_OF, (0, 0), False), say.largest(nothing, run, AS_OF, False),
    ):  # fmt: skip
        assert "it needs payments" in finding.sentence
        assert not finding.notable


def test_tables_add_up_and_mask(run):
    shown = show.rates_table(
        rates(("dealer", 0.3, 0.1, "review"), ("store", 0.99, 0.005, "keep")),
        rates(("all", 0.6, 0.1, "watch")), run, WINDOW, True,
    )  # fmt: skip
    assert [cells[-1] for cells in shown.rows] == ["review", "keep", ""]
    assert shown.total == frozenset({2})
    aged = show.ageing_table(ages(not_due=600, late_more=400), run, AS_OF, True)
    assert aged.rows[-1][:3] == ("Total", "£1,000", "100.0%")
    listed = show.largest_table(debtors(70.0), run, AS_OF, True)
    assert listed.rows[0][0] == "1. C0***"


def test_exhibits_of_nothing_say_so(run):
    assert "payments" in show.rates_table(pd.DataFrame(), pd.DataFrame(), run, WINDOW, False).reason
    assert show.ageing(ages(), run, AS_OF, True).reason == "Nothing is owed on account."
    assert show.largest_table(debtors(), run, AS_OF, True).reason == "No payment is overdue."
