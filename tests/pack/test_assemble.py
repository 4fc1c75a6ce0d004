"""From executed notebooks to one pack: what is stamped, moved, left out."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from analysis import params
from analysis.errors import PublishError
from analysis.findings.record import MIME, Finding
from analysis.pack import collect
from analysis.pack.appendix import sources
from analysis.pack.assemble import assemble, reading_order, write
from analysis.pack.facts import gather

EXHIBIT = "application/vnd.analysis.exhibit+json"


def finding(name: str, stake: float = 0.0, **more) -> Finding:
    about = {"exhibit": "fig-a", "n": 1, "notable": True, "at_stake": stake, "values": {}} | more
    return Finding(id=name, sentence=f"About {name}.", units={}, **about)


def shows(source: str, data: dict, *tags: str):
    cell = new_code_cell(source, execution_count=1, metadata={"tags": list(tags)})
    cell.outputs = [new_output("display_data", data=data)]
    return cell


def figure(label: str, *tags: str):
    record = {"kind": "figure", "alt": "A line.", "note": "Source: orders."}
    source = f'#| label: {label}\n#| fig-cap: "Revenue, {{{{region}}}}"\ndraw()'
    return shows(source, {"image/svg+xml": "<svg/>", "text/plain": "x", EXHIBIT: record}, *tags)


@pytest.fixture
def facts():
    manifest = {
        "content": "c" * 64, "engine": "duckdb", "note": "", "orphans": {}, "absent": ["returns"],
        "sources": [{"table": "order_lines", "system": "erp", "file": "a.csv", "files": 1,
                     "sha256": "a" * 64,
                     "rows_read": 3, "rows_kept": 2, "rows_merged": 1, "rows_rejected": 0,
                     "revenue_read": 9.0, "revenue_kept": 8.0}],
    }  # fmt: skip
    return gather(params.load("east", "2026-10", "demo"), date(2026, 10, 31), manifest)


@pytest.fixture
def notebook(tmp_path):
    said = finding("descriptive.headline", exhibit="tbl-one")
    table = {
        "text/markdown": "TABLE",
        "text/html": "<table/>",
        EXHIBIT: {"kind": "table", "note": ""},
    }
    gone = {"text/markdown": "Not here", EXHIBIT: {"kind": "absent", "note": ""}}
    cells = [
        new_markdown_cell("# What happened? {#sec-descriptive}"),
        new_code_cell('region = "x"', execution_count=1, metadata={"tags": ["parameters"]}),
        new_code_cell("setup()", execution_count=1, metadata={"tags": ["setup"]}),
        new_markdown_cell("## How did it go?\n\nRead it so, in {{period}}."),
        shows('#| label: tbl-one\n#| tbl-cap: "Key figures, {{region}}"\nx()', table),
        figure("fig-one"),
        shows("say()", said._repr_mimebundle_()),
        shows("front()", {"image/svg+xml": "<svg id='front'/>"}, "front"),
        new_markdown_cell("## What is missing?\n\nHow to read it."),
        shows("#| label: fig-two\n#| fig-cap: Gone\nx()", gone),
        shows("say()", finding("descriptive.gone", n=0, notable=False)._repr_mimebundle_()),
    ]  # fmt: skip
    path = tmp_path / "10-descriptive.ipynb"
    nbformat.write(new_notebook(cells=cells), path)
    return path


@pytest.fixture
def pack(notebook, facts):
    return assemble([notebook], collect.findings([notebook]), facts)


def position(pack, text: str) -> int:
    """Where a text stands in the pack: its cell, by source or output."""
    for place, cell in enumerate(pack.cells):
        outputs = json.dumps([output.data for output in cell.get("outputs", [])])
        if text in cell.source or text in outputs:
            return place
    raise AssertionError(f"{text!r} is not in the pack")


def test_the_front_page_comes_first_and_takes_what_is_tagged_for_it(pack):
    summary, front = position(pack, "# Summary"), position(pack, "id='front'")
    assert 0 < summary < front < position(pack, "# What happened?")


def test_a_section_reads_finding_first_and_table_last(pack):
    heading = position(pack, "## How did it go?")
    order = ["About descriptive.headline", "Read it so", "fig-one", "tbl-one"]
    places = [
        next(i for i in range(heading, len(pack.cells)) if text in str(pack.cells[i]))
        for text in order
    ]
    assert places == sorted(places)


def test_captions_and_prose_are_stamped_with_region_and_period(pack):
    assert position(pack, "Key figures, East")
    assert position(pack, "Read it so, in October 2026.")


def test_notes_and_alt_texts_become_what_both_publishers_read(pack):
    source = next(cell.source for cell in pack.cells if 'label: "fig-one"' in cell.source)
    assert '#| fig-alt: "A line."' in source
    assert '#| fig-cap: "Revenue, East. *Source: orders.*"' in source
    assert "draw()" not in source


def test_a_table_is_kept_in_one_form(pack):
    table = next(cell for cell in pack.cells if 'label: "tbl-one"' in cell.source)
    assert list(table.outputs[0].data) == ["text/markdown"]


def test_settings_and_parameters_are_not_for_readers(pack):
    assert "setup()" not in str(pack.cells)
    assert 'region = "x"' not in str(pack.cells)


def test_an_absent_exhibit_leaves_with_its_caption_and_its_finding_stays(pack):
    assert "fig-two" not in str(pack.cells)
    assert "How to read it" not in str(pack.cells)
    said = pack.cells[position(pack, "About descriptive.gone")].source
    assert said == (
        "**About descriptive.gone.** Not answered here for that reason: What is missing?"
    )
    assert "## What is missing?" not in str(pack.cells)


def test_the_appendix_accounts_for_every_row(pack):
    text = str(pack.cells[position(pack, "tbl-sources")])
    assert all(f'class="num">{count}<' in text for count in (3, 2, 1, 0))
    assert position(pack, "`returns`")
    assert position(pack, "make report DATA=demo REGION=east PERIOD=2026-10")


def test_of_several_systems_each_is_named(facts):
    (account,) = facts.manifest["sources"]
    shop = account | {"system": "shop", "table": "customers", "rows_read": 7}
    several = replace(facts, manifest=facts.manifest | {"sources": [account, shop]})
    assert [row[0] for row in sources(several).rows] == ["Order lines (erp)", "Customers (shop)"]
    assert [row[0] for row in sources(facts).rows] == ["Order lines"]


class TestWhetherDataCanBeTrusted:
    def line(self, facts, missed: dict[str, float] | None = None, **more) -> str:
        values = {"missed_fail": 0.0, "missed_warn": 0.0, "missed_note": 0.0} | (missed or {})
        told = finding("quality.trust", values=values, notable=False, **more)
        cells = assemble([], [told], facts).cells
        return next(cell.source for cell in cells if "quality.trust" in cell.source)

    def test_it_stands_in_one_line_before_everything_that_is_counted(self, notebook, facts):
        told = finding("quality.trust", values={}, notable=False)
        findings = [*collect.findings([notebook]), told]
        pack = assemble([notebook], findings, facts)
        place = position(pack, "About quality.trust. (@sec-quality)")
        assert position(pack, "# Summary") < place < position(pack, "What matters most")
        assert place < position(pack, "id='front'")

    @pytest.mark.parametrize(
        ("missed", "tone"),
        [({}, "note"), ({"missed_note": 3.0}, "note"), ({"missed_warn": 1.0}, "warning"),
         ({"missed_warn": 1.0, "missed_fail": 1.0}, "important")],
    )  # fmt: skip
    def test_the_gravest_missed_gate_gives_it_its_tone(self, facts, missed, tone):
        assert self.line(facts, missed).startswith(f"::: {{.callout-{tone}}}\n")

    def test_what_a_reader_must_know_stands_with_it(self, facts):
        old = replace(facts, old="The delivery was 40 days old.")
        said = self.line(old, caveats=("Names are shown whole.",))
        assert "(@sec-quality) *Names are shown whole.* *The delivery was 40 days old.*" in said
        assert said.startswith("::: {.callout-warning}"), "it is a doubt though no gate is missed"

    def test_without_it_the_front_page_says_nothing_of_trust(self, pack):
        assert "callout" not in str(pack.cells[:4])


def test_what_stands_behind_the_chapters_is_read_last():
    names = ["20-diagnostic.ipynb", "00-data-quality.ipynb", "10-descriptive.ipynb"]
    read = reading_order([Path(name) for name in names])
    assert [path.name for path in read] == [names[2], names[0], names[1]]


def test_texts_are_written_as_lists_of_lines(pack, tmp_path):
    write(pack, tmp_path / "pack.ipynb")
    written = json.loads((tmp_path / "pack.ipynb").read_text(encoding="utf-8"))
    assert all(isinstance(cell["source"], list) for cell in written["cells"])
    assert nbformat.read(tmp_path / "pack.ipynb", as_version=4).cells[0].source.startswith("---\n")


def test_findings_with_one_id_are_refused(notebook, tmp_path):
    again = tmp_path / "20-diagnostic.ipynb"
    again.write_bytes(notebook.read_bytes())
    with pytest.raises(PublishError, match=r"repeated: descriptive\.gone, descriptive\.headline"):
        collect.findings([notebook, again])


def test_a_cell_that_was_not_executed_is_refused(tmp_path):
    path = tmp_path / "10-x.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell("1 + 1")]), path)
    with pytest.raises(PublishError, match=r"10-x\.ipynb cell 0 was not executed"):
        collect.findings([path])


def test_a_finding_survives_the_way_through_a_notebook(notebook):
    told = finding("descriptive.headline", exhibit="tbl-one")
    assert collect.findings([notebook])[0] == told
    assert MIME in told._repr_mimebundle_()
