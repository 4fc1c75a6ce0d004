import pandas as pd
import pytest

from analysis import params
from analysis.exhibits import waste as show
from analysis.findings import waste as say
from analysis.periods import parse

YEAR = parse("2025-11..2026-10")
SOURCES = ["marketing", "promotion", "discount", "stock", "serve", "overdue"]
NAN = float("nan")


@pytest.fixture(scope="module")
def run():
    return params.load("east", "2026-10", "demo")


def pockets(*rows: tuple[str, str, float, bool]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"source": source, "dimension": source, "part": name, "name": name, "money": money,
             "low": NAN if source == "overdue" else money / 2,
             "high": NAN if source == "overdue" else money * 2, "base": 5000.0, "n": 40.0,
             "certainty": 1.0, "counted": counted}
            for source, name, money, counted in rows
        ]
    )  # fmt: skip


def sources(**money: float) -> pd.DataFrame:
    return pd.DataFrame({"money": money.values(), "pockets": 1}, index=list(money))


TWO = pockets(("overdue", "East, dealers", 900, True), ("marketing", "Fair", 300, True),
              ("promotion", "Sale", 50, False))  # fmt: skip


def test_the_total_names_its_parts_and_what_is_missing(run):
    finding = say.total(sources(overdue=900, marketing=300), TWO, run, YEAR, ["stock"])
    assert finding.sentence == (
        "In the year to October 2026 £300 that was spent or given away did little in East, by the "
        "rules of this table: £300 in marketing; beside it, £900 was not earned or not paid: £900 "
        "in unpaid invoices; stock are not in the data."
    )
    assert finding.values["total"] == 1200
    assert (finding.values["spent"], finding.values["not_had"]) == (300, 900)
    assert finding.n == 2
    assert finding.at_stake == pytest.approx(100)  # of the month


def test_unpaid_invoices_alone_are_not_money_spent(run):
    finding = say.total(sources(overdue=900), TWO.head(1), run, YEAR, [])
    assert finding.sentence == (
        "In the year to October 2026 £900 was not earned or not paid in East, by the rules of this "
        "table: £900 in unpaid invoices; no money spent breaks one."
    )
    spent = say.total(sources(marketing=300), TWO.tail(2), run, YEAR, [])
    assert spent.sentence.endswith(
        "did little in East, by the rules of this table: £300 in marketing."
    )


def test_money_a_year_is_a_twelfth_of_it_a_month_however_many_months_it_rests_on(run):
    half = say.total(sources(overdue=900, marketing=300), TWO, run, parse("2026-05..2026-10"), [])
    assert half.at_stake == pytest.approx(100)


def test_nothing_wasted_is_said(run):
    nothing = pockets(("promotion", "Sale", 50, False))
    finding = say.total(sources(), nothing, run, YEAR, [])
    assert finding.sentence == (
        "Nothing in East in the year to October 2026 breaks a rule of this table."
    )
    assert not finding.notable
    assert say.largest(nothing, run).sentence == ("No pocket of money in East breaks a rule.")


def test_with_no_data_nothing_is_claimed(run):
    finding = say.total(sources(), TWO.head(0), run, YEAR, SOURCES)
    assert finding.sentence.startswith("Where money does little in East cannot be said")
    assert finding.n == 0


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("overdue", "The largest is what It left unpaid more than 90 days after it was due: £900 a "
         "year, on £5.00k due."),
        ("marketing", "The largest is what It is short of 1.2 for each one spent on it: £900 "
         "a year (95% interval £450 to £1.80k), on £5.00k of spending."),
        ("promotion", "The largest is the loss of It: £900"),
        ("discount", "The largest is the discount It gave above others on alike deals: £900"),
        ("stock", "The largest is the cost of carrying It in stock: £900"),
        ("serve", "The largest is the margin It is short of its cost to serve: £900"),
    ],
)  # fmt: skip
def test_the_largest_pocket_in_words(run, source, says):
    finding = say.largest(pockets((source, "It", 900, True)), run)
    assert finding.sentence.startswith(says)
    # Money owed is one matter, whoever owes it.
    owed = source == "overdue"
    assert finding.subject == ("measure:collection_rate" if owed else f"{source}:It")


def decisions(*rows: tuple[str, str, str, float]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"dimension": "x", "part": name, "name": name, "verdict": verdict, "rule": rule,
             "value": 0.3, "low": 0.2, "high": 0.4, "threshold": 1.2, "n": 40.0, "effect": effect,
             "effect_low": effect / 2, "effect_high": effect * 2, "alone": NAN, "assumption": "",
             "constraint": ""}
            for name, verdict, rule, effect in rows
        ]
    )  # fmt: skip


