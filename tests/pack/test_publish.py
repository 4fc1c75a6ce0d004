"""What a reader gets: one page and one document, whole, the same from both publishers."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import pikepdf
import pytest

from analysis.errors import PublishError
from analysis.pack.publish import publish
from analysis.pack.publish.quarto import find_quarto, quarto_available
from analysis.pack.publish.settings import EPOCH, stamp
from analysis.pack.publish.source import Pack, options, read_pack, safe_markdown

from .conftest import FRONT, chart, code, figure, markdown, table

MB = 1_000_000
PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5"
    "ErkJggg=="
)


LOADING = ("src", "href", "srcset", "data")
KINDS = {
    "h1": "heading",
    "h2": "heading",
    "h3": "heading",
    "figcaption": "caption",
    "td": "cell",
    "th": "cell",
}


class Reading(HTMLParser):
    """The page as a reader goes through it: headings, captions, cells; and what it loads."""

    VOID = frozenset({"img", "br", "meta", "link", "input", "hr", "col", "wbr", "source"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.texts: dict[str, list[str]] = {"heading": [], "caption": [], "cell": []}
        self.loaded: list[str] = []
        self.images: list[dict[str, str | None]] = []
        self.links: list[str] = []
        self.ids: set[str] = set()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[tuple[str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.tags.append((tag, found))
        self.ids.add(found.get("id") or "")
        if tag == "a" and found.get("href"):
            self.links.append(found["href"])
        else:
            self.loaded += [found[key] for key in LOADING if found.get(key)]
        if tag == "img":
            self.images.append(found)
        if kind := KINDS.get(tag):
            self.texts[kind].append("")
        if tag not in self.VOID:
            self.open.append((tag, kind or ""))

    def handle_endtag(self, tag):
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        for _, kind in self.open:
            if kind:
                self.texts[kind][-1] += data

    def said(self, kind: str) -> list[str]:
        return [" ".join(text.split()) for text in self.texts[kind]]


def pdf_text(pdf: Path) -> str:
    """Everything the PDF says to a screen reader: its alternative texts and its properties."""
    with pikepdf.open(pdf) as document:
        found = [
            str(item.get("/Alt", ""))
            for item in document.objects
            if isinstance(item, pikepdf.Dictionary)
        ]
        return "\n".join([*found, str(document.docinfo.get("/Title", ""))])


@pytest.fixture(scope="module")
def published(realistic_pack, tmp_path_factory):
    return publish(realistic_pack, tmp_path_factory.mktemp("out"), "embedded")


@pytest.fixture(scope="module")
def page(published):
    return Reading(published.html.read_text(encoding="utf-8"))


class TestPage:
    def test_nothing_is_dropped_from_a_realistic_pack(self, published):
        assert published.warnings == ()
        assert published.publisher == "embedded"
        assert published.version.startswith("pandoc ")

    def test_it_asks_nobody_for_anything(self, published, page):
        assert page.loaded, "a page with charts loads at least its own data"
        assert [src[:40] for src in page.loaded if not src.startswith(("data:", "#"))] == []
        html = published.html.read_text(encoding="utf-8")
        assert re.findall(r"url\((?!data:)[^)]{0,40}", html) == []
        assert "@import" not in html

    def test_it_is_small_enough_to_mail(self, published):
        assert published.html.stat().st_size < 3 * MB
        assert published.pdf.stat().st_size < 3 * MB

    def test_figures_and_tables_are_counted_apart_and_in_order(self, page):
        labels = [caption.split(":")[0] for caption in page.said("caption")]
        assert [x for x in labels if x.startswith("Figure")] == [f"Figure {n}" for n in range(1, 7)]
        assert [x for x in labels if x.startswith("Table")] == [f"Table {n}" for n in range(1, 7)]

    def test_chapters_are_numbered_and_the_summary_is_not(self, page):
        headings = page.said("heading")
        assert headings[:4] == [
            "Sales report",
            "Summary",
            "1 What happened?",
            "1.1 How did revenue develop?",
        ]
        assert headings[-1] == "6 Provenance"

    def test_every_reference_leads_somewhere(self, page):
        inside = [link for link in page.links if link.startswith("#")]
        assert "#fig-descriptive-trend" in inside
        assert "#tbl-diagnostic-bridge" in inside
        assert "#sec-descriptive" in inside
        assert [link for link in inside if link[1:] not in page.ids] == []

    def test_every_figure_says_what_it_shows(self, page):
        assert len(page.images) == 6
        assert page.images[0]["alt"].startswith("Revenue rises slowly over 36 months")
        assert all(image.get("alt") for image in page.images)

    def test_wide_tables_can_be_reached_and_scrolled_by_keyboard(self, page):
        boxes = [found for _, found in page.tags if found.get("class") == "table-scroll"]
        assert len(boxes) == 7
        assert all(box["tabindex"] == "0" and box["role"] == "region" for box in boxes)
        assert boxes[0]["aria-label"] == "Sales by product, October 2026, £"

    def test_heads_of_tables_have_a_scope(self, page):
        heads = [found for tag, found in page.tags if tag == "th" and "scope" in found]
        assert {found["scope"] for found in heads} == {"col", "row"}

    def test_code_is_not_shown(self, published):
        html = published.html.read_text(encoding="utf-8")
        assert "charts.draw" not in html
        assert "Finding(...)" not in html

    def test_language_and_landmarks_are_declared(self, page):
        assert dict(page.tags)["html"]["lang"] == "en"
        assert {"main", "nav", "header"} <= {tag for tag, _ in page.tags}
        assert "#main" in page.links


@pytest.fixture(scope="module")
def document(published):
    with pikepdf.open(published.pdf) as document:
        yield document


class TestDocument:
    def test_it_is_tagged_and_names_its_language(self, document):
        assert bool(document.Root.MarkInfo.Marked)
        assert "/StructTreeRoot" in document.Root
        assert str(document.Root.Lang) == "en"

    def test_it_claims_both_standards(self, document):
        metadata = document.Root.Metadata.read_bytes().decode()
        assert re.search(r"pdfuaid:part\D+1", metadata)
        assert re.search(r"pdfaid:part\D+2", metadata)

    def test_chapters_are_bookmarks(self, document):
        with document.open_outline() as outline:
            titles = [item.title for item in outline.root]
        assert len(titles) == 7  # the summary and six chapters
        assert any("What happened?" in title for title in titles)

    def test_every_font_is_inside(self, document):
        fonts = [
            item
            for item in document.objects
            if isinstance(item, pikepdf.Dictionary) and item.get("/Type") == "/FontDescriptor"
        ]
        assert any("SourceSansPro" in str(font.FontName) for font in fonts)
        for font in fonts:
            assert {"/FontFile", "/FontFile2", "/FontFile3"} & set(font.keys()), font.FontName

    def test_figures_carry_their_alternative_text(self, published):
        assert "Revenue rises slowly over 36 months" in pdf_text(published.pdf)

    def test_the_title_names_region_and_period(self, document):
        assert str(document.docinfo.Title) == "Sales report · East · October 2026"

    def test_a_long_table_continues_on_the_next_page(self, document):
        assert 9 <= len(document.pages) <= 12


def test_the_same_pack_gives_the_same_bytes(published, realistic_pack, tmp_path):
    again = publish(realistic_pack, tmp_path, "embedded")
    assert again.html.read_bytes() == published.html.read_bytes()
    assert again.pdf.read_bytes() == published.pdf.read_bytes()


TITLE = '<B>Sales</B> *& Sons* #1 @home $5 "quoted"'
HOSTILE = """# Summary {.unnumbered}

