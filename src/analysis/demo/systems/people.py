"""Which of the true customers each system knows, under which number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.demo.systems.spelling import is_chinese
from analysis.demo.systems.words import PRIORITY, SYSTEM_OF_CHANNEL, SYSTEMS

Flags = NDArray[np.bool_]

IN_CRM: Final = {"b2b": 0.96, "b2c": 0.60}
IN_ERP: Final = 0.85  # of businesses that never bought through a dealer: quoted once
IN_SHOP: Final = 0.03  # of those who never bought there: an account and no order
WITHOUT_CARD: Final = 0.015  # of consumers who buy in stores
HOUSEHOLDS: Final = 45  # pairs of consumers under one roof, with one telephone
NAMESAKES: Final = 30  # pairs of consumers with one name in one town
SWITCHBOARDS: Final = 12  # pairs of businesses in one centre, with one telephone
FLATS: Final = 0.15  # of consumers
ACCENTS: Final = {
    "Leah": "Léah", "Nadia": "Nádia", "Martin": "Mártin", "Rosa": "Rósa", "Victor": "Víctor",
    "Daniel": "Dániel", "Beth": "Bèth",
}  # fmt: skip
ACCENTED: Final = 0.5  # of consumers with such a name
ROOF: Final = ["phone", "address", "city", "postcode", "province"]
FIRST_NUMBER: Final = 100001
"""From here ERP accounts, shop accounts and service contacts count: one number, three customers."""


@dataclass(frozen=True)
class People:
    """The true customers, one entry each, and the systems' numbers for them.

    Attributes
    ----------
    table : DataFrame
        As the true firm has them, with what makes them hard to tell apart put in.
    local : dict
        By system, the number of each customer there; none: the system does not know them.
    """

    table: pd.DataFrame
    local: dict[str, NDArray[np.object_]]

    def known(self, system: str) -> Flags:
        """Whom a system knows."""
        flags: Flags = self.local[system] != None  # noqa: E711
        return flags

    def best(self) -> NDArray[np.object_]:
        """System whose word counts most of those that know each customer."""
        best = np.full(len(self.table), None, dtype=object)
        for system in sorted(SYSTEMS, key=lambda name: -PRIORITY[name]):
            best[self.known(system)] = system
        return best

    def place(self, customer_id: pd.Series) -> NDArray[np.int64]:
        """Position of customers in the table; -1 for nobody."""
        found: NDArray[np.int64] = pd.Index(self.table["customer_id"]).get_indexer(customer_id)
        return found

    def truth(self) -> pd.DataFrame:
        """One row per customer and system that knows them: customer_id, source, local_id."""
        parts = [
            pd.DataFrame(
                {
                    "customer_id": self.table.loc[self.known(system), "customer_id"],
                    "source": system,
                    "local_id": self.local[system][self.known(system)],
                }
            )
            for system in SYSTEMS
        ]
        return pd.concat(parts, ignore_index=True).sort_values(
            ["customer_id", "source"], ignore_index=True
        )


def people(tables: Mapping[str, pd.DataFrame], rng: np.random.Generator) -> People:
    """Draw which systems know which customers; everybody is known to at least one."""
    table = tables["customers"].reset_index(drop=True)
    known = _known(table, tables, rng)
    table = _alike(table, rng)
    local = {system: _numbers(system, table, known[system], rng) for system in SYSTEMS}
    return People(table, local)


def _known(
    table: pd.DataFrame, tables: Mapping[str, pd.DataFrame], rng: np.random.Generator
) -> dict[str, Flags]:
    count = len(table)
    business = (table["kind"] == "b2b").to_numpy()
    lines = tables["order_lines"]

    def drawn(share: float) -> Flags:
        flags: Flags = rng.random(count) < share
        return flags

    def among(ids: pd.Series) -> Flags:
        flags: Flags = table["customer_id"].isin(ids.unique()).to_numpy()
        return flags

    buys = {
        system: among(lines.loc[lines["channel"] == channel, "customer_id"])
        for channel, system in SYSTEM_OF_CHANNEL.items()
    }
    crm = np.where(business, drawn(IN_CRM["b2b"]), drawn(IN_CRM["b2c"]))
    shop = buys["shop"] | drawn(IN_SHOP)
    erp = buys["erp"] | (business & drawn(IN_ERP)) | (business & ~crm)
    asked = np.zeros(count, dtype=bool)
    if "interactions" in tables:
        events = tables["interactions"]
        service = events["kind"].isin(["complaint", "survey"])
        asked = among(events.loc[service, "customer_id"])
        crm |= among(events.loc[~service, "customer_id"]) & ~shop
    if "opportunities" in tables:
        crm |= among(tables["opportunities"]["customer_id"])
    # A card shows its holder's name in Latin letters; and some would rather not have one.
    chinese = table["name"].map(is_chinese).to_numpy()
    without = (drawn(WITHOUT_CARD) & ~business & (crm | shop)) | chinese
    till = buys["till"] & ~without
    crm |= ~(crm | erp | shop | till | asked)
    return {"crm": crm, "erp": erp, "shop": shop, "till": till, "service": asked}


def _alike(table: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Put in what makes people hard to tell apart: namesakes, one roof, flats and accents."""
    business = (table["kind"] == "b2b").to_numpy()
    names = [name.split(" ", 1) for name in table["name"]]
    first = [parts[0] for parts in names]
    roofs = table[ROOF].to_numpy(dtype=object).copy()
    flat = ~business & (rng.random(len(table)) < FLATS)
    for row in np.flatnonzero(flat).tolist():
        roofs[row, 1] = f"Flat {rng.integers(1, 30)}, {roofs[row, 1]}"
    accented = ~business & np.isin(first, list(ACCENTS)) & (rng.random(len(table)) < ACCENTED)
    for row in np.flatnonzero(accented).tolist():
        names[row][0] = ACCENTS[first[row]]
    region, sharing = table["region"].to_numpy(), np.zeros(len(table), dtype=bool)
    for kind, pairs in ((~business, HOUSEHOLDS), (business, SWITCHBOARDS)):
        chosen = rng.permutation(np.flatnonzero(kind))[: 6 * pairs]
        chosen = chosen[np.argsort(region[chosen], kind="stable")]
        made = 0
        chosen = chosen[: len(chosen) // 2 * 2]
        for one, other in chosen.reshape(-1, 2).tolist():
            if made == pairs or region[one] != region[other] or first[one] == first[other]:
                continue
            roofs[other] = roofs[one]
            sharing[[one, other]] = True
            if not business[other] and made % 2 == 0:  # half of them have one family name
                names[other][1:] = names[one][1:]
            made += 1
    table = table.assign(name=[" ".join(parts) for parts in names])
    table[ROOF] = roofs
    return _namesakes(table, np.flatnonzero(~business & ~sharing), rng)


def _namesakes(
    table: pd.DataFrame, consumers: NDArray[np.int64], rng: np.random.Generator
) -> pd.DataFrame:
    """Give some consumers another's name, and a home in another street of the other's town."""
    columns = ["name", "email", "city", "province", "postcode"]
    said = table[columns].to_numpy(dtype=object).copy()
    chosen = rng.permutation(consumers)[: 6 * NAMESAKES]
    chosen = chosen[np.argsort(table["region"].to_numpy()[chosen], kind="stable")]
    pairs = chosen[: len(chosen) // 2 * 2].reshape(-1, 2)
    region = table["region"].to_numpy()[pairs]
    for one, other in pairs[region[:, 0] == region[:, 1]][:NAMESAKES].tolist():
        mail, _, domain = str(said[one, 1]).partition("@")
        inward = str(said[other, 4]).split(" ")[1]
        outward = str(said[one, 4]).split(" ")[0]
        said[other, 0], said[other, 2:4] = said[one, 0], said[one, 2:4]
        said[other, 1] = f"{mail}{rng.integers(50, 99)}@{domain}"
        said[other, 4] = f"{outward} {inward}"
    table[columns] = said
    return table


def _numbers(
    system: str, table: pd.DataFrame, known: Flags, rng: np.random.Generator
) -> NDArray[np.object_]:
    numbers = np.full(len(table), None, dtype=object)
    if system == "crm":
        numbers[known] = table.loc[known, "customer_id"].to_numpy()
        return numbers
    count = int(known.sum())
    if system == "till":
        drawn = rng.permutation(899_999)[:count] + 2_990_100_001
    else:
        # By the day they were won, with gaps of one's own: no two systems run in step.
        gaps = 1 + (rng.random(count) < {"erp": 0.20, "shop": 0.05, "service": 0.35}[system])
        drawn = FIRST_NUMBER - 1 + np.cumsum(gaps)
    if system == "service":
        drawn = rng.permutation(drawn)
    numbers[known] = [str(number) for number in drawn.tolist()]
    return numbers
