"""Records delivered more than once: twice in a file, restated later, keyed again elsewhere."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import numpy as np
import pandas as pd

from analysis.demo.systems.ledger import Ledger
from analysis.demo.systems.people import People
from analysis.demo.systems.sheets import TABLE, Sheet, copied, number_after

KEYED_AGAIN: Final = 150  # orders of the shop that the ERP holds too
WITHOUT_REFERENCE: Final = 0.20  # of these, nobody typed the shop's number
TWICE_SOON: Final = {"erp": 45, "shop": 45, "till": 45}  # orders
RESTATED: Final = {"shop": 70, "till": 80}  # lines
TWICE_IN_A_FILE: Final = {"erp": 70, "shop": 60, "till": 50}  # lines
DAYS_REPEATED: Final = 3  # files of the till whose rows are all there twice
UNDELIVERED: Final = ("2025-02-03", "2025-04-30")  # between these, one day of the tills is missing
LATEST: Final = 23 * 60 + 40  # minute after which an order keyed again would be tomorrow's


def not_delivered(till: Sheet, ledger: Ledger, rng: np.random.Generator) -> str:
    """Leave out the tills' file of one day: the day, such as ``2025-03-04``."""
    periods = till.rows["period"]
    free = pd.Series(till.free).groupby(periods.to_numpy()).all()
    days = [d for d in free.index[free] if UNDELIVERED[0] <= d <= UNDELIVERED[1]]
    day = str(days[int(rng.integers(len(days)))])
    gone = (periods == day).to_numpy()
    till.free[gone] = False
    till.rows["period"] = periods.mask(gone, "")
    rows = till.rows[gone]
    ledger.add(
        "not_delivered", TABLE, "till", before=f"{len(rows)} lines",
        after=f"{rows['revenue'].sum():.2f} of revenue on {day}",
        file=f"{day[:7]}/till-{day}.csv",
    )  # fmt: skip
    return day


def keyed_again(
    sheets: dict[str, Sheet], people: People, ledger: Ledger, rng: np.random.Generator
) -> None:
    """Key orders of the shop into the ERP, whose clerks know one channel: the ERP's give way."""
    shop, erp = sheets["shop"], sheets["erp"]
    account = pd.Series(people.local["erp"], index=people.local["shop"])
    account = account[account.index.notna() & account.notna()]
    euros = erp.rows.loc[erp.rows["currency"] == "EUR", "customer"].unique()
    account = account[~account.isin(euros)]
    may = shop.rows["customer"].isin(account.index).to_numpy()
    orders = shop.pick_orders(may, KEYED_AGAIN, rng)
    bare = rng.random(len(orders)) < WITHOUT_REFERENCE
    lacks = dict(zip((shop.value(m[0], "order") for m in orders), bare.tolist(), strict=True))
    members = [row for order in orders for row in order]
    rows = copied(shop, members)
    days, used = erp.rows["at"].to_numpy(), set(erp.rows["order"])
    near = np.searchsorted(days, rows["at"].dt.normalize().to_numpy())
    number: dict[str, str] = {}
    for order, place in zip(rows["order"], np.minimum(near, len(days) - 1).tolist(), strict=True):
        if order not in number:
            number[order] = _unused(str(erp.value(place, "order")), used)
    missing = rows["order"].map(lacks)
    rows = rows.assign(
        reference=rows["order"].mask(missing, None),
        order=rows["order"].map(number),
        customer=rows["customer"].map(account),
        at=rows["at"].dt.normalize(),
        sort_at=rows["at"].dt.normalize(),
        line=rows["line"] * 10,
        channel="dealer",
        period="",
    )
    for row, original, nameless in zip(erp.add(rows), members, missing, strict=True):
        kind = "cross_system_duplicate_unreferenced" if nameless else "cross_system_duplicate"
        ledger.add(kind, TABLE, "erp", row, twin=("shop", original))


def twice_soon(sheets: dict[str, Sheet], ledger: Ledger, rng: np.random.Generator) -> None:
    """Key orders twice: a new number, minutes later where the system knows the time."""
    for system, count in TWICE_SOON.items():
        sheet = sheets[system]
        at = sheet.rows["at"].dt
        early = (at.hour * 60 + at.minute < LATEST) & sheet.rows["customer"].notna()
        orders = sheet.pick_orders(early.to_numpy(), count, rng)
        used = set(sheet.rows["order"])
        members = [row for order in orders for row in order]
        rows = copied(sheet, members)
        number = {order: _unused(order, used) for order in rows["order"].unique()}
        seconds = dict(zip(number, rng.integers(120, 780, len(number)).tolist(), strict=True))
        later = pd.to_timedelta(rows["order"].map(seconds), unit="s").astype("timedelta64[s]")
        moment = rows["at"] + later * (0 if system == "erp" else 1)
        rows = rows.assign(at=moment, sort_at=moment, order=rows["order"].map(number))
        for row, original in zip(sheet.add(rows), members, strict=True):
            ledger.add("near_duplicate", TABLE, system, row, twin=(system, original))


def restated(sheets: dict[str, Sheet], ledger: Ledger, rng: np.random.Generator) -> None:
    """Deliver lines first with one unit too many, and as they are in the next file."""
    for system, count in RESTATED.items():
        sheet = sheets[system]
        periods = sorted(set(sheet.rows["period"]) - {""})
        following = dict(pairwise(periods))
        may = sheet.rows["period"].isin(following) & (sheet.rows["quantity"] <= 12)
        chosen = sheet.pick(may.to_numpy(), count, rng)
        rows = copied(sheet, chosen)
        more = (rows["quantity"] + 1) / rows["quantity"]
        first = rows.assign(
            quantity=rows["quantity"] + 1,
            revenue=(rows["revenue"] + rows["unit_price"]).round(2),
            cost=(rows["cost"] * more).round(2),
        )
        for row, true in zip(sheet.add(first), chosen, strict=True):
            quantity = int(sheet.value(true, "quantity"))
            ledger.add(
                "superseded", TABLE, system, row, "quantity", quantity, quantity + 1,
                twin=(system, true),
            )  # fmt: skip
        moved = sheet.rows["period"].to_numpy().copy()
        moved[chosen] = [following[period] for period in moved[chosen]]
        sheet.rows["period"] = moved


def twice_in_a_file(sheets: dict[str, Sheet], ledger: Ledger, rng: np.random.Generator) -> None:
    """Write lines twice into one file, and some of the tills' files twice over."""
    for system, count in TWICE_IN_A_FILE.items():
        sheet = sheets[system]
        chosen = sheet.pick(
            (sheet.rows["period"] != "").to_numpy() | (system != "till"), count, rng
        )
        _again(sheet, chosen, 0, ledger)
    till = sheets["till"]
    whole = pd.Series(till.free).groupby(till.rows["period"].to_numpy()).all()
    for day in rng.permutation(whole.index[whole].to_numpy())[:DAYS_REPEATED]:
        held = (till.rows["period"] == day).to_numpy()
        _again(till, till.pick(held, int(held.sum()), rng), 1, ledger)


def _again(sheet: Sheet, chosen: list[int], block: int, ledger: Ledger) -> None:
    for row, original in zip(
        sheet.add(copied(sheet, chosen).assign(block=block)), chosen, strict=True
    ):
        ledger.add("exact_duplicate", TABLE, sheet.system, row, twin=(sheet.system, original))


def _unused(order: str, used: set[str]) -> str:
    """The next number that no order has, after one; it is used then."""
    step = 1
    while (number := number_after(order, step)) in used:
        step += 1
    used.add(number)
    return number
