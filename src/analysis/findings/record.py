"""A finding: one sentence, the numbers in it and the exhibit that shows them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from html import escape
from typing import Any

from analysis.params import Run
from analysis.text import escaped, words

MIME = "application/vnd.analysis.finding+json"
Values = dict[str, float | None]


@dataclass(frozen=True)
class Finding:
    """One sentence a reader may quote, and what stands behind it.

    As the last value of a notebook cell it shows its sentence and leaves the whole record in the
    cell's output, where ``pack.collect`` reads it. The sentence in the notebook and the one in the
    pack are therefore one object.

    Attributes
    ----------
    id : str
        ``<notebook>.<name>``, the same in every pack.
    sentence : str
        Plain text.
    values : dict
        Every number the sentence rests on, unrounded; ``None`` where there is none.
    units : dict
        Unit of each value: ``money``, ``count``, ``rate`` (0–1), ``points``, ``months``, ``days``.
    exhibit : str
        Label of the figure or table that shows it.
    n : int
        How many records it rests on.
    notable : bool
        Whether a director should read it on the front page.
    at_stake : float
        Money it is about, over the period, for ranking findings; 0 where it is about none.
    surprise : float
        How unusual it is, 0–1: the share of earlier, alike periods that moved less. One half where
        nothing is known of what is usual.
    certainty : float
        How sure it is, 0–1: 1 for what was counted; for an estimate, 1 less the chance that there
        is nothing.
    subject : str
        What it is about, ``category:Furniture``; the front page says one thing of each subject.
    caveats : tuple of str
        What a careful reader must know before quoting it.
    """

    id: str
    sentence: str
    values: Values
    units: Mapping[str, str]
    exhibit: str
    n: int
    notable: bool
    at_stake: float = 0.0
    surprise: float = 0.5
    certainty: float = 1.0
    subject: str = ""
    caveats: tuple[str, ...] = field(default=())

    @property
    def weight(self) -> float:
        """What ranks findings: money at stake, less what is uncertain, less half what is usual."""
        return self.at_stake * self.certainty * (0.5 + 0.5 * self.surprise)

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        caveats = "".join(f"\n\n*{escaped(text)}*" for text in self.caveats)
        return {
            "text/markdown": f"::: {{.finding}}\n**{escaped(self.sentence)}**{caveats}\n:::\n",
            "text/html": f"<p><strong>{escape(self.sentence)}</strong></p>"
            + "".join(f"<p><em>{escape(text)}</em></p>" for text in self.caveats),
            "text/plain": self.sentence,
            MIME: asdict(self),
        }

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> Finding:
        """Rebuild a finding from its JSON form, in which tuples are lists."""
        return cls(**{**record, "caveats": tuple(record["caveats"])})


def partial_period(is_whole: bool) -> tuple[str, ...]:
    """The caveat of a comparison whose period the data do not hold to its end."""
    return () if is_whole else (words("caveat.partial"),)


def not_over(said: Callable[..., Finding], run: Run) -> Finding:
    """In place of a finding that would set the days so far against a whole period.

    Parameters
    ----------
    said : callable
        Makes the finding; knows its id and exhibit.
    run : Run
        Gives the period, which the data do not hold to its end.
    """
    sentence = words("finding.not_over", period=run.period.label)
    return said(sentence=sentence, values={}, units={}, n=0, notable=False)


def number(value: float) -> float | None:
    """A number as findings keep it: a missing one is ``None``, which JSON can hold."""
    return float(value) if math.isfinite(value) else None
