"""What the page asks for under a name: it is done once, however often the page asks again."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future

from dashboard.cases.case import Case
from dashboard.session.document import OpenCase
from dashboard.session.edit_queue import finished
from dashboard.session.request import Request, current


class Asking(OpenCase):
    """The way in for all that changes a case; parameters as of `OpenCase`."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self._asked: dict[str, Request] = {}

    def ask(self, name: str, act: Callable[[], object]) -> Future:
        """Call `act` unless what has this name was asked for before: of that the answer was lost.

        Returns
        -------
        Future
            Done when all that `act` has begun has ended and is handed to the journal, under the
            name; with an exception, which the user was told, where a part had to wait and failed.

        Raises
        ------
        Exception
            What `act` raises; then nothing is left to be done under the name.
        """
        if name in self._asked:
            return self._asked[name].ended
        case = self._case
        if case is not None and self._keeper.holds and name in case.taken:
            return finished()
        request = Request(name)
        if name:
            self._asked[name] = request
        request.ended.add_done_callback(lambda _: self._answered(request, case))
        request.run(act)
        return request.ended

    def _answered(self, request: Request, case: Case | None) -> None:
        """Remember a name that is in no record: a refusal must not be thought over later."""
        self._asked.pop(request.name, None)
        if request.name and not request.is_claimed and self._writes(case):
            self._keeper.write(case.heard(request.claim()))

    def _writes(self, case: Case | None) -> bool:
        return case is not None and case is self._case and self._keeper.holds

    def _commit(self, record: Callable[..., bytes], *given: object) -> None:
        """Have written what a verb of the case returns, under the name of what was asked for."""
        self._keeper.write(record(*given, current().claim()))
