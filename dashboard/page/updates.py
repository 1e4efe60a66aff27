"""What the page was sent of a session, and what differs from it now."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from dashboard.annotation.change import Divided
from dashboard.annotation.split import AnySuperpixels
from dashboard.page import label_rows
from dashboard.page.describe import listed
from dashboard.page.label_rows import Rows
from dashboard.page.volume_feed import Sliced, Whole
from dashboard.page.workbench import Workbench
from dashboard.session.session import Session
from dashboard.volumes.channel import Channel

TITLES = 10_000  # in one message


class PageState(NamedTuple):
    """All that a page was sent and has still; None of what it was not sent."""

    job: dict | None = None
    kept: dict | None = None
    state: dict | None = None
    history: tuple[tuple[str, ...], int] | None = None
    rows: Rows = Rows()
    channels: tuple[Channel, ...] = ()
    superpixels: AnySuperpixels | None = None


class Updates:
    """Sends a page what differs from what it was sent last.

    Parameters
    ----------
    session : Session
        What is shown.
    bench : Workbench
        Takes messages.
    choice : callable
        Returns the number of the page's latest choice of a label that was heard.
    """

    def __init__(self, session: Session, bench: Workbench, choice: Callable[[], int]) -> None:
        self._session, self._bench, self._choice = session, bench, choice
        self._sent = PageState()

    def forget(self) -> None:
        """Begin with a page that was sent nothing, or has gone."""
        self._sent = PageState()

    def begin_volume(self) -> None:
        """Begin with a volume, whose first channel is sent with it."""
        self._sent = PageState(job=self._sent.job, channels=self._session.channels[:1])

    def send_job(self) -> None:
        """Send what is under way."""
        job = self._session.job
        self._send("job", job=job._asdict() if job else None)

    def send_kept(self) -> None:
        """Send how much of what was done is on disk."""
        self._send("kept", held=self._session.held, **self._session.saved._asdict())

    def send_state(self) -> None:
        """Send the rows of the labels, which one is chosen, and what else is seen of them."""
        session = self._session
        if session.volume is None:
            return
        self._send_rows()
        self._send(
            "state",
            label=session.label,
            choice=self._choice(),
            held=session.held,
            threshold=session.foreground_threshold,
            why_here=session.why_here,
        )

    def _send(self, kind: str, **values: object) -> None:
        if values != getattr(self._sent, kind):
            self._sent = self._sent._replace(**{kind: values})
            self._bench.send(kind, **values)

    def _send_rows(self) -> None:
        rows, news = label_rows.update(self._sent.rows, self._session)
        self._sent = self._sent._replace(rows=rows)
        if news:
            self._bench.send("rows", **news)

    def send_history(self) -> None:
        """Send how many edits are in force, and the titles that the page does not have yet."""
        before, history = self._sent.history, self._session.history
        if history == before:
            return
        self._sent = self._sent._replace(history=history)
        titles, done = history
        same = alike(before[0] if before else (), titles)
        for start in range(same, max(len(titles), same + 1), TITLES):
            part = list(titles[start : start + TITLES])
            self._bench.send("history", start=start, titles=part, done=done, count=len(titles))

    def send_superpixels(self, feed: Whole | Sliced) -> None:
        """Send the superpixels, if the page has others."""
        superpixels = self._session.superpixels
        if superpixels is not None and superpixels is not self._sent.superpixels:
            self._sent = self._sent._replace(superpixels=superpixels)
            self.send_state()
            feed.send_superpixels()

    def send_divided(self, change: Divided, feed: Whole | Sliced) -> None:
        """Send a difference to the superpixels that the page has; all of them, if that is much."""
        if self._sent.superpixels is change.before and not change.is_much and feed.has_ids:
            self._sent = self._sent._replace(superpixels=change.after)
            feed.send_divided(change)

    def send_channels(self, feed: Whole | Sliced) -> None:
        """Send which volumes there are, and those that the page does not have."""
        channels, known = self._session.channels, self._sent.channels
        if channels == known:
            return
        self._sent = self._sent._replace(channels=channels)
        weights = [list(pair) for pair in self._session.weights]
        self._bench.send("volumes", volumes=[*map(listed, channels)], weights=weights)
        for channel in channels:
            if channel not in known:
                feed.send_channel(channel)


def alike(one: tuple[str, ...], other: tuple[str, ...]) -> int:
    """Return how many titles two histories have in common, from the first on."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((n for n, (a, b) in pairs if a != b), min(len(one), len(other)))
