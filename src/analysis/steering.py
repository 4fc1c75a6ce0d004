"""What a firm steers by: the indicators of its profile, and what they are held against."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, model_validator

from analysis.settings import Share, Strict

DIMENSIONS_AT_LEAST, DIMENSIONS_AT_MOST = 3, 5
"""Fewer say too little; of more, none is key (requirement of the trade's own templates)."""
WEIGHTS_ADD_UP_TO = 1e-6


class Steered(Strict):
    """One dimension of the business: how much it weighs and what it is measured by."""

    weight: Share
    indicators: Annotated[tuple[str, ...], Field(min_length=1)]


class Profile(Strict):
    """The indicators of a pack's first page, by dimension, the weightiest first."""

    most: Annotated[int, Field(ge=1, le=12)]
    """Most indicators that may stand on the first page."""
    dimensions: dict[str, Steered]

    @model_validator(mode="after")
    def _holds_to_its_limits(self) -> Profile:
        if not DIMENSIONS_AT_LEAST <= len(self.dimensions) <= DIMENSIONS_AT_MOST:
            raise ValueError(
                f"there must be {DIMENSIONS_AT_LEAST} to {DIMENSIONS_AT_MOST} dimensions; "
                f"found {len(self.dimensions)}"
            )
        total = sum(one.weight for one in self.dimensions.values())
        if abs(total - 1) > WEIGHTS_ADD_UP_TO:
            raise ValueError(f"weights must add up to 1; they add up to {total:g}")
        if len(self.indicators) > self.most:
            raise ValueError(f"there are {len(self.indicators)} indicators; at most {self.most}")
        repeated = {name for name in self.indicators if self.indicators.count(name) > 1}
        if repeated:
            raise ValueError(f"an indicator stands in one dimension; repeated: {sorted(repeated)}")
        return self

    @property
    def indicators(self) -> tuple[str, ...]:
        """All of them, the weightiest dimension's first."""
        return tuple(
            name
            for one in sorted(self.dimensions.values(), key=lambda one: -one.weight)
            for name in one.indicators
        )

    @property
    def weights(self) -> Mapping[str, float]:
        """Each indicator's weight: its dimension's, shared out evenly."""
        return {
            name: one.weight / len(one.indicators)
            for one in self.dimensions.values()
            for name in one.indicators
        }


class Held(Strict):
    """What an indicator is held against, in the indicator's unit."""

    indicator: str
    kind: Literal["target", "benchmark"]
    value: float
    source: Annotated[str, Field(min_length=1)]
    """Who set it or published it, and when."""
    region: str = ""
    """The region it is for; empty: every one."""


class Targets(Strict):
    """A firm's file of targets and benchmarks."""

    held: tuple[Held, ...]


NO_PROFILE = Profile(
    most=3,
    dimensions={
        "growth": Steered(weight=0.4, indicators=("revenue",)),
        "customers": Steered(weight=0.3, indicators=("customers",)),
        "profit": Steered(weight=0.3, indicators=("average_order_value",)),
    },
)
"""What any firm with order lines can be steered by."""
