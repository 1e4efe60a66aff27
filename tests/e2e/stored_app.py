"""The app, in which a stored volume is cut into superpixels in memory, and is big though small."""

from __future__ import annotations

import runpy
import sys
from types import SimpleNamespace

from dashboard import slices
from tests import stored
from tests.e2e.serving import APP

sys.modules.setdefault(
    "dashboard.chunked", SimpleNamespace(partition_stored=stored.partition_stored)
)
slices.OVERVIEW_VOXELS = (250_000,)
runpy.run_path(str(APP), run_name=__name__)
