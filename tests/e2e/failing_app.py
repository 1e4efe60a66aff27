"""The app, with a fault that shows once: the tenth stroke of the process makes the server raise."""

from __future__ import annotations

import itertools
import runpy

import panel as pn

from dashboard.annotation.label_map import LabelMap
from tests.e2e.serving import APP

FAILING = 10


def plant():
    """Put the fault in, once a process: this script runs for each page."""
    # Local: what this module names at the top goes with the page for which it was run.
    assign, calls, failing = LabelMap.assign, itertools.count(1), FAILING

    def fail_once(*args, **kwargs):
        if next(calls) == failing:
            raise RuntimeError("planted by a test")
        return assign(*args, **kwargs)

    LabelMap.assign = fail_once


pn.state.as_cached("planted", lambda: plant() or True)
runpy.run_path(str(APP), run_name=__name__)
