"""How an open volume comes to the page: whole, or slice by slice."""

from __future__ import annotations

from concurrent.futures import Future
from functools import partial

import numpy as np

from dashboard.annotation.change import Divided, Patched
from dashboard.page import encoding
from dashboard.page.workbench import Workbench
from dashboard.session.session import Refused, Session
from dashboard.volumes.channel import Channel
from dashboard.volumes.slice_reader import Slice, SlicePart, Slices

PARTS = ("volume", "labels", "ids")
NOISY = ("volume", "overview")


class Whole:
    """Sends the arrays of a volume in memory; the page picks its slices itself."""

    has_ids = True  # of all voxels, so that the page can be told a difference

    def __init__(self, session: Session, bench: Workbench, _opening: int) -> None:
        self._session, self._bench = session, bench
        self._shown = encoding.shown(session.volume.data)

    @property
    def described(self) -> dict:
        """What the page's slice source has to know."""
        return {"source": "whole", "dtype": self._shown.dtype.name}

    def send_volume(self) -> None:
        """Send the intensities."""
        self._bench.send_array("volume", lambda: (self._shown, None))

    def send_channel(self, channel: Channel) -> None:
        """Send the intensities of another volume of the series."""
        shown = encoding.shown(channel.volume.data)
        self._bench.send_array(f"channel {channel.key}", lambda: (shown, None))

    def send_superpixels(self) -> None:
        """Send the ids."""
        superpixels = self._session.superpixels
        self._bench.send_array("ids", lambda: (superpixels.ids, None))

    def send_divided(self, change: Divided) -> None:
        """Send where superpixels were cut into finer ones, or joined again."""
        self._bench.send_divided(change.divisions, change.after.ids)

    def send_labels(self) -> None:
        """Send all labels, as they are when they leave."""
        session = self._session
        self._bench.send_array("labels", lambda: (session.labels.data.copy(), session.revision))

    def send_patched(self, change: Patched) -> None:
        """Send the labels in the boxes of a change."""
        self._bench.send_boxes(change, self._session.labels.data)

    def hear(self, verb: str, **_) -> None:
        """Refuse: the page has all that it may want."""
        raise Refused(f"The page asked for “{verb}” of a volume that it has: reload it.")

    def close(self) -> None:
        """There is nothing to stop."""


class Sliced:
    """Sends the slices of a stored volume that the page asks for, and tells what has changed."""

    has_ids = False

    def __init__(self, session: Session, bench: Workbench, opening: int) -> None:
        self._session, self._bench, self._opening = session, bench, opening
        self._slices = Slices(session.volume, session.labels, session.schedule)

    @property
    def described(self) -> dict:
        """What the page's slice source has to know."""
        volume = self._session.volume
        return {
            "source": "slices",
            "dtype": encoding.shown(np.empty(0, volume.dtype)).dtype.name,
            "levels": [
                {"shape": list(level.shape), "strides": list(level.strides)}
                for level in volume.levels
            ],
            "overviews": self._slices.overviews,
        }

    def send_volume(self) -> None:
        """Wait for the page to ask."""

    def send_superpixels(self) -> None:
        """Tell how many there are, and how large they are if that is known."""
        superpixels = self._session.superpixels
        number = self._slices.take_superpixels(superpixels)
        told = {"count": superpixels.count, "voxels": superpixels.voxels}
        self._bench.send("partition", partition=number, **told)
        at = {"of": "sizes", "axis": -1, "index": -1, "level": 0, "partition": number}
        self._slices.sizes(partial(self._pack, at), self._give)

    def send_labels(self) -> None:
        """Tell that the page's labels may be older than it knows."""
        self._bench.send("replaced", revision=self._session.revision)

    def send_patched(self, change: Patched) -> None:
        """Tell in which boxes labels have changed."""
        told = change._asdict() | {"boxes": encoding.corners(change.boxes)}
        self._bench.send("stale", **told)

    def hear(self, verb: str, **values) -> None:
        """Read what the page asks for."""
        {"slice": self._read, "overview": self._read_overview}[verb](**values)

    def close(self) -> None:
        """Read nothing any more."""
        self._slices.close()

    def _read(self, axis: int, index: int, level: int, parts: list, ahead: bool) -> None:
        self._slices.ask(
            Slice(axis, index, level),
            [part for part in PARTS if part in parts],
            self._session.revision,
            self._pack_part,
            self._give,
            ahead=ahead,
        )

    def _read_overview(self, level: int) -> None:
        at = {"of": "overview", "axis": -1, "index": -1, "level": level}
        self._slices.overview(level, partial(self._pack, at), self._give)

    def _pack_part(self, part: SlicePart) -> list[dict]:
        return self._pack({"of": part.of, **part.slice._asdict(), **part.stamp}, part.values)

    def _pack(self, at: dict, values: np.ndarray) -> list[dict]:
        return messages({"case": self._opening, **at}, values)

    def _give(self, packed: Future) -> None:
        if error := packed.exception():
            self._session.tell(f"A slice could not be read: {error}")
            return
        for message in packed.result():
            self._bench.send("part", **message)


def messages(at: dict, values: np.ndarray) -> list[dict]:
    """Return an array in messages that pass any proxy, each with where it belongs.

    Nothing but zeros is said, not sent.
    """
    values = encoding.shown(np.ascontiguousarray(values))
    head = {**at, "dtype": values.dtype.name, "length": values.size, "start": 0, "split": False}
    if not values.any():
        return [head | {"blank": True}]
    if is_split := at["of"] in NOISY:
        values = encoding.planes(values)
    content = memoryview(values).cast("B")
    step = min(encoding.PIECE, values.shape[-1]) if is_split else encoding.PIECE
    return [
        head
        | {"split": is_split, "start": start}
        | encoding.deflated(content[start : start + step])
        for start in range(0, len(content), step)
    ]


def showing(session: Session, bench: Workbench, opening: int) -> Whole | Sliced:
    """Return how the open volume comes to the page: by its kind."""
    return (Sliced if session.backing.sends_slices else Whole)(session, bench, opening)
