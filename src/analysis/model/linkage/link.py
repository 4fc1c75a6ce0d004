"""Link the systems' customers: each record's customer, and the pairs a person must decide on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ibis
import numpy as np
import pandas as pd
import pyarrow as pa

from analysis.errors import ContractError, nearest
from analysis.model import schema
from analysis.model.linkage.belief import Ints, judged, parts
from analysis.model.linkage.comparisons import COMPARISONS, LEVEL_COUNT
from analysis.model.linkage.evidence import evidence
from analysis.model.linkage.groups import Decisions, Groups, group
from analysis.model.linkage.model import Model, Weights
from analysis.model.linkage.overrides import read_decisions
from analysis.model.settings import Linkage
from analysis.sources import files

LEAST = 0.01
"""Probability below which a pair is not even a rival."""
NO_PAIRS = pa.table(
    {"uid_l": pa.array([], pa.int64()), "uid_r": pa.array([], pa.int64())}
    | {"match_weight": pa.array([], pa.float64())}
    | {f"gamma_{name}": pa.array([], pa.int32()) for name in COMPARISONS}
)


@dataclass(frozen=True)
class Linked:
    """What linking found.

    Attributes
    ----------
    links : ibis.Table
        ``customer_links`` as the schema declares it: one row per customer record.
    candidates : ibis.Table
        ``link_candidates``: one row per pair a person should decide on.
    learned : dict
        How the model came by its numbers: ``weights`` (``trained``, ``fixed``: too few pairs to
        learn from, or ``none``: nothing to link), ``pairs`` learned from by column, ``prior``,
        ``records`` and, by comparison and level, ``bits`` of evidence. ``waiting``: of each
        decision on a customer who was not delivered, file, row and what is missing.
    """

    links: ibis.Table
    candidates: ibis.Table
    learned: dict[str, Any] = field(default_factory=dict)


def link(
    engine: ibis.BaseBackend,
    records: ibis.Table,
    priorities: Mapping[str, int],
    settings: Linkage,
    overrides: Path | None = None,
) -> Linked:
    """Link customer records that are one customer.

    Parameters
    ----------
    engine : ibis backend
        DuckDB.
    records : ibis.Table
        One row per customer record of a system: ``source``, ``customer_id`` (the system's own
        number) and any columns of ``customers``.
    priorities : mapping
        Of each system, whose number a customer of several bears: 1 before 2.
    settings : Linkage
        When a pair is one customer, and when a person is asked.
    overrides : Path, optional
        The person's decisions, which win over the model.

    Returns
    -------
    Linked
        The same records give the same links, in any order of rows.

    Raises
    ------
    ContractError
        If a system has one number twice, or no priority.
    ParameterError
        If a decision is not one, names a system wrongly, or contradicts another.

    Notes
    -----
    The customer's id is the number in its first system where no other system has that number,
    else ``system:number``. With one system and no decisions there is nothing to link.
    """
    sources = sorted(records.select("source").distinct().to_pyarrow()["source"].to_pylist())
    for system in sources:
        if system not in priorities:
            raise ContractError(f"system {system!r} has no priority; {nearest(system, priorities)}")
    if len(sources) <= 1 and overrides is None:
        return _alone(engine, records)
    table = evidence(engine, records)
    rows = engine.table(table).select("uid", "source", "local_id", "said").order_by("uid")
    known = rows.to_pyarrow()
    where = {
        pair: uid
        for uid, pair in enumerate(
            zip(known["source"].to_pylist(), known["local_id"].to_pylist(), strict=True)
        )
    }
    decisions, waiting = (
        read_decisions(overrides, where, set(priorities))
        if overrides is not None
        else (Decisions(), [])
    )
    numbers = {system: place for place, system in enumerate(sources)}
    source = np.array([numbers[system] for system, _ in where], dtype=np.int64)
    if len(sources) > 1:
        groups, learned = _grouped(engine, table, source, settings, decisions)
    else:
        none = judged(NO_PAIRS.to_pandas(), source, settings)
        groups, learned = group(none, source, 0.0, settings, decisions), {"weights": "none"}
    links = _links(list(where), groups, decisions, priorities)
    engine.raw_sql(f"DROP TABLE {table}")
    return Linked(
        _kept(engine, links, "customer_links"),
        _kept(engine, _candidates(known, groups.candidates), "link_candidates"),
        learned | {"waiting": waiting},
    )


def _grouped(
    engine: ibis.BaseBackend, table: str, source: Ints, settings: Linkage, decisions: Decisions
) -> tuple[Groups, dict[str, Any]]:
    """Groups by the model: pairs that share a key, then all pairs of those that hang together."""
    model = Model(engine, table)
    try:
        weights = model.weights()
        found = judged(model.score(weights, least=LEAST).to_pandas(), source, settings)
        likely = found[found["match_weight"] >= 0]
        together = parts(likely, len(source))
        if not together.empty:
            meeting = model.score(weights, pa.Table.from_pandas(together, preserve_index=False))
            both = pd.concat([found, judged(meeting.to_pandas(), source, settings)])
            found = both.drop_duplicates(["uid_l", "uid_r"], ignore_index=True)
    finally:
        model.close()
    groups = group(found, source, weights.prior_bits, settings, decisions)
    return groups, _learned(weights, len(source))


def _learned(weights: Weights, count: int) -> dict[str, Any]:
    bits = {
        name: {
            level.label: round(float(np.log2(m / u)), 2)
            for level, m, u in zip(levels, weights.m[name], weights.u[name], strict=True)
        }
        for name, (_, levels) in COMPARISONS.items()
    }
    return {
        "weights": "trained" if weights.trained_pairs else "fixed",
        "pairs": weights.trained_pairs,
        "prior": weights.prior,
        "records": count,
        "bits": bits,
    }


def _links(
    where: list[tuple[str, str]],
    groups: Groups,
    decisions: Decisions,
    priorities: Mapping[str, int],
) -> pd.DataFrame:
    """Each record's customer, how it is linked, and who decided."""
    links = pd.DataFrame(where, columns=["source", "local_id"])
    links = links.assign(leader=groups.leader, priority=links["source"].map(dict(priorities)))
    links = links.assign(
        size=links.groupby("leader")["leader"].transform("size"),
        systems=links.groupby("local_id")["source"].transform("nunique"),
        length=links["local_id"].str.len(),
    )
    # Of several numbers of the first system, the lowest: C9 before C10.
    best = links.sort_values(["priority", "source", "length", "local_id"], kind="stable")
    best = best.drop_duplicates("leader").set_index("leader")
    own = best["local_id"].where(best["systems"] == 1, best["source"] + ":" + best["local_id"])
    uid = np.arange(len(links))
    asked = np.isin(uid, groups.candidates[["uid_l", "uid_r"]].to_numpy())
    decided = np.isin(uid, [end for pair in decisions.same | decisions.different for end in pair])
    by_person = np.isin(uid, [end for pair in decisions.same for end in pair])
    matched = (links["size"] > 1).to_numpy()
    return links.assign(
        customer_id=links["leader"].map(own),
        probability=np.where(matched, groups.probability, np.nan),
        status=np.select([matched, asked], ["matched", "ambiguous"], "unmatched"),
        decided_by=np.select(
            [by_person | (decided & ~matched), matched], ["override", "model"], "alone"
        ),
    )


