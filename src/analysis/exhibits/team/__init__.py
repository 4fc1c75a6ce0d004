"""Pictures and tables of how well the team sells."""

from analysis.exhibits.team.compared import (
    compared_table,
    deals_table,
    funnel,
    results_table,
    teams_table,
)
from analysis.exhibits.team.scores import (
    profile_table,
    scorecard,
    scorecard_table,
    targets_table,
    weights_table,
)

__all__ = [
    "compared_table",
    "deals_table",
    "funnel",
    "profile_table",
    "results_table",
    "scorecard",
    "scorecard_table",
    "targets_table",
    "teams_table",
    "weights_table",
]
