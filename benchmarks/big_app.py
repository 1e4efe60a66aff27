"""The app with a stored volume and its ids, both made by `benchmarks.slices_big`."""

from __future__ import annotations

import os
import runpy
from pathlib import Path

import panel as pn

from benchmarks.big_volume import stored_volume
from dashboard.annotation.stored_superpixels import StoredSuperpixels
from dashboard.session import opening
from dashboard.session.flow import at_once
from dashboard.session.partition import Partitioning

APP = Path(__file__).parents[1] / "dashboard" / "app.py"


def plant() -> bool:
    """Let a session open the stored volume in place of its first file, once a process."""
    folder = Path(os.environ["SUPERVOX_BIG"])

    async def begin(self: Partitioning) -> None:
        state = self._state  # in place of a partition of some minutes
        state.case.superpixels = state.superpixels = StoredSuperpixels.read(folder)

    opening.read_volume = lambda *_, **__: stored_volume(folder)
    Partitioning.begin = at_once(begin)
    return True


pn.state.as_cached("planted", plant)
runpy.run_path(str(APP), run_name=__name__)
