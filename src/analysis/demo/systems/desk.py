"""Files of those who know consumers: the shop's accounts, the tills' cards, the service desk."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from analysis.demo.systems.ledger import FIRST_LINE, FIRST_ROW, Ledger
from analysis.demo.systems.orders import sku
from analysis.demo.systems.people import People
from analysis.demo.systems.words import SHOP_AREAS, stores
from analysis.demo.systems.writing import Column, moments, texts, words, write, write_csv

SHOP_KINDS: Final = {"b2b": "business", "b2c": "private"}
ARTICLES_GONE: Final = 60  # sku codes of articles the ERP does not list
TICKETS_TWICE: Final = 30
NO_HOURS: Final = 100
IMPOSSIBLE_SCORES: Final = 105
SURVEYS_FOOT: Final = "Average"


def write_shop_accounts(
    folder: Path, records: pd.DataFrame, products: pd.DataFrame, ledger: Ledger
) -> list[Path]:
    """Write the shop's accounts as JSON lines, and its codes of the ERP's items."""
    columns: dict[str, Column] = {
        "account": texts(records["local_id"]),
        "full_name": texts(records["name"]),
        "type": words(records["kind"], SHOP_KINDS),
        "mail": texts(records["email"]),
        "mobile": texts(records["phone"]),
        "street": texts(records["address"]),
        "town": texts(records["city"]),
        "postcode": texts(records["postcode"]),
        "county": texts(records["province"]),
        "area": words(records["region"], SHOP_AREAS),
        "customer_since": moments(records["acquired_at"], "%Y-%m-%dT%H:%M:%S"),
    }
    lines = [
        json.dumps(
            {name: cell or None for name, cell in zip(columns, row, strict=True)},
            ensure_ascii=False,
        )
        for row in zip(*columns.values(), strict=True)
    ]
    numbers = range(FIRST_LINE, FIRST_LINE + len(records))
    ledger.place("customers", "shop", range(len(records)), "customers.jsonl", numbers,
                 list(records["local_id"]))  # fmt: skip
    items = [*products["product_id"], *(f"P-9{n:03d}" for n in range(1, ARTICLES_GONE + 1))]
    return [
        write(folder / "customers.jsonl", lines),
        write_csv(folder / "skus.csv", {"sku": [sku(item) for item in items], "item": list(items)}),
    ]


def write_contact_log(folder: Path, interactions: pd.DataFrame, people: People) -> Path:
    """Write the shop's log: visits to its pages, and what else passed with people the CRM lacks."""
    place = people.place(interactions["customer_id"])
    in_shop, in_crm = people.known("shop")[place], people.known("crm")[place]
    desk = interactions["kind"].isin(["complaint", "survey"]).to_numpy()
    own = ~desk & in_shop & ((interactions["kind"] == "web").to_numpy() | ~in_crm)
    made = interactions[own]
    account = people.local["shop"][place[own]]
    fields = zip(
        texts("W-" + made["interaction_id"].str[2:]), account,
        moments(made["at"], "%Y-%m-%dT%H:%M:%S"), made["kind"], texts(made["topic"]), strict=True,
    )  # fmt: skip
    return write(
        folder / "contacts.jsonl",
        [
            f'{{"id":"{number}","account":"{who}","at":"{at}","what":"{kind}","page":"{topic}"}}'
            for number, who, at, kind, topic in fields
        ],
    )


def write_cards(
    folder: Path, records: pd.DataFrame, ledger: Ledger, rng: np.random.Generator
) -> Path:
    """Write the holders of loyalty cards."""
    which = rng.integers(0, 2, len(records)).tolist()
    issued = [stores(area)[n] for area, n in zip(records["region"], which, strict=True)]
    _place("customers", "till", range(len(records)), "cards.csv", records["local_id"], ledger)
    return write_csv(
        folder / "cards.csv",
        {
            "Card": texts(records["local_id"]),
            "Holder": texts(records["name"]),
            "Tariff": words(records["kind"], {"b2b": "T", "b2c": "P"}),
            "Tel.": texts(records["phone"]),
            "Postcode": texts(records["postcode"]),
            "Home Store": issued,
            "Issued": moments(records["acquired_at"], "%d.%m.%Y"),
        },
        "cp1252",
        ";",
    )


