"""The place where one drops a file: what arrives is counted, whatever the page has promised."""

from __future__ import annotations

import re
from collections.abc import Callable

from dashboard.page.panel_internals import FilePieces

MOST_MB = 500
PIECE = 4_000_000  # Bokeh drops a message of 20 MB without a word
MOST_NAME = 150
CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]+")


class Dropper(FilePieces):
    """A FileDropper that holds one file of at most `MOST_MB` at a time, in memory alone.

    Panel's keeps whatever a page sends: any number of files, each of any length.

    Parameters
    ----------
    refuse : callable
        Told a sentence when a file is too large or its pieces make none.
    """

    def __init__(self, refuse: Callable[[str], None], **params) -> None:
        self._refuse = refuse
        super().__init__(
            chunk_size=PIECE, max_file_size=f"{MOST_MB}MB", max_files=1, previews=[], **params
        )
        self._forget()

    def _forget(self) -> None:
        self.forget_pieces()
        self._next, self._bytes = 1, 0

    def takes(self, event) -> bool:
        """Tell whether a piece fits, with the name that is shown; nothing else is Panel's."""
        if event.event_name == "delete_event":
            self._forget()
            return False
        data = dict(event.data)
        if data.get("chunk") == 1:
            self._forget()
        if not self._fits(data):
            self._forget()
            return False
        self._next += 1
        self._bytes += len(data["data"])
        event.data = {**data, "name": plain_name(data["name"]), "type": str(data.get("type"))}
        return True

    def _fits(self, data: dict) -> bool:
        """Tell whether a piece is the next one of a file that may still become whole."""
        piece, number, pieces = data.get("data"), data.get("chunk"), data.get("total_chunks")
        if not isinstance(piece, bytes) or number != self._next or not isinstance(pieces, int):
            if self._next > 1:
                self._refuse("The file did not arrive whole: drop it again.")
            return False
        if self._bytes + len(piece) > MOST_MB * 10**6:
            self._refuse(
                f"Expected a file of at most {MOST_MB} MB: put a larger one into the data folder."
            )
            return False
        return True


def plain_name(name: str) -> str:
    """Return a file's name without folders and what cannot be seen; a long one is cut."""
    last = re.split(r"[/\\]", str(name))[-1]
    shown = " ".join(CONTROLS.sub(" ", last).split()) or "file"
    return shown if len(shown) <= MOST_NAME else f"{shown[: MOST_NAME - 20]}…{shown[-19:]}"
