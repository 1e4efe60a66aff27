"""What is measured of the labels: statistics as CSV, and how intensities are spread."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np

from dashboard.annotation.label_table import Table
from dashboard.session.edits import Edits
from dashboard.session.export import warn_of_age
from dashboard.session.flow import at_once
from dashboard.session.jobs import Jobs
from dashboard.session.messages import Notice, Refused
from dashboard.session.state import State
from workers.labels import statistics_csv
from workers.labels.histograms import bins, histograms
from workers.labels.statistics import Statistics, statistics


class Spread(NamedTuple):
    """How the intensities of the labels are spread.

    Attributes
    ----------
    labels : tuple of Label
        Those that some voxel has.
    low, high : float
        The range of all bins together, which are alike.
    counts : dict of int to (n,) ndarray of int
        Voxels in each bin, by label.
    """

    labels: Table
    low: float
    high: float
    counts: dict[int, np.ndarray]


class Measure:
    """Measures the labels; owns what is being measured.

    Parameters
    ----------
    state, edits, jobs
        Of the session.
    """

    def __init__(self, state: State, edits: Edits, jobs: Jobs) -> None:
        self._state, self._edits, self._jobs = state, edits, jobs
        self._measuring: set[str] = set()

    @at_once
    async def export_statistics(self) -> bytes:
        """Start to measure the labels; the future is of the bytes of a CSV, as of `Export`.

        Every stroke that was drawn before is in it.
        """
        warn_of_age(self._state)
        document = self._state.opened()
        await self._edits.wait_for_turn()
        names = {label.value: label.name for label in document.case.table}
        rows = await self._measure("statistics", statistics, document.volume.affine)
        if told := left_out(rows, names):
            self._state.notice = Notice(told)
        return statistics_csv.encode(rows, names).encode()

    @at_once
    async def measure_spread(self) -> Spread:
        """Start to count the intensities of each label; the future is of a `Spread`, or None."""
        volume, case = self._state.opened().volume, self._state.case
        await self._edits.wait_for_turn()
        edges = bins(*volume.finite_range, volume.dtype)
        table = tuple(label for label in case.table if case.labels.voxels[label.value])
        return Spread(table, *edges[:2], await self._measure("intensities", histograms, edges))

    async def _measure(self, what: str, kernel: Callable, *args: object) -> object:
        document = self._state.opened()
        labels = document.case.labels
        if not +labels.voxels:
            raise Refused("Nothing is labelled yet: draw a stroke first.")
        if what in self._measuring:
            raise Refused(f"The {what} are being measured already: wait, or press Cancel.")
        run = partial(self._jobs.run, what, f"Measuring the {what} of the labels")
        self._measuring.add(what)
        try:
            return await document.backing.measure(run, kernel, labels, *args)
        finally:
            self._measuring.discard(what)


def left_out(rows: tuple[Statistics, ...], names: dict[int, str]) -> str:
    """Return a sentence on the voxels without a finite intensity; "" if there are none."""
    which = [
        f"{row.not_finite:,} of {names.get(row.value, f'label {row.value}')}"
        for row in rows
        if row.not_finite
    ]
    if not which:
        return ""
    return (
        f"Voxels whose intensity is not a finite number ({', '.join(which)}) count to the volume "
        "of their label, and not to its intensities."
    )
