"""The invented firm's truth as five clumsy systems, and a bought-in sixth, would deliver it.

Each system has numbers, names and formats of its own; the same number means another customer in
the next. Faults of every kind are planted, at most one in a row, and ``truth/faults.csv`` says of
each which row and value it is, what was true, and what the rules of cleaning should do with it:

================= ==================================================================
file, source_row  as a delivery is labelled, and as a spreadsheet counts: the first
                  record of a file or query is row 2, of JSON lines row 1
record_key        order and line, or number, as the system writes them
before, after     true value, and value as delivered; moments in ISO, numbers with a
                  point; empty where the whole record is at fault
expected_rule     rule of cleaning that should speak, and ``expected_action``
twin_…            the record that should stay in place of this one; of two rows of one
                  file that are equal in all, either may stay
================= ==================================================================
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final, Protocol

import numpy as np
import pandas as pd

from analysis.demo.systems.crm import write_crm
from analysis.demo.systems.desk import (
    write_cards,
    write_contact_log,
    write_service,
    write_shop_accounts,
)
from analysis.demo.systems.erp import order_numbers, write_erp
from analysis.demo.systems.ledger import Ledger
from analysis.demo.systems.market import write_market
from analysis.demo.systems.orders import write_shop, write_till
from analysis.demo.systems.people import people
from analysis.demo.systems.planting import plant
from analysis.demo.systems.records import records
from analysis.demo.systems.sheets import sheets
from analysis.demo.systems.words import SYSTEMS

__all__ = ["write_systems"]

STREAM: Final = 3
"""Sets these draws apart from those of the firm itself."""
FOLDERS: Final = ("crm", "erp", "shop", "till", "service", "market", "truth")


class Firm(Protocol):
    """What is true of a firm: its canonical tables."""

    @property
    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Tables of the canonical model; order_lines, customers, products, returns at least."""


def write_systems(folder: Path, firm: Firm, seed: int) -> list[Path]:
    """Write the deliveries of all systems, and the truth about them.

    Parameters
    ----------
    folder : Path
        Where they go: ``crm/``, ``erp/``, ``shop/``, ``till/``, ``service/``, ``market/``, and
        ``truth/`` for what only tests and evaluations may read.
    firm : Firm
        The true firm.
    seed : int
        The same seed gives the same bytes.

    Returns
    -------
    list of Path
        What was written. Of ``truth/``: ``faults.csv``, one row per planted fault;
        ``customers_systems.csv``, one row per customer and system that knows them;
        ``orders_systems.csv``, one row per true order line with its numbers where it belongs.
    """
    rngs = map(np.random.default_rng, np.random.SeedSequence((STREAM, seed)).spawn(12))
    for name in FOLDERS:
        (folder / name).mkdir(parents=True, exist_ok=True)
    tables, ledger = firm.tables, Ledger()
    everybody = people(tables, next(rngs))
    known = {system: records(everybody, system, ledger, next(rngs)) for system in SYSTEMS}
    lines = sheets(tables, everybody, next(rngs))
    plant(lines, everybody, tables["products"], ledger, next(rngs))
    rest, numbers = next(rngs), order_numbers(lines)
    true_size = everybody.table["size_band"].to_numpy()[known["erp"]["place"]]
    other_size = known["erp"]["size_band"].notna() & (known["erp"]["size_band"] != true_size)
    disputed = set(known["erp"].loc[other_size, "place"])
    events = tables.get("interactions")
    written = [
        *write_crm(folder / "crm", tables, everybody, known["crm"], disputed, ledger, rest),
        *write_erp(folder / "erp", tables, known["erp"], lines["erp"], numbers, ledger, rest),
        *write_shop(folder / "shop", lines["shop"], ledger),
        *write_shop_accounts(folder / "shop", known["shop"], tables["products"], ledger),
        *write_till(folder / "till", lines["till"], ledger, rest),
        write_cards(folder / "till", known["till"], ledger, rest),
        *write_service(folder / "service", known["service"], events, everybody, ledger, rest),
        *write_market(folder / "market", tables),
    ]
    if events is not None:
        written.append(write_contact_log(folder / "shop", events, everybody))
    truths = {
        "faults": ledger.table(),
        "customers_systems": everybody.truth(),
        "orders_systems": numbers,
    }
    for name, table in truths.items():
        path = folder / "truth" / f"{name}.csv"
        table.to_csv(path, index=False, lineterminator="\n")
        written.append(path)
    return written
