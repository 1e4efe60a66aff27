"""How kernels are compiled: without the GIL, kept on disk where there is a place for it.

A compiled function calls only compiled functions of its own module: numba knows by that module's
file alone whether what it keeps on disk is out of date. (`workers.runtime.vectors` may be called,
too: its text is part of the name under which such a function is kept.) None of them starts threads:
`workers.runtime.team` does, so that two kernels may run side by side in one process.
"""

from __future__ import annotations

import contextlib
import hashlib
import pickle
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numba import njit
from numba.core.caching import FunctionCache
from numba.core.event import Listener, install_listener
from numba.core.extending import _Intrinsic

from workers.runtime.progress import Report, say

COMPILING = "getting ready: compiling, this once"
"""What is said meanwhile."""

_UNREADABLE = (AttributeError, ImportError, TypeError, ValueError, EOFError, pickle.PickleError)


def compiled(function: Callable | None = None, **options: Any) -> Callable:
    """Compile a function with numba at its first call, or load it from numba's cache.

    The cache lies in ``__pycache__`` beside the module, or in the user's cache folder where that
    cannot be written to (``NUMBA_CACHE_DIR`` names another). Where neither can, each process
    compiles anew.

    Parameters
    ----------
    function : callable, optional
        What to compile; without it a decorator is returned. It may use constants of other modules:
        numbers, strings and tuples.
    **options
        More options of `numba.njit`.
    """
    if function is None:
        return lambda function: compiled(function, **options)
    kernel = njit(**({"nogil": True, "error_model": "numpy"} | options))(function)
    with contextlib.suppress(RuntimeError):  # numba found no folder that it could write to
        kernel._cache = _Cache(function)  # noqa: SLF001 - what njit(cache=True) does
    return kernel


@contextlib.contextmanager
def compiling_said(report: Report) -> Iterator[Report]:
    """Give a report that says `COMPILING` while inside something has to be compiled.

    That of other threads is told, too: one compiles at a time, so they wait for each other. What is
    loaded from the cache is not. With the next fraction it is said no more.
    """
    saying = _Saying(report)
    with install_listener("numba:compile", saying):
        yield saying


class _Saying(Listener):
    """Hands on what is reported, and says when numba begins to compile."""

    def __init__(self, report: Report) -> None:
        self._report, self._is_said = report, False

    def __call__(self, fraction: float) -> None:
        if self._is_said:
            self.say("")
        self._is_said = False
        self._report(fraction)

    def say(self, text: str) -> None:
        say(self._report, text)

    def on_start(self, _event: Any) -> None:
        if not self._is_said:
            self._is_said = True
            # Perhaps in another's thread; who was cancelled hears of it at the next fraction.
            with contextlib.suppress(CancelledError):
                self.say(COMPILING)

    def on_end(self, _event: Any) -> None:
        """Leave it said: much is compiled in a row."""


class _Cache(FunctionCache):
    """Takes nothing that was compiled with other constants, lanes, or named tuples of other fields.

    All become part of the code, and they may change in another module while the file in which
    numba looks for a change stays the same.
    """

    def _index_key(self, sig: Any, codegen: Any) -> tuple:
        names = self._py_func.__globals__
        key = super()._index_key(sig, codegen)
        return (*key, _constants(names), _fields(sig), _instructions(names))

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Return what is kept for a signature; None if nothing is, or if it cannot be read."""
        try:
            return super().load_overload(sig, target_context)
        except _UNREADABLE:  # it names a class that another version had elsewhere, or is cut off
            with contextlib.suppress(OSError):
                self.flush()
            return None

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep what was compiled, if there is room."""
        with contextlib.suppress(OSError, *_UNREADABLE):
            super().save_overload(sig, data)


def _instructions(names: dict[str, Any]) -> str:
    """Return a digest of `workers.runtime.vectors`, if one of these is from there."""
    return _digest() if any(isinstance(value, _Intrinsic) for value in names.values()) else ""


@cache
def _digest() -> str:
    return hashlib.sha256(Path(__file__).with_name("vectors.py").read_bytes()).hexdigest()


def _fields(signature: Any) -> tuple[tuple[str, ...], ...]:
    kinds = (
        getattr(kind, "instance_class", None) for kind in getattr(signature, "args", signature)
    )
    return tuple(kind._fields for kind in kinds if hasattr(kind, "_fields"))


def _constants(names: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    kinds = (int, float, complex, str, tuple, np.generic)
    return tuple(
        (name, repr(value))
        for name, value in sorted(names.items())
        if isinstance(value, kinds) and not name.startswith("__")
    )
