"""Colours that carry a difference can be told apart in grey print and by colour-blind readers."""

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from analysis.exhibits import theme

PAIRS = [(theme.GAIN, theme.LOSS), (theme.ACCENT, theme.BEFORE), (theme.INK, theme.BEFORE)]
# How a reader without green receptors sees linear light: Viénot, Brettel & Mollon (1999).
DEUTERANOPIA = np.array(
    [[0.29275, 0.70725, 0.0], [0.29275, 0.70725, 0.0], [-0.02234, 0.02234, 1.0]]
)


def linear(colour: str) -> np.ndarray:
    parts = np.array(to_rgb(colour))
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def luminance(light: np.ndarray) -> float:
    return float(light @ [0.2126, 0.7152, 0.0722])


def contrast(one: np.ndarray, other: np.ndarray) -> float:
    """WCAG contrast ratio, from 1 (alike) to 21 (black and white)."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("pair", PAIRS)
def test_pairs_differ_in_grey(pair):
    assert contrast(linear(pair[0]), linear(pair[1])) > 1.7


@pytest.mark.parametrize("pair", PAIRS)
def test_pairs_differ_without_green_receptors(pair):
    one, other = (np.clip(DEUTERANOPIA @ linear(colour), 0, 1) for colour in pair)
    assert contrast(one, other) > 1.7


@pytest.mark.parametrize("colour", [theme.INK, theme.MUTED, theme.ACCENT])
def test_text_can_be_read_on_white(colour):
    assert contrast(linear(colour), np.ones(3)) > 4.5
