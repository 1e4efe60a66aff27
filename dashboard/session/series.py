"""Several volumes of one patient, on the grid of the one that is annotated."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from dashboard.session.document import SHOWN_VOXELS
from dashboard.session.import_labels import Continuing
from dashboard.session.messages import MOST_CHANNELS, Question, Refused
from dashboard.volumes.channel import Channel, Origin, unlike
from dashboard.volumes.grid import Grid
from dashboard.volumes.open_series import FoundVolume, Missing, Wanted, read_channel, read_channels
from dashboard.volumes.open_volume import stem
from dashboard.volumes.stored_volume import StoredVolume
from workers.formats.nifti import nifti

_BYTES = 8  # of a voxel as it is read and as it is shown; ids and labels come to the first


class Series(Continuing):
    """The verbs that add volumes to what is open, and take them away; parameters as of `OpenCase`.

    Labels know nothing of them: they are only looked at, and cut.
    """

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self._keys = 0
        self._all: Question | None = None

    def add_volume(
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
        self._opened()
        self._must_have_room()
        called = stem(name) if volume is None else f"{stem(name)} {volume + 1}"
        wanted = Wanted(source, called, volume, form, within=within)
        asked = Question(source, name, form=form, adds=True, within=within)
        then = partial(self._adopt_channel, asked, self.volume)
        limits = {"max_voxels": SHOWN_VOXELS}
        given = (self._files, read_channel, wanted, self.volume)
        self._lanes.start("file", f"Opening {name}", then, *given, **limits)

    def open_together(self) -> None:
        """Start to open the volumes that were asked about: the first, with the others beside it."""
        asked = self.question
        if asked.adds:
            self._opened()
            self._add_all(asked, first=0)
        else:
            self._all = asked
            super().open(asked.source, asked.name, 0, asked.form, asked.within)

    def open(
        self,
        source: Path | bytes,
        name: str,
        volume: int | None = None,
        form: str | None = None,
        within: Path | None = None,
    ) -> None:
        """Start to read the volume in a file, as `OpenCase.open`."""
        self._all = None
        super().open(source, name, volume, form, within)

    def remove_volume(self, key: int) -> None:
        """Take a volume out of the series; labels and superpixels stay."""
        if key == 0:
            raise Refused("The first volume stays: it is the one that is annotated.")
        left = tuple(channel for channel in self.channels if channel.key != key)
        if left != self.channels:
            self._show(left)

    # How it is done

    def _room(self) -> int:
        """Return how many volumes more can be shown: a browser and the memory hold so much."""
        voxels, budget = self.volume.voxels, self._store.budget if self._store else None
        fit = [MOST_CHANNELS, SHOWN_VOXELS // voxels]
        if budget is not None:
            fit.append(int(budget // (voxels * _BYTES)))
        return max(0, min(fit) - len(self.channels))

    def _must_have_room(self) -> None:
        if isinstance(self.volume, StoredVolume):
            raise Refused(
                "Another volume cannot be shown beside one of this size, which is read in pieces: "
                "open each by itself."
            )
        if not self._room():
            raise Refused(
                f"{len(self.channels)} volumes of {self.volume.voxels:,} voxels are shown, and no "
                "more fit into the page: take one out of the series first."
            )

    def _adopt_channel(self, asked: Question, onto: Grid, read: Callable[[], FoundVolume]) -> None:
        try:
            found = read()
        except nifti.SeveralVolumes as several:
            self.question = asked._replace(count=several.count)
        except nifti.FormsDiffer as differ:
            self.question = asked._replace(difference=differ.difference)
        else:
            self._show(self._joined(onto, [found]))

    def _adopt_channels(self, onto: Grid, read: Callable[[], list[FoundVolume | Missing]]) -> None:
        found = read()
        self._show(self._joined(onto, [each for each in found if isinstance(each, FoundVolume)]))
        self._tell_missing(found)

    def _bring_back_channels(
        self, onto: Grid, read: Callable[[], list[FoundVolume | Missing]]
    ) -> None:
        found = read()
        # What is missing today may be there tomorrow: what was remembered stays.
        self.channels = self._joined(
            onto, [each for each in found if isinstance(each, FoundVolume)]
        )
        self._tell_missing(found)

    def _tell_missing(self, found: list[FoundVolume | Missing]) -> None:
        for each in found:
            if isinstance(each, Missing):
                self.tell(f"{each.wanted.name} is not shown: {each.why} Add it again by Open….")

    def _joined(self, onto: Grid, found: list[FoundVolume]) -> tuple[Channel, ...]:
        """Return the channels with those that were found, each once."""
        if onto is not self.volume:
            raise Refused("Another volume was opened meanwhile.")
        channels = self.channels
        for each in found:
            known = {self.volume.digest: channels[0].name}
            known |= {channel.origin.digest: channel.name for channel in channels[1:]}
            if each.digest in known:
                self.tell(f"{each.wanted.name} is shown already, as {known[each.digest]}.", "info")
            else:
                channels = (*channels, self._channel_of(each, {c.name for c in channels}))
        return channels

    def _channel_of(self, found: FoundVolume, taken: set[str]) -> Channel:
        self._keys += 1
        source, called, volume, form, *_ = found.wanted
        name = unlike(called, taken)
        origin = Origin(name, self._path_of(source), found.digest, volume, form)
        if found.is_resampled:
            self.tell(f"{name} lies on another grid: it is shown resampled.", "info")
        if volume is None:  # else the name says which one of them it is
            for note in found.volume.notes:
                self.tell(f"{name}: {note}", "info")
        return Channel(self._keys, name, found.volume, found.is_resampled, origin)

    def _path_of(self, source: Path | bytes) -> str:
        """Return the path in the data folder; "" of what is not in it."""
        if self._folder is None or not isinstance(source, Path):
            return ""
        root, place = self._folder.root.resolve(), source.resolve()
        return place.relative_to(root).as_posix() if place.is_relative_to(root) else ""

    def _show(self, channels: tuple[Channel, ...]) -> None:
        self.channels = channels
        origins = tuple(channel.origin for channel in channels[1:])
        if self._keeper.holds and self._case.series != origins:
            self._commit(self._case.take_series, origins)

    def _gather(self) -> None:
        asked, self._all = self._all, None
        if asked is not None:
            self._add_all(asked, first=1)
        elif self._case.series and len(self.channels) == 1:
            self._bring_back()

    def _bring_back(self) -> None:
        origins = self._case.series
        room = 0 if isinstance(self.volume, StoredVolume) else self._room()
        if left := origins[room:]:
            names = ", ".join(origin.name for origin in left)
            self.tell(f"{names}: not shown here, where more volumes do not fit beside it.", "info")
        wanted = [Wanted(o.path, o.name, o.volume, o.form, o.digest) for o in origins[:room]]
        self._read_all(wanted, self._bring_back_channels)

    def _add_all(self, asked: Question, *, first: int) -> None:
        self._must_have_room()
        shown = min(asked.together, first + self._room())
        if shown < asked.count:
            self.tell(
                f"The first {shown} of the {asked.count} volumes of {asked.name} are shown: more "
                "do not fit into the page.",
                "info",
            )
        source, name, form = asked.source, stem(asked.name), asked.form
        within = {"within": asked.within}
        wanted = [Wanted(source, f"{name} {n + 1}", n, form, **within) for n in range(first, shown)]
        self._read_all(wanted, self._adopt_channels)

    def _read_all(self, wanted: list[Wanted], then: Callable) -> None:
        if not wanted:
            return
        given = (self._files, read_channels, wanted, self.volume, self._folder)
        then = partial(then, self.volume)
        title = "Opening the series"
        self._lanes.start("series", title, then, *given, max_voxels=SHOWN_VOXELS)
