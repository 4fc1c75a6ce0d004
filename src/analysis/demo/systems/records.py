"""A system's records of its customers: spelt its own way, with slips, gaps and old addresses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.demo.systems import spelling
from analysis.demo.systems.ledger import Ledger
from analysis.demo.systems.people import Flags, People
from analysis.demo.systems.words import PRIORITY, WORDS

TROUBLES: Final[dict[str, dict[str, float]]] = {
    "crm": {"name": 0.02, "phone": 0.02, "no_phone": 0.03, "email": 0.01, "no_email": 0.05,
            "no_postcode": 0.02},
    "erp": {"name": 0.03, "phone": 0.04, "no_phone": 0.04, "no_email": 0.30, "moved": 0.05,
            "no_postcode": 0.02},
    "shop": {"name": 0.03, "phone": 0.03, "no_phone": 0.08, "email": 0.02, "moved": 0.03,
             "no_postcode": 0.02},
    "till": {"name": 0.08, "phone": 0.03, "no_phone": 0.08, "no_postcode": 0.05},
    "service": {"name": 0.08, "phone": 0.03, "no_phone": 0.12, "no_email": 0.14},
}  # fmt: skip
"""How often a record has each trouble: a name mistyped, another telephone, none, and so on."""
MOST_TROUBLES: Final = {"crm": 2, "erp": 2, "shop": 2, "till": 2, "service": 2}
CONFLICTS: Final = {
    ("erp", "region"): 42, ("shop", "region"): 40, ("till", "region"): 30,
    ("erp", "size_band"): 110, ("erp", "city"): 40, ("shop", "city"): 45, ("service", "city"): 30,
}  # fmt: skip
"""By system and column, records that say otherwise than a system whose word counts more."""
DELIVERED: Final = {
    "region": ("crm", "erp", "shop", "till"),
    "size_band": ("crm", "erp"),
    "city": ("crm", "erp", "shop", "service"),
}
"""Systems that deliver each column on which systems may disagree."""
ROOF: Final = ["address", "city", "postcode", "province"]
Style = Callable[[str, float], str]
STYLES: Final[Mapping[str, tuple[Style, Style]]] = {
    # Of a business and of a consumer, with a number in [0, 1) that decides between habits.
    "crm": (
        lambda name, u: spelling.other_form(name) if u < 0.25 else name,
        lambda name, _: name,
    ),
    "erp": (
        lambda name, u: (
            spelling.other_form(name).upper() if u < 0.2
            else spelling.other_form(name) if u < 0.6 else name.replace("&", "and")
        ),
        lambda name, _: spelling.swapped(spelling.unaccented(name)).upper(),
    ),
    "shop": (
        lambda name, u: spelling.without_form(name) if u < 0.6 else name.replace("&", "and"),
        lambda name, u: spelling.unaccented(name).lower() if u < 0.4 else name,
    ),
    "till": (
        lambda name, _: spelling.spoken(name),
        lambda name, u: spelling.unaccented(spelling.initial(name) if u < 0.2 else name),
    ),
    "service": (
        lambda name, u: spelling.without_form(name) if u < 0.5 else name,
        lambda name, u: (
            spelling.swapped(name) if u < 0.2
            else spelling.initial(name) if u < 0.3 else spelling.unaccented(name)
        ),
    ),
}  # fmt: skip


def records(people: People, system: str, ledger: Ledger, rng: np.random.Generator) -> pd.DataFrame:
    """Records of one system's customers, one row per customer it knows.

    Columns are those of the true customers in the system's spelling, with `local_id` and `place`,
    the customer's position among the people. Values on which systems disagree go to the ledger
    under the record's row number.
    """
    known = people.known(system)
    made = people.table[known].reset_index(drop=True)
    made.insert(0, "local_id", people.local[system][known])
    made.insert(1, "place", np.flatnonzero(known))
    count = len(made)
    has = _troubles(TROUBLES[system], MOST_TROUBLES[system], count, rng)
    business, consumer = STYLES[system]
    habit, slip = rng.random((2, count)).tolist()
    made["name"] = [
        (business if kind == "b2b" else consumer)(spelling.mistyped(name, s) if typo else name, u)
        for name, kind, u, s, typo in zip(
            made["name"], made["kind"], habit, slip, has["name"], strict=True
        )
    ]
    made["phone"] = _phones(made["phone"], has, rng)
    odd = rng.integers(0, 90, count)
    mail = made["email"].where(~has["email"], [f"office{n}@example.org" for n in odd])
    made["email"] = mail.mask(has["no_email"])
    forms = len(spelling.ADDRESS_FORMATS)
    form = rng.choice(forms, count, p=[0.45, 0.25, 0.15, 0.1, 0.05])
    best = people.best()[made["place"]] == system
    _move(made, people, has["moved"] & ~best, system, ledger, rng)
    made["address"] = [
        spelling.ADDRESS_FORMATS[f](road) for f, road in zip(form, made["address"], strict=True)
    ]
    made["postcode"] = made["postcode"].mask(has["no_postcode"])
    tight = rng.random(count) < 0.15
    made["postcode"] = made["postcode"].mask(tight, made["postcode"].str.replace(" ", ""))
    for (of, column), wanted in CONFLICTS.items():
        if of == system:
            _disagree(made, people, system, column, wanted, ledger, rng)
    return made


def _troubles(
    rates: dict[str, float], most: int, count: int, rng: np.random.Generator
) -> dict[str, Flags]:
    """Draw troubles, at most so many for one record: of most a person could tell who it is."""
    names = ["name", "phone", "no_phone", "email", "no_email", "moved", "no_postcode"]
    drawn = rng.random((count, len(names))) < np.array([rates.get(name, 0.0) for name in names])
    order = np.argsort(rng.random(drawn.shape), axis=1)
    shuffled = np.take_along_axis(drawn, order, axis=1)
    shuffled &= shuffled.cumsum(axis=1) <= most
    np.put_along_axis(drawn, order, shuffled, axis=1)
    return {name: drawn[:, place] for place, name in enumerate(names)}


def _phones(
    phones: pd.Series, has: dict[str, Flags], rng: np.random.Generator
) -> NDArray[np.object_]:
    form = rng.choice(
        len(spelling.PHONE_FORMATS), len(phones), p=[0.34, 0.18, 0.16, 0.1, 0.06, 0.05, 0.05, 0.06]
    )
    other = rng.integers(0, 1000, len(phones))
    written = [
        spelling.PHONE_FORMATS[f](f"01632 961{o:03d}" if changed else phone)
        for phone, f, o, changed in zip(phones, form, other, has["phone"], strict=True)
    ]
    made: NDArray[np.object_] = np.array(written, dtype=object)
    made[has["no_phone"]] = None
    return made


def _better(people: People, system: str, column: str) -> Flags:
    """Whom a system whose word counts more knows too, and delivers this column."""
    more = [s for s in DELIVERED[column] if PRIORITY[s] < PRIORITY[system]]
    known: Flags = np.any([people.known(s) for s in more], axis=0)
    return known


def _move(
    made: pd.DataFrame,
    people: People,
    moved: Flags,
    system: str,
    ledger: Ledger,
    rng: np.random.Generator,
) -> None:
    """Give some records the address before a move, in another town of the same region."""
    region, city = made["region"].to_numpy(), made["city"].to_numpy()
    place, better = made["place"].to_numpy(), _better(people, system, "city")
    true, homes = people.table["city"].to_numpy(), made[ROOF].to_numpy(dtype=object)
    after = homes.copy()
    for row in np.flatnonzero(moved).tolist():
        near = np.flatnonzero((region == region[row]) & (city != city[row]))
        other = int(near[rng.integers(len(near))])
        road = str(homes[other, 0]).split(", ")[-1].split(" ", 1)[-1]
        after[row] = [f"{rng.integers(180, 400)} {road}", *homes[other, 1:]]
        if better[place[row]]:
            ledger.add(
                "conflict", "customers", system, row, "city", true[place[row]], after[row, 1]
            )
    made[ROOF] = after


def _disagree(
    made: pd.DataFrame,
    people: People,
    system: str,
    column: str,
    wanted: int,
    ledger: Ledger,
    rng: np.random.Generator,
) -> None:
    """Let some records of a system say otherwise than a better one."""
    place = made["place"].to_numpy()
    true = people.table[column].to_numpy()[place]
    untouched = np.equal(made[column].to_numpy(), true)
    may = np.flatnonzero(_better(people, system, column)[place] & untouched & (true != None))  # noqa: E711
    chosen = np.sort(rng.permutation(may)[:wanted])
    words = np.array(WORDS if column == "region" else sorted(set(people.table[column].dropna())))
    region, said = made["region"].to_numpy(), made[column].to_numpy(dtype=object).copy()
    for row in chosen.tolist():
        others = words[words != true[row]]
        if column == "city":
            others = said[(region == region[row]) & (said != said[row])]
        said[row] = str(others[rng.integers(len(others))])
        ledger.add("conflict", "customers", system, row, column, true[row], said[row])
    made[column] = said
