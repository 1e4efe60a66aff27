"""The kernels on their way to workers that have none: sent once, unpacked there, and kept there.

They are unpacked into a folder that is named by its content, in the cache folder of the worker's
account. Numba keeps what it compiles beside its source, so that only the first worker of a version
compiles; beside a zip, or in the worker's own folder, each that starts would.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import workers
from dashboard.cluster.worker_facts import PUSHED, digester, finder

if TYPE_CHECKING:
    from distributed import WorkerPlugin

PREFIX = "supervox-kernels-"


def archive() -> bytes:
    """Return the sources of `workers`, zipped."""
    folder, packed = Path(workers.__file__).parent, io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as zipped:
        for source in sorted(folder.rglob("*.py")):
            zipped.write(source, source.relative_to(folder.parent).as_posix())
    return packed.getvalue()


def plugin(content: str) -> WorkerPlugin:
    """Return what has each worker unpack our `workers`, which have `content`, if it has none.

    One that was sent by another version gives way: nobody uses it any more. What is installed
    there stays. Later workers do it before their first task.
    """
    from distributed import WorkerPlugin

    packed, pushed = archive(), PUSHED
    find, digest, unpack = finder(), digester(), _unpacker()

    class Kernels(WorkerPlugin):
        idempotent = True

        def setup(self, worker) -> None:
            import os
            import sys
            from pathlib import Path

            found = find()
            if found and (pushed not in found or digest(found) == content):
                return
            for name in [*sys.modules]:
                if name == "workers" or name.startswith("workers."):
                    del sys.modules[name]
            sys.path[:] = [each for each in sys.path if pushed not in each]
            cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
            for root in (cache, worker.local_directory):
                folder = Path(root, pushed, content)
                unpack(packed, folder)
                if digest(folder / "workers") == content:
                    sys.path.insert(0, str(folder))
                    return

    return Kernels()


def _unpacker() -> Callable:
    def unpack(packed: bytes, folder: Path) -> None:
        """Unpack into a folder where others may be doing the same."""
        import contextlib
        import io
        import tempfile
        import zipfile
        from pathlib import Path

        with contextlib.suppress(OSError):
            if not (folder / "workers").is_dir():
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                with tempfile.TemporaryDirectory(dir=folder) as half:
                    zipfile.ZipFile(io.BytesIO(packed)).extractall(half)
                    Path(half, "workers").rename(folder / "workers")

    return unpack
