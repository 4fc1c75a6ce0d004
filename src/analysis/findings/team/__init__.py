"""How well the team sells, in words."""

from analysis.findings.team.people import unusual
from analysis.findings.team.results import teams, unowned
from analysis.findings.team.scores import profile, scorecard, targets

__all__ = ["profile", "scorecard", "targets", "teams", "unowned", "unusual"]
