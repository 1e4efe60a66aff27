"""The verbs that partition a volume into superpixels, or open those of another time."""

from __future__ import annotations

import secrets
from functools import partial
from pathlib import Path

from dashboard.annotation.partition_settings import Settings
from dashboard.annotation.split import AnySuperpixels
from dashboard.cases.begin_anew import NoLease
from dashboard.cases.journal_entry import Partitioned
from dashboard.session.edits import Edits, first_ids
from dashboard.session.flow import at_once
from dashboard.session.jobs import Jobs
from dashboard.session.messages import Notice
from dashboard.session.state import State
from dashboard.session.surfaces import Surfaces
from dashboard.volumes.channel import Weights, checked

AUTOMATIC_VOXELS = 20_000_000
LANE = "superpixels"


class Partitioning:
    """Makes superpixels, or reads them; owns the count of those that it has made.

    Parameters
    ----------
    state, edits, jobs, surfaces
        Of the session.
    """

    def __init__(self, state: State, edits: Edits, jobs: Jobs, surfaces: Surfaces) -> None:
        self._state, self._edits, self._jobs, self._surfaces = state, edits, jobs, surfaces
        self._made = 0

    @at_once
    async def begin(self) -> None:
        """Partition a volume that was opened, unless that is done, or is left to the user."""
        state = self._state
        if state.superpixels is None and state.volume.voxels <= AUTOMATIC_VOXELS:
            await self._partition(state.settings, asked=False)

    @at_once
    async def partition(self, settings: Settings | None = None, weights: Weights = ()) -> None:
        """Start to partition the volume into superpixels; the last ones stay until it is done.

        With `weights` they follow the borders in those volumes of the series.
        """
        self._edits.writable()
        weights = checked(weights, [channel.name for channel in self._state.channels])
        await self._partition(settings or self._state.settings, asked=True, weights=weights)

    async def _partition(self, settings: Settings, *, asked: bool, weights: Weights = ()) -> None:
        case, backing = self._edits.writable(), self._state.document.backing
        weighted = tuple((self._state.channel(name), weight) for name, weight in weights)
        run = partial(self._jobs.run, LANE, "Partitioning")
        superpixels, threshold = await backing.partition(run, settings, weighted)
        if self._state.document is not None and case is self._state.case:
            partition = Partitioned("", None, settings, asked, weights=weights)
            self._adopt(superpixels, partition._replace(threshold=threshold, key=superpixels.key))
            self._surfaces.outline(threshold)

    @at_once
    async def open_superpixels(
        self, source: Path | bytes, name: str, within: Path | None = None
    ) -> None:
        """Start to read superpixels that were downloaded, instead of computing them.

        No link may lead out of the folder `within`.
        """
        case, backing = self._edits.writable(), self._state.document.backing
        run = partial(self._jobs.run, "file", f"Opening {name}")
        superpixels = await backing.read_superpixels(run, source, within=within)
        self._edits.must_be_open(case)
        self._jobs.cancel(LANE)
        self._adopt(superpixels, Partitioned("", None, case.settings, asked=True))

    def _adopt(self, superpixels: AnySuperpixels, partition: Partitioned) -> None:
        state, case = self._state, self._edits.writable()
        state.forget_division()  # it would hold those that go, and their place in the cache
        case.partitioned = partition
        case.take_superpixels(superpixels, partition.key or self._fresh_name())
        state.superpixels = case.superpixels  # the very same as before have the pieces of before
        state.notice = Notice(f"{case.superpixels.count:,} superpixels.", "success")
        if partition.key:
            self._edits.commit(case.note_partition, partition)
        else:
            self._keep()

    def _fresh_name(self) -> str:
        """Return the name of a partition that no other of the case has: of its file, if kept."""
        journal = self._state.document.journal
        self._made += 1
        if journal is not None and isinstance(journal.lease, NoLease):  # its numbers come again
            return f"{journal.epoch}-{secrets.token_hex(4)}.ids"
        return f"{journal.epoch if journal else 'unkept'}-{self._made}.ids"

    def _keep(self) -> None:
        """Have the ids written; then the journal says where they are."""
        case = self._state.case
        file = case.partition

        def note() -> None:
            self._edits.commit(case.note_partition, case.partitioned._replace(file=file))

        self._edits.write_ids(file, partial(first_ids, case), note)
