"""What an exhibit leaves in a cell's output: its picture or table, and what a pack adds to it."""

from __future__ import annotations

import io
from dataclasses import dataclass
from html import escape
from typing import Any

from matplotlib.figure import Figure as Drawing

from analysis.text import escaped, words

MIME = "application/vnd.analysis.exhibit+json"
Bundle = dict[str, Any]


@dataclass(frozen=True)
class Figure:
    """A drawn figure with the text that stands for it.

    Attributes
    ----------
    drawing : matplotlib figure
        As drawn.
    alt : str
        What the figure shows, from the table it was drawn from, for who cannot see it.
    note : str
        Where the numbers come from.
    """

    drawing: Drawing
    alt: str
    note: str = ""

    def _repr_mimebundle_(self, **_: object) -> Bundle:
        record = {"kind": "figure", "alt": self.alt, "note": self.note}
        return {"image/svg+xml": self.svg(), "text/plain": self.alt, MIME: record}

    def svg(self) -> str:
        """The figure as SVG: no date in it, so equal figures are equal text."""
        stream = io.StringIO()
        self.drawing.savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
        text = stream.getvalue()
        return text[text.index("<svg") :]


@dataclass(frozen=True)
class Absent:
    """In place of an exhibit whose data the firm does not have, or that has nothing to show.

    Attributes
    ----------
    reason : str
        Why, in a sentence.
    title : str
        Above it, if not that it is missing in the data.
    """

    reason: str
    title: str = ""

    def _repr_mimebundle_(self, **_: object) -> Bundle:
        title = self.title or words("absent.title")
        notice = f'::: {{.callout-note title="{title}"}}\n{escaped(self.reason)}\n:::\n'
        return {
            "text/markdown": notice,
            "text/html": f"<p><strong>{title}.</strong> {escape(self.reason)}</p>",
            "text/plain": f"{title}. {self.reason}",
            MIME: {"kind": "absent", "alt": self.reason, "note": ""},
        }


def absent(needs: str) -> Absent:
    """Say that an exhibit needs a table or column the firm does not deliver."""
    return Absent(words("absent.needs", needs=needs))


def nothing(key: str) -> Absent:
    """Say that there is nothing to show, and why: the text ``absent.<key>``."""
    return Absent(words(f"absent.{key}"), words("absent.nothing"))


def nothing_to_compare() -> Absent:
    """Say that the data do not reach back to a period to compare with."""
    return Absent(words("absent.base"))
