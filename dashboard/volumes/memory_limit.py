"""How much memory there is."""

from __future__ import annotations

from pathlib import Path

import psutil

_LIMITS = (
    Path("/sys/fs/cgroup/memory.max"),
    Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
)


def usable(limits: tuple[Path, ...] = _LIMITS) -> int:
    """Return the bytes that processes here may use: the machine's, or their container's share."""
    return min([psutil.virtual_memory().total, *filter(None, map(_limit, limits))])


def _limit(path: Path) -> int | None:
    """Return what Linux says of a container; None if it says nothing, or "max"."""
    try:
        return int(path.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None
