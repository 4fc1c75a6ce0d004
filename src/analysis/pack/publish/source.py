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
from analysis.pack.publish.tables import safe_tables

FRONT = ("title", "subtitle", "firm", "region", "period", "as-of", "author")
PREFERRED = ("text/markdown", "image/svg+xml", "image/png", "image/jpeg", "text/html", "text/plain")
TEXT = {"text/markdown", "image/svg+xml", "text/html", "text/plain"}
ESCAPES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b[@-_]|[\x00-\x08\x0b-\x1f\x7f]")
FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,}) *([^`]*)$")
DIV = re.compile(r"^ {0,3}:{3,}\s*(.*?)\s*:*$")
NOTICE = re.compile(r"\.callout-(note|tip|warning|important|caution)\b")
RAW = re.compile(r"\{\s*=\s*(\w+)\s*\}")
TAG = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)|\\.|<(?!https?://|mailto:)(?=[A-Za-z/!?])", re.DOTALL)
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


def _fenced(block: list[str], name: str) -> str:
    """A fenced block, closed; raw HTML gives its tables, other raw text is shown as it is."""
    opening = FENCE.match(block[0])
    info = opening[2].strip() if opening else ""
    if RAW.fullmatch(info) and "html" in info:
        table = safe_tables("\n".join(block[1:-1]))
        box = f'::: {{.table-scroll tabindex="0" role="region" aria-label={attribute(name)}}}'
        return f"\n{box}\n```{{=html}}\n{table}\n```\n:::\n" if table else ""
    return "\n".join([RAW.sub(r"{.\1}", block[0]), *block[1:]])


def _prose(lines: list[str]) -> str:
    """Text outside fences: tags become text, notices become ours, divs close."""
    text = TAG.sub(lambda m: m[0] if len(m[0]) > 1 else "\\<", "\n".join(lines))
    return RAW.sub(r"{.\1}", text)


def safe_markdown(text: str, name: str = "Table") -> str:
    """Markdown that can neither carry markup past a publisher nor swallow what follows it.

    Raw HTML is reduced to its tables and HTML tags to text; fences and divs left open are closed;
    Quarto's callouts are renamed, since its own fetch icons from the network while they are set.

    Parameters
    ----------
    text : str
        A markdown cell, or a markdown output.
    name : str
        What a screen reader calls a table in it.

    Examples
    --------
    >>> print(safe_markdown("::: {.callout-tip}\\nA <b>bold</b> step"))
    ::: {.notice .notice-tip}
    A \\<b>bold\\</b> step
    <BLANKLINE>
    :::
    """
    out: list[str] = []
    prose: list[str] = []
    block: list[str] = []
    fence, depth = "", 0
    for line in text.splitlines():
        bare = line.strip()
        if fence:
            block.append(line)
            if bare.startswith(fence) and not bare.strip(fence[0]):
                out, fence = [*out, _fenced(block, name)], ""
        elif match := FENCE.match(line):
            out, prose = [*out, _prose(prose)], []
            block, fence = [line], match[1]
        else:
            if match := DIV.match(line):
                depth += 1 if match[1] else -1
                line = NOTICE.sub(r".notice .notice-\1", line) if depth >= 0 else "\\" + bare
                depth = max(depth, 0)
            prose.append(line)
    out.append(_fenced([*block, fence], name) if fence else _prose(prose))
    return "\n\n".join(["\n".join(out).strip("\n"), *([":::"] * depth)])


def attribute(text: object) -> str:
    """A value between quotes in a markdown attribute.

    Examples
    --------
    >>> print(attribute('say "hi"'))
    "say \\"hi\\""
    """
    words = " ".join(str(text).split())
    return '"' + re.sub(r'([\\"&<>])', r"\\\1", words) + '"'


def plain(markdown: object) -> str:
    """A caption as a screen reader should say it: without the marks.

    Examples
    --------
    >>> plain("Revenue *by month*. [Source](#x): `orders`")
    'Revenue by month. Source: orders'
    """
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", str(markdown))
    return " ".join(re.sub(r"[*_`\\]|\{[^}]*\}", "", text).split())


def _joined(value: object) -> str:
    text = value if isinstance(value, str) else "".join(value)  # type: ignore[arg-type]
    return ESCAPES.sub("", text.replace("\r\n", "\n"))


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
        return nbformat.v4.new_output("stream", name="stdout", text=text + "\n"), ""
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
    return nbformat.v4.new_output("display_data", data={form: content}, metadata=kept), ""


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
        notebook = nbformat.read(path, as_version=4)
    except (OSError, ValueError) as error:
        raise PublishError(f"{path} is not a notebook that can be read: {error}") from error
    found = _front(notebook.cells, path)
    cells: list[NotebookNode] = []
    warnings: list[str] = []
    labels: Counter[str] = Counter()
    for number, cell in enumerate(notebook.cells[1:], start=1):
        where = f"{path.name}, cell {number}"
        if cell.cell_type == "markdown":
            cells.append(nbformat.v4.new_markdown_cell(safe_markdown(_joined(cell.source))))
        elif cell.cell_type == "code":
            said = options(cell.source, where)
            where = f"{where} ({said['label']})" if "label" in said else where
            pairs = [_output(output, said, where) for output in cell.outputs]
            warnings += [warning for _, warning in pairs if warning]
            outputs = [output for output, _ in pairs if output is not None]
            if outputs and said.get("include") is not False and said.get("output") is not False:
                labels.update([str(said["label"])] if "label" in said else [])
                cells.append(nbformat.v4.new_code_cell(cell.source, outputs=outputs))
                if any(_is_image(output) for output in outputs) and not said.get("fig-alt"):
                    warnings.append(f"{where}: a figure without `fig-alt`; its caption stands in")
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
    clean = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": KERNEL})
    return Pack(front, own, clean, tuple(warnings))


KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}


def _is_image(output: NotebookNode) -> bool:
    return any(form.startswith("image/") for form in output.get("data", {}))


def _unlink(cell: NotebookNode, targets: set[str], warnings: list[str]) -> None:
    """Turn references to what is not in the pack into text, in place."""

    def checked(match: re.Match[str]) -> str:
        if match[1] in targets:
            return match[0]
        warnings.append(f"a reference names @{match[1]}, which is not in this pack")
        return "\\" + match[0]

    if cell.cell_type == "markdown":
        cell.source = REFERENCE.sub(checked, cell.source)
    for output in cell.get("outputs", []):
        if "text/markdown" in output.get("data", {}):
            output.data["text/markdown"] = REFERENCE.sub(checked, output.data["text/markdown"])
