"""Notebooks have one form: a question, a table, an exhibit and a finding, and nothing computed.

What they show is tested where they are run; this reads them.
"""

import ast
import json
import re
from itertools import pairwise

import pytest

from analysis.paths import NOTEBOOKS

PATHS = sorted(NOTEBOOKS.glob("*.ipynb"))
PARAMETERS = ["region", "period", "data", "snapshot"]
KINDS = {"question": "q", "table": "t", "exhibit": "e", "finding": "f"}
FORM = re.compile(r"qt{1,2}e?f{1,2}")
"""A question, its table, an exhibit unless the table is its own picture, and what they say."""
COMPUTES = (
    ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.For, ast.While, ast.If,
    ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp,
)  # fmt: skip
CALLS = {"groupby", "group_by", "merge", "join", "apply", "assign", "query", "pivot", "plot", "agg"}
COLOUR = re.compile(r"#[0-9a-fA-F]{6}\b|#[0-9a-fA-F]{3}\b|colou?r|cmap|palette", re.I)


def cells_of(path):
    """Cells as (type, tags, source)."""
    return [
        (cell["cell_type"], cell["metadata"].get("tags", []), "".join(cell["source"]))
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]
    ]


def labels_of(source):
    return re.findall(r"^#\| label: (\S+)$", source, re.M)


def kind_of(cell):
    """Which of the four a cell is: by what it starts with and what it calls."""
    cell_type, _, source = cell
    if cell_type == "markdown":
        return "question" if source.startswith("## ") else "text"
    if any(label.startswith("tbl-") for label in labels_of(source)):
        return "table"
    # What a finding rests on beside its table may be taken in its cell, before it is said.
    return "finding" if re.search(r"^say(_\w+)?\.", source, re.M) else "exhibit"


def form_of(section):
    """A section's cells by their initials: ``qtef``."""
    return "".join(KINDS.get(kind_of(cell), "x") for cell in section)


def sections_of(cells):
    """Cells from one question to the next, without those tagged ``front``."""
    own = [cell for cell in cells if "front" not in cell[1]]
    starts = [n for n, cell in enumerate(own) if kind_of(cell) == "question"]
    return [own[start:end] for start, end in pairwise([*starts, len(own)])]


def tagged(cells, tag):
    return [source for _, tags, source in cells if tag in tags]


def computes(source):
    """What in a code cell belongs in src/."""
    found = [type(n).__name__ for n in ast.walk(ast.parse(source)) if isinstance(n, COMPUTES)]
    found += [
        node.attr
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Attribute) and node.attr in CALLS
    ]
    # Chunk options are comments that Quarto reads; a colour there is one too.
    return found + COLOUR.findall(re.sub(r"^#\|", "", source, flags=re.M))


def wrong_parameters(source):
    """Lines of a parameters cell that are not ``name = literal  # help``, or names it lacks."""
    wrong, names = [], []
    for line in source.splitlines():
        match = re.fullmatch(r'(\w+) = ("[^"#]*"|-?[\d.]+|True|False) +# \S.*', line)
        if match:
            names.append(match[1])
        else:
            wrong.append(line)
    return wrong or ([] if names == PARAMETERS else names)


@pytest.fixture(params=PATHS, ids=lambda path: path.stem)
def cells(request):
    return cells_of(request.param)


def test_there_are_notebooks():
    assert len(PATHS) >= 2


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_they_are_kept_without_outputs(path):
    for number, cell in enumerate(json.loads(path.read_text(encoding="utf-8"))["cells"], start=1):
        assert not cell.get("outputs"), f"cell {number} has outputs: run nbstripout"
        assert cell.get("execution_count") is None, f"cell {number} was run: run nbstripout"


def test_they_begin_with_a_title_parameters_and_setup(cells):
    assert re.match(r"# \S.* \{#sec-[a-z]+\}$", cells[0][2]), "one heading, with its label"
    assert [tags for _, tags, _ in cells[1:3]] == [["parameters"], ["setup"]]
    assert len(tagged(cells, "parameters")) == len(tagged(cells, "setup")) == 1


