"""The command that measures what the suite does: ``analysis evaluate data``."""

from __future__ import annotations

import json
import os
import platform
import tempfile
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from analysis import paths
from analysis.errors import ParameterError

evaluate = typer.Typer(
    help="Measure what the suite does, from nothing: scores, files, engines, cost of size.",
    no_args_is_help=True,
)
console = Console()
WIDTH = 110
"""Of the table at least, wherever it is printed: names of figures are long."""
Lines = Annotated[
    str, typer.Option(help="Sizes in order lines at which the cost is measured, by commas.")
]
Keep = Annotated[
    bool, typer.Option(help="Keep what the file holds of figures that are not measured now.")
]
Only = Annotated[str, typer.Option(help="Parts to do, by commas: demo, hostile, engines, scale.")]


@evaluate.callback()
def _group() -> None:
    """Keep `data` a word of its own, so that others can stand beside it."""


@evaluate.command(epilog="Example: analysis evaluate data --lines 1000000,10000000")
def data(lines: Lines = "1000000", only: Only = "", keep: Keep = False) -> None:
    """Score what becomes of a new demo firm and of hostile files; compare engines; measure cost."""
    from analysis.evaluation import data as evaluation
    from analysis.evaluation.record import figures_table, write_json

    sizes = _sizes(lines)
    parts = _parts(only, evaluation.PARTS)
    file = paths.REPORTS / "evaluation" / "data.json"
    earlier = _earlier(file) if keep else []
    with (
        tempfile.TemporaryDirectory(prefix="analysis-evaluate-") as work,
        console.status("evaluating") as status,
    ):
        figures = evaluation.run(
            Path(work), sizes, _today(), parts=parts,
            watcher=lambda what: status.update(f"evaluating: {what}"),
        )  # fmt: skip
    measured = {one.figure for one in figures}
    kept = [record for record in earlier if record["figure"] not in measured]
    write_json([*figures, *kept], file)
    console.width = max(console.width, WIDTH)
    console.print(figures_table(figures, "What was measured"))
    missed = [one for one in figures if one.met is False]
    console.print(
        f"{len(figures)} figures, {sum(one.met is True for one in figures)} targets met, "
        f"{len(missed)} missed" + (f"; {len(kept)} kept from before" if kept else ""),
        highlight=False,
    )
    for one in missed:
        console.print(f"  missed: {one.figure} is {one.value}, asked {one.target}", style="red",
                      highlight=False, soft_wrap=True)  # fmt: skip
    console.print(f"wrote {paths.shown(file)}", highlight=False)


def _sizes(lines: str) -> list[int]:
    """Sizes as a user writes them.

    Examples
    --------
    >>> _sizes("1000000, 20_000")
    [1000000, 20000]
    """
    try:
        return [int(part) for part in lines.split(",") if part.strip()]
    except ValueError:
        raise ParameterError(
            f"--lines must be whole numbers by commas, such as 1000000,10000000; found {lines!r}"
        ) from None


def _parts(only: str, known: tuple[str, ...]) -> list[str]:
    parts = [part.strip() for part in only.split(",") if part.strip()] or list(known)
    if unknown := [part for part in parts if part not in known]:
        raise ParameterError(f"--only has {unknown[0]!r}; there are {', '.join(known)}")
    return parts


def _earlier(file: Path) -> list[dict[str, Any]]:
    """Figures of an earlier run, with the sources they had."""
    if not file.is_file():
        return []
    records: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))
    return records


def _today() -> str:
    """When and on what a cost is measured."""
    import psutil

    memory = psutil.virtual_memory().total / 1024**3
    return (
        f"measured {date.today().isoformat()} on {os.cpu_count()} cores, {memory:.0f} GiB, "
        f"{platform.system()} {platform.machine()}"
    )
