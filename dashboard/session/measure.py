"""What is measured of the labels: statistics as CSV, and how intensities are spread."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import NamedTuple

import numpy as np

from dashboard.annotation.chunked_array import ChunkedArray
from dashboard.annotation.label_table import Table
from dashboard.cases.case import Case
from dashboard.session.export import Exporting
from dashboard.session.messages import Notice, Refused
from dashboard.volumes import measure_stored
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


class Measuring(Exporting):
    """The verbs that measure the labels; parameters as of `OpenCase`."""

    def export_statistics(self) -> Future:
        """Start to measure the labels; the future is of the bytes of a CSV, as of `Exporting`.

        Every stroke that was drawn before is in it.
        """
        self._warn_of_age()
        return self._in_order(partial(self._export_statistics, self._opened()))

    def _export_statistics(self, case: Case) -> Future:
        names = {label.value: label.name for label in self.table}
        affine = self.volume.affine
        return self._measure(
            case, "statistics", partial(self._as_csv, names), statistics, (affine,)
        )

    def measure_spread(self) -> Future:
        """Start to count the intensities of each label; the future is of a `Spread`, or None."""
        return self._in_order(partial(self._measure_spread, self._opened()))

    def _measure_spread(self, case: Case) -> Future:
        edges = bins(*self.volume.finite_range, self.volume.dtype)
        table = tuple(label for label in self.table if case.labels.voxels[label.value])
        return self._measure(
            case, "intensities", partial(Spread, table, *edges[:2]), histograms, (edges,)
        )

    # How it is done

    def _measure(
        self, case: Case, what: str, then: Callable, kernel: Callable, args: tuple
    ) -> Future:
        if not +case.labels.voxels:
            raise Refused("Nothing is labelled yet: draw a stroke first.")
        if what in self._leaving:
            raise Refused(f"The {what} are being measured already: wait, or press Cancel.")
        self._leaving.add(what)
        done: Future = Future()
        data = case.labels.data
        if isinstance(data, ChunkedArray):
            call = self._threads, measure_stored.SAME[kernel], self.volume, data.frozen(), *args
        else:
            call = self._executor, kernel, self.volume.data, data.copy(), *args
        end = partial(self._measured, what, done, then)
        self._lanes.start(what, f"Measuring the {what} of the labels", end, *call)
        return done

    def _measured(self, what: str, done: Future, then: Callable, result: Callable) -> None:
        self._leaving.discard(what)
        found = None
        try:
            found = then(result())
        finally:  # what it raises is told by the lane
            done.set_result(found)

    def _as_csv(self, names: dict[int, str], rows: tuple[Statistics, ...]) -> bytes:
        if said := left_out(rows, names):
            self.notice = Notice(said)
        return statistics_csv.encode(rows, names).encode()


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
