import numpy as np
import pandas as pd
import pytest

from analysis import params
from analysis.analyses import unusual
from analysis.evaluation.unusual import World, invented
from analysis.exhibits import unusual as show
from analysis.exhibits.record import Absent
from analysis.findings import unusual as say


@pytest.fixture(scope="module")
def run():
    return params.load("east", "2026-10", "demo")


def panel(*parts: str, steps: int = 35) -> pd.DataFrame:
    values = invented(World("quiet", steps=steps), np.random.default_rng(0))
    for part in parts:
        values.loc[(("category",), (part,), "revenue", 0)] *= 0.2
    return values


def judged(values: pd.DataFrame, min_orders: float = 1.0):
    table = unusual.judged(values, 1, 6, min_orders)
    return unusual.flagged(table, 0.05), table


def test_one_unusual_change_is_named_with_its_range(run):
    rows, table = judged(panel("P07"))
    finding = say.changes(rows, table, run, is_whole=True)
    assert finding.sentence.startswith(
        "Of 80 series looked at, 1 part is unusual, and fewer than one part can be expected to "
        "look so by chance. It is this one: P07 revenue came to £"
    )
    assert "led to expect £" in finding.sentence and "(95% range £" in finding.sentence
    assert finding.notable and finding.subject == "category:P07"
    assert finding.at_stake == pytest.approx(-rows["gap"][0])
    assert finding.surprise > 0.99 and finding.certainty > 0.95


def test_several_are_counted_and_the_rest_listed(run):
    rows, table = judged(panel("P01", "P02", "P03", "P04", "P05"))
    sentence = say.changes(rows, table, run, is_whole=True).sentence
    assert "5 parts are unusual" in sentence and "The largest by money: P0" in sentence
    assert sentence.count("P0") == 4 and sentence.endswith("and 1 more.")


def test_a_quiet_month_names_no_one_and_says_what_came_nearest(run):
    rows, table = judged(panel())
    finding = say.changes(rows, table, run, is_whole=True)
    assert finding.sentence.startswith(
        "None of the 80 series looked at moved more than looking at so many allows for by chance; "
        "nearest to unusual, "
    )
    assert not finding.notable and finding.certainty == 0


def test_a_handful_is_not_what_came_nearest(run):
    rows, table = judged(panel())
    few = table.iloc[:1].reset_index().assign(
        parts=[("P99",)], measure="new_customers", value=4.0, expected=6.0, chance=0.0001
    ).set_index(unusual.KEY)  # fmt: skip
    finding = say.changes(rows, pd.concat([few, table]), run, is_whole=True)
    assert "P99" not in finding.sentence and "nearest to unusual" in finding.sentence
    alone = say.changes(rows, few, run, is_whole=True)
    assert alone.sentence.endswith("allows for by chance.") and alone.n == 1


def test_too_short_a_history_is_said(run):
    rows, table = judged(panel(steps=15))
    finding = say.changes(rows, table, run, is_whole=True)
    assert "it takes 18 earlier months" in finding.sentence and finding.n == 0


def test_parts_too_small_to_judge_are_said(run):
    rows, table = judged(panel(), min_orders=1e9)
    assert (
        "no part has 20 orders in a middling month"
        in say.changes(rows, table, run, is_whole=True).sentence
    )


def test_a_period_held_in_part_is_not_judged(run):
    rows, table = judged(panel("P07"))
    assert "the data end before October 2026 does" in say.changes(rows, table, run, False).sentence
    assert isinstance(show.unusual_table(rows, table, run, is_whole=False), Absent)


def test_the_table_and_the_picture_show_the_named(run):
    values = panel("P01", "P02", "P03")
    rows, table = judged(values)
    shown = show.unusual_table(rows, table, run, is_whole=True)
    assert {row[0] for row in shown.rows} == {"P01", "P02", "P03"}
    assert "80 series judged; 0 with too few orders" in shown.note
    figure = show.unusual(rows, unusual.histories(values, rows), table, run, is_whole=True)
    assert figure.alt.count("expected £") == 3


def test_without_any_there_is_no_table(run):
    rows, table = judged(panel())
    assert isinstance(show.unusual_table(rows, table, run, is_whole=True), Absent)
    histories = unusual.histories(panel(), rows)
    assert isinstance(show.unusual(rows, histories, table, run, is_whole=True), Absent)


def test_a_part_is_named_as_a_reader_does(run):
    assert say.part_name(("category", "channel"), ("Garden", "dealer"), run) == "Garden × Dealers"
    assert say.part_name((), (), run) == "East"
