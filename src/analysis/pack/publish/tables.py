"""HTML tables made safe: only the markup of a table, with its heads marked as heads.

A table reaches the pack as raw HTML, the one form both publishers read with its classes. Raw HTML
is also the one door through which a script could reach a reader, so it is rebuilt from a list of
what may stay.
"""

from __future__ import annotations

import re
from html import escape
from html.parser import HTMLParser

CELLS = {"th", "td"}
STRUCTURE = {"table", "thead", "tbody", "tfoot", "tr", "colgroup"} | CELLS
INLINE = {"strong", "b", "em", "i", "span", "small", "sup", "sub", "code", "abbr", "a", "br"}
SILENT = {"script", "style", "title", "template", "iframe", "object", "svg", "math", "noscript"}
VOID = {"br"}
ATTRIBUTES = {"class", "scope", "colspan", "rowspan", "title", "style", "href"}
LINK = re.compile(r"(https?://|mailto:|#)", re.IGNORECASE)
STYLE = re.compile(
    r"\s*(background-color|color)\s*:\s*(#[0-9a-fA-F]{6})\s*"
    r"|\s*(text-align)\s*:\s*(left|right|center)\s*"
    r"|\s*(font-weight)\s*:\s*(bold|normal|[4-7]00)\s*"
)
NUMBER = re.compile(r"[\s£$€¥(+\-\u2212]*\d[\d,.\s]*[%)kmbn]*|[-\u2013\u2014]|NaN", re.IGNORECASE)


def safe_style(value: str) -> str:
    """Keep the declarations that only colour, align or embolden.

    Examples
    --------
    >>> safe_style("color: #aa0000; background: url(https://tracker.example)")
    'color: #aa0000'
    """
    matches = (STYLE.fullmatch(part) for part in value.split(";"))
    pairs = ([group for group in match.groups() if group] for match in matches if match)
    return "; ".join(": ".join(pair) for pair in pairs)


class _Tables(HTMLParser):
    """Rewrites what it is fed, keeping the tables in it and nothing that is not of a table."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.out: list[str] = []
        self.open: list[str] = []
        self.silent = 0
        self.dataframe = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in SILENT:
            self.silent += 1
        if self.silent or not (tag == "table" or (self.open and tag in STRUCTURE | INLINE)):
            return
        kept = self._attributes(tag, {name: value or "" for name, value in attrs})
        said = "".join(f' {name}="{escape(value)}"' for name, value in kept.items())
        self.out.append(f"<{tag}{said}>")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in SILENT:
            self.silent = max(0, self.silent - 1)
        elif tag in self.open:
            while (last := self.open.pop()) != tag:
                self.out.append(f"</{last}>")
            self.out.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if self.silent or not self.open:
            return
        numeric = self.dataframe and NUMBER.fullmatch(data.strip())
        if numeric and self.out[-1] == "<td>":
            self.out[-1] = '<td class="num">'
        inside = set(self.open) & CELLS
        self.out.append(escape(data, quote=False) if inside else "\n" * ("\n" in data))

    def _attributes(self, tag: str, found: dict[str, str]) -> dict[str, str]:
        kept = {name: value for name, value in found.items() if name in ATTRIBUTES}
        if tag == "table":
            classes = kept.get("class", "").split()
            self.dataframe = "exhibit" not in classes
            kept = {"class": "exhibit" if self.dataframe else " ".join(classes)}
        if not LINK.match(kept.get("href", "#").strip()):
            del kept["href"]
        if "style" in kept:
            kept["style"] = safe_style(kept["style"])
        if tag == "th":
            kept.setdefault("scope", "col" if "thead" in self.open else "row")
        return {name: value for name, value in kept.items() if value}


def safe_tables(html: str) -> str:
    """The tables of a piece of HTML and nothing else of it; empty if there is none.

    A DataFrame's own HTML is read too: its figures are aligned right, its heads given a scope.

    Examples
    --------
    >>> safe_tables('<table onclick="x()"><tr><th>A</th></tr></table><script>y</script>')
    '<table class="exhibit"><tr><th scope="row">A</th></tr></table>'
    """
    parser = _Tables()
    parser.feed(html)
    parser.close()
    text = "".join([*parser.out, *(f"</{tag}>" for tag in reversed(parser.open))])
    return re.sub(r"\n\s*\n+", "\n", text.strip())
