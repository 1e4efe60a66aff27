"""The kernels on their way to workers that have none: sent once, unpacked there, and kept there.

They are unpacked into a folder that is named by its content, in the cache folder of the worker's
account. Numba keeps what it compiles beside its source, so that only the first worker of a version
compiles; beside a zip, or in the worker's own folder, each that starts would.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from distributed import WorkerPlugin

from dashboard.cluster.by_value import send_with_code
from dashboard.cluster.worker_facts import PUSHED, digest, find_kernels, folder_here

if TYPE_CHECKING:
    from distributed import Worker

PREFIX = "supervox-kernels-"

send_with_code(__name__)


def pack() -> bytes:
    """Return the sources of `workers`, zipped."""
    folder, packed = folder_here(), io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as zipped:
        for source in sorted(folder.rglob("*.py")):
            zipped.write(source, source.relative_to(folder.parent).as_posix())
    return packed.getvalue()


class KernelsPlugin(WorkerPlugin):
    """Has each worker unpack our `workers` before its first task, if it has none.

    One that was sent by another version gives way: nobody uses it any more. What is installed
    there stays.

    Parameters
    ----------
    content : str
        Digest of our `workers`.
    packed : bytes
        Their sources. (It is not made here: what a class calls is sent with it, `workers` not.)
    """

    idempotent = True

    def __init__(self, content: str, packed: bytes) -> None:
        self._content, self._packed = content, packed

    def setup(self, worker: Worker) -> None:
        """Unpack them on a worker."""
        found = find_kernels()
        if found and (PUSHED not in found or digest(found) == self._content):
            return
        for name in [*sys.modules]:
            if name == "workers" or name.startswith("workers."):
                del sys.modules[name]
        sys.path[:] = [each for each in sys.path if PUSHED not in each]
        cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        for root in (cache, worker.local_directory):
            folder = Path(root, PUSHED, self._content)
            unpack(self._packed, folder)
            if digest(str(folder / "workers")) == self._content:
                sys.path.insert(0, str(folder))
                return


def unpack(packed: bytes, folder: Path) -> None:
    """Unpack into a folder where others may be doing the same."""
    with contextlib.suppress(OSError):
        if not (folder / "workers").is_dir():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=folder) as half:
                zipfile.ZipFile(io.BytesIO(packed)).extractall(half)
                Path(half, "workers").rename(folder / "workers")
