"""The commands."""

from __future__ import annotations

import os
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from analysis import params, paths, periods, questions
from analysis.cli.evaluate import evaluate
from analysis.errors import AnalysisError, ParameterError
from analysis.params import WHOLE_FIRM

if TYPE_CHECKING:
    from analysis.pack.build import Pack

app = typer.Typer(
    help="From sales and CRM extracts to a board pack whose every number can be traced.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)
app.add_typer(evaluate, name="evaluate")
LATEST = "latest"
Data = Annotated[
    str, typer.Option(help="Whose data: the name of a file in params/sources/.", show_default=True)
]
Period = Annotated[
    str,
    typer.Option(help="Month 2026-10, quarter 2026-Q3, year 2026, span 2014-2017; or latest."),
]
SourcePath = Annotated[
    str, typer.Option(help="Folder or file of the extracts, where the mapping gives none.")
]
Engine = Annotated[
    str,
    typer.Option(envvar="REPORT_ENGINE", help="Publisher: auto, quarto or embedded."),
]
console = Console()


@app.command(epilog="Example: analysis report --region east --period 2026-10 --data demo")
def report(
    region: Annotated[str, typer.Option(help="A file of params/regions/; all is the whole firm.")],
    period: Period = LATEST,
    data: Data = "demo",
    source_path: SourcePath = "",
    engine: Engine = "auto",
) -> None:
    """Build the pack of one region and period: HTML, PDF, findings, executed notebooks."""
    _report([region], period, data, source_path, engine)


@app.command(epilog="Example: analysis packs --period 2026-10 --data demo")
def packs(
    period: Period = LATEST,
    data: Data = "demo",
    source_path: SourcePath = "",
    engine: Engine = "auto",
) -> None:
    """Build the pack of every region of the data, and of the whole firm."""
    _report([], period, data, source_path, engine)


@app.command(epilog="Examples: analysis demo --seed 2026; --quiet; --lines 1000000")
def demo(
    seed: Annotated[int, typer.Option(help="Another seed makes another firm.")] = 2026,
    force: Annotated[bool, typer.Option(help="Make it again where it is there.")] = False,
    lines: Annotated[
        int | None, typer.Option(help="A firm of this size instead, 20000 to 100000000 lines.")
    ] = None,
    quiet: Annotated[
        bool,
        typer.Option(
            "--quiet",
            help="The same firm in a year in which nothing happened, in data/quiet; read it with "
            "--data demo --source-path data/quiet.",
        ),
    ] = False,
    out: Annotated[
        str,
        typer.Option(
            help="Folder it goes to; none: data/demo, data/quiet with --quiet, or data/large "
            "with --lines."
        ),
    ] = "",
) -> None:
    """Make the extracts of an invented firm in data/demo."""
    from analysis.demo import is_up_to_date, make_demo
    from analysis.demo.scale import write_scaled

    if quiet and lines is not None:
        raise ParameterError("--quiet is of the demo firm, and one of --lines has no stories")
    own = paths.DATA / ("quiet" if quiet else "demo" if lines is None else "large")
    folder = paths.anchored(out) if out else own
    # What an earlier version of the suite made lacks what this one reads.
    stale = folder == own and lines is None and not is_up_to_date(folder)
    if folder.exists() and not force and not stale:
        console.print(f"{paths.shown(folder)} is there; --force makes it again", highlight=False)
        return
    started = perf_counter()
    made = (
        make_demo(folder, seed, stories=not quiet)
        if lines is None
        else write_scaled(folder, lines, seed)
    )
    console.print(
        f"{paths.shown(made.folder)}: {made.order_lines:,} order lines of {made.customers:,} "
        f"customers and {made.products:,} products in {perf_counter() - started:.1f} s",
        highlight=False,
    )


@app.command(epilog="Example: analysis check --data superstore --source-path ~/superstore.xls")
def check(
    data: Data = "demo",
    source_path: SourcePath = "",
    json: Annotated[bool, typer.Option("--json", help="Say it as JSON.")] = False,
) -> None:
    """Check params and data without building a pack: gates, deliveries, what cleaning did.

    Ends with code 1 if a gate that stops packs is missed.
    """
    _sound(params.names("regions"), data)
    console.quiet = json
    folder = _snapshot(data, source_path, strict=False)
    from analysis.cli.check import check as say_it
    from analysis.model import dataset

    _regions_of(dataset.open_snapshot(folder).regions)
    console.quiet = False
    if code := say_it(data, folder, console, as_json=json):
        raise typer.Exit(code)


@app.command()
def docs() -> None:
    """Write docs/measures.md, data-model.md and cleaning.md from what the code declares."""
    from analysis.measures.dictionary import measures_page
    from analysis.model.cleaning.page import cleaning_page
    from analysis.model.schema.page import data_model_page

    folder = paths.ROOT / "docs"
    folder.mkdir(exist_ok=True)
    pages = {
        "measures": measures_page(), "data-model": data_model_page(), "cleaning": cleaning_page(),
    }  # fmt: skip
    for name, text in pages.items():
        page = folder / f"{name}.md"
        page.write_text(text, encoding="utf-8")
        console.print(f"wrote {paths.shown(page)}", highlight=False)


def _report(regions: list[str], period: str, data: str, source_path: str, engine: str) -> None:
    """Build packs of one period; of every region where none is named."""
    if regions == [""]:
        raise ParameterError(f"no region is given; there are {', '.join(params.names('regions'))}")
    _sound(regions or params.names("regions"), data, period)
    from analysis.pack.publish import check_engine

    check_engine(engine)
    started = perf_counter()
    folder = _snapshot(data, source_path)
    from analysis.model import dataset, snapshot
    from analysis.pack.build import build

    firm = dataset.open_snapshot(folder)
    seconds = {"snapshot": perf_counter() - started}
    wanted = str(firm.latest_month) if period == LATEST else periods.parse(period).text
    runs = []
    for region in regions or _regions_of(firm.regions):
        run = params.load(region, wanted, data)
        try:
            dataset.check_scope(firm, run)
        except ParameterError as error:
            if regions:
                raise
            console.print(f"no pack for {region}: {error}", style="yellow", highlight=False)
        else:
            runs.append(run)
    if not runs:
        raise ParameterError(f"no region of data {data!r} has orders in period {wanted!r}")
    failed = 0
    for run in runs:
        title = f"{run.region_label}, {run.period.label}"
        began = perf_counter()
        try:
            from analysis.cli.progress import Steps

            with Steps(title, console) as steps:
                pack = build(run, folder, firm.as_of(run), engine, watcher=steps, seconds=seconds)
        except AnalysisError as error:
            if len(runs) == 1:
                raise
            failed += 1
            console.print(f"{title}: {error}", style="red", highlight=False)
            continue
        snapshot.note_pack(folder)
        _summary(title, pack, perf_counter() - began)
    if failed:
        raise ParameterError(f"{failed} of {len(runs)} packs failed; the others are made")


def _snapshot(data: str, source_path: str, strict: bool = True) -> Path:
    """The snapshot of a source as its files are now; the demo firm is made where there is none."""
    from analysis.model import snapshot

    if _known(data) == "demo" and not source_path:
        from analysis.demo import is_up_to_date

        if not is_up_to_date(paths.DATA / "demo"):
            demo()
    if source_path:
        return snapshot.ensure(data, Path(source_path).expanduser().resolve(), strict=strict)
    return snapshot.current(data, strict=strict)


def _sound(regions: list[str], data: str, period: str = LATEST) -> None:
    """Check every file of ``params/`` that packs of the regions read, before any work is done."""
    for region in regions:
        params.load(region, "2000-01" if period == LATEST else period, _known(data))
    from analysis.analyses.board import check_params

    check_params(data)
    questions.load()


def _known(data: str) -> str:
    params.must_exist("data", data, "sources")
    return data


def _regions_of(there: tuple[str, ...]) -> list[str]:
    known = params.names("regions")
    if lost := [region for region in there if region not in known]:
        console.print(
            f"no pack for {', '.join(lost)}: a region needs a file in params/regions/",
            style="yellow", highlight=False,
        )  # fmt: skip
    return [WHOLE_FIRM, *(region for region in there if region in known)]


def _summary(title: str, pack: Pack, wall: float) -> None:
    """What was made and what took how long."""
    console.print(f"[bold]{title}[/bold] made in {wall:.1f} s", highlight=False)
    for name in ("pack.html", "pack.pdf", "findings.json"):
        console.print(f"  {os.path.relpath(pack.folder / name)}", highlight=False, soft_wrap=True)
    steps = ", ".join(f"{step} {taken:.1f}" for step, taken in pack.seconds.items())
    console.print(f"  seconds by step (notebooks run side by side): {steps}", style="dim",
                  highlight=False, soft_wrap=True)  # fmt: skip
    for warning in pack.published.warnings:
        console.print(f"  note: {warning}", style="yellow", highlight=False, soft_wrap=True)
