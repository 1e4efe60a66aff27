"""The peers of a stroke: work that scales with the volume.

The Dash app of 2020 computed and coloured the whole label map after each stroke, and encoded each
slice of two planes that had a label in it as a PNG. Only that is timed here: the way through
network and browser, which our own figure holds, comes on top of it.
"""

from __future__ import annotations

import base64
import io

import numpy as np
from nibabel.affines import voxel_sizes
from PIL import Image

from benchmarks.figure import Figure
from benchmarks.timing import milliseconds
from dashboard import demo
from workers.formats.nifti import nifti
from workers.superpixels.partition import partition

TUMOUR = demo.PATH.parent / demo.PATH.name.replace("flair", "dseg")
REPEATS = 5
COLOUR = (138, 43, 226, 128)


def figures() -> list[Figure]:
    """Time the peers with the simulated tumour labelled, as towards the end of a session."""
    volume = nifti.read(demo.PATH)
    ids = partition(volume.data, voxel_sizes(volume.affine)).ids
    tumour = nifti.read(TUMOUR).data
    drawn = np.unique(ids[(tumour > 0) & (ids > 0)])
    labels = np.zeros(int(ids.max()) + 1, np.uint16)
    labels[drawn] = 1
    line = np.unique(ids[demo.CURSOR[0] - 10 : demo.CURSOR[0] + 10, *demo.CURSOR[1:]])
    found = labels[ids]
    return [
        Figure(
            "whole volume recoloured, slices as PNG (tumour labelled)",
            milliseconds(lambda: recolour(found), REPEATS),
            "ms",
        ),
        Figure(
            "same, found anew from its superpixels first",
            milliseconds(lambda: recolour(find(ids, drawn)), REPEATS),
            "ms",
        ),
        Figure("lookup of every voxel's label", milliseconds(lambda: labels[ids], REPEATS), "ms"),
        Figure(
            f"comparison with {line.size} superpixels",
            milliseconds(lambda: np.isin(ids, line), REPEATS),
            "ms",
        ),
    ]


def find(ids: np.ndarray, drawn: np.ndarray) -> np.ndarray:
    """Label each superpixel by a comparison with the whole volume, as the app did."""
    found = np.zeros(ids.shape, np.uint8)
    for superpixel in drawn:
        found[ids == superpixel] = 1
    return found


def recolour(found: np.ndarray) -> list[list[str]]:
    """Colour the label map, and encode each slice of two planes that is not blank."""
    coloured = np.zeros((*found.shape, 4), np.uint8)
    coloured[found == 1] = COLOUR
    planes = (np.moveaxis(coloured, 2, 0), np.moveaxis(coloured, 1, 0))
    return [[png(each) if each.any() else "" for each in plane] for plane in planes]


def png(pixels: np.ndarray) -> str:
    """Return pixels as the address of an image that holds them."""
    content = io.BytesIO()
    Image.fromarray(pixels).save(content, format="PNG")
    return "data:image/png;base64," + base64.b64encode(content.getvalue()).decode()
