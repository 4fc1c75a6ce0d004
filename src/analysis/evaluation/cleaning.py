"""Cleaning scored against the faults that were planted: found, missed, and found where none is."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from analysis.evaluation.record import Figure, share

ROW = ["table", "source", "file", "source_row"]
TWIN = {"twin_source": "source", "twin_file": "file", "twin_row": "source_row"}
ACTS = ("rejected", "merged", "repaired", "flagged")
ONE_FOR_ALL = "revenue"
"""Of amounts in another currency all are converted, and the repair lists this one."""
TARGET = "≥ 0.99"
PENNY = 0.0101
FILLED = ("currency", "unit", "fill_region", "fill_cost", "fill_channel", "standard_class")
"""Rules that put a value in place of another or of none."""


def read_faults(truth: Path) -> pd.DataFrame:
    """Planted faults, one row per value or record at fault; see ``truth/faults.csv``."""
    read = pd.read_csv(truth / "faults.csv", dtype=str, keep_default_na=False)
    return read.assign(**{
        column: pd.to_numeric(read[column]).astype("Int64") for column in ("source_row", "twin_row")
    })  # fmt: skip


def read_told(snapshot: Path) -> pd.DataFrame:
    """What cleaning did, one row per record or value: rejected, merged, repaired or flagged.

    Columns are those of ``ROW``, ``rule``, ``action``, ``column`` (empty but of repairs),
    ``before`` and ``after``.
    """
    parts = []
    for name, action in (("quarantine", None), ("repairs", "repaired"), ("flags", "flagged")):
        table = pd.read_parquet(snapshot / "trust" / f"{name}.parquet")
        said = table.assign(action=table["action"] if action is None else action)
        parts.append(said.reindex(columns=[*ROW, "rule", "action", "column", "before", "after"]))
    told = pd.concat([part.astype(object) for part in parts], ignore_index=True)
    return told.fillna({"column": "", "before": "", "after": ""}).astype({"source_row": "Int64"})


def fault_scores(faults: pd.DataFrame, told: pd.DataFrame) -> pd.DataFrame:
    """How many of the planted faults cleaning found.

    A fault is found where the rule that is expected did what is expected at its row; of a value
    that was to be repaired, in its column. Of two records of one thing it does not matter which
    gives way.

    Returns
    -------
    DataFrame
        One row per kind: ``kind``, ``rule``, ``action``, ``planted``, ``found``, ``missed``.
    """
    wanted = _units(faults)
    done = _keys(told)
    wanted = wanted.assign(
        found=[
            any((*place, rule, action, column) in done for rule in rules for place in places)
            for places, rules, action, column in zip(
                wanted["places"], wanted["rules"], wanted["expected_action"], wanted["column"],
                strict=True,
            )
        ]
    )  # fmt: skip
    by_kind = wanted.groupby("kind").agg(
        rule=("expected_rule", "first"), action=("expected_action", "first"),
        planted=("found", "size"), found=("found", "sum"),
    )  # fmt: skip
    return by_kind.assign(missed=by_kind["planted"] - by_kind["found"]).reset_index()


def false_alarms(faults: pd.DataFrame, told: pd.DataFrame) -> pd.DataFrame:
    """What cleaning did where nothing is planted that asks for it: rows of `told`.

    Of records that say one thing all but one may give way; the last to go is one too many.
    """
    done = _keys(told)
    due: set[tuple[object, ...]] = set()
    left: dict[tuple[object, ...], bool] = {}
    for places, rules, action, column in _units(faults)[
        ["places", "rules", "expected_action", "column"]
    ].itertuples(index=False):
        for rule in rules:
            own, *twin = ((*place, rule, action, column) for place in places)
            due.add(own)
            for other in twin:
                left[other] = left.get(other, False) or own not in done
    due |= {twin for twin, one_is_left in left.items() if one_is_left}
    return told[[key not in due for key in _key_of(told)]]


def rule_scores(faults: pd.DataFrame, told: pd.DataFrame) -> pd.DataFrame:
    """How much of what each rule did was called for: ``rule``, ``told``, ``false``, one row each.

    What a rule says of one record is counted once, of values repaired once per value.
    """
    once = told.assign(key=_key_of(told)).drop_duplicates("key")
    false = false_alarms(faults, once)
    counted = once.groupby("rule").size().rename("told").to_frame()
    wrong = false.groupby("rule").size().reindex(counted.index, fill_value=0)
    return counted.assign(false=wrong).reset_index()


def values_filled(faults: pd.DataFrame, told: pd.DataFrame) -> pd.DataFrame:
    """Values that cleaning put in, beside the true ones.

    Returns
    -------
    DataFrame
        One row per planted fault whose value was replaced: its columns, ``filled`` and
        ``is_right``. Amounts are right to the penny, words when they are the same.
    """
    planted = faults[faults["expected_rule"].isin(FILLED)]
    changed = told.loc[told["action"] == "repaired", [*ROW, "rule", "column", "after"]]
    joined = planted.merge(
        changed.rename(columns={"rule": "expected_rule", "after": "filled"}),
        on=[*ROW, "expected_rule", "column"], how="inner", validate="one_to_one",
    )  # fmt: skip
    true, filled = (pd.to_numeric(joined[name], errors="coerce") for name in ("before", "filled"))
    close = (true - filled).abs() < PENNY
    return joined.assign(is_right=close | (joined["before"] == joined["filled"].astype(str)))


def words_listed(faults: pd.DataFrame, leftovers: pd.DataFrame) -> tuple[int, int]:
    """Planted words that no class knows, and how many of them are listed as leftovers."""
    planted = faults[faults["kind"] == "class_of_nobody"]
    place = ["table", "source", "column"]
    listed = set(leftovers[[*place, "word"]].itertuples(index=False, name=None))
    found = [one in listed for one in planted[[*place, "after"]].itertuples(index=False, name=None)]
    return len(planted), sum(found)


def figures(truth: Path, snapshot: Path) -> list[Figure]:
    """Recall by kind of fault, precision by rule, both overall, and values put in that are true."""
    faults, told = read_faults(truth), read_told(snapshot)
    leftovers = pd.read_parquet(snapshot / "trust" / "leftovers.parquet")
    kinds, rules = fault_scores(faults, told), rule_scores(faults, told)
    filled = values_filled(faults, told)
    source = (
        "faults planted in a new demo firm (truth/faults.csv) against the snapshot's trust tables"
    )
    planted, found = int(kinds["planted"].sum()), int(kinds["found"].sum())
    done, false = int(rules["told"].sum()), int(rules["false"].sum())
    words, listed = words_listed(faults, leftovers)
    classes = filled[filled["expected_rule"] == "standard_class"]
    misspelt = int((faults["expected_rule"] == "standard_class").sum())
    return [
        share("cleaning recall", found, planted, source, TARGET),
        share("cleaning precision", done - false, done, source, TARGET),
        *(
            share(f"cleaning recall: {kind}", int(hits), int(n), f"{source}; rule {rule}")
            for kind, rule, n, hits in kinds[["kind", "rule", "planted", "found"]].itertuples(
                index=False
            )
        ),
        *(
            share(f"cleaning precision: {rule}", int(n - wrong), int(n), source)
            for rule, n, wrong in rules.itertuples(index=False)
        ),
        share(
            "values put in that are true", int(filled["is_right"].sum()), len(filled),
            f"{source}; rules {', '.join(FILLED)}; amounts to the penny",
        ),
        share(
            "words put in their true class", int(classes["is_right"].sum()), misspelt,
            f"{source}; words typed in place of a standard class", TARGET,
        ),
        share("words of no class that are listed", listed, words, source),
    ]  # fmt: skip


def _units(faults: pd.DataFrame) -> pd.DataFrame:
    """Faults that cleaning should act on, each once, with the places and rules that count."""
    acted = faults[faults["expected_action"].isin(ACTS)]
    repaired = acted["expected_action"] == "repaired"
    column = acted["column"].where(repaired, "")
    acted = acted.assign(
        column=column.mask(repaired & (acted["expected_rule"] == "currency"), ONE_FOR_ALL)
    ).drop_duplicates([*ROW, "kind", "column"])
    own = acted[ROW].itertuples(index=False, name=None)
    twins = acted[["table", *TWIN]].itertuples(index=False, name=None)
    merged = acted["expected_action"] == "merged"
    return acted.assign(
        places=[
            (place, twin) if both else (place,)
            for place, twin, both in zip(own, twins, merged, strict=True)
        ],
        rules=[(rule,) for rule in acted["expected_rule"]],
    )


def _keys(told: pd.DataFrame) -> set[tuple[object, ...]]:
    return set(_key_of(told))


def _key_of(told: pd.DataFrame) -> list[tuple[object, ...]]:
    column = told["column"].where(told["action"] == "repaired", "")
    return list(
        told.assign(column=column)[[*ROW, "rule", "action", "column"]].itertuples(
            index=False, name=None
        )
    )
