"""Make one ``pack.ipynb`` of the executed notebooks: front page, chapters, definitions, provenance.

Both publishers read it. What they must agree on is therefore settled here: captions stamped with
region and period, notes and alt texts beside their figures, one form of every output.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
import yaml

from analysis.exhibits.record import MIME as EXHIBIT
from analysis.findings.record import MIME as FINDING
from analysis.findings.record import Finding
from analysis.pack import appendix, collect
from analysis.pack.facts import Facts
from analysis.pack.front import most_notable
from analysis.text import escaped, words

HIDDEN = {"parameters", "injected-parameters", "setup"}
FRONT = "front"
SCOPE = "board.scope"
TRUST = "quality.trust"
BEHIND = "00-"
"""Notebooks named so run first and are read last: what stands behind the other chapters."""
Cell = Any


@dataclass
class Section:
    """A question and the cells that answer it."""

    question: Cell
    answers: list[Cell] = field(default_factory=list)

    @property
    def title(self) -> str:
        """The question."""
        return str(self.question.source.partition("\n")[0].removeprefix("## "))

    @property
    def reason(self) -> str | None:
        """Why nothing answers it: the finding's words, where they stand on no record at all."""
        if any(_kind(cell) in ("figure", "table") for cell in self.answers):
            return None
        told = [
            output.data[FINDING]
            for cell in self.answers
            for output in cell.get("outputs", [])
            if FINDING in output.get("data", {})
        ]
        return str(told[0]["sentence"]) if len(told) == 1 and told[0]["n"] == 0 else None


def reading_order(notebooks: list[Path]) -> list[Path]:
    """Notebooks as their chapters are read: by name, what stands behind the others last.

    Examples
    --------
    >>> [path.stem for path in reading_order([Path("20-why"), Path("00-trust"), Path("10-what")])]
    ['10-what', '20-why', '00-trust']
    """
    return sorted(notebooks, key=lambda path: (path.name.startswith(BEHIND), path.name))


def assemble(notebooks: list[Path], findings: list[Finding], facts: Facts) -> Any:
    """Put the pack together.

    Parameters
    ----------
    notebooks : list of Path
        Executed, in reading order.
    findings : list of Finding
        Of these notebooks.
    facts : Facts
        What the pack says of the run and its data.

    Returns
    -------
    NotebookNode
        A raw first cell of front matter; the summary, which begins with whether the data can be
        trusted; a chapter per notebook, each section with its finding first, then figure and
        table; definitions, data notes and provenance.
    """
    front: list[Cell] = []
    chapters: list[Cell] = []
    chapter_of: dict[str, str] = {}
    for path in notebooks:
        for cell in _chapter(collect.read(path).cells):
            settled = _settled(cell, facts)
            (front if _is_front(cell) else chapters).append(settled)
            if not _is_front(cell) and (label := _label(settled)):
                chapter_of[label] = path.stem
    cells = [
        _front_matter(facts),
        *_summary(front, findings, chapter_of, facts),
        *chapters,
        *appendix.cells(facts, _told(chapters)),
    ]
    for place, cell in enumerate(cells):
        cell["id"] = f"pack-{place}"
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})


def write(pack: Any, path: Path) -> None:
    """Write an assembled pack: equal packs are equal bytes."""
    text = json.dumps(_as_lines(pack), indent=1, ensure_ascii=False, sort_keys=True)
    path.write_text(text + "\n", encoding="utf-8")


def _chapter(cells: list[Cell]) -> Iterator[Cell]:
    """A notebook's cells as a reader gets them: each question's answer first, its table last.

    Questions the data cannot answer come together at the end, each reason said once.
    """
    sections: list[Section] = []
    for cell in cells:
        if set(cell.metadata.get("tags", [])) & HIDDEN or cell.cell_type == "raw":
            continue
        if cell.cell_type == "markdown" and cell.source.startswith("## "):
            sections.append(Section(cell))
        elif sections:
            sections[-1].answers.append(cell)
        else:
            yield cell
    unanswered: dict[str, list[str]] = {}
    for section in sections:
        if section.reason is None:
            yield from _in_reading_order(section)
        else:
            unanswered.setdefault(section.reason, []).append(section.title)
            yield from (cell for cell in section.answers if _is_front(cell))
    for reason, titles in unanswered.items():
        yield _markdown(words("pack.unanswered", reason=escaped(reason), titles=" · ".join(titles)))


def _in_reading_order(section: Section) -> Iterator[Cell]:
    _, _, how_to_read = section.question.source.partition("\n")
    yield _markdown(f"## {section.title}")
    order = {FINDING: 0, "text": 1, "figure": 2, "table": 3}
    # What is missing is said by the finding; its empty exhibits would repeat it.
    kept = [cell for cell in section.answers if _kind(cell) != "absent"]
    if how_to_read.strip() and any(_kind(cell) in ("figure", "table") for cell in kept):
        kept.insert(0, _markdown(f"::: {{.reading}}\n{how_to_read.strip()}\n:::"))
    yield from sorted(kept, key=lambda cell: order.get(_kind(cell), 1))


def _kind(cell: Cell) -> str:
    """``finding``'s MIME type, or the kind of exhibit a cell shows; ``text`` for anything else."""
    for output in cell.get("outputs", []):
        data = output.get("data", {})
        if FINDING in data:
            return FINDING
        if EXHIBIT in data:
            return str(data[EXHIBIT]["kind"])
    return "text"


