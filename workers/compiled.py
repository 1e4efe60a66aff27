"""How kernels are compiled: without the GIL, kept on disk where there is a place for it.

A compiled function calls only compiled functions of its own module: numba knows by that module's
file alone whether what it keeps on disk is out of date. None of them starts threads: `workers.team`
does, so that two kernels may run side by side in one process.
"""

from __future__ import annotations

import contextlib
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit
from numba.core.caching import FunctionCache

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


class _Cache(FunctionCache):
    """Takes nothing that was compiled with other constants, or named tuples of other fields.

    Both become part of the code, and they may change in another module while the file in which
    numba looks for a change stays the same.
    """

    def _index_key(self, sig: Any, codegen: Any) -> tuple:
        names = self._py_func.__globals__
        return (*super()._index_key(sig, codegen), _constants(names), _fields(sig))

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
