"""The app, for which every volume is too big for the memory: it is put on disk in tiny chunks."""

from __future__ import annotations

import itertools
import runpy
import tempfile
from pathlib import Path

import panel as pn

from dashboard import open_case, resuming
from dashboard.session import Session
from tests.e2e.serving import APP
from tests.stored import StoredIds, store


def plant():
    """Put volumes and ids on disk, once a process: this script runs for each page."""
    read, back = open_case.read_volume, resuming.superpixels
    adopt, count = Session._adopt_superpixels, itertools.count()
    root = Path(tempfile.mkdtemp(prefix="stored-"))

    def read_and_store(*args, **kwargs):
        return store(read(*args, **kwargs), root / f"volume-{next(count)}")

    def adopt_and_store(session, superpixels, cut):
        adopt(session, StoredIds(superpixels, root / f"ids-{next(count)}"), cut)

    def read_back_and_store(opened, volume):
        return StoredIds(back(opened, volume), root / f"ids-{next(count)}")

    resuming.superpixels = read_back_and_store
    open_case.read_volume, Session._adopt_superpixels = read_and_store, adopt_and_store


pn.state.as_cached("planted", lambda: plant() or True)
runpy.run_path(str(APP), run_name=__name__)
