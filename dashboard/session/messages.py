"""What a user is told, and asked."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import NamedTuple

log = logging.getLogger(__name__)

MOST_CHANNELS = 8  # volumes of a series: among more nobody finds one


def unexpected(error: BaseException) -> str:
    """Return what the user is told of an error that nobody has foreseen, and log it whole."""
    log.error("Something failed that nobody has foreseen", exc_info=error)
    kind = type(error).__name__
    if isinstance(error, OSError) and error.strerror:
        kind += f": {error.strerror}"
    return (
        f"That failed inside supervox ({kind}); what was done before is kept, and the server's log "
        "tells more."
    )


class Refused(ValueError):
    """A verb that cannot be done now; the message says why and the way out."""


class Notice(NamedTuple):
    """One sentence for the user; `kind` is ``"info"``, ``"success"`` or ``"error"``."""

    text: str
    kind: str = "info"
    link = ""  # only a file that was saved has one


class Linked(NamedTuple):
    """A notice of a file that was saved: `link` is where the browser finds it; "" if nowhere."""

    text: str
    link: str
    kind: str = "success"


class Question(NamedTuple):
    """What the user must say before a file is opened: which volume, or which form if they differ.

    `form` is what was said before; `difference` tells of the forms, where that is the question.
    `grid` tells how a label map lies, where the question is whether to resample it.
    `adds` tells whether it is to be shown beside what is open. `within` is the folder out of which
    no link of it may lead, if there is one.
    """

    source: Path | bytes
    name: str
    count: int = 0
    form: str | None = None
    difference: str = ""
    grid: str = ""
    adds: bool = False
    within: Path | None = None

    @property
    def together(self) -> int:
        """How many of its volumes may be shown as a series, if they fit into the page."""
        return min(self.count, MOST_CHANNELS)
