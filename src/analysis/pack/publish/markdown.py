"""A pack's notebook as one markdown text, with its images beside it.

The marks are Quarto's where Quarto has them. What Quarto makes of a labelled cell is written here
as a div of class ``float``, which ``theme/pack.lua`` numbers and captions.
"""

from __future__ import annotations

import base64
import binascii
import re
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from analysis.errors import PublishError
from analysis.pack.publish.prose import attribute
from analysis.pack.publish.source import Pack, options

SUFFIX = {"image/svg+xml": "svg", "image/png": "png", "image/jpeg": "jpg"}
MEDIA = "media"
WIDE = 400  # points; a chart at least this wide fills the column
SVG_WIDTH = re.compile(r"<svg[^>]*?\swidth=\"([\d.]+)(pt|px)?\"", re.DOTALL)
POINTS_PER_PIXEL = 0.75


def _width(content: str | bytes, form: str, size: dict[str, Any]) -> float | None:
    """The natural width of an image in points, where it is known."""
    if isinstance(size.get("width"), int | float):
        return float(size["width"]) * POINTS_PER_PIXEL
    if form == "image/svg+xml" and (match := SVG_WIDTH.search(str(content)[:4000])):
        return float(match[1]) * (POINTS_PER_PIXEL if match[2] == "px" else 1)
    return None


def _image(output: NotebookNode, form: str, name: str, alt: str, folder: Path) -> str:
    content = output.data[form]
    path = folder / MEDIA / f"{name}.{SUFFIX[form]}"
    path.parent.mkdir(parents=True, exist_ok=True)
    if form == "image/svg+xml":
        path.write_text(content, encoding="utf-8")
    else:
        try:
            path.write_bytes(base64.b64decode(content))
        except binascii.Error as error:
            raise PublishError(f"{name}: the stored image is not base64: {error}") from error
    width = _width(content, form, output.get("metadata", {}).get(form, {}))
    size = ".wide" if width is None or width >= WIDE else f"points={width:g}"
    return f"![]({MEDIA}/{path.name}){{{size} fig-alt={attribute(alt)}}}"


def _verbatim(text: str) -> str:
    ticks = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, ticks + 1)
    return f"{fence}{{.output}}\n{text.rstrip()}\n{fence}"


def _cell(cell: NotebookNode, number: int, folder: Path) -> str:
    said = options(cell.source, f"cell {number}")
    parts = []
    for k, output in enumerate(cell.outputs):
        data = output.get("data", {"text/plain": output.get("text", "")})
        form, content = next(iter(data.items()))
        if form in SUFFIX:
            parts.append(_image(output, form, f"cell-{number}-{k}", said["fig-alt"], folder))
        else:
            parts.append(content if form == "text/markdown" else _verbatim(content))
    body = "\n\n".join(parts)
    if "label" not in said:
        return body
    caption = said.get("fig-cap", said.get("tbl-cap", ""))
    return (
        f":::::: {{#{said['label']} .float}}\n\n{body}\n\n"
        f"::::: {{.float-caption}}\n{caption}\n:::::\n\n::::::"
    )


def to_markdown(pack: Pack, folder: Path) -> str:
    """Write the pack's images into ``folder`` and return its text.

    Returns
    -------
    str
        Markdown for pandoc, cells in reading order. Code is not shown.
    """
    texts = (
        cell.source if cell.cell_type == "markdown" else _cell(cell, number, folder)
        for number, cell in enumerate(pack.notebook.cells)
    )
    return "\n\n".join(text for text in texts if text.strip()) + "\n"
