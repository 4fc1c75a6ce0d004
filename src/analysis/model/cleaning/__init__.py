"""Cleaning: what of the rows read can be trusted, and what became of the rest.

Every rule is a small function that says where it speaks and what it does there; what it does is set
in ``params/trust.yml`` or a firm's ``trust``. Nothing disappears: a row that is not kept is in
the quarantine with rule, source, row and reason, a value that was changed is in the repairs as it
was and as it is, a row that is doubted and kept is in the flags. Rows and revenue read are those
kept, rejected and merged, for every system and month.
"""

from __future__ import annotations

from analysis.model.cleaning.clean import clean
from analysis.model.cleaning.everywhere import duplicates_across
from analysis.model.cleaning.filling import system_channels
from analysis.model.cleaning.record import Cleaned, Context
from analysis.model.cleaning.usual import product_norms

__all__ = [
    "Cleaned", "Context", "clean", "duplicates_across", "product_norms", "system_channels",
]  # fmt: skip
