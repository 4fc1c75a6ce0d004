"""People, places, months and differences inside a sentence."""

from __future__ import annotations

import pandas as pd

from analysis import units
from analysis.params import WHOLE_FIRM, Run
from analysis.periods import Period, month_label
from analysis.text import words


def who(name: str, person: str) -> str:
    """A person by name and number; by number alone where no name is known."""
    return name if name == person else words("team.person", name=name, number=person)


def place(run: Run) -> str:
    """Where the run's people sell, inside a sentence."""
    return words("team.firm") if run.region == WHOLE_FIRM else run.region_label


def window(judged: Period) -> str:
    """The months judged, inside a sentence: ``the 12 months to October 2026``."""
    month = month_label(judged.last)
    months = judged.month_count
    return words("team.months", n=months, month=month) if months > 1 else month


def apart(row: pd.Series, column: str, run: Run) -> str:
    """A difference as its measure's unit wants it."""
    return units.apart(row[column], row["unit"], run.currency)
