"""What ``params/base.yml`` may set, block by block, each checked before anything runs."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Share = Annotated[float, Field(ge=0, le=1)]


class Strict(BaseModel):
    """A block of settings in which an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class TierShares(Strict):
    """Share of customers each tier is expected to have; shown beside the actual one."""

    high_value: Share
    potential: Share
    basic: Share
    at_risk: Share


class Rfm(Strict):
    """How customers are scored; see ``analyses.segmentation``."""

    months: Annotated[int, Field(ge=1, le=120)]
    """Window that is scored, in months up to the as-of date."""
    high_score: Annotated[float, Field(gt=1, le=5)]
    """Smallest score, 1 to 5, that counts as high."""
    reference_shares: TierShares


class Forecast(Strict):
    """How the forecast is made and tried; see ``analyses.predictive``."""

    horizon_months: Annotated[int, Field(ge=1, le=24)]
    backtest_folds: Annotated[int, Field(ge=2, le=36)]
    min_history_months: Annotated[int, Field(ge=6)]


class Settings(Strict):
    """Everything ``params/base.yml`` sets and a region may set otherwise."""

    goal: str
    """What the pack is for, in a sentence; stands on its front page."""
    notable_share: Share
    """Smallest change worth a sentence of its own, as a share of its base."""
    trend_months: Annotated[int, Field(ge=13, le=60)]
    rank_rows: Annotated[int, Field(ge=3, le=40)]
    min_customers: Annotated[int, Field(ge=1)]
    """Smallest number of customers a segment needs before a sentence is said about it."""
    show_personal: bool
    """Whether packs show names and numbers of customers whole; masked otherwise."""
    rfm: Rfm
    forecast: Forecast


class Region(Settings):
    """The settings as they hold in one region."""

    label: str