def _is_front(cell: Cell) -> bool:
    return FRONT in cell.metadata.get("tags", []) or _kind(cell) == "cards"


def _settled(cell: Cell, facts: Facts) -> Cell:
    """The cell as both publishers read it: options stamped, one form of each output."""
    if cell.cell_type == "markdown":
        return _markdown(_stamped(cell.source, facts))
    options = _options(cell.source)
    outputs = []
    for output in cell.outputs:
        data = dict(output.get("data", {}))
        if not data:
            continue  # a stream: what a library printed is not for readers
        exhibit = data.pop(EXHIBIT, None)
        data.pop(FINDING, None)
        if "text/markdown" in data:
            data.pop("text/html", None)
        if exhibit and exhibit["kind"] == "figure":
            options["fig-alt"] = exhibit["alt"]
            if exhibit["note"] and "fig-cap" in options:
                options["fig-cap"] = f"{options['fig-cap']}. *{escaped(exhibit['note'])}*"
        outputs.append(nbformat.v4.new_output("display_data", data=data))
    lines = [f"#| {key}: {json.dumps(_stamped(str(value), facts), ensure_ascii=False)}"
             for key, value in options.items()]  # fmt: skip
    settled = nbformat.v4.new_code_cell("\n".join(lines), execution_count=1)
    settled.outputs = outputs
    return settled


def _summary(
    front: list[Cell], findings: list[Finding], chapter_of: dict[str, str], facts: Facts
) -> Iterator[Cell]:
    yield _markdown(f"# {words('pack.summary')} {{.unnumbered #summary}}")
    yield _markdown(words("pack.goal", goal=escaped(facts.goal)))
    yield from (_markdown(escaped(one.sentence)) for one in findings if one.id == SCOPE)
    yield from (_trust_line(one, facts) for one in findings if one.id == TRUST)
    yield from (cell for cell in front if _is_cards(cell))
    told = most_notable(findings, chapter_of)
    items = [
        " ".join(
            [f"{place}.", escaped(finding.sentence), f"(@{finding.exhibit})"]
            + [f"*{escaped(caveat)}*" for caveat in finding.caveats]
        )
        for place, finding in enumerate(told, start=1)
    ]
    yield _markdown(f"## {words('pack.notable')} {{.unnumbered .unlisted}}")
    yield _markdown("\n".join(items) or words("pack.nothing_notable"))
    yield from (cell for cell in front if _kind_of_front(cell) == "figure")


def _trust_line(told: Finding, facts: Facts) -> Cell:
    """Whether the data can be trusted, in one line that leads to its chapter."""
    missed = {level: told.values.get(f"missed_{level}") for level in ("fail", "warn")}
    tone = "important" if missed["fail"] else "warning" if missed["warn"] else "note"
    doubts = [*told.caveats, *([facts.old] if facts.old else [])]
    if doubts and tone == "note":
        tone = "warning"
    said = [f"{escaped(told.sentence)} (@sec-quality)", *(f"*{escaped(one)}*" for one in doubts)]
    return _markdown(f"::: {{.callout-{tone}}}\n{' '.join(said)}\n:::")


def _kind_of_front(cell: Cell) -> str:
    """``figure`` for a picture; a finding made for the front page is told in its own place."""
    return "figure" if any("image/svg+xml" in output["data"] for output in cell.outputs) else "told"


def _is_cards(cell: Cell) -> bool:
    return any(".kpi-row" in output["data"].get("text/markdown", "") for output in cell.outputs)


def _told(chapters: list[Cell]) -> str:
    """Everything the chapters show in words, as HTML."""
    return "\n".join(
        str(output["data"].get("text/markdown", ""))
        for cell in chapters
        if cell.cell_type == "code"
        for output in cell.outputs
    )


def _front_matter(facts: Facts) -> Cell:
    matter = {
        "title": words("pack.title"),
        "subtitle": f"{facts.region}, {facts.period}",
        "firm": facts.firm,
        "region": facts.region,
        "period": facts.period,
        "as-of": facts.as_of,
        "lang": "en",
    }
    text = yaml.safe_dump(matter, allow_unicode=True, sort_keys=False)
    return nbformat.v4.new_raw_cell(f"---\n{text}---")


def _options(source: str) -> dict[str, Any]:
    lines = [line.removeprefix("#|") for line in source.splitlines() if line.startswith("#|")]
    return yaml.safe_load("\n".join(lines)) or {} if lines else {}


def _label(cell: Cell) -> str | None:
    if cell.cell_type != "code" or not cell.outputs:
        return None
    label = _options(cell.source).get("label")
    return str(label) if label else None


def _stamped(text: str, facts: Facts) -> str:
    values = {"region": facts.region, "period": facts.period, "firm": facts.firm}
    values = {name: escaped(value) for name, value in values.items()}
    return re.sub(r"\{\{(\w+)\}\}", lambda match: values.get(match[1], match[0]), text)


def _markdown(text: str) -> Cell:
    return nbformat.v4.new_markdown_cell(text)


def _as_lines(value: Any) -> Any:
    """Texts of a notebook as lists of lines, which is how Quarto reads them."""
    if isinstance(value, dict):
        return {
            key: part.splitlines(keepends=True)
            if key == "source" or (key.startswith(("text/", "image/svg")) and isinstance(part, str))
            else _as_lines(part)
            for key, part in value.items()
        }
    return [_as_lines(part) for part in value] if isinstance(value, list) else value
