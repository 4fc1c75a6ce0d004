"""The embedded publisher: packaged pandoc and Typst, for a machine without Quarto.

They are the two programs inside Quarto, here as wheels from the package registry. Nothing is
fetched while a pack is made.
"""

from __future__ import annotations

import shutil
import subprocess
import time
import warnings as python_warnings
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pypandoc
import typst
import yaml

from analysis import paths
from analysis.errors import PublishError
from analysis.pack.publish import fonts
from analysis.pack.publish.markdown import to_markdown
from analysis.pack.publish.settings import (
    THEME,
    Published,
    metadata,
    project_settings,
    stamp,
)
from analysis.pack.publish.source import Pack

READER = "markdown-raw_html-raw_tex-latex_macros"
TIMEOUT = 300  # seconds; a pack takes two or three


def _pandoc(arguments: list[str], markdown: str, folder: Path) -> tuple[str, list[str]]:
    """Run pandoc in a folder; its output, and what it warned of."""
    command = [pypandoc.get_pandoc_path(), "-f", READER, "--metadata-file=meta.yml", "-s"]
    command += ["--lua-filter=theme/pack.lua", "--number-sections", "--wrap=none", *arguments]
    try:
        done = subprocess.run(
            command,
            input=markdown.encode(),
            capture_output=True,
            cwd=folder,
            timeout=TIMEOUT,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise PublishError(f"pandoc did not finish within {TIMEOUT} seconds") from error
    said = done.stderr.decode(errors="replace").strip()
    if done.returncode:
        raise PublishError("pandoc could not read the pack:\n" + "\n".join(said.splitlines()[-12:]))
    return done.stdout.decode(), [f"pandoc: {line}" for line in said.splitlines() if line.strip()]


def _standards(settings: dict[str, Any]) -> list[list[Any]]:
    """PDF standards to try, from all of them to none."""
    wanted = settings.get("embedded-pdf-standard", [])
    wanted = [wanted] if isinstance(wanted, str) else list(wanted)
    return [wanted[first:] for first in range(len(wanted) + 1)]


def compile_pdf(
    source: Path, settings: dict[str, Any], timestamp: int
) -> tuple[bytes, tuple[str, ...]]:
    """Set a Typst file, keeping as many of the wanted PDF standards as the text allows.

    Parameters
    ----------
    source : Path
        The file; its folder is all that Typst may read, with fonts in ``fonts/``.
    settings : dict
        The project file, which names the standards under ``embedded-pdf-standard``.
    timestamp : int
        Seconds since 1970, written as the time of creation.

    Returns
    -------
    bytes, tuple of str
        The PDF, and what was dropped or replaced.
    """
    compiler = typst.Compiler(
        str(source),
        root=str(source.parent),
        font_paths=[str(source.parent / "fonts")],
        ignore_system_fonts=True,
    )
    dropped: list[str] = []
    tries = _standards(settings)
    for standards in tries:
        try:
            with python_warnings.catch_warnings():
                python_warnings.simplefilter("ignore")
                pdf, said = compiler.compile_with_warnings(
                    format="pdf", timestamp=timestamp, pdf_standards=standards
                )
        except typst.TypstError as error:
            if standards == tries[-1]:
                raise PublishError(f"Typst could not set the pack: {error.diagnostic}") from error
            dropped.append(f"the PDF does not claim {standards[0].upper()}: {error.message}")
            continue
        assert isinstance(pdf, bytes), "one file, and not one for each page"
        return pdf, (*dropped, *(f"typst: {warning.message}" for warning in said))
    raise AssertionError("the last try is without standards and either returns or raises")


def _timed(seconds: dict[str, float], step: str, run: Callable[[], Any]) -> Any:
    began = time.perf_counter()
    result = run()
    seconds[step] = round(time.perf_counter() - began, 2)
    return result


def publish_embedded(pack: Pack, folder: Path) -> Published:
    """Write ``pack.html`` and ``pack.pdf`` into a folder, without Quarto."""
    settings = project_settings(paths.REPORTS)
    seconds: dict[str, float] = {}
    with TemporaryDirectory(prefix="pack-") as name:
        work = Path(name)
        theme = paths.REPORTS / THEME
        shutil.copytree(theme, work / THEME)
        markdown = to_markdown(pack, work)
        facts = metadata(pack, settings)
        text = markdown + "".join(pack.front.values()) + "".join(facts["words"].values())
        face = fonts.choose(text, theme / "fonts")
        fonts.font_folder(face, work / "fonts")
        facts |= {"extra-font": face.extra_family} if face.extra_family else {}
        (work / "meta.yml").write_text(yaml.safe_dump(facts, allow_unicode=True), encoding="utf-8")

        css = _timed(seconds, "fonts", lambda: fonts.font_css(face, text))
        (work / "fonts.css").write_text(css, encoding="utf-8")
        depth = f"--toc-depth={settings.get('toc-depth', 2)}"
        page = ["-t", "html5", "--embed-resources", "--section-divs", "--mathml", "--toc", depth]
        page += ["--css=fonts.css", "--css=theme/pack.css", "--template=theme/pack.html"]
        html, said = _timed(seconds, "html", lambda: _pandoc(page, markdown, work))

        sheet = ["-t", "typst", "--template=theme/pack.typ"]
        source, _ = _timed(seconds, "typst source", lambda: _pandoc(sheet, markdown, work))
        (work / "pack.typ").write_text(source, encoding="utf-8")
        moment = int(stamp(pack).timestamp())
        pdf, dropped = _timed(
            seconds, "pdf", lambda: compile_pdf(work / "pack.typ", settings, moment)
        )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pack.html").write_text(html, encoding="utf-8")
    (folder / "pack.pdf").write_bytes(pdf)
    return Published(
        html=folder / "pack.html",
        pdf=folder / "pack.pdf",
        publisher="embedded",
        version=f"pandoc {pypandoc.get_pandoc_version()}, typst {version('typst')}",
        seconds=seconds,
        warnings=(*pack.warnings, *said, *fonts.complaint(face), *dropped),
    )
