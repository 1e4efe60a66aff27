"""Whether ``panel serve`` runs the page in one process and in one thread, as it must be run."""

from __future__ import annotations

import asyncio

from panel.config import config
from tornado.process import task_id

from dashboard.server.access import ONE_PROCESS, ONE_THREAD


def trouble() -> str:
    """Return why no page can be shown by more processes or threads, and the way out; or ""."""
    # A page's socket, and the files that it needs, may be asked of another process than made it.
    if task_id() is not None:
        return ONE_PROCESS
    # What one does on a page is done in its order.
    return "" if config.nthreads is None else ONE_THREAD


def is_warming_up() -> bool:
    """Tell whether nobody has asked for the page yet: Panel runs it once before it serves it."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return True
    return False
