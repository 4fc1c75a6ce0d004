"""The CRM's exports in GBK: customers, chances, what was said, and other systems' totals."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from analysis.demo.systems.ledger import FIRST_ROW, Ledger
from analysis.demo.systems.people import People
from analysis.demo.systems.words import (
    CRM_AREAS,
    CRM_AREAS_CHINESE,
    NOBODYS_WORDS,
    SPELLINGS,
    SPELT_OTHERWISE,
)
from analysis.demo.systems.writing import Column, moments, money, texts, words, write_csv

ENCODING: Final = "gbk"
BLANK: Final = {"industry": 0.03, "size_band": 0.04, "phone": 0.01}
"""Share of accounts whose owner left the field blank."""
CARELESS_BLANK: Final = {"industry": 0.30, "size_band": 0.38, "phone": 0.22}
"""The same, of the one owner who does not like typing."""
NOBODYS: Final = {"industry": 16, "size_band": 8, "acquisition_channel": 10}
"""Customers with a word no class knows."""
CHINESE_AREAS: Final = 0.04
TWICE: Final = {"customers": 12, "activities": 110}
IMPOSSIBLE_DATES: Final = 105
CONTROL_OFF: Final = (pd.Timestamp("2025-06-01"), "erp", 0.958)
"""Month and system whose total the CRM holds wrongly, and by what it is multiplied."""
BY_CRM: Final = ("visit", "call", "mail", "event", "web")
"""Kinds of interactions the CRM records; the web's of those who have no account in the shop."""


def write_crm(
    folder: Path,
    tables: Mapping[str, pd.DataFrame],
    people: People,
    records: pd.DataFrame,
    disputed: set[int],
    ledger: Ledger,
    rng: np.random.Generator,
) -> list[Path]:
    """Write the CRM's files; `disputed` are customers on whose size another system disagrees."""
    written = [_customers(folder, records, disputed, ledger, rng)]
    if "opportunities" in tables:
        written.append(_opportunities(folder, tables["opportunities"]))
    if "stage_events" in tables:
        written.append(_stage_events(folder, tables["stage_events"]))
    if "interactions" in tables:
        written.append(_activities(folder, tables["interactions"], people, ledger, rng))
    if "control_totals" in tables:
        written.append(_control_totals(folder, tables["control_totals"], ledger))
    return written


def _customers(
    folder: Path,
    records: pd.DataFrame,
    disputed: set[int],
    ledger: Ledger,
    rng: np.random.Generator,
) -> Path:
    made = records.rename_axis("row").reset_index()
    _left_blank(made, disputed, ledger, rng)
    for column in SPELLINGS:
        made[column] = _spelt(made, column, ledger, rng)
    area = words(made["region"], CRM_AREAS)
    chinese = np.flatnonzero(rng.random(len(made)) < CHINESE_AREAS).tolist()
    for row in chinese:
        area[row] = CRM_AREAS_CHINESE[made["region"].iloc[row]]
    made["area"] = area
    made = _again(made, "customers", TWICE["customers"], ledger, rng)
    path = folder / "crm_customers.csv"
    _place("customers", made, path.name, made["local_id"], ledger)
    years = {name: texts(made[name]) for name in ("founded_year", "birth_year")}
    return write_csv(
        path,
        {
            "Customer No": texts(made["local_id"]),
            "Name": texts(made["name"]),
            "Type": words(made["kind"], {"b2b": "Business", "b2c": "Consumer"}),
            "Industry": texts(made["industry"]),
            "Size": texts(made["size_band"]),
            "Founded": years["founded_year"],
            "Contact Role": texts(made["contact_role"]),
            "Born": years["birth_year"],
            "Gender": texts(made["gender"]),
            "Occupation": texts(made["occupation"]),
            "Phone": texts(made["phone"]),
            "E-mail": texts(made["email"]),
            "Address": texts(made["address"]),
            "Town": texts(made["city"]),
            "Postcode": texts(made["postcode"]),
            "County": texts(made["province"]),
            "Area": texts(made["area"]),
            "Account Owner": texts(made["owner_id"]),
            "Since": moments(made["acquired_at"], "%Y/%m/%d"),
            "Acquired Via": texts(made["acquisition_channel"]),
        },
        ENCODING,
    )


