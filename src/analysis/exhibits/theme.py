"""One look for every picture: type, colours, lines.

The colours tell apart for colour-blind readers and, differing in lightness, in grey print; none
of them carries meaning alone, as every mark has its label.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path

import matplotlib as mpl
import seaborn as sns
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

INK, MUTED, RULE = "#1b2a41", "#5c6b7a", "#d9dfe5"
ACCENT, BEFORE, BAND = "#1f5f99", "#9aa7b4", "#dbe7f2"
GAIN, LOSS = "#14746f", "#d9822b"
WIDTH = 6.7
"""Inches: the text width of an A4 page, so that type in pictures is as large as the text's."""

LABEL = 10.5
"""Points: as the text's, and still to be read when a phone shows the figure at half its size."""

_FONT = "Source Sans Pro"
_FACES = ("Regular", "Semibold", "Bold", "It")


@cache
def apply() -> None:
    """Make the theme the one every figure of this process is drawn in."""
    folder = Path(str(files("font_source_sans_pro"))) / "files"
    for face in _FACES:
        font_manager.fontManager.addfont(folder / f"SourceSansPro-{face}.ttf")
    sns.set_theme(
        style="white",
        rc={
            "font.family": _FONT,
            "font.size": LABEL,
            "axes.labelsize": LABEL,
            "axes.labelcolor": MUTED,
            "axes.edgecolor": RULE,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.spines.left": False,
            "axes.grid": False,
            "text.color": INK,
            "xtick.color": MUTED,
            "ytick.color": MUTED,
            "xtick.labelsize": LABEL,
            "ytick.labelsize": LABEL,
            "xtick.bottom": False,
            "ytick.left": False,
            "lines.linewidth": 2.0,
            "svg.fonttype": "path",
            "svg.hashsalt": "analysis",  # equal tables give equal files
        },
    )
    mpl.rcParams["axes.unicode_minus"] = True


def canvas(height: float, columns: int = 1) -> tuple[Figure, list[Axes]]:
    """An empty figure of the page's width, ``height`` inches high, with axes side by side.

    It belongs to whoever holds it: pyplot, which keeps every figure it makes, is not used.
    """
    apply()
    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    axes = figure.subplots(1, columns, squeeze=False)
    return figure, list(axes[0])


def bars_only(axes: Axes) -> None:
    """Take away a value axis whose bars carry their values as labels."""
    axes.spines[["bottom", "left"]].set_visible(False)
    axes.tick_params(bottom=False, labelbottom=False, left=False)
    axes.tick_params(axis="y", labelcolor=INK)
    axes.set(xlabel="", ylabel="")


def few_ticks(number: int) -> MaxNLocator:
    """At most ``number`` steps on a value axis, at round values."""
    return MaxNLocator(nbins=number, steps=[1, 2, 2.5, 5, 10])


def label_bar(axes: Axes, reach: float, place: float, text: str) -> None:
    """Write a label at the end of a horizontal bar, on the side it points to."""
    right = reach >= 0
    axes.annotate(
        text,
        (reach, place),
        xytext=(6 if right else -6, 0),
        textcoords="offset points",
        va="center",
        ha="left" if right else "right",
        fontsize=LABEL,
    )
