"""The commands that measure what the suite does: ``analysis evaluate data`` and ``diagnosis``."""

from __future__ import annotations

import json
import os
import platform
import tempfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from analysis import paths
from analysis.errors import ParameterError

if TYPE_CHECKING:
    from analysis.evaluation.record import Figure

evaluate = typer.Typer(
    help="Measure what the suite does, from nothing: how far data and explanations can be trusted.",
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
OnlyOf = Annotated[
    str,
    typer.Option(
        help="Parts to do, by commas: bridges, planted, quiet, verdicts, unusual, promotions, "
        "channels, team, drivers."
    ),
]
Seeds = Annotated[int, typer.Option(help="Firms of how many seeds, the default one first.")]


@evaluate.callback()
def _group() -> None:
    """Keep each evaluation a word of its own."""


@evaluate.command(epilog="Example: analysis evaluate data --lines 1000000,10000000")
def data(lines: Lines = "1000000", only: Only = "", keep: Keep = False) -> None:
    """Score what becomes of a new demo firm and of hostile files; compare engines; measure cost."""
    from analysis.evaluation import data as evaluation

    sizes = _sizes(lines)
    parts = _parts(only, evaluation.PARTS)
    with (
        tempfile.TemporaryDirectory(prefix="analysis-evaluate-") as work,
        console.status("evaluating") as status,
    ):
        figures = evaluation.run(
            Path(work), sizes, _today(), parts=parts,
            watcher=lambda what: status.update(f"evaluating: {what}"),
        )  # fmt: skip
    _tell(figures, "data", keep)


@evaluate.command(epilog="Example: analysis evaluate diagnosis --only bridges,planted")
def diagnosis(only: OnlyOf = "", seeds: Seeds = 5, keep: Keep = False) -> None:
    """Score the explanations: bridges, stories planted and found, none invented, drivers."""
    from analysis.evaluation import diagnosis as evaluation

    if not 1 <= seeds <= len(evaluation.SEEDS):
        raise ParameterError(f"--seeds must be 1 to {len(evaluation.SEEDS)}; found {seeds}")
    parts = _parts(only, evaluation.PARTS)
    with console.status("evaluating") as status:
        figures = evaluation.run(
            parts, evaluation.SEEDS[:seeds],
            watcher=lambda what: status.update(f"evaluating: {what}"),
        )  # fmt: skip
    _tell(figures, "diagnosis", keep)


def _tell(figures: Sequence[Figure], name: str, keep: bool) -> None:
    """Write the figures to their file and print them, the missed ones once more below."""
    from analysis.evaluation.record import figures_table, write_json

    file = paths.REPORTS / "evaluation" / f"{name}.json"
    measured = {one.figure for one in figures}
    earlier = _earlier(file) if keep else []
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
