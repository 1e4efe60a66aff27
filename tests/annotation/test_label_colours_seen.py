"""The colours that labels begin with, as they are seen with and without a weakness for colours."""

from __future__ import annotations

import numpy as np
import pytest

from dashboard import demo
from dashboard.annotation.label_table import COLORS, MOST_KEYS, color_of, first_labels

# Machado, Oliveira and Fernandes 2009, doi:10.1109/TVCG.2009.113, severity 1; on linear RGB.
SEEN_BY = {
    "normal": np.eye(3),
    "protanope": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranope": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanope": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
# Ottosson 2020, https://bottosson.github.io/posts/oklab
TO_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def rgb(color):
    return np.array([int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)])


def seen(colors, by):
    """Colours as rows of RGB, in OKLab as somebody sees them."""
    colors = np.asarray(colors)
    linear = np.where(colors <= 0.04045, colors / 12.92, ((colors + 0.055) / 1.055) ** 2.4)
    linear = np.clip(linear @ np.array(SEEN_BY[by]).T, 0, 1)
    return np.cbrt(linear @ TO_CONES.T) @ TO_LAB.T


def smallest_distance(colors, by):
    """How far apart the two most alike of some colours are."""
    places = seen([rgb(color) for color in colors], by)
    apart = np.linalg.norm(places[:, None] - places, axis=-1)
    return apart[np.triu_indices(len(places), 1)].min()


def test_black_and_white_are_one_apart_for_everybody():
    for by in SEEN_BY:
        assert smallest_distance(["#000000", "#ffffff"], by) == pytest.approx(1, abs=1e-3)


def test_red_and_green_are_alike_for_a_deuteranope_only():
    pair = ["#a04000", "#5b6b00"]

    assert smallest_distance(pair, "deuteranope") < 0.1 < smallest_distance(pair, "tritanope")


@pytest.mark.parametrize("by", SEEN_BY)
@pytest.mark.parametrize(
    ("first", "apart"), [(4, 0.2), (MOST_KEYS, 0.1), (MOST_KEYS + 3, 0.08), (len(COLORS), 0.065)]
)
def test_the_first_colours_can_be_told_apart(first, apart, by):
    assert smallest_distance(map(color_of, range(1, first + 1)), by) > apart


@pytest.mark.parametrize("by", SEEN_BY)
def test_the_labels_of_the_demo_can_be_told_apart(by):
    colors = [label.color for label in first_labels(demo.LABELS)]

    assert len(colors) == len(demo.LABELS)
    assert smallest_distance(colors, by) > 0.2


@pytest.mark.parametrize("by", SEEN_BY)
@pytest.mark.parametrize("grey", [0.0, 0.15, 0.3, 0.5, 0.7, 0.85, 1.0])
def test_a_colour_at_half_its_opacity_is_seen_on_every_grey(grey, by):
    ground = np.full(3, grey)
    mixed = [(rgb(color) + ground) / 2 for color in COLORS[:MOST_KEYS]]

    away = np.linalg.norm(seen(mixed, by) - seen([ground], by), axis=-1)

    assert away.min() > 0.02  # about what one just sees of two areas that touch
