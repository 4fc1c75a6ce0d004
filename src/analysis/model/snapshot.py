"""Build a dataset snapshot: the trusted tables as Parquet, and a manifest that accounts for them.

A snapshot is named by the hash of its content. It is rebuilt only when a delivered file, the
mapping or the code that reads them has changed.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import duckdb
import ibis

from analysis import params, paths
from analysis.model import checks, schema
from analysis.sources import files, mapping
from analysis.sources.read import read_table

MANIFEST, LATEST = "manifest.json", "latest.json"
CODE = (Path(files.__file__).parent, Path(schema.__file__).parent)


def ensure(data: str, source_path: str | Path | None = None, store: Path | None = None) -> Path:
    """Find the snapshot of a source as its files are now, or build it.

    Parameters
    ----------
    data : str
        Name of a file in ``params/sources/``.
    source_path : path, optional
        Where the firm's files are, laid over the mapping's ``path``.
    store : Path, optional
        Where snapshots are kept, if not in the project's own folder.

    Returns
    -------
    Path
        Folder of the snapshot: one Parquet file per table and ``manifest.json``.

    Raises
    ------
    ParameterError
        If the mapping is not as it should be.
    SourceError
        If a file is missing or not as the mapping says.
    ContractError
        If a table breaks its contract: an empty required value, a repeated key.
    """
    source = mapping.load(data, source_path)
    mapped = {name: set(table.columns) for name, table in source.tables.items()}
    schema.check_mapping(data, mapped)
    located = {name: mapping.locate(source, table, data) for name, table in source.tables.items()}
    marks = {path: files.fingerprint(path) for path in set(located.values())}
    key = _digest(
        source.model_dump_json(exclude={"path"}), str(schema.VERSION), _code_version(),
        *(f"{name} {marks[path]}" for name, path in sorted(located.items())),
    )  # fmt: skip
    shelf = (store or paths.SNAPSHOTS) / data
    for built in sorted(shelf.glob(f"[!.]*/{MANIFEST}")):
        if json.loads(built.read_text(encoding="utf-8"))["key"] == key:
            return _remember(built.parent, source.path)
    shelf.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=".building-", dir=shelf))
    try:
        manifest = _build(source, located, marks, temporary)
        has_path = bool(mapping.load(data).path)
        manifest = {"data": data, "key": key, "has_path": has_path, **manifest}
        text = json.dumps(manifest, indent=1, sort_keys=True, default=str)
        (temporary / MANIFEST).write_text(text, encoding="utf-8")
        final = _put(temporary, shelf / str(manifest["content"])[:12])
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return _remember(final, source.path)


def current(data: str, store: Path | None = None) -> Path:
    """The snapshot of a source as its files are now, where they were last if no path is set.

    Raises
    ------
    ParameterError, SourceError, ContractError
        As :func:`ensure`.
    """
    if mapping.load(data).path:
        return ensure(data, store=store)
    pointer = (store or paths.SNAPSHOTS) / data / LATEST
    was = json.loads(pointer.read_text(encoding="utf-8"))["path"] if pointer.is_file() else None
    return ensure(data, was, store)


def _build(
    source: mapping.Source, located: dict[str, Path], marks: dict[Path, str], folder: Path
) -> dict[str, Any]:
    # Beside the snapshot: what does not fit into memory goes to the disk that has room for it.
    engine = ibis.duckdb.connect(folder / "work.duckdb")
    tables: dict[str, ibis.Table] = {}
    accounts = []
    for name, mapped in source.tables.items():
        path = located[name]
        types = {column: declared.type for column, declared in schema.TABLES[name].columns.items()}
        delivered = read_table(engine, mapped, path, types)
        if "line_no" in types and name == "order_lines" and "line_no" not in mapped.columns:
            delivered = delivered.mutate(line_no=delivered[files.ROW].cast("string"))
        delivered = files.hold(engine, delivered)
        kept = delivered
        if mapped.keep == "first":
            kept = files.hold(engine, _first_of_each(delivered, name))
        label = f"{path.name} {mapped.sheet}" if mapped.sheet else path.name
        checks.check_filled(kept, name, label)
        checks.check_allowed(kept, name, label)
        checks.check_key(kept, name, label)
        checks.check_dates(kept, name, label)
        accounts.append(
            {"table": name, "file": path.name, "sheet": mapped.sheet, "sha256": marks[path]}
            | _account(delivered, kept)
        )
        tables[name] = kept
    orphans = {
        f"order_lines.{column}": checks.orphan_count(tables["order_lines"], tables[other], column)
        for column, other in (("customer_id", "customers"), ("product_id", "products"))
        if other in tables and column in tables["order_lines"].columns
    }
    if "returns" in tables:
        back = checks.orphan_count(tables["returns"], tables["order_lines"], "order_id")
        orphans["returns.order_id"] = back
    contents: list[str] = []
    for name, table in sorted(tables.items()):
        whole = _complete(table, name)
        engine.to_parquet(whole, folder / f"{name}.parquet", compression="zstd")
        # Where a record stood in its file is kept, and is no part of what the records say.
        said = folder / f"{name}.said"
        engine.to_parquet(whole.drop(files.ROW), said)
        contents.append(files.fingerprint(said))
        said.unlink()
    engine.disconnect()
    (folder / "work.duckdb").unlink()
    return {
        "firm": source.firm,
        "currency": source.currency,
        "note": source.note,
        "schema": schema.VERSION,
        "code": _code_version(),
        "engine": f"duckdb {duckdb.__version__}",
        "sources": accounts,
        "orphans": orphans,
        "absent": _absent(source),
        "content": _digest(*contents),
    }


def _account(delivered: ibis.Table, kept: ibis.Table) -> dict[str, Any]:
    """Rows read = kept + merged + rejected, and the same in money where the table has money."""
    read, stayed = int(delivered.count().execute()), int(kept.count().execute())
    account: dict[str, Any] = {"rows_read": read, "rows_kept": stayed}
    account |= {"rows_merged": read - stayed, "rows_rejected": 0}
    if "revenue" in kept.columns:
        account["revenue_read"] = float(delivered.revenue.sum().execute())
        account["revenue_kept"] = float(kept.revenue.sum().execute())
    return account


def _first_of_each(table: ibis.Table, name: str) -> ibis.Table:
    """The first record of each key, where a file repeats a record on many rows."""
    key = [column for column in schema.TABLES[name].key if column in table.columns]
    window = ibis.window(group_by=key, order_by=files.ROW)
    numbered = table.mutate(_nth=ibis.row_number().over(window))
    return numbered.filter(numbered["_nth"] == 0).drop("_nth")


def _complete(table: ibis.Table, name: str) -> ibis.Table:
    """All columns of the table, in its order, in the order of its key; absent ones are empty."""
    declared = schema.TABLES[name]
    columns = {
        column: (table[column] if column in table.columns else ibis.null()).cast(kind.type)
        for column, kind in declared.columns.items()
    }
    whole = table.select(**columns, **{files.ROW: table[files.ROW]})
    if name == "order_lines":
        # Who is new is asked of the whole firm, whatever region a pack is about.
        by_customer = ibis.window(group_by="customer_id")
        whole = whole.mutate(first_ordered_at=whole.ordered_at.min().over(by_customer))
    return whole.order_by([*declared.key, files.ROW])


def _absent(source: mapping.Source) -> list[str]:
    """Tables, and columns of delivered tables, that the firm does not have."""
    missing = [name for name in schema.TABLES if name not in source.tables]
    for name, mapped in source.tables.items():
        missing += [
            f"{name}.{column}"
            for column in schema.TABLES[name].columns
            if column not in mapped.columns and column != "line_no"
        ]
    return missing


def _put(made: Path, final: Path) -> Path:
    """Give a built snapshot its name; where its content is there already, only the manifest is new.

    Another run may read the one that is there, or put it there meanwhile: its tables stay.
    """
    if not (final / MANIFEST).is_file():
        try:
            return made.replace(final)
        except OSError:
            if not (final / MANIFEST).is_file():
                raise
    (made / MANIFEST).replace(final / MANIFEST)
    return final


def _remember(folder: Path, path: str) -> Path:
    """Note where a source's files were, for runs that do not say."""
    text = json.dumps({"snapshot": folder.name, "path": path})
    pointer = folder.parent / LATEST
    if not pointer.is_file() or pointer.read_text(encoding="utf-8") != text:
        pointer.write_text(text, encoding="utf-8")
    return folder


def _code_version() -> str:
    sources = sorted(path for folder in CODE for path in folder.glob("*.py"))
    own = Path(params.__file__)
    return _digest(*(path.read_text(encoding="utf-8") for path in [*sources, own]))[:12]


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
