"""The one question whether a volume lies in memory or on disk."""

from __future__ import annotations

from dashboard.session.backing.backing import Backing
from dashboard.session.backing.disk import Disk
from dashboard.session.backing.memory import Memory
from dashboard.session.jobs import Executors
from dashboard.volumes.cache.store import Store
from dashboard.volumes.grid import Grid


def backing_of(volume: Grid, executors: Executors, store: Store | None) -> Backing:
    """Return what stands behind a volume that was read; another kind of volume is a line here."""
    kind = Disk if volume.is_on_disk else Memory
    return kind(volume, executors, store)
