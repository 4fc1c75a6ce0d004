"""The faults planted in a scaled firm: what, how often, where, and which rule should find them."""

from __future__ import annotations

from dataclasses import dataclass

ALL = ("erp", "shop", "till")


@dataclass(frozen=True)
class Fault:
    """One kind of fault.

    Attributes
    ----------
    name : str
        What is wrong.
    share : float
        Of order lines; of orders where whole orders are repeated.
    rule : str
        Rule of cleaning that should speak of the row.
    systems : tuple of str
        Systems that make it.
    whole_order : bool
        Whether all lines of an order are repeated.
    """

    name: str
    share: float
    rule: str
    systems: tuple[str, ...] = ALL
    whole_order: bool = False


FAULTS = (
    Fault("exact_duplicate", 0.0005, "exact_duplicate"),
    Fault("negative_amount", 0.0003, "impossible"),
    Fault("future_date", 0.0001, "impossible"),
    Fault("unreadable_amount", 0.0004, "unreadable", ("till",)),
    Fault("unknown_product", 0.0003, "unknown_key"),
    Fault("unknown_customer", 0.0003, "unknown_key"),
    Fault("missing_region", 0.002, "fill_region", ("erp", "shop")),
    Fault("missing_cost", 0.002, "fill_cost"),
    Fault("outlier", 0.0002, "outlier"),
    # Tills and the shop know the time of day; the ERP writes the day alone.
    Fault("near_duplicate", 0.0005, "near_duplicate", ("shop", "till"), whole_order=True),
    Fault("cross_system_duplicate", 0.004, "cross_system_duplicate", ("shop",), whole_order=True),
)


def of_line(system: str, drawn: str, unless: str) -> str:
    """SQL that names the fault of a line of a system, or NULL.

    Parameters
    ----------
    system : str
        Its system.
    drawn : str
        SQL of a number even on [0, 1) of the line's own.
    unless : str
        SQL that holds where the line is left whole.
    """
    cases, below = [], 0.0
    for fault in FAULTS:
        if system in fault.systems and not fault.whole_order:
            below += fault.share
            cases.append(f"WHEN {drawn} < {below:.6f} THEN '{fault.name}'")
    return f"CASE WHEN {unless} THEN NULL {' '.join(cases)} END"


def share_of(name: str, system: str) -> float:
    """How much of a system's orders a fault of whole orders takes; 0 where it does not occur."""
    return next((f.share for f in FAULTS if f.name == name and system in f.systems), 0.0)
