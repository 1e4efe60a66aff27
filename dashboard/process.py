"""What all pages of one server process share."""

from __future__ import annotations

from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import panel as pn

from dashboard.cluster import DaskExecutor
from dashboard.model.cases import Cases
from dashboard.where import Where
from workers.warm import warm_page


class Shared(NamedTuple):
    """The one Dask client, the threads that read files, and the annotations at hand."""

    executor: Executor
    files: Executor
    cases: Cases


def shared(where: Where, data_root: Path) -> Shared:
    """Return what this process shares; the first call starts it, and does not wait for it."""
    return pn.state.as_cached("supervox", begin, where=where, data_root=data_root)


def begin(where: Where, data_root: Path) -> Shared:
    """Start the Dask client in the background: embedded, or that of a cluster of others.

    The page's own kernels are compiled meanwhile, so that the first stroke does not wait for them.
    """
    executor = DaskExecutor.at(*where.ways())
    files = ThreadPoolExecutor(max_workers=2)
    files.submit(warm_page)
    return Shared(executor, files, Cases(data_root))
