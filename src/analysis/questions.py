"""What is asked of a change, and thresholds of its answers: ``params/questions.yml``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field

from analysis import paths
from analysis.params import checked, read_yaml
from analysis.settings import Share, Strict

FILE = "questions.yml"
Count = Annotated[int, Field(ge=1)]


class Events(Strict):
    """How long before and after an event is looked at; see ``analyses.events``."""

    months: Count
    longest_weeks: Annotated[int, Field(ge=1, le=52)]
    before_weeks: Annotated[int, Field(ge=4, le=52)]
    least_before_weeks: Count
    firm_weeks: Count
    widest: Annotated[float, Field(gt=0)]
    nothing: Share


class Supply(Strict):
    """When products without stock can matter."""

    out_days: Share
    base_share: Share


class Moved(Strict):
    """The smallest growth that counts as a movement."""

    moved: Share


class Promotion(Strict):
    """When promotions differ between period and base."""

    days: Count
    revenue_share: Share


class Holiday(Strict):
    """When holidays differ between period and base."""

    days: Count


class Service(Strict):
    """Customers it takes; what a slow answer is and who is gone, ``loss`` of ``base.yml`` says."""

    least: Count


class Questions(Strict):
    """Everything ``params/questions.yml`` sets."""

    cells: Annotated[int, Field(ge=0, le=6)]
    least_lines: Count
    placebos: Annotated[int, Field(ge=19)]
    """With fewer than 19, the largest of them is not yet beyond 95 %."""
    supported_share: Share
    named_share: Share
    events: Events
    supply: Supply
    market: Moved
    price: Moved
    promotion: Promotion
    holiday: Holiday
    service: Service


def load(folder: Path | None = None) -> Questions:
    """Read ``questions.yml`` and check it.

    Raises
    ------
    ParameterError
        If a key is unknown, missing or of the wrong kind; names file, key and the nearest valid
        one.
    """
    path = (folder or paths.PARAMS) / FILE
    return checked(Questions, read_yaml(path), path)
