"""What both publishers are given: an assembled pack, checked and put into one plain form.

Whatever a publisher would otherwise have to decide is decided here once, because Quarto and the
embedded publisher decide differently: each output keeps one representation, boxed notices become
ours, tables are made safe, references to nothing become text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
import yaml
from nbformat import NotebookNode

from analysis.errors import PublishError
from analysis.pack.publish.prose import plain, safe_markdown, without_escapes

KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}
notebooks: Any = nbformat  # it has no types
FRONT = ("title", "subtitle", "firm", "region", "period", "as-of", "author")
EXHIBIT = ("label", "fig-cap", "fig-alt", "tbl-cap")
PREFERRED = ("text/markdown", "image/svg+xml", "image/png", "image/jpeg", "text/html", "text/plain")
TEXT = {"text/markdown", "image/svg+xml", "text/html", "text/plain"}
REFERENCE = re.compile(r"(?<![\w\\@`/])@((?:fig|tbl|sec)-[\w-]*\w)")
SECTION = re.compile(r"^#+ .*\{[^}\n]*#(sec-[\w-]+)", re.MULTILINE)


@dataclass(frozen=True)
class Pack:
    """A pack ready to be published.

    Attributes
    ----------
    front : dict of str to str
        The front page's facts as plain text: title, region, period and so on.
    words : dict of str to str
        The pack's own words for what the theme prints around the text, where it brought any.
    notebook : NotebookNode
        Cells in reading order. Each output is markdown, one image, or plain text.
    warnings : tuple of str
        What was left out or changed on the way, in sentences.
    """

    front: dict[str, str]
    words: dict[str, str]
    notebook: NotebookNode
    warnings: tuple[str, ...] = field(default=())


def options(source: str, where: str = "a cell") -> dict[str, Any]:
    """The ``#|`` options at the head of a code cell.

    Examples
    --------
    >>> options("#| label: fig-trend\\n#| fig-cap: Up.\\nplot()")
    {'label': 'fig-trend', 'fig-cap': 'Up.'}
    """
    lines = []
    for line in source.lstrip("\n").splitlines():
        if not line.startswith("#|"):
            break
        lines.append(line[2:].removeprefix(" "))
    try:
        found = yaml.safe_load("\n".join(lines)) or {}
    except yaml.YAMLError as error:
        raise PublishError(f"{where}: its `#|` lines are not YAML: {error}") from error
    if not isinstance(found, dict):
        raise PublishError(f"{where}: its `#|` lines must read `name: value`; found {found!r}")
    return found


def _joined(value: str | list[str]) -> str:
    return without_escapes(value if isinstance(value, str) else "".join(value))


def _output(
    output: NotebookNode, cell: dict[str, Any], where: str
) -> tuple[NotebookNode | None, str]:
    """One output in its one form, or nothing, and a warning if it was left out."""
    if output.output_type == "error":
        raise PublishError(
            f"{where} failed: {output.get('ename')}: {_joined(output.get('evalue', ''))}. "
            "A pack is published from notebooks that ran to their end"
        )
    if output.output_type == "stream":
        text = _joined(output.text).rstrip()
        if output.name != "stdout" or not text:
            return None, ""
        return notebooks.v4.new_output("stream", name="stdout", text=text + "\n"), ""
    form = next((form for form in PREFERRED if form in output.data), None)
    labelled = str(cell.get("label", "")).startswith(("fig-", "tbl-"))
    if form is None or (form == "text/plain" and labelled):
        return None, ""
    content = _joined(output.data[form]) if form in TEXT else output.data[form]
    name = plain(cell.get("tbl-cap") or cell.get("fig-cap") or "Table")
    if form == "text/html":
        form, content = "text/markdown", f"```{{=html}}\n{content}\n```"
        if not (content := safe_markdown(content, name)):
            return None, f"{where}: an HTML output without a table was left out"
    elif form == "text/markdown":
        content = safe_markdown(content, name).strip()
    size = output.get("metadata", {}).get(form, {})
    kept = {form: size} if size else {}
    return notebooks.v4.new_output("display_data", data={form: content}, metadata=kept), ""


def _exhibit(
    said: dict[str, Any], outputs: list[NotebookNode], where: str
) -> tuple[dict[str, str], list[str]]:
    """What a cell's options say of its exhibit, made safe, and what is wrong with them."""
    warnings = []
    data = [output.get("data", {}) for output in outputs]
    picture = any(form.startswith("image/") for each in data for form in each)
    tabular = any(re.search(r"<table|^\|", each.get("text/markdown", ""), re.M) for each in data)
    kept = {key: " ".join(str(said[key]).split()) for key in EXHIBIT if said.get(key)}
    named = re.fullmatch(r"(fig|tbl)-[\w-]+", kept.get("label", ""))
    if not named and ("fig-cap" in kept or "tbl-cap" in kept):
        warnings.append(f"{where}: a caption needs a label `fig-...` or `tbl-...`; left out")
    if not named or not (picture or tabular):
        kept.pop("label", None)  # a notice in an exhibit's place is not counted as one
    if picture and "fig-alt" not in kept:
        warnings.append(f"{where}: a figure without `fig-alt`; its caption stands in")
        kept["fig-alt"] = plain(kept.get("fig-cap", kept.get("tbl-cap", ""))) or "Figure"
    for key in ("fig-cap", "tbl-cap"):
        if key in kept:
            kept[key] = safe_markdown(kept[key])
        if "label" not in kept:
            kept.pop(key, None)
    return kept, warnings


