"""Functions that are sent with their code, to a process that has no `dashboard`."""

from __future__ import annotations

import pickle
import sys
from collections.abc import Callable
from typing import Any

import cloudpickle


def send_with_code(module: str) -> None:
    """Have all that a module of ours defines pickled with its code, instead of by its name.

    Such a function imports inside it what only the other side has.
    """
    cloudpickle.register_pickle_by_value(sys.modules[module])


class WithCode:
    """A function that arrives with its code wherever it stands in a message.

    Dask itself looks only at the outermost object that it pickles, which of a task is a graph.
    """

    def __init__(self, function: Callable) -> None:
        self._function, self._pickled = function, cloudpickle.dumps(function)

    def __call__(self, *args: Any) -> Any:
        """Call the function here."""
        return self._function(*args)

    def __reduce__(self) -> tuple:
        return pickle.loads, (self._pickled,)
