"""Several volumes of one patient, on the grid of the one that is annotated."""

from __future__ import annotations

from pathlib import Path

from dashboard.session.edits import Edits
from dashboard.session.flow import at_once
from dashboard.session.jobs import Executors, Jobs
from dashboard.session.messages import MOST_CHANNELS, Question, Refused
from dashboard.session.state import State
from dashboard.volumes.cache.store import Store
from dashboard.volumes.channel import Channel, Origin, unlike
from dashboard.volumes.data_folder import Folder
from dashboard.volumes.grid import Grid
from dashboard.volumes.open_series import FoundVolume, Missing, Wanted, read_channel, read_channels
from dashboard.volumes.open_volume import stem
from workers.formats.nifti import nifti

SHOWN_VOXELS = 2**27  # what a browser holds beside ids and labels
_BYTES = 8  # of a voxel as it is read and as it is shown; ids and labels come to the first


class Series:
    """Adds volumes to what is open, and takes them away; owns the numbers by which a page has them.

    Labels know nothing of them: they are only looked at, and counted when superpixels are computed.

    Parameters
    ----------
    state, edits, jobs, executors
        Of the session.
    store : Store or None
        Whose budget of memory the volumes may take.
    folder : Folder or None
        Where they are found again.
    """

    def __init__(
        self,
        state: State,
        edits: Edits,
        jobs: Jobs,
        executors: Executors,
        store: Store | None,
        folder: Folder | None,
    ) -> None:
        self._state, self._edits, self._jobs, self._executors = state, edits, jobs, executors
        self._store, self._folder = store, folder
        self._keys = 0

    @at_once
    async def add_volume(
        self,
        source: Path | bytes,
        name: str,
        volume: int | None = None,
        form: str | None = None,
        within: Path | None = None,
    ) -> None:
        """Start to read another volume of the same patient, to be shown on the open one's grid.

        Its parameters are those of `open`.
        """
        onto = self._state.opened().volume
        self._must_have_room()
        called = stem(name) if volume is None else f"{stem(name)} {volume + 1}"
        wanted = Wanted(source, called, volume, form, within=within)
        asked = Question(source, name, form=form, adds=True, within=within)
        given = self._executors.files, read_channel, wanted, onto
        try:
            found = await self._jobs.run("file", f"Opening {name}", *given, max_voxels=SHOWN_VOXELS)
        except nifti.SeveralVolumes as several:
            self._state.question = asked._replace(count=several.count)
        except nifti.FormsDiffer as differ:
            self._state.question = asked._replace(difference=differ.difference)
        else:
            self._show(self._joined(onto, [found]))

    def remove_volume(self, key: int) -> None:
        """Take a volume out of the series; labels and superpixels stay."""
        if key == 0:
            raise Refused("The first volume stays: it is the one that is annotated.")
        left = tuple(channel for channel in self._state.channels if channel.key != key)
        if left != self._state.channels:
            self._show(left)

    async def add_all(self, asked: Question, first: int = 0) -> None:
        """Add all volumes of a file that fit into the page, from the `first` on."""
        onto = self._state.opened().volume
        self._must_have_room()
        shown = min(asked.together, first + self._room())
        if shown < asked.count:
            self._state.tell(
                f"The first {shown} of the {asked.count} volumes of {asked.name} are shown: more "
                "do not fit into the page.",
                "info",
            )
        source, name, form = asked.source, stem(asked.name), asked.form
        within = {"within": asked.within}
        wanted = [Wanted(source, f"{name} {n + 1}", n, form, **within) for n in range(first, shown)]
        if wanted:
            found = await self._read_all(wanted)
            self._show(self._joined(onto, take_found(found)))
            self._tell_missing(found)

    async def gather(self, together: Question | None) -> None:
        """Show what belongs beside the volume that was opened: `together`, or as it was before."""
        if together is not None:
            await self.add_all(together, first=1)
        elif self._state.case.series and len(self._state.channels) == 1:
            await self._bring_back()

    # How it is done

    async def _bring_back(self) -> None:
        onto, origins = self._state.volume, self._state.case.series
        room = self._room()
        if left := origins[room:]:
            names = ", ".join(origin.name for origin in left)
            told = f"{names}: not shown here, where more volumes do not fit beside it."
            self._state.tell(told, "info")
        wanted = [Wanted(o.path, o.name, o.volume, o.form, o.digest) for o in origins[:room]]
        if wanted:
            found = await self._read_all(wanted)
            # What is missing today may be there tomorrow: what was remembered stays.
            self._state.channels = self._joined(onto, take_found(found))
            self._tell_missing(found)

    async def _read_all(self, wanted: list[Wanted]) -> list[FoundVolume | Missing]:
        given = self._executors.files, read_channels, wanted, self._state.volume, self._folder
        limits = {"max_voxels": SHOWN_VOXELS}
        return await self._jobs.run("series", "Opening the series", *given, **limits)

    def _room(self) -> int:
        """Return how many volumes more can be shown: a browser and the memory hold so much."""
        if not self._state.opened().backing.takes_channels:
            return 0
        voxels = self._state.volume.voxels
        fit = [MOST_CHANNELS, SHOWN_VOXELS // voxels]
        if self._store is not None:
            fit.append(int(self._store.budget // (voxels * _BYTES)))
        return max(0, min(fit) - len(self._state.channels))

    def _must_have_room(self) -> None:
        if not self._state.opened().backing.takes_channels:
            raise Refused(
                "Another volume cannot be shown beside one of this size, which is read in pieces: "
                "open each by itself."
            )
        if not self._room():
            raise Refused(
                f"{len(self._state.channels)} volumes of {self._state.volume.voxels:,} voxels are "
                "shown, and no more fit into the page: take one out of the series first."
            )

    def _tell_missing(self, found: list[FoundVolume | Missing]) -> None:
        for each in found:
            if isinstance(each, Missing):
                told = f"{each.wanted.name} is not shown: {each.why} Add it again by Open…."
                self._state.tell(told)

    def _joined(self, onto: Grid, found: list[FoundVolume]) -> tuple[Channel, ...]:
        """Return the channels with those that were found, each once."""
        state = self._state
        if onto is not state.volume:
            raise Refused("Another volume was opened meanwhile.")
        channels = state.channels
        for each in found:
            known = {state.volume.digest: channels[0].name}
            known |= {channel.origin.digest: channel.name for channel in channels[1:]}
            if each.digest in known:
                told = f"{each.wanted.name} is shown already, as {known[each.digest]}."
                state.tell(told, "info")
            else:
                channels = (*channels, self._channel_of(each, {c.name for c in channels}))
        return channels

    def _channel_of(self, found: FoundVolume, taken: set[str]) -> Channel:
        self._keys += 1
        source, called, volume, form, *_ = found.wanted
        name = unlike(called, taken)
        origin = Origin(name, self._path_of(source), found.digest, volume, form)
        if found.is_resampled:
            self._state.tell(f"{name} lies on another grid: it is shown resampled.", "info")
        if volume is None:  # else the name says which one of them it is
            for note in found.volume.notes:
                self._state.tell(f"{name}: {note}", "info")
        return Channel(self._keys, name, found.volume, found.is_resampled, origin)

    def _path_of(self, source: Path | bytes) -> str:
        """Return the path in the data folder; "" of what is not in it."""
        if self._folder is None or not isinstance(source, Path):
            return ""
        root, place = self._folder.root.resolve(), source.resolve()
        return place.relative_to(root).as_posix() if place.is_relative_to(root) else ""

    def _show(self, channels: tuple[Channel, ...]) -> None:
        self._state.channels = channels
        origins, case = tuple(channel.origin for channel in channels[1:]), self._state.case
        if self._edits.writes(case) and case.series != origins:
            self._edits.commit(case.take_series, origins)


def take_found(found: list[FoundVolume | Missing]) -> list[FoundVolume]:
    """Return those of the volumes that were found."""
    return [each for each in found if isinstance(each, FoundVolume)]
