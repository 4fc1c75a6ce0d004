"""Tell what was done to the data: the tables of trust, and the manifest of a snapshot."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import ibis

from analysis.errors import ContractError
from analysis.model import history, schema, scores
from analysis.model.cleaning.work import located
from analysis.model.coverage import coverage
from analysis.model.gates import failures, judge
from analysis.model.parts import LINES
from analysis.model.shelf import digest
from analysis.model.staged import sql_type
from analysis.model.trusted import Work, told_of
from analysis.sources.raw import literal

FOLDER = "trust"
TOLD = ("quarantine", "repairs", "flags", "accounts")


def tell(work: Work, previous: Path | None) -> str:
    """Write the tables of trust beside the tables they are about.

    Parameters
    ----------
    work : Work
        The trusted tables, and what cleaning and linking told of them.
    previous : Path or None
        Folder of the snapshot that packs were last made from, to see what changed since.

    Returns
    -------
    str
        The gates that must be met and are not, with the rows at fault; empty: all are met.

    Raises
    ------
    ContractError
        If no order line is left.
    """
    engine, staged = work.engine, work.staged
    if LINES not in work.tables:
        raise ContractError(f"no order line is left after cleaning; {_most_common(work)}")
    (work.folder / FOLDER).mkdir()
    told = {name: _write(work, name, told_of(work, name)) for name in TOLD}
    told["accounts"] = _write(
        work, "accounts", _from(work, scores.accounts(engine, told["accounts"]))
    )
    told["leftovers"] = _write(
        work, "leftovers", _added_up(told_of(work, "leftovers"), "leftovers")
    )
    conflicts = [told_of(work, "conflicts"), *(_from(work, one) for one in work.conflicts)]
    told["conflicts"] = _write(work, "conflicts", " UNION ALL BY NAME ".join(conflicts))
    if work.linked:
        told["customer_links"] = _write(work, "customer_links", _from(work, work.linked.links))
        told["link_candidates"] = _write(
            work, "link_candidates", _from(work, work.linked.candidates)
        )
    mapped = {
        name: [c for c in schema.TABLES[name].columns if staged.is_mapped(name, c)]
        for name in work.tables
    }
    delivered = [one for stage in staged.stages for one in stage.deliveries]
    found = {
        "coverage": coverage(engine, work.tables, mapped, told["quarantine"]),
        "freshness": scores.freshness(
            engine, staged.register, delivered, work.tables, told["accounts"], work.as_of
        ),
    }
    if "control_totals" in work.tables:
        found["reconciliation"] = scores.reconciliation(
            engine, work.tables["control_totals"], work.tables[LINES], told["quarantine"]
        )
    if work.records is not None and staged.is_mapped("customers", "owner_id"):
        found["discipline"] = scores.discipline(engine, _owned(work))
    found["restatements"], found["moving_fields"] = history.compare(engine, previous, work.folder)
    told |= {name: _write(work, name, _from(work, table)) for name, table in found.items()}
    for name in schema.TRUST:
        if name not in told:
            told[name] = _write(work, name, "")
    gates = judge(engine, told, work.tables, work.trust.gates)
    return failures(_write(work, "gates", _from(work, gates)))


def _most_common(work: Work) -> str:
    """Why most order lines were rejected, with the first of them."""
    query = (
        "SELECT count(*), first(file ORDER BY source_row), min(source_row), "
        f"first(reason ORDER BY source_row) FROM ({told_of(work, 'quarantine')}) "
        f"WHERE \"table\" = '{LINES}' GROUP BY rule ORDER BY 1 DESC LIMIT 1"
    )
    many, file, row, reason = work.engine.raw_sql(query).fetchone()
    return f"{many:,} were rejected as the first is, {file} row {row}: {reason}"


def _owned(work: Work) -> ibis.Table:
    """Customer records of the systems that say who looks after an account."""
    stages = work.staged.of("customers")
    systems = {stage.system for stage in stages if "owner_id" in stage.facts["columns"]}
    records = work.records
    assert records is not None
    return records.filter(records.source.isin(sorted(systems)))


def _from(work: Work, table: ibis.Table) -> str:
    return f"SELECT * FROM {located(work.engine, table)}"


def _added_up(query: str, name: str) -> str:
    """One row per key, where parts of the order lines told of it each."""
    key = ", ".join(f'"{column}"' for column in schema.TRUST[name].key)
    return f"SELECT {key}, sum(rows) AS rows, sum(revenue) AS revenue FROM ({query}) GROUP BY ALL"


def _write(work: Work, name: str, query: str) -> ibis.Table:
    """Write one table of trust with the columns and types it is declared with, by its key."""
    declared = schema.TRUST[name]
    columns = ", ".join(
        (f'"{column}"' if query else "NULL") + f'::{sql_type(kind.type)} AS "{column}"'
        for column, kind in declared.columns.items()
    )
    key = ", ".join(f'"{column}"' for column in declared.key)
    told = f"SELECT {columns} FROM ({query})" if query else f"SELECT {columns} WHERE false"
    work.engine.raw_sql(f"CREATE OR REPLACE TEMP TABLE trust_{name} AS {told} ORDER BY {key}")
    path = work.folder / FOLDER / f"{name}.parquet"
    work.engine.raw_sql(f"COPY trust_{name} TO {literal(path)} (FORMAT parquet, COMPRESSION zstd)")
    return work.engine.table(f"trust_{name}")


def content_of(work: Work) -> str:
    """Hash of what the tables say, which names the snapshot."""
    return digest(*(f"{name} {said}" for name, said in sorted(work.contents.items())))


def manifest_of(work: Work) -> dict[str, Any]:
    """What a snapshot's manifest says of its tables.

    Returns
    -------
    dict
        ``sources``: one record per system and table, with rows and revenue read, kept, rejected
        and merged; ``orphans``: rows whose key no table knows, by column; ``absent``: tables and
        columns the firm does not have; ``first_day``, ``last_day`` and ``regions`` of the order
        lines; ``run_on``: engine of the measures; ``content``: hash of the tables.

    """
    engine = work.engine
    first, last = engine.raw_sql(
        f"SELECT min(ordered_at)::DATE, max(ordered_at)::DATE FROM {LINES}"
    ).fetchone()
    regions = engine.raw_sql(f"SELECT DISTINCT region FROM {LINES} ORDER BY 1").fetchall()
    return {
        "sources": _sources(work),
        "orphans": _orphans(work),
        "absent": _absent(work),
        "first_day": first.isoformat(),
        "last_day": last.isoformat(),
        "regions": [region for (region,) in regions],
        "run_on": work.staged.register.firm.engine,
        "content": content_of(work),
    }


def _sources(work: Work) -> list[dict[str, Any]]:
    """What each system delivered for each table, and what became of it."""
    accounts = work.engine.raw_sql(
        f"""
        SELECT "table", source,
               {", ".join(f"coalesce(sum({name}), 0)" for name in schema.COUNTS)}
        FROM trust_accounts GROUP BY ALL
        """
    ).fetchall()
    counted = {(row[0], row[1]): dict(zip(schema.COUNTS, row[2:], strict=True)) for row in accounts}
    told = []
    for table in work.staged.tables:
        for system in work.staged.systems_of(table):
            stages = [stage for stage in work.staged.of(table) if stage.system == system]
            delivered = [one for stage in stages for one in stage.deliveries]
            labels = sorted(one.label for one in delivered)
            many = f"{labels[0]} … {labels[-1]}" if len(labels) > 1 else labels[0]
            record: dict[str, Any] = {
                "table": table,
                "system": system,
                "file": many,
                "files": len(labels),
                "sha256": delivered[0].mark
                if len(delivered) == 1
                else digest(*sorted(f"{one.label} {one.mark}" for one in delivered)),
            }
            for name, value in counted.get((table, system), {}).items():
                if name.startswith("rows") or table == LINES:
                    record[name] = int(value) if name.startswith("rows") else float(value)
            told.append(record)
    return told


def _orphans(work: Work) -> dict[str, int]:
    """Rows whose key its own table does not know. They are kept."""
    orphans = {}
    for name, table in work.tables.items():
        for column, declared in schema.TABLES[name].columns.items():
            other = declared.refers_to
            if other not in work.tables or not work.staged.is_mapped(name, column):
                continue
            key = schema.TABLES[other].key[0]
            known = work.tables[other].select(**{column: work.tables[other][key]})
            lost = table.filter(table[column].notnull()).anti_join(known, column)
            orphans[f"{name}.{column}"] = int(lost.count().execute())
    return orphans


def _absent(work: Work) -> list[str]:
    """Tables, and columns of delivered tables, that the firm does not have."""
    missing = [name for name in schema.TABLES if name not in work.tables]
    for name in work.tables:
        filled = work.tables[name].aggregate(
            **{c: work.tables[name][c].count() for c in schema.TABLES[name].mapped}
        ).execute().iloc[0]  # fmt: skip
        missing += [
            f"{name}.{column}"
            for column in schema.TABLES[name].mapped
            if not work.staged.is_mapped(name, column) and not filled[column]
        ]
    return missing
