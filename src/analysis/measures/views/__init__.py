"""The rows measures are taken over, by name: what a half of a measure is ``of``."""

from __future__ import annotations

from typing import Final

from analysis.measures.views import business, orders, people
from analysis.measures.views.record import Scope, View

__all__ = ["VIEWS", "Scope", "View"]

VIEWS: Final = orders.VIEWS | business.VIEWS | people.VIEWS
