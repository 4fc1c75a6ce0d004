"""Plain horizontal bars with labels: the picture of most tables that count something."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing
from matplotlib.text import Annotation

from analysis import units
from analysis.exhibits import theme
from analysis.text import words

ROW = 0.34
"""Inches a bar and the room about it take."""


def bars(
    values: Sequence[float],
    names: Sequence[str],
    labels: Sequence[str],
    colours: Sequence[str] | str = theme.ACCENT,
) -> tuple[Drawing, Axes]:
    """Draw one bar a row from a common zero, each with its label at its end.

    Parameters
    ----------
    values : sequence of float
        Length of each bar, first at the top; below zero points left.
    names : sequence of str
        What each is called.
    labels : sequence of str
        What is written at its end.
    colours : str or sequence of str
        Of all bars, or of each.
    """
    figure, (axes,) = theme.canvas(0.12 + ROW * max(len(values), 1))
    shades = [colours] * len(values) if isinstance(colours, str) else list(colours)
    axes.barh(range(len(values)), list(values), height=0.62, color=shades, linewidth=0)
    axes.set_yticks(range(len(names)), list(names))
    axes.set_ylim(len(values) - 0.5, -0.5)
    theme.bars_only(axes)
    texts = [
        label(axes, value, place, text)
        for place, (value, text) in enumerate(zip(values, labels, strict=True))
    ]
    make_room(axes, values, texts)
    if min(values, default=0.0) < 0:
        axes.axvline(0, color=theme.INK, linewidth=0.8)
    return figure, axes


def label(axes: Axes, value: float, place: float, text: str) -> Annotation:
    """Write a label at the end of a bar, on a ground that covers a line it may cross."""
    right = value >= 0
    text_at_end = axes.annotate(
        text,
        (value, place),
        xytext=(6 if right else -6, 0),
        textcoords="offset points",
        va="center",
        ha="left" if right else "right",
        fontsize=theme.LABEL,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6},
    )
    text_at_end.set_in_layout(False)  # room is made inside the axes
    return text_at_end


def make_room(axes: Axes, values: Sequence[float], texts: Sequence[Annotation]) -> None:
    """Set the limits of the value axis so that bars and the labels at their ends are inside."""
    figure = axes.get_figure(root=True)
    if figure is None or not values:
        return
    figure.draw_without_rendering()
    wide = axes.get_window_extent().width
    need = [(text.get_window_extent().width + 12 * figure.dpi / 72) / wide for text in texts]
    low, high = min([0.0, *values]), max([0.0, *values])
    span = (high - low) or 1.0
    for _ in range(60):  # each label takes a share of a span that grows with it
        right = max(
            [0.0, *(v + part * span for v, part in zip(values, need, strict=True) if v >= 0)]
        )
        left = min([0.0, *(v - part * span for v, part in zip(values, need, strict=True) if v < 0)])
        span = max(right, high) - min(left, low)
    axes.set_xlim(min(left, low), max(right, high, low + span * 0.01))


def stacked(
    parts: Sequence[Sequence[float]],
    names: Sequence[str],
    labels: Sequence[str],
    colours: Sequence[str],
) -> tuple[Drawing, Axes]:
    """Draw one bar a row made of parts, with one label at its end.

    Parameters
    ----------
    parts : sequence of sequence of float
        For each colour, its part of every row.
    names, labels : sequence of str
        Of each row.
    colours : sequence of str
        Of each part.
    """
    whole = [sum(row) for row in zip(*parts, strict=True)]
    figure, axes = bars(whole, names, labels, colours="none")
    begin = [0.0] * len(whole)
    for part, colour in zip(parts, colours, strict=True):
        axes.barh(range(len(whole)), list(part), left=begin, height=0.62, color=colour, linewidth=0)
        begin = [done + more for done, more in zip(begin, part, strict=True)]
    return figure, axes


def in_words(names: Sequence[str], labels: Sequence[str]) -> str:
    """The bars as an alt text says them: ``Orders 35; Web shop 80``."""
    return "; ".join(f"{name} {label}" for name, label in zip(names, labels, strict=True))


def more(left: int) -> str:
    """The end of a note under a table that leaves out its last ``left`` rows."""
    return " " + words("note.more", n=units.count(left)) if left > 0 else ""
