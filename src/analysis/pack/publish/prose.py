"""Markdown that is safe to publish, whoever wrote it.

Cells and outputs may hold what a customer typed into a form. Here it is reduced to text, tables and
the marks this project uses, in a form that pandoc and Quarto read alike.
"""

from __future__ import annotations

import re
from html import escape

from analysis.pack.publish.tables import safe_tables

ESCAPES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b[@-_]|[\x00-\x08\x0b-\x1f\x7f]")
FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,}) *([^`]*)$")
DIV = re.compile(r"^ {0,3}:{3,}\s*(.*?)\s*:*$")
NOTICE = re.compile(r"\.callout-(note|tip|warning|important|caution)\b")
RAW = re.compile(r"\{\s*=\s*(\w+)\s*\}")
TAG = re.compile(r"(`+)(?!`)[^\n]+?(?<!`)\1(?!`)|\\.|<(?!https?://|mailto:)(?=[A-Za-z/!?])")


def without_escapes(text: str) -> str:
    """Text without a terminal's colours and other characters that do not print."""
    return ESCAPES.sub("", text.replace("\r\n", "\n"))


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
    "say &quot;hi&quot;"
    """
    words = " ".join(str(text).split())
    return f'"{escape(words)}"'.replace("\\", "&#92;")


def plain(markdown: object) -> str:
    """A caption as a screen reader should say it: without the marks.

    Examples
    --------
    >>> plain("Revenue *by month*. [Source](#x): `orders`")
    'Revenue by month. Source: orders'
    """
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", str(markdown))
    return " ".join(re.sub(r"[*_`\\]|\{[^}]*\}", "", text).split())