def test_parameters_are_who_and_when(cells):
    (source,) = tagged(cells, "parameters")
    assert wrong_parameters(source) == [], f"write {PARAMETERS}, each a literal and a comment"


def test_setup_imports_and_loads(cells):
    (source,) = tagged(cells, "setup")
    assert "params.load(region, period, data)" in source
    assert "dataset.load(run, snapshot)" in source


def test_there_are_three_sections_or_more(cells):
    assert len(sections_of(cells)) >= 3


def test_a_section_is_a_question_a_table_an_exhibit_and_a_finding(cells):
    """A table that is its own picture, such as a scorecard, needs no other exhibit."""
    for section in sections_of(cells):
        assert FORM.fullmatch(form_of(section)), section[0][2].splitlines()[0]


def test_nothing_stands_between_setup_and_the_first_question(cells):
    assert kind_of(cells[3]) == "question"


def test_questions_are_asked_and_hold_no_numbers(cells):
    for section in sections_of(cells):
        heading, _, how_to_read = section[0][2].partition("\n")
        assert heading.rstrip("}").split(" {")[0].endswith("?"), heading
        assert how_to_read.strip(), f"{heading}: say how to read the exhibit"
        assert not re.search(r"\d", section[0][2]), f"{heading}: numbers come out of a finding"


def test_captions_stand_beside_labels(cells):
    for _, _, source in cells:
        for label in labels_of(source):
            kind = label.split("-")[0]
            assert kind in {"tbl", "fig"}, label
            assert f"#| {kind}-cap: " in source, f"{label} has no caption"


def test_nothing_is_computed_in_a_cell(cells):
    for cell_type, _, source in cells:
        if cell_type == "code":
            assert computes(source) == [], source


def test_extra_cells_are_code_for_the_front_page(cells):
    for cell_type, tags, _ in cells:
        assert set(tags) <= {"parameters", "setup", "front"}
        assert not tags or cell_type == "code"


def test_no_label_stands_twice():
    labels = [
        label for path in PATHS for _, _, source in cells_of(path) for label in labels_of(source)
    ]
    assert sorted(set(labels)) == sorted(labels)


class TestTheRulesThemselves:
    """The rules above, on cells that break them."""

    @pytest.mark.parametrize(
        "source",
        [
            "total = table.groupby('region').sum()",
            "a.merge(b)",
            "def f():\n    pass",
            "f = lambda x: x",
            "for x in y:\n    print(x)",
            "while True:\n    pass",
            "[x for x in y]",
            "show.trend(trend, color='red')",
            "show.trend(trend, '#0b6a76')",
        ],
    )
    def test_a_cell_that_computes_is_found(self, source):
        assert computes(source)

    def test_a_cell_that_calls_is_not(self):
        source = (
            '#| label: fig-x\n#| fig-cap: "Effects for {{region}}"\nshow.bridge(bridge.sum(), run)'
        )
        assert computes(source) == []

    @pytest.mark.parametrize(
        "line",
        [
            'region = "east"',
            'region = "east" # x\nperiod = "2026-10"',
            "region = name  # derived",
            'region = "east".lower()  # derived',
            'region, period = "east", "2026-10"  # two',
            "region = ['east']  # a list",
            'region = "east"  # fewer than all',
        ],
    )
    def test_parameters_of_another_form_are_found(self, line):
        assert wrong_parameters(line)

    def test_a_section_with_a_cell_too_many_is_found(self):
        question = ("markdown", [], "## What?\n\nRead so.")
        table = ("code", [], "#| label: tbl-x\nshow.table(t, run)")
        exhibit, finding = ("code", [], "show.chart(t, run)"), ("code", [], "say.it(t, run)")
        front = ("code", ["front"], "show.front(t, run)")
        good = [question, table, exhibit, finding, front]
        assert [form_of(section) for section in sections_of(good * 2)] == ["qtef"] * 2
        (bad,) = sections_of([question, table, exhibit, exhibit, finding])
        assert not FORM.fullmatch(form_of(bad))
