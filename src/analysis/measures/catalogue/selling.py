"""The sales process: opportunities won, and the time they take."""

from __future__ import annotations

from typing import Final

from analysis.measures.catalogue.record import MARKETING_METRICS, Measure, Part

WIN_RATE, SALES_CYCLE_DAYS, STAGE_DAYS = "win_rate", "sales_cycle_days", "stage_days"

_SALES_FORCE = f"{MARKETING_METRICS}, ch. 6"
_CLOSED = ("opportunities.closed_at", "opportunities.outcome")

ENTRIES: Final = (
    Measure(
        WIN_RATE, "process", Part("closed", lambda closed: closed.is_won.sum()), "rate", "up",
        False, denominator=Part("closed", lambda closed: closed.count()), needs=_CLOSED,
        source=_SALES_FORCE,
    ),
    Measure(
        SALES_CYCLE_DAYS, "process",
        Part("closed", lambda closed: (closed.cycle_days * closed.is_won).sum()), "days", "down",
        False, denominator=Part("closed", lambda closed: closed.is_won.sum()), needs=_CLOSED,
        squares=Part(
            "closed",
            lambda closed: (closed.cycle_days * closed.cycle_days * closed.is_won).sum(),
        ),
        source=_SALES_FORCE,
    ),
    Measure(
        STAGE_DAYS, "process", Part("closed", lambda closed: closed.staged_days.sum()), "days",
        "down", False, denominator=Part("closed", lambda closed: closed.steps.sum()),
        needs=(*_CLOSED, "stage_events"), source=_SALES_FORCE,
    ),
)  # fmt: skip
