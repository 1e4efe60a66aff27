"""The one place where what a handler raises is shown to the user."""

from __future__ import annotations

import functools
from collections.abc import Callable

from dashboard.session.messages import unexpected
from dashboard.session.session import Session


def guarded(session: Session, handler: Callable) -> Callable:
    """Return `handler` so that what it raises becomes a sentence on the page.

    HoloViews ends a stream for good when a subscriber raises, so no handler may.
    """

    @functools.wraps(handler)
    def call(*args, **kwargs):
        try:
            return handler(*args, **kwargs)
        except ValueError as refused:
            session.tell(str(refused))
        except Exception as error:  # noqa: BLE001 - the one place where they are shown
            session.tell(unexpected(error))
        return None

    return call
