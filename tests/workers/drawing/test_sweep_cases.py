"""A table of strokes and what they sweep; the page is held to it, too (`sweep.test.ts`)."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from workers.drawing.brush_sweep import sweep

TABLE = json.loads((Path(__file__).parent / "sweep_cases.json").read_text(encoding="utf-8"))
SHAPE, SPACING = tuple(TABLE["shape"]), tuple(TABLE["spacing"])


@pytest.mark.parametrize("stroke", TABLE["strokes"], ids=range(len(TABLE["strokes"])))
def test_a_stroke_sweeps_the_voxels_of_the_table(stroke):
    given = {name: value for name, value in stroke.items() if name not in {"points", "swept"}}
    found = np.zeros(SHAPE, bool)
    for box, mask in sweep(SHAPE, SPACING, points=np.array(stroke["points"]), **given):
        found[box] |= mask
    assert runs(found) == stroke["swept"]


def runs(mask):
    """Where a mask is true, as pairs of places in a flat array, the second one the end."""
    steps = np.diff(mask.ravel().astype(int), prepend=0, append=0)
    return np.flatnonzero(steps).reshape(-1, 2).tolist()
