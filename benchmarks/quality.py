"""Superpixels of ours beside those of scikit-image and SimpleITK, where the truth is known."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import astuple, dataclass

import numpy as np
import SimpleITK
from skimage.segmentation import slic as peer

from benchmarks.figure import Figure
from benchmarks.measures import best_dice, boundary_recall, compactness, overlaps, undersegmentation
from benchmarks.phantoms import Phantom, head, in_its_box, tumour
from benchmarks.slic_start import COMPACTNESS, COUNTS, ITERATIONS
from benchmarks.slic_whole import itk_filter
from workers.superpixels.borders import borders
from workers.superpixels.skimage_slic import slic

MEASURES = ("Dice", "undersegmentation", "recall", "compactness", "borders")
BETTER = (1, -1, 1, 1)  # where more is better; borders are what recall is bought with


@dataclass(frozen=True)
class Quality:
    """One row: of whom, the measures of `benchmarks.measures`, and the part on a border."""

    name: str
    count: int
    dice: float
    undersegmentation: float
    recall: float
    compactness: float
    borders: float

    def row(self) -> str:
        measured = "  ".join(
            f"{name} {value:.4f}" for name, value in zip(MEASURES, self.measures, strict=True)
        )
        return f"  {self.name:<44} {self.count:>6}  {measured}"

    @property
    def measures(self) -> tuple[float, ...]:
        return astuple(self)[2:]


def quality(name: str, ids: np.ndarray, phantom: Phantom) -> Quality:
    shared = overlaps(ids, phantom.truth)
    return Quality(
        name,
        int(np.count_nonzero(shared[1:].sum(1))),
        best_dice(shared),
        undersegmentation(shared),
        boundary_recall(ids, phantom.truth),
        compactness(ids, phantom.spacing),
        float(borders(ids).mean()),
    )


def figures() -> Iterator[Quality | Figure]:
    """Compare them on the box of the demo's brain and on a noisy head."""
    for phantom in (in_its_box(tumour()), head("head", (128, 128, 96), (1, 1, 1), 0.1)):
        for n in COUNTS:
            rows = {who: quality(f"{phantom.name}, n = {n:,}: {who}", cut(phantom, n), phantom)
                    for who, cut in METHODS.items()}  # fmt: skip
            yield from rows.values()
            yield from margins(rows["ours"], rows["scikit-image"])


def margins(ours: Quality, theirs: Quality) -> Iterator[Figure]:
    """Return by how much ours is better, in each measure."""
    for name, sign, own, other in zip(
        MEASURES, BETTER, ours.measures, theirs.measures, strict=False
    ):
        yield Figure(f"    {name}: ours better by", [sign * (own - other)], "", at_least=0)


def by_ours(phantom: Phantom, n: int) -> np.ndarray:
    return slic(phantom.image, n, COMPACTNESS, channel_axis=None, spacing=phantom.spacing)


def by_scikit_image(phantom: Phantom, n: int) -> np.ndarray:
    return peer(phantom.image, n, COMPACTNESS, channel_axis=None, spacing=phantom.spacing)


def by_itk(phantom: Phantom, n: int) -> np.ndarray:
    image = phantom.image
    scaled = SimpleITK.GetImageFromArray((image - image.min()) / np.ptp(image))
    given = itk_filter(image.shape, n, ITERATIONS, COMPACTNESS, connected=True)
    return SimpleITK.GetArrayFromImage(given.Execute(scaled)).astype(np.int32) + 1


METHODS: dict[str, Callable[[Phantom, int], np.ndarray]] = {
    "ours": by_ours,
    "scikit-image": by_scikit_image,
    "SimpleITK": by_itk,
}
