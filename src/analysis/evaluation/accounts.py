"""Whether everything read is accounted for, covered and true: rows, money, and the headline."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pandas as pd

from analysis.evaluation.record import Figure, share
from analysis.model import schema
from analysis.sources.raw import literal

MERGED, REJECTED = "merged", "rejected"
NUMBER = ["source", "order", "line"]
COVERED = "≥ 0.98"
EXACT = "= 1"
WITHIN = 0.01
"""Share by which two systems' totals of a month may differ, as the gate ``reconciliation``."""


def exact_accounts(snapshot: Path) -> pd.DataFrame:
    """Rows and money of every table, system and month, as told and as counted again.

    Returns
    -------
    DataFrame
        One row per ``table``, ``source`` and ``month``: ``rows_read``, ``rows_kept``, … and the
        same in ``revenue``; ``adds_up``: read = kept + rejected + merged in both; ``recounted``:
        what was rejected and merged is what quarantine holds, and of order lines what was kept
        is what the trusted table holds.
    """
    with duckdb.connect() as engine:
        for name in ("accounts", "quarantine"):
            engine.execute(
                f"CREATE VIEW {name} AS FROM "
                f"read_parquet({literal(snapshot / 'trust' / f'{name}.parquet')})"
            )
        engine.execute(f"CREATE VIEW order_lines AS FROM {_order_lines(snapshot)}")
        return engine.execute(RECOUNT).df()


RECOUNT = """
    WITH lost AS (
        SELECT "table", source, month, action, count(*) AS rows,
               coalesce(sum(revenue), 0) AS revenue
        FROM quarantine GROUP BY ALL
    ), lines AS (
        SELECT 'order_lines' AS "table", source, date_trunc('month', ordered_at) AS month,
               count(*) AS rows, sum(revenue) AS revenue
        FROM order_lines GROUP BY ALL
    )
    SELECT a.*,
           a.rows_read = a.rows_kept + a.rows_rejected + a.rows_merged
           AND coalesce(a.revenue_read, 0) = coalesce(a.revenue_kept, 0)
               + coalesce(a.revenue_rejected, 0) + coalesce(a.revenue_merged, 0) AS adds_up,
           a.rows_rejected = coalesce(r.rows, 0) AND a.rows_merged = coalesce(m.rows, 0)
           AND coalesce(a.revenue_rejected, 0) = coalesce(r.revenue, 0)
           AND coalesce(a.revenue_merged, 0) = coalesce(m.revenue, 0)
           AND (a."table" != 'order_lines' OR (a.rows_kept = coalesce(k.rows, 0)
                AND coalesce(a.revenue_kept, 0) = coalesce(k.revenue, 0))) AS recounted
    FROM accounts a
    LEFT JOIN lost r ON r.action = 'rejected' AND r."table" = a."table"
         AND r.source = a.source AND r.month IS NOT DISTINCT FROM a.month
    LEFT JOIN lost m ON m.action = 'merged' AND m."table" = a."table"
         AND m.source = a.source AND m.month IS NOT DISTINCT FROM a.month
    LEFT JOIN lines k ON k."table" = a."table" AND k.source = a.source
         AND k.month IS NOT DISTINCT FROM a.month
    ORDER BY ALL
"""


def trusted_lines(snapshot: Path) -> pd.DataFrame:
    """Trusted order lines by where they came from: ``source``, ``order``, ``line``, and revenue."""
    with duckdb.connect() as engine:
        return engine.execute(
            "SELECT source, regexp_replace(order_id, '^[a-z]+:', '') AS order, line_no AS line, "
            "revenue::DOUBLE AS revenue, is_outlier "
            f"FROM {_order_lines(snapshot)}"
        ).df()


def _order_lines(snapshot: Path) -> str:
    return f"read_parquet({literal(snapshot / 'order_lines' / '*.parquet')})"


def true_lines(lines: pd.DataFrame, numbers: pd.DataFrame, faults: pd.DataFrame) -> pd.DataFrame:
    """True order lines that were delivered, under every number they have.

    Parameters
    ----------
    lines : DataFrame
        True order lines: ``order_id``, ``line_no`` and ``revenue``.
    numbers : DataFrame
        Of each true line its ``source``, ``local_order_id``, ``local_line_no``, and whether it
        ``is_delivered``.
    faults : DataFrame
        Planted faults; records delivered again have numbers of their own.

    Returns
    -------
    DataFrame
        One row per true line and number: ``true``, its place among the true lines, ``source``,
        ``order``, ``line``, ``revenue``, and whether it ``is_lost``: delivered in a way that no
        rule can mend, so that it is rejected.
    """
    there = numbers[numbers["is_delivered"].astype(str) == "True"]
    own = there.merge(
        lines[["order_id", "line_no", "revenue"]].astype({"line_no": str}),
        on=["order_id", "line_no"], how="left", validate="one_to_one",
    ).rename_axis("true").reset_index()  # fmt: skip
    own = own.rename(columns={"local_order_id": "order", "local_line_no": "line"})
    own = own[["true", "source", "order", "line", "revenue"]]
    of_lines = faults[faults["table"] == "order_lines"]
    lost = _numbered(of_lines[of_lines["expected_action"] == REJECTED], "record_key", "source")
    own = own.merge(lost.drop_duplicates().assign(is_lost=True), on=NUMBER, how="left")
    own = own.assign(is_lost=own["is_lost"].notna())
    again = of_lines[of_lines["expected_action"] == MERGED]
    copies = _numbered(again, "record_key", "source").join(
        _numbered(again, "twin_key", "twin_source").add_prefix("of_")
    )
    copies = copies.merge(
        own.rename(columns={"source": "of_source", "order": "of_order", "line": "of_line"}),
        on=["of_source", "of_order", "of_line"],
    )
    both = pd.concat([own, copies[own.columns]], ignore_index=True)
    return both.drop_duplicates(NUMBER)


