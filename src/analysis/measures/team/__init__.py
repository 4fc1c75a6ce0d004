"""What salespeople did with their accounts: sums by person and stratum, for fair comparison."""

from analysis.measures.team.books import (
    Book,
    books,
    lost_after,
    people,
    plan_of,
    sold,
    window,
)
from analysis.measures.team.compared import COMPARED, STRATA, Compared

__all__ = [
    "COMPARED",
    "STRATA",
    "Book",
    "Compared",
    "books",
    "lost_after",
    "people",
    "plan_of",
    "sold",
    "window",
]
