"""Tables and pictures of data quality: legible whatever they hold, and masked."""

import re
from dataclasses import replace
from functools import cache

import pytest

from analysis import params
from analysis.analyses import cleaning, quality
from analysis.exhibits import cleaning as show_cleaning
from analysis.exhibits import quality as show
from analysis.exhibits.bars import bars
from analysis.exhibits.record import Absent, Figure
from analysis.exhibits.tables import Table

from ..quality_chapter import chapter
from ..quality_tables import LINES, TABLES, account, covered, gate, row_of, single, system, trust
from .test_charts import leaves_the_page, texts_overlap

RUN = params.load("east", "2026-10", "demo")
SECTIONS = [
    "gates", "sources", "coverage", "cleaning", "headline", "accounts", "linkage", "pairs",
    "conflicts", "control", "restated", "moving", "discipline", "leftovers", "faults",
]  # fmt: skip


def many() -> dict:
    """As much of everything as a large, careless firm may have, with long names."""
    long = "A system with a name that nobody has shortened"
    rules = ["impossible", "missing", "exact_duplicate", "superseded", "near_duplicate"]
    return trust(
        freshness=[system(f"s{n}", f"{long} {n}", delay_hours=40.0 * n, is_late=n > 0)
                   for n in range(9)],
        accounts=[account(LINES, f"s{n}", None, [10**8, 9 * 10**7, 10**6, 9 * 10**6],
                          [10**9, 9 * 10**8, 10**7, 9 * 10**7]) for n in range(9)],
        quarantine=[row_of(n, rules[n % 5], f"s{n % 9}", action="rejected", reason="-",
                           revenue=10.0 ** (n % 8)) for n in range(90)],
        coverage=[covered("field", "customers", f"a_long_name_of_a_field_{n}", 90 + n % 11, 100)
                  for n in range(30)],
        gates=[gate("coverage", f"customers.a_long_name_of_a_field_{n}", 0.9, 0.98, False,
                    rows_named="10 of 100 are empty, e.g. rows 7, 8 and 9 of customers.csv")
               for n in range(30)],
        leftovers=[{"table": LINES, "source": "s1", "column": "channel", "word": f"Word {n}",
                    "rows": n * 1000, "revenue": 10.0**n} for n in range(14)],
        discipline=[{"owner_id": f"S{n}", "field": "industry", "customers": 100, "blank": n}
                    for n in range(40)],
    )  # fmt: skip


FIRMS = {"three systems": trust, "one system": single, "a large one": many}
NOT_A_NUMBER = re.compile(r"\bnan\b|\bNaT\b|\bNone\b", re.I)


@cache
def made(firm: str) -> dict:
    return chapter(FIRMS[firm](), RUN)


@pytest.fixture(params=[(firm, name) for firm in FIRMS for name in SECTIONS], ids="-".join)
def section(request):
    firm, name = request.param
    return made(firm)[name]


def test_no_text_lies_on_another_or_leaves_the_page(section):
    _, figure, _ = section
    if isinstance(figure, Figure):
        assert texts_overlap(figure.drawing) == []
        assert leaves_the_page(figure.drawing) == []
        assert not NOT_A_NUMBER.search(figure.alt)
        assert figure.alt.endswith(".")


def test_a_table_is_as_short_as_a_ranking(section):
    table, _, _ = section
    if isinstance(table, Table):
        gates_beside = 10
        assert len(table.rows) <= RUN.settings.rank_rows + gates_beside
        assert not NOT_A_NUMBER.search(str(table.rows))


def test_equal_tables_give_equal_pictures():
    one, other = chapter(trust(), RUN), chapter(trust(), RUN)
    for name in SECTIONS:
        assert one[name][1].svg() == other[name][1].svg(), name


def test_what_is_left_out_is_counted():
    table = show.gates_table(quality.gates(many(), show_personal=False), RUN)
    assert table.note.endswith("18 more are in the snapshot.")
    assert len(table.rows) == 12


def test_a_gate_met_by_all_its_parts_is_one_line_with_the_closest():
    parts = [gate("coverage", name, value, 0.98, True)
             for name, value in (("a", 1.0), ("b", 0.981), ("c", 0.99))]  # fmt: skip
    table = show.gates_table(quality.gates(trust(gates=parts), show_personal=False), RUN)
    assert table.rows == (
        ("Coverage", "all 3 parts; closest", "at least 98%", "98.1%", "met", "–"),
    )


def test_the_accounts_can_be_added_up_on_paper():
    table = show_cleaning.accounts_table(cleaning.accounts(trust()), RUN)
    assert table.rows[-2:] == (
        ("Total, rows", "10,000", "9,880", "80", "40", "0"),
        ("Total, revenue", "£1,200,000", "£1,193,000", "£4,000", "£3,000", "£0"),
    )


def test_a_system_that_is_not_required_may_stay_away():
    table = show.sources_table(quality.sources(trust()), RUN)
    states = {row[0]: row[-1] for row in table.rows}
    assert states["Service desk"] == "not delivered (not required)"
    assert states["Web shop"] == "late"


def test_nothing_to_show_is_not_missing_in_the_data():
    empty = show_cleaning.log(cleaning.cleaning_log(cleaning.treated(single()),
                                                   quality.summary(single())), RUN)  # fmt: skip
    assert isinstance(empty, Absent)
    text = empty._repr_mimebundle_()["text/plain"]
    assert text == "Nothing to show. Nothing was rejected, merged, repaired or flagged."


def test_no_name_or_number_of_a_customer_can_be_read():
    secrets = ["C2023001", "C2023003", "84213", "杭州海港", "Harbour", "Jane", "Ms Smith"]
    said = str([part._repr_mimebundle_() for one in made("three systems").values() for part in one])
    assert [one for one in secrets if one in said] == []


def test_a_run_that_says_so_shows_them_and_says_that_it_does():
    open_run = replace(RUN, settings=RUN.settings.model_copy(update={"show_personal": True}))
    sections = chapter(trust(), open_run)
    assert "杭州海港科技有限公司" in str(sections["pairs"][0].rows)
    assert sections["gates"][2].caveats == (
        "Names and numbers of customers are shown whole, as the parameters of this run say.",
    )


@pytest.mark.parametrize("values", [[1.0, 0.0], [-5.0, 3.0], [-5.0], [0.0], [1e9, 1.0]])
def test_bars_have_room_for_their_labels(values):
    drawing, _ = bars(values, ["One"] * len(values), ["a label of some length"] * len(values))
    assert leaves_the_page(drawing) == []


def test_there_is_a_case_of_every_table_and_section():
    assert all(TABLES[name] for name in trust())
    assert list(made("one system")) == SECTIONS