def _left_blank(
    made: pd.DataFrame, disputed: set[int], ledger: Ledger, rng: np.random.Generator
) -> None:
    """Blank what owners did not type; one of them types far less than the others."""
    accounts = made["owner_id"].value_counts().sort_index()
    usual = accounts.index[accounts >= accounts.median()]
    careless = str(usual[int(rng.integers(len(usual)))])
    is_careless = (made["owner_id"] == careless).to_numpy()
    owned = made["owner_id"].notna().to_numpy()
    for column, share in BLANK.items():
        rate = np.where(is_careless, CARELESS_BLANK[column], share)
        blank = owned & made[column].notna().to_numpy() & (rng.random(len(made)) < rate)
        if column == "size_band":  # a size on which the ERP disagrees stays
            blank &= ~np.isin(made["place"].to_numpy(), list(disputed))
        for row in np.flatnonzero(blank).tolist():
            ledger.add("missing_field", "customers", "crm", row, column, made[column].iloc[row], "")
        made[column] = made[column].mask(blank)


def _spelt(
    made: pd.DataFrame, column: str, ledger: Ledger, rng: np.random.Generator
) -> list[str | None]:
    """A class in the words users type: mostly the standard, else a synonym, some nobody's."""
    standard = made[column].astype(object).where(made[column].notna(), None).tolist()
    other = rng.random(len(made)) < SPELT_OTHERWISE[column]
    which = rng.integers(0, 1 << 30, len(made)).tolist()
    filled = np.flatnonzero(made[column].notna().to_numpy())
    nobodys = set(rng.permutation(filled)[: NOBODYS.get(column, 0)].tolist())
    typed: list[str | None] = []
    for row, word in enumerate(standard):
        choices = SPELLINGS[column].get(word, ())
        if row in nobodys:
            typed.append(NOBODYS_WORDS[which[row] % len(NOBODYS_WORDS)])
            ledger.add("class_of_nobody", "customers", "crm", row, column, word, typed[-1])
        elif other[row] and choices:
            typed.append(choices[which[row] % len(choices)])
            ledger.add("misspelt_class", "customers", "crm", row, column, word, typed[-1])
        else:
            typed.append(word)
    return typed


def _opportunities(folder: Path, opportunities: pd.DataFrame) -> Path:
    outcomes = {"won": "Won", "lost": "Lost", "open": "Open"}
    return write_csv(
        folder / "opportunities.csv",
        {
            "Opportunity": texts(opportunities["opportunity_id"]),
            "Customer No": texts(opportunities["customer_id"]),
            "Owner": texts(opportunities["owner_id"]),
            "Product": texts(opportunities["product"]),
            "Value": money(opportunities["amount"]),
            "Created": moments(opportunities["created_at"], "%Y/%m/%d"),
            "Closed": moments(opportunities["closed_at"], "%Y/%m/%d"),
            "Result": words(opportunities["outcome"], outcomes),
        },
        ENCODING,
    )


def _stage_events(folder: Path, events: pd.DataFrame) -> Path:
    return write_csv(
        folder / "stage_events.csv",
        {
            "Opportunity": texts(events["opportunity_id"]),
            "Stage": texts(events["stage"]),
            "Entered": moments(events["entered_at"], "%Y/%m/%d"),
        },
        ENCODING,
    )


