"""What all pages of one server process share."""

from __future__ import annotations

from concurrent.futures import Executor
from pathlib import Path
from typing import NamedTuple

import panel as pn

from dashboard.cases.case_store import Cases
from dashboard.cluster.address import Where
from dashboard.cluster.executor import DaskExecutor
from dashboard.cluster.read_executor import Reading
from dashboard.cluster.thread_executor import Threads
from dashboard.volumes.cache.store import Storage, Store
from workers.warm import warm_page


class Shared(NamedTuple):
    """The one Dask client, the threads, the annotations, and large volumes.

    Of the threads, `files` read what others have put on a disk, and give up what does not answer;
    `threads` are for all else that takes long. Annotations are read and kept by others, `keeping`:
    no file that hangs holds them up.
    """

    executor: Executor
    files: Executor
    threads: Executor
    cases: Cases
    store: Store
    keeping: Executor


def shared(where: Where, data_root: Path, storage: Storage) -> Shared:
    """Return what this process shares; the first call starts it, and does not wait for it."""
    wanted = {"where": where, "data_root": data_root, "storage": storage}
    return pn.state.as_cached("supervox", begin, **wanted)


def begin(where: Where, data_root: Path, storage: Storage) -> Shared:
    """Start the Dask client in the background: embedded, or that of a cluster of others.

    The page's own kernels are compiled meanwhile, so that the first stroke does not wait for them.
    """
    executor = DaskExecutor.at(*where.ways())
    threads, keeping = Threads(), Threads()
    threads.submit(warm_page)
    return Shared(executor, Reading(), threads, Cases(data_root), Store(storage), keeping)
