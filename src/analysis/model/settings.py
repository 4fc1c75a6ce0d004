"""How far data are trusted, as ``params/trust.yml`` says it and a firm's file may say otherwise."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from analysis import params, paths
from analysis.settings import Share, Strict

Positive = Annotated[float, Field(gt=0)]


class Cleaning(Strict):
    """What each cleaning rule does; see ``model.cleaning``."""

    unreadable: Literal["repair", "reject"]
    impossible: Literal["reject", "flag"]
    credit_lines: Literal["keep", "reject"]
    unknown_keys: Literal["flag", "reject"]
    exact_duplicates: Literal["merge", "flag"]
    cross_system_duplicates: Literal["merge", "flag"]
    near_duplicates: Literal["merge", "flag"]
    near_duplicate_minutes: Positive
    near_duplicate_numbers: Positive
    """How far apart order numbers may be, where a system knows the day alone."""
    fill_missing: bool
    outliers: Literal["flag", "reject"]
    outlier_distance: Positive
    """Robust standard deviations of the logarithm."""
    units: dict[str, Positive]
    """Units in one of each pack that a system may count in."""


class Linkage(Strict):
    """When records of two systems are one customer; see ``model.linkage``."""

    match_probability: Share
    review_probability: Share
    overrides: str
    """File of a person's decisions, below the project's folder."""

    @model_validator(mode="after")
    def _in_order(self) -> Linkage:
        if self.review_probability > self.match_probability:
            raise ValueError("review_probability must not be above match_probability")
        return self


class Gate(Strict):
    """What is asked of one figure, and what a miss does."""

    at_least: float | None = None
    at_most: float | None = None
    level: Literal["fail", "warn", "note"]

    @model_validator(mode="after")
    def _one_side(self) -> Gate:
        if (self.at_least is None) == (self.at_most is None):
            raise ValueError("give one of at_least and at_most")
        return self

    def meets(self, value: float) -> bool:
        """Whether a value does what is asked."""
        if self.at_least is not None:
            return value >= self.at_least
        return value <= float(self.at_most or 0.0)


class Gates(Strict):
    """Every gate; see ``model.gates``."""

    coverage: Gate
    unreadable_share: Gate
    misread_columns: Gate
    rejected_share: Gate
    orphan_share: Gate
    unmapped_share: Gate
    required_sources: Gate
    silent_months: Gate
    freshness: Gate
    ambiguous_customers: Gate
    reconciliation: Gate
    restated_closed_months: Gate


class Trust(Strict):
    """The whole of ``params/trust.yml``."""

    cleaning: Cleaning
    linkage: Linkage
    gates: Gates


def load(own: dict[str, Any] | None = None, folder: Path | None = None) -> Trust:
    """Read ``params/trust.yml`` and lay a firm's own settings over it.

    Raises
    ------
    ParameterError
        If a key is unknown, missing or of the wrong kind; names file and key.
    """
    file = (folder or paths.PARAMS) / "trust.yml"
    given = params.read_yaml(file)
    return params.checked(Trust, params.over(given, own or {}), file)