def _header(said: dict[str, str]) -> str:
    """Options as ``#|`` lines at the head of a cell. Its code is left out: a pack shows none."""
    lines = yaml.safe_dump(said, allow_unicode=True, sort_keys=False, width=10_000).splitlines()
    return "\n".join(f"#| {line}" for line in lines) if said else ""


def _front(cells: list[NotebookNode], path: Path) -> Mapping[str, Any]:
    first = cells[0] if cells else None
    text = first.source.strip() if first is not None and first.cell_type == "raw" else ""
    try:
        found = yaml.safe_load(text.strip("-")) if text.startswith("---") else None
    except yaml.YAMLError as error:
        raise PublishError(f"{path.name}: the front matter is not YAML: {error}") from error
    if not isinstance(found, dict) or not found.get("title"):
        raise PublishError(
            f"{path.name} must begin with a raw cell of YAML between `---` lines that names "
            f"{', '.join(FRONT)}; found {text[:60]!r}"
        )
    return found


def read_pack(path: Path) -> Pack:
    """Read an assembled ``pack.ipynb`` and put it into the form both publishers take.

    Raises
    ------
    PublishError
        If there is no front matter, a cell holds an error, or a label is used twice.
    """
    try:
        notebook = notebooks.read(path, as_version=4)
    except (OSError, ValueError) as error:
        raise PublishError(f"{path} is not a notebook that can be read: {error}") from error
    found = _front(notebook.cells, path)
    cells: list[NotebookNode] = []
    warnings: list[str] = []
    labels: Counter[str] = Counter()
    for number, cell in enumerate(notebook.cells[1:], start=1):
        where = f"{path.name}, cell {number}"
        if cell.cell_type == "markdown":
            cells.append(notebooks.v4.new_markdown_cell(safe_markdown(_joined(cell.source))))
        elif cell.cell_type == "code":
            said = options(cell.source, where)
            where = f"{where} ({said['label']})" if "label" in said else where
            pairs = [_output(output, said, where) for output in cell.outputs]
            warnings += [warning for _, warning in pairs if warning]
            outputs = [output for output, _ in pairs if output is not None]
            if not outputs or said.get("include") is False or said.get("output") is False:
                continue
            kept, complaints = _exhibit(said, outputs, where)
            warnings += complaints
            labels.update(value for key, value in kept.items() if key == "label")
            cells.append(notebooks.v4.new_code_cell(_header(kept), outputs=outputs))
    if twice := [label for label, count in labels.items() if count > 1]:
        raise PublishError(f"{path.name}: a label names one exhibit; used more than once: {twice}")
    targets = set(labels)
    targets.update(
        *(SECTION.findall(cell.source) for cell in cells if cell.cell_type == "markdown")
    )
    for number, cell in enumerate(cells):
        _unlink(cell, targets, warnings)
        cell["id"] = f"cell-{number}"  # nbformat's own are random, and the pack's bytes are not
    front = {key: str(found[key]).strip() for key in FRONT if found.get(key) is not None}
    front["lang"] = re.sub(r"[^A-Za-z-]", "", str(found.get("lang") or "en"))
    own = {str(key): str(value) for key, value in (found.get("words") or {}).items()}
    clean = notebooks.v4.new_notebook(cells=cells, metadata={"kernelspec": KERNEL})
    return Pack(front, own, clean, tuple(warnings))


def _unlink(cell: NotebookNode, targets: set[str], warnings: list[str]) -> None:
    """Turn references to what is not in the pack into text, in place."""

    def checked(match: re.Match[str]) -> str:
        if match[1] in targets:
            return match[0]
        warnings.append(f"a reference names @{match[1]}, which is not in this pack")
        return "\\" + match[0]

    if cell.cell_type == "markdown":
        cell.source = REFERENCE.sub(checked, cell.source)
    elif said := options(cell.source):
        captions = {key: REFERENCE.sub(checked, said[key]) for key in said if key.endswith("-cap")}
        cell.source = _header(said | captions)
    for output in cell.get("outputs", []):
        if "text/markdown" in output.get("data", {}):
            output.data["text/markdown"] = REFERENCE.sub(checked, output.data["text/markdown"])
