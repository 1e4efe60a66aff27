"""What a wheel and an sdist may hold: what git knows, and what the packaging adds."""

from __future__ import annotations

import tarfile
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

PACKAGES = ("dashboard/", "workers/")
SCRIPT = "dashboard/page/script/"
# What a browser loads of it, and what Python asks.
OF_SCRIPT = {
    SCRIPT + name for name in ("__init__.py", "bench.css", "built/page.js", "built/licences.txt")
}
LICENCES = (
    "licenses/LICENSE",
    "licenses/dashboard/demo/NOTICE.md",
    "licenses/dashboard/page/script/built/licences.txt",
)
MADE = {"METADATA", "WHEEL", "entry_points.txt", "RECORD", *LICENCES}


def strange_in_wheel(wheel: Path, tracked: Iterable[str]) -> Iterator[str]:
    """Yield sentences: the packages as git knows them, less sources of the page; its licences."""
    with zipfile.ZipFile(wheel) as archive:
        there = set(archive.namelist())
    about = f"{'-'.join(wheel.name.split('-')[:2])}.dist-info/"
    ours = {name for name in tracked if name.startswith(PACKAGES)}
    wanted = {name for name in ours if not name.startswith(SCRIPT)} | OF_SCRIPT
    yield from _compared(wheel.name, there, wanted | {about + name for name in MADE})


def strange_in_sdist(sdist: Path, tracked: Iterable[str]) -> Iterator[str]:
    """Yield sentences: all that git knows, and what the packaging says of it."""
    top = sdist.name.removesuffix(".tar.gz") + "/"
    with tarfile.open(sdist) as archive:
        there = {member.name.removeprefix(top) for member in archive if member.isfile()}
    yield from _compared(sdist.name, there, {*tracked, "PKG-INFO"})


def _compared(name: str, there: set[str], wanted: set[str]) -> Iterator[str]:
    for path in sorted(there - wanted):
        yield f"{name} holds {path}, which git does not know: add it, ignore it or take it away."
    for path in sorted(wanted - there):
        yield f"{name} lacks {path}."
