"""Read findings and exhibits back out of executed notebooks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat

from analysis.errors import PublishError
from analysis.findings.record import MIME, Finding


def findings(notebooks: list[Path]) -> list[Finding]:
    """The findings executed notebooks displayed, in reading order.

    Raises
    ------
    PublishError
        If a notebook has a cell that was not executed, or two findings share an id.
    """
    found = [
        Finding.from_record(output["data"][MIME])
        for path in notebooks
        for cell in read(path).cells
        for output in cell.get("outputs", [])
        if MIME in output.get("data", {})
    ]
    ids = [finding.id for finding in found]
    if repeated := sorted({one for one in ids if ids.count(one) > 1}):
        raise PublishError(f"findings must have different ids; repeated: {', '.join(repeated)}")
    return found


def read(notebook: Path) -> Any:
    """Read an executed notebook.

    Raises
    ------
    PublishError
        If a code cell was not executed: its outputs would be missing without a word.
    """
    content = nbformat.read(notebook, as_version=4)
    for place, cell in enumerate(content.cells):
        if cell.cell_type == "code" and cell.source.strip() and cell.execution_count is None:
            raise PublishError(f"{notebook.name} cell {place} was not executed")
    return content
