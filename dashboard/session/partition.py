"""The verbs that partition a volume into superpixels, or open those of another time."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from dashboard.annotation.partition_settings import Settings
from dashboard.annotation.superpixels import Superpixels
from dashboard.cases.begin_anew import NoLease
from dashboard.cases.case import Case
from dashboard.cases.journal_entry import Partitioned
from dashboard.session.compute_partition import Made, cutting
from dashboard.session.measure import Measuring
from dashboard.session.messages import Notice, Refused
from dashboard.session.request import Request, current
from dashboard.session.restore import AnySuperpixels
from dashboard.volumes.channel import Weights, checked
from dashboard.volumes.grid import Grid
from dashboard.volumes.open_volume import read_superpixels
from dashboard.volumes.stored_volume import StoredVolume

AUTOMATIC_VOXELS = 20_000_000


class Partitioning(Measuring):
    """The verbs for superpixels; parameters as of `OpenCase`."""

    def _begin(self) -> None:
        if self.superpixels is None and self.volume.voxels <= AUTOMATIC_VOXELS:
            self._partition(self.settings, asked=False)

    def partition(self, settings: Settings | None = None, weights: Weights = ()) -> None:
        """Start to partition the volume into superpixels; the last ones stay until it is done.

        With `weights` they follow the borders in those volumes of the series.
        """
        self._held()
        weights = checked(weights, [channel.name for channel in self.channels])
        self._partition(settings or self.settings, asked=True, weights=weights)

    def _partition(self, settings: Settings, *, asked: bool, weights: Weights = ()) -> None:
        case = self._held()
        weighted = tuple((self._channel(name), weight) for name, weight in weights)
        on = self._executor, self._threads, self._store
        how = cutting(self.volume, settings, *on, weighted)
        partition = Partitioned("", None, settings, asked, weights=weights)
        then = partial(self._adopt_partition, case, partition, how.made)
        self._lanes.start(
            "superpixels", "Partitioning", then, how.executor, how.kernel, *how.args, **how.kwargs
        )

    def _adopt_partition(
        self,
        case: Case,
        partition: Partitioned,
        made: Callable[..., Made],
        computed: Callable,
    ) -> None:
        superpixels, threshold = made(computed())
        if case is self._case:
            partition = partition._replace(threshold=threshold, key=superpixels.key)
            self._adopt_superpixels(superpixels, partition)
            self.surfaces.outline(threshold)

    def open_superpixels(self, source: Path | bytes, name: str, within: Path | None = None) -> None:
        """Start to read superpixels that were downloaded, instead of computing them.

        No link may lead out of the folder `within`.
        """
        self._held()
        must_be_in_memory(self.volume, "A file of superpixels")
        then = partial(self._adopt_read_ids, self._case)
        call = self._files, read_superpixels, source, self.volume
        self._lanes.start("file", f"Opening {name}", then, *call, within=within)

    def _adopt_read_ids(self, case: Case, read: Callable[[], Superpixels]) -> None:
        superpixels = read()
        self._still(case)
        self._lanes.cancel("superpixels")
        self._adopt_superpixels(superpixels, Partitioned("", None, case.settings, asked=True))

    def _adopt_superpixels(self, superpixels: AnySuperpixels, partition: Partitioned) -> None:
        case = self._held()
        case.partitioned = partition
        case.take_superpixels(superpixels, partition.key or self._fresh_partition())
        self.superpixels = case.superpixels  # the very same as before have the pieces of before
        self.notice = Notice(f"{self.superpixels.count:,} superpixels.", "success")
        if partition.key:
            self._commit(case.note_partition, partition)
        else:
            self._keep_superpixels(case)

    def _fresh_partition(self) -> str:
        """Return the name of a partition that no other of the case has: of its file, if kept."""
        journal = self._resumed.opened.journal
        self._cuts += 1
        if journal is not None and isinstance(journal.lease, NoLease):  # its numbers come again
            return f"{journal.epoch}-{secrets.token_hex(4)}.ids"
        return f"{journal.epoch if journal else 'unkept'}-{self._cuts}.ids"

    def _keep_superpixels(self, case: Case) -> None:
        opened, file = self._resumed.opened, case.partition
        if opened.journal is not None:
            request = current().hold()
            then = partial(self._kept_superpixels, request, case, file)
            self._beside.keep(opened.folder / file, partial(first_ids, case), then)

    def _kept_superpixels(self, request: Request, case: Case, file: str, is_there: bool) -> None:
        if is_there:  # else others have come meanwhile, or another volume
            request.run(self._commit, case.note_partition, case.partitioned._replace(file=file))
        request.release()


def first_ids(case: Case) -> np.ndarray:
    """Return the ids of a case's partition as it was made, before superpixels were split."""
    return case.first_superpixels.ids


def must_be_in_memory(volume: Grid, what: str) -> None:
    """Refuse to open `what` over a volume on disk.

    Raises
    ------
    Refused
        With the way out.
    """
    if isinstance(volume, StoredVolume):
        raise Refused(
            f"{what} cannot be opened over a volume of this size: {volume.voxels:,} voxels are "
            "read in pieces. Its own annotation is here whenever the volume is opened."
        )
