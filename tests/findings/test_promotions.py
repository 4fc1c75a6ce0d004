import numpy as np
import pandas as pd
import pytest

from analysis import params
from analysis.exhibits import promotions as show
from analysis.findings import promotions as say
from analysis.periods import parse

YEAR = parse("2025-11..2026-10")


@pytest.fixture(scope="module")
def run():
    return params.load("east", "2026-05", "demo")


def row(name: str, verdict: str, gain: float, reach: float, **other: float) -> dict[str, object]:
    told = {
        "name": name, "kind": "10% off", "verdict": verdict, "lines": 80.0, "revenue": 5000.0,
        "base_revenue": 4000.0, "uplift": 0.2, "uplift_low": 0.1, "uplift_high": 0.3,
        "earned": gain + 1500, "extra_discount": 500.0, "cost": 1000.0, "invested": 1500.0,
        "return": (gain + 1500) / 1500, "gain": gain, "gain_low": gain - reach,
        "gain_high": gain + reach, "chance_of_nothing": 0.01, "after": np.nan,
        "after_high": np.nan, "beside_high": np.nan,
    }  # fmt: skip
    return told | other


def table(*rows: dict[str, object]) -> pd.DataFrame:
    index = pd.Index([f"P{n}" for n, _ in enumerate(rows, start=1)], name="promotion_id")
    return pd.DataFrame(list(rows), index=index)


def test_a_promotion_that_paid(run):
    finding = say.promotion_return(table(row("Fair", "paid", 2000, 500)), run, True)
    assert finding.sentence == (
        "Fair paid: against what would have been sold without it, its added sales earned £3.50k "
        "and it cost £1.50k in discounts and expenses, a gain of £2.00k (95% interval +£1.50k to "
        "+£2.50k); order lines on offer rose an estimated 20.0% (+10.0% to +30.0%)."
    )
    assert finding.notable
    assert finding.subject == "promotion:P1"
    assert finding.certainty == pytest.approx(0.99)


def test_a_promotion_that_did_not_pay_beside_others(run):
    rows = (row("Fair", "paid", 2000, 500), row("Sale", "not_paid", -1000, 200))
    finding = say.worst(table(*rows), run, True, YEAR)
    assert finding.sentence.startswith("Sale did not pay: ")
    assert "a loss of £1.00k (95% interval −£1.20k to −£800)" in finding.sentence
    assert finding.sentence.endswith(
        "Promotions in November 2025 – October 2026: 2, of which 1 paid, 1 did "
        "not, and 0 cannot be told."
    )


def test_what_cannot_be_told_is_said_so_and_is_no_news(run):
    finding = say.promotion_return(table(row("Weeks", "unknown", 100, 900)), run, True)
    assert finding.sentence == (
        "Whether Weeks paid cannot be told: its added sales earned an estimated £1.60k against "
        "£1.50k in discounts and expenses, but the gain of £100 could be anything between a "
        "loss of £800 and a gain of £1.00k."
    )
    assert not finding.notable


def test_an_interval_above_nothing_may_be_chance_where_many_are_asked_about(run):
    rows = [row("Weeks", "unknown", 900, 800), row("Fair", "unknown", 100, 900)]
    sentence = say.promotion_return(table(*rows), run, True).sentence
    assert (
        "could be anything between a gain of £100 and a gain of £1.70k, which is not beyond chance "
        "where 2 promotions are asked about at once."
    ) in sentence


def test_money_of_a_year_is_at_stake_by_the_month(run):
    finding = say.worst(table(row("Sale", "not_paid", -1200, 200)), run, True, YEAR)
    assert finding.at_stake == pytest.approx(100)


def test_purchases_brought_forward_are_a_caveat(run):
    finding = say.promotion_return(
        table(row("Fair", "paid", 2000, 500, after_high=-0.05)), run, True
    )
    assert "Purchases brought forward are not taken off." in finding.caveats


@pytest.mark.parametrize(
    ("rows", "known", "says"),
    [
        ([], True, "No promotion ran in East in May 2026."),
        ([], False, "What promotions brought cannot be said: it needs promotions"),
        (
            [row("Fair", "unknown", np.nan, 1)],
            True,
            "1 promotion ran in East in May 2026, but too little was sold",
        ),
    ],
)
def test_without_promotions_or_estimates_there_is_a_sentence_and_no_number(run, rows, known, says):
    finding = say.promotion_return(table(*rows) if rows else pd.DataFrame(), run, known)
    assert finding.sentence.startswith(says)
    assert finding.n == 0
    assert not finding.notable


def test_no_loss_is_said_too(run):
    finding = say.worst(table(row("Fair", "paid", 2000, 500)), run, True, YEAR)
    assert finding.sentence.startswith(
        f"No promotion in East in {YEAR.label} is known to have lost"
    )


def test_offers_are_compared(run):
    offers = pd.DataFrame(
        {
            "names": ["Fair", "Sale, Weeks"],
            "promotions": [1.0, 2.0],
            "gain": [100.0, -50.0],
            "return": [2.0, 0.4],
        },
        index=pd.Index(["4% off", "buy one, get one free"], name="kind"),
    )
    sentence = say.best_offer(offers, run, True, YEAR).sentence
    assert (
        f"4% off (Fair) returned most in East over {YEAR.label}, an estimated 2.00 of margin"
        in sentence
    )
    assert "buy one, get one free (Sale, Weeks) least, 0.40" in sentence
    one = say.best_offer(offers.head(1), run, True, YEAR).sentence
    assert one.startswith(f"All promotions in East over {YEAR.label}")


def test_the_table_holds_base_interval_and_verdict(run):
    shown = show.return_table(table(row("Fair", "paid", 2000, 500)), run, True)
    assert shown.rows[0] == (
        "Fair", "10% off", "£4.00k", "£5.00k", "+20% (+10 to +30)", "£3.50k", "£500", "£1.00k",
        "2.33", "paid",
    )  # fmt: skip


def test_a_dip_after_is_named_in_the_note(run):
    shown = show.return_table(table(row("Fair", "paid", 2000, 500, after_high=-0.1)), run, True)
    assert "after Fair fewer lines than usual" in shown.note


def test_the_picture_says_what_it_shows(run):
    figure = show.gains(table(row("Fair", "paid", 2000, 500)), run, True)
    assert figure.alt.endswith("Fair +£2.00k · paid.")


def test_exhibits_of_nothing_say_so(run):
    assert "promotions" in show.return_table(pd.DataFrame(), run, False).reason
    assert show.gains(table(row("Fair", "unknown", np.nan, 1)), run, True).title
