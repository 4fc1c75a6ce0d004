"""Grids of shaded cells, each with its figures in words: two dimensions at a glance."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap

from matplotlib.colors import to_rgba
from matplotlib.figure import Figure as Drawing
from matplotlib.patches import Rectangle

from analysis.exhibits import theme

ROW, HEAD = 0.46, 0.42
"""Inches of a row of two lines, and of the heads above."""
DARKEST = 0.55
"""How strong the strongest shade is: figures in ink must be read on it."""
CHARACTERS = 78
"""That fit side by side across a page."""


def grid(
    texts: Sequence[Sequence[str]],
    shades: Sequence[Sequence[float]],
    rows: Sequence[str],
    columns: Sequence[str],
    totals: bool = True,
) -> Drawing:
    """Draw cells with their texts, shaded from loss (-1) over nothing (0) to gain (1).

    Parameters
    ----------
    texts : sequence of sequence of str
        What stands in each cell, by row; at most two lines.
    shades : sequence of sequence of float
        From -1 to 1; missing is no shade.
    rows, columns : sequence of str
        What they are called.
    totals : bool
        Whether the last row and column add up the others, and are set apart.
    """
    figure, (axes,) = theme.canvas(HEAD + 0.1 + ROW * len(rows))
    for place, row in enumerate(texts):
        for column, text in enumerate(row):
            last = totals and (place == len(rows) - 1 or column == len(columns) - 1)
            axes.add_patch(
                Rectangle(
                    (column - 0.48, place - 0.46), 0.96, 0.92, linewidth=0,
                    facecolor=_colour(shades[place][column]),
                )
            )  # fmt: skip
            axes.text(
                column, place, text, ha="center", va="center", fontsize=theme.LABEL,
                linespacing=1.1, fontweight="semibold" if last else "normal",
            )  # fmt: skip
    width = CHARACTERS // (len(columns) + 2)
    heads = ["\n".join(wrap(name, max(width, 9))) for name in columns]
    axes.set_xticks(range(len(columns)), heads)
    axes.set_yticks(range(len(rows)), list(rows))
    axes.xaxis.tick_top()
    axes.tick_params(length=0, labelcolor=theme.INK)
    axes.spines[["bottom", "left", "top"]].set_visible(False)
    axes.set(xlim=(-0.5, len(columns) - 0.5), ylim=(len(rows) - 0.5, -0.5))
    if totals:
        axes.axhline(len(rows) - 1.5, color=theme.MUTED, linewidth=0.8)
        axes.axvline(len(columns) - 1.5, color=theme.MUTED, linewidth=0.8)
    return figure


def _colour(shade: float) -> tuple[float, float, float, float]:
    if shade != shade:  # missing
        return to_rgba("white")
    strength = min(abs(shade), 1.0) * DARKEST
    return to_rgba(theme.GAIN if shade > 0 else theme.LOSS, strength)
