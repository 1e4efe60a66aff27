"""How the server is: one line a minute in its log, and an answer at /healthz."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import NamedTuple

import panel as pn
import psutil
from tornado.ioloop import IOLoop, PeriodicCallback
from tornado.web import RequestHandler

MINUTE_MS = 60_000
log = logging.getLogger("supervox")


class Health(NamedTuple):
    """How the server is; it names no file and no user."""

    status: str
    sessions: int
    memory_mb: int
    compute: str

    def __str__(self) -> str:
        pages = f"{self.sessions} page{'s' * (self.sessions != 1)} open"
        return f"{self.memory_mb} MB of memory, {pages}, compute {self.compute}"


class ServerWatch:
    """Looks after the server, and logs how it is.

    Parameters
    ----------
    count : callable
        Returns how many sessions there are.
    compute : callable
        Returns the state of the executor; what follows a colon in it is left out.
    """

    def __init__(self, count: Callable[[], int], compute: Callable[[], str]) -> None:
        self._count, self._compute = count, compute
        self._process = psutil.Process()
        self._beat = PeriodicCallback(self.log, MINUTE_MS)

    def look(self) -> Health:
        """Return how the server is now."""
        memory_mb = round(self._process.memory_info().rss / 1e6)
        return Health("ok", self._count(), memory_mb, self._compute().partition(":")[0])

    def begin(self) -> None:
        """Log each minute, and whenever a page comes or goes."""
        log.setLevel(logging.INFO)
        # A session counts when this has returned.
        later = IOLoop.current().add_callback
        pn.state.on_session_created(lambda _: later(self._tell, "opened"))
        pn.state.on_session_destroyed(lambda _: self._tell("closed"))
        self._beat.start()

    def _tell(self, what: str) -> None:
        log.info("A page is %s: %s", what, self.look())

    def log(self) -> None:
        """Log how the server is."""
        log.info("%s", self.look())


class HealthHandler(RequestHandler):
    """Says to all who pass the gate that the server lives; to its users also how it is."""

    def initialize(self, watch: ServerWatch, may_see: Callable) -> None:
        """Take what is looked after, and who may see it."""
        self._watch, self._may_see = watch, may_see

    def get(self) -> None:
        """Answer in JSON."""
        health = self._watch.look()._asdict()
        self.set_header("Cache-Control", "no-store")
        self.write(health if self._may_see(self.request) else {"status": health["status"]})
