"""From an assembled ``pack.ipynb`` to the page and the document a board receives.

Two publishers take the same input: Quarto where it is installed, else the embedded one. Sections,
captions, numbers and tables are the same from both.
"""

from __future__ import annotations

from pathlib import Path

from analysis.errors import PublishError, nearest
from analysis.pack.publish.embedded import publish_embedded
from analysis.pack.publish.quarto import find_quarto, publish_quarto, quarto_available
from analysis.pack.publish.settings import Published
from analysis.pack.publish.source import read_pack

__all__ = ["Published", "check_engine", "publish"]

ENGINES = ("auto", "quarto", "embedded")


def publish(pack: Path, folder: Path, engine: str = "auto") -> Published:
    """Make ``pack.html`` and ``pack.pdf`` of an assembled notebook.

    Parameters
    ----------
    pack : Path
        The assembled notebook: a raw first cell of front matter, then markdown cells and executed
        code cells in reading order.
    folder : Path
        Where the two files go; it is made if need be.
    engine : {"auto", "quarto", "embedded"}
        ``auto`` takes Quarto where it is found, else the embedded publisher.

    Returns
    -------
    Published
        The files, the publisher and its version, times, and what was dropped on the way.

    Raises
    ------
    PublishError
        If the pack cannot be read or set, or Quarto was asked for and is not there.
    """
    check_engine(engine)
    ready = read_pack(Path(pack))
    if engine == "quarto" or (engine == "auto" and quarto_available()):
        return publish_quarto(ready, Path(folder))
    return publish_embedded(ready, Path(folder))


def check_engine(engine: str) -> None:
    """Check that a publisher is known and there, before anything is run for it.

    Raises
    ------
    PublishError
        If not; says what would do.
    """
    if engine not in ENGINES:
        raise PublishError(f"publisher {engine!r} is not known: {nearest(engine, ENGINES)}")
    if engine == "quarto":
        find_quarto()
