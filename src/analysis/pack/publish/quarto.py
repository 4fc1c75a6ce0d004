"""Publishing by Quarto, where it is installed: one project, both formats, one command."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from analysis import paths
from analysis.errors import PublishError
from analysis.pack.publish import fonts
from analysis.pack.publish.settings import (
    PROJECT,
    THEME,
    Published,
    metadata,
    project_settings,
    stamp,
)
from analysis.pack.publish.source import Pack, notebooks

OLDEST = (1, 7)
TIMEOUT = 600  # seconds; four notebooks took Quarto 20 to 44
REMEDY = "run `make quarto` to install it, or set REPORT_ENGINE=embedded to publish without it"
REFUSED = re.compile(r"error.*(PDF/(A|UA)|pdf.?standard)", re.IGNORECASE)


def find_quarto() -> tuple[Path, str]:
    """Where Quarto is, and its version: ``QUARTO_PATH``, the search path, this environment.

    Raises
    ------
    PublishError
        If there is none, it does not run, or it is older than 1.7.
    """
    named = os.environ.get("QUARTO_PATH")
    beside = Path(sys.executable).parent  # where `make quarto` puts it
    found = named or shutil.which("quarto") or shutil.which("quarto", path=str(beside))
    if not found:
        raise PublishError(
            f"there is no `quarto` on the search path and QUARTO_PATH is not set; {REMEDY}"
        )
    program = Path(found)
    if program.is_dir():
        program = program / "quarto"
    try:
        done = subprocess.run(
            [program, "--version"], capture_output=True, text=True, timeout=60, check=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        origin = "QUARTO_PATH names" if named else "the search path leads to"
        raise PublishError(f"{origin} {program}, which does not run: {error}; {REMEDY}") from error
    version = done.stdout.strip()
    numbers = tuple(int(part) for part in re.findall(r"\d+", version)[:2])
    if numbers < OLDEST:
        raise PublishError(f"{program} is Quarto {version}; 1.7 or newer is needed: {REMEDY}")
    return program, version


def quarto_available() -> bool:
    """Whether a Quarto that will do is installed."""
    try:
        find_quarto()
    except PublishError:
        return False
    return True


def write_project(pack: Pack, work: Path, settings: dict[str, Any]) -> tuple[str, ...]:
    """Lay out a Quarto project for one pack; what its fonts cannot write is returned."""
    theme = paths.REPORTS / THEME
    shutil.copytree(theme, work / THEME, dirs_exist_ok=True)
    facts = metadata(pack, settings)
    shown = [cell.source + str(cell.get("outputs", "")) for cell in pack.notebook.cells]
    text = "".join([*shown, *pack.front.values(), *facts["words"].values()])
    face = fonts.choose(text, theme / "fonts")
    fonts.font_folder(face, work / "fonts")
    (work / "fonts.css").write_text(fonts.font_css(face, text), encoding="utf-8")
    facts |= {"extra-font": face.extra_family} if face.extra_family else {}
    front = notebooks.v4.new_raw_cell(f"---\n{yaml.safe_dump(facts, allow_unicode=True)}---")
    front["id"] = "front"
    notebook = notebooks.v4.new_notebook(
        cells=[front, *pack.notebook.cells], metadata=pack.notebook.metadata
    )
    notebooks.write(notebook, work / "pack.ipynb")
    (work / PROJECT).write_text(yaml.safe_dump(settings, sort_keys=False), encoding="utf-8")
    return fonts.complaint(face)


def _render(program: Path, work: Path, moment: int) -> tuple[bool, str]:
    """Run Quarto; whether it succeeded, and the last of what it said."""
    environment = os.environ | {"SOURCE_DATE_EPOCH": str(moment), "NO_COLOR": "1"}
    try:
        done = subprocess.run(
            [program, "render", str(work)],
            capture_output=True,
            text=True,
            cwd=work,
            env=environment,
            timeout=TIMEOUT,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise PublishError(
            f"Quarto did not finish within {TIMEOUT} seconds; {REMEDY.split(', or ')[1]}"
        ) from error
    said = (done.stdout + done.stderr).strip().splitlines()
    return done.returncode == 0, "\n".join(said[-15:])


def publish_quarto(pack: Pack, folder: Path) -> Published:
    """Write ``pack.html`` and ``pack.pdf`` into a folder, by Quarto.

    Raises
    ------
    PublishError
        If Quarto is not found, fails, takes too long or leaves a file out.
    """
    program, version = find_quarto()
    settings = project_settings(paths.REPORTS)
    dropped: list[str] = []
    began = time.perf_counter()
    with TemporaryDirectory(prefix="pack-") as name:
        work = Path(name).resolve()
        boxes = write_project(pack, work, settings)
        moment = int(stamp(pack).timestamp())
        wanted = list(settings["format"]["typst"].get("pdf-standard", []))
        while True:
            succeeded, said = _render(program, work, moment)
            if succeeded or not wanted or not REFUSED.search(said):
                break
            reason = next(line for line in said.splitlines() if REFUSED.search(line))
            dropped.append(f"the PDF does not claim {wanted.pop(0).upper()}: {reason.strip()}")
            settings["format"]["typst"]["pdf-standard"] = wanted
            (work / PROJECT).write_text(yaml.safe_dump(settings, sort_keys=False), encoding="utf-8")
        out = work / settings["project"]["output-dir"]
        made = {suffix: out / f"pack.{suffix}" for suffix in ("html", "pdf")}
        absent = [path.name for path in made.values() if not path.is_file()]
        if not succeeded or absent:
            reason = f"left out {absent}" if succeeded else "failed"
            raise PublishError(f"Quarto {version} {reason}; its last lines:\n{said}")
        folder.mkdir(parents=True, exist_ok=True)
        for path in made.values():
            shutil.copyfile(path, folder / path.name)
    return Published(
        html=folder / "pack.html",
        pdf=folder / "pack.pdf",
        publisher="quarto",
        version=f"quarto {version}",
        seconds={"html and pdf": round(time.perf_counter() - began, 2)},
        warnings=(*pack.warnings, *boxes, *dropped),
    )
