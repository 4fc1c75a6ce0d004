"""Linkage scored against who is who: pairs of records, and whole customers."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from analysis.evaluation.record import Figure, share

RECORD = ["source", "local_id"]
PRECISION, RECALL = "≥ 0.99", "≥ 0.98"


def pair_counts(true: pd.Series, found: pd.Series) -> tuple[int, int, int]:
    """Pairs of records that are one customer: in truth, as found, and both.

    Counted from the sizes of groups, of which one of k records holds k(k - 1)/2 pairs.

    Parameters
    ----------
    true, found : Series
        Customer of each record; one index of records.

    Examples
    --------
    >>> pair_counts(pd.Series(["A", "A", "A", "B"]), pd.Series([1, 1, 2, 2]))
    (3, 2, 1)
    """

    def pairs(*labels: pd.Series) -> int:
        sizes = pd.concat(labels, axis="columns").value_counts()
        return int((sizes * (sizes - 1) // 2).sum())

    return pairs(true.rename("true")), pairs(found.rename("found")), pairs(
        true.rename("true"), found.rename("found")
    )  # fmt: skip


def whole_customers(true: pd.Series, found: pd.Series) -> int:
    """Records whose customer was found whole: all its records together, and no other's.

    Examples
    --------
    >>> whole_customers(pd.Series(["A", "A", "B", "C"]), pd.Series([1, 1, 2, 2]))
    2
    """
    both = pd.concat([true.rename("true"), found.rename("found")], axis="columns")
    size = both.groupby(["true", "found"])["true"].transform("size")
    same_as_true = size == both.groupby("true")["true"].transform("size")
    same_as_found = size == both.groupby("found")["found"].transform("size")
    return int((same_as_true & same_as_found).sum())


def figures(truth: Path, snapshot: Path) -> list[Figure]:
    """Precision and recall of pairs, records whose customer is whole, and how many are in doubt."""
    true = pd.read_csv(truth / "customers_systems.csv", dtype=str).set_index(RECORD)["customer_id"]
    links = pd.read_parquet(snapshot / "trust" / "customer_links.parquet").set_index(RECORD)
    both = true.to_frame("true").join(links[["customer_id", "status"]], how="left")
    # A record that linkage does not list is a customer by itself: found with no other.
    alone = pd.Series([f"not linked {n}" for n in range(len(both))], index=both.index)
    found = both["customer_id"].where(both["customer_id"].notna(), alone)
    in_truth, as_found, in_both = pair_counts(both["true"], found)
    source = (
        "who is who in a new demo firm (truth/customers_systems.csv) against "
        "trust/customer_links.parquet; n are pairs of records"
    )
    records = source.replace("pairs of records", "records of customers")
    customers, known = both["true"].nunique(), found.nunique()
    return [
        share("linkage precision, pairs", in_both, as_found, source, PRECISION),
        share("linkage recall, pairs", in_both, in_truth, source, RECALL),
        share("customer records whose customer is whole", whole_customers(both["true"], found),
              len(both), records),
        share("customer records left to a person", int((both["status"] == "ambiguous").sum()),
              len(both), records),
        share("customer records that linkage lists", int(both["customer_id"].notna().sum()),
              len(both), records),
        Figure("customers found for each true one", known / customers, records, customers),
    ]  # fmt: skip