<script>alert(1)</script> and <img src="https://tracker.example/a.png" onerror="alert(2)">

```{=html}
<script>alert(3)</script><table class="exhibit" onclick="alert(4)">
<tr><td onclick="alert(4)">Kept</td></tr></table>
```

> ```{=html}
> <script>alert(5)</script>
> ```

`<script>alert(6)</script>`{=html} and `#panic("typst")`{=typst}

![A remote picture](https://tracker.example/b.png) ![A file](/etc/hostname)
![Up](../secret.png) ![Lost](lost.png)

[Run me](javascript:alert(7)), [a site](https://harbour.example/), write to anna@harbour.example

Thanks to @someone, see @fig-nowhere. \x1b[31mRed\x1b[0m and bell \x07.

### A level too deep, with $x^2$

```{=typst}
#panic("typst")
```

::: {.callout-warning title="Left open"}
Nobody closes this, nor the fence below.

```
open
"""


@pytest.fixture(scope="module")
def hostile(write_pack, tmp_path_factory):
    svg = chart().replace("<defs>", "<script>alert(8)</script><defs>", 1)
    front = FRONT.replace("Sales report", '"<B>Sales</B> *& Sons* #1 @home $5 \\"quoted\\""')
    pack = write_pack(
        markdown(HOSTILE),
        figure("fig-odd", "A [link](javascript:alert(9)) & more", 'Said "so" \\ {#x} <b>', svg),
        code(
            "1",
            {
                "text/html": '<div><style>x</style><table border="1" class="dataframe"><thead>'
                "<tr><th></th><th>n</th></tr></thead><tbody><tr><th>a</th><td>1.5</td></tr>"
                "</tbody></table></div>",
                "text/plain": "   n",
            },
        ),
        code("2", {"text/html": "<script>alert(10)</script>", "text/plain": "x"}),
        code("#| label: fig-png\n#| fig-cap: Photo\n3", {"image/png": PIXEL}),
        code(
            "4",
            outputs=[
                nbformat.v4.new_output("stream", name="stderr", text="Warned!"),
                nbformat.v4.new_output("stream", name="stdout", text="Printed `x`"),
            ],
        ),
        markdown("# After {#sec-after}\n\n### Skipped\n\nStill here: 東 and ก, " + "x" * 300),
        table("tbl-long", "Long", ["A", "B"], [["k" * 120, "1"]]),
        front=front,
    )
    return publish(pack, tmp_path_factory.mktemp("out"), "embedded")


@pytest.fixture(scope="module")
def hostile_html(hostile):
    return hostile.html.read_text(encoding="utf-8")


class TestHostile:
    def test_no_script_of_theirs_reaches_the_page(self, hostile_html):
        tags = Reading(hostile_html).tags
        assert len([tag for tag, _ in tags if tag == "script"]) == 1  # ours, which folds contents
        assert [found for _, found in tags if any(key.startswith("on") for key in found)] == []
        assert "&lt;script&gt;alert(1)" in hostile_html

    def test_no_picture_is_fetched(self, hostile_html):
        loaded = Reading(hostile_html).loaded
        assert [src for src in loaded if not src.startswith(("data:", "#"))] == []
        assert hostile_html.count("[image removed: ") == 4

    def test_only_links_that_are_links_remain(self, hostile_html):
        links = Reading(hostile_html).links
        assert "https://harbour.example/" in links
        assert [link for link in links if "script" in link] == []
        assert "Run me" in hostile_html

    def test_the_safe_part_of_a_table_stays(self, hostile_html):
        assert "Kept" in Reading(hostile_html).said("cell")
        assert '<td class="num">1.5</td>' in hostile_html

    def test_unknown_references_stay_text_and_are_reported(self, hostile_html, hostile):
        assert "@someone" in hostile_html
        assert "@fig-nowhere" in hostile_html
        assert any("@fig-nowhere" in warning for warning in hostile.warnings)

    def test_a_title_is_text(self, hostile_html, hostile):
        assert Reading(hostile_html).said("heading")[0] == TITLE
        assert TITLE in pdf_text(hostile.pdf)

    def test_what_is_left_open_does_not_swallow_the_rest(self, hostile_html):
        assert "1 After" in Reading(hostile_html).said("heading")
        assert "2 Skipped" not in hostile_html

    def test_terminal_colours_and_warnings_are_not_shown(self, hostile_html):
        assert "[31m" not in hostile_html
        assert "Red and bell ." in " ".join(hostile_html.split())
        assert "Warned!" not in hostile_html
        assert "Printed `x`" in hostile_html

    def test_alternative_text_is_taken_literally(self, hostile_html, hostile):
        assert 'Said "so" \\ {#x} <b>' in [image["alt"] for image in Reading(hostile_html).images]
        assert 'Said "so" \\ {#x} <b>' in pdf_text(hostile.pdf)

    def test_letters_without_a_font_are_named(self, hostile):
        assert any("CJK" in warning and "THAI" in warning for warning in hostile.warnings)

    def test_a_standard_that_cannot_be_kept_is_given_up_aloud(self, hostile):
        assert any("does not claim A-2A" in warning for warning in hostile.warnings)
        assert hostile.pdf.read_bytes().startswith(b"%PDF")

    def test_html_without_a_table_is_left_out_aloud(self, hostile):
        assert any("without a table" in warning for warning in hostile.warnings)

    def test_a_figure_without_a_description_is_reported(self, hostile):
        assert any("fig-png" in warning and "fig-alt" in warning for warning in hostile.warnings)


def test_a_notice_in_an_exhibits_place_is_not_counted(write_pack, tmp_path):
    absent = '::: {.callout-note title="Not available"}\nToo few months.\n:::'
    pack = write_pack(
        code("#| label: fig-absent\n#| fig-cap: Absent\n1", {"text/markdown": absent}),
        figure("fig-there", "There", "A line", chart()),
        markdown("Compare @fig-absent with @fig-there."),
    )
    result = publish(pack, tmp_path, "embedded")
    page = Reading(result.html.read_text(encoding="utf-8"))
    assert page.said("caption") == ["Figure 1: There"]
    assert [link for link in page.links if link.startswith("#fig")] == ["#fig-there"]
    assert result.warnings == ("a reference names @fig-absent, which is not in this pack",)


class TestRefusals:
    def test_a_pack_without_front_matter_is_refused(self, write_pack, tmp_path):
        with pytest.raises(PublishError, match=r"must begin with a raw cell .* title, subtitle"):
            publish(write_pack(markdown("# Hello"), front=None), tmp_path, "embedded")

    def test_a_failed_cell_is_named(self, write_pack, tmp_path):
        failed = nbformat.v4.new_output("error", ename="KeyError", evalue="'x'", traceback=[])
        pack = write_pack(code("#| label: tbl-bad\nx", outputs=[failed]))
        with pytest.raises(PublishError, match=r"pack.ipynb, cell 1 \(tbl-bad\) failed: KeyError"):
            publish(pack, tmp_path, "embedded")

    def test_a_label_used_twice_is_refused(self, write_pack, tmp_path):
        one, other = (figure("fig-same", text, text, chart()) for text in ("A", "B"))
        with pytest.raises(PublishError, match=r"more than once: \['fig-same'\]"):
            publish(write_pack(one, other), tmp_path, "embedded")

    def test_options_that_are_not_yaml_are_refused(self):
        with pytest.raises(PublishError, match=r"cell 3: its `#\|` lines are not YAML"):
            options("#| fig-cap: 'open\n1", "cell 3")

    def test_an_unknown_engine_is_refused(self, realistic_pack, tmp_path):
        with pytest.raises(PublishError, match="did you mean 'embedded'"):
            publish(realistic_pack, tmp_path, "embeded")

    def test_a_missing_file_is_refused(self, tmp_path):
        with pytest.raises(PublishError, match="is not a notebook that can be read"):
            publish(tmp_path / "pack.ipynb", tmp_path, "embedded")

    def test_quarto_where_there_is_none_is_refused(self, realistic_pack, tmp_path, monkeypatch):
        monkeypatch.setenv("PATH", str(tmp_path))
        monkeypatch.delenv("QUARTO_PATH", raising=False)
        monkeypatch.setattr("sys.executable", str(tmp_path / "python"))
        with pytest.raises(PublishError, match=r"no `quarto` on the search path.*`make quarto`"):
            publish(realistic_pack, tmp_path, "quarto")


def pretend_quarto(folder: Path, script: str) -> Path:
    program = folder / "quarto"
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(0o755)
    return program


class TestQuartoFound:
    def test_an_old_one_is_refused_with_its_version(self, tmp_path, monkeypatch):
        monkeypatch.setenv("QUARTO_PATH", str(pretend_quarto(tmp_path, "echo 1.4.550")))
        with pytest.raises(PublishError, match=r"is Quarto 1.4.550; 1.7 or newer is needed"):
            find_quarto()
        assert not quarto_available()

    def test_the_one_of_this_environment_is_found(self, tmp_path, monkeypatch):
        program = pretend_quarto(tmp_path, "echo 1.8.25")
        monkeypatch.setenv("PATH", "/nowhere")
        monkeypatch.delenv("QUARTO_PATH", raising=False)
        monkeypatch.setattr("sys.executable", str(program.with_name("python")))
        assert find_quarto() == (program, "1.8.25")

    def test_one_that_does_not_run_is_refused(self, tmp_path, monkeypatch):
        monkeypatch.setenv("QUARTO_PATH", str(pretend_quarto(tmp_path, "exit 3")))
        with pytest.raises(PublishError, match=r"QUARTO_PATH names .* does not run"):
            find_quarto()

    def test_its_last_words_are_passed_on(self, realistic_pack, tmp_path, monkeypatch):
        script = '[ "$1" = --version ] && echo 1.9.0 && exit 0\necho "no such filter" >&2; exit 1'
        monkeypatch.setenv("QUARTO_PATH", str(pretend_quarto(tmp_path, script)))
        with pytest.raises(PublishError, match=r"Quarto 1.9.0 failed.*\nno such filter"):
            publish(realistic_pack, tmp_path / "out", "quarto")

    def test_a_file_it_leaves_out_is_named(self, realistic_pack, tmp_path, monkeypatch):
        script = '[ "$1" = --version ] && echo 1.9.0\nexit 0'
        monkeypatch.setenv("QUARTO_PATH", str(pretend_quarto(tmp_path, script)))
        with pytest.raises(PublishError, match=r"left out \['pack.html', 'pack.pdf'\]"):
            publish(realistic_pack, tmp_path / "out", "quarto")


@pytest.fixture(scope="module")
def by_quarto(realistic_pack, tmp_path_factory):
    return publish(realistic_pack, tmp_path_factory.mktemp("quarto"), "quarto")


@pytest.mark.skipif(not quarto_available(), reason="Quarto is not installed")
class TestBothPublishers:
    @pytest.mark.parametrize("kind", ["heading", "caption", "cell"])
    def test_both_say_the_same_in_the_same_order(self, by_quarto, page, kind):
        theirs = Reading(by_quarto.html.read_text(encoding="utf-8")).said(kind)
        ours = page.said(kind)
        assert len(ours) > 5
        assert [x for x in theirs if x != "Contents"] == ours

    def test_quartos_page_is_self_contained_too(self, by_quarto):
        loaded = Reading(by_quarto.html.read_text(encoding="utf-8")).loaded
        assert [src[:60] for src in loaded if not src.startswith(("data:", "#"))] == []

    def test_both_documents_have_as_many_pages(self, by_quarto, published):
        with pikepdf.open(by_quarto.pdf) as theirs, pikepdf.open(published.pdf) as ours:
            assert len(theirs.pages) == len(ours.pages)


def test_the_date_in_the_document_is_the_packs_own():
    def day(**front):
        return stamp(Pack(front, {}, nbformat.v4.new_notebook())).date().isoformat()

    assert day(**{"as-of": "2026-10-31"}) == "2026-10-31"
    assert day(**{"as-of": "31 October 2026"}) == "2026-10-31"
    assert day(period="2026-10") == "2026-10-01"
    assert day(period="the other month") == EPOCH.date().isoformat()


def test_a_pack_is_not_changed_by_reading_it(realistic_pack):
    before = realistic_pack.read_bytes()
    read_pack(realistic_pack)
    assert realistic_pack.read_bytes() == before


def test_a_reference_to_nothing_is_text_for_both_publishers(write_pack):
    pack = read_pack(
        write_pack(markdown("See @fig-nowhere and @sec-there.\n\n# There {#sec-there}"))
    )
    assert "See \\@fig-nowhere and @sec-there." in pack.notebook.cells[0].source


def test_a_minus_stays_with_its_money(write_pack, tmp_path):
    result = publish(write_pack(markdown("Margin moved \u2212£26.3k.")), tmp_path, "embedded")
    html = result.html.read_text(encoding="utf-8")
    assert '<span class="nobreak">\u2212£26.3k.</span>' in html


def test_code_in_markdown_keeps_its_brackets():
    assert safe_markdown("Use `a<b>` and <b>") == "Use `a<b>` and \\<b>"