def _candidates(known: pa.Table, found: pd.DataFrame) -> pd.DataFrame:
    """Pairs to be decided on, with what they agree and differ on."""
    people = known.to_pandas()
    said = {
        f"{column}_{end}": people[name].to_numpy()[found[uid]]
        for end, uid in (("a", "uid_l"), ("b", "uid_r"))
        for column, name in (("source", "source"), ("local_id", "local_id"), ("name", "said"))
    }
    agree, differ = [], []
    for levels in found[[f"gamma_{name}" for name in COMPARISONS]].itertuples(index=False):
        both = list(zip(COMPARISONS, levels, strict=True))
        agree.append(", ".join(n for n, level in both if level == LEVEL_COUNT[n] - 1))
        differ.append(", ".join(n for n, level in both if 0 <= level < LEVEL_COUNT[n] - 1))
    return pd.DataFrame(said).assign(
        probability=found["probability"].to_numpy(), agree_on=agree, differ_on=differ
    )


def _alone(engine: ibis.BaseBackend, records: ibis.Table) -> Linked:
    """One system numbers its customers itself."""
    here = records.filter(records.customer_id.notnull())
    links = here.select(
        source=here.source,
        local_id=here.customer_id,
        customer_id=here.customer_id,
        probability=ibis.null("float64"),
        status=ibis.literal("unmatched"),
        decided_by=ibis.literal("alone"),
    )
    none = pd.DataFrame({name: [] for name in schema.TRUST["link_candidates"].columns})
    return Linked(
        files.hold(engine, links.order_by("source", "local_id")),
        _kept(engine, none, "link_candidates"),
        {"weights": "none", "waiting": []},
    )


def _kept(engine: ibis.BaseBackend, made: pd.DataFrame, name: str) -> ibis.Table:
    """A table of the schema in the engine: its columns and types, in the order of its key."""
    declared = schema.TRUST[name]
    texts = {n: "string" for n, kind in declared.types.items() if kind == "string"}
    rows = made[list(declared.columns)].astype(texts).sort_values(list(declared.key))
    held = ibis.memtable(rows.reset_index(drop=True), schema=ibis.schema(declared.types))
    return files.hold(engine, held)
