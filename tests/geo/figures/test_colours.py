"""Colours of classes: legible on, and told apart by everybody."""

from itertools import combinations, pairwise

import numpy as np
import pytest

from geo.maps.palette import AROUND, RISING
from geo.vocabulary import CLASSES, Class

# Machado, Oliveira and Fernandes (2009), severity 1: linear RGB as the colour-blind see it.
SIGHTS = {
    "usual": np.eye(3),
    "protan": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deutan": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritan": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750],
     [0.0193339, 0.1191920, 0.9503041]]
)  # fmt: skip
WHITE = "#ffffff"
INK = "#1c1c1c"
LEGEND = [CLASSES[c].colour for c in reversed(Class)] + [WHITE]


def linear(colour):
    share = np.array([int(colour[k : k + 2], 16) for k in (1, 3, 5)]) / 255
    return np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)


def lab(colour, sight):
    xyz = XYZ @ np.clip(SIGHTS[sight] @ linear(colour), 0, 1) / (0.95047, 1, 1.08883)
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def distance(first, second, sight):
    return np.linalg.norm(lab(first, sight) - lab(second, sight))


def contrast(first, second):
    light, dark = sorted((XYZ[1] @ linear(c) for c in (first, second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("sight", SIGHTS)
def test_neighbours_in_the_legend_are_told_apart(sight):
    assert min(distance(a, b, sight) for a, b in pairwise(LEGEND)) > 19


@pytest.mark.parametrize("sight", SIGHTS)
def test_any_two_classes_are_told_apart(sight):
    assert min(distance(a, b, sight) for a, b in combinations(LEGEND[:-1], 2)) > 15


def test_dark_text_is_legible_on_every_class():
    assert min(contrast(colour, INK) for colour in LEGEND) > 4.5


@pytest.mark.parametrize("sight", SIGHTS)
@pytest.mark.parametrize("steps", [RISING, AROUND])
def test_neighbouring_steps_of_a_measure_are_told_apart(steps, sight):
    assert min(distance(a, b, sight) for a, b in pairwise(steps)) > 13.9


def test_dark_text_is_legible_on_every_step():
    assert min(contrast(colour, INK) for colour in (*RISING, *AROUND)) > 4.5
