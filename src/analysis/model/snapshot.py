"""Build a dataset snapshot: the trusted tables as Parquet, and a manifest that accounts for them.

A snapshot is named by the hash of its content. It is rebuilt only when a delivered file, the
mapping, the settings or the code that reads them has changed; and of it only what depends on the
change: new files are read, the months they touch are cleaned, the rest is linked.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import duckdb
import ibis

from analysis import paths
from analysis.errors import ContractError
from analysis.model import schema, settings, telling, trusted
from analysis.model.settings import Trust
from analysis.model.shelf import STAGED, code_version, digest, put, tidy
from analysis.model.stage import stage_all
from analysis.sources import files, mapping, registry
from analysis.sources.registry import Delivery, Register

MANIFEST, LATEST, REPORTED = "manifest.json", "latest.json", "reported.json"
TRUST = telling.FOLDER
CODE = (Path(mapping.__file__).parent, Path(schema.__file__).parents[1])
MEMORY = "2GB"
"""What the engine may hold in memory; the rest goes to the disk beside the snapshot."""


def ensure(
    data: str,
    source_path: str | Path | None = None,
    store: Path | None = None,
    strict: bool = True,
) -> Path:
    """Find the snapshot of a firm as its deliveries are now, or build it.

    Parameters
    ----------
    data : str
        Name of a file in ``params/sources/``.
    source_path : path, optional
        Where the firm's files are, laid over the mapping's ``path``.
    store : Path, optional
        Where snapshots are kept, if not in the project's own folder.
    strict : bool
        Whether a missed gate of level ``fail`` is an error.

    Returns
    -------
    Path
        Folder of the snapshot: a Parquet file per table, of ``order_lines`` one per month,
        ``trust/`` with the tables that say what was done to them, and ``manifest.json``.

    Raises
    ------
    ParameterError
        If a mapping is not as it should be.
    SourceError
        If a file is missing or not as the mapping says.
    ContractError
        If a gate that must be met is not; names the rows.
    """
    order = _order(data, source_path, strict)
    shelf = (store or paths.SNAPSHOTS) / data
    folder = _found(shelf, order.key) or _built(data, order, shelf)
    if strict:
        failed = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["failed"]
        if failed:
            raise ContractError(f"data {data!r} cannot be trusted: {failed}")
    return _remember(folder, order.register.firm.path)


def current(data: str, store: Path | None = None, strict: bool = True) -> Path:
    """The snapshot of a firm as its files are now, where they were last if no path is set.

    Raises
    ------
    ParameterError, SourceError, ContractError
        As :func:`ensure`.
    """
    if registry.load(data).firm.path:
        return ensure(data, store=store, strict=strict)
    pointer = (store or paths.SNAPSHOTS) / data / LATEST
    was = json.loads(pointer.read_text(encoding="utf-8"))["path"] if pointer.is_file() else None
    return ensure(data, was, store, strict)


@dataclass(frozen=True)
class Order:
    """What a snapshot is to be made from.

    Attributes
    ----------
    register : Register
        The firm and its systems.
    deliveries : list of Delivery
        What they delivered.
    lacking : list of str
        Systems that delivered nothing.
    trust : Trust
        Settings.
    key : str
        Digest of all of it, and of the code.
    """

    register: Register
    deliveries: list[Delivery]
    lacking: list[str]
    trust: Trust
    key: str


def _order(data: str, source_path: str | Path | None, strict: bool) -> Order:
    register = registry.load(data, source_path)
    mapped = [
        (name, table, set(each.columns))
        for name, system in register.systems.items()
        for table, one in system.tables.items()
        for each in (one if isinstance(one, list) else [one])
    ]
    schema.check_mapping(data, mapped)
    trust = settings.load(register.firm.trust)
    deliveries, lacking = registry.deliveries(register, data, strict)
    overrides = paths.ROOT / trust.linkage.overrides
    key = digest(
        register.firm.model_dump_json(exclude={"path", "show_personal"}),
        *(f"{name} {system.model_dump_json()}" for name, system in register.systems.items()),
        trust.model_dump_json(), schema.VERSION, code_version(*CODE),
        overrides.read_text(encoding="utf-8") if overrides.is_file() else "",
        *(f"{one.system} {one.table} {one.label} {one.mark} {one.delivered_at}"
          for one in deliveries),
    )  # fmt: skip
    # A query is delivered when it is answered; what it answered is in the key, when is not.
    now = datetime.now()
    dated = [one if one.delivered_at else replace(one, delivered_at=now) for one in deliveries]
    return Order(register, dated, lacking, trust, key)


def _found(shelf: Path, key: str) -> Path | None:
    for built in sorted(shelf.glob(f"[!.]*/{MANIFEST}")):
        if json.loads(built.read_text(encoding="utf-8"))["key"] == key:
            return built.parent
    return None


def _built(data: str, order: Order, shelf: Path) -> Path:
    shelf.mkdir(parents=True, exist_ok=True)
    tidy(shelf)
    temporary = Path(tempfile.mkdtemp(prefix=".building-", dir=shelf))
    # Beside the snapshot: what does not fit into memory goes to the disk that has room for it.
    engine = ibis.duckdb.connect(memory_limit=MEMORY, temp_directory=str(temporary / "spill"))
    files.quiet(engine.con)
    try:
        stages = stage_all(engine, order.register, order.deliveries, shelf / STAGED)
        work = trusted.build(engine, order.register, stages, order.trust, temporary, shelf)
        content = telling.content_of(work)
        previous = _previous(shelf, content)
        failed = telling.tell(work, previous)
        made = telling.manifest_of(work) | {"compared_with": previous.name if previous else ""}
        has_path = bool(registry.load(data).firm.path)
        manifest = {
            "data": data,
            "key": order.key,
            "has_path": has_path,
            "firm": order.register.firm.firm,
            "currency": order.register.firm.currency,
            "note": order.register.firm.note,
            "schema": schema.VERSION,
            "code": code_version(*CODE),
            "failed": failed,
            "engine": f"duckdb {duckdb.__version__}",
            **made,
        }
        engine.disconnect()
        shutil.rmtree(temporary / "spill", ignore_errors=True)
        text = json.dumps(manifest, indent=1, sort_keys=True, default=str)
        (temporary / MANIFEST).write_text(text, encoding="utf-8")
        final = shelf / str(manifest["content"])[:12]
        _put(temporary, final)
    finally:
        engine.disconnect()
        shutil.rmtree(temporary, ignore_errors=True)
    return final


def note_pack(folder: Path) -> None:
    """Note that a pack was made from a snapshot: what later ones are compared with."""
    _write_whole(folder.parent / REPORTED, {"snapshot": folder.name})


def _previous(shelf: Path, content: str) -> Path | None:
    """The snapshot to compare with: the one that a pack was last made from.

    What nobody was told has not changed: a check, and a delivery that was stopped, are no base.
    Where that snapshot has the same content, what it was compared with is: a file that was only
    touched must not hide what was restated.
    """
    pointer = shelf / REPORTED
    if not pointer.is_file():
        return None
    folder: Path = shelf / json.loads(pointer.read_text(encoding="utf-8"))["snapshot"]
    if not (folder / MANIFEST).is_file():
        return None
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    if manifest["content"] != content:
        return folder
    before = shelf / manifest["compared_with"] if manifest["compared_with"] else None
    return before if before and (before / MANIFEST).is_file() else None


def _put(made: Path, final: Path) -> None:
    """Give a built snapshot its name; where its content is there already, only what is said of it
    is new.

    Another run may read the one that is there, or put it there meanwhile: its tables stay.
    """
    if not (final / MANIFEST).is_file():
        put(made, final)
    if made.is_dir():
        for told in (made / TRUST).glob("*.parquet"):
            told.replace(final / TRUST / told.name)
        (made / MANIFEST).replace(final / MANIFEST)


def _remember(folder: Path, path: str) -> Path:
    """Note where a firm's files were, for runs that do not say."""
    _write_whole(folder.parent / LATEST, {"snapshot": folder.name, "path": path})
    return folder


def _write_whole(path: Path, content: dict[str, str]) -> None:
    """Write a small file so that it is whole at any moment, whoever reads."""
    text = json.dumps(content)
    if not path.is_file() or path.read_text(encoding="utf-8") != text:
        partial = path.with_name(f".{path.name}-{os.getpid()}")
        partial.write_text(text, encoding="utf-8")
        partial.replace(path)
