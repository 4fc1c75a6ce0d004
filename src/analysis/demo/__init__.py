"""An invented firm's extracts, drawn from a seed, with what is true of it written apart.

The firm, Harbour Lane Trading, exists to try the suite on. `true_firm` draws it as it is, clean
and whole; `systems` writes it as five clumsy systems would deliver it; ``truth/`` holds what no
extract says, which only tests and evaluations may read.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from analysis import paths
from analysis.demo.systems import write_systems
from analysis.demo.true_firm import true_firm
from analysis.demo.truth import write_truth
from analysis.errors import ParameterError

__all__ = ["DemoSummary", "edition", "is_up_to_date", "make_demo"]

MARKER = Path("truth") / "customers.csv"
EDITION_FILE = Path("truth") / "edition.txt"


@dataclass(frozen=True)
class DemoSummary:
    """What was written: where, which files, and how much of each thing."""

    folder: Path
    files: tuple[Path, ...]
    order_lines: int
    orders: int
    customers: int
    products: int


@cache
def edition() -> str:
    """What this version of the suite makes: a hash of the code that draws and writes the firm."""
    mark = hashlib.sha256()
    here = Path(__file__).parent
    for file in sorted(here.rglob("*.py")):
        mark.update(file.relative_to(here).as_posix().encode() + file.read_bytes())
    return mark.hexdigest()[:12]


def is_up_to_date(folder: Path) -> bool:
    """Whether a folder holds a demo that this version of the suite made."""
    file = folder / EDITION_FILE
    return file.is_file() and file.read_text(encoding="utf-8").strip() == edition()


def make_demo(folder: Path, seed: int = 2026, stories: bool = True) -> DemoSummary:
    """Write the extracts of the invented firm: three years of orders from 1 November 2023.

    The files are written beside `folder` and renamed when they are whole, so a reader finds
    either all of a demo or none. An earlier demo at `folder` is replaced.

    Parameters
    ----------
    folder : Path
        Where the extracts go; its parents are made.
    seed : int
        The same seed gives the same bytes. Orders, customers and the range have generators of
        their own, so a change to one leaves what was drawn for those before it as it was.
    stories : bool
        Whether anything happens to the firm: without, it is a year in which nothing did, and no
        cause is there to be found. Its systems are as clumsy as ever.

    Returns
    -------
    DemoSummary
        `files` lists what was written, extracts first, then ``truth/``.

    Raises
    ------
    ParameterError
        If `seed` is negative, or `folder` holds something that is not an earlier demo.
    """
    if seed < 0:
        raise ParameterError(f"`seed` must be 0 or more, such as 2026; found {seed}")
    folder = Path(folder).resolve()
    _check_replaceable(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    partial.chmod(0o755)
    try:
        summary = _write(partial, folder, seed, stories)
        _replace(folder, partial)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    return summary


def _write(partial: Path, folder: Path, seed: int, stories: bool) -> DemoSummary:
    firm = true_firm(seed, stories)
    written = [
        *write_systems(partial, firm, seed),
        *write_truth(partial / "truth", firm.truth),
    ]
    (partial / EDITION_FILE).write_text(f"{edition()}\n", encoding="utf-8")
    written.append(partial / EDITION_FILE)
    lines = firm.tables["order_lines"]
    return DemoSummary(
        folder=folder,
        files=tuple(folder / path.relative_to(partial) for path in written),
        order_lines=len(lines),
        orders=lines["order_id"].nunique(),
        customers=len(firm.tables["customers"]),
        products=len(firm.tables["products"]),
    )


def _check_replaceable(folder: Path) -> None:
    if not folder.exists():
        return
    if not folder.is_dir() or (any(folder.iterdir()) and not (folder / MARKER).is_file()):
        raise ParameterError(
            f"{paths.shown(folder)} holds something that is not a demo and would be lost; "
            "name a folder that is new, empty or an earlier demo, such as data/demo"
        )


def _replace(folder: Path, partial: Path) -> None:
    earlier = partial.with_name(f"{partial.name}.earlier")
    if folder.exists():
        folder.rename(earlier)
    partial.rename(folder)
    shutil.rmtree(earlier, ignore_errors=True)
