"""Opens a file through a cache; run as a script it says so, and is meant to be killed or confined.

``python -m tests.storing FILE CACHE [--file-limit BYTES]`` prints the folder of the volume.
"""

from __future__ import annotations

import argparse
import resource
import signal
import sys
from pathlib import Path

from dashboard.volumes.cache.store import Storage, Store
from workers.warm import warm

CHUNKS = (16, 16, 16)


def store_in(folder, **options):
    """A cache of small chunks."""
    return Store(Storage(folder, **options), chunks=CHUNKS)


def high_water():
    """The most memory that this process has had, in bytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))


def main():
    """Open the file."""
    parser = argparse.ArgumentParser()
    parser.add_argument("file", type=Path)
    parser.add_argument("cache", type=Path)
    parser.add_argument("--file-limit", type=int)
    parser.add_argument("--whole-chunks", action="store_true")
    given = parser.parse_args()
    store = Store(Storage(given.cache)) if given.whole_chunks else store_in(given.cache)
    if given.file_limit:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (given.file_limit, given.file_limit))
    if given.whole_chunks:
        warm()  # code that is loaded later is no memory of the volume
    before = high_water()
    try:
        found = store.open(given.file, "scan")
    except ValueError as refused:
        sys.exit(f"{refused}")
    sys.stdout.write(f"{found.folder}\n{high_water() - before}\n")


if __name__ == "__main__":
    main()