def _activities(
    folder: Path,
    interactions: pd.DataFrame,
    people: People,
    ledger: Ledger,
    rng: np.random.Generator,
) -> Path:
    place = people.place(interactions["customer_id"])
    own = interactions["kind"].isin(BY_CRM).to_numpy() & people.known("crm")[place]
    own &= ~((interactions["kind"] == "web").to_numpy() & people.known("shop")[place])
    made = interactions[own].reset_index(drop=True).rename_axis("row").reset_index()
    made["interaction_id"] = "A-" + made["interaction_id"].str[2:]
    future = rng.permutation(len(made))[:IMPOSSIBLE_DATES]
    moments_ = made["at"].copy()
    for row in np.sort(future).tolist():
        at = made["at"].iloc[row]
        wrong = at.replace(year=2062 if rng.random() < 0.5 else 1926, day=min(at.day, 28))
        ledger.add("impossible_date", "interactions", "crm", row, "at", at, wrong)
        moments_.iloc[row] = wrong
    made["at"] = moments_
    made = _again(made, "interactions", TWICE["activities"], ledger, rng, set(future.tolist()))
    path = folder / "activities.csv"
    _place("interactions", made, path.name, made["interaction_id"], ledger)
    kinds = {"visit": "Visit", "call": "Call", "mail": "E-mail", "event": "Event", "web": "Web"}
    return write_csv(
        path,
        {
            "Activity": texts(made["interaction_id"]),
            "Customer No": texts(made["customer_id"]),
            "When": moments(made["at"], "%Y/%m/%d %H:%M"),
            "Kind": words(made["kind"], kinds),
            "About": texts(made["topic"]),
        },
        ENCODING,
    )


def _control_totals(folder: Path, totals: pd.DataFrame, ledger: Ledger) -> Path:
    month, system, factor = CONTROL_OFF
    made = totals.reset_index(drop=True)
    off = (made["month"] == month) & (made["of_source"] == system)
    made["revenue"] = made["revenue"].mask(off, (made["revenue"] * factor).round(2))
    for row in np.flatnonzero(off).tolist():
        true = float(totals["revenue"].iloc[row])
        ledger.add("control_total", "control_totals", "crm", row, "revenue", true,
                   float(made["revenue"].iloc[row]))  # fmt: skip
    keys = made["month"].dt.strftime("%Y-%m") + "/" + made["of_source"]
    path = folder / "totals.csv"
    _place("control_totals", made.rename_axis("row").reset_index(), path.name, keys, ledger)
    return write_csv(
        path,
        {
            "Month": moments(made["month"], "%Y/%m/%d"),
            "System": words(made["of_source"], {"erp": "ERP", "shop": "Web shop", "till": "Tills"}),
            "Turnover": money(made["revenue"]),
            "Orders": texts(made["orders"]),
        },
        ENCODING,
    )


def _again(
    made: pd.DataFrame,
    table: str,
    count: int,
    ledger: Ledger,
    rng: np.random.Generator,
    without: set[int] | None = None,
) -> pd.DataFrame:
    """List some rows twice, the second time further down."""
    may = np.setdiff1d(made["row"].to_numpy(), sorted(without or set()))
    originals = np.sort(rng.permutation(may)[:count])
    twice = made[made["row"].isin(originals)].assign(
        row=range(len(made), len(made) + len(originals))
    )
    for row, original in zip(twice["row"].tolist(), originals.tolist(), strict=True):
        ledger.add("exact_duplicate", table, "crm", row, twin=("crm", original))
    where = (twice["row"] - len(made)).to_numpy() * 7 + originals + 0.5
    joined = pd.concat([made.assign(_at=made["row"].astype(float)), twice.assign(_at=where)])
    return joined.sort_values("_at", kind="stable", ignore_index=True).drop(columns="_at")


def _place(
    table: str, made: pd.DataFrame, file: str, keys: pd.Series | Column, ledger: Ledger
) -> None:
    rows = range(FIRST_ROW, FIRST_ROW + len(made))
    ledger.place(table, "crm", made["row"], file, rows, list(keys))
