"""The bundled volume: a brain with a simulated tumour."""

from __future__ import annotations

from pathlib import Path

PATH = Path(__file__).parent / "mni152_simtumour_flair.nii.gz"
NOTE = "simulated tumour"
LABELS = ("necrosis", "oedema", "core", "other")
CURSOR = (130, 150, 115)


SHAPE = (197, 233, 189)


def is_demo(name: str, shape: tuple[int, int, int]) -> bool:
    """Tell whether a volume of this name and shape is the bundled one."""
    return name == PATH.name.removesuffix(".nii.gz") and shape == SHAPE
