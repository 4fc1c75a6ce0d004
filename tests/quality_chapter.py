"""The chapter on data quality as its notebook makes it: each section's table, figure, finding."""

from __future__ import annotations

from typing import Any

import ibis
import pandas as pd

from analysis.analyses import agreement, cleaning, quality, upkeep
from analysis.exhibits import agreement as show_agreement
from analysis.exhibits import cleaning as show_cleaning
from analysis.exhibits import quality as show
from analysis.exhibits import upkeep as show_upkeep
from analysis.findings import quality as say
from analysis.findings.record import Finding
from analysis.params import Run

STAFF = pd.DataFrame({"salesperson_id": ["S01", "S02"], "name": ["Jane Smith", "Li Wei"]})
VARIANTS = pd.DataFrame(
    [
        ("region", "reported", 110_000.0, 0.0, 0.0, 0),
        ("region", "without_outliers", 70_000.0, -40_000.0, -4 / 11, 1),
        ("firm", "reported", 693_500.0, 0.0, 0.0, 0),
        ("firm", "without_outliers", 653_500.0, -40_000.0, -400 / 6935, 1),
        ("firm", "without_repaired", 689_500.0, -4_000.0, -40 / 6935, 41),
        ("firm", "as_read", 700_000.0, 6_500.0, 65 / 6935, 105),
    ],
    columns=["scope", "variant", "revenue", "difference", "share", "lines"],
).set_index(["scope", "variant"])
Section = tuple[Any, Any, Finding]


def chapter(
    trust: dict[str, ibis.Table], run: Run, variants: pd.DataFrame = VARIANTS
) -> dict[str, Section]:
    """Every section but its prose, by name."""
    personal, rows = run.settings.show_personal, run.settings.rank_rows
    asked, told = quality.gates(trust, personal), quality.summary(trust)
    systems, covered = quality.sources(trust), quality.coverage(trust)
    done = cleaning.treated(trust)
    log = cleaning.cleaning_log(done, told)
    sums, faults = cleaning.accounts(trust), cleaning.to_fix(trust, done)
    linked, bands = agreement.linkage(trust), agreement.pair_bands(trust)
    pairs, found = agreement.pairs(trust, personal, rows), agreement.conflicts(trust)
    totals = agreement.control_totals(trust)
    differing = agreement.largest_differences(totals, rows)
    changes, first = upkeep.restatements(trust), upkeep.is_first(trust)
    fields, left = upkeep.moving_fields(trust, personal), upkeep.leftovers(trust, personal)
    owners = upkeep.discipline(trust, STAFF, personal)
    return {
        "gates": (
            show.gates_table(asked, run),
            show.gates(quality.gate_counts(asked), run),
            say.trust(told, asked, run),
        ),
        "sources": (
            show.sources_table(systems, run),
            show.freshness(systems, run),
            say.sources(systems, run),
        ),
        "coverage": (
            show.coverage_table(covered, run),
            show.coverage(covered, run),
            say.coverage(covered, run),
        ),
        "cleaning": (
            show_cleaning.log_table(log, run),
            show_cleaning.log(log, run),
            say.cleaning(log, told, run),
        ),
        "headline": (
            show_cleaning.headline_table(variants, run),
            show_cleaning.headline(variants, run),
            say.headline(variants, run),
        ),
        "accounts": (
            show_cleaning.accounts_table(sums, run),
            show_cleaning.accounts(sums, run),
            say.accounts(sums, run),
        ),
        "linkage": (
            show_agreement.linkage_table(linked, run),
            show_agreement.linkage(linked, run),
            say.linkage(linked, run),
        ),
        "pairs": (
            show_agreement.pairs_table(pairs, bands, run),
            show_agreement.pairs(bands, run),
            say.pairs(pairs, bands, linked, run),
        ),
        "conflicts": (
            show_agreement.conflicts_table(found, run),
            show_agreement.conflicts(found, run),
            say.conflicts(found, linked, run),
        ),
        "control": (
            show_agreement.control_table(differing, run),
            show_agreement.control(totals, run),
            say.control(totals, run),
        ),
        "restated": (
            show_upkeep.restated_table(changes, run),
            show_upkeep.restated(changes, run),
            say.restated(changes, first, run),
        ),
        "moving": (
            show_upkeep.moving_table(fields, run),
            show_upkeep.moving(fields, run),
            say.moving(fields, run),
        ),
        "discipline": (
            show_upkeep.discipline_table(owners, run),
            show_upkeep.discipline(owners, run),
            say.discipline(owners, run),
        ),
        "leftovers": (
            show_upkeep.leftovers_table(left, run),
            show_upkeep.leftovers(left, run),
            say.leftovers(left, run),
        ),
        "faults": (
            show_cleaning.fix_table(faults, run),
            show_cleaning.fix(faults, run),
            say.faults(faults, run),
        ),
    }
