"""Labels and axes that several pictures share."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from analysis.exhibits import theme
from analysis.params import Run
from analysis.text import words

Label = tuple[float, str, str]
"""Where on the value axis, what, and in which colour."""


def names_of(index: pd.Index, run: Run) -> list[str]:
    """What a reader calls the parts of a dimension."""
    return [run.part(str(index.name), str(value)) for value in index]


def end_labels(axes: Axes, x: float, labels: list[Label], size: float = theme.LABEL) -> None:
    """Write labels to the right of ``x``, where lines end, moved apart where they would overlap.

    The axes must have their final limits.
    """
    present = sorted((label for label in labels if pd.notna(label[0])), key=lambda label: label[0])
    axes.figure.draw_without_rendering()  # type: ignore[union-attr]
    low, high = axes.get_ylim()
    per_line = (
        (high - min(low, 0))
        / (axes.get_window_extent().height / axes.figure.dpi * 72)
        * size
        * 1.45
    )
    free_from = float("-inf")
    for value, text, colour in present:
        lines = text.count("\n") + 1
        centre = max(value, free_from + per_line * lines / 2)
        free_from = centre + per_line * lines / 2
        axes.annotate(
            text, (x, centre), xytext=(7, 0), textcoords="offset points", color=colour,
            va="center", fontsize=size, linespacing=1.15, annotation_clip=False,
        )  # fmt: skip


def month_axis(axes: Axes, months: pd.PeriodIndex) -> None:
    """Write months under a time axis whose places are 0, 1, 2 …: few, and each year once."""
    step = 1 if len(months) <= 8 else 3 if len(months) <= 40 else 6
    places = list(range(len(months) - 1, -1, -step))[::-1]
    texts, year = [], None
    for place in places:
        month = months[place]
        name = words(f"month_short.{month.month}")
        texts.append(name if month.year == year else f"{name}\n{month.year}")
        year = month.year
    axes.set_xticks(places, texts)
    axes.set_xlim(-0.5, len(months) - 0.5)