def write_service(
    folder: Path,
    records: pd.DataFrame,
    interactions: pd.DataFrame | None,
    people: People,
    ledger: Ledger,
    rng: np.random.Generator,
) -> list[Path]:
    """Write the service desk's contacts, tickets and surveys."""
    _place("customers", "service", range(len(records)), "contacts.csv", records["local_id"], ledger)
    written = [
        write_csv(
            folder / "contacts.csv",
            {
                "Contact ID": texts(records["local_id"]),
                "Contact Name": texts(records["name"]),
                "Kind": words(records["kind"], {"b2b": "Company", "b2c": "Person"}),
                "Tel": texts(records["phone"]),
                "Email": texts(records["email"]),
                "City": texts(records["city"]),
            },
            "utf-8-sig",
        )
    ]
    if interactions is None:
        return written
    place = people.place(interactions["customer_id"])
    contact = people.local["service"][place]
    known = interactions.assign(contact=contact)
    written.append(_tickets(folder, known[known["kind"] == "complaint"], ledger, rng))
    written.append(_surveys(folder, known[known["kind"] == "survey"], ledger, rng))
    return written


def _tickets(
    folder: Path, complaints: pd.DataFrame, ledger: Ledger, rng: np.random.Generator
) -> Path:
    made = complaints.assign(
        number="T-" + complaints["interaction_id"].str[2:], row=range(len(complaints))
    )
    hours = texts(made["response_hours"])
    chosen = np.sort(rng.permutation(len(made))[: NO_HOURS + TICKETS_TWICE])
    twice = rng.permutation(chosen)[:TICKETS_TWICE]
    for row in np.setdiff1d(chosen, twice).tolist():
        text = ("n/a", "same day", "??")[int(rng.integers(3))]
        ledger.add("unreadable", "interactions", "service tickets", row, "response_hours",
                   hours[row], text)  # fmt: skip
        hours[row] = text
    made["hours"] = hours
    again = made[made["row"].isin(twice)]
    again = again.assign(row=range(len(made), len(made) + len(again)))
    for row, original in zip(again["row"].tolist(), np.sort(twice).tolist(), strict=True):
        ledger.add("exact_duplicate", "interactions", "service tickets", row,
                   twin=("service tickets", original))  # fmt: skip
    made = pd.concat([made, again]).sort_values(["at", "number"], kind="stable")
    _place("interactions", "service tickets", made["row"], "tickets.csv", made["number"], ledger)
    return write_csv(
        folder / "tickets.csv",
        {
            "Ticket": texts(made["number"]),
            "Contact ID": texts(made["contact"]),
            "Opened": moments(made["at"], "%Y-%m-%d %H:%M:%S"),
            "Subject": texts(made["topic"]),
            "Hours to Answer": texts(made["hours"]),
        },
        "utf-8-sig",
    )


def _surveys(folder: Path, surveys: pd.DataFrame, ledger: Ledger, rng: np.random.Generator) -> Path:
    made = surveys.assign(number="Q-" + surveys["interaction_id"].str[2:], row=range(len(surveys)))
    scores = [str(int(score)) for score in made["score"]]
    for row in np.sort(rng.permutation(len(made))[:IMPOSSIBLE_SCORES]).tolist():
        wrong = ("7", "0", "10", "-1")[int(rng.integers(4))]
        ledger.add("impossible_score", "interactions", "service surveys", row, "score",
                   scores[row], wrong)  # fmt: skip
        scores[row] = wrong
    _place("interactions", "service surveys", made["row"], "surveys.csv", made["number"], ledger)
    average = f"{made['score'].mean():.2f}"
    ledger.add("totals_row", "interactions", "service", after=average, file="surveys.csv",
               source_row=FIRST_ROW + len(made))  # fmt: skip
    return write_csv(
        folder / "surveys.csv",
        {
            "Survey": [*texts(made["number"]), SURVEYS_FOOT],
            "Contact ID": [*texts(made["contact"]), ""],
            "Answered": [*moments(made["at"], "%Y-%m-%d %H:%M:%S"), ""],
            "About": [*texts(made["topic"]), ""],
            "Score 1-5": [*scores, average],
        },
        "utf-8-sig",
    )


def _place(
    table: str, source: str, rows: object, file: str, keys: pd.Series, ledger: Ledger
) -> None:
    count = len(keys)
    numbers = np.asarray(list(rows), dtype=np.int64)  # type: ignore[call-overload]
    ledger.place(table, source, numbers.tolist(), file, range(FIRST_ROW, FIRST_ROW + count),
                 list(keys))  # fmt: skip