def _numbered(faults: pd.DataFrame, key: str, source: str) -> pd.DataFrame:
    parts = faults[key].str.rsplit("/", n=1, expand=True).reindex(columns=[0, 1])
    return pd.DataFrame({"source": faults[source], "order": parts[0], "line": parts[1]})


def line_figures(true: pd.DataFrame, trusted: pd.DataFrame, whole: float) -> list[Figure]:
    """How far the trusted order lines are the true ones, line by line and in sum.

    Parameters
    ----------
    true : DataFrame
        As :func:`true_lines`.
    trusted : DataFrame
        As :func:`trusted_lines`.
    whole : float
        Revenue of all true lines, delivered or not.
    """
    met = trusted.merge(
        true, on=NUMBER, how="left", suffixes=("", "_true"),
        validate="one_to_one",
    )  # fmt: skip
    whole_ones = true.loc[~true["is_lost"], "true"].unique()
    times = met["true"].value_counts().reindex(whole_ones, fill_value=0)
    known = met[met["true"].notna()]
    right = (known["revenue"] - known["revenue_true"]).abs() < WITHIN
    source = (
        "order lines of a new demo firm (truth/orders_systems.csv and the firm's own tables) "
        "against the snapshot's"
    )
    usual = trusted.loc[~trusted["is_outlier"].fillna(False).astype(bool), "revenue"]
    return [
        share("true order lines there exactly once", int((times == 1).sum()), len(times),
              f"{source}; without those planted to be rejected, and a day that was not delivered"),
        share("trusted order lines that are true", len(known), len(met), source),
        share("true order lines whose revenue is true", int(right.sum()), len(known),
              f"{source}; to the penny"),
        Figure("trusted revenue for each true pound", trusted["revenue"].sum() / whole, source,
               len(trusted)),
        Figure("trusted revenue for each true pound, without outliers", usual.sum() / whole, source,
               len(usual)),
    ]  # fmt: skip


def account_figures(snapshot: Path) -> list[Figure]:
    """Whether everything read is accounted for, by table, system and month."""
    accounts = exact_accounts(snapshot)
    source = "trust/accounts.parquet of a new demo firm; n are tables by system and month"
    return [
        share("accounts that add up", int(accounts["adds_up"].sum()), len(accounts),
              f"{source}; read = kept + rejected + merged, rows and money", EXACT),
        share("accounts that are so when counted again", int(accounts["recounted"].sum()),
              len(accounts), f"{source}; from quarantine and the trusted order lines", EXACT),
    ]  # fmt: skip


def trust_figures(snapshot: Path, faults: pd.DataFrame) -> list[Figure]:
    """Coverage, freshness, totals of two systems, and conflicts, as the snapshot tells them."""
    trust = {
        name: pd.read_parquet(snapshot / "trust" / f"{name}.parquet")
        for name in ("coverage", "freshness", "reconciliation", "gates")
    }
    covered = trust["coverage"]
    figures = [
        share(f"coverage: {scope} {table} {part}".rstrip(), int(there), int(n),
              "trust/coverage.parquet of a new demo firm",
              COVERED if _is_asked(scope, table, part) else "")
        for scope, table, part, there, n in covered[
            ["scope", "table", "part", "numerator", "denominator"]
        ].itertuples(index=False)
    ]  # fmt: skip
    fresh = trust["freshness"].dropna(subset="refresh_hours")
    figures.append(share(
        "systems delivered in time", int((~fresh["is_late"].astype(bool)).sum()), len(fresh),
        "trust/freshness.parquet of a new demo firm", EXACT,
    ))  # fmt: skip
    return [*figures, *_reconciled(trust["reconciliation"], faults), *_gates(trust["gates"])]


def _is_asked(scope: str, table: str, part: str) -> bool:
    """Whether coverage must be met: of records in every way, and of fields that are required."""
    required = scope == "field" and part in schema.TABLES[table].required
    return required or scope in ("overall", "source", "channel", "region")


def _reconciled(months: pd.DataFrame, faults: pd.DataFrame) -> list[Figure]:
    """Months in which two systems' totals agree, and planted differences that show."""
    apart = (months["difference"].astype(float) / months["revenue_kept"].astype(float)).abs()
    agrees = apart <= WITHIN
    planted = faults.loc[faults["kind"] == "control_total", "record_key"].tolist()
    shown = {
        f"{month:%Y-%m}/{of}"
        for month, of, far in zip(months["month"], months["of_source"], ~agrees, strict=True)
        if far
    }
    told = "trust/reconciliation.parquet of a new demo firm"
    return [
        *(
            share(f"totals of {one} and {of}: months within 1 %", int(same.sum()), len(same), told)
            for (one, of), same in agrees.groupby([months["source"], months["of_source"]])
        ),
        share("planted differences of totals that show", sum(key in shown for key in planted),
              len(planted), told, EXACT),
    ]  # fmt: skip


def _gates(gates: pd.DataFrame) -> list[Figure]:
    met = gates["is_met"].astype(bool)
    return [
        share(f"gates met: {level}", int(met[gates["level"] == level].sum()),
              int((gates["level"] == level).sum()), "trust/gates.parquet of a new demo firm",
              EXACT if level == "fail" else "")
        for level in sorted(gates["level"].unique())
    ]  # fmt: skip
