"""The app with a stored volume and its ids, both made by `benchmarks.slices_big`."""

from __future__ import annotations

import os
import runpy
from pathlib import Path

import panel as pn

from benchmarks.big_volume import stored_volume
from dashboard.annotation.stored_superpixels import StoredSuperpixels
from dashboard.session import document
from dashboard.session.session import Session

APP = Path(__file__).parents[1] / "dashboard" / "app.py"


def plant() -> bool:
    """Let a session open the stored volume in place of its first file, once a process."""
    folder = Path(os.environ["SUPERVOX_BIG"])

    def begin(session: Session) -> None:
        case = session._held()  # noqa: SLF001 - in place of a partition of some minutes
        case.superpixels = session.superpixels = StoredSuperpixels.read(folder)

    document.read_volume = lambda *_, **__: stored_volume(folder)
    Session._begin = begin  # noqa: SLF001 - as above
    return True


pn.state.as_cached("planted", plant)
runpy.run_path(str(APP), run_name=__name__)
