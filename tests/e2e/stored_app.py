"""The app, for which fewer voxels than usual are too many to be sent whole."""

from __future__ import annotations

import runpy

from dashboard.volumes import slice_reader
from tests.e2e.serving import APP

slice_reader.OVERVIEW_VOXELS = (250_000,)
runpy.run_path(str(APP), run_name=__name__)
