"""What the automatic foreground takes of CTs whose truth is known, beside a threshold alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from benchmarks.measures import best_dice, overlaps
from benchmarks.torso import ORGANS, Torso, torsos
from workers.superpixels.automatic_foreground import automatic
from workers.superpixels.foreground import foreground, foreground_of, lowest, thinning, threshold_of
from workers.superpixels.partition import partition

COUNT = 2500
WINDOW = (-150, 250)


@dataclass(frozen=True)
class Share:
    """Which part of body, lungs, table and air is foreground, and how good superpixels then are."""

    name: str
    threshold: float
    body: float
    lungs: float
    table: float
    air: float
    explained: float
    dice: dict[str, float]

    def row(self) -> str:
        shares = "  ".join(
            f"{name} {getattr(self, name):.4f}" for name in ("body", "lungs", "table", "air")
        )
        dice = "  ".join(f"{name} {value:.3f}" for name, value in self.dice.items())
        told = f"{self.name:<36} above {self.threshold:6.0f}  {shares}"
        return f"  {told}  explained {self.explained:.3f}  Dice: {dice}"


def figures() -> Iterator[Share]:
    """Compare them on each torso."""
    for ct in torsos():
        thin = tuple(slice(None, None, n) for n in thinning(ct.image.shape))
        alone = threshold_of(lowest(ct.image), ct.image[thin])
        ids = partition(ct.image, ct.spacing, count=COUNT, threshold=alone).ids
        yield share(f"{ct.name}: a threshold", ct, alone, foreground(ct.image, alone), ids)
        found = automatic(ct.image, ct.spacing)
        ids = partition(ct.image, ct.spacing, count=COUNT).ids
        mask = foreground_of([ct.image], *found)
        yield share(f"{ct.name}: the body", ct, found.threshold, mask, ids)


def share(name: str, ct: Torso, threshold: float, mask: np.ndarray, ids: np.ndarray) -> Share:
    parts = (float(mask[part].mean()) for part in (ct.body, ct.lungs, ct.table, ct.air))
    dice = {
        organ[0]: best_dice(overlaps(ids, (ct.truth == n).astype(np.uint8)))
        for n, organ in enumerate(ORGANS, 1)
    }
    return Share(name, threshold, *parts, explained(ids, ct), dice)


def explained(ids: np.ndarray, ct: Torso) -> float:
    """Return the part of the variance of soft tissue, in its window, between superpixels."""
    at = ct.body & ~ct.lungs
    values, mine = np.clip(ct.image[at], *WINDOW).astype(float), ids[at]
    means = np.bincount(mine, values) / np.maximum(1, np.bincount(mine))
    return float(1 - np.var(values - means[mine]) / np.var(values))
