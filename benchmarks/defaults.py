"""Which compactness and smoothing a partition should have, where nothing is said."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, product

import numpy as np

from benchmarks.measures import best_dice, boundary_recall, overlaps, undersegmentation
from benchmarks.phantoms import Phantom, heads, in_its_box, tumour
from workers.superpixels.partition import partition

COMPACTNESSES = (0.02, 0.03, 0.06, 0.1, 0.2, 0.5)
SIGMAS = (0, 0.5, 0.75, 1, 2)  # of a voxel's shortest edge
COUNTS = (500, 2500, 10000)


@dataclass(frozen=True)
class Trial:
    """A partition and how good it is; `loss` is what its Dice lacks to the volume's best one."""

    phantom: str
    count: int
    compactness: float
    sigma: float
    found: int
    dice: float
    undersegmentation: float
    recall: float

    @property
    def setting(self) -> tuple[float, float]:
        return self.compactness, self.sigma


@dataclass(frozen=True)
class Setting:
    """The mean of a setting over volumes and counts, and its worst."""

    compactness: float
    sigma: float
    trials: Sequence[Trial]
    losses: Sequence[float]

    def row(self) -> str:
        mean = {
            name: np.mean([getattr(trial, name) for trial in self.trials])
            for name in ("dice", "undersegmentation", "recall")
        }
        told = "  ".join(f"{name} {value:.4f}" for name, value in mean.items())
        lost = f"lost to the best: {np.mean(self.losses):.4f}, at most {max(self.losses):.4f}"
        return f"  compactness {self.compactness:<5g} sigma {self.sigma:<4g}  {told}  {lost}"


def figures() -> list[Setting]:
    """Return the settings, the one that loses least first."""
    return ranked(list(study()))


def study() -> Iterator[Trial]:
    """Partition the demo and the heads with each setting."""
    for phantom in (in_its_box(tumour()), *heads()):
        for count, compactness, sigma in product(COUNTS, COMPACTNESSES, SIGMAS):
            yield trial(phantom, count, compactness, sigma)


def trial(phantom: Phantom, count: int, compactness: float, sigma: float) -> Trial:
    found = partition(
        phantom.image,
        phantom.spacing,
        count=count,
        compactness=compactness,
        sigma_mm=sigma * min(phantom.spacing),
    )
    shared = overlaps(found.ids, phantom.truth)
    return Trial(
        phantom.name,
        count,
        compactness,
        sigma,
        found.count,
        best_dice(shared),
        undersegmentation(shared),
        boundary_recall(found.ids, phantom.truth),
    )


def ranked(trials: Sequence[Trial]) -> list[Setting]:
    """Return each setting with what it loses to the best one of the same volume and count."""
    best: dict[tuple, float] = {}
    for each in trials:
        case = each.phantom, each.count
        best[case] = max(best.get(case, 0), each.dice)
    settings = []
    for key, same in groupby(sorted(trials, key=lambda t: t.setting), lambda t: t.setting):
        those = list(same)
        losses = [best[each.phantom, each.count] - each.dice for each in those]
        settings.append(Setting(*key, those, losses))
    return sorted(settings, key=lambda setting: np.mean(setting.losses))
