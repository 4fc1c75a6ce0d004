"""How well the team sells: results, comparison with peers, profile, scorecard and targets."""

from analysis.analyses.team.compare import Team, compared, team
from analysis.analyses.team.profile import lost_stage, margin_gap, profile
from analysis.analyses.team.results import results, shortened, teams
from analysis.analyses.team.scorecard import parts, scorecard, telling_scores, weights
from analysis.analyses.team.targets import fewer, next_period, targets
from analysis.analyses.team.views import by_revenue, funnel, funnel_limits, telling

__all__ = [
    "Team",
    "by_revenue",
    "compared",
    "fewer",
    "funnel",
    "funnel_limits",
    "lost_stage",
    "margin_gap",
    "next_period",
    "parts",
    "profile",
    "results",
    "scorecard",
    "shortened",
    "targets",
    "team",
    "teams",
    "telling",
    "telling_scores",
    "weights",
]
