"""Which findings stand on the front page, and in which order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from analysis.findings.record import Finding

PLACES: Final = 5
HEADLINE: Final = "descriptive.headline"
WHY: Final = ("verdicts.", "board.where", "collections.rule")
"""Findings that say why something happened, or where, and not only that it did."""
FROM_ONE_CHAPTER: Final = 2
"""Beside the headline."""
DESCRIBES: Final = (
    "descriptive.", "season.", "calendar.", "cuts.", "bridge.", "segmentation.", "concentration.",
    "diagnostic.",
)  # fmt: skip
"""Findings that say how things stand: of much money always, and seldom news."""
FORETELLS: Final = "predictive."
NEWS, DESCRIPTION = "news", "description"


def most_notable(findings: Sequence[Finding], chapter_of: Mapping[str, str]) -> list[Finding]:
    """The findings for the front page, the one that matters most first.

    The headline, also of a period in which little moved; then what is notable, by weight: the
    money at stake, less where it is uncertain, less where it is usual (``Finding.weight``). A
    named cause, exception or missed target comes before what only describes: of descriptions one
    at most, of forecasts one, each where its weight puts it behind the first exception. One
    finding of each subject - the one that says why or where, if there is one - and at most two
    from a chapter, so that neither one event nor one chapter crowds out the rest.

    Parameters
    ----------
    findings : sequence of Finding
        Of all chapters.
    chapter_of : mapping of str to str
        The chapter each exhibit of the pack stands in, by its label. A finding whose exhibit is
        not shown is not told.
    """
    shown = [one for one in findings if one.exhibit in chapter_of]
    notable = [one for one in shown if one.notable and one.id != HEADLINE]
    ranked = sorted(_of_each_subject(notable), key=lambda one: -one.weight)
    told = [one for one in shown if one.id == HEADLINE]
    taken: Counter[str] = Counter()
    for finding in ranked:
        groups = {chapter_of[finding.exhibit]: FROM_ONE_CHAPTER}
        if (kind := _kind(finding)) != NEWS:
            groups[kind] = 1
        if len(told) < PLACES and all(taken[name] < most for name, most in groups.items()):
            told.append(finding)
            taken.update(groups.keys())
    return sorted(told, key=lambda one: (one.id != HEADLINE, _kind(one) != NEWS))


def _kind(finding: Finding) -> str:
    """Whether a finding is news, or describes, or foretells."""
    if finding.id.startswith(FORETELLS):
        return FORETELLS
    return DESCRIPTION if finding.id.startswith(DESCRIBES) else NEWS


def _of_each_subject(findings: Sequence[Finding]) -> list[Finding]:
    """One finding of each subject; those that name none are each their own."""
    best: dict[str, Finding] = {}
    for finding in findings:
        subject = finding.subject or finding.id
        rival = best.get(subject)
        if rival is None or _says_more(finding, rival):
            best[subject] = finding
    return list(best.values())


def _says_more(one: Finding, other: Finding) -> bool:
    """Whether one says why and the other does not; if neither or both, whether it weighs more."""
    says_why = one.id.startswith(WHY), other.id.startswith(WHY)
    return says_why[0] if says_why[0] != says_why[1] else one.weight > other.weight