def test_the_list_in_words(run):
    table = decisions(("Fair", "close", "exit", 800.0), ("Web", "grow", "grow", NAN),
                      ("East", "keep", "tilt", NAN))  # fmt: skip
    assert say.list_of(table, run, []).sentence == (
        "By the rules 1 of 3 channels, promotions, regions and sellers judged in East would be "
        "closed, 0 watched, 1 grown and 1 kept; the largest effect is of closing Fair, £800 a "
        "year (95% interval £400 to £1.60k)."
    )


def test_what_comes_from_moving_money_is_called_moving_it(run):
    table = decisions(("Fair", "close", "exit", 800.0)).assign(alone=150.0, assumption="moved")
    sentence = say.list_of(table, run, []).sentence
    assert sentence.endswith(
        "the largest effect is of moving the money of Fair to what grows, £800 a year (95% "
        "interval £400 to £1.60k), of which closing it alone would save £150."
    )
    assert show.list_table(table, run).rows[0][3] == "+£800 (£400 to £1.60k); closing alone +£150"


def test_nothing_to_close_is_an_honest_answer(run):
    finding = say.list_of(decisions(("East", "keep", "tilt", NAN)), run, [])
    assert finding.sentence == (
        "Nothing in East is to be closed by the rules; 0 would be watched, 0 grown and 1 kept."
    )
    assert not finding.notable
    none = say.list_of(decisions(), run, SOURCES).sentence
    assert none.startswith("No rule for closing or growing can be tried in East")


def allocation(**change: float) -> pd.DataFrame:
    names = [*change, "(saved)"]
    left = -sum(change.values())
    table = pd.DataFrame({"spend": 1000.0, "change": [*change.values(), left]}, index=names)
    return table.assign(
        after=table["spend"] + table["change"], roi=2.0, roi_low=1.0, roi_high=3.0, verdict="keep"
    )


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"Fair": -700.0, "Web": 500.0}, "Moving £500 a year from Fair to Web would bring an "
         "estimated £900 a year (95% interval £300 to £2.00k) if it earns half"),
        ({"Fair": -700.0}, "Closing Fair would free £700 a year; no channel is known to use it"),
        ({"Fair": 0.0}, "No marketing channel of East is surely below the return"),
    ],
)  # fmt: skip
def test_where_money_could_move(run, change, says):
    finding = say.moved(allocation(**change), (900.0, 300.0, 2000.0), run)
    assert finding.sentence.startswith(says)


def test_without_spending_no_money_moves(run):
    finding = say.moved(pd.DataFrame(), (NAN, NAN, NAN), run)
    assert "it needs channel_spend" in finding.sentence


def test_the_table_adds_up_what_it_counts_and_says_why_the_rest_is_not(run):
    shown = show.pockets_table(TWO, run, YEAR)
    assert [row[:2] for row in shown.rows[-3:]] == [
        ("Spent or given away", "£300"), ("Not earned or not paid", "£900"), ("In all", "£1.20k"),
    ]  # fmt: skip
    assert shown.rows[1][1] == "£300 (£150 to £600)"
    assert shown.rows[2][3] == "not in the total: may be chance"
    assert shown.rows[0][3] == "unpaid above 5%"
    assert shown.rows[0][4] == "100% (40)"


def test_the_list_as_a_table(run):
    shown = show.list_table(decisions(("Fair", "close", "exit", 800.0)), run)
    assert shown.rows[0][:4] == (
        "Fair", "close", "return 1.2 or more: 0.3 (0.2 to 0.4); 40", "+£800 (£400 to £1.60k)",
    )  # fmt: skip
    assert shown.rows[0][3] == "+£800 (£400 to £1.60k)"


def test_the_picture_and_exhibits_of_nothing(run):
    assert "Unpaid after 90 days: East, dealers £900" in show.pockets(TWO, run).alt
    assert show.pockets_table(TWO.head(0), run, YEAR).title == "Nothing to show"
    assert show.list_table(decisions(), run).title
    assert show.allocation_table(pd.DataFrame(), run).title


def test_money_before_and_after_adds_up(run):
    shown = show.allocation_table(allocation(Fair=-700.0, Web=500.0), run)
    assert shown.rows[-1] == ("Total", "", "", "£3,000", "£0", "£3,000")
